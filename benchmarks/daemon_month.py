"""A daemon that runs for 30 days without a new start, in virtual time: what it keeps in memory, how its ledger grows.

Everything happens to it that happens in `tests/machine/lived.py` on disk, save deaths and lost state, and each cycle is
made in a child of its own, as `agendad run` does. The memory is what Python and its libraries hold (tracemalloc) after
a collection, from the fifth day on; the test's own notes are in it. Exits 1 when it grew by more than 5 %.

    PYTHONPATH=tests python benchmarks/daemon_month.py [SEED]
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path

from agendad.service.apart import Apart
from machine.lived import Life
from machine.lived_events import Events

DAYS, FIRST, MOST = 30, 5, 1.05


class Unwatched(Life):
    """One into whose mind nobody looks meanwhile: that is a cycle in the test's own process, and stays there."""

    def _probe(self, moment: datetime) -> None:
        del moment


def main(seed: int) -> int:
    """Prints a line every five days and how much it grew; the exit status."""
    os.environ["TZ"] = "Europe/Paris"
    with tempfile.TemporaryDirectory() as folder:
        apart = Apart(lambda: None, lambda: False)
        life = Unwatched(Path(folder), seed, call=apart.call)
        events = Events(life, deadly=False)
        tracemalloc.start()
        sizes = []
        for day in range(1, DAYS + 1):
            life.live(timedelta(days=day), events)
            life.trace.clear()
            life.notes.lines.clear()
            if day % 5 == 0:
                gc.collect()
                memory = tracemalloc.get_traced_memory()[0]
                ledger = sum(path.stat().st_size for path in life.state.glob("ledger.db*"))
                sizes.append((memory, ledger))
                print(f"day {day:2}: {memory / 2**20:6.2f} MiB, ledger with its log {ledger / 1024:6.0f} KiB")
        life.end()
    grew, weekly = sizes[-1][0] / sizes[0][0], (sizes[-1][1] - sizes[0][1]) / (DAYS - FIRST) * 7
    print(f"memory: {100 * (grew - 1):+.1f} % from day {FIRST} to day {DAYS}; ledger: {weekly / 1024:.0f} KiB a week")
    return grew > MOST


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
