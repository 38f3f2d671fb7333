"""The entries of the demonstration as iCalendar objects, the way calendar programs write them. For `demo_files.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app.demo_people import ME, someone

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    import icalendar

    from agendad.app.demo_calendar import Entry, Title
    from agendad.app.demo_people import Someone


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and when it all plays. `monday` is the first day of the present week, `stamp` when it was written."""

    monday: date
    zone: ZoneInfo
    language: str
    stamp: datetime

    def text(self, both: Title) -> str:
        """The text in the language of the demonstration: French, or English for any other."""
        return both[1] if self.language.partition("-")[0] == "fr" else both[0]

    def moment(self, day: int, at: str) -> datetime:
        """A wall-clock time on a day counted from `monday`."""
        hour, minute = at.split(":")
        day_of = self.monday + timedelta(days=day)
        return datetime(day_of.year, day_of.month, day_of.day, int(hour), int(minute), tzinfo=self.zone)


def as_icalendar(entry: Entry, stage: Stage) -> icalendar.Calendar:
    """One entry as a calendar object of its own: the event (or series), its moved instances, and the zone.

    A series leaves its cancelled instances out (EXDATE) but for the first, which stands as a cancelled override, since
    servers write both (RFC 5545 3.8.5.1, 3.8.4.4).
    """
    from icalendar import Calendar, Timezone

    calendar = Calendar()
    calendar.add("prodid", "-//agendad//demo//EN")
    calendar.add("version", "2.0")
    if not entry.days:
        first, last = stage.monday - timedelta(weeks=52), stage.monday + timedelta(weeks=520)
        calendar.add_component(Timezone.from_tzid(stage.zone.key, first_date=first, last_date=last))
    start = stage.moment(entry.day, entry.at)
    master = _event(entry, stage, start)
    calendar.add_component(master)
    if entry.rrule:
        from icalendar import vRecur

        master.add("rrule", vRecur.from_ical(entry.rrule))
    for day in entry.cancelled[1:]:
        master.add("exdate", stage.moment(day, entry.at))
    for day in entry.cancelled[:1]:
        instance = _event(entry, stage, stage.moment(day, entry.at))
        instance["STATUS"] = "CANCELLED"
        instance.add("recurrence-id", stage.moment(day, entry.at))
        calendar.add_component(instance)
    for day, new_day, new_at in entry.moved:
        instance = _event(entry, stage, stage.moment(new_day, new_at))
        instance.add("recurrence-id", stage.moment(day, entry.at))
        calendar.add_component(instance)
    return calendar


def _event(entry: Entry, stage: Stage, start: datetime) -> icalendar.Event:
    from icalendar import Event

    event = Event()
    event.add("uid", f"{entry.slug}@demo.example.com")
    event.add("dtstamp", stage.stamp.astimezone(UTC))
    event.add("summary", stage.text(entry.title))
    if entry.days:
        event.add("dtstart", start.date())
        event.add("dtend", start.date() + timedelta(days=entry.days))
    else:
        event.add("dtstart", start)
        event.add("dtend", start + timedelta(minutes=entry.minutes))
    event.add("transp", "TRANSPARENT" if entry.free else "OPAQUE")
    event.add("status", "TENTATIVE" if entry.answer == "TENTATIVE" else "CONFIRMED")
    if entry.private:
        event.add("class", "PRIVATE")
    for name, text in (("location", stage.text(entry.place)), ("description", stage.text(entry.notes))):
        if text:
            event.add(name, text)
    if entry.who:
        others = [someone(who) for who in entry.who]
        event["ORGANIZER"] = _party(others[0] if entry.answer else ME)
        event.add("attendee", _party(ME, entry.answer or "ACCEPTED"))
        for who, other in zip(entry.who, others, strict=True):
            event.add("attendee", _party(other, "DECLINED" if who in entry.declined else "ACCEPTED"))
    return event


def _party(person: Someone, answer: str = "") -> icalendar.vCalAddress:
    from icalendar import vCalAddress, vText

    party = vCalAddress(f"mailto:{person.email}")
    party.params["CN"] = vText(person.name)
    if answer:
        party.params["PARTSTAT"] = vText(answer)
    return party
