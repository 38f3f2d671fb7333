"""Work in a process of its own: what it returns and raises comes back, and whatever happens to it is known."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agendad.errors import RefusedBySafety
from agendad.service.apart import Apart, BrokenOff
from agendad.service.daemon import Stopped

if TYPE_CHECKING:
    from collections.abc import Iterator


class World:
    """A daemon that may be told to end; `signs` are the signs of life that it got."""

    def __init__(self) -> None:
        self.stopping = False
        self.signs = 0
        self.apart = Apart(self._sign, lambda: self.stopping)

    def _sign(self) -> None:
        self.signs += 1

    def stop(self, *_: object) -> None:
        """As a signal does."""
        self.stopping = True

    def works_on(self) -> int:
        """Goes on until it is told to end."""
        while True:
            self.apart.alive()
            time.sleep(0.01)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    before = {number: signal.signal(number, world.stop) for number in (signal.SIGTERM, signal.SIGALRM)}
    yield world
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def test_what_the_work_returns_comes_from_another_process(world: World) -> None:
    assert world.apart.call(os.getpid) != os.getpid()
    assert world.apart.call(lambda: {"a": (1, None)}) == {"a": (1, None)}


def test_what_is_changed_there_stays_there(world: World) -> None:
    kept: list[int] = []
    world.apart.call(lambda: kept.append(1))
    assert kept == []


def test_an_error_that_a_person_can_mend_comes_back_as_it_is(world: World) -> None:
    def work() -> None:
        raise RefusedBySafety("too much", hint="agendad apply --yes")

    with pytest.raises(RefusedBySafety, match="too much") as raised:
        world.apart.call(work)
    assert raised.value.hint == "agendad apply --yes"


def test_a_fault_comes_back_with_its_trace(world: World) -> None:
    def faulty() -> float:
        return 1 / len("")

    with pytest.raises(BrokenOff, match=r"(?s)ZeroDivisionError.*faulty"):
        world.apart.call(faulty)


def test_work_that_is_killed_is_known_to_be_broken_off(world: World) -> None:
    with pytest.raises(BrokenOff, match="broken off"):
        world.apart.call(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert world.apart.call(lambda: 1) == 1


def test_signs_of_life_reach_the_daemon(world: World) -> None:
    def work() -> None:
        end = time.monotonic() + 2.2
        while time.monotonic() < end:
            world.apart.tick()
            time.sleep(0.05)

    world.apart.call(work)
    assert 2 <= world.signs <= 4


def test_a_daemon_that_is_told_to_end_ends_the_work_where_it_can(world: World) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    begun = time.monotonic()
    with pytest.raises(Stopped):
        world.apart.call(world.works_on)
    assert time.monotonic() - begun < 5


def test_work_that_does_not_listen_is_killed_when_the_daemon_hurries(world: World) -> None:
    def deaf() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)

    def hurry(*_: object) -> None:
        raise Stopped

    signal.signal(signal.SIGALRM, hurry)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    begun = time.monotonic()
    with pytest.raises(Stopped):
        world.apart.call(deaf)
    assert time.monotonic() - begun < 5


def test_work_whose_daemon_is_gone_ends_by_itself(world: World) -> None:
    reader, writer = os.pipe()

    def orphaned() -> None:
        os.write(writer, f"{os.getpid()}".encode())
        world.works_on()

    daemon = os.fork()
    if not daemon:
        try:
            world.apart.call(orphaned)
        finally:
            os._exit(0)
    child = int(os.read(reader, 20))
    os.kill(daemon, signal.SIGKILL)
    os.waitpid(daemon, 0)
    end = time.monotonic() + 5
    while _lives(child):
        assert time.monotonic() < end
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
