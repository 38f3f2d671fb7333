"""`agendad explain KEY|RULE|DATE`: why a block stands where it does, or is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from datetime import tzinfo

    from agendad.app.explain import Explanation, Story
    from agendad.cli.context import Context


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
        "blocks": [
            {
                "key": story.key,
                "rule": story.rule,
                "state": story.state,
                **(fields_json(story.fields, zone) if story.fields else {}),
                **(mail_json(story.draft, zone) if story.draft else {}),
                "why": sentences(story.why),
                "changed_by_hand": sorted(story.changed_by_hand),
                "history": [line_json(entry, zone) for entry in story.history],
            }
            for story in found.stories
        ],
        "violations": [violation_json(violation, zone) for violation in found.violations],
    }


def as_text(found: Explanation, zone: tzinfo | None) -> str:
    """A paragraph for each block: when it is, each reason on a line, what was done to it."""
    from agendad.views.lines import when

    if not found.stories and not found.violations:
        return f"{found.asked}: no block, and none that was left out\n"
    parts = [_story(story, zone) for story in found.stories]
    for violation in found.violations:
        fields = violation.event.fields
        parts.append(f"{when(fields, zone)}  {fields.title}\n  - in the time that rule `{violation.rule}` protects\n")
    return "\n".join(parts)


def _story(story: Story, zone: tzinfo | None) -> str:
    from agendad.cli.commands.log import told
    from agendad.core.trace import sentences
    from agendad.views.lines import columns, when
    from agendad.views.words import words

    place = f"{when(story.fields, zone)}  {story.fields.title}" if story.fields else "no block"
    if story.draft is not None:
        due, to = story.draft.due.astimezone(zone), ", ".join(address.email for address in story.draft.to)
        place = f"draft to {to}, due {words('en').day(due)} {due:%H:%M}"
    state = "" if story.state in {"written", "skipped"} else f" ({story.state})"
    lines = [f"{story.key}{state}", f"  {place}", *(f"  - {text}" for text in sentences(story.why))]
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
