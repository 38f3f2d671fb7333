"""What `agendad status` says of the daemon: whether one runs, how it gets on, and what keeps it from its work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from agendad.errors import AlreadyRunning

if TYPE_CHECKING:
    from datetime import tzinfo
    from pathlib import Path

    from agendad.service.health import Health

_PATIENCE: Final = 2.0
"""Seconds that a daemon gets to answer. It answers between two pieces of work, and a long one may be under way."""
_LATE: Final = 60
"""Seconds after which a cycle is told to have been late."""


def daemon_of(state: Path) -> Health | AlreadyRunning | None:
    """How the daemon of a state folder stands; None when none runs, the error when it is too busy to say."""
    from agendad.service.control import ask
    from agendad.service.health import Health

    try:
        found = ask(state, "health", _PATIENCE)
    except AlreadyRunning as busy:
        return busy
    return None if found is None else Health.from_json(found["health"])


def as_json(daemon: Health | AlreadyRunning | None, zone: tzinfo | None) -> dict[str, object] | None:
    """The daemon of `status --json`: of one that is busy nothing else is known."""
    from agendad.app.jsonforms import moment_json

    if daemon is None:
        return None
    if isinstance(daemon, AlreadyRunning):
        return {"busy": True}
    values = daemon.as_json()
    instants = {name: getattr(daemon, name) for name in values if isinstance(getattr(daemon, name), datetime)}
    return {"busy": False, **values, **{name: moment_json(each, zone) for name, each in instants.items()}}


def as_lines(daemon: Health | AlreadyRunning | None, zone: tzinfo | None, *, broken: bool) -> list[str]:
    """The lines of `status`; with `broken`, what is wrong with the rules was told already."""
    if daemon is None:
        return ["no daemon runs; `agendad run` starts one"]
    if isinstance(daemon, AlreadyRunning):
        return ["the daemon runs and is busy; ask again in a moment"]
    lines = [
        f"the daemon has run since {_told(daemon.started, zone)} (process {daemon.pid})",
        f"  {_cycles(daemon, zone)}",
    ]
    if daemon.trouble:
        many = "" if daemon.failures == 1 else f" (the last {daemon.failures} cycles)"
        lines.append(f"  it stumbles: {daemon.trouble}{many}")
        if daemon.hint:
            lines.append(f"    hint: {daemon.hint}")
    if daemon.broken:
        lines.append(f"  it goes on with the rules of {_told(daemon.loaded, zone)}: newer ones have an error")
        if not broken:
            lines += [f"    {line}".rstrip() for line in daemon.broken.rstrip().splitlines()]
    return lines


def _cycles(daemon: Health, zone: tzinfo | None) -> str:
    due = f"the next one is due by {_told(daemon.due, zone)}"
    if daemon.last is None:
        return f"no cycle yet; {due}"
    late = f", {_length(daemon.late)} late" if daemon.late > _LATE else ""
    return f"last cycle {_told(daemon.last, zone)}, in {_length(daemon.seconds)}{late}; {due}"


def _told(moment: datetime, zone: tzinfo | None) -> str:
    """`Mon 23 Nov 08:00`; with seconds there would be more to read and no more to know."""
    from agendad.views.words import words

    local = moment.astimezone(zone)
    return f"{words('en').day(local)} {local:%H:%M}"


def _length(seconds: float) -> str:
    """`0.3 s`, `42 s`, `3m`, `7h05m`."""
    from agendad.core.trace import clock_length

    if seconds < _LATE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return clock_length(round(seconds / 60))
