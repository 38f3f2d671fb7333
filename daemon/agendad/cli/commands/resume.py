"""`agendad resume`: writing goes on after `agendad pause`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Ends the pause at work; without one, nothing changes."""
    from agendad.app import away
    from agendad.cli.daemon import woken
    from agendad.cli.work import begin

    del args
    work = begin(context)
    decisions, changed = away.note(work.home, lambda each: away.without_pause(each, work.now))
    if context.json:
        from agendad.app.jsonforms import pause_json

        context.print_json({"version": 1, **pause_json(away.pause(decisions, work.now), work.zone), "changed": changed})
        return 0
    writer = "the daemon" if changed and woken(context) else "the next `agendad apply`"
    context.print(f"resumed: {writer} writes again" if changed else "there is no pause")
    return 0
