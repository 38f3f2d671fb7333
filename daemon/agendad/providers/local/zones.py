"""VTIMEZONE components for the events that are written (RFC 5545, 3.6.5), from the time zone database.

icalendar can make them too, but gives the spring change in the time after it instead of the time before it, which
moves the change by an hour for programs that believe the component. `compose.py` calls this.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_STEP = timedelta(days=7)
_YEARS_AHEAD = 5


@lru_cache(maxsize=64)
def vtimezone(name: str, year: int) -> tuple[str, ...]:
    """The lines of a VTIMEZONE that is right from the year before to five years after, so that events may be moved."""
    zone = ZoneInfo(name)
    moment = datetime(max(year - 1, 1), 1, 1, 12, tzinfo=UTC)
    last = datetime(min(year + _YEARS_AHEAD, 9998), 12, 31, tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}", *_observance(zone, moment - timedelta(days=1), [moment])]
    changes: dict[tuple[str, str, str, bool], list[datetime]] = {}
    while moment < last:
        following = min(moment + _STEP, last)
        if _rules(zone, moment) != _rules(zone, following):
            change = _first_after(zone, moment, following)
            kind = (_offset(zone, moment), *_rules(zone, change))
            changes.setdefault(kind, []).append(change)
            following = change
        moment = following
    for starts in changes.values():
        lines += _observance(zone, starts[0] - timedelta(seconds=1), starts)
    return (*lines, "END:VTIMEZONE")


def _observance(zone: ZoneInfo, before: datetime, starts: list[datetime]) -> list[str]:
    """One STANDARD or DAYLIGHT; its onsets are wall-clock times by the offset that held before them."""
    offset = before.astimezone(zone).utcoffset() or timedelta(0)
    onsets = [f"{start.replace(tzinfo=None) + offset:%Y%m%dT%H%M%S}" for start in starts]
    to, tzname, daylight = _rules(zone, starts[0])
    part = "DAYLIGHT" if daylight else "STANDARD"
    return [
        f"BEGIN:{part}",
        f"DTSTART:{onsets[0]}",
        *([f"RDATE:{','.join(onsets[1:])}"] if onsets[1:] else []),
        f"TZOFFSETFROM:{_offset(zone, before)}",
        f"TZOFFSETTO:{to}",
        f"TZNAME:{tzname}",
        f"END:{part}",
    ]


def _first_after(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the rules of `after` hold."""
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _rules(zone, middle) == _rules(zone, before):
            before = middle
        else:
            after = middle
    return after


def _rules(zone: ZoneInfo, moment: datetime) -> tuple[str, str, bool]:
    local = moment.astimezone(zone)
    return _offset(zone, moment), local.tzname() or "", bool(local.dst())


def _offset(zone: ZoneInfo, moment: datetime) -> str:
    """An offset as `+0100`, with seconds where it has them."""
    seconds = int((moment.astimezone(zone).utcoffset() or timedelta(0)).total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{seconds:02}" if seconds else "")
