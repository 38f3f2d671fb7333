"""The limits that stop a cycle before its first write, or shorten it. The engine asks after reconciling.

A calendar that suddenly lacks our events is more often a broken sync or a wrong folder than a wish, and a plan that
deletes a lot is more often a slip in a rule than a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.core.hands import has_begun
from agendad.errors import RefusedBySafety
from agendad.model.calendar import instant
from agendad.model.plan import Action

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from agendad.core.hands import Context, Hands
    from agendad.model.plan import Change
    from agendad.model.settings import Limits

HELD_AT_LEAST: Final = 2
"""So many of our events make it strange that a calendar has no event at all."""
LOST_AT_LEAST: Final = 5
"""So many missing at once, if they are more than half of ours ahead, are strange in any calendar."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be done in this cycle, and what waits for the next; both in the order of time."""

    now: tuple[Change, ...]
    later: tuple[Change, ...] = ()


def emptied(hands: Hands, counts: Mapping[str, int], context: Context) -> RefusedBySafety | None:
    """The refusal to raise when a calendar has lost our events in a way that a person should confirm, else None.

    `counts` is the number of all events in each calendar that was read (`Snapshot.counts`). Nothing of ours that is
    known to have been deleted counts. `agendad apply --accept-empty` goes on without asking this.
    """
    missing = {key: hands.written[key] for key in hands.found}
    for calendar in sorted(counts):
        held = sum(known.calendar == calendar for known in missing.values())
        if counts[calendar] == 0 and held >= HELD_AT_LEAST:
            return _refusal(f"calendar {calendar!r} held {held} events of agendad and now reads empty")
    lost = sum(not has_begun(known.start, context.now) for known in missing.values())
    if lost < LOST_AT_LEAST:
        return None
    left = sum(not has_begun(event.fields.start, context.now) for event in hands.standing.values())
    if lost > left:
        return _refusal(f"{lost} of {lost + left} future events of agendad are no longer in the calendar")
    return None


def within_limits(changes: Sequence[Change], limits: Limits, now: datetime) -> Allowed | RefusedBySafety:
    """The changes of one cycle under `limits`: too many deletes refuse them all, of too many writes the nearest in
    time are made first. `--yes` goes on without asking this.
    """
    deletes = sum(change.action is Action.DELETE for change in changes)
    if deletes > limits.deletes_per_cycle:
        return RefusedBySafety(
            f"{deletes} events would be deleted, more than the {limits.deletes_per_cycle} allowed in one cycle",
            hint="look at `agendad plan`; `agendad apply --yes` does it, `limits: {deletes_per_cycle: N}` allows more",
            asks=True,
        )

    def when(change: Change) -> tuple[datetime, str]:
        moments = [fields.start for fields in (change.after, change.before and change.before.fields) if fields]
        return min(instant(moment, now) for moment in moments), change.key

    ordered = sorted(changes, key=when)
    return Allowed(tuple(ordered[: limits.writes_per_cycle]), tuple(ordered[limits.writes_per_cycle :]))


def _refusal(message: str) -> RefusedBySafety:
    return RefusedBySafety(
        message,
        hint="bring the calendar back, or run `agendad apply --accept-empty` if they were deleted on purpose",
    )
