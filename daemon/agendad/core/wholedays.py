"""Where an event of whole days goes (`lasts: 4 days`). Called by `engine.py`; such events take no minutes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from agendad.core.timeline import intersect, to_minutes, wall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.problem import Stretch
    from agendad.core.triggers import Occurrence
    from agendad.core.windows import Frame


def place_days(occurrence: Occurrence, frame: Frame, real: Sequence[Stretch], stands: date | None) -> date | None:
    """The first day of the stretch, or None when none fits.

    What stands and still fits stays. A new stretch takes the days with the least busy time of real events, the
    earliest among equals; it begins after today, and inside the period when the period can hold it whole.
    """
    lasts = occurrence.placement.lasts
    length = lasts.days if lasts else 1
    candidates = [day for day in _starts(occurrence, length) if day > frame.scope.today]
    if stands is not None and stands in candidates:
        return stands
    zone = frame.scope.zone

    def busy(day: date) -> int:
        whole = (to_minutes(wall(day, 0, zone)), to_minutes(wall(day + timedelta(days=length), 0, zone)))
        return sum(end - start for start, end in intersect((whole,), tuple(real)))

    return min(candidates, key=lambda day: (busy(day), day), default=None)


def _starts(occurrence: Occurrence, length: int) -> list[date]:
    days = [occurrence.first + timedelta(days=n) for n in range((occurrence.end - occurrence.first).days)]
    allowed = [
        day
        for day in days
        if day not in occurrence.excluded_days
        and (occurrence.placement.on is None or day.weekday() in occurrence.placement.on)
    ]
    whole = [day for day in allowed if day + timedelta(days=length) <= occurrence.end]
    return whole if len(days) >= length else allowed
