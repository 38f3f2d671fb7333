"""Absences and pauses as `away`, `pause` and `resume` note them among the decisions; nothing else is touched.

Each is a function of the decisions that changes nothing when it is done twice; `note` carries it out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.desk import DecisionFile
from agendad.model.memory import Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from agendad.app.home import Home
    from agendad.model.memory import Decisions

Absence = tuple["date", "date"]
"""The first and the last day, both included."""

_DAY: Final = timedelta(days=1)


def note(home: Home, change: Callable[[Decisions], Decisions]) -> tuple[Decisions, bool]:
    """Changes the decisions under the lock of the state folder: what stands now, and whether anything changed.

    Raises AlreadyRunning, and StateUnusable when they cannot be read or written.
    """
    with home.working():
        file = DecisionFile(home.state, home.checkpoint)
        before = file.load()
        after = change(before)
        if after != before:
            file.save(after)
    return after, after != before


def noted(home: Home) -> Decisions:
    """The decisions as they stand, for a look."""
    return DecisionFile(home.state).load()


def with_absence(decisions: Decisions, first: date, last: date) -> Decisions:
    """The days from first to last are an absence, in one piece with those that touch it."""
    return replace(decisions, absences=_joined([*decisions.absences, (first, last)]))


def without_absence(decisions: Decisions, first: date, last: date) -> Decisions:
    """None of the days from first to last is in an absence that was noted; what is left of one stays."""
    left: list[Absence] = []
    for begins, ends in decisions.absences:
        if ends < first or last < begins:
            left.append((begins, ends))
            continue
        if begins < first:
            left.append((begins, first - _DAY))
        if last < ends:
            left.append((last + _DAY, ends))
    return replace(decisions, absences=tuple(left))


def absences_ahead(decisions: Decisions, today: date) -> tuple[Absence, ...]:
    """The noted absences that are not over, in order."""
    return tuple(sorted(absence for absence in decisions.absences if absence[1] >= today))


def with_pause(decisions: Decisions, now: datetime, until: datetime | None) -> Decisions:
    """Nothing is written from now until an instant after it (None: until `resume`); a pause at work goes on."""
    present = pause(decisions, now)
    others = [each for each in decisions.pauses if not each.lasts(now)]
    pauses = [*others, Pause(min(present.start, now) if present else now, until)]
    return replace(decisions, pauses=tuple(sorted(pauses, key=lambda each: each.start)))


def without_pause(decisions: Decisions, now: datetime) -> Decisions:
    """Writing goes on: no pause is at work any more, whatever the clock will say."""
    return replace(decisions, pauses=tuple(each for each in decisions.pauses if not each.lasts(now)))


def pause(decisions: Decisions, now: datetime) -> Pause | None:
    """The pause at work; of several, from where the first began to where the last ends."""
    present = [each for each in decisions.pauses if each.lasts(now)]
    if not present:
        return None
    ends = [each.end for each in present if each.end is not None]
    return Pause(min(each.start for each in present), max(ends) if len(ends) == len(present) else None)


def _joined(absences: Iterable[Absence]) -> tuple[Absence, ...]:
    joined: list[Absence] = []
    for first, last in sorted(absences):
        if joined and first <= joined[-1][1] + _DAY:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return tuple(joined)
