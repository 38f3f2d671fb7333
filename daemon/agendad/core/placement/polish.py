"""Gives new blocks a better place of the same length: preferences first, then earlier. Called by `place`.

Only blocks that have no standing place are looked at, so nothing moves in a calendar that is already kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.core.placement import bits
from agendad.core.placement.fill import beside, best_start, liking, longest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.placement.board import Board, Item

ROUNDS = 4
"""How often all blocks are looked at again, while anything still changes."""


def polish(board: Board, movers: Sequence[int]) -> None:
    """Moves each of `movers` to the free start it likes best, and lets two of a length change places."""
    for _ in range(ROUNDS):
        moved = [_shift(board, board.items[index]) for index in movers if len(board.places[index]) == 1]
        swapped = [_swap(board, board.items[index], movers) for index in movers if board.items[index].pulls]
        if not any(moved) and not any(swapped):
            return


def align(board: Board, movers: Sequence[int]) -> None:
    """Brings blocks that touched a neighbour which has gone since back to the grid, or to a neighbour that is there.

    Only blocks that have moved are looked at: what stands may stay off the grid.
    """
    for _ in range(ROUNDS):
        moved = False
        for index in movers:
            item = board.items[index]
            if board.places[index] != item.stands and index not in board.firm and item.windows:
                moved = _align(board, item) or moved
        if not moved:
            return


def _align(board: Board, item: Item) -> bool:
    before = board.take(item.index)
    if not item.piece[1] and len(before) == 1 and not _may_start(board, item, before[0]):
        return _shorter(board, item, before[0])
    pieces = list(before)
    for at, (start, end) in enumerate(before):
        others = [piece for piece in pieces if piece != pieces[at]]
        blocked = beside(board, item, others)
        starts = board.starts(item, end - start, blocked)
        near = starts & bits.span(*board.day_of(start))
        if near and not starts >> start & 1:
            best = min(_both_sides(near, start), key=lambda tick: (abs(tick - start), tick))
            pieces[at] = (best, best + end - start)
    board.put(item.index, tuple(sorted(pieces)))
    return board.places[item.index] != before


def _may_start(board: Board, item: Item, piece: tuple[int, int]) -> bool:
    """Whether a piece of this length may start anywhere on the day."""
    starts = board.starts(item, piece[1] - piece[0], board.blocked(item))
    return bool(starts & bits.span(*board.day_of(piece[0])))


def _shorter(board: Board, item: Item, piece: tuple[int, int]) -> bool:
    """A block that cannot keep its length without the neighbour that has gone takes the longest it can, or goes."""
    blocked = board.blocked(item)
    length = longest(board, item, blocked, (item.least, piece[1] - piece[0]))
    if length:
        start = best_start(item, board.starts(item, length, blocked))
        board.put(item.index, ((start, start + length),))
    return True


def _both_sides(ticks: int, at: int) -> list[int]:
    """The last of `ticks` before `at` and the first after it."""
    below, above = ticks & bits.span(0, at), ticks >> at
    return [bits.highest(below)] * bool(below) + [bits.lowest(above) + at] * bool(above)


def _shift(board: Board, item: Item) -> bool:
    before = board.take(item.index)
    length = before[0][1] - before[0][0]
    starts = board.starts(item, length, board.blocked(item))
    pieces = before
    if starts:
        start = best_start(item, starts)
        pieces = max(before, ((start, start + length),), key=lambda one: liking(item, one))
    board.put(item.index, pieces)
    return pieces != before


def _swap(board: Board, item: Item, movers: Sequence[int]) -> bool:
    """Changes places with a block of the same length when more preferences are met together."""
    for index in movers:
        other = board.items[index]
        mine, theirs = board.places[item.index], board.places[index]
        if len(mine) != 1 or len(theirs) != 1 or index == item.index or item.gap != other.gap:
            continue
        length = mine[0][1] - mine[0][0]
        if theirs[0][1] - theirs[0][0] != length or item.ties or other.ties:
            continue
        if not (item.fits(length) >> theirs[0][0] & 1 and other.fits(length) >> mine[0][0] & 1):
            continue
        if liking(item, theirs)[0] + liking(other, mine)[0] > liking(item, mine)[0] + liking(other, theirs)[0]:
            board.take(item.index)
            board.take(index)
            board.put(item.index, theirs)
            board.put(index, mine)
            return True
    return False
