"""`agendad init`: a first configuration, from flags or a few questions, and units of systemd where they are wanted."""

from __future__ import annotations

import argparse
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.cli.printable import printable
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from agendad.app.init import Choice
    from agendad.app.packs import Theme
    from agendad.app.unit import Unit
    from agendad.cli.context import Context

    Objection = tuple[str, str]  # what is wrong, and maybe what would be right

_LISTED: Final = 40
"""A folder of more files is named without them."""
_UTC: Final = ("UTC", "Etc/UTC")
"""The zones of a machine that nobody told where it is."""
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
    parser.add_argument("--pack", metavar="NAME", help="the rule pack to begin with (default starter)")
    parser.add_argument("--themes", metavar="LIST", help="those of its files that you want: week,breaks (default all)")
    parser.add_argument(
        "--starting", metavar="DATE", help="the Monday on which programmes begin (default the next one)"
    )
    parser.add_argument("--name", metavar="TEXT", help="your name")
    parser.add_argument("--email", metavar="ADDRESS", help="your address, as in invitations")
    parser.add_argument("--timezone", metavar="ZONE", help="an IANA name (default: the system's or the country's)")
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
    from agendad.app.init import CONFIGURATION, refuse_other, write
    from agendad.app.unit import write as write_units
    from agendad.rules.zones import local_zone

    given = (args.pack, args.themes, args.starting, *(getattr(args, key) for key, _, _ in _QUESTIONS))
    if args.unit and given == (None,) * len(given) and (context.config_dir / CONFIGURATION).exists():
        return _only_units(args, context)
    refuse_other(context.config_dir)
    answers, choice = _answers(args, context)
    units = _units(args, context)
    files = write(context.config_dir, Answers(**answers), choice)
    placed = write_units(units)
    if context.json:
        context.print_json(
            {
                "version": 1,
                "files": [str(path) for path in (*files, *placed)],
                "pack": choice.pack,
                "themes": [theme.name for theme in choice.themes],
                "groups": sorted(choice.groups),
                "starting": choice.starting.isoformat() if choice.begins else None,
            }
        )
        return 0
    _tell_files(context, files, context.config_dir)
    if args.timezone is None and answers["timezone"] != str(local_zone()) and not context.interactive:
        told = f"Time zone: {answers['timezone']}; `--timezone` changes it"
        context.print(f"\n{told}, from now on `timezone:` in agendad.yaml.")
    if not context.interactive and None in {args.name, args.email}:
        person = f"{answers['name']} <{answers['email']}>"
        context.print(
            f"\nYou: {person}; `me:` in agendad.yaml says who you are, and which addresses are your company's."
        )
    _tell_choice(context, choice)
    _tell_what_next(context, answers)
    if placed:
        context.print()
        _tell_how_to_start(context, placed)
    return 0


def _only_units(args: argparse.Namespace, context: Context) -> int:
    """The units of a configuration that is there already."""
    from agendad.app.unit import write as write_units

    placed = write_units(_units(args, context))
    if context.json:
        context.print_json({"version": 1, "files": [str(path) for path in placed]})
    else:
        _tell_how_to_start(context, placed)
    return 0


def _answers(args: argparse.Namespace, context: Context) -> tuple[dict[str, str], Choice]:
    """Each answer by its name, and the choice of rules: as it was given, asked, or its default."""
    from datetime import timedelta

    from agendad.app.init import Choice, country_of, zone_of
    from agendad.app.packs import STARTER, chosen
    from agendad.rules.zones import local_zone

    pack: str = args.pack or STARTER
    taken = chosen(pack, args.themes or "")
    starting = None
    if args.starting is not None:
        try:
            starting = _monday(args.starting)
        except UsageError as error:
            raise UsageError(f"--starting: {error.message}", hint=error.hint) from None
    zone = local_zone()
    usual_zone = (zone_of((args.country or "").upper()) if str(zone) in _UTC else "") or str(zone)
    defaults = {"timezone": usual_zone, "country": country_of(zone), "name": "Me", "email": "me@example.com"}
    answers: dict[str, str] = {}
    for key, question, default in _QUESTIONS:
        given = getattr(args, key)
        usual = default or defaults.get(key, "")
        if given is None:
            answers[key] = _ask(context, question, usual, _objector(key)) if context.interactive else usual
        elif (wrong := _objector(key)(given)) is not None:
            raise UsageError(f"--{key}: {wrong[0]}", hint=wrong[1])
        else:
            answers[key] = given
    if context.interactive and args.pack and args.themes is None and len(taken) > 1:
        taken = _ask_themes(context, pack, taken)
    today = _today(context, answers["timezone"])
    if starting is None:
        usual = (today + timedelta(days=7 - today.weekday())).isoformat()
        ask = context.interactive and any(theme.begins for theme in taken)
        question = "Monday on which programmes begin"
        starting = _monday(_ask(context, question, usual, _refusal(_monday)) if ask else usual)
    return answers, Choice(pack, taken, starting, today)


def _ask_themes(context: Context, pack: str, known: Sequence[Theme]) -> tuple[Theme, ...]:
    from agendad.app.packs import chosen

    width = max(len(theme.name) for theme in known)
    lines = [f"  {theme.name:<{width}}  {theme.about}\n" for theme in known]
    context.stderr.write(printable("".join([f"The pack {pack} has these themes:\n", *lines])))

    def take(answer: str) -> tuple[Theme, ...]:
        return chosen(pack, answer)

    return take(_ask(context, "Those that you want, with commas, or all", "all", _refusal(take)))


def _today(context: Context, timezone: str) -> date:
    from zoneinfo import ZoneInfo

    from agendad.rules.zones import local_zone

    zone = local_zone() if timezone == "calendar" else ZoneInfo(timezone)
    return context.clock(zone).now().date()


def _monday(text: str) -> date:
    """The Monday that a text is; raises UsageError for anything else."""
    from datetime import timedelta

    from agendad.rules.grammar import GrammarError, parse_date

    try:
        day = parse_date(text.strip())
    except GrammarError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if monday := day.weekday():
        raise UsageError(
            f"programmes begin on a Monday, and {day} is a {day:%A}",
            hint=f"such as {day - timedelta(days=monday)} or {day + timedelta(days=7 - monday)}",
        )
    return day


def _refusal(read: Callable[[str], object]) -> Callable[[str], Objection | None]:
    """What a reader has against an answer, instead of the error."""

    def objection(answer: str) -> Objection | None:
        try:
            read(answer)
        except UsageError as error:
            return error.message, error.hint
        return None

    return objection


def _objector(key: str) -> Callable[[str], Objection | None]:
    """What the configuration has against an answer."""
    from agendad.app.init import objection

    def against(answer: str) -> Objection | None:
        wrong = objection(key, answer)
        return None if wrong is None else (wrong.message, wrong.hint)

    return against


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
    names = [path.relative_to(folder) for path in files]
    for parent, group in groupby(names, key=lambda name: name.parent):
        together = [str(name) for name in group]
        for line in together if len(together) <= _LISTED else [f"{parent}/  ({len(together)} files)"]:
            context.print(f"  {line}")


def _tell_choice(context: Context, choice: Choice) -> None:
    if choice.begins:
        context.print(f"\nProgrammes begin on Monday, {choice.starting}.")
    if choice.waits:
        context.print(
            "\nMonthly, quarterly and yearly rules begin with the next period where this one is half over;"
            "\ndelete a line that ends with `# the first whole one` to begin at once."
        )
    if choice.groups:
        context.print(f"\nThe rules name these groups of people: {', '.join(sorted(choice.groups))}.")


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


def _ask(context: Context, question: str, default: str, objection: Callable[[str], Objection | None]) -> str:
    """The answer, or the default for an empty one; asks again until the answer can be used."""
    while True:
        context.stderr.write(f"{question}{f' [{default}]' if default else ''}: ")
        context.stderr.flush()
        line = context.stdin.readline()
        if not line:
            context.stderr.write("\n")
            raise UsageError("the answers ended early; nothing was written", hint="`agendad init --help` lists options")
        answer = line.strip() or default
        if (wrong := objection(answer)) is None:
            return answer
        message, hint = wrong
        context.stderr.write(printable(f"  {message}" + (f"; {hint}" if hint else "") + "\n"))
