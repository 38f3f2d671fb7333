"""A Gmail port on the emulator within one process: no sockets, and time that passes only when told to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.gmail import Gmail
from agendad.providers.google.transport import Transport, Waits
from emulator import Google
from google_world import Wire as GoogleWire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

    from emulator import Logged

ME = "ada@example.com"
SCOPES = tuple(f"https://www.googleapis.com/auth/gmail.{name}" for name in ("compose", "readonly"))


class Wire(GoogleWire):
    """The same with a look at what is about to be asked: `before` is called with the path."""

    before: Callable[[str], None] | None = None

    def send(self, request: requests.PreparedRequest, *words: Any, **more: Any) -> requests.Response:
        if self.before is not None:
            self.before(request.path_url)
        return super().send(request, *words, **more)


class World:
    """One person with a Gmail mailbox, on a clock of its own; `sleep` lets it go on."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 23, 7, tzinfo=UTC)
        self.folder = folder
        self.google = Google(now=lambda: self.now)
        self.box = self.google.account(ME).mailbox
        self.google.faults.sleep = self.sleep
        self.token = folder / "google-token.json"
        self.token.write_text(json.dumps(self.google.grant(ME, SCOPES)))
        self.token.chmod(0o600)

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def port(self, cache: str | None = "cache", *, budget: float = 60.0, wire: Wire | None = None) -> Gmail:
        """A port with its own file in the folder `cache`, or none; `wire` is its own if it is not given."""
        folder = None if cache is None else self.folder / cache
        account = Account.from_file(GoogleAccess(self.token), SCOPES, folder)
        waits = Waits(lambda: self.now, self.sleep, lambda: 0.5, budget=budget, per_minute=270)
        return Gmail(Transport(account, waits=waits, adapter=wire or Wire(self.google)), cache=folder)

    def calls(self) -> list[Logged]:
        """What was asked since the last time, without parts of batches and token calls."""
        found = [each for each in self.google.log if not each.part and each.call != "token"]
        self.google.log.clear()
        return found

    def asked(self) -> list[str]:
        """The names of those calls."""
        return [each.call.removeprefix("gmail.users.") for each in self.calls()]
