"""The lines of an iCalendar file as bytes: taken apart without losing any, looked into, and written (RFC 5545, 3.1).

`compose.py` and `guests.py` call this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOGICAL_LINE = re.compile(rb"[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*|[^\n]+\Z")
_NAME = re.compile(rb"[A-Za-z0-9-]+")


def split(data: bytes) -> list[bytes]:
    """The lines with the lines that continue them, byte for byte: joined they are the data again."""
    return _LOGICAL_LINE.findall(data)


def name_of(line: bytes) -> str:
    """The name of the property in upper case, or nothing."""
    match = _NAME.match(line.removeprefix(b"\xef\xbb\xbf"))
    return match[0].decode("ascii").upper() if match else ""


def value_of(line: bytes) -> str:
    """What follows the first colon, unfolded."""
    unfolded = re.sub(rb"\r?\n[ \t]", b"", line)
    return unfolded.partition(b":")[2].decode("utf-8", "replace").strip()


def own_lines(lines: list[bytes], begin: int, end: int) -> list[int]:
    """The places of the lines of the component itself, without those of components inside it."""
    depth = 0
    own = []
    for at in range(begin + 1, end):
        name = name_of(lines[at])
        depth += name == "BEGIN"
        if not depth:
            own.append(at)
        depth -= name == "END"
    return own


def blocks(event: list[bytes]) -> list[list[bytes]]:
    """The lines of an event as single lines and whole components inside it."""
    found: list[list[bytes]] = []
    depth = 0
    for at, line in enumerate(event):
        name = name_of(line)
        if depth and at:
            found[-1].append(line)
        else:
            found.append([line])
        depth += at > 0 and name == "BEGIN"
        depth -= name == "END"
    return found


def escaped(text: str) -> str:
    """TEXT (RFC 5545, 3.3.11); control characters, which it cannot hold, become spaces."""
    return printable(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def printable(text: str) -> str:
    """The text with `\\n` line ends and spaces for control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char >= " " or char in "\n\t" else " " for char in text).replace("\x7f", " ")


def joined(lines: Iterable[str], newline: bytes) -> bytes:
    """The lines folded and ended."""
    return b"".join(_folded(line.encode(), newline) + newline for line in lines)


def _folded(line: bytes, newline: bytes) -> bytes:
    """At most 75 octets a line, cut between characters (RFC 5545, 3.1)."""
    parts = []
    room = 75
    while len(line) > room:
        cut = room
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        parts.append(line[:cut])
        line = line[cut:]
        room = 74
    return (newline + b" ").join([*parts, line])
