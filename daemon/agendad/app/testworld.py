"""What a rule test stands on: the calendars, the mailbox and the people that its file describes, as a desk for a cycle.

Called by `ruletest.py` for each test. What the file does not say is the configuration's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.app.desk import Desk
from agendad.app.observe import stretch
from agendad.app.simulated import MemoryCalendars, MemoryDecisions, MemoryMail, Shelf
from agendad.core.levels import needs, placements
from agendad.core.periods import period_of
from agendad.core.recurrence import occurrences
from agendad.core.timeline import wall_range
from agendad.core.triggers import identity
from agendad.errors import AgendadError
from agendad.model.calendar import Attendee, Event, EventFields, Mark, Response
from agendad.model.identity import digest, uid
from agendad.model.mail import Message
from agendad.model.memory import Decisions, Gone
from agendad.model.rule import Every, EveryPeriod, MonthOfQuarter, PeriodUnit, Steps, WeekOfMonth, When
from agendad.model.settings import CalendarSettings, Me, People, Settings
from agendad.rules.fields.common import kebab
from agendad.rules.spelling import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agendad.ledger import Ledger
    from agendad.model.calendar import Moment
    from agendad.model.rule import Rule
    from agendad.model.ruletest import DayTime, GivenEvent, GivenMail, RuleTest, TestFile
    from agendad.rules.load import Loaded

LONGEST: Final = 731
"""Days that a test may look ahead."""

_KNOWN_SINCE: Final = timedelta(days=400)
"""How long the rules have been known: longer than any of them looks back, as in an installation that runs."""

_NOBODY: Final = Me("", frozenset({"me@example.com"}), frozenset({"example.com"}), "me@example.com")
_CALENDAR: Final = "personal"


class Unjudged(AgendadError):
    """A test that cannot be judged, and why."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One test ready to run: a cycle at `now` on `desk`. `judged` are the ids of the rules that it is about."""

    desk: Desk
    now: datetime
    judged: frozenset[str]


def ground(file: TestFile, test: RuleTest, loaded: Loaded, ledger: Ledger) -> Ground:
    """What a test stands on; raises Unjudged where it cannot be judged."""
    settings = _settings(file, loaded)
    given = test.now or file.now
    if given is None:
        raise Unjudged("nothing says when this test is", hint="add `now:`")
    now = _instant(given, settings.timezone)
    judged = _judged(test, loaded.rules)
    starting = test.starting or file.starting
    rules = tuple(
        _begun(_in_zone(rule, loaded, settings.timezone), starting) for rule in _taking_part(test, judged, loaded.rules)
    )
    settings = replace(settings, horizon_days=_horizon(test, settings, now, rules))
    people = _people(file, test, loaded.people)
    loaded = replace(loaded, settings=settings, people=people, rules=rules)
    world = _World(settings, people, stretch(settings, rules, (), now))
    events = list(world.events((*file.world.events, *test.world.events)))
    names = tuple(sorted({*settings.calendar.read, settings.calendar.write, *(event.calendar for event in events)}))
    shelf = Shelf(settings.calendar.write, names, settings.timezone, me=settings.me.address)
    desk = Desk(
        replace(loaded, settings=replace(settings, calendar=replace(settings.calendar, read=names))),
        MemoryCalendars(shelf, events),
        MemoryMail(world.mail((*file.world.mail, *test.world.mail))),
        ledger,
        MemoryDecisions(
            Decisions(
                deleted={key: _deleted(key, now) for key in (*file.world.deleted, *test.world.deleted)},
                first_days={identity(rule): _first_day(rule, now) for rule in rules},
                absences=(*file.world.absences, *test.world.absences),
            )
        ),
    )
    return Ground(desk, now, frozenset(rule.id for rule in judged))


def span_of(at: DayTime, zone: ZoneInfo, day: date) -> tuple[Moment, Moment]:
    """When it is: dates with the end excluded, or instants in `zone`; without a day of its own, on `day`.

    Where only a start is given, the end is the start.
    """
    first, last = at.days or (day, day)
    if at.start is None:
        return first, last + timedelta(days=1)
    return wall_range(first, at.start, at.start if at.end is None else at.end, zone)


# ---------------------------------------------------------------- settings and rules


def _settings(file: TestFile, loaded: Loaded) -> Settings:
    base = loaded.settings or Settings(ZoneInfo("UTC"), CalendarSettings(write=_CALENDAR, read=(_CALENDAR,)), _NOBODY)
    given = dict(file.settings)
    if given.get("country", base.country) != base.country:
        given["subdivision"] = ""
    if given.get("follow_calendar_zone", base.follow_calendar_zone):
        raise Unjudged(
            "the zone is the calendar's own, which a test does not have", hint="add `timezone:` to the test file"
        )
    return replace(base, **given)


def _judged(test: RuleTest, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that the test is about."""
    known = {rule.id: rule for rule in rules}
    for name in (*test.rules, *(test.beside or ())):
        if name not in known:
            raise Unjudged(f"there is no rule `{name}`", hint=did_you_mean(name, known))
    for name in test.rules:
        if not known[name].enabled:
            raise Unjudged(f"the rule `{name}` is disabled", hint="remove `enabled: false`, or the rule from the test")
    judged = tuple(known[name] for name in test.rules) or tuple(rule for rule in rules if rule.enabled)
    if not judged:
        raise Unjudged("there is no rule that is enabled")
    ids = {rule.id for rule in judged}
    for what, expected in test.expect.items():
        for wanted in expected:
            if wanted.rule not in ids:
                raise Unjudged(f"`{what}` expects something of a rule `{wanted.rule}`, which there is not")
    return judged


def _taking_part(test: RuleTest, judged: tuple[Rule, ...], rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The judged rules, those that they name, and those of `beside`, in the order of the files."""
    if not test.rules or test.beside is None:
        return tuple(rules)
    known = {rule.id: rule for rule in rules}
    wanted = [*(rule.id for rule in judged), *test.beside]
    taken: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in known and name not in taken:
            taken.add(name)
            wanted += _named_by(known[name])
    return tuple(rule for rule in rules if rule.id in taken)


def _named_by(rule: Rule) -> Iterator[str]:
    yield from needs(rule)
    for placement in placements(rule):
        yield from (*placement.same_day_before, *placement.same_day_after, *placement.not_same_day)


def _in_zone(rule: Rule, loaded: Loaded, zone: ZoneInfo) -> Rule:
    """The rule in the zone of the test, unless its file has one of its own."""
    usual = loaded.settings.timezone if loaded.settings else ZoneInfo("UTC")
    return replace(rule, timezone=zone) if rule.timezone is usual else rule


def _begun(rule: Rule, starting: date | None) -> Rule:
    """The rule, if it begins on a certain day, as if that were another one."""
    trigger = rule.trigger
    if starting is None or not isinstance(trigger, Every | Steps) or trigger.starting is None:
        return rule
    return replace(rule, trigger=replace(trigger, starting=starting))


def _horizon(test: RuleTest, settings: Settings, now: datetime, rules: Sequence[Rule]) -> int:
    """How many days are planned: the configured ones, and at least all that is judged, with the periods it is in.

    A block of a period comes only when the period lies inside the horizon.
    """
    today = now.astimezone(settings.timezone).date()
    first, last = test.over
    if last < today:
        raise Unjudged(f"`over` ends on {last}, before `now`: {today}", hint="nothing is planned for the past")
    if (last - today).days > LONGEST:
        raise Unjudged(
            f"`over` ends on {last}, more than two years after `now`: {today}", hint="bring `now` nearer to it"
        )
    ends = [last + timedelta(days=1)]
    ends += [period_of(last, unit)[1] for rule in rules if (unit := _period(rule)) is not None]
    if first < today and test.expect.keys() & {"blocks", "violations"}:
        raise Unjudged(
            f"`over` begins on {first}, before `now`: {today}",
            hint="of the past only drafts and skips are known",
        )
    return max(settings.horizon_days, *((end - today).days for end in ends))


def _period(rule: Rule) -> PeriodUnit | None:
    """The period that a rule lives in; of several, the longest that holds them."""
    match rule.trigger:
        case Every(phrase=EveryPeriod(unit, interval)):
            return unit if interval == 1 else PeriodUnit.YEAR
        case Every(phrase=WeekOfMonth()):
            return PeriodUnit.WEEK
        case Every(phrase=MonthOfQuarter()):
            return PeriodUnit.MONTH
    return None


def _first_day(rule: Rule, now: datetime) -> datetime:
    """When the rule was first known.

    One that ends after some times begins with the test, and so does one that answers to a state: if that holds, it
    fires now, and not in a past that nobody has described.
    """
    trigger = rule.trigger
    counted = isinstance(trigger, Every) and trigger.times is not None and trigger.starting is None
    return now if counted or isinstance(trigger, When) else now - _KNOWN_SINCE


def _deleted(key: str, now: datetime) -> Gone:
    return Gone(key.partition("/")[0], now.date())


def _instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """An instant in the zone; a wall-clock time that the spring change skips moves forward by the gap."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC).astimezone(zone)


def _people(file: TestFile, test: RuleTest, configured: People) -> People:
    by_id = configured.by_id
    if file.world.people is not None:
        by_id = {person.id: person for person in file.world.people}
    if test.world.people is not None:
        by_id = {**by_id, **{person.id: person for person in test.world.people}}
    return replace(configured, by_id=by_id)


# ---------------------------------------------------------------- events and mails


class _World:
    """Turns what a file gives into events and mails of one person's calendars."""

    def __init__(self, settings: Settings, people: People, read: tuple[datetime, datetime]) -> None:
        self._settings = settings
        self._people = people
        self._zone = settings.timezone
        self._first, self._end = (moment.astimezone(self._zone).date() for moment in read)
        self._names: Counter[str] = Counter()

    def events(self, given: Sequence[GivenEvent]) -> Iterator[Event]:
        """All events, of series the members in the time that is read."""
        for each in given:
            if each.key:
                yield self._own(each)
            elif each.recurs is None:
                yield self._event(each, self._uid(each))
            else:
                yield from self._series(each)

    def mail(self, given: Sequence[GivenMail]) -> Iterator[Message]:
        """All mails."""
        me = self._settings.me.address
        for number, each in enumerate(given, 1):
            yield Message(
                at=_instant(each.at, self._zone),
                sender=self._address(each.sender) if each.sender else me,
                recipients=tuple(map(self._address, each.to)) if each.to else (me,),
                subject=each.subject,
                message_id=f"<{number}@test.invalid>",
                sent=not each.sender,
            )

    def _series(self, given: GivenEvent) -> Iterator[Event]:
        recurs, days = given.recurs, given.at.days
        if recurs is None or days is None:
            return
        every = Every(recurs.phrase, days[0], recurs.until, recurs.times, recurs.exclude)
        name = self._uid(given)
        longer = days[1] - days[0]
        reach = (self._first - longer - timedelta(days=2), self._end + timedelta(days=1))
        for member in occurrences(every, *reach, holidays={}, absent=(), first_day=days[0]):
            if not member.excluded_by:
                at = replace(given.at, days=(member.first, member.first + longer))
                event = self._event(replace(given, at=at), name)
                start = event.fields.start
                original = start.astimezone(UTC) if isinstance(start, datetime) else start
                yield replace(event, recurrence_id=original, recurring=True)

    def _event(self, given: GivenEvent, name: str) -> Event:
        attendees = self._attendees(given)
        organizer = self._address(given.organizer) if given.organizer else ""
        response = given.response or (Response.ACCEPTED if attendees or organizer else None)
        if response is not None:
            attendees = (Attendee(self._settings.me.address, self._settings.me.name, response), *attendees)
        return Event(
            calendar=given.calendar or self._settings.calendar.write,
            uid=name,
            fields=self._fields(given),
            status=given.status,
            attendees=attendees,
            organizer=organizer,
            response=response,
        )

    def _attendees(self, given: GivenEvent) -> tuple[Attendee, ...]:
        return tuple(
            Attendee(self._address(each.who), each.name, each.response, each.human) for each in given.attendees
        )

    def _own(self, given: GivenEvent) -> Event:
        """A block as it was written, with those whom it invites, and then changed by hand."""
        attendees = self._attendees(given)
        guests = tuple(sorted({each.email.lower() for each in attendees} - self._settings.me.emails))
        fields = written = replace(self._fields(given), guests=guests)
        if given.moved:
            day = timedelta(days=1)
            written = replace(written, start=written.start - day, end=written.end - day)
        if given.renamed:
            written = replace(written, title=f"not {written.title}")
        mark = Mark(given.rule, given.key, digest(written), given.chosen)
        calendar = given.calendar or self._settings.calendar.write
        return Event(calendar, uid(given.key), fields, attendees=attendees, mark=mark)

    def _fields(self, given: GivenEvent) -> EventFields:
        start, end = span_of(given.at, self._zone, date.min)
        return EventFields(
            title=given.title,
            start=start,
            end=end,
            show_as=given.show_as,
            kind=given.kind,
            notes=given.notes,
            place=given.place,
        )

    def _uid(self, given: GivenEvent) -> str:
        """The given UID, or one that a person can read: the title with its day, numbered where there are several."""
        if given.uid:
            return given.uid
        day = given.at.days[0] if given.at.days else ""
        name = f"{kebab(given.title) or 'event'}-{day}"
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name}-{self._names[name]}"

    def _address(self, who: str) -> str:
        if "@" in who:
            return who
        if who == "me":
            return self._settings.me.address
        return address_of(who, self._people)


def address_of(who: str, people: People) -> str:
    """The address that an address or the id of a person stands for; raises Unjudged for somebody unknown."""
    if "@" in who:
        return who
    person = people.by_id.get(who)
    if person is None:
        raise Unjudged(f"there is no person `{who}`", hint=did_you_mean(who, people.by_id))
    if not person.email:
        raise Unjudged(f"the person `{who}` has no address", hint="add `emails:`")
    return person.email
