"""The search behind `repair.py`: ejection chains, each the cheapest way found to seat one block that has no place.

A block takes the place of others, each of those looks for a free place or takes the place of further ones in turn, and
what finds none goes. The best chain is the one with the greatest gain in weighted minutes, then the one that moves the
fewest; a chain without gain is not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agendad.core.placement import bits
from agendad.core.placement.board import worth
from agendad.core.placement.fill import ANYWHERE, best_start, fill, longest

if TYPE_CHECKING:
    from agendad.core.placement.board import Board, Item, Saved
    from agendad.core.problem import Stretch

CROWD = 3
"""How many blocks one link may push out."""
BREADTH = 8
"""How many places are tried for one link, the cheapest first."""


class Gap(NamedTuple):
    """A free range [start, end) once the blocks `out` (indexes), worth `worth` where they stand, are gone.

    `stiff` is what they lose if nothing of the range is left to them, `heavy` the most that one tick of it could save.
    """

    start: int
    end: int
    out: tuple[int, ...]
    worth: int
    stiff: int = 0
    heavy: int = 0


class Link(NamedTuple):
    """One place that a block could take, the gap it would make there, and the cost: what goes less what comes."""

    cost: int
    start: int
    length: int
    gap: Gap


class Chains:
    """The search for one chain after the other on a board."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.wanted = ANYWHERE
        """Gaps beside these ticks are of no use to anybody for whom the board as it is is searched."""
        self.steps = 0
        self.best = (0, 0)
        self.best_board: Saved | None = None
        self.gaps: dict[int, list[Gap]] = {}
        """What `_gaps` found for the board as it is, by the gap that a block asks for."""
        self.tied: dict[tuple[object, ...], list[Gap]] = {}
        """The same for blocks that are bound to others, by their windows and by the ticks that the others close."""
        self.elsewhere: dict[int, int] = {}
        """What a block would be worth at another place on the board as it is."""
        self.losses: dict[tuple[int, ...], int] = {}
        """What `_loss` found for the board as it is, by the ticks left and the blocks of a gap."""
        self.loose: tuple[list[tuple[Stretch, Item]], int] | None = None
        """What `_movable` found for the board as it is."""
        self.near: dict[tuple[object, ...], list[Gap]] = {}
        """The gaps of the board as it is in which a block can stand, by its gap, its least length and its windows."""

    def rescue(self, index: int, depth: int, steps: int) -> bool:
        """Seats one block, or lengthens it, by the best chain found within `steps`; says whether that gained anything.

        The board may have changed since the last call only if `forget` was called.
        """
        board, item = self.board, self.board.items[index]
        if item.piece[1] or item.request.may_overlap:
            before = board.places[index]
            return fill(board, index) and board.places[index] != before
        before, floor = board.places[index], worth_of(board, index)
        if before:
            self.forget()
            board.take(index)
        self._reset(floor)
        for reach in range(1, depth + 1):
            self.steps = steps
            self._search([index], 0, frozenset(), reach)
            if self.best[0] >= most_worth(item):
                break
        found = self.best_board
        if found is not None:
            board.restore(found)
        elif before:
            board.put(index, before)
        if before or found is not None:
            self.forget()
        return found is not None

    def _reset(self, floor: int) -> None:
        """Starts a search for a chain that gains more than `floor`."""
        self.best, self.best_board = (floor, 0), None

    def forget(self) -> None:
        """Tells that the board has changed."""
        self.gaps, self.tied, self.elsewhere, self.losses, self.near, self.loose = {}, {}, {}, {}, {}, None

    def _search(self, pending: list[int], score: int, moved: frozenset[int], depth: int) -> None:
        """Follows a chain: `pending` have no place yet; `score` is the gain if all of them stay without."""
        board = self.board
        if (score, -len(moved)) > self.best:
            self.best, self.best_board = (score, -len(moved)), board.saved()
        self.steps -= 1
        hope = score + sum([most_worth(board.items[index]) for index in pending])
        if not pending or (hope, -len(moved)) <= self.best:
            return
        index = pending[0] if len(pending) == 1 else max(pending, key=lambda one: (most_worth(board.items[one]), -one))
        rest = [one for one in pending if one != index]
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
            for link in self._links(item, moved, hope - most_worth(item), depth):
                if self.steps <= 0:
                    return
                self._follow(link, (index, *rest), (score, moved), depth)
        if rest and not length:
            self._search(rest, score, moved, depth)

    def _follow(self, link: Link, waiting: tuple[int, ...], so_far: tuple[int, frozenset[int]], depth: int) -> None:
        """Goes on with the first of `waiting` in the place of a link, then takes it back."""
        board = self.board
        index, *rest = waiting
        score, moved = so_far
        out = [(other, board.take(other)) for other in link.gap.out]
        end = link.start + link.length
        if len(board.own) == 1 or not board.in_the_way(board.items[index], link.start, end):  # a wide gap reaches far
            board.put(index, ((link.start, end),))
            self._search([*rest, *link.gap.out], score - link.cost, moved | {index, *link.gap.out}, depth - 1)
            board.take(index)
        for other, pieces in out:
            board.put(other, pieces)

    def _links(self, item: Item, moved: frozenset[int], hope: int, depth: int) -> list[Link]:
        """The places that `item` could take from blocks that may be moved, the cheapest first.

        `hope` is the gain that the rest of the chain could still bring; a link that cannot beat the best is left out.
        """
        least, weight = item.least, item.weight
        need, steps = self.best[0] - hope, -self.best[1] - len(moved)
        elsewhere, losses = self.elsewhere, self.losses
        if moved:
            gaps, elsewhere, losses = self._gaps(item, moved, item.fits(1)), {}, {}
        elif item.ties:
            gaps = self._tied(item)
        elif depth == 1:
            gaps = self._worthwhile(item, need - (steps > 0))
        else:
            gaps = self._near(item)
        found = []
        for gap in gaps:
            room = gap.end - gap.start
            if room < least or weight * min(room, item.most) < need:
                continue
            for length in self._lengths(item, gap):
                gain = weight * length
                bound = gain
                if depth == 1:
                    key = (room - length, *gap.out)
                    if key not in losses:
                        losses[key] = self._loss(gap, room - length, elsewhere)
                    bound -= losses[key]
                if bound > need or (bound == need and len(gap.out) < steps):
                    found += [Link(gap.worth - gain, start, length, gap) for start in self._starts(item, gap, length)]
        found.sort(key=lambda link: (link.cost, len(link.gap.out), link.start))
        return found[:BREADTH] if depth > 1 else found

    def _tied(self, item: Item) -> list[Gap]:
        """The gaps of the board as it is for a block that is bound to others."""
        key = item.gap, item.windows, self.board.forbidden(item)
        if key not in self.tied:
            self.tied[key] = self._gaps(item, frozenset(), self.wanted & item.fits(1))
        return self.tied[key]

    def _known(self, item: Item) -> list[Gap]:
        """The gaps of the board as it is, with what they would cost."""
        if item.gap not in self.gaps:
            items, away = self.board.items, self._away
            self.gaps[item.gap] = [
                Gap(
                    *gap[:4],
                    stiff=max(0, gap.worth - sum([away(index, self.elsewhere) for index in gap.out])),
                    heavy=max([items[index].weight for index in gap.out]),
                )
                for gap in self._gaps(item, frozenset(), self.wanted)
            ]
        return self.gaps[item.gap]

    def _worthwhile(self, item: Item, need: int) -> list[Gap]:
        """The known gaps in which `item`, at its longest or at its shortest, may gain more than `need`."""
        least, most, weight = item.least, item.most, item.weight
        found = []
        for gap in self._near(item):
            room = gap.end - gap.start
            longest_here = most if most < room else room
            cost = need + gap.stiff - gap.heavy * room
            if (weight - gap.heavy) * longest_here > cost or (weight - gap.heavy) * least > cost:
                found.append(gap)
        return found

    def _near(self, item: Item) -> list[Gap]:
        """The known gaps that have room for `item` inside one of its windows."""
        key = (item.gap, item.least, item.windows)
        if key not in self.near:
            least, fits = item.least, item.fits(item.least)
            low, high = item.windows[0][0], item.windows[-1][1]
            self.near[key] = [
                gap
                for gap in self._known(item)
                if gap.start < high
                and gap.end > low
                and gap.end - gap.start >= least
                and fits >> gap.start & bits.span(0, gap.end - gap.start - least + 1)
            ]
        return self.near[key]

    def _loss(self, gap: Gap, left: int, elsewhere: dict[int, int]) -> int:
        """The least that the blocks of a gap lose when only `left` ticks of it are left to them, or free places.

        Every choice of who stays in the gap is looked at; the others go where they would be worth most now.
        """
        board = self.board
        base = 0
        tempted = []  # who may do better by staying: weight, least and most length, and the worth elsewhere
        for index in gap.out:
            item = board.items[index]
            away = self._away(index, elsewhere)
            base += away
            if item.least <= left and away < item.weight * min(item.most, left):
                tempted.append((item.weight, item.least, item.most, away))
        best = base
        tempted.sort(reverse=True)
        for choice in range(1, 1 << len(tempted)):
            staying = [one for at, one in enumerate(tempted) if choice >> at & 1]
            spare = left - sum([least for _, least, _, _ in staying])
            if spare >= 0:
                gain = base
                for weight, least, most, away in staying:
                    more = min(spare, most - least)
                    spare -= more
                    gain += weight * (least + more) - away
                best = max(best, gain)
        return max(0, gap.worth - best)

    def _away(self, index: int, elsewhere: dict[int, int]) -> int:
        """What a block would be worth at another place, as far as `elsewhere` does not know it yet."""
        if index not in elsewhere:
            board, item = self.board, self.board.items[index]
            elsewhere[index] = item.weight * longest(board, item, board.blocked(item), (item.least, item.most))
        return elsewhere[index]

    def _lengths(self, item: Item, gap: Gap) -> set[int]:
        """As long as a gap lets it be, as short as it may be, and what leaves the others in the gap their least."""
        room = gap.end - gap.start
        most = min(item.most, room)
        if item.least == most:
            return {most}
        spare = room - sum([self.board.items[index].least for index in gap.out])
        return {item.least, most, min(max(spare, item.least), most)}

    def _starts(self, item: Item, gap: Gap, length: int) -> set[int]:
        """The first and the last start in a gap, so that what is left of it stays in one piece."""
        board = self.board
        where = item.fits(length) & bits.span(gap.start, gap.end - length + 1)
        where &= board.grid | item.anchors | 1 << gap.start | 1 << (gap.end - length)
        return {bits.lowest(where), bits.highest(where)} if where else set()

    def _gaps(self, item: Item, moved: frozenset[int], wanted: int) -> list[Gap]:
        """The gaps that taking out up to `CROWD` neighbours would make for a block that asks for the gap of `item`.

        Where a stretch has none of the ticks that are `wanted` they are left out.
        """
        board = self.board
        if moved:
            loose, soft = self._movable(moved)
        else:
            loose, soft = self.loose = self.loose or self._movable(moved)
        own, board.own = board.own, {gap: ticks & ~soft for gap, ticks in board.own.items()}
        free = board.reach & ~(board.blocked(item) | board.forbidden(item))
        board.own = own
        found = []
        at = 0
        for start, end in bits.stretches(free):
            if not wanted >> start & bits.span(0, end - start):
                continue
            while at < len(loose) and loose[at][0][1] <= start:
                at += 1
            last = at
            while last < len(loose) and loose[last][0][0] < end:
                last += 1
            inside = loose[at:last]
            indexes = tuple([other.index for _, other in inside])
            values = [worth_of(board, index) for index in indexes]
            lows = [start, *(max(start, piece[1] + max(item.gap, other.gap)) for piece, other in inside)]
            highs = [*(min(end, piece[0] - max(item.gap, other.gap)) for piece, other in inside), end]
            for first in range(len(inside)):
                for after in range(first + 1, min(first + CROWD, len(inside)) + 1):
                    lost = sum(values[first:after])
                    found.append(Gap(lows[first], highs[after], indexes[first:after], lost))
        return found

    def _movable(self, moved: frozenset[int]) -> tuple[list[tuple[Stretch, Item]], int]:
        """The blocks that a chain may move, but for those it has moved, in order of time; and the ticks they take."""
        board = self.board
        others = [other for other in board.items if other.index not in moved and is_loose(board, other)]
        loose = sorted([(board.places[other.index][0], other) for other in others], key=lambda one: one[0])
        soft = 0
        for (start, end), _ in loose:
            soft |= bits.span(start, end)
        return loose, soft


def is_loose(board: Board, item: Item) -> bool:
    """Whether a chain may move it: it stands in one piece, takes room, and nothing holds it."""
    if item.index in board.firm or item.piece[1] or item.request.may_overlap or item.settled:
        return False
    return len(board.places[item.index]) == 1 and bool(item.windows)


def most_worth(item: Item) -> int:
    return item.weight * item.most


def worth_of(board: Board, index: int) -> int:
    return worth(board.items[index], board.places[index])
