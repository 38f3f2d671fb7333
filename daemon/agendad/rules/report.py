"""Diagnostics for people and for programs: text with the line and carets, JSON values, GitHub workflow commands.

`agendad check` prints them; every other command prints them on stderr when it stops at a broken rule.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.diagnostics import Diagnostic

WIDEST: Final = 120
"""Characters of a source line that are shown; of a longer one, those around the problem."""

_HIDDEN: Final = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def as_text(problem: Diagnostic) -> str:
    """The problem with its line, carets below the part at fault, and the help."""
    span = problem.span
    lines = [
        f"{_clean(span.file)}:{span.line}:{span.column}: {problem.severity}[{problem.code}]: {_clean(problem.message)}"
    ]
    gutter = " " * len(str(span.line))
    if problem.source.strip():
        shown, first, last = _window(problem.source, span.column - 1, span.end_column - 1)
        pad = "".join(_blank(char) for char in shown[:first])
        carets = "^" * max(1, sum(_width(char) for char in shown[first:last]))
        lines += [f" {gutter} |", f" {span.line} | {_clean(shown)}".rstrip(), f" {gutter} | {pad}{carets}"]
    if problem.hint:
        lines.append(f" {gutter} = help: {_clean(problem.hint)}")
    return "\n".join(lines) + "\n"


def as_json(problem: Diagnostic) -> dict[str, object]:
    """The problem as JSON values (`docs/json.md`); lines and columns count from 1, `end_column` is excluded."""
    span = problem.span
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_column": span.end_column,
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
    }


def as_github(problem: Diagnostic) -> str:
    """A GitHub Actions workflow command, which shows the problem at its line in a pull request."""
    span = problem.span
    properties = {
        "file": span.file,
        "line": str(span.line),
        "endLine": str(span.line),
        "col": str(span.column),
        "endColumn": str(span.end_column - 1),
        "title": problem.code,
    }
    text = f"{problem.message}\nhelp: {problem.hint}" if problem.hint else problem.message
    listed = ",".join(f"{name}={_escape(value, property_value=True)}" for name, value in properties.items())
    return f"::{problem.severity} {listed}::{_escape(text)}"


def summary(problems: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or empty."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.severity.value] = counts.get(problem.severity.value, 0) + 1
    parts = ((counts.get(name, 0), name) for name in ("error", "warning"))
    return ", ".join(f"{count} {name}{'s' * (count > 1)}" for count, name in parts if count)


def _window(source: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a line to show, and where the problem begins and ends in it."""
    if len(source) <= WIDEST:
        return source, start, end
    first = max(0, min(start - WIDEST // 3, len(source) - WIDEST))
    stop = min(len(source), first + WIDEST)
    before, after = "..." if first else "", "..." if stop < len(source) else ""
    shift = len(before) - first
    return f"{before}{source[first:stop]}{after}", start + shift, min(end, stop) + shift


def _blank(char: str) -> str:
    return "\t" if char == "\t" else " " * _width(char)


def _width(char: str) -> int:
    """Terminal columns of a character; what `_clean` replaces takes one."""
    if char.isascii():
        return 1
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _clean(text: str) -> str:
    """Text without what would move the cursor or turn the writing direction of a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join("�" if char != "\t" and unicodedata.category(char) in _HIDDEN else char for char in text)


def _escape(text: str, *, property_value: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if property_value else text
