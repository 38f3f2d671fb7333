"""`agendad status`: what stands now, and whether anything is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse
    from datetime import datetime, tzinfo

    from agendad.app.cycle import Look
    from agendad.app.status import Status
    from agendad.cli.context import Context
    from agendad.errors import AlreadyRunning
    from agendad.ledger.history import RunEntry
    from agendad.service.health import Health

    Daemon = Health | AlreadyRunning | None

_NEXT: Final = 5


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits 0 also with broken rules, which it shows; 3 when a calendar cannot be read, 5 when a cycle would refuse."""
    from agendad.app.status import status
    from agendad.cli.health import daemon_of
    from agendad.cli.work import begin, home, look_now, zone_of

    del args
    daemon, folders = daemon_of(context.state_dir), home(context)
    with folders.ledger() as ledger:

        def cycle() -> Look:
            return look_now(begin(context), ledger)

        found = status(ledger, cycle)
    zone = found.zone or zone_of(folders.read())
    if context.json:
        context.print_json(as_json(found, daemon, zone))
    else:
        context.write(as_text(found, daemon, zone))
    return found.trouble.exit_status if found.trouble else 0


def as_json(found: Status, daemon: Daemon, zone: tzinfo | None) -> dict[str, object]:
    """`status --json`."""
    from agendad.app.jsonforms import block_json, change_json, mail_json, moment_json, pause_json
    from agendad.cli.health import as_json as daemon_json
    from agendad.rules.report import as_json as problem_json

    return {
        "version": 1,
        "daemon": daemon_json(daemon, zone),
        "problems": [problem_json(problem) for problem in found.problems],
        "trouble": {"message": found.trouble.message, "hint": found.trouble.hint} if found.trouble else None,
        "last_run": _run_json(found.last, zone) if found.last else None,
        "blocks": [block_json(block, zone) for block in found.blocks],
        "changes": [change_json(change, zone) for change in found.changes],
        "drafts": [{"key": each.key, "rule": each.rule.id, **mail_json(each, zone)} for each in found.drafts],
        "pinned": list(found.pinned),
        "deleted_by_hand": list(found.deleted),
        "stopped_until": moment_json(found.stopped, zone) if found.stopped else None,
        "paused": found.pause is not None,
        "paused_until": pause_json(found.pause, zone)["until"],
        "absences": [{"from": first.isoformat(), "to": last.isoformat()} for first, last in found.absences],
    }


def as_text(found: Status, daemon: Daemon, zone: tzinfo | None) -> str:
    """A few lines: problems and the daemon first, then what comes next, then the last run."""
    from agendad.cli.health import as_lines as daemon_lines
    from agendad.rules.report import as_text as problem_text
    from agendad.views.lines import counted
    from agendad.views.words import words

    errors = [problem for problem in found.problems if problem.severity == "error"]
    warnings = len(found.problems) - len(errors)
    lines = [problem_text(problem).rstrip() for problem in errors]
    if errors:
        until = "; nothing is changed until the rules are put right" if daemon is None else ""
        lines.append(f"{counted(len(errors), 'error')}{until}")
    if warnings:
        lines.append(f"{counted(warnings, 'warning')} (`agendad check`, `agendad doctor`)")
    if found.trouble:
        lines.append(f"{found.trouble.message}" + (f"\n  hint: {found.trouble.hint}" if found.trouble.hint else ""))
    lines += daemon_lines(daemon, zone, broken=bool(errors))
    if found.stopped:
        lines.append(f"the calendar's limit of use is reached: nothing is written until {_minute(found.stopped, zone)}")
    if found.pause:
        end = found.pause.end
        until = _minute(end, zone) if end else "`agendad resume`"
        lines.append(f"paused: nothing is written until {until}")
    if found.absences:
        lines.append("away: " + words("en").some([words("en").day_range(*each) for each in found.absences]))
    lines += _ahead(found, zone)
    if not found.trouble and not errors:
        waiting = len(found.changes)
        to_make = f"{counted(waiting, 'change')} to make (`agendad plan`)"
        lines.append(to_make if waiting else "the calendar agrees with the rules")
    if found.pinned:
        lines.append(f"moved by hand: {words('en').some(found.pinned)}")
    if found.deleted:
        lines.append(f"deleted by hand: {words('en').some(found.deleted)}")
    lines.append(_run_text(found.last, zone))
    return "\n".join(lines) + "\n"


def _ahead(found: Status, zone: tzinfo | None) -> list[str]:
    """The next blocks and the next draft."""
    from agendad.views.lines import columns, counted, when
    from agendad.views.words import words

    lines = []
    if found.blocks:
        lines.append(f"{counted(len(found.blocks), 'block')} ahead; next:")
        shown = [(block, "" if block.state == "written" else f" ({block.state})") for block in found.blocks[:_NEXT]]
        lines += columns([(f"  {when(b.fields, zone)}", b.fields.title, f"{b.key}{state}") for b, state in shown])
    if found.drafts:
        first, many = found.drafts[0], counted(len(found.drafts), "draft")
        due, to = first.due.astimezone(zone), words("en").some([address.email for address in first.to])
        lines.append(f"{many} to come; next: {words('en').day(due)} {due:%H:%M} to {to} ({first.key})")
    return lines


def _run_text(last: RunEntry | None, zone: tzinfo | None) -> str:
    from agendad.views.lines import counted

    if last is None:
        return "no run has changed anything yet"
    counts = f"{last.created} created, {last.updated} updated, {last.deleted} deleted"
    if last.drafted or last.withdrawn:
        counts += f", {counted(last.drafted, 'draft')} made, {last.withdrawn} withdrawn"
    failed = f", {last.failed} not applied" if last.failed else ""
    undone = " (taken back)" if last.undone else ""
    return f"last run with changes: {_minute(last.now, zone)}, {last.kind}: {counts}{failed}{undone}"


def _minute(moment: datetime, zone: tzinfo | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _run_json(last: RunEntry, zone: tzinfo | None) -> dict[str, object]:
    from agendad.app.jsonforms import moment_json

    return {
        "number": last.number,
        "kind": last.kind,
        "now": moment_json(last.now, zone),
        "result": last.result,
        "undone": last.undone,
        "created": last.created,
        "updated": last.updated,
        "deleted": last.deleted,
        "failed": last.failed,
        "drafted": last.drafted,
        "withdrawn": last.withdrawn,
    }
