"""What was done, event by event and draft by draft, newest first. Called by `agendad log` and `explain`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from agendad.ledger.codec import fields_from_text, moment_to_text, why_from_text
from agendad.ledger.history import LogEntry
from agendad.model.plan import Action

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.ledger.store import Ledger
    from agendad.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be told; all that is given has to hold.

    `since` is included, `until` is not (aware); `action` is the value of one; `failed` are those that were not done, or
    of which nobody knows; `limit` -1 is all, `run` 0 is every run.
    """

    rule: str = ""
    key: str = ""
    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    failed: bool = False
    limit: int = -1
    run: int = 0


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft that was put into Drafts (`create`) or taken out again (`delete`) by a run at `at`; instants in UTC.

    The ledger knows of each draft the last time it was made. `status` is `done`, or `open` while nobody knows;
    `undone` says that the run was taken back.
    """

    run: int
    at: datetime
    kind: str
    action: Action
    key: str
    rule: str
    subject: str
    recipients: tuple[str, ...]
    due: datetime
    why: tuple[Reason, ...]
    status: str
    message: str
    undone: bool


Line = LogEntry | DraftLine

_CHANGES: Final = """
    SELECT run, now, kind, action, key, rule, why, status, message, undone, calendar, before, after
    FROM (SELECT *, changes.id AS place FROM changes JOIN runs ON runs.id = run)"""
_DRAFTS: Final = """
    SELECT run, now, kind, action, key, rule, why, status, message, undone, subject, recipients, due
    FROM (SELECT run, now, kind, 'create' AS action, key, rule, why, iif(status = 'open', NULL, 'done') AS status,
              iif(status = 'open', message, '') AS message, undone, subject, recipients, due, due AS place
          FROM drafts JOIN runs ON runs.id = run
          UNION ALL
          SELECT removed_by, now, kind, 'delete', key, rule, removed_why, iif(status = 'removing', NULL, 'done'),
              iif(status = 'removing', message, ''), undone, subject, recipients, due, due
          FROM drafts JOIN runs ON runs.id = removed_by)"""
_WANTED: Final = """
    WHERE (?1 = '' OR rule = ?1) AND (?2 = '' OR key = ?2) AND now >= ?3 AND (?4 = '' OR now < ?4)
        AND (?5 = '' OR action = ?5) AND NOT (?6 AND status IS 'done') AND (?8 = 0 OR run = ?8)
    ORDER BY run DESC, place DESC, key LIMIT ?7"""


def lines(ledger: Ledger, asked: Asked = Asked()) -> tuple[Line, ...]:
    """The changes of events and drafts that were tried. Of one run, those of events come first."""
    since, until = (moment_to_text(each) if each else "" for each in (asked.since, asked.until))
    wanted = (asked.rule, asked.key, since, until, asked.action, asked.failed, asked.limit, asked.run)
    found: list[Line] = [_change(row) for row in ledger.rows(_CHANGES + _WANTED, *wanted)]
    found += [_draft(row) for row in ledger.rows(_DRAFTS + _WANTED, *wanted)]
    found.sort(key=lambda line: -line.run)
    return tuple(found if asked.limit < 0 else found[: asked.limit])


def _change(row: Sequence[Any]) -> LogEntry:
    calendar, before, after = row[_COMMON:]
    return LogEntry(**_common(row), calendar=calendar, before=fields_from_text(before), after=fields_from_text(after))


def _draft(row: Sequence[Any]) -> DraftLine:
    subject, recipients, due = row[_COMMON:]
    return DraftLine(
        **_common(row),
        subject=subject,
        recipients=tuple(json.loads(recipients)),
        due=datetime.fromisoformat(due),
    )


_COMMON: Final = 10


def _common(row: Sequence[Any]) -> dict[str, Any]:
    """What is known of events and drafts alike, from the first columns."""
    run, now, kind, action, key, rule, why, status, message, undone = row[:_COMMON]
    return {
        "run": run,
        "at": datetime.fromisoformat(now),
        "kind": kind,
        "action": Action(action),
        "key": key,
        "rule": rule,
        "why": why_from_text(why),
        "status": status or "open",
        "message": message,
        "undone": bool(undone),
    }
