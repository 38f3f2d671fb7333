"""`agendad demo [DIR]`: a working example around now, and what to try next."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where, and in which language."""
    parser.add_argument("directory", nargs="?", type=Path, default=Path("agendad-demo"), metavar="DIR")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="of the example (default en)")


def run(args: argparse.Namespace, context: Context) -> int:
    """Builds it, runs one cycle, prints the week."""
    from agendad.app import show
    from agendad.app.cycle import plan
    from agendad.app.demo import build
    from agendad.app.demo_files import ZONE
    from agendad.cli.progress import progress
    from agendad.cli.work import terminal

    now = context.clock(ZoneInfo(ZONE)).now()
    with progress(context, "building a leader's calendar"):
        demo = build(args.directory.absolute(), now, args.language)
    made = len(demo.applied.done.made)
    context.write(show.week_lines(plan(demo.seen), demo.seen, terminal(context)))
    named, program = args.directory, _program()
    wrote = f"{made} blocks were written into" if made else "Nothing had to be written into"
    context.print(f"\n{wrote} {named}/calendars/personal.")
    if demo.kept:
        kept = ", ".join(str(path.relative_to(demo.home.config)) for path in demo.kept)
        context.print(f"Kept as you left them: {kept}.")
    context.print(f"Open {named}/{demo.page.name} to see the weeks as they were planned.\n\nTry next:")
    options = f"--config {named}" + (f" --now {now.isoformat()}" if context.instant else "")
    for command, purpose in (
        ("plan", "nothing to change: the week is kept"),
        ("explain deep-work", "why each block stands where it does"),
        ("status", "what stands"),
        ("undo", "take it all back"),
    ):
        context.print(f"  {program} {command} {options}\n      {purpose}")
    context.print(f"\nThen edit {named}/rules/week.yaml by hand, and run plan again.")
    return 0


def _program() -> str:
    """How this program can be called from here: by its name where a shell finds it, else by its path."""
    from shutil import which

    called = Path(sys.argv[0])
    if which("agendad") or called.name != "agendad":
        return "agendad"
    return os.path.relpath(called)
