"""`every:` to its members: which days or periods, which of them `except:` takes out, and the keys of all.

Called by `triggers.py`, by `agendad when` and by the checks of rules. What a day phrase gives is a day; what a period
phrase gives is a period, in which the placement chooses the moment.

- Intervals are counted from the period (the day, for days) that holds `starting:`, else from Monday 2024-01-01.
- With `starting:` inside a period, that period is the first one; only its days from `starting:` on may hold the block.
  In the same way `until:` cuts the last period off after its day. The key is that of the whole period.
- `times:` counts from `starting:`, else from the rule's first day (nothing before it is a member then), and counts
  members that `except:` takes out.
- `except:` takes a period out when it covers all its days; otherwise the covered days are told in `excluded_days`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from agendad.core import rrule
from agendad.core.periods import first_of, index_of, month_length, period_of, suffix, week_of_month
from agendad.core.phrases import describe, to_rrule
from agendad.model.names import DAY_NAMES
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
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

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from agendad.model.rule import Every, Phrase

__all__ = ["ANCHOR", "Occurrence", "counted_from", "describe", "excluded_by", "occurrences", "to_rrule"]

ANCHOR: Final = date(2024, 1, 1)
"""Where intervals count from without `starting:`; a Monday, and the first day of every unit."""

_DAY: Final = timedelta(days=1)

Days = tuple[date, date]  # first, end (excluded)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One member: the days it may live in (`end` excluded), and the part of its key that follows `RULE/`.

    `excluded_by` says what took it out (`holiday Christmas Day`, `away`, `friday`, `2026-12-24`); empty when it stands.
    `excluded_days` are the days of a standing period on which its block may not be.
    """

    first: date
    end: date
    suffix: str
    excluded_by: str = ""
    excluded_days: frozenset[date] = frozenset()


def occurrences(
    every: Every,
    start: date,
    end: date,
    *,
    holidays: Mapping[date, str],
    absent: Container[date],
    first_day: date,
) -> Iterator[Occurrence]:
    """The members whose days overlap [start, end), in order, those that `except:` takes out among them.

    `holidays` gives the names of public holidays by day and is only asked when the rule says `except: holidays`.
    `first_day` is the day of the first cycle that knew the rule; it matters for `times:` alone.
    """
    lower = every.starting or (date.min if every.times is None else first_day)
    upper = date.max if every.until is None else _after(every.until)
    excepts = every.exclude != Exclusions()

    def taken_out(member: Occurrence) -> Iterator[tuple[date, str]]:
        for number in range((member.end - member.first).days):
            day = member.first + timedelta(days=number)
            if cause := excluded_by(every.exclude, day, holidays=holidays, absent=absent):
                yield day, cause

    for (first, last), key in _bounded(every, lower, start, min(end, upper)):
        member = Occurrence(max(first, lower), min(last, upper), key)
        if member.end > start:
            yield _judged(member, dict(taken_out(member))) if excepts else member


def excluded_by(exclude: Exclusions, day: date, *, holidays: Mapping[date, str], absent: Container[date]) -> str:
    """What takes a day out, in words; empty when nothing does."""
    for first, last in exclude.dates:
        if first <= day <= last:
            return str(first) if first == last else f"{first}..{last}"
    if day.weekday() in exclude.weekdays:
        return DAY_NAMES[day.weekday()]
    if exclude.holidays and (name := holidays.get(day)) is not None:
        return f"holiday {name}"
    return "away" if exclude.away and day in absent else ""


def counted_from(every: Every) -> date:
    """The DTSTART of `to_rrule`: `starting:`, or the first day of the period that holds it."""
    start = every.starting or ANCHOR
    unit = _period_unit(every.phrase)
    return start if unit is None else first_of(index_of(start, unit), unit)


# ---------------------------------------------------------------- members


def _judged(member: Occurrence, causes: Mapping[date, str]) -> Occurrence:
    """The member with what `except:` does to it; `causes` gives the cause of each day that is taken out."""
    if not causes:
        return member
    if len(causes) < (member.end - member.first).days:
        return replace(member, excluded_days=frozenset(causes))
    return replace(member, excluded_by=", ".join(dict.fromkeys(causes.values())))


def _bounded(every: Every, lower: date, start: date, stop: date) -> Iterator[tuple[Days, str]]:
    """Members with their keys that overlap [start, stop), from `lower` on; the first `times` of them there."""
    if every.times is None:
        yield from _members(every, max(start, lower), stop)
        return
    # A phrase that repeats itself after some days is counted by whole turns, the rest one by one.
    left, begin = every.times, lower
    if (turn := _turn(every.phrase)) is not None:
        days, members = turn
        turns = max(0, min((start - begin).days // days, (left - 1) // members))
        begin, left = begin + timedelta(days=turns * days), left - turns * members
    yield from islice(_members(every, begin, stop), left)


def _turn(phrase: Phrase) -> tuple[int, int] | None:
    """After how many days a phrase repeats itself exactly, and how many members that makes."""
    match phrase:
        case EveryNDays(interval):
            return interval, 1
        case EveryWeekday(weekdays, interval):
            return 7 * interval, len(weekdays)
        case EveryPeriod(PeriodUnit.WEEK, interval):
            return 7 * interval, 1
    return None


def _members(every: Every, start: date, end: date) -> Iterator[tuple[Days, str]]:
    """Every member whose days overlap [start, end), with its key."""
    anchor = every.starting or ANCHOR
    if start >= end:
        return
    unit = _period_unit(every.phrase)
    if unit is not None:
        for first, last in _periods(every.phrase, anchor, start, end):
            yield (first, last), suffix(first, unit)
        return
    for day in _days(every, anchor, start, end):
        yield (day, _after(day)), day.isoformat()


def _period_unit(phrase: Phrase) -> PeriodUnit | None:
    """The unit of a period phrase; None for what gives days."""
    match phrase:
        case EveryPeriod(unit):
            return unit
        case WeekOfMonth():
            return PeriodUnit.WEEK
        case MonthOfQuarter():
            return PeriodUnit.MONTH
    return None


def _periods(phrase: Phrase, anchor: date, start: date, end: date) -> Iterator[Days]:
    match phrase:
        case EveryPeriod(unit, interval):
            base = index_of(anchor, unit)
            index = base + (index_of(start, unit) - base) // interval * interval
            while (first := first_of(index, unit)) < end:
                yield first, first_of(index + interval, unit)
                index += interval
        case WeekOfMonth(number):
            # The days around the end of a month may lie in a week of the next month, or of the one before.
            for index in range(index_of(start, PeriodUnit.MONTH) - 1, index_of(end, PeriodUnit.MONTH) + 2):
                if (monday := week_of_month(index, number)) is not None:
                    week = period_of(monday, PeriodUnit.WEEK)
                    if week[0] < end and week[1] > start:
                        yield week
        case MonthOfQuarter(number):
            index = index_of(start, PeriodUnit.MONTH)
            index += (number - 1 - index) % 3
            while (first := first_of(index, PeriodUnit.MONTH)) < end:
                yield first, first_of(index + 1, PeriodUnit.MONTH)
                index += 3


def _days(every: Every, anchor: date, start: date, end: date) -> Iterator[date]:
    match every.phrase:
        case EveryNDays(interval):
            first = start.toordinal() + (anchor - start).days % interval
            yield from map(date.fromordinal, range(first, end.toordinal(), interval))
        case EveryWeekday(weekdays, interval):
            yield from _weekdays(weekdays, interval, anchor, (start, end))
        case RRule(text):
            yield from rrule.expand(text, anchor, start, end)
        case _:
            yield from (day for day in _days_of_periods(every, start, end) if start <= day < end)


def _days_of_periods(every: Every, start: date, end: date) -> Iterator[date]:
    """The days that a phrase names in each month, quarter, half-year or year that overlaps [start, end)."""
    match every.phrase:
        case NthInPeriod() as phrase:
            for index in range(index_of(start, phrase.period), index_of(end, phrase.period) + 1):
                yield from _nth_days(phrase, index)
        case DayOfMonth(day):
            for index in range(index_of(start, PeriodUnit.MONTH), index_of(end, PeriodUnit.MONTH) + 1):
                yield from _day_of_month(every, index // 12, index % 12 + 1, day)
        case DayOfYear(month, day):
            for year in range(start.year, end.year + 1):
                yield from _day_of_month(every, year, month, day)


def _weekdays(weekdays: frozenset[int], interval: int, anchor: date, within: Days) -> Iterator[date]:
    base = index_of(anchor, PeriodUnit.WEEK)
    week = base + (index_of(within[0], PeriodUnit.WEEK) - base) // interval * interval
    offsets = sorted(weekdays)
    start, end = within[0].toordinal(), within[1].toordinal()
    while week * 7 + 1 < end:
        yield from (date.fromordinal(day) for offset in offsets if start <= (day := week * 7 + 1 + offset) < end)
        week += interval


def _nth_days(phrase: NthInPeriod, index: int) -> list[date]:
    """The days of one period that `first monday of ...` names, in order."""
    first = first_of(index, phrase.period).toordinal()
    last = first_of(index + 1, phrase.period).toordinal() - 1
    found: set[int] = set()
    for nth in phrase.ordinals:
        days = range(first, last + 1) if nth > 0 else range(last, first - 1, -1)
        matching = (day for day in days if (day - 1) % 7 in phrase.weekdays)
        found.update(islice(matching, abs(nth) - 1, abs(nth)))
    return [date.fromordinal(day) for day in sorted(found)]


def _day_of_month(every: Every, year: int, month: int, day: int) -> Iterator[date]:
    length = month_length(year, month)
    if day <= length or every.if_missing == "last day":
        yield date(year, month, min(day, length))


def _after(day: date) -> date:
    return day + _DAY if day < date.max else day
