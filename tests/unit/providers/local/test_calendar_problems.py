"""Broken calendars: what cannot matter is named and passed over, what might matter stops the reading."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.diagnostics import Severity
from agendad.errors import CalendarUnreadable, ProviderError
from agendad.providers.local.calendars import LocalCalendars

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.ports import Snapshot

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 23, tzinfo=PARIS)
END = START + timedelta(weeks=6)

FINE = ["UID:fine", "DTSTART:20261124T090000Z", "DTEND:20261124T100000Z", "SUMMARY:Fine"]


def calendar(*events: list[str]) -> str:
    lines = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *lines, "END:VCALENDAR", ""])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def read(own: Path, cache: Path | None = None, **settings: str) -> Snapshot:
    given = {"write": "own", "read": ["own"], "zone": PARIS, "cache": cache, **settings}
    return LocalCalendars(own.parent, **given).read(START, END)  # type: ignore[arg-type]  # the names are checked


MIGHT_MATTER = {
    "a start that is no date": (["UID:x", "DTSTART:2026-11-24", "DTEND:20261124T100000Z"], "DTSTART"),
    "a start in a thirteenth month": (["UID:x", "DTSTART:20261324T090000Z", "SUMMARY:x"], "DTSTART"),
    "no start": (["UID:x", "SUMMARY:x"], "DTSTART is missing"),
    "an end that is no date": (["UID:x", "DTSTART:20261101T090000Z", "DTEND:tomorrow"], "DTEND"),
    "a rule that is none": (["UID:x", "DTSTART:20200101T090000Z", "RRULE:FREQ=SOMETIMES"], "RRULE"),
    "a rule by the second": (["UID:x", "DTSTART:20200101T090000Z", "RRULE:FREQ=SECONDLY"], "too often"),
    "an exception that is no date": (
        ["UID:x", "DTSTART:20261124T090000Z", "RRULE:FREQ=DAILY", "EXDATE:never"],
        "EXDATE",
    ),
    "a line that is none": (["UID:x", "DTSTART:20261124T090000Z", "DTEND 20261124T100000Z"], "no colon"),
}


@pytest.mark.parametrize(("event", "named"), MIGHT_MATTER.values(), ids=MIGHT_MATTER)
def test_a_broken_event_that_might_matter_stops_the_reading(own: Path, event: list[str], named: str) -> None:
    (own / "fine.ics").write_text(calendar(FINE))
    (own / "broken.ics").write_text(calendar(FINE, event))
    for _ in range(2):  # also when the answer is remembered
        with pytest.raises(CalendarUnreadable) as stopped:
            read(own, own.parent / "cache")
        assert f"{own / 'broken.ics'}:10: " in stopped.value.message
        assert named in stopped.value.message
        assert "uid x" in stopped.value.message
        assert stopped.value.hint
        assert stopped.value.exit_status == 3


CANNOT_MATTER = {
    "the end of a later event": ["UID:x", "DTSTART:20270601T090000Z", "DTEND:tomorrow"],
}


@pytest.mark.parametrize("event", CANNOT_MATTER.values(), ids=CANNOT_MATTER)
def test_a_broken_event_outside_of_the_window_is_named_and_passed_over(own: Path, event: list[str]) -> None:
    (own / "broken.ics").write_text(calendar(FINE, event))
    for _ in range(2):
        snapshot = read(own, own.parent / "cache")
        assert [found.uid for found in snapshot.events] == ["fine"]
        (problem,) = snapshot.problems
        assert problem.severity is Severity.WARNING
        assert (problem.span.file, problem.span.line) == (str(own / "broken.ics"), 10)


def test_an_event_outside_of_the_window_may_be_broken_where_it_is_not_looked_at(own: Path) -> None:
    event = ["UID:x", "DTSTART:20200101T090000Z", "DTEND:20200101T100000Z", "PRIORITY:very", "no line at all"]
    (own / "old.ics").write_text(calendar(FINE, event))
    assert [found.uid for found in read(own).events] == ["fine"]


DAMAGED = {
    "empty": (b"", "is empty"),
    "blank": (b"\r\n \r\n", "is empty"),
    "zeros": (b"\0" * 512, "BEGIN:VCALENDAR"),
    "no calendar": (b"<html>Sign in</html>", "BEGIN:VCALENDAR"),
    "half written": (calendar(FINE).encode()[:120], "END:VCALENDAR is missing"),
    "cut in the last line": (calendar(FINE).encode()[:-8], "END:VCA stands where END:VCALENDAR is due"),
    "two in one": (calendar(FINE).encode()[:-15] + calendar(FINE).encode(), "END:VCALENDAR is missing"),
    "zeros at the end": (calendar(FINE).encode() + b"\0" * 64, "outside"),
    "another scale": (calendar(FINE).replace("VERSION", "CALSCALE:HEBREW\r\nVERSION").encode(), "HEBREW"),
    "UTF-16": (calendar(FINE).encode("utf-16"), "BEGIN:VCALENDAR"),
}


@pytest.mark.parametrize(("data", "named"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_stops_the_reading(own: Path, data: bytes, named: str) -> None:
    (own / "fine.ics").write_text(calendar(FINE))
    (own / "damaged.ics").write_bytes(data)
    with pytest.raises(CalendarUnreadable, match=named) as stopped:
        read(own)
    assert str(own / "damaged.ics") in stopped.value.message
    assert stopped.value.hint


def test_a_repaired_file_is_read_again(own: Path) -> None:
    cache = own.parent / "cache"
    (own / "event.ics").write_bytes(calendar(FINE).encode()[:120])
    with pytest.raises(CalendarUnreadable):
        read(own, cache)
    (own / "event.ics").write_text(calendar(FINE))
    assert [event.uid for event in read(own, cache).events] == ["fine"]


def test_all_that_is_wrong_is_counted(own: Path) -> None:
    for number in range(3):
        (own / f"{number}.ics").write_bytes(b"")
    with pytest.raises(CalendarUnreadable, match="and 2 more"):
        read(own)


def test_a_link_to_nowhere_stops_the_reading(own: Path) -> None:
    (own / "event.ics").symlink_to(own / "annexed")
    with pytest.raises(CalendarUnreadable, match="link to a file that does not exist"):
        read(own)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_stops_the_reading(own: Path) -> None:
    (own / "event.ics").write_text(calendar(FINE))
    (own / "event.ics").chmod(0)
    with pytest.raises(CalendarUnreadable, match="Permission denied"):
        read(own)


@pytest.mark.parametrize("name", ["own", "other"])
def test_a_calendar_that_is_not_there_cannot_be_reached(tmp_path: Path, name: str) -> None:
    for existing in {"own", "other"} - {name}:
        (tmp_path / existing).mkdir()
    with pytest.raises(ProviderError, match=f"'{name}' is not there") as stopped:
        read(tmp_path / "own", read=["own", "other"])  # type: ignore[arg-type]
    assert not isinstance(stopped.value, CalendarUnreadable)
    assert not (tmp_path / name).exists()


def test_a_single_file_cannot_be_the_calendar_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "own.ics").write_text(calendar(FINE))
    with pytest.raises(ProviderError, match="only read"):
        read(tmp_path / "own")


def test_other_files_in_the_folder_are_no_calendar_files(own: Path) -> None:
    (own / "fine.ics").write_text(calendar(FINE))
    for name in (
        ".hidden.ics",
        ".event.ics.agendad-tmp",
        "tmpab12",
        "event.ics.tmp",
        "color",
        "displayname",
        "notes.txt",
    ):
        (own / name).write_bytes(b"no calendar")
    (own / "folder.ics").mkdir()
    os.mkfifo(own / "pipe.ics")
    snapshot = read(own)
    assert [event.uid for event in snapshot.events] == ["fine"]
    assert snapshot.counts == {"own": 1}


def test_a_zone_that_nothing_explains_is_read_as_the_persons_own_and_named(own: Path) -> None:
    (own / "x.ics").write_text(calendar(["UID:x", "DTSTART;TZID=Mars/Olympus:20261124T090000", "DURATION:PT1H"]))
    snapshot = read(own)
    assert snapshot.events[0].fields.start == datetime(2026, 11, 24, 9, tzinfo=PARIS)
    assert ["Mars/Olympus" in problem.message for problem in snapshot.problems] == [True]


def test_a_zone_of_one_file_says_nothing_about_another(own: Path) -> None:
    """icalendar remembers zones by name; whichever file is read first, each has its own."""

    def with_zone(uid: str, offset: str) -> str:
        zone = [
            f"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{offset}\r\nTZOFFSETTO:{offset}\r\nEND:STANDARD"
        ]
        text = calendar([f"UID:{uid}", "DTSTART;TZID=Custom:20261124T120000", "DURATION:PT1H"])
        block = "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Custom", *zone, "END:VTIMEZONE", "BEGIN:VEVENT"])
        return text.replace("BEGIN:VEVENT", block)

    (own / "a.ics").write_text(with_zone("two", "+0200"))
    (own / "b.ics").write_text(with_zone("five", "+0500"))
    (own / "c.ics").write_text(calendar(["UID:none", "DTSTART;TZID=Custom:20261124T120000", "DURATION:PT1H"]))
    hours = {event.uid: event.fields.start.astimezone(ZoneInfo("UTC")).hour for event in read(own).events}  # type: ignore[union-attr]
    assert hours == {"two": 10, "five": 7, "none": 11}
