"""One folder of mails on disk (https://cr.yp.to/proto/maildir.html) while mail programs deliver, read and move in it.

`mailbox.py` asks it. A mail is known by its base name, what stands before the colon: it stays while the flags behind it
change, and while the mail goes from `new` to `cur`.
"""

from __future__ import annotations

import os
import re
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.errors import ProviderError
from agendad.providers.mime.reading import header_end

if TYPE_CHECKING:
    from pathlib import Path

PARTS: Final = ("new", "cur")
"""In this order: a mail that goes from `new` to `cur` meanwhile is seen twice, not missed."""

_BLOCK: Final = 16 * 1024
_LONGEST_HEADER: Final = 1024 * 1024
_TRIES: Final = 10
_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a folder whose time stamp did not change counts as quiet."""
_TRASHED = re.compile(r":2,[A-Z]*T")
_DELIVERED = re.compile(r"([0-9]{9,11})[.,_]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail as it is named now: its base name, the part of the folder it is in, and its whole file name."""

    base: str
    part: str
    name: str

    @property
    def trashed(self) -> bool:
        """Whether a person deleted it in a mail program that removes such mails later."""
        return _TRASHED.search(self.name) is not None

    @property
    def delivered(self) -> int | None:
        """Seconds since the epoch when it came into the folder, where its name tells."""
        found = _DELIVERED.match(self.base)
        return int(found[1]) if found else None


class Folder:
    """A folder with `cur`, `new` and `tmp`; one that is not there reads as empty."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def entries(self) -> dict[str, Entry]:
        """All mails by base name. Raises ProviderError when the folder is there and cannot be listed.

        While another program renames, one look may miss the mail that is being renamed; after a recent change the
        folder is looked at twice.
        """
        found = self._look()
        if self._changed_lately():
            return found | self._look()
        return found

    def header(self, entry: Entry) -> bytes | None:
        """The beginning of a mail, at least its header; None when it is gone. Raises ProviderError."""
        return self._read(entry, whole=False)

    def whole(self, entry: Entry) -> bytes | None:
        """All of a mail; None when it is gone. Raises ProviderError."""
        return self._read(entry, whole=True)

    def find(self, base: str) -> Entry | None:
        """A mail under the name that it has now."""
        return self.entries().get(base)

    def at(self, entry: Entry) -> Path:
        """The path of the file, while the mail has this name."""
        return self.path / entry.part / entry.name

    def modified(self, entry: Entry) -> float | None:
        """When the file was written, in seconds since the epoch; None when it is gone. Raises ProviderError."""
        try:
            return self.at(entry).stat().st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(self.at(entry), error) from error

    def _look(self) -> dict[str, Entry]:
        found = {}
        for part in PARTS:
            try:
                names = os.listdir(self.path / part)  # noqa: PTH208  # plain names
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._unreadable(self.path / part, error) from error
            for name in names:
                if not name.startswith("."):
                    base = name.partition(":")[0]
                    found[base] = Entry(base, part, name)
        return found

    def _changed_lately(self) -> bool:
        now = time.time_ns()
        for part in PARTS:
            try:
                if (self.path / part).stat().st_mtime_ns > now - _SETTLED:
                    return True
            except OSError:
                continue  # not there
        return False

    def _read(self, entry: Entry, *, whole: bool) -> bytes | None:
        at: Entry | None = entry
        for _ in range(_TRIES):
            if at is None:
                return None
            try:
                return _content(self.at(at), whole)
            except FileNotFoundError:
                if self.at(at).is_symlink():
                    return None  # it leads nowhere
                at = self.find(entry.base)  # its flags were changed
            except OSError as error:
                raise self._unreadable(self.at(at), error) from error
        raise ProviderError(
            f"{self.path / entry.part / entry.base}: another program renames it all the time",
            hint="try again when that program has finished",
        )

    def _unreadable(self, path: Path, error: OSError) -> ProviderError:
        return ProviderError(
            f"{path}: cannot be read: {error.strerror or error}",
            hint="look at the permissions of the mail folder, and at the disk",
        )


def _content(path: Path, whole: bool) -> bytes | None:
    """What stands in a file; None for anything else than a file. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for a writer
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        data = b""
        while more := os.read(descriptor, status.st_size + 1 if whole else _BLOCK):
            data += more
            if not whole and (header_end(data) >= 0 or len(data) > _LONGEST_HEADER):
                break
        return data
    finally:
        os.close(descriptor)
