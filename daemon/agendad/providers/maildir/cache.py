"""The headers of the mails that were seen, so that each is opened once; an SQLite file that may be lost at any time.

`mailbox.py` asks it at each reading. It is never believed on doubt: another mailbox, program version or file format, a
damaged database or a wrong checksum empty it. Without a folder, or when it cannot be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from agendad import __version__
from agendad.model.mail import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FILE: Final = "mail.db"
_FORMAT: Final = 1
_PATIENCE: Final = 0.5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEMA: Final = (
    "CREATE TABLE about (key TEXT NOT NULL)",
    "CREATE TABLE mail (folder TEXT, name TEXT, at INTEGER, data BLOB, crc INTEGER,"
    " PRIMARY KEY (folder, name)) WITHOUT ROWID",
    "CREATE TABLE sums (folder TEXT PRIMARY KEY, count INTEGER, at INTEGER)",
)

_SUM: Final = "SELECT count(*), sum(at) FROM mail WHERE folder = ?"
"""Tells whether a time was damaged, by which a mail would be passed over."""
_STORED_SUM: Final = "SELECT count, at FROM sums WHERE folder = ?"


class Cache:
    """The mails of all folders of the mailbox at `root`."""

    def __init__(self, folder: Path | None, root: str) -> None:
        self._path = None if folder is None else folder / _FILE
        self._key = f"{__version__} {_FORMAT} {root}"

    def is_there(self) -> bool:
        """Whether mails of this mailbox were looked for before: it was there then."""
        if self._path is None or not self._path.exists():
            return False
        try:
            with contextlib.closing(sqlite3.connect(self._path, timeout=_PATIENCE)) as db:
                return db.execute("SELECT key FROM about").fetchall() == [(self._key,)]
        except sqlite3.Error:
            return False

    def known(self, folder: str, since: datetime) -> tuple[set[str], dict[str, Message]]:
        """The base names of all mails that were seen, and those mails since an instant (aware)."""
        try:
            with self._open() as db:
                names = {name for (name,) in db.execute("SELECT name FROM mail WHERE folder = ?", (folder,))}
                rows = db.execute(
                    "SELECT name, data, crc FROM mail WHERE folder = ? AND at >= ? ORDER BY at",
                    (folder, int(since.timestamp())),
                ).fetchall()
                sums = [db.execute(query, (folder,)).fetchone() for query in (_SUM, _STORED_SUM)]
            if (sums[0] == sums[1] or not names) and all(zlib.crc32(data) == crc for _, data, crc in rows):
                return names, _load(rows)
        except sqlite3.OperationalError:
            return set(), {}  # locked by another process, or the folder cannot be written
        except (sqlite3.DatabaseError, OSError, TypeError, ValueError):
            pass
        self._unlink()
        return set(), {}

    def keep(self, folder: str, gone: Iterable[str], learned: dict[str, Message]) -> None:
        """Takes the mails that were seen now, and forgets those that are gone. Odd file names are not kept."""
        rows = [(folder, *_row(name, mail)) for name, mail in learned.items() if name.isascii()]
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as db:  # a cache is not worth a failure
            db.execute("BEGIN IMMEDIATE")
            db.executemany("DELETE FROM mail WHERE folder = ? AND name = ?", ((folder, name) for name in gone))
            db.executemany("REPLACE INTO mail VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("REPLACE INTO sums VALUES (?, ?, ?)", (folder, *db.execute(_SUM, (folder,)).fetchone()))
            db.execute("COMMIT")

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if self._path is not None:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.closing(
            sqlite3.connect(self._path or ":memory:", isolation_level=None, timeout=_PATIENCE)
        ) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "about" not in tables or db.execute("SELECT key FROM about").fetchall() != [(self._key,)]:
                db.execute("BEGIN IMMEDIATE")
                for table in tables:
                    db.execute(f'DROP TABLE "{table}"')
                for statement in _SCHEMA:
                    db.execute(statement)
                db.execute("INSERT INTO about VALUES (?)", (self._key,))
                db.execute("COMMIT")
            yield db

    def _unlink(self) -> None:
        if self._path is not None:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(OSError):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _row(name: str, mail: Message) -> tuple[str, int, bytes, int]:
    data = _dump(mail)
    return name, int(mail.at.timestamp()), data, zlib.crc32(data)


def _dump(mail: Message) -> bytes:
    value = [
        mail.at.timestamp(),
        mail.sender,
        mail.recipients,
        mail.subject,
        mail.message_id,
        mail.references,
        mail.sent,
        mail.key,
    ]
    return json.dumps(value, separators=(",", ":")).encode()


def _load(rows: list[tuple[str, bytes, int]]) -> dict[str, Message]:
    values: list[list[Any]] = json.loads(b"[" + b",".join(data for _, data, _ in rows) + b"]")
    return {
        name: Message(
            _EPOCH + timedelta(seconds=at),
            sender,
            tuple(recipients),
            subject,
            ident,
            tuple(references),
            sent,
            key,
        )
        for (name, _, _), (at, sender, recipients, subject, ident, references, sent, key) in zip(
            rows, values, strict=True
        )
    }
