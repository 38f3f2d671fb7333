"""Reads one calendar file: which occurrences it has in a span of time, and what is wrong with it.

`index.py` calls it for every file that is new or changed.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.providers.local.rows import Row, dump_event
from agendad.providers.local.scan import ALWAYS, Bounds, Group, scan

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from agendad.providers.local.expand import Found

_BEGIN_EVENT = re.compile(rb"^BEGIN[ \t]*:[ \t]*VEVENT", re.IGNORECASE | re.MULTILINE)
_OWN_UID: Final = b"@agendad"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and when it could matter: an error only for a span that overlaps the bounds."""

    bounds: Bounds
    diagnostic: Diagnostic


@dataclass(slots=True)
class Reading:
    """One file over a span. `bounds` holds all that the file has at any time; `count` is its number of events.

    `simple`: a single event, so that a span which overlapped its bounds has read it whole.
    `own` are the UIDs of this product in it.
    """

    bounds: Bounds
    count: int = 0
    simple: bool = False
    etag: str = ""
    own: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Reader:
    """Reads files for one person in one zone of floating times."""

    def __init__(self, zone: ZoneInfo, me: frozenset[str]) -> None:
        self._zone = zone
        self._me = me

    def read(self, shown: str, data: bytes, span: Bounds) -> Reading:
        """All occurrences of the file that overlap `span` (seconds since the epoch, half-open), and own single events.

        `shown` is the name of the file in messages. Never raises for what the file holds: see `problems`.
        """
        taken = scan(data)
        if taken.problem:
            return self.unreadable(shown, taken.problem)
        groups = taken.groups
        reading = Reading(
            bounds=(
                min((group.bounds[0] for group in groups), default=0),
                max((group.bounds[1] for group in groups), default=0),
            ),
            count=len(groups),
            simple=len(groups) == 1 and not groups[0].recurring,
            etag=etag(data),
            own=tuple(group.uid.decode("ascii", "replace") for group in groups if group.uid.endswith(_OWN_UID)),
        )
        file = _File(shown, data, taken.zones)
        reading.problems += [file.problem(group, group.problem) for group in groups if group.problem]
        due = [one for one in groups if not one.problem and (_overlap(one.bounds, span) or _is_own_single(one))]
        for recurring in (False, True):
            alike = [group for group in due if group.recurring is recurring]
            if alike:
                self._expand(file, alike, span, reading)
        return reading

    def unreadable(self, shown: str, why: str) -> Reading:
        """The reading of a file of which nothing can be known."""
        hint = "wait until the program that writes the file has finished, or restore the file or move it away"
        diagnostic = Diagnostic(Span(shown, 1, 1, 1), "unreadable-file", why, hint)
        return Reading(bounds=ALWAYS, problems=[Problem(ALWAYS, diagnostic)])

    def _expand(self, file: _File, groups: list[Group], span: Bounds, reading: Reading) -> None:
        """Reads single events, or series, together, which is faster, and one by one when one of them is broken."""
        from agendad.providers.local.expand import unknown_zones

        try:
            found = self._found(file.zones, groups, span)
            rows = self._rows(found)
        except Exception as error:  # the libraries raise whatever a broken value provokes in them
            if len(groups) > 1:
                for group in groups:
                    self._expand(file, [group], span, reading)
            else:
                reading.problems.append(file.problem(groups[0], _reason(error)))
            return
        reading.rows += rows
        for name in sorted(unknown_zones(found)):
            message = f"the time zone {name!r} is not known and not described in the file; read as {self._zone.key}"
            diagnostic = Diagnostic(Span(file.shown, 1, 1, 1), "unknown-zone", message, severity=Severity.WARNING)
            reading.problems.append(Problem(ALWAYS, diagnostic))

    def _found(self, zones: bytes, groups: list[Group], span: Bounds) -> list[Found]:
        from agendad.providers.local.expand import series, singles

        text = b"".join(group.text for group in groups)
        if not groups[0].recurring:
            return singles(text, zones)
        start, end = (datetime.fromtimestamp(seconds, UTC).astimezone(self._zone) for seconds in span)
        return series(text, zones, start, end)

    def _rows(self, found: list[Found]) -> list[Row]:
        from agendad.providers.local.convert import event, moment_bounds

        events = [made for one in found if (made := event(one, self._zone, self._me)) is not None]
        return [Row(*moment_bounds(one.fields.start, one.fields.end, self._zone), dump_event(one)) for one in events]


@dataclass(frozen=True, slots=True)
class _File:
    """One file, for messages: its name, bytes and zones."""

    shown: str
    data: bytes
    zones: bytes

    def problem(self, group: Group, why: str) -> Problem:
        """What is wrong with one event of the file."""
        line = line_of_event(self.data, group.first)
        named = f" (uid {group.uid.decode('utf-8', 'replace')[:80]})" if group.uid else ""
        hint = "correct the event in the program that owns the calendar, or remove it"
        return Problem(group.bounds, Diagnostic(Span(self.shown, line, 1, 1), "unreadable-event", why + named, hint))


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _is_own_single(group: Group) -> bool:
    return group.uid.endswith(_OWN_UID) and not group.recurring


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def etag(data: bytes) -> str:
    """What a later write must match: the content of the whole file."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def line_of_event(data: bytes, number: int) -> int:
    """The line (from 1) on which the event begins that has `number` events before it in the file."""
    for count, match in enumerate(_BEGIN_EVENT.finditer(data)):
        if count == number:
            return data.count(b"\n", 0, match.start()) + 1
    return 1
