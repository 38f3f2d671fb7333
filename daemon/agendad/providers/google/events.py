"""Google's event resources to the model's events, and the names of the properties both sides of this provider use.

What a resource means here is decided in this module for reading; `bodies.py` writes the same resources. The shapes are
those of Calendar v3 (https://developers.google.com/workspace/calendar/api/v3/reference/events).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from agendad.model.calendar import (
    Attendee,
    Event,
    EventFields,
    Kind,
    Mark,
    Moment,
    Response,
    ShowAs,
    Status,
    Visibility,
)
from agendad.model.identity import event_id, uid

if TYPE_CHECKING:
    from collections.abc import Mapping

Item = dict[str, Any]
"""An event resource, or what is kept of one."""

RULE: Final = "agendad-rule"
KEY: Final = "agendad-key"
DIGEST: Final = "agendad-digest"
PEOPLE: Final = "agendad-people"
KIND: Final = "agendad-kind"
"""The kind where the event type of Google, which can never be changed, says another one."""
COLOR: Final = "agendad-color"
"""The colour in the words of the rule, where Google has another word for it or no such colour."""
REMIND: Final = "agendad-remind"
"""The reminders, where Google cannot keep them all."""

TYPES: Final = {Kind.FOCUS: "focusTime", Kind.AWAY: "outOfOffice"}
COLORS: Final = {
    "lavender": "1",
    "sage": "2",
    "grape": "3",
    "flamingo": "4",
    "banana": "5",
    "tangerine": "6",
    "peacock": "7",
    "graphite": "8",
    "blueberry": "9",
    "basil": "10",
    "tomato": "11",
    # the nearest ones to common words of CSS, which iCalendar uses (RFC 7986, 5.9)
    "purple": "3",
    "pink": "4",
    "yellow": "5",
    "orange": "6",
    "turquoise": "7",
    "gray": "8",
    "grey": "8",
    "blue": "9",
    "green": "10",
    "red": "11",
}
MOST_REMINDERS: Final = 5
LONGEST_REMINDER: Final = 40_320

_NAMES: Final = {number: name for name, number in reversed(COLORS.items())}
_KINDS: Final = {name: kind for kind, name in TYPES.items()}
_RECORDED: Final = {kind.value: kind for kind in Kind}
_NEVER_BUSY: Final = frozenset({"workingLocation", "birthday"})
_RESPONSES: Final = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_VISIBILITIES: Final = {
    "public": Visibility.PUBLIC,
    "private": Visibility.PRIVATE,
    "confidential": Visibility.PRIVATE,
}
_GOOGLE: Final = ".calendar.google.com"
_OWN_ID: Final = re.compile(r"([0-9a-f]{40})(?:v([1-9][0-9]*))?")
WANTED: Final = (
    "id,etag,status,iCalUID,eventType,summary,description,location,start,end,originalStartTime,recurringEventId,"
    "recurrence,transparency,visibility,colorId,reminders,organizer(email,self),creator(email),extendedProperties(private),"
    "attendees(email,displayName,responseStatus,self,resource,optional,comment,additionalGuests)"
)
"""What is asked for of an event: all that is read here, without conferences, attachments and links
(https://developers.google.com/workspace/calendar/api/guides/performance#partial-response)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands, and what its reading depends on.

    `zone` is that of times whose own has no name; `me` are the person's addresses in lower case. In our own calendar
    (`ours`) every mark counts, in others those on what one of the `makers` created: colleagues whose calendars are read
    have their blocks, too.
    """

    calendar: str
    zone: ZoneInfo
    me: frozenset[str]
    ours: bool = True
    makers: frozenset[str] = frozenset()


def reduced(item: Item) -> Item:
    """What is kept of an event that was asked for with `WANTED`: other programs' properties are left out."""
    if "extendedProperties" not in item:
        return item
    own = {name: value for name, value in properties(item).items() if name.startswith("agendad-")}
    return item | {"extendedProperties": {"private": own}}


def own_id(key: str, generation: int) -> str:
    """The id of the event of a key: a deleted one keeps its id taken, so that the next one needs another."""
    return f"{event_id(key)}v{generation}" if generation else event_id(key)


def parted_id(ident: str) -> tuple[str, int] | None:
    """The first 40 characters of an id of the form of ours, and its generation; None for any other."""
    found = _OWN_ID.fullmatch(ident)
    return None if found is None else (found[1], int(found[2] or 0))


def uid_of(first: str) -> str:
    """The UID that `identity.uid` gives to a key, from the first 40 characters of the ids of its events."""
    return f"{first}@agendad"


def properties(item: Item) -> Mapping[str, str]:
    """The private extended properties of an item."""
    found: Mapping[str, str] = item.get("extendedProperties", {}).get("private", {})
    return found


def bears_mark(item: Item) -> bool:
    """Whether an item carries a mark under the id of its key."""
    parts = parted_id(item["id"])
    key = long_value(properties(item), KEY)
    return parts is not None and bool(key) and parts[0] == event_id(key)


def event(item: Item, place: Place) -> Event:
    """The model's event of a live item that is no member of a series; its time is its own.

    Raises ValueError, KeyError or TypeError for what cannot be an event.
    """
    everybody = attendees(item)
    mine = next(
        (
            one
            for one, raw in zip(everybody, item.get("attendees", ()), strict=True)
            if raw.get("self") or one.email in place.me
        ),
        None,
    )
    organizer = item.get("organizer", {})
    mark = _mark(item, place)
    standing = fields(item, place.zone)
    if mark is not None and everybody:
        myself = place.me | {"" if mine is None else mine.email, ""}
        standing = replace(standing, guests=tuple(sorted({one.email for one in everybody} - myself)))
    return Event(
        calendar=place.calendar,
        uid=_uid(item, mark),
        fields=standing,
        status=Status(item.get("status", "confirmed")),
        attendees=everybody,
        organizer="" if organizer.get("self") and not everybody else str(organizer.get("email", "")).lower(),
        response=None if mine is None else mine.response,
        mark=mark,
        etag=item["etag"],
        href=item["id"],
    )


def fields(item: Item, zone: ZoneInfo) -> EventFields:
    """The merge fields of an item, without the guests."""
    marks = properties(item)
    start, end = times(item, zone)
    free = item.get("transparency") == "transparent" or item.get("eventType") in _NEVER_BUSY
    return EventFields(
        title=item.get("summary", ""),
        start=start,
        end=end,
        show_as=ShowAs.FREE if free else ShowAs.BUSY,
        kind=_RECORDED.get(marks.get(KIND, "")) or kind_of(item),
        notes=item.get("description", ""),
        place=item.get("location", ""),
        color=_color(item, marks),
        visibility=_VISIBILITIES.get(item.get("visibility", ""), Visibility.DEFAULT),
        remind=_remind(item, marks),
    )


def kind_of(item: Item) -> Kind:
    """The kind that the event type of an item says."""
    return _KINDS.get(item.get("eventType", ""), Kind.DEFAULT)


def attendees(item: Item) -> tuple[Attendee, ...]:
    """Everybody who is listed, in that order."""
    return tuple(
        Attendee(
            email=(email := str(raw.get("email", "")).lower()),
            name=raw.get("displayName", ""),
            response=_RESPONSES.get(raw.get("responseStatus", ""), Response.NEEDS_ACTION),
            human=not raw.get("resource") and not email.endswith(_GOOGLE),
        )
        for raw in item.get("attendees", ())
    )


def times(item: Item, zone: ZoneInfo) -> tuple[Moment, Moment]:
    """Start and end, both in the event's own zone, or both dates. Times in UTC or without a zone are in `zone`."""
    start, end = item["start"], item["end"]
    if "date" in start:
        first, last = date.fromisoformat(start["date"]), date.fromisoformat(end["date"])
        return first, max(last, first + timedelta(days=1))
    own = named_zone(start.get("timeZone", "")) or zone
    first_at = datetime.fromtimestamp(seconds(start, own), own)
    return first_at, max(first_at, datetime.fromtimestamp(seconds(end, own), own))


def original(item: Item, zone: ZoneInfo) -> Moment:
    """The start of a member of a series before it was moved: an instant in UTC, or a date."""
    was = item["originalStartTime"]
    if "date" in was:
        return date.fromisoformat(was["date"])
    return datetime.fromtimestamp(seconds(was, named_zone(was.get("timeZone", "")) or zone), UTC)


def seconds(moment: Mapping[str, str], zone: tzinfo) -> int:
    """Seconds since the epoch of a `dateTime`; one without an offset is in `zone`."""
    at = datetime.fromisoformat(moment["dateTime"])
    return int((at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp())


@lru_cache(maxsize=256)
def named_zone(name: str) -> ZoneInfo | None:
    """The zone of a name of the time zone database; None for UTC, which is no place, and for any other text."""
    if name in ("", "UTC", "Etc/UTC", "GMT", "Etc/GMT"):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # no such zone, a folder of zones, or no name at all
        return None


def color_id(word: str) -> str:
    """Google's number of a colour, or nothing where it has none."""
    return COLORS.get(word.lower(), word if word in _NAMES else "")


def color_name(number: str) -> str:
    """Google's word of a colour that it numbers, or the number."""
    return _NAMES.get(number, number)


def kept_reminders(minutes: tuple[int, ...]) -> tuple[int, ...]:
    """Of some reminders those that Google can keep."""
    return tuple(minute for minute in minutes if 0 <= minute <= LONGEST_REMINDER)[:MOST_REMINDERS]


def long_value(marks: Mapping[str, str], name: str) -> str:
    """A value that may have been cut into `name`, `name-2`, `name-3` ..., since Google cuts values off."""
    value, number = marks.get(name, ""), 2
    while (more := marks.get(f"{name}-{number}")) is not None:
        value, number = value + more, number + 1
    return value


def _uid(item: Item, mark: Mark | None) -> str:
    """Of an event of ours the UID of its key, whatever its generation; so, too, when its marks were lost."""
    parts = parted_id(item["id"])
    if mark is not None and parts is not None and parts[0] == event_id(mark.key):
        return uid(mark.key)
    if mark is None and parts is not None:
        return uid_of(parts[0])
    return str(item.get("iCalUID") or f"{item['id']}@google.com")


def _mark(item: Item, place: Place) -> Mark | None:
    """The mark, if the event was made for this person."""
    marks = properties(item)
    key = long_value(marks, KEY)
    if not key or not (place.ours or str(item.get("creator", {}).get("email", "")).lower() in place.makers):
        return None
    people = tuple(long_value(marks, PEOPLE).split())
    rule = long_value(marks, RULE) or key.partition("/")[0]
    return Mark(rule, key, marks.get(DIGEST, ""), people)


def _color(item: Item, marks: Mapping[str, str]) -> str:
    number, word = item.get("colorId", ""), marks.get(COLOR, "")
    return word if word and color_id(word) == number else color_name(number)


def _remind(item: Item, marks: Mapping[str, str]) -> tuple[int, ...] | None:
    reminders = item.get("reminders")
    if reminders is None or reminders.get("useDefault"):
        return None
    overrides = reminders.get("overrides", ())
    minutes = tuple(sorted({each["minutes"] for each in overrides if each.get("method") == "popup"}))
    wanted = tuple(int(minute) for minute in long_value(marks, REMIND).split())
    return wanted if wanted and kept_reminders(wanted) == minutes else minutes
