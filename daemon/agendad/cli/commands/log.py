"""`agendad log`: what was done, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from agendad.cli.context import Context
    from agendad.ledger.history import DraftStep, LogEntry


def arguments(parser: argparse.ArgumentParser) -> None:
    """Filters; all given ones have to hold."""
    parser.add_argument("--rule", default="", metavar="ID", help="only changes of this rule")
    parser.add_argument("--key", default="", metavar="KEY", help="only changes of this block or draft")
    parser.add_argument("--run", type=int, default=0, metavar="NUMBER", help="only changes of this run")
    parser.add_argument("--since", metavar="DATE", help="only changes from this day on")
    parser.add_argument("-n", "--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the changes that were tried; works with broken rules too."""
    from agendad.cli.days import midnight
    from agendad.cli.work import home, zone_of
    from agendad.ledger.history import drafting, log

    found = home(context)
    zone = zone_of(found.read())
    since = None if args.since is None else midnight(args.since, context.clock(zone).now(), "--since")
    asked: dict[str, Any] = {"rule": args.rule, "key": args.key, "since": since, "run": args.run, "limit": args.limit}
    with found.ledger() as ledger:
        entries, drafts = log(ledger, **asked), drafting(ledger, **asked)
    if context.json:
        told = {"entries": [as_json(each, zone) for each in entries], "drafts": [draft_json(d, zone) for d in drafts]}
        context.print_json({"version": 1, **told})
        return 0
    if not (entries or drafts):
        filtered = args.rule or args.key or args.since or args.run
        context.say("nothing of that kind" if filtered else "nothing was done yet")
    context.write(as_text(entries, drafts, zone, args.limit))
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


def draft_json(step: DraftStep, zone: tzinfo | None) -> dict[str, object]:
    """One draft of `log --json`."""
    from agendad.app.jsonforms import moment_json
    from agendad.core.trace import sentences

    return {
        "run": step.run,
        "at": moment_json(step.at, zone),
        "kind": step.kind,
        "undone": step.undone,
        "action": step.action.value,
        "key": step.draft.key,
        "rule": step.draft.rule,
        "to": list(step.draft.recipients),
        "subject": step.draft.subject,
        "why": sentences(step.why),
    }


def as_text(entries: Sequence[LogEntry], drafts: Sequence[DraftStep], zone: tzinfo | None, limit: int) -> str:
    """The changes of each run below a line that names the run, newest first; at most `limit` lines of changes."""
    from itertools import groupby

    from agendad.views.lines import columns
    from agendad.views.words import words

    rows: list[tuple[LogEntry | DraftStep, tuple[str, str, str]]] = [*told(entries, zone), *told_drafts(drafts)]
    rows = sorted(rows, key=lambda row: -row[0].run)[: limit if limit >= 0 else None]
    parts = []
    for number, run in groupby(rows, key=lambda row: row[0].run):
        changes = list(run)
        first = changes[0][0]
        at = first.at.astimezone(zone)
        lines = columns([(f"  {place}", title, f"{why} ({each.key})") for each, (place, title, why) in changes])
        head = f"{words('en').day(at)} {at:%Y %H:%M}  {first.kind}, run {number}{', taken back' * first.undone}"
        parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts) + "\n" if parts else ""


def told(entries: Iterable[LogEntry], zone: tzinfo | None) -> Iterator[tuple[LogEntry, tuple[str, str, str]]]:
    """Each change with its sign and when the block is, its title, and why (where it was before, what came of it)."""
    from agendad.core.trace import sentences
    from agendad.views.lines import SIGNS, when

    for entry in entries:
        fields = entry.after or entry.before
        why = sentences(entry.why)
        if entry.before and entry.after and when(entry.before, zone) != when(entry.after, zone):
            why = [f"was {when(entry.before, zone)}", *why]
        if entry.status != "done":
            why.append(f"[{entry.status}{': ' + entry.message if entry.message else ''}]")
        place = f"{SIGNS[entry.action]} {when(fields, zone) if fields else ''}"
        yield entry, (place, fields.title if fields else "", "; ".join(why))


def told_drafts(drafts: Iterable[DraftStep]) -> Iterator[tuple[DraftStep, tuple[str, str, str]]]:
    """Each draft with its sign, its subject, and why."""
    from agendad.core.trace import sentences
    from agendad.views.lines import SIGNS
    from agendad.views.words import clean

    for each in drafts:
        yield each, (f"{SIGNS[each.action]} draft", clean(each.draft.subject), "; ".join(sentences(each.why)))
