"""Work in a process of its own, which ends with it: what it took of memory is free again, whatever it imported.

The child is forked, so it begins with all that its parent has read. It is the daemon's only one, and the daemon waits
for it; a daemon that is killed meanwhile leaves it to find that out and to stop where everything is settled.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from agendad.errors import AgendadError
from agendad.service.daemon import Stopped
from agendad.service.journal import trace_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

T = TypeVar("T")

_LOOK: Final = 0.5
"""Seconds between two looks at whether the daemon was told to end."""
_TICK: Final = 1.0
"""Seconds between two signs of life of the child at least."""


class BrokenOff(AgendadError):
    """The process that did the work ended before it was done; what is open is settled by the next cycle."""


class Apart:
    """Has work done by a child. `alive` is called while it gives signs of life; `stopping` says whether to end."""

    def __init__(self, alive: Callable[[], None], stopping: Callable[[], bool]) -> None:
        self._signal = alive
        self._stopping = stopping
        self._parent = 0
        self._line: Connection | None = None
        self._ticked = 0.0

    def alive(self) -> None:
        """To be called where the work, or the daemon, can end: raises Stopped when it is to."""
        if self._stopping() or (self._line is not None and os.getppid() != self._parent):
            raise Stopped
        self.tick()

    def tick(self) -> None:
        """To be called wherever the work goes on."""
        if self._line is None:
            self._signal()
        elif (now := time.monotonic()) >= self._ticked + _TICK:
            self._ticked = now
            with contextlib.suppress(OSError):  # the daemon is gone: `alive` tells
                self._line.send(None)

    def call(self, work: Callable[[], T]) -> T:
        """What the work returns, which can be pickled. Raises the AgendadError that it raises, Stopped, BrokenOff."""
        forked = multiprocessing.get_context("fork")
        here, there = forked.Pipe(duplex=False)
        with here:
            with there:
                child = forked.Process(target=self._child, args=(work, there, os.getpid()))
                child.start()
            try:
                told: _Told[T] = self._told(here, child)
            finally:
                child.kill()  # does nothing to one that has ended
                child.join()
                child.close()
        if told.stopped and self._stopping():
            raise Stopped
        if told.error is not None:
            raise told.error
        if told.stopped:
            raise BrokenOff("the work was broken off", hint="it is taken up again by the next cycle")
        return told.found[0]

    def _told(self, here: Connection, child: multiprocessing.process.BaseProcess) -> _Told[T]:
        asked = False
        while True:
            if self._stopping() and not asked:
                child.terminate()
                asked = True
            if not here.poll(_LOOK):
                continue
            try:
                told: _Told[T] | None = here.recv()
            except (EOFError, OSError):  # it ended before it told anything, or while it did
                return _Told(stopped=True)
            if told is not None:
                return told
            if not asked:
                self._signal()

    def _child(self, work: Callable[[], T], line: Connection, parent: int) -> None:
        signal.set_wakeup_fd(-1)  # that of the daemon, which is not to wake by it
        self._line, self._parent = line, parent
        told: _Told[T]
        try:
            told = _Told((work(),))
        except Stopped:
            told = _Told(stopped=True)
        except AgendadError as error:
            told = _Told(error=error)
        except Exception as error:  # told to the daemon, which logs it and lives on
            told = _Told(error=BrokenOff(f"a fault in agendad itself\n{trace_of(error)}", hint="please report it"))
        with contextlib.suppress(OSError):  # nobody listens any more
            line.send(told)


class _Told(Generic[T]):
    """What the child tells at its end: what it found, what it raised, or that it was stopped."""

    def __init__(self, found: tuple[T, ...] = (), error: AgendadError | None = None, *, stopped: bool = False) -> None:
        self.found = found
        self.error = error
        self.stopped = stopped
