"""How many cycles a second a simulation makes, and whether its memory stays flat.

    .venv/bin/python benchmarks/simulate.py [--days N] [--profile]

The calendar, the people and the mailbox are those of `agendad demo`; the 40 rules below are of all kinds. A cycle an
hour, on one core. After each quarter: cycles a second of process time, resident memory, and what was done so far.
"""

from __future__ import annotations

import argparse
import gc
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

RULES = """\
version: 1
rules:
  deep-work: {block: Deep work, every: weekday, at: "09:00-12:00", except: [holidays, away], kind: focus, yield: shrink}
  admin-hour: {block: Admin hour, every: weekday, at: "17:00-18:00", except: away, yield: shrink, priority: 4}
  lunch: {block: Lunch, every: weekday, lasts: 45m, between: "12:00-14:00", show_as: auto, satisfied_by: {title: lunch}}
  reading: {block: Reading, every: weekday, lasts: 30m, between: "12:00-14:00", prefer: latest, priority: 4}
  weekly-review: {block: Weekly review, every: week, on: fri, lasts: 45m, between: "13:00-18:00", prefer: "fri 16:00"}
  plan-the-week: {block: Plan the week, every: monday, lasts: 30m, between: "08:00-12:00", priority: 2}
  technology-watch: {block: Technology watch, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day, between: "14:00-18:00"}
  writing: {block: Writing, every: 2 weeks, lasts: 90m, between: working hours, prefer: morning, gap: 10m}
  strategy: {block: Strategy, every: month, lasts: 3h, between: "09:00-18:00", on: tue-thu, yield: split}
  finances: {block: Finances, every: first monday of month, lasts: 1h, between: "14:00-18:00", yield: move}
  board-paper: {block: Board paper, every: last weekday of month, lasts: 2h, between: "09:00-18:00"}
  quarter-goals: {block: Goals of the quarter, every: quarter, lasts: 3h, between: "09:00-18:00"}
  half-year-talk: {block: Where to go, every: half-year, lasts: 2h, between: "09:00-18:00"}
  yearly-letter: {block: Letter of the year, every: 15 january, at: "14:00", lasts: 2h, yield: move}
  offsite: {block: Offsite to plan, every: year, on: mon-thu, lasts: 1 day, show_as: free}
  security-day: {block: Security hour, every: day 15 of month, lasts: 1h, between: working hours}
  third-thursday: {block: Community, every: "2nd and 4th thursday of month", lasts: 1h, between: "16:00-20:00"}
  sport: {block: Sport, every: "tue, thu", at: "18:30-19:30", show_as: free}
  pause: {block: Pause, after: {busy: 2h}, lasts: 5m, may_overlap: [blocks]}
  walk: {block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 1h, priority: 2}
  notes: {block: Write notes, after: {meeting: one-on-one}, lasts: 15m, within: 4h, priority: 4}
  prepare-board: {block: Prepare the board, before: {title: board}, lead: 2 days, within: 1 day, lasts: 1h}
  prepare-customers: {block: Prepare the call, before: {meeting: external}, lead: 1 day, within: 8h, lasts: 15m}
  debrief: {block: Debrief, after: {rule: prepare-board}, lasts: 15m, within: 1 day}
  evenings: {protect: Evenings are mine, every: weekday, at: "18:00-24:00", except: away, may_overlap: [blocks]}
  mornings: {protect: Mornings are for thinking, every: weekday, at: "08:00-10:00", may_overlap: [blocks], allow: {title: urgent}}
  enough: {protect: Enough meetings, every: weekday, meetings: {above: 5h}}
  leads-lunch: {block: "Lunch with {{ person.name }}", every: 2 weeks, lasts: 1h, between: "12:00-14:00", with: {group: leads, pick: 1}}
  skip-level: {block: Coffee, every: month, lasts: 30m, between: "14:00-17:00", with: {group: team, pick: 2, rotate: round-robin}}
  tier-one: {block: "Call {{ person.name }}", every: month, for_each: {tier: 1}, lasts: 30m, between: "14:00-18:00", at_most: 2 per day}
  onboarding: {starting: 2027-01-04, steps: [{on: week 1, block: First lesson}, {on: month 2, block: Second lesson}], lasts: 1h, between: working hours}
  too-few-people: {block: Invite somebody, when: {none: {meeting: external}, in: 14d}, lasts: 15m, between: working hours}
  too-many-meetings: {block: Clear the calendar, when: {hours: {meeting: any}, in: week, above: 12h}, lasts: 30m, between: working hours}
  little-focus: {block: Protect focus, when: {share: {rule: deep-work}, of: {any: [{meeting: any}, {rule: deep-work}]}, in: 14d, below: 30%}, lasts: 15m, between: working hours}
  follow-up: {draft: thanks.md.j2, after: {meeting: external, lasts: ">= 20m"}, delay: 30m, within: 48h, to: external attendees}
  decisions: {draft: thanks.md.j2, after: {meeting: internal, title: staff}, delay: 1h, within: 24h, to: attendees, hold_until: working hours}
  keep-in-touch: {draft: touch.md.j2, every: quarter, for_each: {tier: 2}, at_most: 2 per day, to: person}
  agenda: {draft: thanks.md.j2, before: {meeting: one-on-one}, lead: 1 day, to: attendees}
  digest: {draft: digest.md.j2, every: friday, at: "16:00", to: me}
  learning: {block: Learning, every: {rrule: "FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2"}, lasts: 2h, between: working hours, not_same_day: writing}
"""

TEMPLATES = {
    "thanks.md.j2": '---\nsubject: "{{ event.title }}"\n---\nHello,\n\nthank you for {{ event.title }}.\n',
    "touch.md.j2": '---\nsubject: "How are you?"\n---\nHello {{ person.first_name }},\n\n'
    "{% for slot in free_slots(3) %}- {{ slot | when }}\n{% endfor %}\n",
    "digest.md.j2": '---\nsubject: "The week"\n---\n{% for row in balance(30) %}- {{ row.name }}: {{ row.time }}\n{% endfor %}\n',
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


def prepared(folder: Path) -> Home:
    """The demonstration with the rules above instead of its own."""
    write_demo(folder, datetime.combine(FIRST, datetime.min.time(), ZoneInfo("Europe/Paris")), "en")
    for file in (folder / "rules").rglob("*.yaml"):
        file.unlink()
    (folder / "rules" / "all.yaml").write_text(RULES)
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    configuration = folder / "agendad.yaml"
    if "\nmail:" not in configuration.read_text():
        configuration.write_text(configuration.read_text() + "mail: {provider: maildir, path: Mail/}\n")
    for part in ("cur", "new", "tmp"):
        (folder / "Mail" / part).mkdir(parents=True, exist_ok=True)
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
