"""The machine-readable shapes of `docs/json.md`: plans, changes, blocks and the rest as plain JSON values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agendad.core.trace import sentences
from agendad.core.triggers import event_suffix
from agendad.rules.report import as_json

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from agendad.ledger.history import DraftEntry
    from agendad.model.calendar import EventFields
    from agendad.model.memory import Pause
    from agendad.model.plan import Change, DesiredDraft, Plan, PlannedBlock, PlannedDraft, Skipped, Violation

JSON = dict[str, object]


def plan_json(plan: Plan, zone: tzinfo | None) -> JSON:
    """`plan --json`; `from` and `to` are the dates of the range, both included."""
    return {
        "version": 1,
        "now": moment_json(plan.now, zone),
        "from": plan.start.astimezone(zone).date().isoformat(),
        "to": (plan.end.astimezone(zone) - timedelta(microseconds=1)).date().isoformat(),
        "changes": [change_json(change, zone) for change in plan.changes],
        "blocks": [block_json(block, zone) for block in plan.blocks],
        "drafts": [draft_json(draft, zone) for draft in plan.drafts],
        "skipped": [skipped_json(skipped) for skipped in plan.skipped],
        "violations": [violation_json(violation, zone) for violation in plan.violations],
        "problems": [as_json(problem) for problem in plan.problems],
    }


def moment_json(moment: date | datetime, zone: tzinfo | None) -> str:
    """An instant as RFC 3339 with the offset of `zone`, or a plain date."""
    return moment.astimezone(zone).isoformat() if isinstance(moment, datetime) else moment.isoformat()


def fields_json(fields: EventFields, zone: tzinfo | None) -> JSON:
    """What an event looks like; the end is excluded. `guests` only where somebody is invited."""
    return {
        "title": fields.title,
        "start": moment_json(fields.start, zone),
        "end": moment_json(fields.end, zone),
        "all_day": fields.all_day,
        "show_as": fields.show_as.value,
        "kind": fields.kind.value,
        **({"guests": list(fields.guests)} if fields.guests else {}),
    }


def change_json(change: Change, zone: tzinfo | None) -> JSON:
    """One change; a delete shows what is deleted, and `before` is what stood."""
    before = change.before.fields if change.before else None
    shown = change.after or before
    return {
        "action": change.action.value,
        "key": change.key,
        "rule": change.rule,
        "calendar": change.calendar,
        **(fields_json(shown, zone) if shown else {}),
        "why": sentences(change.why),
        "before": fields_json(before, zone) if before else None,
    }


def block_json(block: PlannedBlock, zone: tzinfo | None) -> JSON:
    """One block of the desired state."""
    return {
        "key": block.key,
        "rule": block.rule,
        **fields_json(block.fields, zone),
        "state": block.state,
        "why": sentences(block.why),
    }


def draft_json(draft: PlannedDraft, zone: tzinfo | None) -> JSON:
    """One draft that is still to be made; `text` is its plain text."""
    return {
        "key": draft.key,
        "rule": draft.rule,
        "to": list(draft.to),
        "subject": draft.subject,
        "due": moment_json(draft.due, zone),
        "deadline": None if draft.deadline is None else moment_json(draft.deadline, zone),
        "text": draft.text,
        "late": draft.late,
        "why": sentences(draft.why),
    }


def pause_json(pause: Pause | None, zone: tzinfo | None) -> JSON:
    """Whether writing is stopped, since when and until when (null: until `agendad resume`)."""
    return {
        "paused": pause is not None,
        "since": moment_json(pause.start, zone) if pause else None,
        "until": moment_json(pause.end, zone) if pause and pause.end else None,
    }


def made_json(entry: DraftEntry, state: str, zone: tzinfo | None) -> JSON:
    """One draft that was made and what became of it; `run` is null for one that the mailbox alone tells of."""
    draft = entry.draft
    return {
        "key": draft.key,
        "rule": draft.rule,
        "to": list(draft.recipients),
        "subject": draft.subject,
        "due": moment_json(draft.due, zone),
        "made": moment_json(draft.made, zone),
        "state": state,
        "run": entry.run,
        "message": entry.message,
        "why": sentences(entry.why),
    }


def mail_json(draft: DesiredDraft, zone: tzinfo | None) -> JSON:
    """A draft before it has words: to whom and when."""
    return {
        "to": [address.email for address in draft.to],
        "due": moment_json(draft.due, zone),
        "deadline": None if draft.deadline is None else moment_json(draft.deadline, zone),
        "late": draft.late,
    }


def skipped_json(skipped: Skipped) -> JSON:
    """One occurrence without a block."""
    return {"key": skipped.key, "rule": skipped.rule, "why": sentences(skipped.why)}


def violation_json(violation: Violation, zone: tzinfo | None) -> JSON:
    """One invitation in a protected window; `event` is its UID, with the original start for one of a series."""
    event = violation.event
    return {
        "rule": violation.rule,
        "event": event_suffix(event),
        "calendar": event.calendar,
        "title": event.fields.title,
        "start": moment_json(event.fields.start, zone),
        "end": moment_json(event.fields.end, zone),
    }
