"""`agendad apply`: makes the calendar agree with the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.errors import RefusedBySafety

if TYPE_CHECKING:
    import argparse

    from agendad.app.apply import Applied, Permissions
    from agendad.cli.context import Context
    from agendad.cli.work import Work


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the person allows."""
    parser.add_argument("--yes", action="store_true", help="go on where a limit would stop or ask")
    parser.add_argument("--accept-empty", action="store_true", help="the calendar was emptied on purpose")


def run(args: argparse.Namespace, context: Context) -> int:
    """One cycle; exits 4 when something was left undone."""
    from agendad.app.apply import Permissions
    from agendad.cli.work import begin

    work = begin(context)
    permissions = Permissions(yes=args.yes, accept_empty=args.accept_empty)
    try:
        applied = cycle(work, permissions, context)
    except RefusedBySafety as refusal:
        if not refusal.asks or not context.confirm(f"{refusal.message}. Go on?"):
            raise
        applied = cycle(work, Permissions(yes=True, accept_empty=args.accept_empty), context)
    report(applied, context)
    applied.check()
    return 0


def cycle(work: Work, permissions: Permissions, context: Context) -> Applied:
    """One apply with its progress on the terminal."""
    from agendad.app.apply import apply
    from agendad.cli.progress import progress

    done = 0
    with progress(context, "bringing the calendar up to date") as meter:

        def step(count: int) -> None:
            nonlocal done
            done += count
            meter(done, None, "writing")

        return apply(work.home, work.loaded, work.now, permissions, step)


def report(applied: Applied, context: Context) -> None:
    """Says what was done: one line each, or JSON."""
    from agendad.app import show
    from agendad.app.drafts import NOTHING_DRAFTED
    from agendad.cli.work import terminal

    if context.json:
        context.print_json(show.applied_json(applied))
    elif not (applied.done.outcomes or applied.done.later or applied.drafted != NOTHING_DRAFTED):
        context.say("Nothing to change.")
    else:
        context.write(show.applied_text(applied, terminal(context)))
