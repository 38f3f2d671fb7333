"""The folder of a simulation: `calendar.ics`, `drafts/*.eml`, `report.json`, `report.html`. Called by the command.

It is built beside its place and put there at the end, so that an interrupted simulation leaves nothing half-written.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from agendad.app.eml import draft_name
from agendad.app.simulation_report import report_json, report_of
from agendad.errors import UsageError
from agendad.model.calendar import instant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from agendad.app.simulate import Simulation
    from agendad.model.calendar import Event
    from agendad.model.mail import MailDraft

CALENDAR: Final = "calendar.ics"
DRAFTS: Final = "drafts"
REPORT: Final = "report.json"
PAGE: Final = "report.html"


class Folder:
    """A folder that is being built: drafts as they are made, the rest at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, mail: MailDraft, due: datetime) -> str:
        """Writes a draft as a file of its own; gives its name below the folder."""
        from agendad.providers.mime import compose

        name = f"{DRAFTS}/{draft_name(mail.key, due)}"
        (self._path / name).write_bytes(compose(mail))
        return name

    def finish(self, simulation: Simulation) -> None:
        """Writes everything else."""
        from agendad.providers.local.compose import copied_file
        from agendad.views.report_page import page

        book = simulation.book
        events = sorted(simulation.after.events, key=lambda event: _order(event, book.start))
        inside = [event for event in events if instant(event.fields.start, book.start) < book.end]
        (self._path / CALENDAR).write_bytes(copied_file(inside, book.start))
        text = json.dumps(report_json(simulation), ensure_ascii=False, indent=1)
        (self._path / REPORT).write_text(text + "\n", encoding="utf-8", errors="replace")
        (self._path / PAGE).write_text(page(report_of(simulation)), encoding="utf-8", errors="replace")


@contextmanager
def building(path: Path) -> Iterator[Folder]:
    """A folder to fill, which takes its place at `path` when the `with` ends well; else nothing of it is left.

    An earlier simulation there is replaced. Raises UsageError when anything else is there, or cannot be written.
    """
    refuse_other(path)
    scratch = path.with_name(f".{path.name}.new")
    try:
        try:
            shutil.rmtree(scratch, ignore_errors=True)
            (scratch / DRAFTS).mkdir(parents=True)
            yield Folder(scratch)
            refuse_other(path)
            _replace(path, scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"{error.filename or path}: {(error.strerror or str(error)).lower()}") from None


def refuse_other(path: Path) -> None:
    """Raises UsageError when there is something at the place that no simulation has left there."""
    hint = "name a folder that does not exist yet: `--out simulation`"
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise UsageError(f"{path} is not a folder", hint=hint)
    if not path.exists():
        return
    names = {each.name for each in path.iterdir()}
    if names and not (REPORT in names and names <= {CALENDAR, DRAFTS, REPORT, PAGE}):
        raise UsageError(f"{path} holds something else than a simulation", hint=hint)


def _replace(path: Path, scratch: Path) -> None:
    """Puts the new folder in the place of an old one; a kill in between leaves one of them whole."""
    old = path.with_name(f".{path.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        path.rename(old)
    scratch.rename(path)
    shutil.rmtree(old, ignore_errors=True)


def _order(event: Event, start: datetime) -> tuple[datetime, str, str, str]:
    return instant(event.fields.start, start), event.calendar, event.uid, str(event.recurrence_id or "")
