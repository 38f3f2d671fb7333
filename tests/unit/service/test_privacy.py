"""Whatever goes wrong, the log of the daemon holds no title, no mail, nobody's address and nothing that gives access.

The real daemon lives some weeks, by seeds, over calendars and mail whose every text is known, and hands out everything
it says: its log with all debug notes, and the metrics.
"""

from __future__ import annotations

import io
import logging
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app.desk import DecisionFile, Desk
from agendad.app.home import Home
from agendad.service.daemon import Daemon
from agendad.service.daemon import World as Around
from agendad.service.journal import JsonJournal, PrefixedJournal, Sparing, with_libraries
from agendad.service.metrics import answer
from machine.googled import Month
from machine.world import MONDAY, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agendad.ledger import Ledger
    from agendad.rules.load import Loaded
    from agendad.service.journal import Fact, Level

PRIVATE = re.compile(
    r"canary|Meeting|Deep work|Deeper work|Focus|Lunch|Walk|Coffee|Mine|Hello|A note|Hi\b"  # titles, subjects, bodies
    r"|bob|ya29\.|1//|emulator-\d|client_secret=[^*]",  # who, and what gives access
    re.IGNORECASE,
)


class Life:
    """A daemon whose every word is kept; `now` is moved by the test."""

    def __init__(self, home: Home, now: Callable[[], datetime]) -> None:
        self.out = io.StringIO()
        self.journal = Sparing(Both(self.out, now), now, debug=True)
        self.notices = 0
        around = Around(now, lambda: now().timestamp(), lambda: 0.5, lambda: None, self.journal, notice=self._noticed)
        self.daemon = Daemon(home, home.load(), around, 7)
        self.now = now

    def _noticed(self, *_: str) -> None:
        self.notices += 1

    def step(self) -> None:
        """What the loop of the daemon does when it wakes."""
        self.daemon.step()
        self.out.write(answer(b"GET /metrics HTTP/1.1\r\n\r\n", self.daemon.health, self.now()).decode())
        self.out.write(answer(b"GET /healthz HTTP/1.1\r\n\r\n", self.daemon.health, self.now()).decode())

    def said(self, event: str) -> int:
        """How many notes of an event there are."""
        return self.out.getvalue().count(f'"event": "{event}"')

    def assert_nothing_private(self) -> None:
        for line in self.out.getvalue().splitlines():
            assert not PRIVATE.search(line), line


class Both:
    """What goes to a file, and what goes to systemd."""

    def __init__(self, out: io.StringIO, now: Callable[[], datetime]) -> None:
        self._journals = JsonJournal(out, now), PrefixedJournal(out)

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        for journal in self._journals:
            journal.note(level, event, text, **facts)


@pytest.mark.parametrize("seed", range(1))
def test_two_weeks_with_google_and_all_that_goes_wrong_there(tmp_path: Path, seed: int) -> None:
    month = Month(tmp_path, seed)

    class OnGoogle(Home):
        def desk(self, loaded: Loaded, ledger: Ledger, _: datetime) -> Desk:
            return Desk(loaded, *month._opened(self, loaded.configured), ledger, DecisionFile(self.state, None))

    life = Life(OnGoogle(month.home.config, month.home.state), lambda: month.now)
    with with_libraries(life.journal):
        while month.now < MONDAY + timedelta(weeks=2):
            month._trouble()
            life.step()
            for happens in (month._meeting_comes, month._mail_comes, month._block_is_renamed, month._draft_is_edited):
                if month.chance.random() < 0.3:
                    happens()
            if month.chance.random() < 0.05:
                month._rules_change()
            month.now += timedelta(minutes=month.chance.choice((5, 60, 240, 840)))
        month.google.revoke("ada@example.com")
        month.now += timedelta(hours=2)
        life.step()
    assert life.said("trouble") > 5, "a month in which much goes wrong"
    assert life.said("cycle") > 5
    life.assert_nothing_private()


DAMAGED = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:canary\r\nDTSTART:nonsense\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Nowhere:20261124T090000\r\nSUMMARY:canary\r\n"
    b"DESCRIPTION:canary\r\ncanary canary",
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART:20261124T090000\r\nRRULE:FREQ=NEVER\r\nSUMMARY:canary\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n",
    b"canary \xff\xfe",
)


def test_a_calendar_on_disk_with_damaged_files(tmp_path: Path) -> None:
    world = World(tmp_path)
    time = [MONDAY]

    class Broken(Home):
        def desk(self, *_: object) -> Desk:
            raise ValueError("canary")

    life = Life(world.home, lambda: time[0])
    faulty = Life(Broken(world.home.config, world.home.state), lambda: time[0])
    faulty.step()
    assert faulty.said("fault") == 1
    faulty.assert_nothing_private()
    world.add_event("review", MONDAY + timedelta(days=1), 90).write_bytes(
        world.add_event("review", MONDAY + timedelta(days=1), 90).read_bytes().replace(b"SUMMARY:", b"SUMMARY:canary ")
    )
    with with_libraries(life.journal):
        life.step()
        for number, content in enumerate(DAMAGED):
            (world.calendar("other") / f"{number}.ics").write_bytes(content)
            time[0] += timedelta(hours=1)
            life.step()
            (world.calendar("other") / f"{number}.ics").unlink()
        logging.getLogger("library").warning("cannot read %r", "canary")
        time[0] += timedelta(hours=1)
        life.step()
    assert life.said("cycle")
    assert life.said("trouble")
    assert life.said("library") == 1
    life.assert_nothing_private()
