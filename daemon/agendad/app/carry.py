"""Carries changes out: intent before, outcome after, one commit a batch. Used by every command that writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.core.reconcile import as_write
from agendad.errors import PartlyApplied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from agendad.ledger import Run
    from agendad.model.plan import Change
    from agendad.ports import CalendarPort, Outcome

BATCH: Final = 50
"""Writes between two commits of the ledger, and in one batch request of a remote calendar."""


@dataclass(frozen=True, slots=True)
class Done:
    """How the changes of one run ended, each beside its change; `later` are those that a limit left for next time."""

    outcomes: tuple[tuple[Change, Outcome], ...] = ()
    later: tuple[Change, ...] = ()

    @property
    def made(self) -> tuple[Change, ...]:
        """The changes that are durable."""
        return tuple(change for change, outcome in self.outcomes if outcome.status == "done")

    @property
    def missed(self) -> tuple[tuple[Change, Outcome], ...]:
        """The changes that were not made, or of which it is not known."""
        return tuple((change, outcome) for change, outcome in self.outcomes if outcome.status != "done")

    def check(self) -> None:
        """Raises PartlyApplied when anything was left undone."""
        if self.missed:
            raise PartlyApplied(
                f"{len(self.missed)} of {len(self.outcomes)} changes were not applied",
                hint="the next cycle looks at them again; `agendad log` says what happened",
            )
        if self.later:
            raise PartlyApplied(
                f"{len(self.later)} left for the next cycle: `writes_per_cycle` is reached",
                hint="run `agendad apply` again, or `agendad apply --yes` for all at once",
            )


def carry_out(
    run: Run, port: CalendarPort, changes: Sequence[Change], progress: Callable[[int], None] = lambda _: None
) -> Done:
    """Makes the changes in their order and records every one; `progress` is told how many more were tried.

    The caller closes the run with `finish`.
    """
    outcomes: list[tuple[Change, Outcome]] = []
    for first in range(0, len(changes), BATCH):
        batch = changes[first : first + BATCH]
        numbers = run.intend(batch)
        ended = list(port.write([as_write(change) for change in batch]))
        run.settle(zip(numbers, ended, strict=True))
        outcomes.extend(zip(batch, ended, strict=True))
        progress(len(batch))
    return Done(tuple(outcomes))


def finish(run: Run, done: Done, now: datetime) -> None:
    """Closes a run with its result."""
    run.finish("done" if not done.missed else f"{len(done.missed)} not applied", now)
