"""Diagnostics as text, JSON and workflow commands."""

from __future__ import annotations

import json

from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.rules.report import as_github, as_json, as_text, summary

PROBLEM = Diagnostic(
    Span("rules/work.yaml", 8, 5, 9),
    "unknown-key",
    "unknown key `evry`",
    "did you mean `every`?",
    source="    evry: first wednesday of month",
)


def at(source: str, column: int, end_column: int, message: str = "m") -> str:
    """The text of a problem on line 10 of a file."""
    return as_text(Diagnostic(Span("a.yaml", 10, column, end_column), "code", message, source=source))


def test_the_text_form_is_the_one_of_the_language() -> None:
    assert (
        as_text(PROBLEM)
        == """\
rules/work.yaml:8:5: error[unknown-key]: unknown key `evry`
   |
 8 |     evry: first wednesday of month
   |     ^^^^
   = help: did you mean `every`?
"""
    )


def test_the_json_form_has_the_keys_of_the_contract() -> None:
    found = json.loads(json.dumps(as_json(PROBLEM)))
    assert found == {
        "file": "rules/work.yaml",
        "line": 8,
        "column": 5,
        "end_column": 9,
        "severity": "error",
        "code": "unknown-key",
        "message": "unknown key `evry`",
        "hint": "did you mean `every`?",
    }


def test_a_workflow_command_is_one_line_with_everything_escaped() -> None:
    problem = Diagnostic(Span("a:b,c.yaml", 1, 2, 3), "code", "100% of\nit", "so", Severity.WARNING)
    assert as_github(problem) == (
        "::warning file=a%3Ab%2Cc.yaml,line=1,endLine=1,col=2,endColumn=2,title=code::100%25 of%0Ait%0Ahelp: so"
    )


def test_carets_stand_below_the_part_at_fault_in_a_terminal() -> None:
    assert at("深い: evry", 5, 9).splitlines()[-1] == "    |       ^^^^"
    assert at("evry: 深い", 7, 9).splitlines()[-1] == "    |       ^^^^"
    assert at("a\tevry", 3, 7).splitlines()[-1] == "    |  \t^^^^"
    assert at("e\u0301: evry", 5, 9).splitlines()[-1] == "    |    ^^^^"


def test_nothing_in_a_line_can_move_the_cursor_or_turn_the_text() -> None:
    shown = at("a\x1b[2J\u202e\u2066b", 1, 2, "bad \x1b[31m\nname")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\u2066" not in shown
    assert len(shown.splitlines()) == 4


def test_of_a_long_line_the_part_around_the_problem_is_shown() -> None:
    shown = at("x" * 1000 + "evry" + "y" * 1000, 1001, 1005).splitlines()
    assert max(map(len, shown)) < 140
    first = shown[-1].index("^")
    assert shown[-2][first : first + 4] == "evry"
    assert shown[-1].count("^") == 4


def test_the_summary_counts_errors_and_warnings() -> None:
    warning = Diagnostic(PROBLEM.span, "code", "m", severity=Severity.WARNING)
    assert summary([]) == ""
    assert summary([PROBLEM]) == "1 error"
    assert summary([warning, PROBLEM, warning]) == "1 error, 2 warnings"
