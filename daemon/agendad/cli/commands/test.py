"""`agendad test [PATH...]`: runs the rule tests that stand beside the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    import re
    from collections.abc import Sequence

    from agendad.cli.context import Context
    from agendad.diagnostics import Diagnostic
    from agendad.model.ruletest import Verdict


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which tests, and where else the result goes."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="test files or folders; else all in rules/")
    parser.add_argument("--run", metavar="REGEX", help="only tests in whose name it is found")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write the result as JUnit XML")


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits 1 when a test fails, or a file cannot be read; 0 when there is no test at all."""
    from agendad.app.ruletest import find
    from agendad.app.ruletest import run as run_tests
    from agendad.cli.problems import as_text
    from agendad.cli.work import home
    from agendad.diagnostics import Severity
    from agendad.views import ruletests

    found = find(home(context), args.paths, _pattern(args.run))
    printer = _Printer(context)
    verdicts = run_tests(found, printer.tell)
    broken = [problem for problem in found.problems if problem.severity is Severity.ERROR]
    if args.junit:
        _write(args.junit, ruletests.junit(verdicts, _by_file(broken)))
    if context.json:
        context.print_json(_json(verdicts, found.problems))
    else:
        if found.problems:
            context.stderr.write(as_text(found.problems, colour=context.colour_errors))
        if verdicts:
            context.print(ruletests.summary(verdicts))
        elif not found.files:
            context.say("there are no rule tests; they stand beside the rules, in files called `NAME.test.yaml`")
    return 1 if broken or not all(verdict.passed for verdict in verdicts) else 0


class _Printer:
    """Prints the verdicts as they come, below the names of their files."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._file = ""

    def tell(self, verdict: Verdict) -> None:
        """Prints one; nothing with `--json`, and with `--quiet` only what failed."""
        from agendad.views.ruletests import verdict_lines

        if self._context.json or (self._context.quiet and verdict.passed):
            return
        if verdict.file != self._file:
            self._file = verdict.file
            self._context.print(verdict.file)
        self._context.print(verdict_lines(verdict, colour=self._context.colour))


def _pattern(text: str | None) -> re.Pattern[str] | None:
    import re

    try:
        return None if text is None else re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise UsageError(f"--run `{text}` is not a regular expression: {error}") from None


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


def _by_file(problems: Sequence[Diagnostic]) -> list[tuple[str, str]]:
    from agendad.rules.report import as_text

    texts: dict[str, list[str]] = {}
    for problem in problems:
        texts.setdefault(problem.span.file, []).append(as_text(problem))
    return [(file, "\n".join(found)) for file, found in texts.items()]


def _json(verdicts: Sequence[Verdict], problems: Sequence[Diagnostic]) -> dict[str, object]:
    from agendad.rules.report import as_json

    return {
        "version": 1,
        "tests": [
            {
                "file": verdict.file,
                "line": verdict.line,
                "name": verdict.name,
                "passed": verdict.passed,
                "trouble": verdict.trouble,
                "hint": verdict.hint,
                "differences": [
                    {
                        "what": each.what,
                        "rule": each.rule,
                        "wanted": each.wanted or None,
                        "came": each.came or None,
                        "parts": [{"name": name, "wanted": mine, "came": came} for name, mine, came in each.parts],
                        "why": list(each.why),
                    }
                    for each in verdict.differences
                ],
            }
            for verdict in verdicts
        ],
        "passed": sum(verdict.passed for verdict in verdicts),
        "failed": sum(not verdict.passed for verdict in verdicts),
        "problems": [as_json(problem) for problem in problems],
    }
