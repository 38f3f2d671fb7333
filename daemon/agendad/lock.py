"""One process a state folder: whoever writes holds its lock. Taken by every command that changes something.

The lock is the kernel's (flock), so it ends with its process however that ends; a file left behind means nothing.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from agendad.errors import AlreadyRunning, StateUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the lock of `folder`, which is made when missing.

    Raises AlreadyRunning with the id of the process that holds it, StateUnusable when the folder cannot be written.
    """
    path = folder / NAME
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateUnusable(
            f"{path}: {os.strerror(error.errno or 0).lower()}",
            hint="the state folder needs to be writable by you; `--state DIR` names another",
        ) from error
    try:
        _take(file, folder)
        try:
            yield
        finally:
            os.ftruncate(file, 0)
    finally:
        os.close(file)


def _take(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(file, 20, 0).decode("ascii", "replace").strip()
        raise AlreadyRunning(
            f"{folder}: process {holder or 'unknown'} is at work on this state folder",
            hint="wait until it is done, or stop it",
        ) from error
    os.ftruncate(file, 0)
    os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
