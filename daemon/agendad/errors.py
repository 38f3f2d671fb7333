"""The exceptions of agendad; each class carries the exit status that `docs/operations.md` documents.

    AgendadError
    ├── ProblemsFound        1  rules, templates or configuration have errors (carries the diagnostics)
    ├── UsageError           2  the command line asks for something impossible
    ├── ProviderError        3  a calendar or mailbox cannot be read or refuses
    │   ├── CalendarUnreadable   a part that matters could not be read whole: nothing is decided
    │   └── StateUnusable        the ledger or the state folder cannot be used
    │       └── AlreadyRunning   another process holds the state folder
    ├── PartlyApplied        4  some changes were not applied, the rest were
    └── RefusedBySafety      5  a limit stopped the cycle before its first write

Messages state the problem in lower case and without blame; only `hint` proposes what to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.diagnostics import Diagnostic


class AgendadError(Exception):
    """Anything a person can do something about; shown as one message, never as a traceback."""

    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ProblemsFound(AgendadError):
    """Rules, templates or configuration hold errors; `diagnostics` names each with its place."""

    exit_status = 1

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} problem(s) in rules, templates or configuration")
        self.diagnostics = tuple(diagnostics)


class UsageError(AgendadError):
    """The arguments of a command do not make sense together."""

    exit_status = 2


class ProviderError(AgendadError):
    """A calendar, a mailbox or the state folder cannot be reached, read or written."""

    exit_status = 3


class CalendarUnreadable(ProviderError):
    """A part of a calendar that could matter was not readable, so nothing may be decided on it."""


class StateUnusable(ProviderError):
    """The state folder or the ledger in it cannot be used."""


class AlreadyRunning(StateUnusable):
    """Another process works on the same state folder."""


class PartlyApplied(AgendadError):
    """Some changes were not applied; the rest were."""

    exit_status = 4


class RefusedBySafety(AgendadError):
    """A safety limit stopped the work before its first write. `asks`: the person may lift it with `--yes`."""

    exit_status = 5

    def __init__(self, message: str, *, hint: str = "", asks: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.asks = asks
