"""People as text: the table of `agendad people`, and all about one of them for `agendad people show`.

What is shown comes as rows that `app/people.py` made; days are told as `2026-11-24`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.views.lines import columns, counted
from agendad.views.terminal import cells, fit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from agendad.model.settings import Person

_WIDEST: Final = 40
_LONGEST_ID: Final = 80
_HEAD: Final = ("id", "name", "tier", "groups", "last contact", "next due")


@dataclass(frozen=True, slots=True)
class Standing:
    """One person; `last` is the day and kind of the last contact, `due` the day of the next one, or None."""

    person: Person
    last: tuple[date, str] | None
    due: date | None
    overdue: bool


def table(rows: Sequence[Standing], everybody: int) -> str:
    """A line for each, below a heading and above the sum."""
    if not rows:
        return "nobody\n" if everybody else "nobody yet; `agendad people add` adds somebody\n"
    overdue = sum(row.overdue for row in rows)
    shown = counted_people(len(rows)) + (f" of {everybody}" if len(rows) != everybody else "")
    return "\n".join([*columns([_HEAD, *map(_cells, rows)]), "", f"{shown}, {overdue} overdue", ""])


def about(row: Standing, history: Sequence[tuple[date, str, str]]) -> str:
    """Everything that is known of one person; `history` is day, kind and title of each contact, newest first."""
    person = row.person
    facts = [
        ("addresses", ", ".join(person.emails)),
        ("groups", ", ".join(sorted(person.groups))),
        ("tier", str(person.tier or "")),
        ("language", person.language),
        ("timezone", person.timezone),
        ("topics", ", ".join(person.topics)),
        ("met", person.met),
        ("next due", _due(row)),
    ]
    lines = [f"{' '.join(person.name.split())} ({person.id})" if person.name else person.id]
    lines += columns([(f"  {name}", " ".join(value.split())) for name, value in facts if value])
    if person.notes:
        lines += ["  notes", *(f"    {line}".rstrip() for line in person.notes.splitlines())]
    if history:
        lines += [
            "  contacts",
            *columns([(f"    {day}", kind, " ".join(title.split())) for day, kind, title in history]),
        ]
    else:
        lines.append("  no contact in the last 400 days")
    return "\n".join(lines) + "\n"


def counted_people(number: int) -> str:
    """`1 person`, `2 people`."""
    return counted(number, "person") if number == 1 else f"{number} people"


def _cells(row: Standing) -> tuple[str, ...]:
    person = row.person
    last = f"{row.last[0]} {row.last[1]}" if row.last else "never" if row.due else ""
    groups = _short(", ".join(sorted(person.groups)))
    return _short(person.id, _LONGEST_ID), _short(person.name), str(person.tier or ""), groups, last, _due(row)


def _short(text: str, width: int = _WIDEST) -> str:
    """A cell on one line, cut where it would push the others off the screen."""
    line = " ".join(text.split())
    return line if cells(line) <= width else fit(line, width)


def _due(row: Standing) -> str:
    if row.due is None:
        return ""
    if row.overdue and row.last is None:
        return "now"
    return f"{row.due} overdue" if row.overdue else str(row.due)
