"""The cache of what calendar files hold: an SQLite file in the state folder that may be lost at any time.

It is never believed on doubt: another zone, person, program version or file format, a damaged database or a wrong
checksum empty it. `index.py` calls it. Without a folder, or when the folder cannot be written, it lives in memory.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agendad.providers.local.listing import Known
from agendad.providers.local.rows import dump_problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from agendad.providers.local.reader import Reading
    from agendad.providers.local.scan import Bounds

_FILE: Final = "calendars.db"
_CHUNK: Final = 256
_SCHEMA: Final = """
CREATE TABLE about (key TEXT NOT NULL);
CREATE TABLE calendar (name TEXT PRIMARY KEY, folder INTEGER, lo INTEGER, hi INTEGER, count INTEGER);
CREATE TABLE names (calendar TEXT PRIMARY KEY, data BLOB);
CREATE TABLE signature (calendar TEXT, chunk INTEGER, data BLOB, PRIMARY KEY (calendar, chunk)) WITHOUT ROWID;
CREATE TABLE file (calendar TEXT, name TEXT, lo INTEGER, hi INTEGER, count INTEGER, simple INTEGER, etag TEXT,
                   PRIMARY KEY (calendar, name)) WITHOUT ROWID;
CREATE TABLE occurrence (calendar TEXT, name TEXT, lo INTEGER, hi INTEGER, data BLOB, crc INTEGER);
CREATE INDEX occurrence_file ON occurrence (calendar, name);
CREATE INDEX occurrence_time ON occurrence (calendar, lo);
CREATE TABLE problem (calendar TEXT, name TEXT, lo INTEGER, hi INTEGER, data BLOB);
CREATE TABLE own (calendar TEXT, uid TEXT, name TEXT);
CREATE INDEX own_uid ON own (calendar, uid);
"""


class Doubtful(Exception):
    """The cache does not hold together; it was emptied, and what was asked must be read again."""


@dataclass(slots=True)
class State:
    """What is stored of one calendar: the last look at its folder and the span that its occurrences cover."""

    folder: int
    signatures: array[int]
    covered: Bounds
    count: int


@dataclass(slots=True)
class Change:
    """One step forward: files read anew, files gone, and the look at the folder that they belong to."""

    folder: int
    signatures: array[int]
    covered: Bounds
    names: list[str] | None = None
    """None when they are as they were."""
    readings: dict[str, Reading] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)


class Store:
    """One cache for all calendars of a configuration. `key` is everything that its content depends on."""

    def __init__(self, folder: Path | None, key: str) -> None:
        self._key = key
        self._path = None if folder is None else folder / _FILE
        self._db = self._open()

    def __del__(self) -> None:
        # A connection refers to itself (CPython keeps its statements so): left alone, it and the files that it holds
        # live on until some later collection.
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._db.close()

    def empty(self) -> None:
        """Forgets everything."""
        try:
            _renew(self._db, self._key)
        except sqlite3.OperationalError:  # another process holds it, or the disk fails: leave it alone
            self._db.close()
            self._path = None
            self._db = self._open()
        except sqlite3.DatabaseError:
            self._db.close()
            self._unlink()
            self._db = self._open()

    def state(self, calendar: str) -> State | None:
        """The last look at a calendar, or None. Raises Doubtful."""
        with self._doubting():
            row = self._db.execute("SELECT folder, lo, hi, count FROM calendar WHERE name = ?", (calendar,)).fetchone()
            if row is None:
                return None
            chunks = self._db.execute("SELECT data FROM signature WHERE calendar = ? ORDER BY chunk", (calendar,))
            signatures = array("q", b"".join(data for (data,) in chunks))
        folder, lo, hi, count = row
        return State(folder, signatures, (lo, hi), count)

    def known(self, calendar: str, state: State) -> Known:
        """The state with the names of the files. Raises Doubtful."""
        with self._doubting():
            (data,) = self._db.execute("SELECT data FROM names WHERE calendar = ?", (calendar,)).fetchone()
        names = os.fsdecode(data).split("\0") if data else []
        if len(names) != len(state.signatures):
            self.empty()
            raise Doubtful
        return Known(state.folder, state.signatures, names)

    def due(self, calendar: str, wanted: Bounds, covered: Bounds) -> set[str]:
        """The files that must be read again so that `wanted` is covered when `covered` is. Raises Doubtful."""
        with self._doubting():
            rows = self._db.execute(
                "SELECT name FROM file WHERE calendar = ? AND lo < ? AND hi > ? AND NOT (simple AND lo < ? AND hi > ?)",
                (calendar, wanted[1], wanted[0], covered[1], covered[0]),
            )
            return {name for (name,) in rows}

    def etag(self, calendar: str, name: str) -> str:
        """That of the content of a file as it was last read, empty when it was not. Raises Doubtful."""
        with self._doubting():
            query = "SELECT etag FROM file WHERE calendar = ? AND name = ?"
            row = self._db.execute(query, (calendar, name)).fetchone()
        return "" if row is None else str(row[0])

    def occurrences(self, calendar: str, span: Bounds) -> list[tuple[str, str, bytes]]:
        """File name, etag and JSON of all occurrences that overlap the span, and of own events after it, in order.

        The order is by start, UID and RECURRENCE-ID. Raises Doubtful.
        """
        with self._doubting():
            rows = self._db.execute(
                "SELECT o.name, f.etag, o.data, o.crc FROM occurrence o JOIN file f USING (calendar, name)"
                " WHERE calendar = ? AND (o.hi > ? OR o.lo = o.hi AND o.lo >= ?)"
                " AND (o.lo < ? OR o.name IN (SELECT name FROM own WHERE own.calendar = ?)) ORDER BY o.lo, o.data",
                (calendar, span[0], span[0], span[1], calendar),
            ).fetchall()
        if any(zlib.crc32(data) != crc for _, _, data, crc in rows):
            self.empty()
            raise Doubtful
        return [(name, etag, data) for name, etag, data, _ in rows]

    def problems(self, calendar: str) -> list[tuple[int, int, bytes]]:
        """Bounds and JSON of everything that was wrong in the files of a calendar. Raises Doubtful."""
        with self._doubting():
            return self._db.execute(
                "SELECT lo, hi, data FROM problem WHERE calendar = ? ORDER BY name", (calendar,)
            ).fetchall()

    def holder(self, calendar: str, uid: str) -> str | None:
        """The file that holds an event of this product. Raises Doubtful."""
        with self._doubting():
            row = self._db.execute("SELECT name FROM own WHERE calendar = ? AND uid = ?", (calendar, uid)).fetchone()
        return None if row is None else str(row[0])

    def apply(self, calendar: str, change: Change, count: int) -> State:
        """Makes a step durable, whole or not at all, and gives the state after it; `count` is that before it.

        A cache that cannot be written is continued in memory, and Doubtful raised.
        """
        try:
            more = self._apply(calendar, change)
        except sqlite3.Error:
            self._path = None
            self._db = self._open()
            raise Doubtful from None
        return State(change.folder, change.signatures, change.covered, count + more)

    def _apply(self, calendar: str, change: Change) -> int:
        with self._transaction() as db:
            names = [(calendar, name) for name in (*change.gone, *change.readings)]
            count = sum(one.count for one in change.readings.values()) - self._count(names)
            for table in ("file", "occurrence", "problem", "own"):
                db.executemany(f"DELETE FROM {table} WHERE calendar = ? AND name = ?", names)  # noqa: S608  # own names
            readings = change.readings.items()
            db.executemany(
                "INSERT INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((calendar, name, *one.bounds, one.count, one.simple, one.etag) for name, one in readings),
            )
            db.executemany(
                "INSERT INTO occurrence VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (calendar, name, row.lo, row.hi, row.data, zlib.crc32(row.data))
                    for name, one in readings
                    for row in one.rows
                ),
            )
            db.executemany(
                "INSERT INTO problem VALUES (?, ?, ?, ?, ?)",
                (
                    (calendar, name, *problem.bounds, dump_problem(problem.diagnostic))
                    for name, one in readings
                    for problem in one.problems
                ),
            )
            db.executemany(
                "INSERT INTO own VALUES (?, ?, ?)",
                ((calendar, uid, name) for name, one in readings for uid in one.own),
            )
            self._look(calendar, change, count)
        return count

    def _count(self, names: list[tuple[str, str]]) -> int:
        """The events in the files as they are stored; summing over all files would cost more than the change."""
        query = "SELECT count FROM file WHERE calendar = ? AND name = ?"
        return sum(count for name in names for (count,) in self._db.execute(query, name))

    def _look(self, calendar: str, change: Change, more: int) -> None:
        db = self._db
        db.execute(
            "INSERT INTO calendar VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
            " SET folder = excluded.folder, lo = excluded.lo, hi = excluded.hi, count = count + excluded.count",
            (calendar, change.folder, *change.covered, more),
        )
        if change.names is not None:
            db.execute("REPLACE INTO names VALUES (?, ?)", (calendar, os.fsencode("\0".join(change.names))))
        stored = dict(db.execute("SELECT chunk, data FROM signature WHERE calendar = ?", (calendar,)))
        chunks = dict(enumerate(_chunks(change.signatures)))
        db.executemany(
            "REPLACE INTO signature VALUES (?, ?, ?)",
            [(calendar, number, data) for number, data in chunks.items() if stored.get(number) != data],
        )
        db.execute("DELETE FROM signature WHERE calendar = ? AND chunk >= ?", (calendar, len(chunks)))

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._db:  # commits, or rolls back
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    @contextlib.contextmanager
    def _doubting(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.DatabaseError, TypeError, ValueError):
            self.empty()
            raise Doubtful from None

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            for _ in range(2):  # a damaged file is removed and made anew
                try:
                    return _ready(sqlite3.connect(self._path, isolation_level=None, timeout=2), self._key)
                except sqlite3.OperationalError:
                    break  # locked by another process, or the folder cannot be written
                except sqlite3.DatabaseError:
                    self._unlink()
            self._path = None
        return _ready(sqlite3.connect(":memory:", isolation_level=None), self._key)

    def _unlink(self) -> None:
        if self._path is not None:
            for suffix in ("", "-wal", "-shm", "-journal"):
                path = self._path.with_name(self._path.name + suffix)
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def _ready(db: sqlite3.Connection, key: str) -> sqlite3.Connection:
    """The connection with its tables; raises sqlite3.Error when the file is damaged or cannot be written."""
    try:
        db.execute("PRAGMA journal_mode = WAL")  # one synchronisation a commit; FULL makes it durable
        db.execute("PRAGMA synchronous = FULL")
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "about" not in tables or db.execute("SELECT key FROM about").fetchall() != [(key,)]:
            _renew(db, key)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _renew(db: sqlite3.Connection, key: str) -> None:
    """Empties a cache in one transaction, so that another process that reads it sees the old one or the new one."""
    db.execute("BEGIN IMMEDIATE")
    try:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in tables:
            db.execute(f'DROP TABLE "{name}"')
        for statement in _SCHEMA.split(";"):
            db.execute(statement)
        db.execute("INSERT INTO about VALUES (?)", (key,))
    except sqlite3.Error:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _chunks(signatures: array[int]) -> list[bytes]:
    return [signatures[at : at + _CHUNK].tobytes() for at in range(0, len(signatures), _CHUNK)]
