"""An account at Google for `lived.py`, with all that may go wrong on the way there."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from agendad.app.home import Home
from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account as Credentials
from agendad.providers.google.calendars import GoogleCalendars
from agendad.providers.google.gmail import Gmail
from agendad.providers.google.transport import Transport, Waits
from emulator import Google, Kind
from emulator.faults import RANDOM
from google_world import ME, PARIS, Wire
from machine.lived_outside import Block, Time, key_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    import requests

    from agendad.model.settings import Settings
    from agendad.ports import CalendarPort, MailStore

GOOGLE = "calendar: {provider: google, write: primary, read: [primary]}\nmail: {provider: gmail}\n"
SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("calendar.events.owned", "calendar.events.readonly", "gmail.compose", "gmail.readonly")
)
_WRITES = ("insert", "patch", "update", "delete", "create", "import", "send", "move")


class Deadly(Wire):
    """A wire before and after each request of which `at` is called."""

    at: Callable[[str], None] | None = None

    def send(self, request: requests.PreparedRequest, *some: Any, **more: Any) -> requests.Response:
        if self.at is not None:
            self.at("before the request")
        reply = super().send(request, *some, **more)
        if self.at is not None:
            self.at("after the request")
        return reply


@dataclass(frozen=True)
class Signed(Home):
    """A home whose calendars and mailbox are an account on the emulator."""

    account: Account | None = field(default=None, compare=False)

    def calendars(self, settings: Settings, now: datetime) -> CalendarPort:
        assert self.account is not None
        clock = self.account.time.clock
        chosen, cache = settings.calendar, self.state / "cache"
        return GoogleCalendars(
            self.account.transport(self, clock),
            write=chosen.write,
            read=chosen.read,
            zone=settings.timezone,
            me=settings.me.emails,
            address=settings.me.address,
            cache=cache,
            now=clock,
        )

    def mail(self, settings: Settings, *, used: bool = False) -> MailStore | None:
        assert self.account is not None
        return Gmail(self.account.transport(self, self.account.time.clock), cache=self.state / "cache")


class Account:
    """Calendar and mailbox at Google, with all that may go wrong on the way there."""

    settings = GOOGLE

    def __init__(self, root: Path, time: Time) -> None:
        self.time = time
        self.google = Google(now=lambda: time.true)
        self.google.faults.sleep = time.sleep
        self._person = self.google.account(ME, zone="Europe/Paris")
        self._hand = self._person.calendar()
        self._box = self._person.mailbox
        self._foreign: dict[str, Any] = {}
        self._sent: dict[str, bytes] = {}
        self._ids: dict[str, str] = {}
        self.token = root / "google-token.json"
        self.token.write_text(json.dumps(self.google.grant(ME, SCOPES)))
        self.token.chmod(0o600)

    def home(self, config: Path, state: Path, checkpoint: Callable[[str], None] | None) -> Home:
        """See Folders."""
        return Signed(config, state, checkpoint, account=self)

    def transport(self, home: Home, clock: Callable[[], datetime]) -> Transport:
        """A process's own way to Google, with its own deaths."""
        wire = Deadly(self.google)
        wire.at = home.checkpoint
        credentials = Credentials.from_file(GoogleAccess(self.token, "", ""), SCOPES, home.state / "cache")
        waits = Waits(clock, self.time.sleep, lambda: 0.5, budget=60.0, per_minute=540)
        return Transport(credentials, waits=waits, adapter=wire)

    def meet(self, name: str, start: datetime, minutes: int) -> None:
        """See Folders."""
        end = start + timedelta(minutes=minutes)
        body = {"summary": name} | {
            at: {"dateTime": each.astimezone(PARIS).isoformat(), "timeZone": "Europe/Paris"}
            for at, each in (("start", start), ("end", end))
        }
        if name in self._ids:
            found = self._hand.patch(self._ids[name], body)
        else:
            found = self._hand.invite(f"{name}@example.org", body, response="accepted")
        self._ids[name] = found["id"]
        self._foreign[found["id"]] = copy.deepcopy(found)

    def uid(self, name: str) -> str:
        """See Folders."""
        return str(self._foreign[self._ids[name]]["iCalUID"])

    def cancel(self, name: str) -> None:
        """See Folders."""
        ident = self._ids.pop(name)
        self._hand.delete(ident)
        del self._foreign[ident]

    def _items(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for each in self._hand.items():
            key = each.get("extendedProperties", {}).get("private", {}).get("agendad-key", "")
            if key:
                assert key not in found, f"two blocks of {key}"
                found[key] = each
        return found

    def blocks(self) -> dict[str, Block]:
        """See Folders."""
        return {
            key: Block(each["summary"], datetime.fromisoformat(each["start"]["dateTime"]))
            for key, each in self._items().items()
        }

    def rename(self, key: str, title: str) -> None:
        """See Folders."""
        self._hand.patch(self._items()[key]["id"], {"summary": title})

    def move(self, key: str, by: timedelta) -> None:
        """See Folders."""
        self._hand.move(self._items()[key]["id"], by)

    def delete(self, key: str) -> None:
        """See Folders."""
        self._hand.delete(self._items()[key]["id"])

    def _mails(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for ident, raw in self._box.drafts().items():
            key = key_of(raw)
            assert key not in found, f"two drafts of {key}"
            found[key] = ident
        return found

    def drafts(self) -> dict[str, bytes]:
        """See Folders."""
        raws = self._box.drafts()
        return {key: raws[ident] for key, ident in self._mails().items()}

    def edit(self, key: str) -> None:
        """See Folders."""
        self._box.edit_draft(self._mails()[key], lambda raw: raw.replace(b"Hello", b"Dear friend"))

    def discard(self, key: str) -> None:
        """See Folders."""
        self._box.discard(self._mails()[key])

    def send(self, key: str) -> None:
        """See Folders."""
        self._box.send_draft(self._mails()[key])

    def trouble(self, chance: random.Random) -> None:
        """Some requests go wrong, or Google forgets what it had given out."""
        match chance.randint(0, 5):
            case 0:
                self._hand.expire_sync_tokens()
            case 1:
                self._box.forget_history()
            case 2:
                self.google.tokens.expire()
            case 3:
                self.google.page_size = chance.choice((3, 2500))
            case _:
                self.google.faults.at_random(chance.choice((0.1, 0.3, 0.6)), chance.randrange(1 << 30), RANDOM)

    def vanish(self, chance: random.Random) -> None:
        """The network is away."""
        self.google.faults.at_random(1.0, chance.randrange(1 << 30), {Kind.LOST_BEFORE})

    def calm(self) -> None:
        """All goes well again."""
        self.google.faults.off()

    def stand(self) -> object:
        """See Folders."""
        return sum(each.committed and each.call.rpartition(".")[2] in _WRITES for each in self.google.log)

    def foreign_is_untouched(self) -> None:
        """Events of others are what they were, and the product did nothing that Google forbids."""
        own = {each["id"] for each in self._items().values()}
        found = {each["id"]: each for each in self._hand.items() if each["id"] not in own}
        assert found == self._foreign, "a foreign event was changed"
        assert self.google.breaches == []

    def settle(self) -> None:
        """Google's time is virtual already."""

    def travel(self, zone: str) -> None:
        """The calendar has another zone now."""
        self._person.primary.zone_name = zone

    def secrets(self) -> tuple[str, ...]:
        """See Folders."""
        return tuple(str(value) for value in json.loads(self.token.read_text()).values() if len(str(value)) > 8)
