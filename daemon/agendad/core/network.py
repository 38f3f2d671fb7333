"""How often one keeps in touch with whom: the rhythm of the tiers, what is due, and how many people a tier can hold.

Called by `agendad people`, and by `agendad check` for its warnings.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.model.settings import People

RHYTHM: Final = {1: 1, 2: 3, 3: 12}
"""Months between two contacts, by tier; other tiers have none."""

MOST: Final = {1: 50, 2: 100}
MOST_REGULAR: Final = 150
"""How many relations one person can keep up regularly (Dunbar's number): tiers 1 and 2 together."""

_OFTEN: Final = {1: "monthly", 2: "quarterly"}


@dataclass(frozen=True, slots=True)
class Due:
    """When the next contact is due; `overdue` when that day is past, and when there never was a contact."""

    on: date
    overdue: bool


def due(tier: int | None, last: date | None, today: date) -> Due | None:
    """When the next contact with somebody is due whose last one was on a day (None: never); None without a rhythm.

    Months are those of the calendar; where the later one is shorter, its last day counts.
    """
    months = RHYTHM.get(tier or 0)
    if months is None:
        return None
    if last is None:
        return Due(today, overdue=True)
    month = last.year * 12 + last.month - 1 + months
    year, month = month // 12, month % 12 + 1
    if year > date.max.year:
        return None
    on = date(year, month, min(last.day, monthrange(year, month)[1]))
    return Due(on, overdue=on < today)


def network_warnings(people: People, file: str = "people.yaml") -> Iterator[Diagnostic]:
    """Warnings for tiers that hold more people than one can keep in touch with; placed at the head of `file`."""
    held = Counter(person.tier for person in people.by_id.values())
    for tier, most in MOST.items():
        if held[tier] > most:
            yield _full(
                file,
                f"{held[tier]} people are of tier {tier}: {_OFTEN[tier]} contact is meant for {most} at most",
                f"move some of them to tier {tier + 1}",
            )
    regular = sum(held[tier] for tier in MOST)
    if regular > MOST_REGULAR:
        yield _full(
            file,
            f"{regular} people are in regular contact (tiers 1 and 2): more than {MOST_REGULAR} are seldom kept up",
            "move some of them to tier 3",
        )


def _full(file: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(Span(file, 1, 1, 2), "tier-full", message, hint, Severity.WARNING)
