"""`agendad init`: a first configuration, from flags or a few questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.cli.printable import printable
from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse

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


def run(args: argparse.Namespace, context: Context) -> int:
    """Writes the files and says what to do next."""
    from agendad.app.first import Answers
    from agendad.app.init import country_of, objection, write
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
    written = write(context.config_dir, Answers(pack=args.pack, **answers))
    if context.json:
        context.print_json({"version": 1, "files": [str(path) for path in written]})
        return 0
    context.print(f"wrote {len(written)} files into {context.config_dir}:")
    for path in written:
        context.print(f"  {path.relative_to(context.config_dir)}")
    _tell_what_next(context, answers)
    return 0


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
