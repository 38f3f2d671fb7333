"""One process at a time works on a state folder: whoever writes holds its lock, for as long as it writes.

A daemon takes it for each cycle, so that commands can work in between, and holds a lock of its own (`DAEMON`) as long
as it lives. A lock is the kernel's (flock), so it ends with its process however that ends; a file left behind means
nothing.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from agendad.errors import AlreadyRunning, StateUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORK: Final = "lock"
DAEMON: Final = "daemon.lock"
_STEP: Final = 0.05


@contextmanager
def locked(folder: Path, name: str = WORK, *, patience: float = 0.0, signed: bool = True) -> Iterator[None]:
    """Holds a lock of `folder`, which is made when missing; waits `patience` seconds for another process to let it go.

    `signed`: the file says meanwhile which process holds it. A daemon that works every few minutes writes no file for
    that, its own lock names it.

    Raises AlreadyRunning with the id of the process that holds it, StateUnusable when the folder cannot be written.
    """
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateUnusable(
            f"{path}: {os.strerror(error.errno or 0).lower()}",
            hint="the state folder needs to be writable by you; `--state DIR` names another",
        ) from error
    try:
        _take(file, folder, patience)
        if signed:
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        try:
            yield
        finally:
            if signed:
                os.ftruncate(file, 0)
    finally:
        os.close(file)


def _take(file: int, folder: Path, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < deadline:
                time.sleep(_STEP)
                continue
            raise AlreadyRunning(
                f"{folder}: process {_holder(file, folder)} is at work on this state folder",
                hint="wait until it is done, or stop it",
            ) from error
        break


def _holder(file: int, folder: Path) -> str:
    """The process that holds a lock: the one that signed it, else the daemon."""
    if signed := os.pread(file, 20, 0).decode("ascii", "replace").strip():
        return signed
    try:
        return (folder / DAEMON).read_text("ascii", "replace").strip() or "unknown"
    except OSError:
        return "unknown"
