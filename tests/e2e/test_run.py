"""The daemon as a person meets it: started, asked, edited under its feet, stopped, killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from command import Agendad

CONFIGURATION = """\
version: 1
me: {{name: Ada, emails: [ada@example.com]}}
timezone: {zone}
horizon: 1 week
calendar: {{provider: local, path: calendars/, write: personal, read: [personal]}}
"""
RULES = 'version: 1\nrules:\n  lunch: {block: Lunch, every: day, at: "12:00-13:00"}\n'


def early() -> ZoneInfo:
    """A zone where it is between five and six in the morning: all blocks of today are ahead, and midnight is far."""
    east = (5 - datetime.now(UTC).hour + 12) % 24 - 12
    return ZoneInfo(f"Etc/GMT{-east:+d}")  # POSIX counts them westwards


class Running:
    """A daemon in a folder of its own, which is its configuration and holds its state."""

    def __init__(self, agendad: Agendad, root: Path) -> None:
        self.root = root
        for folder in ("rules", "calendars/personal", "state"):
            (root / folder).mkdir(parents=True)
        self.zone = early()
        (root / "agendad.yaml").write_text(CONFIGURATION.format(zone=self.zone))
        self.rules = root / "rules" / "all.yaml"
        self.rules.write_text(RULES)
        self.command = agendad.having(AGENDAD_CONFIG=str(root))
        self.process: subprocess.Popen[str] | None = None
        self.log = root.parent / "log"

    def start(self, **env: str) -> subprocess.Popen[str]:
        """Starts it, and waits until it answers."""
        words = [sys.executable, "-m", "agendad", "run"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                words, env=self.command.having(**env).environ(), stderr=log, text=True, cwd=self.root
            )
        wait((self.root / "state" / "daemon.sock").exists)
        return self.process

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(10)

    def written(self) -> str:
        """The calendar, whole."""
        folder, found = self.root / "calendars" / "personal", []
        for path in sorted(folder.glob("*.ics")):
            with contextlib.suppress(FileNotFoundError):  # the daemon takes it away at this moment
                found.append(path.read_text())
        return "".join(found)

    def events(self) -> list[dict[str, object]]:
        """The log, line by line."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def wait(until: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def running(agendad: Agendad, tmp_path: Path) -> Iterator[Running]:
    made = Running(agendad, tmp_path / "life")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def test_it_writes_takes_up_edits_keeps_good_rules_and_ends_when_told(running: Running) -> None:
    running.start()
    wait(lambda: "SUMMARY:Lunch" in running.written())
    running.rules.write_text(RULES + '  tea: {block: Tea, every: day, at: "16:00-16:15"}\n')
    wait(lambda: "SUMMARY:Tea" in running.written())
    running.rules.write_text(RULES + '  tea: {block: Tea, every: day, at: "16:00-99:15"}\n')
    wait(lambda: '"error"' in running.log.read_text())
    status = running.command("status", "--json")
    assert "99:15" in running.log.read_text()
    assert status.returncode == 0
    reload = running.command("reload")
    assert reload.returncode == 1
    assert "99:15" in reload.stderr
    check = running.command("check")
    assert check.stdout.partition("\n\n")[0].strip() in reload.stderr, "the words are those of `check`"
    running.rules.write_text(RULES)
    wait(lambda: "SUMMARY:Tea" not in running.written())
    assert running.command("reload").returncode == 0
    assert running.stop() == 0
    assert [entry["event"] for entry in running.events()][-1] == "stop"
    assert sorted(path.name for path in (running.root / "state").iterdir()) == [
        "cache",
        "daemon.lock",
        "decisions.json",
        "ledger.db",
        "lock",
    ]


def test_a_second_daemon_leaves_with_a_message(running: Running) -> None:
    running.start()
    second = running.command("run")
    assert second.returncode == 3
    assert "is at work on this state folder" in second.stderr


def test_now_is_a_cycle_of_the_daemon_or_without_one_of_the_command(running: Running) -> None:
    alone = running.command("now")
    assert alone.returncode == 0
    assert "no daemon runs here" in alone.stderr
    assert "SUMMARY:Lunch" in running.written()
    running.start()
    wait(lambda: json.loads(running.command("now", "--json").stdout)["daemon"]["cycles"] >= 2)
    for path in (running.root / "calendars" / "personal").iterdir():
        text = path.read_text()
        path.write_text(text.replace("SUMMARY:Lunch", "SUMMARY:Long lunch"))
        break
    done = running.command("now")
    assert (done.returncode, done.stdout) == (0, "nothing to change\n"), "the hand wins"


def test_reload_needs_a_daemon(running: Running) -> None:
    done = running.command("reload")
    assert done.returncode == 3
    assert "agendad run" in done.stderr


def test_other_commands_work_beside_it(running: Running) -> None:
    running.start()
    wait(lambda: "SUMMARY:Lunch" in running.written())
    assert running.command("pause", "2h").returncode == 0
    running.rules.write_text(RULES + '  tea: {block: Tea, every: day, at: "16:00-16:15"}\n')
    assert running.command("reload").returncode == 0
    assert "SUMMARY:Tea" not in running.written()
    resumed = running.command("resume")
    assert resumed.stdout == "resumed: the daemon writes again\n"
    wait(lambda: running.written().count("SUMMARY:Tea") == 7)
    assert running.command("undo", "--yes").returncode == 0
    assert "SUMMARY:Tea" not in running.written()
    assert running.command("now").stdout == "nothing to change\n", "what was taken back stays so"


def test_killed_at_work_it_goes_on_where_it_was(running: Running) -> None:
    for _ in range(3):
        running.start()
        running.stop(signal.SIGKILL)
    running.start()
    wait(lambda: running.written().count("SUMMARY:Lunch") == 7)
    assert running.command("now").stdout == "nothing to change\n"
    keys = [line for line in running.written().splitlines() if line.startswith("X-AGENDAD-KEY")]
    assert len(keys) == len(set(keys))


def test_a_cycle_that_is_killed_is_told_and_made_again(running: Running) -> None:
    daemon = running.start()
    children = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children")
    wait(lambda: "SUMMARY:Lunch" in running.written() and not children.read_text())
    running.rules.write_text(RULES.replace("Lunch", "Dinner") + '  tea: {block: Tea, every: day, at: "16:00-16:15"}\n')
    killed = 0
    while not killed or children.read_text():
        for child in children.read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
                killed += 1
    wait(lambda: "broken off" in running.log.read_text())
    assert running.command("now").returncode == 0
    wait(lambda: running.written().count("SUMMARY:Tea") == running.written().count("SUMMARY:Dinner") == 7)
    assert "SUMMARY:Lunch" not in running.written()
    assert running.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(running: Running, number: int) -> None:
    running.start()
    begun = time.monotonic()
    assert running.stop(number) == 0
    assert time.monotonic() - begun < 5


def test_broken_rules_at_the_start_are_shown_and_nothing_is_done(running: Running) -> None:
    running.rules.write_text("version: 1\nrules:\n  a: {block: A, evry: day}\n")
    done = running.command("run")
    assert done.returncode == 1
    assert "did you mean `every`" in done.stderr
    assert running.written() == ""


def test_the_daemon_goes_by_the_machines_clock(running: Running) -> None:
    done = running.command("run", "--now", "2026-11-23T08:00")
    assert done.returncode == 2
    assert "--once" in done.stderr


def test_systemd_hears_when_it_is_ready_reloads_and_stops_and_that_it_lives(running: Running, tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(address))
        heard.settimeout(15)
        process = running.start(NOTIFY_SOCKET=str(address), WATCHDOG_USEC="1000000")
        said: list[str] = []

        def hear(word: str) -> None:
            while not any(word in message for message in said):
                said.append(heard.recv(4096).decode())

        hear("READY=1")
        begun = len(said)
        hear_again = time.monotonic() + 3
        while time.monotonic() < hear_again:
            said.append(heard.recv(4096).decode())
        assert sum("WATCHDOG=1" in message for message in said[begun:]) >= 3
        process.send_signal(signal.SIGHUP)
        hear("RELOADING=1")
        assert any("MONOTONIC_USEC=" in message for message in said)
        said.clear()
        hear("READY=1")
        process.send_signal(signal.SIGTERM)
        hear("STOPPING=1")
        assert process.wait(10) == 0


def test_what_is_due_at_a_moment_is_done_at_that_moment(running: Running) -> None:
    running.start()
    wait(lambda: "SUMMARY:Lunch" in running.written())
    end = datetime.now(running.zone) + timedelta(seconds=5)
    assert running.command("pause", end.isoformat(timespec="seconds")).returncode == 0
    running.rules.write_text(RULES + '  tea: {block: Tea, every: day, at: "16:00-16:15"}\n')
    wait(lambda: "SUMMARY:Tea" in running.written())
    assert datetime.now(running.zone) >= end.replace(microsecond=0)
    assert datetime.now(running.zone) - end < timedelta(seconds=6)
