"""The fields of a rule test file (`*.test.yaml`, section 9 of the language)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.calendar import Kind, Response, ShowAs, Status
from agendad.model.rule import EveryPeriod, MonthOfQuarter, WeekOfMonth
from agendad.model.ruletest import GivenAttendee
from agendad.rules import grammar
from agendad.rules.daytimes import parse_day_time, parse_instant
from agendad.rules.fields import configuration, people, trigger
from agendad.rules.fields.common import (
    BOOLEAN,
    DATE,
    STRING,
    day,
    list_or_one,
    person_id,
    rule_id,
    words,
)
from agendad.rules.fields.configuration import address
from agendad.rules.fields.rule import VERSION
from agendad.rules.table import Field, Table, read_whole
from agendad.rules.tree import Mapping, Scalar
from agendad.rules.values import as_is, boolean, each, one_or_more, parsed, refuse, scalar, shown, text, word_of

if TYPE_CHECKING:
    from agendad.model.rule import Exclusions, Phrase
    from agendad.model.ruletest import Days, DayTime
    from agendad.rules.table import Schema
    from agendad.rules.tree import Node
    from agendad.rules.values import Reader

ALL: Final = "all"
ME: Final = "me"


def list_of(table: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/definitions/{table}"}}


# ---------------------------------------------------------------- values

day_time = parsed("bad-time", parse_day_time)
_instant = parsed("bad-time", parse_instant)
_days = parsed("bad-date", grammar.parse_date_range)
_status: Reader[str] = word_of(*(each.value for each in Status))
_response: Reader[str] = word_of(*(each.value for each in Response))
_show_as: Reader[str] = word_of(*(each.value for each in ShowAs))
_kind: Reader[str] = word_of(*(each.value for each in Kind))


def who(node: Node) -> str:
    """An address (in lower case), or the id of a person."""
    return address(node) if "@" in scalar(node).text else person_id(node)


def _organizer(node: Node) -> str:
    return ME if scalar(node).text.strip() == ME else who(node)


def _event_time(node: Node) -> DayTime:
    """A time with its day; one of some hours has an end."""
    found = day_time(node)
    if found.days is None:
        refuse(node, "bad-time", "an event has a day", "such as `2026-11-24 14:00-16:00`")
    if found.start is not None and found.end is None:
        refuse(node, "bad-time", "an event has an end", "such as `2026-11-24 14:00-16:00`")
    return found


def _event_phrase(node: Node) -> Phrase:
    phrase = trigger.EVERY.read(node)
    if isinstance(phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter):
        refuse(
            node, "bad-phrase", "an event repeats on days", "such as `every: tuesday` or `every: 2 weeks on tuesday`"
        )
    return phrase


def _event_except(node: Node) -> Exclusions:
    found = trigger.EXCEPT.read(node)
    if found.holidays or found.away:
        refuse(node, "bad-exception", "an event leaves out weekdays and dates", "such as `except: [fri, 2026-12-24]`")
    return found


def _beside(node: Node) -> tuple[str, ...] | None:
    """Ids of rules; None for all."""
    if isinstance(node, Scalar) and node.text.strip() == ALL:
        return None
    return each(node, rule_id)


def occurrence_key(node: Node) -> str:
    word = scalar(node).text.strip()
    rule, _, rest = word.partition("/")
    if not rule or not rest or any(char.isspace() for char in rule):
        refuse(node, "bad-id", f"`{shown(word)}` is not a key", "such as `deep-work/2026-11-24`")
    return word


def _attendee(node: Node) -> GivenAttendee:
    if not isinstance(node, Mapping):
        return GivenAttendee(who(node))
    found = read_whole(node, ATTENDEE, "{email: ada@example.org, response: declined}")
    if found.get(_EMAIL) is None:
        refuse(node, "missing-key", "an attendee needs an `email`", "such as `{email: ada@example.org}`")
    return GivenAttendee(
        found[_EMAIL],
        found.value(_ATTENDEE_NAME, ""),
        Response(found.value(RESPONSE, Response.ACCEPTED)),
        found.value(_HUMAN, True),
    )


# ---------------------------------------------------------------- events and mail

_EMAIL: Final = Field(
    "email",
    who,
    "the address, or a person's id",
    "ada@example.org",
    STRING,
    synonyms=("address", "mail"),
    required=True,
)
_ATTENDEE_NAME: Final = Field("name", text, "the display name", "Ada Martin", STRING)
RESPONSE: Final = Field(
    "response",
    _response,
    "the answer to the invitation: accepted, unless this says otherwise",
    "declined",
    words(*(each.value for each in Response)),
    synonyms=("rsvp", "partstat", "answer"),
)
_HUMAN: Final = Field("human", boolean, "`false` for a room or a resource", "false", BOOLEAN)
ATTENDEE: Final = Table("an attendee", _EMAIL, _ATTENDEE_NAME, RESPONSE, _HUMAN)

TITLE: Final = Field("title", text, "the title", "Board", STRING, synonyms=("summary", "name"))
EVENT_AT: Final = Field(
    "at",
    _event_time,
    "when it is: a day with a time, a day, or `DATE..DATE`, both included",
    '"2026-11-24 14:00-16:00"',
    STRING,
    synonyms=("when", "time", "on", "date", "start", "starts"),
    required=True,
)
ATTENDEES: Final = Field(
    "attendees",
    one_or_more(_attendee),
    "who takes part, beside the person: addresses or ids of people",
    "[chair@example.org, {email: bob@example.org, response: declined}]",
    list_or_one({"anyOf": [STRING, {"$ref": "#/definitions/attendee"}]}),
    synonyms=("attendee", "with", "guests", "participants", "invitees"),
    may_be_empty=True,
)
ORGANIZER: Final = Field(
    "organizer",
    _organizer,
    "who called it, or `me`",
    "chair@example.org",
    STRING,
    synonyms=("organiser", "host", "owner"),
)
CALENDAR: Final = Field("calendar", text, "the calendar it stands in; else the one that is written", "family", STRING)
SHOW_AS: Final = Field(
    "show_as", _show_as, "whether it holds the time", "free", words("busy", "free"), synonyms=("transp", "transparency")
)
KIND: Final = Field("kind", _kind, "its native type", "away", words(*(each.value for each in Kind)), synonyms=("type",))
PLACE: Final = Field("place", text, "where it is", "Room 4", STRING, synonyms=("location", "where"))
NOTES: Final = Field("notes", text, "its description", '"#board"', STRING, synonyms=("description", "body"))
STATUS: Final = Field(
    "status", _status, "its status", "cancelled", words(*(each.value for each in Status)), synonyms=("state",)
)
UID: Final = Field("uid", text, "its UID, when a key is expected", "7f3a@example.com", STRING, synonyms=("id",))
EVENT_EVERY: Final = Field(
    "every",
    _event_phrase,
    "makes a series of it, by days, from its `at` on",
    "tuesday",
    trigger.EVERY.schema,
    synonyms=("rrule", "repeat", "repeats", "recurrence"),
)
EVENT_EXCEPT: Final = Field(
    "except",
    _event_except,
    "days that the series leaves out: weekdays, dates, ranges of dates",
    "[fri, 2026-12-24..2027-01-03]",
    list_or_one(STRING),
    synonyms=("exclude", "exdate", "exdates", "skip"),
    triggers=("every",),
)
EVENT_RULE: Final = Field(
    "rule", rule_id, "it is a block that this rule has written already", "deep-work", STRING, synonyms=("made_by",)
)
EVENT_KEY: Final = Field(
    "key",
    occurrence_key,
    "the block's key; else `RULE/` and its day",
    "deep-work/2026-11-24",
    STRING,
    synonyms=("occurrence",),
)
MOVED: Final = Field("moved", boolean, "the person moved the block here", "true", BOOLEAN, synonyms=("pinned",))
RENAMED: Final = Field("renamed", boolean, "the person gave the block this title", "true", BOOLEAN)
CHOSEN: Final = Field(
    "chosen",
    one_or_more(person_id),
    "ids of the people whom `with:` chose for the block",
    "[grace]",
    list_or_one(STRING),
)
EVENT: Final = Table(
    "an event",
    TITLE,
    EVENT_AT,
    ATTENDEES,
    ORGANIZER,
    RESPONSE,
    CALENDAR,
    SHOW_AS,
    KIND,
    PLACE,
    NOTES,
    STATUS,
    UID,
    EVENT_EVERY,
    trigger.UNTIL,
    trigger.TIMES,
    EVENT_EXCEPT,
    EVENT_RULE,
    EVENT_KEY,
    MOVED,
    RENAMED,
    CHOSEN,
)

MAIL_AT: Final = Field(
    "at", _instant, "when it was sent", '"2026-11-24 16:20"', STRING, synonyms=("date", "sent", "when"), required=True
)
MAIL_TO: Final = Field(
    "to", one_or_more(who), "to whom the person sent it", "[chair@example.org]", list_or_one(STRING), synonyms=("cc",)
)
MAIL_FROM: Final = Field("from", who, "who sent it to the person", "chair@example.org", STRING, synonyms=("sender",))
SUBJECT: Final = Field("subject", text, "the subject", "Thank you", STRING, synonyms=("title",))
MAIL: Final = Table("a mail", MAIL_AT, MAIL_TO, MAIL_FROM, SUBJECT)

# ---------------------------------------------------------------- tests and the file


def _days_list(node: Node) -> tuple[Days, ...]:
    return each(node, _days)


NOW: Final = Field("now", _instant, "the instant of the cycle", "2026-11-23T08:00", STRING, synonyms=("today", "clock"))
STARTING: Final = Field(
    "starting",
    day,
    "the day on which rules begin that have a `starting:`, whatever it says",
    "2027-01-04",
    DATE,
    synonyms=trigger.STARTING.synonyms,
)
EVENTS: Final = Field(
    "events",
    as_is,
    "what stands in the calendars",
    '[{title: Board, at: "2026-11-24 14:00-16:00", attendees: [chair@example.org]}]',
    list_of("event"),
    synonyms=("event", "calendar", "meetings"),
    may_be_empty=True,
)
PEOPLE: Final = Field(
    "people",
    as_is,
    "the people, in place of those of people.yaml: a list with an `id` each, or by id",
    "[{id: grace, emails: [grace@example.org]}]",
    {"anyOf": [list_of("person"), {"type": "object", "additionalProperties": {"$ref": "#/definitions/person"}}]},
    synonyms=("persons", "contacts"),
    may_be_empty=True,
)
MAILS: Final = Field(
    "mail",
    as_is,
    "mails that were sent and received",
    '[{to: chair@example.org, at: "2026-11-24 16:20"}]',
    list_of("mail"),
    synonyms=("mails", "messages", "sent"),
    may_be_empty=True,
)
ABSENCES: Final = Field(
    "absences",
    _days_list,
    "declared absences, both ends included",
    "[2026-12-24..2027-01-03]",
    list_or_one(STRING),
    synonyms=("absent", "away_days", "leave"),
    may_be_empty=True,
)
DELETED: Final = Field(
    "deleted",
    one_or_more(occurrence_key),
    "keys of blocks that the person deleted",
    "[deep-work/2026-11-24]",
    list_or_one(STRING),
    synonyms=("gone", "removed"),
    may_be_empty=True,
)
PERSON: Final = Table(
    "a person", Field("id", person_id, "the person's id", "grace", STRING), *people.PERSON.fields.values()
)

NAME: Final = Field(
    "name",
    text,
    "what the test claims",
    "a walk follows the long meeting",
    STRING,
    synonyms=("title", "test"),
    required=True,
)
RULES: Final = Field(
    "rules",
    one_or_more(rule_id),
    "the rules that are judged, by themselves; without it all",
    "[walk-after-long-meeting]",
    list_or_one(STRING),
    synonyms=("rule",),
)
BESIDE: Final = Field(
    "beside",
    _beside,
    "rules that take part too and are not judged, or `all`",
    "[deep-work]",
    list_or_one(STRING),
    synonyms=("with", "besides", "alongside"),
)
OVER: Final = Field(
    "over",
    _days,
    "the time that is judged: a date, or `DATE..DATE`",
    "2026-11-24",
    STRING,
    synonyms=("on", "range", "dates", "days", "during"),
    required=True,
)
EXPECT_FIELD: Final = Field(
    "expect",
    as_is,
    "what is to come of it; what is left out is not judged",
    '{blocks: [{rule: walk, at: "16:00-16:15"}]}',
    {"$ref": "#/definitions/expect"},
    synonyms=("expected", "expects", "then", "want"),
    may_be_empty=True,
    required=True,
)
TEST: Final = Table(
    "a test", NAME, RULES, BESIDE, OVER, NOW, STARTING, EVENTS, PEOPLE, MAILS, ABSENCES, DELETED, EXPECT_FIELD
)
TESTS: Final = Field(
    "tests",
    as_is,
    "the tests",
    "[{name: deep work stands, over: 2026-11-24, expect: {blocks: [{rule: deep-work}]}}]",
    {"type": "array", "items": {"$ref": "#/definitions/test"}, "minItems": 1},
    synonyms=("test", "cases"),
    required=True,
)

SETTINGS: Final = {
    "me": configuration.ME_FIELD,
    "timezone": configuration.TIMEZONE,
    "language": configuration.LANGUAGE,
    "country": configuration.COUNTRY,
    "working_hours": configuration.WORKING_HOURS,
    "away_titles": configuration.AWAY_FIELD,
    "tentative_is_free": configuration.TENTATIVE,
    "horizon_days": configuration.HORIZON,
    "grid": configuration.GRID,
    "settle": configuration.SETTLE,
}
"""The fields of agendad.yaml that a test file may set for itself, by their names in `Settings`."""

FILE: Final = Table(
    "a rule test file", VERSION, NOW, STARTING, *SETTINGS.values(), EVENTS, PEOPLE, MAILS, ABSENCES, DELETED, TESTS
)
