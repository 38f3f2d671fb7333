"""Diagnostics on the terminal: for `check` its result, for every other command the reason why it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Severity
from agendad.rules import report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.diagnostics import Diagnostic

_COLOURS: Final = {Severity.ERROR: "\033[1;31m", Severity.WARNING: "\033[1;33m"}
_PLAIN: Final = "\033[0m"


def as_text(problems: Iterable[Diagnostic], *, colour: bool) -> str:
    """All problems with their lines, an empty line between two; empty when there is none."""
    return "\n".join(_painted(problem) if colour else report.as_text(problem) for problem in problems)


def as_json(problems: Iterable[Diagnostic]) -> dict[str, object]:
    """The object with `problems` (`docs/json.md`)."""
    return {"version": 1, "problems": [report.as_json(problem) for problem in problems]}


def _painted(problem: Diagnostic) -> str:
    label = f"{problem.severity}[{problem.code}]"
    return report.as_text(problem).replace(label, f"{_COLOURS[problem.severity]}{label}{_PLAIN}", 1)
