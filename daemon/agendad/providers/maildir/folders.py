"""One folder of mails on disk (https://cr.yp.to/proto/maildir.html) while mail programs deliver, read and move in it.

`mailbox.py` asks it. A mail is known by its base name, what stands before the colon: it stays while the flags behind it
change, and while the mail goes from `new` to `cur`.
"""

from __future__ import annotations

import os
import re
import stat
import time
from typing import TYPE_CHECKING, Final

from agendad.errors import ProviderError
from agendad.providers.mime.reading import header_end

if TYPE_CHECKING:
    from pathlib import Path

PARTS: Final = ("new", "cur")
"""In this order: a mail that goes from `new` to `cur` meanwhile is seen twice, not missed."""

SHORT: Final = 16 * 1024
_LONGEST_HEADER: Final = 1024 * 1024
_TRIES: Final = 10
_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which a folder whose time stamp did not change counts as quiet."""
_TRASHED = re.compile(r":2,[A-Z]*T")
_DELIVERED = re.compile(r"([0-9]{9,11})[.,_]")


def is_trashed(place: str) -> bool:
    """Whether a person deleted the mail in a mail program that removes such mails later."""
    return _TRASHED.search(place) is not None


def delivered(base: str) -> int | None:
    """Seconds since the epoch when a mail came into its folder, where its base name tells."""
    found = _DELIVERED.match(base)
    return int(found[1]) if found else None


class Folder:
    """A folder with `cur`, `new` and `tmp`; one that is not there reads as empty.

    A mail is given by its base name and the place where it was seen, `cur/NAME` or `new/NAME`.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name

    def places(self) -> dict[str, str]:
        """The places of all mails by base name. Raises ProviderError when the folder is there and cannot be listed.

        While another program renames, one look may miss the mail that is being renamed; after a recent change the
        folder is looked at twice.
        """
        found = self._look()
        if self._changed_lately():
            return found | self._look()
        return found

    def header(self, base: str, place: str) -> bytes | None:
        """The beginning of a mail, at least its header, all of one of less than `SHORT` bytes; None when it is gone.

        Raises ProviderError.
        """
        return self._read(base, place, whole=False)

    def whole(self, base: str, place: str) -> bytes | None:
        """All of a mail; None when it is gone. Raises ProviderError."""
        return self._read(base, place, whole=True)

    def modified(self, place: str) -> float | None:
        """When the file was written, in seconds since the epoch; None when it is gone. Raises ProviderError."""
        try:
            return (self.path / place).stat().st_mtime
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(self.path / place, error) from error

    def _look(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in PARTS:
            try:
                names = os.listdir(self.path / part)  # noqa: PTH208  # plain names
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._unreadable(self.path / part, error) from error
            found |= {name.partition(":")[0]: f"{part}/{name}" for name in names if name[0] != "."}
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

    def _read(self, base: str, place: str, *, whole: bool) -> bytes | None:
        for _ in range(_TRIES):
            path = self.path / place
            try:
                return _content(path, whole)
            except FileNotFoundError:
                if path.is_symlink():
                    return None  # it leads nowhere
            except OSError as error:
                raise self._unreadable(path, error) from error
            place = self.places().get(base, "")  # its flags were changed
            if not place:
                return None
        raise ProviderError(
            f"{self.path / place}: another program renames it all the time",
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
        while more := os.read(descriptor, status.st_size + 1 if whole else SHORT):
            data += more
            if not whole and (header_end(data) >= 0 or len(data) > _LONGEST_HEADER):
                break
        return data
    finally:
        os.close(descriptor)
