"""Who an occurrence is for or with: `for_each:` and `with:` (section 2 of the language). Called by `engine.py`.

`for_each:` multiplies: under `every:` by everybody it names, under `after:` by those of them who were at the event or
were met there. The people of a period are spread over its working days, least recently contacted first; who was
contacted in the `CONTACT_DAYS` before the period began decides, so that nobody's day changes while it runs. `with:`
keeps one occurrence and chooses; a choice once written is read from the mark of its event, or from the draft, and
stays.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from agendad.core.contacts import met_at, parties
from agendad.core.timeline import span, to_minutes, wall
from agendad.core.triggers import Left, Occurrence
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import Draft, Every
from agendad.model.settings import Person

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.core.contacts import Contacts
    from agendad.core.problem import Minutes
    from agendad.core.selectors import Matcher
    from agendad.core.standing import Stood
    from agendad.core.windows import Frame
    from agendad.model.calendar import Event
    from agendad.model.mail import Mailbox
    from agendad.model.rule import ForEach, Rule, With
    from agendad.model.settings import People

NEVER: Final = -1
"""Stands for the moment of a contact that never was."""
CONTACT_DAYS: Final = 92
"""How many days before a period contacts count for its order: no more, so that it is the same however much was read."""
_DAY: Final = 24 * 60


class Past:
    """With whom occurrences were written before. `book` are the people by address, `zone` is the person's."""

    def __init__(self, stood: Stood, mailbox: Mailbox, book: Mapping[str, Person], zone: ZoneInfo) -> None:
        self._stood = stood
        self._mailbox = mailbox
        self._book = book
        self._zone = zone

    def of(self, key: str) -> Sequence[str]:
        """The ids of those with whom an occurrence was written: by the mark of its event, or by its draft."""
        for block in self._stood.family(key):
            if block.event.mark is not None and block.event.mark.people:
                return block.event.mark.people
        row = self._mailbox.made.get(key)
        return [self._book[email].id for email in row.recipients if email in self._book] if row is not None else ()

    def earlier(self, rule: Rule) -> Iterator[tuple[Minutes, Sequence[str]]]:
        """The past blocks and drafts of a rule, as when and with whom."""
        for event in self._stood.hands.begun.values():
            if event.mark is not None and event.mark.rule == rule.id:
                yield span(event.fields.start, event.fields.end, self._zone)[0], event.mark.people
        for key, row in self._mailbox.made.items():
            if row.rule == rule.id:
                yield to_minutes(row.due), self.of(key)


class Company:
    """The people of one cycle."""

    def __init__(self, people: People, contacts: Contacts, past: Past) -> None:
        self._people = people
        self._contacts = contacts
        self._past = past

    def of(
        self, rule: Rule, occurrences: Sequence[Occurrence | Left], frame: Frame, matcher: Matcher
    ) -> list[Occurrence | Left]:
        """The occurrences of a rule with their people; unchanged for a rule that names none."""
        if rule.for_each is not None:
            multiplied = (self._multiplied(rule.for_each, each, frame, matcher) for each in occurrences)
            return [each for some in multiplied for each in some]
        if rule.company is not None:
            return list(self._accompanied(rule, rule.company, occurrences, frame))
        return list(occurrences)

    # ------------------------------------------------------------ for_each

    def _multiplied(
        self, for_each: ForEach, occurrence: Occurrence | Left, frame: Frame, matcher: Matcher
    ) -> Iterator[Occurrence | Left]:
        if isinstance(occurrence, Left):
            yield occurrence
            return
        everybody = parties(self._people, for_each.parties)
        if occurrence.event is not None:
            for person in everybody:
                if _was_there(person, occurrence.event, frame, matcher):
                    yield _for(occurrence, person, frame)
        elif occurrence.one_day or not isinstance(occurrence.rule.trigger, Every):
            for person in everybody:
                yield _for(occurrence, person, frame)
        else:
            yield from self._spread(for_each, occurrence, everybody, frame)

    def _spread(
        self, for_each: ForEach, occurrence: Occurrence, everybody: Sequence[Person], frame: Frame
    ) -> Iterator[Occurrence | Left]:
        """The people of a period over its working days, in turn of their last contact before it."""
        known_since = frame.scope.first_day(occurrence.rule).astimezone(frame.scope.zone).date()
        days = _days(occurrence, frame)
        if not days:
            if occurrence.end > known_since:
                yield Left(occurrence.rule, occurrence.key, occurrence.first, Reason(ReasonCode.NO_WINDOW))
            return
        begins = to_minutes(wall(occurrence.first, 0, frame.scope.zone))
        ordered = sorted(everybody, key=lambda person: (self._last(person, begins), person.id))
        most = len(days) * for_each.at_most_per_day if for_each.at_most_per_day else len(ordered)
        chosen = ordered[:most]
        for place, person in enumerate(chosen):
            day = days[place * len(days) // len(chosen)]
            yield _for(occurrence, person, frame, day)
        for person in ordered[len(chosen) :]:
            why = Reason(ReasonCode.TOO_MANY, {"person": person.name or person.id, "most": str(most)})
            yield Left(occurrence.rule, f"{occurrence.key}/{person.id}", occurrence.first, why)

    # ------------------------------------------------------------ with

    def _accompanied(
        self, rule: Rule, company: With, occurrences: Sequence[Occurrence | Left], frame: Frame
    ) -> Iterator[Occurrence | Left]:
        everybody = parties(self._people, company.parties)
        last = {id_: at for at, ids in sorted(self._past.earlier(rule)) for id_ in ids}
        previous = max(last, key=lambda id_: (last[id_], id_), default="")
        for occurrence in occurrences:
            if isinstance(occurrence, Left):
                yield occurrence
                continue
            begins = occurrence.moment[0] if occurrence.moment else _begins(occurrence, frame)
            chosen = [self._person(id_) for id_ in self._past.of(occurrence.key)]
            if not chosen and occurrence.end <= frame.scope.today and not isinstance(occurrence.verb, Draft):
                yield occurrence  # its time is over
                continue
            if not chosen:
                chosen = self._choose(company, everybody, occurrence, begins, last, previous)
            if not chosen:
                yield Left(rule, occurrence.key, occurrence.first, Reason(ReasonCode.NOBODY))
                continue
            last |= dict.fromkeys((person.id for person in chosen), begins)
            previous = chosen[-1].id
            people = tuple(chosen)
            yield frame.scope.memo.once(occurrence, people, partial(replace, occurrence, people=people))

    def _choose(
        self,
        company: With,
        everybody: Sequence[Person],
        occurrence: Occurrence,
        begins: Minutes,
        last: dict[str, Minutes],
        previous: str,
    ) -> list[Person]:
        match company.rotate:
            case "random":
                ordered = sorted(everybody, key=lambda person: _drawn(occurrence.key, person))
            case "round-robin":
                ordered = sorted(everybody, key=lambda person: (person.id <= previous, person.id))
            case "least-recent":
                ordered = sorted(
                    everybody,
                    key=lambda person: (max(self._last(person, begins), last.get(person.id, NEVER)), person.id),
                )
        return ordered[: company.pick]

    def _person(self, id_: str) -> Person:
        """The person of an id; one who is no longer in the people is known by the id alone."""
        return self._people.by_id.get(id_) or Person(id_)

    def _last(self, person: Person, before: Minutes) -> Minutes:
        found = self._contacts.last(person.id, before)
        return NEVER if found is None or found.at < before - CONTACT_DAYS * _DAY else found.at


def _for(occurrence: Occurrence, person: Person, frame: Frame, day: date | None = None) -> Occurrence:
    """The occurrence for one person, on a day of its period."""

    def make() -> Occurrence:
        own = replace(occurrence, key=f"{occurrence.key}/{person.id}", people=(person,))
        return own if day is None else replace(own, first=day, begins=occurrence.first)

    return frame.scope.memo.once(occurrence, (person.id, day), make)


def _was_there(person: Person, event: Event, frame: Frame, matcher: Matcher) -> bool:
    return not matcher.others(event).isdisjoint(person.emails) or met_at(person, event, frame.scope.zone)


def _days(occurrence: Occurrence, frame: Frame) -> list[date]:
    """The working days of a period from the rule's first day on, or those that `on:` names."""
    wanted = occurrence.placement.on
    known_since = frame.scope.first_day(occurrence.rule).astimezone(frame.scope.zone).date()
    days = (occurrence.first + timedelta(days=n) for n in range((occurrence.end - occurrence.first).days))
    return [
        day
        for day in days
        if day >= known_since
        and day not in occurrence.excluded_days
        and (day.weekday() in wanted if wanted is not None else not frame.off_duty(day))
    ]


def _begins(occurrence: Occurrence, frame: Frame) -> Minutes:
    return to_minutes(wall(occurrence.first, 0, frame.scope.zone))


def _drawn(key: str, person: Person) -> bytes:
    """A lot that is the same each time: `random` is drawn by the key of the occurrence."""
    return hashlib.sha256(f"{key}\0{person.id}".encode()).digest()
