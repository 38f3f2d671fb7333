"""The fields of a rule file, of a rule and of a step: the verbs, and everything else put together."""

from __future__ import annotations

from typing import Final

from agendad.model.rule import Text
from agendad.rules.fields import company, trigger
from agendad.rules.fields.common import BOOLEAN, DURATION, STRING, TEXT, by_id, duration, languages_text, rule_id
from agendad.rules.fields.letter import DRAFT, LETTER
from agendad.rules.fields.look import LOOK
from agendad.rules.fields.placement import PLACEMENT
from agendad.rules.fields.selector import SCHEMA, read_selector
from agendad.rules.table import Field, Table, read_whole
from agendad.rules.tree import Node, Sequence
from agendad.rules.values import as_is, boolean, kind_of, refuse, text
from agendad.rules.zones import zone

VERBS: Final = ("block", "draft", "protect")
TRIGGERS: Final = ("every", "after", "before", "when", "steps")

_ABOVE: Final = Field("above", duration, "the bound", "5h", DURATION, synonyms=("over", "more_than", "max", "limit"))
CAP: Final = Table("`meetings`", _ABOVE)


def _cap(node: Node) -> int:
    found = read_whole(node, CAP, "meetings: {above: 5h}")
    above = found.get(_ABOVE)
    if above is None:
        refuse(node, "missing-key", "`meetings` needs `above`", "such as `meetings: {above: 5h}`")
    return above


def _title(node: Node) -> Text:
    title = languages_text(node)
    lines = {language: line.strip() for language, line in title.by_language.items()}
    if any("\n" in line for line in lines.values()):
        refuse(node, "bad-value", "a title is one line", "put the rest into `notes`")
    return Text(lines)


BLOCK: Final = Field(
    "block",
    _title,
    "keeps an event with this title in the person's own calendar",
    "Deep work",
    TEXT,
    synonyms=("title", "summary", "name", "event", "create"),
)
PROTECT: Final = Field(
    "protect",
    _title,
    "guards a time: holds it busy, and reports each invitation that lands in it",
    "Evenings are mine",
    TEXT,
    synonyms=("guard", "hold", "reserve", "defend"),
)
ALLOW: Final = Field(
    "allow",
    read_selector,
    "invitations that match are let pass",
    '{title: "/urgent/i"}',
    SCHEMA,
    synonyms=("allows", "permit", "let_pass", "except_for"),
    verbs=("protect",),
)
MEETINGS: Final = Field(
    "meetings",
    _cap,
    "holds the rest of the day's working hours once its meetings pass this bound",
    "{above: 5h}",
    {"$ref": "#/definitions/cap"},
    synonyms=("meeting_cap", "load", "max_meetings"),
    triggers=("every",),
    verbs=("protect",),
)
ENABLED: Final = Field(
    "enabled", boolean, "`false` removes its future blocks", "false", BOOLEAN, synonyms=("active", "disabled", "enable")
)
MOVED_FROM: Final = Field(
    "moved_from",
    rule_id,
    "the id that the rule had before it was renamed; keeps its history",
    "old-id",
    STRING,
    synonyms=("renamed_from", "was", "old_id", "formerly", "previous_id"),
)

STEP_EXAMPLE: Final = "- {on: week 1, block: Begin}"
STEP: Final = Table(
    "a step",
    trigger.STEP_ON,
    BLOCK,
    DRAFT,
    PROTECT,
    *(field for field in PLACEMENT if field.name != "on"),
    trigger.LEAD,
    *LOOK,
    company.INVITE,
    company.NOTIFY,
    *LETTER,
)


def _steps(node: Node) -> tuple[Node, ...]:
    """The steps as they stand; `build` reads each, and completes it with what the rule says for all."""
    if not isinstance(node, Sequence):
        refuse(node, "wrong-type", f"`steps` has to be a list, not {kind_of(node)}", f"such as `{STEP_EXAMPLE}`")
    return tuple(node.items)


STEPS: Final = Field(
    "steps",
    _steps,
    "a programme, counted from `starting`; each step says `on` and carries the verb",
    "[{on: week 1, block: List every task}, {on: month 2, block: Raise the difficulty}]",
    {"type": "array", "items": {"$ref": "#/definitions/step"}, "minItems": 1},
    synonyms=("programme", "program", "phases", "stages", "plan"),
)

RULE: Final = Table(
    "a rule",
    BLOCK,
    DRAFT,
    PROTECT,
    ALLOW,
    MEETINGS,
    trigger.EVERY,
    trigger.AFTER,
    trigger.BEFORE,
    trigger.WHEN,
    STEPS,
    company.FOR_EACH,
    company.WITH,
    trigger.STARTING,
    trigger.UNTIL,
    trigger.TIMES,
    trigger.EXCEPT,
    trigger.IF_MISSING,
    trigger.DELAY,
    trigger.LEAD,
    trigger.WITHIN,
    trigger.LOOK_BACK,
    trigger.AGAIN,
    *PLACEMENT,
    *LOOK,
    company.INVITE,
    company.NOTIFY,
    *LETTER,
    ENABLED,
    MOVED_FROM,
)

ID: Final = Field("id", rule_id, "the name of the rule", "deep-work", STRING)
VERSION: Final = Field(
    "version",
    text,
    "the version of the language: 1",
    "1",
    {"const": 1},
    synonyms=("v", "api_version"),
    required=True,
)
TIMEZONE: Final = Field(
    "timezone",
    zone,
    "the zone of the wall-clock times in this file; else the configuration's",
    "Europe/Paris",
    STRING,
    synonyms=("tz", "time_zone", "zone", "tzid"),
)
RULES: Final = Field(
    "rules",
    as_is,
    "the rules by id: unique in all files, kebab-case, stable",
    "{deep-work: {block: Deep work, every: weekday, at: 09:00-12:00}}",
    by_id({"$ref": "#/definitions/rule"}),
    synonyms=("rule", "blocks", "events"),
    may_be_empty=True,
    required=True,
)
FILE: Final = Table("a rule file", VERSION, TIMEZONE, RULES)
