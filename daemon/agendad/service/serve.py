"""A daemon from its start to its end: puts together what the other modules of the service are, and waits.

Called by `agendad run`. One thread does everything. A signal, a changed file and a caller on the socket wake it where
it waits; while it works, they are looked at when that piece of work is done.
"""

from __future__ import annotations

import contextlib
import os
import random
import selectors
import signal
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from agendad.lock import DAEMON, locked
from agendad.service.apart import Apart
from agendad.service.control import Server
from agendad.service.daemon import Daemon, Stopped, World
from agendad.service.files import Watch, roots
from agendad.service.notice import NoNotice, open_notice
from agendad.service.scheduler import TICK, Alarm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agendad.app.home import Home
    from agendad.model.settings import Settings
    from agendad.rules.load import Loaded
    from agendad.service.exposed import Exposed
    from agendad.service.journal import Journal
    from agendad.service.notice import Notice
    from agendad.service.notify import Notifier

_GRACE: Final = 8
"""Seconds that a cycle gets to come to a point where all is settled, once the daemon was told to end."""


class Service:
    """The daemon with all it needs of a real machine."""

    def __init__(self, home: Home, loaded: Loaded, journal: Journal, notifier: Notifier) -> None:
        self._journal = journal
        self._notifier = notifier
        self._stopping = self._reloading = False
        self._told = ""
        self._followed: Settings | None = None
        self._warmed: Settings | None = None
        self._apart = Apart(notifier.alive, lambda: self._stopping)
        home = replace(home, checkpoint=lambda _: self._apart.tick())
        world = World(
            now=lambda: datetime.now(UTC),
            steady=time.monotonic,
            random=random.random,
            alive=self._apart.alive,
            journal=journal,
            notice=self._tell,
            call=self._apart.call,
        )
        self._notice: Notice = NoNotice()
        self._exposed: Exposed | None = None
        self._address: tuple[str, int] | None = None
        self._daemon = Daemon(home, loaded, world, os.getpid())
        self._home = home
        self._selector = selectors.DefaultSelector()
        self._alarm = Alarm(self._ring, self._selector, notifier.period or TICK)
        self._watch = Watch()
        self._server = Server(home.state, self._answer)
        self._selector.register(self._server, selectors.EVENT_READ, self._server.serve)

    def run(self) -> None:
        """Lives until a signal ends it."""
        with self._signals():
            self._watched()
            self._follow()
            self._notifier.ready("running")
            self._journal.note("info", "start", "agendad runs", pid=os.getpid(), rules=len(self._daemon.loaded.rules))
            with contextlib.suppress(Stopped):
                self._alarm.run()
            signal.setitimer(signal.ITIMER_REAL, 0)
            self._notifier.stopping()
        self._server.close()
        self._expose(None)
        self._watch.close()
        self._journal.note("info", "stop", "agendad ends; nothing is left open")

    # ------------------------------------------------------------ what wakes it

    def _ring(self, moved: float) -> datetime:
        if moved:
            self._journal.note("info", "clock", "the clock was moved, or the machine slept", seconds=round(moved))
        reloading, self._reloading = self._reloading, False  # a signal may come at any time
        if reloading:
            self._notifier.reloading()
        self._warm_up()
        due = self._daemon.step()
        self._watched()
        self._follow()
        told, self._told = self._told, _status(self._daemon)
        if reloading:
            self._notifier.ready(self._told)
        elif told != self._told:
            self._notifier.status(self._told)
        return due

    def _answer(self, word: str) -> dict[str, Any]:
        if word == "now":
            self._daemon.ask_cycle()
        elif word == "reload":
            self._daemon.ask_reload()
        elif word != "health":
            return {"error": f"`{word}` is no request"}
        before = self._daemon.health
        if word != "health":
            self._step()
        return {"health": self._daemon.health.as_json(), "before": before.as_json()}

    def _step(self) -> None:
        self._daemon.step()
        self._alarm.at_once()

    def _changed(self) -> None:
        self._watch.settle()
        self._alarm.at_once()

    def _follow(self) -> None:
        """Watches, tells and is seen as the configuration that runs says."""
        settings = self._daemon.loaded.configured
        if settings is self._followed:
            return
        self._notice = open_notice(self._journal, os.environ, desktop=settings.desktop_notice)
        self._expose(settings.metrics)
        self._followed = settings

    def _warm_up(self) -> None:
        """Imports once what every cycle would import anew, each in its own process."""
        settings = self._daemon.loaded.configured
        if settings is not self._warmed:
            for name in _lasting(settings):
                import_module(name)
            self._warmed = settings

    def _tell(self, summary: str, body: str) -> None:
        self._notice.tell(summary, body)

    def _watched(self) -> None:
        """Watches the files and folders as they are now."""
        old = self._watch.fileno()
        if not self._watch.watch(roots(self._home.config, self._daemon.loaded.configured.contacts)):
            return
        if old is not None:
            self._selector.unregister(old)
        if (new := self._watch.fileno()) is not None:
            self._selector.register(new, selectors.EVENT_READ, self._changed)

    def _expose(self, address: tuple[str, int] | None) -> None:
        if address == self._address:
            return
        self._address = address
        if self._exposed is not None:
            self._selector.unregister(self._exposed)
            self._exposed.close()
            self._exposed = None
        if address is None:
            return
        from agendad.service.exposed import Exposed
        from agendad.service.metrics import answer

        try:
            self._exposed = Exposed(address, lambda asked: answer(asked, self._daemon.health, datetime.now(UTC)))
        except OSError as error:
            self._journal.note("warning", "metrics", f"no metrics: {(error.strerror or str(error)).lower()}")
        else:
            self._selector.register(self._exposed, selectors.EVENT_READ, self._exposed.serve)

    # ------------------------------------------------------------ signals

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end it, SIGHUP makes it read its files again."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            end.setblocking(False)
        handlers: dict[int, Callable[..., None]] = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
            signal.SIGHUP: self._hang_up,
            signal.SIGALRM: self._hurry,
        }
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        old = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        self._selector.register(reader, selectors.EVENT_READ, lambda: self._woken(reader))
        try:
            yield
        finally:
            signal.set_wakeup_fd(old)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(reader)
            reader.close()
            writer.close()

    def _woken(self, reader: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            reader.recv(4096)
        if self._stopping:
            self._alarm.shutdown()
        self._alarm.at_once()

    def _stop(self, *_: object) -> None:
        self._stopping = True
        signal.setitimer(signal.ITIMER_REAL, _GRACE)

    def _hang_up(self, *_: object) -> None:
        self._reloading = True
        self._daemon.ask_reload()

    def _hurry(self, *_: object) -> None:
        """The work takes too long. It may be broken off anywhere: what is open is settled at the next start."""
        raise Stopped


def serve(home: Home, loaded: Loaded, journal: Journal, notifier: Notifier) -> None:
    """Runs the daemon of a home until a signal ends it.

    Raises AlreadyRunning when one runs already on this state folder, StateUnusable when that cannot be used.
    """
    with locked(home.state, DAEMON):
        Service(home, loaded, journal, notifier).run()


def _lasting(settings: Settings) -> Iterator[str]:
    """The modules that cycles need nearly always, and that take more time than memory."""
    yield from ("agendad.app.apply", "agendad.app.desk", "agendad.drafting.letters")
    yield f"agendad.providers.{'google.calendars' if settings.calendar.google else 'local.convert'}"
    if settings.mail is not None and settings.mail.google is not None:
        yield "agendad.providers.google.gmail"


def _status(daemon: Daemon) -> str:
    health = daemon.health
    if health.broken:
        return "an error in the rules; those from before keep running"
    if health.trouble:
        return health.trouble
    return f"next cycle by {health.due.astimezone(daemon.loaded.configured.timezone):%H:%M}"
