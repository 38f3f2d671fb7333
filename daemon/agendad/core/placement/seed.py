"""The first stage of `place`: who has a right to a place before anybody is looked for one.

Settled blocks, blocks that keep their place over everything, fixed blocks by rank (with what each does when something
of more right lands on it), and flexible blocks that stand and still fit. The rest is handed on, in the order of rank.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from agendad.core.placement import bits
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from agendad.core.placement.board import Board, Item, Pieces


def seed(board: Board) -> list[int]:
    """Sets up the board; returns the indexes that still want a place, in the order of rank."""
    _seat_settled(board)
    _seat_keepers(board)
    pending = [
        item.index
        for item in board.items
        if item.index not in board.dropped and not board.places[item.index] and not _seat(board, item)
    ]
    for item in reversed(board.items):  # a fixed block of lower rank may have landed on the wrong side of one
        if item.ties and item.index not in board.firm and board.forbidden(item) & _ticks(board.places[item.index]):
            board.take(item.index)
            pending.append(item.index)
    return sorted(index for index in pending if board.items[index].windows)


def seat_fixed(board: Board, item: Item) -> Pieces:
    """What a fixed block can have of the range it wants, given everything on the board but weaker keepers.

    SHRINK takes the longest free part that is long enough (the first of several), SPLIT all of them.
    """
    if item.home is None:
        return ()
    keepers = {
        index
        for index in board.keepers
        if index > item.index and index in board.firm and (item.ties or not board.items[index].request.may_overlap)
    }
    weaker = [index for index in board.in_the_way(item, *item.home) if index in keepers] if keepers else []
    kept = [(index, board.take(index)) for index in weaker]
    blocked = board.blocked(item)
    for index, pieces in kept:
        board.put(index, pieces)
    if not blocked & bits.span(*item.home):
        return (item.home,)
    return _parts(item, (item.home,), blocked)


def still_fits(board: Board, item: Item) -> bool:
    """Whether what stands of an item is right by its rule and free on the board (the item itself is not on it)."""
    return well_formed(board, item) and not (board.blocked(item) | board.forbidden(item)) & _ticks(item.stands)


def well_formed(board: Board, item: Item) -> bool:
    """Whether what stands has the lengths, the windows, the distances and the days that its rule asks for now."""
    pieces = item.stands
    lengths = [end - start for start, end in pieces]
    if not pieces or sum(lengths) > item.most:
        return False
    if item.piece[1]:
        if min(lengths) < item.piece[0] or max(lengths) > item.piece[1] or sum(lengths) < item.least:
            return False
    elif min(lengths) < item.least or (len(pieces) > 1 and item.request.yields is not Yield.SPLIT):
        return False
    if any(after[0] < before[1] + item.gap for before, after in pairwise(pieces)):
        return False
    limit = item.request.pieces.per_day if item.request.pieces else None
    if limit is not None:
        days = board.days_of(item, pieces)
        if any(days.count(board.day_of(start)) > limit for start, _ in pieces):
            return False
    return all(any(first <= start and end <= last for first, last in item.windows) for start, end in pieces)


def _seat_settled(board: Board) -> None:
    """Settled blocks move only off busy time; of two that stand over each other the stronger stays."""
    for item in board.items:
        if not item.settled:
            continue
        hit = board.busy(item, gap=False) & _ticks(item.stands)
        others = any(board.in_the_way(item, start, end) for start, end in item.stands)
        if (not hit or item.request.yields is Yield.KEEP) and not others:
            board.put(item.index, item.stands)
            board.firm.add(item.index)
        else:
            item.settled = False


def _seat_keepers(board: Board) -> None:
    """Blocks that keep their place over everything: fixed ones at home, flexible ones where they stand."""
    for item in (board.items[index] for index in board.keepers if index not in board.firm):
        pieces = (item.home,) if item.home else item.stands if well_formed(board, item) else ()
        if pieces:
            board.overlaps = board.overlaps or _over_others(board, item, pieces)
            board.put(item.index, pieces)
            board.firm.add(item.index)


def _seat(board: Board, item: Item) -> bool:
    """Seats a fixed block at home, or any block where it stands, or what its rule leaves of it there."""
    pieces = seat_fixed(board, item)
    if not pieces and still_fits(board, item):
        pieces = item.stands
    elif not pieces and not item.home and well_formed(board, item):
        if item.request.yields is Yield.SKIP:
            board.dropped.add(item.index)
            return True
        pieces = _parts(item, item.stands, board.blocked(item) | board.forbidden(item))
    if not pieces:
        return False
    if item.home and _over_others(board, item, pieces):
        board.overlaps = True
    board.put(item.index, pieces)
    if (item.home and not item.windows) or pieces == (item.home,) or item.request.yields is Yield.SKIP:
        board.firm.add(item.index)
    return True


def _over_others(board: Board, item: Item, pieces: Pieces) -> bool:
    """Whether another block of ours is in the way of `pieces` (the item itself is not on the board)."""
    return not item.request.may_overlap and any(board.taken(item, start, end) for start, end in pieces)


def _parts(item: Item, pieces: Pieces, blocked: int) -> Pieces:
    """What SHRINK or SPLIT leaves of `pieces`."""
    free = bits.stretches(_ticks(pieces) & ~blocked)
    parts = [part for part in free if part[1] - part[0] >= (item.piece[0] or item.least)]
    if item.request.yields is Yield.SPLIT:
        return tuple(parts)
    if item.request.yields is Yield.SHRINK and parts:
        return (max(parts, key=lambda part: (part[1] - part[0], -part[0])),)
    return ()


def _ticks(pieces: Pieces) -> int:
    ticks = 0
    for start, end in pieces:
        ticks |= bits.span(start, end)
    return ticks
