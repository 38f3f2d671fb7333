"""One cycle of the daemon, and what it found, in words that can be handed from one process to another.

`daemon.py` says when a cycle is made, and has each made in a process of its own (`apart.py`). Nothing is kept from one
to the next but what stands on disk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agendad.errors import AgendadError, AlreadyRunning, PartlyApplied
from agendad.ledger import Ledger
from agendad.lock import locked
from agendad.service.health import WRITTEN
from agendad.service.journal import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agendad.app.apply import Applied
    from agendad.app.home import Home
    from agendad.rules.load import Loaded

START: Final = 5
"""So many times longer than a cycle does the start wait for another process to let the state folder go."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a cycle went: numbers of events and drafts, and what it stumbled over.

    `busy`: another process is at work, why stands in `trouble`. `fault` is the trace of a fault in agendad itself.
    `until` is the moment (aware) before which another cycle would decide the same if nothing changes; None: unknown.
    `tidied`: the ledger let go all that it can. `notices` are what the ledger has to say.
    """

    created: int = 0
    updated: int = 0
    deleted: int = 0
    drafted: int = 0
    withdrawn: int = 0
    missed: int = 0
    later: int = 0
    trouble: str = ""
    hint: str = ""
    busy: bool = False
    fault: str = ""
    until: datetime | None = None
    tidied: bool = False
    notices: tuple[str, ...] = ()

    @property
    def wrote(self) -> int:
        """How many events and drafts were made, changed or taken away."""
        return sum(getattr(self, name) for name in WRITTEN)


class Work:
    """The work on one home; what it is given is as in `World`."""

    def __init__(self, home: Home, alive: Callable[[], None], patience: float) -> None:
        self._home = home
        self._alive = alive
        self._patience = patience

    def begin(self) -> tuple[str, ...]:
        """Makes the ledger, or brings it up to date; its notices. Raises AlreadyRunning and StateUnusable."""
        with locked(self._home.state, patience=START * self._patience), self._ledger() as ledger:
            return tuple(ledger.notices)

    def cycle(self, loaded: Loaded, now: datetime, *, tidy: bool) -> Done:
        """One cycle at `now` (aware) by the rules as they are `loaded`; `tidy`: then the ledger lets go what is old.

        Raises nothing but what `alive` raises.
        """
        from agendad.app.apply import cycle, refuse_earlier_clock
        from agendad.app.housekeeping import keep_small

        notices: tuple[str, ...] = ()
        try:
            with locked(self._home.state, patience=self._patience, signed=False), self._ledger() as ledger:
                notices = tuple(ledger.notices)
                refuse_earlier_clock(ledger, now.astimezone(loaded.configured.timezone))
                applied = cycle(self._home.desk(loaded, ledger, now), now, progress=lambda _: self._alive())
                tidied = tidy and not keep_small(ledger, loaded, now).more
        except AlreadyRunning as busy:
            return Done(trouble=busy.message, busy=True)
        except AgendadError as error:
            return Done(trouble=error.message, hint=error.hint, notices=notices)
        except Exception as error:  # told, and the next cycle is made: a daemon that ended would help nobody
            return Done(
                trouble="a fault in agendad itself",
                hint="its log has the details; please report them",
                fault=trace_of(error),
                notices=notices,
            )
        return replace(_told(applied), until=_until(applied, now), tidied=tidied, notices=notices)

    def _ledger(self) -> Ledger:
        return Ledger.open(self._home.state, self._home.checkpoint)


def _told(applied: Applied) -> Done:
    done, drafted = applied.done, applied.drafted
    actions = [change.action.value for change in done.made]
    trouble = hint = ""
    try:
        applied.check()
    except PartlyApplied as partly:
        trouble, hint = partly.message, partly.hint
    missed = len(done.missed) + len(drafted.missed)
    return Done(
        created=actions.count("create"),
        updated=actions.count("update"),
        deleted=actions.count("delete"),
        drafted=len(drafted.made),
        withdrawn=len(drafted.withdrawn),
        missed=missed,
        later=len(done.later) + len(drafted.later),
        trouble=trouble if missed else "",
        hint=hint if missed else "",
    )


def _until(applied: Applied, now: datetime) -> datetime | None:
    from agendad.app.away import pause

    wake = applied.seen.decision.wake
    stopped = pause(applied.seen.memory.decisions, now)
    ends = (wake, stopped.end if stopped is not None else None)
    return min((each for each in ends if each is not None and each > now), default=None)
