"""What the engine decided: the desired blocks, and the plan that makes the calendar agree with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from agendad.diagnostics import Diagnostic
    from agendad.model.calendar import Event, EventFields
    from agendad.model.reasons import Reason


class Action(StrEnum):
    """What a change does to a calendar."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class DesiredBlock:
    """One event that the rules want: identity, fields, and why."""

    key: str
    rule: str
    fields: EventFields
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One write that the plan proposes. `after` is None for a delete, `before` (the event that stands) for a create.

    `digest` is the mark to write with `after`: it hashes what the *rule* wants, so that a field that the person
    changed keeps differing from it.
    """

    action: Action
    key: str
    rule: str
    calendar: str
    before: Event | None
    after: EventFields | None
    digest: str = ""
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """One block of the whole desired state: `planned` (not yet written), `written`, or `pinned` by hand."""

    key: str
    rule: str
    fields: EventFields
    state: Literal["planned", "written", "pinned"]
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """An occurrence that has no block, and why."""

    key: str
    rule: str
    why: tuple[Reason, ...]
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """A real event inside a protected window that `allow:` does not let pass."""

    rule: str
    event: Event


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of one dry cycle over `start` to `end` (half-open). Every list is in the order of time, then key."""

    now: datetime
    start: datetime
    end: datetime
    changes: tuple[Change, ...] = ()
    blocks: tuple[PlannedBlock, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    violations: tuple[Violation, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    deleted_by_hand: tuple[str, ...] = ()
