"""Time on the wall and time on the line: daylight saving policy, and the algebra of half-open intervals.

The line is integer minutes since 1970-01-01T00:00Z. A set of time is a tuple of stretches `(start, end)`, end excluded,
sorted, not empty, neither overlapping nor touching; every function here gives such a set.

Section 3 of the rule language decides what a wall-clock time means: one that the spring change skips moves forward by
the length of the gap, one that occurs twice is the first. RFC 5545 section 3.3.5 reads skipped and doubled local times
in the same way. Every core module that knows days or zones calls this one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.problem import Minutes, Stretch
    from agendad.model.calendar import Moment

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)

# ---------------------------------------------------------------- the line and the wall


def to_minutes(moment: datetime, *, up: bool = False) -> Minutes:
    """The minute of an aware datetime, rounded down, or with `up` (for ends) up."""
    since = moment - _EPOCH
    return -(-since // _MINUTE) if up else since // _MINUTE


def from_minutes(minutes: Minutes, zone: ZoneInfo) -> datetime:
    """The instant as a datetime in `zone`."""
    return (_EPOCH + minutes * _MINUTE).astimezone(zone)


@lru_cache(maxsize=4096)  # the same times of the same days are asked for cycle after cycle
def wall(day: date, minutes: Minutes, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show `minutes` after midnight of `day`; 1440 and more is a later day."""
    # PEP 495: with fold=0 a skipped time has the offset before the change, so it lands the gap's length later, and a
    # doubled one is the first. The way over UTC gives it its true clock reading.
    return _naive(day, minutes).replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


@lru_cache(maxsize=4096)
def wall_range(day: date, start: Minutes, end: Minutes, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both ends by the wall clock; a skipped start takes the end along, so the block keeps its length."""
    begin = wall(day, start, zone)
    gap = begin.replace(tzinfo=None) - _naive(day, start)
    return begin, wall(day, end + gap // _MINUTE, zone)


def wall_lasting(day: date, start: Minutes, minutes: Minutes, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From a wall-clock start, `minutes` of elapsed time."""
    begin = wall(day, start, zone)
    # Addition on an aware datetime moves the hands of the clock; on UTC it is elapsed time.
    return begin, (begin.astimezone(UTC) + minutes * _MINUTE).astimezone(zone)


@lru_cache(maxsize=4096)
def span(start: Moment, end: Moment, zone: ZoneInfo) -> Stretch:
    """The minutes of an event, rounded outwards; whole days (dates, the end excluded) begin at midnight in `zone`.

    Remembered, because a cycle asks it of every event several times.
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        return to_minutes(start), to_minutes(end, up=True)
    return to_minutes(wall(start, 0, zone)), to_minutes(wall(end, 0, zone))


def midnights(first: date, days: int, zone: ZoneInfo) -> tuple[Minutes, ...]:
    """The minutes at which `days` days from `first` begin, and the last one ends: `days + 1` values, ascending.

    Where midnight itself is skipped the day begins after the gap; a day that a zone left out whole (Samoa,
    30 December 2011) begins and ends at the same minute.
    """
    return tuple(to_minutes(wall(first, 1440 * number, zone)) for number in range(days + 1))


def _naive(day: date, minutes: Minutes) -> datetime:
    # Rules have no zone until they are set on a day: this is a reading of the clock, not an instant.
    return datetime.combine(day, time()) + minutes * _MINUTE


# ---------------------------------------------------------------- sets of time


def union(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The set that any stretches cover, given in any order; empty ones (end at or before start) count for nothing."""
    merged: list[Stretch] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return tuple(merged)


def intersect(one: Sequence[Stretch], other: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """What lies in both sets."""
    found: list[Stretch] = []
    here = there = 0
    while here < len(one) and there < len(other):
        start = max(one[here][0], other[there][0])
        end = min(one[here][1], other[there][1])
        if start < end:
            found.append((start, end))
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return tuple(found)


def clip(stretches: Sequence[Stretch], within: Stretch) -> tuple[Stretch, ...]:
    """What lies in a set and in one stretch; looks at no more of the set than that."""
    first = bisect_right(stretches, within[0], key=lambda each: each[1])
    last = bisect_left(stretches, within[1], key=lambda each: each[0])
    return tuple((max(start, within[0]), min(end, within[1])) for start, end in stretches[first:last])


def subtract(one: Sequence[Stretch], other: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """What lies in the first set and not in the second."""
    left: list[Stretch] = []
    there = 0
    for start, end in one:
        while there < len(other) and other[there][1] <= start:
            there += 1
        at, cut = start, there
        while cut < len(other) and other[cut][0] < end:
            if at < other[cut][0]:
                left.append((at, other[cut][0]))
            at = other[cut][1]
            cut += 1
        if at < end:
            left.append((at, end))
    return tuple(left)


def gaps(taken: Sequence[Stretch], within: Stretch) -> tuple[Stretch, ...]:
    """What a set leaves free of one stretch."""
    return subtract((within,), taken)


def overlaps(one: Sequence[Stretch], other: Sequence[Stretch]) -> bool:
    """Whether two sets have a minute in common; touching ends have none."""
    here = there = 0
    while here < len(one) and there < len(other):
        if max(one[here][0], other[there][0]) < min(one[here][1], other[there][1]):
            return True
        if one[here][1] < other[there][1]:
            here += 1
        else:
            there += 1
    return False
