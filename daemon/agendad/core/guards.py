"""Protected windows: which invitations land in them, and how much of a day meetings take. Called by `engine.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.core.timeline import overlaps, to_minutes, union, wall
from agendad.core.triggers import event_suffix, span
from agendad.model.calendar import Response, ShowAs
from agendad.model.plan import Violation
from agendad.model.rule import Protect

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.core.triggers import Occurrence
    from agendad.model.calendar import Event


def is_invitation(event: Event, matcher: Matcher) -> bool:
    """A meeting that takes time, that the person did not decline, and that somebody else called."""
    return (
        not event.fields.all_day
        and event.fields.show_as is ShowAs.BUSY
        and event.response is not Response.DECLINED
        and event.organizer not in matcher.me.emails
        and matcher.is_meeting(event)
    )


def violations(
    guarded: Iterable[tuple[Occurrence, Stretch, Matcher]], events: Sequence[Event], now: Minutes
) -> list[Violation]:
    """Invitations that are not over, lie in a guarded stretch and that the rule does not allow; in order of time."""
    found: dict[tuple[Minutes, str, str], Violation] = {}
    for occurrence, stretch, matcher in guarded:
        verb = occurrence.verb
        allowed = verb.allow if isinstance(verb, Protect) else None
        for event in events:
            taken = span(event, occurrence.rule.timezone)
            if taken[1] <= now or not overlaps((taken,), (stretch,)) or not is_invitation(event, matcher):
                continue
            if allowed is None or not matcher.matches(allowed, event):
                order = (taken[0], occurrence.rule.id, event_suffix(event))
                found[order] = Violation(occurrence.rule.id, event)
    return [found[order] for order in sorted(found)]


def meeting_minutes(occurrence: Occurrence, events: Iterable[Event], matcher: Matcher) -> Minutes:
    """How many minutes of the occurrence's days are taken by meetings; those at the same time count once."""
    zone = occurrence.rule.timezone
    first, end = (to_minutes(wall(day, 0, zone)) for day in (occurrence.first, occurrence.end))
    taken = union(
        span(event, zone)
        for event in events
        if not event.fields.all_day
        and event.fields.show_as is ShowAs.BUSY
        and event.response is not Response.DECLINED
        and matcher.is_meeting(event)
    )
    return sum(min(e, end) - max(s, first) for s, e in taken if s < end and e > first)
