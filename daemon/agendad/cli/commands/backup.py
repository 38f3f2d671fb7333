"""`agendad backup FILE`: ledger and decisions in one tar file, while a daemon is at work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Where to, and whether over what is there."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the tar file to write")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(args: argparse.Namespace, context: Context) -> int:
    """Writes the copy; works with broken rules too."""
    from agendad.app.backup import backup
    from agendad.cli.work import home, zone_of
    from agendad.views.lines import counted

    found = home(context)
    target = args.file.expanduser().absolute()
    size = backup(found, target, context.clock(zone_of(found.read())).now(), force=args.force)
    if context.json:
        context.print_json({"version": 1, "file": str(target), "size": size})
        return 0
    context.print(f"{target}: {counted(size, 'byte')}; with agendad stopped, `tar -xf FILE -C STATE` brings it back")
    return 0
