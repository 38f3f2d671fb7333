"""The fields that say for whom and with whom a rule is: `for_each:` and `with:` (section 2 of the language)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, cast

from agendad.model.rule import ForEach, Party, With
from agendad.rules.fields.common import BOOLEAN, SCALAR, STRING, group, list_or_one, number, person_id, words
from agendad.rules.spelling import listed
from agendad.rules.table import Field, Found, Table, read_table
from agendad.rules.tree import Mapping, Node, Scalar, Sequence
from agendad.rules.values import (
    boolean,
    comma_parts,
    each,
    integer,
    kind_of,
    refuse,
    shown,
    word_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.rules.values import Reader

FOR_EACH_EXAMPLE: Final = "{tier: 1}"
WITH_EXAMPLE: Final = "{group: team, pick: 1, rotate: least-recent}"
_WORD: Final = re.compile(r"[\w.-]+")
_MEANT: Final = re.compile(r"(?:(?P<kind>group|tier|person): *)?(?P<name>[\w.-]+)")
WAYS: Final = ("least-recent", "round-robin", "random")


def _listed(read: Reader[str]) -> Reader[tuple[str, ...]]:
    """Words, as a list or with commas between them, each once."""
    return lambda node: tuple(dict.fromkeys(each(_parts(node), read)))


def _parts(node: Node) -> Sequence:
    parts = Sequence(node.source, node.start, node.end)
    parts.items.extend(comma_parts(node))
    return parts


_number: Reader[int] = integer(1, 99)


def _tier(node: Node) -> str:
    return str(_number(node))


_GROUP: Final = Field(
    "group",
    _listed(group),
    "everybody in this group",
    "team",
    list_or_one(STRING),
    synonyms=("groups", "team", "circle", "in"),
)
_TIER: Final = Field(
    "tier", _listed(_tier), "everybody of this tier", "1", list_or_one(SCALAR), synonyms=("tiers", "level", "rank")
)
_PERSON: Final = Field(
    "person",
    _listed(person_id),
    "these people, by their id",
    "[ada, grace]",
    list_or_one(STRING),
    synonyms=("persons", "people", "who", "names", "name", "id", "ids", "attendees"),
)
_PICK: Final = Field(
    "pick",
    integer(1, 20),
    "how many of them are chosen (1 by default)",
    "2",
    number(1, 20),
    synonyms=("choose", "count", "number", "take", "how_many", "size"),
)


def _rotate(node: Node) -> Literal["least-recent", "round-robin", "random"]:
    return cast('Literal["least-recent", "round-robin", "random"]', _way(node))


_way: Reader[str] = word_of(*WAYS)
_ROTATE: Final = Field(
    "rotate",
    _rotate,
    "how: `least-recent` (default) takes those without contact for the longest time, `round-robin` one after the "
    "other, `random` by a lot that stays",
    "round-robin",
    words(*WAYS),
    synonyms=("rotation", "order", "strategy", "by", "how"),
)

PEOPLE: Final = Table("`for_each`", _GROUP, _TIER, _PERSON)
COMPANY: Final = Table("`with`", _GROUP, _TIER, _PERSON, _PICK, _ROTATE)


def _read(node: Node, table: Table, example: str) -> Found:
    if not isinstance(node, Mapping):
        message = f"{table.name} has to be a mapping, not {kind_of(node)}"
        refuse(node, "wrong-type", message, _meant(node, _key(table)) or f"such as `{_key(table)}: {example}`")
    return read_table(node, table)


def _key(table: Table) -> str:
    return table.name.strip("`")


def _meant(node: Node, key: str) -> str:
    """The hint with the mapping that another value (`group:team`, `[ada, grace]`) stands for, or empty."""
    if isinstance(node, Sequence):
        names = [item.text for item in node.items if isinstance(item, Scalar) and _WORD.fullmatch(item.text)]
        several = len(names) == len(node.items) > 0
        return f"did you mean `{key}: {{person: [{shown(', '.join(names))}]}}`?" if several else ""
    found = _MEANT.fullmatch(node.text.strip()) if isinstance(node, Scalar) else None
    if found is None:
        return ""
    kind = found["kind"] or ("tier" if found["name"].isdecimal() else "")
    if kind:
        return f"did you mean `{key}: {{{kind}: {shown(found['name'])}}}`?"
    both = [f"{key}: {{{kind}: {shown(found['name'])}}}" for kind in ("group", "person")]
    return f"write {listed(both)}"


def _parties(found: Found, table: Table, example: str) -> tuple[Party, ...]:
    if found.lacks("group", "tier", "person"):
        message, hint = f"{table.name} does not say who", f"such as `{_key(table)}: {example}`"
        found.report(found.node, "missing-key", message, hint)
    found.refuse_if_broken()
    return (
        *(Party("group", name) for name in found.value(_GROUP, ())),
        *(Party("tier", name) for name in found.value(_TIER, ())),
        *(Party("person", name) for name in found.value(_PERSON, ())),
    )


def _for_each(node: Node) -> ForEach:
    return ForEach(_parties(_read(node, PEOPLE, FOR_EACH_EXAMPLE), PEOPLE, FOR_EACH_EXAMPLE))


def _with(node: Node) -> With:
    found = _read(node, COMPANY, WITH_EXAMPLE)
    parties = _parties(found, COMPANY, WITH_EXAMPLE)
    return With(parties, found.value(_PICK, 1), found.value(_ROTATE, "least-recent"))


def named(node: Node) -> Iterator[tuple[str, Scalar]]:
    """Whom a `for_each` or `with` without a problem names: `group`, `tier` or `person`, and the place."""
    for name in ("group", "tier", "person"):
        if isinstance(node, Mapping) and name in node.entries:
            for part in comma_parts(node.entries[name][1]):
                yield name, part


FOR_EACH: Final = Field(
    "for_each",
    _for_each,
    "one occurrence for each of these people: `group`, `tier`, `person`, or several of them",
    FOR_EACH_EXAMPLE,
    {"$ref": "#/definitions/for_each"},
    synonyms=("foreach", "for_every", "for_all", "for_people", "each_person", "people"),
    triggers=("every", "after"),
    verbs=("block", "draft"),
)
WITH: Final = Field(
    "with",
    _with,
    "keeps one occurrence and chooses who is in it",
    WITH_EXAMPLE,
    {"$ref": "#/definitions/with"},
    synonyms=("attendees", "participants", "guests", "invitees", "together_with", "who", "company"),
    verbs=("block", "draft"),
)
INVITE: Final = Field(
    "invite",
    boolean,
    "adds the people of `with` or `for_each` as attendees; else the notes name them",
    "true",
    BOOLEAN,
    synonyms=("invites", "send_invite", "add_attendees", "as_attendees"),
    verbs=("block",),
)
NOTIFY: Final = Field(
    "notify",
    boolean,
    "with `invite: true`: the server of the calendar may mail the people that it adds",
    "true",
    BOOLEAN,
    synonyms=("notifies", "send_updates", "send_notifications", "inform"),
    verbs=("block",),
)
