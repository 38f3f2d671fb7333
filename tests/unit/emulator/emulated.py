"""The world of the tests of the emulator, and the two ways into it: raw requests, and Google's own client."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from emulator import Google, Reply, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator import Server

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ME = "ada@example.com"
EVENTS = "/calendar/v3/calendars/primary/events"
DRAFTS = "/gmail/v1/users/me/drafts"
NOON = {
    "start": {"dateTime": "2026-11-24T12:00:00", "timeZone": "Europe/Paris"},
    "end": {"dateTime": "2026-11-24T13:00:00", "timeZone": "Europe/Paris"},
}
BLOCK = {"id": "b10c0", "summary": "Deep work", **NOON}
DAY = {"start": {"date": "2026-11-24"}, "end": {"date": "2026-11-25"}}
LETTER = (
    b"From: Bob <bob@example.net>\r\nTo: ada@example.com\r\nSubject: Hello\r\nMessage-ID: <1@example.net>\r\n"
    b"Date: Mon, 23 Nov 2026 07:00:00 +0000\r\n\r\nHi there\r\n"
)
ANSWER = (
    b"To: bob@example.net\r\nSubject: Re: Hello\r\nMessage-ID: <own@agendad.invalid>\r\nX-Agendad-Key: a/b\r\n"
    b"In-Reply-To: <1@example.net>\r\nReferences: <1@example.net>\r\n\r\nThank you\r\n"
)


class World:
    """One account and a clock that stands still until it is moved."""

    def __init__(self, seed: int = 0) -> None:
        self.now = NOW
        self.google = Google(now=lambda: self.now, seed=seed)
        self.ada = self.google.account(ME)
        self.cal = self.ada.calendar()
        self.box = self.ada.mailbox

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    def send(self, method: str, path: str, body: object = None, *, scopes: str = "calendar", **headers: str) -> Reply:
        """One request with a token of these scopes (in one string); `if_match` and the like become headers."""
        head = {name.replace("_", "-"): value for name, value in headers.items()}
        if "authorization" not in head:
            head["authorization"] = f"Bearer {self.ada.token(*scopes.split())}"
        data = b""
        if body is not None:
            head.setdefault("content-type", "application/json")
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.google.handle(Request(method, path, head, data))

    def mail(self, method: str, path: str, body: object = None) -> Reply:
        """One request to Gmail."""
        return self.send(method, path, body, scopes="gmail.compose gmail.readonly gmail.labels gmail.modify")


def reason(reply: Reply) -> tuple[int, str]:
    """Status and reason of a refusal."""
    error = reply.json()["error"]
    assert error["code"] == reply.status
    assert error["message"]
    return reply.status, error["errors"][0]["reason"]


def refused(request: Any) -> tuple[int, str]:
    """Status and reason of the error that a request of the stock client ends with."""
    with pytest.raises(HttpError) as caught:
        request.execute()
    return caught.value.resp.status, json.loads(caught.value.content)["error"]["errors"][0]["reason"]


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def build_service(world: World, server: Server, name: str, version: str, *scopes: str) -> Iterator[Any]:
    """Google's own client with all its habits."""
    path = "/calendar/v3/" if name == "calendar" else "/"
    service = build(
        name,
        version,
        credentials=Credentials(world.ada.token(*scopes)),
        static_discovery=True,
        client_options={"api_endpoint": server.endpoint + path},
    )
    try:
        yield service
    finally:
        service.close()
