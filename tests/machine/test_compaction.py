"""Two lives that differ in one thing: the ledger of one is compacted after each cycle, that of the other never.

Time goes in leaps of months, so that what was written, deleted and drafted grows old within few steps. Whatever the
person does, both calendars, both mailboxes and both memories of decisions stay the same, file by file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from agendad.app.apply import decided
from agendad.app.housekeeping import keep_small
from agendad.ledger import Ledger, history
from agendad.ledger.logbook import lines
from agendad.model.memory import Decisions
from machine.office import LETTERS, Office
from machine.world import MONDAY, RULES, real_event

LONG = {
    "yearly": "{block: Look back, every: year, lasts: 1h}",
    "biennial": "{block: Medical, every: 2 years, lasts: 1h}",
    "half": "{block: Half, every: half-year, lasts: 1h}",
    "card": "{draft: touch.md.j2, every: year, for_each: {group: net}, to: person}",
}
ALL = {**{name: RULES[name] for name in ("lunch", "review", "walk", "month")}, **LETTERS, **LONG}
USUAL = ("review", "half", "yearly", "biennial", "card", "thanks", "weekly", "touch")
LEAPS = (1, 9, 40, 150, 250)


def held(ledger: Ledger) -> list[int]:
    """How much a ledger holds: changes, runs, reasons, drafts, written events."""
    written = ledger.memory(Decisions(), MONDAY - timedelta(days=999)).written
    told = lines(ledger), history.runs(ledger, -1), history.decisions(ledger), history.drafts(ledger)
    return [len(each) for each in (*told, written)]


class Life(Office):
    """An office with rules of once a year and once in two, and a history of so many days."""

    def __init__(self, root: Path, history: int) -> None:
        super().__init__(root, USUAL)
        path = root / "agendad.yaml"
        path.write_text(path.read_text() + f"history: {history} days\n")

    def set_rules(self, names: tuple[str, ...]) -> None:
        lines = [f"  {name}: {ALL[name]}\n" for name in sorted(names)]
        (self.root / "rules" / "all.yaml").write_text("version: 1\nrules:\n" + "".join(lines))

    def files(self) -> dict[str, bytes]:
        """What a person sees, and what they decided."""
        folders = (self.root / "calendars", self.root / "Mail")
        found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
        found += [path for path in [self.root / "state" / "decisions.json"] if path.exists()]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def lose(self, name: str) -> None:
        """Deletes a file of the state, and the disposable cache."""
        shutil.rmtree(self.root / "state" / "cache", ignore_errors=True)
        (self.root / "state" / name).unlink(missing_ok=True)


class Compaction(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="agendad-compaction-"))
        self.now = MONDAY
        self.count = 0
        self.removed = 0

    @initialize()
    def begin(self) -> None:
        self.small, self.large = Life(self.folder / "small", 30), Life(self.folder / "large", 3650)
        self.lives = (self.small, self.large)
        self._cycle()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what happens

    @rule(days=st.sampled_from(LEAPS))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._cycle()

    @rule(day=st.integers(0, 9), quarter=st.integers(32, 70), minutes=st.sampled_from([30, 90]))
    def meeting_comes(self, day: int, quarter: int, minutes: int) -> None:
        start = self.now.replace(hour=0, minute=0) + timedelta(days=day, minutes=15 * quarter)
        self.count += 1
        for life in self.lives:
            path = life.calendar("other") / f"m{self.count}.ics"
            path.write_bytes(real_event(f"m{self.count}", start, minutes))
        self._cycle()

    @rule(pick=st.integers(0, 99))
    def person_deletes_a_block(self, pick: int) -> None:
        """Any block, of the past too."""
        if name := self._pick("calendars/own", pick):
            for life in self.lives:
                (life.root / name).unlink()
        self._cycle()

    @rule(pick=st.integers(0, 99))
    def person_renames_a_block(self, pick: int) -> None:
        if name := self._pick("calendars/own", pick):
            for life in self.lives:
                path = life.root / name
                path.write_bytes(path.read_bytes().replace(b"SUMMARY:", b"SUMMARY:My "))
        self._cycle()

    @rule(pick=st.integers(0, 99), send=st.booleans())
    def person_ends_a_draft(self, pick: int, send: bool) -> None:
        if name := self._pick("Mail/.Drafts/cur", pick):
            for life in self.lives:
                path = life.root / name
                if send:
                    path.rename(life.root / "Mail" / ".Sent" / "cur" / path.name)
                else:
                    path.unlink()
        self._cycle()

    @rule(names=st.sets(st.sampled_from(sorted(ALL.keys() - LONG.keys())), max_size=5))
    def rules_change(self, names: set[str]) -> None:
        """Those of once a year stay: how far back they look is what the memory is kept for."""
        for life in self.lives:
            life.set_rules((*LONG, *sorted(names | {"thanks"})))
        self._cycle()

    @rule()
    def the_decisions_are_lost(self) -> None:
        """The ledger then is all that keeps what was deleted by hand from coming back."""
        for life in self.lives:
            life.lose("decisions.json")
        self._cycle()

    # ------------------------------------------------------------ what holds

    @invariant()
    def both_lives_are_the_same(self) -> None:
        assert self.small.files() == self.large.files()
        seen = [life.look(self.now) for life in self.lives]
        assert decided(seen[0]) == decided(seen[1])
        assert seen[0].reconciled.changes == seen[1].reconciled.changes == ()
        assert seen[0].decision.drafts.desired == seen[1].decision.drafts.desired

    def _cycle(self) -> None:
        for life in self.lives:
            life.apply(self.now)
        home = self.small.home
        with home.working() as ledger:
            while (kept := keep_small(ledger, home.load(), self.now, whole=2)).more:
                self.removed += kept.removed
            self.removed += kept.removed
            held(ledger)  # all that is left can be read

    def is_long(self, name: str) -> bool:
        """Whether a file is of a rule of half a year or more."""
        data = (self.small.root / name).read_bytes()
        return any(f"{rule}/".encode() in data for rule in LONG)

    def _pick(self, folder: str, pick: int) -> str | None:
        found = sorted(name for name in self.small.files() if name.startswith(folder))
        return found[pick % len(found)] if found else None


TestCompaction = Compaction.TestCase
TestCompaction.settings = settings(
    max_examples=int(os.environ.get("AGENDAD_MACHINE_EXAMPLES", "2")),
    stateful_step_count=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.soak
def test_a_life_of_six_years_forgets_much_of_it_and_stays_the_same() -> None:
    """The same by hand, so that it is known that much does go: blocks and drafts are ended in each of the years."""
    life = Compaction()
    try:
        life.begin()
        for step in range(10):
            life.meeting_comes(1, 40 + step % 8, 30)
            life.time_passes(9)
            life.person_ends_a_draft(step, send=step % 2 == 0)
            life.person_deletes_a_block(step * 7)
            life.time_passes(210)
            life.both_lives_are_the_same()
        with life.small.home.ledger() as small, life.large.home.ledger() as large:
            few, many = held(small), held(large)
        assert all(2 * one < other for one, other in zip(few[:3], many[:3], strict=True)), (few, many)
        assert all(one < other for one, other in zip(few, many, strict=True)), (few, many)
    finally:
        life.teardown()


@pytest.mark.parametrize("leap", [40, 120])
@pytest.mark.parametrize("kind", ["block", "draft"])
def test_what_was_deleted_by_hand_stays_deleted_while_its_rule_looks_back(kind: str, leap: int) -> None:
    """Only the ledger knows of it any more, and all else of that time went from there."""
    life = Compaction()
    try:
        life.begin()
        while not (
            gone := [name for name in life.small.files() if name.startswith(PLACES[kind]) and life.is_long(name)]
        ):
            assert life.now < MONDAY + timedelta(days=90)
            life.time_passes(9)
        for each in life.lives:
            for name in gone:
                (each.root / name).unlink()
        life._cycle()
        for _ in range(3):
            life.time_passes(leap)
            life.the_decisions_are_lost()
            life.both_lives_are_the_same()
    finally:
        life.teardown()


PLACES = {"block": "calendars/own/", "draft": "Mail/.Drafts/cur/"}
