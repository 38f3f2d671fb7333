"""How long the command needs before it does anything, beside a bare Python: whole processes, the installed script.

    python benchmarks/startup.py [RUNS]

Stated figure: `agendad --help` and `--version` at most 4.5 times `python -I -c pass`. The processes take turns, so that
a slow moment of the machine hits all alike; the median of the ratios within each turn is printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

LIMIT = 4.5
BARE = "python -I -c pass"


def seconds(command: list[str]) -> float:
    """How long a process takes from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "AGENDAD_CONFIG": os.devnull})
    return time.perf_counter() - began


def main() -> int:
    """Prints one line a command; exits 1 when a stated figure is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    script = str(Path(sys.executable).with_name("agendad"))
    commands = {
        BARE: [sys.executable, "-I", "-c", "pass"],
        "agendad --version": [script, "--version"],
        "agendad --help": [script, "--help"],
        "agendad when --help": [script, "when", "--help"],
        "agendad when month": [script, "when", "month"],
    }
    held_to = {"agendad --version", "agendad --help"}
    for command in commands.values():
        seconds(command)  # compiles what is not compiled yet, and warms the disk
    turns = [{name: seconds(command) for name, command in commands.items()} for _ in range(runs)]
    missed = False
    for name in commands:
        ratio = median(turn[name] / turn[BARE] for turn in turns)
        limit = f"  (at most {LIMIT})" if name in held_to else ""
        print(f"{name:22} {median(turn[name] for turn in turns) * 1000:7.1f} ms  {ratio:5.2f} x{limit}")
        missed |= name in held_to and ratio > LIMIT
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
