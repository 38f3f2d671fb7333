"""How a calendar file changes: `providers/files.py`, prepared under a dot name beside it.

Programs that read vdirs ignore such names. `calendars.py` and `writer.py` call these; nothing else in the package
writes a calendar.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from agendad.providers import files
from agendad.providers.files import fsync_dir, no_checkpoint, remove

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.providers.files import Checkpoint

__all__ = ["fsync", "fsync_dir", "no_checkpoint", "publish", "remove", "replace", "sweep", "write_temp"]

TEMPORARY_SUFFIX: Final = ".agendad-tmp"


def temporary(target: Path) -> Path:
    """Where `target` is prepared; the same name each time, so that a crash leaves at most one such file a target."""
    return target.with_name(f".{target.name}{TEMPORARY_SUFFIX}")


def write_temp(target: Path, data: bytes, checkpoint: Checkpoint) -> int:
    """As `files.write_temp`; the new file has the permissions of the one it will replace, else those of the umask."""
    try:
        mode = target.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = None
    return files.write_temp(temporary(target), data, mode, checkpoint)


def fsync(target: Path, descriptor: int, checkpoint: Checkpoint) -> None:
    """As `files.fsync`, of the temporary file of `target`."""
    files.fsync(temporary(target), descriptor, checkpoint)


def replace(target: Path, checkpoint: Checkpoint) -> None:
    """As `files.replace`, of the temporary file of `target`."""
    files.replace(temporary(target), target, checkpoint)


def publish(target: Path, checkpoint: Checkpoint) -> None:
    """As `files.publish`, of the temporary file of `target`."""
    files.publish(temporary(target), target, checkpoint)


def sweep(folder: Path) -> None:
    """Removes the temporary files that a crash left in `folder`."""
    with os.scandir(folder) as entries:
        left = [entry.name for entry in entries if entry.name.endswith(TEMPORARY_SUFFIX) and entry.name[0] == "."]
    for name in left:
        (folder / name).unlink()
