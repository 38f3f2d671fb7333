"""What the `when:` rules measure now, each in a sentence. Called by `agendad signals`.

`rows()` gives the same to the templates of mails, from events that were read already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agendad.app.cycle import in_calendar_zone
from agendad.app.observe import stretch
from agendad.core.clock import Clock
from agendad.core.selectors import Matcher, address_book
from agendad.core.signals import MEETINGS, Reading, reading
from agendad.core.timeline import span
from agendad.core.triggers import identity
from agendad.model.identity import is_own
from agendad.model.rule import NoneIn, Share, When
from agendad.views.signals import Signal, SignalRow, signal_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from agendad.app.jsonforms import JSON
    from agendad.core.guards import Timed
    from agendad.model.calendar import Event
    from agendad.model.memory import Decisions
    from agendad.model.rule import Hours, Rule
    from agendad.model.settings import People, Settings
    from agendad.ports import CalendarPort


@dataclass(frozen=True, slots=True)
class Scope:
    """What is measured for whom: the settings with their final zone, the rules, the people, the person's decisions."""

    settings: Settings
    rules: tuple[Rule, ...]
    people: People
    decisions: Decisions


def states(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The enabled `when:` rules."""
    return tuple(rule for rule, _ in _measured(rules))


def read(calendars: CalendarPort, scope: Scope, now: datetime) -> tuple[Scope, tuple[Event, ...]]:
    """The events that the states look at, and the scope in the zone of the calendar."""
    snapshot = calendars.read(*stretch(scope.settings, states(scope.rules), (), now))
    settings, rules = in_calendar_zone(scope.settings, scope.rules, snapshot.timezone)
    return Scope(settings, rules, scope.people, scope.decisions), snapshot.events


def rows(scope: Scope, events: Sequence[Event], now: datetime) -> tuple[SignalRow, ...]:
    """Each enabled `when:` rule with what it measures at `now`, those that hold first, then in the order of rules."""
    own = {event.uid for event in events if is_own(event)}
    # under the UID of a block but without its mark: the block once more
    seen = [event for event in events if is_own(event) or event.uid not in own]
    found = [_row(rule, when.state, scope, seen, now) for rule, when in _measured(scope.rules)]
    return tuple(sorted(found, key=lambda row: not row.active))


def as_json(found: Iterable[SignalRow], now: datetime) -> JSON:
    """`signals --json`."""
    return {
        "version": 1,
        "now": now.isoformat(),
        "signals": [
            {
                "rule": row.rule,
                "title": row.title,
                "active": row.active,
                "since": row.since.isoformat() if row.since else None,
                "value": None if row.value is None else round(row.value, 2),
                "bound": row.bound,
                "unit": row.unit,
                "text": row.text,
            }
            for row in found
        ],
        "problems": [],
    }


def _measured(rules: Iterable[Rule]) -> Iterator[tuple[Rule, When]]:
    return ((rule, rule.trigger) for rule in rules if rule.enabled and isinstance(rule.trigger, When))


def _row(rule: Rule, state: NoneIn | Share | Hours, scope: Scope, events: Sequence[Event], now: datetime) -> SignalRow:
    settings, zone = scope.settings, rule.timezone
    matcher = Matcher(settings.me, address_book(scope.people), zone, settings.away_titles)
    first_day = scope.decisions.first_days.get(identity(rule), now).astimezone(zone).date()
    timed: list[Timed] = sorted(
        ((span(event.fields.start, event.fields.end, zone), event) for event in events), key=lambda each: each[0]
    )
    measured = reading(state, timed, matcher, Clock(now), zone, first_day)
    since = (scope.decisions.episodes.get(identity(rule)) or measured.since) if measured.holds else None
    title = rule.verb.title.in_language(settings.language)
    return SignalRow(
        rule.id,
        rule.id if "{{" in title or "{%" in title else title,
        measured.holds,
        signal_text(_signal(state, measured), settings.language),
        since,
        measured.value,
        float(measured.bound),
        "days" if isinstance(state, NoneIn) else "percent" if isinstance(state, Share) else "minutes",
    )


def _signal(state: NoneIn | Share | Hours, measured: Reading) -> Signal:
    of = (state.of or MEETINGS) if isinstance(state, Share) else None
    return Signal(state, of, measured.holds, measured.value, measured.title, measured.planned)
