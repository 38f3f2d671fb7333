"""What most commands begin with: the home folders, the configuration, and the instant in its zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agendad.app.home import Home
from agendad.errors import RefusedBySafety

if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from zoneinfo import ZoneInfo

    from agendad.app.cycle import Look
    from agendad.app.take_back import Proposal, TakenBack
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


def say_left(proposal: Proposal, context: Context) -> None:
    """Says what is not taken back, and why."""
    from agendad.core.trace import sentences

    for each in proposal.left:
        context.say(f"  {each.key} stays as it is ({'; '.join(sentences(each.why))})")


def report(taken: TakenBack, work: Work, context: Context) -> None:
    """Says what was taken back: one line each, or JSON."""
    from agendad.app import show
    from agendad.views.lines import counted

    if context.json:
        left = [each.key for each in taken.left]
        done, drafts = show.done_json(taken.done, work.now), show.drafted_json(taken.drafted)
        context.print_json({"version": 1, **done, "drafts": drafts, "left": left, "problems": []})
        return
    changes, drafts_removed = len(taken.done.made), len(taken.drafted.withdrawn)
    if changes:
        context.print(f"{counted(changes, 'change')} made; `agendad log` lists them")
    if drafts_removed:
        context.print(f"{counted(drafts_removed, 'draft')} removed; `agendad drafts` lists them")
    if not (changes or drafts_removed):
        context.print("nothing to take back")
    context.write(show.missed_text(taken.done) + show.missed_drafts_text(taken.drafted))
