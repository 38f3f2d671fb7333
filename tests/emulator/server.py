"""The emulator behind a socket of this machine."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from emulator.wire import PHRASES, Request

if TYPE_CHECKING:
    from types import TracebackType

    from emulator.google import Google


class Server:
    """Serves a `Google` on 127.0.0.1 while it is entered; `endpoint` is what clients get.

    `latency` are the seconds that every answer takes.
    """

    def __init__(self, google: Google, *, port: int = 0, latency: float = 0.0) -> None:
        self.google = google

        class Handler(_Handler):
            world = google
            delay = latency

        self._server = _Quiet(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def endpoint(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    world: Google
    delay = 0.0

    def handle_one_request(self) -> None:
        """Reads one request of any method and answers it."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        request = Request(self.command, self.path, dict(self.headers.items()), self._body())
        reply = self.world.handle(request)
        if self.delay:
            time.sleep(self.delay)
        if reply.cut and not reply.status:
            self.close_connection = True
            return
        self.send_response_only(reply.status, PHRASES.get(reply.status))
        length = reply.headers.get("content-length", str(len(reply.body)))
        for name, value in reply.headers.items():
            if name != "content-length":
                self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("content-length", length)
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or reply.cut

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            found = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                found += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return found
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is that of the base class
        """Says nothing."""
