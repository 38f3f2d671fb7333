"""What reading a calendar on disk costs, beside icalendar with recurring-ical-events, khal, and bare stat calls.

    python benchmarks/calendar_read.py [EVENTS]

A folder of EVENTS (10,000) single events, three years back and one ahead, and 30 long series, is read over 6 weeks.
The calendar of ten times the events has them over ten times the years, as a calendar grows that is kept. Stated
figures: the first reading at least 4 times faster than the libraries and with at most half their memory; unchanged at
most 10 ms more than the status of every file; one changed file 2 ms more; ten times the events at most 12 times the
first reading, and 1.3 times what the unchanged one costs beyond the status calls.

Whole processes are timed for the first reading, imports included. The unchanged reading is timed in a process that has
its imports behind it, with a new object each time.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from agendad.ports import CalendarPort

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, tzinfo=ZONE)
SPAN = timedelta(weeks=6)
RUNS = 15

CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VTIMEZONE
TZID:Europe/Paris
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:{uid}@example.com
DTSTAMP:20261101T080000Z
DTSTART;TZID=Europe/Paris:{start:%Y%m%dT%H%M%S}
DTEND;TZID=Europe/Paris:{end:%Y%m%dT%H%M%S}
{rule}SUMMARY:Meeting {uid} about the plan of the quarter\\, with a title that is
  long enough to be folded
DESCRIPTION:Agenda\\n1. What was decided\\n2. What is to be decided\\nJoin: htt
 ps://meet.example.com/{uid}
LOCATION:Room {room}
ORGANIZER;CN=Ada Martin:mailto:ada@example.com
ATTENDEE;CN=Ada Martin;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT:mailto:ada@ex
 ample.com
ATTENDEE;CN=Grace Example;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:grace@exam
 ple.org
STATUS:CONFIRMED
TRANSP:OPAQUE
SEQUENCE:1
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT10M
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def make(folder: Path, events: int, years: int) -> None:
    """Writes `events` single events over 3 x `years` back and 1 x `years` ahead, and 30 series that began long ago."""
    folder.mkdir(parents=True)
    draw = random.Random(7)
    for number in range(events):
        start = NOW + timedelta(days=draw.randrange(-1095 * years, 365 * years), hours=draw.randrange(8, 18))
        write(folder, number, start, "")
    for number in range(30):
        rule = "RRULE:FREQ=DAILY\n" if number % 5 == 0 else "RRULE:FREQ=WEEKLY\n"
        write(folder, events + number, NOW - timedelta(days=1095 - number, hours=-9), rule)


def write(folder: Path, number: int, start: datetime, rule: str, title_suffix: str = "") -> None:
    end = start + timedelta(minutes=30 * (1 + number % 3))
    text = CALENDAR.format(uid=f"{number:06}", start=start, end=end, rule=rule, room=f"{number % 9}{title_suffix}")
    path = folder / f"{number:06}-4a3b-11ee.ics"
    temporary = folder / ".new"
    temporary.write_text(text.replace("\n", "\r\n"), newline="")
    temporary.replace(path)


def child(*arguments: str) -> dict[str, float]:
    """Runs this file in a process of its own: its numbers, its whole time in seconds and its peak memory in MiB."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    process.returncode = 0
    numbers: dict[str, float] = json.loads(output)
    return {**numbers, "seconds": time.perf_counter() - begun, "MiB": usage.ru_maxrss / 1024}


def first(path: Path, cache: Path) -> dict[str, float]:
    """The first reading, with an empty cache."""
    return {"events": len(calendars(path, cache).read(NOW, NOW + SPAN).events)}


def calendars(path: Path, cache: Path) -> CalendarPort:
    """Our reader; imported where its cost belongs."""
    from agendad.providers.local.calendars import LocalCalendars

    return LocalCalendars(path, write="own", read=["own"], zone=ZONE, me=frozenset({"ada@example.com"}), cache=cache)


def peer(path: Path) -> dict[str, float]:
    """The libraries: every file read, held and expanded."""
    import icalendar
    import recurring_ical_events

    held = [icalendar.Calendar.from_ical(file.read_bytes()) for file in sorted((path / "own").glob("*.ics"))]
    found = [event for calendar in held for event in recurring_ical_events.of(calendar).between(NOW, NOW + SPAN)]
    return {"events": len(found)}


def again(path: Path, cache: Path) -> dict[str, float]:
    """Milliseconds of the status of every file, of an unchanged reading, and of one with a changed file."""
    calendars(path, cache).read(NOW, NOW + SPAN)
    folder = path / "own"
    status, unchanged, changed = [], [], []
    for _ in range(RUNS):
        status.append(timed(lambda: [entry.stat() and None for entry in os.scandir(folder)]))
        unchanged.append(read(path, cache))
    for number in range(RUNS):
        timed(lambda: [entry.stat() and None for entry in os.scandir(folder)])  # the same things in the caches as above
        write(folder, 0, NOW + timedelta(days=1), "", f" {number}")
        changed.append(read(path, cache))
    return {
        "status": median(status),
        "beyond": median(one - other for one, other in zip(unchanged, status, strict=True)),
        "unchanged": median(unchanged),
        "changed": median(changed),
    }


def read(path: Path, cache: Path) -> float:
    """Milliseconds of making a reader and reading; the open cache is closed after the clock was stopped."""
    begun = time.perf_counter()
    reader = calendars(path, cache)
    reader.read(NOW, NOW + SPAN)
    return (time.perf_counter() - begun) * 1000


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def khal(path: Path, home: Path) -> float:
    """Seconds of `khal list` over the same span, its cache warm."""
    config = home / "khal.conf"
    config.write_text(
        f"[calendars]\n[[own]]\npath = {path / 'own'}\n[sqlite]\npath = {home / 'khal.db'}\n"
        "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        "local_timezone = Europe/Paris\ndefault_timezone = Europe/Paris\n"
    )
    command = [Path(sys.executable).with_name("khal"), "-c", config, "list", f"{NOW:%Y-%m-%d}", f"{SPAN.days}d"]
    for _ in range(2):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main(events: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        make(home / "small" / "own", events, 1)
        make(home / "large" / "own", events * 10, 10)
        time.sleep(2.1)  # files younger than two seconds are not trusted to stay as they are
        small, large = str(home / "small"), str(home / "large")
        ours = child("first", small, small + "-cache")
        theirs = child("peer", small)
        assert ours["events"] == theirs["events"], "not the same occurrences"
        kept = child("again", small, small + "-cache")
        more = child("first", large, large + "-cache")
        kept_more = child("again", large, large + "-cache")
        seconds = khal(home / "small", home)
    print(f"{events:,} single events and 30 series, {ours['events']:.0f} occurrences in {SPAN.days} days")
    line("first reading, whole process", f"{ours['seconds']:.2f} s", theirs["seconds"] / ours["seconds"], ">= 4")
    print(f"    icalendar and recurring-ical-events: {theirs['seconds']:.2f} s")
    line("its peak memory", f"{ours['MiB']:.0f} MiB", ours["MiB"] / theirs["MiB"], "<= 0.5")
    print(f"    with the calendar held by icalendar: {theirs['MiB']:.0f} MiB")
    line(
        "unchanged, beyond the status calls", f"{kept['beyond']:.1f} ms", kept["unchanged"] / kept["status"], "<= 10 ms"
    )
    print(f"    status of every file: {kept['status']:.1f} ms; khal list, warm: {seconds:.2f} s")
    print(f"    khal takes {seconds * 1000 / kept['unchanged']:.0f} times as long")
    line(
        "one changed file, more",
        f"{kept['changed'] - kept['unchanged']:.1f} ms",
        kept["changed"] / kept["unchanged"],
        "<= 2 ms",
    )
    print(f"{events * 10:,} single events")
    line("first reading", f"{more['seconds']:.2f} s", more["seconds"] / ours["seconds"], "<= 12")
    line(
        "unchanged, beyond the status calls",
        f"{kept_more['beyond']:.1f} ms",
        kept_more["beyond"] / kept["beyond"],
        "<= 1.3",
    )
    print(f"    status of every file: {kept_more['status']:.0f} ms")


def line(what: str, value: str, ratio: float, limit: str) -> None:
    print(f"  {what:<36} {value:>10}   ratio {ratio:5.2f}   stated {limit}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["first", path, cache]:
            print(json.dumps(first(Path(path), Path(cache))))
        case ["peer", path]:
            print(json.dumps(peer(Path(path))))
        case ["again", path, cache]:
            print(json.dumps(again(Path(path), Path(cache))))
        case arguments:
            main(int(arguments[0]) if arguments else 10_000)
