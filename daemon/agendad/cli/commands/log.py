"""`agendad log`: what was done, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from agendad.cli.context import Context
    from agendad.ledger.history import LogEntry


def arguments(parser: argparse.ArgumentParser) -> None:
    """Filters; all given ones have to hold."""
    parser.add_argument("--rule", default="", metavar="ID", help="only changes of this rule")
    parser.add_argument("--key", default="", metavar="KEY", help="only changes of this block")
    parser.add_argument("--since", metavar="DATE", help="only changes from this day on")
    parser.add_argument("-n", "--limit", type=int, default=50, metavar="N", help="at most so many (default 50)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the changes that were tried; works with broken rules too."""
    from agendad.cli.days import midnight
    from agendad.cli.work import home, zone_of
    from agendad.ledger.history import log

    found = home(context)
    zone = zone_of(found.read())
    since = None if args.since is None else midnight(args.since, context.clock(zone).now(), "--since")
    with found.ledger() as ledger:
        entries = log(ledger, rule=args.rule, key=args.key, since=since, limit=args.limit)
    if context.json:
        context.print_json({"version": 1, "entries": [as_json(entry, zone) for entry in entries]})
        return 0
    if not entries:
        context.say("nothing was done yet" if not (args.rule or args.key or args.since) else "nothing of that kind")
    if entries:
        context.write(as_text(entries, zone))
    return 0


def as_json(entry: LogEntry, zone: tzinfo | None) -> dict[str, object]:
    """One entry of `log --json`."""
    from agendad.app.jsonforms import fields_json, moment_json
    from agendad.core.trace import sentences

    return {
        "run": entry.run,
        "at": moment_json(entry.at, zone),
        "kind": entry.kind,
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


def as_text(entries: Sequence[LogEntry], zone: tzinfo | None) -> str:
    """The changes of each run below a line that names the run; newest first."""
    from itertools import groupby

    from agendad.views.lines import columns
    from agendad.views.words import words

    parts = []
    for _, run in groupby(entries, key=lambda entry: entry.run):
        changes = list(run)
        at = changes[0].at.astimezone(zone)
        rows = [(f"  {place}", title, f"{why} ({entry.key})") for entry, (place, title, why) in told(changes, zone)]
        head = f"{words('en').day(at)} {at:%Y %H:%M}  {changes[0].kind}"
        parts.append("\n".join([head, *columns(rows)]))
    return "\n\n".join(parts) + "\n"


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
