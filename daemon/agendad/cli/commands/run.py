"""`agendad run`: the daemon; with `--once` a single cycle without questions, as a timer starts it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """How long to run."""
    parser.add_argument("--once", action="store_true", help="a single cycle, then end")


def run(args: argparse.Namespace, context: Context) -> int:
    """Lives until a signal ends it, and exits 0 then; 1 when the rules have errors, 3 when another one runs already.

    `--once` is one cycle within the limits; exits 4 when something was left undone, 5 when a limit refuses it.
    """
    from agendad.cli.work import begin

    if args.once:
        return once(context)
    if context.instant is not None:
        raise UsageError("the daemon goes by the machine's clock", hint="`--now` works with `agendad run --once`")
    from agendad.service.journal import open_journal, with_libraries
    from agendad.service.notify import Notifier
    from agendad.service.serve import serve

    work = begin(context)
    journal = open_journal(os.environ, context.stderr, context.clock(work.zone).now)
    with with_libraries(journal):
        serve(work.home, work.loaded, journal, Notifier.from_environment(os.environ, os.getpid()))
    return 0


def once(context: Context) -> int:
    """One cycle within the limits."""
    from agendad.app.apply import Permissions
    from agendad.cli.commands.apply import cycle, report
    from agendad.cli.work import begin

    applied = cycle(begin(context), Permissions(), context)
    report(applied, context)
    applied.check()
    return 0
