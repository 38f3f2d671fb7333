"""How a running daemon stands: what `agendad status` shows of it, and what the metrics count."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


WRITTEN: Final = ("created", "updated", "deleted", "drafted", "withdrawn")
"""What is counted of events and drafts."""


@dataclass(frozen=True, slots=True)
class Health:
    """All instants are aware. What is counted is counted since the start.

    `loaded` is when the rules that run were read; `broken` what keeps newer ones from being taken up, as `check` prints
    it, or empty. `last` is when the last cycle began, `seconds` how long it took, `late` how many seconds after its
    time it began. `due` is when the next one begins at the latest. `trouble` and `hint` say what the last cycle
    stumbled over, or are empty; `failures` how many cycles in a row did.
    """

    pid: int
    started: datetime
    loaded: datetime
    due: datetime
    broken: str = ""
    last: datetime | None = None
    seconds: float = 0.0
    late: float = 0.0
    trouble: str = ""
    hint: str = ""
    failures: int = 0
    cycles: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    drafted: int = 0
    withdrawn: int = 0
    missed: int = 0
    reloads: int = 0

    def as_json(self) -> dict[str, Any]:
        """Instants in RFC 3339."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Health:
        """The reverse of `as_json`; names that are not known are passed over, as a newer daemon may have more."""
        known = {each.name: values[each.name] for each in fields(cls) if each.name in values}
        instants = {name: datetime.fromisoformat(text) for name in _INSTANTS if (text := known.get(name)) is not None}
        return cls(**{**known, **instants})


_INSTANTS: Final = ("started", "loaded", "due", "last")
