"""What events and people say, made fit to stand in a letter: it is data, whatever it looks like.

Called by `letters.py` for every value that a template puts out. Nothing visible is lost, but what acts on the text
around it goes: control characters, line ends where one line is due, invisible characters, and the marks that turn the
direction of writing (Unicode Standard Annex 9). Text that runs the other way is isolated instead, so that it keeps its
order and leaves that of the line alone.
"""

from __future__ import annotations

import re
from typing import Final

from agendad.drafting.tokens import RESERVED

ELLIPSIS: Final = "…"

_LINE_ENDS: Final = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff" + RESERVED + "]"
)
_STRAY_JOINER: Final = re.compile("(?:(?<=[\x00-\u024f])|^)[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\u024f]|$)")
"""Joiners shape Arabic, Indic scripts and emoji; between Latin letters they only hide."""
_STACKED: Final = re.compile("([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})[\u0300-\u036f]+")
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_LEFT_TO_RIGHT: Final = re.compile("[A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8\u0370-\u0589]")
_ISOLATE: Final = "\u2068{}\u2069"  # FIRST STRONG ISOLATE ... POP DIRECTIONAL ISOLATE


def one_line(text: str, most: int) -> str:
    """`text` on one line, at most `most` characters."""
    return cut(spaced(_visible(_LINE_ENDS.sub(" ", text[: most * 8]))), most)


def some_lines(text: str, most: int) -> str:
    """`text` with its lines kept, but no more than one empty line in a row, at most `most` characters."""
    lines = [_visible(line).strip() for line in _LINE_ENDS.split(text[: most * 8])]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return cut("\n".join(kept).strip(), most)


def cut(text: str, most: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS


def isolated(text: str, *, right_to_left: bool) -> str:
    """`text`, each line of it that has letters of the other direction kept apart from the text around it."""
    other = _LEFT_TO_RIGHT if right_to_left else _RIGHT_TO_LEFT
    if not other.search(text):
        return text
    return "\n".join(_ISOLATE.format(line) if other.search(line) else line for line in text.split("\n"))


def spaced(text: str) -> str:
    """`text` on one line, with single blanks; those that do not break (U+00A0, U+202F) stay what they are."""
    return _SPACES.sub(" ", text).strip()


def _visible(text: str) -> str:
    kept = _INVISIBLE.sub("", text.replace("\t", " "))
    return _STACKED.sub(r"\1", _STRAY_JOINER.sub("", kept))
