"""Series and their exceptions, expanded in a window."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from agendad.errors import CalendarUnreadable
from agendad.providers.google.events import Place
from agendad.providers.google.series import Series, members
from google_world import World

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.model.calendar import Moment

PARIS = ZoneInfo("Europe/Paris")
PLACE = Place("primary", PARIS, frozenset({"ada@example.com"}))
YEAR = (datetime(2026, 1, 1, tzinfo=PARIS), datetime(2027, 1, 1, tzinfo=PARIS))
WEEKLY = "RRULE:FREQ=WEEKLY"


def timed(text: str, zone: str = "Europe/Paris") -> dict[str, str]:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return {"dateTime": moment.isoformat(), "timeZone": zone}


def master(*lines: str, start: str = "2026-11-02T09:00", end: str = "2026-11-02T10:00") -> dict[str, Any]:
    when = (
        {"start": timed(start), "end": timed(end)} if "T" in start else {"start": {"date": start}, "end": {"date": end}}
    )
    return {"id": "series", "etag": '"m"', "iCalUID": "s@x", "summary": "Jour fixe", "recurrence": [*lines], **when}


def exception(original: str, **more: object) -> dict[str, Any]:
    was = timed(original) if "T" in original else {"date": original}
    return {"id": f"series_{original}", "etag": '"e"', "recurringEventId": "series", "originalStartTime": was, **more}


def starts(item: dict[str, Any], *exceptions: dict[str, Any], window: tuple[datetime, datetime] = YEAR) -> list[Moment]:
    return sorted(each.fields.start for each in members(Series(item, exceptions), PLACE, window))


def days(item: dict[str, Any], *exceptions: dict[str, Any], window: tuple[datetime, datetime] = YEAR) -> list[str]:
    return [f"{start:%m-%d}" for start in starts(item, *exceptions, window=window)]


def test_a_member_has_the_place_and_the_version_of_its_series() -> None:
    one, two = members(Series(master(f"{WEEKLY};COUNT=2")), PLACE, YEAR)
    assert (one.href, one.etag, one.uid, one.recurring) == ("series", '"m"', "s@x", True)
    assert (one.recurrence_id, two.recurrence_id) == (one.fields.start, two.fields.start)


def test_an_exception_stands_where_it_was_moved_and_a_cancelled_one_nowhere() -> None:
    moved = exception(
        "2026-11-09T09:00", start=timed("2026-12-24T15:00"), end=timed("2026-12-24T16:00"), summary="Late"
    )
    gone = exception("2026-11-16T09:00", status="cancelled")
    item = master(f"{WEEKLY};COUNT=4")
    assert days(item, moved, gone) == ["11-02", "11-23", "12-24"]
    december = (datetime(2026, 12, 1, tzinfo=PARIS), YEAR[1])
    (late,) = members(Series(item, (moved, gone)), PLACE, december)
    assert late.fields.title == "Late"
    assert late.recurrence_id == datetime(2026, 11, 9, 9, tzinfo=PARIS)


@pytest.mark.parametrize(
    "until", ["20261116T080000Z", "20261116T090000", "20261116", "20261116T225959Z", "20261122T225959Z"]
)
def test_the_last_member_is_told_by_every_form_of_until(until: str) -> None:
    assert days(master(f"{WEEKLY};UNTIL={until}")) == ["11-02", "11-09", "11-16"]


@pytest.mark.parametrize("until", ["20261104", "20261104T000000Z", "20261104T225959Z"])
def test_days_end_at_the_date_of_until(until: str) -> None:
    item = master(f"RRULE:FREQ=DAILY;UNTIL={until}", start="2026-11-02", end="2026-11-03")
    assert starts(item) == [date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 4)]


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Paris:20261109T090000",
        "EXDATE:20261109T080000Z",
        "EXDATE;TZID=America/New_York:20261109T030000",
        "EXDATE;VALUE=DATE:20261109",
    ],
)
def test_an_excluded_date_is_told_in_every_form(line: str) -> None:
    assert days(master(f"{WEEKLY};COUNT=3", line)) == ["11-02", "11-16"]


def test_additional_dates_are_members_with_and_without_a_rule() -> None:
    more = "RDATE;TZID=Europe/Paris:20261105T090000,20261106T090000"
    assert days(master(f"{WEEKLY};COUNT=2", more)) == ["11-02", "11-05", "11-06", "11-09"]
    assert days(master(more)) == ["11-02", "11-05", "11-06"]


def test_a_series_keeps_its_hour_when_the_clocks_change() -> None:
    item = master(f"{WEEKLY};COUNT=30", start="2026-03-02T09:00", end="2026-03-02T10:00")
    assert {(each.hour, each.minute) for each in starts(item) if isinstance(each, datetime)} == {(9, 0)}


def test_the_hour_that_the_clocks_leave_out_is_moved_behind_the_gap() -> None:
    item = master("RRULE:FREQ=DAILY;COUNT=3", start="2026-03-28T02:30", end="2026-03-28T03:00")
    found = [each.isoformat() for each in starts(item)]
    assert found == ["2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"]
    assert len(starts(item, exception("2026-03-29T03:30", status="cancelled"))) == 2


def test_all_day_members_and_their_exceptions_are_told_by_their_dates() -> None:
    item = master("RRULE:FREQ=WEEKLY;COUNT=3", start="2026-11-02", end="2026-11-04")
    moved = exception("2026-11-09", start={"date": "2026-11-11"}, end={"date": "2026-11-12"})
    assert starts(item, moved) == [date(2026, 11, 2), date(2026, 11, 11), date(2026, 11, 16)]
    second_day = (datetime(2026, 11, 3, tzinfo=PARIS), datetime(2026, 11, 4, tzinfo=PARIS))
    assert starts(item, window=second_day) == [date(2026, 11, 2)]


def test_a_member_that_began_before_the_window_is_found() -> None:
    item = master(f"{WEEKLY};COUNT=3", start="2026-11-02T22:00", end="2026-11-03T02:00")
    night = (datetime(2026, 11, 10, 1, tzinfo=PARIS), datetime(2026, 11, 10, 2, tzinfo=PARIS))
    assert days(item, window=night) == ["11-09"]


def test_members_to_which_one_is_invited_alone_need_no_series() -> None:
    alone = exception("2026-11-09T09:00", start=timed("2026-11-09T11:00"), end=timed("2026-11-09T12:00"), iCalUID="s@x")
    (found,) = members(Series(None, (alone, exception("2026-11-16T09:00", status="cancelled"))), PLACE, YEAR)
    assert (found.recurring, found.recurrence_id) == (True, datetime(2026, 11, 9, 9, tzinfo=PARIS))


@pytest.mark.parametrize(
    "line",
    ["RRULE:FREQ=SECONDLY", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "RRULE:FREQ=SOMETIMES", "X-RULE:FREQ=DAILY"],
)
def test_a_rule_that_cannot_be_followed_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        starts(master(line))


def test_a_series_in_the_calendar_follows_what_its_person_does_to_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    at = datetime(2026, 11, 23, 9, tzinfo=PARIS)
    weekly = world.hand.add("Team", at, at + timedelta(hours=1), recurrence=[f"{WEEKLY};COUNT=5"])
    port = world.port()

    def seen() -> list[str]:
        found = port.read(at, at + timedelta(weeks=6)).events
        assert found == world.port(None).read(at, at + timedelta(weeks=6)).events
        return [f"{each.fields.start:%m-%d %H}" for each in found]

    assert seen() == ["11-23 09", "11-30 09", "12-07 09", "12-14 09", "12-21 09"]
    world.hand.move(f"{weekly['id']}_20261130T080000Z", timedelta(hours=6))
    world.hand.delete(f"{weekly['id']}_20261207T080000Z")
    assert seen() == ["11-23 09", "11-30 15", "12-14 09", "12-21 09"]
    assert port.read(at, at + timedelta(weeks=6)).counts == {"primary": 1}
    world.hand.patch(weekly["id"], {"recurrence": [f"{WEEKLY};COUNT=2"]})
    assert seen()[:2] == ["11-23 09", "11-30 15"]
    world.hand.delete(weekly["id"])
    assert seen() == []
    assert port.read(at, at + timedelta(weeks=6)).counts == {"primary": 0}


def test_an_event_that_cannot_be_read_stops_the_cycle(tmp_path: Path) -> None:
    world = World(tmp_path)
    at = datetime(2026, 11, 23, 9, tzinfo=PARIS)
    world.hand.add("Beat", at, at + timedelta(hours=1), recurrence=["RRULE:FREQ=HOURLY;BYMONTH=11"])
    with pytest.raises(CalendarUnreadable, match="too often"):
        world.port().read(at, at + timedelta(weeks=6))
