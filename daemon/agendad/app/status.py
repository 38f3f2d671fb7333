"""What stands: the blocks ahead, what a cycle would change, the last run, problems. Called by `agendad status`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.app.away import absences_ahead, pause
from agendad.errors import AgendadError, ProblemsFound, ProviderError, RefusedBySafety
from agendad.ledger.history import runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from agendad.app.away import Absence
    from agendad.app.cycle import Look
    from agendad.diagnostics import Diagnostic
    from agendad.ledger import Ledger
    from agendad.ledger.history import RunEntry
    from agendad.model.memory import Pause
    from agendad.model.plan import Change, DesiredDraft, PlannedBlock


@dataclass(frozen=True, slots=True)
class Status:
    """How things stand. `trouble` is what keeps the calendar from being read; the rest is then what is remembered.

    `blocks` are the ones ahead in order; `changes` are what the next cycle would do; `drafts` those still to be made;
    `absences` those that were noted and are not over. `stopped` is until when the server takes no writes.
    """

    problems: tuple[Diagnostic, ...]
    trouble: AgendadError | None
    last: RunEntry | None
    blocks: tuple[PlannedBlock, ...] = ()
    changes: tuple[Change, ...] = ()
    drafts: tuple[DesiredDraft, ...] = ()
    pinned: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    pause: Pause | None = None
    absences: tuple[Absence, ...] = ()
    zone: ZoneInfo | None = None
    stopped: datetime | None = None


def status(ledger: Ledger, cycle: Callable[[], Look]) -> Status:
    """The status; `cycle` is one look at everything, and may raise what a cycle raises."""
    last = next(iter(runs(ledger)), None)
    try:
        seen = cycle()
    except ProblemsFound as found:
        return Status(found.diagnostics, None, last)
    except (ProviderError, RefusedBySafety) as trouble:
        return Status((), trouble, last)
    ahead = tuple(block for block in seen.reconciled.blocks if block.key not in seen.hands.begun)
    return Status(
        problems=(*seen.loaded.diagnostics, *seen.snapshot.problems),
        trouble=None,
        last=last,
        blocks=ahead,
        changes=seen.reconciled.changes,
        drafts=tuple(draft for draft in seen.decision.drafts.desired if draft.state != "written"),
        pinned=tuple(sorted(seen.hands.pinned)),
        deleted=tuple(sorted(seen.hands.deleted)),
        pause=pause(seen.memory.decisions, seen.now),
        absences=absences_ahead(seen.memory.decisions, seen.now.date()),
        zone=seen.settings.timezone,
        stopped=seen.snapshot.stopped,
    )
