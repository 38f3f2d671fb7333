"""Writes, changes and removes single events in the folder of one calendar, each durable before its outcome is told.

`calendars.py` makes one for each round of writes.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agendad.model.identity import is_own
from agendad.ports import Create, Outcome, Update
from agendad.providers.local import files
from agendad.providers.local.compose import NotThere, Stamp, changed_file, new_file, without_event, without_series
from agendad.providers.local.convert import event as to_event
from agendad.providers.local.expand import singles
from agendad.providers.local.guests import Host
from agendad.providers.local.index import is_calendar_file
from agendad.providers.local.reader import etag
from agendad.providers.local.scan import ALWAYS, scan

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Event, EventFields
    from agendad.ports import Write
    from agendad.providers.files import Checkpoint

_SAFE_UID = re.compile(r"[A-Za-z0-9@_+-][A-Za-z0-9@._+-]{0,199}")


class _Conflict(Exception):
    """The event is not as it was read; the message says how."""


class _Unsettled(Exception):
    """The change is visible but perhaps not durable; the message says why."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar it is: all their addresses, the one to invite from (or empty), and the zone of floating times."""

    me: frozenset[str]
    address: str
    zone: ZoneInfo


class Writer:
    """One calendar folder to write into.

    `holder` tells in which file of the folder a UID of this product lies already; it is asked before each creation.
    `now` stamps what is written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        calendar: str,
        holder: Callable[[str], str | None],
        owner: Owner,
        now: Callable[[], datetime],
        checkpoint: Checkpoint,
    ) -> None:
        self._folder = folder
        self._calendar = calendar
        self._holder = holder
        self._owner = owner
        self._now = now
        self._checkpoint = checkpoint
        self._left: dict[tuple[Path, str], str] = {}  # of files that were changed here: etag as read, etag now

    def run(self, write: Write) -> Outcome:
        """Does one write."""
        try:
            self._do(write)
        except _Conflict as conflict:
            return Outcome(write, "conflict", str(conflict))
        except _Unsettled as doubt:
            return Outcome(write, "unknown", str(doubt))
        except OSError as error:
            return Outcome(write, "failed", f"{self._folder}: {error.strerror or error}")
        return Outcome(write, "done")

    def _do(self, write: Write) -> None:
        if isinstance(write, Create):
            self._create(write)
            return
        target = self._target(write.event)
        if isinstance(write, Update) and write.event.recurring:
            raise _Conflict("the event was made into a series by hand")
        data = self._unchanged(target, write.event)
        try:
            if isinstance(write, Update):
                left: bytes | None = self._changed(data, write)
            else:
                left = (without_series if write.event.recurring else without_event)(data, write.event.uid)
        except NotThere as why:
            raise _Conflict(str(why)) from None
        if left is None:
            # of a link only the link: one to nowhere would be an unreadable file from now on
            target = self._folder / write.event.href
            files.remove(target, self._checkpoint)
        else:
            self._prepare(target, left)
            files.replace(target, self._checkpoint)
            self._left[target, write.event.etag] = etag(left)
        self._settle_folder(target.parent)

    def _create(self, write: Create) -> None:
        if write.calendar != self._calendar:
            raise _Conflict(f"{write.calendar!r} is not the calendar that is written")
        target = Path(os.path.realpath(self._folder)) / file_name(write.uid)
        holder = self._holder(write.uid)
        if holder is not None:
            raise _Conflict(f"the event stands already in {holder}")
        if os.path.lexists(target):
            raise _Conflict(f"{target.name} exists already")
        self._prepare(target, new_file(write.uid, write.fields, self._stamp(write)))
        try:
            files.publish(target, self._checkpoint)
        except FileExistsError:
            raise _Conflict(f"{target.name} exists already") from None
        self._settle_folder(target.parent)

    def _changed(self, data: bytes, write: Update) -> bytes:
        before = self._fields(data, write.event.uid)
        return changed_file(data, write.event.uid, before, write.fields, self._stamp(write))

    def _stamp(self, write: Create | Update) -> Stamp:
        return Stamp(write.mark, self._now(), Host(self._owner.address, write.notify))

    def _fields(self, data: bytes, uid: str) -> EventFields:
        """The fields that the file says now. Raises NotThere when it has no such single event."""
        taken = scan(data)
        wanted = [group for group in taken.groups if group.uid.decode("utf-8", "replace") == uid]
        if taken.problem or len(wanted) != 1 or wanted[0].recurring or wanted[0].bounds == ALWAYS:
            raise NotThere("the event is no longer a single, readable event")
        for found in singles(wanted[0].text, taken.zones):
            event = to_event(found, self._owner.zone, self._owner.me)
            if event is not None:
                return event.fields
        raise NotThere("the event was cancelled in its file")

    def _target(self, event: Event) -> Path:
        if not is_own(event):
            raise _Conflict("the event was not made by agendad")
        if event.calendar != self._calendar:
            raise _Conflict(f"{event.calendar!r} is not the calendar that is written")
        if "/" in event.href or not is_calendar_file(event.href or "."):
            raise _Conflict(f"{event.href!r} is not a file of this calendar")
        return Path(os.path.realpath(self._folder / event.href))

    def _unchanged(self, target: Path, event: Event) -> bytes:
        try:
            data = target.read_bytes()
        except FileNotFoundError:
            if not self._folder.is_dir():
                raise
            raise _Conflict("the event is gone") from None
        if etag(data) != self._left.get((target, event.etag), event.etag):
            raise _Conflict("the event was changed since it was read")
        return data

    def _prepare(self, target: Path, data: bytes) -> None:
        descriptor = files.write_temp(target, data, self._checkpoint)
        files.fsync(target, descriptor, self._checkpoint)

    def _settle_folder(self, folder: Path) -> None:
        try:
            files.fsync_dir(folder, self._checkpoint)
        except OSError as error:
            raise _Unsettled(f"{folder}: the change could not be made durable: {error.strerror}") from error


def file_name(uid: str) -> str:
    """The name of the file of a new event: its UID where that is a safe name, else a digest of it."""
    if _SAFE_UID.fullmatch(uid):
        return f"{uid}.ics"
    return f"{hashlib.sha256(uid.encode('utf-8', 'replace')).hexdigest()[:40]}.ics"
