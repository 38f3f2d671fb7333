"""Where each block could have stood, and what stands there: the question that the placer was asked, told to a person.

Called by `app/explain.py`. The decision is made once more with a placer that takes notes, so what is told is what was
looked at, and a cycle pays nothing for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agendad.app.cycle import placer_of
from agendad.core.engine import decide
from agendad.core.reality import Realities
from agendad.core.standing import family
from agendad.core.timeline import from_minutes, overlaps, span, union
from agendad.drafting.expressions import Expressions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from agendad.app.cycle import Look
    from agendad.core.problem import Problem, Request, Solution, Stretch


@dataclass(frozen=True, slots=True)
class Taken:
    """What stands where a block could have stood: a real event, or a block of `rule`. Instants are in the zone.

    `priority` is that of the block, where it was placed in the same round: 1 comes first; 0 where none was compared.
    """

    start: datetime
    end: datetime
    title: str
    rule: str = ""
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """What an occurrence asks for: at least so many minutes, `gap` more on either side, within one of the windows.

    Of two blocks that want the same time the one of lower `priority` has it; of equal ones, that of the rule whose id
    comes first in the alphabet.

    `taken` is what stands in them besides itself, in the order of time. Instants are in the zone of the settings.
    """

    minutes: int
    gap: int
    priority: int
    windows: tuple[tuple[datetime, datetime], ...]
    taken: tuple[Taken, ...]


class Attempts:
    """What was asked and answered in the decision of a look."""

    def __init__(self, seen: Look) -> None:
        self._zone = seen.settings.timezone
        self._asked: dict[str, tuple[Request, Problem, Solution]] = {}
        self._blocks = {
            (*span(block.fields.start, block.fields.end, self._zone), block.fields.title): block.rule
            for block in seen.reconciled.blocks
        }
        self._titles = {
            (block.rule, *span(block.fields.start, block.fields.end, self._zone)): block.fields.title
            for block in seen.reconciled.blocks
        }
        placer = placer_of(seen.settings)

        def noting(problem: Problem) -> Solution:
            solution = placer(problem)
            self._asked.update({request.key: (request, problem, solution) for request in problem.requests})
            return solution

        decide(replace(seen.situation, realities=Realities()), Expressions().render, noting)

    def of(self, key: str) -> Tried | None:
        """What was asked for a key; None where nothing had to be placed."""
        found = self._asked.get(key) or self._asked.get(family(key))
        if found is None:
            return None
        request, problem, solution = found
        windows = union((*request.windows, *request.refuge))
        inside = union((start - request.gap, end + request.gap) for start, end in windows)
        taken = [*self._firm(request, problem), *self._placed(request, problem, solution)]
        taken = sorted({each for each in taken if overlaps((each[0],), inside)})
        return Tried(
            request.least,
            request.gap,
            request.priority,
            tuple(self._told(window) for window in windows),
            tuple(Taken(*self._told(stretch), title, rule, rank) for stretch, title, rule, rank in taken),
        )

    def _firm(self, request: Request, problem: Problem) -> Iterator[tuple[Stretch, str, str, int]]:
        """Real events, and own blocks that were decided before."""
        for busy in problem.busy:
            if not (busy.own and request.may_overlap):
                rule = self._blocks.get((busy.start, busy.end, busy.title), "") if busy.own else ""
                yield (busy.start, busy.end), busy.title, rule, 0

    def _placed(
        self, request: Request, problem: Problem, solution: Solution
    ) -> Iterator[tuple[Stretch, str, str, int]]:
        """The blocks that were placed together with it."""
        if request.may_overlap:
            return
        for other in problem.requests:
            if other.key != request.key and not other.may_overlap:
                for piece in solution.placed.get(other.key, ()):
                    yield piece, self._titles.get((other.rule, *piece), ""), other.rule, other.priority

    def _told(self, stretch: Stretch) -> tuple[datetime, datetime]:
        start, end = stretch
        return from_minutes(start, self._zone), from_minutes(end, self._zone)


def attempts(seen: Look, keys: Iterable[str]) -> dict[str, Tried]:
    """What was asked for each of the keys, as far as anything had to be placed for it."""
    found = Attempts(seen)
    return {key: tried for key in keys if (tried := found.of(key)) is not None}
