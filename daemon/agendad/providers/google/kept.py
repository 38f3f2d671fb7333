"""An SQLite file of our own in the cache folder, which may be lost at any time and is never believed on doubt.

Another format, damage or a wrong checksum empty it. Without a folder, or when that cannot be written, it lives in
memory. `mirror.py` and `mailcache.py` build on it.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PATIENCE: Final = 10.0


class Doubtful(Exception):
    """The file does not hold together; it was emptied, and everything must be read again."""


class Kept:
    """The file at `path` with the tables of `schema`; `form` names their format, another one is made anew."""

    def __init__(self, path: Path | None, schema: Sequence[str], form: str) -> None:
        self._path = path
        self._schema = schema
        self._form = form
        self._db = self._open()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._db.close()  # a connection refers to itself, and would hold its files until some later collection

    def empty(self) -> None:
        """Forgets everything."""
        self._db.close()
        self._unlink()
        self._db = self._open()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a query finds. Raises Doubtful."""
        with self._doubting():
            return self._db.execute(query, values).fetchall()

    def sound(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Raises Doubtful unless each row, (..., data, crc), has the checksum of its data."""
        if not all(isinstance(data, bytes) and zlib.crc32(data) == crc for *_, data, crc in rows):
            self.empty()
            raise Doubtful

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All changes within it, or none. Raises Doubtful."""
        with self._doubting(), self._db:  # commits, or rolls back
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    @contextlib.contextmanager
    def _doubting(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError:  # held by another process for long, or the disk fails: leave it alone
            self._db.close()
            self._path = None
            self._db = self._open()
            raise Doubtful from None
        except (sqlite3.DatabaseError, OverflowError):
            self.empty()
            raise Doubtful from None

    def _open(self) -> sqlite3.Connection:
        if self._path is not None:
            for _ in range(2):  # a damaged file is removed and made anew
                try:
                    return self._ready(_connected(self._path))
                except (sqlite3.OperationalError, OSError):
                    break  # held by another process, or the folder cannot be written
                except sqlite3.DatabaseError:
                    self._unlink()
            self._path = None
        return self._ready(sqlite3.connect(":memory:", isolation_level=None))

    def _ready(self, db: sqlite3.Connection) -> sqlite3.Connection:
        try:
            db.execute("PRAGMA page_size = 16384")  # of a new file; a whole calendar is written in half the time
            db.execute("PRAGMA journal_mode = WAL")  # one synchronisation a commit; FULL makes it durable
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA cache_size = -65536")  # KiB at most: a whole calendar is changed in one transaction
            if not self._is_current(db):
                self._renew(db)
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _is_current(self, db: sqlite3.Connection) -> bool:
        found = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchall()
        return bool(found) and db.execute("SELECT form FROM about").fetchall() == [(self._form,)]

    def _renew(self, db: sqlite3.Connection) -> None:
        """Makes the tables in one transaction, so that another process sees none of them or all."""
        with db:
            db.execute("BEGIN IMMEDIATE")
            if self._is_current(db):
                return  # another process was faster
            for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                db.execute(f'DROP TABLE "{name}"')
            for statement in ("CREATE TABLE about (form TEXT NOT NULL)", *self._schema):
                db.execute(statement)
            db.execute("INSERT INTO about VALUES (?)", (self._form,))

    def _unlink(self) -> None:
        if self._path is not None:
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _connected(path: Path) -> sqlite3.Connection:
    """The open file, which its owner alone can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    return sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)
