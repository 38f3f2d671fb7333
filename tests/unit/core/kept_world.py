"""A calendar in memory, a person and the product's cycle over the real ledger: what the tests of this folder run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agendad.core.hands import Context, Hands, hands, remember
from agendad.core.reconcile import Reconciled, as_write, reconcile
from agendad.core.undo import Undone, reset, undo
from agendad.ledger import Ledger, history
from agendad.model.calendar import Event, EventFields, Mark
from agendad.model.identity import digest, is_own, uid
from agendad.model.memory import Decisions
from agendad.model.plan import Change, DesiredBlock
from agendad.ports import Create, Delete, Outcome, Update, Write

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=PARIS)


def fields(title: str = "Deep work", day: int = 1, hour: int = 9, **more: object) -> EventFields:
    """An hour `day` days after MONDAY at `hour`."""
    start = (MONDAY + timedelta(days=day)).replace(hour=hour)
    return replace(EventFields(title, start, start + timedelta(hours=1)), **more)


def all_day(title: str, first: date, days: int = 1) -> EventFields:
    """Whole days."""
    return EventFields(title, first, first + timedelta(days=days))


def wish(key: str, what: EventFields, rule: str = "") -> DesiredBlock:
    """A block that the rules want."""
    return DesiredBlock(key, rule or key.partition("/")[0], what)


def own(key: str, what: EventFields, written: EventFields | None = None, **more: str) -> Event:
    """An event that the product wrote as `written` (default: as it stands) and that now has the fields `what`."""
    mark = Mark(more.pop("rule", key.partition("/")[0]), key, digest(written or what))
    return Event(more.pop("calendar", "personal"), uid(key), what, mark=mark, href=more.pop("href", f"{key}.ics"))


def context(now: datetime = MONDAY, rules: tuple[str, ...] = ("a", "b"), **more: object) -> Context:
    """Two days back to six weeks ahead, two calendars, written to `personal`."""
    made = Context(
        now,
        now - timedelta(days=2),
        now + timedelta(days=42),
        "personal",
        frozenset({"personal", "family"}),
        frozenset(rules),
    )
    return replace(made, **more)


class Killed(Exception):
    """The process died here."""


@dataclass
class World:
    """Everything outside the core. `calendar` maps (calendar, href) to the event that stands there."""

    calendar: dict[tuple[str, str], Event] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger.in_memory(Path("ledger.db")))
    decisions: Decisions = field(default_factory=Decisions)
    now: datetime = MONDAY
    paused: bool = False
    removed: set[str] = field(default_factory=set)

    def context(self) -> Context:
        return context(self.now, paused=self.paused, removed=frozenset(self.removed))

    def standing(self) -> tuple[Event, ...]:
        return tuple(self.calendar.values())

    def hands(self) -> Hands:
        here = self.context()
        return hands(self.standing(), self.ledger.memory(self.decisions, here.start), here)

    def plan(self, wishes: list[DesiredBlock]) -> Reconciled:
        """What a cycle would do; the order in which anything is read or wished carries no meaning."""
        here = self.context()
        memory = self.ledger.memory(self.decisions, here.start)
        turned = reconcile(wishes[::-1], hands(self.standing()[::-1], memory, here), here)
        planned = reconcile(wishes, hands(self.standing(), memory, here), here)
        assert planned == turned
        return planned

    def cycle(self, wishes: list[DesiredBlock], die: str = "") -> Reconciled:
        """One cycle as the engine runs it; `die` is the point at which the process is killed."""
        seen = self.hands()
        self.decisions = remember(self.decisions, seen, self.context())
        self.ledger.observe(seen.settled, seen.adopted, seen.gone)
        planned = reconcile(wishes, seen, self.context())
        self.apply(planned.changes, "apply", die)
        return planned

    def apply(self, changes: tuple[Change, ...], kind: str = "apply", die: str = "") -> None:
        run = self.ledger.run(kind, self.now)
        numbers = run.intend(changes)
        if changes and die == "before writing":
            raise Killed
        ended = []
        for number, change in zip(numbers, changes, strict=True):
            ended.append((number, self.write(as_write(change))))
            if die == "after the first write":
                raise Killed
        if changes and die == "before settling":
            raise Killed
        assert all(outcome.status == "done" for _, outcome in ended), ended
        run.settle(ended)
        run.finish("done", self.now.astimezone(UTC))

    def write(self, write: Write) -> Outcome:
        """The calendar's side of one write, with the promises of `ports.CalendarPort`."""
        if isinstance(write, Create):
            place = (write.calendar, write.mark.key)
            if any(event.uid == write.uid for event in self.calendar.values()):
                return Outcome(write, "conflict")
            self.calendar[place] = Event(write.calendar, write.uid, write.fields, mark=write.mark, href=write.mark.key)
            return Outcome(write, "done")
        place = (write.event.calendar, write.event.href)
        if self.calendar.get(place) != write.event or not is_own(write.event):
            return Outcome(write, "conflict")
        if isinstance(write, Update):
            self.calendar[place] = replace(write.event, fields=write.fields, mark=write.mark)
        else:
            assert isinstance(write, Delete)
            del self.calendar[place]
        return Outcome(write, "done")

    def event(self, key: str) -> Event | None:
        return self.hands().standing.get(key)

    def edit(self, key: str, **changed: object) -> None:
        """The person changes fields of the block of a key."""
        event = self.event(key)
        assert event is not None
        self.calendar[event.calendar, event.href] = replace(event, fields=replace(event.fields, **changed))

    def remove(self, key: str) -> None:
        """The person deletes the block of a key."""
        event = self.event(key)
        assert event is not None
        del self.calendar[event.calendar, event.href]

    def make_series(self, key: str) -> None:
        """The person makes a recurring event of the block of a key (one member of it is enough here)."""
        event = self.event(key)
        assert event is not None
        member = replace(event, recurring=True, recurrence_id=event.fields.start)
        self.calendar[event.calendar, event.href] = member

    def give_back(self, key: str) -> None:
        """`agendad reset KEY`."""
        seen = self.hands()
        kept = {other: gone for other, gone in self.decisions.deleted.items() if other != key}
        self.decisions = replace(self.decisions, deleted=kept)
        self.ledger.observe(seen.settled, (), seen.gone & {key})
        if change := reset(key, seen, self.now):
            self.apply((change,), "reset")

    def take_back(self, count: int = 1) -> Undone:
        """`agendad undo COUNT`."""
        return self._take_back(history.last_runs(self.ledger, count), {})

    def take_back_run(self, number: int) -> Undone:
        """`agendad undo --run NUMBER`."""
        return self._take_back((number,), history.changed_later(self.ledger, number))

    def _take_back(self, numbers: tuple[int, ...], later: dict[str, int]) -> Undone:
        seen = self.hands()
        self.ledger.observe(seen.settled, seen.adopted, ())
        applied = history.applied(self.ledger, numbers)
        undone = undo(applied, seen.standing, self.now, later)
        self.decisions = replace(self.decisions, deleted={**seen.deleted, **undone.deleted})
        self.apply(undone.changes, "undo")
        self.ledger.mark_undone({each.run for each in applied})
        return undone

    def lose_ledger(self) -> None:
        self.ledger = Ledger.in_memory(Path("ledger.db"))
