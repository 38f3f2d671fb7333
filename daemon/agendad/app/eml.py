"""Drafts as files of their own: what each is called, and a folder for them. Used by `drafts` and `simulate`."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 80


def draft_name(key: str, due: datetime) -> str:
    """The name of a draft's file: when it is due, its key as far as it is safe, and a digest of the whole key."""
    safe = _UNSAFE.sub("-", key).strip("-.")[:_LONGEST_NAME]
    return f"{due:%Y-%m-%dT%H%M}-{safe}-{sha256(key.encode('utf-8', 'replace')).hexdigest()[:6]}.eml"


def write_mails(folder: Path, mails: Iterable[tuple[str, bytes]]) -> int:
    """Writes each mail under its name into the folder, which is made when missing; how many there are.

    A file of the same name is replaced. Raises UsageError for what cannot be written.
    """
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in mails:
            (folder / name).write_bytes(data)
            written += 1
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: {(error.strerror or str(error)).lower()}") from None
    return written
