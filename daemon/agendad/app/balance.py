"""Where the time went: reads the calendars over a range and sums them up. Called by `agendad balance`.

`rows()` gives the same to the templates of mails, from events that were read already.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.cycle import in_calendar_zone
from agendad.core.absence import is_absence, is_busy
from agendad.core.balance import balance, counted, development, usual
from agendad.core.engine import horizon_days
from agendad.core.periods import period_of
from agendad.core.selectors import Matcher, address_book, rules_named
from agendad.core.timeline import span, to_minutes, wall
from agendad.errors import UsageError
from agendad.model.identity import is_own
from agendad.model.rule import PeriodUnit, Protect
from agendad.views.balance import BalanceSheet, Goal, Line, Period, goal_text, said, verdict_text
from agendad.views.words import duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from agendad.app.jsonforms import JSON
    from agendad.core.balance import Row
    from agendad.core.guards import Timed
    from agendad.core.problem import Stretch
    from agendad.model.calendar import Event
    from agendad.model.rule import Rule
    from agendad.model.settings import Category, People, Settings
    from agendad.ports import CalendarPort

LONGEST: Final = 3660
"""Days in a range at most: ten years."""

_USUAL: Final = 30
"""Days in a range when nothing is said."""

_WEEKS: Final = 26
"""A longer range is told month by month."""

_MEETINGS: Final = ("internal", "external", "one-on-one")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is summed up for whom: the settings with their final zone, the rules, the people."""

    settings: Settings
    rules: tuple[Rule, ...]
    people: People


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One category as a template sees it; `share` is percent of all counted time.

    `target`, `verdict` (`below`, `within`, `above`) and `beside` (the verdict in words) are empty without a target.
    """

    name: str
    minutes: float
    hours: float
    share: float
    time: str
    target: str
    verdict: str
    beside: str


def range_of(
    settings: Settings, now: datetime, days: int | None, first: date | None, last: date | None
) -> tuple[date, date]:
    """The days asked for, both included: `days` from the first or up to the last of them, or to today.

    Raises UsageError for an empty, a very long or a too late range.
    """
    today, horizon = horizon_days(settings, now)
    latest = horizon - timedelta(days=1)
    if beyond := next((day for day in (first, last) if day and day > latest), None):
        raise _after(beyond, latest)
    if first and not last and (days or first > today):
        last = first + timedelta(days=days - 1) if days else min(first + timedelta(days=_USUAL - 1), latest)
    last = last or today
    first = first or last - timedelta(days=(days or _USUAL) - 1)
    if last > latest:
        raise _after(last, latest)
    if first > last:
        raise UsageError(f"the range {first} to {last} is empty", hint="--from is the first day, --to the last one")
    if (last - first).days >= LONGEST:
        raise UsageError(f"the range {first} to {last} is longer than ten years", hint="ask for one year at a time")
    return first, last


def _after(day: date, latest: date) -> UsageError:
    return UsageError(
        f"{day} is after the horizon, which ends on {latest}",
        hint="`horizon:` in agendad.yaml says how far ahead blocks are written",
    )


def read(calendars: CalendarPort, scope: Scope, first: date, last: date) -> tuple[Scope, tuple[Event, ...]]:
    """The events of a range of days, both included, and the scope in the zone of the calendar."""
    zone = scope.settings.timezone
    start, end = wall(first - timedelta(days=1), 0, zone), wall(last + timedelta(days=2), 0, zone)
    snapshot = calendars.read(start, end)
    settings, rules = in_calendar_zone(scope.settings, scope.rules, snapshot.timezone)
    return Scope(settings, rules, scope.people), snapshot.events


def sheet(scope: Scope, events: Sequence[Event], first: date, last: date, now: datetime) -> BalanceSheet:
    """The sheet of a range of days, both included."""
    settings = scope.settings
    zone = settings.timezone
    start, end = _stretch(first, last, settings)
    events = [event for event in events if _overlaps(event, (start, end), zone)]
    categories = settings.categories or _usual(scope, events)
    timed = _timed(scope, categories, events)
    matcher = Matcher(settings.me, address_book(scope.people), zone, settings.away_titles)
    found = balance(categories, timed, matcher, start, end)
    unit = PeriodUnit.WEEK if (last - first).days < 7 * _WEEKS else PeriodUnit.MONTH
    periods = list(_periods(first, last, unit))
    sums = development(categories, timed, matcher, [_stretch(a, b, settings) for a, b, _ in periods])
    share = 100 * found.other / found.total if found.total else 0.0
    return BalanceSheet(
        first,
        last,
        now.astimezone(zone),
        settings.language,
        found.total,
        tuple(_line(row, tuple(each.categories[n] for each in sums)) for n, row in enumerate(found.rows)),
        Line(said("other", settings.language), found.other, share, tuple(each.other for each in sums)),
        tuple(Period(a, b, whole, each.total) for (a, b, whole), each in zip(periods, sums, strict=True)),
        "week" if unit is PeriodUnit.WEEK else "month",
    )


def rows(scope: Scope, events: Sequence[Event], first: date, last: date) -> tuple[BalanceRow, ...]:
    """The categories of a range of days, both included, and what is left, for a template.

    `events` are those of the range, at least.
    """
    shown = sheet(scope, events, first, last, wall(last, 0, scope.settings.timezone))
    language = shown.language
    return tuple(
        BalanceRow(
            line.name,
            float(line.minutes),
            line.minutes / 60,
            line.share,
            duration(line.minutes),
            goal_text(line.goal, language) if line.goal else "",
            line.verdict or "",
            verdict_text(line, language),
        )
        for line in shown.shown
    )


def as_json(shown: BalanceSheet) -> JSON:
    """`balance --json`."""
    lines = shown.lines
    return {
        "version": 1,
        "now": shown.now.isoformat(),
        "from": shown.first.isoformat(),
        "to": shown.last.isoformat(),
        "minutes": shown.total,
        "categories": [
            {
                "name": line.name,
                "minutes": line.minutes,
                "share": round(line.share, 2),
                "target": _goal_json(line.goal) if line.goal else None,
                "measured": None if line.measured is None else round(line.measured, 2),
                "verdict": line.verdict,
                "difference": None if line.difference is None else round(line.difference, 2),
            }
            for line in lines
        ],
        "other": {"minutes": shown.other.minutes, "share": round(shown.other.share, 2)},
        "periods": [
            {
                "from": period.first.isoformat(),
                "to": period.last.isoformat(),
                "minutes": period.total,
                "categories": [{"name": line.name, "minutes": line.periods[number]} for line in lines],
                "other": shown.other.periods[number],
            }
            for number, period in enumerate(shown.periods)
        ],
        "problems": [],
    }


def write_page(shown: BalanceSheet, path: Path) -> None:
    """The sheet as one self-contained HTML file; raises UsageError when it cannot be written."""
    from agendad.views.balance_page import page

    try:
        path.write_text(page(shown), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None


def _usual(scope: Scope, events: Iterable[Event]) -> tuple[Category, ...]:
    """Meetings by company, own blocks by rule under the title that most of them have."""
    language = scope.settings.language
    holds = _holds(scope.rules)
    titles: dict[str, list[str]] = {}
    for event in events:
        if event.mark is not None and is_own(event) and event.mark.rule not in holds:
            titles.setdefault(event.mark.rule, []).append(event.fields.title)
    blocks = {rule: max(sorted(set(found)), key=found.count) for rule, found in sorted(titles.items())}
    names = [*blocks.values()]
    return usual(
        {word: said(word, language) for word in _MEETINGS},
        {rule: name if name and names.count(name) == 1 else rule for rule, name in blocks.items()},
    )


def _timed(scope: Scope, categories: Iterable[Category], events: Sequence[Event]) -> tuple[Timed, ...]:
    """What counts, in order of time. Absences do not, nor do holds of `protect:` that no category asks for: the time
    is kept free, not spent.
    """
    settings = scope.settings
    own = {event.uid for event in events if is_own(event)}
    idle = _holds(scope.rules) - {rule for category in categories for rule in rules_named(category.selector)}

    def spent(event: Event) -> bool:
        if is_own(event):
            return event.mark is not None and event.mark.rule not in idle
        # under the UID of a block but without its mark: the block once more
        return event.uid not in own and is_busy(event, settings) and not is_absence(event, settings)

    found = (event for event in events if counted(event) and spent(event))
    timed = ((span(event.fields.start, event.fields.end, settings.timezone), event) for event in found)
    return tuple(sorted(timed, key=lambda each: each[0]))


def _holds(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules if isinstance(rule.verb, Protect))


def _line(row: Row, periods: Sequence[int]) -> Line:
    target = row.target
    goal = Goal(target.unit, target.least, target.most, target.of, row.least, row.most) if target else None
    return Line(row.name, row.minutes, row.share, tuple(periods), goal, row.verdict, row.measured, row.difference)


def _periods(first: date, last: date, unit: PeriodUnit) -> Iterator[tuple[date, date, bool]]:
    """The weeks or months of a range, both ends included, and whether the range holds the whole of each."""
    day = first
    while day <= last:
        begins, end = period_of(day, unit)
        stop = min(last, end - timedelta(days=1))
        yield day, stop, begins == day and end - timedelta(days=1) == stop
        day = stop + timedelta(days=1)


def _stretch(first: date, last: date, settings: Settings) -> Stretch:
    zone = settings.timezone
    return to_minutes(wall(first, 0, zone)), to_minutes(wall(last + timedelta(days=1), 0, zone))


def _overlaps(event: Event, within: Stretch, zone: ZoneInfo) -> bool:
    start, end = span(event.fields.start, event.fields.end, zone)
    return start < within[1] and end > within[0]


def _goal_json(goal: Goal) -> JSON:
    return {"unit": goal.unit, "least": goal.least, "most": goal.most, "of": goal.of}
