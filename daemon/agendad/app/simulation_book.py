"""What a simulation did, counted while it runs: by rule and month, so that a year needs no more memory than a week.

`simulate.py` tells it every cycle; `simulation_report.py` asks it at the end. Blocks and skips belong to the month in
which they stand or would stand, drafts to that in which they are made. What lies outside of the range does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.bundles import Bundles
from agendad.core.triggers import event_suffix
from agendad.model.calendar import instant
from agendad.model.plan import Action
from agendad.model.reasons import ReasonCode

if TYPE_CHECKING:
    from agendad.app.apply import Applied
    from agendad.app.cycle import Look
    from agendad.app.drafts import Drafted
    from agendad.core.outcome import Decision
    from agendad.core.reconcile import Reconciled
    from agendad.model.calendar import Moment
    from agendad.model.mail import MailDraft
    from agendad.model.plan import Change, Violation
    from agendad.model.reasons import Reason

ON_PURPOSE: Final = frozenset({ReasonCode.EXCLUDED, ReasonCode.SATISFIED, ReasonCode.MAILED, ReasonCode.CONTACTED})
"""Skips that a rule asks for."""
_TIME: Final = frozenset({ReasonCode.ALREADY_PAST, ReasonCode.IN_PROGRESS, ReasonCode.NO_WINDOW, ReasonCode.PAUSED})
"""Skips that come by themselves when the time of an occurrence goes by; what was told before says more."""
_HELD: Final = frozenset({ReasonCode.HELD_AWAY, ReasonCode.HELD_HOURS})

Month = tuple[int, int]
Keep = Callable[["MailDraft", datetime], str]
"""Keeps a draft that was due at an instant; the name of its file, or nothing."""


@dataclass(slots=True)
class Tally:
    """What one rule did in one month: numbers of events, skips and drafts."""

    written: int = 0
    moved: int = 0
    changed: int = 0
    deleted: int = 0
    drafts: int = 0
    late: int = 0
    held: int = 0
    withdrawn: int = 0
    sent: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One draft that was made; `file` is the name of its .eml, empty where none is kept."""

    key: str
    rule: str
    to: tuple[str, ...]
    subject: str
    text: str
    due: datetime
    deadline: datetime | None
    made: datetime
    late: bool
    why: tuple[Reason, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An occurrence of a rule without a block or a draft: its day, and the reasons, the one that counts last."""

    rule: str
    day: date
    why: tuple[Reason, ...]


@dataclass(slots=True)
class Book:
    """What happened between two instants, `start` and `end` (aware, in the person's zone).

    `left` are the occurrences without a block or draft, `why` the reasons of each block before it began, by key: until
    `whole`, without what was put aside.
    """

    start: datetime
    end: datetime
    cycles: int = 0
    tallies: dict[tuple[str, Month], Tally] = field(default_factory=dict)
    left: dict[str, Left] = field(default_factory=dict)
    why: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    drafts: dict[str, DraftRow] = field(default_factory=dict)
    fates: dict[str, str] = field(default_factory=dict)
    violations: dict[tuple[str, str], Violation] = field(default_factory=dict)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: list[tuple[datetime, str]] = field(default_factory=list)
    told: tuple[Decision, Reconciled] | None = None
    _aside: Bundles[tuple[dict[str, tuple[Reason, ...]], dict[str, Left]]] = field(default_factory=Bundles)
    _made: dict[str, int] = field(default_factory=dict)  # how often was put aside when a draft was made, by its key

    def record(self, applied: Applied, keep: Keep) -> None:
        """One cycle."""
        seen = applied.seen
        self.cycles += 1
        for change in applied.done.made:
            self._change(change)
        for missed, outcome in applied.done.missed:
            self.failed[missed.key, outcome.message or outcome.status] += 1
        self._skips(seen)
        for violation in seen.decision.violations:
            if self._inside(violation.event.fields.start):
                self.violations[violation.rule, event_suffix(violation.event)] = violation
        self._drafts(applied.drafted, seen, keep)

    def put_aside(self, before: date) -> None:
        """Blocks that no cycle speaks of any more, and occurrences of earlier days, come back at the end only."""
        spoken = {block.key for block in self.told[1].blocks} if self.told else set()
        whys = {key: self.why.pop(key) for key in [*self.why] if key not in spoken}
        lefts = {key: self.left.pop(key) for key, left in [*self.left.items()] if left.day < before}
        self._aside.put((whys, lefts))

    def whole(self) -> None:
        """Nothing more happens: all of it is there."""
        why: dict[str, tuple[Reason, ...]] = {}
        left: dict[str, Left] = {}
        for number, (whys, lefts) in enumerate(self._aside):
            why |= whys
            left |= _told_more({key: each for key, each in lefts.items() if self._made.get(key, 0) <= number}, left)
        self.why, self.left = why | self.why, left | _told_more(self.left, left)
        self._aside = Bundles()

    def tally(self, rule: str, day: date) -> Tally:
        """The counts of a rule in the month of a day."""
        return self.tallies.setdefault((rule, (day.year, day.month)), Tally())

    def months(self) -> tuple[Month, ...]:
        """All months of the range, in order."""
        last = (self.end - timedelta(microseconds=1)).date()
        first = self.start.date()
        count = (last.year - first.year) * 12 + last.month - first.month + 1
        return tuple(divmod_month(first.year * 12 + first.month - 1 + each) for each in range(count))

    def _inside(self, moment: Moment) -> bool:
        return self.start <= instant(moment, self.start) < self.end

    def _day(self, moment: Moment) -> date:
        return instant(moment, self.start).astimezone(self.start.tzinfo).date()

    def _change(self, change: Change) -> None:
        before = change.before.fields if change.before else None
        fields = change.after or before
        if fields is None or not self._inside(fields.start):
            return
        tally = self.tally(change.rule, self._day(fields.start))
        if change.action is Action.CREATE:
            tally.written += 1
        elif change.action is Action.DELETE:
            tally.deleted += 1
        elif before and (before.start, before.end) != (fields.start, fields.end):
            tally.moved += 1
        else:
            tally.changed += 1

    def _skips(self, seen: Look) -> None:
        told = seen.decision, seen.reconciled
        if self.told is not None and self.told[0] is told[0] and self.told[1] is told[1]:
            return
        self.told = told
        for skipped in (*seen.decision.skipped, *seen.reconciled.skipped):
            day = skipped.day
            if day is None or not skipped.why or not self.start.date() <= day < self.end.date():
                continue
            if skipped.key not in self.left or skipped.why[-1].code not in _TIME:
                self.left[skipped.key] = Left(skipped.rule, day, skipped.why)
        begun = seen.hands.begun
        for block in seen.reconciled.blocks:
            self.left.pop(block.key, None)
            if block.key not in begun and self.why.get(block.key) != block.why:
                self.why[block.key] = block.why

    def _drafts(self, drafted: Drafted, seen: Look, keep: Keep) -> None:
        wanted = {draft.key: draft for draft in seen.decision.drafts.desired} if drafted.made else {}
        for mail in drafted.made:
            draft = wanted[mail.key]
            self.left.pop(mail.key, None)
            self._made[mail.key] = len(self._aside)
            self.fates.pop(mail.key, None)
            if not self._inside(seen.now):
                continue
            tally = self.tally(draft.rule.id, seen.now.date())
            tally.drafts += 1
            tally.late += draft.late
            tally.held += any(reason.code in _HELD for reason in draft.why)
            self.drafts[mail.key] = DraftRow(
                key=mail.key,
                rule=mail.rule,
                to=tuple(address.email for address in mail.to),
                subject=mail.subject,
                text=mail.text,
                due=draft.due,
                deadline=draft.deadline,
                made=seen.now,
                late=draft.late,
                why=draft.why,
                file=keep(mail, draft.due),
            )
        for withdrawal in drafted.withdrawn:
            self.fate(withdrawal.draft.key, "withdrawn", seen.now)
        for key, outcome in drafted.missed:
            self.failed[key, outcome.message or outcome.status] += 1

    def fate(self, key: str, fate: str, at: datetime) -> None:
        """What became of a draft that was made: `sent` or `withdrawn`."""
        row = self.drafts.get(key)
        self.fates[key] = fate
        if row is not None:
            tally = self.tally(row.rule, at.date())
            tally.sent += fate == "sent"
            tally.withdrawn += fate == "withdrawn"


def _told_more(newer: Mapping[str, Left], older: Mapping[str, Left]) -> dict[str, Left]:
    """What is not worse than what was told before."""
    return {key: left for key, left in newer.items() if key not in older or left.why[-1].code not in _TIME}


def divmod_month(number: int) -> Month:
    """Year and month (1-12) of a count of months since the year 0."""
    year, month = divmod(number, 12)
    return year, month + 1
