"""RRULEs: our expansion against dateutil's, for rules as people write them and for the phrases' own."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.periods import suffix
from agendad.core.recurrence import counted_from, occurrences, to_rrule
from agendad.core.rrule import expand
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
    Every,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    MonthOfQuarter,
    NthInPeriod,
    PeriodUnit,
    WeekOfMonth,
)
from agendad.rules.grammar import GrammarError, parse_rrule

if TYPE_CHECKING:
    from types import FrameType

DATES = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def by_dateutil(text: str, dtstart: date, start: date, end: date) -> list[date]:
    """The days of a rule in [start, end) as dateutil expands it."""
    midnight = [datetime.combine(day, datetime.min.time()) for day in (dtstart, start, end)]
    rule = rrulestr(text if "WKST" in text else f"{text};WKST=MO", dtstart=midnight[0])
    return [moment.date() for moment in rule.between(midnight[1], midnight[2] - timedelta(days=1), inc=True)]


# ---------------------------------------------------------------- rules as people write them


def numbers(least: int, most: int) -> st.SearchStrategy[str]:
    values = st.integers(least, most).filter(bool)
    return st.lists(values, min_size=1, max_size=3, unique=True).map(lambda chosen: ",".join(map(str, chosen)))


CODES = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True)
PLAIN_DAYS = CODES.map(",".join)
NUMBERED_DAYS = st.tuples(st.sampled_from([1, 2, 3, 4, 5, -1, -2]), CODES).map(
    lambda pair: ",".join(f"{pair[0]}{code}" for code in pair[1])
)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """An RRULE that the grammar accepts and the RFC leaves in no doubt."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = {"FREQ": frequency, "INTERVAL": str(draw(st.integers(1, 5)))}
    optional = {"BYMONTH": numbers(1, 12), "BYDAY": PLAIN_DAYS}
    if frequency in ("MONTHLY", "YEARLY"):
        optional |= {"BYMONTHDAY": numbers(-31, 31), "BYSETPOS": numbers(-3, 3)}
        optional |= {"BYDAY": st.one_of(PLAIN_DAYS, NUMBERED_DAYS)}
    if frequency == "YEARLY":
        optional |= {"BYYEARDAY": numbers(-366, 366), "BYWEEKNO": numbers(-53, 53)}
    for name in draw(st.sets(st.sampled_from(sorted(optional)), max_size=2)):
        parts[name] = draw(optional[name])
    if draw(st.booleans()):
        parts["WKST"] = draw(st.sampled_from(["MO", "SU", "WE"]))
    match draw(st.sampled_from(["", "COUNT", "UNTIL"])):
        case "COUNT":
            parts["COUNT"] = str(draw(st.integers(1, 40)))
        case "UNTIL":
            parts["UNTIL"] = f"{draw(DATES):%Y%m%d}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


@settings(max_examples=120, deadline=None)
@given(rules(), DATES, DATES, st.integers(1, 500))
def test_every_accepted_rule_is_expanded_as_dateutil_does(text: str, dtstart: date, start: date, days: int) -> None:
    try:
        rule = parse_rrule(text).text
    except GrammarError:
        return
    end = start + timedelta(days=days)
    assert list(expand(rule, dtstart, start, end)) == by_dateutil(rule, dtstart, start, end)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        # RFC 5545 section 3.8.5.3, and what dateutil gets wrong: a plain and a numbered weekday together are a union.
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["2026-02-13", "2026-03-13", "2026-11-13"]),
        ("FREQ=YEARLY;BYDAY=20MO", ["2026-05-18"]),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", ["2026-12-28"]),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", ["2026-11-03"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["2026-01-30", "2026-02-27"]),
        ("FREQ=MONTHLY;BYMONTH=1;BYDAY=1MO,SU", ["2026-01-04", "2026-01-05", "2026-01-11", "2026-01-18", "2026-01-25"]),
        ("FREQ=WEEKLY;UNTIL=20260112T080000Z", ["2026-01-01", "2026-01-08"]),
        ("FREQ=YEARLY", ["2026-01-01"]),
    ],
)
def test_known_rules(text: str, days: list[str]) -> None:
    found = expand(text, date(2026, 1, 1), date(2026, 1, 1), date(2027, 1, 1))
    assert [day.isoformat() for day in found] == days


# ---------------------------------------------------------------- phrases

ALL, WORKING, WEEKEND = frozenset(range(7)), frozenset(range(5)), frozenset((5, 6))
ORDINALS = st.sets(st.sampled_from((1, 2, 3, 4, 5, -1)), min_size=1).map(
    lambda chosen: tuple(sorted(chosen, key=lambda nth: nth % 7))
)
SETS = st.one_of(st.sampled_from((ALL, WORKING, WEEKEND)), st.integers(0, 6).map(lambda day: frozenset((day,))))
INTERVALS = st.one_of(st.integers(1, 6), st.integers(7, 60))
PHRASES = st.one_of(
    st.builds(EveryWeekday, st.frozensets(st.integers(0, 6), min_size=1), INTERVALS),
    st.builds(EveryNDays, INTERVALS),
    st.builds(NthInPeriod, ORDINALS, SETS, st.sampled_from(list(PeriodUnit)[1:])),
    st.builds(DayOfMonth, st.integers(1, 31)),
    st.builds(DayOfYear, st.integers(1, 12), st.integers(1, 28)),
    st.just(DayOfYear(2, 29)),
    st.builds(EveryPeriod, st.sampled_from(PeriodUnit), INTERVALS),
    st.builds(WeekOfMonth, st.integers(1, 5)),
    st.builds(MonthOfQuarter, st.integers(1, 3)),
)
EVERIES = st.builds(
    Every, PHRASES, starting=st.one_of(st.none(), DATES), if_missing=st.sampled_from(["skip", "last day"])
)
UNITS = {WeekOfMonth: PeriodUnit.WEEK, MonthOfQuarter: PeriodUnit.MONTH}


@settings(max_examples=400, deadline=None)
@given(EVERIES, DATES, st.integers(1, 400))
def test_each_phrase_gives_what_its_rrule_gives_in_dateutil(every: Every, start: date, days: int) -> None:
    """Day by day for days, period by period (named by its key) for periods."""
    text = to_rrule(every)
    if text is None:
        return
    end = start + timedelta(days=days)
    phrase = every.phrase
    unit = phrase.unit if isinstance(phrase, EveryPeriod) else UNITS.get(type(phrase))
    found = [
        member.suffix
        for member in occurrences(every, start, end, holidays={}, absent=(), first_day=date(2024, 1, 1))
        if unit is None or member.first >= start
    ]
    begins = every.starting is None or every.starting < end
    wanted = by_dateutil(text, counted_from(every), start, end) if begins else []
    names = [day.isoformat() if unit is None else suffix(day, unit) for day in wanted]
    if unit is not None:
        # The period that holds `starting:` is a member too, though it began before.
        assert found in (names, found[:1] + names)
    else:
        assert found == names


@pytest.mark.parametrize(
    "phrase",
    [
        NthInPeriod((5,), frozenset({0}), PeriodUnit.QUARTER),
        NthInPeriod((1, -1), frozenset({0}), PeriodUnit.HALF_YEAR),
        WeekOfMonth(5),
    ],
)
def test_what_has_no_rrule_is_said_to_have_none(phrase: NthInPeriod | WeekOfMonth) -> None:
    assert to_rrule(Every(phrase)) is None


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-31",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;BYMONTH=1;BYYEARDAY=-1",
        "FREQ=MONTHLY;INTERVAL=999;BYDAY=MO",
    ],
)
def test_a_rule_looks_only_at_the_days_around_its_window(text: str) -> None:
    """Also one that never matches, on which dateutil runs to the year 9999."""
    looked_at = []

    def step(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_name == "_matches":
            looked_at.append(frame.f_locals["day"])

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        list(expand(text, date(2025, 1, 1), date(2100, 1, 1), date(2100, 3, 1)))
    finally:
        sys.setprofile(before)
    assert all(date(2100, 1, 1) <= day < date(2100, 3, 1) for day in looked_at)


def test_the_end_of_the_calendar_is_the_end() -> None:
    for text in ("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY"):
        assert list(expand(text, date(9998, 12, 25), date(9999, 12, 1), date.max))[-1:] != [date.max]
