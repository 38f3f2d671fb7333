"""Occurrences to requests: wall-clock rules become the minutes in which a block may stand (section 3 of the language).

Called by `engine.py`; the placer behind it knows no zones, weekdays or working hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.problem import Pieces, Pull, Request
from agendad.core.timeline import from_minutes, intersect, to_minutes, union, wall, wall_lasting, wall_range
from agendad.core.triggers import span
from agendad.model.rule import Before, Protect, TimeWindow, Yield

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from agendad.core.problem import Minutes, Stretch
    from agendad.core.triggers import Occurrence, Scope
    from agendad.model.rule import At, Placement, Prefer

LEAST_PIECE: Final = 30
"""Minutes that shrinking and splitting leave at least, where `lasts:` does not say (section 3)."""

_DAY: Final = 24 * 60
_NOON: Final = 12 * 60
_EVENING: Final = 18 * 60
_ANY_TIME: Final = (TimeWindow(0, _DAY),)
_OFFICE: Final = (TimeWindow(9 * 60, 18 * 60),)


@dataclass(frozen=True, slots=True)
class Frame:
    """The days of a cycle in the zone of a rule, with the person's working hours."""

    scope: Scope
    hours: Mapping[int, tuple[TimeWindow, ...]]
    now: Minutes
    end: Minutes

    def free_of_duty(self, day: date) -> str:
        """Why a day is not a working day (`holiday`, `away`, `not a working day`), or empty."""
        if day in self.scope.absent:
            return "away"
        if day in self.scope.holidays:
            return self.scope.holidays[day]
        return "" if self.hours.get(day.weekday()) else "not a working day"

    def working(self, day: date) -> tuple[Stretch, ...]:
        """The working hours of a day; nothing on a holiday, while away, or on a free weekday."""
        return () if self.free_of_duty(day) else self.stretches(day, self.hours[day.weekday()])

    def stretches(self, day: date, windows: tuple[TimeWindow, ...]) -> tuple[Stretch, ...]:
        """Wall-clock windows of a day as minutes, sorted and disjoint."""
        zone = self.scope.zone
        ranges = (wall_range(day, window.start, window.end, zone) for window in windows)
        return union((to_minutes(start), to_minutes(end)) for start, end in ranges)

    def usual(self, day: date) -> tuple[TimeWindow, ...]:
        """The working hours of a weekday; for a free one, the widest hours of the others."""
        if own := self.hours.get(day.weekday()):
            return own
        every = [window for windows in self.hours.values() for window in windows]
        return (TimeWindow(min(w.start for w in every), max(w.end for w in every)),) if every else _OFFICE


def requests(occurrence: Occurrence, frame: Frame) -> list[Request]:
    """The requests of one occurrence: one for each time of `at:`, else one flexible.

    A request without windows has no time left (or none at all) in which it could stand.
    """
    placement = occurrence.placement
    if not placement.at:
        return [_flexible(occurrence, occurrence.key, frame, None)]
    found = []
    for number, at in enumerate(placement.at, 1):
        key = occurrence.key if number == 1 else f"{occurrence.key}#{number}"
        if occurrence.one_day and occurrence.moment is None:
            found.append(_fixed(occurrence, key, frame, at))
        else:
            found.append(_flexible(occurrence, key, frame, at))
    return found


def at_range(at: At, placement: Placement, day: date, frame: Frame) -> Stretch:
    """The minutes of one time of `at:` on a day; its length is its own end, or the most of `lasts:`."""
    zone = frame.scope.zone
    if at.end is not None:
        start, end = wall_range(day, at.start, at.end, zone)
    else:
        start, end = wall_lasting(day, at.start, placement.lasts.most if placement.lasts else 0, zone)
    return to_minutes(start), to_minutes(end)


def yields(occurrence: Occurrence) -> Yield:
    """`yield:` as the rule says it, or the default of its verb and placement."""
    if occurrence.placement.yields is not None:
        return occurrence.placement.yields
    if isinstance(occurrence.verb, Protect):
        return Yield.KEEP
    return Yield.SHRINK if occurrence.placement.at and occurrence.one_day else Yield.MOVE


def cap_requests(occurrence: Occurrence, frame: Frame) -> list[Request]:
    """The holds of a load cap: what is left of each stretch of the day's working hours."""
    found = []
    for number, window in enumerate(intersect(frame.working(occurrence.first), ((frame.now, frame.end),)), 1):
        found.append(
            Request(
                key=occurrence.key if number == 1 else f"{occurrence.key}#{number}",
                rule=occurrence.rule.id,
                windows=(window,),
                least=min(LEAST_PIECE, window[1] - window[0]),
                most=window[1] - window[0],
                priority=occurrence.placement.priority,
                fixed=True,
                yields=Yield.SPLIT,
                may_overlap=occurrence.placement.may_overlap_blocks,
            )
        )
    return found


def _fixed(occurrence: Occurrence, key: str, frame: Frame, at: At) -> Request:
    placement = occurrence.placement
    start, end = at_range(at, placement, occurrence.first, frame)
    length = end - start
    how = yields(occurrence)
    least = length
    if how in {Yield.SHRINK, Yield.SPLIT}:
        lasts = placement.lasts
        least = min(length, lasts.least if lasts and lasts.least < lasts.most else LEAST_PIECE)
    return Request(
        key=key,
        rule=occurrence.rule.id,
        windows=((start, end),),
        least=least,
        most=length,
        priority=placement.priority,
        fixed=True,
        yields=how,
        refuge=intersect(frame.working(occurrence.first), ((frame.now, frame.end),)) if how is Yield.MOVE else (),
        gap=placement.gap,
        may_overlap=placement.may_overlap_blocks,
        before_rules=frozenset(placement.same_day_before),
        after_rules=frozenset(placement.same_day_after),
        not_with_rules=frozenset(placement.not_same_day),
    )


def _flexible(occurrence: Occurrence, key: str, frame: Frame, at: At | None) -> Request:
    placement = occurrence.placement
    windows = _windows(occurrence, frame, at)
    if at is not None:
        longest = max((end - start for start, end in windows), default=0)
        least = most = longest
    else:
        least, most = (placement.lasts.least, placement.lasts.most) if placement.lasts else (0, 0)
    split = placement.split
    windows = intersect(_in_moment(occurrence, windows, most, frame), ((frame.now, frame.end),))
    return Request(
        key=key,
        rule=occurrence.rule.id,
        windows=windows,
        least=least,
        most=most,
        priority=placement.priority,
        yields=yields(occurrence),
        pieces=Pieces(split.least, split.most, placement.at_most_per_day) if split else None,
        gap=placement.gap,
        may_overlap=placement.may_overlap_blocks,
        anchors=(
            *((occurrence.moment[0],) if occurrence.moment else ()),
            *((start for start, _ in windows) if at is not None else ()),
        ),
        pulls=tuple(_pulls(occurrence, frame, windows, most)),
        before_rules=frozenset(placement.same_day_before),
        after_rules=frozenset(placement.same_day_after),
        not_with_rules=frozenset(placement.not_same_day),
    )


def _windows(occurrence: Occurrence, frame: Frame, at: At | None) -> tuple[Stretch, ...]:
    placement = occurrence.placement
    found: list[Stretch] = []
    for day in _days(occurrence, frame):
        if at is not None:
            found.append(at_range(at, placement, day, frame))
        elif placement.between:
            found.extend(frame.stretches(day, placement.between))
        elif placement.between is not None:
            found.extend(frame.working(day))
        elif occurrence.moment is not None:
            found.extend(frame.stretches(day, _ANY_TIME))
        elif not frame.hours.get(day.weekday()):
            found.extend(frame.stretches(day, frame.usual(day)))
        else:
            found.extend(frame.working(day))
    if at is not None:
        return tuple(sorted(set(found)))
    # Stretches of whole days touch at midnight: a block after a late meeting may cross it.
    return union(found)


def _days(occurrence: Occurrence, frame: Frame) -> Iterator[date]:
    """The days that may hold the occurrence; of a period without `on:`, its working days."""
    wanted = occurrence.placement.on
    bound = occurrence.one_day or occurrence.moment is not None
    for offset in range((occurrence.end - occurrence.first).days):
        day = occurrence.first + timedelta(days=offset)
        if day in occurrence.excluded_days:
            continue
        if wanted is not None:
            if day.weekday() in wanted:
                yield day
        elif bound or not frame.free_of_duty(day):
            yield day


def _in_moment(
    occurrence: Occurrence, windows: tuple[Stretch, ...], most: Minutes, frame: Frame
) -> tuple[Stretch, ...]:
    """The windows cut to the moment: it bounds where the block starts, and a `before:` block ends by the event."""
    if occurrence.moment is None:
        return windows
    first, last = occurrence.moment
    end = last + most
    if isinstance(occurrence.rule.trigger, Before) and occurrence.event is not None:
        end = min(end, span(occurrence.event, frame.scope.zone)[0])
    return intersect(windows, ((first, end),))


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
