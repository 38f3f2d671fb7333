"""Occurrences to requests: wall-clock rules become the minutes in which a block may stand (section 3 of the language).

Called by `engine.py`; the placer behind it knows no zones, weekdays or working hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final, TypedDict

from agendad.core.problem import Pieces, Pull, Request
from agendad.core.timeline import clip, from_minutes, intersect, span, to_minutes, union, wall, wall_lasting, wall_range
from agendad.model.rule import AfterBusy, Before, Lasts, Protect, TimeWindow, Yield

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.problem import Minutes, Stretch
    from agendad.core.triggers import Occurrence, Scope
    from agendad.model.rule import At, Placement, Prefer

LEAST_PIECE: Final = 30
"""Minutes that shrinking and splitting leave at least, where `lasts:` does not say (section 3)."""

_DAY: Final = 24 * 60
_NOON: Final = 12 * 60
_EVENING: Final = 18 * 60
_ANY_TIME: Final = (TimeWindow(0, _DAY),)


@dataclass(frozen=True)
class Frame:
    """The days of a cycle in the zone of a rule, with the person's working hours; now and `end` bound it."""

    scope: Scope
    hours: Mapping[int, tuple[TimeWindow, ...]]
    end: Minutes
    _known: dict[tuple[date, tuple[TimeWindow, ...]], tuple[Stretch, ...]] = field(default_factory=dict, repr=False)

    def off_duty(self, day: date) -> bool:
        """Whether a day is not a working day: a free weekday, a holiday, or an absence."""
        return day in self.scope.absent or day in self.scope.holidays or not self.hours.get(day.weekday())

    def working(self, day: date) -> tuple[Stretch, ...]:
        """The working hours of a day; nothing when it is not a working day."""
        return () if self.off_duty(day) else self.stretches(day, self.hours[day.weekday()])

    def usual(self, day: date) -> tuple[Stretch, ...]:
        """The working hours of its weekday, whatever the day is; of a free weekday, the widest hours of the others."""
        windows = self.hours.get(day.weekday()) or self._widest
        return self.stretches(day, windows)

    def stretches(self, day: date, windows: tuple[TimeWindow, ...]) -> tuple[Stretch, ...]:
        """Wall-clock windows of a day as minutes, in order."""
        known = (day, windows)
        if known not in self._known:
            zone = self.scope.zone
            ranges = (wall_range(day, window.start, window.end, zone) for window in windows)
            self._known[known] = union((to_minutes(start), to_minutes(end)) for start, end in ranges)
        return self._known[known]

    def ahead(self, stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
        """What lies between now and the end of the horizon."""
        return self.scope.clock.ahead(stretches, self.end)

    @cached_property
    def _widest(self) -> tuple[TimeWindow, ...]:
        every = [window for windows in self.hours.values() for window in windows]
        return (TimeWindow(min(each.start for each in every), max(each.end for each in every)),)


# ---------------------------------------------------------------- requests


def requests(occurrence: Occurrence, frame: Frame) -> Sequence[Request]:
    """The requests of one occurrence: one for each time of `at:`, else one flexible.

    A time of a day is fixed; in a period or a moment it is one of several places. A request without windows has no
    time left (or none at all) in which it could stand.
    """
    scope = frame.scope
    return scope.memo.timely(occurrence, "requests", None, scope.clock, lambda: _requests(occurrence, frame))


def _requests(occurrence: Occurrence, frame: Frame) -> list[Request]:
    times = occurrence.placement.at
    if not times:
        return [_flexible(occurrence, occurrence.key, frame)]
    fixed = occurrence.one_day and occurrence.moment is None
    make = _fixed if fixed else _at_times
    return [make(occurrence, numbered(occurrence.key, count), frame, at) for count, at in enumerate(times, 1)]


def is_one(occurrence: Occurrence) -> bool:
    """Whether the occurrence is one block in one piece, under its own key, that stays as it is where it stands."""
    placement = occurrence.placement
    if placement.at:
        fixed = occurrence.one_day and occurrence.moment is None
        return len(placement.at) == 1 and fixed and yields(occurrence) is not Yield.SPLIT
    split = placement.split is not None and _may_be_cut(occurrence)
    return not split and yields(occurrence) not in {Yield.SPLIT, Yield.SHRINK}


def cap_requests(occurrence: Occurrence, frame: Frame) -> list[Request]:
    """The holds of a load cap: what is left of each stretch of the day's working hours."""
    return [
        Request(
            key=numbered(occurrence.key, count),
            windows=((start, end),),
            least=min(LEAST_PIECE, end - start),
            most=end - start,
            fixed=True,
            yields=Yield.SPLIT,
            **_common(occurrence),
        )
        for count, (start, end) in enumerate(frame.ahead(frame.working(occurrence.first)), 1)
    ]


def numbered(key: str, count: int) -> str:
    """The key of the `count`-th of several blocks of one occurrence: the first has the plain key, then `#2`."""
    return key if count == 1 else f"{key}#{count}"


def yields(occurrence: Occurrence) -> Yield:
    """`yield:` as the rule says it, or the default of its verb and placement.

    Where `#2` is another block already, a block in pieces has no keys for them: it shrinks.
    """
    said = occurrence.placement.yields
    if said is Yield.SPLIT and not _may_be_cut(occurrence):
        return Yield.SHRINK
    if said is not None:
        return said
    if isinstance(occurrence.verb, Protect):
        return Yield.KEEP
    return Yield.SHRINK if occurrence.placement.at and occurrence.one_day else Yield.MOVE


def _may_be_cut(occurrence: Occurrence) -> bool:
    fixed = occurrence.one_day and occurrence.moment is None
    return (fixed or len(occurrence.placement.at) < 2) and not isinstance(occurrence.rule.trigger, AfterBusy)


def at_range(at: At, placement: Placement, day: date, zone: ZoneInfo) -> Stretch:
    """The minutes of one time of `at:` on a day; its length is its own end, or the most of `lasts:`."""
    if at.end is not None:
        start, end = wall_range(day, at.start, at.end, zone)
    else:
        start, end = wall_lasting(day, at.start, placement.lasts.most if placement.lasts else 0, zone)
    return to_minutes(start), to_minutes(end)


class _Common(TypedDict):
    """What all requests of an occurrence have in common."""

    rule: str
    priority: int
    gap: Minutes
    may_overlap: bool
    before_rules: frozenset[str]
    after_rules: frozenset[str]
    not_with_rules: frozenset[str]


def _common(occurrence: Occurrence) -> _Common:
    placement = occurrence.placement
    return {
        "rule": occurrence.rule.id,
        "priority": placement.priority,
        "gap": placement.gap,
        "may_overlap": placement.may_overlap_blocks,
        "before_rules": frozenset(placement.same_day_before),
        "after_rules": frozenset(placement.same_day_after),
        "not_with_rules": frozenset(placement.not_same_day),
    }


def _fixed(occurrence: Occurrence, key: str, frame: Frame, at: At) -> Request:
    start, end = at_range(at, occurrence.placement, occurrence.first, frame.scope.zone)
    how = yields(occurrence)
    return Request(
        key=key,
        windows=((start, end),),
        least=_least(occurrence, end - start),
        most=end - start,
        fixed=True,
        yields=how,
        refuge=frame.ahead(frame.working(occurrence.first)) if how is Yield.MOVE else (),
        **_common(occurrence),
    )


def _at_times(occurrence: Occurrence, key: str, frame: Frame, at: At) -> Request:
    """One time of the clock on any of several days."""
    zone = frame.scope.zone
    times = sorted({at_range(at, occurrence.placement, day, zone) for day in _days(occurrence, frame)})
    windows = frame.ahead(_in_moment(occurrence, times, frame))
    most = max((end - start for start, end in times), default=0)
    return Request(
        key=key,
        windows=windows,
        least=_least(occurrence, most),
        most=most,
        yields=yields(occurrence),
        anchors=(*_moment_anchor(occurrence), *(start for start, _ in windows)),
        pulls=tuple(_pulls(occurrence, frame, windows, most)),
        **_common(occurrence),
    )


def _flexible(occurrence: Occurrence, key: str, frame: Frame) -> Request:
    lasts = occurrence.placement.lasts or Lasts()
    split = occurrence.placement.split if _may_be_cut(occurrence) else None
    windows = frame.ahead(frame.scope.memo.once(occurrence, "times", partial(_times, occurrence, frame)))
    return Request(
        key=key,
        windows=windows,
        least=lasts.least if split else _least(occurrence, lasts.most),
        most=lasts.most,
        yields=yields(occurrence),
        pieces=Pieces(split.least, split.most, occurrence.placement.at_most_per_day) if split else None,
        anchors=_moment_anchor(occurrence),
        pulls=tuple(_pulls(occurrence, frame, windows, lasts.most)),
        **_common(occurrence),
    )


def _times(occurrence: Occurrence, frame: Frame) -> Sequence[Stretch]:
    """All time in which a flexible block may stand, whatever time it is now."""
    # Stretches of whole days touch at midnight: a block after a late meeting may cross it.
    times = union(each for day in _days(occurrence, frame) for each in _open(occurrence, frame, day))
    return _in_moment(occurrence, times, frame)


def _least(occurrence: Occurrence, most: Minutes) -> Minutes:
    """How short the block may get: all of it, unless it may shrink or be split."""
    lasts = occurrence.placement.lasts
    if lasts is not None and lasts.least < lasts.most:
        return min(most, lasts.least)
    return min(most, LEAST_PIECE) if yields(occurrence) in {Yield.SHRINK, Yield.SPLIT} else most


# ---------------------------------------------------------------- windows


def _days(occurrence: Occurrence, frame: Frame) -> Iterator[date]:
    """The days that may hold the occurrence; of a period without `on:`, its working days."""
    wanted = occurrence.placement.on
    bound = occurrence.one_day or occurrence.moment is not None
    for offset in range((occurrence.end - occurrence.first).days):
        day = occurrence.first + timedelta(days=offset)
        if day in occurrence.excluded_days:
            continue
        if day.weekday() in wanted if wanted is not None else bound or not frame.off_duty(day):
            yield day


def _open(occurrence: Occurrence, frame: Frame, day: date) -> tuple[Stretch, ...]:
    """The time of a day in which a flexible block may stand.

    Without `between:` that is any time in a moment, and else the working hours. A day that the rule names itself (by
    `every:`, or a free weekday by `on:`) has them even when nobody works then.
    """
    between = occurrence.placement.between
    if between is not None:
        return frame.stretches(day, between) if between else frame.working(day)
    if occurrence.moment is not None:
        return frame.stretches(day, _ANY_TIME)
    named = occurrence.one_day or not frame.hours.get(day.weekday())
    return frame.usual(day) if named else frame.working(day)


def _in_moment(occurrence: Occurrence, times: Sequence[Stretch], frame: Frame) -> Sequence[Stretch]:
    """The times cut to the moment: it bounds where the block starts, and a `before:` block ends by the event."""
    if occurrence.moment is None:
        return times
    first, last = occurrence.moment
    lasts = occurrence.placement.lasts
    end = last + (lasts.most if lasts else max((e - s for s, e in times), default=0))
    if isinstance(occurrence.rule.trigger, Before) and occurrence.event is not None:
        event = occurrence.event.fields
        end = min(end, span(event.start, event.end, frame.scope.zone)[0])
    return clip(times, (first, end))


def _moment_anchor(occurrence: Occurrence) -> tuple[Minutes, ...]:
    return occurrence.moment[:1] if occurrence.moment else ()


# ---------------------------------------------------------------- preferences


def _pulls(occurrence: Occurrence, frame: Frame, windows: tuple[Stretch, ...], most: Minutes) -> Iterator[Pull]:
    if not windows:
        return
    latest = max(windows[-1][1] - most, windows[0][0])
    if occurrence.as_late:
        yield Pull(((latest, latest + 1),))
    for prefer in occurrence.placement.prefer:
        if prefer.part == "latest":
            yield Pull(((latest, latest + 1),))
        elif prefer.part == "earliest":
            yield Pull(((windows[0][0], windows[0][0] + 1),))
        elif starts := _preferred(prefer, frame, windows):
            yield Pull(starts)


def _preferred(prefer: Prefer, frame: Frame, windows: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    zone = frame.scope.zone
    first = from_minutes(windows[0][0], zone).date()
    last = from_minutes(windows[-1][1] - 1, zone).date()
    found: list[Stretch] = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if prefer.weekdays is not None and day.weekday() not in prefer.weekdays:
            continue
        if prefer.at is not None:
            at = to_minutes(wall(day, prefer.at, zone))
            found.append((at, at + 1))
            continue
        begin, end = {"morning": (0, _NOON), "afternoon": (_NOON, _EVENING)}.get(prefer.part or "", (0, _DAY))
        found.append((to_minutes(wall(day, begin, zone)), to_minutes(wall(day, end, zone))))
    return union(intersect(found, windows)) if prefer.at is None else tuple(found)
