"""What the daemon costs while nothing happens, and how quick it is when something does.

    .venv/bin/python benchmarks/daemon.py [SECONDS]

The demonstration with the 40 rules of `simulate_rules.yaml`, on local calendars. Stated figures: from start to READY
at most 2 times what a Python process needs to import the same libraries; from saving a rule file to the written block
less than a second; then, over SECONDS (600) in which nothing happens: at most 0.05 % of a core and 45 MiB resident, no
file written, and no wake-up but once a minute and for the cycles. The hour decides whether a block begins meanwhile and
a cycle is due: what the cycles cost, each in a process of its own, is told beside it, and the files that they wrote. At
last the same of the demonstration on the emulator of Google: at most 75 MiB. Linux only.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

import simulate

from agendad.service.control import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIBRARIES: Final = (
    "apscheduler.schedulers.base",
    "apscheduler.executors.debug",
    "apscheduler.triggers.interval",
    "apscheduler.triggers.date",
    "yaml",
    "sqlite3",
    "json",
    "zoneinfo",
    "argparse",
)
RULE: Final = '  thinking: {block: Thinking, every: day, at: "06:00-06:15"}\n'
STARTS: Final = 5
TESTS: Final = Path(__file__).parents[1] / "tests"
SETTLES: Final = 20.0
"""Seconds after the last change from which on nothing is left to be done."""


class Cost(NamedTuple):
    """Of a process: seconds of CPU since its start, and of its ended children; MiB resident, how often it slept."""

    seconds: float
    children: float
    resident: float
    slept: int


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        simulate.prepared(folder, datetime.now(ZoneInfo("Europe/Paris")).date())
        (folder / "state").mkdir()
        imports = min(timed(bare_imports) for _ in range(STARTS))
        ready = []
        for _ in range(STARTS):
            begun = time.perf_counter()
            process = start(folder)
            ready.append(time.perf_counter() - begun)
            stop(process)
        print(f"start to READY            {min(ready):6.2f} s    ratio {min(ready) / imports:5.2f}   stated <= 2")
        print(f"    the imports alone     {imports:6.2f} s")
        process = start(folder)
        settle(folder)
        rules = folder / "rules" / "all.yaml"
        begun = time.perf_counter()
        rules.write_text(rules.read_text() + RULE)
        while not any("Thinking" in path.read_text() for path in newest(folder)):
            time.sleep(0.01)
        print(f"saved to written          {time.perf_counter() - begun:6.2f} s                  stated < 1")
        settle(folder)
        time.sleep(SETTLES)
        idle(process, folder, seconds, most=45)
        stop(process)
        with google(Path(name) / "google") as folder:
            process = start(folder)
            settle(folder)
            time.sleep(SETTLES)
            print("on Google:")
            idle(process, folder, seconds, most=75)
            stop(process)


@contextmanager
def google(folder: Path) -> Iterator[Path]:
    """The demonstration on an emulated Google."""
    words = [sys.executable, "-m", "emulator", "--port", "0", "--demo", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=TESTS) as emulator:
        assert emulator.stdout is not None
        emulator.stdout.readline()
        try:
            (folder / "state").mkdir(exist_ok=True)
            yield folder
        finally:
            emulator.terminate()


def start(folder: Path) -> subprocess.Popen[bytes]:
    """A daemon that has said READY."""
    address = folder / "state" / "notify"
    address.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(address))
        heard.settimeout(60)
        environ = {**os.environ, "AGENDAD_CONFIG": str(folder), "NOTIFY_SOCKET": str(address)}
        process = subprocess.Popen(
            [sys.executable, "-m", "agendad", "run"], env=environ, stderr=subprocess.DEVNULL, cwd=folder
        )
        while b"READY=1" not in heard.recv(4096):
            pass
    address.unlink()
    return process


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    assert process.wait(15) == 0


def settle(folder: Path) -> None:
    """Waits until a cycle finds nothing to do."""
    while True:
        found = ask(folder / "state", "now", patience=120)
        assert found is not None
        before, after = found["before"], found["health"]
        if not after["trouble"] and all(before[each] == after[each] for each in ("created", "updated", "drafted")):
            return


def newest(folder: Path) -> list[Path]:
    files = sorted((folder / "calendars" / "personal").glob("*.ics"), key=lambda path: path.stat().st_mtime_ns)
    return files[-40:]


def idle(process: subprocess.Popen[bytes], folder: Path, seconds: float, most: int) -> None:
    cost, files = measured(process.pid), written(folder)
    cycles = health(folder)["cycles"]
    begun = time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - begun
    after = measured(process.pid)
    changed = written(folder) - files
    made = health(folder)["cycles"] - cycles
    share = 100 * (after.seconds - cost.seconds) / passed
    print(f"{passed:.0f} s in which nothing happens, with {made} due cycles")
    print(f"    of one core           {share:7.3f} %               stated <= 0.05")
    if made:
        print(f"    a due cycle           {(after.children - cost.children) / made:7.2f} s")
    print(f"    resident              {after.resident:6.1f} MiB               stated <= {most}")
    print(f"    wake-ups              {after.slept - cost.slept:6d}                  once a minute, and for the cycles")
    print(f"    files written         {len(changed):6d}                  stated 0")
    for path, _, _ in sorted(changed):
        print(f"        {path}")


def health(folder: Path) -> dict[str, int]:
    found = ask(folder / "state", "health")
    assert found is not None
    return dict(found["health"])


def measured(pid: int) -> Cost:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()  # from the third of proc_pid_stat(5) on
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    ticks = os.sysconf("SC_CLK_TCK")
    return Cost(
        sum(map(int, fields[11:13])) / ticks,
        sum(map(int, fields[13:15])) / ticks,
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["voluntary_ctxt_switches"]),
    )


def written(folder: Path) -> set[tuple[str, int, int]]:
    found = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {(str(path.relative_to(folder)), stat.st_mtime_ns, stat.st_size) for path, stat in found}


def bare_imports() -> None:
    subprocess.run([sys.executable, "-c", f"import {', '.join(LIBRARIES)}"], check=True)


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0)
