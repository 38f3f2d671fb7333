"""What was read of a Gmail mailbox: headers of mails, and which drafts are ours; a file that may be lost at any time.

`gmail.py` and `mailnews.py` call it. How far the history was read changes together with the mails that it told of. Two
processes may read at once: news are taken only when they begin where the file stands.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from agendad.model.mail import Message, StandingDraft
from agendad.providers.google.kept import Kept
from agendad.providers.google.mails import Draft

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from agendad.providers.google.mails import Mail

_FORM: Final = "1"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SCHEMA: Final = (
    "CREATE TABLE reached (since INTEGER, history TEXT)",
    "CREATE TABLE mail (id TEXT PRIMARY KEY, thread TEXT, at INTEGER, sent INTEGER, name TEXT, data BLOB, crc INTEGER)",
    "CREATE INDEX mail_at ON mail (at)",
    "CREATE INDEX mail_name ON mail (name)",
    "CREATE TABLE draft (id TEXT PRIMARY KEY, message TEXT, data BLOB, crc INTEGER)",
    "CREATE TABLE sought (key TEXT PRIMARY KEY, data BLOB, crc INTEGER)",
)
_NOTHING: Final = b""
_KEEP_MAIL: Final = "REPLACE INTO mail VALUES (?, ?, ?, ?, ?, ?, ?)"
_FORGET_MAIL: Final = "DELETE FROM mail WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Reached:
    """From when on all mails are there, in seconds since the epoch, and from where the history is to be read on.

    `history` is empty before a first whole reading.
    """

    since: int = 0
    history: str = ""


class MailCache:
    """The cache of one account; `name` tells accounts apart. All methods raise Doubtful when the file was emptied."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._kept = Kept(None if folder is None else folder / f"gmail-{name}.db", _SCHEMA, _FORM)

    # ------------------------------------------------------------ mails

    def reached(self) -> Reached:
        """How far the mails were read."""
        rows = self._kept.rows("SELECT since, history FROM reached")
        return Reached(*rows[0]) if rows else Reached()

    def known(self) -> set[str]:
        """The ids of all mails that count."""
        return {ident for (ident,) in self._kept.rows("SELECT id FROM mail WHERE data != ?", (_NOTHING,))}

    def keep(self, before: Reached, mails: Iterable[Mail], gone: Iterable[str]) -> bool:
        """Takes some of the mails, as they were read later than `before`.

        False, here and below, when another process has read on from there meanwhile: then nothing is taken.
        """
        with self._kept.transaction() as db:
            if self.reached() != before:
                return False
            db.executemany(_KEEP_MAIL, map(_row, mails))
            db.executemany(_FORGET_MAIL, ((ident,) for ident in gone))
        return True

    def advance(self, before: Reached, after: Reached, gone: Iterable[str] = ()) -> bool:
        """Notes that the history was read on."""
        with self._kept.transaction() as db:
            if self.reached() != before:
                return False
            db.executemany(_FORGET_MAIL, ((ident,) for ident in gone))
            _note(db, after)
        return True

    def complete(self, before: Reached, after: Reached, listed: Collection[str]) -> bool:
        """Notes that all mails since then are there; what was not `listed` is gone."""
        with self._kept.transaction() as db:
            if self.reached() != before:
                return False
            stale = [(ident,) for (ident,) in db.execute("SELECT id FROM mail") if ident not in listed]
            db.executemany(_FORGET_MAIL, stale)
            _note(db, after)
        return True

    def messages(self, since: datetime) -> list[Message]:
        """The mails since then (aware), by date."""
        query = "SELECT data, crc FROM mail WHERE at >= ? AND data != ?"
        rows = self._kept.rows(query, (_seconds(since), _NOTHING))
        self._kept.sound(rows)
        found = [_message(values) for values in json.loads(b"[" + b",".join(data for data, _ in rows) + b"]")]
        return sorted((each for each in found if each.at >= since), key=lambda each: (each.at, each.message_id))

    def counts(self) -> dict[str, int]:
        """How many mails are there that were sent, and that were received."""
        rows = dict(self._kept.rows("SELECT sent, count(*) FROM mail WHERE data != ? GROUP BY sent", (_NOTHING,)))
        return {"Sent": rows.get(1, 0), "Received": rows.get(0, 0)}

    def thread_of(self, name: str) -> str:
        """The thread of the mail with a Message-ID, or nothing."""
        rows = self._kept.rows("SELECT thread FROM mail WHERE name = ? AND data != ? LIMIT 1", (name, _NOTHING))
        return str(rows[0][0]) if rows else ""

    # ------------------------------------------------------------ drafts

    def drafts(self) -> dict[str, Draft]:
        """All drafts as they were last read, by id."""
        rows = self._kept.rows("SELECT id, message, data, crc FROM draft")
        self._kept.sound(rows)
        return {ident: Draft(ident, message, _standing(data)) for ident, message, data, _ in rows}

    def keep_drafts(self, drafts: Iterable[Draft], gone: Iterable[str] = ()) -> None:
        """Takes drafts as they were read, and forgets those that are gone."""
        rows = [(each.ident, each.message, *_sealed(_dump(each.own))) for each in drafts]
        with self._kept.transaction() as db:
            db.executemany("REPLACE INTO draft VALUES (?, ?, ?, ?)", rows)
            db.executemany("DELETE FROM draft WHERE id = ?", ((ident,) for ident in gone))

    def seek(self, draft: StandingDraft) -> None:
        """Notes, before it is tried, what a draft will look like."""
        with self._kept.transaction() as db:
            db.execute("REPLACE INTO sought VALUES (?, ?, ?)", (draft.key, *_sealed(_dump(draft))))

    def sought(self) -> list[StandingDraft]:
        """The drafts of which nobody knows yet whether they were made."""
        rows = self._kept.rows("SELECT data, crc FROM sought")
        self._kept.sound(rows)
        return [found for data, _ in rows if (found := _standing(data)) is not None]

    def found(self, keys: Iterable[str]) -> None:
        """Notes that it is known what became of them."""
        with self._kept.transaction() as db:
            db.executemany("DELETE FROM sought WHERE key = ?", ((key,) for key in keys))


def _note(db: Any, reached: Reached) -> None:
    db.execute("DELETE FROM reached")
    db.execute("INSERT INTO reached VALUES (?, ?)", (reached.since, reached.history))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp() // 1)


def _sealed(data: bytes) -> tuple[bytes, int]:
    return data, zlib.crc32(data)


def _row(mail: Mail) -> tuple[object, ...]:
    found = mail.message
    if found is None:
        return mail.ident, mail.thread, 0, 0, "", *_sealed(_NOTHING)
    values = [found.at.timestamp(), found.sender, found.recipients, found.subject, found.message_id]
    data = json.dumps([*values, found.references, found.sent, found.key], separators=(",", ":")).encode()
    return mail.ident, mail.thread, _seconds(found.at), int(found.sent), found.message_id, *_sealed(data)


def _message(values: list[Any]) -> Message:
    at, sender, recipients, subject, name, references, sent, key = values
    moment = _EPOCH + timedelta(seconds=at)
    return Message(moment, sender, tuple(recipients), subject, name, tuple(references), sent, key)


def _dump(draft: StandingDraft | None) -> bytes:
    if draft is None:
        return _NOTHING
    made = None if draft.made is None else draft.made.timestamp()
    values = [draft.key, draft.rule, draft.message_id, draft.subject, draft.recipients, draft.digest, draft.edited]
    return json.dumps([*values, made, draft.etag, draft.href], separators=(",", ":")).encode()


def _standing(data: bytes) -> StandingDraft | None:
    if not data:
        return None
    key, rule, name, subject, recipients, digest, edited, made, etag, href = json.loads(data)
    at = None if made is None else _EPOCH + timedelta(seconds=made)
    return StandingDraft(key, rule, name, subject, tuple(recipients), digest, edited, at, etag, href)
