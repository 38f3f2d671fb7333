"""Why each block stands where it stands, or nowhere: read off the finished board. Called by `place`.

Facts by code; all values are text, `minutes` and `wanted` are lengths in minutes, `event` is a title (maybe empty),
`rule` the rule of another block:

    placed
    FIXED_TIME        -                    at the time its rule gives
    KEEPS_OVER_EVENT  event                keeps its place over a real event
    SETTLED           -                    begins so soon that it is no longer moved
    KEPT              -                    stood there and still fits
    SHRUNK            minutes, wanted, event|rule      only the longest free part is left
    SPLIT             minutes, wanted, pieces, event|rule      only the free parts are left
    MOVED_ASIDE       event|rule           what took the place it wanted or had
    MADE_ROOM         rule                 moved though it fitted, so that a block of `rule` could stand
    RULE_CHANGED      -                    what stood is not what its rule asks for now
    PREFERENCE_MET    met, of              new, with so many of its preferences met
    PLACED_FREE       -                    new, in free time

    unplaced
    NO_WINDOW         -                    there is no window in the future
    YIELDED           event, minutes       gave way to a real event
    OUTRANKED         rule, minutes        a block of higher rank has the place
    NO_ROOM           minutes, windows, longest      its least, how many windows, the longest free stretch
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from agendad.core.placement import bits
from agendad.core.placement.fill import liking, open_days
from agendad.core.placement.seed import well_formed
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agendad.core.placement.board import Board, Item, Pieces


def remarks(board: Board, item: Item) -> tuple[Reason, ...]:
    """What there is to say of an item that stands somewhere."""
    pieces = board.places[item.index]
    if item.index in board.firm and item.settled and pieces == item.stands and pieces != (item.home,):
        return (Reason(ReasonCode.SETTLED),)
    if item.home:
        return (_fixed(board, item, pieces),)
    if item.request.yields is Yield.KEEP and pieces == item.stands and (over := _event(board, item, pieces)):
        return (Reason(ReasonCode.KEEPS_OVER_EVENT, over),)
    if pieces == item.stands:
        return (Reason(ReasonCode.KEPT),)
    if item.stands:
        return (_moved(board, item, pieces),)
    met = liking(item, pieces)[0]
    if met:
        wanted = len(item.pulls) * len(pieces)
        return (Reason(ReasonCode.PREFERENCE_MET, {"met": str(met), "of": str(wanted)}),)
    return (Reason(ReasonCode.PLACED_FREE),)


def missing(board: Board, item: Item) -> Reason:
    """Why an item stands nowhere."""
    needs = {"minutes": str(item.least * board.unit)}
    wanted = (item.home,) if item.home else item.stands if item.index in board.dropped else ()
    if wanted:
        cause = _cause(board, item, wanted)
        if "event" in cause:
            return Reason(ReasonCode.YIELDED, {**cause, **needs})
        if "rule" in cause:
            return Reason(ReasonCode.OUTRANKED, {**cause, **needs})
    stronger = _stronger(board, item)
    if stronger is not None:
        return Reason(ReasonCode.OUTRANKED, {"rule": stronger.request.rule, **needs})
    free = bits.stretches(_window(item) & ~board.blocked(item) & open_days(board, item))
    longest = max((end - start for start, end in free), default=0)
    facts = {"windows": str(len(item.windows)), "longest": str(longest * board.unit)}
    return Reason(ReasonCode.NO_ROOM, {**needs, **facts})


def _fixed(board: Board, item: Item, pieces: Pieces) -> Reason:
    home = item.home or (0, 0)
    if pieces == (home,):
        over = _event(board, item, pieces)
        return Reason(ReasonCode.KEEPS_OVER_EVENT, over) if over else Reason(ReasonCode.FIXED_TIME)
    cause = _cause(board, item, (home,))
    if any(start < home[0] or end > home[1] for start, end in pieces):
        return Reason(ReasonCode.MOVED_ASIDE, cause)
    return _less(board, pieces, home[1] - home[0], cause)


def _moved(board: Board, item: Item, pieces: Pieces) -> Reason:
    """A flexible block that stood elsewhere."""
    if not well_formed(board, item):
        return Reason(ReasonCode.RULE_CHANGED)
    cause = _cause(board, item, item.stands)
    inside = all(any(start >= first and end <= last for first, last in item.stands) for start, end in pieces)
    if inside and item.request.yields in (Yield.SHRINK, Yield.SPLIT):
        return _less(board, pieces, sum(end - start for start, end in item.stands), cause)
    if "event" in cause:
        return Reason(ReasonCode.MOVED_ASIDE, cause)
    taken = [index for start, end in item.stands for index in board.in_the_way(item, start, end)]
    if any(index < item.index and index in board.firm for index in taken):
        return Reason(ReasonCode.MOVED_ASIDE, cause)
    return Reason(ReasonCode.MADE_ROOM, cause)


def _less(board: Board, pieces: Pieces, wanted: int, cause: Mapping[str, str]) -> Reason:
    got = sum(end - start for start, end in pieces)
    facts = {"minutes": str(got * board.unit), "wanted": str(wanted * board.unit), **cause}
    if len(pieces) > 1:
        return Reason(ReasonCode.SPLIT, {"pieces": str(len(pieces)), **facts})
    return Reason(ReasonCode.SHRUNK, facts)


def _cause(board: Board, item: Item, wanted: Pieces) -> dict[str, str]:
    """What has taken a place: the first real event, else the strongest block of ours, else nothing."""
    over = _event(board, item, wanted)
    if over:
        return over
    taken = [index for start, end in wanted for index in board.in_the_way(item, start, end)]
    return {"rule": board.items[min(taken)].request.rule} if taken else {}


def _event(board: Board, item: Item, pieces: Pieces) -> dict[str, str]:
    """The first busy time in the way of `pieces` (or within the gap asked around them)."""
    gap, (busy, until) = item.request.gap, board.busy_times
    for start, end in board.minutes(pieces):
        first = bisect_right(until, start - gap)  # whatever begins before it is over by then
        last = bisect_left(busy, end + gap, key=lambda each: each.start)
        for one in busy[first:last]:
            if start < one.end + gap and not (one.own and item.request.may_overlap):
                return {"event": one.title}
    return {}


def _stronger(board: Board, item: Item) -> Item | None:
    """The strongest block of ours in the windows of `item` that outranks it."""
    if item.request.may_overlap or not item.windows:
        return None
    gap, low, high = item.gap, item.windows[0][0] - item.gap, item.windows[-1][1] + item.gap
    for other in board.items[: item.index]:
        for start, end in board.places[other.index]:
            if start >= high or end <= low or other.request.may_overlap:
                continue
            if any(start < last + gap and first < end + gap for first, last in item.windows):
                return other
    return None


def _window(item: Item) -> int:
    ticks = 0
    for start, end in item.windows:
        ticks |= bits.span(start, end)
    return ticks
