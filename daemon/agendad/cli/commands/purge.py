"""`agendad purge`: removes everything that the product made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context
    from agendad.model.plan import Change


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to ask."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace, context: Context) -> int:
    """Counts what would go, asks, and removes it; blocks of the past and those changed by hand too."""
    from agendad.app.take_back import purge
    from agendad.cli.work import ask, begin, report

    work = begin(context)

    def agree(changes: tuple[Change, ...]) -> None:
        if changes:
            question = f"Remove all {len(changes)} events that agendad made, past and changed ones too?"
            ask(context, question, yes=args.yes)

    taken = purge(work.home, work.loaded, work.now, agree)
    report(taken, work, context)
    if taken.done.made and any(rule.enabled for rule in work.loaded.rules):
        context.say("the rules stand: the next `agendad apply` writes their blocks anew")
    taken.done.check()
    return 0
