"""A small real world to write letters in: one person's week, a few people, an open calendar."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from agendad.app.balance import BalanceRow
from agendad.app.letters import Surroundings
from agendad.core.contacts import Contact, Kind
from agendad.core.slots import Openings
from agendad.core.timeline import to_minutes, union, wall
from agendad.data import templates_dir
from agendad.diagnostics import Span
from agendad.model.calendar import Attendee, Event, EventFields
from agendad.model.mail import Address
from agendad.model.plan import DesiredDraft
from agendad.model.rule import After, Draft, Letter, Look, Placement, Rule, Selector
from agendad.model.settings import CalendarSettings, Me, People, Person, Settings
from agendad.views.signals import SignalRow

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "letters"
STARTER = templates_dir() / "starter"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 17, tzinfo=PARIS)
ME = Me("Ada Martin", frozenset({"ada@example.com"}), frozenset({"example.com"}), "ada@example.com")
SETTINGS = Settings(PARIS, CalendarSettings(), me=ME)
GRACE = Person(
    "grace",
    "Grace Hopper",
    ("grace@navy.example",),
    frozenset({"advisers"}),
    1,
    topics=("compilers",),
    timezone="America/New_York",
)
CAMILLE = Person(
    "camille", "Camille Besson", ("camille@client.example",), language="fr", topics=("plateforme interne",)
)
TIM = Person("tim", "Tim Lee", ("tim@example.com",), timezone="Europe/Paris")
STRANGER = Person("x@other.example", "", ("x@other.example",))
PEOPLE = People({each.id: each for each in (GRACE, CAMILLE, TIM)})


def openings(busy=()) -> Openings:
    """Working days from nine to six, with something in it."""
    days = [NOW.date() + timedelta(days=number) for number in range(42)]

    def working(day: date):
        return () if day.weekday() > 4 else ((minute(day, 9), minute(day, 18)),)

    return Openings(to_minutes(NOW), union(busy), (), days, working, PARIS)


def minute(day: date, hour: int) -> int:
    return to_minutes(wall(day, hour * 60, PARIS))


def surroundings(**changes) -> Surroundings:
    met = [Contact(to_minutes(NOW) - 70 * 1440, Kind.MEETING, "Compilers, second round")]
    balance = [
        BalanceRow("Meetings", 1260.0, 21.0, 57.0, "21 h", "at most 18 h", "above", "3 h too much"),
        BalanceRow("Deep work", 780.0, 13.0, 35.0, "13 h", "", "", ""),
        BalanceRow("Learning", 0.0, 0.0, 0.0, "0 h", "2 h", "below", "2 h too little"),
    ]
    signals = [
        SignalRow("quiet", "Dinner", True, "No “dinner” in the past 21 days", date(2026, 11, 20), 30.0, 21.0, "days"),
        SignalRow("calm", "Calm", False, "All is well", None, 3.0, 21.0, "days"),
    ]
    coming = [
        event("Design review", datetime(2026, 11, 25, 14, tzinfo=PARIS), 1, (TIM,)),
        event("Board", datetime(2026, 11, 26, 9, tzinfo=PARIS), 3),
    ]
    found = Surroundings(
        settings=SETTINGS,
        people=PEOPLE,
        now=NOW,
        openings=openings,
        history=lambda person: met if person.id == "grace" else [],
        balance=lambda days: balance,
        signals=lambda: signals,
        upcoming=lambda days: coming,
    )
    return replace(found, **changes)


def event(title: str, start: datetime, hours: float = 1, people=(), **fields) -> Event:
    return Event(
        "personal",
        "sample",
        EventFields(title, start, start + timedelta(hours=hours), **fields),
        attendees=tuple(Attendee(each.email, each.name) for each in people),
        organizer=people[0].email if people else "",
    )


def meeting(*people: Person, title: str = "Quarterly review") -> Event:
    """A meeting of the afternoon of `NOW`."""
    return event(title, datetime(2026, 11, 24, 14, tzinfo=PARIS), 1, people or (GRACE,))


def shipped(name: str) -> Letter:
    """A template of the starter pack, with all its languages."""
    paths = {"": STARTER / f"{name}.md.j2", "fr": STARTER / f"{name}.fr.md.j2"}
    return Letter(
        f"{name}.md.j2",
        {tag: path.read_text("utf-8") for tag, path in paths.items()},
        {tag: f"starter/{path.name}" for tag, path in paths.items()},
    )


def letter(body: str, subject: str = "Hello", **variants: str) -> Letter:
    """A letter of one template, and of others by language."""
    texts = {"": body} | variants
    files = {tag: f'---\nsubject: "{subject}"\n---\n{text}' for tag, text in texts.items()}
    return Letter("x.md.j2", files, {tag: f"x{'.' + tag if tag else ''}.md.j2" for tag in files})


def draft(written: Letter, *people: Person, about: Event | None = None, language: str = "en", **more) -> DesiredDraft:
    rule = Rule("thank", Draft(written), After(Selector()), Placement(), Look(), PARIS, Span("rules/a.yaml", 3, 3, 8))
    to = tuple(Address(each.email, each.name) for each in people) or (Address(ME.address, ME.name),)
    found = DesiredDraft(
        key="thank/sample",
        rule=rule,
        letter=written,
        due=NOW,
        deadline=None,
        to=to,
        language=language,
        person=people[0] if people else None,
        people=people,
        event=about,
    )
    return replace(found, **more)


def assert_golden(name: str, text: str) -> None:
    """The text is that of the file; `AGENDAD_GOLDEN=write` writes it anew, for a person to review."""
    file = GOLDEN / name
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8"), f"differs from {file}"
