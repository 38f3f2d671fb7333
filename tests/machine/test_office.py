"""A person's mail as a state machine: meetings, people, absences, mails, hands on drafts, crashes, in any order.

After every whole cycle: a further one has nothing to make or to take away; a key has one draft, and none once the
person sent or deleted it; an edited draft and every foreign mail are as they were; nothing is made on a day of absence;
no follow-up is missing that nobody wrote, sent, deleted or was away for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agendad import decisions
from machine.office import BOB, LETTERS, Office
from machine.world import MONDAY, PARIS, real_event

RULE_SETS = st.sets(st.sampled_from(sorted(LETTERS)), max_size=len(LETTERS)).map(
    lambda names: ("thanks", *sorted(names - {"thanks"}))
)
PEOPLE = ("bob", "carol", "dave")


class Killed(BaseException):
    """The process ends here; nothing catches it."""


class Letters(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="agendad-letters-"))
        self.now = MONDAY
        self.meetings: dict[str, tuple[datetime, datetime]] = {}
        self.mails: dict[Path, bytes] = {}
        self.wrote: list[datetime] = []  # when the person wrote to Bob
        self.edited: dict[Path, bytes] = {}
        self.over: set[str] = set()  # keys that the person sent or deleted
        self.away: set[date] = set()
        self.known: datetime | None = None  # the first whole cycle
        self.before: set[str] = set()
        self.fresh = False
        self.count = 0

    @initialize(rules=RULE_SETS)
    def begin(self, rules: tuple[str, ...]) -> None:
        self.office = Office(self.folder / "office", rules)

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------ what happens

    @rule()
    def cycle(self) -> None:
        self.before = set(self.office.drafts())
        self.office.apply(self.now)
        self.known = self.known or self.now
        self.fresh = True

    @rule(at=st.integers(1, 60))
    def crash(self, at: int) -> None:
        left = at

        def die(_: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed

        self.before = set(self.office.drafts())
        try:
            self.office.apply(self.now, die)
            self.fresh = True
        except Killed:
            self.fresh = False
        saved = decisions.load(self.office.root / "state").first_days
        self.known = self.known or saved.get("thanks")

    @rule(day=st.integers(0, 12), quarter=st.integers(32, 84), minutes=st.sampled_from([30, 60, 120]))
    def meeting_comes(self, day: int, quarter: int, minutes: int) -> None:
        start = MONDAY.replace(hour=0) + timedelta(days=day, minutes=15 * quarter)
        if start < self.now:
            return
        self.count += 1
        self._meet(f"m{self.count}", start, minutes)

    @precondition(lambda self: self.meetings)
    @rule(pick=st.integers(0, 99), hours=st.integers(1, 50))
    def meeting_moves(self, pick: int, hours: int) -> None:
        name = sorted(self.meetings)[pick % len(self.meetings)]
        if self.meetings[name][0] > self.now:
            self._meet(name, self.meetings[name][0] + timedelta(hours=hours), 60)

    @precondition(lambda self: self.meetings)
    @rule(pick=st.integers(0, 99))
    def meeting_goes(self, pick: int) -> None:
        name = sorted(self.meetings)[pick % len(self.meetings)]
        (self.office.calendar("other") / f"{name}.ics").unlink()
        del self.meetings[name]
        self.fresh = False

    @rule(hours=st.sampled_from([1, 3, 7, 24, 50]))
    def time_passes(self, hours: int) -> None:
        if self.now < MONDAY + timedelta(days=12):
            self.now += timedelta(hours=hours)
            self.fresh = False

    @rule(ids=st.sets(st.sampled_from(PEOPLE), min_size=1).map(lambda ids: tuple(sorted(ids))))
    def people_change(self, ids: tuple[str, ...]) -> None:
        self.office.set_people(ids)
        self.fresh = False

    @rule(days=st.integers(1, 4))
    def person_goes_away(self, days: int) -> None:
        first = self.now.date() + timedelta(days=1)
        home = self.office.home
        with home.working():
            known = decisions.load(home.state)
            absences = (*known.absences, (first, first + timedelta(days=days - 1)))
            decisions.save(home.state, decisions.Decisions(**_fields(known) | {"absences": absences}))
        self.away |= {first + timedelta(days=n) for n in range(days)}
        self.fresh = False

    @rule(pick=st.integers(0, 99), response=st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE"]))
    def guest_answers(self, pick: int, response: str) -> None:
        """Which is no change by hand: the cycle after it has nothing to do."""
        self.office.answer(pick, response)

    @rule(to=st.sampled_from(PEOPLE))
    def person_writes(self, to: str) -> None:
        path = self.office.write(to, self.now)
        self.mails[path] = path.read_bytes()
        if to == "bob":
            self.wrote.append(self.now)
        self.fresh = False

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99))
    def person_sends(self, pick: int) -> None:
        if (found := self._pick(pick)) is not None:
            key, path = found
            target = self.office.root / "Mail" / ".Sent" / "cur" / f"sent-{path.name}"
            data = path.read_bytes()
            if BOB.encode() in data:
                self.wrote.append(self.now)
            path.rename(target)
            self.mails[target] = data
            self.edited.pop(path, None)
            self.over.add(key)
            self.fresh = False

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99))
    def person_edits(self, pick: int) -> None:
        if (found := self._pick(pick)) is not None:
            path = found[1]
            path.write_bytes(path.read_bytes().replace(b"Hello", b"Dear friend"))
            self.edited[path] = path.read_bytes()

    @precondition(lambda self: self.fresh)
    @rule(pick=st.integers(0, 99))
    def person_deletes(self, pick: int) -> None:
        if (found := self._pick(pick)) is not None:
            found[1].unlink()
            self.edited.pop(found[1], None)
            self.over.add(found[0])

    @precondition(lambda self: self.fresh)
    @rule()
    def the_ledger_is_lost(self) -> None:
        """After a whole cycle: decisions.json has every deletion then."""
        self.office.apply(self.now)
        for path in list((self.office.root / "state").iterdir()):
            if path.name.startswith(("ledger", "cache")):
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    # ------------------------------------------------------------ what holds

    @invariant()
    def what_is_not_ours_is_as_it_was(self) -> None:
        for path, content in {**self.mails, **self.edited}.items():
            assert path.read_bytes() == content

    @invariant()
    def a_cycle_leaves_nothing_to_do(self) -> None:
        if not self.fresh:
            return
        self.office.apply(self.now)
        seen = self.office.look(self.now)
        assert not seen.reconciled.changes
        assert not [draft.key for draft in seen.decision.drafts.desired if draft.state == "due"]
        assert not seen.decision.drafts.withdrawals
        drafts = self.office.drafts()
        assert not self.over & drafts.keys(), "a draft that the person sent or deleted came back"
        if self.now.date() in self.away:
            assert drafts.keys() <= self.before, "drafted on a day of absence"
        self._nothing_is_missing(drafts.keys())
        for event in self.office.own_events(self.now):
            chosen = event.mark.people if event.mark.rule == "coffee" else ()
            guests = {each.email for each in event.attendees} - {"ada@example.com"}
            assert guests == set(event.fields.guests) <= {f"{id_}@example.org" for id_ in chosen}
            if event.fields.start > self.now:  # of somebody who is no longer there, no address is known
                assert len(guests) == len(set(chosen) & set(self.office.people))

    def _nothing_is_missing(self, drafts) -> None:
        for name, (_, end) in self.meetings.items():
            key = f"thanks/{name}@example.org"
            days = {end.date() + timedelta(days=n) for n in range((self.now.date() - end.date()).days + 1)}
            excused = (
                end < self.known
                or end + timedelta(minutes=30) > self.now
                or key in self.over
                or any(wrote >= end for wrote in self.wrote)
                or not self.away.isdisjoint(days)
            )
            assert excused or key in drafts, f"no follow-up of {name}"

    # ------------------------------------------------------------ parts

    def _meet(self, name: str, start: datetime, minutes: int) -> None:
        path = self.office.calendar("other") / f"{name}.ics"
        path.write_bytes(real_event(name, start, minutes))
        self.meetings[name] = (start.astimezone(PARIS), (start + timedelta(minutes=minutes)).astimezone(PARIS))
        self.fresh = False

    def _pick(self, pick: int) -> tuple[str, Path] | None:
        found = sorted(self.office.drafts().items())
        return found[pick % len(found)] if found else None


def _fields(known) -> dict:
    return {name: getattr(known, name) for name in known.__dataclass_fields__}


TestLetters = Letters.TestCase
TestLetters.settings = settings(
    max_examples=int(os.environ.get("AGENDAD_MACHINE_EXAMPLES", "7")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
