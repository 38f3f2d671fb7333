"""The fields that say what a block looks like in the calendar (section 5 of the language)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from agendad.model.calendar import Kind, Visibility
from agendad.rules.fields.common import DURATION, STRING, TEXT, duration, languages_text, list_or_one, number, words
from agendad.rules.table import Field
from agendad.rules.tree import Node, Scalar
from agendad.rules.values import each, integer, text, word_of

if TYPE_CHECKING:
    from typing import Literal

    from agendad.rules.values import Reader

_SHOWN: Final = ("busy", "free", "auto")

_one_show: Reader[str] = word_of(*_SHOWN)
_one_kind: Reader[str] = word_of(*(kind.value for kind in Kind))
_one_visibility: Reader[str] = word_of(*(each.value for each in Visibility))


def _show_as(node: Node) -> Literal["busy", "free", "auto"]:
    return cast("Literal['busy', 'free', 'auto']", _one_show(node))


def _kind(node: Node) -> Kind:
    return Kind(_one_kind(node))


def _visibility(node: Node) -> Visibility:
    return Visibility(_one_visibility(node))


def _remind(node: Node) -> tuple[int, ...]:
    """Minutes before the start, ascending; `none` for no reminder at all."""
    if isinstance(node, Scalar) and node.text.strip() == "none":
        return ()
    return tuple(sorted(set(each(node, duration))))


SHOW_AS: Final = Field(
    "show_as",
    _show_as,
    "whether others see the time as taken; `auto` is free while the block still has other places to go",
    "auto",
    words(*_SHOWN),
    synonyms=("transparency", "transp", "busy", "free", "availability", "showas", "status"),
    verbs=("block", "protect"),
)
SLOTS: Final = Field(
    "slots",
    integer(0, 99),
    "with `show_as: auto`: busy when fewer other places are left (2 by default)",
    "2",
    number(0, 99),
    synonyms=("places",),
    verbs=("block",),
)
ROOM: Final = Field(
    "room",
    duration,
    "with `show_as: auto`: busy when less other free time is left (30m by default)",
    "30m",
    DURATION,
    verbs=("block",),
)
KIND: Final = Field(
    "kind",
    _kind,
    "the native type where the calendar has it: focus time, out of office",
    "focus",
    words(*(kind.value for kind in Kind)),
    synonyms=("type", "event_type", "category", "categories"),
    verbs=("block", "protect"),
)
NOTES: Final = Field(
    "notes",
    languages_text,
    "the description: a text, or the name of a template (`agenda.md.j2`)",
    "Phone off, one task.",
    TEXT,
    synonyms=("description", "desc", "body", "note", "comment", "details"),
    verbs=("block", "protect"),
)
PLACE: Final = Field(
    "place",
    text,
    "where it is",
    "Room 4",
    STRING,
    synonyms=("location", "where", "address", "venue"),
    verbs=("block", "protect"),
)
COLOR: Final = Field(
    "color",
    text,
    "the color, in the calendar's own words",
    "sage",
    STRING,
    synonyms=("colour", "color_id", "colorid", "hue"),
    verbs=("block", "protect"),
)
VISIBILITY: Final = Field(
    "visibility",
    _visibility,
    "who may see what it is",
    "private",
    words(*(each.value for each in Visibility)),
    synonyms=("class", "privacy", "private", "public", "sensitivity"),
    verbs=("block", "protect"),
)
REMIND: Final = Field(
    "remind",
    _remind,
    "reminders ahead of the start, or `none`; without it the calendar's own default holds",
    "10m",
    list_or_one(STRING),
    synonyms=("reminder", "reminders", "alarm", "alarms", "valarm", "notification", "notifications", "alert"),
    verbs=("block", "protect"),
)

LOOK: Final = (SHOW_AS, SLOTS, ROOM, KIND, NOTES, PLACE, COLOR, VISIBILITY, REMIND)
