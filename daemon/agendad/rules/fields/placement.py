"""The fields that say where in time a block may stand (section 3 of the language)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from agendad.model.rule import Split, TimeWindow, Yield
from agendad.rules import grammar
from agendad.rules.fields.common import (
    DURATION,
    STRING,
    duration,
    length,
    list_or_one,
    number,
    rule_id,
    weekdays,
    window,
    words,
)
from agendad.rules.fields.selector import SCHEMA, read_selector
from agendad.rules.table import Field
from agendad.rules.tree import Node, Scalar, Sequence
from agendad.rules.values import each, one_or_more, parsed, refuse, scalar, shown, word_of, words_of

if TYPE_CHECKING:
    from agendad.rules.values import Reader

WORKING_HOURS: Final = "working hours"

_PRIORITY_WORDS: Final = {
    **dict.fromkeys(("highest", "critical", "urgent", "must"), 1),
    **dict.fromkeys(("high", "important"), 2),
    **dict.fromkeys(("medium", "normal", "default"), 3),
    **dict.fromkeys(("low", "lowest"), 4),
}
_YIELD_WORDS: Final = {
    "stay": "keep",
    "never": "keep",
    "no": "keep",
    "shorten": "shrink",
    "cut": "shrink",
    "drop": "skip",
    "cancel": "skip",
    "delete": "skip",
    "reschedule": "move",
    "yes": "move",
}


def _between(node: Node) -> tuple[TimeWindow, ...]:
    """Windows of the day; empty for `working hours`."""
    if isinstance(node, Scalar) and node.text.strip().casefold().replace("_", " ") == WORKING_HOURS:
        return ()
    if isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar) and item.text.strip() == WORKING_HOURS:
                refuse(item, "bad-time", "`working hours` stands alone", f"write `between: {WORKING_HOURS}`")
    return each(node, window)


def _priority(node: Node) -> int:
    word = scalar(node).text.strip()
    meant = _PRIORITY_WORDS.get(word.casefold())
    hint = f"did you mean `{meant}`?" if meant else "1 is the strongest, 4 the weakest; the default is 3"
    if word not in ("1", "2", "3", "4"):
        refuse(node, "bad-number", f"`{shown(word)}` is not a priority from 1 to 4", hint)
    return int(word)


def _yield(node: Node) -> Yield:
    word = scalar(node).text.strip()
    meant = _YIELD_WORDS.get(word.casefold())
    if meant:
        refuse(node, "unknown-value", f"`{word}` is not known here", f"did you mean `{meant}`?")
    return Yield(_one_yield(node))


_one_yield: Reader[str] = word_of(*(way.value for way in Yield))
_overlap: Reader[tuple[str, ...]] = words_of("blocks")


def _split(node: Node) -> Split:
    pieces = length(node)
    if pieces.days:
        _no_days(node)
    return Split(pieces.least, pieces.most)


def _no_days(node: Node) -> NoReturn:
    refuse(node, "bad-length", "a piece is shorter than a day", "such as `split: 30m-1h`")


def _may_overlap(node: Node) -> bool:
    return bool(_overlap(node))


AT: Final = Field(
    "at",
    one_or_more(parsed("bad-time", grammar.parse_at)),
    "a fixed time of day, or a list; the end may be 24:00, an end at or before the start is on the next day; "
    "of a draft, the time when it is due",
    "09:00-12:00",
    list_or_one({"type": "string", "pattern": r"^\s*\d{1,2}:\d\d(\s*-\s*\d{1,2}:\d\d)?\s*$"}),
    synonyms=("time", "start", "start_time", "end", "end_time", "hours", "clock"),
)
LASTS: Final = Field(
    "lasts",
    length,
    "the length, or least and most; days make an all-day event",
    "30m-2h",
    DURATION,
    synonyms=("duration", "length", "for", "minutes", "size", "dur"),
    verbs=("block", "protect"),
)
BETWEEN: Final = Field(
    "between",
    _between,
    "the block may stand anywhere inside this time of day, or list, or `working hours`",
    "13:00-18:00",
    {"anyOf": [{"const": WORKING_HOURS}, list_or_one(STRING)]},
    synonyms=("window", "windows", "range", "during", "timeframe", "hours_between"),
    verbs=("block",),
)
ON: Final = Field(
    "on",
    weekdays,
    "which weekdays of a period may hold it",
    "tue-thu",
    list_or_one(STRING),
    synonyms=("days", "weekdays", "weekday", "day", "on_days", "days_of_week", "dow"),
)
PREFER: Final = Field(
    "prefer",
    one_or_more(parsed("bad-preference", grammar.parse_prefer)),
    "a pull, or a list of pulls: weekdays, a time, `morning`, `afternoon`, `earliest`, `latest`",
    "tue 14:00",
    list_or_one(STRING),
    synonyms=("preferred", "preference", "prefers", "ideally", "preferably"),
    verbs=("block",),
)
SPLIT: Final = Field(
    "split",
    _split,
    "`lasts` is a total that may be met in pieces of this length",
    "30m-1h",
    DURATION,
    synonyms=("pieces", "chunks", "chunk", "splits", "piece"),
    verbs=("block",),
)
AT_MOST: Final = Field(
    "at_most",
    parsed("bad-count", grammar.parse_at_most),
    "how many pieces of `split` a day; with `for_each`, how many people of a period on one of its working days",
    "1 per day",
    {"type": "string", "pattern": r"^\s*\d+\s+per\s+day\s*$"},
    synonyms=("max_per_day", "per_day", "limit", "max", "no_more_than"),
    verbs=("block", "draft"),
)
GAP: Final = Field(
    "gap",
    duration,
    "free time kept before and after; between two neighbours that both ask, the larger",
    "10m",
    DURATION,
    synonyms=("buffer", "margin", "padding", "spacing", "space"),
    verbs=("block",),
)
PRIORITY: Final = Field(
    "priority",
    _priority,
    "1 is the strongest; 3 by default",
    "2",
    number(1, 4),
    synonyms=("prio", "rank", "importance", "urgency", "weight"),
    verbs=("block", "protect"),
)
YIELD: Final = Field(
    "yield",
    _yield,
    "what happens when a real event lands on it; by default `keep` for protect, `shrink` for `at`, else `move`",
    "shrink",
    words(*(way.value for way in Yield)),
    synonyms=("yields", "on_conflict", "conflict", "if_busy", "give_way", "when_busy"),
    verbs=("block", "protect"),
)
MAY_OVERLAP: Final = Field(
    "may_overlap",
    _may_overlap,
    "may stand over own blocks, never over real events",
    "[blocks]",
    list_or_one(words("blocks")),
    synonyms=("overlap", "overlaps", "allow_overlap", "can_overlap"),
    verbs=("block", "protect"),
)
SETTLE: Final = Field(
    "settle",
    duration,
    "a block that begins sooner than this is no longer moved, except off a real event",
    "2h",
    DURATION,
    synonyms=("freeze", "lock", "frozen", "settled"),
    verbs=("block",),
)
SAME_DAY_BEFORE: Final = Field(
    "same_day_before",
    one_or_more(rule_id),
    "on a day that holds a block of that rule too, this one ends before it",
    "admin-hour",
    list_or_one(STRING),
    synonyms=("before_rule", "before_block", "precedes"),
    verbs=("block",),
)
SAME_DAY_AFTER: Final = Field(
    "same_day_after",
    one_or_more(rule_id),
    "on a day that holds a block of that rule too, this one starts after it",
    "deep-work",
    list_or_one(STRING),
    synonyms=("after_rule", "after_block"),
    verbs=("block",),
)
NOT_SAME_DAY: Final = Field(
    "not_same_day",
    one_or_more(rule_id),
    "never on a day that holds a block of that rule",
    "long-run",
    list_or_one(STRING),
    synonyms=("not_with", "different_day", "other_day", "not_same_day_as"),
    verbs=("block",),
)
SATISFIED_BY: Final = Field(
    "satisfied_by",
    read_selector,
    "an own event that matches, in the period or on the day, replaces the occurrence",
    "{title: gym}",
    SCHEMA,
    synonyms=("satisfied", "replaced_by", "covered_by", "unless_event", "fulfilled_by"),
    triggers=("every", "steps"),
    verbs=("block", "draft"),
)

PLACEMENT: Final = (
    AT,
    LASTS,
    BETWEEN,
    ON,
    PREFER,
    SPLIT,
    AT_MOST,
    GAP,
    PRIORITY,
    YIELD,
    MAY_OVERLAP,
    SETTLE,
    SAME_DAY_BEFORE,
    SAME_DAY_AFTER,
    NOT_SAME_DAY,
    SATISFIED_BY,
)
