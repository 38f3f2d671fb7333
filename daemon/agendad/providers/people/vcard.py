"""vCards to people; `folder.py` reads the configured folder with it, `agendad people import` single files.

The properties read are FN (else N), EMAIL, CATEGORIES, NOTE, LANG, TZ, UID and X-AGENDAD-TIER, -MET and -TOPICS (RFC
6350, section 6); all others are passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.providers.people.card import Draft, decoded, warning
from agendad.providers.people.contentlines import content_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agendad.diagnostics import Diagnostic
    from agendad.providers.people.card import Card
    from agendad.providers.people.contentlines import ContentLine

_NOBODY: Final = frozenset(("group", "location", "application", "device"))


def read_vcards(file: str, data: bytes) -> tuple[list[Card], list[Diagnostic]]:
    """All people in the bytes of a file, and what is wrong with it; `file` is its name for a person.

    A card that is broken in one place is read as far as it goes. Cards of groups and places are passed over.
    """
    reader = _Reader(file)
    for line in content_lines(decoded(data), _WANTED):
        reader.take(line)
    reader.end()
    if not reader.seen:
        reader.problems.append(warning(file, 1, "there is no vCard in this file", "a card begins with `BEGIN:VCARD`"))
    return reader.cards, reader.problems


class _Reader:
    """The cards of one file, line by line."""

    def __init__(self, file: str) -> None:
        self.cards: list[Card] = []
        self.problems: list[Diagnostic] = []
        self.seen = False
        self._file = file
        self._draft: Draft | None = None
        self._somebody = True
        self._complained = False  # one line that is none makes more of them likely: a card is complained of once

    def take(self, line: ContentLine) -> None:
        if line.name in {"BEGIN", "END"} and line.value.strip().upper() != "VCARD":
            return
        if line.name == "BEGIN":
            self.end()
            self._draft = Draft(self._file, line.line, self.problems)
            self.seen, self._somebody, self._complained = True, True, False
        elif self._draft is None:
            return
        elif line.name == "END":
            self._finish(self._draft)
        elif line.name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"}:
            self._somebody = line.value.strip().lower() not in _NOBODY
        elif line.name:
            _TAKEN[line.name](self._draft, line)
        elif not self._complained:
            self._complained = True
            self._draft.warn(line.line, "this line is no property of a vCard", "a property is `NAME:value`")

    def end(self) -> None:
        """The file, or the card, is over: whatever is still open had no end."""
        if self._draft is not None:
            self._draft.warn(self._draft.line, "this card has no end", "write `END:VCARD` behind its last line")
            self._finish(self._draft)

    def _finish(self, draft: Draft) -> None:
        self._draft = None
        if self._somebody and (card := draft.card()):
            self.cards.append(card)


def _full_name(draft: Draft, line: ContentLine) -> None:
    draft.name = line.text() or draft.name
    draft.named = True


def _structured_name(draft: Draft, line: ContentLine) -> None:
    """N has the family name first; FN says how the whole is written."""
    if not draft.named:
        family, given, *_ = [*line.parts(";"), "", ""]
        draft.name = f"{given} {family}"


def _uid(draft: Draft, line: ContentLine) -> None:
    draft.uid = line.text()


def _met(draft: Draft, line: ContentLine) -> None:
    draft.met = line.text()


_TAKEN: Final[Mapping[str, Callable[[Draft, ContentLine], None]]] = {
    "FN": _full_name,
    "N": _structured_name,
    "EMAIL": lambda draft, line: draft.add_email(line.text(), line.line, line.rank),
    "CATEGORIES": lambda draft, line: draft.add_groups(line.parts(",")),
    "NOTE": lambda draft, line: draft.notes.append(line.text()),
    "LANG": lambda draft, line: draft.add_language(line.text(), line.line, line.rank),
    "TZ": lambda draft, line: draft.set_timezone(line.text()),
    "UID": _uid,
    "X-AGENDAD-TIER": lambda draft, line: draft.set_tier(line.value, line.line),
    "X-AGENDAD-MET": _met,
    "X-AGENDAD-TOPICS": lambda draft, line: draft.topics.extend(line.parts(",")),
}
_WANTED: Final = frozenset(("BEGIN", "END", "KIND", "X-ADDRESSBOOKSERVER-KIND", *_TAKEN))
