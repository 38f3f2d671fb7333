"""Who was in touch with whom, by person: section 6 of the language. Called by the engine and by `agendad people`.

A contact is a past meeting that the person did not decline, of at most `MOST_ATTENDEES`, or a mail that they sent. A
block of our own to which somebody is invited is a meeting like any other.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from agendad.core.selectors import address_book, fold
from agendad.core.timeline import to_minutes
from agendad.model.calendar import Response, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.core.guards import Timed
    from agendad.core.problem import Minutes
    from agendad.model.calendar import Event
    from agendad.model.mail import Message
    from agendad.model.rule import Party
    from agendad.model.settings import Me, People, Person

MOST_ATTENDEES: Final = 20
"""Above it (the person among them, if they are listed) an event is an audience, and a contact with nobody."""

_LEAST_LETTERS: Final = 4
_ISO_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_TITLE_AND_DATE: Final = re.compile(r".+, \d{4}-\d\d-\d\d", re.DOTALL)


class Kind(StrEnum):
    """How two people were in touch."""

    MEETING = "meeting"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, order=True)
class Contact:
    """`at` is the end of the meeting, or the date of the mail; `title` is that of the meeting, or the subject."""

    at: Minutes
    kind: Kind
    title: str


class Contacts:
    """The contacts in some events and messages, and those `besides`; worked out when it is first asked."""

    def __init__(
        self,
        people: People,
        events: Iterable[Timed],
        messages: Iterable[Message],
        me: Me,
        besides: Contacts | None = None,
    ) -> None:
        self._people, self._events, self._messages, self._me = people, events, messages, me
        self._besides = besides

    def last(self, person: str, before: Minutes) -> Contact | None:
        """The newest contact with the person of an id, at `before` at the latest."""
        contacts = self.by_person.get(person, ())
        count = bisect_right(contacts, before, key=lambda each: each.at)
        return contacts[count - 1] if count else None

    def first(self, person: str, since: Minutes) -> Contact | None:
        """The first contact with the person of an id from a moment on, be it one to come."""
        contacts = self.by_person.get(person, ())
        place = bisect_left(contacts, since, key=lambda each: each.at)
        return contacts[place] if place < len(contacts) else None

    def history(self, person: str, before: Minutes, limit: int = 10) -> tuple[Contact, ...]:
        """The contacts with the person of an id, at `before` at the latest, newest first, at most `limit`."""
        contacts = self.by_person.get(person, ())
        until = contacts[: bisect_right(contacts, before, key=lambda each: each.at)]
        return tuple(reversed(until))[:limit]

    @cached_property
    def by_person(self) -> Mapping[str, Sequence[Contact]]:
        """The contacts by id, each person's in order of time."""
        book = address_book(self._people)
        known = self._besides.by_person if self._besides is not None else {}
        found = {id_: [*contacts] for id_, contacts in known.items()}

        def note(addresses: Iterable[str], contact: Contact) -> None:
            for id_ in {book[address].id for address in addresses if address in book}:
                found.setdefault(id_, []).append(contact)

        for (_, end), event in self._events:
            note(self._met(event), Contact(end, Kind.MEETING, event.fields.title))
        for message in self._messages:
            if message.sent:
                others = (address for address in message.recipients if address not in self._me.emails)
                note(others, Contact(to_minutes(message.at), Kind.MAIL, message.subject))
        return {id_: sorted(contacts, key=attrgetter("at", "kind", "title")) for id_, contacts in found.items()}

    def _met(self, event: Event) -> frozenset[str]:
        """The addresses of those whom the person met at an event; none where it is no contact."""
        if event.status is Status.CANCELLED or event.response is Response.DECLINED:
            return frozenset()
        present = _present(event)
        return present - self._me.emails if len(present) <= MOST_ATTENDEES else frozenset()


def parties(people: People, named: Iterable[Party]) -> tuple[Person, ...]:
    """Whom groups, tiers and ids name, each once, in the order of ids."""
    groups, tiers, ids = set(), set(), set()
    for party in named:
        match party.kind:
            case "group":
                groups.add(party.value)
            case "tier":
                tiers.add(party.value)
            case "person":
                ids.add(party.value)
    return tuple(
        person
        for id_, person in sorted(people.by_id.items())
        if id_ in ids or str(person.tier) in tiers or not groups.isdisjoint(person.groups)
    )


def met_at(person: Person, event: Event, zone: ZoneInfo) -> bool:
    """Whether the person was at an event: as one who takes part, or because their `met:` names it.

    It names it by its title (either contains the other, case and accents folded) or by one of its days in `zone`; a
    date in `met:` that is none of its days speaks against it, and of `TITLE, DATE` both must hold.
    """
    if not _present(event).isdisjoint(person.emails):
        return True
    title, met = fold(event.fields.title.strip()), fold(person.met.strip())
    words = _ISO_DATE.sub("", met).strip(" ,")
    named = (len(title) >= _LEAST_LETTERS and title in met) or (len(words) >= _LEAST_LETTERS and words in title)
    dates = _ISO_DATE.findall(met.replace(title, "", 1))
    if not dates:
        return named
    first, last = (day.isoformat() for day in _days(event, zone))
    if not any(first <= each <= last for each in dates):
        return False
    return named or not _TITLE_AND_DATE.fullmatch(met)


def _present(event: Event) -> frozenset[str]:
    """The addresses of the humans who take part, as `Matcher.others` counts them, with the person."""
    found = {each.email for each in event.attendees if each.human and each.response is not Response.DECLINED}
    if (
        event.organizer
        and event.response is not None
        and all(each.email != event.organizer for each in event.attendees)
    ):
        found.add(event.organizer)
    return frozenset(found)


def _days(event: Event, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of an event in a zone; the midnight at which one ends is none of its days."""
    start, end = event.fields.start, event.fields.end
    if isinstance(start, datetime) and isinstance(end, datetime):
        last = max(start, end - timedelta.resolution)
        return start.astimezone(zone).date(), last.astimezone(zone).date()
    return start, max(start, end - timedelta(days=1))
