"""What the virtual person and the others around them do in a simulation: sent drafts, invitations that come and go.

`simulate.py` asks it before every cycle for what happened since the last one. All of it follows from the seed and the
keys of the drafts, so the same course is the same life.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import wall
from agendad.model.calendar import Attendee, Event, EventFields, Kind, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agendad.app.apply import Applied
    from agendad.app.simulated import MemoryCalendars, MemoryMail
    from agendad.app.simulation_book import Book
    from agendad.model.rule import TimeWindow
    from agendad.model.settings import Person, Settings
    from agendad.rules.load import Loaded

_A_WEEK: Final = 3.0
"""New invitations in a week, on average."""
_LEAD: Final = 21
"""Days between an invitation and its meeting, at most."""
_LENGTHS: Final = (30, 30, 45, 60, 60, 90)
_ANSWERS: Final = (*(Response.ACCEPTED,) * 7, Response.TENTATIVE, Response.DECLINED, Response.DECLINED)
_CANCELLED: Final = 0.1
_MOVED: Final = 0.2
_ABSENCE_EVERY: Final = 50
"""Days between two absences, on average."""

_OUTSIDERS: Final = (
    ("Elena Varga", "elena.varga@outside.example.net"),
    ("Samuel Okoro", "samuel.okoro@outside.example.net"),
    ("Ines Carvalho", "ines.carvalho@outside.example.net"),
    ("Joon Park", "joon.park@outside.example.net"),
    ("Fatou Ndiaye", "fatou.ndiaye@outside.example.net"),
    ("Viktor Lindgren", "viktor.lindgren@outside.example.net"),
)
_MEETINGS: Final = {
    "en": ("First call with {name}", "{name}: next steps", "Review with {name}", "Workshop with {name}"),
    "fr": ("Premier appel avec {name}", "{name} : la suite", "Revue avec {name}", "Atelier avec {name}"),
}
_ABSENCE: Final = {"en": "Holiday", "fr": "Vacances"}


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """At an instant an event is put in the place of its earlier self, or taken away; acts at one instant in order."""

    at: datetime
    number: int
    event: Event = field(compare=False)
    gone: bool = field(default=False, compare=False)


class Life:
    """One life over a range. `seed` None: no invitations; `sends`: drafts are sent."""

    def __init__(self, loaded: Loaded, first: date, last: date, *, seed: int | None, sends: bool) -> None:
        self._settings = loaded.configured
        self._seed = seed
        self._sends = sends
        self._to_send: list[tuple[datetime, str]] = []
        self._acts: list[Act] = []
        if seed is not None:
            people = [person for person in loaded.people.by_id.values() if person.email]
            self._acts = sorted(acts(self._settings, people, (first, last), seed), reverse=True)

    def until(self, now: datetime, calendars: MemoryCalendars, mail: MemoryMail | None, book: Book) -> None:
        """Does everything that was to happen up to `now`."""
        while self._acts and self._acts[-1].at <= now:
            act = self._acts.pop()
            calendars.remove(act.event)
            if not act.gone:
                calendars.put(act.event)
        while mail is not None and self._to_send and self._to_send[0][0] <= now:
            at, key = heappop(self._to_send)
            if mail.send(key, at):
                book.fate(key, "sent", at)

    def see(self, applied: Applied) -> None:
        """The person finds the drafts of a cycle."""
        for mail in applied.drafted.made if self._sends else ():
            after = timedelta(hours=_random(f"{self._seed}/{mail.key}").uniform(1, 6))
            heappush(self._to_send, (next_working_moment(self._settings, applied.seen.now + after), mail.key))


def _random(seed: str) -> Random:
    return Random(seed)  # noqa: S311  # plays a life; nothing here is a secret


def acts(settings: Settings, people: list[Person], days: tuple[date, date], seed: int) -> Iterator[Act]:
    """All invitations and absences of a range of days, both included, in no particular order."""
    random = _random(f"{seed}")
    first, last = days
    number = 0
    for each in range((last - first).days + 1):
        day = first + timedelta(days=each)
        happened: list[tuple[datetime, Event, bool]] = []
        if settings.working_hours.get(day.weekday()):
            for turn in range(2):  # at most two a day
                if random.random() < _A_WEEK / 10:
                    happened += _invitation(settings, people, day, random, f"{seed}-{day:%Y%m%d}-{turn}")
        if random.random() < 1 / _ABSENCE_EVERY:
            happened.append(_absence(settings, day, random, f"{seed}-{day:%Y%m%d}-away"))
        for at, event, gone in happened:
            number += 1
            yield Act(at, number, event, gone)


def _invitation(
    settings: Settings, people: list[Person], day: date, random: Random, ident: str
) -> Iterator[tuple[datetime, Event, bool]]:
    """One invitation that comes on a day: how it arrives, is answered, and perhaps is moved or cancelled."""
    zone = settings.timezone
    at = wall(day, random.randrange(8 * 60, 18 * 60), zone)
    others = _guests(people, random)
    start = _slot(settings, day + timedelta(days=random.randint(1, _LEAD)), random)
    length = timedelta(minutes=random.choice(_LENGTHS))
    titles = _MEETINGS["fr" if settings.language.partition("-")[0] == "fr" else "en"]
    me = Attendee(settings.me.address, settings.me.name)
    event = Event(
        calendar=settings.calendar.write,
        uid=f"{ident}@simulated.invalid",
        fields=EventFields(random.choice(titles).format(name=others[0].name), start, start + length),
        attendees=(me, *others),
        organizer=others[0].email,
        response=Response.NEEDS_ACTION,
        etag=f"{ident}-1",
    )
    yield at, event, False
    event = _answered(event, random.choice(_ANSWERS))
    at += timedelta(hours=random.uniform(0.5, 20))
    if at < start:
        yield at, event, False
    fate = random.random()
    at += timedelta(hours=random.uniform(4, 24 * _LEAD))
    if at >= start:
        return
    if fate < _CANCELLED:
        yield at, event, True
    elif fate < _CANCELLED + _MOVED:
        moved = _slot(settings, at.date() + timedelta(days=random.randint(1, _LEAD)), random)
        fields = replace(event.fields, start=moved, end=moved + length)
        yield at, replace(event, fields=fields, etag=f"{ident}-3"), False


def _answered(event: Event, answer: Response) -> Event:
    me, *others = event.attendees
    return replace(
        event, response=answer, attendees=(replace(me, response=answer), *others), etag=f"{event.etag}-{answer.value}"
    )


def _guests(people: list[Person], random: Random) -> list[Attendee]:
    """One to four people, sometimes outsiders; the first one invites."""
    known = [(person.name or person.first_name, person.email) for person in people]
    mixed = [*known, *_OUTSIDERS]
    pool = random.choice((mixed, mixed, known or mixed, known or mixed, [*_OUTSIDERS]))
    chosen = random.sample(pool, min(len(pool), random.choice((1, 1, 1, 2, 3, 4))))
    return [Attendee(email, name, Response.ACCEPTED) for name, email in chosen]


def _slot(settings: Settings, day: date, random: Random) -> datetime:
    """A half hour of the working hours of a day, or of the next one that has any."""
    for after in range(7):
        later = day + timedelta(days=after)
        if windows := settings.working_hours.get(later.weekday()):
            window = random.choice(windows)
            latest = max(window.start, window.end - 60)
            return wall(later, random.randrange(window.start, latest + 1, 30), settings.timezone)
    return wall(day, 10 * 60, settings.timezone)


def _absence(settings: Settings, day: date, random: Random, ident: str) -> tuple[datetime, Event, bool]:
    """A few days away, some weeks ahead."""
    first = day + timedelta(days=random.randint(7, 35))
    title = _ABSENCE["fr" if settings.language.partition("-")[0] == "fr" else "en"]
    fields = EventFields(title, first, first + timedelta(days=random.randint(1, 5)), kind=Kind.AWAY)
    event = Event(settings.calendar.write, f"{ident}@simulated.invalid", fields)
    return wall(day, 12 * 60, settings.timezone), event, False


def next_working_moment(settings: Settings, moment: datetime) -> datetime:
    """The moment, or the first one after it that is in working hours."""
    zone = settings.timezone
    today = moment.astimezone(zone).date()
    for after in range(8):
        day = today + timedelta(days=after)
        for window in _in_order(settings.working_hours.get(day.weekday(), ())):
            start, end = wall(day, window.start, zone), wall(day, window.end, zone)
            if moment < end:
                return max(moment, start)
    return moment


def _in_order(windows: Iterable[TimeWindow]) -> list[TimeWindow]:
    return sorted(windows, key=lambda window: window.start)
