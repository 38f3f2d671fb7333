"""The bytes of calendar files: a new event, and the smallest edit of an event that stands in one.

An edit keeps every line it does not have to change, byte for byte: attachments, alarms, properties of other programs.
`writer.py` calls this; `convert.py` reads the same properties. The same arguments always give the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import icalendar

from agendad.model.calendar import EventFields, Kind, Mark, Moment, ShowAs, Visibility
from agendad.model.identity import field_values
from agendad.providers.local.convert import (
    BUSY_STATUS,
    DIGEST,
    KEY,
    KIND,
    OUT_OF_OFFICE,
    PEOPLE,
    REMIND,
    RULE,
    alarm_minutes,
)
from agendad.providers.local.zones import vtimezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agendad.model.calendar import Event

_PRODID: Final = "-//agendad//agendad//EN"
_LOGICAL_LINE = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*|[^\n]+\Z")
_NAME = re.compile(rb"[A-Za-z0-9-]+")
_PROPERTIES: Final = {
    "title": ("SUMMARY",),
    "time": ("DTSTART", "DTEND", "DURATION"),
    "show_as": ("TRANSP",),
    "kind": (KIND, BUSY_STATUS),
    "notes": ("DESCRIPTION", "X-ALT-DESC"),
    "place": ("LOCATION",),
    "color": ("COLOR",),
    "visibility": ("CLASS",),
    "remind": (REMIND,),
}
"""The properties that say a merge field; X-ALT-DESC is the same notes as HTML, wrong once they change."""

_CLASSES: Final = {Visibility.PRIVATE: "PRIVATE", Visibility.PUBLIC: "PUBLIC"}


class NotThere(Exception):
    """The file does not hold the one event that was to be changed; the message says what it holds instead."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a new version of an event carries besides its fields. `now` is aware; events of others have no mark."""

    mark: Mark | None
    now: datetime


def new_file(uid: str, fields: EventFields, stamp: Stamp) -> bytes:
    """A whole calendar file with one event (RFC 5545, 3.6.1) and the zones that it names (3.6.5)."""
    return _file(_event_lines(uid, fields, stamp), _zone_years(fields))


def copied_file(events: Iterable[Event], now: datetime) -> bytes:
    """One file with copies of many events, each for itself: a member of a series has the UID of the series and its
    original start, so that every program shows them all. No server sends anything for them (RFC 6638, 7.1).
    """
    lines: list[str] = []
    years: dict[str, int] = {}
    for event in events:
        uid = f"{event.uid}@{_original(event.recurrence_id)}" if event.recurrence_id is not None else event.uid
        lines += _event_lines(uid, event.fields, Stamp(event.mark, now), _copied_lines(event))
        for name, year in _zone_years(event.fields).items():
            years[name] = min(year, years.get(name, year))
    return _file(lines, dict(sorted(years.items())))


def _file(events: Iterable[str], zones: Mapping[str, int]) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODID}"]
    named = [line for name, year in zones.items() for line in vtimezone(name, year)]
    return _joined([*head, *named, *events, "END:VCALENDAR"], b"\r\n")


def _event_lines(uid: str, fields: EventFields, stamp: Stamp, more: Iterable[str] = ()) -> list[str]:
    """One VEVENT; `more` are properties besides those of its fields and marks."""
    lines = ["BEGIN:VEVENT", f"UID:{_escape(uid)}", f"CREATED:{_utc(stamp.now)}", *_stamp_lines(stamp, sequence=0)]
    for name in _PROPERTIES:
        lines += _lines(name, fields)
    return [*lines, *more, *_mark_lines(stamp.mark), *_alarms(fields), "END:VEVENT"]


def _copied_lines(event: Event) -> list[str]:
    """Whose event it was, where it stood, and who comes."""
    lines = [f"X-AGENDAD-CALENDAR:{_escape(event.calendar)}", f"STATUS:{event.status.value.upper()}"]
    if event.organizer:
        lines.append(f"ORGANIZER;SCHEDULE-AGENT=NONE:{_address(event.organizer)}")
    for one in event.attendees:
        name = f';CN="{_parameter(one.name)}"' if one.name else ""
        kind = "" if one.human else ";CUTYPE=RESOURCE"
        answer = f";PARTSTAT={one.response.value.upper()};SCHEDULE-AGENT=NONE"
        lines.append(f"ATTENDEE{name}{kind}{answer}:{_address(one.email)}")
    return lines


def _original(moment: Moment) -> str:
    return _utc(moment) if isinstance(moment, datetime) else f"{moment:%Y%m%d}"


def _address(email: str) -> str:
    """A calendar address (RFC 5545, 3.3.3); nothing in it can end the line."""
    bare = "".join(char for char in email if char > " " and char != "\x7f")
    return bare if ":" in bare else f"mailto:{bare}"


def _parameter(text: str) -> str:
    """A parameter value to stand in quotes, by RFC 6868."""
    return _printable(text).replace("^", "^^").replace("\n", "^n").replace('"', "^'")


def changed_file(data: bytes, uid: str, before: EventFields, after: EventFields, stamp: Stamp) -> bytes:
    """The file with those fields of the event rewritten in which `after` differs from `before`, and its marks.

    `before` are the fields as the file says them now. Raises NotThere.
    """
    old, new = field_values(before), field_values(after)
    names = [name for name in _PROPERTIES if old[name] != new[name]]
    lines = _split(data)
    begin, end = _only_event(lines, uid)
    sequence = next(
        (_integer(_value(lines[at])) for at in _own(lines, begin, end) if _name(lines[at]) == "SEQUENCE"), 0
    )
    replaced = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE", RULE, KEY, DIGEST, PEOPLE}
    replaced.update(prop for name in names for prop in _PROPERTIES[name])
    added = _stamp_lines(stamp, sequence + 1) + [line for name in names for line in _lines(name, after)]
    added += _mark_lines(stamp.mark)
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    kept = set(_own(lines, begin, end))
    event = [lines[at] for at in range(begin, end) if at not in kept or _name(lines[at]) not in replaced]
    at = next((at for at, line in enumerate(event) if at and _name(line) == "BEGIN"), len(event))
    event[at:at] = [_joined(added, newline)]
    if "remind" in names:
        event = [line for block in _blocks(event) if not _rings(block) for line in block]
        event.append(_joined(_alarms(after), newline))
    head = lines[:begin]
    if "time" in names:
        others = lines[:begin] + lines[end + 1 :]
        alone = all(_value(line).upper() != "VEVENT" for line in others if _name(line) == "BEGIN")
        head = _with_zones(head, after, newline, alone=alone)
    return b"".join([*head, *event, *lines[end:]])


def without_event(data: bytes, uid: str) -> bytes | None:
    """The file without the one event; None when nothing but zones would be left. Raises NotThere."""
    lines = _split(data)
    return _without(lines, [_only_event(lines, uid)])


def without_series(data: bytes, uid: str) -> bytes | None:
    """The same without a series and all its exceptions."""
    lines = _split(data)
    return _without(lines, _events(lines, uid))


def _without(lines: list[bytes], events: list[tuple[int, int]]) -> bytes | None:
    rest = list(lines)
    for begin, end in reversed(events):
        del rest[begin : end + 1]
    left = {_value(line).upper() for line in rest if _name(line) == "BEGIN"}
    return b"".join(rest) if left & {"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"} else None


def _only_event(lines: list[bytes], uid: str) -> tuple[int, int]:
    """The lines from BEGIN:VEVENT to END:VEVENT (not included) of the one event under the UID."""
    found = _events(lines, uid)
    begin, end = found[0]
    if len(found) > 1 or _is_member(lines, begin, end):
        raise NotThere("the event was made into a series by hand")
    return begin, end


def _is_member(lines: list[bytes], begin: int, end: int) -> bool:
    """Whether an event is a series, or a member of one."""
    names = {_name(lines[own]) for own in _own(lines, begin, end)}
    return bool(names & {"RRULE", "RDATE", "RECURRENCE-ID"})


def _events(lines: list[bytes], uid: str) -> list[tuple[int, int]]:
    """The lines from BEGIN:VEVENT to END:VEVENT (not included) of every event under the UID; at least one."""
    found = []
    begin: int | None = None
    for at, line in enumerate(lines):
        if _name(line) in ("BEGIN", "END") and _value(line).upper() == "VEVENT":
            if _name(line) == "BEGIN":
                begin = at
            elif begin is not None:
                if any(
                    _name(lines[own]) == "UID" and _value(lines[own]) == _escape(uid) for own in _own(lines, begin, at)
                ):
                    found.append((begin, at))
                begin = None
    if not found:
        raise NotThere("the event is no longer in its file")
    return found


def _own(lines: list[bytes], begin: int, end: int) -> list[int]:
    """The lines of the component itself, without those of components inside it."""
    depth = 0
    own = []
    for at in range(begin + 1, end):
        name = _name(lines[at])
        depth += name == "BEGIN"
        if not depth:
            own.append(at)
        depth -= name == "END"
    return own


def _blocks(event: list[bytes]) -> list[list[bytes]]:
    """The lines of an event as single lines and whole components inside it."""
    blocks: list[list[bytes]] = []
    depth = 0
    for at, line in enumerate(event):
        name = _name(line)
        if depth and at:
            blocks[-1].append(line)
        else:
            blocks.append([line])
        depth += at > 0 and name == "BEGIN"
        depth -= name == "END"
    return blocks


def _rings(block: list[bytes]) -> bool:
    """Whether the lines are an alarm that `remind` speaks of."""
    if _name(block[0]) != "BEGIN" or _value(block[0]).upper() != "VALARM":
        return False
    try:
        alarm = icalendar.Component.from_ical(b"".join(block))
    except ValueError:
        return False
    return isinstance(alarm, icalendar.Alarm) and alarm_minutes(alarm) is not None


def _with_zones(head: list[bytes], fields: EventFields, newline: bytes, *, alone: bool) -> list[bytes]:
    """The lines before the event with a VTIMEZONE for the zones of its new time.

    One that is there is written anew, because it may end before the new time, unless other events may rely on it.
    """
    wanted = _zone_years(fields)
    blocks = _blocks(head)
    if alone:
        blocks = [block for block in blocks if not (_is_zone(block) and _tzid(block) in wanted)]
    defined = {_tzid(block) for block in blocks if _is_zone(block)}
    added = [line for name, year in wanted.items() if name not in defined for line in vtimezone(name, year)]
    return [*(line for block in blocks for line in block), _joined(added, newline)]


def _is_zone(block: list[bytes]) -> bool:
    return _name(block[0]) == "BEGIN" and _value(block[0]).upper() == "VTIMEZONE"


def _tzid(block: list[bytes]) -> str:
    return next((_value(line) for line in block if _name(line) == "TZID"), "")


def _lines(name: str, fields: EventFields) -> list[str]:
    """The properties of one merge field; none where the default says it."""
    match name:
        case "title":
            return [f"SUMMARY:{_escape(fields.title)}"]
        case "time":
            return [_moment("DTSTART", fields.start), _moment("DTEND", fields.end)]
        case "show_as":
            return [f"TRANSP:{'OPAQUE' if fields.show_as is ShowAs.BUSY else 'TRANSPARENT'}"]
        case "kind" if fields.kind is not Kind.DEFAULT:
            away = [f"{BUSY_STATUS}:{OUT_OF_OFFICE}"] if fields.kind is Kind.AWAY else []
            return [f"{KIND}:{fields.kind.value}", *away]
        case "notes" if fields.notes:
            return [f"DESCRIPTION:{_escape(fields.notes)}"]
        case "place" if fields.place:
            return [f"LOCATION:{_escape(fields.place)}"]
        case "color" if fields.color:
            return [f"COLOR:{_escape(fields.color)}"]
        case "visibility" if fields.visibility in _CLASSES:
            return [f"CLASS:{_CLASSES[fields.visibility]}"]
        case "remind" if fields.remind == ():
            return [f"{REMIND}:NONE"]
        case _:
            return []


def _alarms(fields: EventFields) -> list[str]:
    return [
        line
        for minutes in fields.remind or ()
        for line in ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", f"TRIGGER:-PT{minutes}M", "END:VALARM")
    ]


def _stamp_lines(stamp: Stamp, sequence: int) -> list[str]:
    return [f"DTSTAMP:{_utc(stamp.now)}", f"LAST-MODIFIED:{_utc(stamp.now)}", f"SEQUENCE:{sequence}"]


def _mark_lines(mark: Mark | None) -> list[str]:
    if mark is None:
        return []
    lines = [f"{RULE}:{_escape(mark.rule)}", f"{KEY}:{_escape(mark.key)}", f"{DIGEST}:{_escape(mark.digest)}"]
    return [*lines, f"{PEOPLE}:{_escape(' '.join(mark.people))}"] if mark.people else lines


def _moment(name: str, moment: Moment) -> str:
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    zone = _zone_name(moment)
    return f"{name}:{_utc(moment)}" if zone is None else f"{name};TZID={zone}:{_digits(moment)}"


def _zone_name(moment: Moment) -> str | None:
    """The TZID under which a moment is written; None for UTC.

    A wall-clock time that comes twice is the first of both in a file (RFC 5545, 3.3.5), so the second is UTC.
    """
    if not isinstance(moment, datetime) or not isinstance(moment.tzinfo, ZoneInfo):
        return None
    if moment.tzinfo.key in (None, "UTC", "Etc/UTC", "GMT") or moment.utcoffset() != moment.replace(fold=0).utcoffset():
        return None
    return moment.tzinfo.key


def _zone_years(fields: EventFields) -> dict[str, int]:
    """The zones that the times of an event name, in order, and the year in which each is needed."""
    years = {name: moment.year for moment in (fields.end, fields.start) if (name := _zone_name(moment)) is not None}
    return dict(sorted(years.items()))


def _utc(moment: datetime) -> str:
    return f"{_digits(moment.astimezone(UTC))}Z"


def _digits(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}" if moment.year > 999 else f"{moment.year:04}{moment:%m%dT%H%M%S}"


def _escape(text: str) -> str:
    """TEXT (RFC 5545, 3.3.11); control characters, which it cannot hold, become spaces."""
    return _printable(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char >= " " or char in "\n\t" else " " for char in text).replace("\x7f", " ")


def _joined(lines: Iterable[str], newline: bytes) -> bytes:
    return b"".join(_folded(line.encode(), newline) + newline for line in lines)


def _folded(line: bytes, newline: bytes) -> bytes:
    """At most 75 octets a line, cut between characters (RFC 5545, 3.1)."""
    parts = []
    room = 75
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(line[:cut])
        line = line[cut:]
        room = 74
    return (newline + b" ").join([*parts, line])


def _split(data: bytes) -> list[bytes]:
    return _LOGICAL_LINE.findall(data)


def _name(line: bytes) -> str:
    match = _NAME.match(line.removeprefix(b"\xef\xbb\xbf"))
    return match[0].decode("ascii").upper() if match else ""


def _value(line: bytes) -> str:
    unfolded = re.sub(rb"\r?\n[ \t]", b"", line)
    return unfolded.partition(b":")[2].decode("utf-8", "replace").strip()


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
