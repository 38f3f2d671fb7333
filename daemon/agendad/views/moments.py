"""Arithmetic on moments (dates and aware datetimes) that the views share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import EventFields, Moment


def local(moment: Moment, zone: ZoneInfo) -> Moment:
    return moment.astimezone(zone) if isinstance(moment, datetime) else moment


def date_of(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def instant(moment: Moment, zone: ZoneInfo) -> float:
    """An order over timed and all-day moments: a date is its first midnight."""
    if isinstance(moment, datetime):
        return moment.timestamp()
    return datetime.combine(moment, time.min, zone).timestamp()


def elapsed(start: datetime, end: datetime) -> int:
    """Minutes that really pass, whatever the clocks do between."""
    return int(end.timestamp() - start.timestamp()) // 60


def overlap(one: EventFields, other: EventFields, zone: ZoneInfo) -> bool:
    return instant(one.start, zone) < instant(other.end, zone) and instant(other.start, zone) < instant(one.end, zone)


def clock_shift(day: date, zone: ZoneInfo) -> int:
    """By how many minutes the clocks go forward on a day (below zero: back); 0 on nearly all."""
    before = datetime.combine(day, time.min, zone).utcoffset() or timedelta()
    after = datetime.combine(day + timedelta(days=1), time.min, zone).utcoffset() or timedelta()
    return int((after - before).total_seconds()) // 60
