"""`every:` to members: phrases, keys, `starting:`, `until:`, `times:`, `except:`, `if_missing:`."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.periods import index_of, period_of, suffix, week_of_month
from agendad.core.recurrence import Occurrence, excluded_by, occurrences
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
    Every,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    Exclusions,
    MonthOfQuarter,
    NthInPeriod,
    PeriodUnit,
    RRule,
    WeekOfMonth,
)
from agendad.rules.grammar import parse_phrase, parse_rrule

if TYPE_CHECKING:
    from types import FrameType

NEVER: dict[date, str] = {}
HOLIDAYS = {date(2026, 12, 25): "Christmas Day", date(2027, 1, 1): "New Year's Day"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def members(every: Every, start: str, end: str, *, first_day: str = "2026-01-01") -> list[Occurrence]:
    absent = {day("2026-12-28"), day("2026-12-29")}
    return list(occurrences(every, day(start), day(end), holidays=HOLIDAYS, absent=absent, first_day=day(first_day)))


def keys(every: Every | str, start: str, end: str) -> list[str]:
    """The keys of the members that stand."""
    every = Every(parse_phrase(every)) if isinstance(every, str) else every
    return [member.suffix for member in members(every, start, end) if not member.excluded_by]


def spans(every: Every, start: str, end: str) -> list[str]:
    return [f"{member.suffix} {member.first}..{member.end}" for member in members(every, start, end)]


# ---------------------------------------------------------------- phrases and keys


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("weekday", "2026-11-20 2026-11-23 2026-11-24"),
        ("weekend day", "2026-11-21 2026-11-22"),
        ("day", "2026-11-20 2026-11-21 2026-11-22 2026-11-23 2026-11-24"),
        ("fri-mon", "2026-11-20 2026-11-21 2026-11-22 2026-11-23"),
        ("3 days", "2026-11-22"),  # counted from Monday 2024-01-01
        ("week", "2026-W47 2026-W48"),
        ("month", "2026-11"),
        ("quarter", "2026-Q4"),
        ("half-year", "2026-H2"),
        ("year", "2026"),
        ("week 4 of month", "2026-W48"),
        ("month 2 of quarter", "2026-11"),
        ("month 1 of quarter", ""),
    ],
)
def test_each_phrase_has_its_members_and_keys_in_a_week_of_november(phrase: str, expected: str) -> None:
    assert " ".join(keys(phrase, "2026-11-20", "2026-11-25")) == expected


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("first monday of month", "2026-12-07 2027-01-04 2027-02-01 2027-03-01"),
        (
            "2nd and 4th tue of month",
            "2026-12-08 2026-12-22 2027-01-12 2027-01-26 2027-02-09 2027-02-23 2027-03-09 2027-03-23",
        ),
        ("fifth monday of month", "2027-03-29"),
        ("last weekday of month", "2026-12-31 2027-01-29 2027-02-26"),
        ("last day of month", "2026-12-31 2027-01-31 2027-02-28"),
        ("last friday of quarter", "2026-12-25 2027-03-26"),
        ("first and last day of year", "2026-12-31 2027-01-01"),
        ("day 31 of month", "2026-12-31 2027-01-31"),
        ("15 january", "2027-01-15"),
        ("29 february", ""),
        ("2 weeks", "2026-W49 2026-W51 2026-W53 2027-W02 2027-W04 2027-W06 2027-W08 2027-W10 2027-W12"),
        ("2 months", "2026-11 2027-01 2027-03"),
        ("week 1 of month", "2026-W49 2027-W01 2027-W05 2027-W09 2027-W13"),
        ("week 5 of month", "2026-W53"),
    ],
)
def test_each_phrase_has_its_members_and_keys_in_a_winter(phrase: str, expected: str) -> None:
    assert " ".join(keys(phrase, "2026-12-01", "2027-03-31")) == expected


def test_a_period_of_several_weeks_holds_all_of_them_and_is_named_by_the_first() -> None:
    assert spans(Every(EveryPeriod(PeriodUnit.WEEK, 2)), "2026-11-25", "2026-11-26") == [
        "2026-W47 2026-11-16..2026-11-30"
    ]


def test_a_missing_day_is_skipped_or_the_last_day_of_the_month() -> None:
    thirty_first = Every(DayOfMonth(31), if_missing="last day")
    assert keys(thirty_first, "2027-01-01", "2027-05-01") == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    leap_day = Every(DayOfYear(2, 29), if_missing="last day")
    assert keys(leap_day, "2027-01-01", "2029-01-01") == ["2027-02-28", "2028-02-29"]
    assert keys(replace(leap_day, if_missing="skip"), "2027-01-01", "2029-01-01") == ["2028-02-29"]


def test_an_rrule_gives_days_counted_from_starting() -> None:
    rule = Every(parse_rrule("FREQ=DAILY;INTERVAL=10;COUNT=3"), starting=day("2026-12-20"))
    assert keys(rule, "2026-12-01", "2027-03-01") == ["2026-12-20", "2026-12-30", "2027-01-09"]


# ---------------------------------------------------------------- starting, until, times


def test_intervals_count_from_starting() -> None:
    tuesdays = Every(EveryWeekday(frozenset({1}), 2), starting=day("2027-01-06"))
    # The week of a Wednesday is the first one, and its Tuesday is over.
    assert keys(tuesdays, "2027-01-01", "2027-02-10") == ["2027-01-19", "2027-02-02"]
    assert keys(Every(EveryNDays(10), starting=day("2027-01-06")), "2027-01-01", "2027-02-01") == [
        "2027-01-06",
        "2027-01-16",
        "2027-01-26",
    ]
    assert keys(Every(EveryPeriod(PeriodUnit.MONTH, 2), starting=day("2026-12-15")), "2026-11-01", "2027-04-01") == [
        "2026-12",
        "2027-02",
    ]


def test_a_starting_inside_a_period_makes_it_the_first_one_from_that_day_on() -> None:
    months = Every(EveryPeriod(PeriodUnit.MONTH), starting=day("2026-12-15"))
    assert spans(months, "2026-11-01", "2027-01-10") == [
        "2026-12 2026-12-15..2027-01-01",
        "2027-01 2027-01-01..2027-02-01",
    ]
    quarters = Every(MonthOfQuarter(3), starting=day("2026-12-31"))
    assert spans(quarters, "2026-11-01", "2027-01-10") == ["2026-12 2026-12-31..2027-01-01"]


def test_until_is_included_and_cuts_the_last_period_off() -> None:
    assert keys(Every(EveryNDays(1), until=day("2026-12-02")), "2026-12-01", "2027-01-01") == [
        "2026-12-01",
        "2026-12-02",
    ]
    weeks = Every(EveryPeriod(PeriodUnit.WEEK), until=day("2026-12-02"))
    assert spans(weeks, "2026-11-25", "2027-01-01") == [
        "2026-W48 2026-11-23..2026-11-30",
        "2026-W49 2026-11-30..2026-12-03",
    ]


def test_nothing_is_a_member_before_starting_or_after_until() -> None:
    days = Every(EveryNDays(1), starting=day("2026-12-03"), until=day("2026-12-04"))
    assert keys(days, "2026-01-01", "2027-12-01") == ["2026-12-03", "2026-12-04"]
    assert keys(days, "2027-01-01", "2027-12-01") == []


def test_times_counts_from_starting_and_counts_what_except_takes_out() -> None:
    rule = Every(
        EveryNDays(1), starting=day("2026-12-24"), times=3, exclude=Exclusions(dates=((day("2026-12-25"),) * 2,))
    )
    assert keys(rule, "2026-12-01", "2027-03-01") == ["2026-12-24", "2026-12-26"]


def test_times_without_starting_counts_from_the_first_day_of_the_rule() -> None:
    rule = Every(EveryWeekday(frozenset({0}), 2), times=2)
    found = members(rule, "2026-01-01", "2027-12-01", first_day="2026-11-24")
    # Still aligned with Monday 2024-01-01.
    assert [member.suffix for member in found] == ["2026-11-30", "2026-12-14"]


# ---------------------------------------------------------------- except


def excluding(phrase: str, start: str, end: str, **exclude: object) -> list[tuple[str, str]]:
    exclusions = replace(Exclusions(), **exclude)
    found = members(Every(parse_phrase(phrase), exclude=exclusions), start, end)
    return [(member.suffix, member.excluded_by) for member in found]


def test_each_exclusion_says_its_name() -> None:
    days = ("2026-12-24", "2026-12-30")
    assert excluding(
        "day", *days, holidays=True, away=True, weekdays=frozenset({5}), dates=((day("2026-12-24"),) * 2,)
    ) == [
        ("2026-12-24", "2026-12-24"),
        ("2026-12-25", "holiday Christmas Day"),
        ("2026-12-26", "saturday"),
        ("2026-12-27", ""),
        ("2026-12-28", "away"),
        ("2026-12-29", "away"),
    ]
    span = ((day("2026-12-20"), day("2027-01-03")),)
    assert excluding("25 december", *days, dates=span) == [("2026-12-25", "2026-12-20..2027-01-03")]


def test_a_period_stands_while_one_of_its_days_does_and_tells_the_others() -> None:
    rule = Every(EveryPeriod(PeriodUnit.WEEK), exclude=Exclusions(holidays=True, weekdays=frozenset({5, 6})))
    (member,) = members(rule, "2026-12-21", "2026-12-28")
    assert member.excluded_by == ""
    assert member.excluded_days == {day("2026-12-25"), day("2026-12-26"), day("2026-12-27")}


def test_a_period_whose_days_are_all_excluded_is_taken_out_with_every_cause() -> None:
    dates = ((day("2026-12-21"), day("2026-12-24")),)
    assert excluding("week", "2026-12-21", "2026-12-28", holidays=True, weekdays=frozenset({5, 6}), dates=dates) == [
        ("2026-W52", "2026-12-21..2026-12-24, holiday Christmas Day, saturday, sunday")
    ]


def test_holidays_are_asked_only_when_the_rule_excepts_them() -> None:
    class Unasked(dict[date, str]):
        def get(self, key: object, default: object = None) -> object:
            raise AssertionError

    every = Every(EveryNDays(1), exclude=Exclusions(away=True))
    found = occurrences(
        every, day("2026-12-24"), day("2026-12-31"), holidays=Unasked(), absent=(), first_day=day("2026-01-01")
    )
    assert len(list(found)) == 7


def test_a_day_is_judged_alone_for_other_triggers() -> None:
    exclude = Exclusions(holidays=True)
    assert excluded_by(exclude, day("2026-12-25"), holidays=HOLIDAYS, absent=()) == "holiday Christmas Day"
    assert excluded_by(exclude, day("2026-12-24"), holidays=HOLIDAYS, absent=()) == ""


# ---------------------------------------------------------------- properties

DATES = st.dates(date(2024, 1, 1), date(2032, 12, 31))
PHRASES = st.one_of(
    st.builds(EveryWeekday, st.frozensets(st.integers(0, 6), min_size=1), st.integers(1, 9)),
    st.builds(EveryNDays, st.integers(1, 40)),
    st.builds(
        NthInPeriod,
        st.sampled_from([(1,), (5,), (-1,), (2, 4), (1, -1)]),
        st.sampled_from([frozenset({0}), frozenset(range(5)), frozenset(range(7))]),
        st.sampled_from(list(PeriodUnit)[1:]),
    ),
    st.builds(DayOfMonth, st.integers(1, 31)),
    st.builds(DayOfYear, st.integers(1, 12), st.integers(1, 29)),
    st.builds(EveryPeriod, st.sampled_from(PeriodUnit), st.integers(1, 9)),
    st.builds(WeekOfMonth, st.integers(1, 5)),
    st.builds(MonthOfQuarter, st.integers(1, 3)),
    st.sampled_from(["FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=-2", "FREQ=DAILY;COUNT=30"]).map(
        RRule
    ),
)
EVERIES = st.builds(
    Every,
    PHRASES,
    starting=st.one_of(st.none(), DATES),
    until=st.one_of(st.none(), DATES),
    times=st.one_of(st.none(), st.integers(1, 30)),
    if_missing=st.sampled_from(["skip", "last day"]),
)


def expanded(every: Every, start: date, end: date, first_day: date) -> list[Occurrence]:
    return list(occurrences(every, start, end, holidays=NEVER, absent=(), first_day=first_day))


@settings(max_examples=200, deadline=None)
@given(EVERIES, DATES, DATES, st.integers(0, 200), st.integers(0, 200))
def test_a_window_in_two_parts_gives_the_same_members(
    every: Every, first_day: date, start: date, one: int, other: int
) -> None:
    middle, end = start + timedelta(days=one), start + timedelta(days=one + other)
    parts = expanded(every, start, middle, first_day) + expanded(every, middle, end, first_day)
    # What lies on both sides of the middle is a member of both.
    assert list(dict.fromkeys(parts)) == expanded(every, start, end, first_day)


@settings(max_examples=200, deadline=None)
@given(EVERIES, DATES, DATES, st.integers(1, 400))
def test_members_are_sorted_disjoint_inside_the_bounds_and_have_keys_of_their_own(
    every: Every, first_day: date, start: date, days: int
) -> None:
    end = start + timedelta(days=days)
    found = expanded(every, start, end, first_day)
    assert all(one.first < one.end <= two.first for one, two in pairwise(found))
    assert len({member.suffix for member in found}) == len(found)
    for member in found:
        assert member.first < end
        assert member.end > start
        assert every.starting is None or member.first >= every.starting
        assert every.until is None or member.end - timedelta(days=1) <= every.until


@settings(max_examples=200, deadline=None)
@given(EVERIES, DATES, st.integers(0, 2000), st.integers(1, 200))
def test_times_are_the_first_so_many_members_wherever_the_window_lies(
    every: Every, first_day: date, ahead: int, days: int
) -> None:
    """Against counting one by one from the beginning."""
    times = every.times or 7
    begin = every.starting or first_day
    start = begin + timedelta(days=ahead)
    end = start + timedelta(days=days)
    # Without `times:`, the phrase has no beginning of its own: give it one, aligned as before.
    every = replace(every, times=times)
    one_by_one = expanded(every, begin, end, first_day)
    assert len(one_by_one) <= times
    wanted = [member for member in one_by_one if member.end > start]
    assert expanded(every, start, end, first_day) == wanted
    unbounded = expanded(replace(every, times=None), begin, end, first_day)
    assert [member.suffix for member in one_by_one] == [member.suffix for member in unbounded][:times]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(PeriodUnit))
def test_a_period_holds_its_day_and_the_next_one_follows(some: date, unit: PeriodUnit) -> None:
    first, end = period_of(some, unit)
    assert first <= some < end
    assert period_of(end, unit)[0] == end
    assert index_of(end, unit) == index_of(some, unit) + 1
    assert suffix(first, unit) != suffix(end, unit)


def test_each_week_is_in_exactly_one_month() -> None:
    weeks = Counter(
        monday
        for month in range(2020 * 12, 2041 * 12)
        for number in range(1, 6)
        if (monday := week_of_month(month, number)) is not None
    )
    assert set(weeks.values()) == {1}
    assert all(two - one == timedelta(weeks=1) for one, two in pairwise(sorted(weeks)))


# ---------------------------------------------------------------- cost


def steps(every: Every, start: date, end: date) -> int:
    """How many functions are entered and generators resumed for one expansion: its cost on every machine."""
    count = 0

    def step(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        expanded(every, start, end, date(2024, 1, 1))
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("phrase", ["weekday", "first monday of month", "week", "month", "last weekday of quarter"])
def test_eight_weeks_of_a_rule_take_a_few_steps_a_member(phrase: str) -> None:
    """The figure of milliseconds for 200 rules is printed by hand; steps do not depend on the machine."""
    every = Every(parse_phrase(phrase))
    start, end = date(2026, 11, 23), date(2027, 1, 18)
    assert steps(every, start, end) < 60 + 12 * len(expanded(every, start, end, start))


@pytest.mark.parametrize("phrase", ["day", "3 days", "2 weeks on tuesday", "2 weeks"])
def test_a_far_year_is_reached_by_arithmetic(phrase: str) -> None:
    """Also with `times:`, which would else be counted one by one."""
    every = Every(parse_phrase(phrase), starting=date(2024, 1, 2), times=100_000)
    near = steps(every, date(2024, 3, 1), date(2024, 4, 1))
    assert expanded(every, date(2100, 3, 1), date(2100, 4, 1), date(2024, 1, 1))
    assert steps(every, date(2100, 3, 1), date(2100, 4, 1)) <= near + 20


def test_the_end_of_the_calendar_is_reached_without_an_error() -> None:
    for phrase in (
        "7 days",
        "weekday",
        "2 weeks",
        "month",
        "year",
        "last day of month",
        "31 december",
        "week 5 of month",
    ):
        every = Every(parse_phrase(phrase), until=date.max)
        assert all(member.end <= date.max for member in expanded(every, date(9999, 12, 1), date.max, date(2024, 1, 1)))
