"""What the engine decided: the desired blocks, and the plan that makes the calendar agree with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from agendad.diagnostics import Diagnostic
    from agendad.model.calendar import Event, EventFields
    from agendad.model.mail import Address, Message, StandingDraft
    from agendad.model.reasons import Reason
    from agendad.model.rule import Letter, Rule
    from agendad.model.settings import Person


class Action(StrEnum):
    """What a change does to a calendar."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class DesiredBlock:
    """One event that the rules want: identity, fields, why, and the ids of those whom `with:` chose.

    `notify` lets the calendar mail those whom a write invites.
    """

    key: str
    rule: str
    fields: EventFields
    why: tuple[Reason, ...] = ()
    people: tuple[str, ...] = ()
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One write that the plan proposes. `after` is None for a delete, `before` (the event that stands) for a create.

    `people` go into the mark; `notify` as in `DesiredBlock`.

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
    people: tuple[str, ...] = ()
    notify: bool = False


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
class DesiredDraft:
    """One mail that the rules want, before it is written.

    key         of the occurrence
    rule        its rule; `letter` is that of the rule, of its step, or the reply of its guard
    due         the instant from which it is to lie in Drafts; `deadline` after which it is late (None: never)
    to, cc, bcc resolved; `to` is never empty
    person      whom it is written to: the first of `people`
    people      everybody in `to`, known or made up from the address, then the others of `with:`
    event       what set it off; for a chain the draft as an event without length
    thread      the mail that it answers, None to begin a new thread
    language    of the recipient
    state       `planned` (not due yet), `due`, `written` (it lies in Drafts)
    """

    key: str
    rule: Rule
    letter: Letter
    due: datetime
    deadline: datetime | None
    to: tuple[Address, ...]
    language: str
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    person: Person | None = None
    people: tuple[Person, ...] = ()
    event: Event | None = None
    thread: Message | None = None
    late: bool = False
    state: Literal["planned", "due", "written"] = "planned"
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An own draft that lies in Drafts untouched and is no longer wanted."""

    draft: StandingDraft
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """A draft of the plan with its words: `text` is the plain text body."""

    key: str
    rule: str
    to: tuple[str, ...]
    subject: str
    due: datetime
    deadline: datetime | None
    text: str
    late: bool = False
    state: Literal["planned", "due", "written"] = "planned"
    why: tuple[Reason, ...] = ()


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
    drafts: tuple[PlannedDraft, ...] = ()
