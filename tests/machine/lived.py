"""Two weeks of the whole daemon in virtual time, drawn by a seed: what happens to it, and what must hold all the while.

The daemon is `service/daemon.py` with clocks, chance and journal of this test; it is stepped when it said it wants to
be, at the tick after something changed, and dies wherever a file, the ledger or the network is touched. Other commands
work beside it as other processes would. `lived_events.py` draws what happens, `lived_outside.py` is where it happens.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agendad.app.cycle import look
from agendad.errors import AlreadyRunning, ProblemsFound, ProviderError
from agendad.service.daemon import Call, Daemon, Stopped, World, here
from agendad.service.journal import Sparing
from machine.lived_checks import Hands
from machine.lived_folders import Folders
from machine.lived_google import Account
from machine.lived_outside import Time
from machine.lived_rules import Shelf
from machine.world import PARIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.app.cycle import Look
    from agendad.app.home import Home
    from agendad.service.journal import Fact, Level
    from machine.lived_events import Events

FORTNIGHT = timedelta(days=14)
MINUTE = timedelta(minutes=1)
DELAY, WITHIN = timedelta(minutes=30), timedelta(hours=8)
"""Of the rule `thanks`."""


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class Notes:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[tuple[Level, str, str]] = []

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        self.lines.append((level, event, f"{text} {sorted(facts.items())}"))


class Life:
    """See the module. `chance` draws everything; `trace` is all that happened."""

    def __init__(
        self, root: Path, seed: int, *, google: bool = False, start: datetime | None = None, call: Call = here
    ) -> None:
        self.chance = random.Random(seed)
        self.root = root
        self.call = call
        first = start or datetime(2026, self.chance.choice((10, 11)), 19, 8, tzinfo=PARIS)
        self.time = Time(first.astimezone(UTC))  # as the service counts it: an hour of autumn comes twice on the wall
        self.born = self.time.true
        self.config, self.state = root / "home", root / "home" / "state"
        self.config.mkdir(parents=True)
        self.outside = Account(root, self.time) if google else Folders(self.config, self.time)
        self.shelf = Shelf(self.config, self.chance, self.outside.settings)
        self.trace: list[str] = []
        self.notes = Notes()
        self.journal = Sparing(self.notes, self.time.clock, debug=True)
        self.daemon: Daemon | None = None
        self.doom = 0  # so many operations from now the process dies
        self.ending = 0  # so many looks at `alive` from now it was told to end
        self.deaths = 0
        self.nudge: datetime | None = self.time.true  # when something wakes it, if that is sooner
        self.frozen: datetime | None = None  # the machine sleeps until then
        self.good: datetime | None = None  # the clock at the last cycle in which all went well
        self.known: datetime | None = None  # and at the first since the decisions were lost
        self.disturbed = True  # whether anything happened since
        self.meetings: dict[str, tuple[datetime, datetime]] = {}
        self.hands = Hands()
        self.within = WITHIN
        self.followed: set[str] = set()  # the meetings whose drafts were found
        self.over: set[str] = set()  # keys of drafts that the person sent, deleted, or took back
        self.paused_until: datetime | None = None
        self.absences: set[Any] = set()
        self.suspicious = False  # the clock was wrong since the last good cycle
        self.steps = self.cycles = self.probes = self.lives = 0

    # ------------------------------------------------------------ the process

    def home(self) -> Home:
        """That of a process which may die."""
        return self.outside.home(self.config, self.state, self._operation)

    def calm_home(self) -> Home:
        """That of one which lives on."""
        return self.outside.home(self.config, self.state, None)

    def _operation(self, name: str) -> None:
        if self.doom:
            self.doom -= 1
            if not self.doom:
                self.trace.append(f"killed: {name}")
                raise Killed

    def _alive(self) -> None:
        if self.ending:
            self.ending -= 1
            if not self.ending:
                raise Stopped

    @contextlib.contextmanager
    def process(self) -> Iterator[None]:
        """What happens in it may be cut off; of a killed process remain its files as they are."""
        try:
            yield
        except Killed:
            self.deaths += 1
            self.end()

    def end(self) -> None:
        """The process is over."""
        self.daemon = None
        self.good = None
        self.nudge = self.time.true + timedelta(seconds=self.chance.choice((1, 5, 60, 600, 7200)))
        gc.collect()
        for entry in [*Path("/proc/self/fd").iterdir()]:  # what the kernel does at the end of a process
            with contextlib.suppress(OSError):  # it is closed already
                if str(entry.readlink()).startswith((f"{self.config}/calendars", f"{self.config}/Mail")):
                    os.close(int(entry.name))

    def _begin(self) -> None:
        """As `agendad run` begins; with an error in the rules it ends at once, and is started again later."""
        home = self.home()
        try:
            loaded = home.load()
        except ProblemsFound:
            self.nudge = self.time.true + timedelta(minutes=10)
            return
        world = World(
            now=self.time.clock,
            steady=lambda: self.time.steady,
            random=self.chance.random,
            alive=self._alive,
            journal=self.journal,
            patience=0.0,
            call=self.call,
        )
        try:
            self.daemon = Daemon(home, loaded, world, 1)
        except AlreadyRunning:
            self.nudge = self.time.true + timedelta(seconds=5)
            return
        self.lives += 1
        self.shelf.running()

    # ------------------------------------------------------------ time

    def live(self, length: timedelta = FORTNIGHT, events: Events | None = None) -> None:
        """Time passes until so long after the beginning, with one thing after the other."""
        from machine.lived_events import Events

        events = events or Events(self)
        while self.time.true < self.born + length:
            pause = timedelta(minutes=self.chance.choice((2, 20, 90, 90, 300, 700)), seconds=self.chance.randint(0, 59))
            self.until(self.time.true + pause)
            self.trace.append(f"{self.time.true:%d %H:%M:%S} {events.happen()}")
            self.outside.settle()
            self.disturbed = True

    def until(self, moment: datetime) -> None:
        """The daemon alone, until then."""
        while (due := self._due()) <= moment:
            self._probe(due)
            self._advance(max(due, self.time.true))
            self.step()
        self._probe(moment)
        self._advance(max(moment, self.time.true))

    def _due(self) -> datetime:
        """When the daemon's next step is."""
        if self.frozen is not None:
            return self.frozen
        if self.daemon is None:
            assert self.nudge is not None
            return self.nudge
        due = self._daemons_due(self.daemon)
        return due if self.nudge is None else min(due, self.nudge)

    def _daemons_due(self, daemon: Daemon) -> datetime:
        return daemon.health.due.astimezone(UTC) - self.time.skew

    def _advance(self, moment: datetime) -> None:
        if self.frozen is None:
            self.time.steady += (moment - self.time.true).total_seconds()
        self.time.true = moment

    def soon(self, seconds: float = 1.0) -> None:
        """Something wakes the daemon by then."""
        moment = self.time.true + timedelta(seconds=seconds)
        if self.daemon is not None:
            self.nudge = moment if self.nudge is None else min(self.nudge, moment)

    # ------------------------------------------------------------ a step

    def step(self) -> None:
        """What the loop of the service does when it wakes."""
        self.steps += 1
        self.frozen = self.nudge = None
        before, stood, clock, last = self._cycled(), self.silent(), self.time.clock(), self.good
        doubted = self.outside.stand() if self.suspicious else None
        try:
            with self.process():
                if self.daemon is None:
                    self._begin()
                if self.daemon is not None:
                    self.daemon.step()
        except Stopped:
            self.trace.append("stopped")
            self.end()
        self.outside.settle()
        if stood is not None:
            assert stood == self.outside.stand(), "something was written while nothing was to be"
        if self.daemon is None:
            return
        self.shelf.check(self.daemon, self.notes)
        health = self.daemon.health
        if doubted is not None and health.trouble.startswith("the clock stands"):
            assert doubted == self.outside.stand(), "something was written by a clock that is in doubt"
        self.trace.append(f"{self.time.true:%d %H:%M:%S} {health.cycles} {health.due} {health.trouble}")
        if self._cycled() != before:
            self.cycles += 1
            if health.trouble or self._cycled() is None:
                self.good = None
            elif health.last == clock:
                self._went_well(clock, last)

    def _cycled(self) -> tuple[int, int] | None:
        return None if self.daemon is None else (self.lives, self.daemon.health.cycles)

    def silent(self) -> object | None:
        """What stands, when nothing of it may be changed now."""
        return self.outside.stand() if self.is_paused(self.time.clock()) else None

    def is_paused(self, clock: datetime) -> bool:
        """Whether the person wants nothing to be written."""
        return self.paused_until is not None and clock < self.paused_until

    def _went_well(self, clock: datetime, last: datetime | None) -> None:
        """After a cycle without trouble nothing that is due is missing, and if the daemon could know, none is late."""
        self.known = self.known or clock
        drafts: dict[str, bytes] = {}
        paused = self.is_paused(clock)
        for name, (_, end) in self.meetings.items():
            if name in self.followed:
                continue
            key, due = f"thanks/{self.outside.uid(name)}", end + DELAY
            if clock < due < clock + MINUTE and key in self.outside.drafts():
                self.followed.add(name)  # a cycle goes by the minute, rounded up
            if due > clock or due < self.known or key in self.over or paused or self._away(due, clock):
                continue
            drafts = drafts or self.outside.drafts()
            self.followed.add(name)
            assert key in drafts, f"the follow-up of {name}, due {due}, is missing at {clock}"
            due = max(due, self.paused_until or due)
            if last is not None and not self.disturbed and last < due:
                assert clock - due <= MINUTE, f"the follow-up of {name} came {clock - due} late"
        self.good, self.disturbed = clock, False
        self.hands.remembered()
        self.suspicious = self.suspicious and bool(self.time.skew)

    def _away(self, due: datetime, clock: datetime) -> bool:
        first, last = due.astimezone(PARIS).date(), clock.astimezone(PARIS).date()
        return any(first - timedelta(days=1) <= day <= last for day in self.absences)

    # ------------------------------------------------------------ looks from outside

    def look(self, at: datetime) -> Look:
        """What a cycle at another instant of the clock would see and want."""
        home = self.outside.home(self.config, self.state, None)
        with home.ledger() as ledger:
            loaded = home.load() if self.daemon is None else self.daemon.loaded
            return look(home.desk(loaded, ledger, at), at.astimezone(PARIS))

    def _probe(self, moment: datetime) -> None:
        """As long as nothing happens, nothing is wanted before the instant that the daemon waits for."""
        if self.good is None or self.disturbed or self.frozen or self.chance.random() > 0.06:
            return
        assert self.daemon is not None
        end = min(moment, self._daemons_due(self.daemon)) - MINUTE  # a cycle goes by the minute, rounded up
        start = self.good - self.time.skew
        if end <= start:
            return
        at = end if self.chance.random() < 0.7 else start + (end - start) * self.chance.random()
        try:
            seen = self.look(at + self.time.skew)
        except ProviderError:  # it met the fault that was meant for the daemon
            return
        self.probes += 1
        self.assert_nothing_wanted(seen)

    @staticmethod
    def assert_nothing_wanted(seen: Look) -> None:
        """All that is due stands."""
        assert not [(change.action, change.key) for change in seen.reconciled.changes]
        if not seen.context.paused:
            assert not [draft.key for draft in seen.decision.drafts.desired if draft.state == "due"]
            assert not [each.draft.key for each in seen.decision.drafts.withdrawals]

    def digest(self) -> str:
        """What tells this life from another."""
        told = [f"{line}".replace(str(self.root), "") for line in (*self.trace, *self.notes.lines)]
        blocks = sorted((key, block.title, block.start.isoformat()) for key, block in self.outside.blocks().items())
        return hashlib.sha256(repr((told, blocks, sorted(self.outside.drafts()))).encode()).hexdigest()
