"""How other commands talk to a running daemon: a socket in the state folder, one line there and one line back.

The folder is the person's alone (0700), and so is the socket. A request is a word (`health`, `now`, `reload`), the
answer a JSON object. `serve.py` answers in the thread that does all work, between two pieces of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from typing import TYPE_CHECKING, Any, Final

from agendad.errors import AlreadyRunning, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NAME: Final = "daemon.sock"
_LONGEST: Final = 1 << 20
_SHY: Final = 1.0
"""Seconds that a client gets to say what it wants."""


class Server:
    """Listens in a state folder whose daemon lock is held, until closed."""

    def __init__(self, folder: Path, answer: Callable[[str], dict[str, Any]]) -> None:
        self._path = folder / NAME
        self._answer = answer
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        before = os.umask(0o177)
        try:
            with _short(folder) as place:
                self._socket.bind(f"{place}/{NAME}")
        finally:
            os.umask(before)
        self._socket.listen(8)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """What can be read when somebody calls."""
        return self._socket.fileno()

    def serve(self) -> None:
        """Answers one caller."""
        with contextlib.suppress(OSError):  # whoever has gone away gets no answer
            caller, _ = self._socket.accept()
            with caller:
                caller.settimeout(_SHY)
                word = _line(caller).strip()
                caller.sendall(json.dumps(self._answer(word)).encode() + b"\n")

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


def tell(folder: Path, word: str) -> bool:
    """Gives a word to the daemon of a state folder without waiting for what it does; whether one runs there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller, contextlib.suppress(OSError):
        caller.settimeout(_SHY)
        with _short(folder) as place:
            caller.connect(f"{place}/{NAME}")
        caller.sendall(f"{word}\n".encode())
        return True
    return False


def ask(folder: Path, word: str, patience: float = 30.0) -> dict[str, Any] | None:
    """What the daemon of a state folder answers; None when none runs there.

    Raises AlreadyRunning when it is too busy to answer within `patience` seconds.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(patience)
        try:
            with _short(folder) as place:
                caller.connect(f"{place}/{NAME}")
            caller.sendall(f"{word}\n".encode())
            line = _line(caller)
        except TimeoutError:
            raise AlreadyRunning(
                f"{folder}: the daemon is busy, and did not answer within {patience:.0f} seconds",
                hint="its log says what it does",
            ) from None
        except OSError:
            return None
    if not line:
        raise ProviderError(f"{folder}: the daemon ended before it answered", hint="its log says why")
    found: dict[str, Any] = json.loads(line)
    return found


def _line(stream: socket.socket) -> str:
    """One line; what the other side sent until it hung up."""
    data = b""
    while not data.endswith(b"\n") and len(data) < _LONGEST and (more := stream.recv(4096)):
        data += more
    return data.decode("utf-8", "replace")


@contextlib.contextmanager
def _short(folder: Path) -> Iterator[str]:
    """A short name of a folder: the address of a socket is at most 107 bytes long (unix(7))."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}" if sys.platform == "linux" else os.fspath(folder)
    finally:
        os.close(handle)
