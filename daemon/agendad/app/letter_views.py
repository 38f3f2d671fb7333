"""What a template sees: small read-only views of people, events and times, in the zone of the letter.

Made by `letters.py` for each draft and by `check_letters.py` for its samples. A view prints as what a person would call
the thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import from_minutes
from agendad.drafting.cleaning import one_line
from agendad.drafting.letters import MOST_IN_BODY, MOST_IN_SUBJECT
from agendad.model.calendar import Response
from agendad.model.settings import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.contacts import Contact
    from agendad.model.calendar import Event, Moment
    from agendad.model.settings import Me

_HONORIFIC: Final = re.compile(r"(?:dr|prof|mr|mrs|ms|miss|sir|m|mme|mlle|herr|frau|sr|sra|pr)\.?", re.IGNORECASE)


_UNTITLED: Final = {"en": "(no title)", "fr": "(sans titre)", "de": "(ohne Titel)", "es": "(sin título)"}


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact: a past meeting or a mail; `kind` is `meeting` or `mail`."""

    at: datetime
    kind: str
    title: str

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person; texts that nobody gave are empty. `topics` and `groups` are lists."""

    name: str = ""
    first_name: str = ""
    email: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    notes: str = ""
    met: str = ""
    tier: int | None = None
    groups: tuple[str, ...] = ()
    _contacts: Callable[[], Sequence[ContactView]] = field(default=tuple, repr=False, compare=False)

    @property
    def last_contact(self) -> datetime | None:
        """When the last contact was, None when there was none."""
        found = self.contacts()
        return found[0].at if found else None

    def contacts(self) -> Sequence[ContactView]:
        """The contacts with them, newest first; templates call `history(person)`."""
        return self._contacts()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class SlotView:
    """A time to propose."""

    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.start.date()

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class EventView:
    """An event; of whole days `start` and `end` are dates, the end excluded. `attendees` are those who may come."""

    title: str
    start: Moment
    end: Moment
    place: str = ""
    notes: str = ""
    all_day: bool = False
    organizer: PersonView = PersonView()
    attendees: tuple[PersonView, ...] = ()

    @property
    def first_day(self) -> date:
        """The day on which it begins."""
        return self.start.date() if isinstance(self.start, datetime) else self.start

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True, slots=True)
class RuleView:
    """The rule that the letter comes from."""

    id: str

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Viewer:
    """Makes the views of one letter: moments in its `zone`, words in its `language`, people by address in `book`."""

    zone: ZoneInfo
    language: str
    me: Me
    book: Mapping[str, Person]
    history: Callable[[Person], Sequence[Contact]]

    def person(self, person: Person) -> PersonView:
        """A view of a person, known or made up from an address."""
        return PersonView(
            name=called(person),
            first_name=first_name(person),
            email=person.email,
            language=person.language,
            topics=person.topics,
            notes=person.notes,
            met=person.met,
            tier=person.tier,
            groups=tuple(sorted(person.groups)),
            _contacts=lambda: [
                ContactView(from_minutes(each.at, self.zone), each.kind, each.title) for each in self.history(person)
            ],
        )

    def myself(self) -> PersonView:
        """The person whose calendar it is."""
        me = Person("me", self.me.name, (self.me.address,) if self.me.address else ())
        return PersonView(name=called(me), first_name=first_name(me), email=me.email)

    def event(self, event: Event) -> EventView:
        """A view of an event."""
        fields = event.fields
        names = {each.email: each.name for each in event.attendees}
        return EventView(
            title=one_line(fields.title, MOST_IN_BODY) or self._untitled(),
            start=self._moment(fields.start),
            end=self._moment(fields.end),
            place=fields.place,
            notes=fields.notes,
            all_day=fields.all_day,
            organizer=self._known(event.organizer, names.get(event.organizer, "")),
            attendees=tuple(
                self._known(each.email, each.name)
                for each in event.attendees
                if each.human and each.response is not Response.DECLINED and each.email not in self.me.emails
            ),
        )

    def _untitled(self) -> str:
        return _UNTITLED.get(self.language.partition("-")[0].lower(), _UNTITLED["en"])

    def _known(self, email: str, name: str) -> PersonView:
        if not email:
            return PersonView()
        if email in self.me.emails:
            return self.myself()
        return self.person(self.book.get(email) or Person(email, name, (email,)))

    def _moment(self, moment: date) -> Moment:
        return moment.astimezone(self.zone) if isinstance(moment, datetime) else moment


def called(person: Person) -> str:
    """Their name; of somebody without one, their address."""
    name = one_line(person.name, MOST_IN_SUBJECT)
    return name if name and "@" not in name else person.email or name or person.id


def first_name(person: Person) -> str:
    """What a friendly letter calls them; empty when their address tells no name.

    `Hopper, Grace` and `Dr. Grace Hopper` are Grace; so is `grace.hopper@example.com` without a name.
    """
    name = one_line(person.name, MOST_IN_SUBJECT)
    if name and "@" not in name:
        family, comma, given = name.partition(",")
        words = (given if comma and given.strip() else family).split()
        return next((word for word in words if not _HONORIFIC.fullmatch(word)), words[0])
    local = (person.email or name).partition("@")[0]
    word = re.split(r"[._+\-\d]", local)[0]
    return word[:1].upper() + word[1:] if "." in local and len(word) > 1 else ""
