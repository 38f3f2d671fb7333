"""What stays the same while it is the same day: occurrences, what they ask for, and what their blocks look like.

A `Scope` carries it; `reality.py` hands it from cycle to cycle as long as day, holidays, absences, settings, people and
the first days of rules stay. Everything is kept by the identity of the very object that it was made of, which is kept
with it, so that an identity is never another's. A cycle with a new memo decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from agendad.core.clock import Clock
    from agendad.core.problem import Minutes
    from agendad.core.triggers import Left, Occurrence
    from agendad.model.calendar import Event
    from agendad.model.rule import Rule

T = TypeVar("T")


@dataclass(slots=True)
class Memo:
    """The memory of one day."""

    _held: dict[int, object] = field(default_factory=dict)
    _made: dict[tuple[int, Hashable], Any] = field(default_factory=dict)
    _expanded: dict[int, tuple[Occurrence | Left, ...]] = field(default_factory=dict)
    _set_off: dict[tuple[int, int], Occurrence | Left] = field(default_factory=dict)
    _timely: dict[tuple[int, str], tuple[object, Minutes, tuple[Minutes, Minutes], Any]] = field(default_factory=dict)

    def expanded(self, rule: Rule, make: Callable[[], Sequence[Occurrence | Left]]) -> list[Occurrence | Left]:
        """The occurrences of a rule that the calendar alone sets off."""
        if id(rule) not in self._expanded:
            found = tuple(make())
            self.hold(rule, *found)
            self._expanded[id(rule)] = found
        return list(self._expanded[id(rule)])

    def set_off(self, rule: Rule, event: Event, make: Callable[[], Occurrence | Left]) -> Occurrence | Left:
        """The occurrence that an event sets off; one of our own events may be made anew in every cycle."""
        if event.mark is not None and id(event) not in self._held:
            return make()
        known = id(rule), id(event)
        if known not in self._set_off:
            made = make()
            self.hold(rule, event, made)
            self._set_off[known] = made
        return self._set_off[known]

    def timely(
        self, source: object, what: str, given: object, clock: Clock, make: Callable[[], Sequence[T]]
    ) -> Sequence[T]:
        """As `once`, of what also follows from something `given` and from the clock, until one of them changes."""
        known = self._timely.get((id(source), what))
        if known is not None and known[0] is given and known[1] <= clock.now < known[2][0]:
            clock.note(*known[2])
            found: Sequence[T] = known[3]
            return found
        made, noted = clock.noting(make)
        if id(source) in self._held:
            self.hold(given, *made)
            self._timely[id(source), what] = given, clock.now, noted, made
        return made

    def once(self, source: object, what: Hashable, make: Callable[[], T]) -> T:
        """What follows from something that is held; what follows from anything else is made anew.

        What was made is held in its turn.
        """
        if id(source) not in self._held:
            return make()
        known = id(source), what
        if known not in self._made:
            self._made[known] = made = make()
            self.hold(made)
        found: T = self._made[known]
        return found

    def hold(self, *things: object) -> None:
        """Keeps things, so that the identity of each is no other's; what follows from them is kept from now on."""
        for thing in things:
            self._held[id(thing)] = thing
