"""A server that answers as it is told, byte for byte, and keeps what it was sent; to see what goes over the wire."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.transport import Transport, Waits, collection

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 11, 23, 7, tzinfo=UTC)
SCOPE = "https://www.googleapis.com/auth/calendar.events.owned"
DROP = b""
"""Closes the connection without an answer."""


@dataclass(frozen=True)
class Sent:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


def reply(status: int, body: object = b"", **headers: str) -> bytes:
    """An answer; `body` is sent as it is, or as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


def refusal(status: int, reason: str, **headers: str) -> bytes:
    """An error in the form of Google's APIs."""
    error = {"code": status, "message": f"because of {reason}", "errors": [{"reason": reason, "message": "no"}]}
    return reply(status, {"error": error}, **headers)


def token(text: str = "ya29.first", lasts: int = 3600) -> bytes:
    """What the token endpoint says."""
    return reply(200, {"access_token": text, "expires_in": lasts, "token_type": "Bearer"})


class Wire:
    """Answers each kind of path with the next of its answers, the last one again and again; `/token` with a token."""

    def __init__(self, **answers: list[bytes]) -> None:
        self.sent: list[Sent] = []
        self._answers = {"token": [token()], **answers}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def endpoint(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def paths(self, without: str = "/token") -> list[str]:
        """The request lines in order, those of the token endpoint left out."""
        return [sent.line.removesuffix(" HTTP/1.1") for sent in self.sent if without not in sent.line]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # closing alone does not wake the thread
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            while line := lines.readline():
                headers = {}
                while (row := lines.readline().strip()) != b"":
                    name, _, value = row.decode().partition(":")
                    headers[name.lower()] = value.strip()
                body = lines.read(int(headers.get("content-length", 0)))
                self.sent.append(Sent(line.decode().strip(), headers, body))
                answer = self._next("token" if b" /token " in line else "batch" if b" /batch" in line else "api")
                connection.sendall(answer)
                if not _whole(answer):
                    return

    def _next(self, kind: str) -> bytes:
        answers = self._answers[kind]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def _whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    return b"Content-Length: %d" % len(body) in head


@dataclass
class Clock:
    """Virtual time: sleeping moves it. `slept` is what was slept, in seconds."""

    at: datetime = START
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        """The moment."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)

    def waits(self, **more: Any) -> Waits:
        """The waits of a transport by this clock, without jitter."""
        return Waits(self.now, self.sleep, lambda: 0.0, **more)


USER = {"type": "authorized_user", "client_id": "c", "client_secret": "s"}


def credentials(folder: Path, renewal: str = "1//r", **more: object) -> Path:
    """A credentials file of a person."""
    path = folder / "google-token.json"
    path.write_text(json.dumps({**USER, "refresh_token": renewal, **more}))
    path.chmod(0o600)
    return path


def transport(folder: Path, wire: Wire, clock: Clock | None = None, **waits: Any) -> Transport:
    """A transport to the server, its account kept in `folder`."""
    access = GoogleAccess(credentials(folder), "", wire.endpoint)
    account = Account.from_file(access, [SCOPE], folder / "cache")
    return Transport(account, endpoint=wire.endpoint, waits=(clock or Clock()).waits(**waits))


def events() -> Any:
    """The `events` of the Calendar client."""
    return collection("calendar", "v3", "events")


def insert(ident: str = "abcde") -> Any:
    """A request that writes."""
    return events().insert(calendarId="primary", body={"id": ident}, sendUpdates="none")


def parts(*answers: tuple[int, str, object], end: bool = True) -> bytes:
    """The answer to a batch: (number, status line, body) of each part."""
    pieces = []
    for number, status, body in answers:
        content = json.dumps(body) if body != "" else ""
        pieces.append(
            f"--batch_x\r\nContent-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\n"
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n{content}\r\n"
        )
    text = "".join(pieces) + ("--batch_x--\r\n" if end else "")
    return reply(200, text.encode(), Content_Type="multipart/mixed; boundary=batch_x")
