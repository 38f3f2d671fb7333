"""Every operation by which a calendar file changes, so that a crash at any of them leaves the old file or the new one.

A file is written under a dot name beside its target (programs that read vdirs ignore those), synchronised, renamed
over the target, and the folder synchronised. `calendars.py` calls these; nothing else in the package writes a calendar.

Each operation calls `checkpoint` with its name before and after (`"replace:before"`, `"replace:after"`): the crash
tests end the process there.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Checkpoint = Callable[[str], None]

TEMPORARY_SUFFIX: Final = ".agendad-tmp"

_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


def no_checkpoint(_operation: str) -> None:
    """The checkpoint of every run outside the crash tests."""


def temporary(target: Path) -> Path:
    """Where `target` is prepared; the same name each time, so that a crash leaves at most one such file a target."""
    return target.with_name(f".{target.name}{TEMPORARY_SUFFIX}")


def write_temp(target: Path, data: bytes, checkpoint: Checkpoint) -> int:
    """Writes `data` to the temporary file of `target` and returns its open descriptor, to be given to `fsync`.

    The new file has the permissions of the one it will replace, else those of the umask. Raises OSError; the
    temporary file is then gone.
    """
    checkpoint("write_temp:before")
    path = temporary(target)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        _copy_mode(target, descriptor)
    except OSError:
        os.close(descriptor)
        discard(target)
        raise
    checkpoint("write_temp:after")
    return descriptor


def fsync(target: Path, descriptor: int, checkpoint: Checkpoint) -> None:
    """Makes the temporary file of `target` durable and closes it. Raises OSError; the file is then gone."""
    checkpoint("fsync:before")
    try:
        os.fsync(descriptor)
    except OSError:
        discard(target)
        raise
    finally:
        os.close(descriptor)
    checkpoint("fsync:after")


def replace(target: Path, checkpoint: Checkpoint) -> None:
    """Puts the temporary file in the place of `target`, which other programs see whole at every instant."""
    checkpoint("replace:before")
    try:
        temporary(target).replace(target)
    except OSError:
        discard(target)
        raise
    checkpoint("replace:after")


def publish(target: Path, checkpoint: Checkpoint) -> None:
    """Puts the temporary file at `target`, which must not exist: FileExistsError when another program was faster."""
    checkpoint("publish:before")
    try:
        os.link(temporary(target), target)
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            discard(target)
            raise
        if os.path.lexists(target):
            discard(target)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target)) from error
        replace(target, checkpoint)
    else:
        checkpoint("publish:linked")
        discard(target)
    checkpoint("publish:after")


def remove(target: Path, checkpoint: Checkpoint) -> None:
    """Removes `target`. Raises OSError, FileNotFoundError when it is gone already."""
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


def discard(target: Path) -> None:
    """Removes the temporary file of `target` if there is one."""
    temporary(target).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes the temporary files that a crash left in `folder`."""
    with os.scandir(folder) as entries:
        left = [entry.name for entry in entries if entry.name.endswith(TEMPORARY_SUFFIX) and entry.name[0] == "."]
    for name in left:
        (folder / name).unlink()


def _copy_mode(target: Path, descriptor: int) -> None:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    os.fchmod(descriptor, mode & 0o777)
