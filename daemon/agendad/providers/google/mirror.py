"""What was read of Google's calendars: an SQLite file in the cache folder that may be lost at any time.

The items of a calendar and the token from which to read on are always of one moment, since both change in one
transaction. Two processes may read at once: news are taken only when they begin where the file stands. The file is
never believed on doubt: another format, damage or a wrong checksum empty it. Beside the items it keeps what no reading
tells: which of our events we took away ourselves, and notes such as until when nothing is to be written.
`calendars.py` and `writing.py` call it. Without a folder, or when that cannot be written, it lives in memory.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from agendad.providers.google.events import parted_id, reduced
from agendad.providers.google.kept import Kept

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path

    from agendad.providers.google.events import Item

_FORMAT: Final = "2"
_ALWAYS: Final = (-(2**62), 2**62)
_ZONES: Final = 2
"""At one instant the clocks of the world are up to 26 hours apart, and show days that are so many apart."""
_HOUR: Final = 3600
_KEEP_TOMBS: Final = 400 * 24 * _HOUR
_SETTLED: Final = _HOUR
"""A reading that began before a deletion may still bring the event; after so many seconds it stands again."""
_SINGLE, _OWN, _SERIES, _EXCLUDED = range(4)
"""Kinds of items: a single event, one under an id of ours, a master or an exception, a cancelled exception."""
_OTHERS: Final = b'"extendedProperties"'
_SCHEMA: Final = (
    "CREATE TABLE calendar (name TEXT PRIMARY KEY, token TEXT, zone TEXT, role TEXT, version INTEGER, count INTEGER)",
    "CREATE TABLE item (calendar TEXT, id TEXT, series TEXT, kind INTEGER, first INTEGER, last INTEGER, data BLOB,"
    " crc INTEGER, PRIMARY KEY (calendar, id))",
    "CREATE INDEX item_time ON item (calendar, kind, last, first)",
    "CREATE INDEX item_series ON item (calendar, series) WHERE series != ''",
    "CREATE TABLE tomb (calendar TEXT, id TEXT, seen INTEGER, PRIMARY KEY (calendar, id))",
    "CREATE TABLE withdrawn (calendar TEXT, id TEXT, at INTEGER, PRIMARY KEY (calendar, id))",
    "CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT)",
)


@dataclass(frozen=True, slots=True)
class State:
    """How far a calendar was read: `token` is empty when it never was whole. `version` changes with its content.

    `zone` is the calendar's own zone name, `role` what may be done there, `count` its number of events.
    """

    token: str = ""
    zone: str = ""
    role: str = ""
    version: int = 0
    count: int = 0


@dataclass(slots=True)
class News:
    """What one list tells, page by page: all of a calendar (`whole`), or what changed since a token.

    `token` and what else is said of the calendar come with the last page.
    """

    calendar: str
    whole: bool
    token: str = ""
    zone: str = ""
    role: str = ""
    rows: dict[str, tuple[object, ...]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    def add(self, items: Iterable[bytes | msgspec.Raw]) -> None:
        """Takes the items of a page, each as JSON. Raises ValueError when one of them is none of an event."""
        for item in items:
            brief = _BRIEF.decode(item)
            if brief.status == "cancelled" and not brief.recurringEventId:
                self.dead.add(brief.id)
                self.rows.pop(brief.id, None)
            else:
                self.rows[brief.id] = _row(self.calendar, brief, bytes(item))
                self.dead.discard(brief.id)


def read_item(data: bytes) -> Item:
    """An item as `singles` and `series` give it."""
    item: Item = msgspec.json.decode(data)
    return item


class Mirror:
    """The mirror of one account. `name` tells accounts apart: two of them never share a file. `now` is the time."""

    def __init__(self, folder: Path | None, name: str, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept = Kept(None if folder is None else folder / f"google-{name}.db", _SCHEMA, _FORMAT)

    # ------------------------------------------------------------ reading

    def state(self, calendar: str) -> State:
        """How far a calendar was read. Raises Doubtful, as all of these do."""
        query = "SELECT token, zone, role, version, count FROM calendar WHERE name = ?"
        rows = self._kept.rows(query, (calendar,))
        return State(*rows[0]) if rows else State()

    def singles(self, calendar: str, first: date, last: date) -> list[bytes]:
        """All single events that may overlap these days, wherever they were written, and all own ones after them."""
        return self._blobs(
            "SELECT data, crc FROM item WHERE calendar = ? AND last >= ? AND (kind = ? AND first <= ? OR kind = ?)",
            (calendar, first.toordinal() - _ZONES, _SINGLE, last.toordinal() + _ZONES, _OWN),
        )

    def series(self, calendar: str) -> list[bytes]:
        """All masters and all exceptions."""
        return self._blobs(
            "SELECT data, crc FROM item WHERE calendar = ? AND kind >= ? ORDER BY series, id", (calendar, _SERIES)
        )

    def item(self, calendar: str, ident: str) -> Item | None:
        """One item as it was last read."""
        found = self._blobs("SELECT data, crc FROM item WHERE calendar = ? AND id = ?", (calendar, ident))
        return read_item(found[0]) if found else None

    def note(self, name: str) -> str:
        """What was noted under a name, or nothing."""
        rows = self._kept.rows("SELECT value FROM note WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def notes(self, prefix: str) -> dict[str, str]:
        """All notes whose names begin with a prefix."""
        rows = self._kept.rows("SELECT name, value FROM note WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))
        return dict(rows)

    # ------------------------------------------------------------ what became of ids of ours

    def generations(self, calendar: str, first: str) -> tuple[int, bool]:
        """Of the ids that begin with the 40 characters of a key: the next free generation, and whether one stands."""
        query = "SELECT id FROM {} WHERE calendar = ? AND id >= ? AND id < ?"
        bounds = (calendar, first, f"{first}w")
        buried = {ident for (ident,) in self._kept.rows(query.format("tomb"), bounds)}
        stand = {ident for (ident,) in self._kept.rows(query.format("item"), bounds)} - buried
        taken = [parts[1] for ident in buried if (parts := parted_id(ident)) is not None]
        return max(taken, default=-1) + 1, any(parted_id(ident) for ident in stand)

    def deleted(self, calendar: str) -> set[str]:
        """The first 40 characters of the ids of own events whose last generation somebody else deleted."""
        last: dict[str, int] = {}
        for (ident,) in self._kept.rows("SELECT id FROM tomb WHERE calendar = ?", (calendar,)):
            if (parts := parted_id(ident)) is not None:
                last[parts[0]] = max(parts[1], last.get(parts[0], 0))
        if not last:
            return set()
        withdrawn = {
            parted_id(ident) for (ident,) in self._kept.rows("SELECT id FROM withdrawn WHERE calendar = ?", (calendar,))
        }
        query = "SELECT id FROM item WHERE calendar = ? AND kind IN (?, ?)"
        stand = {
            parts[0] for (ident,) in self._kept.rows(query, (calendar, _OWN, _SERIES)) if (parts := parted_id(ident))
        }
        return {first for first, number in last.items() if first not in stand and (first, number) not in withdrawn}

    def withdraw(self, calendar: str, idents: Iterable[str]) -> set[str]:
        """Notes, before it is tried, that we delete events ourselves; which of them that was not noted of before."""
        known = {ident for (ident,) in self._kept.rows("SELECT id FROM withdrawn WHERE calendar = ?", (calendar,))}
        new = set(idents) - known
        with self._kept.transaction() as db:
            rows = [(calendar, ident, self._second()) for ident in new]
            db.executemany("INSERT OR IGNORE INTO withdrawn VALUES (?, ?, ?)", rows)
        return new

    def withdrew(self, calendar: str, done: Iterable[str], stayed: Iterable[str]) -> None:
        """Which of them are gone now, and which were not deleted by us."""
        now = self._second()
        with self._kept.transaction() as db:
            db.executemany("REPLACE INTO tomb VALUES (?, ?, ?)", [(calendar, ident, now) for ident in done])
            rows = [(calendar, ident) for ident in stayed]
            db.executemany("DELETE FROM withdrawn WHERE calendar = ? AND id = ?", rows)

    def bury(self, calendar: str, ident: str) -> None:
        """Notes that an id is that of a deleted event."""
        with self._kept.transaction() as db:
            db.execute("REPLACE INTO tomb VALUES (?, ?, ?)", (calendar, ident, self._second()))

    def keep_note(self, name: str, value: str) -> None:
        """Notes something under a name, or nothing any more."""
        with self._kept.transaction() as db:
            db.execute("DELETE FROM note WHERE name = ?", (name,))
            if value:
                db.execute("INSERT INTO note VALUES (?, ?)", (name, value))

    # ------------------------------------------------------------ news

    def take(self, since: State, news: News) -> bool:
        """Brings a calendar to the state that the news tell; false when another process was faster.

        They have to begin where `since` says that the file stood.
        """
        calendar, known = news.calendar, (since.zone, since.role)
        same = not (news.rows or news.dead or news.whole) and (news.zone, news.role) == known
        if same and news.token == since.token:
            return True
        with self._kept.transaction() as db:
            now = self.state(calendar)
            if now.token != since.token:
                return False
            if same:
                db.execute("UPDATE calendar SET token = ? WHERE name = ?", (news.token, calendar))
                return True
            self._apply(db, news)
            version = int.from_bytes(os.urandom(6), "big")  # another file that replaces this one never has the same
            count = sum(db.execute(_COUNT, (calendar, _SERIES, calendar, _SERIES)).fetchone())
            row = (calendar, news.token, news.zone, news.role, version, count)
            db.execute("REPLACE INTO calendar VALUES (?, ?, ?, ?, ?, ?)", row)
        return True

    def _apply(self, db: sqlite3.Connection, news: News) -> None:
        """Own events that stood before a whole reading and do not come again were deleted."""
        calendar, rows, dead = news.calendar, news.rows, news.dead
        if news.whole:
            own = "SELECT id FROM item WHERE calendar = ? AND kind IN (?, ?)"
            dead.update(ident for (ident,) in db.execute(own, (calendar, _OWN, _SERIES)) if ident not in rows)
            db.execute("DELETE FROM item WHERE calendar = ?", (calendar,))
        else:
            db.executemany("DELETE FROM item WHERE calendar = ? AND id = ?", [(calendar, ident) for ident in dead])
            alone = [(calendar, ident) for ident in (*dead, *(ident for ident, row in rows.items() if not row[2]))]
            db.executemany("DELETE FROM item WHERE calendar = ? AND series = ? AND series != ''", alone)
        ordered = [rows[ident] for ident in sorted(rows)]
        db.executemany("REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ordered)
        self._bury(db, calendar, filter(parted_id, dead), [ident for ident in rows if parted_id(ident)])

    def _bury(self, db: sqlite3.Connection, calendar: str, dead: Iterable[str], alive: Iterable[str]) -> None:
        """Keeps which ids of ours are those of deleted events. A deleted event may be restored by hand."""
        now = self._second()
        db.executemany("REPLACE INTO tomb VALUES (?, ?, ?)", [(calendar, ident, now) for ident in dead])
        db.execute("DELETE FROM tomb WHERE seen < ?", (now - _KEEP_TOMBS,))
        stand = [(calendar, ident) for ident in alive]
        recent = [(*each, now - _SETTLED) for each in stand]
        db.executemany("DELETE FROM withdrawn WHERE calendar = ? AND id = ? AND at < ?", recent)
        query = (
            "DELETE FROM tomb WHERE calendar = ?1 AND id = ?2 AND (?1, ?2) NOT IN (SELECT calendar, id FROM withdrawn)"
        )
        db.executemany(query, stand)

    def _second(self) -> int:
        return int(self._now().timestamp())

    def _blobs(self, query: str, values: tuple[object, ...]) -> list[bytes]:
        rows = self._kept.rows(query, values)
        self._kept.sound(rows)
        return [data for data, _ in rows]


_COUNT: Final = (
    "SELECT (SELECT count(*) FROM item WHERE calendar = ? AND kind < ?),"
    " (SELECT count(DISTINCT series) FROM item WHERE calendar = ? AND kind = ?)"
)


class _Brief(msgspec.Struct):
    """What the mirror itself needs to know of an event resource."""

    id: str
    status: str = ""
    recurringEventId: str = ""  # noqa: N815  # Google's name
    recurrence: list[str] = []
    start: Any = None
    end: Any = None


_BRIEF: Final = msgspec.json.Decoder(_Brief)


def _row(calendar: str, brief: _Brief, data: bytes) -> tuple[object, ...]:
    series = brief.recurringEventId or (brief.id if brief.recurrence else "")
    kind = _OWN if parted_id(brief.id) else _SINGLE
    if series:
        kind = _EXCLUDED if brief.status == "cancelled" else _SERIES
    if _OTHERS in data:
        data = msgspec.json.encode(reduced(read_item(data)))
    first, last = (0, 0) if series else (_day(brief.start, _ALWAYS[0]), _day(brief.end, _ALWAYS[1]))
    return calendar, brief.id, series, kind, first, last, data, zlib.crc32(data)


def _day(moment: Any, unknown: int) -> int:
    """The number of the day of a time, where it was written."""
    try:
        return date.fromisoformat((moment.get("dateTime") or moment["date"])[:10]).toordinal()
    except (KeyError, TypeError, ValueError, AttributeError):
        return unknown
