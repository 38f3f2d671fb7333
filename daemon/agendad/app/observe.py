"""What a cycle looks at before it decides: how far back and ahead, and the public holidays of that time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.company import CONTACT_DAYS
from agendad.core.engine import horizon_days
from agendad.core.followups import may_draft
from agendad.core.timeline import wall
from agendad.core.triggers import LATEST_DRAFT
from agendad.model.rule import (
    After,
    AfterBusy,
    Before,
    Every,
    EveryPeriod,
    MonthOfQuarter,
    NoneIn,
    PeriodUnit,
    Steps,
    When,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from agendad.model.memory import Written
    from agendad.model.rule import Rule
    from agendad.model.settings import Settings

_DAYS: Final = {
    PeriodUnit.WEEK: 7,
    PeriodUnit.MONTH: 31,
    PeriodUnit.QUARTER: 92,
    PeriodUnit.HALF_YEAR: 184,
    PeriodUnit.YEAR: 366,
}
_LEAST_BACK: Final = 8
_MINUTES: Final = 24 * 60


def stretch(
    settings: Settings, rules: Iterable[Rule], written: Iterable[Written], now: datetime
) -> tuple[datetime, datetime]:
    """The half-open stretch of time to read.

    It reaches back over the longest period and look-back of any rule, and ahead over the horizon and over everything
    that was written, so that nothing written is taken for deleted, or forgotten when the horizon is shortened.
    """
    today, horizon = horizon_days(settings, now)
    back = max([_LEAST_BACK, *(_days_back(rule) for rule in rules)])
    start = wall(today - timedelta(days=back), 0, settings.timezone)
    end = wall(horizon + timedelta(days=14), 0, settings.timezone)
    for known in written:
        day = known.end.astimezone(settings.timezone).date() if isinstance(known.end, datetime) else known.end
        end = max(end, wall(day + timedelta(days=1), 0, settings.timezone))
    return start, end


def mail_since(settings: Settings, rules: Iterable[Rule], now: datetime) -> datetime:
    """From when on mails are read: over the longest period of any rule, and over what a late draft may look at."""
    today, _ = horizon_days(settings, now)
    back = max([LATEST_DRAFT, *(_days_back(rule) for rule in rules)]) + 1
    return wall(today - timedelta(days=back), 0, settings.timezone)


def _days_back(rule: Rule) -> int:
    drafts = LATEST_DRAFT + 1 if may_draft(rule) else 0
    people = CONTACT_DAYS + 1 if rule.for_each is not None or rule.company is not None else 0
    return max(_trigger_days_back(rule) + people, drafts)


def _trigger_days_back(rule: Rule) -> int:
    trigger = rule.trigger
    match trigger:
        case Every(phrase=EveryPeriod(unit, interval)):
            return _DAYS[unit] * interval
        case Every(phrase=MonthOfQuarter()):
            return _DAYS[PeriodUnit.MONTH]
        case After():
            return 1 + (trigger.delay + max(trigger.within or _MINUTES, trigger.look_back or 0)) // _MINUTES
        case Steps():
            return _DAYS[PeriodUnit.QUARTER] if any(step.unit == "quarter" for step in trigger.steps) else 31
        case When(state=state):
            span = (
                state.days
                if isinstance(state, NoneIn)
                else state.span.days or _DAYS[state.span.period or PeriodUnit.WEEK]
            )
            return 2 * span
        case Before() | AfterBusy() | Every():
            return 0


def public_holidays(settings: Settings, start: datetime, end: datetime) -> Mapping[date, str]:
    """The public holidays of the configured country between two instants, by day; none without a country.

    Names are in the configured language where they are known. The library is imported only for a country.
    """
    if not settings.country:
        return {}
    from holidays import country_holidays

    first, last = start.astimezone(settings.timezone).date(), end.astimezone(settings.timezone).date()
    found = country_holidays(
        settings.country,
        subdiv=settings.subdivision or None,
        years=range(first.year, last.year + 1),
        language=settings.language,
    )
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}
