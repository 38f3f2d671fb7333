"""Phrases back to words, and to the RRULE that means the same (RFC 5545 section 3.3.10).

`agendad when` and explanations call it, through `recurrence.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.names import DAY_NAMES, MONTH_NAMES, ORDINAL_NAMES
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    MonthOfQuarter,
    NthInPeriod,
    PeriodUnit,
    RRule,
    WeekOfMonth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agendad.model.rule import Every, Phrase, Weekdays

_ORDINALS: Final = {**dict(enumerate(ORDINAL_NAMES[:-1], 1)), -1: ORDINAL_NAMES[-1]}
_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTHS: Final = {PeriodUnit.MONTH: 1, PeriodUnit.QUARTER: 3, PeriodUnit.HALF_YEAR: 6, PeriodUnit.YEAR: 12}
_KINDS: Final = {frozenset(range(5)): "weekday", frozenset((5, 6)): "weekend day"}
_EVERY_DAY: Final = frozenset(range(7))

# ---------------------------------------------------------------- words


def describe(phrase: Phrase) -> str:
    """The phrase as the grammar writes it; for an RRULE its text."""
    match phrase:
        case EveryWeekday(weekdays, interval):
            names = describe_weekdays(weekdays)
            return names if interval == 1 else f"{interval} weeks on {names}"
        case EveryNDays(interval):
            return _several(interval, "day")
        case NthInPeriod(ordinals, weekdays, period):
            nth = " and ".join(_ORDINALS[ordinal] for ordinal in ordinals)
            day = "day" if weekdays == _EVERY_DAY else describe_weekdays(weekdays)
            return f"{nth} {day} of {period.value}"
        case DayOfMonth(day_number):
            return f"day {day_number} of month"
        case DayOfYear(month, day_number):
            return f"{day_number} {MONTH_NAMES[month - 1]}"
        case EveryPeriod(unit, interval):
            return _several(interval, unit.value)
        case WeekOfMonth(number):
            return f"week {number} of month"
        case MonthOfQuarter(number):
            return f"month {number} of quarter"
        case RRule(text):
            return text


def describe_weekdays(weekdays: Weekdays) -> str:
    """`weekday`, `monday`, `mon-thu`, `fri-mon`, `mon, wed, fri`."""
    if (kind := _KINDS.get(weekdays)) is not None:
        return kind
    if len(weekdays) == 1:
        return DAY_NAMES[next(iter(weekdays))]
    parts: list[str] = []
    for run in _runs(weekdays):
        names = [DAY_NAMES[day][:3] for day in run]
        parts += [f"{names[0]}-{names[-1]}"] if len(run) > 2 else names
    return ", ".join(parts)


def _runs(weekdays: Weekdays) -> list[list[int]]:
    """Weekdays that follow one another, over the end of the week too (`fri-mon`)."""
    if weekdays == _EVERY_DAY:
        return [list(range(7))]
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][-1] == 6 and len(runs[0]) + len(runs[-1]) > 2:
        runs[-1] += runs.pop(0)
    return runs


def _several(number: int, unit: str) -> str:
    return unit if number == 1 else f"{number} {unit}s"


# ---------------------------------------------------------------- RRULE


def to_rrule(every: Every) -> str | None:
    """The RRULE of the phrase (and `if_missing:`), to be counted from `recurrence.counted_from(every)`.

    For period phrases it gives the first day of each period. None where no RRULE means the same: `fifth monday of
    quarter`, `first and last monday of quarter`, `week 5 of month`. `until:`, `times:` and `except:` are not in it.
    """
    match every.phrase:
        case EveryWeekday(weekdays, interval):
            return _rule("WEEKLY", {"BYDAY": _codes(weekdays), "WKST": ["MO"] if interval > 1 else []}, interval)
        case EveryNDays(interval):
            return _rule("DAILY", {}, interval)
        case NthInPeriod() as phrase:
            return _nth_rule(phrase)
        case DayOfMonth(day):
            return _rule("MONTHLY", _month_day(day, 28, every))
        case DayOfYear(month, day):
            return _rule("YEARLY", {"BYMONTH": [month], **_month_day(day, 28 if month == 2 else 31, every)})
        case RRule(text):
            return text
        case _ as phrase:
            return _period_rule(phrase)


def _period_rule(phrase: EveryPeriod | WeekOfMonth | MonthOfQuarter) -> str | None:
    match phrase:
        case EveryPeriod(PeriodUnit.WEEK, interval):
            return _rule("WEEKLY", {"BYDAY": ["MO"], "WKST": ["MO"] if interval > 1 else []}, interval)
        case EveryPeriod(PeriodUnit.YEAR, interval):
            return _rule("YEARLY", {"BYMONTH": [1], "BYMONTHDAY": [1]}, interval)
        case EveryPeriod(unit, interval):
            return _rule("MONTHLY", {"BYMONTHDAY": [1]}, interval * _MONTHS[unit])
        case WeekOfMonth(5):
            return None  # how far its Monday may be from the end depends on the length of the month
        case WeekOfMonth(number):
            # The Monday is three days before a Thursday on day 1 to 7 (8 to 14, ...) of the month.
            days = (7 * (number - 1) + place for place in range(-2, 5))
            return _rule("MONTHLY", {"BYDAY": ["MO"], "BYMONTHDAY": [day if day > 0 else day - 1 for day in days]})
        case MonthOfQuarter(number):
            return _rule("MONTHLY", {"BYMONTH": range(number, 13, 3), "BYMONTHDAY": [1]})


def _month_day(day: int, shortest: int, every: Every) -> dict[str, Iterable[int]]:
    """A day of the month; for the last day of shorter months, the last that there is of this day and those before."""
    if every.if_missing == "skip" or day <= shortest:
        return {"BYMONTHDAY": [day]}
    return {"BYMONTHDAY": range(shortest, day + 1), "BYSETPOS": [-1]}


def _nth_rule(phrase: NthInPeriod) -> str | None:
    ordinals, weekdays, months = phrase.ordinals, phrase.weekdays, _MONTHS[phrase.period]
    frequency = "YEARLY" if months == 12 else "MONTHLY"
    by_month: Iterable[int] = ()
    if months in (3, 6):
        if (ordinals[0] > 0 > ordinals[-1]) or (len(weekdays) == 1 and 5 in ordinals):
            # First and last lie in different months, and the fifth monday in either the first or the second.
            return None
        by_month = range(months if ordinals[0] < 0 else 1, 13, months)
    if len(weekdays) == 1:
        (code,) = _codes(weekdays)
        return _rule(frequency, {"BYMONTH": by_month, "BYDAY": [f"{nth}{code}" for nth in ordinals]})
    if weekdays == _EVERY_DAY:
        return _rule(frequency, {"BYMONTH": by_month, "BYYEARDAY" if months == 12 else "BYMONTHDAY": ordinals})
    return _rule(frequency, {"BYMONTH": by_month, "BYDAY": _codes(weekdays), "BYSETPOS": ordinals})


def _codes(weekdays: Weekdays) -> list[str]:
    return [_CODES[day] for day in sorted(weekdays)]


def _rule(frequency: str, parts: Mapping[str, Iterable[int | str]], interval: int = 1) -> str:
    text = f"FREQ={frequency}" + (f";INTERVAL={interval}" if interval > 1 else "")
    lists = ((name, ",".join(map(str, values))) for name, values in parts.items())
    return text + "".join(f";{name}={value}" for name, value in lists if value)
