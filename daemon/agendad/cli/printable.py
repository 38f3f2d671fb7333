"""Text that cannot drive a terminal: anybody who can send an invitation writes titles. `context.py` prints by this."""

from __future__ import annotations

import re
from typing import Final

_CONTROLS: Final = "\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_UNSAFE: Final = re.compile(f"[{_CONTROLS}\x1b]")
_UNSAFE_BESIDE_COLOUR: Final = re.compile(f"[{_CONTROLS}]|\x1b(?!\\[[0-9;]*m)")
_IN_JSON: Final = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def printable(text: str, *, colour: bool = False) -> str:
    """`text` with every character that would move the cursor, write a title, or turn the reading order replaced.

    Line ends and tabs stay; with `colour` so do the colours (ECMA-48 SGR), which can do no harm.
    """
    return (_UNSAFE_BESIDE_COLOUR if colour else _UNSAFE).sub("\ufffd", text)


def json_printable(text: str) -> str:
    """JSON text with the same characters written as escapes: it means the same (RFC 8259 section 7)."""
    return _IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
