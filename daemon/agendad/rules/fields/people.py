"""The fields of `people.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.rules.fields.common import STRING, by_id, group, language, list_or_one, number
from agendad.rules.fields.configuration import address
from agendad.rules.fields.rule import VERSION
from agendad.rules.table import Field, Table
from agendad.rules.values import as_is, integer, one_or_more, text
from agendad.rules.zones import zone

if TYPE_CHECKING:
    from agendad.rules.tree import Node


def _zone_name(node: Node) -> str:
    return zone(node).key


NAME: Final = Field("name", text, "the full name", "Grace Hopper", STRING, synonyms=("fullname", "full_name"))
EMAILS: Final = Field(
    "emails",
    one_or_more(address),
    "addresses; the first is the one to write to",
    "[grace@example.org]",
    list_or_one(STRING),
    synonyms=("email", "mail", "address", "addresses"),
)
GROUPS: Final = Field(
    "groups",
    one_or_more(group),
    "the groups the person is in",
    "[team]",
    list_or_one(STRING),
    synonyms=("group", "teams", "tags"),
)
TIER: Final = Field(
    "tier", integer(1, 99), "how close: 1 is the closest", "1", number(1, 99), synonyms=("level", "priority", "rank")
)
LANGUAGE: Final = Field("language", language, "the language to write in", "fr", STRING, synonyms=("lang", "locale"))
TIMEZONE: Final = Field(
    "timezone", _zone_name, "where the person lives", "Europe/Paris", STRING, synonyms=("tz", "time_zone", "zone")
)
TOPICS: Final = Field(
    "topics",
    one_or_more(text),
    "what to talk about",
    "[compilers]",
    list_or_one(STRING),
    synonyms=("topic", "interests"),
)
NOTES: Final = Field(
    "notes", text, "anything worth remembering", "Met at the board", STRING, synonyms=("note", "comment", "description")
)
MET: Final = Field(
    "met", text, "when or where the first meeting was", "2024-05-02", STRING, synonyms=("met_at", "since", "first_met")
)
PERSON: Final = Table("a person", NAME, EMAILS, GROUPS, TIER, LANGUAGE, TIMEZONE, TOPICS, NOTES, MET)

DECLARED: Final = Field(
    "groups",
    one_or_more(group),
    "groups that exist even if nobody is in them",
    "[team, board]",
    list_or_one(STRING),
    synonyms=("group",),
    may_be_empty=True,
)
PEOPLE: Final = Field(
    "people",
    as_is,
    "the people by id",
    "{grace: {name: Grace Hopper, emails: [grace@example.org]}}",
    by_id({"$ref": "#/definitions/person"}),
    synonyms=("persons", "contacts", "person"),
    may_be_empty=True,
)
FILE: Final = Table("the people", VERSION, DECLARED, PEOPLE)
