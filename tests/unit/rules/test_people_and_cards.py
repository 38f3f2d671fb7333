"""People of vCards beside those of people.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.model.settings import People, Person
from agendad.rules.contacts import with_contacts
from agendad.rules.load import PeopleReaders, load_configuration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FULL = Person("x", "X", ("x@x.org",), frozenset({"g"}), 3, "fr", "Asia/Tokyo", ("t",), "n", "m")


def people(*entries: Person) -> People:
    return People({each.id: each for each in entries}, frozenset({"board"}))


def cards(*given: Person) -> Mapping[str, Person]:
    return {each.id: each for each in given}


def test_a_card_of_nobody_else_is_one_more() -> None:
    ada = Person("ada", "Ada")
    found = with_contacts(people(ada), cards(FULL))
    assert found == People({"ada": ada, "x": FULL}, frozenset({"board"}))


def test_the_same_id_or_a_shared_address_is_the_same_person_and_the_entry_counts() -> None:
    for entry in (Person("x", tier=1), Person("chosen", tier=1, emails=("x@x.org",)), Person("x", tier=1, name="Y")):
        found = with_contacts(people(entry), cards(FULL)).by_id
        assert list(found) == [entry.id]
        expected = Person(entry.id, entry.name or "X", *_after_name(FULL))
        assert found[entry.id] == Person(**{**_fields(expected), "tier": 1})


def test_what_the_entry_says_is_not_filled_and_its_addresses_come_first() -> None:
    entry = Person("x", "Y", ("y@x.org",), frozenset({"h"}), 1, "de", "Europe/Rome", ("u",), "o", "p")
    assert with_contacts(people(entry), cards(FULL)).by_id["x"] == Person(
        **{**_fields(entry), "emails": ("y@x.org", "x@x.org")}
    )


def test_an_address_of_another_entry_is_not_taken_from_it() -> None:
    ada, bob = Person("ada", emails=("ada@x.org",)), Person("bob", emails=("bob@x.org",))
    shared = Person("ada", emails=("ada@x.org", "bob@x.org", "new@x.org"))
    found = with_contacts(people(ada, bob), cards(shared)).by_id
    assert {id_: each.emails for id_, each in found.items()} == {
        "ada": ("ada@x.org", "new@x.org"),
        "bob": ("bob@x.org",),
    }


def _fields(person: Person) -> dict[str, object]:
    return {name: getattr(person, name) for name in Person.__slots__}


def _after_name(person: Person) -> list[object]:
    return [getattr(person, name) for name in Person.__slots__[2:]]


# ---------------------------------------------------------------- in the configuration

CONFIGURATION = (
    "version: 1\ntimezone: Europe/Paris\npeople: {path: contacts/}\n"
    "calendar: {provider: local, path: calendars, write: personal}\n"
)
RULES = "version: 1\nrules:\n  r: {block: R, every: weekday, lasts: 1h, satisfied_by: {attendees: {any: 'group:g'}}}\n"


def folder(tmp_path: Path, people_text: str | None = None) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/a.yaml").write_text(RULES)
    (tmp_path / "agendad.yaml").write_text(CONFIGURATION)
    if people_text is not None:
        (tmp_path / "people.yaml").write_text(people_text)
    return tmp_path


def test_a_group_of_a_card_is_known_to_the_rules(tmp_path: Path) -> None:
    asked: list[Path] = []

    def contacts(path: Path) -> tuple[Mapping[str, Person], list[Diagnostic]]:
        asked.append(path)
        return cards(FULL), []

    for text in (None, "version: 1\npeople: {ada: {name: Ada}}\n", "# nobody\n"):
        (tmp_path / str(len(asked))).mkdir()
        home = folder(tmp_path / str(len(asked)), text)
        loaded = load_configuration(home, readers=PeopleReaders(contacts=contacts))
        assert not loaded.has_errors, loaded.diagnostics
        assert "x" in loaded.people.by_id
        assert asked[-1] == home / "contacts"
    (home / "people.yaml").unlink()
    assert load_configuration(home).has_errors


def test_without_the_cards_nothing_is_said_of_who_is_missing(tmp_path: Path) -> None:
    missing = Diagnostic(Span("contacts", 1, 1, 2), "no-contacts", "there is no folder", "", Severity.ERROR)
    loaded = load_configuration(folder(tmp_path), readers=PeopleReaders(contacts=lambda _: ({}, [missing])))
    assert loaded.diagnostics == (missing,)


def test_cards_do_not_hide_a_broken_people_file(tmp_path: Path) -> None:
    readers = PeopleReaders(contacts=lambda _: (cards(FULL), []))
    loaded = load_configuration(folder(tmp_path, "version: 1\npeople: [a]\n"), readers=readers)
    assert [each.span.file for each in loaded.diagnostics] == ["people.yaml"]
    assert loaded.people == People()
