"""`agendad undo [N]`: takes back the last N applies, or one alone by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from agendad.app.take_back import Proposal
    from agendad.cli.context import Context


_SHOWN: Final = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many or which one, and whether to ask."""
    parser.add_argument("count", nargs="?", type=int, metavar="N", help="how many applies (default 1)")
    parser.add_argument("--run", type=int, metavar="NUMBER", help="one apply alone, by its number in `agendad log`")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace, context: Context) -> int:
    """Shows what would be taken back, asks, and does it."""
    from agendad.app.take_back import undo_last, undo_run
    from agendad.cli.work import ask, begin, report, say_left

    if args.count is not None and args.run is not None:
        raise UsageError("`--run` names one apply, N counts the last ones", hint="give one of the two")
    if args.count is not None and args.count < 1:
        raise UsageError("N is at least 1")
    work = begin(context)

    def agree(proposal: Proposal) -> None:
        number = len(proposal.changes) + len(proposal.withdrawals)
        if number and not args.yes:
            context.say(_shown(proposal, work.now))
        say_left(proposal, context)
        if number:
            these = "this change" if number == 1 else f"these {number} changes"
            ask(context, f"Take back {these}?", yes=args.yes)

    with work.home.working() as ledger:
        desk = work.home.desk(work.loaded, ledger, work.now)
        if args.run is None:
            taken = undo_last(desk, work.now, args.count or 1, agree)
        else:
            taken = undo_run(desk, work.now, args.run, agree)
    report(taken, work, context)
    if (taken.done.made or taken.drafted.withdrawn) and not context.json:
        context.say("what was taken back is not made again; `agendad reset` with its key, or its rule, gives it back")
    taken.check()
    return 0


def _shown(proposal: Proposal, now: datetime) -> str:
    """The first of the changes, one line each, and how many more there are."""
    from agendad.app.show import changes_text, withdrawals_text

    lines = (changes_text(proposal.changes, now) + withdrawals_text(proposal.withdrawals)).splitlines()
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return "\n".join([*lines[:_SHOWN], *more])
