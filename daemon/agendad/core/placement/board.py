"""The working state of one part of the horizon: who stands where, and where one more block may stand.

Made by `place` for each part and changed by every stage (seed, fill, improve, repair). Everything here is in *ticks*:
the greatest common divisor of all lengths and moments of the part, counted from its first midnight.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import accumulate, pairwise
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from agendad.core.placement import bits
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.core.problem import Busy, Problem, Request, Stretch

WEIGHTS = {1: 8, 2: 4, 3: 2, 4: 1}
"""What a minute of a block is worth, by priority (rule language, section 3)."""

Pieces = tuple[tuple[int, int], ...]


def weight(priority: int) -> int:
    """What a minute of a block of this priority is worth."""
    return WEIGHTS[min(max(priority, 1), 4)]


def worth(item: Item, pieces: Pieces) -> int:
    """What an item is worth where it stands: weight x ticks."""
    if len(pieces) == 1:
        return item.weight * (pieces[0][1] - pieces[0][0])
    return item.weight * sum([end - start for start, end in pieces])


@dataclass(slots=True)
class Item:
    """One request in ticks. `windows` is where the search may put it: a fixed block's refuge, if it may move at all.

    `home` is the range that a fixed block wants. `ties` are the order rules towards other items, by index.
    """

    index: int
    request: Request
    weight: int
    least: int
    most: int
    gap: int
    windows: tuple[tuple[int, int], ...]
    anchors: int
    stands: Pieces
    pulls: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
    home: tuple[int, int] | None = None
    ties: tuple[tuple[int, str], ...] = ()
    piece: tuple[int, int] = (0, 0)
    settled: bool = False
    """It is moved only off busy time. One that had to move is not: where it goes is looked at like any other place."""
    _fits: dict[int, int] = field(default_factory=dict)
    """Shared by all items with the same windows."""

    def fits(self, length: int) -> int:
        """The ticks at which a piece of `length` lies wholly inside one window."""
        if length not in self._fits:
            starts = 0
            for start, end in self.windows:
                starts |= bits.span(start, end - length + 1)
            self._fits[length] = starts
        return self._fits[length]


class Saved(NamedTuple):
    """A board as it was: where everybody stood, the ticks taken by the gap that is asked around them, and the worth."""

    places: list[Pieces]
    own: dict[int, int]
    worth: int


class Board:
    """Items by index, in the order of rank, and where each stands (`places`)."""

    def __init__(self, part: Problem) -> None:
        self.part = part
        self.origin = part.days[0]
        self.unit = _unit(part)
        self.days = [self.tick(day) for day in part.days]
        self.full = bits.span(0, self.days[-1])
        self.grid = self._grid(max(1, part.grid // self.unit))
        self._fits: dict[Pieces, dict[int, int]] = {}
        self.items = [self._item(index, request) for index, request in enumerate(part.requests)]
        self._tie()
        self.reach = reduce(
            int.__or__, (bits.span(*one) for one in {one for item in self.items for one in item.windows}), 0
        )
        """The ticks that are in the window of anybody."""
        self.solid = [item for item in self.items if not item.request.may_overlap]
        """The items that take room."""
        self.keepers = [item.index for item in self.items if item.request.yields is Yield.KEEP]
        """The items that keep their place over everything."""
        self.yielding = [item for item in self.solid if item.home and item.request.yields is not Yield.KEEP]
        """The fixed items that give way to others, and take room."""
        self.places: list[Pieces] = [()] * len(self.items)
        self._worth = 0
        self.firm: set[int] = set()
        """Items that no later stage moves: settled ones, and those that keep their place over everything."""
        self.dropped: set[int] = set()
        """Items that gave up for good: nothing is tried for them any more."""
        self.overlaps = False
        """Whether a block stands over another one of ours because it keeps its place."""
        self.own: dict[int, int] = {item.gap: 0 for item in self.items if not item.request.may_overlap}
        self._busy = {real: self._busy_ticks(real) for real in (False, True)}
        self._wide: dict[tuple[int, bool], int] = {}

    # ------------------------------------------------------------ minutes and ticks

    def tick(self, minute: int) -> int:
        """A moment of the part as a tick; every moment that matters is a whole one."""
        return (minute - self.origin) // self.unit

    def minutes(self, pieces: Pieces) -> tuple[Stretch, ...]:
        """Pieces in minutes since the epoch."""
        return tuple((self.origin + start * self.unit, self.origin + end * self.unit) for start, end in pieces)

    def ticks(self, ranges: Iterable[Stretch]) -> Pieces:
        """Ranges in ticks."""
        origin, unit = self.origin, self.unit
        return tuple([((start - origin) // unit, (end - origin) // unit) for start, end in ranges])

    def day_of(self, tick: int) -> tuple[int, int]:
        """The day that holds a tick, as a range."""
        at = min(max(bisect_right(self.days, tick), 1), len(self.days) - 1)
        return self.days[at - 1], self.days[at]

    def days_of(self, item: Item, pieces: Pieces) -> list[tuple[int, int]]:
        """The day of each of `pieces`, and of each that stands firm in this part: what `per_day` counts."""
        firm = [self.tick(start) for start in item.request.firm_days if self.origin <= start < self.part.days[-1]]
        return [self.day_of(start) for start in (*firm, *[start for start, _ in pieces])]

    # ------------------------------------------------------------ what is in the way

    def busy(self, item: Item, *, gap: bool = True) -> int:
        """The busy time that `item` may not touch, with its gap kept free around."""
        key = (item.gap if gap else 0, item.request.may_overlap)
        if key not in self._wide:
            self._wide[key] = bits.widen(self._busy[key[1]], key[0]) & self.full
        return self._wide[key]

    def blocked(self, item: Item) -> int:
        """Busy time and own blocks that are in the way of `item`, gaps included; its own pieces count too."""
        taken = self.busy(item)
        if item.request.may_overlap:
            return taken
        for gap, ticks in self.own.items():
            taken |= bits.widen(ticks, max(gap, item.gap)) if gap or item.gap else ticks
        return taken

    def forbidden(self, item: Item) -> int:
        """The ticks that order rules close to `item`, as the other blocks stand now."""
        closed = 0
        for other, side in item.ties:
            for start, end in self.places[other]:
                first, last = self.day_of(start)
                if side == "before":
                    closed |= bits.span(start, last)
                elif side == "after":
                    closed |= bits.span(first, end)
                else:
                    closed |= bits.span(first, last)
        return closed

    def starts(self, item: Item, length: int, blocked: int) -> int:
        """The ticks at which a piece of `length` may start: free, in a window, on the grid or touching a neighbour."""
        where = item.fits(length)
        if where:
            where &= bits.runs(self.full & ~(blocked | self.forbidden(item)), length)
        return where & (self.grid | item.anchors | blocked << 1 | blocked >> length) if where else 0

    def in_the_way(self, item: Item, start: int, end: int) -> list[int]:
        """The indexes of own blocks that cannot stand together with `item` on [start, end), order rules included."""
        found = []
        if not item.request.may_overlap and self.taken(item, start, end):
            places, widest = self.places, max(item.gap, *self.own)
            low, high = start - widest, end + widest
            for other in self.solid:
                for first, last in places[other.index]:
                    if low < last and first < high and other is not item:
                        gap = max(other.gap, item.gap)
                        if start < last + gap and first < end + gap:
                            found.append(other.index)
                            break
        for other_index, side in item.ties:
            if other_index not in found and any(
                self._breaks(side, (start, end), piece) for piece in self.places[other_index]
            ):
                found.append(other_index)
        return found

    def taken(self, item: Item, start: int, end: int) -> bool:
        """Whether a piece of any block of ours, itself included, is in the way of `item` on [start, end)."""
        for gap, ticks in self.own.items():
            margin = max(gap, item.gap)
            first = max(0, start - margin)
            if ticks >> first & bits.span(0, end + margin - first):
                return True
        return False

    def _breaks(self, side: str, mine: tuple[int, int], other: tuple[int, int]) -> bool:
        if self.day_of(mine[0]) != self.day_of(other[0]):
            return False
        if side == "before":
            return mine[1] > other[0]
        return side == "never" or mine[0] < other[1]

    # ------------------------------------------------------------ changing it

    def put(self, index: int, pieces: Pieces) -> None:
        """Lets an item stand somewhere (it stood nowhere)."""
        self.places[index] = pieces
        item = self.items[index]
        self._worth += worth(item, pieces)
        if not item.request.may_overlap:
            for start, end in pieces:
                self.own[item.gap] |= bits.span(start, end)

    def take(self, index: int) -> Pieces:
        """Takes an item off the board; says where it stood."""
        pieces, self.places[index] = self.places[index], ()
        item = self.items[index]
        self._worth -= worth(item, pieces)
        if pieces and not item.request.may_overlap:
            for start, end in pieces:
                self.own[item.gap] &= ~bits.span(start, end)
            if self.overlaps:
                self._rebuild()
        return pieces

    def saved(self) -> Saved:
        """The board as it is, to be restored."""
        return Saved(list(self.places), dict(self.own), self._worth)

    def restore(self, saved: Saved) -> None:
        """Goes back to an earlier state."""
        self.places, self.own, self._worth = list(saved.places), dict(saved.own), saved.worth

    def stand(self) -> None:
        """Makes the places what stands, and starts over. What gave up stays so."""
        for item, pieces in zip(self.items, self.places, strict=True):
            item.stands = pieces
        self.firm = set()
        self.overlaps = False
        self.restore(Saved([()] * len(self.items), dict.fromkeys(self.own, 0), 0))

    def in_order(self) -> bool:
        """Whether every block that may be moved keeps its order rules."""
        for item in self.items:
            if item.ties and item.index not in self.firm and self.places[item.index]:
                closed = self.forbidden(item)
                if any(closed & bits.span(start, end) for start, end in self.places[item.index]):
                    return False
        return True

    def worth(self) -> int:
        """Objective (1): the sum of weight x ticks of what stands."""
        return self._worth

    def _rebuild(self) -> None:
        self.own = dict.fromkeys(self.own, 0)
        for item in self.solid:
            for start, end in self.places[item.index]:
                self.own[item.gap] |= bits.span(start, end)

    # ------------------------------------------------------------ reading the problem

    @cached_property
    def busy_times(self) -> tuple[list[Busy], list[int]]:
        """The busy time in order, and the latest end (minutes) of each and of all that begin before it."""
        found = sorted(self.part.busy, key=lambda each: (each.start, each.end, each.title))
        return found, list(accumulate((each.end for each in found), max))

    def _grid(self, step: int) -> int:
        marks = 0
        for start, end in pairwise(self.days):
            count = -(-(end - start) // step)
            marks |= ((1 << count * step) - 1) // ((1 << step) - 1) << start  # a one in every `step` bits
        return marks & self.full

    def _busy_ticks(self, real: bool) -> int:
        """All busy time, or (`real`) only that of events that are not our own."""
        taken = 0
        for one in self.part.busy:
            if not (real and one.own):
                taken |= bits.span(max(0, self.tick(one.start)), max(0, self.tick(one.end)))
        return taken & self.full

    def _item(self, index: int, request: Request) -> Item:
        home = self.ticks(request.windows[:1]) if request.fixed else ()
        wanted = request.windows
        least, most = request.least // self.unit, request.most // self.unit
        if home:
            wanted = request.refuge if request.yields is Yield.MOVE else ()
        windows = self.ticks(wanted)
        movable = bool(home) and request.yields is Yield.MOVE
        if movable:
            least = most = home[0][1] - home[0][0]
        pulls = tuple([self._pull(pull.starts) for pull in request.pulls])
        if movable:
            pulls = (self._pull(((request.windows[0][0], request.windows[0][0] + 1),)), *pulls)
        anchors = 0
        for anchor in request.anchors:
            if self.origin <= anchor < self.part.days[-1]:
                anchors |= 1 << self.tick(anchor)
        pieces = request.pieces
        return Item(
            index=index,
            request=request,
            weight=weight(request.priority),
            least=max(1, least),
            most=max(1, most),
            gap=request.gap // self.unit,
            windows=windows,
            anchors=anchors,
            stands=self.ticks(sorted(request.stands)),
            pulls=pulls,
            home=home[0] if home else None,
            piece=(max(1, pieces.least // self.unit), max(1, pieces.most // self.unit)) if pieces else (0, 0),
            settled=request.settled and bool(request.stands),
            _fits=self._fits.setdefault(windows, {}),
        )

    def _pull(self, starts: Iterable[Stretch]) -> tuple[int, tuple[tuple[int, int], ...]]:
        """The ticks of a preference, as a set and as ranges; a range is rounded to the ticks inside it."""
        ranges = []
        for start, end in starts:
            first = max(0, -((self.origin - start) // self.unit))
            last = min(self.days[-1], -((self.origin - end) // self.unit))
            if first < last:
                ranges.append((first, last))
        return reduce(int.__or__, (bits.span(*one) for one in ranges), 0), tuple(ranges)

    def _tie(self) -> None:
        """Reads the order rules in both directions: what one item asks of another also binds the other."""
        asking = [r for r in self.part.requests if r.before_rules or r.after_rules or r.not_with_rules]
        tied = {rule for r in asking for rule in (r.rule, *r.before_rules, *r.after_rules, *r.not_with_rules)}
        members = [item for item in self.items if item.request.rule in tied]
        for item in members:
            item.ties = tuple(
                (other.index, side) for other in members if other is not item for side in _sides(item, other)
            )


def _sides(item: Item, other: Item) -> list[str]:
    mine, theirs = item.request, other.request
    if mine.fixed and not item.windows:  # a fixed block stands where its rule says; the flexible one gives way
        return []
    sides = []
    if theirs.rule in mine.before_rules or mine.rule in theirs.after_rules:
        sides.append("before")
    if theirs.rule in mine.after_rules or mine.rule in theirs.before_rules:
        sides.append("after")
    if theirs.rule in mine.not_with_rules or mine.rule in theirs.not_with_rules:
        sides.append("never")
    return sides


def _unit(part: Problem) -> int:
    moments: list[int] = [*part.days]
    lengths = [part.grid]
    for one in part.busy:
        moments += (one.start, one.end)
    for request in part.requests:
        lengths += (request.least, request.most, request.gap)
        for ranges in (request.windows, request.refuge, request.stands):
            for one_range in ranges:
                moments += one_range
        moments += request.anchors
        if request.pieces:
            lengths += (request.pieces.least, request.pieces.most)
    origin = part.days[0]
    return gcd(*set(lengths), *[moment - origin for moment in set(moments)])
