"""What a large people.yaml says, kept until its bytes change; `home.py` gives `read` to the reader of configurations.

A file of ten thousand people takes as long to read as all else that a command does. Only a file without any problem is
kept, so that none is ever missing from what is told. The cache may be deleted at any time.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from agendad import __version__
from agendad.app.cached import keep, kept
from agendad.model.settings import People
from agendad.providers.people.card import from_row, to_row
from agendad.rules.people import read_people

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.diagnostics import Diagnostic

CACHE_NAME: Final = "people-file.json"
LEAST_BYTES: Final = 1 << 16
"""A smaller file is read as fast as a cache would be."""


def read(data: bytes, cache: Path) -> tuple[People | None, tuple[Diagnostic, ...]]:
    """The people in the bytes of people.yaml; None when they hold an error. `cache` is a folder, made when missing."""
    if len(data) < LEAST_BYTES:
        return read_people(data)
    path = cache / CACHE_NAME
    head = [__version__, hashlib.sha256(data).hexdigest()]
    with suppress(TypeError, LookupError, ValueError):  # nothing is kept, or not what we wrote
        known = kept(path, head)
        return People({row[0]: from_row(row) for row in known["people"]}, frozenset(known["groups"])), ()
    people, problems = read_people(data)
    if people is not None and not problems:
        keep(path, head, {"groups": sorted(people.declared_groups), "people": _rows(people)})
    return people, problems


def _rows(people: People) -> list[list[object]]:
    return [to_row(person) for person in people.by_id.values()]
