"""What a large people.yaml says, kept until its bytes change; `home.py` gives `read` to the reader of configurations.

A file of ten thousand people takes as long to read as all else that a command does. Only a file without any problem is
kept, so that none is ever missing from what is told. The cache may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from agendad import __version__
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
    with suppress(OSError, ValueError, TypeError, LookupError):  # there is none, or not as we wrote it
        kept = json.loads(path.read_bytes())
        if kept["head"] == head:
            return People({row[0]: from_row(row) for row in kept["people"]}, frozenset(kept["groups"])), ()
    people, problems = read_people(data)
    if people is not None and not problems:
        _keep(path, {"head": head, "groups": sorted(people.declared_groups), "people": _rows(people)})
    return people, problems


def _rows(people: People) -> list[list[object]]:
    return [to_row(person) for person in people.by_id.values()]


def _keep(path: Path, value: object) -> None:
    """Puts the cache in its place; that it cannot be kept costs nothing but time."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
