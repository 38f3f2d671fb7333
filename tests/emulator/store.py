"""Calendars and their events as they are kept: JSON objects by id, in the order of their last change."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from emulator.wire import Json, dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROLES = ("freeBusyReader", "reader", "writer", "owner")


class Ticker:
    """The clock, the number of the last change, and ids and etags made from it: the same run gives the same ones."""

    def __init__(self, now: Callable[[], datetime], seed: int) -> None:
        self.now = now
        self.change = 0
        self._seed = seed
        self._made = 0

    def step(self) -> int:
        """The number of a new change."""
        self.change += 1
        return self.change

    def stamp(self) -> str:
        """Now, as `created` and `updated` have it."""
        return _stamp(self.now())

    def etag(self) -> str:
        """The etag of the last change, quotes included."""
        return f'"{3_400_000_000_000_000 + 2 * self.change}"'

    def identifier(self, size: int = 26) -> str:
        """A new id in base32hex."""
        self._made += 1
        digest = hashlib.sha256(f"{self._seed}/{self._made}".encode()).digest()
        return base64.b32hexencode(digest).decode().lower()[:size]


@lru_cache(maxsize=64)
def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Stored:
    """One event, live or a tombstone.

    `data` is replaced, never changed in place. `order` is that of its creation, `change` the number of its last change;
    `begin` and `finish` are instants, those of an all-day event in the zone of the calendar. `texts` keeps the JSON
    that was made of it, by the `fields` that were asked for.
    """

    __slots__ = ("begin", "change", "data", "finish", "order", "texts")

    def __init__(self, data: Json, change: int, order: int, zone: ZoneInfo) -> None:
        self.data = data
        self.change = change
        self.order = order
        self.begin = moment(data["start"], zone) if "start" in data else None
        self.finish = moment(data["end"], zone) if "end" in data else None
        self.texts: dict[str, str] = {}

    @property
    def live(self) -> bool:
        """Whether it was not deleted."""
        return bool(self.data["status"] != "cancelled")

    @property
    def exception(self) -> bool:
        """Whether it stands for one instance of a series."""
        return "recurringEventId" in self.data

    def text(self) -> str:
        """Its JSON."""
        found = self.texts.get("")
        if found is None:
            found = self.texts[""] = dumps(self.data)
        return found


@dataclass
class CalendarStore:
    """One calendar. `items` is in the order of the last change; sync tokens of an older `generation` have expired."""

    id: str
    owner: str
    zone_name: str
    ticker: Ticker
    summary: str = ""
    primary: bool = False
    app_created: bool = False
    status_events: bool = True
    default_reminders: list[Json] = field(default_factory=lambda: [{"method": "popup", "minutes": 10}])
    items: dict[str, Stored] = field(default_factory=dict)
    uids: dict[str, str] = field(default_factory=dict)
    exceptions: dict[str, dict[str, Stored]] = field(default_factory=dict)
    changed: int = 0
    generation: int = 0
    _ordered: list[Stored] | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its times are answered."""
        return ZoneInfo(self.zone_name)

    def put(self, data: Json, *, etag: bool = True) -> Stored:
        """Keeps a new state of an event, which becomes the last change."""
        change = self.ticker.step()
        if etag:
            data = data | {"etag": self.ticker.etag()}
        self._ordered = None
        before = self.items.pop(data["id"], None)
        stored = Stored(data, change, before.order if before else change, self.zone)
        self.items[data["id"]] = stored
        self.changed = change
        if "iCalUID" in data and "recurringEventId" not in data:
            self.uids[data["iCalUID"]] = data["id"]
        if "recurringEventId" in data:
            self.exceptions.setdefault(data["recurringEventId"], {})[data["id"]] = stored
        return stored

    def drop(self, event_id: str) -> None:
        """Forgets an event altogether, its tombstone too; its id is free again."""
        stored = self.items.pop(event_id, None)
        if stored is None:
            return
        self._ordered = None
        self.exceptions.pop(event_id, None)
        if self.uids.get(stored.data.get("iCalUID", "")) == event_id:
            del self.uids[stored.data["iCalUID"]]

    def since(self, change: int, limit: int) -> Iterator[Stored]:
        """What changed after `change`, up to `limit`, in order; costs only what changed."""
        found = []
        for stored in reversed(self.items.values()):
            if stored.change <= change:
                break
            if stored.change <= limit:
                found.append(stored)
        return reversed(found)

    def by_creation(self) -> list[Stored]:
        """All of them in a stable order; remembered from page to page."""
        if self._ordered is None:
            self._ordered = sorted(self.items.values(), key=lambda stored: stored.order)
        return self._ordered


def moment(when: Json, zone: ZoneInfo) -> datetime:
    """The instant of a `start` or `end`."""
    if "date" in when:
        day = date.fromisoformat(when["date"])
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return _utc(when["dateTime"])


@lru_cache(maxsize=4096)
def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def written(when: datetime, zone: ZoneInfo) -> str:
    """An instant as answers have it: to the second, with the offset of `zone`."""
    return when.astimezone(zone).isoformat(timespec="seconds").replace("+00:00", "Z")


def shifted(when: Json, by: timedelta, zone: ZoneInfo) -> Json:
    """A `start` or `end` moved by some time; all-day ones by whole days."""
    if "date" in when:
        return {"date": (date.fromisoformat(when["date"]) + by).isoformat()}
    return when | {"dateTime": written(datetime.fromisoformat(when["dateTime"]) + by, zone)}
