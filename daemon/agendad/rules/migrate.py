"""Versions of the language: the current one is read, an older one through pure migrations, a newer one is refused.

`load` passes the root of every file through `current` before any field is read. A migration takes the tree of one
version and gives the tree of the next; places stay those of the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from agendad.rules.tree import Broken, Mapping, Scalar
from agendad.rules.values import is_empty, problem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from agendad.diagnostics import Diagnostic

CURRENT: Final = 1

Migration = Callable[[Mapping], Mapping]
MIGRATIONS: Final[MappingOf[int, Migration]] = {}
"""The step from each older version to the next one."""


def current(
    root: Mapping, newest: int = CURRENT, migrations: MappingOf[int, Migration] = MIGRATIONS
) -> tuple[Mapping | None, tuple[Diagnostic, ...]]:
    """The root in the words of the current version; None when it is of a version that cannot be read.

    A file without a usable `version` is read as one of the current version, so that its other problems are seen too.
    """
    _, node = root.entries.get("version", (None, None))
    if node is None:
        hint = f"add `version: {newest}` as the first line"
        return root, (
            root.source.problem(root.start, root.start, "missing-version", "the file has no `version`", hint),
        )
    if isinstance(node, Broken) or is_empty(node):  # said elsewhere
        return root, ()
    word = node.text.strip() if isinstance(node, Scalar) else ""
    if not (word.isascii() and word.isdigit() and len(word) < 5 and int(word) > 0):
        message = f"`{shown(word)}` is not a version" if word else "the version is a number"
        return root, (problem(node, "bad-version", message, f"write `version: {newest}`"),)
    version = int(word)
    if version > newest:
        message = f"version {version} needs a newer agendad: this one reads up to version {newest}"
        return None, (problem(node, "unknown-version", message, f"install an agendad that reads version {version}"),)
    for step in range(version, newest):
        root = migrations[step](root)
    return root, ()
