"""Every operation by which a person's file changes, so that a crash at any of them leaves the old one or the new one.

A file is written under another name, synchronised, put into its place, and the folder synchronised. The providers that
keep calendars and mail on disk call these; nothing else writes there.

Each operation calls `checkpoint` with its name before and after (`"replace:before"`, `"replace:after"`): the crash
tests end the process there. All raise OSError.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Checkpoint = Callable[[str], None]

_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def no_checkpoint(_operation: str) -> None:
    """The checkpoint of every run outside the crash tests."""


def write_temp(path: Path, data: bytes, mode: int | None, checkpoint: Checkpoint) -> int:
    """Writes `data` to the temporary file `path` and returns its open descriptor, to be given to `fsync`.

    The file has the permissions `mode`, or those of the umask (None). After an error it is gone.
    """
    checkpoint("write_temp:before")
    discard(path)  # left from a crash: perhaps a second name of a file that was put into its place already
    descriptor = os.open(
        path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666 if mode is None else mode
    )
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        if mode is not None:
            os.fchmod(descriptor, mode)  # whatever the umask leaves of it
    except OSError:
        os.close(descriptor)
        discard(path)
        raise
    checkpoint("write_temp:after")
    return descriptor


def fsync(path: Path, descriptor: int, checkpoint: Checkpoint) -> None:
    """Makes the temporary file durable and closes it. After an error the file is gone."""
    checkpoint("fsync:before")
    try:
        os.fsync(descriptor)
    except OSError:
        discard(path)
        raise
    finally:
        os.close(descriptor)
    checkpoint("fsync:after")


def replace(path: Path, target: Path, checkpoint: Checkpoint) -> None:
    """Puts the temporary file in the place of `target`, which other programs see whole at every instant."""
    checkpoint("replace:before")
    try:
        path.replace(target)
    except OSError:
        discard(path)
        raise
    checkpoint("replace:after")


def publish(path: Path, target: Path, checkpoint: Checkpoint) -> None:
    """Puts the temporary file at `target`, which must not exist: FileExistsError when another program was faster.

    Any error means that nothing was put there.
    """
    checkpoint("publish:before")
    try:
        os.link(path, target)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            discard(path)
            raise
        if os.path.lexists(target):
            discard(path)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target)) from error
        replace(path, target, checkpoint)
    else:
        checkpoint("publish:linked")
        discard(path)
    checkpoint("publish:after")


def remove(target: Path, checkpoint: Checkpoint) -> None:
    """Removes `target`; FileNotFoundError when it is gone already."""
    checkpoint("remove:before")
    target.unlink()
    checkpoint("remove:after")


def fsync_dir(folder: Path, checkpoint: Checkpoint) -> None:
    """Makes what was renamed or removed in `folder` durable."""
    checkpoint("fsync_dir:before")
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    checkpoint("fsync_dir:after")


def discard(path: Path) -> None:
    """Removes a temporary file if it is there."""
    path.unlink(missing_ok=True)
