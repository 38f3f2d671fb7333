"""Small things that can be worked out again at any time, kept in the cache folder because that takes long.

Each is a JSON file that says first what it was made of: `head`. Called by `people_cache.py` and `holidays.py`.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def kept(path: Path, head: list[str]) -> Any:
    """What was kept under this head; None when there is nothing that can be used."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
        if isinstance(found, dict) and found.get("head") == head:
            return found.get("value")
    return None


def keep(path: Path, head: list[str], value: object) -> None:
    """Puts it in its place, of which the folder is made when missing; that it cannot be kept costs nothing but time."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"head": head, "value": value}, ensure_ascii=False, separators=(",", ":"))
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
