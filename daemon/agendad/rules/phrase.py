"""`every:` phrases and sets of weekdays: a closed grammar, read word by word with one word of foresight.

Phrases, after case and white space are folded (`N` is 1 to 999)::

    day | weekday | weekend day | DAYS | N days | N weeks on DAYS
    week | month | quarter | half-year | year | N weeks | N months | N quarters | N half-years | N years
    NTH [and NTH ...] (DAY | weekday | weekend day | day) of (month | quarter | half-year | year)
    day 1..31 of month | 1..31 MONTH | week 1..5 of month | month 1..3 of quarter

`DAYS` is a list (`,` or `and`) of weekdays, ranges of weekdays (`mon-thu`, `fri-mon`), `weekday` and `weekend day`.
Anything else is a GrammarError whose hint is the nearest valid phrase.
"""

from __future__ import annotations

from typing import Final

from agendad.model.names import MONTH_NAMES
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    MonthOfQuarter,
    NthInPeriod,
    PeriodUnit,
    Phrase,
    Weekdays,
    WeekOfMonth,
)
from agendad.rules.words import (
    MONTH,
    MONTH_LENGTH,
    ORDINAL,
    WEEKDAY,
    GrammarError,
    Reader,
    did_you_mean,
    is_number,
)

MOST: Final = 999
"""The largest interval."""

WORKING: Final = frozenset(range(5))
WEEKEND: Final = frozenset((5, 6))
ALL_DAYS: Final = frozenset(range(7))

_UNITS: Final = {unit.value: unit for unit in PeriodUnit}
_PERIODS: Final = {unit.value: unit for unit in PeriodUnit if unit is not PeriodUnit.WEEK}


def parse_phrase(text: str) -> Phrase:
    """The recurrence that an `every:` phrase means; raises GrammarError."""
    try:
        return read_phrase(text)
    except GrammarError as error:
        raise _with_hint(error, text) from None


def parse_weekdays(text: str) -> Weekdays:
    """A set of weekdays (`tue-thu`, `mon, wed`, `weekday`); raises GrammarError."""
    try:
        return read_weekdays(text)
    except GrammarError as error:
        raise _with_hint(error, text, days_only=True) from None


def read_phrase(text: str) -> Phrase:
    """`parse_phrase` without a hint in the error."""
    reader = Reader(text)
    phrase = _phrase(reader)
    reader.end()
    return phrase


def read_weekdays(text: str) -> Weekdays:
    """`parse_weekdays` without a hint in the error."""
    reader = Reader(text)
    days = _weekdays(reader)
    reader.end()
    return days


def _weekdays(reader: Reader) -> Weekdays:
    """A list of weekdays, as far as it goes."""
    days = _day_item(reader)
    while reader.found(",") or reader.found("and"):
        days |= _day_item(reader)
    return days


def _with_hint(error: GrammarError, text: str, *, days_only: bool = False) -> GrammarError:
    # Only a mistake pays for the search of its correction.
    from agendad.rules.nearest import nearest_days, nearest_phrase

    hint = did_you_mean(nearest_days(text)) if days_only else nearest_phrase(text)
    return GrammarError(error.message, hint, error.start, error.end)


def _phrase(reader: Reader) -> Phrase:
    word = reader.word
    if is_number(word):
        return _counted(reader)
    if word in ORDINAL:
        return _nth(reader)
    if word == "day":
        return _day(reader)
    if word in _UNITS:
        return _period(reader)
    return EveryWeekday(_weekdays(reader))


def _counted(reader: Reader) -> Phrase:
    """What begins with a number: `3 days`, `2 weeks [on DAYS]`, `2 months`, `15 january`."""
    number = reader.number("a number", MOST)
    plural = "" if number == 1 else "s"
    word = reader.word
    if word in MONTH:
        return _date_of_year(reader, number)
    if reader.found(f"day{plural}"):
        return EveryNDays(number)
    unit = _UNITS.get(word.removesuffix("s"))
    if unit is None or word != unit.value + plural:
        reader.fail(f"`day{plural}`, `week{plural}`, `month{plural}` or the name of a month")
    reader.take()
    if unit is PeriodUnit.WEEK and reader.found("on"):
        return EveryWeekday(_weekdays(reader), number)
    return EveryPeriod(unit, number)


def _date_of_year(reader: Reader, day: int) -> DayOfYear:
    month = MONTH[reader.word]
    if day > MONTH_LENGTH[month - 1]:
        reader.fail(f"a month with {day} days ({MONTH_NAMES[month - 1]} has {MONTH_LENGTH[month - 1]})")
    reader.take()
    return DayOfYear(month, day)


def _nth(reader: Reader) -> NthInPeriod:
    """`first monday of month`, `2nd and 4th tuesday of month`."""
    ordinals = {ORDINAL[reader.take()]}
    while reader.found(",") or reader.found("and"):
        if reader.word not in ORDINAL:
            reader.fail("`first` to `fifth` or `last`")
        ordinals.add(ORDINAL[reader.take()])
    days = _nth_days(reader)
    reader.expect("of")
    if reader.word not in _PERIODS:
        reader.fail("`month`, `quarter`, `half-year` or `year`")
    # The last one comes last.
    return NthInPeriod(tuple(sorted(ordinals, key=lambda nth: nth % 7)), days, _PERIODS[reader.take()])


def _nth_days(reader: Reader) -> Weekdays:
    if reader.found("day"):
        return ALL_DAYS
    if (days := _day_kind(reader)) is not None:
        return days
    if reader.word not in WEEKDAY:
        reader.fail("a weekday or `day`")
    return frozenset((WEEKDAY[reader.take()],))


def _day(reader: Reader) -> Phrase:
    """`day`, `day 15 of month`."""
    reader.take()
    if not reader.word:
        return EveryNDays(1)
    day = reader.number("a day", 31)
    reader.expect("of", "month")
    return DayOfMonth(day)


def _period(reader: Reader) -> Phrase:
    """`week`, `month`, ..., `week 1 of month`, `month 1 of quarter`."""
    unit = _UNITS[reader.take()]
    if unit is PeriodUnit.WEEK and reader.word:
        number = reader.number("a week", 5)
        reader.expect("of", "month")
        return WeekOfMonth(number)
    if unit is PeriodUnit.MONTH and reader.word:
        number = reader.number("a month", 3)
        reader.expect("of", "quarter")
        return MonthOfQuarter(number)
    return EveryPeriod(unit)


def _day_kind(reader: Reader) -> Weekdays | None:
    if reader.found("weekday"):
        return WORKING
    if reader.found("weekend", "day"):
        return WEEKEND
    return None


def _day_item(reader: Reader) -> Weekdays:
    """`monday`, `mon-thu`, `weekday`, `weekend day`."""
    if (days := _day_kind(reader)) is not None:
        return days
    if reader.word not in WEEKDAY:
        reader.fail("a weekday")
    first = WEEKDAY[reader.take()]
    if not reader.found("-"):
        return frozenset((first,))
    if WEEKDAY.get(reader.word, first) == first:
        reader.fail("another weekday")
    last = WEEKDAY[reader.take()]
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
