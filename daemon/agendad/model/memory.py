"""What is remembered between cycles: what was written, writes whose end is not known, and the person's decisions.

The ledger keeps the first two, `decisions.json` the third; the core sees them as one value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from agendad.model.calendar import EventFields, Moment
    from agendad.model.mail import GoneDraft, MadeDraft
    from agendad.model.plan import Action
    from agendad.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class Written:
    """The event that was written for a key and not removed by us since: where it was put, and its mark's digest.

    `start` and `end` are as written: aware datetimes, or dates with the end excluded.
    """

    rule: str
    uid: str
    calendar: str
    start: Moment
    end: Moment
    digest: str


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was recorded before it was tried and whose outcome is not known. `before` is None for a create,
    `after` for a delete; `digest` is the mark's.
    """

    number: int
    action: Action
    key: str
    rule: str
    calendar: str
    before: EventFields | None
    after: EventFields | None
    digest: str


@dataclass(frozen=True, slots=True)
class Settled:
    """An open intent whose outcome was found out by reading the calendar."""

    intent: Intent
    status: Literal["done", "failed"]


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that was made: what stood before (None for a create) and after (None for a delete)."""

    run: int
    key: str
    rule: str
    calendar: str
    before: EventFields | None
    before_digest: str
    after: EventFields | None


@dataclass(frozen=True, slots=True)
class Gone:
    """A key that is not to be made again: deleted by the person's hand, taken back by `agendad undo`, or given up
    for a real event by a rule with `yield: skip`.

    `day` is the local date of the event as it was last written; `start` and `end` its time, where it was timed.
    """

    rule: str
    day: date
    by: Literal["hand", "undo", "yield"] = "hand"
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch without writing, from `start` until `end` (None: until `agendad resume`); aware.

    Every pause begins when it is noted: one that seems to begin later was noted before the clock was set back.
    """

    start: datetime
    end: datetime | None = None

    def lasts(self, now: datetime) -> bool:
        """Whether nothing is to be written at `now`."""
        return self.end is None or now < self.end


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a calendar cannot show again: `decisions.json`. Absences are dates with both ends included.

    `drafts` are those that are not to be made again, by key; `episodes` the day on which the present episode of a
    `when:` rule began, by the id that its keys are made of.
    """

    deleted: Mapping[str, Gone] = field(default_factory=dict)
    first_days: Mapping[str, datetime] = field(default_factory=dict)
    absences: tuple[tuple[date, date], ...] = ()
    pauses: tuple[Pause, ...] = ()
    drafts: Mapping[str, GoneDraft] = field(default_factory=dict)
    episodes: Mapping[str, date] = field(default_factory=dict)

    def paused(self, now: datetime) -> bool:
        """Whether writing is stopped at `now`."""
        return any(pause.lasts(now) for pause in self.pauses)


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is remembered; empty when all state is lost.

    `over` are the keys of blocks that ended too long ago for anything but this to be asked of them: they are not made
    again, be it that their event was put off.
    """

    written: Mapping[str, Written] = field(default_factory=dict)
    intents: tuple[Intent, ...] = ()
    decisions: Decisions = field(default_factory=Decisions)
    drafts: Mapping[str, MadeDraft] = field(default_factory=dict)
    over: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decided:
    """Why a key has the state it has: `planned`, `written`, `pinned` or `skipped`. What `agendad explain` shows."""

    key: str
    rule: str
    state: str
    why: tuple[Reason, ...]
