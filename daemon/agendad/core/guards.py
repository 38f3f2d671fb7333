"""Protected windows: which invitations land in them, and how much of a day meetings take. Called by `engine.py`."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.core.timeline import clip, union
from agendad.core.triggers import event_suffix
from agendad.model.calendar import Response, ShowAs, Status
from agendad.model.plan import Violation
from agendad.model.rule import Protect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agendad.core.clock import Clock
    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.model.calendar import Event
    from agendad.model.rule import Rule, Verb

Timed = tuple["Stretch", "Event"]
"""A real event with the minutes that it takes."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A stretch that a rule protects; `matcher` is that of the rule's zone."""

    rule: Rule
    verb: Verb
    stretch: Stretch
    matcher: Matcher


class Meetings:
    """The meetings among real events that take time and that the person did not decline. Made once a cycle."""

    def __init__(self, real: Iterable[Timed], matcher: Matcher) -> None:
        self._all = sorted(
            ((taken, event) for taken, event in real if _takes_time(event) and matcher.is_meeting(event)),
            key=lambda each: (each[0], event_suffix(each[1])),
        )
        self._starts = [taken[0] for taken, _ in self._all]
        self._longest = max((end - start for (start, end), _ in self._all), default=0)
        self._time = union(taken for taken, _ in self._all)

    def within(self, stretch: Stretch) -> list[Timed]:
        """Those that share a minute with a stretch, in order of time."""
        first = bisect_left(self._starts, stretch[0] - self._longest)
        last = bisect_left(self._starts, stretch[1])
        return [each for each in self._all[first:last] if each[0][1] > stretch[0]]

    def minutes(self, stretch: Stretch) -> Minutes:
        """How many minutes of a stretch they take; those at the same time count once."""
        return sum(end - start for start, end in clip(self._time, stretch))


def violations(guards: Iterable[Guard], meetings: Meetings, clock: Clock) -> list[Violation]:
    """Invitations that are not over, lie in a guarded stretch and are not allowed there; in order of time.

    An invitation is a meeting that somebody else called.
    """
    found: dict[tuple[Minutes, str, str], Violation] = {}
    for guard in guards:
        allowed = guard.verb.allow if isinstance(guard.verb, Protect) else None
        for (start, end), event in meetings.within(guard.stretch):
            if clock.come(end) or event.organizer in guard.matcher.me.emails:
                continue
            if allowed is None or not guard.matcher.matches(allowed, event):
                found[start, guard.rule.id, event_suffix(event)] = Violation(guard.rule.id, event)
    return [found[order] for order in sorted(found)]


def one_an_event(found: Iterable[Violation], rank: Callable[[Violation], tuple[bool, int, str]]) -> list[Violation]:
    """Of the violations of each event the one of the lowest rank; in the order of `found`."""
    listed = list(found)
    first: dict[str, Violation] = {}
    for violation in sorted(listed, key=rank):
        first.setdefault(event_suffix(violation.event), violation)
    return [each for each in listed if first[event_suffix(each.event)] is each]


def _takes_time(event: Event) -> bool:
    fields = event.fields
    attends = event.status is not Status.CANCELLED and event.response is not Response.DECLINED
    return attends and not fields.all_day and fields.show_as is ShowAs.BUSY
