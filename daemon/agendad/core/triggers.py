"""Triggers to occurrences: what a rule wants, when it may be, and under which key, before it has a place.

Called by `engine.py` rule by rule. `every:` and `steps:` need the calendar alone; `after:` and `before:` need the
events (or the blocks of other rules); `after: {busy: ...}` needs the day as it was placed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.core import recurrence
from agendad.core.timeline import from_minutes, to_minutes, wall
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import After, AfterBusy, Before, Every, EveryPeriod, MonthOfQuarter, Steps, WeekOfMonth

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.model.calendar import Event
    from agendad.model.rule import Look, Placement, Rule, Step, Verb

DEFAULT_WITHIN: Final = 24 * 60
"""How long an occurrence of `after:` or `before:` may wait for a place when the rule does not say."""

RUN_GAP: Final = 10
"""Minutes of free time that end a run of busy time (section 2 of the language)."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One wish of a rule.

    first, end      the days of the rule's zone it may live in, `end` excluded
    one_day         it means that day, not any day of a period
    excluded_days   days among them that `except:` takes out
    moment          for `after:` and `before:`: the stretch of minutes in which it may *start* (both ends included)
    as_late         it is drawn to the end of its moment (a `before:` without `lead:`)
    event           what set it off
    """

    rule: Rule
    key: str
    first: date
    end: date
    why: Reason
    verb: Verb
    placement: Placement
    look: Look
    one_day: bool = False
    excluded_days: frozenset[date] = frozenset()
    moment: Stretch | None = None
    as_late: bool = False
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An occurrence that `except:` took out, for explanations."""

    rule: Rule
    key: str
    day: date
    why: Reason


@dataclass(frozen=True, slots=True)
class Scope:
    """The days of the cycle in one zone: from the day of `now` to the end of the horizon (excluded)."""

    now: datetime
    today: date
    horizon: date
    zone: ZoneInfo
    holidays: Mapping[date, str]
    absent: frozenset[date]
    first_days: Mapping[str, datetime]

    def first_day(self, rule: Rule) -> datetime:
        """The moment of the first cycle that knew the rule; this one, when it is new."""
        return self.first_days.get(identity(rule), self.now)


def identity(rule: Rule) -> str:
    """The id that keys are made of: a rule that was renamed keeps the one it began with."""
    return rule.moved_from or rule.id


def calendar_occurrences(rule: Rule, scope: Scope) -> tuple[list[Occurrence], list[Left]]:
    """The occurrences of an `every:` or `steps:` rule that are alive in the scope, and those that `except:` took out.

    A period is taken up when it lies wholly inside the horizon, or has begun: the moving edge of the horizon would
    otherwise squeeze each new period's block into its first days.
    """
    match rule.trigger:
        case Every():
            return _recurring(rule, rule.trigger, scope)
        case Steps():
            return list(_steps(rule, rule.trigger, scope)), []
    return [], []


def _recurring(rule: Rule, every: Every, scope: Scope) -> tuple[list[Occurrence], list[Left]]:
    members = recurrence.occurrences(
        every,
        scope.today - timedelta(days=1),
        scope.horizon,
        holidays=scope.holidays,
        absent=scope.absent,
        first_day=scope.first_day(rule).astimezone(scope.zone).date(),
    )
    phrase = recurrence.describe(every.phrase)
    found: list[Occurrence] = []
    left: list[Left] = []
    for member in members:
        if member.end > scope.horizon and member.first > scope.today:
            continue
        key = f"{identity(rule)}/{member.suffix}"
        if member.excluded_by:
            left.append(Left(rule, key, member.first, Reason(ReasonCode.EXCLUDED, {"by": member.excluded_by})))
            continue
        found.append(
            Occurrence(
                rule,
                key,
                member.first,
                member.end,
                Reason(ReasonCode.EVERY, {"phrase": phrase}),
                rule.verb,
                rule.placement,
                rule.look,
                one_day=not isinstance(every.phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter),
                excluded_days=member.excluded_days,
            )
        )
    return found, left


def _steps(rule: Rule, steps: Steps, scope: Scope) -> Iterator[Occurrence]:
    for step in steps.steps:
        first, end = step_days(steps.starting, step)
        if end <= scope.today or (first >= scope.horizon):
            continue
        if end > scope.horizon and first > scope.today:
            continue
        excluded = frozenset(
            day
            for day in (first + timedelta(days=n) for n in range((end - first).days))
            if recurrence.excluded_by(steps.exclude, day, holidays=scope.holidays, absent=scope.absent)
        )
        yield Occurrence(
            rule,
            f"{identity(rule)}/step-{step.number}",
            first,
            end,
            Reason(ReasonCode.STEP, {"on": f"{step.unit} {step.ordinal}", "starting": steps.starting.isoformat()}),
            step.verb,
            step.placement,
            step.look,
            one_day=step.unit == "day",
            excluded_days=excluded,
        )


def step_days(starting: date, step: Step) -> tuple[date, date]:
    """The days of a step, end excluded: stretches of days, weeks, months or quarters counted from `starting`."""
    match step.unit:
        case "day":
            first = starting + timedelta(days=step.ordinal - 1)
            return first, first + timedelta(days=1)
        case "week":
            first = starting + timedelta(weeks=step.ordinal - 1)
            return first, first + timedelta(weeks=1)
        case "month":
            return add_months(starting, step.ordinal - 1), add_months(starting, step.ordinal)
        case "quarter":
            return add_months(starting, 3 * (step.ordinal - 1)), add_months(starting, 3 * step.ordinal)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def event_occurrences(rule: Rule, events: Iterable[Event], matcher: Matcher, scope: Scope) -> list[Occurrence]:
    """One occurrence for each event that an `after:` or `before:` rule selects and whose moment is not over.

    Events that ended before the rule's first day, less `within:` (or `look_back:`), never set it off.
    """
    trigger = rule.trigger
    if not isinstance(trigger, After | Before):
        return []
    now = to_minutes(scope.now, up=True)
    horizon = to_minutes(wall(scope.horizon, 0, scope.zone))
    known_since = to_minutes(scope.first_day(rule))
    found = []
    for event in events:
        start, end = span(event, scope.zone)
        if isinstance(trigger, After):
            back = trigger.look_back if trigger.look_back is not None else (trigger.within or DEFAULT_WITHIN)
            if end < known_since - back:
                continue
            begin = end + trigger.delay
            moment = (begin, begin + (DEFAULT_WITHIN if trigger.within is None else trigger.within))
        else:
            moment = _before(trigger, start)
        if moment[1] < now or moment[0] >= horizon or not matcher.matches(trigger.selector, event):
            continue
        day = from_minutes(moment[0], scope.zone).date()
        if recurrence.excluded_by(trigger.exclude, day, holidays=scope.holidays, absent=scope.absent):
            continue
        code = ReasonCode.AFTER_EVENT if isinstance(trigger, After) else ReasonCode.BEFORE_EVENT
        found.append(
            Occurrence(
                rule,
                f"{identity(rule)}/{event_suffix(event)}",
                day,
                from_minutes(moment[1], scope.zone).date() + timedelta(days=1),
                Reason(code, {"title": event.fields.title, "day": day.isoformat()}),
                rule.verb,
                rule.placement,
                rule.look,
                moment=moment,
                as_late=isinstance(trigger, Before) and trigger.lead is None,
                event=event,
            )
        )
    return found


def _before(trigger: Before, start: Minutes) -> Stretch:
    if trigger.lead is None:
        return start - (trigger.within or DEFAULT_WITHIN), start
    first = start - trigger.lead
    return first, start if trigger.within is None else min(start, first + trigger.within)


def event_suffix(event: Event) -> str:
    """The part of a key that names an event: its UID, with the original start for a member of a series."""
    if event.recurrence_id is None:
        return event.uid
    original = event.recurrence_id
    if isinstance(original, datetime):
        return f"{event.uid}@{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{event.uid}@{original:%Y%m%d}"


def span(event: Event, zone: ZoneInfo) -> Stretch:
    """An event's stretch of minutes, rounded outwards; whole days begin at midnight in `zone`."""
    start, end = event.fields.start, event.fields.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        return to_minutes(start), to_minutes(end, up=True)
    return to_minutes(wall(start, 0, zone)), to_minutes(wall(end, 0, zone))


def busy_occurrences(rule: Rule, taken: Sequence[Stretch], days: Iterable[date], scope: Scope) -> list[Occurrence]:
    """The occurrences of `after: {busy: ...}` over `days`; `taken` is sorted, disjoint busy time of the whole scope."""
    trigger = rule.trigger
    if not isinstance(trigger, AfterBusy):
        return []
    now = to_minutes(scope.now, up=True)
    found = []
    for day in days:
        if recurrence.excluded_by(trigger.exclude, day, holidays=scope.holidays, absent=scope.absent):
            continue
        midnight = to_minutes(wall(day, 0, scope.zone))
        following = to_minutes(wall(day + timedelta(days=1), 0, scope.zone))
        today = [(max(s, midnight), min(e, following)) for s, e in taken if s < following and e > midnight]
        for number, instant in enumerate(busy_instants(today, trigger.busy), 1):
            begin = instant + trigger.delay
            if begin + trigger.within < now:
                continue
            found.append(
                Occurrence(
                    rule,
                    f"{identity(rule)}/{day.isoformat()}" + (f"#{number}" if number > 1 else ""),
                    day,
                    day + timedelta(days=1),
                    Reason(ReasonCode.AFTER_BUSY, {"busy": str(trigger.busy)}),
                    rule.verb,
                    rule.placement,
                    rule.look,
                    moment=(begin, begin + trigger.within),
                )
            )
    return found


def busy_instants(taken: Sequence[Stretch], threshold: Minutes) -> list[Minutes]:
    """When sorted busy time has gathered `threshold` minutes without a gap of 10; the count begins anew from there."""
    instants = []
    gathered = 0
    before: Minutes | None = None
    for start, end in taken:
        if before is not None and start - before >= RUN_GAP:
            gathered = 0
        at = start
        while gathered + end - at >= threshold:
            at += threshold - gathered
            instants.append(at)
            gathered = 0
        gathered += end - at
        before = end
    return instants
