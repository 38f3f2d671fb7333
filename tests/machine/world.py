"""A person's folder on disk, small enough to be run hundreds of times: real files, the real cycle, no command line."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.app.apply import Permissions, apply
from agendad.app.cycle import look
from agendad.app.home import Home
from agendad.model.identity import is_own

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=PARIS)

CONFIGURATION = """\
version: 1
me: {name: Ada, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
working_hours: {mon-fri: "09:00-18:00"}
horizon: 2 weeks
calendar: {provider: local, path: calendars/, write: own, read: [own, other]}
"""

RULES = {
    "deep-work": "{block: Deep work, every: weekday, at: 09:00-12:00, yield: shrink}",
    "lunch": "{block: Lunch, every: weekday, lasts: 45m, between: 12:00-14:00, yield: move}",
    "watch": "{block: Watch, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day}",
    "review": "{block: Review, every: week, on: fri, lasts: 45m, prefer: latest, priority: 1}",
    "walk": '{block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 1h}',
    "evening": "{protect: Evenings, every: weekday, at: 17:30-23:00, may_overlap: [blocks]}",
    "breathe": "{block: Breathe, after: {busy: 2h}, lasts: 5m, may_overlap: [blocks]}",
    "split": "{block: Mail, every: weekday, at: 16:00-18:00, yield: split, priority: 4}",
    "month": "{block: Monthly, every: month, lasts: 1h30m}",
}
KEEPS = frozenset({"evening"})
"""Rules whose blocks may stand over real events."""
OVERLAPS = frozenset({"evening", "breathe"})
"""Rules whose blocks may stand over other blocks."""


class World:
    """Configuration, rules, two calendars and the state, below one folder. `then` is when the next cycle is."""

    then = MONDAY

    def __init__(self, root: Path, rules: tuple[str, ...] = tuple(RULES)) -> None:
        self.root = root
        (root / "rules").mkdir(parents=True)
        (root / "agendad.yaml").write_text(CONFIGURATION)
        for calendar in ("own", "other"):
            self.calendar(calendar).mkdir(parents=True)
        self.set_rules(rules)

    @property
    def home(self) -> Home:
        """The folders, without a checkpoint."""
        return Home(self.root, self.root / "state")

    def calendar(self, name: str) -> Path:
        """The folder of one calendar."""
        return self.root / "calendars" / name

    def set_rules(self, names: tuple[str, ...]) -> None:
        """Replaces the rule file by the named rules."""
        lines = [f"  {name}: {RULES[name]}\n" for name in sorted(names)]
        (self.root / "rules" / "all.yaml").write_text("version: 1\nrules:\n" + "".join(lines))

    def add_event(
        self, name: str, start: datetime, minutes: int, *, calendar: str = "other", meeting: bool = True
    ) -> Path:
        """Writes a real event; a meeting has another attendee."""
        path = self.calendar(calendar) / f"{name}.ics"
        path.write_bytes(real_event(name, start, minutes, meeting=meeting))
        return path

    def apply(self, now: datetime, checkpoint=None) -> None:
        """One cycle, as `agendad apply --yes --accept-empty`."""
        home = Home(self.root, self.root / "state", checkpoint)
        apply(home, home.load(), now, Permissions(yes=True, accept_empty=True))

    def look(self, now: datetime):
        """One cycle that changes nothing."""
        loaded = self.home.load()
        with self.home.ledger() as ledger:
            return look(self.home.desk(loaded, ledger, now), now)

    def own_events(self, now: datetime):
        """The blocks that stand, as the provider reads them without its cache."""
        from agendad.providers import open_calendars

        settings = self.home.load().configured
        snapshot = open_calendars(settings, cache=None, now=lambda: now).read(
            now - timedelta(days=60), now + timedelta(days=60)
        )
        return [event for event in snapshot.events if is_own(event)]

    def copy(self, root: Path) -> World:
        """The same world in another folder; files lie there in another order."""
        shutil.copytree(self.root, root)
        other = type(self).__new__(type(self))
        other.root, other.then = root, self.then
        return other


def real_event(name: str, start: datetime, minutes: int, *, meeting: bool = True) -> bytes:
    """One event as another program would write it."""
    begin, end = start.astimezone(UTC), (start + timedelta(minutes=minutes)).astimezone(UTC)
    guests = (
        "ORGANIZER:mailto:bob@example.org\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\r\n"
        if meeting
        else ""
    )
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{name}@example.org\r\nDTSTAMP:20261101T000000Z\r\n"
        f"DTSTART:{begin:%Y%m%dT%H%M%SZ}\r\nDTEND:{end:%Y%m%dT%H%M%SZ}\r\nSUMMARY:{name}\r\n{guests}"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
