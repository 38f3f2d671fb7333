"""The line (sets of minutes) against a naive model, and the wall clock against the policy of section 3."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.timeline import (
    from_minutes,
    gaps,
    intersect,
    midnights,
    overlaps,
    subtract,
    to_minutes,
    union,
    wall,
    wall_lasting,
    wall_range,
)

PARIS = ZoneInfo("Europe/Paris")

# Ordinary zones, a change of 30 minutes, an odd offset, a change that follows the moon, changes at midnight.
ZONES = [
    ZoneInfo(name)
    for name in (
        "Europe/Paris",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "America/Havana",
        "Africa/Cairo",
        "America/Santiago",
        "UTC",
    )
]
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
CHANGE_DAYS = st.sampled_from(
    [
        (zone, day)
        for zone in ZONES
        for day in (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
        if datetime(day.year, day.month, day.day, tzinfo=zone).utcoffset()
        != (datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)).utcoffset()
    ]
)
ZONED_DAYS = st.one_of(st.tuples(st.sampled_from(ZONES), DAYS), CHANGE_DAYS)
TIMES = st.integers(0, 1440)

# ---------------------------------------------------------------- sets of time

STRETCHES = st.lists(st.tuples(st.integers(-20, 60), st.integers(-20, 60)), max_size=8)
SETS = STRETCHES.map(union)


def minutes(stretches: object) -> set[int]:
    """The naive model: every minute by itself."""
    assert isinstance(stretches, tuple | list)
    return {minute for start, end in stretches for minute in range(start, end)}


def is_canonical(stretches: tuple[tuple[int, int], ...]) -> bool:
    """Sorted, not empty, neither overlapping nor touching."""
    return all(start < end for start, end in stretches) and all(one[1] < two[0] for one, two in pairwise(stretches))


@given(STRETCHES)
def test_a_union_covers_what_its_stretches_cover(stretches: list[tuple[int, int]]) -> None:
    assert minutes(union(stretches)) == minutes(stretches)
    assert is_canonical(union(stretches))


@given(SETS, SETS)
def test_set_operations_agree_with_sets_of_minutes(
    one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]
) -> None:
    assert minutes(intersect(one, other)) == minutes(one) & minutes(other)
    assert minutes(subtract(one, other)) == minutes(one) - minutes(other)
    assert overlaps(one, other) == bool(minutes(one) & minutes(other))
    assert is_canonical(intersect(one, other))
    assert is_canonical(subtract(one, other))


@given(SETS, st.tuples(st.integers(-20, 60), st.integers(-20, 60)))
def test_gaps_are_what_a_set_leaves_of_a_stretch(taken: tuple[tuple[int, int], ...], within: tuple[int, int]) -> None:
    assert minutes(gaps(taken, within)) == minutes([within]) - minutes(taken)


def test_touching_stretches_do_not_overlap_and_join_in_a_union() -> None:
    assert not overlaps(((0, 10),), ((10, 20),))
    assert union([(10, 20), (0, 10)]) == ((0, 20),)


# ---------------------------------------------------------------- the line and the wall


def test_minutes_are_rounded_outwards() -> None:
    moment = datetime(1970, 1, 1, 0, 1, 30, tzinfo=UTC)
    assert (to_minutes(moment), to_minutes(moment, up=True)) == (1, 2)
    before = datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC)
    assert (to_minutes(before), to_minutes(before, up=True)) == (-1, 0)


@given(st.integers(-50_000_000, 150_000_000), st.sampled_from(ZONES))
def test_every_minute_survives_the_way_over_a_zone(minute: int, zone: ZoneInfo) -> None:
    moment = from_minutes(minute, zone)
    assert moment.tzinfo is zone
    assert to_minutes(moment) == to_minutes(moment, up=True) == minute


@given(ZONED_DAYS, st.integers(0, 3 * 1440))
def test_a_wall_time_is_the_first_that_clocks_show_or_past_the_gap(zoned: tuple[ZoneInfo, date], time: int) -> None:
    zone, day = zoned
    shown = datetime.combine(day, clock()) + timedelta(minutes=time)
    moment = wall(day, time, zone)
    assert moment.tzinfo is zone
    moved = moment.replace(tzinfo=None) - shown
    assert moved >= timedelta(0)
    if moved:
        # The clock jumps over `shown` by exactly that much: nothing in UTC shows it.
        assert not _showing(shown, moment)
        assert moved == _gap_before(moment)
    else:
        assert _showing(shown, moment)[0] == to_minutes(moment)  # the first of two


def _showing(reading: datetime, moment: datetime) -> list[int]:
    """The minutes within three hours at which clocks show `reading`."""
    middle = to_minutes(moment)
    zone = moment.tzinfo
    assert isinstance(zone, ZoneInfo)
    near = range(middle - 180, middle + 180)
    return [minute for minute in near if from_minutes(minute, zone).replace(tzinfo=None) == reading]


def _gap_before(moment: datetime) -> timedelta:
    """By how much clocks jumped forward in the three hours before `moment`."""
    earlier = (moment.astimezone(UTC) - timedelta(hours=3)).astimezone(moment.tzinfo).utcoffset()
    later = moment.utcoffset()
    assert earlier is not None
    assert later is not None
    return later - earlier


@given(ZONED_DAYS, TIMES, st.integers(1, 1440))
def test_a_range_has_its_wall_clock_ends_and_never_ends_before_it_begins(
    zoned: tuple[ZoneInfo, date], start: int, length: int
) -> None:
    zone, day = zoned
    begin, end = wall_range(day, start, start + length, zone)
    assert begin == wall(day, start, zone)
    assert begin.astimezone(UTC) < end.astimezone(UTC)
    if begin.replace(tzinfo=None) == wall(day, start, ZoneInfo("UTC")).replace(tzinfo=None):
        assert end == wall(day, start + length, zone)


@given(ZONED_DAYS, TIMES, st.integers(0, 3000))
def test_a_length_is_elapsed_time(zoned: tuple[ZoneInfo, date], start: int, length: int) -> None:
    zone, day = zoned
    begin, end = wall_lasting(day, start, length, zone)
    assert to_minutes(end) - to_minutes(begin) == length
    assert end.tzinfo is zone


@settings(max_examples=50)
@given(ZONED_DAYS, st.integers(1, 40))
def test_midnights_divide_time_into_days(zoned: tuple[ZoneInfo, date], days: int) -> None:
    zone, first = zoned
    found = midnights(first, days, zone)
    assert len(found) == days + 1
    for number, (begin, end) in enumerate(pairwise(found)):
        day = first + timedelta(days=number)
        assert 23 * 60 <= end - begin <= 25 * 60
        assert from_minutes(begin, zone).date() == from_minutes(end - 1, zone).date() == day
        assert from_minutes(begin - 1, zone).date() < day


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def shown(moments: tuple[datetime, datetime]) -> str:
    return " ".join(f"{moment:%H:%M%z}" for moment in moments)


@pytest.mark.parametrize(
    ("day", "start", "end", "expected"),
    [
        (SPRING, "02:30", "03:15", "03:30+0200 04:15+0200"),  # a skipped start takes the block with it
        (SPRING, "01:30", "02:30", "01:30+0100 03:30+0200"),  # a skipped end moves alone
        (SPRING, "01:30", "03:30", "01:30+0100 03:30+0200"),  # an hour of elapsed time
        (SPRING, "02:00", "03:00", "03:00+0200 04:00+0200"),
        (AUTUMN, "02:30", "03:30", "02:30+0200 03:30+0100"),  # the first of two
        (AUTUMN, "01:30", "02:30", "01:30+0200 02:30+0200"),
    ],
)
def test_ranges_on_the_days_of_change_in_paris(day: date, start: str, end: str, expected: str) -> None:
    begin, stop = (int(time[:2]) * 60 + int(time[3:]) for time in (start, end))
    assert shown(wall_range(day, begin, stop, PARIS)) == expected


def test_a_length_over_the_change_is_elapsed_time() -> None:
    assert shown(wall_lasting(SPRING, 90, 60, PARIS)) == "01:30+0100 03:30+0200"
    assert shown(wall_lasting(AUTUMN, 150, 60, PARIS)) == "02:30+0200 02:30+0100"


def test_a_gap_of_thirty_minutes_moves_by_thirty_minutes() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    assert f"{wall(date(2026, 10, 4), 135, zone):%H:%M%z}" == "02:45+1100"


def test_a_day_whose_midnight_is_skipped_begins_after_the_gap() -> None:
    zone = ZoneInfo("America/Havana")
    assert f"{wall(date(2026, 3, 8), 0, zone):%Y-%m-%d %H:%M%z}" == "2026-03-08 01:00-0400"


def test_a_day_that_a_zone_left_out_has_no_length() -> None:
    zone = ZoneInfo("Pacific/Apia")
    begin, left_out, following, _ = midnights(date(2011, 12, 29), 3, zone)
    assert left_out == following
    assert left_out - begin == 1440


def test_24_00_is_the_next_midnight_and_more_is_the_next_day() -> None:
    assert wall(date(2026, 11, 23), 1440, PARIS) == wall(date(2026, 11, 24), 0, PARIS)
    assert wall(date(2026, 11, 23), 1800, PARIS) == wall(date(2026, 11, 24), 360, PARIS)
