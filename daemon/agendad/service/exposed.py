"""Where monitoring asks how the daemon stands: a socket on loopback. `metrics.py` has the answers, `serve.py` waits."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Final

from agendad.service.metrics import complete

if TYPE_CHECKING:
    from collections.abc import Callable

_SHY: Final = 1.0
"""Seconds that a client gets to say what it wants: the work waits meanwhile."""


class Exposed:
    """Listens at an address of this machine (host, port) until closed; each request gets what `answer` says.

    Raises OSError when the address cannot be used.
    """

    def __init__(self, address: tuple[str, int], answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.create_server(address, family=family)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """What can be read when somebody calls."""
        return self._socket.fileno()

    def serve(self) -> None:
        """Answers one caller."""
        with contextlib.suppress(OSError):  # whoever has gone away, or says nothing, gets no answer
            caller, _ = self._socket.accept()
            with caller:
                caller.settimeout(_SHY)
                request = b""
                while not complete(request) and (more := caller.recv(4096)):
                    request += more
                caller.sendall(self._answer(request))

    def close(self) -> None:
        """Listens no more."""
        self._socket.close()
