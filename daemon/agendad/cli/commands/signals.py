"""`agendad signals`: what the `when:` rules measure now, and which of them hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints a line a rule, those that hold first, or all as JSON."""
    from agendad.app import signals
    from agendad.app.desk import DecisionFile
    from agendad.cli.progress import progress
    from agendad.cli.work import begin, terminal
    from agendad.views.signals import SignalRow, signals_text

    del args
    work = begin(context)
    settings = work.loaded.configured
    scope = signals.Scope(settings, work.loaded.rules, work.loaded.people, DecisionFile(work.home.state).load())
    rows: tuple[SignalRow, ...] = ()
    if signals.states(scope.rules):
        with progress(context, "reading the calendars"):
            scope, events = signals.read(work.home.calendars(settings, work.now), scope, work.now)
        rows = signals.rows(scope, events, work.now)
    if context.json:
        context.print_json(signals.as_json(rows, work.now.astimezone(scope.settings.timezone)))
    else:
        context.write(signals_text(rows, settings.language, terminal(context)))
    return 0
