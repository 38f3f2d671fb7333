"""The fields below `expect:` of a rule test: what is known of a block, a draft, a skipped occurrence, a violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.calendar import Visibility
from agendad.rules.fields.common import BOOLEAN, SCALAR, STRING, duration, list_or_one, rule_id, words
from agendad.rules.fields.ruletest import KIND, PLACE, SHOW_AS, SUBJECT, TITLE, day_time, list_of, occurrence_key, who
from agendad.rules.spelling import spelled
from agendad.rules.table import Field, Table
from agendad.rules.tree import Scalar
from agendad.rules.values import as_is, boolean, each, one_or_more, refuse, text, word_of

if TYPE_CHECKING:
    from agendad.model.ruletest import DayTime
    from agendad.rules.tree import Node
    from agendad.rules.values import Reader

_visibility: Reader[str] = word_of(*(each.value for each in Visibility))


def _due(node: Node) -> DayTime:
    found = day_time(node)
    if found.end is not None:
        refuse(node, "bad-time", "a draft is due at one time", "such as `2026-11-24 16:30`")
    return found


def _remind(node: Node) -> str:
    """The reminders as they are compared: `10m, 1h`."""
    if isinstance(node, Scalar) and node.text.strip() == "none":
        return "none"
    return ", ".join(spelled(minutes) for minutes in sorted(set(each(node, duration))))


def _flag(node: Node) -> str:
    return "true" if boolean(node) else "false"


RULE: Final = Field("rule", rule_id, "the rule it is of", "deep-work", STRING, required=True)
KEY: Final = Field("key", occurrence_key, "its key", "deep-work/2026-11-24", STRING)
_CONTAINS: Final = ("contains", one_or_more(text))
BLOCK_AT: Final = Field(
    "at",
    day_time,
    "where it stands; without the day when `over` is one day; a start alone leaves the end open",
    '"2026-11-24 16:00-16:15"',
    STRING,
    synonyms=("when", "time", "start"),
)
COLOR: Final = Field("color", text, "the color", "sage", STRING, synonyms=("colour",))
VISIBILITY: Final = Field(
    "visibility", _visibility, "who may see it", "private", words(*(each.value for each in Visibility))
)
REMIND: Final = Field("remind", _remind, "its reminders, or `none`", "10m", list_or_one(STRING))
IN_NOTES: Final = Field(*_CONTAINS, "texts that its notes hold", "[Phone off]", list_or_one(SCALAR))
BLOCK: Final = Table("a block", RULE, BLOCK_AT, TITLE, KEY, SHOW_AS, KIND, PLACE, COLOR, VISIBILITY, REMIND, IN_NOTES)

DRAFT_TO: Final = Field(
    "to",
    one_or_more(who),
    "all of its recipients, without those of copies: addresses or ids of people",
    "[chair@example.org]",
    list_or_one(STRING),
)
DUE: Final = Field(
    "due", _due, "when it comes into Drafts", '"2026-11-24 16:30"', STRING, synonyms=("at", "when", "time")
)
LATE: Final = Field("late", _flag, "whether it comes after its deadline", "true", BOOLEAN)
IN_MAIL: Final = Field(
    *_CONTAINS, "texts that its text holds", '["Thank you"]', list_or_one(SCALAR), synonyms=("text", "body", "includes")
)
DRAFT: Final = Table("a draft", RULE, DRAFT_TO, SUBJECT, DUE, KEY, LATE, IN_MAIL)

BECAUSE: Final = Field(
    "because",
    one_or_more(text),
    "texts that its reasons hold, as `agendad explain` writes them",
    "[no room]",
    list_or_one(SCALAR),
    synonyms=("why", "contains", "reason"),
)
SKIPPED: Final = Table("a skipped occurrence", RULE, KEY, BECAUSE)

VIOLATION_AT: Final = Field("at", day_time, "when the event is", '"2026-11-24 19:00-20:00"', STRING, synonyms=("when",))
VIOLATION: Final = Table("a violation", RULE, TITLE, VIOLATION_AT)


def _expected(name: str, table: str, means: str, example: str, *synonyms: str) -> Field[Node]:
    return Field(name, as_is, means, example, list_of(table), synonyms=synonyms, may_be_empty=True)


BLOCKS: Final = _expected(
    "blocks", "block", "exactly these blocks begin in `over`; `[]`: none", '[{rule: walk, at: "16:00-16:15"}]', "block"
)
DRAFTS: Final = _expected(
    "drafts", "draft", "exactly these drafts are due in `over`", "[{rule: thanks, to: chair@example.org}]", "draft"
)
SKIPPED_FIELD: Final = _expected(
    "skipped",
    "skipped",
    "exactly these occurrences have no block or draft",
    "[{rule: walk, because: no room}]",
    "skips",
)
VIOLATIONS: Final = _expected(
    "violations",
    "violation",
    "exactly these events violate a guard",
    "[{rule: evenings, title: Late call}]",
    "conflicts",
)
EXPECT: Final = Table("`expect`", BLOCKS, DRAFTS, SKIPPED_FIELD, VIOLATIONS)
