"""The ledger's memory: written ahead, one commit an action or batch, nothing at all when nothing changed.

A cycle asks `memory`, and when it has something to do opens a `Run`: `intend` records a batch of changes before the
first of them is tried, `settle` records how they ended, `finish` closes the run. A process that dies in between leaves
open intents; the next cycle finds out from the calendar what became of them and records it with `observe`. Drafts go
the same way: `intend_drafts`, `settle_drafts`, `observe_drafts`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self

from agendad.ledger import drafts, files
from agendad.ledger.batch import Batch
from agendad.ledger.codec import fields_from_text, fields_to_text, moment_from_text, moment_to_text, why_to_text
from agendad.model.identity import uid
from agendad.model.memory import Intent, Memory, Written
from agendad.model.plan import Action

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from agendad.ledger.drafts import Ended
    from agendad.model.calendar import Event
    from agendad.model.mail import MadeDraft
    from agendad.model.memory import Decided, Decisions, Settled
    from agendad.model.plan import Change
    from agendad.model.reasons import Reason
    from agendad.ports import Outcome

RunKind = Literal["apply", "undo", "reset", "purge"]


class Ledger:
    """An open ledger; a context manager. `notices` are what a person should be told about opening it."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        notices: Sequence[str] = (),
        checkpoint: Callable[[str], None] | None = None,
    ) -> None:
        self.notices = tuple(notices)
        self._connection = connection
        self._path = path
        self._checkpoint = checkpoint
        # of the last time: most of it is the same in the next cycle
        self._decided: dict[str, Decided] = {}
        self._decided_last: Sequence[Decided] = ()
        self._written: dict[tuple[str, ...], Written] = {}
        self._drafts: dict[tuple[Any, ...], MadeDraft] = {}
        self._reasons = 0  # changes that only `explain` asks for
        self._remembered: tuple[tuple[object, ...], Memory] = (), Memory()

    @classmethod
    def open(cls, folder: Path, checkpoint: Callable[[str], None] | None = None) -> Ledger:
        """The ledger of a state folder whose lock is held. `checkpoint` is called around every commit.

        Raises StateUnusable.
        """
        connection, notices = files.open_to_write(folder)
        return cls(connection, folder / files.NAME, notices, checkpoint)

    @classmethod
    def read(cls, folder: Path) -> Ledger:
        """What the ledger says at this moment, for commands that change nothing; a daemon may be writing to it.

        Writing to it changes nothing that lasts. Raises StateUnusable.
        """
        connection, notices = files.open_to_read(folder)
        return cls(connection, folder / files.NAME, notices)

    @classmethod
    def in_memory(cls, path: Path) -> Ledger:
        """A ledger without a file, for simulations; `path` is what messages call it."""
        return cls(files.in_memory(), path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; SQLite folds its write-ahead log into it."""
        with files.usable(self._path):
            self._connection.close()

    def memory(
        self,
        decisions: Decisions,
        since: datetime,
        blocks_since: datetime | None = None,
        longer: Mapping[str, datetime] | None = None,
    ) -> Memory:
        """What is remembered of events that ended after `since`, with all open intents; of drafts made since that day,
        and of older ones that may still lie in Drafts.

        `blocks_since` narrows it for events, save those whose keys begin with an id of `longer`: of older ones it gives
        the keys.
        """
        longest, oldest = _oldest(since), _oldest(blocks_since or since)
        longer_ago = json.dumps({id_: _oldest(each) for id_, each in (longer or {}).items()})
        drafts_since = since.astimezone(UTC).date().isoformat()
        asked = longest, oldest, longer_ago, drafts_since, self._connection.total_changes - self._reasons
        if self._remembered[0] != asked:  # else nothing was written since, and it is the same day
            self._remembered = asked, self._read(longest, oldest, longer_ago, drafts_since)
        return replace(self._remembered[1], decisions=decisions)

    def _read(self, longest: str, oldest: str, longer: str, drafts_since: str) -> Memory:
        """What is remembered but decisions; days as text, `longer` a JSON object of them by id."""
        stood = self.rows(
            "SELECT key, rule, calendar, start, end, digest FROM written WHERE end >= ?"
            " UNION SELECT w.key, w.rule, w.calendar, w.start, w.end, w.digest FROM json_each(?) AS l"
            " JOIN written AS w ON w.key >= l.key || '/' AND w.key < l.key || '0' AND w.end >= l.value",
            oldest,
            longer,
        )
        self._written = {row: self._written.get(row) or _written(*row) for row in stood}
        intents = tuple(
            Intent(number, Action(action), key, rule, calendar, fields_from_text(before), fields_from_text(after), mark)
            for number, action, key, rule, calendar, before, after, mark in self.rows(
                "SELECT id, action, key, rule, calendar, before, after, digest FROM changes WHERE status IS NULL"
                " ORDER BY id"
            )
        )
        rows = self.rows(drafts.SINCE, drafts_since)
        self._drafts = {row: self._drafts.get(row) or drafts.from_row(row) for row in rows}
        written = {row[0]: each for row, each in self._written.items()}
        made = {each.key: each for each in self._drafts.values()}
        over = self.rows("SELECT key FROM written WHERE end >= ? AND end < ?", longest, oldest)
        return Memory(written, intents, drafts=made, over=frozenset(key for (key,) in over))

    def knows_drafts(self) -> bool:
        """Whether a draft was ever made, or was to be."""
        return bool(self.rows("SELECT 1 FROM drafts LIMIT 1"))

    def run(self, kind: RunKind, now: datetime) -> Run:
        """A run that is recorded with its first intent; `now` is the cycle's."""
        return Run(self, kind, now)

    def observe(self, settled: Iterable[Settled], adopted: Iterable[Event], gone: Iterable[str]) -> None:
        """Records in one commit what the calendar told: how open intents ended, standing own events that were not
        remembered, and remembered ones that are no longer there (whose keys `decisions.json` already holds).
        """
        with self.batch("observe") as batch:
            for each in settled:
                batch.ended(each.intent.number, each.status, "found by reading the calendar")
                if each.status == "done":
                    batch.wrote(each.intent)
            for event in adopted:
                if event.mark is not None:
                    batch.stands(event.mark.key, event.mark.rule, event.calendar, event.fields, event.mark.digest)
            for key in gone:
                batch.execute("DELETE FROM written WHERE key = ?", key)

    def observe_drafts(self, rows: Iterable[MadeDraft], forget: Iterable[str] = ()) -> None:
        """Records in one commit what the mailbox told of drafts, and forgets those that were never made; only what is
        news is written.
        """
        news = [drafts.as_kept(row) for row in rows]
        never = tuple(forget)
        known = {
            row[0]: drafts.from_row(row)
            for row in self.rows(
                "SELECT * FROM drafts WHERE key IN (SELECT value FROM json_each(?))",
                json.dumps([*(row.key for row in news), *never]),
            )
        }
        with self.batch("observe drafts") as batch:
            for row in news:
                if known.get(row.key) != row:
                    drafts.observe(batch, row)
            for key in never:
                if key in known:
                    batch.execute("DELETE FROM drafts WHERE key = ?", key)

    def decide(self, decided: Sequence[Decided], at: datetime) -> None:
        """Records the state of keys and why, one row a key, in one commit; only what is news is written."""
        if decided is self._decided_last:
            return
        present = {each.key: each for each in decided}
        news = tuple(each for each in present.values() if self._decided.get(each.key) != each)
        known = {
            key: rest
            for key, *rest in self.rows(
                "SELECT key, rule, state, why FROM decisions WHERE key IN (SELECT value FROM json_each(?))",
                json.dumps([each.key for each in news]),
            )
        }
        before = self._connection.total_changes
        with self.batch("decide") as batch:
            for each in news:
                row = [each.rule, each.state, why_to_text(each.why)]
                if known.get(each.key) != row:
                    batch.execute(
                        "INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?)", each.key, *row, moment_to_text(at)
                    )
        self._reasons += self._connection.total_changes - before
        self._decided, self._decided_last = present, decided

    def decided_keys(self) -> tuple[str, ...]:
        """The keys of the last `decide`, none when it is not known."""
        return tuple(self._decided)

    def give_back(self) -> None:
        """Makes the file smaller when much of it is empty."""
        with files.usable(self._path):
            files.give_back(self._connection)

    def mark_undone(self, runs: Iterable[int]) -> None:
        """Records that these applies were taken back, so that the next `undo` goes further."""
        with self.batch("undone") as batch:
            for number in runs:
                batch.execute("UPDATE runs SET undone = 1 WHERE id = ?", number)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The answer to a query; `history` asks with it."""
        with files.usable(self._path):
            return self._connection.execute(query, values).fetchall()

    def batch(self, what: str) -> Batch:
        """A transaction that begins with its first statement; without any, nothing is written."""
        return Batch(self._connection, self._path, what, self._checkpoint)


def _written(key: str, rule: str, calendar: str, start: str, end: str, digest: str) -> Written:
    return Written(rule, uid(key), calendar, moment_from_text(start), moment_from_text(end), digest)


def _oldest(since: datetime) -> str:
    """What the end of an event must at least be, as text: dates, and instants of any zone, are compared alike."""
    return (since - timedelta(days=2)).date().isoformat()


class Run:
    """One run of writes. `number` is None until its first intent is recorded."""

    def __init__(self, ledger: Ledger, kind: RunKind, now: datetime) -> None:
        self.number: int | None = None
        self._ledger = ledger
        self._kind = kind
        self._now = now
        self._changes: dict[int, Change] = {}

    def begin(self) -> None:
        """Records the run although it may have nothing to write."""
        with self._ledger.batch("begin") as batch:
            self.number = self._begin(batch)

    def intend(self, changes: Iterable[Change]) -> tuple[int, ...]:
        """Records a batch of changes that are about to be tried, in one commit; their numbers, in the same order."""
        numbers = []
        with self._ledger.batch("intend") as batch:
            for change in changes:
                if self.number is None:
                    self.number = self._begin(batch)
                number = self._intend(batch, self.number, change)
                self._changes[number] = change
                numbers.append(number)
        return tuple(numbers)

    def settle(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Records how intents ended, by their numbers, in one commit."""
        with self._ledger.batch("settle") as batch:
            for number, outcome in outcomes:
                batch.ended(number, outcome.status, outcome.message)
                if outcome.status == "done":
                    batch.wrote(self._changes[number])

    def intend_drafts(self, rows: Iterable[tuple[MadeDraft, tuple[Reason, ...]]]) -> None:
        """Records in one commit drafts that are about to be made (`open`) or removed (`removing`), and why."""
        with self._ledger.batch("intend drafts") as batch:
            for draft, why in rows:
                if self.number is None:
                    self.number = self._begin(batch)
                drafts.intend(batch, self.number, draft, why)

    def settle_drafts(self, ended: Iterable[tuple[str, Ended, str]]) -> None:
        """Records how they ended, by key with a message, in one commit.

        `failed`: what was to be made is forgotten, what was to be removed lies there still. `unknown`: to be settled by
        reading.
        """
        with self._ledger.batch("settle drafts") as batch:
            for key, how, message in ended:
                drafts.settle(batch, key, how, message)

    def finish(self, result: str, at: datetime) -> None:
        """Closes the run; `result` is `done`, or says what went wrong. Without intents nothing is written."""
        if self.number is not None:
            with self._ledger.batch("finish") as batch:
                batch.execute(
                    "UPDATE runs SET finished = ?, result = ? WHERE id = ?", moment_to_text(at), result, self.number
                )

    def _begin(self, batch: Batch) -> int:
        return batch.execute("INSERT INTO runs (kind, now) VALUES (?, ?)", self._kind, moment_to_text(self._now))

    @staticmethod
    def _intend(batch: Batch, run: int, change: Change) -> int:
        before = change.before
        return batch.execute(
            "INSERT INTO changes (run, action, key, rule, calendar, before, before_digest, after, digest, why)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(run, change.action.value, change.key, change.rule, change.calendar),
            *(fields_to_text(before.fields) if before else None, before.mark.digest if before and before.mark else ""),
            *(fields_to_text(change.after), change.digest, why_to_text(change.why)),
        )
