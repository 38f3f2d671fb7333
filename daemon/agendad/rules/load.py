"""A configuration folder to rules, settings and people, or every problem in it; the way into this package.

`app` calls `load_configuration` before anything else, and `load_paths` for `agendad check PATH...`. Reads files and
nothing else; never raises for what stands in them.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.diagnostics import Diagnostic, Severity, Span
from agendad.errors import ProblemsFound
from agendad.model.settings import People
from agendad.rules import config, people
from agendad.rules.build import Surroundings, build
from agendad.rules.contacts import with_contacts
from agendad.rules.crosscheck import Known, check, duplicates
from agendad.rules.fields import rule as fields
from agendad.rules.files import read_root
from agendad.rules.source import MAX_BYTES, Refused
from agendad.rules.tree import parse
from agendad.rules.values import mapping, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Mapping as MappingOf

    from agendad.model.rule import Rule
    from agendad.model.settings import Person, Settings
    from agendad.rules.build import Entry
    from agendad.rules.tree import Node

    FileReader = Callable[[bytes], tuple[People | None, Sequence[Diagnostic]]]
    ContactsReader = Callable[[Path], tuple[MappingOf[str, Person], Sequence[Diagnostic]]]

RULES_FOLDER: Final = "rules"
SUFFIX: Final = ".yaml"
TEST_SUFFIX: Final = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was read. `settings` is None without a usable agendad.yaml; `rules` are those without errors, by place."""

    settings: Settings | None
    people: People
    rules: tuple[Rule, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def configured(self) -> Settings:
        """The settings; raises ProblemsFound where there is no usable configuration."""
        if self.settings is None:
            raise ProblemsFound(self.diagnostics)
        return self.settings

    @property
    def has_errors(self) -> bool:
        """Whether anything must be corrected before a plan can be made."""
        return any(each.severity is Severity.ERROR for each in self.diagnostics)


@dataclass(frozen=True, slots=True)
class RuleText:
    """One rule file: its name for a person, and its bytes."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PeopleReaders:
    """How people are read: the bytes of people.yaml, and a folder of vCards (None: not at all)."""

    file: FileReader = people.read_people
    contacts: ContactsReader | None = None


_PLAIN: Final = PeopleReaders()


def load_configuration(
    config_dir: Path, *, template_dirs: Sequence[Path] = (), readers: PeopleReaders = _PLAIN
) -> Loaded:
    """Everything below a configuration folder: agendad.yaml, people.yaml, and the rule files below rules/."""
    base = _Base(config_dir, readers)
    folder = config_dir / RULES_FOLDER
    texts = list(_texts(_below(folder), config_dir, base.problems))
    if config_dir.is_dir() and not folder.is_dir():
        base.problems.append(_at_file(RULES_FOLDER, "no-rules", "there is no rules folder", warning=True))
    return _assemble(base, texts, (), template_dirs)


def load_paths(
    paths: Iterable[Path],
    config_dir: Path | None,
    *,
    template_dirs: Sequence[Path] = (),
    readers: PeopleReaders = _PLAIN,
) -> Loaded:
    """The given rule files and folders of rule files, with the configuration if there is one.

    Rules of the configuration that are not among `paths` may be referred to; their own problems are not reported.
    """
    base = _Base(config_dir, readers, required=False)
    files = [file for path in paths for file in (_below(path) if path.is_dir() else [path])]
    texts = list(_texts(files, config_dir, base.problems))
    given = {path.resolve() for path in files}
    rest: list[RuleText] = []
    if config_dir is not None:
        others = [path for path in _below(config_dir / RULES_FOLDER) if path.resolve() not in given]
        rest = list(_texts(others, config_dir, []))
    return _assemble(base, texts, rest, template_dirs)


def load_rule_text(text: str | bytes, file: str = "rules/rules.yaml", *, template_dirs: Sequence[Path] = ()) -> Loaded:
    """One rule file from memory, without a configuration; wall-clock times are in UTC unless it names a zone."""
    one = RuleText(file, text.encode() if isinstance(text, str) else text)
    return _assemble(_Base(None, required=False), [one], (), template_dirs)


class _Base:
    """The configuration and the people of a folder, and what is wrong with them."""

    def __init__(self, folder: Path | None, readers: PeopleReaders = _PLAIN, *, required: bool = True) -> None:
        self.settings: Settings | None = None
        self.people: People | None = None
        self.categories: Node | None = None
        self.problems: list[Diagnostic] = []
        if folder is None:
            return
        data = _read(folder / config.NAME, config.NAME, self.problems, required=False)
        if data is not None:
            read = config.read_configuration(folder, data)
            self.settings, self.categories = read.settings, read.categories
            self.problems.extend(read.problems)
        elif required and not self.problems:
            message = f"there is no {config.NAME} in {folder}" if folder.is_dir() else f"there is no folder {folder}"
            other = folder / config.NAME.replace(".yaml", ".yml")
            hint = f"rename {other.name} to {config.NAME}" if other.exists() else "run `agendad init`"
            self.problems.append(_at_file(config.NAME, "no-configuration", message, hint))
        known = len(self.problems)
        data = _read(folder / people.NAME, people.NAME, self.problems, required=False)
        if data is not None:
            self.people, problems = readers.file(data)
            self.problems.extend(problems)
        elif len(self.problems) == known and (required or self.settings is not None):
            self.people = People()
        if readers.contacts is not None and self.settings is not None and self.settings.contacts is not None:
            self._add(*readers.contacts(self.settings.contacts))

    def _add(self, contacts: MappingOf[str, Person], problems: Sequence[Diagnostic]) -> None:
        """The people of vCards; when these or people.yaml cannot be read, nothing is said of people who are missing."""
        self.problems.extend(problems)
        own = (each for each in self.problems if each.span.file == people.NAME)
        broken = any(each.severity is Severity.ERROR for each in (*own, *problems))
        self.people = None if broken else with_contacts(self.people or People(), contacts)


def _assemble(
    base: _Base, texts: Sequence[RuleText], others: Sequence[RuleText], template_dirs: Sequence[Path]
) -> Loaded:
    """The rules of `texts`, which may refer to those of `others`."""
    around = Surroundings(base.settings.timezone if base.settings else ZoneInfo("UTC"), template_dirs)
    files = [_read_rules(text, around) for text in texts]
    other_files = [_read_rules(text, around) for text in others]
    entries = [entry for file in files for entry in file.entries]
    known = Known(
        ids=frozenset(entry.key.text for file in (*files, *other_files) for entry in file.entries),
        all_read=all(file.readable for file in (*files, *other_files)),
        people=base.people,
        settings=base.settings,
        categories=base.categories,
    )
    diagnostics = [
        *base.problems,
        *(each for file in files for each in file.problems),
        *(each for entry in entries for each in entry.problems),
        *check(entries, known),
    ]
    again = duplicates(entries)
    return Loaded(
        settings=base.settings,
        people=base.people or People(),
        rules=tuple(entry.rule for place, entry in enumerate(entries) if entry.rule and place not in again),
        diagnostics=tuple(sorted(dict.fromkeys(diagnostics), key=lambda each: (each.span, each.code, each.message))),
    )


@dataclass(frozen=True, slots=True)
class _RuleFile:
    """The entries of one file, and its problems outside of them; without `readable`, entries may be missing."""

    entries: Sequence[Entry]
    problems: Sequence[Diagnostic]
    readable: bool = True


def _read_rules(text: RuleText, around: Surroundings) -> _RuleFile:
    found, root_problems = read_root(parse(text.file, text.data), fields.FILE)
    if found is None:
        return _RuleFile((), root_problems, readable=all(one.severity is Severity.WARNING for one in root_problems))
    problems = [*root_problems, *found.problems]
    around = Surroundings(found.get(fields.TIMEZONE) or around.timezone, around.template_dirs)
    if found.lacks("rules"):
        return _RuleFile((), [*problems, _no_rules(found.node)])
    node = found.get(fields.RULES)
    if node is None:
        return _RuleFile((), problems, readable=False)
    try:
        held = mapping(node, "`rules`", "rules: {deep-work: {block: Deep work, every: weekday}}")
    except Refused as refused:
        return _RuleFile((), [*problems, *refused.problems], readable=False)
    if not held.entries:
        problems.append(_no_rules(held))
    named = [entry for entry in held.entries.values() if not entry[0].text.startswith("x-")]
    return _RuleFile([build(key, value, around) for key, value in named], problems)


def _no_rules(node: Node) -> Diagnostic:
    return problem(node, "no-rules", "the file holds no rules", "add them below `rules:`", Severity.WARNING)


def _below(folder: Path) -> list[Path]:
    """The rule files of a folder and those in it, in plain text order, without hidden files and rule tests."""
    found: list[Path] = []
    for where, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(
            Path(where, name)
            for name in names
            if name.endswith((SUFFIX, ".yml")) and not name.endswith(TEST_SUFFIX) and not name.startswith(".")
        )
    return sorted(found)


def _texts(paths: Iterable[Path], config_dir: Path | None, problems: list[Diagnostic]) -> Iterator[RuleText]:
    """The bytes of rule files; those that cannot be read become problems."""
    for path in paths:
        name = _name(path, config_dir)
        if path.suffix == ".yml":
            problems.append(
                _at_file(name, "not-read", "only files that end in .yaml are read", "rename it", warning=True)
            )
        elif (data := _read(path, name, problems)) is not None:
            yield RuleText(name, data)


def _name(path: Path, config_dir: Path | None) -> str:
    if config_dir is not None:
        absolute, base = path.absolute(), config_dir.absolute()
        if absolute.is_relative_to(base):
            return absolute.relative_to(base).as_posix()
    return path.as_posix()


def _read(path: Path, name: str, problems: list[Diagnostic], *, required: bool = True) -> bytes | None:
    """At most a little more than the largest file that is allowed; None when it cannot be read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            problems.append(_at_file(name, "unreadable", "this is not a file"))
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        if required:
            problems.append(_at_file(name, "unreadable", "there is no such file"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.append(_at_file(name, "unreadable", f"the file cannot be read: {reason.lower()}"))
    return None


def _at_file(name: str, code: str, message: str, hint: str = "", *, warning: bool = False) -> Diagnostic:
    severity = Severity.WARNING if warning else Severity.ERROR
    return Diagnostic(Span(name, 1, 1, 2), code, message, hint, severity)
