"""What changed in a folder since it was last read, at little more than the cost of asking for every file's status.

`index.py` calls it each cycle. A file counts as unchanged while its name, inode, size, modification and change time
are. A file that was modified so shortly before it was read that a second change could carry the same times is given
no signature and read again the next time (the *racily clean* entries of version control systems).
"""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

UNTRUSTED: Final = 0
_GONE: Final = 1
"""Of an entry without a file. Never stored, so that it differs from whatever was known of the entry."""
_FEW: Final = 64
_STRETCH: Final = 512

_status = attrgetter("st_mtime_ns", "st_size", "st_ino", "st_ctime_ns")


@dataclass(frozen=True, slots=True)
class Listing:
    """One look at a folder: a signature for each entry, in the folder's own order, and one for the folder.

    Signatures are 64-bit hashes of numbers, the same in every process.
    """

    path: Path
    folder: int
    signatures: array[int]
    single: str = ""
    """The one name that a calendar in a single file has."""

    def same_as(self, folder: int, signatures: array[int]) -> bool:
        """Whether nothing at all changed since a look that gave these."""
        return self.signatures == signatures and self.folder == folder != UNTRUSTED


@dataclass(slots=True)
class Known:
    """What was stored of the last look; `names` in the same order as `signatures`."""

    folder: int
    signatures: array[int]
    names: list[str]


def signature(status: os.stat_result, trusted_ns: int) -> int:
    """The signature of a file, or UNTRUSTED when it changed after `trusted_ns` (since the epoch)."""
    if max(status.st_mtime_ns, status.st_ctime_ns) > trusted_ns:
        return UNTRUSTED
    return hash(_status(status))


def look(path: Path, trusted_ns: int) -> Listing:
    """Asks for the status of every entry of the folder. Raises OSError when the folder cannot be listed."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        folder = signature(os.fstat(descriptor), trusted_ns)
        try:
            with os.scandir(descriptor) as entries:
                # In one chain of C functions: a Python loop over the entries would cost as much as the status calls.
                found = array("q", map(hash, map(_status, map(os.DirEntry.stat, entries))))
        except FileNotFoundError:  # a link to nowhere, or a file that went away meanwhile
            found = array("q", [_one(descriptor, name) for name in os.listdir(descriptor)])  # noqa: PTH208  # by descriptor
    finally:
        os.close(descriptor)
    return Listing(path, folder, found)


def look_at_file(path: Path, trusted_ns: int) -> Listing:
    """The same for a calendar that is a single file."""
    found = signature(path.stat(), trusted_ns)
    return Listing(path.parent, found, array("q", [found]), path.name)


def names(listing: Listing, known: Known | None) -> tuple[list[str], list[int]]:
    """The names of all entries in order, and the places of those that are new or changed since `known`.

    Raises OSError. When the folder changes meanwhile, too many come out as changed, never too few.
    """
    if listing.single:
        return [listing.single], [0]
    if known is not None and len(known.names) == len(listing.signatures):
        different = _differing(known.signatures, listing.signatures)
        if len(different) <= _FEW and (different or listing.folder == known.folder != UNTRUSTED):
            changed = [known.names[at] for at in different]
            if [_named(listing.path, name) for name in changed] == [listing.signatures[at] for at in different]:
                return known.names, different
    found = os.listdir(listing.path)  # noqa: PTH208  # plain names, in the order in which they were looked at
    if known is None or len(found) != len(listing.signatures):
        return found, list(range(len(found)))
    old = dict(zip(known.names, known.signatures, strict=True))
    pairs = enumerate(zip(found, listing.signatures, strict=True))
    return found, [at for at, (name, new) in pairs if old.get(name) != new]


def _differing(old: array[int], new: array[int]) -> list[int]:
    """Where two arrays of one length differ; equal stretches are compared as a whole."""
    return [
        at
        for begin in range(0, len(new), _STRETCH)
        if old[begin : begin + _STRETCH] != new[begin : begin + _STRETCH]
        for at in range(begin, min(begin + _STRETCH, len(new)))
        if old[at] != new[at]
    ]


def _named(folder: Path, name: str) -> int:
    try:
        return hash(_status((folder / name).stat()))
    except FileNotFoundError:
        return _GONE


def _one(descriptor: int, name: str) -> int:
    try:
        return hash(_status(os.stat(name, dir_fd=descriptor)))
    except FileNotFoundError:
        return _GONE
