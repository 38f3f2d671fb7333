"""Cuts a horizon into parts that cannot influence each other, so that each is searched on its own. Called by `place`.

A part is a run of whole days: blocks of one day may be tied by order rules and daily limits, and blocks whose windows
span several days tie those days together. Windows are usually days or weeks, so parts usually are too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from agendad.core.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.problem import Busy, Request, Stretch


_Rank = tuple[int, str, str]


def rank(request: Request) -> _Rank:
    """The order of precedence: the smaller is the stronger."""
    return (request.priority, request.rule, request.key)


def split(problem: Problem) -> list[Problem]:
    """Independent problems, in the order of time; requests in the order of rank, busy time in the order of starts.

    Requests without any window and without a standing place are in none of them.
    """
    found = ((_hull(request), request) for request in problem.requests)
    hulls = sorted((hull, rank(request), request) for hull, request in found if hull is not None)
    days = _cover(problem.days, hulls[0][0][0], max(hull[1] for hull, _, _ in hulls)) if hulls else ()
    groups: list[tuple[int, int, list[tuple[_Rank, Request]]]] = []
    for (start, end), place, request in hulls:
        first, last = bisect_right(days, start) - 1, bisect_left(days, end)
        if groups and first < groups[-1][1]:
            groups[-1] = (groups[-1][0], max(groups[-1][1], last), groups[-1][2])
        else:
            groups.append((first, last, []))
        groups[-1][2].append((place, request))
    busy = sorted(problem.busy, key=attrgetter("start", "end", "title", "own"))
    longest = max((one.end - one.start for one in busy), default=0)
    starts = [one.start for one in busy]
    return [
        Problem(
            busy=_within(busy, starts, longest, (days[first], days[last])),
            requests=tuple(request for _, request in sorted(requests, key=itemgetter(0))),
            days=tuple(days[first : last + 1]),
            grid=problem.grid,
        )
        for first, last, requests in groups
    ]


def _hull(request: Request) -> Stretch | None:
    """From the first minute that the request can touch to the last; its gap reaches over the edges.

    None when it can touch none.
    """
    ranges = request.windows[:1] + request.windows[-1:] + request.refuge + request.stands
    if not ranges:
        return None
    return (min(ranges)[0] - request.gap, max([end for _, end in ranges]) + request.gap)


def _cover(days: Sequence[int], start: int, end: int) -> tuple[int, ...]:
    """`days`, continued by one long day on either side when a range lies outside them."""
    inner = tuple(days) or (start, end)
    before = (start,) if start < inner[0] else ()
    after = (end,) if end > inner[-1] else ()
    return before + inner + after


def _within(busy: Sequence[Busy], starts: Sequence[int], longest: int, bounds: Stretch) -> tuple[Busy, ...]:
    """The busy time that reaches into `bounds`."""
    low = bisect_left(starts, bounds[0] - longest)
    high = bisect_left(starts, bounds[1])
    return tuple(one for one in busy[low:high] if one.end > bounds[0] and one.start < one.end)
