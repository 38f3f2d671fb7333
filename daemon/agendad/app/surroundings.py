"""What one cycle can tell to the letters that it writes. Called by `drafts.py` when the first of them is due or shown.

Free times and coming events are of the cycle itself; contacts and balances reach further back than a cycle reads, so
they are read when a template first asks.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from agendad.app import balance, signals
from agendad.app.letters import Surroundings, Writer
from agendad.core.contacts import Contacts
from agendad.core.situation import Survey
from agendad.core.slots import Openings
from agendad.core.timeline import span, to_minutes, union
from agendad.drafting.letters import Letters
from agendad.model.calendar import Response, ShowAs, Status, instant
from agendad.model.identity import is_own
from agendad.model.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.app.balance import BalanceRow
    from agendad.app.cycle import Look
    from agendad.core.contacts import Contact
    from agendad.model.calendar import Event
    from agendad.model.settings import Person
    from agendad.views.signals import SignalRow

CONTACTS_BACK: Final = timedelta(days=400)
"""How far back `history()` looks for meetings."""


def writer_for(seen: Look) -> Writer:
    """The writer of the letters of a cycle; templates are compiled once for all cycles on a desk."""
    told = _Told(seen)
    home = seen.settings.timezone
    letters = seen.situation.realities.once("letters", (seen.loaded, home), lambda: Letters(home))
    return Writer(
        Surroundings(
            settings=seen.settings,
            people=seen.loaded.people,
            now=seen.now,
            openings=told.openings,
            history=told.history,
            balance=told.balance,
            signals=told.signals,
            upcoming=told.upcoming,
        ),
        letters,
    )


class _Told:
    """The answers of one cycle."""

    def __init__(self, seen: Look) -> None:
        self._seen = seen
        self._survey = Survey(seen.situation)

    def openings(self) -> Openings:
        """The person's time: what real events, wanted blocks and protected windows leave."""
        seen, survey = self._seen, self._survey
        blocks = (block.fields for block in seen.reconciled.blocks)
        own = (
            span(fields.start, fields.end, survey.zone)
            for fields in blocks
            if not fields.all_day and fields.show_as is ShowAs.BUSY
        )
        days = [survey.today + timedelta(days=number) for number in range(seen.settings.horizon_days)]
        frame = survey.local(survey.zone).frame
        taken = union([*survey.reality.busy_time, *own])
        return Openings(survey.clock.now, taken, seen.decision.guarded, days, frame.working, survey.zone)

    def history(self, person: Person) -> Sequence[Contact]:
        """The contacts with a person, newest first."""
        return self._contacts.history(person.id, self._survey.clock.now)

    @cached_property
    def _contacts(self) -> Contacts:
        seen = self._seen
        first = seen.now - CONTACTS_BACK
        events = seen.calendars.read(first, seen.now, Reach(real=first, own=seen.now, longer={})).events
        timed = [
            (span(event.fields.start, event.fields.end, self._survey.zone), event)
            for event in events
            if not is_own(event) or event.fields.guests
        ]
        return Contacts(seen.loaded.people, timed, seen.mail.mailbox.messages, seen.settings.me)

    def balance(self, days: int) -> Sequence[BalanceRow]:
        """The categories of the past days, up to today."""
        seen, last = self._seen, self._survey.today
        first = last - timedelta(days=days - 1)
        scope = balance.Scope(seen.settings, seen.rules, seen.loaded.people)
        return balance.rows(scope, balance.read(seen.calendars, scope, first, last)[1], first, last)

    def signals(self) -> Sequence[SignalRow]:
        """The states of the `when:` rules."""
        seen = self._seen
        scope = signals.Scope(seen.settings, seen.rules, seen.loaded.people, seen.memory.decisions)
        return signals.rows(scope, seen.snapshot.events, seen.now)

    def upcoming(self, days: int) -> Sequence[Event]:
        """Real events of the coming days that the person did not decline, in order of time."""
        now = self._seen.now
        until = now + timedelta(days=days)
        ahead = (
            event
            for event in self._survey.reality.real
            if event.status is not Status.CANCELLED
            and event.response is not Response.DECLINED
            and now <= instant(event.fields.start, now) < until
        )
        return sorted(ahead, key=lambda event: (to_minutes(instant(event.fields.start, now)), event.uid))
