"""`backup`: the ledger and the decisions in one tar file, while a daemon or a command is at work.

The lock is not taken, so that no cycle has to wait. Everything that writes records a decision before what follows from
it goes into the ledger; so the ledger is copied first, and what was decided meanwhile is at most newer, as after a
crash between the two. An empty write-ahead log goes with them: one that was left where they are unpacked would be read
into the ledger that came.
"""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING, Final

from agendad import decisions
from agendad.errors import ProviderError, StateUnusable, UsageError
from agendad.ledger import files as ledger_files
from agendad.providers import files

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agendad.app.home import Home

_TRIES: Final = 5


def backup(home: Home, target: Path, now: datetime, *, force: bool = False) -> int:
    """Writes the copy to `target`, readable by its owner alone; its size in bytes. `now` dates what is in it.

    Raises UsageError when `target` exists (unless `force`) or there is no state, StateUnusable when it cannot be read,
    and ProviderError when the copy cannot be written; the place then holds what it held before.
    """
    if not force and (target.exists() or target.is_symlink()):
        raise _exists(target)
    data = _packed(_state(home.state), now)
    checkpoint = home.checkpoint or files.no_checkpoint
    temporary = target.with_name(f".{target.name}.new")
    try:
        descriptor = files.write_temp(temporary, data, 0o600, checkpoint)
        files.fsync(temporary, descriptor, checkpoint)
        (files.replace if force else files.publish)(temporary, target, checkpoint)
        files.fsync_dir(target.parent, checkpoint)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ProviderError(f"{target}: {reason}", hint="no backup was written") from error
    return len(data)


def _exists(target: Path) -> UsageError:
    return UsageError(f"{target} exists", hint="name another file, or replace it with `--force`")


def _state(folder: Path) -> dict[str, bytes]:
    """The files of the state by name; where it is quiet for a moment, both are of the same one."""
    before = _decisions(folder)
    for _ in range(_TRIES):
        ledger, after = ledger_files.whole_copy(folder), _decisions(folder)
        if before == after:
            break
        before = after
    found: dict[str, bytes] = {}
    if ledger is not None:
        found |= {ledger_files.NAME: ledger, f"{ledger_files.NAME}-wal": b""}
    if after is not None:
        found[decisions.NAME] = after
    if not found:
        raise UsageError(
            f"{folder}: there is no state yet", hint="`agendad apply` makes it; `--state DIR` names another folder"
        )
    return found


def _decisions(folder: Path) -> bytes | None:
    path = folder / decisions.NAME
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateUnusable(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _packed(found: dict[str, bytes], now: datetime) -> bytes:
    """A tar file that names nobody: unpacked, the files are those of who unpacks them."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in found.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o600, int(now.timestamp())
            archive.addfile(member, io.BytesIO(content))
    return data.getvalue()
