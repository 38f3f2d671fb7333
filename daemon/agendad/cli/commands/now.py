"""`agendad now`: a cycle at once; by the daemon that runs, or here when none does."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits as `run --once` does when no daemon runs; else 0, or 3 when its cycle could not be made."""
    from agendad.cli.daemon import asked, report

    if context.instant is None and (answer := asked(context, "now")) is not None:
        return report(answer, context)
    from agendad.cli.commands.run import once

    context.say("no daemon runs here; this command makes the cycle")
    del args
    return once(context)
