"""Which time real events hold, and which days the person is away (sections 3 and 7 of the language).

Called by `engine.py` once a cycle.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.core.problem import Busy
from agendad.core.selectors import is_away
from agendad.core.timeline import from_minutes, span, subtract, to_minutes, union, wall, wall_range
from agendad.model.calendar import Event, EventFields, Kind, Response, ShowAs, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agendad.model.settings import Settings


def is_absence(event: Event, settings: Settings) -> bool:
    """Out of office, or a busy event of whole days whose title the configuration names; never an own block."""
    return _attends(event) and is_away(event, settings.away_titles)


def is_busy(event: Event, settings: Settings) -> bool:
    """Whether an event takes time: opaque and not declined; of whole days only when it is an absence.

    `tentative: free` in the configuration frees invitations that the person has not accepted.
    """
    if not _attends(event) or event.fields.show_as is ShowAs.FREE:
        return False
    if settings.tentative_is_free and event.response in {Response.NEEDS_ACTION, Response.TENTATIVE}:
        return False
    return not event.fields.all_day or is_absence(event, settings)


def busy_time(events: Iterable[Event], settings: Settings) -> list[Busy]:
    """The busy time of real events, in order."""
    found = []
    for event in events:
        if is_busy(event, settings):
            start, end = span(event.fields.start, event.fields.end, settings.timezone)
            if start < end:
                found.append(Busy(start, end, event.fields.title))
    return sorted(found, key=lambda busy: (busy.start, busy.end, busy.title))


def absent_days(
    events: Iterable[Event], settings: Settings, declared: Sequence[tuple[date, date]] = ()
) -> frozenset[date]:
    """The days on which the person is away: `declared` ranges (both ends included) and absences among the events.

    A timed absence counts for a day when nothing of that day's working hours (of the whole day, where it has none)
    is left of it.
    """
    zone = settings.timezone
    found = {first + timedelta(days=n) for first, last in declared for n in range((last - first).days + 1)}
    timed = []
    for event in events:
        if not is_absence(event, settings):
            continue
        start, end = event.fields.start, event.fields.end
        if isinstance(start, datetime):
            timed.append(span(start, end, zone))
        else:
            found.update(start + timedelta(days=n) for n in range(end.toordinal() - start.toordinal()))
    for first, last in union(timed):
        day = from_minutes(first, zone).date()
        while to_minutes(wall(day, 0, zone)) < last:
            hours = settings.working_hours.get(day.weekday(), ())
            ranges = [wall_range(day, w.start, w.end, zone) for w in hours] or [wall_range(day, 0, 24 * 60, zone)]
            if not subtract(union((to_minutes(a), to_minutes(b)) for a, b in ranges), ((first, last),)):
                found.add(day)
            day += timedelta(days=1)
    return frozenset(found)


def declared_absences(declared: Sequence[tuple[date, date]]) -> tuple[Event, ...]:
    """Declared absences as events of whole days, so that `before: {away: true}` finds them; they take no time."""
    return tuple(
        Event(
            calendar="",
            uid=f"away-{first.isoformat()}@agendad",
            fields=EventFields("", first, last + timedelta(days=1), show_as=ShowAs.FREE, kind=Kind.AWAY),
        )
        for first, last in declared
    )


def _attends(event: Event) -> bool:
    return event.status is not Status.CANCELLED and event.response is not Response.DECLINED
