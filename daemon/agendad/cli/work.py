"""What most commands begin with: the home folders, the configuration, and the instant in its zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agendad.app.home import Home
from agendad.errors import ProblemsFound, RefusedBySafety

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from agendad.app.cycle import Look
    from agendad.cli.context import Context
    from agendad.ledger import Ledger
    from agendad.model.plan import Change
    from agendad.rules.load import Loaded


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
    return Home(context.config_dir, context.state_dir)


def begin(context: Context) -> Work:
    """Reads configuration and rules; raises ProblemsFound when they have errors."""
    found = home(context)
    loaded = found.load()
    return Work(found, loaded, context.clock(loaded.configured.timezone).now())


def begin_anyway(context: Context) -> Work | ProblemsFound:
    """As `begin`; for commands that have something to say in spite of errors."""
    try:
        return begin(context)
    except ProblemsFound as problems:
        return problems


def look_now(work: Work, ledger: Ledger) -> Look:
    """One cycle that changes nothing. Raises RefusedBySafety when a calendar has lost our events."""
    from agendad import decisions
    from agendad.app.cycle import look
    from agendad.core.safety import emptied

    port = work.home.calendars(work.loaded.configured, work.now)
    seen = look(work.loaded, port, ledger, decisions.load(work.home.state), work.now)
    if refusal := emptied(seen.hands, seen.snapshot.counts, seen.context):
        raise refusal
    return seen


def ask(context: Context, question: str, *, yes: bool) -> None:
    """Raises RefusedBySafety unless the person agrees, on the terminal or by `--yes`."""
    if not yes and not context.confirm(question):
        raise RefusedBySafety("nothing was changed", hint="`--yes` agrees without being asked")


def list_changes(changes: Sequence[Change], zone: ZoneInfo) -> str:
    """The changes as one line each, for a person who is about to agree to them."""
    from agendad.app.jsonforms import moment_json

    lines = []
    for change in changes:
        fields = change.after or (change.before.fields if change.before else None)
        if fields is not None:
            lines.append(f"  {change.action.value:<7}{moment_json(fields.start, zone)[:16]}  {fields.title}")
    return "\n".join(lines)
