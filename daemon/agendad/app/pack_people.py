"""The people file of a shipped pack: its groups, each with a comment, and people of a kind that could be in them.

`templates/PACK/people.yaml`, and `people.fr.yaml` beside it, are whole files that `agendad check` accepts, so that the
pack can be tried with them. `init.py` makes a first people.yaml of one, `demo_files.py` takes its people. Each group
stands on a line of its own, and so does the first line of each person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.app.packs import STARTER
from agendad.data import templates_dir
from agendad.rules.load import SUFFIX
from agendad.rules.tree import Mapping, Scalar, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from agendad.rules.tree import Node


@dataclass(frozen=True, slots=True)
class Example:
    """Somebody in a people file: the groups that they are in, and the lines of their entry."""

    groups: frozenset[str]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """A people file as lines: the `head` with the comments and the version, each group, each person by id. The
    last line of the head is `groups:`.
    """

    head: tuple[str, ...]
    groups: dict[str, str]
    people: dict[str, Example]

    def first(self, groups: Collection[str]) -> str:
        """A file with these groups and nobody in them; somebody for each group stands there as a comment."""
        lines = [line for name, line in self.groups.items() if name in groups]
        lines += [f"  - {name}" for name in sorted(set(groups) - self.groups.keys())]
        examples = ["people:", *self._examples(groups)]
        return "\n".join([*self.head[: None if lines else -1], *lines, *(f"# {line}" for line in examples)]) + "\n"

    def _examples(self, groups: Collection[str]) -> Iterator[str]:
        """The lines of the first people who are in these groups, or of anybody where there are none."""
        missing = set(groups)
        for person in self.people.values():
            if person.groups & missing or not groups:
                yield from person.lines
                missing -= person.groups
            if not missing:
                return


def people_file(pack: str, tongue: str) -> PeopleFile:
    """The people file of a pack, in English (`en`) or French (`fr`); that of the starter pack where it has none."""
    folders = (templates_dir() / pack, templates_dir() / STARTER)
    names = (f"people.{tongue}{SUFFIX}", f"people{SUFFIX}")
    file = next(path for folder in folders for name in names if (path := folder / name).is_file())
    root = parse(file.name, file.read_bytes()).root
    lines = file.read_text("utf-8").splitlines()
    if not isinstance(root, Mapping):
        raise TypeError(f"{file} is no people file")
    (title, groups), (_, people) = root.entries["groups"], root.entries["people"]
    entries = list(people.entries.values()) if isinstance(people, Mapping) else []
    ends = [*(_line(key) for key, _ in entries[1:]), len(lines)]
    return PeopleFile(
        head=tuple(lines[: _line(title) + 1]),
        groups={group.text: lines[_line(group)] for group in _scalars(groups)},
        people={
            key.text: Example(frozenset(_groups(person)), tuple(lines[_line(key) : end]))
            for (key, person), end in zip(entries, ends, strict=True)
        },
    )


def _line(node: Node) -> int:
    return node.span.line - 1


def _groups(person: Node) -> Iterator[str]:
    if isinstance(person, Mapping) and "groups" in person.entries:
        yield from (group.text for group in _scalars(person.entries["groups"][1]))


def _scalars(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Sequence):
        yield from (item for item in node.items if isinstance(item, Scalar))
