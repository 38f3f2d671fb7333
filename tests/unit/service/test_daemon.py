"""The daemon does what is due when it is due, keeps the last good rules, and never ends by itself."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app import away
from agendad.app.home import Home
from agendad.lock import locked
from agendad.model.identity import is_own
from agendad.providers import open_calendars
from agendad.service.daemon import Daemon, Stopped, World
from machine.world import MONDAY
from machine.world import World as Place

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.rules.load import Loaded
    from agendad.service.journal import Fact, Level

MINUTE = timedelta(minutes=1)


class Life:
    """A daemon in a small world, on a clock that is moved by hand; `notes` are what its log got."""

    def __init__(self, root: Path) -> None:
        self.place = Place(root, ("lunch", "walk"))
        self.now = MONDAY
        self.notes: list[tuple[str, str]] = []
        self.noticed: list[str] = []
        self.stopping = False
        self.home = Home(root, root / "state")
        self.daemon = self.started()

    def started(self, loaded: Loaded | None = None) -> Daemon:
        world = World(
            now=lambda: self.now,
            steady=self._steady,
            random=lambda: 0.5,
            alive=self._alive,
            journal=self,
            notice=lambda _, text: self.noticed.append(text),
        )
        return Daemon(self.home, loaded or self.home.load(), world, pid=4711)

    def with_mail(self) -> None:
        """From now on there is a mailbox."""
        for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (self.home.config / "Mail" / name).mkdir(parents=True)
        path = self.home.config / "agendad.yaml"
        path.write_text(path.read_text() + "mail: {provider: maildir, path: Mail/}\n")

    def note(self, level: Level, event: str, text: str, **_: Fact) -> None:
        del level
        self.notes.append((event, text))

    def _steady(self) -> float:
        return (self.now - MONDAY).total_seconds()

    def _alive(self) -> None:
        if self.stopping:
            raise Stopped

    def after(self, passed: timedelta) -> datetime:
        """Moves the clock, and makes a step."""
        self.now += passed
        return self.daemon.step()

    @property
    def blocks(self) -> list[str]:
        calendars = open_calendars(self.daemon.loaded.configured, cache=None, now=lambda: self.now)
        found = calendars.read(self.now - timedelta(days=60), self.now + timedelta(days=60)).events
        return sorted(event.fields.title for event in found if is_own(event))

    def count(self, event: str) -> int:
        return [name for name, _ in self.notes].count(event)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


def test_the_first_step_makes_a_cycle_and_the_next_comes_after_poll(life: Life) -> None:
    due = life.daemon.step()
    assert "Lunch" in life.blocks
    assert life.now < due <= life.now + timedelta(minutes=5)
    assert life.after(due - life.now - MINUTE) == due
    assert life.daemon.health.cycles == 1
    life.after(MINUTE)
    assert life.daemon.health.cycles == 2


def test_a_step_that_comes_too_late_does_what_was_due_and_says_how_late(life: Life) -> None:
    due = life.daemon.step()
    life.after(timedelta(days=2))
    assert life.daemon.health.cycles == 2
    assert life.daemon.health.late == (life.now - due).total_seconds()


def test_a_clock_that_was_set_back_a_little_makes_a_cycle_and_no_wait(life: Life) -> None:
    life.after(timedelta(hours=2))
    life.after(-timedelta(minutes=8))
    assert life.daemon.health.cycles == 2
    assert life.daemon.health.due <= life.now + timedelta(minutes=6)


def test_a_clock_that_was_set_back_far_is_refused_until_a_person_agrees(life: Life) -> None:
    life.after(timedelta(days=2))
    life.after(-timedelta(days=2))
    assert "the clock stands at" in life.daemon.health.trouble
    life.place.apply(life.now)
    life.after(timedelta(minutes=5))
    assert life.daemon.health.trouble == ""


def test_changed_rules_are_taken_up_at_once_and_broken_ones_never(life: Life) -> None:
    life.daemon.step()
    good = life.place.root / "rules" / "all.yaml"
    text = good.read_text()
    good.write_text(text + "  new: {block: New, every: weekday, at: 25:00-26:00}\n")
    life.after(MINUTE)
    life.after(MINUTE)
    assert "25:00" in life.daemon.health.broken
    assert life.noticed == [life.daemon.health.broken]
    assert life.count("reload") == 1
    assert "New" not in life.blocks
    assert "Lunch" in life.blocks
    good.write_text(text + "  new: {block: New, every: weekday, at: 15:00-16:00}\n")
    life.after(MINUTE)
    assert life.daemon.health.broken == ""
    assert "New" in life.blocks


def test_what_changed_while_it_began_is_not_missed(life: Life) -> None:
    loaded = life.home.load()
    rules = life.place.root / "rules" / "all.yaml"
    rules.write_text(rules.read_text() + "  new: {block: New, every: weekday, at: 15:00-16:00}\n")
    life.daemon = life.started(loaded)
    life.daemon.step()
    assert "New" in life.blocks


def test_a_template_with_an_error_keeps_the_one_from_before(life: Life) -> None:
    root = life.place.root
    (root / "templates").mkdir()
    (root / "templates" / "a.md.j2").write_text("---\nsubject: A\n---\nHello.\n")
    (root / "rules" / "b.yaml").write_text("version: 1\nrules:\n  b: {draft: a.md.j2, every: weekday, to: me}\n")
    life.daemon.step()
    life.after(MINUTE)
    assert life.daemon.health.broken == ""
    (root / "templates" / "a.md.j2").write_text("---\nsubject: A\n---\nHello {{ nobody }}.\n")
    life.after(MINUTE)
    assert "nobody" in life.daemon.health.broken


def test_a_calendar_that_cannot_be_read_is_tried_again_soon_and_then_less_often(life: Life) -> None:
    life.daemon.step()
    folder = life.place.root / "calendars"
    folder.rename(folder.with_name("away"))
    waits = []
    for _ in range(8):
        life.after(life.daemon.health.due - life.now)
        waits.append((life.daemon.health.due - life.now).total_seconds())
    assert waits == [15, 30, 60, 120, 240, 300, 300, 300]
    assert life.daemon.health.failures == 8
    folder.with_name("away").rename(folder)
    life.after(life.daemon.health.due - life.now)
    assert (life.daemon.health.failures, life.daemon.health.trouble) == (0, "")
    assert life.count("recovered") == 1


def test_while_another_command_is_at_work_it_waits_for_a_moment(life: Life) -> None:
    life.daemon.step()
    with locked(life.home.state):
        assert life.after(timedelta(minutes=6)) == life.now + timedelta(seconds=5)
    life.after(timedelta(seconds=5))
    assert life.daemon.health.cycles == 2


def test_between_its_cycles_other_commands_write_and_it_knows_what_they_did(life: Life) -> None:
    life.daemon.step()
    standing = life.blocks
    home = Home(life.home.config, life.home.state)
    away.note(home, lambda decisions: away.with_pause(decisions, life.now, life.now + timedelta(minutes=90)))
    for path in sorted(life.place.calendar("own").iterdir())[:1]:
        path.unlink()
    life.after(timedelta(minutes=6))
    assert len(life.blocks) == len(standing) - 1
    life.place.add_event("real", MONDAY.replace(hour=12), 120)
    life.after(timedelta(minutes=6))
    paused = life.blocks
    end = MONDAY + timedelta(minutes=90)
    while life.now < end:
        life.after(min(life.daemon.health.due, end) - life.now)
    assert life.now == end, "the end of a pause is a moment of its own"
    assert life.daemon.health.last == end
    assert life.blocks != paused


def test_a_lost_state_is_made_anew_without_a_second_block(life: Life) -> None:
    life.daemon.step()
    before = life.blocks
    for path in life.home.state.glob("ledger.db*"):
        path.unlink()
    life.after(timedelta(minutes=6))
    assert life.blocks == before
    assert life.daemon.health.created == len(before)


def test_a_fault_of_ours_is_told_with_its_way_through_the_code_and_the_daemon_lives(tmp_path: Path) -> None:
    life = Life(tmp_path)
    broken = [ValueError("a fault")]

    def checkpoint(_: str) -> None:
        if broken:
            raise broken.pop()

    life.home = Home(tmp_path, tmp_path / "state", checkpoint)
    life.daemon = life.started()
    life.daemon.step()
    told = next(text for event, text in life.notes if event == "fault").splitlines()
    assert told[:2] == ["a fault in agendad itself", "ValueError"]
    assert told[-1].startswith(f"  {__name__}:")
    assert life.daemon.health.trouble == "a fault in agendad itself"
    life.after(life.daemon.health.due - life.now)
    assert life.daemon.health.trouble == ""
    assert "Lunch" in life.blocks


def test_told_to_stop_it_ends_between_two_pieces_of_work(life: Life) -> None:
    life.stopping = True
    with pytest.raises(Stopped):
        life.daemon.step()
    assert life.blocks == []


def test_what_is_asked_for_is_done_in_the_next_step(life: Life) -> None:
    life.daemon.step()
    life.daemon.ask_cycle()
    life.after(MINUTE)
    assert life.daemon.health.cycles == 2
    os.utime(life.place.root / "agendad.yaml")
    life.daemon.ask_reload()
    life.after(MINUTE)
    assert life.daemon.health.reloads == 1


# ---------------------------------------------------------------- polls without a cycle


@pytest.fixture
def quiet(life: Life) -> Life:
    """One that has seen what it wrote, to the calendar and then to its ledger, and has nothing to do."""
    life.daemon.step()
    life.after(timedelta(minutes=6))
    life.after(timedelta(minutes=6))
    assert life.daemon.health.cycles == 3
    return life


def test_a_poll_makes_no_cycle_while_no_file_is_another(quiet: Life) -> None:
    last = quiet.daemon.health.last
    due = quiet.after(timedelta(minutes=6))
    health = quiet.daemon.health
    assert (health.cycles, health.last) == (3, last), "told is the last cycle, not the last look"
    assert quiet.now < due <= quiet.now + timedelta(minutes=6)


@pytest.mark.parametrize("where", ["calendar", "mail", "decisions"])
def test_a_file_that_is_another_makes_the_next_poll_a_cycle(quiet: Life, where: str) -> None:
    match where:
        case "calendar":
            quiet.place.add_event("review", quiet.now + timedelta(days=1), 30)
        case "mail":
            quiet.with_mail()
            quiet.after(timedelta(minutes=6))
            quiet.after(timedelta(minutes=6))
            (quiet.home.config / "Mail" / ".Sent" / "cur" / "1:2,S").write_bytes(b"Subject: Hi\r\n\r\nHi\r\n")
        case _:
            (quiet.home.state / "decisions.json").touch()
    cycles = quiet.daemon.health.cycles
    quiet.after(timedelta(minutes=6))
    assert quiet.daemon.health.cycles == cycles + 1


def test_a_decision_that_is_over_makes_a_cycle(quiet: Life) -> None:
    due = quiet.after(timedelta(minutes=6))
    while quiet.daemon.health.cycles == 3:
        assert quiet.now < MONDAY + timedelta(hours=12), "lunch begins"
        before, due = quiet.now, quiet.after(due - quiet.now)
    assert quiet.now - before < timedelta(minutes=5), "at that moment, not with the next poll"


def test_a_clock_that_was_set_back_makes_a_cycle(quiet: Life) -> None:
    quiet.after(timedelta(minutes=-3))
    quiet.after(timedelta(minutes=7))
    assert quiet.daemon.health.cycles > 3
