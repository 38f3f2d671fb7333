"""`agendad run --once`: one cycle without questions, as a timer starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long to run."""
    parser.add_argument("--once", action="store_true", help="a single cycle, then end")


def run(args: argparse.Namespace, context: Context) -> int:
    """One cycle within the limits; exits 4 when something was left undone, 5 when a limit refuses it."""
    from agendad.app.apply import Permissions
    from agendad.cli.commands.apply import cycle, report
    from agendad.cli.work import begin

    if not args.once:
        raise UsageError("this version runs one cycle at a time", hint="`agendad run --once`, from a timer or by hand")
    work = begin(context)
    applied = cycle(work, Permissions(), context)
    report(applied, context)
    applied.check()
    return 0
