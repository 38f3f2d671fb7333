"""Improves a first plan by ruin and recreate: a few blocks are taken out, then all without a place try again.

Called by `place` for the blocks that have no standing place to lose (all of a new plan, few of a standing one); what
stands is an obstacle here. The walk is a seeded one, so it is the same on every machine, and it ends after a number of
attempts that depends on the problem alone. A worse plan is accepted while it is close to the best so far, less and
less as the walk goes on; the best plan wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.core.placement import bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.placement.board import Board, Item

ATTEMPTS = 2000
"""Insertions tried for each block that has a place to lose."""
FEWEST = 5
"""In a standing plan, with fewer new blocks than this, the chains of `repair.py` do better at once."""
RUIN_PLACES = 5
"""Around how many moments blocks are taken out in one step, at most."""
RUIN_BLOCKS = 3
"""How many blocks around each, at most."""
SPAN = 8
"""Beyond how many days a block counts as one that ties weeks together."""
SLACK = 0.02
"""How far below the best plan the walk may go at its beginning, as a share."""


def improve(board: Board, movers: Sequence[int]) -> None:
    """Raises the weighted minutes of `movers`, which stand at most in one piece each, without touching the others."""
    fewest = FEWEST if any(item.stands for item in board.items) else 1
    for group in _groups(board, movers):
        if sum(1 for index in group if board.places[index]) >= fewest:
            walk = Walk(board, group)
            if walk.open():
                walk.run()
            walk.write_back()


def _groups(board: Board, movers: Sequence[int]) -> list[list[int]]:
    """Movers that share windows, in the order of time, so that each walk is over few ticks.

    The few whose windows reach over more than `SPAN` days would tie all others together; they walk on their own, last.
    """
    wide: list[int] = []
    groups: list[list[int]] = []
    reach = -1
    for start, end, index in sorted(
        (item.windows[0][0] - item.gap, item.windows[-1][1] + item.gap, item.index)
        for item in (board.items[index] for index in movers)
    ):
        if (end - start) * board.unit > SPAN * 1440:
            wide.append(index)
        elif start >= reach:
            groups.append([index])
        else:
            groups[-1].append(index)
        if not wide or wide[-1] != index:
            reach = max(reach, end)
    return [sorted(group) for group in (*groups, wide) if group]


class Walk:
    """The state of one walk. Blocks are numbered by their place in `movers`, `views` by the gap that they ask for.

    Ticks count from `low` here, one before the first window, so that the sets of a week are short.
    """

    def __init__(self, board: Board, movers: Sequence[int]) -> None:
        self.board = board
        self.items = [board.items[index] for index in movers]
        self.gaps = sorted({item.gap for item in self.items})
        self.view = [self.gaps.index(item.gap) for item in self.items]
        self.low = low = max(0, min(item.windows[0][0] for item in self.items) - 1)
        inside = bits.span(0, max(item.windows[-1][1] for item in self.items) + 1 - low)
        self.windows = [[(start - low, end - low) for start, end in item.windows] for item in self.items]
        self.at: list[tuple[int, int] | None] = []
        for item in self.items:
            pieces = board.take(item.index)
            self.at.append((pieces[0][0] - low, pieces[0][1] - low) if pieces else None)
        self.base = [(board.full & ~board.blocked(self._first(gap))) >> low & inside for gap in self.gaps]
        self.grid = board.grid >> low & inside
        step = max(1, board.part.grid // board.unit)
        self.options = [[(length, item.fits(length) >> low) for length in _lengths(item, step)] for item in self.items]
        self.all_ticks = board.grid == board.full
        self.orders = _orders(self.items)
        self.elastic = [number for number in self.orders[0] if self.items[number].least < self.items[number].most]
        self.free: list[int] = []
        self.known: list[dict[int, int]] = []
        self.dice = 88172645463325252
        self.worth = 0
        self._look()

    def open(self) -> bool:
        """Whether there may be anything to gain."""
        return self.worth < self._bound()

    def run(self) -> None:
        """The walk itself; leaves the best plan in `at`."""
        budget = total = ATTEMPTS * sum(1 for place in self.at if place)
        bound = self._bound()
        best, best_worth = list(self.at), self.worth
        while budget > 0 and best_worth < bound:
            before = (list(self.at), self.worth, list(self.free), list(self.known))
            self._ruin()
            budget -= self._recreate()
            if self.worth > best_worth:
                best, best_worth = list(self.at), self.worth
            elif self.worth < before[1] and self.worth < best_worth * (1 - SLACK * budget / total):
                self.at, self.worth, self.free, self.known = before
        self.at, self.worth = best, best_worth

    def write_back(self) -> None:
        """Puts the plan onto the board."""
        for item, place in zip(self.items, self.at, strict=True):
            if place:
                self.board.put(item.index, ((place[0] + self.low, place[1] + self.low),))

    # ------------------------------------------------------------ one step

    def _ruin(self) -> None:
        """Takes out a few blocks around one to three moments."""
        placed = sorted([(place[0], number) for number, place in enumerate(self.at) if place])
        for _ in range(1 + self._roll(RUIN_PLACES)):
            centre = self._roll(len(placed) or 1)
            for _, number in placed[centre : centre + 1 + self._roll(RUIN_BLOCKS)]:
                place = self.at[number]
                if place:
                    start, end = place
                    self.worth -= self.items[number].weight * (end - start)
                    self.at[number] = None
                    self.free[0] |= ((1 << (end - start)) - 1) << start
        if self.gaps != [0]:
            self._look()
        self.known = [{} for _ in self.gaps]

    def _recreate(self) -> int:
        """Everybody without a place tries to get one, in one of several orders; returns the number of attempts."""
        order = self.orders[self._roll(len(self.orders))]
        waiting = [number for number in order if self.at[number] is None]
        if self._roll(2):  # a little disorder: somebody goes first for once
            waiting.insert(0, waiting.pop(self._roll(len(waiting))))
        stingy = self._roll(4) == 0
        for number in waiting:
            options = self.options[number]
            self._insert(number, options[-1:] if stingy else options)
        attempts = len(waiting) + len(self.at) // 16  # a step over many blocks costs more even when few are waiting
        free = self.free
        for number in self.elastic:
            place = self.at[number]
            if place and place[1] - place[0] < self.items[number].most:
                around = free[self.view[number]]
                if around >> place[1] & 1 or (place[0] and around >> (place[0] - 1) & 1):
                    self._stretch(number, place)
                    attempts += 1
        return attempts

    def _insert(self, number: int, options: Sequence[tuple[int, int]]) -> None:
        view = self.view[number]
        known = self.known[view]
        for length, fits in options:
            where = known.get(length)
            if where is None:
                where = known[length] = bits.runs(self.free[view], length)
            where &= fits
            if where:
                free = self.free[view]
                taken = ~free
                after, before = taken << 1, taken >> length
                if not self.all_ticks:
                    where &= self.grid | self.items[number].anchors >> self.low | after | before
                    if not where:
                        continue
                self._put(number, self._snug(where, free, after, before), length)
                return

    def _snug(self, where: int, free: int, after: int, before: int) -> int:
        """A start that leaves as little unused room around it as possible."""
        exact = where & after & before
        if exact:
            return bits.lowest(exact)
        beside = where & (after | before)
        if not beside:
            return bits.lowest(where) if self._roll(2) else bits.highest(where)
        lead = beside & after
        if lead and self._roll(8):
            tightest, at = free.bit_length() + 1, 0
            while lead:
                start = bits.lowest(lead)
                lead &= lead - 1
                room = _ones(free >> start)
                if room < tightest:
                    tightest, at = room, start
            return at
        return bits.lowest(beside) if self._roll(2) else bits.highest(beside)

    def _put(self, number: int, start: int, length: int) -> None:
        end = start + length
        self.at[number] = (start, end)
        self.worth += self.items[number].weight * length
        own = self.items[number].gap
        for view, gap in enumerate(self.gaps):
            margin = max(own, gap)
            self.free[view] &= ~bits.span(max(0, start - margin), end + margin)
            self.known[view] = {}

    def _stretch(self, number: int, place: tuple[int, int]) -> None:
        """Lengthens a block into the free ticks after it, then before it."""
        item = self.items[number]
        start, end = place
        free = self.free[self.view[number]]
        first, last = next(window for window in self.windows[number] if window[0] <= start and end <= window[1])
        room = min(last - end, item.most - (end - start), _ones(free >> (end + item.gap)) if not item.gap else 0)
        end += max(0, room)
        if start > first and end - start < item.most and not item.gap:
            back = _trailing_free(free, start)
            more = min(start - first, item.most - (end - start), back)
            if more and (self.all_ticks or more == back or self.grid >> (start - more) & 1):
                start -= more
        if (start, end) != place:
            self.worth -= item.weight * (place[1] - place[0])
            self._put(number, start, end - start)

    # ------------------------------------------------------------ helpers

    def _look(self) -> None:
        """Reads free time and worth off the places."""
        self.free = list(self.base)
        self.worth = 0
        for item, place in zip(self.items, self.at, strict=True):
            if place:
                self.worth += item.weight * (place[1] - place[0])
                for view, gap in enumerate(self.gaps):
                    margin = max(item.gap, gap)
                    self.free[view] &= ~bits.span(max(0, place[0] - margin), place[1] + margin)
        self.known = [{} for _ in self.gaps]

    def _bound(self) -> int:
        """What no plan can exceed: everybody who fits at all at full length, the strongest first, until time is out."""
        room = 0
        wants = []
        for number, item in enumerate(self.items):
            base = self.base[self.view[number]]
            if any(fits & bits.runs(base, length) for length, fits in self.options[number]):
                wants.append((item.weight, item.most))
            for start, end in self.windows[number]:
                room |= base & bits.span(start, end)
        left = room.bit_count()
        total = 0
        for gain, length in sorted(wants, reverse=True):
            total += gain * min(left, length)
            left -= min(left, length)
        return total

    def _first(self, gap: int) -> Item:
        return next(item for item in self.items if item.gap == gap)

    def _roll(self, sides: int) -> int:
        """The next throw: 0 to `sides` - 1. A linear congruential generator, the same everywhere."""
        self.dice = (self.dice * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (self.dice >> 33) % sides


def _lengths(item: Item, step: int) -> list[int]:
    """The lengths worth trying, the longest first."""
    return [*range(item.most, item.least, -step), item.least]


def _orders(items: Sequence[Item]) -> list[list[int]]:
    """Several orders of precedence; entry `n` of each says when block `n` has its turn."""
    keys = (
        lambda item: (-item.weight, -item.least, -item.most),
        lambda item: (-item.weight * item.most, -item.most),
        lambda item: (-item.least, -item.weight),
        lambda item: (item.fits(item.least).bit_count(), -item.weight * item.most),
    )
    return [[number for _, number in sorted((key(item), n) for n, item in enumerate(items))] for key in keys]


def _ones(ticks: int) -> int:
    return bits.lowest(~ticks)


def _trailing_free(free: int, start: int) -> int:
    """How many free ticks stand directly before `start`."""
    taken = ~free & ((1 << start) - 1)
    return start - taken.bit_length()
