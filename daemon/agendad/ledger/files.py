"""Opening the ledger's file: made, migrated with a copy kept, refused when newer, moved aside when damaged.

For writers the file is in WAL mode with `synchronous=FULL`: a commit that returned survives a power cut. Readers get
a copy in memory, taken in one read transaction: they see one moment, hold no lock, and leave no file behind.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Final

from agendad.errors import StateUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    Migrations = Sequence[Sequence[str]]
    """The file at a path (device and inode; None without one), and a number that each commit of another changes."""

NAME: Final = "ledger.db"
APPLICATION_ID: Final = 0x61676E64
"""`agnd`, in the file header (https://sqlite.org/pragma.html#pragma_application_id)."""

MIGRATIONS: Final[Migrations] = (
    (
        """CREATE TABLE runs (
            id INTEGER PRIMARY KEY, kind TEXT NOT NULL, now TEXT NOT NULL, finished TEXT, result TEXT,
            undone INTEGER NOT NULL DEFAULT 0)""",
        # A change is an intent while its status is NULL.
        """CREATE TABLE changes (
            id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id), action TEXT NOT NULL,
            key TEXT NOT NULL, rule TEXT NOT NULL, calendar TEXT NOT NULL, before TEXT, before_digest TEXT NOT NULL,
            after TEXT, digest TEXT NOT NULL, why TEXT NOT NULL, status TEXT, message TEXT NOT NULL DEFAULT '')""",
        "CREATE INDEX open_changes ON changes (id) WHERE status IS NULL",
        """CREATE TABLE written (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, calendar TEXT NOT NULL, start TEXT NOT NULL, end TEXT NOT NULL,
            digest TEXT NOT NULL) WITHOUT ROWID""",
        """CREATE TABLE decisions (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL)
            WITHOUT ROWID""",
    ),
    (
        # Rows of MadeDraft; then by which run it was made and why, and by which it was withdrawn (or is to be) and why.
        """CREATE TABLE drafts (
            key TEXT PRIMARY KEY, rule TEXT NOT NULL, message_id TEXT NOT NULL, digest TEXT NOT NULL,
            subject TEXT NOT NULL, recipients TEXT NOT NULL, due TEXT NOT NULL, made TEXT NOT NULL,
            status TEXT NOT NULL, source_end TEXT, run INTEGER REFERENCES runs (id), why TEXT NOT NULL DEFAULT '[]',
            removed_by INTEGER REFERENCES runs (id), removed_why TEXT NOT NULL DEFAULT '[]',
            message TEXT NOT NULL DEFAULT '') WITHOUT ROWID""",
    ),
    (
        # One run is shown, undone and compacted by its number.
        "CREATE INDEX changes_by_run ON changes (run)",
    ),
)
"""What leads from each version to the next; `user_version` counts those that were done. Never edited, only added to."""

_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY_SECONDS: Final = 5
_WORTH_IT: Final = 64
"""Empty pages (of 4 KiB) below which writing the file anew would cost more than it gives."""


class _Damaged(Exception):
    """The file is no database, or its pages contradict each other."""


def in_memory(migrations: Migrations = MIGRATIONS) -> sqlite3.Connection:
    """A ledger that is forgotten with its process: for simulations, tests, and where no file stands."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection, migrations)
    return connection


def open_to_write(folder: Path, migrations: Migrations = MIGRATIONS) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """The ledger in `folder`, made when missing, and what a person should be told about it.

    Raises StateUnusable when it is newer than this program, is another program's, or cannot be written.
    """
    path = folder / NAME
    notices: list[str] = []
    with usable(path):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            connection = _connect(path, migrations)
        except _Damaged:
            aside = _move_aside(path)
            notices.append(
                f"{path}: the ledger was damaged and was moved to {aside.name}; a new one is filled from the marks in"
                " the calendar and from decisions.json, only the history before now is missing"
            )
            connection = _connect(path, migrations)
        with _closed_on_error(connection):
            version = _version(connection)
            if 0 < version < len(migrations):
                copy = path.with_name(f"{NAME}.v{version}")
                _copy(connection, copy)
                notices.append(
                    f"{path}: the ledger went from version {version} to {len(migrations)}; {copy.name} is the old one"
                )
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            _migrate(connection, migrations)
    return connection, tuple(notices)


def open_to_read(folder: Path, migrations: Migrations = MIGRATIONS) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    """A copy in memory of the ledger in `folder`; an empty one when there is none or it is damaged.

    Nothing is written, neither to the ledger nor beside it. Raises StateUnusable as `open_to_write` does.
    """
    path = folder / NAME
    with usable(path):
        if not path.exists():
            return in_memory(migrations), ()
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with usable(path), _closed_on_error(connection):
            _copy_whole(path, connection)
            check_version(path, connection, migrations)
            _migrate(connection, migrations)
    except _Damaged:
        return in_memory(migrations), (f"{path}: the ledger is damaged; the next `agendad apply` moves it aside",)
    return connection, ()


def whole_copy(folder: Path) -> bytes | None:
    """The ledger in `folder` as one file, as it was at one moment while others may write to it; None without one.

    Of any version. Raises StateUnusable when it cannot be read, or is damaged.
    """
    path = folder / NAME
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
        try:
            with usable(path):
                if not path.exists():
                    return None
                _copy_whole(path, copy)
                _check_pages(copy)
                return copy.serialize()
        except _Damaged:
            raise StateUnusable(
                f"{path}: the ledger is damaged", hint="the next `agendad apply` moves it aside and makes a new one"
            ) from None


def give_back(connection: sqlite3.Connection) -> None:
    """Makes the file as small as what is in it, when much of it is empty; the write-ahead log as well.

    Done in memory (the file is a few MB, and the folder of temporary files may be anybody's). Without room on the disk
    all stays as it is: nothing is lost, and the empty pages are used again.
    """
    pages, empty = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
    if empty < _WORTH_IT or empty * 4 < pages:
        return
    connection.execute("PRAGMA temp_store=MEMORY")
    try:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        if _code(error) not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY):
            raise
    finally:
        connection.execute("PRAGMA temp_store=DEFAULT")


def check_version(path: Path, connection: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Raises StateUnusable when the ledger is newer than this program, or another program's."""
    version, tables = _version(connection), connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version > len(migrations):
        raise StateUnusable(
            f"{path}: the ledger is of version {version}, this agendad knows up to {len(migrations)}",
            hint="use the newer agendad, or move the file away: a new one is filled from the calendar",
        )
    if tables and connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StateUnusable(f"{path}: this database is not a ledger of agendad", hint="`--state DIR` names the folder")


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system refuse into StateUnusable with a message for a person."""
    try:
        yield
    except OSError as error:
        raise StateUnusable(f"{path}: {os.strerror(error.errno or 0).lower()}", hint=_PERMISSION_HINT) from error
    except sqlite3.Error as error:
        message, hint = _SAID.get(_code(error), (str(error), ""))
        raise StateUnusable(f"{path}: {message}", hint=hint) from error


_PERMISSION_HINT: Final = "the state folder needs to be writable by you; `--state DIR` names another"
_SAID: Final = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space; nothing that was recorded is lost"),
    sqlite3.SQLITE_IOERR: ("the disk refuses to read or write", "look at the health and the free space of the disk"),
    sqlite3.SQLITE_READONLY: ("the ledger cannot be written", _PERMISSION_HINT),
    sqlite3.SQLITE_CANTOPEN: ("the ledger cannot be opened", _PERMISSION_HINT),
    sqlite3.SQLITE_PERM: ("the ledger cannot be opened", _PERMISSION_HINT),
    sqlite3.SQLITE_BUSY: ("another program is writing to the ledger", "try again in a moment"),
    sqlite3.SQLITE_CORRUPT: ("the ledger is damaged", "the next start moves it aside and makes a new one"),
    sqlite3.SQLITE_NOTADB: ("the ledger is damaged", "the next start moves it aside and makes a new one"),
}


def _connect(path: Path, migrations: Migrations) -> sqlite3.Connection:
    """Opens and checks the file; the connection is closed again when anything is wrong with it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
    with _closed_on_error(connection), _damage():
        _check_pages(connection)
        check_version(path, connection, migrations)
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Closes the connection unless the work with it ends well."""
    with ExitStack() as stack:
        stack.callback(connection.close)
        yield
        stack.pop_all()


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _code(error) in _DAMAGE:
            raise _Damaged from error
        raise


def _code(error: sqlite3.Error) -> int:
    """The primary result code (https://sqlite.org/rescode.html); errors of the module itself have none."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _check_pages(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _Damaged


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(connection: sqlite3.Connection, migrations: Migrations) -> None:
    """Does the missing migrations in one transaction: a kill in between leaves the old version whole."""
    version = _version(connection)
    if version == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    for statements in migrations[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={len(migrations)}")
    connection.execute("COMMIT")


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600))
    with closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)


def _copy_whole(path: Path, into: sqlite3.Connection) -> None:
    """Copies the file through SQLite's backup interface.

    Without a `-wal` file beside it no writer is at work and the file alone is the truth: it is opened as immutable,
    because even a read-only connection would make `-wal` and `-shm` files. A writer that began meanwhile is noticed.
    """
    wal = path.with_name(f"{NAME}-wal")
    before = path.stat()
    with _damage():
        if not wal.exists():
            _backup(path, "mode=ro&immutable=1", into)
            after = path.stat()
            if not wal.exists() and (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return
        _backup(path, "mode=ro", into)


def _backup(path: Path, mode: str, into: sqlite3.Connection) -> None:
    uri = f"{path.absolute().as_uri()}?{mode}"
    with closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as source:
        source.backup(into)


def _move_aside(path: Path) -> Path:
    """Renames the damaged file and what SQLite keeps beside it; the first free name is taken."""
    number = 1
    while (aside := path.with_name(f"ledger.damaged-{number}.db")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    return aside
