"""`agendad demo [DIR]`: a working example around now, and what to try next."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import argparse

    from agendad.app.demo import Demo
    from agendad.cli.context import Context
    from agendad.model.plan import Plan
    from agendad.model.rule import Rule

_TO_COME: Final = 3
"""How many of the next drafts are told."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and in which language."""
    parser.add_argument("directory", nargs="?", type=Path, default=Path("agendad-demo"), metavar="DIR")
    parser.add_argument("--pack", default="starter", metavar="NAME", help="its rules (default starter)")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="of the example (default en)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Builds it, runs one cycle, prints the week and the drafts."""
    from agendad.app import show
    from agendad.app.cycle import plan
    from agendad.app.demo import build
    from agendad.app.demo_files import ZONE
    from agendad.cli.progress import progress
    from agendad.cli.work import terminal

    now = context.clock(ZoneInfo(ZONE)).now()
    with progress(context, "building a leader's calendar"):
        demo = build(args.directory.absolute(), now, args.language, args.pack)
    made = len(demo.applied.done.made)
    after = plan(demo.seen)
    context.write(show.week_lines(after, demo.seen, terminal(context)))
    named, program = args.directory, _program()
    wrote = f"{made} blocks were written into" if made else "Nothing had to be written into"
    context.print(f"\n{wrote} {named}/calendars/personal.")
    context.write(_drafts(demo, after, named))
    if demo.kept:
        kept = ", ".join(str(path.relative_to(demo.home.config)) for path in demo.kept)
        context.print(f"Kept as you left them: {kept}.")
    context.print(f"Open {named}/{demo.page.name} to see the weeks as they were planned.\n\nTry next:")
    rule = _rule_to_try(demo)
    options = f"--config {named}" + (f" --now {now.isoformat()}" if context.instant else "")
    for command, purpose in (
        ("plan", "nothing to change: the week is kept"),
        (f"explain {rule.id}", "why each block stands where it does"),
        ("drafts", "the mails that it made, and what became of each; `drafts --next` tells those to come"),
        ("people", "who is due for a word"),
        ("balance", "where the time went, beside what you want"),
        ("status", "what stands"),
        ("undo", "take it all back"),
    ):
        context.print(f"  {program} {command} {options}\n      {purpose}")
    context.print(f"\nThen edit {named}/{rule.span.file} by hand, and run plan again.")
    return 0


def _drafts(demo: Demo, after: Plan, named: Path) -> str:
    """The drafts that were made and the next ones to come, a line each."""
    from agendad.app.demo_files import MAIL
    from agendad.views.lines import columns, counted
    from agendad.views.words import clean, words

    told = words("en")
    made = demo.applied.drafted.made
    lines = [f"\n{counted(len(made), 'draft')} put into {named}/{MAIL}.Drafts, and nothing sent:"] if made else []
    lines += columns([("  " + told.some([each.email for each in mail.to], 2), clean(mail.subject)) for mail in made])
    coming = [draft for draft in after.drafts if draft.state != "written"][:_TO_COME]
    if coming:
        lines.append("\nThe next ones to come:")
        zone = demo.seen.settings.timezone
        rows = [(draft.due.astimezone(zone), told.some(draft.to, 2), clean(draft.subject)) for draft in coming]
        lines += columns([(f"  {told.day(due)} {due:%H:%M}", to, subject) for due, to, subject in rows])
    return "".join(f"{line}\n" for line in lines)


def _rule_to_try(demo: Demo) -> Rule:
    """The best known rule, or the first one that keeps blocks."""
    from agendad.model.rule import Block

    rules = [rule for rule in demo.home.load().rules if isinstance(rule.verb, Block)]
    return next((rule for rule in rules if rule.id == "deep-work"), rules[0])


def _program() -> str:
    """How this program can be called from here: by its name where a shell finds it, else by its path."""
    from shutil import which

    called = Path(sys.argv[0])
    if which("agendad") or called.name != "agendad":
        return "agendad"
    return os.path.relpath(called)
