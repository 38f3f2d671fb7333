"""`agendad init`: a first configuration, from flags or a few questions, and units of systemd where they are wanted."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.cli.printable import printable
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.app.unit import Unit
    from agendad.cli.context import Context

_QUESTIONS: Final = (
    ("name", "Your name", ""),
    ("email", "Your address (as in invitations)", ""),
    ("timezone", "Time zone", ""),
    ("language", "Language of titles (en, fr)", "en"),
    ("country", "Country for public holidays (FR, DE, ... or empty)", ""),
    ("hours", "Working hours, Monday to Friday", "09:00-18:00"),
    ("calendars", "Folder of your calendars (one folder of .ics files each)", "calendars/"),
    ("write", "Calendar to write blocks into", "personal"),
    ("mail", "Folder of your mail, a Maildir (or empty: no drafts)", ""),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """An answer for each question; what is missing is asked on a terminal, or takes its default."""
    parser.add_argument("--pack", default="starter", metavar="NAME", help="the rule pack to begin with")
    parser.add_argument("--name", metavar="TEXT", help="your name")
    parser.add_argument("--email", metavar="ADDRESS", help="your address, as in invitations")
    parser.add_argument("--timezone", metavar="ZONE", help="an IANA name like Europe/Paris (default: the system's)")
    parser.add_argument("--language", metavar="TAG", help="of titles: en, fr")
    parser.add_argument("--country", metavar="CODE", help="for public holidays: FR, DE, ...")
    parser.add_argument("--hours", metavar="RANGE", help="working hours from Monday to Friday")
    parser.add_argument("--calendars", metavar="DIR", help="the folder of calendar folders")
    parser.add_argument("--write", metavar="NAME", help="the calendar that blocks are written into")
    parser.add_argument("--mail", metavar="DIR", help="the Maildir that drafts are put into (default: none)")
    parser.add_argument(
        "--unit",
        action=argparse.BooleanOptionalAction,
        help="write the systemd units that run it in the background, also for a configuration that is there already",
    )


def run(args: argparse.Namespace, context: Context) -> int:
    """Writes the files and says what to do next."""
    from agendad.app.first import Answers
    from agendad.app.init import CONFIGURATION, write
    from agendad.app.unit import write as write_units

    answered = any(getattr(args, key) is not None for key, _, _ in _QUESTIONS)
    only_units = args.unit and not answered and (context.config_dir / CONFIGURATION).exists()
    answers = None if only_units else _answers(args, context)
    units = _units(args, context)
    files = [] if answers is None else write(context.config_dir, Answers(pack=args.pack, **answers))
    placed = write_units(units)
    if context.json:
        context.print_json({"version": 1, "files": [str(path) for path in (*files, *placed)]})
        return 0
    if answers is not None:
        _tell_files(context, files, context.config_dir)
        _tell_what_next(context, answers)
        context.write("\n" if placed else "")
    if placed:
        _tell_how_to_start(context, placed)
    return 0


def _answers(args: argparse.Namespace, context: Context) -> dict[str, str]:
    """Each answer by its name: as it was given, asked, or its default."""
    from agendad.app.init import country_of, objection
    from agendad.rules.zones import local_zone

    zone = local_zone()
    defaults = {"timezone": str(zone), "country": country_of(zone), "name": "Me", "email": "me@example.com"}
    answers: dict[str, str] = {}
    for key, question, default in _QUESTIONS:
        given = getattr(args, key)
        usual = default or defaults.get(key, "")
        if given is None:
            answers[key] = _ask(context, key, question, usual) if context.interactive else usual
        elif (wrong := objection(key, given)) is not None:
            raise UsageError(f"--{key}: {wrong.message}", hint=wrong.hint)
        else:
            answers[key] = given
    return answers


def _units(args: argparse.Namespace, context: Context) -> Sequence[Unit]:
    """The units of systemd that were asked for, none without a yes; raises UsageError when others stand there."""
    from shutil import which

    from platformdirs import user_config_path

    from agendad.app.unit import check, user_units

    offered = args.unit is None and context.interactive and which("systemctl") is not None
    if not (args.unit or offered):
        return ()
    units = user_units(user_config_path(), context.config_dir, context.state_dir)
    if args.unit:
        check(units)
        return units
    if any(unit.conflicts() for unit in units):
        context.say("The systemd units of agendad that are there already stay as they are.")
        return ()
    return units if context.confirm("Write systemd units to run it in the background?") else ()


def _tell_files(context: Context, files: Sequence[Path], folder: Path) -> None:
    context.print(f"wrote {len(files)} files into {folder}:")
    for path in files:
        context.print(f"  {path.relative_to(folder)}")


def _tell_how_to_start(context: Context, placed: Sequence[Path]) -> None:
    from agendad.app.unit import COMMANDS

    _tell_files(context, placed, placed[0].parent)
    context.print("\nTo let it run in the background:")
    for command, meaning in COMMANDS:
        context.print(f"  {command}\n      {meaning}")


def _tell_what_next(context: Context, answers: dict[str, str]) -> None:
    folder = context.config_dir / Path(answers["calendars"]).expanduser() / answers["write"]
    context.print(f"\nBlocks will be written into {folder}.")
    mail = context.config_dir / Path(answers["mail"]).expanduser()
    if not answers["mail"]:
        context.print("No drafts will be made until `mail:` in agendad.yaml names a Maildir.")
    elif not mail.is_dir():
        context.print(f"There is no mail folder {mail} yet; the first draft makes it.")
    options = f" --config {context.config_dir}" if context.config else ""
    context.print(f"\nNext:\n  agendad check{options}\n      says what the rules still lack: people, a mailbox")
    context.print(f"  agendad plan{options}\n      shows what it would write")
    context.print(f"  agendad apply{options}\n      writes it")


def _ask(context: Context, key: str, question: str, default: str) -> str:
    """The answer, or the default for an empty one; asks again until the answer can be used."""
    from agendad.app.init import objection

    while True:
        context.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
        context.stderr.flush()
        line = context.stdin.readline()
        if not line:
            context.stderr.write("\n")
            raise UsageError("the answers ended early; nothing was written", hint="`agendad init --help` lists options")
        answer = line.strip() or default
        if (wrong := objection(key, answer)) is None:
            return answer
        context.stderr.write(printable(f"  {wrong.message}" + (f"; {wrong.hint}" if wrong.hint else "") + "\n"))
