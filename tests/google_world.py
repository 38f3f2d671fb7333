"""A Google calendar port on the emulator within one process: no sockets, and time that passes only when told to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.calendars import GoogleCalendars
from agendad.providers.google.transport import Transport, Waits
from emulator import Google, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from emulator import Calendar, Logged

PARIS = ZoneInfo("Europe/Paris")
ME = "ada@example.com"
SCOPES = ("https://www.googleapis.com/auth/calendar.events",)


class Wire(BaseAdapter):
    """What `requests` has in place of the network."""

    def __init__(self, google: Google) -> None:
        super().__init__()
        self._google = google
        self.after: Callable[[], None] | None = None
        """Called when the server has answered and the answer is still under way."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = request.body or b""
        sent = Request(
            request.method or "", target, dict(request.headers), body.encode() if isinstance(body, str) else body
        )
        reply = self._google.handle(sent)
        if self.after is not None:
            self.after()
        if reply.delay > 60:
            raise requests.ReadTimeout
        if reply.cut and not reply.status:
            raise requests.ConnectionError
        if reply.cut:
            raise requests.exceptions.ChunkedEncodingError
        response = requests.Response()
        response.status_code = reply.status
        response.headers = CaseInsensitiveDict(reply.headers)
        response._content = reply.body
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """Nothing to close."""


class World:
    """One person with a Google account, on a clock of its own; `sleep` lets it go on."""

    def __init__(self, folder: Path, *, consumer: bool = False, start: datetime | None = None) -> None:
        self.now = start or datetime(2026, 11, 23, 7, tzinfo=UTC)
        self.folder = folder
        self.google = Google(now=lambda: self.now)
        self.ada = self.google.account(ME, zone="Europe/Paris", consumer=consumer)
        self.google.faults.sleep = self.sleep
        self.wire = Wire(self.google)
        self.token = folder / "google-token.json"
        self.token.write_text(json.dumps(self.google.grant(ME, SCOPES)))
        self.token.chmod(0o600)

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def hand(self) -> Calendar:
        """The person's own hand in the primary calendar."""
        return self.ada.calendar()

    def transport(self, cache: Path | None, budget: float = 60.0, scopes: Sequence[str] = SCOPES) -> Transport:
        account = Account.from_file(GoogleAccess(self.token, "", ""), scopes, cache)
        waits = Waits(lambda: self.now, self.sleep, lambda: 0.5, budget=budget, per_minute=540)
        return Transport(account, waits=waits, adapter=self.wire)

    def port(
        self, cache: str | None = "cache", *, write: str = "primary", read: Sequence[str] = ("primary",)
    ) -> GoogleCalendars:
        """A port with its own file in the folder `cache`, or none."""
        folder = None if cache is None else self.folder / cache
        return GoogleCalendars(
            self.transport(folder),
            write=write,
            read=read,
            zone=PARIS,
            me=frozenset({ME, "aaa@home.org"}),
            address=ME,
            cache=folder,
            now=lambda: self.now,
        )

    def calls(self) -> list[Logged]:
        """What was asked since the last time, without parts of batches and token calls."""
        found = [each for each in self.google.log if not each.part and each.call != "token"]
        self.google.log.clear()
        return found
