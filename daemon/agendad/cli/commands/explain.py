"""`agendad explain KEY|RULE|DATE`: why a block stands where it does, or is missing."""

from __future__ import annotations

import math
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse
    from datetime import tzinfo

    from agendad.app.explain import Day, Explanation, Story
    from agendad.app.tried import Taken, Tried
    from agendad.cli.context import Context
    from agendad.model.calendar import Moment

_WINDOWS: Final = 5
_TAKEN: Final = 12


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to explain."""
    parser.add_argument("asked", metavar="KEY|RULE|DATE", help="a block's key, a rule's id, or a day like 2026-11-24")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the stories; with broken rules, those that the last good cycle recorded."""
    from agendad.app.cycle import plan
    from agendad.app.explain import explain, remembered
    from agendad.cli.work import begin, home, look_now, zone_of

    folders = home(context)
    loaded = folders.read()
    zone = zone_of(loaded)
    if loaded.has_errors:
        context.warn("the rules have errors (`agendad check`); this is what the last good cycle decided")
        with folders.ledger() as ledger:
            found = remembered(ledger, args.asked)
    else:
        work = begin(context)
        with folders.ledger() as ledger:
            seen = look_now(work, ledger)
            found = explain(seen, plan(seen), ledger, args.asked)
    if context.json:
        context.print_json(as_json(found, zone))
    else:
        context.write(as_text(found, zone))
    return 0


def as_json(found: Explanation, zone: tzinfo | None) -> dict[str, object]:
    """`explain --json`."""
    from agendad.app.jsonforms import fields_json, mail_json, violation_json
    from agendad.cli.commands.log import line_json
    from agendad.core.trace import sentences

    return {
        "version": 1,
        "asked": found.asked,
        "state": found.state,
        "day": _day_json(found.day, zone) if found.day else None,
        "blocks": [
            {
                "key": story.key,
                "rule": story.rule,
                "place": story.place,
                "state": story.state,
                **(fields_json(story.fields, zone) if story.fields else {}),
                **(mail_json(story.draft, zone) if story.draft else {}),
                "why": sentences(story.why),
                "tried": _tried_json(story.tried, zone) if story.tried else None,
                "changed_by_hand": sorted(story.changed_by_hand),
                "history": [line_json(entry, zone) for entry in story.history],
            }
            for story in found.stories
        ],
        "violations": [violation_json(violation, zone) for violation in found.violations],
    }


def _day_json(day: Day, zone: tzinfo | None) -> dict[str, object]:
    from agendad.app.jsonforms import fields_json, moment_json

    return {
        "day": day.day.isoformat(),
        "working_hours": [{"start": moment_json(a, zone), "end": moment_json(b, zone)} for a, b in day.hours],
        "holiday": day.holiday,
        "away": day.away,
        "events": [{"calendar": event.calendar, **fields_json(event.fields, zone)} for event in day.events],
    }


def _tried_json(tried: Tried, zone: tzinfo | None) -> dict[str, object]:
    from agendad.app.jsonforms import moment_json

    return {
        "minutes": tried.minutes,
        "gap": tried.gap,
        "priority": tried.priority,
        "windows": [{"start": moment_json(a, zone), "end": moment_json(b, zone)} for a, b in tried.windows],
        "taken": [
            {
                "title": each.title,
                "rule": each.rule,
                "priority": each.priority or None,
                "start": moment_json(each.start, zone),
                "end": moment_json(each.end, zone),
            }
            for each in tried.taken
        ],
    }


def as_text(found: Explanation, zone: tzinfo | None) -> str:
    """A paragraph for each block: when it is, each reason on a line, what was done to it. A day is told in order."""
    from agendad.views.lines import when

    parts = [(_begins(story, zone), _story(story, zone)) for story in found.stories]
    against = {id(violation.event): violation.rule for violation in found.violations}
    events = found.day.events if found.day else tuple(violation.event for violation in found.violations)
    for event in events:
        text = f"{when(event.fields, zone)}  {event.fields.title}"
        if rule := against.get(id(event)):
            text += f"\n  - in the time that rule `{rule}` protects"
        parts.append((_instant(event.fields.start, zone), f"{text}\n"))
    if found.day:
        parts.sort(key=lambda part: part[0])
        return "\n".join([_day(found.day, zone), *(text for _, text in parts)])
    state = [f"now: {found.state}\n"] if found.state else []
    nothing = [f"{found.asked}: no block ahead, and none that was left out\n"] if not parts else []
    return "\n".join([*state, *nothing, *(text for _, text in parts)])


def _day(day: Day, zone: tzinfo | None) -> str:
    """The heading of a day: what kind of day it is."""
    from agendad.views.words import clock_range, words

    hours = [clock_range(start.astimezone(zone), end.astimezone(zone)) for start, end in day.hours]
    kinds = [
        *([f"public holiday ({day.holiday})"] if day.holiday else []),
        *(["away"] if day.away else []),
        f"working hours {', '.join(hours)}" if hours else "no working hours",
    ]
    return f"{words('en').long_day(day.day)}: {'; '.join(kinds)}\n"


def _story(story: Story, zone: tzinfo | None) -> str:
    from agendad.cli.commands.log import told
    from agendad.core.trace import sentences
    from agendad.views.lines import columns, when
    from agendad.views.words import words

    place = f"{when(story.fields, zone)}  {story.fields.title}" if story.fields else "no block"
    if story.draft is not None:
        to = ", ".join(address.email for address in story.draft.to)
        place = f"draft to {to}, due {_moment(story.draft.due, zone)}"
        if story.draft.deadline is not None:
            place += f", at the latest {_moment(story.draft.deadline, zone)}"
    state = "" if story.state in {"written", "skipped"} else f" ({story.state})"
    rule = f"  {story.place}" if story.place else ""
    lines = [f"{story.key}{state}{rule}", f"  {place}", *(f"  - {text}" for text in sentences(story.why))]
    if story.tried is not None:
        lines += _tried(story.tried, zone)
    if story.changed_by_hand:
        lines.append(f"  changed by hand: {', '.join(sorted(story.changed_by_hand))} (`agendad reset {story.key}`)")
    if story.history:
        lines.append("  what was done, newest first:")
        rows = []
        for entry, cells in told(story.history, zone):
            at = entry.at.astimezone(zone)
            rows.append((f"    {words('en').day(at)} {at:%Y %H:%M}", entry.kind, *cells))
        lines += columns(rows)
    return "\n".join(lines) + "\n"


def _tried(tried: Tried, zone: tzinfo | None) -> list[str]:
    """Where it could stand, and what stands there."""
    from agendad.core.trace import clock_length
    from agendad.views.lines import columns, counted
    from agendad.views.words import words

    def span(start: datetime, end: datetime) -> str:
        return words("en").span(start.astimezone(zone), end.astimezone(zone))

    def whose(taken: Taken) -> str:
        rank = f", priority {taken.priority}" if taken.priority else ""
        return f"rule `{taken.rule}`{rank}" if taken.rule else ""

    windows = words("en").some([span(*window) for window in tried.windows], _WINDOWS)
    gap = f" and {clock_length(tried.gap)} free around it" if tried.gap else ""
    lines = [f"  it asks for at least {clock_length(tried.minutes)}{gap} in {windows}, with priority {tried.priority}"]
    if not tried.taken:
        return [*lines, "  nothing else stands there"]
    rows = [(f"    {span(each.start, each.end)}", each.title, whose(each)) for each in tried.taken[:_TAKEN]]
    more = len(tried.taken) - len(rows)
    return [
        *lines,
        "  there stand already:",
        *columns(rows),
        *([f"    and {counted(more, 'other')}"] if more else []),
    ]


def _moment(moment: datetime, zone: tzinfo | None) -> str:
    from agendad.views.words import words

    local = moment.astimezone(zone)
    return f"{words('en').day(local)} {local:%H:%M}"


def _begins(story: Story, zone: tzinfo | None) -> float:
    """For the order of a day: what has no block comes last."""
    if story.draft is not None:
        return story.draft.due.timestamp()
    return _instant(story.fields.start, zone) if story.fields else math.inf


def _instant(moment: Moment, zone: tzinfo | None) -> float:
    local = moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone)
    return local.timestamp()
