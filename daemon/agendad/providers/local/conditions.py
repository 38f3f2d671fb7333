"""Everything beside the calendar files that a reading depends on, as one short text: the key of the cache."""

from __future__ import annotations

import hashlib
import os
import sys
import zoneinfo
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LIBRARIES: Final = ("icalendar", "recurring_ical_events", "dateutil", "tzdata")


def conditions(calendars: Path, zone: ZoneInfo, me: frozenset[str]) -> str:
    """Place, zone, person, Python, and the very files of the libraries, of the zones and of this package.

    The libraries are recognised by the files they are made of, because importing them only to learn their version
    costs more than a whole reading.
    """
    parts = [os.fspath(calendars.absolute()), str(zone.key), *sorted(me), sys.version]
    for name in _LIBRARIES:
        spec = find_spec(name)
        parts.append(_file(spec.origin) if spec is not None and spec.origin is not None else "absent")
    parts += [_file(f"{folder}/{zone.key}") for folder in zoneinfo.TZPATH]
    parts += [_file(path) for path in sorted(map(str, Path(__file__).parent.glob("*.py")))]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _file(path: str) -> str:
    try:
        status = Path(path).stat()
    except OSError:
        return path
    return f"{path} {status.st_mtime_ns} {status.st_size} {status.st_ino}"
