"""Keeps the ledger small: what is older than `history:` and of no use any more goes, once a day.

Whoever repeats cycles asks `due` with the instant of the last time, which it keeps to itself: a day on which there is
nothing to remove writes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.cycle import MEMORY
from agendad.core.reach import days_back
from agendad.ledger.compact import UNDOABLE, Ages, Kept, compact

if TYPE_CHECKING:
    from datetime import datetime

    from agendad.ledger import Ledger
    from agendad.rules.load import Loaded

EVERY: Final = timedelta(days=1)
_SLACK: Final = timedelta(days=7)
"""Days that are counted in other zones, and clocks that are set."""


def due(last: datetime | None, now: datetime) -> bool:
    """Whether it is time again; `last` is None after a start. Both aware."""
    return last is None or not timedelta(0) <= now - last < EVERY


def keep_small(ledger: Ledger, loaded: Loaded, now: datetime, whole: int = UNDOABLE) -> Kept:
    """Removes from the ledger, which is open to write, what no later cycle or command needs; at most some thousand
    rows, the rest with the next call. The last `whole` runs stay whatever their age.

    What cycles look at is kept as long as the longest look of any rule, however short the history is.
    Raises StateUnusable.
    """
    history = timedelta(days=loaded.configured.history_days)
    longest = timedelta(days=max((days_back(rule) for rule in loaded.rules), default=0))
    reasons = max(history, longest + _SLACK)
    return compact(ledger, Ages(history, reasons, max(reasons, MEMORY + _SLACK)), now, whole)
