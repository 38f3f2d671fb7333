"""What the ledger tells the commands `log`, `explain`, `status`, `drafts` and `undo`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agendad.ledger.codec import fields_from_text, moment_to_text, why_from_text
from agendad.ledger.drafts import from_row
from agendad.model.memory import Applied, Decided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.ledger.store import Ledger
    from agendad.model.calendar import EventFields
    from agendad.model.mail import MadeDraft
    from agendad.model.plan import Action
    from agendad.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run that had something to write; instants in UTC.

    `finished` is None and `result` is `interrupted` while it runs, and for ever when it was killed. `failed` counts
    what was refused, too. `drafted` and `withdrawn` count drafts, one that was made again where it was made last.
    """

    number: int
    kind: str
    now: datetime
    finished: datetime | None
    result: str
    undone: bool
    created: int
    updated: int
    deleted: int
    failed: int
    drafted: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change that was tried at `at` (UTC). `status` is that of `ports.Outcome`, or `open` while nobody knows.

    `undone`: its run was taken back.
    """

    run: int
    at: datetime
    kind: str
    action: Action
    key: str
    rule: str
    calendar: str
    before: EventFields | None
    after: EventFields | None
    why: tuple[Reason, ...]
    status: str
    message: str
    undone: bool = False


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """What is remembered of a draft; instants in UTC.

    `run` is the run that made it, None for one that was found in the mailbox. `why` tells why it was made and then,
    where it was withdrawn, why that. `message` is what the mailbox answered.
    """

    draft: MadeDraft
    run: int | None
    why: tuple[Reason, ...]
    message: str


def decisions(ledger: Ledger, *, key: str = "", rule: str = "") -> tuple[tuple[Decided, datetime], ...]:
    """The last known state of each key, why, and since when (UTC); of one key, of one rule, or all; by key."""
    rows = ledger.rows(
        """SELECT key, rule, state, why, at FROM decisions
           WHERE (? = '' OR key = ?) AND (? = '' OR rule = ?) ORDER BY key""",
        *(key, key, rule, rule),
    )
    return tuple(
        (Decided(about, by, state, why_from_text(why)), datetime.fromisoformat(at))
        for about, by, state, why, at in rows
    )


def drafts(
    ledger: Ledger, *, rule: str = "", key: str = "", since: datetime | None = None, limit: int = -1
) -> tuple[DraftEntry, ...]:
    """The drafts that were made since then, newest first; every given filter has to hold (`limit` -1: all)."""
    rows = ledger.rows(
        """SELECT run, why, removed_why, message, drafts.* FROM drafts
           WHERE (? = '' OR rule = ?) AND (? = '' OR key = ?) AND made >= ?
           ORDER BY made DESC, due DESC, key LIMIT ?""",
        *(rule, rule, key, key, moment_to_text(since) if since else "", limit),
    )
    return tuple(
        DraftEntry(from_row(row), run, (*why_from_text(why), *why_from_text(removed_why)), message)
        for run, why, removed_why, message, *row in rows
    )


def runs(ledger: Ledger, limit: int = 1) -> tuple[RunEntry, ...]:
    """The last runs that had something to write, newest first."""
    rows = ledger.rows(
        """SELECT runs.id, kind, now, finished, result, undone,
               sum(status = 'done' AND action = 'create'), sum(status = 'done' AND action = 'update'),
               sum(status = 'done' AND action = 'delete'), sum(status != 'done'),
               (SELECT count(*) FROM drafts WHERE run = runs.id AND status != 'open'),
               (SELECT count(*) FROM drafts WHERE removed_by = runs.id AND status != 'removing')
           FROM (SELECT * FROM runs WHERE id IN
                   (SELECT run FROM changes UNION SELECT run FROM drafts UNION SELECT removed_by FROM drafts)
                 ORDER BY id DESC LIMIT ?) AS runs
               LEFT JOIN changes ON changes.run = runs.id
           GROUP BY runs.id ORDER BY runs.id DESC""",
        limit,
    )
    return tuple(
        RunEntry(
            number=number,
            kind=kind,
            now=datetime.fromisoformat(now),
            finished=datetime.fromisoformat(finished) if finished else None,
            result=result or "interrupted",
            undone=bool(undone),
            created=created or 0,
            updated=updated or 0,
            deleted=deleted or 0,
            failed=failed or 0,
            drafted=drafted,
            withdrawn=withdrawn,
        )
        for number, kind, now, finished, result, undone, created, updated, deleted, failed, drafted, withdrawn in rows
    )


def last_instant(ledger: Ledger) -> datetime | None:
    """The instant of the last run (UTC), of one that only set the clock right, too."""
    rows = ledger.rows("SELECT now FROM runs ORDER BY id DESC LIMIT 1")
    return datetime.fromisoformat(rows[0][0]) if rows else None


def last_runs(ledger: Ledger, count: int) -> tuple[int, ...]:
    """The numbers of the last `count` applies that changed an event or made a draft and were not taken back."""
    rows = ledger.rows(
        """SELECT id FROM runs WHERE kind = 'apply' AND NOT undone AND id IN
               (SELECT run FROM changes WHERE status = 'done'
                UNION SELECT run FROM drafts WHERE status NOT IN ('open', 'withdrawn'))
           ORDER BY id DESC LIMIT ?""",
        count,
    )
    return tuple(sorted(number for (number,) in rows))


def applied(ledger: Ledger, runs: Sequence[int]) -> tuple[Applied, ...]:
    """The changes of events that these runs made, oldest first."""
    rows = ledger.rows(
        """SELECT run, key, rule, calendar, before, before_digest, after FROM changes
           WHERE status = 'done' AND run IN (SELECT value FROM json_each(?)) ORDER BY id""",
        json.dumps(runs),
    )
    return tuple(
        Applied(run, key, rule, calendar, fields_from_text(before), before_digest, fields_from_text(after))
        for run, key, rule, calendar, before, before_digest, after in rows
    )


def drafted(ledger: Ledger, runs: Sequence[int]) -> tuple[MadeDraft, ...]:
    """The drafts that these runs made and that were not withdrawn since, by key."""
    rows = ledger.rows(
        """SELECT * FROM drafts
           WHERE status NOT IN ('open', 'withdrawn') AND run IN (SELECT value FROM json_each(?)) ORDER BY key""",
        json.dumps(runs),
    )
    return tuple(from_row(row) for row in rows)


def changed_later(ledger: Ledger, number: int) -> dict[str, int]:
    """The keys whose events a later run changed, and was not taken back: the number of the first such run.

    What `undo` and `reset` did is not counted: after the one all is as it was, the other leaves the event as it is.
    """
    rows = ledger.rows(
        """SELECT key, min(run) FROM changes JOIN runs ON runs.id = run
           WHERE run > ? AND status = 'done' AND kind IN ('apply', 'purge') AND NOT undone GROUP BY key""",
        number,
    )
    return dict(rows)


def kind_of(ledger: Ledger, number: int) -> tuple[str, bool] | None:
    """The kind of a run and whether it was taken back; None when it is not known (any more)."""
    rows = ledger.rows("SELECT kind, undone FROM runs WHERE id = ?", number)
    return (rows[0][0], bool(rows[0][1])) if rows else None
