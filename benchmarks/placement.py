"""How far placements are from the proven optimum, and how long they take, beside the solver in the same run.

    .venv/bin/python benchmarks/placement.py [--quick] [--seeds N]

Weeks are generated (`placement_weeks.py`), each is in one week only, so the sum of the weekly optima (HiGHS,
`placement_judge.py`) is the optimum of the whole. Times are process CPU seconds. Two tables:

- a whole new plan: distance of the weighted minutes from the optimum, in per cent of it;
- one new meeting on a standing plan: what it adds to that distance (percentage points of the plan, and of its week
  alone), how many more blocks it moves than the fewest that reach the same weighted minutes, and how much faster it is
  than the solver, which is asked the same: the optimum of all weeks, then the fewest moves in the touched one.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

from placement_judge import Verdict, most_stays, optimum
from placement_weeks import WEEK, Setting, by_week, meeting, problem, standing, worth

from agendad.core.placement import place

if TYPE_CHECKING:
    from agendad.core.problem import Busy, Problem, Solution

MEETINGS = 3
"""How many meetings are tried on each standing plan, one at a time."""


@dataclass
class Row:
    """The figures of one size over all seeds."""

    distance: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    solver: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    added_week: list[float] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    meeting_seconds: list[float] = field(default_factory=list)
    faster: list[float] = field(default_factory=list)


def timed(whole: Problem) -> tuple[Solution, float]:
    """A placement and the process time it took."""
    started = time.process_time()
    solution = place(whole)
    return solution, time.process_time() - started


def judge(setting: Setting, row: Row) -> None:
    """One generated plan, and some meetings on it."""
    whole = problem(setting)
    weeks = by_week(whole)
    optima = [optimum(week) for week in weeks]
    solution, seconds = timed(whole)
    bound = sum(one.bound for one in optima)
    distance = 100 * (1 - worth(whole, dict(solution.placed)) / bound)
    row.distance.append(distance)
    row.seconds.append(seconds)
    row.solver.append(sum(one.seconds for one in optima))
    kept = standing(whole, solution)
    assert place(kept).placed == solution.placed, "a standing plan was reshuffled"
    for number in range(MEETINGS):
        chance = random.Random(f"{setting} {number}")
        _meet(kept, solution, (optima, distance), _landing(kept, chance, setting.weeks), row)


def _landing(kept: Problem, chance: random.Random, weeks: int) -> Busy:
    """A meeting that lands on a block."""
    blocks = [piece for one in kept.requests for piece in one.stands]
    while True:
        new = meeting(chance, chance.randrange(weeks), "new")
        if any(start < new.end and new.start < end for start, end in blocks):
            return new


def _meet(kept: Problem, plan: Solution, before: tuple[list[Verdict], float], new: Busy, row: Row) -> None:
    optima, distance = before
    touched = new.start // WEEK
    changed = replace(kept, busy=(*kept.busy, new))
    solution, seconds = timed(changed)
    old, week = by_week(kept)[touched], by_week(changed)[touched]
    verdict = optimum(week)
    bound = sum(one.bound for one in optima) - optima[touched].bound + verdict.bound
    row.added.append(100 * (1 - worth(changed, dict(solution.placed)) / bound) - distance)
    ours = worth(week, dict(solution.placed))
    was = 1 - worth(old, dict(plan.placed)) / optima[touched].bound
    row.added_week.append(100 * (1 - ours / verdict.bound - was))
    stays = sum(1 for one in week.requests if one.stands and solution.placed.get(one.key) == one.stands)
    fewest = most_stays(week, ours)
    row.extra.append(fewest.value - stays)
    solver = sum(one.seconds for one in optima) - optima[touched].seconds + verdict.seconds + fewest.seconds
    row.meeting_seconds.append(seconds)
    row.faster.append(solver / seconds)


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="4 weeks and two seeds only")
    parser.add_argument("--seeds", type=int, default=6)
    asked = parser.parse_args()
    sizes = [(blocks, weeks) for weeks in ((4,) if asked.quick else (4, 8)) for blocks in (20, 40, 60)]
    rows: dict[tuple[int, int], Row] = {}
    print("a whole new plan: distance from the optimum in %, process seconds")
    print("blocks weeks   median  worst   seconds  worst   HiGHS seconds")
    for size in sizes:
        row = rows[size] = Row()
        for seed in range(2 if asked.quick else asked.seeds):
            judge(Setting(*size, seed + 101), row)
        print(
            f"{size[0]:6} {size[1]:5}   {median(row.distance):6.2f} {max(row.distance):6.2f}"
            f"   {median(row.seconds):7.3f} {max(row.seconds):6.3f}   {median(row.solver):7.2f}",
            flush=True,
        )
    print(
        "\none new meeting on a standing plan: points added to the distance (plan, its week), blocks moved beyond the"
    )
    print("fewest, process milliseconds, times faster than HiGHS")
    print("blocks weeks   median  worst   week median  worst   moved worst   ms median   faster median  least")
    for (blocks, weeks), row in rows.items():
        print(
            f"{blocks:6} {weeks:5}   {median(row.added):6.3f} {max(row.added):6.3f}"
            f"   {median(row.added_week):11.3f} {max(row.added_week):6.3f}   {max(row.extra):11}"
            f"   {1000 * median(row.meeting_seconds):9.1f}   {median(row.faster):13.0f} {min(row.faster):6.0f}"
        )


if __name__ == "__main__":
    main()
