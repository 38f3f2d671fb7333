"""Somebody new, an address book, a note: what `agendad people add`, `import` and `note` do to people.yaml.

They work with broken rules as well, because a person who is missing may be what is wrong with a rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.people import nobody
from agendad.app.people_edit import PeopleFile
from agendad.core.selectors import fold
from agendad.diagnostics import Severity
from agendad.errors import ProblemsFound, UsageError
from agendad.model.settings import Person
from agendad.providers.people.card import clean, one_line
from agendad.providers.people.folder import distinct, slug
from agendad.rules.people import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from agendad.app.home import Home
    from agendad.diagnostics import Diagnostic
    from agendad.model.settings import People
    from agendad.providers.people.card import Card
    from agendad.rules.load import Loaded

MET_DAYS: Final = 14
"""How far back an event is looked for at which somebody was met."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: who is new, who was known (under the ids they have), what is wrong with the files."""

    new: tuple[Person, ...]
    known: tuple[Person, ...]
    problems: tuple[Diagnostic, ...]


def add(home: Home, person: Person, loaded: Loaded) -> Person:
    """Adds somebody to people.yaml and returns them; without an id they get one from their name.

    Raises UsageError when the id or an address is taken, or when a value is not one.
    """
    people = people_of(home, loaded)
    person = _tidied(person)
    owners = _owners(people)
    for email in person.emails:
        if email in owners:
            raise UsageError(
                f"`{email}` is already an address of `{owners[email]}`",
                hint=f"`agendad people show {owners[email]}` shows who that is",
            )
    if not person.id:
        person = replace(person, id=_free_id(person, person.emails[0] if person.emails else "", people.by_id))
    elif person.id in people.by_id:
        raise UsageError(f"there is a person `{person.id}` already", hint="choose another id")
    try:
        PeopleFile(home.config).add([person])
    except ProblemsFound as found:
        own = [each for each in found.diagnostics if each.severity is Severity.ERROR]
        if _is_sound(home):  # then it is what was to be added that the reader refused
            raise UsageError(own[0].message, hint=own[0].hint) from None
        raise
    return person


def import_files(home: Home, files: Sequence[Path], loaded: Loaded, *, dry_run: bool) -> Imported:
    """Adds the people of vCards and CSV files who are not known yet, all at once.

    Known is whoever has an address, or without any the name, of somebody who is there. Raises UsageError for a file
    that cannot be read, or in which there is nobody.
    """
    people = people_of(home, loaded)
    owners = _owners(people)
    names = {one_line(person.name).casefold(): person.id for person in people.by_id.values()}
    new: dict[str, Person] = {}
    known: list[Person] = []
    problems: list[Diagnostic] = []
    for card in (card for path in files for card in _cards(path, problems)):
        person = card.person
        name = person.name.casefold()
        there = next((owners[email] for email in person.emails if email in owners), None)
        if there is None and not person.emails:
            there = names.get(name)
        if there is not None:
            known.append(replace(person, id=there))
            continue
        added = replace(person, id=_free_id(person, card.uid, {**people.by_id, **new} if new else people.by_id))
        new[added.id] = added
        owners.update(dict.fromkeys(added.emails, added.id))
        names.setdefault(name, added.id)
    if new and not dry_run:
        PeopleFile(home.config).add(list(new.values()))
    return Imported(tuple(new.values()), tuple(known), tuple(problems))


def note(home: Home, id_: str, text: str, now: datetime, loaded: Loaded) -> str:
    """Adds a line with the day of `now` to somebody's notes and returns it; raises UsageError for an unknown person.

    Somebody of whom there is only a vCard gets an entry with the notes that stand there.
    """
    people = people_of(home, loaded)
    person = people.by_id.get(id_)
    if person is None:
        raise nobody(id_, people.by_id.values())
    line = f"{now.date()}: {one_line(text)}"
    if not one_line(text):
        raise UsageError("the note is empty", hint=f'such as `agendad people note {id_} "likes sailing"`')
    file = PeopleFile(home.config)
    if id_ in file.people.by_id:
        file.note(id_, line)
    else:
        notes = f"{person.notes}\n{line}".lstrip("\n")
        file.add([Person(id_, "" if person.emails else person.name, person.emails, notes=notes)])
    return line


def people_of(home: Home, loaded: Loaded) -> People:
    """The people; raises ProblemsFound when they cannot be read, UsageError without a configuration folder."""
    if not home.config.is_dir():
        raise UsageError(f"there is no folder {home.config}", hint="run `agendad init`, or name one with --config")
    errors = [each for each in loaded.diagnostics if each.severity is Severity.ERROR]
    mine = [each for each in errors if each.span.file == NAME or each.code == "no-contacts"]
    if mine:
        raise ProblemsFound(mine)
    return loaded.people


def complete_met(home: Home, loaded: Loaded, text: str, now: datetime) -> str | None:
    """Where somebody was met, as `TITLE, DATE`: the event of the last days whose title holds the text; None without.

    Of several the one that is called just so counts, else the newest. Raises ProviderError when the calendar cannot
    be read.
    """
    wanted = fold(one_line(text))
    if loaded.settings is None or not wanted:
        return None
    settings = loaded.settings
    events = home.calendars(settings, now).read(now - timedelta(days=MET_DAYS), now).events
    found: list[tuple[bool, str, str]] = []
    for event in events:
        title, start = one_line(event.fields.title), event.fields.start
        day = start.astimezone(settings.timezone).date() if isinstance(start, datetime) else start
        if title and wanted in fold(title) and day <= now.date() and event.mark is None:
            found.append((fold(title) == wanted, day.isoformat(), title))
    if not found:
        return None
    _, newest, title = max(found)
    return f"{title}, {newest}"


def _cards(path: Path, problems: list[Diagnostic]) -> list[Card]:
    """The people of one file, which is a vCard or CSV by what stands in it."""
    from agendad.providers.people.spreadsheet import read_csv
    from agendad.providers.people.vcard import read_vcards

    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    head = data[: 1 << 16].replace(b"\0", b"").upper()  # UTF-16 as well
    cards, found = (read_vcards if b"BEGIN:VCARD" in head else read_csv)(str(path), data)
    if not cards:
        first = found[0] if found else None
        raise UsageError(
            f"{path}: {first.message if first else 'there is nobody in this file'}",
            hint=first.hint if first else "vCards and CSV files are read",
        )
    problems.extend(found)
    return cards


def _tidied(person: Person) -> Person:
    """The values as they can be written."""
    return replace(
        person,
        id=person.id.strip(),
        name=one_line(person.name),
        emails=tuple(dict.fromkeys(email.strip().lower() for email in person.emails if email.strip())),
        groups=frozenset(word for each in person.groups if (word := one_line(each))),
        language=person.language.strip(),
        topics=tuple(topic for each in person.topics if (topic := one_line(each))),
        notes=clean(person.notes).strip(),
        met=one_line(person.met),
    )


def _free_id(person: Person, uid: str, taken: Mapping[str, Person]) -> str:
    base = slug(person)
    return distinct(base, uid or person.name, taken) if base in taken else base


def _owners(people: People) -> dict[str, str]:
    return {email: person.id for person in people.by_id.values() for email in person.emails}


def _is_sound(home: Home) -> bool:
    try:
        PeopleFile(home.config)
    except ProblemsFound:
        return False
    return True
