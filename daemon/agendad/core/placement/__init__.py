"""Occurrences and busy time to blocks with a place, or with the reason why there is none. The engine calls `place`.

The horizon is cut into independent parts (`parts.py`). On the board of each (`board.py`, `bits.py`) everybody with a
right to a place is seated (`seed.py`), the rest is filled in by rank (`fill.py`), what is new is improved by ruin and
recreate (`improve.py`) and given the places it prefers (`polish.py`), and who is still without a place is seated by
chains that move few others (`repair.py`, `chains.py`). The facts of the result become reasons (`reasons.py`). All of it
is a pure function of the problem: the same requests in another order, or on a slower machine, give the same answer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from agendad.core.placement.board import Board
from agendad.core.placement.fill import fill
from agendad.core.placement.improve import improve
from agendad.core.placement.parts import split
from agendad.core.placement.polish import align, polish
from agendad.core.placement.reasons import missing, remarks
from agendad.core.placement.repair import repair
from agendad.core.placement.seed import seed
from agendad.core.problem import Solution
from agendad.model.reasons import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.core.placement.board import Item
    from agendad.core.problem import Problem, Stretch

__all__ = ["answer", "place", "solve"]

ROUNDS = 8
"""How often a part is placed again at most, until its result is what would be kept."""


def place(problem: Problem) -> Solution:
    """Places every request of `problem`, or says why it has no place.

    Every block that stands and still fits stays, unless moving it gives room to one that has no place. Moments are
    minutes since the epoch (UTC). Effort is bounded by steps that depend on the problem alone.
    """
    parts = [_solved(part) for part in split(problem)]
    found = answer(problem, ())
    return Solution(
        placed={key: pieces for part in parts for key, pieces in part.placed.items()},
        unplaced={**found.unplaced, **{key: why for part in parts for key, why in part.unplaced.items()}},
        remarks={key: notes for part in parts for key, notes in part.remarks.items()},
    )


def answer(problem: Problem, boards: Iterable[Board]) -> Solution:
    """What the finished boards of all parts of a problem say, with the reasons."""
    placed: dict[str, tuple[Stretch, ...]] = {}
    unplaced = {
        request.key: Reason(ReasonCode.NO_WINDOW)
        for request in problem.requests
        if not (request.windows or request.refuge or request.stands)
    }
    notes: dict[str, tuple[Reason, ...]] = {}
    for board in boards:
        for item in board.items:
            key = item.request.key
            if board.places[item.index]:
                placed[key] = board.minutes(board.places[item.index])
                notes[key] = remarks(board, item)
            elif item.windows or item.home:
                unplaced[key] = missing(board, item)
            else:
                unplaced[key] = Reason(ReasonCode.NO_WINDOW)
    return Solution(placed=placed, unplaced=unplaced, remarks=notes)


def solve(part: Problem) -> Board:
    """Places a part, again and again as if the result stood already, until that changes nothing any more.

    So a second `place` on a calendar that holds the result finds it settled.
    """
    board = Board(part)
    _settle(board)
    stood = [item.stands for item in board.items]
    for _ in range(ROUNDS):
        if all(item.stands == pieces for item, pieces in zip(board.items, board.places, strict=True)):
            break
        board.stand()
        _settle(board)
    for item, stands in zip(board.items, stood, strict=True):
        item.stands = stands
    return board


@lru_cache(maxsize=64)
def _solved(part: Problem) -> Solution:
    """A part, remembered: from one cycle to the next most parts of a horizon are the same. Only to be read."""
    return answer(part, [solve(part)])


def _settle(board: Board) -> None:
    homeless = seed(board)
    for index in homeless:
        fill(board, index)
    movers = [index for index in homeless if _simple(board.items[index])]
    improve(board, movers)
    polish(board, movers)
    repair(board, homeless)
    align(board, range(len(board.items)))


def _simple(item: Item) -> bool:
    """Whether the walk of `improve` understands it: one piece, in the way of others, free of order rules."""
    return not (item.ties or item.piece[1] or item.request.may_overlap)
