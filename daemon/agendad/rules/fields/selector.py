"""The fields of a selector, and the reader of one (section 4 of the language)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agendad.model.rule import AttendeeTest, Party, Selector
from agendad.rules import grammar
from agendad.rules.fields.common import (
    BOOLEAN,
    STRING,
    TIME_RANGE,
    fold,
    list_or_one,
    pattern,
    rule_id,
    weekdays,
    window,
    words,
)
from agendad.rules.table import Field, Table, read_whole
from agendad.rules.tree import Mapping, Node, Scalar, Sequence
from agendad.rules.values import (
    boolean,
    each,
    items,
    one_or_more,
    parsed,
    refuse,
    scalar,
    shown,
    text,
    words_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.rules.table import Found

MEETINGS: Final = ("any", "internal", "external", "one-on-one", "none")
RESPONSES: Final = ("accepted", "tentative", "needs-action", "declined")
EXAMPLE: Final = "{meeting: any}"
SCHEMA: Final = {"$ref": "#/definitions/selector"}

ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_DOMAIN: Final = re.compile(r"[^@\s,;<>*]+")


def party(node: Node) -> Party:
    """A word that names people: an address, `*@domain`, `group:NAME`, `tier:N` or a person's id."""
    word = scalar(node).text.strip()
    kind, colon, name = word.partition(":")
    if colon and kind in ("group", "tier"):
        if kind == "tier" and not (name.isascii() and name.isdigit() and 0 < len(name) < 4):
            refuse(node, "bad-party", f"`{shown(name)}` is not the number of a tier", "write for example `tier:1`")
        if not name.strip():
            refuse(node, "bad-party", "the name of the group is missing", "write for example `group:team`")
        return Party("group" if kind == "group" else "tier", name.strip())
    if word.startswith("*@"):
        if not _DOMAIN.fullmatch(word[2:]):
            refuse(node, "bad-party", f"`{shown(word)}` is not a domain", "write for example `*@example.org`")
        return Party("domain", word[2:].lower())
    if "@" in word:
        if word.startswith("@"):
            refuse(node, "bad-party", f"`{shown(word)}` is not an address", f"did you mean `*{shown(word)}`?")
        if not ADDRESS.fullmatch(word):
            refuse(node, "bad-party", f"`{shown(word)}` is not an address", "write the bare address: `ada@example.org`")
        return Party("address", word.lower())
    if " " in word or colon:
        hint = "write an address, `*@domain`, `group:NAME`, `tier:N` or a person's id"
        refuse(node, "bad-party", f"`{shown(word)}` does not name people", hint)
    return Party("person", word)


def organizer(node: Node) -> Party:
    """As `party`, or `me`."""
    return Party("me", "") if scalar(node).text.strip() == "me" else party(node)


def attendee(node: Node) -> Party:
    """As `party`; the person never counts, so `me` is refused."""
    if scalar(node).text.strip() == "me":
        refuse(
            node,
            "bad-party",
            "the person never counts as an attendee",
            "select their own meetings with `organizer: me`",
        )
    return party(node)


def tag(node: Node) -> str:
    """A `#word` of the description; the sign may be left out."""
    word = scalar(node).text.strip().removeprefix("#")
    if not word or any(char.isspace() for char in word):
        refuse(node, "bad-value", f"`{shown(word)}` is not a tag", 'write one word, such as `"#board"`')
    return fold(word)


_PARTIES: Final = list_or_one(STRING)
_ANY: Final = Field("any", one_or_more(attendee), "at least one of these is there", "[ada, group:board]", _PARTIES)
_ALL: Final = Field("all", one_or_more(attendee), "all of these are there", "[ada, grace]", _PARTIES)
_NONE: Final = Field("none", one_or_more(attendee), "none of these is there", "[group:team]", _PARTIES)
_COUNT: Final = Field(
    "count",
    parsed("bad-count", grammar.parse_count),
    "how many others there are",
    '"2-8"',
    {"type": ["string", "integer"]},
    synonyms=("number", "size"),
)

ATTENDEES: Final = Table("`attendees`", _ANY, _ALL, _NONE, _COUNT)


def read_attendees(node: Node) -> AttendeeTest:
    """`attendees:`; a word or a list of words means any of them."""
    if isinstance(node, Scalar | Sequence):
        return AttendeeTest(any=each(node, attendee))
    found = read_whole(node, ATTENDEES, "attendees: {any: [ada]}")
    return AttendeeTest(
        any=found.value(_ANY, ()), all=found.value(_ALL, ()), none=found.value(_NONE, ()), count=found.get(_COUNT)
    )


def read_selector(node: Node) -> Selector:
    """A mapping of tests that must all hold; raises Refused with every problem in it."""
    return selector_of(read_whole(node, SELECTOR, EXAMPLE))


def selector_of(found: Found) -> Selector:
    """The selector of a mapping that was read by a table that holds the fields of `SELECTOR`."""
    return Selector(
        title=found.value(_TITLE, ()),
        calendar=found.value(_CALENDAR, ()),
        meeting=found.value(_MEETING, ()),
        attendees=found.get(_ATTENDEES),
        organizer=found.value(_ORGANIZER, ()),
        lasts=found.get(_LASTS),
        response=found.value(_RESPONSE, ()),
        show_as=found.value(_SHOW_AS, ()),
        all_day=found.get(_ALL_DAY),
        location=found.value(_LOCATION, ()),
        tag=found.value(_TAG, ()),
        recurring=found.get(_RECURRING),
        rule=found.value(_RULE, ()),
        on=found.get(_ON),
        between=found.value(_BETWEEN, ()),
        away=found.get(_AWAY),
        any=found.value(_ANY_OF, ()),
        negated=found.get(_NOT),
    )


def _any_of(node: Node) -> tuple[Selector, ...]:
    if not isinstance(node, Sequence):
        refuse(
            node, "wrong-type", "`any` is a list of selectors", "such as `any: [{title: board}, {meeting: external}]`"
        )
    return each(node, read_selector)


_TITLE: Final = Field(
    "title",
    one_or_more(pattern),
    "the title contains this text (case and accents do not matter) or matches this regular expression",
    '"/urgent|incident/i"',
    list_or_one(STRING),
    synonyms=("summary", "name", "subject", "titles"),
)
_CALENDAR: Final = Field(
    "calendar", one_or_more(text), "the calendar it stands in", "family", list_or_one(STRING), synonyms=("calendars",)
)
_MEETING: Final = Field(
    "meeting",
    words_of(*MEETINGS),
    "a meeting has at least one other human attendee who has not declined; external: someone outside `me.domains`",
    "external",
    list_or_one(words(*MEETINGS)),
    synonyms=("meetings",),
)
_ATTENDEES: Final = Field(
    "attendees",
    read_attendees,
    "who else is there: `any`, `all`, `none`, `count`",
    '{any: [group:board], count: "2-8"}',
    {"anyOf": [list_or_one(STRING), {"$ref": "#/definitions/attendees"}]},
    synonyms=("attendee", "participants", "guests", "people", "with", "invitees"),
)
_ORGANIZER: Final = Field(
    "organizer",
    one_or_more(organizer),
    "who called it",
    "me",
    _PARTIES,
    synonyms=("organiser", "owner", "from", "host"),
)
_LASTS: Final = Field(
    "lasts",
    parsed("bad-comparison", grammar.parse_comparison),
    "how long it is",
    '">= 1h"',
    STRING,
    synonyms=("duration", "length", "longer_than", "min_duration"),
)
_RESPONSE: Final = Field(
    "response",
    words_of(*RESPONSES),
    "the person's own answer to the invitation",
    "accepted, tentative",
    list_or_one(STRING),
    synonyms=("rsvp", "partstat", "answer"),
)
_SHOW_AS: Final = Field(
    "show_as",
    words_of("busy", "free"),
    "whether it holds the time",
    "busy",
    list_or_one(words("busy", "free")),
    synonyms=("transparency", "transp", "busy", "availability"),
)
_ALL_DAY: Final = Field(
    "all_day", boolean, "whether it is of whole days", "true", BOOLEAN, synonyms=("allday", "whole_day")
)
_LOCATION: Final = Field(
    "location",
    one_or_more(pattern),
    "as `title`, for the place",
    "Room 4",
    list_or_one(STRING),
    synonyms=("place", "where", "room"),
)
_TAG: Final = Field(
    "tag",
    one_or_more(tag),
    "a `#word` in the description",
    '"#board"',
    list_or_one(STRING),
    synonyms=("tags", "hashtag", "label"),
)
_RECURRING: Final = Field(
    "recurring",
    boolean,
    "whether it belongs to a series",
    "true",
    BOOLEAN,
    synonyms=("recurrent", "series", "repeating"),
)
_RULE: Final = Field(
    "rule", one_or_more(rule_id), "made by this rule", "deep-work", list_or_one(STRING), synonyms=("rules", "made_by")
)
_ON: Final = Field(
    "on",
    weekdays,
    "the weekdays on which it begins",
    "tue-thu",
    list_or_one(STRING),
    synonyms=("days", "weekdays", "day", "weekday"),
)
_BETWEEN: Final = Field(
    "between",
    one_or_more(window),
    "it lies within this time of day",
    "12:00-14:00",
    list_or_one(TIME_RANGE),
    synonyms=("time", "hours", "at"),
)
_AWAY: Final = Field(
    "away",
    boolean,
    "whether it is an absence: an event of kind away, an all-day one named in `away.titles`, or `agendad away`",
    "true",
    BOOLEAN,
    synonyms=("absence", "absent", "vacation", "out_of_office", "is_absence"),
)
_ANY_OF: Final = Field(
    "any",
    _any_of,
    "at least one of these selectors holds",
    "[{title: board}, {meeting: external}]",
    {"type": "array", "items": SCHEMA, "minItems": 1},
    synonyms=("any_of", "or", "one_of"),
)
_NOT: Final = Field(
    "not",
    read_selector,
    "this selector does not hold",
    "{title: lunch}",
    SCHEMA,
    synonyms=("none_of", "except", "unless", "exclude"),
)

SELECTOR: Final = Table(
    "a selector",
    _TITLE,
    _CALENDAR,
    _MEETING,
    _ATTENDEES,
    _ORGANIZER,
    _LASTS,
    _RESPONSE,
    _SHOW_AS,
    _ALL_DAY,
    _LOCATION,
    _TAG,
    _RECURRING,
    _RULE,
    _ON,
    _BETWEEN,
    _AWAY,
    _ANY_OF,
    _NOT,
)


_MENTIONS: Final = {
    "rule": "rule",
    "calendar": "calendar",
    "meeting": "meeting",
    **dict.fromkeys(("organizer", "attendees", "any", "all", "none", "not"), "party"),
}


def mentions(node: Node) -> Iterator[tuple[str, Scalar]]:
    """What a selector names that has to exist elsewhere, as `rule`, `calendar`, `meeting` or `party`, with its place.

    Only for selectors that were read without a problem, so that texts stand only where they name people or rules.
    """
    for name, (_, value) in node.entries.items() if isinstance(node, Mapping) else ():
        kind = _MENTIONS.get(name)
        if kind is None:
            continue
        for item in items(value):
            if isinstance(item, Scalar):
                yield kind, item
            else:
                yield from mentions(item)
