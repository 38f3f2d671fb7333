"""Time zones by their IANA name, and the likely name for one that is not known."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.rules.values import refuse, scalar, shown

if TYPE_CHECKING:
    from agendad.rules.tree import Node


def zone(node: Node) -> ZoneInfo:
    """The zone that a text names."""
    name = scalar(node).text.strip()
    found = by_name(name)
    if found is None:
        refuse(node, "unknown-zone", f"`{shown(name)}` is not a time zone", _hint(name))
    return found


def by_name(name: str) -> ZoneInfo | None:
    """The zone of this name in the IANA database, or None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no such path; a folder of the database
        return None


def local_zone() -> ZoneInfo:
    """The zone of this system: TZ, or what /etc/localtime points to; UTC where neither names one."""
    if found := by_name(os.environ.get("TZ", "").removeprefix(":") or "-"):
        return found
    target = Path("/etc/localtime").resolve().as_posix()
    _, _, name = target.partition("/zoneinfo/")
    return by_name(name or "-") or ZoneInfo("UTC")


def _hint(name: str) -> str:
    """The zone with that name in another spelling, of that city, or the nearest one."""
    from zoneinfo import available_timezones

    from agendad.rules.spelling import nearest

    known = sorted(zone for zone in available_timezones() if not zone.startswith(("posix/", "right/")))
    folded = name.casefold().replace(" ", "_")
    city = folded.rpartition("/")[2]
    for candidate in known:
        if candidate.casefold() == folded:
            return f"did you mean `{candidate}`?"
    for candidate in known:
        if candidate.casefold().rpartition("/")[2] == city:
            return f"did you mean `{candidate}`?"
    found = nearest(folded, known)
    if not found:
        city = nearest(city, {candidate.rpartition("/")[2] for candidate in known})
        found = next((candidate for candidate in known if city and candidate.rpartition("/")[2] == city), "")
    return f"did you mean `{found}`?" if found else "write the name of the IANA database, such as `Europe/Paris`"
