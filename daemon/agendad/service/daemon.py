"""What the daemon does at each step: takes up changed files, and makes a cycle when one is due. `serve.py` calls it.

Nothing that is due lives here: every cycle works it out from calendar, mailbox and ledger, and says before which moment
the next one would decide the same. So a step that comes late, after a night's sleep or a killed process, does what is
due then. There is no clock, no thread and no waiting in this module; the simulation in `tests/machine` calls it, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from agendad.errors import AgendadError
from agendad.service.files import fingerprint, places, roots
from agendad.service.health import WRITTEN, Health
from agendad.service.work import Done, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from agendad.app.home import Home
    from agendad.rules.load import Loaded
    from agendad.service.files import Fingerprint
    from agendad.service.journal import Journal

T = TypeVar("T")

SOON: Final = timedelta(seconds=15)
"""After a cycle that failed; twice as long after each further one, until it is `poll`."""
_BUSY: Final = timedelta(seconds=5)
_JITTER: Final = 0.1
"""`poll` is spread by so much either way: many installations do not ask at the same instant for ever."""


class Stopped(BaseException):
    """The daemon was told to end; raised between two pieces of work, whose outcomes are known."""


class Call(Protocol):
    """Has work done and gives back what it returns; raises the AgendadError and the Stopped that it raises."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


def here(work: Callable[[], T], /) -> T:
    """In this very process."""
    return work()


@dataclass(frozen=True, slots=True)
class World:
    """What the daemon is given of the world around it.

    `now` is aware, `steady` are seconds of a clock that is never set, `random` lies in [0, 1). `alive` is called while
    work goes on and may raise Stopped where that can be done. `patience` is how many seconds a cycle waits for another
    process to let the state folder go. `call` may have each piece of work done in a process of its own.
    """

    now: Callable[[], datetime]
    steady: Callable[[], float]
    random: Callable[[], float]
    alive: Callable[[], None]
    journal: Journal
    notice: Callable[[str, str], None] = lambda *_: None
    patience: float = 1.0
    call: Call = here


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
        self._work = Work(home, world.alive, world.patience)
        self._tell_notices(self._work.begin())
        self._until: datetime | None = None
        self._seen: Fingerprint = frozenset()
        self._tidied: datetime | None = None
        self._asked = False
        self._reload = False
        self.health = Health(pid=pid, started=now, loaded=now, due=now)

    @property
    def loaded(self) -> Loaded:
        """The rules that run."""
        return self._loaded

    def step(self) -> datetime:
        """Does what is due; the instant (aware) at which it wants to be called again at the latest."""
        now = self._world.now()
        self._world.alive()
        self._take_up(now)
        if not self._asked and now < self.health.due <= now + self._longest():
            return self.health.due
        if not self._asked and self._rests(now):
            self.health = replace(self.health, due=self._next(now))
            return self.health.due
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
        loaded = self._home.read()
        try:
            found = self._world.call(partial(_errors, loaded, self._home.config, self._loaded))
        except AgendadError as error:  # the process that looked is gone; the next step looks again
            self._reload = True
            found = f"{error.message}\n"
        if found:
            self._keep(found)
            return
        self._loaded = loaded
        self._files = self._files if files == self._look() else frozenset()  # the folder of contacts may be another
        self._asked = True
        self.health = replace(self.health, loaded=now, broken="", reloads=self.health.reloads + 1)
        self._world.journal.note("info", "reload", "the rules were read again", rules=len(loaded.rules))

    def _keep(self, text: str) -> None:
        if text == self.health.broken:
            return
        self.health = replace(self.health, broken=text)
        self._world.journal.note("error", "reload", f"the rules from before keep running:\n{text}")
        self._world.notice("agendad: an error in the rules", text)

    # ------------------------------------------------------------ cycles

    def _longest(self) -> timedelta:
        """What lies further ahead than that was worked out by a clock that was set back since."""
        return timedelta(minutes=self._loaded.configured.poll) * (1 + _JITTER)

    def _rests(self, now: datetime) -> bool:
        """Whether a cycle would do nothing: the last one left nothing to do until later, and no file is another since.

        What stands elsewhere has to be asked.
        """
        last, settings = self.health.last, self._loaded.configured
        if settings.google_accounts or self._until is None or last is None or not last <= now < self._until:
            return False
        return self._seen == self._data()

    def _data(self) -> Fingerprint:
        return fingerprint(places(self._loaded.configured, self._home.state), hidden=True)

    def _cycle(self, now: datetime) -> None:
        late = max(0.0, (now - self.health.due).total_seconds()) if self.health.cycles else 0.0
        begun, seen = self._world.steady(), self._data()
        done = self._done(now)
        self._tell_notices(done.notices)
        if done.busy:
            self._world.journal.note("debug", "busy", done.trouble)
            self.health = replace(self.health, due=now + _BUSY)
            return
        if done.tidied:
            self._tidied = now
        self._count(done)
        self._seen = seen
        self._until = done.until if not (done.trouble or done.later) else None
        if done.fault:
            self._world.journal.note("error", "fault", f"a fault in agendad itself\n{done.fault}")
        if done.trouble:
            self._stumbled(done.trouble, done.hint)
        else:
            self._went(now)
        seconds = self._world.steady() - begun
        self.health = replace(self.health, last=now, seconds=seconds, late=late, cycles=self.health.cycles + 1)

    def _done(self, now: datetime) -> Done:
        from agendad.app.housekeeping import due

        work = partial(self._work.cycle, self._loaded, now, tidy=due(self._tidied, now))
        try:
            return self._world.call(work)
        except AgendadError as error:
            return Done(trouble=error.message, hint=error.hint)

    def _count(self, done: Done) -> None:
        counts = {name: getattr(self.health, name) + getattr(done, name) for name in (*WRITTEN, "missed")}
        self.health = replace(self.health, **counts)
        if done.wrote:
            self._world.journal.note(
                "info",
                "cycle",
                "the calendar was brought up to date",
                create=done.created,
                update=done.updated,
                delete=done.deleted,
                drafted=done.drafted,
                withdrawn=done.withdrawn,
                later=done.later,
            )

    def _went(self, now: datetime) -> None:
        if self.health.trouble:
            self._world.journal.note("info", "recovered", "all is well again", failures=self.health.failures)
        self.health = replace(self.health, trouble="", hint="", failures=0, due=self._next(now))

    def _next(self, now: datetime) -> datetime:
        """When the next cycle is made: at `poll`, or at the moment from which one may have something to do."""
        spread = 1 + _JITTER * (2 * self._world.random() - 1)
        due = now + timedelta(minutes=self._loaded.configured.poll) * spread
        return due if self._until is None else min(due, self._until)

    def _stumbled(self, message: str, hint: str) -> None:
        failures = self.health.failures + 1
        poll = timedelta(minutes=self._loaded.configured.poll)
        wait = min(poll, SOON * 2 ** min(failures - 1, 20))
        self._world.journal.note("warning", "trouble", message, hint=hint, failures=failures)
        self.health = replace(self.health, trouble=message, hint=hint, failures=failures, due=self._world.now() + wait)

    def _tell_notices(self, notices: Iterable[str]) -> None:
        for notice in notices:
            self._world.journal.note("warning", "ledger", notice)


def _errors(loaded: Loaded, config: Path, before: Loaded) -> str:
    """What `check` says against files that were read, as it prints it; empty for nothing."""
    from agendad.app.check import errors
    from agendad.rules.report import as_text

    return "".join(as_text(each) for each in errors(loaded, config, before))
