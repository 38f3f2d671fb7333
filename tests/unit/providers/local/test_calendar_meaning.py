"""What the properties of real exports mean: people, answers, absences, reminders, marks."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.model.calendar import Attendee, Kind, Mark, Response, ShowAs, Status, Visibility
from agendad.providers.local.calendars import LocalCalendars

if TYPE_CHECKING:
    from agendad.model.calendar import Event

CORPUS = Path(__file__).parents[3] / "corpus" / "calendars"
PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 10, 1, tzinfo=PARIS)


def events(tmp_path: Path, name: str) -> list[Event]:
    (tmp_path / "own").mkdir()
    shutil.copy(CORPUS / f"{name}.ics", tmp_path / "feed.ics")
    me = frozenset({"ada@example.com"})
    calendars = LocalCalendars(tmp_path, write="own", read=["feed"], zone=PARIS, me=me)
    return list(calendars.read(START, START + timedelta(days=120)).events)


def event(tmp_path: Path, name: str, title: str) -> Event:
    return next(event for event in events(tmp_path, name) if event.fields.title == title)


def test_people_rooms_and_the_persons_answer_in_a_google_export(tmp_path: Path) -> None:
    meeting = event(tmp_path, "google-export", "Team meeting")
    assert meeting.attendees == (
        Attendee("ada@example.com", "Ada Martin", Response.ACCEPTED),
        Attendee("grace@example.com", "grace@example.com", Response.NEEDS_ACTION),
        Attendee("c_188abc@resource.calendar.google.com", "Paris-3-Turing (8)", Response.ACCEPTED, human=False),
    )
    assert meeting.organizer == "ada@example.com"
    assert meeting.response is Response.ACCEPTED
    assert meeting.recurring


def test_a_declined_invitation_and_a_room_in_an_exchange_export(tmp_path: Path) -> None:
    meeting = event(tmp_path, "outlook-customised-zone", "Point")
    assert meeting.response is Response.DECLINED
    assert [one.human for one in meeting.attendees] == [True, False]
    assert meeting.organizer == "alan@example.org"
    assert meeting.fields.start == datetime(2026, 10, 20, 7, tzinfo=UTC)


def test_an_address_that_apple_puts_beside_its_own_link_is_found(tmp_path: Path) -> None:
    run = event(tmp_path, "apple-calendar", "Course à pied")
    assert (run.response, run.organizer) == (Response.TENTATIVE, "ada@example.com")


@pytest.mark.parametrize(
    ("name", "title", "kind", "show_as"),
    [
        ("outlook-windows-zone", "Out of office", Kind.AWAY, ShowAs.BUSY),
        ("outlook-windows-zone", "Free slot", Kind.DEFAULT, ShowAs.FREE),
        ("outlook-windows-zone", "Budget review", Kind.DEFAULT, ShowAs.BUSY),
    ],
)
def test_absence_and_free_time(tmp_path: Path, name: str, title: str, kind: Kind, show_as: ShowAs) -> None:
    found = event(tmp_path, name, title)
    assert (found.fields.kind, found.fields.show_as) == (kind, show_as)


def test_status_class_and_reminder(tmp_path: Path) -> None:
    interview = event(tmp_path, "google-export", "Interview")
    assert interview.status is Status.TENTATIVE
    assert interview.fields.visibility is Visibility.PRIVATE
    assert interview.fields.remind == (10,)
    assert interview.fields.start.tzinfo == PARIS  # type: ignore[union-attr]  # given in UTC, shown as the person's own


def test_only_alarms_that_ring_before_the_start_are_reminders(tmp_path: Path) -> None:
    lunch = event(tmp_path, "apple-calendar", "Déjeuner chez Mémé 🍰")
    assert lunch.fields.remind == (30,)
    assert lunch.fields.place == "12 rue des Lilas\n75020 Paris"


def test_the_color_of_an_event_is_read(tmp_path: Path) -> None:
    assert event(tmp_path, "nextcloud", "Sprint planning").fields.color == "tomato"


def test_an_all_day_event_keeps_its_excluded_end(tmp_path: Path) -> None:
    fields = event(tmp_path, "google-export", "Vacances").fields
    assert (fields.all_day, fields.start, fields.end) == (True, date(2026, 12, 21), date(2027, 1, 2))


def test_an_override_keeps_the_original_start_as_its_identity(tmp_path: Path) -> None:
    moved = event(tmp_path, "google-export", "Team meeting (moved)")
    assert moved.recurrence_id == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert moved.recurring


def test_what_this_and_future_moves_keeps_each_its_own_identity(tmp_path: Path) -> None:
    found = {one.recurrence_id: one.fields.title for one in events(tmp_path, "this-and-future")}
    assert len(found) == 10
    nine = datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert (found[nine], found[nine + timedelta(weeks=1)]) == ("After", "One of them elsewhere")
    start = next(one.fields.start for one in events_again(tmp_path) if one.recurrence_id == nine)
    assert start == datetime(2026, 12, 7, 14, tzinfo=PARIS)


def events_again(tmp_path: Path) -> list[Event]:
    calendars = LocalCalendars(tmp_path, write="own", read=["feed"], zone=PARIS)
    return list(calendars.read(START, START + timedelta(days=120)).events)


def test_a_leap_second_is_read_as_the_second_before_it(tmp_path: Path) -> None:
    (found,) = events(tmp_path, "leap-second")
    assert found.fields.end == datetime(2026, 11, 24, 9, 59, 59, tzinfo=UTC)


def test_an_event_without_a_uid_gets_one_that_stays(tmp_path: Path) -> None:
    first = event(tmp_path, "folded-and-odd", "No uid").uid
    again = next(one.uid for one in events_again(tmp_path) if one.fields.title == "No uid")
    assert first == again != ""


def test_a_copy_carries_the_mark_under_another_uid(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    text = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\nBEGIN:VEVENT\nUID:copy\nDTSTART:20261124T090000Z\n"
        "X-AGENDAD-RULE:deep-work\nX-AGENDAD-KEY:deep-work/a\\;b\\,c\nX-AGENDAD-DIGEST:title=0\\;time=1\n"
        "END:VEVENT\nEND:VCALENDAR\n"
    )
    (tmp_path / "own" / "copy.ics").write_text(text)
    calendars = LocalCalendars(tmp_path, write="own", read=[], zone=PARIS)
    (found,) = calendars.read(START, START + timedelta(days=120)).events
    assert found.mark == Mark("deep-work", "deep-work/a;b,c", "title=0;time=1")
