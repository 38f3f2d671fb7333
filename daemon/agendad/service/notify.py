"""Tells systemd how the daemon stands: ready, reloading, stopping, alive, and one line of status.

Each message is one datagram of assignments to the socket in `$NOTIFY_SOCKET`: sd_notify(3) and sd_watchdog_enabled(3),
https://www.freedesktop.org/software/systemd/man/252/sd_notify.html. Called by `daemon.py`.

Nothing here can stop the daemon: without a socket each method does nothing, and a message that cannot be sent is lost.
"""

from __future__ import annotations

import os
import re
import socket
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STATUS_BYTES: Final = 300
_PATIENCE: Final = 1.0  # seconds for a manager whose queue is full; longer would delay the work, and the end on SIGTERM


class Notifier:
    """The way to the manager; `from_environment` makes it.

    `address` is as sendto(2) takes it for AF_UNIX, or empty for none. `watchdog` is how many seconds after the last
    sign of life the manager ends the process, None without a watchdog. `clock` is monotonic, in seconds.
    """

    def __init__(self, address: bytes, watchdog: float | None, clock: Callable[[], float]) -> None:
        self._address = address
        self._watchdog = watchdog
        self._clock = clock
        self._alive: float | None = None

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], pid: int, clock: Callable[[], float] = time.monotonic
    ) -> Notifier:
        """What the manager asks of the process `pid`. `clock` must be CLOCK_MONOTONIC, which reloads are dated by."""
        address = os.fsencode(environ.get("NOTIFY_SOCKET", ""))
        if address.startswith(b"@"):  # an abstract address, unix(7)
            address = b"\0" + address[1:]
        elif not address.startswith(b"/"):
            address = b""
        return cls(address, _watchdog(environ, pid) if address else None, clock)

    @property
    def period(self) -> float | None:
        """Within how many seconds `alive` must be called again, None when nobody watches.

        Half of what the manager waits, as sd_watchdog_enabled(3) recommends.
        """
        return None if self._watchdog is None else self._watchdog / 2

    def ready(self, status: str) -> None:
        """The start, or a reload, is through."""
        self._send("READY=1", f"STATUS={_line(status)}")

    def reloading(self) -> None:
        """A reload begins; `ready` ends it. `Type=notify-reload` of systemd 253 needs its time, others ignore it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={int(self._clock() * 1_000_000)}")

    def status(self, text: str) -> None:
        """What `systemctl status` shows: one line, cut after some hundred bytes."""
        self._send(f"STATUS={_line(text)}")

    def stopping(self) -> None:
        """The end begins."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """A sign of life for the watchdog; of many in a quarter of what the manager waits, only the first is sent."""
        if self._watchdog is None:
            return
        now = self._clock()
        if self._alive is not None and now - self._alive < self._watchdog / 4:
            return
        if self._send("WATCHDOG=1"):
            self._alive = now

    def _send(self, *assignments: str) -> bool:
        """Whether the message has gone out."""
        if not self._address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.settimeout(_PATIENCE)
                channel.sendto("\n".join(assignments).encode(), self._address)
        except OSError:
            return False
        return True


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """The seconds of `$WATCHDOG_USEC`, when it is meant for this process."""
    if environ.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    text = environ.get("WATCHDOG_USEC", "")
    return (int(text) / 1_000_000 or None) if re.fullmatch(r"[0-9]{1,20}", text) else None


def _line(text: str) -> str:
    """The text as one line: a line end in it would begin another assignment."""
    whole = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()).encode()
    return whole[:_STATUS_BYTES].decode(errors="ignore")
