"""Files are read again only when they changed, and the cache is never believed on doubt."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.providers.local.calendars import LocalCalendars

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 23, tzinfo=PARIS)
WEEKS = timedelta(weeks=6)
YEAR_BACK = timedelta(days=365)

_opened: list[str] = []
_listening = False


def _hear(name: str, arguments: tuple[object, ...]) -> None:
    if _listening and name == "open" and str(arguments[0]).endswith(".ics"):
        _opened.append(os.path.basename(str(arguments[0])))  # noqa: PTH119  # within an audit hook nothing may be opened


sys.addaudithook(_hear)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """The names of all calendar files that were opened since the list was last cleared."""
    global _listening  # noqa: PLW0603  # an audit hook cannot be taken off again, only told to be quiet
    _opened.clear()
    _listening = True
    yield _opened
    _listening = False


def write(folder: Path, name: str, start: datetime = START, title: str = "Meeting", rule: str = "") -> None:
    stamp = start.astimezone(ZoneInfo("UTC"))
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{name}@example.com\r\nDTSTART:{stamp:%Y%m%dT%H%M%SZ}\r\nDURATION:PT1H\r\n{rule}"
        f"SUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    temporary = folder / ".temporary"
    temporary.write_text(text)
    temporary.replace(folder / f"{name}.ics")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Ten meetings a week apart, a series, and an old meeting."""
    folder = tmp_path / "own"
    folder.mkdir()
    for number in range(10):
        write(folder, f"m{number}", START + timedelta(weeks=number - 2, hours=9))
    write(folder, "series", START - timedelta(days=700), "Series", "RRULE:FREQ=WEEKLY\r\n")
    write(folder, "old", START - timedelta(days=300), "Old")
    return folder


EXACT = timedelta(0)
"""The clock of a disk on which no two changes have the same time, so that files may be trusted at once."""


def port(own: Path, cache: bool = True, **settings: object) -> LocalCalendars:
    given = {"write": "own", "read": ["own"], "zone": PARIS, "disk_clock": EXACT, **settings}
    folder = own.parent / "cache" if cache else None
    return LocalCalendars(own.parent, cache=folder, **given)  # type: ignore[arg-type]  # the names are those of the class


def titles(calendars: LocalCalendars, start: datetime = START, length: timedelta = WEEKS) -> list[str]:
    return [event.fields.title for event in calendars.read(start, start + length).events]


def test_an_unchanged_calendar_is_not_read_again(own: Path, opened: list[str]) -> None:
    first = port(own).read(START, START + WEEKS)
    assert len(set(opened)) == 12
    opened.clear()
    assert port(own).read(START, START + WEEKS) == first
    assert opened == []


def test_one_changed_file_is_read_alone(own: Path, opened: list[str]) -> None:
    port(own).read(START, START + WEEKS)
    opened.clear()
    write(own, "m4", START + timedelta(days=1), "Changed")
    assert "Changed" in titles(port(own))
    assert opened == ["m4.ics"]
    opened.clear()
    titles(port(own))
    assert opened == []


def test_a_file_that_was_edited_in_place_is_read(own: Path, opened: list[str]) -> None:
    port(own).read(START, START + WEEKS)
    opened.clear()
    path = own / "m4.ics"
    path.write_bytes(path.read_bytes().replace(b"Meeting", b"Changed"))
    opened.clear()
    assert "Changed" in titles(port(own))
    assert opened == ["m4.ics"]


def test_new_and_removed_and_renamed_files_are_seen(own: Path) -> None:
    assert len(titles(port(own))) == 12
    write(own, "new", START + timedelta(days=2), "New")
    (own / "m3.ics").unlink()
    (own / "m4.ics").rename(own / "renamed.ics")
    calendars = port(own)
    snapshot = calendars.read(START, START + WEEKS)
    assert len(snapshot.events) == 12
    assert {event.href for event in snapshot.events if event.fields.title != "Series"} == {
        "new.ics", "renamed.ics", "m2.ics", "m5.ics", "m6.ics", "m7.ics",
    }  # fmt: skip
    assert snapshot.counts == {"own": 12}


def test_two_files_that_change_places_are_told_apart(own: Path) -> None:
    port(own).read(START, START + WEEKS)
    (own / "m2.ics").rename(own / "x.ics")
    (own / "m3.ics").rename(own / "m2.ics")
    (own / "x.ics").rename(own / "m3.ics")
    found = {event.uid: event.href for event in port(own).read(START, START + WEEKS).events}
    assert (found["m2@example.com"], found["m3@example.com"]) == ("m3.ics", "m2.ics")


def test_a_window_that_moves_by_days_reads_no_file(own: Path, opened: list[str]) -> None:
    port(own).read(START, START + WEEKS)
    opened.clear()
    for days in range(14):
        moved = START + timedelta(days=days)
        assert titles(port(own), moved) == titles(port(own, cache=False), moved)
        opened[:] = [name for name in opened if False]
    for days in range(14):
        titles(port(own), START + timedelta(days=days))
    assert opened == []


def test_a_longer_window_reads_only_what_it_adds(own: Path, opened: list[str]) -> None:
    port(own).read(START, START + WEEKS)
    opened.clear()
    calendars = port(own)
    assert "Old" in titles(calendars, START - YEAR_BACK, YEAR_BACK)
    assert sorted(opened) == ["m0.ics", "old.ics", "series.ics"]
    opened.clear()
    assert titles(calendars) == titles(port(own))
    assert "Old" in titles(port(own), START - YEAR_BACK, YEAR_BACK)
    assert opened == []


def test_a_file_that_is_as_young_as_the_reading_is_not_trusted(own: Path, opened: list[str]) -> None:
    """A second change within the same tick of the disk's clock would leave no other trace."""
    coarse = timedelta(minutes=10)
    port(own, disk_clock=coarse).read(START, START + WEEKS)
    opened.clear()
    port(own, disk_clock=coarse).read(START, START + WEEKS)
    assert len(set(opened)) == 12


def test_a_file_that_was_only_touched_is_not_taken_apart_again(own: Path) -> None:
    """What is kept of it stays the same rows, also while the window grows; a file with other content gets others."""
    known = port(own).read(START, START + WEEKS).events
    before = kept_rows(own)
    for path in own.glob("*.ics"):
        os.utime(path, (1, 1))
    assert port(own).read(START, START + WEEKS).events == known
    assert kept_rows(own) == before
    write(own, "m3", START, title="Meetinq")
    os.utime(own / "m4.ics", (2, 2))
    assert titles(port(own), START - YEAR_BACK, YEAR_BACK + WEEKS) == titles(
        port(own, cache=False), START - YEAR_BACK, YEAR_BACK + WEEKS
    )
    after = kept_rows(own)
    assert {name for name, rows in before.items() if after[name] != rows} == {"m3.ics", "series.ics"}


def kept_rows(own: Path) -> dict[str, list[int]]:
    """By file, where what was read of it stands in the cache."""
    found: dict[str, list[int]] = {}
    with contextlib.closing(sqlite3.connect(own.parent / "cache" / "calendars.db")) as db:
        for name, row in db.execute("SELECT name, rowid FROM occurrence ORDER BY rowid"):
            found.setdefault(name, []).append(row)
    return found


@pytest.mark.parametrize("change", [{"zone": ZoneInfo("Asia/Tokyo")}, {"me": frozenset({"grace@example.com"})}])
def test_another_zone_or_person_gets_an_empty_cache(own: Path, opened: list[str], change: dict[str, object]) -> None:
    port(own).read(START, START + WEEKS)
    opened.clear()
    port(own, **change).read(START, START + WEEKS)
    assert len(set(opened)) == 12


def damage_page(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 3000)


def damage_row(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("UPDATE occurrence SET data = replace(data, 'Meeting', 'Meetinq')")
    db.close()


def damage_names(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("UPDATE names SET data = 'x'")
        db.execute("UPDATE calendar SET folder = 1")
    db.close()


def drop_table(database: Path) -> None:
    with sqlite3.connect(database) as db:
        db.execute("DROP TABLE file")
    db.close()


DAMAGE = {
    "emptied": lambda database: database.write_bytes(b""),
    "no database": lambda database: database.write_bytes(b"hello" * 1000),
    "cut": lambda database: os.truncate(database, 8192),
    "a page of rubbish": damage_page,
    "a changed row": damage_row,
    "names lost": damage_names,
    "a table lost": drop_table,
    "a folder in its place": lambda database: (database.unlink(), database.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_cache_changes_no_answer(own: Path, damage) -> None:  # type: ignore[no-untyped-def]
    first = port(own).read(START, START + WEEKS)
    damage(own.parent / "cache" / "calendars.db")
    for _ in range(2):
        assert port(own).read(START, START + WEEKS) == first


def test_a_cache_that_another_process_holds_is_done_without(own: Path) -> None:
    first = port(own).read(START, START + WEEKS)
    write(own, "m4", START + timedelta(days=1), "Changed")
    holder = sqlite3.connect(own.parent / "cache" / "calendars.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert "Changed" in titles(port(own))
    finally:
        holder.close()
    assert len(first.events) == len(titles(port(own)))


def test_reading_without_a_cache_writes_nothing(own: Path) -> None:
    before = sorted(own.parent.rglob("*"))
    port(own, cache=False).read(START, START + WEEKS)
    assert sorted(own.parent.rglob("*")) == before


def test_reading_writes_only_the_cache(own: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in own.rglob("*")}
    port(own).read(START, START + WEEKS)
    assert {path: path.stat().st_mtime_ns for path in own.rglob("*")} == before
    assert [path.name for path in (own.parent / "cache").iterdir() if "-" not in path.name] == ["calendars.db"]


def test_a_single_file_is_read_again_only_when_it_changed(own: Path, opened: list[str]) -> None:
    (own / "old.ics").rename(own.parent / "feed.ics")

    def read() -> list[str]:
        settings = {"write": "own", "read": ["feed"], "zone": PARIS, "cache": own.parent / "cache", "disk_clock": EXACT}
        return titles(LocalCalendars(own.parent, **settings), START - YEAR_BACK, YEAR_BACK)  # type: ignore[arg-type]

    assert "Old" in read()
    opened.clear()
    assert "Old" in read()
    assert opened == []
    write(own.parent, "feed", START - timedelta(days=3), "New")
    assert "New" in read()
    assert opened == ["feed.ics"]


def test_an_unchanged_reading_does_without_the_libraries(own: Path) -> None:
    """Importing them costs more than the whole reading."""
    port(own).read(START, START + WEEKS)
    program = (
        "import sys; from datetime import *; from pathlib import Path; from zoneinfo import ZoneInfo\n"
        "from agendad.providers.local.calendars import LocalCalendars\n"
        f"folder, start = Path({str(own.parent)!r}), datetime.fromisoformat({START.isoformat()!r})\n"
        "port = LocalCalendars(folder, write='own', read=[], zone=ZoneInfo('Europe/Paris'), cache=folder / 'cache',\n"
        "                      disk_clock=timedelta(0))\n"
        "print(len(port.read(start, start + timedelta(weeks=6)).events))\n"
        "print({'icalendar', 'recurring_ical_events', 'dateutil'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.split("\n")[1] == "set()"
    assert int(done.stdout.split("\n")[0]) == 12
