"""Puts one block onto the board as it is: the longest it can get, then the preferred start, then the earliest.

Called by every stage of `place`; nothing that stands is moved here.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from agendad.core.placement import bits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.core.placement.board import Board, Item, Pieces

ANYWHERE = -1
"""A mask with every tick in it."""


def fill(board: Board, index: int) -> bool:
    """Places an item, or adds the pieces that its total still lacks; says whether it stands then."""
    item = board.items[index]
    if item.piece[1]:
        _fill_pieces(board, item)
    elif not board.places[index]:
        blocked = board.blocked(item)
        length = longest(board, item, blocked, (item.least, item.most))
        if length:
            start = best_start(item, board.starts(item, length, blocked))
            board.put(index, ((start, start + length),))
    return bool(board.places[index])


def longest(board: Board, item: Item, blocked: int, lengths: tuple[int, int], where: int = ANYWHERE) -> int:
    """The greatest length between the two for which there is a start in `where`; 0 when there is none."""
    low, high = lengths
    if high < low or not board.starts(item, low, blocked) & where:
        return 0
    if board.starts(item, high, blocked) & where:
        return high
    while high - low > 1:  # a start for a length is one for each shorter length too, or its touching end gives one
        middle = (low + high) // 2
        if board.starts(item, middle, blocked) & where:
            low = middle
        else:
            high = middle
    return low


def best_start(item: Item, starts: int) -> int:
    """Of `starts` (not empty), the one that meets most preferences, then the nearest to them, then the earliest."""
    if not item.pulls:
        return bits.lowest(starts)
    for size in range(len(item.pulls), 0, -1):
        met = []
        for chosen in combinations(item.pulls, size):
            common = starts
            for ticks, _ in chosen:
                common &= ticks
            if common:
                met.append(bits.lowest(common))
        if met:
            return min(met, key=lambda start: (_distance(item, start), start))
    return min(_near(item, starts), key=lambda start: (_distance(item, start), start))


def _near(item: Item, starts: int) -> set[int]:
    """The first of `starts` and those next to a preferred range: the nearest to any one preference is among them."""
    near = {bits.lowest(starts)}
    for _, ranges in item.pulls:
        for first, last in ranges:
            below, above = starts & bits.span(0, first), starts >> last
            if below:
                near.add(bits.highest(below))
            if above:
                near.add(bits.lowest(above) + last)
    return near


def liking(item: Item, pieces: Pieces) -> tuple[int, int, int]:
    """Objectives (3) and (4) for one item, the greater the better: preferences met, nearness, earliness."""
    met = sum(1 for start, _ in pieces for ticks, _ in item.pulls if ticks >> start & 1)
    return met, -sum(_distance(item, start) for start, _ in pieces), -sum(start for start, _ in pieces)


def grow(board: Board, index: int) -> bool:
    """Lengthens a block of variable length where it stands, or adds missing pieces; says whether anything changed."""
    item = board.items[index]
    before = board.places[index]
    if item.piece[1]:
        _fill_pieces(board, item)
        return board.places[index] != before
    if len(before) != 1 or before[0][1] - before[0][0] >= item.most or item.home == before[0]:
        return False
    start, end = before[0]
    board.take(index)
    blocked = board.blocked(item)
    free = board.full & ~(blocked | board.forbidden(item))
    for length in range(item.most, end - start, -1):
        here = item.fits(length) & bits.runs(free, length) & bits.span(max(0, end - length), start + 1)
        here &= board.grid | item.anchors | blocked << 1 | blocked >> length | 1 << start
        if here:
            start = start if here >> start & 1 else bits.highest(here)
            end = start + length
            break
    board.put(index, ((start, end),))
    return board.places[index] != before


def beside(board: Board, item: Item, pieces: Iterable[tuple[int, int]]) -> int:
    """What is in the way of one more piece of `item`: its other pieces too, also where it may stand over others."""
    blocked = board.blocked(item)
    for start, end in pieces:
        blocked |= bits.span(max(0, start - item.gap), end + item.gap)
    return blocked & board.full


def _distance(item: Item, start: int) -> int:
    return sum(
        min((max(first - start, start - last + 1, 0) for first, last in ranges), default=0) for _, ranges in item.pulls
    )


def _fill_pieces(board: Board, item: Item) -> None:
    """Adds pieces, longest first, until the total is reached or nothing more fits; all of them go below the least."""
    pieces = list(board.take(item.index))
    total = sum(end - start for start, end in pieces)
    while item.most - total >= item.piece[0]:
        board.put(item.index, tuple(pieces))
        blocked = beside(board, item, pieces)
        length = longest(board, item, blocked, (item.piece[0], _next_piece(item, total)), open_days(board, item))
        if total + length < item.least:
            length = min(length, _next_piece(item, total, length))
        start = best_start(item, board.starts(item, length, blocked) & open_days(board, item)) if length else 0
        board.take(item.index)
        if not length:
            break
        pieces = sorted([*pieces, (start, start + length)])
        total += length
    if total >= item.least:
        board.put(item.index, tuple(pieces))


def _next_piece(item: Item, total: int, room: int | None = None) -> int:
    """How long the next piece may be, so that what is left after it is not too short for a piece of its own.

    `room` is the length that has a place, when that is known.
    """
    left = item.most - total
    length = min(item.piece[1], left) if room is None else room
    if 0 < left - length < item.piece[0] and left - item.piece[0] >= item.piece[0]:
        return left - item.piece[0]
    return length


def open_days(board: Board, item: Item) -> int:
    """The ticks of days that may still hold a piece of the item."""
    limit = item.request.pieces.per_day if item.request.pieces else None
    if limit is None:
        return ANYWHERE
    days = board.days_of(item, board.places[item.index])
    closed = 0
    for day in set(days):
        if days.count(day) >= limit:
            closed |= bits.span(*day)
    return ~closed
