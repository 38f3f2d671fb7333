"""How far back a cycle looks, and how far beyond the horizon. Most rules ask little of what is past; one of once a
year asks for its own block alone.

`app/observe.py` reads no less than this, and `app/cycle.py` hands no more of it to the engine: whoever has a rule of
once a year should not pay for it in every cycle.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.company import CONTACT_DAYS
from agendad.core.followups import may_draft
from agendad.core.levels import needs, placements
from agendad.core.situation import horizon_days
from agendad.core.timeline import wall
from agendad.core.triggers import LATEST_DRAFT, WHEN_WITHIN
from agendad.model.reach import Reach
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
    from collections.abc import Iterable
    from datetime import datetime

    from agendad.core.problem import Minutes
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


def reach(settings: Settings, rules: Iterable[Rule], now: datetime) -> Reach:
    """How far back a cycle at `now` looks for these rules."""
    real = _LEAST_BACK
    longer: dict[str, int] = {}
    for rule in rules:
        days = days_back(rule)
        if not _asks_for_its_own_blocks(rule):
            real = max(real, days)
        for name in {rule.id, rule.moved_from, *needs(rule)} - {""}:
            longer[name] = max(longer.get(name, _LEAST_BACK), days)
    today, _ = horizon_days(settings, now)

    def before(days: int) -> datetime:
        return wall(today - timedelta(days=days), 0, settings.timezone)

    return Reach(before(real), before(_LEAST_BACK), {name: before(days) for name, days in longer.items()})


def days_back(rule: Rule) -> int:
    """Over how many days a rule looks back: its longest period and look-back, and whom one was in touch with before."""
    drafts = LATEST_DRAFT + 1 if may_draft(rule) else 0
    people = CONTACT_DAYS + 1 if rule.for_each is not None or rule.company is not None else 0
    return max(_trigger_days_back(rule) + people, drafts)


def days_ahead(rule: Rule) -> int:
    """How many days beyond the horizon an event may be whose `before:` rule has to do with a day within it."""
    trigger = rule.trigger
    return 1 + _ahead(trigger) // _MINUTES if isinstance(trigger, Before) else 0


def _ahead(trigger: Before) -> Minutes:
    """How long before its event a rule may begin, at most."""
    return max(trigger.lead or 0, trigger.within or _MINUTES)


def _asks_for_its_own_blocks(rule: Rule) -> bool:
    """Whether a rule looks at nothing of the past but what it wrote itself."""
    alone = all(placement.satisfied_by is None for placement in placements(rule))
    return isinstance(rule.trigger, Every | Steps) and alone and rule.for_each is None and rule.company is None


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
        case Before():
            return 1 + _ahead(trigger) // _MINUTES
        case When(state=state):
            span = (
                state.days
                if isinstance(state, NoneIn)
                else state.span.days or _DAYS[state.span.period or PeriodUnit.WEEK]
            )
            return max(2 * span, 1 + (trigger.within or WHEN_WITHIN) // _MINUTES)
        case AfterBusy() | Every():
            return 0
