"""Triggers to occurrences: what a rule wants, when it may be, and under which key, before it has a place.

Called by `engine.py` rule by rule. `every:` and `steps:` need the calendar alone; `after:` and `before:` need the
events (or the blocks of other rules); `when:` needs what was measured; `after: {busy: ...}` needs the day as it was
placed. A block whose time is past is of no use, so its occurrence is left out; a draft is still made late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Final, TypedDict, Unpack

from agendad.core import recurrence
from agendad.core.memo import Memo
from agendad.core.periods import month_length
from agendad.core.timeline import clip, from_minutes, midnights, to_minutes, wall
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import (
    After,
    AfterBusy,
    Before,
    Draft,
    Every,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    Exclusions,
    MonthOfQuarter,
    PeriodUnit,
    Steps,
    WeekOfMonth,
    When,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.clock import Clock
    from agendad.core.guards import Timed
    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.model.calendar import Event
    from agendad.model.rule import Look, Phrase, Placement, Rule, Step, Verb
    from agendad.model.settings import Person

DEFAULT_WITHIN: Final = 24 * 60
"""How long an occurrence of `after:` or `before:` may wait for a place when the rule does not say."""

WHEN_WITHIN: Final = 7 * 24 * 60
"""The same for a block that answers to a state of the calendar."""

LATEST_DRAFT: Final = 31
"""Days after which a draft that was missed is not made any more."""

RUN_GAP: Final = 10
"""Minutes of free time that end a run of busy time (section 2 of the language)."""


_NO_EXCLUSIONS: Final = Exclusions()
_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One wish of a rule.

    first, end      the days of the rule's zone it may live in, `end` excluded
    one_day         it means that day, not any day of a period
    excluded_days   days among them that `except:` takes out
    moment          for `after:` and `before:`: the stretch of minutes in which it may *start* (both ends included)
    as_late         it is drawn to the end of its moment (a `before:` without `lead:`)
    event           what set it off
    people          whom it is for or with: the one of `for_each:`, those whom `with:` chose
    begins          the first day of its period, where its person was given a later one
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
    people: tuple[Person, ...] = ()
    begins: date | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """An occurrence that was taken out before it was judged, and why: by `except:`, or for want of people."""

    rule: Rule
    key: str
    day: date
    why: Reason


@dataclass(frozen=True, slots=True)
class Scope:
    """The days of the cycle, from today to the end of the horizon (excluded), seen from one zone.

    `first_days` is the moment of the first cycle that knew a rule, by the id that its keys are made of.
    """

    clock: Clock
    today: date
    horizon: date
    zone: ZoneInfo
    holidays: Mapping[date, str]
    absent: frozenset[date]
    first_days: Mapping[str, datetime]
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    def first_day(self, rule: Rule) -> datetime:
        """The moment of the first cycle that knew the rule; this one, when it is new."""
        return self.first_days.get(identity(rule), self.clock.instant)

    def alive(self, first: date, end: date, back: int = 0) -> bool:
        """Whether a day or period is taken up now: it lies wholly inside the horizon, or has begun.

        The moving edge of the horizon would otherwise squeeze each new period's block into its first days. Yesterday
        still lives: what began in its evening may go on. `back` is how many days longer it lives.
        """
        return end >= self.today - timedelta(days=back) and (first <= self.today or end <= self.horizon)

    def taken_out(self, exclude: Exclusions, first: date, end: date) -> dict[date, str]:
        """The days from `first` to `end` (excluded) that `except:` takes out, and what does."""
        if exclude == _NO_EXCLUSIONS:
            return {}
        days = (first + timedelta(days=n) for n in range((end - first).days))
        causes = (
            (day, recurrence.excluded_by(exclude, day, holidays=self.holidays, absent=self.absent)) for day in days
        )
        return {day: cause for day, cause in causes if cause}


def identity(rule: Rule) -> str:
    """The id that keys are made of: a rule that was renamed keeps the one it began with."""
    return rule.moved_from or rule.id


# ---------------------------------------------------------------- the calendar


def calendar_occurrences(rule: Rule, scope: Scope) -> list[Occurrence | Left]:
    """The members of an `every:` rule, or the steps of a programme, that are alive in the scope, in order."""
    match rule.trigger:
        case Every() as every:
            return scope.memo.expanded(rule, lambda: [*_recurring(rule, every, scope)])
        case Steps() as steps:
            return scope.memo.expanded(rule, lambda: [*_steps(rule, steps, scope)])
    return []


def _recurring(rule: Rule, every: Every, scope: Scope) -> Iterator[Occurrence | Left]:
    back = days_back(every.phrase) if isinstance(rule.verb, Draft) else 0
    members = recurrence.occurrences(
        every,
        scope.today - timedelta(days=1 + back),
        scope.horizon,
        holidays=scope.holidays,
        absent=scope.absent,
        first_day=scope.first_day(rule).astimezone(scope.zone).date(),
    )
    why = Reason(ReasonCode.EVERY, {"phrase": recurrence.describe(every.phrase)})
    one_day = not isinstance(every.phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter)
    for member in members:
        key = f"{identity(rule)}/{member.suffix}"
        if not scope.alive(member.first, member.end, back):
            continue
        if member.excluded_by:
            yield _excluded(rule, key, member.first, member.excluded_by)
            continue
        days = (member.first, member.end)
        yield _occurrence(rule, key, days, why, one_day=one_day, excluded_days=member.excluded_days)


def days_back(phrase: Phrase) -> int:
    """How many days a draft of such a phrase may be missed and still be made: until the next one supersedes it."""
    match phrase:
        case EveryWeekday(interval=interval):
            return 7 * (interval + 1)
        case EveryNDays(interval):
            return 7 + interval
        case EveryPeriod(PeriodUnit.WEEK, interval):
            return 7 * interval
    return LATEST_DRAFT


def _steps(rule: Rule, steps: Steps, scope: Scope) -> Iterator[Occurrence | Left]:
    for step in steps.steps:
        first, end = step_days(steps.starting, step)
        if not scope.alive(first, end, LATEST_DRAFT if isinstance(step.verb, Draft) else 0):
            continue
        key = f"{identity(rule)}/step-{step.number}"
        out = scope.taken_out(steps.exclude, first, end)
        if len(out) == (end - first).days:
            yield _excluded(rule, key, first, ", ".join(dict.fromkeys(out.values())))
            continue
        facts = {"on": f"{step.unit} {step.ordinal}", "starting": steps.starting.isoformat()}
        yield Occurrence(
            rule,
            key,
            first,
            end,
            Reason(ReasonCode.STEP, facts),
            step.verb,
            step.placement,
            step.look,
            one_day=step.unit == "day",
            excluded_days=frozenset(out),
        )


def step_days(starting: date, step: Step) -> tuple[date, date]:
    """The days of a step, end excluded: stretches of days, weeks, months or quarters counted from `starting`."""
    before = step.ordinal - 1
    match step.unit:
        case "day":
            first = starting + timedelta(days=before)
            return first, first + timedelta(days=1)
        case "week":
            first = starting + timedelta(weeks=before)
            return first, first + timedelta(weeks=1)
        case "month":
            return add_months(starting, before), add_months(starting, before + 1)
        case "quarter":
            return add_months(starting, 3 * before), add_months(starting, 3 * before + 3)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, month_length(year, month + 1)))


# ---------------------------------------------------------------- events


def event_occurrences(
    rule: Rule, selected: Iterable[Timed], others: Iterable[Timed], matcher: Matcher, scope: Scope
) -> list[Occurrence | Left]:
    """One occurrence for each event that an `after:` or `before:` rule selects and whose moment is not over (for a
    draft, not long over).

    Events come with the minutes that they take; of the `others` the matcher tells which are selected, too. Those that
    ended before the rule's first day, less `within:` (or `look_back:`), never set it off. One that stands in two
    calendars counts once. `except:` takes out what an event on such a day sets off; a later day of the moment is only
    closed to the block.
    """
    trigger = rule.trigger
    if not isinstance(trigger, After | Before):
        return []
    longer = _longer(rule)
    horizon = to_minutes(wall(scope.horizon, 0, scope.zone))
    oldest = to_minutes(scope.first_day(rule)) - _look_back(trigger) if isinstance(trigger, After) else None
    found: dict[str, Occurrence | Left] = {}
    for known, (taken, event) in chain(((True, each) for each in selected), ((False, each) for each in others)):
        first, last = moment = _moment(trigger, taken)
        if first >= horizon or last + longer < scope.clock.now or (oldest is not None and taken[1] < oldest):
            continue
        if known or matcher.matches(trigger.selector, event):
            scope.clock.changes(last + longer + 1)
            key = f"{identity(rule)}/{event_suffix(event)}"
            if key not in found:
                make = partial(_set_off, rule, key, event, moment, scope)
                found[key] = scope.memo.set_off(rule, event, make)
    return list(found.values())


def lives(rule: Rule) -> Minutes:
    """How long after its end an event may still set off an `after:` or `before:` rule, at most."""
    trigger = rule.trigger
    within = _moment(trigger, (0, 0))[1] if isinstance(trigger, After) else 0
    return within + _longer(rule)


def _longer(rule: Rule) -> Minutes:
    """How long an occurrence is looked at when its moment is over: a draft may come late."""
    return LATEST_DRAFT * _DAY if isinstance(rule.verb, Draft) else 0


def _look_back(trigger: After) -> Minutes:
    if trigger.look_back is not None:
        return trigger.look_back
    return DEFAULT_WITHIN if trigger.within is None else trigger.within


def _moment(trigger: After | Before, taken: Stretch) -> Stretch:
    """From the first to the last minute at which the block may begin."""
    within = DEFAULT_WITHIN if trigger.within is None else trigger.within
    if isinstance(trigger, After):
        begin = taken[1] + trigger.delay
        return begin, begin + within
    start = taken[0]
    if trigger.lead is None:
        return start - within, start
    begin = start - trigger.lead
    return begin, start if trigger.within is None else min(start, begin + within)


def _set_off(rule: Rule, key: str, event: Event, moment: Stretch, scope: Scope) -> Occurrence | Left:
    trigger = rule.trigger
    after = isinstance(trigger, After)
    first, last = (from_minutes(minute, scope.zone).date() for minute in moment)
    end = last + timedelta(days=1)
    out = scope.taken_out(trigger.exclude, first, end)
    if (after and first in out) or len(out) == (end - first).days:
        return _excluded(rule, key, first, ", ".join(dict.fromkeys(out.values())))
    code = ReasonCode.AFTER_EVENT if after else ReasonCode.BEFORE_EVENT
    begins = event.fields.start
    day = begins.astimezone(scope.zone).date() if isinstance(begins, datetime) else begins
    why = Reason(code, {"event": event.fields.title, "day": day.isoformat()})
    return _occurrence(
        rule,
        key,
        (first, end),
        why,
        excluded_days=frozenset(out),
        moment=moment,
        as_late=isinstance(trigger, Before) and trigger.lead is None,
        event=event,
    )


def event_suffix(event: Event) -> str:
    """The part of a key that names an event: its UID, with the original start for a member of a series."""
    if event.recurrence_id is None:
        return event.uid
    original = event.recurrence_id
    if isinstance(original, datetime):
        return f"{event.uid}@{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{event.uid}@{original:%Y%m%d}"


# ---------------------------------------------------------------- states


def state_occurrences(rule: Rule, began: date, facts: Mapping[str, str], scope: Scope) -> list[Occurrence | Left]:
    """The occurrence of a `when:` rule whose state holds since `began`; `facts` tell what was measured.

    One an episode; with `again:` another each time that so many days have passed, as `#2` and so on. Its moment
    begins with the day on which it fired, or with the rule's first day.
    """
    trigger = rule.trigger
    if not isinstance(trigger, When):
        return []
    count = (scope.today - began).days // trigger.again if trigger.again else 0
    fired = began + timedelta(days=count * (trigger.again or 0))
    key = f"{identity(rule)}/{began.isoformat()}" + (f"#{count + 1}" if count else "")
    start = max(to_minutes(wall(fired, 0, scope.zone)), to_minutes(scope.first_day(rule)))
    within = WHEN_WITHIN if trigger.within is None else trigger.within
    last = from_minutes(start + within, scope.zone).date()
    out = scope.taken_out(trigger.exclude, fired, last + timedelta(days=1))
    if scope.today in out:
        return [_excluded(rule, key, scope.today, out[scope.today])]
    return [
        _occurrence(
            rule,
            key,
            (fired, last + timedelta(days=1)),
            Reason(ReasonCode.WHEN_STATE, {**facts, "since": began.isoformat()}),
            excluded_days=frozenset(out),
            moment=(start, start + within),
        )
    ]


# ---------------------------------------------------------------- busy time


def busy_occurrences(rule: Rule, taken: Sequence[Stretch], scope: Scope) -> list[Occurrence | Left]:
    """The occurrences of `after: {busy: ...}` on the days of the scope; `taken` is its busy time, a set in order."""
    trigger = rule.trigger
    if not isinstance(trigger, AfterBusy):
        return []
    why = Reason(ReasonCode.AFTER_BUSY, {"busy": str(trigger.busy)})
    scope.memo.hold(rule)
    found: list[Occurrence | Left] = []
    borders = midnights(scope.today, (scope.horizon - scope.today).days, scope.zone)
    for number, day_of in enumerate(pairwise(borders)):
        day = scope.today + timedelta(days=number)
        instants = busy_instants(clip(taken, day_of), trigger.busy)
        if instants and (out := scope.taken_out(trigger.exclude, day, day + timedelta(days=1))):
            found.append(_excluded(rule, f"{identity(rule)}/{day.isoformat()}", day, out[day]))
            continue
        for count, instant in enumerate(instants, 1):
            begin = instant + trigger.delay
            if scope.clock.past(begin + trigger.within):
                continue
            key = f"{identity(rule)}/{day.isoformat()}" + (f"#{count}" if count > 1 else "")
            days, moment = (day, day + timedelta(days=1)), (begin, begin + trigger.within)
            make = partial(_occurrence, rule, key, days, why, moment=moment)
            found.append(scope.memo.once(rule, (key, begin), make))
    return found


def busy_instants(taken: Sequence[Stretch], threshold: Minutes) -> list[Minutes]:
    """When busy time has gathered `threshold` minutes without a gap of 10; the count begins anew from there."""
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


class _More(TypedDict, total=False):
    """The fields of an occurrence that only some triggers fill."""

    one_day: bool
    excluded_days: frozenset[date]
    moment: Stretch
    as_late: bool
    event: Event


def _excluded(rule: Rule, key: str, day: date, by: str) -> Left:
    return Left(rule, key, day, Reason(ReasonCode.EXCLUDED, {"by": by}))


def _occurrence(rule: Rule, key: str, days: tuple[date, date], why: Reason, **more: Unpack[_More]) -> Occurrence:
    return Occurrence(rule, key, *days, why, rule.verb, rule.placement, rule.look, **more)
