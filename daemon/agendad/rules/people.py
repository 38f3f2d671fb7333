"""`people.yaml` to People; called by `load`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.model.settings import People, Person
from agendad.rules.fields import people as fields
from agendad.rules.fields.common import person_id
from agendad.rules.files import read_root
from agendad.rules.source import Refused
from agendad.rules.table import read_table
from agendad.rules.tree import Node, Scalar, parse
from agendad.rules.values import items, mapping

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic

NAME = "people.yaml"


def read_people(data: bytes) -> tuple[People | None, tuple[Diagnostic, ...]]:
    """The people in the bytes of `people.yaml`; None when they hold an error."""
    found, problems = read_root(parse(NAME, data), fields.FILE)
    if found is None:
        return None, problems
    by_id: dict[str, Person] = {}
    owners: dict[str, str] = {}
    all_problems = [*problems, *found.problems]
    broken = found.broken
    node = found.get(fields.PEOPLE)
    try:
        entries = mapping(node, "`people`", "people: {grace: {name: Grace}}").entries if node else {}
    except Refused as refused:
        return None, (*all_problems, *refused.problems)
    for key, value in entries.values():
        if key.text.startswith("x-"):
            continue
        try:
            person = read_person(key, value, owners)
        except Refused as refused:
            broken = True
            all_problems.extend(refused.problems)
        else:
            by_id[person.id] = person
    people = None if broken else People(by_id, frozenset(found.value(fields.DECLARED, ())))
    return people, tuple(all_problems)


def read_person(key: Scalar, node: Node, owners: dict[str, str]) -> Person:
    """One entry; `owners` remembers whose each address is."""
    word = person_id(key)
    found = read_table(mapping(node, f"the person `{word}`", "grace: {name: Grace}"), fields.PERSON)
    emails = found.value(fields.EMAILS, ())
    for email, place in zip(emails, items(found.nodes["emails"]) if emails else (), strict=True):
        if owners.setdefault(email, word) != word:
            message = f"`{email}` is also an address of `{owners[email]}`"
            found.report(place, "duplicate-address", message, "an address belongs to one person")
    found.refuse_if_broken()
    return Person(
        id=word,
        name=found.value(fields.NAME, ""),
        emails=tuple(dict.fromkeys(emails)),
        groups=frozenset(found.value(fields.GROUPS, ())),
        tier=found.get(fields.TIER),
        language=found.value(fields.LANGUAGE, ""),
        timezone=found.value(fields.TIMEZONE, ""),
        topics=found.value(fields.TOPICS, ()),
        notes=found.value(fields.NOTES, ""),
        met=found.value(fields.MET, ""),
    )
