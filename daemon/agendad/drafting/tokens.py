"""Stand-ins for data while a letter is still Markdown, so that no data can become markup.

Every value that a template puts out is kept here, and a token of noncharacters (Unicode, section 23.7: for internal
use) stands in its place until the Markdown is understood.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVED: Final = "\ufdd0-\ufdef"
"""The characters of tokens, as a range for a character class; they are taken out of data and of templates."""

_OPEN: Final = "\ufdd0"
_CLOSE: Final = "\ufdd1"
_DIGITS: Final = {ord(str(digit)): 0xFDD2 + digit for digit in range(10)}
_VALUES: Final = {wrapped: chr(plain) for plain, wrapped in _DIGITS.items()}
_TOKEN: Final = re.compile(f"{_OPEN}([\ufdd2-\ufddb]+){_CLOSE}")
_ANY: Final = re.compile(f"[{RESERVED}]")


class Tokens:
    """The data of one letter, in the order in which it was put out."""

    def __init__(self) -> None:
        self._texts: list[str] = []

    def keep(self, text: str) -> str:
        """A token for `text`; nothing for nothing, so that an empty value leaves no trace."""
        if not text:
            return ""
        self._texts.append(text)
        return f"{_OPEN}{str(len(self._texts) - 1).translate(_DIGITS)}{_CLOSE}"

    def fill(self, text: str, form: Callable[[str], str] = str) -> str:
        """`text` with its tokens replaced by the data in a form; what a template left of a broken token vanishes."""
        if not _ANY.search(text):
            return text
        return _ANY.sub("", _TOKEN.sub(lambda found: form(self._data(found[1])), text))

    def _data(self, digits: str) -> str:
        number = int(digits.translate(_VALUES))
        return self._texts[number] if number < len(self._texts) else ""


def without_tokens(text: str) -> str:
    """A template without the characters that tokens are made of."""
    return _ANY.sub("", text)
