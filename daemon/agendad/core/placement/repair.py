"""Finds room for blocks that have no place by moving as few of the others as it takes. Called by `place`, last.

What stands is moved only by a chain of `chains.py` that gains weighted minutes, or where a fixed and a flexible block
want the same time; afterwards everybody who can go back without loss does.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from agendad.core.placement.chains import Chains, is_loose, most_worth
from agendad.core.placement.fill import fill, grow
from agendad.core.placement.seed import seat_fixed, still_fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.placement.board import Board, Item

DEPTH = 2
"""How many blocks a chain may push on, one after the other, for a block that a change displaced."""
STEPS = 100
"""How many links are tried for one block."""


def repair(board: Board, homeless: Sequence[int]) -> None:
    """Seats what can be seated of `homeless`, and lengthens what a change gave room to, until nothing is gained."""
    chains = Chains(board)
    reclaim(board)
    displaced = [index for index in homeless if board.items[index].stands]
    for index in sorted(displaced, key=lambda index: (-most_worth(board.items[index]), index)):
        chains.rescue(index, DEPTH, STEPS)
    changed = True
    while changed:
        changed = _seat_waiting(board, chains)
        changed = _lengthen(board, chains) or changed
    _go_back(board)


def _seat_waiting(board: Board, chains: Chains) -> bool:
    """Seats who stands nowhere, if it gains anything; says whether it did for any."""
    changed = False
    hopeless: set[tuple[object, ...]] = set()  # of two alike, the second need not try where the first has failed
    waiting = _waiting(board)
    chains.wanted = reduce(int.__or__, (board.items[index].fits(1) for index in waiting), 0)
    chains.forget()
    for index in waiting:
        kind = _kind(board.items[index])
        if kind in hopeless:
            continue
        if chains.rescue(index, 1, STEPS) or push(board, index):
            changed = True
            chains.forget()
            hopeless.clear()
        else:
            hopeless.add(kind)
    return changed


def _kind(item: Item) -> tuple[object, ...]:
    """All that decides where an item that stands nowhere may stand."""
    one = item.request
    place = (item.windows, item.home is None, item.anchors, item.pulls, item.ties, one.may_overlap)
    return (*place, item.least, item.most, item.gap, item.weight, one.pieces, one.firm_days)


def _lengthen(board: Board, chains: Chains) -> bool:
    """Lets everybody who is shorter than wished grow into free time; says whether anybody did."""
    changed = False
    for item in board.items:
        if item.index not in board.firm and grow(board, item.index):
            changed = True
            chains.forget()
    return changed


def _go_back(board: Board) -> None:
    """Lets moved blocks return to where they stood, if nothing is lost by it: others that have moved give way."""
    for item in board.items:
        if (
            len(item.stands) == 1
            and board.places[item.index] != item.stands
            and not item.home
            and is_loose(board, item)
        ):
            before, worth, moved = board.saved(), board.worth(), _moved(board)
            for way in (_return, _renounce):
                if way(board, item) and board.worth() >= worth and _moved(board) < moved and board.in_order():
                    break
                board.restore(before)


def _moved(board: Board) -> int:
    """How many blocks are not where they stood."""
    return sum(1 for item in board.items if _has_moved(board, item))


def _has_moved(board: Board, item: Item) -> bool:
    return bool(item.stands) and board.places[item.index] != item.stands


def _return(board: Board, item: Item) -> bool:
    """Puts a block where it stood; who has moved there looks for another place."""
    board.take(item.index)
    around = board.in_the_way(item, *item.stands[0])
    if any(
        board.places[index] == board.items[index].stands or not is_loose(board, board.items[index]) for index in around
    ):
        return False
    for index in around:
        board.take(index)
    if not still_fits(board, item):
        return False
    board.put(item.index, item.stands)
    for index in sorted(around, key=lambda index: (-most_worth(board.items[index]), index)):
        fill(board, index)
    return True


def _renounce(board: Board, item: Item) -> bool:
    """Takes a block off, lets others that have moved return, and gives what is free to whoever waits."""
    board.take(item.index)
    others = [
        other
        for other in board.items
        if other is not item and _has_moved(board, other) and not other.home and other.index not in board.dropped
    ]
    moved = [(other, board.take(other.index)) for other in others]  # all at once: one may stand in another's way
    able = [still_fits(board, other) for other in others]
    for (other, pieces), may_return in zip(moved, able, strict=True):
        if not may_return:
            board.put(other.index, pieces)
    for (other, pieces), may_return in zip(moved, able, strict=True):
        if may_return and still_fits(board, other):
            board.put(other.index, other.stands)
        elif may_return and not any(board.in_the_way(other, *piece) for piece in pieces):
            board.put(other.index, pieces)
    for index in _waiting(board):
        fill(board, index)
    return True


def _waiting(board: Board) -> list[int]:
    """Who stands nowhere though it may, the greatest worth first."""
    found = [
        item.index
        for item in board.items
        if not board.places[item.index] and item.windows and item.index not in board.dropped
    ]
    return sorted(found, key=lambda index: (-most_worth(board.items[index]), index))


def reclaim(board: Board) -> None:
    """Gives fixed blocks back what flexible ones hold of their range, where those can go elsewhere for less."""
    for item in board.items:
        if item.home is None or board.places[item.index] == (item.home,) or item.settled:
            continue
        loose = [index for index in board.in_the_way(item, *item.home) if is_loose(board, board.items[index])]
        if not loose:
            continue
        before, worth = board.saved(), board.worth()
        board.take(item.index)
        old = [(index, board.take(index)) for index in loose]
        board.put(item.index, seat_fixed(board, item))
        for index, pieces in old:
            if not any(board.in_the_way(board.items[index], *piece) for piece in pieces):
                board.put(index, pieces)
        for index, _ in old:
            fill(board, index)
        fill(board, item.index)
        if board.worth() <= worth or not board.in_order():
            board.restore(before)


def push(board: Board, index: int) -> bool:
    """Lets a flexible block take the place of a fixed one of lower rank, where the fixed one yields for less."""
    item = board.items[index]
    if item.home or item.request.may_overlap:
        return False
    for other in board.yielding:
        if other.index <= index or other.settled or not board.places[other.index] or not _meet(item, other):
            continue
        worth, before = board.worth(), board.take(other.index)
        if fill(board, index):
            board.put(other.index, seat_fixed(board, other))
            fill(board, other.index)
            if board.worth() > worth and board.in_order():
                return True
            board.take(other.index)
            board.take(index)
        board.put(other.index, before)
    return False


def _meet(item: Item, other: Item) -> bool:
    home = other.home or (0, 0)
    return any(start < home[1] and home[0] < end for start, end in item.windows)
