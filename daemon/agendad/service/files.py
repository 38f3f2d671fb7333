"""Notices that a file of the configuration changed. `daemon.py` compares, `serve.py` waits.

What counts is the comparison of two fingerprints, which no lost event and no network disk can deceive. That inotify(7)
tells of a change only makes the daemon look at once; where there is no inotify, it looks every minute.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from asyncinotify import Inotify

    from agendad.model.settings import Settings

Fingerprint = frozenset[tuple[str, int, int, int]]
"""Of every file: its path, when it was changed (ns), its size and its number."""

FILES: Final = ("agendad.yaml", "people.yaml")
FOLDERS: Final = ("rules", "templates")
STATE: Final = ("decisions.json", "ledger.db")
_QUIET: Final = 0.05
_PATIENCE: Final = 0.5


def roots(config: Path, contacts: Path | None) -> tuple[Path, ...]:
    """The files and folders that a configuration is read from; `contacts` is its folder of vCards."""
    return (*(config / name for name in (*FILES, *FOLDERS)), *([contacts] if contacts else []))


def places(settings: Settings, state: Path) -> tuple[Path, ...]:
    """The files and folders beside those of the configuration that a cycle decides on. Only what is local has any."""
    mail = settings.mail.path if settings.mail else None
    data = (settings.calendar.path, mail)
    return (*(path for path in data if path is not None), *(state / name for name in STATE))


def fingerprint(paths: Iterable[Path], *, hidden: bool = False) -> Fingerprint:
    """How files, and all files below folders, stand now; without `hidden` those whose names begin with a dot (of
    editors) are passed over."""
    return frozenset(_files(paths, hidden))


def _files(paths: Iterable[Path], hidden: bool) -> Iterator[tuple[str, int, int, int]]:
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_dir():
                yield from _below(os.fspath(path), hidden)
            else:
                yield _entry(os.fspath(path), path.stat())


def _below(folder: str, hidden: bool) -> Iterator[tuple[str, int, int, int]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and not hidden:
                continue
            if entry.is_dir():
                yield from _below(entry.path, hidden)
            else:
                with contextlib.suppress(OSError):
                    yield _entry(entry.path, entry.stat())


def _entry(path: str, found: os.stat_result) -> tuple[str, int, int, int]:
    return path, found.st_mtime_ns, found.st_size, found.st_ino


class Watch:
    """Wakes whoever waits on `fileno` when something changes below folders. Does nothing where there is no inotify."""

    def __init__(self) -> None:
        self._inotify: Inotify | None = None
        self._watched: frozenset[str] = frozenset()

    def fileno(self) -> int | None:
        """What to wait on until it can be read; None where there is nothing."""
        return None if self._inotify is None else self._inotify.fd

    def watch(self, paths: Iterable[Path]) -> bool:
        """Watches these files and folders from now on, and the folders they stand in; whether `fileno` is another now.

        A file that an editor replaces, and one that is made later, is seen in its folder.
        """
        wanted = frozenset(_folders(paths))
        if wanted == self._watched or sys.platform != "linux":
            return False
        self.close()
        from asyncinotify import Inotify, Mask

        mask = Mask.CLOSE_WRITE | Mask.CREATE | Mask.DELETE | Mask.MOVE | Mask.DELETE_SELF | Mask.MOVE_SELF
        try:
            self._inotify = Inotify(sync_timeout=0)
            for folder in wanted:
                with contextlib.suppress(FileNotFoundError):
                    self._inotify.add_watch(folder, mask)
        except OSError:  # the system's limit of watches is reached: the look once a minute has to do
            self.close()
            return True
        self._watched = wanted
        return True

    def settle(self) -> None:
        """Takes what was told, until nothing more is told for a moment: an editor writes in several steps."""
        if self._inotify is None:
            return
        end = time.monotonic() + _PATIENCE
        self._inotify.sync_timeout = _QUIET
        while time.monotonic() < end and self._inotify.sync_get() is not None:
            pass
        self._inotify.sync_timeout = 0

    def close(self) -> None:
        """Watches nothing any more."""
        if self._inotify is not None:
            self._inotify.close()
        self._inotify, self._watched = None, frozenset()


def _folders(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        yield os.fspath(path.parent)
        if path.is_dir():
            for folder, below, _ in os.walk(path):
                below[:] = [name for name in below if not name.startswith(".")]
                yield folder
