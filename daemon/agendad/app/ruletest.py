"""`agendad test`: finds rule tests, runs a cycle for each on what its file describes, and compares.

A test is one dry cycle through the same code as every other (`cycle.look`). What cannot be judged fails: a test that
passes has been looked at.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.data import templates_dir
from agendad.diagnostics import Diagnostic, Span
from agendad.errors import AgendadError, ProblemsFound, UsageError
from agendad.model.ruletest import TestFile, Verdict
from agendad.rules.load import TEST_SUFFIX, load_paths
from agendad.rules.ruletests import read_tests
from agendad.rules.source import MAX_BYTES

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from agendad.app.home import Home
    from agendad.ledger import Ledger
    from agendad.model.ruletest import RuleTest
    from agendad.rules.load import Loaded

RULES_FOLDER: Final = "rules"


@dataclass(frozen=True, slots=True)
class Batch:
    """The tests of one file, with the rules that they are about."""

    file: TestFile
    loaded: Loaded
    tests: tuple[RuleTest, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """All tests that were asked for, and the problems of the files that could not be read."""

    batches: tuple[Batch, ...]
    problems: tuple[Diagnostic, ...]
    files: int

    @property
    def count(self) -> int:
        """The number of tests."""
        return sum(len(batch.tests) for batch in self.batches)


def find(home: Home, paths: Sequence[Path], only: re.Pattern[str] | None = None) -> Found:
    """The tests in files and folders, without any in `rules/`; with `only`, those whose name it is found in.

    Raises UsageError for a path that names no test, ProblemsFound when the rules themselves have errors.
    """
    shelf = _Shelf(home)
    batches: list[Batch] = []
    problems: list[Diagnostic] = []
    files = list(dict.fromkeys(_files(home, paths)))
    for path in files:
        name = _name(path, home.config)
        data = _read(path, name, problems)
        if data is None:
            continue
        file, found = read_tests(name, data)
        problems += found
        if file is not None:
            tests = tuple(test for test in file.tests if only is None or only.search(test.name))
            if tests:
                batches.append(Batch(file, shelf.rules(path), tests))
    found_all = Found(tuple(batches), tuple(problems), len(files))
    if only is not None and not found_all.count and not problems:
        raise UsageError(f"no test has a name in which `{only.pattern}` is found")
    return found_all


def run(found: Found, each: Callable[[Verdict], None] = lambda _: None) -> tuple[Verdict, ...]:
    """Runs all tests in their order; `each` is told every verdict as it comes."""
    from pathlib import Path

    from agendad.ledger import Ledger

    verdicts = []
    with Ledger.in_memory(Path("ledger.db")) as ledger:
        for batch in found.batches:
            for test in batch.tests:
                verdict = _run(batch, test, ledger)
                each(verdict)
                verdicts.append(verdict)
    return tuple(verdicts)


def _run(batch: Batch, test: RuleTest, ledger: Ledger) -> Verdict:
    from agendad.app.cycle import look, plan
    from agendad.app.judge import judge
    from agendad.app.testworld import Unjudged, ground

    place = (batch.file.file, test.name, test.span.line)
    try:
        if not test.expect:
            raise Unjudged(
                "`expect` is empty, so nothing is judged", hint="add `blocks:` or `drafts:`; `[]` means none"
            )
        on = ground(batch.file, test, batch.loaded, ledger)
        seen = look(on.desk, on.now)
        today = seen.now.date()
        differences = judge(seen, plan(seen, max(test.over[0], today), test.over[1]), test, on.judged)
    except AgendadError as error:
        return Verdict(*place, trouble=error.message, hint=error.hint)
    return Verdict(*place, differences)


# ---------------------------------------------------------------- files


class _Shelf:
    """The rules that test files are about, each set read once."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._configuration: Loaded | None = None
        self._folders: dict[Path, Loaded] = {}

    def rules(self, path: Path) -> Loaded:
        """The rules of the configuration, for a test in it; else those of the folder of the test.

        Raises ProblemsFound when they have errors.
        """
        if path.resolve().is_relative_to(self._home.config.resolve()):
            if self._configuration is None:
                self._configuration = self._home.load()
            return self._configuration
        folder = path.parent
        if folder not in self._folders:
            self._folders[folder] = self._of_folder(folder)
        return self._folders[folder]

    def _of_folder(self, folder: Path) -> Loaded:
        """The rules of a folder outside of the configuration, with the configuration's settings if there is one.

        Their templates lie as those of a configuration or of a shipped pack do: `templates/` beside the rules or their
        folder, and in it a folder of the pack's name.
        """
        config = self._home.config
        name = folder.resolve().name
        beside = [each / "templates" for each in (folder, *folder.resolve().parents[:2])]
        templates = (config / "templates", *(each / name for each in beside), *beside, templates_dir())
        loaded = load_paths([folder], config if config.is_dir() else None, template_dirs=templates)
        if loaded.has_errors:
            raise ProblemsFound(loaded.diagnostics)
        return loaded


def _files(home: Home, paths: Sequence[Path]) -> Iterator[Path]:
    if not paths:
        yield from _below(home.config / RULES_FOLDER)
    for path in paths:
        if path.is_dir():
            files = _below(path)
            if not files:
                raise UsageError(f"there is no rule test in {path}", hint=f"they are called `NAME{TEST_SUFFIX}`")
            yield from files
        elif not path.name.endswith(TEST_SUFFIX):
            raise UsageError(f"{path} is not a rule test", hint=f"they are called `NAME{TEST_SUFFIX}`")
        elif not path.exists():
            raise UsageError(f"there is no file {path}")
        else:
            yield path


def _below(folder: Path) -> list[Path]:
    """The test files of a folder and those in it, in plain text order, without hidden ones."""
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(
            folder / os.path.relpath(where, folder) / name
            for name in names
            if name.endswith(TEST_SUFFIX) and not name.startswith(".")
        )
    return sorted(found)


def _name(path: Path, config: Path) -> str:
    absolute = path.absolute()
    return (absolute.relative_to(config) if absolute.is_relative_to(config) else path).as_posix()


def _read(path: Path, name: str, problems: list[Diagnostic]) -> bytes | None:
    """At most a little more than the largest file that is allowed; None when it cannot be read."""
    reason = "this is not a file"
    try:
        if stat.S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
    problems.append(Diagnostic(Span(name, 1, 1, 2), "unreadable", reason))
    return None
