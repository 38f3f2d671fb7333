"""`agendad balance`: where the time went, by category beside its target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from agendad.cli.context import Context

_MOST: Final = 3660


def arguments(parser: argparse.ArgumentParser) -> None:
    """The range, and the page."""
    parser.add_argument("--days", metavar="N", help="how many days, today the last of them (default: 30)")
    parser.add_argument("--from", dest="first", metavar="DATE", help="the first day to count")
    parser.add_argument("--to", dest="last", metavar="DATE", help="the last day to count (default: today)")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write it as one HTML page with a picture")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints a table with a bar a category, or the sums as JSON."""
    from agendad.app import balance
    from agendad.cli.progress import progress
    from agendad.cli.work import begin, terminal
    from agendad.views.balance import balance_text

    days = _days(args)
    first, last = _day(args.first, "--from"), _day(args.last, "--to")
    work = begin(context)
    settings = work.loaded.configured
    first, last = balance.range_of(settings, work.now, days, first, last)
    with progress(context, "reading the calendars"):
        calendars = work.home.calendars(settings, work.now)
        scope, events = balance.read(
            calendars, balance.Scope(settings, work.loaded.rules, work.loaded.people), first, last
        )
    shown = balance.sheet(scope, events, first, last, work.now)
    if args.html:
        balance.write_page(shown, args.html)
        context.say(f"wrote {args.html}")
    if context.json:
        context.print_json(balance.as_json(shown))
    else:
        context.write(balance_text(shown, terminal(context)))
    return 0


def _days(args: argparse.Namespace) -> int | None:
    text = args.days
    if text is None:
        return None
    if args.first is not None and args.last is not None:
        raise UsageError("--days, --from and --to together say too much", hint="leave one of them out")
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= _MOST):
        raise UsageError(f"--days {text}: a number from 1 to {_MOST} is due here", hint="such as `--days 30`")
    return int(text)


def _day(text: str | None, option: str) -> date | None:
    from agendad.rules.grammar import GrammarError, parse_date

    try:
        return None if text is None else parse_date(text)
    except GrammarError as error:
        raise UsageError(f"{option} {text}: {error.message}", hint=error.hint) from None
