"""A problem in a file that a person edits: its place, what is wrong, and the likely correction.

The reader of every YAML file makes these; `agendad check` prints them as text (with the line and a caret),
as JSON, or as workflow commands for GitHub.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error` stops every command that would act on the file; `warning` does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of one line of a file: lines and columns count from 1, `end_column` is excluded.

    `file` is the path as a person would name it: relative to the configuration folder where it lies below it.
    """

    file: str
    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem. `source` is the text of the line, kept so that printing needs no second read."""

    span: Span
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    source: str = ""
