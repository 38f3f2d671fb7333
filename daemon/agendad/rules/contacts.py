"""People of vCards beside those of people.yaml; called by `load` before references to people are checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.model.settings import People, Person

if TYPE_CHECKING:
    from collections.abc import Mapping


def with_contacts(people: People, contacts: Mapping[str, Person]) -> People:
    """The people of both; a card with the id, or with an address, of an entry of people.yaml is that person.

    What the entry says counts; the card fills in what it does not say, and its addresses follow those of the entry. An
    address belongs to one person: to the entry, then to the card whose address it is first.
    """
    if not contacts:
        return people
    owners = {email: person.id for person in people.by_id.values() for email in person.emails}
    by_id = dict(people.by_id)
    for id_, card in contacts.items():
        entry = next((owners[email] for email in card.emails if email in owners), id_)
        free = tuple(email for email in card.emails if owners.setdefault(email, entry) == entry)
        by_id[entry] = _filled(by_id[entry], card, free) if entry in by_id else _moved(card, entry, free)
    return People(by_id, people.declared_groups)


def _filled(entry: Person, card: Person, emails: tuple[str, ...]) -> Person:
    return Person(
        id=entry.id,
        name=entry.name or card.name,
        emails=tuple(dict.fromkeys((*entry.emails, *emails))),
        groups=entry.groups or card.groups,
        tier=card.tier if entry.tier is None else entry.tier,
        language=entry.language or card.language,
        timezone=entry.timezone or card.timezone,
        topics=entry.topics or card.topics,
        notes=entry.notes or card.notes,
        met=entry.met or card.met,
    )


def _moved(card: Person, id_: str, emails: tuple[str, ...]) -> Person:
    if card.id == id_ and card.emails == emails:
        return card
    return _filled(Person(id_, card.name, emails), card, ())
