"""How the ledger grows over months, with and without compaction, beside the bytes of the .ics files of the same blocks.

    python benchmarks/growth.py [MONTHS [HISTORY]]

Two lives, the same but for `history:` (HISTORY days against ten years), go through MONTHS months of 30 days in virtual
time: a cycle each working day, a ledger and a desk that stay open as in the daemon, real files. Three meetings a day
come up a week before; one in five is moved on its morning, so that blocks move too. The peer is what a calendar on disk
needs for the blocks that were written. The target is at most 4 times that a month while the history fills, and no
growth once it is full.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from agendad.app.apply import Permissions, cycle
from agendad.app.cycle import MEMORY
from agendad.app.home import Home
from agendad.app.housekeeping import due, keep_small

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 23, 7, tzinfo=PARIS)
MONTH = 30
CONFIGURATION = """\
version: 1
me: {{name: Ada, emails: [ada@example.com], domains: [example.com]}}
timezone: Europe/Paris
working_hours: {{mon-fri: "09:00-18:00"}}
horizon: 2 weeks
history: {history} days
calendar: {{provider: local, path: calendars/, write: own, read: [own, other]}}
mail: {{provider: maildir, path: Mail/}}
"""
RULES = """\
version: 1
rules:
  deep-work: {block: Deep work, every: weekday, at: 09:00-11:00, yield: shrink}
  lunch: {block: Lunch, every: weekday, lasts: 45m, between: 12:00-14:00, yield: move}
  focus: {block: Focus, every: [tue, thu], lasts: 2h, between: 13:00-18:00, kind: focus}
  review: {block: Weekly review, every: week, on: fri, lasts: 45m, prefer: latest}
  walk: {block: Walk, after: {meeting: any}, lasts: 15m, within: 1h}
  month: {block: Monthly report, every: month, lasts: 90m}
  thanks: {draft: note.md.j2, after: {title: "/Board/"}, delay: 30m, within: 48h, to: attendees}
"""
TEMPLATE = "---\nsubject: After {{ event.title }}\n---\nHello, thank you for today.\n"


class Size(NamedTuple):
    """After a month: the ledger with what lies beside it, the blocks on disk, and rows of changes."""

    ledger: int
    blocks: int
    changes: int


class Life:
    """A person's folder whose meetings come from a seed."""

    def __init__(self, root: Path, history: int) -> None:
        self.root = root
        self.chance = random.Random(7)
        self.meetings: dict[datetime, list[tuple[Path, str, datetime]]] = {}
        for folder in ("rules", "templates", "calendars/own", "calendars/other", "Mail/cur", "Mail/new", "Mail/tmp"):
            (root / folder).mkdir(parents=True)
        (root / "agendad.yaml").write_text(CONFIGURATION.format(history=history))
        (root / "rules" / "all.yaml").write_text(RULES)
        (root / "templates" / "note.md.j2").write_text(TEMPLATE)

    def live(self, months: int) -> list[Size]:
        """The sizes at the end of each month."""
        home, sizes, kept = Home(self.root, self.root / "state"), [], None
        loaded = home.load()
        with home.working() as ledger:
            desk = home.desk(loaded, ledger, START)
            for day in range(months * MONTH):
                now = START + timedelta(days=day)
                self._day(now, first=day == 0)
                if now.weekday() < 5:
                    cycle(desk, now, Permissions(yes=True, accept_empty=True))
                    self._person(now)
                    if due(kept, now) and not keep_small(ledger, loaded, now).more:
                        kept = now
                if (day + 1) % MONTH == 0:
                    ledger.rows("PRAGMA wal_checkpoint(TRUNCATE)")
                    sizes.append(self._size(ledger.rows("SELECT count(*) FROM changes")[0][0]))
        return sizes

    def _day(self, morning: datetime, *, first: bool) -> None:
        """What others put into the calendar on this day."""
        for ahead in range(8) if first else (7,):
            day = morning + timedelta(days=ahead)
            if day.weekday() < 5:
                self.meetings[day] = [self._meeting(day, number) for number in range(3)]
        for path, title, start in self.meetings.get(morning, ()):
            if self.chance.random() < 0.2:
                path.write_bytes(_event(path.stem, title, start + timedelta(hours=1)))

    def _meeting(self, day: datetime, number: int) -> tuple[Path, str, datetime]:
        name = f"{day:%Y%m%d}-{number}"
        title = "Board" if self.chance.random() < 0.2 else f"Meeting {number}"
        start = day.replace(hour=9) + timedelta(minutes=30 * self.chance.randrange(16))
        path = self.root / "calendars" / "other" / f"{name}.ics"
        path.write_bytes(_event(name, title, start))
        return path, title, start

    def _person(self, now: datetime) -> None:
        """Sends what lies in Drafts, and once a week deletes a block that is to come."""
        sent = self.root / "Mail" / ".Sent" / "cur"
        sent.mkdir(parents=True, exist_ok=True)
        for path in (self.root / "Mail" / ".Drafts" / "cur").glob("*"):
            path.rename(sent / path.name)
        if now.weekday() == 2:
            for path in sorted((self.root / "calendars" / "own").iterdir()):
                if f"DTSTART;TZID=Europe/Paris:{now + timedelta(days=2):%Y%m%d}".encode() in path.read_bytes():
                    path.unlink()
                    break

    def _size(self, changes: int) -> Size:
        ledger = sum(path.stat().st_size for path in (self.root / "state").glob("ledger.db*"))
        blocks = sum(path.stat().st_size for path in (self.root / "calendars" / "own").iterdir())
        return Size(ledger, blocks, changes)


def _event(name: str, title: str, start: datetime) -> bytes:
    begin, end = start.astimezone(UTC), (start + timedelta(minutes=45)).astimezone(UTC)
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{name}@example.org\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{begin:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{end:%Y%m%dT%H%M%SZ}\r\nSUMMARY:{title}\r\nORGANIZER:mailto:bob@example.org\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org\r\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()


def main() -> None:
    """Prints every third month, the growth a month, and the ratios."""
    given = [int(word) for word in sys.argv[1:]]
    months, history = (*given, *(20, 400)[len(given) :])
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        small = Life(Path(name) / "small", history).live(months)
        large = Life(Path(name) / "large", 3650).live(months)
    blocks = large[-1].blocks / months
    growth = large[-1].ledger / months
    print(f"{'month':>7}{'ledger':>12}{'kept small':>12}{'blocks .ics':>13}{'changes':>9}{'kept':>7}")
    for month in range(3, months + 1, 3):
        one, other = small[month - 1], large[month - 1]
        print(f"{month:7}{other.ledger:12}{one.ledger:12}{other.blocks:13}{other.changes:9}{one.changes:7}")
    full = (max(history, MEMORY.days + 7) + 60) // MONTH  # and the last 50 runs, which are older by some weeks
    print(f"bytes a month                {growth:9.0f}")
    if months > full + 1:
        late = (small[-1].ledger - small[full].ledger) / (months - 1 - full)
        print(f"  once the history is full   {late:9.0f}     (target: about none)")
    print(f"bytes of blocks a month      {blocks:9.0f}     (.ics files, the peer)")
    print(f"ratio                        {growth / blocks:9.2f}     (target: at most 4)")
    print(f"ratio of what is kept        {small[-1].ledger / large[-1].blocks:9.2f}     (after {months} months)")
    print(f"took {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
