"""Events as JSON in the cache, and back. `reader.py` writes them at a change, `calendars.py` reads them each cycle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agendad.diagnostics import Diagnostic, Severity, Span
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

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOW_AS = {value.value: value for value in ShowAs}
_KIND = {value.value: value for value in Kind}
_VISIBILITY = {value.value: value for value in Visibility}
_STATUS = {value.value: value for value in Status}
_RESPONSE = {value.value: value for value in Response}

_zone = lru_cache(maxsize=None)(ZoneInfo)


@lru_cache(maxsize=4096)
def _attendee(email: str, name: str, response: str, human: bool) -> Attendee:
    """The same few people are in most events of a calendar."""
    return Attendee(email, name, _RESPONSE[response], human)


@dataclass(frozen=True, slots=True)
class Row:
    """One occurrence: its bounds in seconds since the epoch, and the event as JSON."""

    lo: int
    hi: int
    data: bytes


def dump_event(event: Event) -> bytes:
    """The event as one JSON array, without calendar, etag and href, which belong to its file.

    UID and RECURRENCE-ID stand first, so that arrays sort as their events do.
    """
    fields = event.fields
    return _bytes(
        [
            event.uid,
            None if event.recurrence_id is None else _moment(event.recurrence_id),
            [
                fields.title,
                _moment(fields.start),
                _moment(fields.end),
                fields.show_as.value,
                fields.kind.value,
                fields.notes,
                fields.place,
                fields.color,
                fields.visibility.value,
                fields.remind,
                fields.guests,
            ],
            event.recurring,
            event.status.value,
            [[one.email, one.name, one.response.value, one.human] for one in event.attendees],
            event.organizer,
            None if event.response is None else event.response.value,
            None if event.mark is None else [event.mark.rule, event.mark.key, event.mark.digest, *event.mark.people],
        ]
    )


def load_events(calendar: str, rows: Iterable[tuple[str, str, bytes]]) -> list[Event]:
    """Events of one calendar from (href, etag, JSON). Raises ValueError, TypeError or KeyError for damaged JSON."""
    given = list(rows)
    values = json.loads(b"[" + b",".join(data for _, _, data in given) + b"]")
    if len(values) != len(given):
        raise ValueError("rows do not fit together")
    return [_event(calendar, href, etag, value) for (href, etag, _), value in zip(given, values, strict=True)]


def dump_problem(problem: Diagnostic) -> bytes:
    """A diagnostic as one JSON array."""
    span = problem.span
    return _bytes([span.file, span.line, problem.code, problem.message, problem.hint, problem.severity.value])


def load_problem(data: bytes) -> Diagnostic:
    """The diagnostic that `dump_problem` made."""
    file, line, code, message, hint, severity = json.loads(data)
    return Diagnostic(Span(file, line, 1, 1), code, message, hint, Severity(severity))


def _event(calendar: str, href: str, etag: str, value: list[Any]) -> Event:
    uid, original, fields, recurring, status, attendees, organizer, response, mark = value
    title, start, end, show_as, kind, notes, place, color, visibility, remind, guests = fields
    return Event(
        calendar,
        uid,
        EventFields(
            title,
            _back(start),
            _back(end),
            _SHOW_AS[show_as],
            _KIND[kind],
            notes,
            place,
            color,
            _VISIBILITY[visibility],
            None if remind is None else tuple(remind),
            tuple(guests),
        ),
        None if original is None else _back(original),
        recurring,
        _STATUS[status],
        tuple([_attendee(*one) for one in attendees]),
        organizer,
        None if response is None else _RESPONSE[response],
        None if mark is None else Mark(mark[0], mark[1], mark[2], tuple(mark[3:])),
        etag,
        href,
    )


def _moment(moment: Moment) -> str | list[Any]:
    if not isinstance(moment, datetime):
        return moment.isoformat()
    return [int(moment.timestamp()), "" if moment.tzinfo is UTC else str(moment.tzinfo)]


def _back(value: Any) -> Moment:
    if isinstance(value, str):
        return date.fromisoformat(value)
    seconds, zone = value
    return datetime.fromtimestamp(seconds, _zone(zone) if zone else UTC)


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
