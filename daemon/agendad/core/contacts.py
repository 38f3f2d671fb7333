"""Who was in touch with whom: past meetings and sent mails, by person. Section 6 of the language."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from agendad.core.selectors import address_book, fold
from agendad.core.timeline import to_minutes
from agendad.model.calendar import Response, Status
from agendad.model.identity import is_own

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from agendad.core.guards import Timed
    from agendad.core.problem import Minutes
    from agendad.model.calendar import Event
    from agendad.model.mail import Message
    from agendad.model.rule import Party
    from agendad.model.settings import Me, People, Person

MOST = 20


class Kind(StrEnum):
    MEETING = "meeting"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    at: Minutes
    kind: Kind
    title: str


class Contacts:
    def __init__(self, people: People, events: Iterable[Timed], messages: Iterable[Message], me: Me) -> None:
        self._people, self._events, self._messages, self._me = people, events, messages, me

    @cached_property
    def _all(self) -> dict[str, list[Contact]]:
        book = address_book(self._people)
        found: dict[str, list[Contact]] = {}
        for (_, end), event in self._events:
            if is_own(event) or event.status is Status.CANCELLED or event.response is Response.DECLINED:
                continue
            emails = {a.email for a in event.attendees if a.human and a.response is not Response.DECLINED}
            if event.organizer:
                emails.add(event.organizer)
            if len(emails) > MOST:
                continue
            for person in {book[email].id for email in emails - self._me.emails if email in book}:
                found.setdefault(person, []).append(Contact(end, Kind.MEETING, event.fields.title))
        for message in self._messages:
            if message.sent:
                for person in {book[email].id for email in message.recipients if email in book}:
                    found.setdefault(person, []).append(Contact(to_minutes(message.at), Kind.MAIL, message.subject))
        return {person: sorted(contacts) for person, contacts in found.items()}

    def last(self, person: str, before: Minutes) -> Contact | None:
        contacts = self._all.get(person, [])
        place = bisect_right(contacts, before, key=lambda each: each.at)
        return contacts[place - 1] if place else None

    def between(self, person: str, start: Minutes, end: Minutes) -> Contact | None:
        contacts = self._all.get(person, [])
        place = bisect_left(contacts, start, key=lambda each: each.at)
        return contacts[place] if place < len(contacts) and contacts[place].at <= end else None

    def history(self, person: str, before: Minutes, limit: int = 10) -> tuple[Contact, ...]:
        contacts = self._all.get(person, [])
        place = bisect_right(contacts, before, key=lambda each: each.at)
        return tuple(reversed(contacts[max(0, place - limit) : place]))


def parties(people: People, parties: Iterable[Party]) -> tuple[Person, ...]:
    def named(person: Person, party: Party) -> bool:
        match party.kind:
            case "group":
                return party.value in person.groups
            case "tier":
                return str(person.tier) == party.value
            case "person":
                return person.id == party.value
        return False

    wanted = tuple(parties)
    return tuple(
        people.by_id[id_] for id_ in sorted(people.by_id) if any(named(people.by_id[id_], party) for party in wanted)
    )


def met_at(person: Person, event: Event, zone: ZoneInfo) -> bool:
    if not person.met:
        return False
    start = event.fields.start
    day = start.astimezone(zone).date() if isinstance(start, datetime) else start
    title, met = fold(event.fields.title), fold(person.met)
    return day.isoformat() in person.met or (len(title) >= 4 and (title in met or met in title))
