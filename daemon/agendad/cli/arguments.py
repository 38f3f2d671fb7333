"""The parsers: one for what stands before the command name, one for each command. `main.py` reads with them, completion
reads them.

The common options are accepted on both sides of the name. Only the module of the named command is imported.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, cast

from agendad import __version__
from agendad.cli.table import COMMANDS, GROUPS
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agendad.cli.context import Context
    from agendad.cli.table import Command

_EXAMPLES: Final = """examples:
  agendad demo try-it             build an example in ./try-it and show its week
  agendad when "first monday of month"
"""


class CommandModule(Protocol):
    """What `commands/NAME.py` holds."""

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Adds the command's own options."""
        ...

    def run(self, args: argparse.Namespace, context: Context) -> int:
        """Does the work; the exit status."""
        ...


def parse(argv: Sequence[str]) -> tuple[Command, argparse.Namespace] | None:
    """The named command and all its arguments; None when no command was named.

    Prints and exits for `--help` and `--version`, raises UsageError for what cannot be understood.
    """
    args = _parse_all(top_parser(), argv, argparse.Namespace())
    if not args.rest:
        return None
    name, *rest = args.rest
    del args.rest
    if name not in COMMANDS:
        raise UsageError(f"unknown command `{name}`", hint=_nearest(name, COMMANDS) or "`agendad --help` lists them")
    command = COMMANDS[name]
    _parse_all(command_parser(command), rest, args)
    if args.json and not command.json:
        raise UsageError(f"`{name}` has no --json")
    return command, args


def load(command: Command) -> CommandModule:
    """The module of a command, imported now."""
    return cast("CommandModule", import_module(f"agendad.cli.commands.{command.name}"))


def command_parser(command: Command) -> Parser:
    """The parser for what follows the name of `command`."""
    parser = Parser(
        prog=f"agendad {command.name}",
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    load(command).arguments(parser)
    common(parser, json=command.json)
    return parser


def help_text() -> str:
    """What `agendad --help` prints."""
    return top_parser().format_help()


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Measures the terminal without `shutil`, whose import costs more than all the rest of `--help`."""

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size().columns
        except (ValueError, OSError):
            columns = 80
        super().__init__(prog, max_help_position=28, width=max(40, min(columns, 100) - 2))


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing and exiting, so that wrong usage looks like every other error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"`{self.prog} --help` shows what it takes")

    def visible(self) -> list[argparse.Action]:
        """Every argument that `--help` shows, in its order."""
        return [action for action in self._actions if action.help != argparse.SUPPRESS]


def top_parser() -> Parser:
    """The parser for what stands before the name of a command; the name and all after it become `rest`."""
    groups = [
        f"{group}:\n" + "".join(f"  {command.name:<12}{command.summary}\n" for command in commands)
        for group, commands in GROUPS.items()
    ]
    parser = Parser(
        prog="agendad",
        usage="agendad [options] COMMAND ...",
        description="Keeps your calendar in the rhythm that your rule files describe.\n\n" + "\n".join(groups),
        epilog=_EXAMPLES,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    common(parser, json=True)
    parser.add_argument("--version", action="version", version=f"agendad {__version__}")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _parse_all(parser: Parser, words: Sequence[str], into: argparse.Namespace) -> argparse.Namespace:
    args, unknown = parser.parse_known_args(words, into)
    if unknown:
        options = [option for action in parser.visible() for option in action.option_strings]
        raise UsageError(
            f"`{parser.prog}` does not take {', '.join(f'`{word}`' for word in unknown)}",
            hint=_nearest(unknown[0], options) or f"`{parser.prog} --help` shows what it takes",
        )
    return args


def common(parser: argparse.ArgumentParser, *, json: bool) -> None:
    """The options of every command. A value given before the name stands unless it is given again after it."""
    group = parser.add_argument_group("common options")
    group.add_argument("--config", metavar="DIR", help="the configuration folder (else AGENDAD_CONFIG)")
    group.add_argument("--state", metavar="DIR", help="the state folder (else AGENDAD_STATE)")
    group.add_argument("--now", metavar="INSTANT", help="act as if it were that moment: 2026-11-23T08:00")
    group.add_argument("-q", "--quiet", action="store_true", help="print the result only, no remarks")
    group.add_argument("--json", action="store_true", help="print the result as JSON" if json else argparse.SUPPRESS)


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""
