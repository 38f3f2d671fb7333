"""The words of the rule language's grammar, and the error that every parser of a text value raises.

`phrase.py`, `times.py`, `rrule.py` and `patterns.py` share it; everybody else imports from `grammar.py`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from agendad.model.names import DAY_NAMES, MONTH_NAMES, ORDINAL_NAMES

WEEKDAY: Final = {name[:size]: number for number, name in enumerate(DAY_NAMES) for size in (3, len(name))}
"""Weekday by full and short name, 0 for Monday."""

MONTH: Final = {name[:size]: number for number, name in enumerate(MONTH_NAMES, 1) for size in (3, len(name))}
"""Month 1 to 12 by full and short name."""

MONTH_LENGTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days a month can have."""

ORDINAL: Final = {
    **{name: number for number, name in enumerate(ORDINAL_NAMES[:-1], 1)},
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
    "last": -1,
}

_KNOWN: Final = frozenset(
    (*WEEKDAY, *MONTH, *ORDINAL, "day", "days", "week", "weeks", "month", "months", "quarter", "quarters")
) | {"half-year", "half-years", "year", "years", "weekday", "weekend", "of", "on", "and", ",", "-"}
"""Every word and sign of the phrases."""

_TOKEN = re.compile(r"half-\w+|\w+|[^\w\s]")


Place = tuple[int, int]
"""Offsets into a text, half-open."""


class GrammarError(ValueError):
    """A text value that the grammar does not know.

    `start` and `end` are offsets into the given text, half-open: the part at fault. `hint` proposes a correction.
    """

    def __init__(self, message: str, hint: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.start = start
        self.end = end


class Token(NamedTuple):
    """A word, number or sign of the text, in lower case, with its place."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words and signs of `text`; white space only separates."""
    return [Token(found[0].lower(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


def is_number(word: str) -> bool:
    """Whether a word is a whole number of a size that any field can take."""
    return word.isascii() and word.isdecimal() and len(word) < 10


def whole(text: str) -> Place:
    """The place of `text` without the white space around it."""
    return trimmed(text, (0, len(text)))


def trimmed(text: str, place: Place) -> Place:
    """A place without the white space at its ends; unchanged when there is nothing else."""
    part = text[slice(*place)]
    if not (stripped := part.strip()):
        return place
    start = place[0] + part.index(stripped)
    return start, start + len(stripped)


def halves(text: str, separator: str) -> tuple[Place, Place] | None:
    """The places of both ends of a range; None when `text` is no range. Raises when an end is missing."""
    first, found, second = text.partition(separator)
    if not found:
        return None
    if not first.strip() or not second.strip():
        side = "end" if first.strip() else "beginning"
        raise refusal(text, f"the range has no {side}", "")
    return trimmed(text, (0, len(first))), trimmed(text, (len(first) + len(separator), len(text)))


def refusal(text: str, message: str, hint: str) -> GrammarError:
    """The error about the whole of `text`."""
    return GrammarError(message, hint, *whole(text))


def did_you_mean(phrase: str) -> str:
    """The hint that proposes one text in place of the given one."""
    return f"did you mean `{phrase}`?"


class Reader:
    """Walks over the tokens of one text; `fail` raises at the token that stands next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tokens = tokens(text)
        self._next = 0

    @property
    def word(self) -> str:
        """The next word, or an empty text at the end."""
        return self._tokens[self._next].word if self._next < len(self._tokens) else ""

    def take(self) -> str:
        """The next word, stepping over it."""
        word = self.word
        self._next += 1
        return word

    def found(self, *words: str) -> bool:
        """Step over the next words when they are exactly these."""
        ahead = self._tokens[self._next : self._next + len(words)]
        if tuple(token.word for token in ahead) != words:
            return False
        self._next += len(words)
        return True

    def expect(self, *words: str) -> None:
        """Step over these words or fail at the first that differs."""
        for word in words:
            if not self.found(word):
                self.fail(f"`{word}`")

    def end(self) -> None:
        """Fail unless everything was read."""
        if self.word:
            self.fail("nothing more")

    def number(self, what: str, most: int) -> int:
        """A whole number from 1 to `most`."""
        if not is_number(self.word) or not 1 <= int(self.word) <= most:
            self.fail(f"{what} from 1 to {most}")
        return int(self.take())

    def fail(self, expected: str) -> NoReturn:
        """Raise at the next word (or, at the end, at the last one); the hint is the caller's to add."""
        if not self._tokens:
            raise GrammarError(f"expected {expected}, found nothing", "", 0, len(self.text))
        at_end = self._next >= len(self._tokens)
        token = self._tokens[-1 if at_end else self._next]
        word = f"`{self.text[token.start : token.end]}`"
        if at_end:
            message = f"expected {expected} after {word}"
        elif token.word in _KNOWN or is_number(token.word):
            message = f"expected {expected}, found {word}"
        else:
            message = f"unknown word {word}"
        raise GrammarError(message, "", token.start, token.end)
