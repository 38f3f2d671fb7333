"""What most commands begin with: the home folders, the configuration, and the instant in its zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agendad.app.home import Home
from agendad.errors import RefusedBySafety

if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from zoneinfo import ZoneInfo

    from agendad.app.cycle import Look
    from agendad.app.take_back import TakenBack
    from agendad.cli.context import Context
    from agendad.ledger import Ledger
    from agendad.rules.load import Loaded
    from agendad.views.terminal import Terminal


class Work(NamedTuple):
    """A configuration without errors, and now."""

    home: Home
    loaded: Loaded
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the configuration."""
        return self.loaded.configured.timezone


def home(context: Context) -> Home:
    """The folders of this run."""
    return Home(context.config_dir, context.state_dir, tell=context.warn)


def begin(context: Context) -> Work:
    """Reads configuration and rules; raises ProblemsFound when they have errors."""
    found = home(context)
    loaded = found.load()
    return Work(found, loaded, context.clock(loaded.configured.timezone).now())


def zone_of(loaded: Loaded) -> tzinfo:
    """The zone to tell times in: the configuration's, or the machine's where that cannot be read."""
    from agendad.rules.zones import local_zone

    return loaded.settings.timezone if loaded.settings else local_zone()


def look_now(work: Work, ledger: Ledger) -> Look:
    """One cycle that changes nothing. Raises RefusedBySafety when a calendar has lost our events."""
    from agendad.app.cycle import look
    from agendad.core.safety import emptied

    seen = look(work.home.desk(work.loaded, ledger, work.now), work.now)
    if refusal := emptied(seen.hands, seen.snapshot.counts, seen.context):
        raise refusal
    return seen


def ask(context: Context, question: str, *, yes: bool) -> None:
    """Raises RefusedBySafety unless the person agrees, on the terminal or by `--yes`."""
    if not yes and not context.confirm(question):
        raise RefusedBySafety("nothing was changed", hint="`--yes` agrees without being asked")


def terminal(context: Context) -> Terminal:
    """How wide and how colourful stdout is; as wide as it needs when it is no terminal."""
    import os

    from agendad.views.terminal import Terminal

    width = None
    if context.stdout.isatty():
        try:
            width = max(40, os.get_terminal_size(context.stdout.fileno()).columns)
        except OSError:
            width = 80
    return Terminal(width, context.colour)


def report(taken: TakenBack, work: Work, context: Context) -> None:
    """Says what was taken back: one line each, or JSON."""
    from agendad.app import show
    from agendad.views.lines import counted

    if context.json:
        left = [each.key for each in taken.left]
        context.print_json({"version": 1, **show.done_json(taken.done, work.now), "left": left, "problems": []})
        return
    made = counted(len(taken.done.made), "change")
    context.print(f"{made} made; `agendad log` lists them" if taken.done.made else "nothing to take back")
    if missed := show.missed_text(taken.done):
        context.print(missed.rstrip())
