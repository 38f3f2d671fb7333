"""The rows of the ledger's table of drafts, one a key. `store` writes them through this, `history` reads them.

A row outlives its draft: what was sent, deleted or withdrawn stays known, so that it is not made again. Making a draft
again replaces the row.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from agendad.ledger.codec import moment_to_text, why_to_text
from agendad.model.mail import MadeDraft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.ledger.batch import Batch
    from agendad.model.reasons import Reason

Ended = Literal["made", "withdrawn", "failed", "unknown"]

SINCE: Final = """
    SELECT key, rule, message_id, digest, subject, recipients, due, made, status, source_end
    FROM drafts WHERE status IN ('open', 'made', 'removing') OR made >= ?"""
"""The rows, as `from_row` reads them, of drafts made since a day (UTC) and of those that may still lie in Drafts."""

_UPSERT: Final = """
    INSERT INTO drafts (key, rule, message_id, digest, subject, recipients, due, made, status, source_end)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET
        rule = excluded.rule, message_id = excluded.message_id, digest = excluded.digest, subject = excluded.subject,
        recipients = excluded.recipients, due = excluded.due, made = excluded.made, status = excluded.status,
        source_end = excluded.source_end"""
_STAYS: Final = "UPDATE drafts SET removed_by = NULL, removed_why = '[]', message = ? WHERE key = ?"


def from_row(row: Sequence[Any]) -> MadeDraft:
    """A row of the table as it was kept, whatever follows the columns of a draft; instants in UTC, to the second."""
    key, rule, message_id, digest, subject, recipients, due, made, status, source_end, *_ = row
    return MadeDraft(
        key=key,
        rule=rule,
        message_id=message_id,
        digest=digest,
        subject=subject,
        recipients=tuple(json.loads(recipients)),
        due=datetime.fromisoformat(due),
        made=datetime.fromisoformat(made),
        status=status,
        source_end=datetime.fromisoformat(source_end) if source_end else None,
    )


def as_kept(draft: MadeDraft) -> MadeDraft:
    """The draft as `from_row` gives it back."""
    return from_row(_values(draft))


def intend(batch: Batch, run: int, draft: MadeDraft, why: Sequence[Reason]) -> None:
    """Records that a draft is about to be made (`open`) or removed (`removing`) in a run, and why."""
    batch.execute(_UPSERT, *_values(draft))
    if draft.status == "removing":
        batch.execute(
            "UPDATE drafts SET removed_by = ?, removed_why = ?, message = '' WHERE key = ?",
            *(run, why_to_text(why), draft.key),
        )
    else:
        batch.execute("UPDATE drafts SET run = ?, why = ? WHERE key = ?", run, why_to_text(why), draft.key)
        batch.execute(_STAYS, "", draft.key)


def settle(batch: Batch, key: str, ended: Ended, message: str) -> None:
    """Records how an intent ended. One that failed leaves all as it was before; one that is unknown stays open."""
    if ended == "failed":
        batch.execute("DELETE FROM drafts WHERE key = ? AND status = 'open'", key)
        batch.execute("UPDATE drafts SET status = 'made' WHERE key = ?", key)
        batch.execute(_STAYS, message, key)
    elif ended == "unknown":
        batch.execute("UPDATE drafts SET message = ? WHERE key = ?", message, key)
    else:
        batch.execute("UPDATE drafts SET status = ?, message = ? WHERE key = ?", ended, message, key)


def observe(batch: Batch, draft: MadeDraft) -> None:
    """What the mailbox told of a draft. Who made it and why stays, and so does the withdrawal of one that is gone."""
    batch.execute(_UPSERT, *_values(draft))
    if draft.status == "made":
        batch.execute(_STAYS, "", draft.key)


def _values(draft: MadeDraft) -> tuple[str | None, ...]:
    return (
        draft.key,
        draft.rule,
        draft.message_id,
        draft.digest,
        draft.subject,
        json.dumps(draft.recipients, ensure_ascii=False),
        moment_to_text(draft.due.astimezone(UTC)),
        moment_to_text(draft.made.astimezone(UTC)),
        draft.status,
        moment_to_text(draft.source_end.astimezone(UTC)) if draft.source_end else None,
    )
