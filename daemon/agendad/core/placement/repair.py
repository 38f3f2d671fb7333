"""Finds room for blocks that have no place by moving as few of the others as it takes. Called by `place`, last.

An ejection chain: a block takes the place of others, each of those looks for a free place or takes the place of weaker
ones in turn, and what finds none goes. The best chain is the one with the greatest gain in weighted minutes, then the
one that moves the fewest; a chain without gain is not followed, so what stands stays where nobody needs its place.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.core.placement import bits
from agendad.core.placement.fill import best_start, fill, grow, longest
from agendad.core.placement.seed import seat_fixed
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.placement.board import Board, Item, Pieces

DEPTH = 3
"""How many blocks a chain may push on, one after the other, for a block that a change displaced."""
STEPS = 250
"""How many links are tried for one block that a change displaced."""
CROWD = 3
"""How many blocks one link may push out."""
BREADTH = 10
"""How many places are tried for one link, the cheapest first."""


def repair(board: Board, homeless: Sequence[int]) -> None:
    """Seats what can be seated of `homeless`, and lengthens what a change gave room to, until nothing is gained."""
    chains = Chains(board)
    reclaim(board)
    displaced = [index for index in homeless if board.items[index].stands and not board.places[index]]
    for index in sorted(displaced, key=lambda index: (-_most(board.items[index]), index)):
        chains.rescue(index, DEPTH, STEPS)
    while True:
        changed = False
        for index in _waiting(board):
            changed = chains.rescue(index, 1, STEPS) or push(board, index) or changed
        for item in board.items:
            changed = (item.index not in board.firm and grow(board, item.index)) or changed
        if not changed:
            return


def _waiting(board: Board) -> list[int]:
    """Who stands nowhere though it may, the greatest worth first."""
    found = [
        item.index
        for item in board.items
        if not board.places[item.index] and item.windows and item.index not in board.dropped
    ]
    return sorted(found, key=lambda index: (-_most(board.items[index]), index))


@dataclass(frozen=True, slots=True)
class Link:
    """One place that a block could take: what it would push out (indexes), and what those are worth (`lost`, `cost`).

    `cost` is `lost` less what the block gains there.
    """

    cost: int
    lost: int
    start: int
    length: int
    out: tuple[int, ...]


class Chains:
    """The search for one chain after the other on a board."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.steps = 0
        self.best = (0, 0)
        self.best_places: list[Pieces] | None = None

    def rescue(self, index: int, depth: int, steps: int) -> bool:
        """Seats one block by the best chain found within `steps`; says whether anything was gained."""
        if self.board.items[index].piece[1] or self.board.items[index].request.may_overlap:
            return fill(self.board, index)
        for reach in range(depth + 1):
            self.best, self.best_places, self.steps = (0, 0), None, steps
            self._search([index], 0, frozenset(), reach)
            if self.best[0] >= _most(self.board.items[index]):
                break
        if self.best_places is None:
            return False
        self.board.restore(self.best_places)
        return True

    def _search(self, pending: list[int], score: int, moved: frozenset[int], depth: int) -> None:
        """Follows a chain: `pending` have no place yet; `score` is the gain if all of them stay without."""
        board = self.board
        if (score, -len(moved)) > self.best:
            self.best, self.best_places = (score, -len(moved)), list(board.places)
        self.steps -= 1
        hope = score + sum(_most(board.items[index]) for index in pending)
        if not pending or hope < self.best[0] or (hope == self.best[0] and -len(moved) <= self.best[1]):
            return
        index, *rest = sorted(pending, key=lambda index: (-_most(board.items[index]), index))
        item = board.items[index]
        blocked = board.blocked(item)
        length = longest(board, item, blocked, (item.least, item.most))
        if length:
            start = best_start(item, board.starts(item, length, blocked))
            board.put(index, ((start, start + length),))
            self._search(rest, score + item.weight * length, moved, depth)
            board.take(index)
            if length == item.most:
                return
        if depth:
            hope -= _most(item)
            for link in self._links(item, moved, hope, depth):
                if self.steps <= 0:
                    return
                out = [(other, board.take(other)) for other in link.out]
                board.put(index, ((link.start, link.start + link.length),))
                gained = score - link.lost + item.weight * link.length
                self._search([*rest, *link.out], gained, moved | {index, *link.out}, depth - 1)
                board.take(index)
                for other, pieces in out:
                    board.put(other, pieces)
        if rest and not length:
            self._search(rest, score, moved, depth)

    def _links(self, item: Item, moved: frozenset[int], hope: int, depth: int) -> list[Link]:
        """The places that `item` could take from blocks that may be moved, the cheapest first.

        `hope` is the gain that the rest of the chain could still bring; a link that cannot beat the best is left out.
        """
        board = self.board
        loose = sorted(
            (board.places[other.index][0], other.index)
            for other in board.items
            if other.index not in moved and other.index != item.index and _loose(board, other)
        )
        soft = 0
        for (start, end), _ in loose:
            soft |= bits.span(start, end)
        own, board.own = board.own, {gap: ticks & ~soft for gap, ticks in board.own.items()}
        hard = board.blocked(item) | board.forbidden(item)
        board.own = own
        begins, ends = [place[0] for place, _ in loose], [place[1] for place, _ in loose]
        gap = max(board.own)
        roomy: dict[int, bool] = {}
        found: dict[tuple[int, ...], Link] = {}
        for length in {item.least, item.most}:
            where = item.fits(length) & bits.runs(board.full & ~hard, length)
            where &= board.grid | item.anchors | (hard | soft) << 1 | (hard | soft) >> length
            while where:
                start = bits.lowest(where)
                where &= where - 1
                low, high = bisect_right(ends, start - gap), bisect_left(begins, start + length + gap)
                out = tuple(index for _, index in loose[low:high])
                known = found.get(out)
                if not out or len(out) > CROWD or (known and known.length >= length):
                    continue
                left = _leftover(hard | soft, loose[low:high], start, length)
                lost = sure = 0
                for index in out:
                    lost += _worth(board, index)
                    if depth == 1 and board.items[index].least > left and not self._roomy(index, roomy):
                        sure += _worth(board, index)
                bound = hope + item.weight * length - sure
                if (bound, -len(moved) - len(out)) > self.best:
                    found[out] = Link(lost - item.weight * length, lost, start, length, out)
        ordered = sorted(found.values(), key=lambda link: (link.cost, len(link.out), link.start))
        return ordered[:BREADTH] if depth > 1 else ordered

    def _roomy(self, index: int, known: dict[int, bool]) -> bool:
        """Whether a block could stand anywhere else as the board is now."""
        if index not in known:
            item = self.board.items[index]
            known[index] = bool(self.board.starts(item, item.least, self.board.blocked(item)))
        return known[index]


def reclaim(board: Board) -> bool:
    """Gives fixed blocks back what flexible ones hold of their range, where those can go elsewhere for less."""
    gained = False
    for item in board.items:
        if item.home is None or board.places[item.index] == (item.home,) or item.request.settled:
            continue
        loose = [index for index in board.in_the_way(item, *item.home) if _loose(board, board.items[index])]
        if not loose:
            continue
        before, worth = list(board.places), board.worth()
        board.take(item.index)
        old = [(index, board.take(index)) for index in loose]
        board.put(item.index, seat_fixed(board, item))
        for index, pieces in old:
            if not any(board.in_the_way(board.items[index], *piece) for piece in pieces):
                board.put(index, pieces)
        for index, _ in old:
            fill(board, index)
        fill(board, item.index)
        if board.worth() > worth:
            gained = True
        else:
            board.restore(before)
    return gained


def push(board: Board, index: int) -> bool:
    """Lets a flexible block take the place of a fixed one of lower rank, where the fixed one yields for less."""
    item = board.items[index]
    if item.home or item.request.may_overlap:
        return False
    for other in board.items[index + 1 :]:
        if other.home is None or other.request.yields is Yield.KEEP or other.request.settled:
            continue
        if not board.places[other.index] or other.request.may_overlap or not _meet(item, other):
            continue
        before, worth = list(board.places), board.worth()
        board.take(other.index)
        fill(board, index)
        board.put(other.index, seat_fixed(board, other))
        fill(board, other.index)
        if board.worth() > worth:
            return True
        board.restore(before)
    return False


def _meet(item: Item, other: Item) -> bool:
    home = other.home or (0, 0)
    return any(start < home[1] and home[0] < end for start, end in item.windows)


def _loose(board: Board, item: Item) -> bool:
    """Whether a chain may move it: it stands in one piece, takes room, and nothing holds it."""
    if item.index in board.firm or item.piece[1] or item.request.may_overlap or item.request.settled:
        return False
    return len(board.places[item.index]) == 1 and bool(item.windows)


def _most(item: Item) -> int:
    return item.weight * item.most


def _worth(board: Board, index: int) -> int:
    return board.items[index].weight * sum(end - start for start, end in board.places[index])


def _leftover(taken: int, out: Sequence[tuple[tuple[int, int], int]], start: int, length: int) -> int:
    """How many free ticks are left around [start, start + length) once `out` is gone."""
    for (first, last), _ in out:
        taken &= ~bits.span(first, last)
    below = start - (taken & bits.span(0, start)).bit_length()
    above = bits.lowest(taken >> (start + length)) if taken >> (start + length) else 1 << 30
    return below + above
