"""A week with one of everything, and the pieces to make others: what the tests of the views look at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from agendad.model.calendar import Event, EventFields, Mark, Response, ShowAs, Status
from agendad.model.identity import uid
from agendad.model.plan import Action, Change, Plan, PlannedBlock, Skipped, Violation
from agendad.views.sheet import Frame, Sheet
from agendad.views.week import sheet

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 40, tzinfo=PARIS)
MONDAY = date(2026, 11, 23)


def at(day: int, clock: str) -> datetime:
    """A wall-clock time in Paris, so many days after the Monday of the sample."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 23, tzinfo=PARIS).replace(hour=hour % 24, minute=minute) + timedelta(
        days=day + (hour == 24)
    )


def fields(title: str, day: int, clock: str, *, free: bool = False) -> EventFields:
    """The fields of something on one day, from a range as `09:00-12:00`."""
    start, end = clock.split("-")
    show_as = ShowAs.FREE if free else ShowAs.BUSY
    return EventFields(title, at(day, start), at(day, end), show_as)


def days(title: str, first: int, count: int, *, free: bool = False) -> EventFields:
    """The fields of something that lasts whole days."""
    start = MONDAY + timedelta(days=first)
    return EventFields(title, start, start + timedelta(days=count), ShowAs.FREE if free else ShowAs.BUSY)


def event(what: EventFields, calendar: str = "personal", response: Response | None = None) -> Event:
    """A real event of that look."""
    return Event(calendar, f"{what.title}@example.com", what, response=response)


def own(key: str, what: EventFields) -> Event:
    """A block that stands in the calendar."""
    return Event("personal", uid(key), what, mark=Mark(key.partition("/")[0], key, ""))


def change(key: str, before: EventFields | None, after: EventFields | None) -> Change:
    """A change of a block from one look to another."""
    action = Action.CREATE if before is None else Action.DELETE if after is None else Action.UPDATE
    return Change(action, key, key.partition("/")[0], "personal", own(key, before) if before else None, after)


def block(key: str, what: EventFields, state: Literal["planned", "written", "pinned"] = "written") -> PlannedBlock:
    """A block of the desired state."""
    return PlannedBlock(key, key.partition("/")[0], what, state)


def sample_events() -> list[Event]:
    """Meetings, a declined and a free one, an answer due, a night train, whole days, and a block that is past."""
    return [
        own("deep-work/2026-11-20", fields("Deep work", -3, "09:00-12:00")),
        own("admin-hour/2026-11-23", fields("Admin hour", 0, "17:00-18:00")),
        event(fields("Staff meeting", 0, "14:00-15:30"), response=Response.ACCEPTED),
        event(fields("Call with Tokyo", 1, "08:30-09:15"), response=Response.NEEDS_ACTION),
        event(fields("Brightdesk demo", 3, "17:00-17:30"), response=Response.DECLINED),
        event(fields("Lou: piano", 2, "17:30-18:15", free=True), "family"),
        event(fields("Board", 2, "10:30-12:30"), response=Response.ACCEPTED),
        event(fields("晩ごはん 🍜 with Mei", 3, "19:30-21:30"), "family"),
        Event("personal", "train", EventFields("Night train to Brest", at(4, "21:30"), at(5, "07:45"))),
        event(days("Mei’s birthday", 2, 1, free=True)),
        event(days("School holidays", 3, 5), "family"),
        Event("personal", "gone", fields("Cancelled", 1, "10:00-11:00"), status=Status.CANCELLED),
    ]


def sample_plan() -> Plan:
    """A plan with a block in every state, a skip and a violation."""
    events = sample_events()
    tokyo = next(found for found in events if "Tokyo" in found.fields.title)
    moved = fields("Technology watch", 3, "14:00-15:00")
    shrunk = fields("Deep work", 2, "09:00-10:30")
    renamed = fields("Weekly review", 4, "16:00-16:45")
    walk = fields("Walk", 0, "15:30-15:45")
    changes = [
        change("walk/staff", None, walk),
        change("technology-watch/2026-W48", fields("Technology watch", 1, "14:00-15:00"), moved),
        change("deep-work/2026-11-25", fields("Deep work", 2, "09:00-12:00"), shrunk),
        change("weekly-review/2026-W48", fields("Review", 4, "16:00-16:45"), renamed),
        change("admin-hour/2026-11-26", fields("Admin hour", 3, "17:00-18:00"), None),
    ]
    blocks = [
        block("deep-work/2026-11-23", fields("Deep work", 0, "09:00-12:00")),
        block("walk/staff", walk, "planned"),
        block("admin-hour/2026-11-23", fields("Admin hour", 0, "17:00-18:00"), "pinned"),
        block("mornings/2026-11-24", fields("Mornings are mine", 1, "08:00-10:00")),
        block("deep-work/2026-11-24", fields("Deep work", 1, "09:15-12:00")),
        block("deep-work/2026-11-25", shrunk),
        block("reading/2026-11-25", fields("Reading", 2, "13:00-13:30", free=True)),
        block("technology-watch/2026-W48", moved),
        block("weekly-review/2026-W48", renamed),
    ]
    return Plan(
        now=NOW,
        start=NOW,
        end=at(14, "00:00"),
        changes=tuple(changes),
        blocks=tuple(blocks),
        skipped=(Skipped("reading/2026-11-24", "reading", (), date(2026, 11, 24)),),
        violations=(Violation("mornings", tokyo),),
        deleted_by_hand=("walk/board",),
    )


REASONS = {
    "walk/staff": ["15 minutes after “Staff meeting”, which lasts 1 h 30."],
    "technology-watch/2026-W48": ["Two hours each week.", "“Engineering leads” stands in the way on Tuesday."],
    "deep-work/2026-11-25": ["“Board” begins at 10:30."],
    "weekly-review/2026-W48": ["The rule has a new title."],
    "admin-hour/2026-11-26": ["The rule was removed from rules/week.yaml."],
    "reading/2026-11-24": ["No free half hour between 12:00 and 14:00."],
}


def sample_sheet(language: str = "en", weeks: int = 1) -> Sheet:
    """The sheet of the sample."""
    frame = Frame(MONDAY, 7 * weeks, PARIS, language, frozenset({"mornings"}))
    return sheet(sample_plan(), sample_events(), frame, REASONS)


def sheet_of(*events: Event, start: date = MONDAY, days_shown: int = 7, blocks: tuple[PlannedBlock, ...] = ()) -> Sheet:
    """A sheet of real events and blocks that stand, in English."""
    plan = Plan(now=NOW, start=NOW, end=at(42, "00:00"), blocks=blocks)
    return sheet(plan, events, Frame(start, days_shown, PARIS), {})
