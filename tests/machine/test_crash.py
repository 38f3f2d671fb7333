"""Killed at any instant, a cycle leaves no duplicate and no damaged file, and one more run completes the work."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from machine.office import Office
from machine.world import MONDAY, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SMALL = ("deep-work", "watch", "walk")
PARTS = 8  # the checkpoints are dealt out to so many tests, which can run side by side


def child(work: Callable[[], None]) -> int:
    """Runs `work` in a process of its own; its id. The process ends without any clean-up."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def week(root: Path) -> World:
    """A world in which the next cycle has something to create, to change and to delete."""
    world = World(root, (*SMALL, "lunch"))
    world.then = MONDAY
    world.add_event("board", MONDAY + timedelta(days=1, hours=2), 90)
    world.apply(MONDAY)
    world.set_rules((*SMALL, "review"))
    world.add_event("call", MONDAY + timedelta(days=2, hours=1), 60)
    return world


def office(root: Path) -> World:
    """One in which it also has drafts to make, one of them in another's place, and one to take away."""
    world = Office(root, ("thanks",))
    world.then = MONDAY + timedelta(hours=5)
    world.apply(MONDAY)
    world.add_event("first", MONDAY + timedelta(hours=1), 60)
    world.apply(MONDAY + timedelta(hours=3))
    assert "thanks/first@example.org" in world.drafts()
    world.write("bob", MONDAY + timedelta(hours=3, minutes=10))
    world.add_event("second", MONDAY + timedelta(hours=3, minutes=30), 30)
    world.add_event("late", MONDAY + timedelta(days=1, hours=10), 60)
    world.set_people(("bob", "carol"))
    world.set_rules(("thanks", "guard", "touch", "coffee"))
    return world


def state(world: World) -> dict[str, bytes]:
    """The bytes of every file of the calendars and the mailbox."""
    files = (*world.root.rglob("*.ics"), *world.root.glob("Mail/.*/cur/*"))
    return {str(path.relative_to(world.root)): path.read_bytes() for path in sorted(files)}


def assert_converges(world: World, wanted: dict[str, bytes], when: str) -> None:
    """One more run, and the calendar is what it would have been without the crash."""
    world.apply(world.then)
    assert state(world) == wanted, when
    seen = world.look(world.then)
    assert not seen.reconciled.changes, when
    assert not seen.decision.drafts.withdrawals, when
    assert not [draft for draft in seen.decision.drafts.desired if draft.state == "due"], when
    assert not [path for path in world.root.rglob(".*") if path.suffix == ".tmp"], when


@pytest.fixture(params=[week, office], ids=lambda make: make.__name__)
def worlds(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[World, dict[str, bytes]]:
    """The prepared world, and what an undisturbed cycle makes of it."""
    world = request.param(tmp_path / "world")
    undisturbed = world.copy(tmp_path / "undisturbed")
    undisturbed.apply(world.then)
    return world, state(undisturbed)


@pytest.mark.parametrize("first", [1, *(pytest.param(part, marks=pytest.mark.soak) for part in range(2, PARTS + 1))])
def test_killed_at_every_file_operation_and_commit(
    tmp_path: Path, worlds: tuple[World, dict[str, bytes]], first: int
) -> None:
    """The process is killed at the first checkpoint, at the second, and so on until one run survives."""
    world, wanted = worlds
    for step in range(first, 2000, PARTS):
        victim = world.copy(tmp_path / f"step-{step}")
        reached: list[str] = []

        def die_here(name: str, step: int = step, reached: list[str] = reached) -> None:
            reached.append(name)
            if len(reached) == step:
                os._exit(137)

        pid = child(lambda victim=victim, die_here=die_here: victim.apply(victim.then, die_here))
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert_converges(victim, wanted, f"killed at checkpoint {step}")
        if status == 0:
            assert step > 60, "there are more operations than that"
            return
    pytest.fail("the cycle never ends")


@pytest.mark.parametrize("times", [30, pytest.param(200, marks=pytest.mark.soak)])
def test_killed_at_random(tmp_path: Path, worlds: tuple[World, dict[str, bytes]], times: int) -> None:
    """SIGKILL after a random time, again and again over the same folder; then one run completes the work."""
    world, wanted = worlds
    chance = random.Random(20261123)
    started = time.monotonic()
    world.copy(tmp_path / "timed").apply(world.then)
    lasts = time.monotonic() - started
    victim = world.copy(tmp_path / "victim-0")
    killed = 0
    for number in range(times):
        if number % 10 == 0:
            victim = world.copy(tmp_path / f"victim-{number + 1}")
        pid = child(lambda victim=victim: victim.apply(victim.then))
        time.sleep(chance.uniform(0, lasts))
        os.kill(pid, signal.SIGKILL)
        died = os.waitpid(pid, 0)[1] != 0
        killed += died
        lasts *= 1.02 if died else 0.95  # the machine may be busier, or less busy, than when it was measured
        if number % 10 == 9:
            assert_converges(victim, wanted, f"after kill {number}")
    assert killed > times / 2
