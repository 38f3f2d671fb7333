"""What a cycle reads before it decides: how far back and ahead."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.engine import horizon_days
from agendad.core.reach import days_ahead, days_back, reach
from agendad.core.timeline import wall
from agendad.core.triggers import LATEST_DRAFT
from agendad.model.calendar import instant

if TYPE_CHECKING:
    from collections.abc import Iterable

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
