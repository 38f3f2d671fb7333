"""`agendad check [PATH...]`: reads everything and prints every problem at once, on stdout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agendad.diagnostics import Severity

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Paths, and how to print."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="rule files or folders; else everything")
    parser.add_argument("--format", choices=("text", "json", "github"), help="how to print the problems")


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits 1 when anything has an error; warnings do not change the status."""
    from datetime import UTC

    from agendad.app.check import problems
    from agendad.app.home import Home
    from agendad.cli.problems import as_json, as_text
    from agendad.rules.report import as_github, summary
    from agendad.views.lines import counted

    loaded = Home(context.config_dir, context.state_dir).read(args.paths)
    zone = loaded.settings.timezone if loaded.settings else UTC
    found = problems(loaded, context.config_dir, context.clock(zone).now().date())
    form = "json" if context.json else args.format or "text"
    if form == "json":
        context.print_json(as_json(found))
    elif form == "github":
        context.write("".join(f"{as_github(each)}\n" for each in found))
    else:
        context.write(as_text(found, colour=context.colour))
        context.say(summary(found) or f"{counted(len(loaded.rules), 'rule')}, no problem")
    return 1 if any(each.severity is Severity.ERROR for each in found) else 0
