"""What the daemon does at each step: takes up changed files, and makes a cycle when one is due. `serve.py` calls it.

Nothing that is due lives here: every cycle works it out from calendar, mailbox and ledger, and says before which moment
the next one would decide the same. So a step that comes late, after a night's sleep or a killed process, does what is
due then. There is no clock, no thread and no waiting in this module; the simulation in `tests/machine` calls it, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.apply import cycle, refuse_earlier_clock
from agendad.app.away import pause
from agendad.app.housekeeping import due, keep_small
from agendad.core.reality import Realities
from agendad.errors import AgendadError, AlreadyRunning, PartlyApplied
from agendad.ledger import Ledger
from agendad.lock import locked
from agendad.service.files import fingerprint, roots
from agendad.service.health import Health
from agendad.service.journal import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agendad.app.apply import Applied
    from agendad.app.desk import Desk
    from agendad.app.home import Home
    from agendad.diagnostics import Diagnostic
    from agendad.rules.load import Loaded
    from agendad.service.files import Fingerprint
    from agendad.service.journal import Journal

SOON: Final = timedelta(seconds=15)
"""After a cycle that failed; twice as long after each further one, until it is `poll`."""
_BUSY: Final = timedelta(seconds=5)
_JITTER: Final = 0.1
"""`poll` is spread by so much either way: many installations do not ask at the same instant for ever."""


class Stopped(BaseException):
    """The daemon was told to end; raised between two pieces of work, whose outcomes are known."""


@dataclass(frozen=True, slots=True)
class World:
    """What the daemon is given of the world around it.

    `now` is aware, `steady` are seconds of a clock that is never set, `random` lies in [0, 1). `alive` is called while
    work goes on and may raise Stopped where that can be done; `desk` opens calendars and mailbox for many cycles.
    `patience` is how many seconds a cycle waits for another process to let the state folder go; the start, five times
    as long.
    """

    now: Callable[[], datetime]
    steady: Callable[[], float]
    random: Callable[[], float]
    alive: Callable[[], None]
    desk: Callable[[Loaded, Ledger], Desk]
    journal: Journal
    notice: Callable[[str, str], None] = lambda *_: None
    patience: float = 1.0


class Daemon:
    """The daemon of one home, with rules that had no error when it began. The caller holds the daemon's lock.

    Raises StateUnusable when there is no ledger to be had, ProblemsFound when the rules have got an error meanwhile.
    """

    def __init__(self, home: Home, loaded: Loaded, world: World, pid: int) -> None:
        now = world.now()
        self._home = home
        self._world = world
        self._loaded = loaded
        self._files: Fingerprint = self._look()
        self._loaded = home.load()  # again: what changed before the look would never be noticed
        with locked(home.state, patience=5 * world.patience):
            self._ledger = Ledger.open(home.state, home.checkpoint)
        self._tell_notices()
        self._desk: Desk | None = None
        self._tidied: datetime | None = None
        self._asked = False
        self._reload = False
        self.health = Health(pid=pid, started=now, loaded=now, due=now)

    @property
    def loaded(self) -> Loaded:
        """The rules that run."""
        return self._loaded

    def close(self) -> None:
        """Lets the ledger go."""
        self._ledger.close()

    def step(self) -> datetime:
        """Does what is due; the instant (aware) at which it wants to be called again at the latest."""
        now = self._world.now()
        self._world.alive()
        self._take_up(now)
        if self._asked or not now < self.health.due <= now + self._longest():
            self._asked = False
            self._cycle(now)
        return self.health.due

    def ask_cycle(self) -> None:
        """The next step makes a cycle, due or not."""
        self._asked = True

    def ask_reload(self) -> None:
        """The next step reads all files again, changed or not."""
        self._reload = True

    # ------------------------------------------------------------ files

    def _look(self) -> Fingerprint:
        return fingerprint(roots(self._home.config, self._loaded.configured.contacts))

    def _take_up(self, now: datetime) -> None:
        """All files that changed, or none of them: an error in one keeps the rules that run."""
        files = self._look()
        if files == self._files and not self._reload:
            return
        self._files, self._reload = files, False
        from agendad.app.check import errors

        loaded = self._home.read()
        if found := errors(loaded, self._home.config, self._loaded):
            self._keep(found)
            return
        if self._desk is not None:
            same = loaded.settings == self._loaded.settings
            self._desk = replace(self._desk, loaded=loaded, realities=Realities()) if same else None
        self._loaded = loaded
        self._files = self._files if files == self._look() else frozenset()  # the folder of contacts may be another
        self._asked = True
        self.health = replace(self.health, loaded=now, broken="", reloads=self.health.reloads + 1)
        self._world.journal.note("info", "reload", "the rules were read again", rules=len(loaded.rules))

    def _keep(self, errors: Iterable[Diagnostic]) -> None:
        from agendad.rules.report import as_text

        text = "".join(as_text(each) for each in errors)
        if text == self.health.broken:
            return
        self.health = replace(self.health, broken=text)
        self._world.journal.note("error", "reload", f"the rules from before keep running:\n{text}")
        self._world.notice("agendad: an error in the rules", text)

    # ------------------------------------------------------------ cycles

    def _longest(self) -> timedelta:
        """What lies further ahead than that was worked out by a clock that was set back since."""
        return timedelta(minutes=self._loaded.configured.poll) * (1 + _JITTER)

    def _cycle(self, now: datetime) -> None:
        late = max(0.0, (now - self.health.due).total_seconds()) if self.health.cycles else 0.0
        begun = self._world.steady()
        try:
            with locked(self._home.state, patience=self._world.patience, signed=False):
                if self._ledger.refresh():
                    self._tell_notices()
                refuse_earlier_clock(self._ledger, now.astimezone(self._loaded.configured.timezone))
                applied = cycle(self._opened(), now, progress=lambda _: self._world.alive())
                self._tidy(now)
        except AlreadyRunning as busy:
            self._world.journal.note("debug", "busy", busy.message)
            self.health = replace(self.health, due=now + _BUSY)
            return
        except AgendadError as error:
            self._stumbled(error.message, error.hint)
        except Exception as error:  # told, and the next cycle is made: a daemon that ended would help nobody
            self._desk = None
            self._world.journal.note("error", "fault", f"a fault in agendad itself\n{trace_of(error)}")
            self._stumbled("a fault in agendad itself", "its log has the details; please report them")
        else:
            self._went(now, applied)
        seconds = self._world.steady() - begun
        self.health = replace(self.health, last=now, seconds=seconds, late=late, cycles=self.health.cycles + 1)

    def _tidy(self, now: datetime) -> None:
        """Once a day the ledger lets go what nothing needs; what is too much for one time goes after the next cycle."""
        if due(self._tidied, now) and not keep_small(self._ledger, self._loaded, now).more:
            self._tidied = now

    def _opened(self) -> Desk:
        if self._desk is None:
            self._desk = self._world.desk(self._loaded, self._ledger)
        return self._desk

    def _went(self, now: datetime, applied: Applied) -> None:
        done, drafted, health = applied.done, applied.drafted, self.health
        actions = [change.action.value for change in done.made]
        missed = len(done.missed) + len(drafted.missed)
        self.health = replace(
            health,
            created=health.created + actions.count("create"),
            updated=health.updated + actions.count("update"),
            deleted=health.deleted + actions.count("delete"),
            drafted=health.drafted + len(drafted.made),
            withdrawn=health.withdrawn + len(drafted.withdrawn),
            missed=health.missed + missed,
        )
        if actions or drafted.made or drafted.withdrawn:
            self._world.journal.note(
                "info",
                "cycle",
                "the calendar was brought up to date",
                **{each: actions.count(each) for each in ("create", "update", "delete")},
                drafted=len(drafted.made),
                withdrawn=len(drafted.withdrawn),
                later=len(done.later) + len(drafted.later),
            )
        if missed:
            self._stumbled(*_said(applied))
            return
        if health.trouble:
            self._world.journal.note("info", "recovered", "all is well again", failures=health.failures)
        self.health = replace(self.health, trouble="", hint="", failures=0, due=self._next(now, applied))

    def _next(self, now: datetime, applied: Applied) -> datetime:
        """When the next cycle is made: at `poll`, or at the moment from which one may have something to do."""
        spread = 1 + _JITTER * (2 * self._world.random() - 1)
        due = now + timedelta(minutes=self._loaded.configured.poll) * spread
        wake = applied.seen.decision.wake
        if wake > now:
            due = min(due, wake)
        stopped = pause(applied.seen.memory.decisions, now)
        if stopped is not None and stopped.end is not None:
            due = min(due, stopped.end)
        return due

    def _stumbled(self, message: str, hint: str) -> None:
        failures = self.health.failures + 1
        poll = timedelta(minutes=self._loaded.configured.poll)
        wait = min(poll, SOON * 2 ** min(failures - 1, 20))
        self._world.journal.note("warning", "trouble", message, hint=hint, failures=failures)
        self.health = replace(self.health, trouble=message, hint=hint, failures=failures, due=self._world.now() + wait)

    def _tell_notices(self) -> None:
        for notice in self._ledger.notices:
            self._world.journal.note("warning", "ledger", notice)


def _said(applied: Applied) -> tuple[str, str]:
    """What an apply left undone, in the words that the commands have for it."""
    try:
        applied.check()
    except PartlyApplied as partly:
        return partly.message, partly.hint
    return "", ""
