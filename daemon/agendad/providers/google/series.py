"""Series of Google and their exceptions, expanded in a window. Pure; `calendars.py` calls it.

They are listed as masters and exceptions instead of instances, because instances have no end and change all at once.
An exception is told by the original start of its instance, whatever became of it since
(https://developers.google.com/workspace/calendar/api/concepts/events-calendars#recurring_events).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast

from dateutil.rrule import rruleset, rrulestr

from agendad.providers.google.events import event, named_zone, original

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from dateutil.rrule import rrule

    from agendad.model.calendar import Event, Moment
    from agendad.providers.google.events import Item, Place

    Window = tuple[datetime, datetime]

MOST_STEPS: Final = 200_000
"""A rule that needs more steps than this to reach the end of the window is refused instead of followed for minutes."""

_SECONDS_A_STEP: Final = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}
_NARROW: Final = frozenset({"BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYEASTER"})
_LAST_SECOND: Final = time(23, 59, 59)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """A master and all exceptions that are known of it, cancelled ones among them.

    There is no master where the person is invited to some members alone.
    """

    master: Item | None
    exceptions: tuple[Item, ...] = ()


def members(series: Series, place: Place, window: Window) -> list[Event]:
    """The members that overlap the window [start, end), which is aware and in the zone of the bounds of days.

    All of them have the place and the version of their master, as the whole of a series is changed or deleted there.
    Raises ValueError, KeyError or TypeError for a master or a rule that cannot be read.
    """
    master = series.master
    moved = {original(item, place.zone): item for item in series.exceptions}
    live = {was: item for was, item in moved.items() if item.get("status") != "cancelled"}
    if master is None:
        found = [replace(event(item, place), recurring=True, recurrence_id=was) for was, item in live.items()]
    else:
        whole = replace(event(master, place), recurring=True)
        found = [
            replace(
                event(_inherited(item, master), place),
                recurring=True,
                recurrence_id=was,
                uid=whole.uid,
                mark=whole.mark,
                etag=whole.etag,
                href=whole.href,
            )
            for was, item in live.items()
        ]
        found += (each for each in _regular(master, whole, window) if each.recurrence_id not in moved)
    return [each for each in found if overlaps(each.fields.start, each.fields.end, window)]


def _regular(master: Item, whole: Event, window: Window) -> Iterator[Event]:
    """The members as the rule has them."""
    length = _length(whole.fields.start, whole.fields.end)
    for start in _starts(master, whole.fields.start, window, length):
        fields = replace(whole.fields, start=start, end=_later(start, length))
        was = start.astimezone(UTC) if isinstance(start, datetime) else start
        yield replace(whole, fields=fields, recurrence_id=was)


def overlaps(start: Moment, end: Moment, window: Window) -> bool:
    """Whether [start, end) has a part in the window; one without length does when it lies in it."""
    first, last = instant(start, window[0]), instant(end, window[0])
    return first < window[1] and (last > window[0] or first == last == window[0])


def instant(moment: Moment, zoned: datetime) -> datetime:
    """A moment as an instant; a date is its midnight in the zone of `zoned`."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zoned.tzinfo)


def _inherited(item: Item, master: Item) -> Item:
    """An exception as a whole event: what Google leaves out of it is as in its master."""
    known: Item = {"etag": ""}
    known |= {name: master[name] for name in ("iCalUID", "organizer", "creator") if name in master}
    return known | item


def _length(start: Moment, end: Moment) -> timedelta:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return timedelta(seconds=end.timestamp() - start.timestamp())
    return timedelta(days=end.toordinal() - start.toordinal())


def _later(start: Moment, length: timedelta) -> Moment:
    """The end by the length that has passed, not by the clock on the wall: RFC 5545, 3.8.5.3 asks for the duration."""
    if not isinstance(start, datetime):
        return start + length
    return datetime.fromtimestamp(start.timestamp() + length.total_seconds(), start.tzinfo)


def _starts(master: Item, first: Moment, window: Window, length: timedelta) -> Iterator[Moment]:
    """The original starts of all members that overlap the window, exceptions among them; `first` is the master's."""
    if not isinstance(first, datetime):
        lower, upper = (datetime.combine(bound.date(), time()) for bound in window)
        for at in _naive(master, datetime.combine(first, time()), None, (lower - length, upper + _DAY)):
            yield at.date()
        return
    own = cast("ZoneInfo", first.tzinfo)
    lower, upper = (bound.astimezone(own).replace(tzinfo=None) for bound in window)
    for at in _naive(master, first.replace(tzinfo=None, fold=0), own, (lower - length - _DAY, upper + _DAY)):
        # by way of the instant: a time that the clocks leave out in spring is moved behind the gap
        yield datetime.fromtimestamp(at.replace(tzinfo=own).timestamp(), own)


def _naive(
    master: Item, first: datetime, zone: ZoneInfo | None, bounds: tuple[datetime, datetime]
) -> Iterator[datetime]:
    """The members of the rules that begin in the bounds, by the clock on the wall; `zone` is None for days."""
    rules = rruleset(cache=False)
    ruled = False
    for line in master["recurrence"]:
        head, _, value = line.partition(":")
        match name := head.partition(";")[0].upper():
            case "RRULE" | "EXRULE":
                text = _local_until(value.upper(), zone)
                _check_effort(text, first, bounds[1])
                rule = cast("rrule", rrulestr(text, dtstart=first))
                (rules.rrule if name == "RRULE" else rules.exrule)(rule)
                ruled = ruled or name == "RRULE"
            case "RDATE" | "EXDATE":
                own = named_zone(next((each[5:] for each in head.split(";")[1:] if each.upper()[:5] == "TZID="), ""))
                for text in value.split(","):
                    at = _local(text.partition("/")[0], own or zone, zone, first)
                    (rules.rdate if name == "RDATE" else rules.exdate)(at)
            case _:
                raise ValueError(f"a recurrence of {name or 'nothing'}")
    if not ruled:
        rules.rdate(first)
    for number, at in enumerate(rules):
        if at >= bounds[1]:
            return
        if number > MOST_STEPS:
            raise ValueError("a recurrence that repeats too often to be followed")
        if at >= bounds[0]:
            yield at


def _local_until(rule: str, zone: ZoneInfo | None) -> str:
    """The rule with its UNTIL by the clock on the wall: Google has it in UTC, as a local time, or as a whole day."""

    def local(found: re.Match[str]) -> str:
        until = _local(found[1], zone, zone, datetime.combine(date.min, _LAST_SECOND))
        return f"UNTIL={until:%Y%m%dT%H%M%S}"

    return re.sub(r"UNTIL=([0-9TZ]+)", local, rule)


def _local(text: str, own: ZoneInfo | None, zone: ZoneInfo | None, first: datetime) -> datetime:
    """A date or time of iCalendar by the wall clock of `zone`, from that of `own`; a date is at the time of `first`.

    For days (`zone` is None) it is the midnight of its date.
    """
    if zone is None:
        return datetime.strptime(text[:8], "%Y%m%d")  # noqa: DTZ007  # a day
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), first.time())
    at = datetime.strptime(text[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007  # the zone follows
    return at.replace(tzinfo=UTC if text.endswith("Z") else own).astimezone(zone).replace(tzinfo=None, fold=0)


def _check_effort(rule: str, first: datetime, end: datetime) -> None:
    """Refuses rules that repeat so often that following them would take minutes."""
    parts = dict(part.split("=", 1) for part in rule.split(";") if "=" in part)
    step = _SECONDS_A_STEP.get(parts.get("FREQ", ""))
    if step is None:
        return
    steps = (end - first).total_seconds() / (step * max(1, int(parts.get("INTERVAL", "1"))))
    if steps > MOST_STEPS or _NARROW.intersection(parts):
        raise ValueError("a recurrence that repeats too often to be followed")
