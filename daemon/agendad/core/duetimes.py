"""When a draft is due: as its rule says, not at night where it says so, never while the person is away.

Sections 3, 6 and 7 of the language; called by `followups.py`. Moments are minutes since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import from_minutes, span, to_minutes, wall
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import After, Before, Every, Steps, When

if TYPE_CHECKING:
    from datetime import date

    from agendad.core.problem import Minutes
    from agendad.core.triggers import Occurrence
    from agendad.core.windows import Frame
    from agendad.model.rule import Letter

_NINE: Final = 9 * 60
_FARTHEST: Final = 400
"""Days in which a working day is looked for."""

APART: Final = 10
"""Minutes between two drafts that waited for the same morning."""


@dataclass(frozen=True, slots=True)
class DueTime:
    """`asked` is when the rule wants the draft, `due` when it comes, `deadline` after which it is late (None: never).

    `morning` is the first working morning after an absence, when that is what it waits for; `why` says what moved it.
    """

    asked: Minutes
    due: Minutes
    deadline: Minutes | None
    morning: Minutes | None = None
    why: tuple[Reason, ...] = ()


def due_time(occurrence: Occurrence, letter: Letter, frame: Frame) -> DueTime | None:
    """When the draft of an occurrence is due; None when that was before its rule was known, or no day is open to it."""
    known_since = to_minutes(frame.scope.first_day(occurrence.rule))
    if occurrence.moment is not None:
        asked = _at_clock(occurrence, occurrence.moment[0], frame)
    else:
        day = occurrence.first if occurrence.one_day else _first_day(occurrence, frame)
        if day is None:
            return None
        asked = _on_day(day, occurrence, frame)
        over = to_minutes(wall(occurrence.end, 0, frame.scope.zone)) <= known_since
        if over or (asked < known_since and occurrence.one_day):
            return None
        asked = max(asked, known_since)
    due = asked
    why: list[Reason] = []
    if letter.hold_until_working_hours and (later := _in_working_hours(due, frame)) != due:
        due = later
        why.append(Reason(ReasonCode.HELD_HOURS))
    morning = _back_from_absence(due, frame)
    if morning is not None:
        due = morning
        why.append(Reason(ReasonCode.HELD_AWAY))
    return DueTime(asked, due, _deadline(occurrence, asked, frame), morning, tuple(why))


def has_a_day(occurrence: Occurrence, frame: Frame) -> bool:
    """False when `on:` and `except:` leave no day of its period."""
    return occurrence.moment is not None or occurrence.one_day or _first_day(occurrence, frame) is not None


def _at_clock(occurrence: Occurrence, first: Minutes, frame: Frame) -> Minutes:
    """`at:` of a moment: the first such time from there on; where it would come too late, the moment itself."""
    if not occurrence.placement.at:
        return first
    zone = frame.scope.zone
    day = from_minutes(first, zone).date()
    times = (to_minutes(wall(day + timedelta(days=n), occurrence.placement.at[0].start, zone)) for n in (0, 1, 2))
    found = next(time for time in times if time >= first)
    ends = _deadline(occurrence, first, frame)
    return first if ends is not None and found > ends else found


def _on_day(day: date, occurrence: Occurrence, frame: Frame) -> Minutes:
    """At `at:`, else when work usually begins."""
    if occurrence.placement.at:
        return to_minutes(wall(day, occurrence.placement.at[0].start, frame.scope.zone))
    usual = frame.usual(day)
    return usual[0][0] if usual else to_minutes(wall(day, _NINE, frame.scope.zone))


def _first_day(occurrence: Occurrence, frame: Frame) -> date | None:
    """The first day of a period that its rule allows, a working day where there is one; None when it allows none."""
    wanted = occurrence.placement.on
    days = [occurrence.first + timedelta(days=n) for n in range((occurrence.end - occurrence.first).days)]
    allowed = [
        day for day in days if day not in occurrence.excluded_days and (wanted is None or day.weekday() in wanted)
    ]
    if wanted is None:
        allowed = [day for day in allowed if not frame.off_duty(day)] or allowed
    known_since = frame.scope.first_day(occurrence.rule).astimezone(frame.scope.zone).date()
    return next((day for day in allowed if day >= known_since), next(iter(allowed), None))


def _deadline(occurrence: Occurrence, asked: Minutes, frame: Frame) -> Minutes | None:
    """The end of `within:`; for `before:` the event, for a period its end, where that is sooner or nothing is said."""
    trigger = occurrence.rule.trigger
    match trigger:
        case Before():
            event = occurrence.event
            starts = span(event.fields.start, event.fields.end, frame.scope.zone)[0] if event else None
            ends = occurrence.moment[1] if occurrence.moment else None
            return ends if starts is None or (ends is not None and ends < starts) else starts
        case After() if occurrence.moment is not None and occurrence.rule.for_each is not None:
            return occurrence.moment[1]
        case After(within=within) | When(within=within):
            first = occurrence.moment[0] if occurrence.moment else asked
            return None if within is None else first + within
        case Every(within=within) | Steps(within=within):
            if within is not None:
                return asked + within
            return None if occurrence.one_day else to_minutes(wall(occurrence.end, 0, frame.scope.zone))
    return None


def _in_working_hours(due: Minutes, frame: Frame) -> Minutes:
    """The first moment from there on in the working hours of a working day."""
    day = from_minutes(due, frame.scope.zone).date()
    for number in range(_FARTHEST):
        for start, end in frame.working(day + timedelta(days=number)):
            if end > due:
                return max(start, due)
    return due


def _back_from_absence(due: Minutes, frame: Frame) -> Minutes | None:
    """The first working morning after the absence in which a draft would come, or that goes on now; else None."""
    scope = frame.scope
    asked_on = from_minutes(due, scope.zone).date()
    if (day := max(asked_on, scope.today)) in scope.absent:
        return _morning(day, frame)
    return _morning(asked_on, frame) if asked_on in scope.absent else None


def _morning(day: date, frame: Frame) -> Minutes | None:
    for number in range(1, _FARTHEST):
        later = day + timedelta(days=number)
        if later not in frame.scope.absent and (working := frame.working(later)):
            return working[0][0]
    return None
