"""One commit of the ledger, and the statements that keep its table of written events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from agendad.ledger import files
from agendad.ledger.codec import moment_to_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from agendad.model.calendar import EventFields
    from agendad.model.memory import Intent
    from agendad.model.plan import Change


class Batch:
    """One commit. Left by an exception it is rolled back."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, what: str, checkpoint: Callable[[str], None] | None
    ) -> None:
        self._connection = connection
        self._path = path
        self._what = what
        self._checkpoint = checkpoint

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._connection.in_transaction:
            return
        if kind is not None:
            self._connection.execute("ROLLBACK")
            return
        if self._checkpoint:
            self._checkpoint(f"ledger {self._what}: before commit")
        with files.usable(self._path):
            self._connection.execute("COMMIT")
        if self._checkpoint:
            self._checkpoint(f"ledger {self._what}: after commit")

    def execute(self, statement: str, *values: object) -> int:
        """Does one statement; the number of the row that an insert made."""
        with files.usable(self._path):
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            return self._connection.execute(statement, values).lastrowid or 0

    def ended(self, number: int, status: str, message: str) -> None:
        """The outcome of an intent. One that is unknown stays open, to be settled by reading."""
        known = None if status == "unknown" else status
        self.execute("UPDATE changes SET status = ?, message = ? WHERE id = ?", known, message, number)

    def wrote(self, change: Change | Intent) -> None:
        """A change that was made: what stands for its key now."""
        if change.after is None:
            self.execute("DELETE FROM written WHERE key = ?", change.key)
        else:
            self.stands(change.key, change.rule, change.calendar, change.after, change.digest)

    def stands(self, key: str, rule: str, calendar: str, fields: EventFields, mark: str) -> None:
        """The event that stands for a key."""
        span = moment_to_text(fields.start), moment_to_text(fields.end)
        self.execute("INSERT OR REPLACE INTO written VALUES (?, ?, ?, ?, ?, ?)", key, rule, calendar, *span, mark)
