"""Recurrence rules of RFC 5545 section 3.3.10 at day granularity; `recurrence.py` calls it for `{rrule: ...}`.

dateutil judges it in the tests but does not do the work: it walks from DTSTART to whatever far window is asked, and a
rule that never matches keeps it busy until the year 9999, which a daemon cannot afford. Here only the periods that
overlap the window are looked at; a COUNT, which must be counted from DTSTART, is bounded by the window too.

Where the RFC leaves it open: DTSTART is a member only when it matches; BYSETPOS counts within the whole period, also
the one that DTSTART lies in the middle of.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from agendad.core.periods import first_of, index_of, month_length
from agendad.model.rule import PeriodUnit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODES: Final = {code: number for number, code in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Rule:
    """The parts of a rule; empty tuples are absent parts. `by_day` pairs an ordinal (0: every one) with a weekday."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date = date.max
    week_start: int = 0
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_year_day: tuple[int, ...] = ()
    by_week: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    by_position: tuple[int, ...] = ()


def expand(text: str, dtstart: date, start: date, end: date) -> Iterator[date]:
    """The members of a rule in [start, end), counted from `dtstart`; `text` is as `rules/rrule.py` leaves it."""
    rule = _parse(text, dtstart)
    end = min(end, rule.until + _DAY) if rule.until < date.max else end
    start = max(start, dtstart)
    if rule.count is None:
        yield from (day for day in _members(rule, dtstart, start, end) if start <= day < end)
        return
    for number, day in enumerate(_members(rule, dtstart, dtstart, end)):
        if number >= rule.count or day >= end:
            return
        if day >= start:
            yield day


def _members(rule: _Rule, dtstart: date, start: date, end: date) -> Iterator[date]:
    """All members of the periods that overlap [start, end), from `dtstart` on, in order."""
    base = _period_index(dtstart, rule)
    index = base + max(0, _period_index(start, rule) - base) // rule.interval * rule.interval
    while (first := _period_first(index, rule)) < end:
        following = _period_first(index + 1, rule)
        days = range(first.toordinal(), following.toordinal())
        if not rule.by_position:
            days = range(max(days.start, start.toordinal()), min(days.stop, end.toordinal()))
        found = [day for day in map(date.fromordinal, days) if _matches(rule, day)]
        if rule.by_position:
            found = [found[place] for place in sorted(_places(rule.by_position, len(found)))]
        yield from (day for day in found if day >= dtstart)
        index += rule.interval


def _places(positions: tuple[int, ...], size: int) -> set[int]:
    """Indices of BYSETPOS positions in a list of `size` members."""
    places = (position - 1 if position > 0 else size + position for position in positions)
    return {place for place in places if 0 <= place < size}


def _matches(rule: _Rule, day: date) -> bool:
    """Whether a day passes every BY part but BYSETPOS."""
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_day and not any(
        day.weekday() == weekday and (nth == 0 or _is_nth(rule, day, nth)) for nth, weekday in rule.by_day
    ):
        return False
    if rule.by_month_day and not _either(day.day, month_length(day.year, day.month), rule.by_month_day):
        return False
    if rule.by_year_day and not _either(_year_day(day), _year_length(day.year), rule.by_year_day):
        return False
    return not rule.by_week or _week_matches(rule, day)


def _is_nth(rule: _Rule, day: date, nth: int) -> bool:
    """Whether a day is the `nth` of its weekday in its month, or in its year for a yearly rule without BYMONTH."""
    if rule.frequency == "YEARLY" and not rule.by_month:
        number, length = _year_day(day), _year_length(day.year)
    else:
        number, length = day.day, month_length(day.year, day.month)
    return nth == (number - 1) // 7 + 1 if nth > 0 else nth == -((length - number) // 7 + 1)


def _week_matches(rule: _Rule, day: date) -> bool:
    """BYWEEKNO: a week is numbered in the year that holds its fourth day, counted from WKST."""
    middle = day - timedelta(days=(day.weekday() - rule.week_start) % 7 - 3)
    number = (_year_day(middle) - 1) // 7 + 1
    last = date(middle.year, 12, 31)
    # The fourth day of the year's last week is the last such weekday of the year.
    weeks = (_year_day(last) - (last.weekday() - middle.weekday()) % 7 - 1) // 7 + 1
    return _either(number, weeks, rule.by_week)


def _either(number: int, length: int, wanted: tuple[int, ...]) -> bool:
    """Whether a place, counted from the front or (negative) from the back, is wanted."""
    return number in wanted or number - length - 1 in wanted


def _year_day(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _year_length(year: int) -> int:
    return 337 + month_length(year, 2)


def _period_index(day: date, rule: _Rule) -> int:
    match rule.frequency:
        case "YEARLY":
            return day.year
        case "MONTHLY":
            return index_of(day, PeriodUnit.MONTH)
        case "WEEKLY":
            return (day.toordinal() - 1 - rule.week_start) // 7
    return day.toordinal()


def _period_first(index: int, rule: _Rule) -> date:
    match rule.frequency:
        case "YEARLY":
            return first_of(index, PeriodUnit.YEAR)
        case "MONTHLY":
            return first_of(index, PeriodUnit.MONTH)
        case "WEEKLY":
            return date.fromordinal(min(index * 7 + 1 + rule.week_start, date.max.toordinal()))
    return date.fromordinal(min(index, date.max.toordinal()))


@lru_cache(maxsize=256)
def _parse(text: str, dtstart: date) -> _Rule:
    """The rule with what it leaves to DTSTART filled in."""
    parts = dict(part.split("=") for part in text.split(";"))
    frequency = parts["FREQ"]
    until = parts.get("UNTIL")
    month, month_day, by_day = _numbers(parts, "BYMONTH"), _numbers(parts, "BYMONTHDAY"), _days(parts.get("BYDAY", ""))
    if not {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"} & parts.keys():
        match frequency:
            case "YEARLY":
                month, month_day = month or (dtstart.month,), (dtstart.day,)
            case "MONTHLY":
                month_day = (dtstart.day,)
            case "WEEKLY":
                by_day = ((0, dtstart.weekday()),)
    return _Rule(
        frequency,
        interval=int(parts.get("INTERVAL", "1")),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=date.fromisoformat(until[:8]) if until else date.max,
        week_start=_CODES[parts.get("WKST", "MO")],
        by_month=month,
        by_month_day=month_day,
        by_year_day=_numbers(parts, "BYYEARDAY"),
        by_week=_numbers(parts, "BYWEEKNO"),
        by_day=by_day,
        by_position=_numbers(parts, "BYSETPOS"),
    )


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in parts[name].split(",")) if name in parts else ()


def _days(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((int(nth or 0), _CODES[code]) for nth, code in re.findall(r"([+-]?\d+)?([A-Z]{2})", text))
