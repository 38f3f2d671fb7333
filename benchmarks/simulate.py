"""How many cycles a second a simulation makes, and whether its memory stays flat.

    .venv/bin/python benchmarks/simulate.py [--days N] [--profile]

The calendar, the people and the mailbox are those of `agendad demo`; the 40 rules of `simulate_rules.yaml` are of all
kinds. A cycle an hour, on one core. After each quarter: cycles a second of process time, and resident memory.
"""

from __future__ import annotations

import argparse
import gc
import re
import resource
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agendad.app.demo_files import write_demo
from agendad.app.home import Home
from agendad.app.simulate import Course, Simulation, simulate

FIRST = date(2027, 1, 1)
QUARTER = 92

RULES = Path(__file__).with_name("simulate_rules.yaml")

TEMPLATES = {
    "thanks.md.j2": '---\nsubject: "{{ event.title }}"\n---\nHello,\n\nthank you for {{ event.title }}.\n',
    "touch.md.j2": '---\nsubject: "How are you?"\n---\nHello {{ person.first_name }},\n\n'
    "{% for slot in free_slots(3) %}- {{ slot | when }}\n{% endfor %}\n",
    "digest.md.j2": '---\nsubject: "The week"\n---\n'
    "{% for row in balance(30) %}- {{ row.name }}: {{ row.time }}\n{% endfor %}\n",
}


@dataclass
class Watch:
    """Looks at the clock and the memory whenever a quarter of the time is over."""

    started: float = field(default_factory=time.process_time)
    seen: int = 0

    def __call__(self, now: datetime, done: int, total: int) -> None:
        if done and done % (QUARTER * 24) == 0:
            self.look(now, done)

    def look(self, now: datetime, done: int) -> None:
        """One line: speed since the last look, memory now."""
        gc.collect()
        spent = time.process_time() - self.started
        print(f"{now:%Y-%m-%d}  {(done - self.seen) / spent:6.1f} cycles/s  {resident():6.1f} MiB resident", flush=True)
        self.started, self.seen = time.process_time(), done


def resident() -> float:
    """Resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def prepared(folder: Path, day: date = FIRST) -> Home:
    """The demonstration around a day, with the rules above instead of its own."""
    write_demo(folder, datetime.combine(day, datetime.min.time(), ZoneInfo("Europe/Paris")), "en")
    for file in (folder / "rules").rglob("*.yaml"):
        file.unlink()
    (folder / "rules" / "all.yaml").write_bytes(RULES.read_bytes())
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    configuration = folder / "agendad.yaml"
    configuration.write_text(re.sub(r"(?m)^categories:.*\n(?:[ #].*\n|\n)*", "", configuration.read_text()))
    return Home(folder, folder / "state")


def run(home: Home, days: int) -> Simulation:
    """The simulation, watched."""
    watch = Watch()
    loaded = home.load()
    assert len(loaded.rules) == 40
    course = Course(FIRST, FIRST + timedelta(days=days - 1), sends=True, seed=1)
    found = simulate(home, loaded, course, progress=watch)
    watch.look(found.book.end, found.book.cycles)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=365, help="how long the simulated time is (default: a year)")
    parser.add_argument("--profile", action="store_true", help="print where the time goes, by cProfile")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = prepared(Path(folder))
        if args.profile:
            import cProfile
            import pstats

            profile = cProfile.Profile()
            found = profile.runcall(run, home, args.days)
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        else:
            found = run(home, args.days)
    book = found.book
    written = sum(tally.written for tally in book.tallies.values())
    print(f"{book.cycles} cycles, {written} blocks written, {len(book.drafts)} drafts, {len(book.failed)} failures")


if __name__ == "__main__":
    main()
