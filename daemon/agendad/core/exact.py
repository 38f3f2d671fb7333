"""The solver behind `placement: exact`: the same question as `place`, answered by a proven optimum where it can be.

Called by the engine instead of `place` when the configuration asks for it; needs the extra `agendad[exact]`.

Each part of the horizon is first placed by `place`. Then the blocks that may move, stand in one piece, take room and
have no order rules are placed anew by an integer program (HiGHS), everything else being an obstacle. Three objectives,
one after the other, each keeping what the ones before reached: weighted minutes, blocks left where they stand,
preferences met. Nearness to preferences and earliness are left to the solver. Starts are those of `place`, less those
that touch a block which the program itself places; lengths step by the grid, or end where free time ends.

Limits, none of them a time, so that the answer does not depend on the machine: `COLUMNS` places a part and `NODES`
branches an objective; blocks that ask for different gaps cannot be in one program. A part beyond a limit keeps the
answer of `place`, and each of its blocks says so (LIMIT, facts: `columns` or `nodes` or `gaps`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agendad.core.placement import answer, bits, solve
from agendad.core.placement.fill import liking
from agendad.core.placement.parts import split
from agendad.errors import AgendadError
from agendad.model.reasons import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.placement.board import Board, Item
    from agendad.core.problem import Problem, Solution

COLUMNS = 60_000
"""How many places (block, start, length) the program of a part may have."""
NODES = 20_000
"""How many branches are looked at for one objective."""


@dataclass(slots=True)
class Program:
    """The places to choose from, and the rows (a block once, a moment once) each of them counts in."""

    places: list[tuple[Item, int, int]] = field(default_factory=list)
    rows: list[list[int]] = field(default_factory=list)
    count: int = 0


def place_exact(problem: Problem) -> Solution:
    """Places every request as `place` does, with the optimum of each part that is within the limits.

    Raises AgendadError when the solver is not installed.
    """
    solver = _solver()
    boards, notes = [], {}
    for part in split(problem):
        board = solve(part)
        reason = _optimise(board, solver)
        if reason:
            notes.update({item.request.key: reason for item in board.items})
        boards.append(board)
    found = answer(problem, boards)
    remarks = {key: (*said, notes[key]) if key in notes else said for key, said in found.remarks.items()}
    return replace(found, remarks=remarks)


def _solver() -> Any:
    try:
        import highspy
    except ImportError as missing:
        raise AgendadError(
            "placement: exact needs the solver HiGHS, which is not installed", hint="pip install agendad[exact]"
        ) from missing
    return highspy


def _optimise(board: Board, solver: Any) -> Reason | None:
    """Places the free blocks of a part anew; the reason why not, if a limit stands against it."""
    free = [item for item in board.items if _is_free(board, item)]
    if not free:
        return None
    if len({item.gap for item in free}) > 1:
        return Reason(ReasonCode.LIMIT, {"gaps": "different"})
    before = board.saved()
    for item in free:
        board.take(item.index)
    program = _program(board, free, before.places)
    if program is None:
        board.restore(before)
        return Reason(ReasonCode.LIMIT, {"columns": str(COLUMNS)})
    chosen = _choose(program, solver)
    if chosen is None:
        board.restore(before)
        return Reason(ReasonCode.LIMIT, {"nodes": str(NODES)})
    for item, start, length in chosen:
        board.put(item.index, ((start, start + length),))
    return None


def _is_free(board: Board, item: Item) -> bool:
    if item.index in board.firm or item.index in board.dropped or item.request.may_overlap:
        return False
    return bool(item.windows) and not item.ties and not item.piece[1] and len(board.places[item.index]) <= 1


def _program(board: Board, free: Sequence[Item], before: Sequence[tuple[tuple[int, int], ...]]) -> Program | None:
    """Every place of every free block; None when there are too many. The board holds only the obstacles."""
    program = Program(count=len(free))
    step = max(1, board.part.grid // board.unit)
    for row, item in enumerate(free):
        blocked = board.blocked(item)
        lengths = {item.least, item.most, *range(item.least, item.most, step)}
        known = {one for pieces in (item.stands, before[item.index]) if len(pieces) == 1 for one in pieces}
        runs = {end - start for start, end in bits.stretches(board.full & ~blocked)}
        found = {(start, end - start) for start, end in known if not blocked & bits.span(start, end)}
        for length in lengths | {run for run in runs if item.least < run < item.most}:
            starts = board.starts(item, length, blocked)
            while starts:
                found.add((bits.lowest(starts), length))
                starts &= starts - 1
        program.places += [(item, start, length) for start, length in sorted(found)]
        program.rows += [[row] for _ in found]
        if len(program.places) > COLUMNS:
            return None
    gap = free[0].gap
    moments = sorted({start for _, start, _ in program.places})
    number = {moment: program.count + at for at, moment in enumerate(moments)}
    for rows, (_, start, length) in zip(program.rows, program.places, strict=True):
        rows += [number[moment] for moment in moments if start <= moment < start + length + gap]
    program.count += len(moments)
    return program


def _choose(program: Program, solver: Any) -> list[tuple[Item, int, int]] | None:
    """The best places by all objectives in turn; None when the branches ran out before the first was proven."""
    objectives = [
        [item.weight * length for item, _, length in program.places],
        [int(item.stands == ((start, start + length),)) for item, start, length in program.places],
        [liking(item, ((start, start + length),))[0] for item, start, length in program.places],
    ]
    reached: list[tuple[list[int], int]] = []
    chosen: list[int] | None = None
    for gains in objectives:
        if chosen is not None and not any(gains):
            continue
        answer = _run(program, gains, reached, solver)
        if answer is None:
            break
        chosen = answer
        reached.append((gains, sum(gains[at] for at in chosen)))
    return None if chosen is None else [program.places[at] for at in chosen]


def _run(program: Program, gains: list[int], reached: list[tuple[list[int], int]], solver: Any) -> list[int] | None:
    """The columns of a proven optimum for one objective, or None."""
    highs = solver.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.setOptionValue("mip_abs_gap", 0.99)
    highs.setOptionValue("mip_max_nodes", NODES)
    index, value, start = [], [], [0]
    for column, rows in enumerate(program.rows):
        index += [*rows, *range(program.count, program.count + len(reached))]
        value += [1.0] * len(rows) + [float(before[column]) for before, _ in reached]
        start.append(len(index))
    linear = solver.HighsLp()
    linear.num_col_, linear.num_row_ = len(gains), program.count + len(reached)
    linear.sense_ = solver.ObjSense.kMaximize
    linear.col_cost_ = [float(gain) for gain in gains]
    linear.col_lower_, linear.col_upper_ = [0.0] * len(gains), [1.0] * len(gains)
    linear.row_lower_ = [-solver.kHighsInf] * program.count + [float(least) for _, least in reached]
    linear.row_upper_ = [1.0] * program.count + [solver.kHighsInf] * len(reached)
    linear.integrality_ = [solver.HighsVarType.kInteger] * len(gains)
    linear.a_matrix_.format_ = solver.MatrixFormat.kColwise
    linear.a_matrix_.start_, linear.a_matrix_.index_, linear.a_matrix_.value_ = start, index, value
    highs.passModel(linear)
    highs.run()
    if highs.getModelStatus() != solver.HighsModelStatus.kOptimal:
        return None
    return [at for at, taken in enumerate(highs.getSolution().col_value) if taken > 0.5]
