"""iCalendar components to the model's events, and the names of the properties both sides of this provider use.

What a property means here is decided in this module for reading; `compose.py` writes the same properties.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from icalendar.parser import unescape_backslash
from icalendar.prop import vBroken, vUnknown

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
from agendad.model.identity import hand_changed

if TYPE_CHECKING:
    import icalendar

    from agendad.providers.local.expand import Found

RULE: Final = "X-AGENDAD-RULE"
KEY: Final = "X-AGENDAD-KEY"
DIGEST: Final = "X-AGENDAD-DIGEST"
PEOPLE: Final = "X-AGENDAD-PEOPLE"
KIND: Final = "X-AGENDAD-KIND"
REMIND: Final = "X-AGENDAD-REMIND"
"""`NONE` on an event that asked for no reminder at all, which no VALARM can say."""
BUSY_STATUS: Final = "X-MICROSOFT-CDO-BUSYSTATUS"
OUT_OF_OFFICE: Final = "OOF"

_RESPONSES: Final = {
    "ACCEPTED": Response.ACCEPTED,
    "COMPLETED": Response.ACCEPTED,
    "IN-PROCESS": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
    "DELEGATED": Response.DECLINED,
}
_NOT_HUMAN: Final = frozenset({"ROOM", "RESOURCE", "GROUP"})
_GOOGLE: Final = ".calendar.google.com"
_CLASSES: Final = {
    "PUBLIC": Visibility.PUBLIC,
    "PRIVATE": Visibility.PRIVATE,
    "CONFIDENTIAL": Visibility.PRIVATE,
}
_SAME_CLASS: Final = {Visibility.PUBLIC: Visibility.DEFAULT, Visibility.DEFAULT: Visibility.PUBLIC}


def event(found: Found, zone: ZoneInfo, me: frozenset[str]) -> Event | None:
    """The model's event of an occurrence, without calendar, etag and href; None when it is cancelled.

    Floating times are in `zone`, and so are those whose zone has no name in the time zone database, and UTC.
    Raises ValueError for what cannot be an event (a year beyond the calendar).
    """
    component = found.component
    status = _status(component)
    if status is Status.CANCELLED:
        return None
    everybody = attendees(component)
    mine = next((one for one in everybody if one.email in me), None)
    organizer = _address(_first(component, "ORGANIZER"))
    mark = _mark(component) if mine is None or _is_host(organizer, me) else None
    standing = fields(component, *_times(found, zone))
    if mark is not None and everybody:
        standing = replace(standing, guests=tuple(sorted({one.email for one in everybody} - me - {""})))
    made = Event(
        calendar="",
        uid=_text(component, "UID") or derived_uid(component),
        fields=standing,
        recurrence_id=_recurrence_id(found.original, zone),
        recurring=found.original is not None,
        status=status,
        attendees=everybody,
        organizer=organizer,
        response=None if mine is None else mine.response,
        mark=mark,
    )
    return made if made.mark is None else _as_written(made)


def fields(component: icalendar.Event, start: Moment, end: Moment) -> EventFields:
    """The merge fields of a component that stands at the given time, without the guests."""
    return EventFields(
        title=_text(component, "SUMMARY"),
        start=start,
        end=end,
        show_as=_show_as(component),
        kind=_kind(component),
        notes=_text(component, "DESCRIPTION"),
        place=_text(component, "LOCATION"),
        color=_text(component, "COLOR"),
        visibility=_CLASSES.get(_text(component, "CLASS").upper(), Visibility.DEFAULT),
        remind=_remind(component),
    )


def attendees(component: icalendar.Component) -> tuple[Attendee, ...]:
    """Everybody who is listed, in that order."""
    return tuple(_attendee(value) for value in _list(component, "ATTENDEE"))


def derived_uid(component: icalendar.Event) -> str:
    """An id for an event that has none, although RFC 5545 (3.8.4.7) demands one: the same as long as it stays."""
    return hashlib.sha256(component.to_ical()).hexdigest()[:32] + "@no-uid"


def alarm_minutes(alarm: icalendar.Component) -> int | None:
    """Minutes before the start at which a VALARM rings; None for one that says something else (absolute, after)."""
    trigger = alarm.get("TRIGGER")
    if trigger is None or isinstance(trigger, (list, vBroken)) or not isinstance(trigger.dt, timedelta):
        return None
    if str(trigger.params.get("RELATED", "START")).upper() != "START":
        return None
    if str(alarm.get("ACTION", "DISPLAY")).upper() not in ("DISPLAY", "AUDIO"):
        return None
    seconds = -trigger.dt.total_seconds()
    return int(seconds) // 60 if seconds >= 0 and seconds % 60 == 0 else None


def _times(found: Found, zone: ZoneInfo) -> tuple[Moment, Moment]:
    """Both in one zone, or both dates; an all-day event that ends on its own day lasts that day, as it was meant."""
    start, end = found.start, found.end
    if not isinstance(start, datetime) and not isinstance(end, datetime):
        return start, max(end, start + timedelta(days=1))
    begin = aware(start, zone)
    own = begin.tzinfo if isinstance(begin.tzinfo, ZoneInfo) else zone
    return begin, datetime.fromtimestamp(int(aware(end, zone).timestamp()), own)


def aware(moment: Moment, zone: ZoneInfo) -> datetime:
    """The moment in its own zone where that has a name other than UTC, else in `zone`; gaps are moved forward."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001  # the zone follows in the next line
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    own = moment.tzinfo
    if not isinstance(own, ZoneInfo) or own.key is None or own.key in ("UTC", "Etc/UTC", "GMT"):
        own = zone
    return datetime.fromtimestamp(int(moment.timestamp()), own)


def _recurrence_id(original: Moment | None, zone: ZoneInfo) -> Moment | None:
    if isinstance(original, datetime):
        return datetime.fromtimestamp(int(aware(original, zone).timestamp()), UTC)
    return original


def _show_as(component: icalendar.Event) -> ShowAs:
    transp = _text(component, "TRANSP").upper()
    if not transp and _text(component, BUSY_STATUS).upper() == "FREE":
        transp = "TRANSPARENT"
    return ShowAs.FREE if transp == "TRANSPARENT" else ShowAs.BUSY


def _kind(component: icalendar.Event) -> Kind:
    own = _text(component, KIND).lower()
    if own in (Kind.FOCUS, Kind.AWAY):
        return Kind(own)
    return Kind.AWAY if _text(component, BUSY_STATUS).upper() == OUT_OF_OFFICE else Kind.DEFAULT


def _status(component: icalendar.Event) -> Status:
    try:
        return Status(_text(component, "STATUS").lower())
    except ValueError:
        return Status.CONFIRMED


def _remind(component: icalendar.Event) -> tuple[int, ...] | None:
    minutes = {alarm_minutes(alarm) for alarm in component.walk("VALARM")} - {None}
    if minutes:
        return tuple(sorted(minute for minute in minutes if minute is not None))
    return () if _text(component, REMIND).upper() == "NONE" else None


def _is_host(organizer: str, me: frozenset[str]) -> bool:
    """Whether an event to which the person is invited is their own all the same.

    Another's is never ours, whatever mark it brings along: they may have their blocks kept, too. A Google calendar that
    is not a primary one calls its events itself.
    """
    return not organizer or organizer in me or organizer.endswith(_GOOGLE)


def _mark(component: icalendar.Event) -> Mark | None:
    key = _text(component, KEY)
    if not key:
        return None
    people = tuple(_text(component, PEOPLE).split())
    return Mark(_text(component, RULE) or key.partition("/")[0], key, _text(component, DIGEST), people)


def _as_written(event: Event) -> Event:
    """An own event whose CLASS was spelled out or left out by another program: PUBLIC is its default (RFC 5545,
    3.8.1.3), so of the two the one that was written counts.
    """
    other = _SAME_CLASS.get(event.fields.visibility)
    if other is None or "visibility" not in hand_changed(event):
        return event
    same = replace(event, fields=replace(event.fields, visibility=other))
    return event if "visibility" in hand_changed(same) else same


def _attendee(value: Any) -> Attendee:
    params = value.params
    email = _address(value)
    kind = str(params.get("CUTYPE", "INDIVIDUAL")).upper()
    return Attendee(
        email=email,
        name=str(params.get("CN", "")).strip(),
        response=_RESPONSES.get(str(params.get("PARTSTAT", "")).upper(), Response.NEEDS_ACTION),
        human=kind not in _NOT_HUMAN and not email.endswith(_GOOGLE),
    )


def _address(value: Any) -> str:
    """Lower case, without `mailto:`; some servers give their own link as the value and the address in EMAIL."""
    if value is None:
        return ""
    text = str(value).strip()
    if text[:7].lower() == "mailto:":
        return text[7:].strip().lower()
    address = str(value.params.get("EMAIL", "")) or text
    return address.strip().lower()


def _list(component: icalendar.Component, name: str) -> list[Any]:
    value = component.get(name)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(component: icalendar.Event, name: str) -> Any:
    values = _list(component, name)
    return values[0] if values else None


def _text(component: icalendar.Event, name: str) -> str:
    """The text of the first such property, or nothing; properties that icalendar does not know come still escaped."""
    value = _first(component, name)
    if value is None:
        return ""
    return unescape_backslash(str(value)) if isinstance(value, vUnknown) else str(value)


def moment_bounds(start: Moment, end: Moment, zone: ZoneInfo) -> tuple[int, int]:
    """Seconds since the epoch, half-open, with the midnights of dates in `zone`."""
    return _seconds(start, zone), _seconds(end, zone)


def _seconds(moment: date | datetime, zone: ZoneInfo) -> int:
    if isinstance(moment, datetime):
        return int(moment.timestamp())
    return int(datetime(moment.year, moment.month, moment.day, tzinfo=zone).timestamp())
