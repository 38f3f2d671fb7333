"""Lives of the daemon by a seed: whatever happens, its promises hold.

`AGENDAD_LIVES` says how many, of two weeks each (CONTRIBUTING.md); without it, one of five days.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app.away import note, with_pause
from machine.lived import Life
from machine.lived_checks import calm, check
from machine.lived_events import Events

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)
LIVES = int(os.environ.get("AGENDAD_LIVES", "1"))
LENGTH = 14 * DAY if "AGENDAD_LIVES" in os.environ else 5 * DAY


def life(root: Path, seed: int) -> Life:
    """Every fourth is at Google."""
    return Life(root, seed, google=seed % 4 == 3)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's, which the person takes along."""
    monkeypatch.setenv("TZ", "Europe/Paris")


@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_happens_the_promises_hold(tmp_path: Path, seed: int) -> None:
    lived = life(tmp_path, seed)
    lived.live(LENGTH)
    calm(lived)
    check(lived)


@pytest.mark.parametrize(
    "seed", [pytest.param(4, id="on disk"), pytest.param(3, id="at Google", marks=pytest.mark.soak)]
)
def test_a_life_that_is_lived_again_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Whatever fails with a seed so fails again with it."""
    told = []
    for name in ("once", "again"):
        monkeypatch.setenv("TZ", "Europe/Paris")
        (tmp_path / name).mkdir()
        lived = life(tmp_path / name, seed)
        lived.live(DAY)
        told.append(lived.digest())
        lived.end()
    assert told[0] == told[1]


def test_what_waited_for_the_end_of_a_pause_is_made_within_a_minute_of_it(tmp_path: Path) -> None:
    lived = busy_day(tmp_path, google=False)
    lived.until(lived.born + timedelta(minutes=50))
    ends = lived.born + timedelta(hours=3, minutes=7)
    note(lived.calm_home(), lambda each: with_pause(each, lived.time.clock(), ends))
    lived.paused_until = ends
    lived.until(ends - timedelta(seconds=1))
    assert not lived.outside.drafts()
    lived.until(ends + timedelta(minutes=1))
    assert len(lived.outside.drafts()) == 1
    lived.end()


def test_under_a_clock_that_stands_before_the_last_run_nothing_is_written_until_somebody_agrees(tmp_path: Path) -> None:
    lived = busy_day(tmp_path, google=False)
    lived.until(lived.born + timedelta(hours=1))
    lived.time.skew = timedelta(hours=-9)
    lived.outside.cancel("m2")
    del lived.meetings["m2"]
    stood = lived.outside.stand()
    lived.soon()
    lived.until(lived.born + timedelta(hours=4))
    assert lived.outside.stand() == stood
    Events(lived).answers()
    lived.soon()
    lived.until(lived.born + timedelta(hours=5, minutes=10))
    assert lived.daemon is not None
    assert lived.daemon.health.trouble == ""
    lived.end()


def busy_day(root: Path, *, google: bool) -> Life:
    """A life before a day on which there is a lot to do, and nothing is done yet."""
    lived = Life(root, 1, google=google)
    for number in range(3):
        start = lived.born + timedelta(hours=1 + 2 * number)
        lived.outside.meet(f"m{number}", start, 60)
        lived.meetings[f"m{number}"] = start, start + timedelta(hours=1)
    return lived


def dies(root: Path, operation: int, *, google: bool) -> bool:
    """Lives that day and dies at an operation, is started again, and must have done all of it; whether it died."""
    lived = busy_day(root, google=google)
    lived.doom = operation
    lived.until(lived.born + timedelta(hours=5))
    if lived.daemon is not None and (block := min(lived.outside.blocks(), default="")):
        lived.outside.rename(block, "Mine")
    lived.outside.cancel("m2")
    del lived.meetings["m2"]
    lived.until(lived.born + timedelta(hours=9))
    calm(lived)
    check(lived)
    assert {f"thanks/{lived.outside.uid(name)}" for name in ("m0", "m1")} <= lived.outside.drafts().keys()
    lived.end()
    return lived.deaths > 0


@pytest.mark.parametrize("google", [False, True], ids=["on disk", "at Google"])
@pytest.mark.parametrize("operation", [40])
def test_killed_at_an_operation_it_does_all_of_it_after_the_next_start(
    tmp_path: Path, operation: int, google: bool
) -> None:
    dies(tmp_path, operation, google=google)


@pytest.mark.soak
@pytest.mark.parametrize("google", [False, True], ids=["on disk", "at Google"])
def test_killed_at_every_operation_of_a_day_it_does_all_of_it_after_the_next_start(
    tmp_path: Path, google: bool
) -> None:
    """Before and after each commit of the ledger, each operation on a file and each request."""
    for operation in range(1, 5000):
        folder = tmp_path / str(operation)
        folder.mkdir()
        if not dies(folder, operation, google=google):
            assert operation > 100
            return
    pytest.fail("the day never ends")


@pytest.mark.parametrize("google", [False, True], ids=["on disk", "at Google"])
def test_only_what_stands_elsewhere_is_asked_at_every_poll(tmp_path: Path, google: bool) -> None:
    """Through a night, at a poll an hour: on disk a cycle is made when the day turns."""
    lived = Life(tmp_path, 3, google=google)
    lived.until(lived.born + timedelta(hours=14))
    assert lived.daemon is not None
    before = lived.daemon.health.cycles
    lived.until(lived.born + timedelta(hours=21))
    made = lived.daemon.health.cycles - before
    assert lived.daemon.loaded.configured.poll == 60
    assert made >= 6 if google else made <= 3
    lived.end()
