"""Events as every provider reads and writes them. Terms are RFC 5545's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

Moment = date | datetime  # a date for all-day events, an aware datetime otherwise


def instant(moment: Moment, now: datetime) -> datetime:
    """A moment as an instant; a date is its midnight in the zone of `now`."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), now.tzinfo)


class ShowAs(StrEnum):
    """RFC 5545 TRANSP in the words of calendar programs: OPAQUE is busy, TRANSPARENT is free."""

    BUSY = "busy"
    FREE = "free"


class Kind(StrEnum):
    """The native event types of calendar servers; `away` is out of office."""

    DEFAULT = "default"
    FOCUS = "focus"
    AWAY = "away"


class Visibility(StrEnum):
    """RFC 5545 CLASS: `default` leaves it to the calendar."""

    DEFAULT = "default"
    PRIVATE = "private"
    PUBLIC = "public"


class Status(StrEnum):
    """RFC 5545 STATUS of an event."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


class Response(StrEnum):
    """RFC 5545 PARTSTAT, as far as it matters here; delegated counts as declined."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    NEEDS_ACTION = "needs-action"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Attendee:
    """One invited party. `email` is lower case, without `mailto:`; `human` is false for rooms, resources, groups."""

    email: str
    name: str = ""
    response: Response = Response.NEEDS_ACTION
    human: bool = True


@dataclass(frozen=True, slots=True)
class EventFields:
    """What a rule writes and a person may change: the unit of the three-way merge, field by field.

    `start` and `end` are aware datetimes in one zone, or both dates (all-day, end excluded).
    `remind` is minutes before the start, ascending; None leaves the calendar's default.
    `guests` are the addresses of those whom an own event invites, rooms among them, without the person: lower case,
    sorted. It is empty for the events of others, whose `Event.attendees` tell.
    """

    title: str
    start: date | datetime
    end: date | datetime
    show_as: ShowAs = ShowAs.BUSY
    kind: Kind = Kind.DEFAULT
    notes: str = ""
    place: str = ""
    color: str = ""
    visibility: Visibility = Visibility.DEFAULT
    remind: tuple[int, ...] | None = None
    guests: tuple[str, ...] = ()

    @property
    def all_day(self) -> bool:
        """Whether the event is of whole days."""
        return not isinstance(self.start, datetime)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the product leaves on an event it made (`docs/json.md`, marks). `digest`: see `identity.digest`.

    `people` are the ids of those whom `with:` chose, so that a choice once written stays.
    """

    rule: str
    key: str
    digest: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence that stands in a calendar: a single event, or one member of a recurrence set.

    `recurrence_id` is the original start of a member of a series (an aware datetime in UTC, or a date), else None.
    `etag` and `href` are the provider's: what a later write must match, and where the event lies.
    `response` is the person's own answer to an invitation; None when they are not among the attendees.
    `organizer` is an address in lower case or empty.
    """

    calendar: str
    uid: str
    fields: EventFields
    recurrence_id: date | datetime | None = None
    recurring: bool = False
    status: Status = Status.CONFIRMED
    attendees: tuple[Attendee, ...] = ()
    organizer: str = ""
    response: Response | None = None
    mark: Mark | None = None
    etag: str = ""
    href: str = ""
