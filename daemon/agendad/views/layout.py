"""Where things stand: split at midnight, side by side in lanes where they overlap, all-day ones in a strip.

Positions are minutes of the wall clock, so that an hour of the clock has one place on all days. Called by `week.py`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from agendad.views.moments import clock_shift, date_of, elapsed
from agendad.views.sheet import Day, Lane, Piece, Strip, Week
from agendad.views.words import duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.views.sheet import Item
    from agendad.views.words import Words

LEAST: Final = 15  # minutes: what is shorter is drawn as long as this, so that it can be seen and read
WORKDAY: Final = (8 * 60, 18 * 60)  # what a day shows at least


def week(monday: date, items: Sequence[Item], zone: ZoneInfo, say: Words) -> Week:
    """The week that begins on `monday`, with those of `items` (in order of time, in `zone`) that reach into it."""
    days = [monday + timedelta(days=n) for n in range(7)]
    near = [item for item in items if date_of(item.start) <= days[-1] and date_of(item.end) >= days[0]]
    number = say.say("week", number=monday.isocalendar().week)
    return Week(
        title=f"{number} · {say.day_range(days[0], days[-1])}",
        days=tuple(_day(day, near, zone, say) for day in days),
        strips=_strips(monday, [item for item in near if not isinstance(item.start, datetime)]),
    )


def _day(day: date, items: Sequence[Item], zone: ZoneInfo, say: Words) -> Day:
    parts = [(item, *part) for item in items if (part := _part(item, day)) is not None]
    front = [part for part in parts if not part[0].guard]
    lanes = side_by_side([(top, max(bottom, top + LEAST)) for _, top, bottom, _, _ in front])
    whole = Lane(0, 1, 1)
    shift = clock_shift(day, zone)
    return Day(
        day=day,
        pieces=tuple(
            Piece(item, top, bottom, lane, b, e) for (item, top, bottom, b, e), lane in zip(front, lanes, strict=True)
        ),
        guards=tuple(Piece(item, top, bottom, whole, b, e) for item, top, bottom, b, e in parts if item.guard),
        shift=say.say("short-forward" if shift > 0 else "short-back", by=duration(abs(shift))) if shift else "",
    )


def _part(item: Item, day: date) -> tuple[int, int, bool, bool] | None:
    """From and to which minute of the wall clock the item stands on that day, and whether it begins and ends there."""
    start, end = item.start, item.end
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    begins, ends = start.date() == day, end.date() == day
    if day < start.date() or day > end.date():
        return None
    top = start.hour * 60 + start.minute if begins else 0
    bottom = end.hour * 60 + end.minute if ends else 24 * 60
    if ends and bottom == 0 and not begins:
        return None  # it ended at midnight
    if begins and ends and bottom <= top:  # no length, or over the hour that the clocks repeat in autumn
        bottom = min(24 * 60, top + max(elapsed(start, end), 1))
    midnight = end.time() == time.min and end.date() == day + timedelta(days=1)
    return top, bottom, begins, ends or midnight


def _strips(monday: date, items: Sequence[Item]) -> tuple[Strip, ...]:
    columns = []
    for item in items:
        start, end = date_of(item.start), max(date_of(item.end), date_of(item.start) + timedelta(days=1))
        first, last = max((start - monday).days, 0), min((end - monday).days, 7)
        if first < last:
            columns.append((item, first, last))
    lanes = side_by_side([(first, last) for _, first, last in columns])
    return tuple(
        Strip(item, first, last - first, lane.number) for (item, first, last), lane in zip(columns, lanes, strict=True)
    )


def extent(weeks: Sequence[Week]) -> tuple[int, int]:
    """The whole hours that hold the working day and every end of a piece, but not the nights between its days."""
    tops, bottoms = [WORKDAY[0]], [WORKDAY[1]]
    for piece in (piece for week in weeks for day in week.days for piece in day.pieces):
        if piece.begins:
            tops.append(piece.top)
            bottoms.append(max(piece.top + 60, piece.bottom) if piece.ends else piece.top + 60)
        elif piece.ends:
            tops.append(piece.bottom - 60)
            bottoms.append(piece.bottom)
    return max(min(tops) // 60 * 60, 0), min(-(-max(bottoms) // 60) * 60, 24 * 60)


def side_by_side(stretches: Sequence[tuple[int, int]]) -> list[Lane]:
    """A lane for each half-open, not empty stretch, so that no two that overlap share one; in the order given.

    Things that overlap, directly or through others, form a group with one number of lanes. Earlier ones stand further
    left, longer before shorter; each reaches right until the next lane that holds something it overlaps.
    """
    order = sorted(range(len(stretches)), key=lambda i: (stretches[i][0], -stretches[i][1], i))
    placed: dict[int, Lane] = {}
    group: list[int] = []
    reach = 0
    for index in order:
        start, end = stretches[index]
        if group and start >= reach:
            placed |= _place(stretches, group)
            group = []
        group.append(index)
        reach = max(reach, end) if len(group) > 1 else end
    placed |= _place(stretches, group)
    return [placed[index] for index in range(len(stretches))]


def _place(stretches: Sequence[tuple[int, int]], group: Sequence[int]) -> dict[int, Lane]:
    lanes: list[list[int]] = []
    number: dict[int, int] = {}
    for index in group:
        free = next((n for n, lane in enumerate(lanes) if stretches[lane[-1]][1] <= stretches[index][0]), len(lanes))
        if free == len(lanes):
            lanes.append([])
        lanes[free].append(index)
        number[index] = free
    return {index: Lane(n, len(lanes), _width(stretches, index, lanes[n + 1 :])) for index, n in number.items()}


def _width(stretches: Sequence[tuple[int, int]], index: int, right: Sequence[Sequence[int]]) -> int:
    start, end = stretches[index]
    width = 1
    for lane in right:
        if any(stretches[other][0] < end and start < stretches[other][1] for other in lane):
            break
        width += 1
    return width
