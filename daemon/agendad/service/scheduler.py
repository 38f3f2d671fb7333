"""Waiting, on APScheduler 3.11: everything that this program knows of it stands here. `serve.py` runs it.

Jobs only ring; what is due is decided by `daemon.py`, from the ledger and the calendar, whenever something rang. So
nothing is lost with a job, and the traps of the library do not matter: a job that rang late or not at all, or twice
after the clock was set back, is one look more. One thread does everything; it sleeps in one place, in a selector that
signals, changed files and other commands wake, too.

The library trusts the clock of the wall (https://github.com/agronholm/apscheduler/issues/794): after the machine slept,
or the clock was set, its next time may be hours off. No wait is longer than a minute, and when the two clocks of the
machine disagree afterwards, the alarm rings at once.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import STATE_STOPPED, BaseScheduler

if TYPE_CHECKING:
    import selectors
    from collections.abc import Callable

TICK: Final = 60.0
"""Seconds after which it rings at the latest."""
_MOVED: Final = 2.0
"""Seconds by which the clocks may disagree without having been set."""


class Alarm(BaseScheduler):  # type: ignore[misc]  # the library has no types
    """Rings every `tick` seconds (a minute at most), when it was set to, and when one of its sources can be read.

    `ring` is called in the thread that called `run`, with by how many seconds the clock was moved since the last time
    (0.0: it was not), and gives the next instant (aware) it wants to be called at.
    """

    def __init__(self, ring: Callable[[float], datetime], selector: selectors.BaseSelector, tick: float = TICK) -> None:
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        super().__init__(timezone=UTC, executors={"default": DebugExecutor()}, job_defaults=defaults)
        self._ring = ring
        self._selector = selector
        self._tick = min(tick, TICK)
        self._rang = True
        self._clocks = time.time(), time.monotonic()

    def wakeup(self) -> None:
        """Called by the library when a job was added; all happens in one thread here, which is awake then."""

    def run(self) -> None:
        """Waits and rings until `shutdown` was called, from within `ring` or a source."""
        self.add_job(self._note, "interval", seconds=self._tick, id="tick")
        self.start()
        wait = 0.0
        while self.state != STATE_STOPPED:
            moved = self._wait(0.0 if self._rang else wait)
            if moved:
                self.modify_job("tick", next_run_time=datetime.now(UTC))
            wait = self._process_jobs()
            if self._rang:
                self._rang = False
                due = self._ring(moved)
                if self.state != STATE_STOPPED:
                    self.add_job(self._note, "date", run_date=due, id="due", replace_existing=True)
                    wait = self._process_jobs()

    def shutdown(self, wait: bool = False) -> None:
        """Ends `run` after what is being done; see the library."""
        if self.state != STATE_STOPPED:
            super().shutdown(wait)

    def at_once(self) -> None:
        """Rings as soon as the source that is being read has ended."""
        self._rang = True

    def _note(self) -> None:
        self._rang = True

    def _wait(self, seconds: float) -> float:
        """Waits so long at most, lets the sources that can be read do their work; how far the clock was moved."""
        for key, _ in self._selector.select(min(max(seconds, 0.0), self._tick)):
            key.data()
        wall, steady = self._clocks
        self._clocks = time.time(), time.monotonic()
        moved = (self._clocks[0] - wall) - (self._clocks[1] - steady)
        return moved if abs(moved) > _MOVED else 0.0
