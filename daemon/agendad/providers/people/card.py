"""A person as another program knows them, before they have an id; made by `vcard.py` and `spreadsheet.py`.

The values are brought into the form that `people.yaml` asks for; what has no such form is left out with a warning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.model.settings import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_NOT_A_WORD: Final = re.compile(r"[\s:,*@]+")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_MOST_TIERS: Final = 99


@dataclass(frozen=True, slots=True)
class Card:
    """`person` has no id yet. `uid` tells two people of one name apart; `line` is where the card begins."""

    person: Person
    uid: str
    line: int


@dataclass(slots=True)
class Draft:
    """The values of one card as they are gathered; `card` makes a person of them.

    `at` is the line that a problem belongs to.
    """

    file: str
    line: int
    problems: list[Diagnostic]
    name: str = ""
    emails: list[tuple[int, str]] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    tier: int | None = None
    languages: list[tuple[int, str]] = field(default_factory=list)
    timezone: str = ""
    topics: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    met: str = ""
    uid: str = ""
    named: bool = False

    def add_email(self, text: str, line: int, rank: int = 0) -> None:
        """An address; of several the one of the lowest rank is the one to write to."""
        bare = text.strip().removeprefix("mailto:").lower()
        if _ADDRESS.fullmatch(bare) and not _CONTROL.search(bare):
            self.emails.append((rank, bare))
        elif bare:
            self.warn(line, f"`{_shown(text)}` is not a mail address")

    def add_groups(self, names: Iterable[str]) -> None:
        """Groups; a name of several words becomes one word."""
        self.groups.update(word for name in names if (word := _NOT_A_WORD.sub("-", clean(name)).strip("-")))

    def set_tier(self, text: str, line: int) -> None:
        """How close they are."""
        word = text.strip()
        if word.isascii() and word.isdigit() and len(word) <= 2 and 1 <= int(word) <= _MOST_TIERS:
            self.tier = int(word)
        elif word:
            self.warn(line, f"`{_shown(text)}` is not a tier", f"write a whole number from 1 to {_MOST_TIERS}")

    def add_language(self, text: str, line: int, rank: int = 0) -> None:
        """A language tag (BCP 47)."""
        word = text.strip()
        if _LANGUAGE.fullmatch(word):
            self.languages.append((rank, word))
        elif word:
            self.warn(line, f"`{_shown(text)}` is not a language tag", "write for example `en`, `fr` or `pt-BR`")

    def set_timezone(self, text: str) -> None:
        """A zone; offsets and abbreviations do not tell one, and are passed over."""
        if is_zone(text.strip()):
            self.timezone = text.strip()

    def warn(self, line: int, message: str, hint: str = "") -> None:
        """A problem of the card."""
        self.problems.append(warning(self.file, line, message, hint))

    def card(self) -> Card | None:
        """The card; None with a problem when it names nobody."""
        emails = tuple(dict.fromkeys(email for _, email in sorted(self.emails, key=lambda each: each[0])))
        name = one_line(self.name)
        if not name and not emails:
            self.warn(self.line, "there is neither a name nor an address here", "nobody was read from it")
            return None
        person = Person(
            id="",
            name=name,
            emails=emails,
            groups=frozenset(self.groups),
            tier=self.tier,
            language=min(self.languages, default=(0, ""), key=lambda each: each[0])[1],
            timezone=self.timezone,
            topics=tuple(dict.fromkeys(topic for each in self.topics if (topic := one_line(each)))),
            notes="\n".join(text for each in self.notes if (text := clean(each).strip())),
            met=one_line(self.met),
        )
        return Card(person, self.uid.strip() or (emails[0] if emails else name), self.line)


def to_row(person: Person) -> list[object]:
    """A person as JSON values, for a cache."""
    return [
        person.id,
        person.name,
        person.emails,
        sorted(person.groups),
        person.tier,
        person.language,
        person.timezone,
        person.topics,
        person.notes,
        person.met,
    ]


def from_row(row: Sequence[Any]) -> Person:
    """`to_row` read back; raises ValueError or TypeError for what it cannot have written."""
    id_, name, emails, groups, tier, language, timezone, topics, notes, met = row
    return Person(id_, name, tuple(emails), frozenset(groups), tier, language, timezone, tuple(topics), notes, met)


def warning(file: str, line: int, message: str, hint: str = "") -> Diagnostic:
    """A problem that stops nothing."""
    return Diagnostic(Span(file, line, 1, 2), "contact", message, hint, Severity.WARNING)


def clean(text: str) -> str:
    """Text with `\\n` line ends and without characters that may not stand in a file of text."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """Text on one line."""
    return " ".join(clean(text).split())


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 where it says so, else Windows-1252, in which old programs export."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    """Whether a zone of the IANA database has this name."""
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as `Europe`
        return False


def _shown(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= 60 else f"{line[:57]}..."
