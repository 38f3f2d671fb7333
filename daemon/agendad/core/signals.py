"""Does a state of the calendar hold, and since which day? `when:` of section 2 of the language.

Called by `engine.py` for each `when:` rule of a cycle, and by `app/signals.py` for what `agendad signals` tells. Time
that events share counts once; events of whole days have no hours, but do count for `none:`.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from agendad.core.clock import NEVER
from agendad.core.periods import first_of, index_of, period_of
from agendad.core.timeline import from_minutes, midnights, to_minutes, union, wall
from agendad.model.rule import Hours, NoneIn, Selector, Share

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.clock import Clock
    from agendad.core.guards import Timed
    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.model.rule import TimeSpan

AHEAD: Final = 14
"""A matching event that is planned within so many days ends a `none:` state, or keeps it from beginning."""

_DAY: Final = 24 * 60

MEETINGS: Final = Selector(meeting=("any",))
"""What a share is of when the rule does not say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One state as it was measured.

    value    a share in percent (None: there is nothing to have a share of), hours in minutes, for `none:` the days
             since the last matching event that began (None: none is known)
    bound    in percent, minutes or days
    since    the first local day of the present episode, as far as the events tell; None when the state does not hold
    title    of that last matching event, for `none:`
    planned  the day on which the next matching one begins, when that is what speaks against a `none:`
    """

    holds: bool
    value: float | None
    bound: float
    since: date | None
    title: str = ""
    planned: date | None = None

    def facts(self, state: NoneIn | Share | Hours) -> Mapping[str, str]:
        """What was measured and its bound, as facts of a reason."""
        match state:
            case NoneIn():
                return {"days": f"{self.value or state.days:.0f}"}
            case Share():
                return {"share": f"{self.value or 0:.0f}", "bound": f"{self.bound:g}"}
            case Hours():
                return {"hours": f"{self.value or 0:.0f}", "limit": f"{self.bound:.0f}"}


def reading(
    state: NoneIn | Share | Hours,
    events: Sequence[Timed],
    matcher: Matcher,
    clock: Clock,
    zone: ZoneInfo,
    not_before: date,
) -> Reading:
    """Measures a state now.

    `events` are the real ones and, for selectors that name a rule, own blocks, in order of time; they should reach
    back from `not_before` over the span of the state. No episode is said to have begun before `not_before`.
    """
    today = from_minutes(clock.now, zone).date()
    clock.changes(to_minutes(wall(today + timedelta(days=1), 0, zone)))
    if isinstance(state, NoneIn):
        return _absence(state, events, matcher, clock, zone, not_before)
    measure = _Measure(state, events, matcher)
    if state.span.period is None:
        value = measure.lately(clock, zone)
    else:
        value = measure.value(_days(*period_of(today, state.span.period), zone))
    bound = float(next(each for each in (state.above, state.below, 0) if each is not None))
    if not measure.crosses(value):
        return Reading(False, value, bound, None)
    return Reading(True, value, bound, _since(measure, clock.now, zone, not_before))


# ---------------------------------------------------------------- none


def _absence(
    state: NoneIn, events: Sequence[Timed], matcher: Matcher, clock: Clock, zone: ZoneInfo, not_before: date
) -> Reading:
    """No event that ran after the same time of the day `days` days ago, and none that begins in the next 14 days."""
    now = clock.now
    back, ahead = _Sliding(-state.days, clock, zone), _Sliding(AHEAD, clock, zone)
    oldest, latest = back.edge, ahead.edge
    clock.changes(min((start for (start, _), _ in events if start > now), default=NEVER))
    ahead.reaches(min((start for (start, _), _ in events if start >= latest), default=NEVER) + 1)
    back.reaches(min((end for (_, end), _ in events if end > oldest), default=NEVER))

    def matching(found: Iterable[Timed]) -> list[Timed]:
        return [each for each in found if matcher.matches(state.selector, each[1])]

    near = matching(each for each in events if each[0][1] > oldest and each[0][0] < latest)
    begun = [each for each in near if each[0][0] <= now]
    ran = bool(begun)
    begun = begun or matching(each for each in events if each[0][1] <= oldest)
    today, day, title, value = from_minutes(now, zone).date(), None, "", None
    if begun:
        (_, end), last = max(begun, key=lambda each: each[0][1])
        day, title = from_minutes(min(end, now), zone).date(), last.fields.title
        value = float((today - day).days)
    if ran:
        return Reading(False, value, state.days, None, title)
    if near:
        return Reading(False, value, state.days, None, title, from_minutes(near[0][0][0], zone).date())
    since = max(day + timedelta(days=state.days), not_before) if day else not_before
    return Reading(True, value, state.days, since, title)


# ---------------------------------------------------------------- sums


class _Time:
    """A set of time that tells quickly how many of its minutes lie in a stretch."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self._starts = [start for start, _ in stretches]
        self._ends = [end for _, end in stretches]
        self._sums = list(accumulate((end - start for start, end in stretches), initial=0))

    def within(self, stretch: Stretch) -> Minutes:
        """The minutes of the set that lie in `stretch`."""
        return self._before(stretch[1]) - self._before(stretch[0])

    def next_change(self, minute: Minutes) -> Minutes:
        """The first later minute up to which more of the set lies than up to `minute`."""
        count = bisect_right(self._ends, minute)
        if count == len(self._ends):
            return NEVER
        return max(self._starts[count], minute) + 1

    def _before(self, minute: Minutes) -> Minutes:
        count = bisect_right(self._starts, minute)
        return self._sums[count] - max(0, self._ends[count - 1] - minute) if count else 0


class _Sliding:
    """The same time of the day, some days later or (below zero) earlier: an edge that moves on with the clock."""

    def __init__(self, days: int, clock: Clock, zone: ZoneInfo) -> None:
        self._clock = clock
        self.edge = _days_from(clock.now, days, zone)
        tomorrow = clock.now + _DAY
        self._even = _days_from(tomorrow, days, zone) - self.edge == _DAY

    def reaches(self, moment: Minutes) -> None:
        """Notes when the edge comes to a moment; on a day on which clocks are put forward or back, at any minute."""
        if moment > self.edge:
            self._clock.changes(self._clock.now + (moment - self.edge if self._even else 1))


class _Measure:
    """A share or a sum over any stretch. What lies outside of the stretches asked for is never matched."""

    def __init__(self, state: Share | Hours, events: Sequence[Timed], matcher: Matcher) -> None:
        self.state = state
        self._events = events
        self._matcher = matcher
        self._reached: Stretch = (0, 0)
        self._part = self._whole = _Time(())

    def reach(self, stretch: Stretch) -> None:
        """Makes ready for questions inside `stretch`."""
        self._reached = stretch
        near = (each for each in self._events if each[0][1] > stretch[0] and each[0][0] < stretch[1])
        inside = [each for each in near if not each[1].fields.all_day]
        self._part = self._time(self.state.selector, inside)
        if isinstance(self.state, Share):
            self._whole = self._time(self.state.of or MEETINGS, inside)

    def value(self, window: Stretch) -> float | None:
        """The share in percent, or the minutes."""
        if not self._reached[0] <= window[0] <= window[1] <= self._reached[1]:
            self.reach(window)
        part = self._part.within(window)
        if isinstance(self.state, Hours):
            return float(part)
        whole = self._whole.within(window)
        return 100 * part / whole if whole else None

    def lately(self, clock: Clock, zone: ZoneInfo) -> float | None:
        """The value of the past days, up to this minute."""
        back = _Sliding(-(self.state.span.days or 0), clock, zone)
        self.reach((back.edge, clock.now + 2 * _DAY))
        for time in (self._part, self._whole):
            back.reaches(time.next_change(back.edge))
            clock.changes(time.next_change(clock.now))
        return self.value((back.edge, clock.now))

    def crosses(self, value: float | None) -> bool:
        """Whether a value is on the far side of the bound, which itself is not."""
        above, below = self.state.above, self.state.below
        return value is not None and ((above is not None and value > above) or (below is not None and value < below))

    def _time(self, selector: Selector, events: Sequence[Timed]) -> _Time:
        return _Time(union(taken for taken, event in events if self._matcher.matches(selector, event)))


def _since(measure: _Measure, now: Minutes, zone: ZoneInfo, not_before: date) -> date:
    """Back from `now`, day by day or period by period, while the state held."""
    span = measure.state.span
    today = from_minutes(now, zone).date()
    began = today if span.period is None else period_of(today, span.period)[0]
    past = list(_past(span, began, not_before, zone))
    if past:
        measure.reach((past[-1][1][0], past[0][1][1]))
    for first, window in past:
        if not measure.crosses(measure.value(window)):
            break
        began = first
    return max(began, not_before)


def _past(span: TimeSpan, began: date, not_before: date, zone: ZoneInfo) -> Iterator[tuple[date, Stretch]]:
    """The days (at their ends) or periods before `began` that end after `not_before`, latest first: the first day of
    each and the time that is looked at there.
    """
    if span.period is None:
        count = (began - not_before).days
        borders = midnights(not_before - timedelta(days=span.days - 1), count + span.days, zone) if count > 0 else ()
        for number in reversed(range(count)):
            yield not_before + timedelta(days=number), (borders[number], borders[number + span.days])
        return
    for index in range(index_of(began, span.period) - 1, index_of(not_before, span.period) - 1, -1):
        yield first_of(index, span.period), _days(first_of(index, span.period), first_of(index + 1, span.period), zone)


def _days(first: date, end: date, zone: ZoneInfo) -> Stretch:
    return to_minutes(wall(first, 0, zone)), to_minutes(wall(end, 0, zone))


def _days_from(now: Minutes, days: int, zone: ZoneInfo) -> Minutes:
    """The same time of the day, some days later or (below zero) earlier."""
    local = from_minutes(now, zone)
    return to_minutes(wall(local.date() + timedelta(days=days), local.hour * 60 + local.minute, zone))
