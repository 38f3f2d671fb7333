"""What one cycle works on: rules, calendars, mailbox, ledger and decisions, whether they are real or simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from agendad import decisions as decisions_file
from agendad.core.reality import Realities

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agendad.ledger import Ledger
    from agendad.model.memory import Decisions
    from agendad.ports import CalendarPort, MailPort
    from agendad.rules.load import Loaded


class DecisionStore(Protocol):
    """Where the person's decisions are kept."""

    def load(self) -> Decisions:
        """The decisions as they stand. Raises StateUnusable."""
        ...

    def save(self, decisions: Decisions) -> None:
        """Replaces them, durably. Raises StateUnusable."""
        ...


@dataclass(frozen=True, slots=True)
class DecisionFile:
    """`decisions.json` in a state folder; `checkpoint` as in `Home`."""

    folder: Path
    checkpoint: Callable[[str], None] | None = None

    def load(self) -> Decisions:
        """See `decisions.load`."""
        return decisions_file.load(self.folder)

    def save(self, decisions: Decisions) -> None:
        """See `decisions.save`."""
        decisions_file.save(self.folder, decisions, self.checkpoint)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a cycle reads and writes; `mail` is None without `mail:` in the configuration.

    `realities` spares the cycles on the same desk what the one before worked out; `cache` is a folder for what every
    process would work out anew.
    """

    loaded: Loaded
    calendars: CalendarPort
    mail: MailPort | None
    ledger: Ledger
    decisions: DecisionStore
    realities: Realities = field(default_factory=Realities, compare=False)
    cache: Path | None = None
