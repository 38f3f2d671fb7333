"""Puts the drafts that are due into the mailbox and takes away those that are no longer wanted. Called by `apply.py`.

Intent before, outcome after, one commit a batch, as for events. `planned` gives the drafts of a plan their words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from agendad.app.carry import BATCH
from agendad.errors import AgendadError, PartlyApplied
from agendad.model.calendar import instant
from agendad.model.identity import draft_digest, message_id
from agendad.model.mail import MadeDraft
from agendad.model.plan import PlannedDraft
from agendad.ports import MailOutcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from agendad.app.cycle import Look
    from agendad.app.letters import Writer
    from agendad.ledger import Run
    from agendad.model.mail import MailDraft
    from agendad.model.plan import DesiredDraft, Withdrawal
    from agendad.ports import MailPort

    Ended = Literal["made", "withdrawn", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Drafted:
    """What one run did in Drafts: `later` are those that a limit left for the next cycle."""

    made: tuple[MailDraft, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    missed: tuple[tuple[str, MailOutcome], ...] = ()
    later: tuple[DesiredDraft, ...] = ()

    def check(self) -> None:
        """Raises PartlyApplied when anything was left undone."""
        if self.missed:
            raise PartlyApplied(
                f"{len(self.missed)} of {len(self.missed) + len(self.made) + len(self.withdrawn)} drafts were not made",
                hint="the next cycle looks at them again; `agendad drafts` lists them",
            )
        if self.later:
            raise PartlyApplied(
                f"{len(self.later)} drafts left for the next cycle: `writes_per_cycle` is reached",
                hint="run `agendad apply` again, or `agendad apply --yes` for all at once",
            )


NOTHING_DRAFTED: Final = Drafted()


@dataclass(frozen=True, slots=True)
class _Letterbox:
    """Where one run puts its drafts."""

    port: MailPort
    run: Run
    writer: Writer
    seen: Look


def carry_drafts(port: MailPort, run: Run, seen: Look, limit: int | None, progress: Callable[[int], None]) -> Drafted:
    """Makes what is due, at most `limit` of it, the longest due first; removes what is in vain.

    A draft whose template fails is told among the missed and keeps none of the others from being made.
    """
    if seen.context.paused:
        return NOTHING_DRAFTED
    found = seen.decision.drafts
    due = [draft for draft in found.desired if draft.state == "due"]
    if not due and not found.withdrawals:
        return NOTHING_DRAFTED
    from agendad.app.surroundings import writer_for

    box = _Letterbox(port, run, writer_for(seen), seen)
    made: list[MailDraft] = []
    missed: list[tuple[str, MailOutcome]] = []
    for first in range(0, len(due[:limit]), BATCH):
        batch = due[:limit][first : first + BATCH]
        for mail, outcome in _save(box, batch):
            if isinstance(mail, str):
                missed.append((mail, outcome))
            elif outcome.status == "done":
                made.append(mail)
            else:
                missed.append((mail.key, outcome))
        progress(len(batch))
    removed = withdraw(port, run, found.withdrawals, seen.mail.mailbox.made)
    later = tuple(due[limit:]) if limit is not None else ()
    return Drafted(tuple(made), removed.withdrawn, (*missed, *removed.missed), later)


def _save(box: _Letterbox, batch: Sequence[DesiredDraft]) -> list[tuple[MailDraft | str, MailOutcome]]:
    """Each draft with its outcome; of one whose template fails, the key."""
    from agendad.app.letters import mail_draft

    written: list[tuple[DesiredDraft, MailDraft]] = []
    ended: list[tuple[MailDraft | str, MailOutcome]] = []
    for draft in batch:
        try:
            words = box.writer.write(draft)
            written.append((draft, mail_draft(draft, words, box.seen.settings.me, box.seen.now)))
        except AgendadError as error:
            ended.append((draft.key, MailOutcome("failed", error.message)))
    box.run.intend_drafts((_row(draft, mail, box.seen.now), draft.why) for draft, mail in written)
    outcomes = [(mail, box.port.save_draft(mail)) for _, mail in written]
    box.run.settle_drafts((mail.key, _AS_MADE[outcome.status], outcome.message) for mail, outcome in outcomes)
    return [*ended, *outcomes]


_AS_MADE: Final[Mapping[str, Ended]] = {
    "done": "made",
    "conflict": "made",  # the next cycle reads what lies there; if it is not ours, the person's hand was there
    "failed": "failed",
    "unknown": "unknown",
}
_AS_REMOVED: Final[Mapping[str, Ended]] = {**_AS_MADE, "done": "withdrawn", "conflict": "failed"}


def withdraw(port: MailPort, run: Run, withdrawals: Sequence[Withdrawal], rows: Mapping[str, MadeDraft]) -> Drafted:
    """Removes drafts that lie there untouched; `rows` is what is known of each. One that was touched since stays."""
    known = [each for each in withdrawals if each.draft.key in rows]
    run.intend_drafts((replace(rows[each.draft.key], status="removing"), each.why) for each in known)
    outcomes = [(each, port.remove_draft(each.draft)) for each in known]
    run.settle_drafts((each.draft.key, _AS_REMOVED[outcome.status], outcome.message) for each, outcome in outcomes)
    missed = tuple((each.draft.key, outcome) for each, outcome in outcomes if outcome.status in {"failed", "unknown"})
    return Drafted(withdrawn=tuple(each for each, outcome in outcomes if outcome.status == "done"), missed=missed)


def _row(draft: DesiredDraft, mail: MailDraft, now: datetime) -> MadeDraft:
    addresses = tuple(address.email.lower() for address in (*mail.to, *mail.cc, *mail.bcc))
    ends = draft.event.fields.end if draft.event is not None else None
    return MadeDraft(
        key=draft.key,
        rule=draft.rule.id,
        message_id=message_id(draft.key),
        digest=draft_digest(mail.subject, addresses, mail.text),
        subject=mail.subject,
        recipients=addresses,
        due=draft.due,
        made=now,
        status="open",
        source_end=ends if ends is None else instant(ends, draft.due),
    )


def planned(seen: Look, start: datetime, end: datetime) -> tuple[PlannedDraft, ...]:
    """The drafts still to be made that are due before `end`, those due before `start` only while it is now.

    Raises LetterError when a template fails.
    """
    wanted = [
        draft
        for draft in seen.decision.drafts.desired
        if draft.state != "written" and draft.due < end and (draft.due >= start or start <= seen.now)
    ]
    if not wanted:
        return ()
    from agendad.app.surroundings import writer_for

    writer = writer_for(seen)
    return tuple(_with_words(draft, writer) for draft in wanted)


def _with_words(draft: DesiredDraft, writer: Writer) -> PlannedDraft:
    written = writer.write(draft)
    return PlannedDraft(
        key=draft.key,
        rule=draft.rule.id,
        to=tuple(address.email for address in draft.to),
        subject=written.subject,
        due=draft.due,
        deadline=draft.deadline,
        text=written.text,
        late=draft.late,
        state=draft.state,
        why=draft.why,
    )
