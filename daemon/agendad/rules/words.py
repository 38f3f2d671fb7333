"""The words of the rule language's grammar, and the error that every parser of a text value raises.

`phrase.py`, `times.py`, `rrule.py` and `patterns.py` share it; everybody else imports from `grammar.py`.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
ORDINAL_NAMES: Final = ("first", "second", "third", "fourth", "fifth", "last")

WEEKDAY: Final = {name[:size]: number for number, name in enumerate(DAY_NAMES) for size in (3, len(name))}
"""Weekday by full and short name, 0 for Monday."""

MONTH: Final = {name[:size]: number for number, name in enumerate(MONTH_NAMES, 1) for size in (3, len(name))}
"""Month 1 to 12 by full and short name."""

MONTH_LENGTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days a month can have."""

ORDINAL: Final = {
    **{name: number for number, name in enumerate(ORDINAL_NAMES[:-1], 1)},
    **{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5},
    "last": -1,
}

_TOKEN = re.compile(r"half-years?\b|\w+|[^\w\s]")


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


def whole(text: str) -> tuple[int, int]:
    """The offsets of `text` without the white space around it."""
    if not (stripped := text.strip()):
        return 0, len(text)
    start = text.index(stripped)
    return start, start + len(stripped)


def refuse(text: str, message: str, hint: str) -> NoReturn:
    """Raise a GrammarError about the whole of `text`."""
    raise GrammarError(message, hint, *whole(text))


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
        if self.word:
            token = self._tokens[self._next]
            raise GrammarError(f"expected {expected}, found `{self.text[token.start : token.end]}`", "", *token[1:])
        if self._tokens:
            last = self._tokens[-1]
            raise GrammarError(
                f"expected {expected} after `{self.text[last.start : last.end]}`", "", last.start, last.end
            )
        raise GrammarError(f"expected {expected}, found nothing", "", 0, len(self.text))
