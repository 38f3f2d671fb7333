"""Ledger commits (WAL, synchronous=FULL) beside bare fdatasync appends of the same record, in turns, in one folder.

    python benchmarks/ledger.py [FOLDER]

Prints commits and appends a second and their ratio; the target is at least 0.4. FOLDER has to lie on the disk in
question: a memory file system makes fdatasync free and measures only the processor.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agendad.ledger import Ledger
from agendad.ledger.codec import fields_to_text
from agendad.model.calendar import Event, EventFields
from agendad.model.identity import digest
from agendad.model.plan import Action, Change
from agendad.ports import Delete, Outcome

ROUNDS = 12
ACTIONS = 40  # a round; each is two commits: the intent and its outcome
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FIELDS = EventFields("Deep work", NOW + timedelta(days=1), NOW + timedelta(days=1, hours=3), notes="Phone away.")
BLOCK = Event("personal", "", FIELDS)
TARGET = 0.4


def commits(ledger: Ledger, first: int) -> float:
    """Commits a second, one action at a time."""
    changes = [
        Change(Action.CREATE, f"deep-work/{number}", "deep-work", "personal", None, FIELDS, digest(FIELDS))
        for number in range(first, first + ACTIONS)
    ]
    began = time.perf_counter()
    run = ledger.run("apply", NOW)
    for change in changes:
        (number,) = run.intend([change])
        run.settle([(number, Outcome(Delete(BLOCK), "done"))])
    return 2 * ACTIONS / (time.perf_counter() - began)


def appends(file: int) -> float:
    """Durable appends a second of what one intent records."""
    record = f"{fields_to_text(FIELDS)} {digest(FIELDS)}\n".encode()
    began = time.perf_counter()
    for _ in range(2 * ACTIONS):
        os.write(file, record)
        os.fdatasync(file)
    return 2 * ACTIONS / (time.perf_counter() - began)


def main() -> None:
    """Takes turns, so that whatever else the machine does weighs on both."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        file = os.open(folder / "appends", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with Ledger.open(folder) as ledger:
            commits(ledger, 0)
            appends(file)
            turns = [(commits(ledger, turn * ACTIONS), appends(file)) for turn in range(1, ROUNDS + 1)]
        os.close(file)
    ratio = statistics.median(ours / bare for ours, bare in turns)
    print(f"ledger commits      {statistics.median(ours for ours, _ in turns):9.0f} /s  (WAL, synchronous=FULL)")
    print(f"fdatasync appends   {statistics.median(bare for _, bare in turns):9.0f} /s")
    print(f"ratio               {ratio:9.2f}     (target: at least {TARGET})")


if __name__ == "__main__":
    main()
