"""`agendad purge`: removes everything that the product made."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.app.take_back import Proposal
    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Whether to ask."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace, context: Context) -> int:
    """Counts what would go, asks, and removes it: blocks of the past and those changed by hand too, and the drafts
    that nobody touched.
    """
    from agendad.app.take_back import purge
    from agendad.cli.daemon import runs
    from agendad.cli.work import ask, begin, report, say_left

    work = begin(context)

    def agree(proposal: Proposal) -> None:
        say_left(proposal, context)
        if question := _question(len(proposal.changes), len(proposal.withdrawals)):
            ask(context, question, yes=args.yes)

    taken = purge(work.home, work.loaded, work.now, agree)
    report(taken, work, context)
    if (taken.done.made or taken.drafted.withdrawn) and any(rule.enabled for rule in work.loaded.rules):
        if runs(context):
            context.say(
                "the rules stand: the daemon writes their blocks and drafts anew, unless you `agendad pause` it"
            )
        else:
            context.say("the rules stand: the next `agendad apply` writes their blocks and drafts anew")
    taken.check()
    return 0


def _question(events: int, drafts: int) -> str:
    """What is asked; empty when nothing would go."""
    from agendad.views.lines import counted

    parts = [f"all {counted(events, 'event')} that agendad made, past and changed ones too"] if events else []
    parts += [counted(drafts, "untouched draft")] if drafts else []
    return f"Remove {', and '.join(parts)}?" if parts else ""
