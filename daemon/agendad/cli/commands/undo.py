"""`agendad undo [N]`: takes back the last N applies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context
    from agendad.model.plan import Change, Skipped


_SHOWN: Final = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """How many, and whether to ask."""
    parser.add_argument("count", nargs="?", type=int, default=1, metavar="N", help="how many applies (default 1)")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(args: argparse.Namespace, context: Context) -> int:
    """Shows what would be taken back, asks, and does it."""
    from agendad.app.show import changes_text
    from agendad.app.take_back import undo
    from agendad.cli.work import ask, begin, report

    if args.count < 1:
        raise UsageError("N is at least 1")
    work = begin(context)

    def agree(changes: tuple[Change, ...], left: tuple[Skipped, ...]) -> None:
        if changes and not args.yes:
            shown = changes_text(changes[:_SHOWN], work.now)
            context.say(shown + (f"  and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else "").rstrip())
        for each in left:
            context.say(f"  {each.key} was changed since and stays as it is")
        if changes:
            these = "this change" if len(changes) == 1 else f"these {len(changes)} changes"
            ask(context, f"Take back {these}?", yes=args.yes)

    taken = undo(work.home, work.loaded, work.now, args.count, agree)
    report(taken, work, context)
    taken.done.check()
    return 0
