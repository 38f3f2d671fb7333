"""The fields that say when a rule fires: the triggers and their modifiers (section 2 of the language)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, cast

from agendad.model.names import DAY_NAMES
from agendad.model.rule import After, AfterBusy, Before, EveryWeekday, Exclusions, Phrase
from agendad.rules import grammar
from agendad.rules.fields.common import DATE, DURATION, STRING, day, duration, list_or_one, number, weekdays, words
from agendad.rules.fields.selector import EXAMPLE, SCHEMA, SELECTOR, read_selector
from agendad.rules.fields.state import read_state
from agendad.rules.source import Refused
from agendad.rules.spelling import nearest
from agendad.rules.table import Field, Table, read_table, read_whole
from agendad.rules.tree import Mapping, Node, Sequence
from agendad.rules.values import comma_words, integer, kind_of, mapping, parsed, refuse, shown, word_of

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic
    from agendad.rules.tree import Scalar
    from agendad.rules.values import Reader

_RRULE: Final = Field(
    "rrule",
    parsed("bad-rrule", grammar.parse_rrule),
    "a recurrence rule of RFC 5545, by whole days",
    '"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"',
    STRING,
    synonyms=("cron", "rule"),
)
RECURRENCE: Final = Table("`every`", _RRULE)

_BUSY: Final = Field("busy", duration, "this much busy time without a gap of 10 minutes or more", "2h", DURATION)
BUSY: Final = Table("`after: {busy: ...}`", _BUSY)

_missing_words: Reader[str] = word_of("skip", "last day")
_phrase = parsed("bad-phrase", grammar.parse_phrase)


def _every(node: Node) -> Phrase:
    if isinstance(node, Sequence):
        return EveryWeekday(weekdays(node))
    if not isinstance(node, Mapping):
        return _phrase(node)
    found = read_whole(node, RECURRENCE, "every: weekday")
    rrule = found.get(_RRULE)
    if rrule is None:
        refuse(
            node,
            "missing-key",
            "`every` as a mapping holds an `rrule`",
            'such as `every: {rrule: "FREQ=DAILY;INTERVAL=3"}`',
        )
    return rrule


def _after(node: Node) -> After | AfterBusy:
    held = mapping(node, "`after`", f"after: {EXAMPLE}")
    if "busy" not in held.entries:
        return After(read_selector(node))
    found = read_table(held, BUSY, (("in a rule of its own: `busy` stands alone", SELECTOR),))
    found.refuse_if_broken()
    busy = found.get(_BUSY)
    if not busy:
        refuse(found.nodes["busy"], "bad-duration", "no busy time is no trigger", "did you mean `2h`?")
    return AfterBusy(busy)


def _before(node: Node) -> Before:
    return Before(read_selector(mapping(node, "`before`", f"before: {EXAMPLE}")))


_EXCEPTIONS: Final = {
    "holidays": "holidays",
    "holiday": "holidays",
    "away": "away",
    "absent": "away",
    "absence": "away",
    "vacation": "away",
}
_DATE_LIKE: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]")


def _exclusions(node: Node) -> Exclusions:
    if isinstance(node, Mapping):
        refuse(node, "wrong-type", f"`except` has to be a list, not {kind_of(node)}")
    names: set[str] = set()
    days: frozenset[int] = frozenset()
    dates = []
    problems: list[Diagnostic] = []
    for found, start, end in comma_words(node):
        word = found.text[start:end]
        try:
            if word in ("holidays", "away"):
                names.add(word)
            elif ".." in word or _DATE_LIKE.match(word):
                dates.append(grammar.parse_date_range(word))
            else:
                days |= grammar.parse_weekdays(word)
        except grammar.GrammarError as error:
            problems.append(_exclusion_problem(found, start, word, error))
    if problems:
        raise Refused(problems)
    return Exclusions("holidays" in names, "away" in names, days, tuple(dates))


def _exclusion_problem(node: Scalar, shift: int, word: str, error: grammar.GrammarError) -> Diagnostic:
    if ".." in word or _DATE_LIKE.match(word):
        start, end = node.part(shift + error.start, shift + error.end)
        return node.source.problem(start, end, "bad-date", error.message, error.hint)
    start, end = node.part(shift, shift + len(word))
    near = nearest(word, (*_EXCEPTIONS, *DAY_NAMES))
    hint = f"did you mean `{_EXCEPTIONS.get(near, near)}`?" if near else ""
    if not hint and "-" in word:
        hint = error.hint
    hint = hint or "write `holidays`, `away`, weekdays, a date, or `DATE..DATE`"
    return node.source.problem(start, end, "bad-exception", f"`{shown(word)}` is no exception that is known", hint)


def _if_missing(node: Node) -> Literal["skip", "last day"]:
    return cast("Literal['skip', 'last day']", _missing_words(node))


class StepAt:
    """The place of a step in its programme: `month 2`."""

    __slots__ = ("ordinal", "unit")

    def __init__(self, unit: Literal["day", "week", "month", "quarter"], ordinal: int) -> None:
        self.unit = unit
        self.ordinal = ordinal


_STEP: Final = re.compile(r"(day|week|month|quarter)\s+([1-9]\d{0,3})", re.IGNORECASE)
_STEP_GUESS: Final = re.compile(r"(\d{1,4})\D*?\s*(day|week|month|quarter)s?", re.IGNORECASE)


def _step_at(text: str) -> StepAt:
    found = _STEP.fullmatch(text.strip())
    if found is not None:
        unit = cast("Literal['day', 'week', 'month', 'quarter']", found[1].lower())
        return StepAt(unit, int(found[2]))
    guess = _STEP_GUESS.search(text) or re.search(r"(day|week|month|quarter)\D*(\d{1,4})", text, re.IGNORECASE)
    hint = "write `day 1`, `week 1`, `month 1` or `quarter 1`"
    if guess is not None:
        first, second = guess.groups()
        word, count = (second, first) if first.isdigit() else (first, second)
        hint = f"did you mean `{word.lower()} {max(int(count), 1)}`?"
    raise grammar.GrammarError("a step stands on a day, week, month or quarter, counted from 1", hint, 0, len(text))


WHEN: Final = Field(
    "when",
    read_state,
    "fires while the calendar is in this state: `none`, `share` or `hours` of matching events",
    "{none: {meeting: one-on-one}, in: 30d}",
    {"$ref": "#/definitions/state"},
    synonyms=("if", "condition", "state", "whenever", "on_signal", "signal"),
    verbs=("block", "draft"),
)
AGAIN: Final = Field(
    "again",
    parsed("bad-duration", grammar.parse_days),
    "fires anew after so many days or weeks while the state lasts; once without it",
    "2 weeks",
    DURATION,
    synonyms=("again_after", "repeat_after", "refire", "cooldown", "remind_again"),
    triggers=("when",),
)
EVERY: Final = Field(
    "every",
    _every,
    "fires on each day, or once in each period, that the phrase names",
    "weekday",
    {"anyOf": [list_or_one(STRING), {"$ref": "#/definitions/recurrence"}]},
    synonyms=(
        "cron",
        "repeat",
        "repeats",
        "recurrence",
        "rrule",
        "schedule",
        "frequency",
        "freq",
        "recurs",
        "interval",
    ),
)
AFTER: Final = Field(
    "after",
    _after,
    "fires when an event that matches this selector has ended, or when a day has gathered this much busy time",
    '{meeting: any, lasts: ">= 1h"}',
    {"anyOf": [SCHEMA, {"$ref": "#/definitions/busy"}]},
    synonyms=("following", "follows", "on_end", "since_event"),
)
BEFORE: Final = Field(
    "before",
    _before,
    "fires ahead of an event that matches this selector",
    "{title: board}",
    SCHEMA,
    synonyms=("ahead", "ahead_of", "prior", "preceding"),
)
STARTING: Final = Field(
    "starting",
    day,
    "the first day; intervals and steps count from it",
    "2027-01-04",
    DATE,
    synonyms=("start_date", "from", "since", "begin", "begins", "starts", "dtstart", "starting_on", "first_day"),
    triggers=("every", "steps"),
)
UNTIL: Final = Field(
    "until",
    day,
    "the last day, included",
    "2027-06-30",
    DATE,
    synonyms=("end_date", "ends", "ending", "to_date", "last_day", "stop", "expires"),
    triggers=("every",),
)
TIMES: Final = Field(
    "times",
    integer(1, 9999),
    "how many occurrences, counted before `except`",
    "10",
    number(1, 9999),
    synonyms=("count", "occurrences", "repeat_count", "max_times"),
    triggers=("every",),
)
EXCEPT: Final = Field(
    "except",
    _exclusions,
    "not on these days: public holidays, absences, weekdays, dates, ranges of dates",
    "[holidays, away, fri, 2026-12-24..2027-01-03]",
    list_or_one(STRING),
    synonyms=("exclude", "excludes", "excluding", "exdate", "exdates", "skip", "exceptions", "not_on", "but_not"),
)
IF_MISSING: Final = Field(
    "if_missing",
    _if_missing,
    "what a day that a shorter month lacks becomes",
    "last day",
    words("skip", "last day"),
    synonyms=("if_absent", "missing", "overflow"),
    triggers=("every",),
)
DELAY: Final = Field(
    "delay",
    duration,
    "the block begins, or the draft is due, at the earliest this long after the event",
    "30m",
    DURATION,
    synonyms=("wait", "offset", "pause"),
    triggers=("after",),
)
LEAD: Final = Field(
    "lead",
    duration,
    "with `before:`, the block begins at the earliest, or the draft is due, this long ahead of the event; "
    "with `show_as: auto`, the block is busy when it begins within this time",
    "2h",
    DURATION,
    synonyms=("lead_time", "advance", "in_advance"),
)
WITHIN: Final = Field(
    "within",
    duration,
    "the block begins at the latest this long after the first possible moment (by default 1 day, 1h after `busy`, 7 "
    "days with `when`); a draft that is made later than this is late",
    "1h",
    DURATION,
    synonyms=("deadline", "latest_after", "max_delay", "no_later_than", "by"),
)
LOOK_BACK: Final = Field(
    "look_back",
    duration,
    "on the rule's first day, events that ended this long ago still count",
    "7 days",
    DURATION,
    synonyms=("lookback", "backfill", "history"),
    triggers=("after",),
)

STEP_ON: Final = Field(
    "on",
    parsed("bad-step", _step_at),
    "the day, week, month or quarter of the programme, counted from `starting` (1 is the first)",
    "week 1",
    {"type": "string", "pattern": "^(day|week|month|quarter) +[1-9][0-9]*$"},
    synonyms=("at_step", "week", "month", "day", "quarter"),
    required=True,
)
