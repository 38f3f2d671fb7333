"""people.yaml, read to be changed and put back whole; called by `people_add.py`.

No lock is held: a person may edit the file at any time. One that changed after it was read is not overwritten, and
whatever the reader of the configuration would not read as it was meant is not written.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING

from agendad.app.people_text import with_entries, with_note
from agendad.diagnostics import Severity
from agendad.errors import AgendadError, ProblemsFound, ProviderError
from agendad.model.settings import People
from agendad.providers.files import discard, fsync, fsync_dir, no_checkpoint, publish, write_temp
from agendad.providers.files import replace as put_in_place
from agendad.rules.people import NAME, read_people

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from agendad.model.settings import Person


class PeopleFile:
    """The file as it was read; `people` is what it says."""

    def __init__(self, folder: Path) -> None:
        """Raises ProblemsFound when the file has errors, ProviderError when it cannot be read."""
        # through a link, so that the link stays one
        self._path = (folder / NAME).resolve()
        self._data = self._read()
        self.people = _understood(self._data or b"")

    def add(self, people: Sequence[Person]) -> None:
        """Adds entries at the end; ids and addresses are known to be free.

        Raises ProblemsFound when the reader has something against an entry, ProviderError when nothing could be
        written.
        """
        changed = with_entries(self._data or b"", people)
        self._write(changed, {**self.people.by_id, **{each.id: each for each in people}})

    def note(self, id_: str, note: str) -> None:
        """Adds a line to the notes of somebody who has an entry. Raises as `add` does."""
        person = self.people.by_id[id_]
        lines = f"{person.notes.rstrip()}\n{note}".lstrip("\n")
        changed = with_note(self._data or b"", id_, note)
        self._write(changed, {**self.people.by_id, id_: replace(person, notes=lines)})

    def _write(self, data: bytes, wanted: Mapping[str, Person]) -> None:
        found = _understood(data)
        if found.declared_groups != self.people.declared_groups or _plain(found.by_id) != _plain(wanted):
            raise AgendadError(
                f"{NAME} is written in a way that only a person can change; nothing was written",
                hint="add it by hand",
            )
        if self._read() != self._data:
            raise ProviderError(
                f"{NAME} was changed by another program meanwhile; nothing was written", hint="do it once more"
            )
        temporary = self._path.with_name(f".{NAME}.{os.getpid()}.tmp")
        try:
            mode = None if self._data is None else stat.S_IMODE(self._path.stat().st_mode)
            fsync(temporary, write_temp(temporary, data, mode, no_checkpoint), no_checkpoint)
            if self._data is None:
                publish(temporary, self._path, no_checkpoint)
            else:
                put_in_place(temporary, self._path, no_checkpoint)
            fsync_dir(self._path.parent, no_checkpoint)
        except OSError as error:
            discard(temporary)
            raise ProviderError(f"{self._path} cannot be written: {_why(error)}") from None
        self._data, self.people = data, found

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ProviderError(f"{self._path} cannot be read: {_why(error)}") from None


def _understood(data: bytes) -> People:
    """What the bytes say; raises ProblemsFound when they hold an error."""
    people, problems = read_people(data)
    if any(each.severity is Severity.ERROR for each in problems):
        raise ProblemsFound(problems)
    return people or People()


def _plain(people: Mapping[str, Person]) -> dict[str, Person]:
    """People in a form in which white space at the end of notes makes no difference."""
    return {id_: replace(person, notes=person.notes.rstrip()) for id_, person in people.items()}


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
