"""`agendad log`: what was done, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from agendad.cli.context import Context
    from agendad.ledger.history import LogEntry
    from agendad.ledger.logbook import DraftLine, Line


def arguments(parser: argparse.ArgumentParser) -> None:
    """Filters; all given ones have to hold."""
    parser.add_argument("--rule", default="", metavar="ID", help="only changes of this rule")
    parser.add_argument("--key", default="", metavar="KEY", help="only changes of this block or draft")
    parser.add_argument("--run", type=int, default=0, metavar="NUMBER", help="only changes of this run")
    parser.add_argument("--since", metavar="DATE", help="only changes from this day on")
    parser.add_argument("--until", metavar="DATE", help="only changes up to this day, which is included")
    parser.add_argument("--action", default="", choices=("create", "update", "delete"), help="only such changes")
    parser.add_argument("--failed", action="store_true", help="only what could not be done, or is not known to be")
    parser.add_argument("-n", "--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the changes that were tried; works with broken rules too."""
    from datetime import timedelta

    from agendad.cli.days import midnight
    from agendad.cli.work import home, zone_of
    from agendad.ledger.logbook import Asked, DraftLine, lines

    found = home(context)
    zone = zone_of(found.read())
    now = context.clock(zone).now()
    since = None if args.since is None else midnight(args.since, now, "--since")
    until = None if args.until is None else midnight(args.until, now, "--until") + timedelta(days=1)
    asked = Asked(args.rule, args.key, since, until, args.action, args.failed, args.limit, args.run)
    with found.ledger() as ledger:
        done = lines(ledger, asked)
    drafts = [line for line in done if isinstance(line, DraftLine)]
    entries = [line for line in done if not isinstance(line, DraftLine)]
    if context.json:
        told = {"entries": [as_json(each, zone) for each in entries], "drafts": [draft_json(d, zone) for d in drafts]}
        context.print_json({"version": 1, **told})
        return 0
    if not (entries or drafts):
        context.say("nothing was done yet" if asked == Asked(limit=args.limit) else "nothing of that kind")
    context.write(as_text(done, zone))
    return 0


def as_json(entry: LogEntry, zone: tzinfo | None) -> dict[str, object]:
    """One entry of `log --json`."""
    from agendad.app.jsonforms import fields_json, moment_json
    from agendad.core.trace import sentences

    return {
        "run": entry.run,
        "at": moment_json(entry.at, zone),
        "kind": entry.kind,
        "undone": entry.undone,
        "action": entry.action.value,
        "key": entry.key,
        "rule": entry.rule,
        "calendar": entry.calendar,
        "before": fields_json(entry.before, zone) if entry.before else None,
        "after": fields_json(entry.after, zone) if entry.after else None,
        "status": entry.status,
        "message": entry.message,
        "why": sentences(entry.why),
    }


def line_json(line: Line, zone: tzinfo | None) -> dict[str, object]:
    """Either of them, as `explain --json` shows what was done."""
    from agendad.ledger.logbook import DraftLine

    return draft_json(line, zone) if isinstance(line, DraftLine) else as_json(line, zone)


def draft_json(step: DraftLine, zone: tzinfo | None) -> dict[str, object]:
    """One draft of `log --json`."""
    from agendad.app.jsonforms import moment_json
    from agendad.core.trace import sentences

    return {
        "run": step.run,
        "at": moment_json(step.at, zone),
        "kind": step.kind,
        "undone": step.undone,
        "action": step.action.value,
        "key": step.key,
        "rule": step.rule,
        "to": list(step.recipients),
        "subject": step.subject,
        "due": moment_json(step.due, zone),
        "status": step.status,
        "message": step.message,
        "why": sentences(step.why),
    }


def as_text(done: Sequence[Line], zone: tzinfo | None) -> str:
    """What each run did below a line that names the run, newest first."""
    from itertools import groupby

    from agendad.views.lines import columns
    from agendad.views.words import words

    parts = []
    for number, run in groupby(told(done, zone), key=lambda row: row[0].run):
        changes = list(run)
        first = changes[0][0]
        at = first.at.astimezone(zone)
        lines = columns([(f"  {place}", title, f"{why} ({each.key})") for each, (place, title, why) in changes])
        head = f"{words('en').day(at)} {at:%Y %H:%M}  {first.kind}, run {number}{', taken back' * first.undone}"
        parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts) + "\n" if parts else ""


def told(done: Iterable[Line], zone: tzinfo | None) -> Iterator[tuple[Line, tuple[str, str, str]]]:
    """Each change with its sign and when the block is, its title, and why (where it was before, what came of it).

    Of a draft its subject, to whom it is, and why.
    """
    from agendad.core.trace import sentences
    from agendad.ledger.logbook import DraftLine
    from agendad.views.lines import SIGNS, when
    from agendad.views.words import clean, words

    for each in done:
        why = sentences(each.why)
        if isinstance(each, DraftLine):
            place, title = "draft", clean(each.subject)
            why = [f"to {words('en').some(each.recipients, 2)}", *why]
        else:
            fields = each.after or each.before
            place, title = (when(fields, zone), fields.title) if fields else ("", "")
            if each.before and each.after and when(each.before, zone) != when(each.after, zone):
                why = [f"was {when(each.before, zone)}", *why]
        if each.status != "done":
            why.append(f"[{each.status}{': ' + each.message if each.message else ''}]")
        yield each, (f"{SIGNS[each.action]} {place}", title, "; ".join(why))
