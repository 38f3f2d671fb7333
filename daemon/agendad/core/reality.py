"""What the real events mean, whatever the time is: which time they take, whom one met, what each selector says of them.

`situation.py` asks for it once a cycle. From one cycle to the next the events are mostly the same, so whoever repeats
cycles hands the same `Realities` from one to the next, and nothing is worked out twice. What is remembered follows from
the events and the settings alone: a cycle with a new one decides the same.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from operator import is_
from typing import TYPE_CHECKING, Any, TypeVar

from agendad.core.absence import absent_days, busy_time, declared_absences
from agendad.core.clock import NEVER
from agendad.core.contacts import Contacts
from agendad.core.guards import Meetings
from agendad.core.hands import at_time, hands
from agendad.core.mailhands import MailHands, mail_hands
from agendad.core.memo import Memo
from agendad.core.reconcile import Agreed, reconcile
from agendad.core.selectors import Matcher, address_book
from agendad.core.timeline import span, union
from agendad.model.calendar import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.guards import Timed
    from agendad.core.hands import Context, Hands
    from agendad.core.outcome import Decision
    from agendad.core.problem import Minutes, Stretch
    from agendad.core.reconcile import Reconciled
    from agendad.core.situation import Situation
    from agendad.model.calendar import Event, Moment
    from agendad.model.mail import Message
    from agendad.model.memory import Memory
    from agendad.model.reach import Reach
    from agendad.model.rule import Selector
    from agendad.model.settings import People, Settings
    from agendad.ports import MailSnapshot


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Given:
    """What a reality follows from. `events` are the real ones, `absences` those that were declared.

    `hosted` are our own past blocks with guests.
    """

    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    settings: Settings
    people: People
    absences: tuple[tuple[date, date], ...]
    hosted: tuple[Event, ...] = ()

    def alike(self, other: Given) -> bool:
        """Whether each event means the same: the very same people, under equal settings."""
        return self.people is other.people and self.settings == other.settings

    def same(self, other: Given) -> bool:
        """Whether nothing changed but perhaps contacts: the very same events as well."""
        return self.alike(other) and self.absences == other.absences and _same(self.events, other.events)

    def in_touch(self, other: Given) -> bool:
        """Whether the mails and own meetings are the very same."""
        return _same(self.messages, other.messages) and _same(self.hosted, other.hosted)


class Reality:
    """One reading of the real events. Moments are minutes since the epoch.

    `matchers` by the names of zones are those of an earlier one with the same people and settings: they remember much.
    """

    def __init__(self, given: Given, matchers: Mapping[str, Matcher] | None = None) -> None:
        self.given = given
        self.settings = given.settings
        self.real = tuple(sorted(given.events, key=_place))
        self.busy = busy_time(self.real, self.settings)
        self.busy_time = union((busy.start, busy.end) for busy in self.busy)
        self.absent = absent_days(self.real, self.settings, given.absences)
        self.declared = declared_absences(given.absences)
        self.book = address_book(given.people)
        self.matchers = dict(matchers or {})
        self._zones: dict[str, tuple[Matcher, tuple[Timed, ...]]] = {}
        self._in_time: dict[str, tuple[Timed, ...]] = {}
        self._selected: dict[tuple[int, str], tuple[Selector, list[tuple[Minutes, int, Timed]]]] = {}
        self._later: dict[tuple[int, str, int], list[Timed]] = {}

    def seen_from(self, zone: ZoneInfo) -> tuple[Matcher, tuple[Timed, ...]]:
        """The matcher of a zone, and the real events with the minutes they take there."""
        if zone.key not in self._zones:
            timed = tuple((span(event.fields.start, event.fields.end, zone), event) for event in self.real)
            if zone.key not in self.matchers:
                self.matchers[zone.key] = Matcher(self.settings.me, self.book, zone, self.settings.away_titles)
            self._zones[zone.key] = self.matchers[zone.key], timed
        return self._zones[zone.key]

    def in_time(self, zone: ZoneInfo) -> tuple[Timed, ...]:
        """The real events with the minutes they take in a zone, in order of time."""
        if zone.key not in self._in_time:
            self._in_time[zone.key] = tuple(sorted(self.seen_from(zone)[1], key=lambda each: each[0]))
        return self._in_time[zone.key]

    def selected(self, selector: Selector, zone: ZoneInfo, since: Minutes = -NEVER) -> Sequence[Timed]:
        """The real events that a selector selects and that did not end before a moment, seen from a zone.

        The very same sequence as the last time, when it has the same events.
        """
        known = id(selector), zone.key
        if known not in self._selected:
            matcher, timed = self.seen_from(zone)
            found = [
                (each[0][1], place, each) for place, each in enumerate(timed) if matcher.matches(selector, each[1])
            ]
            self._selected[known] = selector, sorted(found, key=lambda each: each[:2])
        by_end = self._selected[known][1]
        first = bisect_left(by_end, since, key=lambda each: each[0])
        if (*known, first) not in self._later:
            later = sorted(by_end[first:], key=lambda each: each[1])
            self._later[*known, first] = [each for _, _, each in later]
        return self._later[*known, first]

    @cached_property
    def meetings(self) -> Meetings:
        """The meetings among the real events."""
        matcher, timed = self.seen_from(self.settings.timezone)
        return Meetings(timed, matcher)

    def hear(self, given: Given) -> None:
        """Takes note of other mails, and own meetings, beside the same events."""
        self.given = given
        self.__dict__.pop("contacts", None)

    @cached_property
    def contacts(self) -> Contacts:
        """Who was in touch with whom."""
        given, zone = self.given, self.settings.timezone
        hosted = tuple((span(event.fields.start, event.fields.end, zone), event) for event in given.hosted)
        return Contacts(given.people, hosted, given.messages, self.settings.me, besides=self._met)

    @cached_property
    def _met(self) -> Contacts:
        """The contacts in the real events alone, which stay when mails come."""
        _, timed = self.seen_from(self.settings.timezone)
        return Contacts(self.given.people, timed, (), self.settings.me)

    @cached_property
    def tiring(self) -> tuple[Stretch, ...]:
        """The busy time of real events that are not of whole days."""
        timed = (event for event in self.real if not event.fields.all_day)
        return union((busy.start, busy.end) for busy in busy_time(timed, self.settings))


@dataclass(frozen=True, slots=True)
class Day:
    """What a memo follows from."""

    today: date
    holidays: Mapping[date, str]
    absent: frozenset[date]
    first_days: Mapping[str, datetime]
    settings: Settings
    people: People


@dataclass(frozen=True, slots=True)
class Timely:
    """An answer that follows from the very things `given`, from `context`, and from its clock until a moment."""

    given: Sequence[object]
    context: Context
    until: datetime | None
    answer: Any

    def holds(self, given: Sequence[object], context: Context) -> bool:
        """Whether it is the answer to another question, too."""
        in_time = self.context.now <= context.now and (self.until is None or context.now < self.until)
        return in_time and self.alike(given, context)

    def alike(self, given: Sequence[object], context: Context) -> bool:
        """Whether another question differs from this one in nothing but its time."""
        return _same(self.given, given) and replace(self.context, now=context.now) == context


class Realities:
    """The last reality, and the memory of the last day, for the next cycle; in `decided`, its question and answer."""

    def __init__(self) -> None:
        self.decided: tuple[Situation, Decision] | None = None
        self._last: Reality | None = None
        self._made: dict[str, tuple[Sequence[object], Any]] = {}
        self._timely: dict[str, Timely] = {}
        self._agreed: Agreed = {}
        self._today = date.min
        self._near: tuple[Sequence[Event], Reach, tuple[Event, ...]] | None = None
        self._day: Day | None = None
        self._memo = Memo()

    def once(self, what: str, given: Sequence[object], make: Callable[[], T]) -> T:
        """What is made of the things that are `given`; of the very same as the last time, what was made then."""
        if what not in self._made or not _same(self._made[what][0], given):
            self._made[what] = given, make()
        found: T = self._made[what][1]
        return found

    def day(self, today: date) -> date:
        """The day, the very same object as long as it is the same day."""
        if self._today != today:
            self._today = today
        return self._today

    def near(self, events: Sequence[Event], reach: Reach) -> tuple[Event, ...]:
        """Of all that was read, what a cycle looks at."""
        if self._near is None or self._near[0] is not events or self._near[1] != reach:
            self._near = events, reach, tuple(filter(reach.holds, events))
        return self._near[2]

    def hands(self, events: tuple[Event, ...], memory: Memory, context: Context) -> Hands:
        """What the person's hand did to `events`."""

        given = events, memory.written, memory.intents, memory.over, memory.decisions.deleted
        last = self._timely.get("hands")

        def make() -> Hands:
            if last is not None and last.alike(given, context):
                return at_time(last.answer, memory, context.now)
            return hands(events, memory, context)

        def changes(found: Hands) -> Iterator[Moment]:
            yield from (event.fields.start for event in found.standing.values())
            yield from (known.start for key, known in found.written.items() if key not in found.standing)

        return self._in_time("hands", given, context, make, changes)

    def reconciled(self, decision: Decision, seen: Hands, context: Context) -> Reconciled:
        """The changes that a decision makes to what stands."""

        def make() -> Reconciled:
            unplaced = {skipped.key: skipped.why[-1] for skipped in decision.skipped}
            return reconcile(decision.desired, seen, context, unplaced, self._agreed)

        def changes(_: Reconciled) -> Iterator[Moment]:
            for fields in (*(wish.fields for wish in decision.desired), *(copy.fields for copy in seen.copies)):
                yield fields.start
                yield fields.end
            yield from (event.fields.end for event in seen.standing.values())  # their starts change the hands

        return self._in_time("reconciled", (decision, seen), context, make, changes)

    def _in_time(
        self,
        what: str,
        given: Sequence[object],
        context: Context,
        make: Callable[[], T],
        changes: Callable[[T], Iterator[Moment]],
    ) -> T:
        """As `once`, of what also follows from the clock: `changes` are the moments at which it may be another."""
        known = self._timely.get(what)
        if known is None or not known.holds(given, context):
            made = make()
            known = self._timely[what] = Timely(given, context, _first(changes(made), context.now), made)
        found: T = known.answer
        return found

    def mail(self, snapshot: MailSnapshot, memory: Memory, now: datetime) -> MailHands:
        """What became of earlier drafts."""
        given = snapshot, memory.drafts, memory.decisions.drafts
        return self.once("mail", given, lambda: mail_hands(snapshot, memory, now))

    def memo(self, day: Day) -> Memo:
        """The memory of a day: a new one when anything is not as it was."""
        if self._day != day:
            self._day, self._memo = day, Memo()
        return self._memo

    def of(self, given: Given) -> Reality:
        """The reality that follows from what is given."""
        if self._last is None or not self._last.given.same(given):
            alike = self._last is not None and self._last.given.alike(given)
            self._last = Reality(given, self._last.matchers if self._last and alike else None)
        elif not self._last.given.in_touch(given):
            self._last.hear(given)
        return self._last


def _first(moments: Iterable[Moment], now: datetime) -> datetime | None:
    """The first of some moments that does not lie before now."""
    found = None
    for moment in moments:
        at = moment if isinstance(moment, datetime) else instant(moment, now)
        if at >= now and (found is None or at < found):
            found = at
    return found


def _same(one: Sequence[object], other: Sequence[object]) -> bool:
    return len(one) == len(other) and all(map(is_, one, other))


def _place(event: Event) -> tuple[str, str, str, str]:
    """Events in an order that does not depend on that of reading."""
    return event.calendar, event.uid, str(event.recurrence_id or ""), event.href
