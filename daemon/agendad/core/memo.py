"""What stays the same while it is the same day: occurrences, what they ask for, and what their blocks look like.

A `Scope` carries one; `reality.py` hands it from cycle to cycle as long as day, holidays, absences, settings and the
first days of rules stay. Everything is kept by the identity of the very objects that it was made of, which are kept
with it, so that an identity is never another's. A cycle with a new memo decides the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, tzinfo

    from agendad.core.problem import Minutes, Request, Stretch
    from agendad.core.recipients import Addressed
    from agendad.core.triggers import Left, Occurrence
    from agendad.model.calendar import Event, EventFields, Moment
    from agendad.model.rule import Rule, TimeWindow


@dataclass(slots=True)
class Memo:
    """The memory of one day in one zone.

    `stretches` are windows of the clock as minutes; `fields` what blocks look like, `addressed` the recipients of a
    draft, both of occurrences that this memo holds.
    """

    stretches: dict[tuple[date, tuple[TimeWindow, ...]], tuple[Stretch, ...]] = field(default_factory=dict)
    fields: dict[tuple[int, tuple[Moment, Moment], tzinfo | None], EventFields] = field(default_factory=dict)
    addressed: dict[int, Addressed] = field(default_factory=dict)
    _expanded: dict[int, tuple[Rule, tuple[Occurrence | Left, ...]]] = field(default_factory=dict)
    _set_off: dict[tuple[int, int], tuple[Rule, Event, Occurrence | Left]] = field(default_factory=dict)
    _held: dict[int, Occurrence | Left] = field(default_factory=dict)
    _asked: dict[int, tuple[Minutes, Minutes, tuple[Request, ...]]] = field(default_factory=dict)

    def expanded(self, rule: Rule, make: Callable[[], Sequence[Occurrence | Left]]) -> list[Occurrence | Left]:
        """The occurrences of a rule that the calendar alone sets off."""
        if id(rule) not in self._expanded:
            found = tuple(make())
            self._expanded[id(rule)] = rule, found
            self._held |= {id(each): each for each in found}
        return list(self._expanded[id(rule)][1])

    def set_off(self, rule: Rule, event: Event, make: Callable[[], Occurrence | Left]) -> Occurrence | Left:
        """The occurrence that an event sets off; one of our own events is made anew in every cycle, and not held."""
        if event.mark is not None:
            return make()
        known = id(rule), id(event)
        if known not in self._set_off:
            made = make()
            self._set_off[known] = rule, event, made
            self._held[id(made)] = made
        return self._set_off[known][2]

    def holds(self, occurrence: Occurrence) -> bool:
        """Whether the very same occurrence comes again while it is this day."""
        return id(occurrence) in self._held

    def asked(self, occurrence: Occurrence, now: Minutes, make: Callable[[], list[Request]]) -> list[Request]:
        """The requests of an occurrence at `now`: the same until the first of their windows begins.

        What has passed by is gone from them already, and later nothing comes back.
        """
        known = self._asked.get(id(occurrence))
        if known is not None and known[0] <= now <= known[1]:
            return list(known[2])
        made = make()
        if self.holds(occurrence):
            begin = [part[0] for each in made for part in (*(() if each.fixed else each.windows), *each.refuge)]
            self._asked[id(occurrence)] = now, max(now, min(begin, default=_NEVER)), tuple(made)
        return made


_NEVER = 1 << 62
