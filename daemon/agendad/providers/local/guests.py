"""Who takes part, as the lines of an event: written for a new one, and changed guest by guest in one that stands.

Nothing is sent from here. A server that keeps the calendar sends invitations by itself as soon as it sees attendees
(RFC 6638, 3.2.1), unless SCHEDULE-AGENT forbids it (7.1), as it does here for everybody who is not to be notified.
`compose.py` calls this; `convert.py` reads the same properties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import icalendar

from agendad.providers.local.convert import attendees
from agendad.providers.local.lines import name_of, printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from agendad.model.calendar import Event


@dataclass(frozen=True, slots=True)
class Host:
    """Who invites: the address, empty when none is known. `notify` leaves it to a server to write to the guests."""

    email: str = ""
    notify: bool = False


def guest_lines(guests: Iterable[str], host: Host) -> list[str]:
    """Attendees who have not answered yet."""
    quiet = "" if host.notify else ";SCHEDULE-AGENT=NONE"
    return [f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE{quiet}:{_address(email)}" for email in guests]


def host_lines(host: Host) -> list[str]:
    """The organizer, who comes, too; RFC 5545 (3.8.4.3) demands one where there are attendees."""
    if not host.email:
        return []
    address = _address(host.email)
    return [f"ORGANIZER:{address}", f"ATTENDEE;PARTSTAT=ACCEPTED:{address}"]


@dataclass(frozen=True, slots=True)
class Changed:
    """The lines of an event that go, and those that come."""

    gone: frozenset[bytes]
    come: list[str]


def changed_guests(lines: Iterable[bytes], before: Collection[str], after: Sequence[str], host: Host) -> Changed:
    """From one set of guests to another, in the own lines of an event: whoever stays keeps their line and answer.

    An event to which nobody is invited any more is no meeting: its host and organizer go, too.
    """
    seats = {line: _seated(line) for line in lines if name_of(line) == "ATTENDEE"}
    organizers = {line for line in lines if name_of(line) == "ORGANIZER"}
    if not after:
        return Changed(frozenset(seats) | organizers, [])
    gone = frozenset(line for line, email in seats.items() if email in before and email not in after)
    come = guest_lines((email for email in after if email not in before), host)
    if not organizers:
        organizer, *seat = host_lines(host) or ("",)
        come = [*filter(None, [organizer]), *(seat if host.email not in seats.values() else ()), *come]
    return Changed(gone, come)


def copied_lines(event: Event) -> Iterator[str]:
    """The organizer and the attendees of a copy, for which no server sends anything either."""
    if event.organizer:
        yield f"ORGANIZER;SCHEDULE-AGENT=NONE:{_address(event.organizer)}"
    for one in event.attendees:
        name = f';CN="{_parameter(one.name)}"' if one.name else ""
        kind = "" if one.human else ";CUTYPE=RESOURCE"
        answer = f";PARTSTAT={one.response.value.upper()};SCHEDULE-AGENT=NONE"
        yield f"ATTENDEE{name}{kind}{answer}:{_address(one.email)}"


def _seated(line: bytes) -> str:
    """The address on an ATTENDEE line; empty when it cannot be read."""
    component = icalendar.Event.from_ical(b"BEGIN:VEVENT\r\n" + line.rstrip(b"\r\n") + b"\r\nEND:VEVENT\r\n")
    return next((one.email for one in attendees(component)), "")


def _address(email: str) -> str:
    """A calendar address (RFC 5545, 3.3.3); nothing in it can end the line."""
    bare = "".join(char for char in email if char > " " and char != "\x7f")
    return bare if ":" in bare else f"mailto:{bare}"


def _parameter(text: str) -> str:
    """A parameter value to stand in quotes, by RFC 6868."""
    return printable(text).replace("^", "^^").replace("\n", "^n").replace('"', "^'")
