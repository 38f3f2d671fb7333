"""What all files have in common: from bytes to the fields of the root, the version checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.diagnostics import Severity
from agendad.rules.migrate import current
from agendad.rules.table import read_table
from agendad.rules.tree import Broken, Mapping
from agendad.rules.values import kind_of, problem

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic
    from agendad.rules.table import Found, Table
    from agendad.rules.tree import Document


def read_root(
    document: Document, table: Table, empty: Severity = Severity.WARNING
) -> tuple[Found | None, tuple[Diagnostic, ...]]:
    """The fields of the root and the problems of the file so far, without those of the fields (`Found.problems`).

    `empty` is how bad it is when the file holds nothing.
    """
    root = document.root
    if root is None:
        return None, document.problems or (_empty(document, empty),)
    if isinstance(root, Broken):
        return None, document.problems
    if not isinstance(root, Mapping):
        message = f"{table.name} has to be a mapping, not {kind_of(root)}"
        return None, (*document.problems, problem(root, "wrong-type", message, "begin with `version: 1`"))
    migrated, problems = current(root)
    problems = (*document.problems, *problems)
    if migrated is None:
        return None, problems
    found = read_table(migrated, table)
    found.broken = found.broken or bool(problems)
    return found, problems


def _empty(document: Document, severity: Severity) -> Diagnostic:
    hint = "begin with `version: 1`"
    return document.source.problem(0, 0, "empty-file", "the file is empty", hint, severity)
