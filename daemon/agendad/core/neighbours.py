"""Order between blocks of a day (`same_day_before`, `same_day_after`, `not_same_day`) and blocks that stand firm.

The placer keeps the order among the blocks that it places together. Against a block that is not its to move (begun,
moved by hand, placed for an earlier group of rules) the order closes a part of that day. Called by `engine.py`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from agendad.core.levels import placements
from agendad.core.timeline import subtract, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agendad.core.problem import Minutes, Request, Stretch
    from agendad.model.rule import Rule

Side = Literal["before", "after", "never"]


class Neighbours:
    """Which rules keep which order, and where their firm blocks stand; `days` are the midnights of the horizon."""

    def __init__(self, rules: Iterable[Rule], days: Sequence[Minutes]) -> None:
        self._days = days
        self._sides: dict[str, set[tuple[str, Side]]] = defaultdict(set)
        self._firm: dict[str, list[Stretch]] = defaultdict(list)
        for rule in rules:
            for placement in placements(rule):
                for other in placement.same_day_before:
                    self._tie(rule.id, other, "before", "after")
                for other in placement.same_day_after:
                    self._tie(rule.id, other, "after", "before")
                for other in placement.not_same_day:
                    self._tie(rule.id, other, "never", "never")

    def stands(self, rule: str, stretch: Stretch) -> None:
        """Takes note of a block of a rule that is not moved any more."""
        self._firm[rule].append(stretch)

    def narrowed(self, request: Request) -> Request:
        """The request without the time that the order closes to it; a fixed one stands where its rule says."""
        if request.fixed or request.rule not in self._sides:
            return request
        closed = union(
            self._closed(side, stretch) for other, side in self._sides[request.rule] for stretch in self._firm[other]
        )
        return replace(request, windows=subtract(request.windows, closed)) if closed else request

    def _tie(self, rule: str, other: str, side: Side, back: Side) -> None:
        self._sides[rule].add((other, side))
        self._sides[other].add((rule, back))

    def _closed(self, side: Side, stretch: Stretch) -> Stretch:
        """What the side of a block closes on its days."""
        start, end = stretch
        first = self._days[max(bisect_right(self._days, start) - 1, 0)]
        last = self._days[min(bisect_left(self._days, end), len(self._days) - 1)]
        return (start if side == "before" else first), (end if side == "after" else last)
