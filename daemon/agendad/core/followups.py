"""Which drafts are wanted: due, held, satisfied, late or in vain (sections 6 and 7 of the language).

`engine.py` hands over the occurrences of draft rules level by level, so that a rule that follows drafts sees those of
earlier levels. Nothing is written in words here: `app/letters.py` does that for the drafts that are due or shown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

from agendad.core.duetimes import APART, DueTime, due_time, has_a_day
from agendad.core.levels import needs
from agendad.core.outbox import Outbox
from agendad.core.recipients import Addressed, Directory
from agendad.core.timeline import from_minutes, span, to_minutes, wall
from agendad.core.triggers import LATEST_DRAFT, identity
from agendad.model.calendar import Attendee, Event, EventFields, Mark, Response, ShowAs
from agendad.model.identity import uid
from agendad.model.plan import DesiredDraft, Skipped, Withdrawal
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import After, Before, Draft, Every, Protect, Steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date, datetime

    from agendad.core.clock import Clock
    from agendad.core.problem import Minutes
    from agendad.core.situation import Survey
    from agendad.core.triggers import Occurrence
    from agendad.core.windows import Frame
    from agendad.model.mail import MadeDraft, Mailbox, Message, StandingDraft
    from agendad.model.rule import Letter, Rule, Verb
    from agendad.model.settings import Person

_DAY: Final = 24 * 60

NAMED_LATE: Final = 7
"""Days after the deadline in which an event is still followed up for somebody who is added to a group."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """What should lie in Drafts; all in the order of the time at which it is due, then of keys."""

    desired: tuple[DesiredDraft, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wish:
    """One mail that a rule asks for. `key` is that of the occurrence, with the recipient where each gets their own."""

    occurrence: Occurrence
    letter: Letter
    key: str
    addressed: Addressed
    time: DueTime


class Followups:
    """The drafts of one cycle."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._mailbox: Mailbox = survey.situation.mailbox
        messages, situation = self._mailbox.messages, survey.situation
        self._outbox = situation.realities.once(
            "outbox", (messages, situation.people), lambda: Outbox(messages, survey.reality.book)
        )
        self._wishes: list[_Wish] = []
        self._skipped: list[Skipped] = []
        self._seen: set[str] = set()

    def add(self, occurrences: Iterable[Occurrence]) -> None:
        """Takes up occurrences whose verb is a draft, or a guard with a reply (then of an invitation)."""
        for occurrence in occurrences:
            letter = letter_of(occurrence.verb)
            if letter is not None:
                self._take_up(occurrence, letter)

    def events(self) -> list[Event]:
        """Drafts as events without length, for rules that follow them: those made, and those to come.

        Who got a copy is nobody's attendee: a mail that follows must not show a blind one to the others.
        """
        to = {wish.key: {each.email.lower() for each in wish.addressed.to} for wish in self._wishes}
        copied = {rule.id: self._copied(rule) for rule in self._survey.situation.rules}
        found = {}
        for key, row in self._mailbox.made.items():
            if row.status in {"made", "sent"}:
                known, others = to.get(key), copied.get(row.rule, frozenset())
                addresses = [each for each in row.recipients if (each in known if known else each not in others)]
                found[key] = _as_event(row.rule, key, row.made, row.subject, addresses)
        for draft in self.drafts().desired:
            if draft.key not in found:
                addresses = [address.email.lower() for address in draft.to]
                found[draft.key] = _as_event(draft.rule.id, draft.key, draft.due, draft.letter.template, addresses)
        return [found[key] for key in sorted(found)]

    def drafts(self) -> Drafts:
        """Everything decided about the occurrences taken up so far."""
        wishes = _spread(_superseded(self._wishes, self._survey.clock))
        desired: list[DesiredDraft] = []
        skipped = list(self._skipped)
        withdrawals: list[Withdrawal] = []
        for wish, newer in wishes:
            answer = self._judge(wish, newer)
            standing = self._mailbox.standing.get(wish.key)
            if isinstance(answer, DesiredDraft):
                desired.append(answer)
            elif standing is not None and not standing.edited and answer.code in _WITHDRAWN:
                withdrawals.append(Withdrawal(standing, (wish.occurrence.why, answer)))
            else:
                skipped.append(self._skip(wish.occurrence, wish.key, answer))
        withdrawals += self._no_longer_asked()
        return Drafts(
            tuple(sorted(desired, key=lambda draft: (draft.due, draft.key))),
            tuple(sorted(skipped, key=lambda each: (each.day or self._survey.today, each.key))),
            tuple(sorted(withdrawals, key=lambda each: each.draft.key)),
        )

    # ------------------------------------------------------------ occurrences to wishes

    def _take_up(self, occurrence: Occurrence, letter: Letter) -> None:
        self._seen.add(occurrence.key)
        wishes = self._survey.memo.once(occurrence, "mails", partial(self._mails, occurrence, letter))
        if wishes is None:
            if not has_a_day(occurrence, self._frame(occurrence.rule)):
                self._skipped.append(self._skip(occurrence, occurrence.key, Reason(ReasonCode.NO_WINDOW)))
            return
        if not wishes:
            self._skipped.append(self._skip(occurrence, occurrence.key, Reason(ReasonCode.NO_RECIPIENT)))
        self._seen.update(wish.key for wish in wishes)
        self._wishes += wishes

    def _mails(self, occurrence: Occurrence, letter: Letter) -> tuple[_Wish, ...] | None:
        """The mails that an occurrence asks for, whatever time it is; None when it is never due."""
        frame, directory = self._frame(occurrence.rule), self._directory(occurrence.rule)
        time = due_time(occurrence, letter, frame)
        if time is None:
            return None
        addressed = directory.addressed(letter, occurrence)
        if not letter.each_person:
            return (_Wish(occurrence, letter, occurrence.key, addressed, time),) if addressed.to else ()
        found = []
        for address, people in ((each, directory.known((each,))) for each in addressed.to):
            key = f"{occurrence.key}/{people[0].id if people else address.email.lower()}"
            one = Addressed((address,), addressed.cc, addressed.bcc, people)
            found.append(_Wish(occurrence, letter, key, one, time))
        return tuple(found)

    # ------------------------------------------------------------ wishes to drafts

    def _judge(self, wish: _Wish, newer: bool) -> DesiredDraft | Reason:
        """The draft, or why there is none."""
        occurrence, time, clock = wish.occurrence, wish.time, self._survey.clock
        standing = self._mailbox.standing.get(wish.key)
        if standing is None and (reason := self._past(wish.key)) is not None:
            return reason
        if (reason := self._satisfied(wish)) is not None:
            return reason
        if standing is not None:
            moved = occurrence.event is not None and not standing.edited and not clock.come(time.asked)
            return Reason(ReasonCode.NO_LONGER_DUE) if moved else self._draft(wish, standing)
        if newer:
            return Reason(ReasonCode.SUPERSEDED)
        late = time.deadline is not None and (time.due > time.deadline or clock.past(time.deadline))
        if late and isinstance(occurrence.rule.trigger, Before) and self._has_started(occurrence, time.due):
            return Reason(ReasonCode.PURPOSE_OVER)
        if late and (wish.letter.drop_if_late or self._long_ago(wish)):
            return Reason(ReasonCode.TOO_LATE, {"deadline": self._told(time.deadline)})
        return self._draft(wish, None, late=late)

    def _long_ago(self, wish: _Wish) -> bool:
        """Whether somebody was named too late for an event: a tag of today must not draft for all of last month."""
        occurrence, deadline = wish.occurrence, wish.time.deadline
        named = occurrence.rule.for_each is not None and occurrence.event is not None
        return named and deadline is not None and self._survey.clock.past(deadline + NAMED_LATE * _DAY)

    def _past(self, key: str) -> Reason | None:
        """Why a draft that is not there is not made again."""
        gone = self._mailbox.gone.get(key)
        if gone is not None:
            return Reason(ReasonCode.UNDONE if gone.by == "undo" else ReasonCode.DRAFT_DELETED)
        row = self._mailbox.made.get(key)
        codes = {"sent": ReasonCode.SENT, "deleted": ReasonCode.DRAFT_DELETED}
        return Reason(codes[row.status]) if row is not None and row.status in codes else None

    def _satisfied(self, wish: _Wish) -> Reason | None:
        """Whether the person did by themselves what the draft is for, by the time at which it is due."""
        occurrence = wish.occurrence
        each = occurrence.rule.for_each is not None and occurrence.event is None and not occurrence.one_day
        if each and occurrence.placement.satisfied_by is None:
            person = occurrence.people[0]
            begins = to_minutes(wall(occurrence.begins or occurrence.first, 0, occurrence.rule.timezone))
            contact = self._survey.contact(person, begins, wish.time.due)
            if contact is not None:
                return Reason(ReasonCode.CONTACTED, {"person": person.name or person.id, "day": self._told(contact.at)})
        if not self._unless_mailed(wish) or occurrence.event is None:
            return None
        others = [each.email.lower() for each in wish.addressed.to]
        others = [email for email in others if email not in self._survey.settings.me.emails]
        since, until = self._ends(occurrence.event), max(wish.time.due, self._survey.clock.now)
        written = self._outbox.wrote_all(others, since, until, self._parent(occurrence.event))
        return Reason(ReasonCode.MAILED) if written else None

    def _unless_mailed(self, wish: _Wish) -> bool:
        """`unless: mailed`; without a word it holds after an event, but not after a draft, which is sent itself."""
        if wish.letter.unless_mailed is not None:
            return wish.letter.unless_mailed
        event = wish.occurrence.event
        return isinstance(wish.occurrence.rule.trigger, After) and event is not None and self._parent(event) is None

    def _draft(self, wish: _Wish, standing: StandingDraft | None, *, late: bool = False) -> DesiredDraft:
        occurrence, time = wish.occurrence, wish.time
        zone = occurrence.rule.timezone
        thread = None if wish.letter.new_thread else self._thread(wish)
        why = [occurrence.why, *time.why]
        if thread is not None:
            why.append(Reason(ReasonCode.IN_THREAD, {"subject": thread.subject}))
        if late:
            why.append(Reason(ReasonCode.LATE, {"deadline": self._told(time.deadline)}))
        people = occurrence.people or wish.addressed.people
        due = time.due
        if standing is not None and (row := self._mailbox.made.get(wish.key)) is not None:
            due = to_minutes(row.due)
        return DesiredDraft(
            key=wish.key,
            rule=occurrence.rule,
            letter=wish.letter,
            due=from_minutes(due, zone),
            deadline=None if time.deadline is None else from_minutes(time.deadline, zone),
            to=wish.addressed.to,
            language=self._language(wish.addressed.people),
            cc=wish.addressed.cc,
            bcc=wish.addressed.bcc,
            person=next(iter(people), None),
            people=people,
            event=occurrence.event,
            thread=thread,
            late=late,
            state="written" if standing else "due" if self._survey.clock.come(time.due) else "planned",
            why=tuple(why),
        )

    def _language(self, people: Sequence[Person]) -> str:
        """The language that all recipients share, else the person's own."""
        own = self._survey.settings.language
        spoken = {person.language or own for person in people}
        return next(iter(spoken)) if len(spoken) == 1 else own

    def _thread(self, wish: _Wish) -> Message | None:
        """The newest mail with the recipients about the event; after a draft, the mail that it became."""
        event = wish.occurrence.event
        if event is None:
            return None
        if (parent := self._parent(event)) is not None:
            return self._outbox.sent_as(parent)
        return self._outbox.about(event.fields.title, (address.email.lower() for address in wish.addressed.to))

    def _parent(self, event: Event) -> MadeDraft | None:
        """The draft that an event stands for, if it was made."""
        return self._mailbox.made.get(event.mark.key) if event.mark is not None else None

    # ------------------------------------------------------------ what lies there and is not asked for

    def _no_longer_asked(self) -> Iterator[Withdrawal]:
        """Untouched drafts about an event that is gone, or about an invitation that moved out of protected time."""
        rules = {identity(rule): rule for rule in self._survey.situation.rules if rule.enabled}
        clock = self._survey.clock
        for key, draft in self._mailbox.standing.items():
            row, rule = self._mailbox.made.get(key), rules.get(key.partition("/")[0])
            if key in self._seen or draft.edited or rule is None or row is None or row.source_end is None:
                continue
            ends = to_minutes(row.source_end)
            guards = isinstance(rule.verb, Protect)
            looked_at = not clock.come(ends) if guards else isinstance(rule.trigger, After | Before)
            recent = ends < self._survey.days[-1] and not clock.come(ends + (LATEST_DRAFT - 1) * _DAY)
            if looked_at and recent and not needs(rule):
                yield Withdrawal(draft, (Reason(ReasonCode.NO_LONGER_DUE),))

    # ------------------------------------------------------------ small questions

    def _frame(self, rule: Rule) -> Frame:
        return self._survey.local(rule.timezone).frame

    def _directory(self, rule: Rule) -> Directory:
        return Directory(self._survey.situation.people, self._survey.local(rule.timezone).matcher)

    def _copied(self, rule: Rule) -> frozenset[str]:
        """The addresses that a rule names for copies of its drafts."""
        directory = self._directory(rule)
        return frozenset(each for letter in letters_of(rule) for each in directory.copied(letter))

    def _has_started(self, occurrence: Occurrence, due: Minutes) -> bool:
        """Whether the event of an occurrence has begun by now, or by another moment."""
        event = occurrence.event
        if event is None:
            return True
        start, _ = span(event.fields.start, event.fields.end, self._survey.zone)
        return start <= due or self._survey.clock.come(start)

    def _ends(self, event: Event) -> Minutes:
        return span(event.fields.start, event.fields.end, self._survey.zone)[1]

    def _told(self, moment: Minutes | None) -> str:
        return "" if moment is None else f"{from_minutes(moment, self._survey.zone):%Y-%m-%d %H:%M}"

    def _skip(self, occurrence: Occurrence, key: str, why: Reason) -> Skipped:
        day = from_minutes(occurrence.moment[0], self._survey.zone).date() if occurrence.moment else occurrence.first
        return Skipped(key, occurrence.rule.id, (occurrence.why, why), day)


_WITHDRAWN = frozenset({ReasonCode.MAILED, ReasonCode.CONTACTED, ReasonCode.NO_LONGER_DUE})
"""Reasons for which an untouched draft that lies there is removed."""


def letter_of(verb: Verb) -> Letter | None:
    """The mail that a verb asks for."""
    match verb:
        case Draft(letter=letter):
            return letter
        case Protect(reply=reply):
            return reply
    return None


def letters_of(rule: Rule) -> list[Letter]:
    """The mails that a rule asks for, itself or in its steps."""
    steps = rule.trigger.steps if isinstance(rule.trigger, Steps) else ()
    found = (letter_of(verb) for verb in (rule.verb, *(step.verb for step in steps)))
    return [letter for letter in found if letter is not None]


def may_draft(rule: Rule) -> bool:
    """Whether a rule asks for mails, itself or in one of its steps."""
    return bool(letters_of(rule))


def _superseded(wishes: Iterable[_Wish], clock: Clock) -> Iterator[tuple[_Wish, bool]]:
    """Each wish, and whether one of a later day of the same `every:` rule comes no later: only that one is made."""
    series: dict[tuple[str, ...], list[_Wish]] = defaultdict(list)
    for wish in wishes:
        rule = wish.occurrence.rule
        people = (person.id for person in wish.occurrence.people if rule.for_each is not None)
        series[(rule.id, *people) if isinstance(rule.trigger, Every) else (wish.key,)].append(wish)
    for members in series.values():
        if len(members) == 1:
            yield members[0], False
            continue
        members.sort(key=_day_of, reverse=True)
        next_due: Minutes | None = None
        for _, of_day in groupby(members, key=_day_of):
            same = list(of_day)
            for wish in same:
                yield wish, next_due is not None and (next_due <= wish.time.due or clock.come(next_due))
            earliest = min(wish.time.due for wish in same)
            next_due = earliest if next_due is None else min(next_due, earliest)


def _day_of(wish: _Wish) -> date:
    return wish.occurrence.begins or wish.occurrence.first


def _spread(wishes: Iterable[tuple[_Wish, bool]]) -> list[tuple[_Wish, bool]]:
    """Drafts that wait for the same morning come one after the other, those asked for first before the others."""
    waiting: dict[Minutes, list[_Wish]] = defaultdict(list)
    found = []
    for wish, newer in wishes:
        if wish.time.morning is None or newer:
            found.append((wish, newer))
        else:
            waiting[wish.time.morning].append(wish)
    for morning, held in waiting.items():
        held.sort(key=lambda wish: (wish.time.asked, wish.key))
        for place, wish in enumerate(held):
            found.append((replace(wish, time=replace(wish.time, due=morning + APART * place)), False))
    return found


def _as_event(rule: str, key: str, at: datetime, subject: str, recipients: Iterable[str]) -> Event:
    fields = EventFields(subject, at, at, show_as=ShowAs.FREE)
    attendees = tuple(Attendee(email, response=Response.ACCEPTED) for email in recipients)
    return Event("", uid(key), fields, attendees=attendees, mark=Mark(rule, key, ""))
