"""Own blocks as events while a decision is being made: past ones as they stand, the others as they are wanted.

Rules that name a rule look at the events; breaks, states and `show_as: auto` at the time that they take as well. Filled
by `outcome.py` while level after level is placed, so the time of each is reckoned once and not anew for every question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.core.timeline import span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.guards import Timed
    from agendad.model.calendar import Event


class OwnBlocks:
    """The events by key; `begun` are those that are past, or go on."""

    def __init__(self, begun: Mapping[str, Event]) -> None:
        self._events = dict(begun)
        self._keys: list[str] | None = None
        self._taken: dict[str, dict[str, Timed]] = {}

    def put(self, key: str, event: Event) -> None:
        """Takes up a block, in the place of what was known under its key."""
        self._events[key] = event
        self._keys = None
        for taken in self._taken.values():
            taken.pop(key, None)

    def events(self) -> Sequence[Event]:
        """All of them, in the order of keys."""
        return [self._events[key] for key in self._ordered()]

    def in_time(self, zone: ZoneInfo) -> Sequence[Timed]:
        """The same with the minutes that they take, whole days as they are in a zone."""
        taken = self._taken.setdefault(zone.key, {})
        for key, event in self._events.items():
            if key not in taken:
                taken[key] = span(event.fields.start, event.fields.end, zone), event
        return [taken[key] for key in self._ordered()]

    def _ordered(self) -> Sequence[str]:
        if self._keys is None:
            self._keys = sorted(self._events)
        return self._keys
