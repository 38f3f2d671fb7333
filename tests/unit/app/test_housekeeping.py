"""When the ledger is compacted, how long what is kept, and that a cycle which wrote does it by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app.housekeeping import EVERY, due, keep_small
from agendad.ledger import history
from agendad.model.memory import Decisions
from agendad.rules.load import load_configuration
from machine.world import CONFIGURATION, MONDAY, World

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, MONDAY, True),
        (MONDAY, MONDAY, False),
        (MONDAY, MONDAY + EVERY - timedelta(seconds=1), False),
        (MONDAY, MONDAY + EVERY, True),
        (MONDAY, MONDAY - DAY, True),  # the clock was set back
    ],
)
def test_it_is_due_after_a_start_and_then_once_a_day(last, now, expected: bool) -> None:
    assert due(last, now) is expected


class Changing(World):
    """A world in which each day has something to write."""

    def __init__(self, root: Path, history_days: int, *rules: str) -> None:
        super().__init__(root, ("deep-work", *rules))
        (root / "agendad.yaml").write_text(CONFIGURATION + f"history: {history_days} days\n")

    def live(self, days: range) -> None:
        for day in days:
            self.add_event("meeting", MONDAY + timedelta(days=day, hours=1), 60)
            self.apply(MONDAY + timedelta(days=day))


def test_an_apply_that_wrote_keeps_the_ledger_small_and_a_quiet_one_writes_nothing(tmp_path: Path) -> None:
    world = Changing(tmp_path, 30)
    world.live(range(4))
    with world.home.ledger() as ledger:
        old = history.runs(ledger)[0].number
    world.live(range(60, 137))
    with world.home.ledger() as ledger:
        numbers = [run.number for run in history.runs(ledger, -1)]
        assert len(numbers) >= 50
        assert numbers[-1] == old + 1
        assert min(known.start for known in ledger.memory(Decisions(), MONDAY).written.values()) < MONDAY + 3 * DAY
    world.apply(MONDAY + 136 * DAY)  # tells that what was planned is written
    state = {path: path.stat().st_mtime_ns for path in (tmp_path / "state").glob("ledger*")}
    world.apply(MONDAY + 136 * DAY)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "state").glob("ledger*")} == state


@pytest.mark.parametrize(("years", "kept"), [(1, False), (3, True)])
def test_what_was_written_stays_as_long_as_the_longest_look_of_any_rule(tmp_path: Path, years: int, kept: bool) -> None:
    world = Changing(tmp_path, 30)
    world.live(range(2))
    phrase = "year" if years == 1 else f"{years} years"
    rules = tmp_path / "rules" / "all.yaml"
    rules.write_text(rules.read_text() + f"  rare: {{block: Rare, every: {phrase}, lasts: 1h}}\n")
    world.live(range(600, 603))
    loaded = world.home.load()
    with world.home.working() as ledger:
        keep_small(ledger, loaded, MONDAY + 602 * DAY, whole=2)
        starts = [known.start for known in ledger.memory(Decisions(), MONDAY).written.values()]
    assert (min(starts) < MONDAY + 30 * DAY) is kept


@pytest.mark.parametrize(("history_text", "hint"), [("29 days", "30 days"), ("12h", "30 days"), ("1 week", "30 days")])
def test_a_history_that_is_too_short_is_refused_with_the_shortest(tmp_path: Path, history_text: str, hint: str) -> None:
    (tmp_path / "agendad.yaml").write_text(CONFIGURATION + f"history: {history_text}\n")
    (problem,) = [each for each in load_configuration(tmp_path).diagnostics if each.code != "no-rules"]
    assert problem.message == "the history is kept for at least 30 days"
    assert problem.hint == f"did you mean `{hint}`?"
    assert problem.span.line == CONFIGURATION.count("\n") + 1


@pytest.mark.parametrize(("line", "days"), [("", 400), ("history: 30 days\n", 30), ("history: 8 weeks\n", 56)])
def test_a_history_is_400_days_unless_it_is_said(tmp_path: Path, line: str, days: int) -> None:
    (tmp_path / "agendad.yaml").write_text(CONFIGURATION + line)
    assert load_configuration(tmp_path).configured.history_days == days
