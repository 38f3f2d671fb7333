"""Lets icalendar and recurring-ical-events read the events that matter, and says which occurrences they make.

The only module that imports those libraries for reading; `reader.py` calls it, and only when a file changed.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import icalendar
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.prop import vBroken
from icalendar.timezone import tzp
from recurring_ical_events import ComponentsWithName, EventAdapter, Occurrence, of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.model.calendar import Moment

MOST_STEPS: Final = 200_000
"""A rule that needs more steps than this to reach the end of the span is refused instead of followed for minutes."""

_LEAP_SECOND = re.compile(rb"(?m)^((?:DTSTART|DTEND|RDATE|EXDATE|RECURRENCE-ID)[;:][^\r\n]*)", re.IGNORECASE)
_SECOND_60 = re.compile(rb"(T\d{4})60")
_SECONDS_A_STEP: Final = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}


class Unexpandable(Exception):
    """The libraries cannot read a recurrence set; the message says why."""


@dataclass(frozen=True, slots=True)
class Found:
    """One occurrence as the libraries give it: times may be naive (floating) or in a zone that only the file knows.

    `original` is its start before an override moved it (RECURRENCE-ID), None for a single event.
    """

    component: icalendar.Event
    start: Moment
    end: Moment
    original: Moment | None


class _Whole(Occurrence):  # type: ignore[misc]  # the library has no type information
    """Gives the component and the times instead of a rewritten copy of the component."""

    def as_component(self, keep_recurrence_attributes: bool) -> Found:  # the library's signature
        adapter = self._adapter
        component = adapter._component  # noqa: SLF001  # every public way to it makes a copy
        if adapter.is_modification():
            original = component["RECURRENCE-ID"].dt
            if adapter.this_and_future and self.start != adapter.start:
                original = self.start - adapter.move_recurrences_by
        else:
            original = self.start if adapter.rrules or adapter.rdates else None
        return Found(component, self.start, self.end, original)


def singles(events: bytes, zones: bytes) -> list[Found]:
    """The events in the text, none of which belongs to a series; `zones` is the text of VTIMEZONEs they may name.

    Raises Unexpandable, and whatever else a broken value provokes in the libraries.
    """
    found = []
    with _parsed(events, zones) as calendar:
        for event in calendar.events:
            _check(event)
            adapter = EventAdapter(event)
            found.append(Found(event, adapter.start, adapter.end, None))
    return found


def series(events: bytes, zones: bytes, start: datetime, end: datetime) -> list[Found]:
    """All occurrences that overlap [start, end) of the series in the text; see `singles`.

    `start` and `end` are aware and in the zone of floating times.
    """
    with _parsed(events, zones) as calendar:
        for event in calendar.events:
            _check(event)
            _check_effort(event, end)
        found: list[Found] = of(calendar, components=[ComponentsWithName("VEVENT", occurrence=_Whole)]).between(
            start, end
        )
    return found


@contextlib.contextmanager
def _parsed(events: bytes, zones: bytes) -> Iterator[icalendar.Calendar]:
    text = b"BEGIN:VCALENDAR\r\nVERSION:2.0%s%s\r\nEND:VCALENDAR\r\n" % (zones, _without_leap_seconds(events))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            yield icalendar.Calendar.from_ical(text)
        finally:
            if zones:
                tzp.use_zoneinfo()  # zones of one file must not reach the next: icalendar remembers them by name


def unknown_zones(found: list[Found]) -> set[str]:
    """The TZIDs that neither the file nor the time zone database explains; their times are read as floating."""
    return {
        str(value.params["TZID"])
        for item in found
        for value in (item.component.get("DTSTART"), item.component.get("DTEND"))
        if value is not None and "TZID" in value.params and isinstance(value.dt, datetime) and value.dt.tzinfo is None
    }


def _without_leap_seconds(events: bytes) -> bytes:
    """RFC 5545, 3.3.12: who does not support leap seconds reads second 60 as 59."""
    if not _SECOND_60.search(events):
        return events
    return _LEAP_SECOND.sub(lambda line: _SECOND_60.sub(rb"\g<1>59", line[1]), events)


def _check(event: icalendar.Event) -> None:
    for name, value in event.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, vBroken) and name in _MATTERS:
                raise Unexpandable(f"{name} cannot be read: {str(one)[:60]!r}")
    if "DTSTART" not in event:
        raise Unexpandable("DTSTART is missing")


_MATTERS: Final = frozenset(
    {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "STATUS", "TRANSP", "UID"}
)


def _check_effort(event: icalendar.Event, end: datetime) -> None:
    """Refuses rules that repeat so often that following them would take minutes (a rule by the second since 1970)."""
    rules: Any = event.get("RRULE", [])
    start = event.DTSTART
    for rule in rules if isinstance(rules, list) else [rules]:
        step = _SECONDS_A_STEP.get(str(rule.get("FREQ", [""])[0]).upper())
        if step is None or start is None:
            continue
        first = datetime(start.year, start.month, start.day, tzinfo=UTC)
        interval = int(rule.get("INTERVAL", [1])[0]) or 1
        if (end - first).total_seconds() / (step * interval) > MOST_STEPS:
            raise Unexpandable("RRULE repeats too often to be followed")
