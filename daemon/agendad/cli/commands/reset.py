"""`agendad reset KEY|RULE`: forgets what was changed or deleted by hand, of a block, of a draft, or of a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which block or draft, or all of which rule."""
    parser.add_argument(
        "key", metavar="KEY|RULE", help="as `plan --json`, `explain` and `status` show it, or a rule's id"
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """The next apply puts the rule's wish in place, and makes the draft if it is still due."""
    from agendad.app.take_back import reset
    from agendad.cli.daemon import woken
    from agendad.cli.work import begin

    work = begin(context)
    taken = reset(work.home, work.loaded, work.now, args.key)
    taken.check()
    if context.json:
        context.print_json({"version": 1, "reset": args.key})
    else:
        writer = "the daemon" if woken(context) else "`agendad apply`"
        context.print(f"{args.key} belongs to its rule again; {writer} puts it in place")
    return 0
