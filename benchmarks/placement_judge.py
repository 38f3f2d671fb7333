"""The judge of `benchmarks/placement.py`: the proven optimum of one generated week, by a time-indexed MILP in HiGHS.

One binary a request, start and length; a request has at most one, a quarter of an hour at most one block. The model
knows windows, lengths and busy time, which is all that the generated weeks ask for.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np

if TYPE_CHECKING:
    from agendad.core.problem import Problem

WEIGHTS = {1: 8, 2: 4, 3: 2, 4: 1}
STEP = 15


@dataclass(frozen=True)
class Verdict:
    """`value` is reached, `bound` cannot be exceeded; `seconds` of process time for model and solver."""

    value: int
    bound: int
    seconds: float


@dataclass
class Model:
    """The columns (request, start, length) and, for each, the rows it counts in."""

    columns: list[tuple[int, int, int]]
    rows: list[list[int]]
    count: int


def model(week: Problem) -> Model:
    """Every place of every request of a week, as columns."""
    taken = {slot for one in week.busy for slot in range(one.start // STEP, -(-one.end // STEP))}
    row_of_slot: dict[int, int] = {}
    built = Model([], [], len(week.requests))
    for index, request in enumerate(week.requests):
        for first, last in request.windows:
            for start in range(first, last - request.least + 1, STEP):
                for length in range(request.least, min(request.most, last - start) + 1, STEP):
                    slots = range(start // STEP, (start + length) // STEP)
                    if slots[-1] in taken or slots[0] in taken or any(slot in taken for slot in slots):
                        break
                    for slot in slots:
                        if slot not in row_of_slot:
                            row_of_slot[slot] = built.count
                            built.count += 1
                    built.columns.append((index, start, length))
                    built.rows.append([index, *(row_of_slot[slot] for slot in slots)])
    return built


def optimum(week: Problem, limit: float = 120.0) -> Verdict:
    """The greatest weighted minutes that any plan of the week reaches."""
    started = time.process_time()
    built = model(week)
    gains = [WEIGHTS[week.requests[index].priority] * length for index, _, length in built.columns]
    return _solve(built, gains, None, (started, limit))


def most_stays(week: Problem, least: int, limit: float = 120.0) -> Verdict:
    """How many standing blocks can stay at most, in a plan that reaches at least `least` weighted minutes."""
    started = time.process_time()
    built = model(week)
    gains = [WEIGHTS[week.requests[index].priority] * length for index, _, length in built.columns]
    stays = [int(week.requests[index].stands == ((start, start + length),)) for index, start, length in built.columns]
    return _solve(built, stays, (gains, least), (started, limit))


def _solve(built: Model, gains: list[int], floor: tuple[list[int], int] | None, clock: tuple[float, float]) -> Verdict:
    started, limit = clock
    if not built.columns:
        return Verdict(0, 0, 0.0)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", limit)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.99)
    solver.passModel(_linear_program(built, gains, floor))
    solver.run()
    info = solver.getInfo()
    return Verdict(round(info.objective_function_value), int(info.mip_dual_bound + 1e-6), time.process_time() - started)


def _linear_program(built: Model, gains: list[int], floor: tuple[list[int], int] | None) -> Any:
    rows = [list(one) for one in built.rows]
    values = [[1.0] * len(one) for one in rows]
    upper = np.ones(built.count)
    lower = np.full(built.count, -highspy.kHighsInf)
    if floor:
        for row, value, gain in zip(rows, values, floor[0], strict=True):
            row.append(built.count)
            value.append(float(gain))
        upper = np.append(upper, highspy.kHighsInf)
        lower = np.append(lower, float(floor[1]))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(rows), len(upper)
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.array(gains, dtype=float)
    program.col_lower_, program.col_upper_ = np.zeros(len(rows)), np.ones(len(rows))
    program.row_lower_, program.row_upper_ = lower, upper
    program.integrality_ = [highspy.HighsVarType.kInteger] * len(rows)
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.concatenate(([0], np.cumsum([len(one) for one in rows])))
    program.a_matrix_.index_ = np.array([row for one in rows for row in one])
    program.a_matrix_.value_ = np.array([value for one in values for value in one])
    return program
