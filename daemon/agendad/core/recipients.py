"""Whom a draft goes to: `to:`, `cc:` and `bcc:` of a letter for one occurrence. Called by `followups.py`.

The person, rooms, resources and people who declined are left out, the person but where a rule says `me`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.core.contacts import parties
from agendad.model.mail import Address
from agendad.model.rule import Protect, Recipient
from agendad.model.settings import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agendad.core.selectors import Matcher
    from agendad.core.triggers import Occurrence
    from agendad.model.calendar import Event
    from agendad.model.rule import Letter
    from agendad.model.settings import People

_ATOM: Final = r"[^\s@\x00-\x20\x7f-\x9f()<>\[\]:;,\\\"]"
_DELIVERABLE: Final = re.compile(rf"{_ATOM}{{1,64}}@{_ATOM}{{1,253}}")
"""What may stand as a bare address in a header: RFC 5322's atoms, widened by RFC 6532 beyond ASCII."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """The recipients of one draft. `people` are those of `to` but for the person: known, or made up of an address."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is who: the people, and the matcher that knows the person and whose each address is."""

    people: People
    matcher: Matcher

    def addressed(self, letter: Letter, occurrence: Occurrence) -> Addressed:
        """The recipients of a letter; `to` is empty when nobody is left."""
        to = self._all(letter.to or (_default(occurrence),), occurrence)
        cc = self._without(self._all(letter.cc, occurrence), to)
        bcc = self._without(self._all(letter.bcc, occurrence), (*to, *cc))
        return Addressed(to, cc, bcc, self.known(to))

    def copied(self, letter: Letter) -> set[str]:
        """The addresses that a letter names for its copies, whatever the occurrence."""
        words = (word for word in (*letter.cc, *letter.bcc) if word.kind == "party")
        return {address.email.lower() for word in words for address in self._party(word)}

    def known(self, addresses: Iterable[Address]) -> tuple[Person, ...]:
        """The people behind addresses, but for the person."""
        others = (each for each in addresses if each.email.lower() not in self.matcher.me.emails)
        return tuple(
            self.matcher.book.get(each.email.lower()) or Person(each.email.lower(), each.name, (each.email,))
            for each in others
        )

    def _all(self, words: Iterable[Recipient], occurrence: Occurrence) -> tuple[Address, ...]:
        """Every address once, in the order of the words."""
        found: dict[str, Address] = {}
        for word in words:
            for address in self._named(word, occurrence):
                if _DELIVERABLE.fullmatch(address.email):
                    found.setdefault(address.email.lower(), address)
        return tuple(found.values())

    def _named(self, word: Recipient, occurrence: Occurrence) -> Iterator[Address]:
        me, event = self.matcher.me, occurrence.event
        match word.kind:
            case "me":
                if me.address:
                    yield Address(me.address, me.name)
            case "person":
                yield from (Address(person.email, person.name) for person in occurrence.people if person.email)
            case "party":
                yield from self._party(word)
            case "organizer":
                if event is not None and event.organizer and event.organizer not in me.emails:
                    yield self._address(event, event.organizer)
            case "attendees" | "external attendees":
                for email in self._guests(event):
                    if word.kind == "attendees" or email.rpartition("@")[2] not in me.domains:
                        yield self._address(event, email)

    def _party(self, word: Recipient) -> Iterator[Address]:
        party = word.party
        if party is None:
            return
        if party.kind == "address":
            person = self.matcher.book.get(party.value.lower())
            yield Address(party.value, person.name if person else "")
            return
        for person in parties(self.people, (party,)):
            if person.email and person.email not in self.matcher.me.emails:
                yield Address(person.email, person.name)

    def _guests(self, event: Event | None) -> list[str]:
        """The other humans of an event who have not declined, in the order of the invitation."""
        if event is None:
            return []
        others = self.matcher.others(event)
        listed = [attendee.email for attendee in event.attendees if attendee.email in others]
        return listed + sorted(others.difference(listed))

    def _address(self, event: Event | None, email: str) -> Address:
        """An address of an event with the name that the people file, or else the invitation, gives."""
        person = self.matcher.book.get(email)
        listed = event.attendees if event else ()
        invited = next((attendee.name for attendee in listed if attendee.email == email), "")
        return Address(email, (person.name if person else "") or invited)

    @staticmethod
    def _without(addresses: Iterable[Address], taken: Iterable[Address]) -> tuple[Address, ...]:
        known = {each.email.lower() for each in taken}
        return tuple(each for each in addresses if each.email.lower() not in known)


def _default(occurrence: Occurrence) -> Recipient:
    """Whom a rule without `to:` means."""
    if isinstance(occurrence.verb, Protect):
        return Recipient("organizer")
    if occurrence.people:
        return Recipient("person")
    return Recipient("attendees" if occurrence.event is not None else "me")
