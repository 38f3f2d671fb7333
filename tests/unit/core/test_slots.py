"""Times to propose: only where nothing stands, on several days, and the same each time."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.slots import GRID, NOTICE, PER_DAY, WORKING_DAYS, Openings, SlotWish, free_slots
from agendad.core.timeline import from_minutes, overlaps, subtract, to_minutes, union, wall
from agendad.model.rule import TimeWindow

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 11, 23)
NOW = to_minutes(datetime(2026, 11, 23, 8, tzinfo=PARIS))


def at(day: int, hour: int, minute: int = 0) -> int:
    """The minute of a wall-clock time, `day` days after the Monday of the tests."""
    return to_minutes(wall(MONDAY, day * 1440 + hour * 60 + minute, PARIS))


def nine_to_six(day: date) -> tuple[tuple[int, int], ...]:
    if day.weekday() >= 5:
        return ()
    return ((to_minutes(wall(day, 540, PARIS)), to_minutes(wall(day, 1080, PARIS))),)


def openings(*, busy=(), guarded=(), days: int = 42, now: int = NOW, first: date = MONDAY) -> Openings:
    horizon = [first + timedelta(days=n) for n in range(days)]
    return Openings(now, union(busy), union(guarded), horizon, nine_to_six, PARIS)


def shown(slots) -> list[str]:
    return [f"{from_minutes(start, PARIS):%a %d %H:%M}" for start, _ in slots]


def test_the_next_working_days_are_offered_morning_and_afternoon_by_turns() -> None:
    assert shown(free_slots(openings(), SlotWish())) == ["Tue 24 09:00", "Wed 25 13:30", "Thu 26 09:00"]


def test_weekends_are_passed_over() -> None:
    friday = to_minutes(datetime(2026, 11, 27, 16, tzinfo=PARIS))
    found = free_slots(openings(now=friday, first=date(2026, 11, 27)), SlotWish(count=2))
    assert shown(found) == ["Mon 30 09:00", "Tue 01 13:30"]


def test_windows_of_the_day_are_kept() -> None:
    wish = SlotWish(count=3, lasts=60, between=(TimeWindow(14 * 60, 17 * 60),))
    assert shown(free_slots(openings(), wish)) == ["Tue 24 14:00", "Wed 25 14:00", "Thu 26 14:00"]


def test_a_slot_never_stands_in_protected_time_nor_on_an_event() -> None:
    found = free_slots(openings(busy=[(at(1, 9), at(1, 12))], guarded=[(at(1, 12), at(1, 17))]), SlotWish(count=1))
    assert shown(found) == ["Tue 24 17:00"]


def test_a_day_is_offered_twice_only_when_the_days_do_not_suffice() -> None:
    assert shown(free_slots(openings(days=3), SlotWish(count=3))) == ["Tue 24 09:00", "Tue 24 13:30", "Wed 25 13:30"]


def test_the_hour_of_lunch_is_offered_when_nothing_else_is_left() -> None:
    found = free_slots(openings(busy=[(at(1, 9), at(1, 12)), (at(1, 13), at(40, 0))]), SlotWish(count=1))
    assert shown(found) == ["Tue 24 12:00"]


def test_the_night_of_the_reader_is_offered_when_nothing_else_is_left() -> None:
    in_new_york = SlotWish(count=2, reader=ZoneInfo("America/New_York"))
    assert shown(free_slots(openings(), in_new_york)) == ["Tue 24 14:00", "Wed 25 14:00"]
    assert shown(free_slots(openings(), SlotWish(count=1, reader=ZoneInfo("Pacific/Auckland")))) == ["Tue 24 09:00"]


def test_a_full_calendar_offers_nothing() -> None:
    assert free_slots(openings(busy=[(NOW, at(60, 0))]), SlotWish()) == []


@pytest.mark.parametrize(("within", "count"), [(24 * 60, 0), (25 * 60, 1), (2 * 24 * 60, 2)])
def test_within_bounds_how_far_ahead_slots_start(within: int, count: int) -> None:
    assert len(free_slots(openings(), SlotWish(within=within, lasts=30))) == count


def test_an_earliest_moment_of_today_is_taken_but_not_within_two_hours() -> None:
    assert shown(free_slots(openings(), SlotWish(count=1, earliest=NOW))) == ["Mon 23 10:00"]


def test_without_days_there_is_nothing_to_offer() -> None:
    assert free_slots(openings(days=0), SlotWish()) == []


def test_starts_are_on_the_half_hour_of_the_wall_clock_also_after_a_clock_change() -> None:
    saturday = to_minutes(datetime(2027, 3, 27, 12, tzinfo=PARIS))
    found = free_slots(openings(now=saturday, first=date(2027, 3, 27)), SlotWish(count=1))
    assert shown(found) == ["Mon 29 09:00"]


STRETCHES = st.lists(
    st.tuples(st.integers(NOW, NOW + 30 * 1440), st.integers(1, 900)).map(lambda each: (each[0], each[0] + each[1])),
    max_size=40,
)
WISHES = st.builds(
    SlotWish,
    count=st.integers(0, 12),
    lasts=st.integers(5, 300),
    between=st.lists(
        st.sampled_from([TimeWindow(540, 720), TimeWindow(840, 1020), TimeWindow(1000, 1100)]), max_size=2
    ).map(tuple),
    earliest=st.none() | st.integers(NOW - 1440, NOW + 20 * 1440),
    within=st.none() | st.integers(0, 30 * 1440),
)


@settings(max_examples=60)
@given(busy=STRETCHES, guarded=STRETCHES, wish=WISHES, days=st.integers(0, 50))
def test_slots_keep_every_bound(busy, guarded, wish: SlotWish, days: int) -> None:
    around = openings(busy=busy, guarded=guarded, days=days)
    found = free_slots(around, wish)
    assert len(found) <= wish.count
    assert found == sorted(found)
    assert found == free_slots(around, wish)
    assert all(end - start == wish.lasts for start, end in found)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
    local = [from_minutes(start, PARIS) for start, _ in found]
    assert all(each.minute % GRID == 0 for each in local)
    by_day = [each.date() for each in local]
    assert all(by_day.count(day) <= PER_DAY for day in by_day)
    for slot, day in zip(found, by_day, strict=True):
        assert slot[0] >= NOW + NOTICE
        assert wish.earliest is None or slot[0] >= wish.earliest
        assert wish.within is None or slot[0] <= NOW + wish.within
        assert not subtract((slot,), nine_to_six(day))
        assert not overlaps((slot,), around.busy)
        assert not overlaps((slot,), around.guarded)
        assert day in around.days


@settings(max_examples=60)
@given(busy=STRETCHES, count=st.integers(1, 40))
def test_fewer_slots_than_asked_for_means_that_no_more_fit(busy, count: int) -> None:
    around = openings(busy=busy)
    found = free_slots(around, SlotWish(count=count))
    if len(found) == count:
        return
    days = [day for day in around.days[1:] if nine_to_six(day)][:WORKING_DAYS]
    for day in days:
        ((begin, end),) = nine_to_six(day)
        mine = [slot for slot in found if begin <= slot[0] < end]
        free = [
            (start, start + 30)
            for start in range(begin, end - 29, GRID)
            if not overlaps(((start, start + 30),), union((*around.busy, *mine)))
        ]
        assert len(mine) == PER_DAY or not free


@settings(max_examples=60)
@given(busy=STRETCHES, count=st.integers(1, 10))
def test_days_come_before_a_second_time_on_a_day(busy, count: int) -> None:
    found = free_slots(openings(busy=busy), SlotWish(count=count))
    wider = free_slots(openings(busy=busy), SlotWish(count=WORKING_DAYS * PER_DAY))
    days = {from_minutes(start, PARIS).date() for start, _ in found}
    possible = {from_minutes(start, PARIS).date() for start, _ in wider}
    assert len(days) == min(count, len(possible))
