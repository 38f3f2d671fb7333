"""What a decision rests on, and what follows from it before any rule is looked at. Called by `engine.py`.

`Situation` is the question as `app/` asks it. `Survey` is the same, read once: whose events are real, which time they
take, on which days the person is away, and how all of this looks in the zone of each rule.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.clock import Clock
from agendad.core.hands import Hands
from agendad.core.reality import Day, Given, Realities
from agendad.core.timeline import midnights, span, to_minutes
from agendad.core.triggers import Scope, identity
from agendad.core.windows import Frame
from agendad.model.identity import is_own
from agendad.model.mail import Mailbox
from agendad.model.rule import TimeWindow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from agendad.core.contacts import Contact
    from agendad.core.problem import Minutes
    from agendad.core.selectors import Matcher
    from agendad.model.calendar import Event
    from agendad.model.rule import Rule
    from agendad.model.settings import People, Person, Settings

_WORKWEEK: Final = dict.fromkeys(range(5), (TimeWindow(9 * 60, 18 * 60),))
"""The working hours of a configuration that does not give any."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision rests on.

    now        aware
    events     of all calendars, own and foreign, from before the longest look-back to after the horizon
    hands      what stands of our own, and what the person did to it
    first_days the moment of the first cycle that knew a rule, by the id its keys are made of
    absences   declared ones, both ends included
    holidays   the names of public holidays by day
    mailbox    what is known of mail
    episodes   the day on which the present episode of a `when:` rule began, by the id its keys are made of
    realities  what earlier cycles worked out about the same events
    """

    rules: tuple[Rule, ...]
    settings: Settings
    people: People
    now: datetime
    events: tuple[Event, ...]
    hands: Hands = field(default_factory=Hands)
    first_days: Mapping[str, datetime] = field(default_factory=dict)
    absences: tuple[tuple[date, date], ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    mailbox: Mailbox = field(default_factory=Mailbox)
    episodes: Mapping[str, date] = field(default_factory=dict)
    realities: Realities = field(default_factory=Realities, compare=False)


def horizon_days(settings: Settings, now: datetime) -> tuple[date, date]:
    """Today and the first day after the horizon, in the zone of the settings."""
    today = now.astimezone(settings.timezone).date()
    return today, today + timedelta(days=settings.horizon_days)


@dataclass(frozen=True, slots=True)
class Local:
    """The situation in one zone."""

    frame: Frame
    matcher: Matcher


def _real(situation: Situation) -> tuple[Event, ...]:
    """The events that are not ours.

    One under the UID of a standing block, but without its mark, is the block once more, by way of an export or a server
    that drops X- properties. The block must not give way to it.
    """
    ours = {event.uid for event in situation.hands.standing.values()}
    return tuple(event for event in situation.events if not is_own(event) and event.uid not in ours)


class Survey:
    """One reading of a situation; lives for one call of `decide`. Moments are minutes since the epoch."""

    def __init__(self, situation: Situation) -> None:
        self.situation = situation
        self.settings = situation.settings
        self.zone = situation.settings.timezone
        self.today, self.horizon = horizon_days(situation.settings, situation.now)
        self.clock = Clock(situation.now)
        self.days = midnights(self.today, situation.settings.horizon_days, self.zone)
        self.clock.note(self.days[1], self.days[1])  # in the last minute of the day that is now, since it is rounded up
        if any(identity(rule) not in situation.first_days for rule in situation.rules):
            self.clock.runs()  # a rule that is new begins now
        for message in reversed(situation.mailbox.messages):
            if self.clock.come(to_minutes(message.at)):
                break
        given = situation.events, situation.hands.standing
        real = situation.realities.once("real", given, lambda: _real(situation))
        begun = situation.hands.begun.values()
        hosted = tuple(event for event in begun if event.fields.guests and self.clock.come(self._end(event)))
        messages = situation.mailbox.messages
        self.reality = situation.realities.of(
            Given(real, messages, self.settings, situation.people, situation.absences, hosted)
        )
        self.memo = situation.realities.memo(
            Day(
                self.today,
                situation.holidays,
                self.reality.absent,
                situation.first_days,
                self.settings,
                situation.people,
            )
        )
        self._locals: dict[str, Local] = {}

    def contact(self, person: Person, begins: Minutes, until: Minutes) -> Contact | None:
        """The first contact with a person from a moment on, until another one or now, whichever is later."""
        found = self.reality.contacts.first(person.id, begins)
        return found if found is not None and (found.at <= until or self.clock.come(found.at)) else None

    def _end(self, event: Event) -> Minutes:
        return span(event.fields.start, event.fields.end, self.zone)[1]

    def local(self, zone: ZoneInfo) -> Local:
        """The situation in a zone."""
        if zone.key not in self._locals:
            given, absent = self.situation, self.reality.absent
            scope = Scope(
                self.clock, self.today, self.horizon, zone, given.holidays, absent, given.first_days, self.memo
            )
            frame = Frame(scope, self.settings.working_hours or _WORKWEEK, self.days[-1])
            matcher, _ = self.reality.seen_from(zone)
            self._locals[zone.key] = Local(frame, matcher)
        return self._locals[zone.key]
