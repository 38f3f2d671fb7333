"""What a placed occurrence looks like as an event (section 5 of the language). Called by `engine.py`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import subtract
from agendad.model.calendar import EventFields, ShowAs
from agendad.model.rule import After, Before
from agendad.model.settings import Me, Person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.core.clock import Clock
    from agendad.core.problem import Request, Stretch
    from agendad.core.triggers import Occurrence
    from agendad.model.calendar import Moment
    from agendad.model.rule import Look, Rule, Text
    from agendad.model.settings import Settings

Render = Callable[[str, Mapping[str, object]], str]
"""Fills the expressions of a text from a context."""

_SPACE: Final = re.compile(r"\s+", re.ASCII)
"""What one blank is made of in a title; blanks that do not break are kept."""

_ADDRESS: Final = re.compile(r'[^\s@"(),:;<>\[\\\]]+@[^\s@"(),:;<>\[\\\]]+')
"""An address that a calendar can hold as it is; a quoted one (RFC 5322, 3.4.1) is none."""


def dress(occurrence: Occurrence, when: tuple[Moment, Moment], settings: Settings, render: Render) -> EventFields:
    """The fields of the event from the first moment to the second.

    Titles and notes are in the configured language, their expressions filled by `render`. The notes name the people
    with whom the event is, save those whom it invites: their addresses stand in it.
    """
    look = occurrence.look
    start, end = when
    context: dict[str, object] = {"rule": occurrence.rule, "me": settings.me, "start": start, "end": end}
    if occurrence.event is not None:
        context["event"] = occurrence.event.fields
    if occurrence.people:
        context |= {"person": occurrence.people[0], "people": occurrence.people}

    def text(source: Text | None) -> str:
        if source is None:
            return ""
        plain = source.in_language(settings.language)
        return render(plain, context) if _has_expression(plain) else plain

    title = _SPACE.sub(" ", text(occurrence.verb.title)).strip()
    notes = text(look.notes).strip()
    guests = _guests(occurrence, settings.me)
    if occurrence.people:
        names = ", ".join(person.name or person.id for person in occurrence.people)
        if not _has_expression(occurrence.verb.title.in_language(settings.language)):
            title = f"{title}{_colon(settings.language)}{names}"
        if look.notes is None or not _has_expression(look.notes.in_language(settings.language)):
            named = (_named(person) for person in occurrence.people if person.email not in guests)
            notes = "\n".join([*([notes] if notes else []), *named])
    return EventFields(
        title=title,
        start=start,
        end=end,
        show_as=ShowAs.FREE if look.show_as == "free" else ShowAs.BUSY,
        kind=look.kind,
        notes=notes,
        place=look.place,
        color=look.color,
        visibility=look.visibility,
        remind=look.remind,
        guests=guests,
    )


def _colon(language: str) -> str:
    """What stands between a title and names; French keeps a space before it that does not break."""
    return "\u00a0: " if language.partition("-")[0].lower() == "fr" else ": "


def _guests(occurrence: Occurrence, me: Me) -> tuple[str, ...]:
    """`invite: true`: the addresses of the people. Without one of the person nobody is invited, since by whom?"""
    if not (occurrence.look.invite and me.address):
        return ()
    emails = {person.email for person in occurrence.people} - me.emails
    return tuple(sorted(email for email in emails if email.isprintable() and _ADDRESS.fullmatch(email)))


def _has_expression(text: str) -> bool:
    return "{{" in text or "{%" in text


def _named(person: Person) -> str:
    """A line of the notes: who it is, and the address to write to."""
    return f"{person.name or person.id} <{person.email}>" if person.email else person.name or person.id


def sample_context(rule: Rule, me: Me | None) -> dict[str, object]:
    """What titles and notes of a rule may name, with a sample of each: the same names as in `dress`."""
    start = datetime(2026, 11, 24, 9, tzinfo=rule.timezone)
    end = datetime(2026, 11, 24, 10, tzinfo=rule.timezone)
    context: dict[str, object] = {"rule": rule, "me": me or Me(), "start": start, "end": end}
    if isinstance(rule.trigger, After | Before):
        context["event"] = EventFields("Planning", start, end)
    if rule.for_each is not None or rule.company is not None:
        person = Person("grace", "Grace Hopper", ("grace@example.org",))
        context |= {"person": person, "people": (person,)}
    return context


def auto_show_as(look: Look, request: Request, piece: Stretch, taken: Sequence[Stretch], clock: Clock) -> ShowAs:
    """`show_as: auto`: free while the block still has other places to go.

    `taken` is all time that is held, the block's own included, in order. Another place is a stretch of the block's
    length in its windows that does not overlap the others counted.
    """
    start, end = piece
    if clock.past(start - look.auto_lead):
        return ShowAs.BUSY
    free = subtract(request.windows, taken)
    places = sum((e - s) // (end - start) for s, e in free)
    room = sum(e - s for s, e in free)
    return ShowAs.BUSY if places < look.auto_slots or room < look.auto_room else ShowAs.FREE
