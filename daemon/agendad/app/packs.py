"""The shipped rule packs, theme by theme: which there are, what each needs, and its files.

A theme is a rule file of a pack, with the tests that name no other rules. What it needs is read from the rules
themselves: the groups that they name, and the templates. For `init.py` and `demo_files.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from agendad.core.recurrence import occurrences
from agendad.data import rules_dir, templates_dir
from agendad.errors import ProblemsFound, UsageError
from agendad.model.rule import Every, Exclusions, Party
from agendad.rules.load import RULES_FOLDER, SUFFIX, TEST_SUFFIX, load_paths
from agendad.rules.ruletests import read_tests
from agendad.rules.spelling import did_you_mean, listed
from agendad.rules.templates import is_name
from agendad.rules.tree import Mapping, Scalar, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Sequence as SequenceOf
    from datetime import date
    from pathlib import Path

    from agendad.model.rule import Rule
    from agendad.model.ruletest import RuleTest
    from agendad.rules.tree import Node

STARTER: Final = "starter"
BEGINNING: Final = "# the Monday on which you begin"
"""The comment of a line of rules whose date is the person's own."""
WHOLE: Final = "# the first whole one"
"""The comment of a line that lets a rule begin with the next month, quarter or year."""
WEEK: Final = timedelta(days=7)

_BEGINS: Final = re.compile(rf"^(.*\b)\d{{4}}-\d\d-\d\d(\s+{BEGINNING})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Theme:
    """One rule file of a pack.

    `about` says what it is for, as the first line of the file. `rules` are the ids of its rules, `groups` and
    `templates` those that they name; `begins` says that something in it begins on a day that a person chooses.
    `rhythms` are the `every:` of months and longer, by their lines in the file.
    """

    name: str
    about: str
    rules: frozenset[str]
    groups: frozenset[str]
    templates: frozenset[str]
    begins: bool
    rhythms: tuple[tuple[int, Every], ...]

    def waiting(self, today: date) -> dict[int, date]:
        """By line, what comes once in a month or a longer time that is half over: the first day of the next one."""
        found = ((line, _next_one(every, today)) for line, every in self.rhythms)
        return {line: day for line, day in found if day is not None}


def packs() -> list[str]:
    """The names of the shipped rule packs."""
    return sorted(folder.name for folder in rules_dir().iterdir() if any(folder.glob(f"*{SUFFIX}")))


@cache
def themes(pack: str) -> tuple[Theme, ...]:
    """The themes of a pack in plain text order; raises UsageError for a pack that there is not."""
    if pack not in packs():
        raise UsageError(
            f"there is no pack `{pack}`", hint=did_you_mean(pack, packs()) or f"the packs are: {', '.join(packs())}"
        )
    folder = rules_dir() / pack
    loaded = load_paths([folder], None, template_dirs=[templates_dir() / pack])
    if loaded.has_errors:
        raise ProblemsFound(loaded.diagnostics)
    return tuple(
        _theme(file, [rule for rule in loaded.rules if rule.span.file == file.as_posix()])
        for file in sorted(folder.glob(f"*{SUFFIX}"))
        if not file.name.endswith(TEST_SUFFIX)
    )


def chosen(pack: str, names: str) -> tuple[Theme, ...]:
    """Those of the themes of a pack that `names` lists with commas between them, `all` or nothing for all.

    Raises UsageError for a theme that there is not.
    """
    known = {theme.name: theme for theme in themes(pack)}
    wanted = {name.strip() for name in names.split(",")} - {""}
    if not wanted or wanted == {"all"}:
        return tuple(known.values())
    for name in sorted(wanted - known.keys()):
        hint = did_you_mean(name, known) or f"the themes are {listed(known, 'and')}"
        raise UsageError(f"the pack `{pack}` has no theme `{name}`", hint=hint)
    return tuple(theme for name, theme in known.items() if name in wanted)


def _theme(file: Path, rules: list[Rule]) -> Theme:
    text = file.read_text("utf-8")
    return Theme(
        name=file.name.removesuffix(SUFFIX),
        about=_about(text),
        rules=frozenset(rule.id for rule in rules),
        groups=frozenset(group for rule in rules for group in _groups(rule)),
        templates=frozenset(_templates(parse(file.name, text.encode()).root)),
        begins=_BEGINS.search(text) is not None,
        rhythms=tuple(_rhythms(rules)),
    )


def _rhythms(rules: Iterable[Rule]) -> Iterator[tuple[int, Every]]:
    for rule in rules:
        if isinstance(rule.trigger, Every) and rule.trigger.starting is None and rule.field_spans is not None:
            yield rule.field_spans["every"].line, rule.trigger


def _about(text: str) -> str:
    """The first line of comment, to the end of its sentence."""
    lines = [line.lstrip("# ").rstrip() for line in takewhile(lambda line: line.startswith("#"), text.splitlines())]
    about = "".join(lines[:1])
    for line in lines[1:]:
        if about.endswith((".", ":")) or not line:
            break
        sentence, end, _ = line.partition(". ")
        about += f" {sentence}{end.rstrip()}"
    return about


def _groups(part: object) -> Iterator[str]:
    """Every group that a part of a rule names, wherever in it."""
    if isinstance(part, Party):
        if part.kind == "group":
            yield part.value
    elif isinstance(part, tuple):
        for each in part:
            yield from _groups(each)
    elif is_dataclass(part):
        for field in fields(part):
            yield from _groups(getattr(part, field.name))


def _templates(node: Node | None) -> Iterator[str]:
    """Every template that a part of a rule file names."""
    if isinstance(node, Scalar):
        if is_name(node.text):
            yield node.text.strip()
    elif isinstance(node, Sequence):
        for each in node.items:
            yield from _templates(each)
    elif isinstance(node, Mapping):
        for _, value in node.entries.values():
            yield from _templates(value)


# ---------------------------------------------------------------- files


def pack_files(
    pack: str, taken: Collection[Theme], starting: date | None = None, today: date | None = None
) -> Iterator[tuple[str, bytes]]:
    """The files of some themes of a pack, by their names below a configuration folder: rules, tests, templates.

    What begins on a day that a person chooses begins on `starting`, and without it on the day that the pack has. With
    `today`, what comes once in a month or a longer time begins with the next one where this one is half over: else
    the days that are left would be full of it.
    """
    for theme in taken:
        text = (rules_dir() / pack / f"{theme.name}{SUFFIX}").read_bytes().decode()
        begun = text if starting is None else _BEGINS.sub(rf"\g<1>{starting}\g<2>", text)
        lines = begun.splitlines(keepends=True)
        for line, day in sorted(theme.waiting(today).items(), reverse=True) if today is not None else ():
            indent = lines[line - 1].partition("every")[0]
            lines.insert(line, f"{indent}starting: {day}  {WHOLE}\n")
        yield f"{RULES_FOLDER}/{theme.name}{SUFFIX}", "".join(lines).encode()
    known = {rule for theme in taken for rule in theme.rules}
    for file in sorted((rules_dir() / pack).glob(f"*{TEST_SUFFIX}")):
        if (tests := _tests(file, known)) is not None:
            yield f"{RULES_FOLDER}/{file.name}", tests
    folder = templates_dir() / pack
    names = {name for theme in taken for template in theme.templates for name in _variants(folder, template)}
    for name in sorted(names):
        yield f"templates/{name}", (folder / name).read_bytes()


def _next_one(every: Every, today: date) -> date | None:
    """The day after the month, or the longer time, of an occurrence that is half over today."""
    tomorrow = today + timedelta(days=1)
    plain = replace(every, exclude=Exclusions(), times=None)
    for now in occurrences(plain, today, tomorrow, holidays={}, absent=(), first_day=today):
        if now.end - now.first > WEEK and 2 * (now.end - today) < now.end - now.first:
            return now.end
    return None


def undated(data: bytes) -> bytes:
    """The bytes of a rule file without the days that a person chooses."""
    return re.sub(_BEGINS.pattern.encode(), rb"\g<1>\g<2>", data, flags=re.MULTILINE)


def _tests(file: Path, known: Collection[str]) -> bytes | None:
    """A file of tests without those that name other rules than the known ones; None when none is left."""
    data = file.read_bytes()
    found, problems = read_tests(file.as_posix(), data)
    if found is None:
        raise ProblemsFound(problems)
    lines = data.decode().splitlines(keepends=True)
    starts = [test.span.line - 1 for test in found.tests]
    foreign = [not _named(test) <= set(known) for test in found.tests]
    for start, end, out in reversed(list(zip(starts, [*starts[1:], len(lines)], foreign, strict=True))):
        if out:
            del lines[start : _end_of_test(lines, start, end)]
    return None if all(foreign) else "".join(lines).rstrip().encode() + b"\n"


def _end_of_test(lines: SequenceOf[str], start: int, end: int) -> int:
    """The line after a test that reaches to `end` at most: a comment that follows belongs to the next one."""
    last = max(number for number in range(start, end) if lines[number].strip() and lines[number].strip()[0] != "#")
    return next((number for number in range(last + 1, end) if lines[number].strip()), end)


def _named(test: RuleTest) -> set[str]:
    """The rules that a test names."""
    wanted = {each.rule for expected in test.expect.values() for each in expected}
    return {*test.rules, *(test.beside or ()), *wanted, *(event.rule for event in test.world.events if event.rule)}


def _variants(folder: Path, template: str) -> Iterator[str]:
    """A template and its texts in other languages: `a.md.j2` and `a.fr.md.j2`."""
    path = folder / template
    stem, _, rest = path.name.partition(".")
    for file in (path, *path.parent.glob(f"{stem}.*.{rest}")):
        yield file.relative_to(folder).as_posix()
