"""Times to propose in a letter (`free_slots()`): section 6 of the language. Called by `app/` for the words of a draft.

A slot is never offered where a real event or an own block stands, nor in protected time, nor outside the working hours.
Days come first: the next days that have room, morning and afternoon by turns, and a second time on a day only when
the days do not suffice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import clip, from_minutes, intersect, subtract, to_minutes, union, wall, wall_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.core.problem import Minutes, Stretch
    from agendad.model.rule import TimeWindow

NOTICE: Final = 120
"""Minutes from now in which nothing is proposed: the letter has to be read first."""

WORKING_DAYS: Final = 14
"""How many working days ahead are looked at."""

PER_DAY: Final = 2
"""The most times that are proposed on one day."""

GRID: Final = 30
"""Slots start on the half hours of the wall clock."""

AWAKE: Final = (8 * 60, 19 * 60)
"""The hours, by the clock of the reader, in which a meeting may be proposed to them."""

LUNCH: Final = (12 * 60, 13 * 60 + 30)
"""What lies in it is proposed last; it also parts the morning from the afternoon."""

_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Openings:
    """What a cycle knows about the person's time. `busy` and `guarded` are sets in the sense of `timeline`.

    `busy` is what real events and own blocks hold, `guarded` what protect rules guard; `days` are those of the horizon
    from today on, `working` gives the working hours of a day (empty when nobody works).
    """

    now: Minutes
    busy: tuple[Stretch, ...]
    guarded: tuple[Stretch, ...]
    days: Sequence[date]
    working: Callable[[date], Sequence[Stretch]]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class SlotWish:
    """What a letter asks for: `count` slots of `lasts` minutes, inside `between` windows of a day (empty: any).

    `earliest` (None: the beginning of tomorrow) and `within` (minutes from now) bound where they start. `reader` is the
    zone of whoever is asked: their nights are offered only when there is nothing else.
    """

    count: int = 3
    lasts: Minutes = 30
    between: tuple[TimeWindow, ...] = ()
    earliest: Minutes | None = None
    within: Minutes | None = None
    reader: ZoneInfo | None = None


def free_slots(openings: Openings, wish: SlotWish) -> list[Stretch]:
    """At most `wish.count` slots in the order of time; fewer when the days hold no more."""
    left = [(day, found) for day in _days(openings, wish) if (found := _candidates(openings, wish, day))]
    if wish.reader is not None:
        awake = [(day, kept) for day, found in left if (kept := [each for each in found if _awake(each, wish.reader)])]
        left = awake or left
    chosen: list[Stretch] = []
    for turn in range(PER_DAY):
        for place, (day, candidates) in enumerate(left):
            if len(chosen) >= wish.count:
                return sorted(chosen)
            free = [each for each in candidates if not any(_meet(each, taken) for taken in chosen)]
            if free:
                chosen.append(_best(free, day, morning=(place + turn) % 2 == 0, zone=openings.zone))
    return sorted(chosen)


def _days(openings: Openings, wish: SlotWish) -> Iterator[date]:
    """The working days from the first that may be proposed."""
    first = _earliest(openings, wish)
    count = 0
    for day in openings.days:
        working = openings.working(day)
        if not working or working[-1][1] <= first:
            continue
        count += 1
        if count > WORKING_DAYS:
            return
        yield day


def _earliest(openings: Openings, wish: SlotWish) -> Minutes:
    soonest = openings.now + NOTICE
    if wish.earliest is not None:
        return max(soonest, wish.earliest)
    if len(openings.days) == 0:
        return soonest
    return max(soonest, to_minutes(wall(openings.days[0], _DAY, openings.zone)))


def _candidates(openings: Openings, wish: SlotWish, day: date) -> list[Stretch]:
    """Every slot of the grid that is wholly free on one day."""
    open_time = union(openings.working(day))
    if wish.between:
        ranges = (wall_range(day, window.start, window.end, openings.zone) for window in wish.between)
        open_time = intersect(open_time, union((to_minutes(start), to_minutes(end)) for start, end in ranges))
    if not open_time or wish.lasts <= 0:
        return []
    whole = (open_time[0][0], open_time[-1][1])
    free = subtract(open_time, union((*clip(openings.busy, whole), *clip(openings.guarded, whole))))
    first = _earliest(openings, wish)
    last = whole[1] if wish.within is None else openings.now + wish.within
    midnight = to_minutes(wall(day, 0, openings.zone))  # clocks change by whole half hours
    return [
        (start, start + wish.lasts)
        for begin, end in free
        for start in range(begin + (midnight - begin) % GRID, end - wish.lasts + 1, GRID)
        if first <= start <= last
    ]


def _awake(slot: Stretch, zone: ZoneInfo) -> bool:
    """Whether a slot lies in the hours in which people in `zone` are at work, or nearly."""
    day = from_minutes(slot[0], zone).date()
    return slot[0] >= to_minutes(wall(day, AWAKE[0], zone)) and slot[1] <= to_minutes(wall(day, AWAKE[1], zone))


def _best(free: Sequence[Stretch], day: date, *, morning: bool, zone: ZoneInfo) -> Stretch:
    """The first slot of the wanted half of the day outside the hour of lunch, or else what comes nearest to it."""
    noon, lunch = (to_minutes(wall(day, minutes, zone)) for minutes in LUNCH)
    return min(free, key=lambda each: (_meet(each, (noon, lunch)), (each[0] < noon) != morning, each))


def _meet(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and other[0] < one[1]
