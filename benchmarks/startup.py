"""How long the command needs before it does anything, beside a bare Python: whole processes, the installed script.

    python benchmarks/startup.py [RUNS]

Stated figures: `agendad --help` and `--version` at most 4.5 times `python -I -c pass`, `agendad check` on 200 rules
in 20 files at most 25 times. The processes take turns, so that a slow moment of the machine hits all alike; the median
of the ratios within each turn is printed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

BARE = "python -I -c pass"
LIMITS = {"agendad --version": 4.5, "agendad --help": 4.5, "agendad check (200 rules)": 25.0}

CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
country: FR
working_hours: {mon-fri: "09:00-18:00"}
calendar: {provider: local, path: calendars, write: personal, read: [personal]}
"""
RULES = (
    """\
  deep-work-{number}:
    # A fixed block, each at a time of its own.
    block: {{en: "Deep work {number}", fr: "Travail de fond {number}"}}
    every: mon-thu
    at: {time}
    lasts: 20m
    yield: shrink
    priority: 2
    except: [holidays, away, 2026-12-24..2027-01-03]
    notes: |
      One thing at a time.
      Mail stays closed.
    remind: 10m

""",
    """\
  walk-{number}:
    # Follows the day instead of the clock.
    block: Walk {number}
    after:
      meeting: any
      lasts: ">= 1h"
      attendees: {{any: ["*@example.org"], count: "2-8"}}
      title: "/review|board {number}/i"
    lasts: 15m
    within: 1h
    gap: 5m
    priority: 4
    show_as: free

""",
    """\
  watch-{number}:
    # Two hours a week, in pieces.
    block: Technology watch {number}
    every: week
    starting: 2026-01-05
    lasts: 2h
    split: 30m-1h
    at_most: 1 per day
    between: 13:00-18:00
    on: tue-thu
    prefer: tue 14:00
    satisfied_by: {{title: conference}}
    not_same_day: deep-work-0

""",
)


def write_rules(folder: Path) -> None:
    """A configuration with 200 rules in 20 files."""
    (folder / "rules").mkdir()
    (folder / "agendad.yaml").write_text(CONFIGURATION)
    for file in range(20):
        numbers = range(10 * file, 10 * file + 10)
        rules = "".join(
            RULES[number % len(RULES)].format(number=number, time=f"{number // 9:02}:{number // 3 % 3 * 20:02}")
            for number in numbers
        )
        (folder / f"rules/part-{file}.yaml").write_text(f"version: 1\nrules:\n{rules}")


def seconds(command: list[str]) -> float:
    """How long a process takes from its start to its end; it must succeed."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure(commands: dict[str, list[str]], runs: int) -> bool:
    """Prints one line a command; whether every stated figure is met."""
    for command in commands.values():
        seconds(command)  # compiles what is not compiled yet, and warms the disk
    turns = [{name: seconds(command) for name, command in commands.items()} for _ in range(runs)]
    met = True
    for name in commands:
        ratio = median(turn[name] / turn[BARE] for turn in turns)
        limit = LIMITS.get(name)
        stated = f"  (at most {limit})" if limit else ""
        print(f"{name:26} {median(turn[name] for turn in turns) * 1000:7.1f} ms  {ratio:5.2f} x{stated}")
        met = met and (limit is None or ratio <= limit)
    return met


def main() -> int:
    """Exits 1 when a stated figure is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    script = str(Path(sys.executable).with_name("agendad"))
    with tempfile.TemporaryDirectory() as folder:
        write_rules(Path(folder))
        commands = {
            BARE: [sys.executable, "-I", "-c", "pass"],
            "agendad --version": [script, "--version"],
            "agendad --help": [script, "--help"],
            "agendad when --help": [script, "when", "--help"],
            "agendad when month": [script, "when", "month"],
            "agendad check (200 rules)": [script, "--config", folder, "check", "--quiet"],
        }
        return 0 if measure(commands, runs) else 1


if __name__ == "__main__":
    sys.exit(main())
