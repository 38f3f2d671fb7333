"""Results as a person, or a program, reads them: plans, pages, and what an apply did. Called by the commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from agendad.app.jsonforms import JSON, change_json, moment_json
from agendad.core.trace import sentences
from agendad.errors import UsageError
from agendad.model.rule import Protect
from agendad.views.lines import SIGNS, columns, counted, when
from agendad.views.sheet import Frame
from agendad.views.terminal import Terminal, plan_text, week_text
from agendad.views.week import sheet
from agendad.views.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from agendad.app.apply import Applied
    from agendad.app.carry import Done
    from agendad.app.cycle import Look
    from agendad.app.drafts import Drafted
    from agendad.model.plan import Change, Plan, Withdrawal
    from agendad.views.sheet import Sheet


def sheet_of(plan: Plan, seen: Look, *, weeks: int | None = None) -> Sheet:
    """The sheet of a plan: the weeks of its range, or the first `weeks` of them."""
    zone = seen.settings.timezone
    start = plan.start.astimezone(zone).date()
    last = (plan.end.astimezone(zone) - timedelta(microseconds=1)).date()
    days = (last - start).days + 1
    if weeks is not None:
        days = min(days, 7 * weeks - start.weekday())
    guards = frozenset(rule.id for rule in seen.rules if isinstance(rule.verb, Protect))
    frame = Frame(start, days, zone, seen.settings.language, guards)
    return sheet(plan, seen.snapshot.events, frame, reasons(plan, seen.settings.language))


def reasons(plan: Plan, language: str) -> dict[str, list[str]]:
    """The sentence of each key, all its reasons in one."""
    found = {each.key: each.why for each in plan.skipped}
    found |= {block.key: block.why for block in plan.blocks}
    found |= {draft.key: draft.why for draft in plan.drafts}
    found |= {change.key: change.why for change in plan.changes}
    pause = "\N{NO-BREAK SPACE}; " if words(language).tag == "fr" else "; "
    return {key: [pause.join(sentences(why, language))] for key, why in found.items()}


def plan_lines(plan: Plan, seen: Look, terminal: Terminal) -> str:
    """What would change, one line each with its reason, then conflicts, then totals."""
    return plan_text(sheet_of(plan, seen), terminal)


def week_lines(plan: Plan, seen: Look, terminal: Terminal) -> str:
    """The present week as a grid."""
    return week_text(sheet_of(plan, seen, weeks=1), terminal)


def write_page(plan: Plan, seen: Look, path: Path) -> None:
    """The weeks of the plan as one self-contained HTML file; raises UsageError when it cannot be written."""
    from agendad.views.html import page

    try:
        path.write_text(page(sheet_of(plan, seen)), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


def applied_text(applied: Applied, terminal: Terminal) -> str:
    """What an apply did, one line each, and what it left undone."""
    seen = applied.seen
    plan = _as_plan(applied)
    text = plan_text(sheet_of(plan, seen), terminal) if plan.changes else ""
    return text + missed_text(applied.done) + drafted_text(applied.drafted)


def missed_text(done: Done) -> str:
    """The changes that were not made, one line each."""
    lines = [
        f"not applied: {change.action.value} {change.key}: {outcome.message or outcome.status}"
        for change, outcome in done.missed
    ]
    return "".join(f"{line}\n" for line in lines)


def drafted_text(drafted: Drafted) -> str:
    """What was put into Drafts and taken out, one line each."""
    rows = [("  +", ", ".join(each.email for each in mail.to), mail.subject, mail.key) for mail in drafted.made]
    rows += _withdrawn_rows(drafted.withdrawn)
    lines = [f"{counted(len(rows), 'draft')}:", *columns(rows)] if rows else []
    return "".join(f"{line}\n" for line in lines) + missed_drafts_text(drafted)


def missed_drafts_text(drafted: Drafted) -> str:
    """The drafts that were not made or not removed, one line each."""
    return "".join(f"draft left: {key}: {outcome.message or outcome.status}\n" for key, outcome in drafted.missed)


def withdrawals_text(withdrawals: Sequence[Withdrawal]) -> str:
    """Drafts that are to be removed, one line each."""
    return "".join(f"{line}\n" for line in columns(_withdrawn_rows(withdrawals)))


def _withdrawn_rows(withdrawals: Iterable[Withdrawal]) -> list[tuple[str, str, str, str]]:
    return [
        ("  ×", ", ".join(each.draft.recipients), each.draft.subject, "; ".join(sentences(each.why)))
        for each in withdrawals
    ]


def drafted_json(drafted: Drafted) -> list[JSON]:
    """The drafts of a run with their outcome; of those that were left as they are, the key alone."""
    made: list[JSON] = [
        {
            "action": "create",
            "key": mail.key,
            "rule": mail.rule,
            "to": [each.email for each in mail.to],
            "subject": mail.subject,
            "status": "done",
            "message": "",
        }
        for mail in drafted.made
    ]
    withdrawn: list[JSON] = [
        {
            "action": "delete",
            "key": each.draft.key,
            "rule": each.draft.rule,
            "to": list(each.draft.recipients),
            "subject": each.draft.subject,
            "status": "done",
            "message": "",
        }
        for each in drafted.withdrawn
    ]
    missed: list[JSON] = [
        {"key": key, "status": outcome.status, "message": outcome.message} for key, outcome in drafted.missed
    ]
    return [*made, *withdrawn, *missed]


def applied_json(applied: Applied) -> JSON:
    """What an apply did: the changes with the status of each."""
    zone = applied.seen.settings.timezone
    return {
        "version": 1,
        "now": moment_json(applied.seen.now, zone),
        **done_json(applied.done, applied.seen.now),
        "drafts": drafted_json(applied.drafted),
        "problems": [],
    }


def done_json(done: Done, now: datetime) -> JSON:
    """The changes of a run: those tried with their outcome, and those left for the next cycle."""
    zone = now.tzinfo
    return {
        "changes": [
            {**change_json(change, zone), "status": outcome.status, "message": outcome.message}
            for change, outcome in done.outcomes
        ],
        "later": [change_json(change, zone) for change in done.later],
    }


def changes_text(changes: tuple[Change, ...], now: datetime) -> str:
    """Changes as one short line each."""
    shown = [(change, change.after or (change.before.fields if change.before else None)) for change in changes]
    rows = [
        (f"  {SIGNS[change.action]} {when(fields, now.tzinfo)}", fields.title) for change, fields in shown if fields
    ]
    return "".join(f"{line}\n" for line in columns(rows))


def _as_plan(applied: Applied) -> Plan:
    """What was made, in the shape of a plan."""
    from agendad.app.cycle import plan

    whole = plan(applied.seen)
    return replace(whole, changes=applied.done.made, drafts=())
