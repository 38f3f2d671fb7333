"""Decides early and cheaply, on the bytes of an .ics file, which of its events can matter in a span of time.

Building component objects is what makes reading a calendar slow, so this looks only at the few properties that bound
an event in time and hands on the text of whole recurrence sets. It never guesses: what it cannot bound is unbounded
and goes to the libraries. `reader.py` calls it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY: Final = 86_400
MARGIN: Final = DAY + 3600
"""Bounds are taken from wall-clock times as if they were UTC; no zone is further from UTC than a day."""

ALWAYS: Final = (-(2**62), 2**62)
"""The bounds of what may be at any time."""

Bounds = tuple[int, int]

# icalendar's own rules for folds: line breaks before white space vanish (RFC 5545, 3.1). The look-behinds keep a long
# run of empty lines from being tried again at each of its lines.
_FOLD = re.compile(rb"(?:(?<!\n)\r\n|(?<![\r\n])\n)(?:\r?\n)*[ \t]")
_COMPONENT = re.compile(rb"\n(BEGIN|END)[ \t]*:([^\r\n]*)", re.IGNORECASE)
_BOUNDING = re.compile(
    rb"\n(DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|EXRULE|RECURRENCE-ID|UID)[ \t]*([;:][^\r\n]*)", re.IGNORECASE
)
_NO_COLON = re.compile(
    rb"\n((?:DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|RECURRENCE-ID)(?![\w;:-])[^;:\r\n]*)\r?(?:\n|\Z)"
)
_MOMENT = re.compile(rb"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?")
_DURATION = re.compile(
    rb"\+?P(?:(\d{1,5})W|(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?)", re.IGNORECASE
)
_UNTIL = re.compile(rb"UNTIL=(\d{8}(?:T\d{6}Z?)?)(?:;|$)", re.IGNORECASE)
_CALSCALE = re.compile(rb"\nCALSCALE[ \t]*(?:;[^:\r\n]*)?:[ \t]*(?!GREGORIAN[ \t]*[\r\n])([^\r\n]*)", re.IGNORECASE)
_TZID = re.compile(rb"\nTZID[ \t]*:([^\r\n]*)", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)(?:/[A-Za-z0-9_+-]+)+"
)


@dataclass(slots=True)
class Group:
    """All events of a file under one UID: a single event, or a series with its overrides.

    `text` is their unfolded lines. `first` counts the events of the file before it. `problem` says what in it cannot
    be read by anybody; the bounds then hold whatever it may have meant.
    """

    uid: bytes
    text: bytes
    bounds: Bounds
    first: int
    recurring: bool = False
    problem: str = ""


@dataclass(slots=True)
class Scan:
    """What a file holds. `problem` is set when it cannot be taken apart at all; nothing else is then to be trusted.

    `zones` is the text of the VTIMEZONEs that the time zone database does not know by name.
    """

    groups: list[Group] = field(default_factory=list)
    zones: bytes = b""
    problem: str = ""


def scan(data: bytes) -> Scan:
    """Takes the bytes of one file apart (RFC 5545, 3.4 and 3.6). Never raises; see `Scan.problem`."""
    text = b"\n" + data.removeprefix(b"\xef\xbb\xbf")
    text = _unfolded(text)
    try:
        parts = _Parts(text)
    except _Damaged as damage:
        return Scan(problem=str(damage))
    scale = _CALSCALE.search(text)
    if scale:
        return Scan(problem=f"the calendar scale {_word(scale[1])} is not known, only GREGORIAN")
    return Scan(_group(text, parts.events), parts.zones)


def _unfolded(text: bytes) -> bytes:
    if b"\n " not in text and b"\n\t" not in text:
        return text
    if b"\n\n" in text or b"\n\r\n" in text:
        return _FOLD.sub(b"", text)
    for fold in (b"\r\n ", b"\r\n\t", b"\n ", b"\n\t"):  # the same without empty lines, five times as fast
        text = text.replace(fold, b"")
    return text


class _Damaged(Exception):
    """The lines do not form whole components."""


class _Parts:
    """Walks over the BEGIN and END lines of a text and gathers its events and zones."""

    def __init__(self, text: bytes) -> None:
        self.events: list[tuple[int, int, bytes]] = []
        """Begin, end, and own properties (without those of components inside it) of each event."""
        self.zones = b""
        self._text = text
        self._stack: list[bytes] = []
        self._begin = 0
        self._cut = 0
        self._own: list[bytes] = []
        outside = 0
        for match in _COMPONENT.finditer(text):
            name = match[2].strip().upper()
            if match[1][0] in b"Bb":
                if not self._stack:
                    _refuse_content(text[outside : match.start()])
                self._open(name, match.start())
            else:
                self._close(name, match.start(), match.end())
                outside = match.end()
        if self._stack:
            raise _Damaged(f"ends in the middle: END:{_word(self._stack[0])} is missing")
        if not outside:
            raise _Damaged("is empty" if not text.strip() else "is not an iCalendar file: BEGIN:VCALENDAR is missing")
        _refuse_content(text[outside:])

    def _open(self, name: bytes, at: int) -> None:
        depth = len(self._stack)
        if (name == b"VCALENDAR") != (depth == 0):
            raise _Damaged(
                "a calendar begins before the one above it has ended: END:VCALENDAR is missing"
                if depth
                else f"begins with BEGIN:{_word(name)} where BEGIN:VCALENDAR is due"
            )
        if depth == 1:
            self._begin = self._cut = at
            self._own = []
        elif depth == 2:
            self._own.append(self._text[self._cut : at])
        self._stack.append(name)

    def _close(self, name: bytes, at: int, end: int) -> None:
        expected = self._stack.pop() if self._stack else b""
        if expected != name:
            due = f"END:{_word(expected)}" if expected else "BEGIN:VCALENDAR"
            raise _Damaged(f"END:{_word(name)} stands where {due} is due")
        depth = len(self._stack)
        if depth == 2:
            self._cut = end
        elif depth == 1 and name == b"VEVENT":
            self._own.append(self._text[self._cut : at])
            self.events.append((self._begin, end, b"".join(self._own)))
        elif depth == 1 and name == b"VTIMEZONE" and not _well_known(self._text[self._begin : at]):
            self.zones += self._text[self._begin : end]


def _refuse_content(text: bytes) -> None:
    if text.strip():
        raise _Damaged(f"has lines outside of BEGIN:VCALENDAR and END:VCALENDAR: {_word(text.strip())}")


def _group(text: bytes, events: list[tuple[int, int, bytes]]) -> list[Group]:
    groups: list[Group] = []
    by_uid: dict[bytes, Group] = {}
    for number, (begin, end, own) in enumerate(events):
        uid, bounds, recurring, problem = _bound(own)
        group = by_uid.get(uid) if uid else None
        if group is None:
            group = Group(uid, text[begin:end], bounds, number, recurring, problem)
            groups.append(group)
            if uid:
                by_uid[uid] = group
            continue
        group.text += text[begin:end]
        group.bounds = (min(group.bounds[0], bounds[0]), max(group.bounds[1], bounds[1]))
        group.recurring = True
        group.problem = group.problem or problem
    return groups


def _bound(own: bytes) -> tuple[bytes, Bounds, bool, str]:
    """UID, bounds, whether it belongs to a series, and what is wrong, of one event's own properties."""
    uid = b""
    found: dict[bytes, bytes] = {}
    twice = False
    for match in _BOUNDING.finditer(own):
        name = match[1].upper()
        value = match[2]
        if name == b"UID":
            uid = value[1:].strip() if value[:1] == b":" else value.rpartition(b":")[2].strip()
        else:
            twice = twice or (name in found and name not in (b"RDATE", b"EXDATE"))
            found[name] = value
    bare = _NO_COLON.search(own)
    if bare or twice:
        return uid, ALWAYS, True, f"the line has no colon: {_word(bare[1])}" if bare else ""
    recurring = b"RRULE" in found or b"RDATE" in found or b"RECURRENCE-ID" in found or b"EXRULE" in found
    start = _moment(found.get(b"DTSTART"))
    if start is None:
        problem = (
            "DTSTART is missing" if b"DTSTART" not in found else f"DTSTART is not a date: {_value(found[b'DTSTART'])}"
        )
        return uid, ALWAYS, recurring, problem
    end, problem = _end(found, start)
    lo, hi = min(start, end) - MARGIN, max(start, end) + MARGIN
    if recurring:
        lo, hi = _series(found, lo, hi)
    return uid, (lo, hi), recurring, problem


def _end(found: dict[bytes, bytes], start: int) -> tuple[int, str]:
    if b"DTEND" in found:
        end = _moment(found[b"DTEND"])
        return (ALWAYS[1] // 2, f"DTEND is not a date: {_value(found[b'DTEND'])}") if end is None else (end, "")
    if b"DURATION" in found:
        length = _length(found[b"DURATION"])
        if length is None:
            return ALWAYS[1] // 2, ""  # negative or odd: the libraries decide
        return start + length, ""
    return start + DAY, ""


def _series(found: dict[bytes, bytes], lo: int, hi: int) -> Bounds:
    """The bounds of all occurrences of a rule; those of an override are its own."""
    if b"RDATE" in found or b"EXRULE" in found:
        return ALWAYS
    if b"RECURRENCE-ID" in found:
        return ALWAYS if b"THISANDFUTURE" in found[b"RECURRENCE-ID"].upper() or b"RRULE" in found else (lo, hi)
    until = _UNTIL.search(found[b"RRULE"])
    last = _moment(b":" + until[1]) if until else None
    return (lo, ALWAYS[1]) if last is None else (lo, max(hi, last + (hi - lo) + DAY))


def _moment(value: bytes | None) -> int | None:
    """Seconds since the epoch of a DATE or DATE-TIME as if it were UTC; None when it is neither."""
    match = _MOMENT.fullmatch(value.rpartition(b":")[2].strip()) if value else None
    if match is None:
        return None
    try:
        days = date(int(match[1]), int(match[2]), int(match[3])).toordinal() - 719_163
    except ValueError:
        return None
    if match[4] is None:
        return days * DAY
    hour, minute, second = int(match[4]), int(match[5]), int(match[6])
    if hour > 23 or minute > 59 or second > 60:
        return None
    return days * DAY + hour * 3600 + minute * 60 + second


def _length(value: bytes) -> int | None:
    match = _DURATION.fullmatch(value.rpartition(b":")[2].strip())
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return weeks * 7 * DAY + days * DAY + hours * 3600 + minutes * 60 + seconds


def _well_known(zone: bytes) -> bool:
    """Whether icalendar would use the time zone database for this VTIMEZONE anyway."""
    match = _TZID.search(zone)
    name = match[1].strip().decode("ascii", "replace") if match else ""
    if not _PLACE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _value(value: bytes) -> str:
    return _word(value.rpartition(b":")[2])


def _word(text: bytes) -> str:
    """A piece of the file that is safe to print in a message."""
    shown = text[:60].decode("utf-8", "replace").strip()
    return "".join(char if char.isprintable() else "�" for char in shown)
