"""Arithmetic of calendar periods: weeks, months, quarters, half-years and years by number, and their keys.

All periods of one unit are numbered without a gap, so that intervals are sums and remainders, never loops.
`recurrence.py` is built on it; other core modules ask it for the period of a day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from agendad.model.rule import PeriodUnit

_MONTHS: Final = {PeriodUnit.MONTH: 1, PeriodUnit.QUARTER: 3, PeriodUnit.HALF_YEAR: 6, PeriodUnit.YEAR: 12}


def index_of(day: date, unit: PeriodUnit) -> int:
    """The number of the period that holds `day`; the next period has the next number."""
    if unit is PeriodUnit.WEEK:
        return (day.toordinal() - 1) // 7  # ordinal 1 is a Monday
    return (day.year * 12 + day.month - 1) // _MONTHS[unit]


def first_of(index: int, unit: PeriodUnit) -> date:
    """The first day of a period by its number; beyond the calendar of Python, its last day."""
    if unit is PeriodUnit.WEEK:
        return date.fromordinal(min(index * 7 + 1, date.max.toordinal()))
    year, month = divmod(index * _MONTHS[unit], 12)
    return date(year, month + 1, 1) if year <= date.max.year else date.max


def period_of(day: date, unit: PeriodUnit) -> tuple[date, date]:
    """The first day of the period that holds `day`, and the first day after it."""
    index = index_of(day, unit)
    return first_of(index, unit), first_of(index + 1, unit)


def suffix(first: date, unit: PeriodUnit) -> str:
    """The part of a key that names the period which begins on `first`: `2026-W48` (ISO 8601 week), `2026-11`,
    `2026-Q4`, `2026-H2`, `2026` (section 8 of the rule language).
    """
    match unit:
        case PeriodUnit.WEEK:
            iso = first.isocalendar()
            return f"{iso.year:04}-W{iso.week:02}"
        case PeriodUnit.MONTH:
            return f"{first.year:04}-{first.month:02}"
        case PeriodUnit.QUARTER:
            return f"{first.year:04}-Q{(first.month + 2) // 3}"
        case PeriodUnit.HALF_YEAR:
            return f"{first.year:04}-H{(first.month + 5) // 6}"
        case PeriodUnit.YEAR:
            return f"{first.year:04}"


def month_length(year: int, month: int) -> int:
    """The number of days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def week_of_month(index: int, number: int) -> date | None:
    """The Monday of the `number`-th week of a month (by its number); None where the month has no such week.

    A week belongs to the month that holds its Thursday, as ISO 8601 gives weeks to years.
    """
    first = first_of(index, PeriodUnit.MONTH)
    thursday = 1 + (3 - first.weekday()) % 7 + 7 * (number - 1)
    if thursday > month_length(first.year, first.month):
        return None
    return first + timedelta(days=thursday - 4)
