"""A person's weeks as a state machine: rules, real events, hand edits, time, crashes and lost files, in any order.

After every cycle: a further plan is empty; foreign files are as they were; a key has one event; no own block stands
over a busy event unless its rule or the person said so; what the person did stays; the order of reading is no matter.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agendad.model.identity import hand_changed
from machine.world import KEEPS, MONDAY, OVERLAPS, RULES, World, real_event

RULE_SETS = st.sets(st.sampled_from(sorted(RULES)), min_size=1, max_size=len(RULES)).map(
    lambda names: tuple(sorted(names))
)
DAYS = st.integers(0, 9)
QUARTERS = st.integers(8 * 4, 18 * 4)


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class Weeks(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="agendad-machine-"))
        self.now = MONDAY
        self.foreign: dict[Path, bytes] = {}
        self.hand: dict[str, tuple[datetime, datetime]] = {}  # key: where the person put it
        self.names: dict[str, str] = {}  # key: the title they gave it
        self.gone: set[str] = set()  # keys that they deleted
        self.fresh = False  # whether a whole cycle has just ended
        self.count = 0

    @initialize(rules=RULE_SETS)
    def begin(self, rules: tuple[str, ...]) -> None:
        self.world = World(self.folder / "world", rules)
        self.rules = rules

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what happens

    @rule()
    def cycle(self) -> None:
        self.world.apply(self.now)
        self.fresh = True

    @rule(at=st.integers(1, 60))
    def crash(self, at: int) -> None:
        left = at

        def die(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed

        try:
            self.world.apply(self.now, die)
            self.fresh = True
        except Killed:
            self.fresh = False

    @rule(rules=RULE_SETS)
    def edit_rules(self, rules: tuple[str, ...]) -> None:
        self.world.set_rules(rules)
        self.rules = rules
        self.fresh = False

    @rule(day=DAYS, quarter=QUARTERS, minutes=st.sampled_from([30, 60, 90, 180]), meeting=st.booleans())
    def meeting_comes(self, day: int, quarter: int, minutes: int, meeting: bool) -> None:
        self.count += 1
        start = _at(day, quarter)
        calendar = "own" if self.count % 3 == 0 else "other"
        path = self.world.add_event(f"m{self.count}", start, minutes, calendar=calendar, meeting=meeting)
        self.foreign[path] = path.read_bytes()
        self.fresh = False

    @precondition(lambda self: self.foreign)
    @rule(pick=st.integers(0, 99), day=DAYS, quarter=QUARTERS)
    def meeting_moves(self, pick: int, day: int, quarter: int) -> None:
        path = sorted(self.foreign)[pick % len(self.foreign)]
        path.write_bytes(real_event(path.stem, _at(day, quarter), 60))
        self.foreign[path] = path.read_bytes()
        self.fresh = False

    @precondition(lambda self: self.foreign)
    @rule(pick=st.integers(0, 99))
    def meeting_goes(self, pick: int) -> None:
        path = sorted(self.foreign)[pick % len(self.foreign)]
        path.unlink()
        del self.foreign[path]
        self.fresh = False

    @rule(hours=st.sampled_from([1, 5, 24, 26, 72]))
    def time_passes(self, hours: int) -> None:
        if self.now < MONDAY + timedelta(days=9):
            self.now += timedelta(hours=hours)
            self.fresh = False

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99), day=DAYS, quarter=QUARTERS)
    def person_moves(self, pick: int, day: int, quarter: int) -> None:
        if (event := self._ahead(pick)) is None:
            return
        start = _at(day, quarter)
        end = start + (event.fields.end - event.fields.start)
        if start < self.now or (start, end) == (event.fields.start, event.fields.end):
            return
        self._edit(event, {b"DTSTART": _line("DTSTART", start), b"DTEND": _line("DTEND", end)})
        self.hand[event.mark.key] = (start, end)

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99))
    def person_renames(self, pick: int) -> None:
        if (event := self._ahead(pick)) is not None:
            self._edit(event, {b"SUMMARY": b"SUMMARY:By hand"})
            self.names[event.mark.key] = "By hand"

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99))
    def person_deletes(self, pick: int) -> None:
        if (event := self._ahead(pick)) is not None:
            self._file(event).unlink()
            key = event.mark.key
            self.gone.add(key)
            self.hand.pop(key, None)
            self.names.pop(key, None)

    @precondition(lambda self: self.fresh)
    @rule(names=st.sets(st.sampled_from(["ledger", "cache"]), min_size=1))
    def files_are_lost(self, names: set[str]) -> None:
        """After a whole cycle: decisions.json has every deletion then."""
        self.world.apply(self.now)
        for path in list((self.world.root / "state").iterdir()):
            if path.name.startswith(tuple(names)):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    # ------------------------------------------------------------ what holds

    @invariant()
    def foreign_files_are_as_they_were(self) -> None:
        for path, content in self.foreign.items():
            assert path.read_bytes() == content

    @invariant()
    def a_cycle_leaves_a_kept_week(self) -> None:
        if not self.fresh:
            return
        self.world.apply(self.now)
        seen = self.world.look(self.now)
        assert not seen.reconciled.changes
        events = self.world.own_events(self.now)
        keys = [event.mark.key for event in events]
        assert len(keys) == len(set(keys)), "one event a key"
        self._hands_win({event.mark.key: event for event in events})
        self._nothing_collides(events)

    def _hands_win(self, by_key: dict) -> None:
        for key, (start, end) in self.hand.items():
            assert key in by_key, f"{key} was moved by hand and is gone"
            assert (by_key[key].fields.start, by_key[key].fields.end) == (start, end)
        for key, title in self.names.items():
            assert by_key[key].fields.title == title
        assert not self.gone & by_key.keys(), "a block that the person deleted came back"

    def _nothing_collides(self, events: list) -> None:
        busy = [e for e in self.world.look(self.now).snapshot.events if e.mark is None]
        free = [
            e
            for e in events
            if e.fields.start > self.now and "time" not in hand_changed(e) and e.mark.key not in self.names
        ]
        for event in free:
            rule_id = event.mark.rule
            if rule_id not in KEEPS:
                over = [b.fields.title for b in busy if _overlap(event, b)]
                assert not over, f"{event.mark.key} stands over {over}"
        for one, other in combinations(free, 2):
            if OVERLAPS.isdisjoint({one.mark.rule, other.mark.rule}):
                assert not _overlap(one, other), f"{one.mark.key} collides with {other.mark.key}"

    @precondition(lambda self: self.fresh and self.count % 4 == 1)
    @rule()
    def the_order_of_reading_does_not_matter(self) -> None:
        copy = self.folder / "copy"
        shutil.copytree(self.world.root, copy)
        other = World.__new__(World)
        other.root = copy
        files = sorted(copy.rglob("*.ics"), reverse=True)
        for path in files:
            content = path.read_bytes()
            path.unlink()
            path.write_bytes(content)
        shutil.rmtree(copy / "state" / "cache", ignore_errors=True)
        assert not other.look(self.now).reconciled.changes
        shutil.rmtree(copy)

    # ------------------------------------------------------------ parts

    def _ahead(self, pick: int):
        events = [e for e in self.world.own_events(self.now) if e.fields.start > self.now]
        return sorted(events, key=lambda e: e.mark.key)[pick % len(events)] if events else None

    def _file(self, event) -> Path:
        return next(
            p for p in self.world.calendar("own").glob("*.ics") if event.uid.encode() in _unfold(p.read_bytes())
        )

    def _edit(self, event, lines: dict[bytes, bytes]) -> None:
        path = self._file(event)
        content = _unfold(path.read_bytes())
        head, marker, body = content.partition(b"BEGIN:VEVENT")
        edited = [
            next((new for name, new in lines.items() if line.startswith((name + b";", name + b":"))), line)
            for line in body.split(b"\r\n")
        ]
        path.write_bytes(head + marker + b"\r\n".join(edited))


def _at(day: int, quarter: int) -> datetime:
    return MONDAY.replace(hour=0) + timedelta(days=day, minutes=15 * quarter)


def _line(name: str, moment: datetime) -> bytes:
    return f"{name};TZID=Europe/Paris:{moment:%Y%m%dT%H%M%S}".encode()


def _unfold(content: bytes) -> bytes:
    return content.replace(b"\r\n ", b"")


def _overlap(one, other) -> bool:
    return one.fields.start < other.fields.end and other.fields.start < one.fields.end


TestWeeks = Weeks.TestCase
TestWeeks.settings = settings(
    max_examples=int(os.environ.get("AGENDAD_MACHINE_EXAMPLES", "5")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
