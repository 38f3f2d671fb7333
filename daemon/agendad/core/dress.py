"""What a placed occurrence looks like as an event (section 5 of the language). Called by `engine.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.model.calendar import EventFields, ShowAs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

    from agendad.core.problem import Minutes, Request, Stretch
    from agendad.core.triggers import Occurrence
    from agendad.model.rule import Look, Text
    from agendad.model.settings import Settings


def dress(
    occurrence: Occurrence,
    start: date | datetime,
    end: date | datetime,
    settings: Settings,
    render: Callable[[str, Mapping[str, object]], str],
) -> EventFields:
    """The event's fields; titles and notes are in the configured language, their expressions filled by `render`."""
    look = occurrence.look
    context = {
        "rule": occurrence.rule.id,
        "event": occurrence.event.fields if occurrence.event else None,
        "me": settings.me,
        "start": start,
        "end": end,
    }

    def text(source: Text | None) -> str:
        if source is None:
            return ""
        plain = source.in_language(settings.language)
        return render(plain, context) if "{{" in plain or "{%" in plain else plain

    return EventFields(
        title=" ".join(text(occurrence.verb.title).split()),
        start=start,
        end=end,
        show_as=ShowAs.FREE if look.show_as == "free" else ShowAs.BUSY,
        kind=look.kind,
        notes=text(look.notes).strip(),
        place=look.place,
        color=look.color,
        visibility=look.visibility,
        remind=look.remind,
    )


def auto_show_as(look: Look, request: Request, piece: Stretch, taken: Sequence[Stretch], now: Minutes) -> ShowAs:
    """`show_as: auto`: free while the block still has other places to go.

    `taken` is everything else that holds time, sorted and disjoint. Another place is a stretch of the block's length
    in its windows that does not overlap the others counted.
    """
    from agendad.core.timeline import subtract

    start, end = piece
    if start - now < look.auto_lead:
        return ShowAs.BUSY
    free = subtract(subtract(request.windows, tuple(taken)), (piece,))
    places = sum((e - s) // (end - start) for s, e in free)
    room = sum(e - s for s, e in free)
    return ShowAs.BUSY if places < look.auto_slots or room < look.auto_room else ShowAs.FREE
