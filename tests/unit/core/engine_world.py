"""Rules as they are written in files, a calendar in memory, and the pure middle of a cycle between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from textwrap import dedent
from zoneinfo import ZoneInfo

from agendad.core.engine import Decision, Situation, decide, horizon_days
from agendad.core.hands import Context, Hands, gone_from, hands, remember
from agendad.core.reality import Realities
from agendad.core.reconcile import Reconciled, as_write, reconcile
from agendad.core.timeline import from_minutes, to_minutes, wall
from agendad.core.trace import sentences
from agendad.core.triggers import identity
from agendad.drafting.expressions import Expressions
from agendad.model.calendar import Attendee, Event, EventFields, Mark, Response
from agendad.model.identity import uid
from agendad.model.memory import Decisions, Memory, Written
from agendad.model.rule import Pattern, Rule, TimeWindow
from agendad.model.settings import CalendarSettings, Me, People, Person, Settings
from agendad.ports import Create, Delete, Update
from agendad.rules.load import load_rule_text

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 8, tzinfo=PARIS)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ADA = Me("Ada", frozenset({"ada@example.com"}), frozenset({"example.com"}))
BOB, EVE = "bob@example.com", "eve@other.org"
GRACE = Person("grace", "Grace", ("grace@example.com",), frozenset({"team"}), tier=1)
PEOPLE = People({"grace": GRACE})

SETTINGS = Settings(
    PARIS,
    CalendarSettings(write="own", read=("own", "other")),
    ADA,
    working_hours=dict.fromkeys(range(5), (TimeWindow(9 * 60, 18 * 60),)),
    horizon_days=14,
    away_titles=(Pattern("holiday"),),
)


def rules(text: str, zone: str = "Europe/Paris") -> tuple[Rule, ...]:
    """Rules from the text of a rule file below `rules:`; every problem fails the test."""
    body = "".join(f"  {line}\n" for line in dedent(text).strip().splitlines())
    loaded = load_rule_text(f"version: 1\ntimezone: {zone}\nrules:\n{body}")
    assert not loaded.has_errors, [each.message for each in loaded.diagnostics]
    return tuple(loaded.rules)


def when(text: str, zone: ZoneInfo = PARIS) -> tuple[datetime, datetime]:
    """`tue 09:00-10:30` in the week of MONDAY, `+tue ...` in the next, or `2026-12-01 ...`."""
    day, _, times = text.partition(" ")
    if day.lstrip("+") in DAYS:
        first = MONDAY.date() + timedelta(days=DAYS.index(day.lstrip("+")) + 7 * day.count("+"))
    else:
        first = date.fromisoformat(day)
    start, end = (int(part[:2]) * 60 + int(part[3:]) for part in times.split("-"))
    return wall(first, start, zone), wall(first, end if end > start else end + 1440, zone)


def event(title: str, at: str, *guests: str, calendar: str = "other", **more: object) -> Event:
    """A real event; with guests it is a meeting that the first of them called and the person accepted."""
    start, end = when(at)
    name = re.sub(r"\W", "-", f"{title}-{at}")
    invited = {
        "attendees": tuple(Attendee(guest, response=Response.ACCEPTED) for guest in guests),
        "organizer": guests[0] if guests else "",
        "response": Response.ACCEPTED if guests else None,
    }
    fields = {name: more.pop(name) for name in list(more) if name in EventFields.__slots__}
    return replace(Event(calendar, f"{name}@x", EventFields(title, start, end, **fields)), **invited, **more)


def whole_days(title: str, first: str, days: int = 1, **more: object) -> Event:
    """A real event of whole days."""
    start = when(f"{first} 00:00-01:00")[0].date()
    fields = EventFields(title, start, start + timedelta(days=days), **more)
    return Event("other", f"{title}-{first}@x", fields)


def told(fields: EventFields) -> str:
    """`tue 09:00-10:30` as `when` reads it, in Paris; of whole days `tue +3`."""
    start, end = fields.start, fields.end
    first = start.astimezone(PARIS).date() if isinstance(start, datetime) else start
    number = (first - MONDAY.date()).days
    day = "+" * (number // 7) + DAYS[number % 7] if 0 <= number < 21 else first.isoformat()
    if not isinstance(start, datetime):
        return f"{day} +{(end - start).days}"
    return f"{day} {start.astimezone(PARIS):%H:%M}-{end.astimezone(PARIS):%H:%M}"


def stands_until_it_says(situation: Situation) -> None:
    """That a decision is the same in each minute before `until`, when nothing happens."""
    known = dict.fromkeys(map(identity, situation.rules), situation.now) | dict(situation.first_days)
    situation = replace(situation, first_days=known)
    decision = decide(situation, Expressions().render)
    now, until = to_minutes(situation.now, up=True), to_minutes(decision.until)
    assert now <= until  # midnight both of them in the last minute of a day, since now is rounded up
    for later in {later for later in ((now + until) // 2, until - 1) if later > now}:
        at_a_minute = from_minutes(later, situation.settings.timezone)
        afresh = replace(situation, now=at_a_minute, realities=Realities())
        assert decide(afresh, Expressions().render) == decision


def _hosted(event: Event) -> Event:
    return replace(event, attendees=tuple(map(Attendee, event.fields.guests)))


@dataclass
class Week:
    """A calendar in memory. `own` are the product's events by key; `decisions` what the person decided."""

    rules: tuple[Rule, ...]
    events: tuple[Event, ...] = ()
    now: datetime = MONDAY
    settings: Settings = SETTINGS
    people: People = PEOPLE
    own: dict[str, Event] = field(default_factory=dict)
    decisions: Decisions = field(default_factory=Decisions)
    holidays: dict[date, str] = field(default_factory=dict)

    def context(self) -> Context:
        zone = self.settings.timezone
        _, horizon = horizon_days(self.settings, self.now)
        return Context(
            now=self.now.astimezone(zone),
            start=self.now - timedelta(days=40),
            end=self.now + timedelta(days=80),
            calendar="own",
            calendars=frozenset({"own", "other"}),
            rules=frozenset(rule.id for rule in self.rules if rule.enabled),
            horizon=wall(horizon, 0, zone),
        )

    def hands(self) -> Hands:
        written = {
            key: Written(each.mark.rule, each.uid, "own", each.fields.start, each.fields.end, each.mark.digest)
            for key, each in self._remembered.items()
        }
        return hands((*self.events, *self.own.values()), Memory(written, (), self.decisions), self.context())

    _remembered: dict[str, Event] = field(default_factory=dict)

    def situation(self) -> Situation:
        return Situation(
            self.rules,
            self.settings,
            self.people,
            self.now,
            (*self.events, *self.own.values()),
            self.hands(),
            self.decisions.first_days,
            self.decisions.absences,
            self.holidays,
        )

    def decide(self) -> Decision:
        situation = self.situation()
        stands_until_it_says(situation)
        return decide(situation, Expressions().render)

    def plan(self) -> Reconciled:
        decision = self.decide()
        unplaced = {skipped.key: skipped.why[-1] for skipped in decision.skipped}
        return reconcile(decision.desired, self.hands(), self.context(), unplaced)

    def cycle(self) -> Reconciled:
        """One whole cycle: what `apply` does, without its limits."""
        seen, decision, planned = self.hands(), self.decide(), self.plan()
        self.decisions = remember(self.decisions, seen, self.context())
        given_up = {
            key: gone_from(seen.standing[key].mark.rule, *self._time(key), self.now, "yield")
            for key in decision.given_up
        }
        self.decisions = replace(self.decisions, deleted={**self.decisions.deleted, **given_up})
        for change in planned.changes:
            match as_write(change):
                case Create(calendar, name, fields, mark):
                    self.own[change.key] = _hosted(Event(calendar, name, fields, mark=mark, href=name))
                case Update(old, fields, mark):
                    self.own[change.key] = _hosted(replace(old, fields=fields, mark=mark))
                case Delete(old):
                    self.own = {key: each for key, each in self.own.items() if each is not old}
        self._remembered = dict(self.own)
        return planned

    def _time(self, key: str) -> tuple[datetime, datetime]:
        return self.own[key].fields.start, self.own[key].fields.end

    # ------------------------------------------------------------ the person

    def move(self, key: str, to: str) -> None:
        start, end = when(to)
        self._edit(key, start=start, end=end)

    def rename(self, key: str, title: str) -> None:
        self._edit(key, title=title)

    def _edit(self, key: str, **changed: object) -> None:
        self.own[key] = _hosted(replace(self.own[key], fields=replace(self.own[key].fields, **changed)))

    def delete(self, key: str) -> None:
        del self.own[key]

    def invite(self, key: str, *guests: str) -> None:
        self._edit(key, guests=tuple(sorted({*self.own[key].fields.guests, *guests})))

    # ------------------------------------------------------------ reading results

    def stands(self) -> dict[str, str]:
        """Where every own block stands, by key."""
        return {key: told(each.fields) for key, each in sorted(self.own.items())}

    def kept(self) -> dict[str, str]:
        """A cycle; the next one must have nothing to change. Gives where everything stands."""
        self.cycle()
        assert self.plan().changes == ()
        return self.stands()

    def wanted(self, rule: str = "") -> list[str]:
        """When the desired blocks (of a rule) are, in order."""
        return [told(block.fields) for block in self.decide().desired if not rule or block.rule == rule]

    def why(self, key: str) -> list[str]:
        """The sentences about a key, desired or skipped."""
        decision = self.decide()
        return next(sentences(each.why) for each in (*decision.desired, *decision.skipped) if each.key == key)

    def skipped(self) -> dict[str, str]:
        """The keys that have no block, with the last sentence about each."""
        return {each.key: sentences(each.why)[-1] for each in self.decide().skipped}


def own(key: str, at: str, rule: str = "", title: str = "Block") -> Event:
    """A block that stands, untouched."""
    from agendad.model.identity import digest

    fields = EventFields(title, *when(at))
    return Event("own", uid(key), fields, mark=Mark(rule or key.partition("/")[0], key, digest(fields)))
