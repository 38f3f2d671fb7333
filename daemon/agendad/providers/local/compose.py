"""The bytes of calendar files: a new event, and the smallest edit of an event that stands in one.

An edit keeps every line it does not have to change, byte for byte: attachments, alarms, properties of other programs.
`writer.py` calls this; `convert.py` reads the same properties. The same arguments always give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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
from agendad.providers.local.guests import Host, changed_guests, copied_lines, guest_lines, host_lines
from agendad.providers.local.lines import blocks, escaped, joined, name_of, own_lines, split, value_of
from agendad.providers.local.zones import vtimezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agendad.model.calendar import Event

_PRODID: Final = "-//agendad//agendad//EN"
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
    """What a new version of an event carries besides its fields. `now` is aware; events of others have no mark.

    `host` invites its guests.
    """

    mark: Mark | None
    now: datetime
    host: Host = field(default_factory=Host)


def new_file(uid: str, fields: EventFields, stamp: Stamp) -> bytes:
    """A whole calendar file with one event (RFC 5545, 3.6.1) and the zones that it names (3.6.5)."""
    company = [*host_lines(stamp.host), *guest_lines(fields.guests, stamp.host)] if fields.guests else []
    return _file(_event_lines(uid, fields, stamp, company), _zone_years(fields))


def copied_file(events: Iterable[Event], now: datetime) -> bytes:
    """One file with copies of many events, each for itself: a member of a series has the UID of the series and its
    original start, so that every program shows them all. No server sends anything for them (RFC 6638, 7.1).
    """
    lines: list[str] = []
    years: dict[str, int] = {}
    for event in events:
        uid = f"{event.uid}@{_original(event.recurrence_id)}" if event.recurrence_id is not None else event.uid
        whose = [f"X-AGENDAD-CALENDAR:{escaped(event.calendar)}", f"STATUS:{event.status.value.upper()}"]
        lines += _event_lines(uid, event.fields, Stamp(event.mark, now), [*whose, *copied_lines(event)])
        for name, year in _zone_years(event.fields).items():
            years[name] = min(year, years.get(name, year))
    return _file(lines, dict(sorted(years.items())))


def _file(events: Iterable[str], zones: Mapping[str, int]) -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODID}"]
    named = [line for name, year in zones.items() for line in vtimezone(name, year)]
    return joined([*head, *named, *events, "END:VCALENDAR"], b"\r\n")


def _event_lines(uid: str, fields: EventFields, stamp: Stamp, more: Iterable[str] = ()) -> list[str]:
    """One VEVENT; `more` are properties besides those of its fields and marks."""
    lines = ["BEGIN:VEVENT", f"UID:{escaped(uid)}", f"CREATED:{_utc(stamp.now)}", *_stamp_lines(stamp, sequence=0)]
    for name in _PROPERTIES:
        lines += _lines(name, fields)
    return [*lines, *more, *_mark_lines(stamp.mark), *_alarms(fields), "END:VEVENT"]


def _original(moment: Moment) -> str:
    return _utc(moment) if isinstance(moment, datetime) else f"{moment:%Y%m%d}"


def changed_file(data: bytes, uid: str, before: EventFields, after: EventFields, stamp: Stamp) -> bytes:
    """The file with those fields of the event rewritten in which `after` differs from `before`, and its marks.

    `before` are the fields as the file says them now. Raises NotThere.
    """
    old, new = field_values(before), field_values(after)
    names = [name for name in _PROPERTIES if old[name] != new[name]]
    lines = split(data)
    begin, end = _only_event(lines, uid)
    sequence = next(
        (_integer(value_of(lines[at])) for at in own_lines(lines, begin, end) if name_of(lines[at]) == "SEQUENCE"), 0
    )
    replaced = {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE", RULE, KEY, DIGEST, PEOPLE}
    replaced.update(prop for name in names for prop in _PROPERTIES[name])
    added = _stamp_lines(stamp, sequence + 1) + [line for name in names for line in _lines(name, after)]
    added += _mark_lines(stamp.mark)
    newline = b"\r\n" if b"\r\n" in data else b"\n"
    kept = set(own_lines(lines, begin, end))
    gone = {at for at in kept if name_of(lines[at]) in replaced}
    if old["guests"] != new["guests"]:
        company = changed_guests([lines[at] for at in sorted(kept)], before.guests, after.guests, stamp.host)
        gone |= {at for at in kept if lines[at] in company.gone}
        added += company.come
    event = [lines[at] for at in range(begin, end) if at not in gone]
    at = next((at for at, line in enumerate(event) if at and name_of(line) == "BEGIN"), len(event))
    event[at:at] = [joined(added, newline)]
    if "remind" in names:
        event = [line for block in blocks(event) if not _rings(block) for line in block]
        event.append(joined(_alarms(after), newline))
    head = lines[:begin]
    if "time" in names:
        others = lines[:begin] + lines[end + 1 :]
        alone = all(value_of(line).upper() != "VEVENT" for line in others if name_of(line) == "BEGIN")
        head = _with_zones(head, after, newline, alone=alone)
    return b"".join([*head, *event, *lines[end:]])


def without_event(data: bytes, uid: str) -> bytes | None:
    """The file without the one event; None when nothing but zones would be left. Raises NotThere."""
    lines = split(data)
    return _without(lines, [_only_event(lines, uid)])


def without_series(data: bytes, uid: str) -> bytes | None:
    """The same without a series and all its exceptions."""
    lines = split(data)
    return _without(lines, _events(lines, uid))


def _without(lines: list[bytes], events: list[tuple[int, int]]) -> bytes | None:
    rest = list(lines)
    for begin, end in reversed(events):
        del rest[begin : end + 1]
    left = {value_of(line).upper() for line in rest if name_of(line) == "BEGIN"}
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
    names = {name_of(lines[own]) for own in own_lines(lines, begin, end)}
    return bool(names & {"RRULE", "RDATE", "RECURRENCE-ID"})


def _events(lines: list[bytes], uid: str) -> list[tuple[int, int]]:
    """The lines from BEGIN:VEVENT to END:VEVENT (not included) of every event under the UID; at least one."""
    found = []
    begin: int | None = None
    for at, line in enumerate(lines):
        if name_of(line) in ("BEGIN", "END") and value_of(line).upper() == "VEVENT":
            if name_of(line) == "BEGIN":
                begin = at
            elif begin is not None:
                if any(
                    name_of(lines[own]) == "UID" and value_of(lines[own]) == escaped(uid)
                    for own in own_lines(lines, begin, at)
                ):
                    found.append((begin, at))
                begin = None
    if not found:
        raise NotThere("the event is no longer in its file")
    return found


def _rings(block: list[bytes]) -> bool:
    """Whether the lines are an alarm that `remind` speaks of."""
    if name_of(block[0]) != "BEGIN" or value_of(block[0]).upper() != "VALARM":
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
    parts = blocks(head)
    if alone:
        parts = [part for part in parts if not (_is_zone(part) and _tzid(part) in wanted)]
    defined = {_tzid(part) for part in parts if _is_zone(part)}
    added = [line for name, year in wanted.items() if name not in defined for line in vtimezone(name, year)]
    return [*(line for part in parts for line in part), joined(added, newline)]


def _is_zone(block: list[bytes]) -> bool:
    return name_of(block[0]) == "BEGIN" and value_of(block[0]).upper() == "VTIMEZONE"


def _tzid(block: list[bytes]) -> str:
    return next((value_of(line) for line in block if name_of(line) == "TZID"), "")


def _lines(name: str, fields: EventFields) -> list[str]:
    """The properties of one merge field; none where the default says it."""
    match name:
        case "title":
            return [f"SUMMARY:{escaped(fields.title)}"]
        case "time":
            return [_moment("DTSTART", fields.start), _moment("DTEND", fields.end)]
        case "show_as":
            return [f"TRANSP:{'OPAQUE' if fields.show_as is ShowAs.BUSY else 'TRANSPARENT'}"]
        case "kind" if fields.kind is not Kind.DEFAULT:
            away = [f"{BUSY_STATUS}:{OUT_OF_OFFICE}"] if fields.kind is Kind.AWAY else []
            return [f"{KIND}:{fields.kind.value}", *away]
        case "notes" if fields.notes:
            return [f"DESCRIPTION:{escaped(fields.notes)}"]
        case "place" if fields.place:
            return [f"LOCATION:{escaped(fields.place)}"]
        case "color" if fields.color:
            return [f"COLOR:{escaped(fields.color)}"]
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
    lines = [f"{RULE}:{escaped(mark.rule)}", f"{KEY}:{escaped(mark.key)}", f"{DIGEST}:{escaped(mark.digest)}"]
    return [*lines, f"{PEOPLE}:{escaped(' '.join(mark.people))}"] if mark.people else lines


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


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
