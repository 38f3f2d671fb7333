"""The peer: icalendar and recurring-ical-events read a whole file and expand it, with nothing decided beforehand."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import icalendar
import recurring_ical_events
from icalendar.timezone import tzp

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Event

    Occurrences = Counter[tuple[str, str, str, str]]


def expanded(data: bytes, start: datetime, end: datetime, zone: ZoneInfo) -> Occurrences:
    """Every occurrence as (uid or nothing, title, start, end).

    `X-WR-TIMEZONE` is taken out, because with it recurring-ical-events loses exceptions of series in UTC.
    """
    tzp.use_zoneinfo()
    found: Occurrences = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for calendar in icalendar.Calendar.from_ical(re.sub(rb"(?m)^X-WR-TIMEZONE:.*\r?\n", b"", data), multiple=True):
            for event in recurring_ical_events.of(calendar).between(start.astimezone(zone), end.astimezone(zone)):
                if event.get("STATUS") == "CANCELLED":
                    continue
                first, last = event["DTSTART"].dt, event["DTEND"].dt
                if not isinstance(first, datetime):
                    last = max(last, first + timedelta(days=1))
                title = str(event.get("SUMMARY", ""))
                found[str(event.get("UID", "")), title, _text(first, zone), _text(last, zone)] += 1
    tzp.use_zoneinfo()
    return found


def as_read(events: tuple[Event, ...], zone: ZoneInfo) -> Occurrences:
    """What the calendars under test read, in the same form."""
    return Counter(
        (
            "" if event.uid.endswith("@no-uid") else event.uid,
            event.fields.title,
            _text(event.fields.start, zone),
            _text(event.fields.end, zone),
        )
        for event in events
    )


def _text(moment: date | datetime, zone: ZoneInfo) -> str:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return str(int(moment.timestamp()))
