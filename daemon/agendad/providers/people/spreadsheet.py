"""Exports of address books as CSV to people: Google Contacts, Outlook, and plain tables. For `agendad people import`.

Columns are known by their heading, case and accents aside; what is not listed here is passed over.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from agendad.providers.people.card import Draft, decoded, warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agendad.diagnostics import Diagnostic
    from agendad.providers.people.card import Card

# Google Contacts (of 2024, and before it), Outlook in English and French, and the words of people.yaml
_HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(headings.split(","))
    for kind, headings in {
        "name": "name,full name,display name,nom complet",
        "given": "first name,given name,prenom",
        "middle": "middle name,additional name,deuxieme prenom",
        "family": "last name,family name,surname,nom,nom de famille",
        "email": "email,emails,e-mail,mail,email address,e-mail address,adresse de messagerie,adresse e-mail",
        "groups": "groups,group,labels,group membership,categories,tags,groupes",
        "tier": "tier,niveau",
        "language": "language,langue",
        "timezone": "timezone,time zone,fuseau horaire",
        "topics": "topics,interests,sujets",
        "notes": "notes,note,comment,comments,remarques",
        "met": "met,met at,rencontre",
    }.items()
}
_NUMBERED_EMAIL: Final = re.compile(r"e-?mail (\d+)(?: - value| address)|adresse de messagerie (\d+)")
_BETWEEN: Final = re.compile(r"[;,|]|:::")
_DELIMITERS: Final = ",;\t"
_SYSTEM_LABEL: Final = re.compile(r"\*\s*(?:my ?contacts|starred)\s*", re.IGNORECASE)
_FIELD_LIMIT: Final = 1 << 20


def read_csv(file: str, data: bytes) -> tuple[list[Card], list[Diagnostic]]:
    """All people in the bytes of a table, and what is wrong with it; `file` is its name for a person.

    Without a heading for a name or an address there is nobody in it, and the problem says which headings are known.
    """
    text = decoded(data)
    first = next(iter(text.splitlines()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_FIELD_LIMIT)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    cards: list[Card] = []
    problems: list[Diagnostic] = []
    begins = 1
    try:
        columns = _columns(next(rows, []))
        if not columns:
            hint = "the first line has to name the columns, such as `name,email,groups,tier,language,met`"
            return [], [warning(file, 1, "there is no column of names or addresses", hint)]
        begins = rows.line_num + 1
        for row in rows:
            if any(cell.strip() for cell in row) and (card := _draft(file, begins, problems, columns, row).card()):
                cards.append(card)
            begins = rows.line_num + 1
    except csv.Error as error:
        problems.append(warning(file, begins, f"the row cannot be read: {error}", "nothing after it was read"))
    return cards, problems


def _columns(headings: Sequence[str]) -> list[tuple[int, str, int]]:
    """The columns that are read: their place, what they hold, and the rank of an address.

    Empty without one that names people.
    """
    found: list[tuple[int, str, int]] = []
    for place, heading in enumerate(headings):
        word = " ".join(_folded(heading).split())
        kind = next((kind for kind, known in _HEADINGS.items() if word in known), "")
        if match := _NUMBERED_EMAIL.fullmatch(word):
            found.append((place, "email", int((match[1] or match[2])[:3])))
        elif kind:
            found.append((place, kind, 0))
    return found if any(kind in {"name", "given", "family", "email"} for _, kind, _ in found) else []


def _draft(
    file: str, line: int, problems: list[Diagnostic], columns: Iterable[tuple[int, str, int]], row: Sequence[str]
) -> Draft:
    draft = Draft(file, line, problems)
    names = dict.fromkeys(("name", "given", "middle", "family"), "")
    for place, kind, rank in columns:
        cell = row[place].strip() if place < len(row) else ""
        if not cell:
            continue
        match kind:
            case "email":
                for each in re.split(r"[;,\s]+|:::", cell):
                    draft.add_email(each, line, rank)
            case "groups":
                labels = (each.strip() for each in _BETWEEN.split(cell))
                draft.add_groups(each.removeprefix("* ") for each in labels if not _SYSTEM_LABEL.fullmatch(each))
            case "topics":
                draft.topics.extend(_BETWEEN.split(cell))
            case _ if kind in names:
                names[kind] = names[kind] or cell
            case _:
                _set(draft, kind, cell, line)
    draft.name = names["name"] or " ".join(filter(None, (names["given"], names["middle"], names["family"])))
    return draft


def _set(draft: Draft, kind: str, cell: str, line: int) -> None:
    match kind:
        case "tier":
            draft.set_tier(cell, line)
        case "language":
            draft.add_language(cell, line)
        case "timezone":
            draft.set_timezone(cell)
        case "notes":
            draft.notes.append(cell)
        case "met":
            draft.met = cell


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
