"""Blocks and changes as lines of text, for the commands that list them (`status`, `log`, `explain`, `undo`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from agendad.model.plan import Action
from agendad.views.terminal import cells, fit
from agendad.views.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from agendad.model.calendar import EventFields

SIGNS: Final = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "×"}


def when(fields: EventFields, zone: tzinfo | None) -> str:
    """When an event is, told in the zone (None: the machine's), as `plan` tells it: `Tue 24 Nov 09:00–12:00`."""
    start, end = (m.astimezone(zone) if isinstance(m, datetime) else m for m in (fields.start, fields.end))
    return words("en").span(start, end)


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows as lines whose cells stand below each other, two blanks apart; the last cell is as long as it is."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join([*(fit(cell, width) for cell, width in zip(row[:-1], widths, strict=False)), row[-1]]).rstrip()


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
