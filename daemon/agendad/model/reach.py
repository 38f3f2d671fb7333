"""Since when a cycle looks at what is over. `core/reach.py` works it out; calendars are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.model.calendar import instant
from agendad.model.identity import bears_own_uid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agendad.model.calendar import Event


@dataclass(frozen=True, slots=True)
class Reach:
    """Since when a cycle looks at events that are over; all of them are midnights in the person's zone.

    real    events that are not ours, and blocks with guests, who were met there
    own     blocks of ours
    longer  those of a rule, by the id that its keys begin with or its marks name, where that is longer
    """

    real: datetime
    own: datetime
    longer: Mapping[str, datetime]

    @property
    def start(self) -> datetime:
        """The earliest of them."""
        return min(self.real, self.own, *self.longer.values())

    def within(self, other: Reach) -> bool:
        """Whether another holds every event of ours without guests that this one holds."""
        return self.own >= other.own and all(
            since >= min(other.own, other.longer.get(name, other.own)) for name, since in self.longer.items()
        )

    def holds(self, event: Event) -> bool:
        """Whether a cycle looks at an event."""
        end = instant(event.fields.end, self.own)
        if event.mark is None:
            return end > self.real or bears_own_uid(event)  # perhaps a block whose mark a server dropped
        key = event.mark.key.partition("/")[0]
        since = min(self.own, self.longer.get(event.mark.rule, self.own), self.longer.get(key, self.own))
        return end > (min(since, self.real) if event.fields.guests else since)
