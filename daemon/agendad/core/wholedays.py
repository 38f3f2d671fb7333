"""Where an event of whole days goes (`lasts: 4 days`). Called by `engine.py`; such events take no minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.core.timeline import clip, from_minutes, span, to_minutes, wall
from agendad.core.wishes import Answer, Passed, Stays, decided
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import Before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.problem import Stretch
    from agendad.core.standing import Standing, Stood
    from agendad.core.triggers import Occurrence
    from agendad.core.windows import Frame
    from agendad.core.wishes import Present


@dataclass(frozen=True, slots=True)
class Laid:
    """An event of whole days in its place, `end` excluded."""

    occurrence: Occurrence
    first: date
    end: date
    why: Reason


def whole_days(
    occurrence: Occurrence, frame: Frame, busy: Sequence[Stretch], stood: Stood, present: Present
) -> list[Answer | Laid]:
    """The event of an occurrence, or why there is none; `busy` is the time of real events."""
    key = occurrence.key
    if (known := decided(occurrence, key, stood)) is not None:
        return [*known]
    block = stood.blocks.get(key)
    if block is not None and present.settled(occurrence, block.stretch[0]):
        return [Stays(occurrence, block, Reason(ReasonCode.SETTLED))]
    stands = _stands(block)
    first = place_days(occurrence, frame, busy, stands)
    if first is None:
        return [] if occurrence.end <= present.today else [Passed(occurrence, key, Reason(ReasonCode.NO_WINDOW))]
    why = Reason(ReasonCode.KEPT if first == stands else ReasonCode.PLACED_FREE)
    return [Laid(occurrence, first, first + timedelta(days=_length(occurrence)), why)]


def place_days(occurrence: Occurrence, frame: Frame, busy: Sequence[Stretch], stands: date | None) -> date | None:
    """The first day of the stretch, or None when none fits.

    What stands and still fits stays. A new stretch begins after today, inside the period when that can hold it whole.
    After an event it comes as early as it can, before one (without `lead:`) as late; in a period it takes the fewest
    days off, then the least busy time of real events, and is the earliest among equals.
    """
    length = _length(occurrence)
    candidates = [day for day in _starts(occurrence, length, frame) if day > frame.scope.today]
    if stands is not None and stands in candidates:
        return stands
    if occurrence.as_late:
        return max(candidates, default=None)
    if occurrence.moment is not None:
        return min(candidates, default=None)

    def cost(day: date) -> tuple[int, int, date]:
        days = [day + timedelta(days=n) for n in range(length)]
        whole = span(day, day + timedelta(days=length), frame.scope.zone)
        taken = sum(end - start for start, end in clip(busy, whole))
        return sum(map(frame.off_duty, days)), taken, day

    return min(candidates, key=cost, default=None)


def _starts(occurrence: Occurrence, length: int, frame: Frame) -> list[date]:
    """The days on which the stretch may begin."""
    first, end = _bounds(occurrence, frame)
    wanted = occurrence.placement.on
    closed = frozenset[date]() if occurrence.one_day else occurrence.excluded_days
    allowed = [
        day
        for day in (first + timedelta(days=n) for n in range((end - first).days))
        if (wanted is None or day.weekday() in wanted)
        and closed.isdisjoint(day + timedelta(days=n) for n in range(length))
    ]
    whole = [day for day in allowed if day + timedelta(days=length) <= end]
    return whole if (end - first).days >= length or _ends_by_event(occurrence) else allowed


def _bounds(occurrence: Occurrence, frame: Frame) -> tuple[date, date]:
    """The days of the occurrence: after an event those that begin after it, before one those that end before it."""
    first, end = occurrence.first, occurrence.end
    if occurrence.event is None or occurrence.moment is None:
        return first, end
    zone = frame.scope.zone
    if _ends_by_event(occurrence):
        return first, from_minutes(
            span(occurrence.event.fields.start, occurrence.event.fields.end, zone)[0], zone
        ).date()
    return (first if to_minutes(wall(first, 0, zone)) >= occurrence.moment[0] else first + timedelta(days=1)), end


def _ends_by_event(occurrence: Occurrence) -> bool:
    return isinstance(occurrence.rule.trigger, Before)


def _stands(block: Standing | None) -> date | None:
    if block is None or isinstance(block.event.fields.start, datetime):
        return None
    return block.event.fields.start


def _length(occurrence: Occurrence) -> int:
    return occurrence.placement.lasts.days if occurrence.placement.lasts else 1
