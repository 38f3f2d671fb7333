"""The text of one file and the way from a character of it to the line and column that a person sees.

Every diagnostic takes its place from here. Offsets count characters of the decoded text without its byte order mark;
lines end at LF, CRLF or CR as editors show them, whatever else YAML takes for a line break.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_BYTES: Final = 1 << 20
"""Files that people write by hand are far smaller; the limit bounds the work on a wrong one."""

_LINE_END: Final = re.compile(r"\r\n|\n|\r")
# YAML 1.2.2 section 5.1, printable characters; a byte order mark inside the text is refused as well.
_NOT_PRINTABLE: Final = re.compile(
    "[^\t\n\r\\x20-\\x7e\\x85\\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class Refused(Exception):
    """A value cannot be read; carries the diagnostics (none when the cause has been reported already)."""

    def __init__(self, problems: Iterable[Diagnostic] = ()) -> None:
        super().__init__()
        self.problems = tuple(problems)


class Source:
    """One file: `file` is the name that a person knows it by, `text` its characters."""

    __slots__ = ("_lines", "_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._lines: dict[int, str] = {}  # many problems of one long line share its text
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`, cut at the end of its first line, and at least one column wide."""
        line = bisect_right(self._starts, start)
        first = self._starts[line - 1]
        last = first + len(self.line(line))
        start = min(start, last)
        return Span(self.file, line, start - first + 1, max(min(end, last), start + 1) - first + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        if number not in self._lines:
            start = self._starts[number - 1]
            stop = self._starts[number] if number < len(self._starts) else len(self.text)
            self._lines[number] = self.text[start:stop].rstrip("\r\n")
        return self._lines[number]

    def start(self, number: int) -> int:
        """The place in `text` where a line begins, counted from 1."""
        return self._starts[number - 1]

    def problem(
        self,
        start: int,
        end: int,
        code: str,
        message: str,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """A diagnostic about `text[start:end]`."""
        span = self.span(start, end)
        return Diagnostic(span, code, message, hint, severity, self.line(span.line))


def decode(file: str, data: bytes) -> tuple[Source, tuple[Diagnostic, ...]]:
    """The characters of a file, or why they cannot be read: too large, not UTF-8, or holding control characters."""
    if len(data) > MAX_BYTES:
        source = Source(file, "")
        message = f"the file is larger than 1 MiB ({len(data):,} bytes)"
        return source, (source.problem(0, 0, "too-large", message, "split it into several files"),)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        source = Source(file, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        source = Source(file, data.decode("utf-8", "replace"))
        place = len(data[: error.start].decode("utf-8"))
        message = f"the byte 0x{data[error.start]:02x} is not UTF-8 text"
        return source, (source.problem(place, place + 1, "not-utf8", message, "save the file in UTF-8"),)
    match = _NOT_PRINTABLE.search(source.text)
    if match is None:
        return source, ()
    message = f"the character U+{ord(match.group()):04X} may not stand in a text file"
    return source, (source.problem(match.start(), match.end(), "control-character", message, "remove it"),)
