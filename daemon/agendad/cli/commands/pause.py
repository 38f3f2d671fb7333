"""`agendad pause [UNTIL]`: nothing is written until then, or until `agendad resume`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long."""
    parser.add_argument(
        "until", nargs="?", metavar="UNTIL", help="a day, an instant or a length: 2026-11-30, 2026-11-30T08:00, 2h"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Notes the pause; one that is at work gets the new end."""
    from agendad.app import away
    from agendad.cli.days import later
    from agendad.cli.work import begin

    work = begin(context)
    until = None if args.until is None else later(args.until, work.now, "UNTIL")
    decisions, changed = away.note(work.home, lambda each: away.with_pause(each, work.now, until))
    if context.json:
        from agendad.app.jsonforms import pause_json

        context.print_json({"version": 1, **pause_json(away.pause(decisions, work.now), work.zone), "changed": changed})
        return 0
    end = f"{until:%Y-%m-%d %H:%M}" if until else "`agendad resume`"
    context.print(f"{'paused' if changed else 'already paused'}: nothing is written until {end}")
    return 0
