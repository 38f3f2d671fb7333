"""Keeps the cache true: looks at each calendar, reads the files that changed or that a wider span needs.

`calendars.py` asks it before each reading and writing. The occurrences of a calendar are known over one span with
some margin, so that a window that moves from day to day needs no file again.
"""

from __future__ import annotations

import os
import stat
import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.errors import CalendarUnreadable, ProviderError
from agendad.providers.local.listing import UNTRUSTED, Listing, look, look_at_file, names, signature
from agendad.providers.local.reader import etag
from agendad.providers.local.scan import DAY, Bounds
from agendad.providers.local.store import Change, Doubtful, State, Store

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from agendad.providers.local.reader import Reader, Reading

BEFORE: Final = 7 * DAY
AFTER: Final = 14 * DAY
LONGEST: Final = 800 * DAY
"""Spans are joined up to this length; an exceptional longer question then starts anew."""


@dataclass(frozen=True, slots=True)
class Source:
    """One calendar: a folder of .ics files, or a single .ics file that is only read."""

    name: str
    path: Path
    is_folder: bool


class Index:
    """The files of all calendars, as they were at the last look."""

    def __init__(self, store: Store, reader: Reader, disk_clock: timedelta) -> None:
        self._store = store
        self._reader = reader
        self._grain = int(disk_clock.total_seconds() * 1e9)

    def refresh(self, source: Source, asked: Bounds | None) -> State:
        """Brings the cache up to date, so that it holds all occurrences of the calendar in `asked`
        (None: no more than it has).

        Raises ProviderError when the calendar is not there or cannot be listed.
        """
        try:
            return self._refresh(source, asked)
        except Doubtful:
            return self._refresh(source, asked)  # the cache was emptied; now everything is read

    def _refresh(self, source: Source, asked: Bounds | None) -> State:
        listing = self._look(source)
        state = self._store.state(source.name)
        if asked is None:
            asked = (0, 0) if state is None else state.covered
        if state is not None and _within(asked, state.covered) and listing.same_as(state.folder, state.signatures):
            return state
        change = self._step(source, listing, state, asked)
        return self._store.apply(source.name, change, 0 if state is None else state.count)

    def _step(self, source: Source, listing: Listing, state: State | None, asked: Bounds) -> Change:
        known = None if state is None else self._store.known(source.name, state)
        found, changed = names(listing, known)
        wanted = _wanted(asked, state)
        due = {at for at in changed if is_calendar_file(found[at])}
        gone: list[str] = []
        longer: set[str] = set()
        if state is not None and known is not None:
            if found is not known.names:
                gone = sorted(set(known.names).difference(found))
            if wanted != state.covered:
                longer = self._store.due(source.name, wanted, state.covered)
                due.update(at for at, name in enumerate(found) if name in longer)
        change = Change(listing.folder, array("q", listing.signatures), wanted, gone=gone)
        if len(found) != len(listing.signatures):  # the folder changed between the two looks: trust none of it
            change.signatures = array("q", [UNTRUSTED]) * len(found)
            change.folder = UNTRUSTED
        if known is None or found is not known.names:
            change.names = found
        for at in sorted(due):
            name = found[at]
            path = source.path / name if source.is_folder else source.path
            content, change.signatures[at] = self._content(path)
            if content is None:
                change.gone.append(name)
            elif not isinstance(content, bytes):
                change.readings[name] = content
            elif name in longer or etag(content) != self._store.etag(source.name, name):
                change.readings[name] = self._reader.read(os.fspath(path), content, wanted)
        return change

    def _content(self, path: Path) -> tuple[bytes | Reading | None, int]:
        """What a file holds and its signature: the reading of one that cannot be read, None when it is none or gone."""
        try:
            path.name.encode()
        except UnicodeEncodeError:
            raise CalendarUnreadable(f"{os.fspath(path)!a}: the name is not UTF-8", hint="rename the file") from None
        trusted = self._trusted()
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    return None, signature(status, trusted)
                data = _whole(descriptor, status.st_size)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            if os.path.lexists(path):
                return self._reader.unreadable(os.fspath(path), "is a link to a file that does not exist"), UNTRUSTED
            return None, UNTRUSTED
        except OSError as error:
            return self._reader.unreadable(os.fspath(path), f"cannot be read: {error.strerror}"), UNTRUSTED
        return data, signature(status, trusted)

    def _look(self, source: Source) -> Listing:
        try:
            return (look if source.is_folder else look_at_file)(source.path, self._trusted())
        except OSError as error:
            raise ProviderError(
                f"the calendar {source.name!r} cannot be read: {source.path}: {error.strerror}",
                hint="check that the folder exists, that its disk is mounted and that you may read it",
            ) from error

    def _trusted(self) -> int:
        """The instant after which a change could be followed by another one at the same time of the disk's clock."""
        return time.time_ns() - self._grain


def is_calendar_file(name: str) -> bool:
    """Whether an entry of a vdir is an item: dot files and temporary files are not (the vdir specification)."""
    return name[0] != "." and name[-4:].lower() == ".ics"


def _whole(descriptor: int, size: int) -> bytes:
    data = os.read(descriptor, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _within(inner: Bounds, outer: Bounds) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _wanted(asked: Bounds, state: State | None) -> Bounds:
    """The span to cover: what is covered when that is enough, else more than was asked, with what is covered."""
    if state is not None and _within(asked, state.covered):
        return state.covered
    wider = (asked[0] - BEFORE, asked[1] + AFTER)
    if state is None or state.covered[0] > wider[1] or wider[0] > state.covered[1]:
        return wider
    joined = (min(wider[0], state.covered[0]), max(wider[1], state.covered[1]))
    return joined if joined[1] - joined[0] <= LONGEST else wider
