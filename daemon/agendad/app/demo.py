"""Builds the demonstration and runs one cycle over it: what `agendad demo` shows. The example itself is in `demo_*`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.app import show
from agendad.app.apply import Applied, apply
from agendad.app.cycle import look, plan
from agendad.app.demo_files import is_demo, write_demo
from agendad.app.home import Home
from agendad.app.packs import STARTER
from agendad.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from agendad.app.cycle import Look
    from agendad.model.plan import Plan

PAGE = "week.html"


@dataclass(frozen=True, slots=True)
class Demo:
    """What was built: the page shows the plan as it was before its cycle, `seen` is how things stand after it.

    `kept` are the files of an earlier demonstration that a person has edited and that therefore stay as they are.
    """

    home: Home
    page: Path
    before: Plan
    applied: Applied
    seen: Look
    kept: list[Path]


def build(directory: Path, now: datetime, language: str, pack: str = STARTER) -> Demo:
    """Writes the example into `directory`, runs one cycle at `now`, and draws the weeks.

    Raises UsageError when the folder holds anything else than a demonstration of the pack.
    """
    home = Home(directory, directory / "state")
    try:
        _refuse_other(directory)
        kept = write_demo(directory, now, language, pack)
        home.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    loaded = home.load()
    now = now.astimezone(loaded.configured.timezone)
    with home.ledger() as ledger:
        first = look(home.desk(loaded, ledger, now), now)
    before = plan(first)
    show.write_page(before, first, directory / PAGE)
    applied = apply(home, loaded, now)
    applied.check()
    with home.ledger() as ledger:
        seen = look(home.desk(loaded, ledger, now), now)
    return Demo(home, directory / PAGE, before, applied, seen, kept)


def _refuse_other(directory: Path) -> None:
    """Raises UsageError when there is something at the place that no demonstration has left there."""
    hint = "name a folder that does not exist yet: `agendad demo try-it`"
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"{directory} is not a folder", hint=hint)
    if directory.exists() and any(directory.iterdir()) and not is_demo(directory):
        raise UsageError(f"{directory} is not empty", hint=hint)
