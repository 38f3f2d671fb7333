"""The demonstration is a believable, valid and repeatable example, whatever the day on which it is made."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar, Event

from agendad.app.check import problems
from agendad.app.demo_calendar import WEEKS, WEEKS_BACK, leader_calendar
from agendad.app.demo_files import write_demo
from agendad.app.packs import BEGINNING, packs, themes
from agendad.errors import UsageError
from agendad.rules.load import load_configuration

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=PARIS)
MONDAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The English demonstration of one Monday morning."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo(folder, NOW, "en")
    return folder


def occurrences(folder: Path, first: date, last: date) -> list[Event]:
    """What stands between two days, as the libraries read it; cancelled instances left out."""
    found: list[Event] = []
    for file in sorted((folder / "calendars").glob("*/*.ics")):
        events = recurring_ical_events.of(Calendar.from_ical(file.read_bytes())).between(first, last)
        found += [event for event in events if event.get("STATUS") != "CANCELLED"]
    return found


def masters(folder: Path) -> dict[str, Event]:
    """The first event of each file, by the file's name."""
    files = sorted((folder / "calendars").glob("*/*.ics"))
    return {file.stem: Calendar.from_ical(file.read_bytes()).events[0] for file in files}


def test_each_week_of_the_quarter_is_full_but_not_absurd(demo: Path) -> None:
    first = MONDAY - timedelta(weeks=WEEKS_BACK)
    weeks: Counter[int] = Counter()
    for event in occurrences(demo, first, first + timedelta(weeks=WEEKS)):
        start = event["DTSTART"].dt
        if "ATTENDEE" in event:
            weeks[(start.date() - first).days // 7] += 1
    assert len(weeks) == WEEKS
    assert all(12 <= number <= 30 for number in weeks.values())
    assert 20 <= sum(weeks.values()) / WEEKS <= 27


def test_there_is_one_of_everything_that_a_real_calendar_holds(demo: Path) -> None:
    found = masters(demo)
    stand_up = Calendar.from_ical((demo / "calendars" / "personal" / "stand-up.ics").read_bytes())
    instances = [event for event in stand_up.events if "RECURRENCE-ID" in event]
    assert Counter(str(event["STATUS"]) for event in instances) == {"CANCELLED": 1, "CONFIRMED": 2}
    assert "EXDATE" in found["stand-up"]
    assert found["dentist"]["CLASS"] == "PRIVATE"
    assert found["birthday"]["TRANSP"] == "TRANSPARENT"
    holiday = found["holiday"]
    assert holiday["DTEND"].dt - holiday["DTSTART"].dt == timedelta(days=4)
    answers = {
        party.params["PARTSTAT"]
        for event in found.values()
        for party in (event["ATTENDEE"] if isinstance(event.get("ATTENDEE"), list) else [])
        if party == "mailto:ada@example.com"
    }
    assert answers == {"ACCEPTED", "DECLINED", "NEEDS-ACTION", "TENTATIVE"}
    assert {file.parent.name for file in demo.glob("calendars/*/*.ics")} == {"personal", "family"}


def test_every_exception_belongs_to_an_instance_of_its_series() -> None:
    """A cancelled or moved day on which the series does not stand would be an event of its own."""
    for entry in leader_calendar():
        days = [*entry.cancelled, *(day for day, *_ in entry.moved)]
        if not days:
            continue
        step = 14 if "INTERVAL=2" in entry.rrule else 7
        weekdays = range(5) if "BYDAY" in entry.rrule else [entry.day % 7]
        for day in days:
            assert day % 7 in weekdays, entry.slug
            assert (day - day % 7 - (entry.day - entry.day % 7)) % step == 0, entry.slug


def test_all_addresses_are_reserved_for_examples(demo: Path) -> None:
    text = "".join(file.read_text("utf-8") for file in demo.rglob("*") if file.is_file())
    hosts = set(re.findall(r"@([\w.-]+\w)", text.replace("\n ", "")))
    assert hosts <= {"example.com", "example.org", "example.net", "demo.example.com"}


@pytest.mark.parametrize("pack", packs())
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_configuration_rules_and_people_have_no_problem(tmp_path: Path, language: str, pack: str) -> None:
    write_demo(tmp_path, NOW, language, pack)
    loaded = load_configuration(tmp_path, template_dirs=(tmp_path / "templates",))
    assert problems(loaded, tmp_path, MONDAY) == ()
    assert loaded.configured.language == language
    assert {rule.id for rule in loaded.rules} == {rule for theme in themes(pack) for rule in theme.rules}


@pytest.mark.parametrize("pack", packs())
def test_programmes_begin_in_the_present_week_and_the_next_demonstration_brings_them_along(
    tmp_path: Path, pack: str
) -> None:
    for now in (NOW, NOW + timedelta(weeks=5)):
        assert write_demo(tmp_path, now, "en", pack) == []
        text = "".join(path.read_text("utf-8") for path in (tmp_path / "rules").iterdir())
        days = {line.split()[1] for line in text.splitlines() if line.endswith(f" {BEGINNING}")}
        assert days == ({str(now.date())} if any(theme.begins for theme in themes(pack)) else set())


def test_a_demonstration_of_another_pack_stays_as_it_is(tmp_path: Path) -> None:
    """Rules of two packs beside one another would be neither."""
    for other in packs():
        folder = tmp_path / other
        write_demo(folder, NOW, "en", other)
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for pack in set(packs()) - {other}:
            with pytest.raises(UsageError, match=f"demonstration of the pack `{other}`"):
                write_demo(folder, NOW + timedelta(weeks=1), "en", pack)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_pack_that_there_is_not_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no pack `ceo`"):
        write_demo(tmp_path / "demo", NOW, "en", "ceo")
    assert not (tmp_path / "demo").exists()


def test_the_same_moment_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, NOW.astimezone(UTC), "en")
    for file in demo.rglob("*"):
        if file.is_file():
            assert (tmp_path / file.relative_to(demo)).read_bytes() == file.read_bytes()


def test_french_titles_differ_only_in_words(demo: Path, tmp_path: Path) -> None:
    write_demo(tmp_path, NOW, "fr")
    english, french = masters(demo), masters(tmp_path)
    assert french["staff"]["SUMMARY"] == "Comité de direction"
    assert {name: event["DTSTART"] for name, event in english.items()} == {
        name: event["DTSTART"] for name, event in french.items()
    }


@pytest.mark.parametrize("day", ["2028-02-29", "2026-03-29", "2026-10-25", "2027-01-01", "2026-12-31"])
def test_it_can_be_made_on_any_day(tmp_path: Path, day: str) -> None:
    now = datetime.fromisoformat(f"{day}T23:30:00+00:00")
    write_demo(tmp_path, now, "en")
    today = now.astimezone(PARIS).date()
    monday = today - timedelta(days=today.weekday())
    starts = [event["DTSTART"].dt for event in occurrences(tmp_path, monday, monday + timedelta(days=7))]
    assert len(starts) >= 25
    assert all(
        start.utcoffset() == start.astimezone(PARIS).utcoffset() for start in starts if isinstance(start, datetime)
    )


def test_what_a_person_edited_in_an_earlier_demonstration_stays(tmp_path: Path) -> None:
    assert write_demo(tmp_path, NOW, "en") == []
    edited = tmp_path / "rules" / "week.yaml"
    edited.write_text(mine := edited.read_text("utf-8").replace("09:00-12:00", "09:00-11:00"), "utf-8")
    assert write_demo(tmp_path, NOW + timedelta(days=30), "fr") == [edited]
    assert edited.read_text("utf-8") == mine
    assert "language: fr" in (tmp_path / "agendad.yaml").read_text("utf-8")
