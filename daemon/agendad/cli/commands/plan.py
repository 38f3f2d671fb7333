"""`agendad plan`: what would change, and why. It changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """The range, and the page."""
    parser.add_argument("--from", dest="first", metavar="DATE", help="the first day to show (default: today)")
    parser.add_argument("--to", dest="last", metavar="DATE", help="the last day to show (default: the horizon)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the weeks as one HTML page")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the changes, one line each, or the whole plan as JSON."""
    from agendad.app import show
    from agendad.app.apply import foretold
    from agendad.app.cycle import plan
    from agendad.app.jsonforms import plan_json
    from agendad.cli.progress import progress
    from agendad.cli.work import begin, look_now, terminal

    first, last = _day(args.first, "--from"), _day(args.last, "--to")
    work = begin(context)
    with progress(context, "reading the calendars"), work.home.ledger() as ledger:
        seen = look_now(work, ledger)
    found = plan(seen, first, last)
    if args.html:
        show.write_page(found, seen, args.html)
        context.say(f"wrote {args.html}")
    if context.json:
        context.print_json(plan_json(found, seen.settings.timezone))
    else:
        context.write(show.plan_lines(found, seen, terminal(context)))
    if remark := foretold(seen):
        context.say(remark)
    return 0


def _day(text: str | None, option: str) -> date | None:
    from agendad.rules.grammar import GrammarError, parse_date

    try:
        return None if text is None else parse_date(text)
    except GrammarError as error:
        raise UsageError(f"{option} {text}: {error.message}", hint=error.hint) from None
