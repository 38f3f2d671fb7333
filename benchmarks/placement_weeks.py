"""Generated weeks of a busy leader, for `benchmarks/placement.py`: meetings, and more blocks than there is room for.

Everything lies on a 15-minute grid and in one week, so that weeks can be judged one by one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from agendad.core.problem import Busy, Problem, Pull, Request, Solution, Stretch

DAY = 1440
WEEK = 7 * DAY
LENGTHS = (15, 30, 30, 45, 60, 60, 60, 90, 90, 120, 150, 180)
RANGES = ((15, 45), (30, 60), (30, 120), (45, 90), (60, 120), (60, 180), (90, 180))
MEETINGS = (15, 30, 30, 30, 45, 60, 60, 60, 90, 120)


@dataclass(frozen=True)
class Setting:
    """How many flexible blocks a week, over how many weeks, drawn with which seed."""

    blocks: int
    weeks: int
    seed: int


def problem(setting: Setting) -> Problem:
    """New blocks among the meetings of some weeks from a Monday midnight at minute 0."""
    chance = random.Random(f"{setting.blocks}/{setting.weeks}/{setting.seed}")
    busy: list[Busy] = []
    requests: list[Request] = []
    for week in range(setting.weeks):
        busy += [meeting(chance, week, f"meeting {week}-{number}") for number in range(chance.randint(15, 30))]
        requests += [_request(chance, week, number) for number in range(setting.blocks)]
    days = tuple(range(0, setting.weeks * WEEK + 1, DAY))
    return Problem(busy=tuple(busy), requests=tuple(requests), days=days)


def meeting(chance: random.Random, week: int, title: str) -> Busy:
    """One meeting in the working hours of a week; meetings may overlap."""
    length = chance.choice(MEETINGS)
    start = week * WEEK + chance.randrange(5) * DAY + chance.randrange(9 * 60, 18 * 60 - length + 1, 15)
    return Busy(start, start + length, title)


def _request(chance: random.Random, week: int, number: int) -> Request:
    least, most = chance.choice(RANGES) if chance.random() < 0.35 else (chance.choice(LENGTHS),) * 2
    hours = chance.choices(((9, 18), (9, 12), (13, 18)), (8, 1, 1))[0]
    days = range(5) if chance.random() < 0.75 else (chance.randrange(5),)
    if (hours[1] - hours[0]) * 60 < least:
        hours = (9, 18)
    windows = tuple((week * WEEK + day * DAY + hours[0] * 60, week * WEEK + day * DAY + hours[1] * 60) for day in days)
    pulls: tuple[Pull, ...] = ()
    if chance.random() < 0.2:
        pulls = (Pull(tuple((start, start + 120) for start, _ in windows)),)
    return Request(
        key=f"rule-{number:02}/{week}",
        rule=f"rule-{number:02}",
        windows=windows,
        least=least,
        most=most,
        priority=chance.choices((1, 2, 3, 4), (15, 30, 35, 20))[0],
        pulls=pulls,
    )


def by_week(whole: Problem) -> list[Problem]:
    """The weeks of a generated problem as problems of their own."""
    found = []
    for start in range(whole.days[0], whole.days[-1], WEEK):
        end = start + WEEK
        found.append(
            Problem(
                busy=tuple(one for one in whole.busy if start <= one.start < end),
                requests=tuple(one for one in whole.requests if start <= one.windows[0][0] < end),
                days=tuple(day for day in whole.days if start <= day <= end),
                grid=whole.grid,
            )
        )
    return found


def standing(whole: Problem, solution: Solution) -> Problem:
    """The same problem once the solution stands in the calendar."""
    requests = (replace(one, stands=solution.placed.get(one.key, ())) for one in whole.requests)
    return replace(whole, requests=tuple(requests))


def worth(whole: Problem, places: dict[str, tuple[Stretch, ...]]) -> int:
    """The sum of weight x minutes of what is placed."""
    weights = {1: 8, 2: 4, 3: 2, 4: 1}
    return sum(
        weights[one.priority] * sum(end - start for start, end in places.get(one.key, ())) for one in whole.requests
    )
