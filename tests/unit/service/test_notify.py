"""What reaches the socket of the service manager, and that nothing there can stop the daemon."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from agendad.service.notify import Notifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PID = 4711


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Manager:
    """The other end: the datagrams in their order, each as its assignments."""

    def __init__(self, address: str) -> None:
        self.channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.channel.bind(address.replace("@", "\0", 1) if address.startswith("@") else address)
        self.channel.setblocking(False)
        self.environ = {"NOTIFY_SOCKET": address}

    def heard(self) -> list[list[str]]:
        """All messages since the last call."""
        messages = []
        with suppress(BlockingIOError):
            while True:
                messages.append(self.channel.recv(65536).decode().split("\n"))
        return messages


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """A manager that listens at a path, or at an abstract address."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@agendad-test-{os.getpid()}"
    listening = Manager(address)
    with closing(listening.channel):
        yield listening


def notifier(environ: Mapping[str, str], clock: Hand | None = None) -> Notifier:
    return Notifier.from_environment(environ, PID, clock or Hand())


def test_each_state_is_one_datagram(manager: Manager) -> None:
    told = notifier(manager.environ)
    told.ready("40 rules")
    told.reloading()
    told.status("3 blocks written")
    told.stopping()
    assert manager.heard() == [
        ["READY=1", "STATUS=40 rules"],
        ["RELOADING=1", "MONOTONIC_USEC=1000000000"],
        ["STATUS=3 blocks written"],
        ["STOPPING=1"],
    ]


def test_a_reload_is_dated_by_the_clock_of_the_manager(manager: Manager) -> None:
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    Notifier.from_environment(manager.environ, PID).reloading()
    ((_, dated),) = manager.heard()
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert before - 1 <= int(dated.removeprefix("MONOTONIC_USEC=")) <= after


@pytest.mark.parametrize("end", ["\n", "\r\n", "\v", "\0", "\u2028", "\x85"])
def test_a_line_end_in_a_status_makes_no_other_assignment(manager: Manager, end: str) -> None:
    told = notifier(manager.environ)
    told.status(f"rules/a.yaml{end}WATCHDOG=trigger{end}")
    told.ready(f"{end}MAINPID=1")
    assert manager.heard() == [["STATUS=rules/a.yaml WATCHDOG=trigger"], ["READY=1", "STATUS=MAINPID=1"]]


@pytest.mark.parametrize("letter", ["a", "é", "日", "🙂"])
def test_a_long_status_is_cut_between_letters(manager: Manager, letter: str) -> None:
    notifier(manager.environ).status(letter * 5000)
    ((line,),) = manager.heard()
    assert set(line.removeprefix("STATUS=")) == {letter}
    assert 280 <= len(line.encode()) <= 320


def test_a_status_that_is_not_text_is_told_without_the_bytes_that_are_none(manager: Manager) -> None:
    notifier(manager.environ).status(os.fsdecode(b"rules/\xff.yaml"))
    assert manager.heard() == [["STATUS=rules/ .yaml"]]


def test_signs_of_life_are_sent_once_in_a_quarter_of_the_time_that_the_manager_waits(manager: Manager) -> None:
    clock = Hand()
    told = notifier({**manager.environ, "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(PID)}, clock)
    assert told.period == 10
    sent = []
    for _ in range(40):
        told.alive()
        sent += [clock.seconds] * len(manager.heard())
        clock.seconds += 1
    assert sent == [1000, 1005, 1010, 1015, 1020, 1025, 1030, 1035]


def test_a_sign_of_life_that_was_lost_is_sent_by_the_next_call(tmp_path: Path) -> None:
    environ = {"NOTIFY_SOCKET": str(tmp_path / "late"), "WATCHDOG_USEC": "20000000"}
    told = notifier(environ)
    told.alive()
    with closing((late := Manager(environ["NOTIFY_SOCKET"])).channel):
        told.alive()
        assert late.heard() == [["WATCHDOG=1"]]


@pytest.mark.parametrize(
    "watchdog",
    [
        {},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "-5"},
        {"WATCHDOG_USEC": "٣"},
        {"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": ""},
    ],
)
def test_without_a_watchdog_for_this_process_no_sign_of_life_is_sent(
    manager: Manager, watchdog: Mapping[str, str]
) -> None:
    told = notifier({**manager.environ, **watchdog})
    assert told.period is None
    told.alive()
    assert manager.heard() == []


@pytest.mark.parametrize("address", [None, "", "relative", "vsock:2:1234"])
def test_without_a_socket_that_is_understood_nothing_is_done(address: str | None) -> None:
    environ = {"WATCHDOG_USEC": "20000000", **({} if address is None else {"NOTIFY_SOCKET": address})}
    told = notifier(environ)
    assert told.period is None
    all_of(told)


@pytest.mark.parametrize("name", ["gone", "x" * 300, "file"])
def test_a_socket_that_is_gone_or_none_stops_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    all_of(notifier({"NOTIFY_SOCKET": str(tmp_path / name), "WATCHDOG_USEC": "1000000"}))


def test_a_manager_that_reads_nothing_delays_but_does_not_stop(tmp_path: Path) -> None:
    listening = Manager(str(tmp_path / "deaf"))
    told = notifier(listening.environ)
    with closing(listening.channel), closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as filler:
        filler.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                filler.sendto(b"X=1", listening.environ["NOTIFY_SOCKET"])
        before = time.monotonic()
        told.stopping()
        assert time.monotonic() - before < 5


def test_a_process_tells_its_manager_by_its_own_environment(manager: Manager) -> None:
    program = (
        "import os; from agendad.service.notify import Notifier as N; N.from_environment(os.environ, 0).ready('é')"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, **manager.environ}, check=True)
    assert manager.heard() == [["READY=1", "STATUS=é"]]


def all_of(told: Notifier) -> None:
    """Says everything there is to say."""
    told.ready("ready")
    told.reloading()
    told.status("status")
    told.alive()
    told.stopping()
