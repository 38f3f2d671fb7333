"""Calendars and mails on disk for `lived.py`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.app.home import Home
from agendad.providers.files import no_checkpoint
from agendad.providers.local.calendars import LocalCalendars
from machine.lived_outside import Block, Time, key_of
from machine.world import real_event

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from agendad.model.settings import Settings
    from agendad.ports import CalendarPort

LOCAL = """\
calendar: {provider: local, path: calendars/, write: own, read: [own, other]}
mail: {provider: maildir, path: Mail/}
"""


@dataclass(frozen=True)
class OnDisk(Home):
    """A home that knows how fine the clock of this disk is: hours pass here in the two seconds one is given to be
    trusted, and every file would be read again at each look.
    """

    def calendars(self, settings: Settings, now: datetime) -> CalendarPort:
        chosen = settings.calendar
        assert chosen.path is not None
        return LocalCalendars(
            chosen.path,
            write=chosen.write,
            read=chosen.read,
            zone=settings.timezone,
            me=settings.me.emails,
            address=settings.me.address,
            cache=self.state / "cache",
            now=lambda: now,
            checkpoint=self.checkpoint or no_checkpoint,
            disk_clock=timedelta(milliseconds=20),
        )


class Folders:
    """Calendars in folders of .ics files and mails in a Maildir."""

    settings = LOCAL

    def __init__(self, root: Path, time: Time) -> None:
        self._root = root
        self._time = time
        self._foreign: dict[Path, bytes] = {}
        self._came: dict[Path, float] = {}
        self._own, self._other = root / "calendars" / "own", root / "calendars" / "other"
        for folder in (self._own, self._other, *(root / "Mail" / name / "cur" for name in (".Drafts", ".Sent"))):
            folder.mkdir(parents=True)
        for name in ("cur", "new", "tmp", ".Sent/new", ".Sent/tmp", ".Drafts/new", ".Drafts/tmp"):
            (root / "Mail" / name).mkdir(parents=True, exist_ok=True)

    def home(self, config: Path, state: Path, checkpoint: Callable[[str], None] | None) -> Home:
        """The home of a process that dies where its checkpoint says."""
        return OnDisk(config, state, checkpoint)

    def meet(self, name: str, start: datetime, minutes: int) -> None:
        """A meeting with somebody of its own comes, or is another now."""
        path = self._other / f"{name}.ics"
        data = real_event(name, start, minutes).replace(b"bob@", f"{name}@".encode())
        path.write_bytes(data)
        self._foreign[path] = data

    def uid(self, name: str) -> str:
        """What a meeting is called in keys."""
        return f"{name}@example.org"

    def cancel(self, name: str) -> None:
        """It goes."""
        path = self._other / f"{name}.ics"
        path.unlink()
        del self._foreign[path]

    def _files(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        uids = set()
        for path in sorted(self._own.glob("*.ics")):
            text = _unfolded(path)
            key, uid = _value(text, "X-AGENDAD-KEY"), _value(text, "UID")
            assert key not in found, f"two blocks of {key}"
            assert uid not in uids, f"two blocks with the UID {uid}"
            uids.add(uid)
            found[key] = path
        return found

    def blocks(self) -> dict[str, Block]:
        """The product's events by key, of which each has one."""
        found = {}
        for key, path in self._files().items():
            text = _unfolded(path)
            zone, moment = re.search(r"DTSTART;TZID=(\S+?):(\d{8}T\d{6})", text).groups()  # type: ignore[union-attr]
            assert zone in {"Europe/Paris", "America/New_York"}
            start = datetime.strptime(moment, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone))
            found[key] = Block(_value(text, "SUMMARY"), start)
        return found

    def rename(self, key: str, title: str) -> None:
        """The person gives a block another title."""
        path = self._files()[key]
        path.write_bytes(re.sub(r"(?m)^SUMMARY:.*\r$", f"SUMMARY:{title}\r", _unfolded(path)).encode())

    def move(self, key: str, by: timedelta) -> None:
        """The person moves one."""

        def later(found: re.Match[str]) -> str:
            return f"{found[1]}{datetime.strptime(found[2], '%Y%m%dT%H%M%S') + by:%Y%m%dT%H%M%S}"  # noqa: DTZ007

        path = self._files()[key]
        path.write_bytes(re.sub(r"(DT(?:START|END);TZID=\S+?:)(\d{8}T\d{6})", later, _unfolded(path)).encode())

    def delete(self, key: str) -> None:
        """The person deletes one."""
        self._files()[key].unlink()

    def _mails(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for path in sorted((self._root / "Mail" / ".Drafts").glob("cur/*")):
            key = key_of(path.read_bytes())
            assert key not in found, f"two drafts of {key}"
            found[key] = path
        return found

    def drafts(self) -> dict[str, bytes]:
        """What lies in Drafts by key, of which each has one."""
        return {key: path.read_bytes() for key, path in self._mails().items()}

    def edit(self, key: str) -> None:
        """The person writes into a draft."""
        path = self._mails()[key]
        path.write_bytes(path.read_bytes().replace(b"Hello", b"Dear friend"))

    def discard(self, key: str) -> None:
        """The person deletes one."""
        self._mails()[key].unlink()

    def send(self, key: str) -> None:
        """The person sends one."""
        path = self._mails()[key]
        target = self._root / "Mail" / ".Sent" / "cur" / path.name
        self._foreign[target] = path.read_bytes()
        path.rename(target)

    def trouble(self, chance: random.Random) -> None:
        """A disk has no half measures."""

    def vanish(self, chance: random.Random) -> None:
        """The disk of the calendars or of the mails is gone for a while."""
        name = chance.choice(("calendars", "Mail"))
        if (self._root / name).exists():
            (self._root / name).rename(self._root / f"{name}.away")

    def calm(self) -> None:
        """It is back."""
        for name in ("calendars", "Mail"):
            if (self._root / f"{name}.away").exists():
                (self._root / f"{name}.away").rename(self._root / name)

    def stand(self) -> object:
        """What is another as soon as anything was written."""
        files = (path for name in ("calendars", "Mail") for path in (self._root / name).rglob("*") if path.is_file())
        return sorted((os.fspath(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)

    def foreign_is_untouched(self) -> None:
        """Events of others and mails that were sent are what they were, byte by byte."""
        found = {path: path.read_bytes() for folder in (self._other, self._sent()) for path in folder.glob("*")}
        assert found == self._foreign, "a foreign event or mail was changed"

    def _sent(self) -> Path:
        return self._root / "Mail" / ".Sent" / "cur"

    def settle(self) -> None:
        """Gives new mails the virtual time: their place tells when they came."""
        seconds = int(self._time.true.timestamp())
        for folder in (self._sent(), self._root / "Mail" / ".Drafts" / "cur"):
            for path in folder.glob("*"):
                if path.stat().st_mtime != self._came.get(path):
                    os.utime(path, (seconds, seconds))
                    self._came[path] = seconds

    def travel(self, zone: str) -> None:
        """The system has another zone now."""
        os.environ["TZ"] = zone

    def secrets(self) -> tuple[str, ...]:
        """What no journal may tell."""
        return ()


def _unfolded(path: Path) -> str:
    return path.read_bytes().decode().replace("\r\n ", "")


def _value(text: str, name: str) -> str:
    found = re.search(rf"(?m)^{name}(?:;[^:\r\n]*)?:(.*)\r$", text)
    assert found is not None, name
    return found[1]
