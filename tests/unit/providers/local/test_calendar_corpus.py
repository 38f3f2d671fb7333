"""Whatever the byte scan decides, the occurrences are those that the libraries find in the whole file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from the_libraries import as_read, expanded

from agendad.providers.local.calendars import LocalCalendars

if TYPE_CHECKING:
    from agendad.model.calendar import Event
    from agendad.ports import Snapshot

CORPUS = Path(__file__).parents[3] / "corpus" / "calendars"
FILES = sorted(CORPUS.glob("*.ics"), key=lambda path: path.name)
BEYOND_THE_LIBRARIES = {"leap-second.ics"}
ZONES = [ZoneInfo("Europe/Paris"), ZoneInfo("America/Los_Angeles"), ZoneInfo("Pacific/Auckland")]
WINDOWS = [
    (datetime.fromisoformat("2026-11-23"), timedelta(days=42)),
    (datetime.fromisoformat("2026-11-25"), timedelta(days=1)),
    (datetime.fromisoformat("2026-10-20"), timedelta(days=30)),
    (datetime.fromisoformat("2026-01-01"), timedelta(days=366)),
    (datetime.fromisoformat("2024-01-01"), timedelta(days=20)),
    (datetime.fromisoformat("2030-06-01"), timedelta(days=7)),
]


def reading(folder: Path, zone: ZoneInfo, start: datetime, length: timedelta, cache: Path | None = None) -> Snapshot:
    me = frozenset({"ada@example.com"})
    calendars = LocalCalendars(folder, write="own", read=["own", "other"], zone=zone, me=me, cache=cache)
    first = start.replace(tzinfo=zone)
    return calendars.read(first, first + length)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
@pytest.mark.parametrize("form", ["folder", "single file"])
def test_a_file_reads_as_the_libraries_read_it(folder: Path, file: Path, zone: ZoneInfo, form: str) -> None:
    if file.name in BEYOND_THE_LIBRARIES:
        pytest.skip("the libraries cannot read it")
    data = file.read_bytes()
    if form == "folder":
        (folder / "other").mkdir()
        (folder / "other" / file.name).write_bytes(data)
    else:
        (folder / "other.ics").write_bytes(data)
    for start, length in WINDOWS if zone is ZONES[0] else WINDOWS[:2]:
        first = start.replace(tzinfo=zone)
        snapshot = reading(folder, zone, start, length)
        assert as_read(snapshot.events, zone) == expanded(data, first, first + length, zone)


def test_the_corpus_is_read_together_as_each_file_is_read_alone(folder: Path) -> None:
    zone = ZONES[0]
    (folder / "other").mkdir()
    alone = as_read((), zone)
    start, length = WINDOWS[0]
    for file in FILES:
        (folder / "other" / file.name).write_bytes(file.read_bytes())
        if file.name not in BEYOND_THE_LIBRARIES:
            first = start.replace(tzinfo=zone)
            alone += expanded(file.read_bytes(), first, first + length, zone)
    together = as_read(reading(folder, zone, start, length).events, zone)
    assert together - alone == as_read(reading_of_leap_second(folder), zone)
    assert not alone - together


def reading_of_leap_second(folder: Path) -> tuple[Event, ...]:
    for file in (folder / "other").iterdir():
        if file.name not in BEYOND_THE_LIBRARIES:
            file.unlink()
    start, length = WINDOWS[0]
    return reading(folder, ZONES[0], start, length).events
