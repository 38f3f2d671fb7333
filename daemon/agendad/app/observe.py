"""What a cycle looks at before it decides: how far back and ahead, and the public holidays of that time."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from agendad.core.engine import horizon_days
from agendad.core.hands import instant
from agendad.core.reach import days_ahead, days_back, reach
from agendad.core.timeline import wall
from agendad.core.triggers import LATEST_DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from agendad.model.memory import Written
    from agendad.model.rule import Rule
    from agendad.model.settings import Settings

_LEAST_AHEAD: Final = 14
"""Days beyond the horizon that are read in any case."""


def stretch(
    settings: Settings, rules: Iterable[Rule], written: Iterable[Written], now: datetime
) -> tuple[datetime, datetime]:
    """The half-open stretch of time to read: as far back as any rule looks, and ahead as `end_of_reading` says."""
    rules = tuple(rules)
    return reach(settings, rules, now).start, end_of_reading(settings, rules, written, now)


def end_of_reading(settings: Settings, rules: Iterable[Rule], written: Iterable[Written], now: datetime) -> datetime:
    """The end of what is to be read: beyond the horizon, and beyond everything that was written.

    So nothing written is taken for deleted, or forgotten when the horizon is shortened; and what a rule is to be ahead
    of by half a year is seen half a year ahead.
    """
    ahead = max([_LEAST_AHEAD, *map(days_ahead, rules)])
    end = wall(horizon_days(settings, now)[1] + timedelta(days=ahead), 0, settings.timezone)
    beyond = [known.end for known in written if instant(known.end, end) > end]
    days = (each.astimezone(settings.timezone).date() if isinstance(each, datetime) else each for each in beyond)
    return max([end, *(wall(day + timedelta(days=1), 0, settings.timezone) for day in days)])


def mail_since(settings: Settings, rules: Iterable[Rule], now: datetime) -> datetime:
    """From when on mails are read: over the longest period of any rule, and over what a late draft may look at."""
    today, _ = horizon_days(settings, now)
    back = max([LATEST_DRAFT, *(days_back(rule) for rule in rules)]) + 1
    return wall(today - timedelta(days=back), 0, settings.timezone)


def public_holidays(settings: Settings, start: datetime, end: datetime) -> Mapping[date, str]:
    """The public holidays of the configured country between two instants, by day; none without a country.

    Names are in the configured language where they are known. The library is imported only for a country.
    """
    if not settings.country:
        return {}
    first, last = start.astimezone(settings.timezone).date(), end.astimezone(settings.timezone).date()
    return _holidays(settings.country, settings.subdivision, settings.language, first, last)


@lru_cache(maxsize=4)
def _holidays(country: str, subdivision: str, language: str, first: date, last: date) -> Mapping[date, str]:
    from holidays import country_holidays

    years = range(first.year, last.year + 1)
    found = country_holidays(country, subdiv=subdivision or None, years=years, language=language)
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}
