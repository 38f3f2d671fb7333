"""`place_exact` reaches the optimum of what it models, keeps what stands, and says when a limit is in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from agendad.core.exact import place_exact
from agendad.core.placement import place
from agendad.core.problem import Busy, Problem, Pull, Request
from agendad.model.reasons import ReasonCode
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from agendad.core.problem import Solution, Stretch

pytest.importorskip("highspy")

DAY = (0, 1440)
HOURS: Stretch = (540, 780)


def ask(*lasts: tuple[int, int], events: tuple[Busy, ...] = ()) -> Problem:
    """Flexible blocks of (priority, minutes) between 9:00 and 13:00."""
    wanted = [Request(f"r{n}/1", f"r{n}", (HOURS,), length, length, rank) for n, (rank, length) in enumerate(lasts)]
    return Problem(events, tuple(wanted), DAY)


def stood(problem: Problem, solution: Solution) -> Problem:
    return replace(
        problem, requests=tuple(replace(one, stands=solution.placed.get(one.key, ())) for one in problem.requests)
    )


def test_it_packs_what_fits_only_one_way() -> None:
    problem = ask((2, 60), (2, 60), (3, 90), (3, 30), events=(Busy(630, 660, "call"),))
    solution = place_exact(problem)
    assert set(solution.placed) == {"r0/1", "r1/1", "r3/1", "r2/1"} - set(solution.unplaced)
    assert sum(end - start for pieces in solution.placed.values() for start, end in pieces) == 210


def test_what_it_placed_stays() -> None:
    problem = ask((1, 60), (2, 45), (3, 90), (4, 120))
    first = place_exact(problem)
    assert place_exact(stood(problem, first)).placed == first.placed


def test_of_equal_plans_it_takes_the_one_that_meets_preferences() -> None:
    problem = ask((2, 60), (2, 60))
    late = replace(problem.requests[0], pulls=(Pull(((720, 721),)),))
    assert place_exact(replace(problem, requests=(late, problem.requests[1]))).placed["r0/1"] == ((720, 780),)


def test_fixed_blocks_are_obstacles_and_yield_as_always() -> None:
    fixed = Request("noon/1", "noon", ((600, 720),), 30, 120, fixed=True, yields=Yield.SHRINK)
    problem = ask((1, 60), events=(Busy(690, 720, "call"),))
    problem = replace(problem, requests=(*problem.requests, fixed))
    assert place_exact(problem).placed["noon/1"] == ((600, 690),)


def test_blocks_with_different_gaps_keep_the_plain_answer_and_say_why() -> None:
    problem = ask((1, 60), (2, 60))
    problem = replace(problem, requests=(replace(problem.requests[0], gap=15), problem.requests[1]))
    solution = place_exact(problem)
    assert solution.placed == place(problem).placed
    assert solution.remarks["r0/1"][-1].code is ReasonCode.LIMIT
    assert solution.remarks["r0/1"][-1].facts == {"gaps": "different"}
