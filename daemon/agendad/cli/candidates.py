"""What may stand at the cursor of a half-typed `agendad` command; the completion scripts ask for it at each TAB.

Everything is read from the parsers themselves, so that completion never falls behind the commands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.cli.arguments import command_parser, top_parser
from agendad.cli.table import COMMANDS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from agendad.cli.arguments import Parser

Candidate = tuple[str, str]  # a word and its meaning, maybe empty

_RULE_ID: Final = re.compile(r"( +)([a-z0-9]+(?:-[a-z0-9]+)*):\s*(?:#.*)?")


def candidates(words: Sequence[str], config_dir: Path) -> list[Candidate]:
    """The words that may replace the last of `words`; none where a file name, or nothing that is known, may stand.

    `words` is the command line up to the cursor, without `agendad`. `config_dir` is where rules are looked for
    unless the words name another folder.
    """
    *before, current = words or [""]
    parser = top_parser()
    named = False
    place = 0
    awaiting: argparse.Action | None = None
    for word in before:
        if awaiting is not None:
            config_dir = Path(word).expanduser() if awaiting.dest == "config" else config_dir
            awaiting = None
        elif word.startswith("-"):
            awaiting = next((a for a in parser.visible() if word in a.option_strings and a.nargs != 0), None)
        elif named:
            below = _subcommands(parser).get(word)
            parser, place = (below, 0) if below else (parser, place + 1)
        elif word in COMMANDS:
            parser, named = command_parser(COMMANDS[word]), True
        else:
            return []
    if awaiting is not None:
        found = _values(awaiting, config_dir)
    elif current.startswith("-"):
        found = [(option, action.help or "") for action in parser.visible() for option in action.option_strings]
    elif not named:
        found = [(command.name, command.summary) for command in COMMANDS.values()]
    else:
        found = _positional(parser, place, config_dir)
    return [(word, meaning) for word, meaning in found if word.startswith(current)]


def _subcommands(parser: Parser) -> Mapping[str, Parser]:
    """The parsers of what may stand behind the name of a command such as `people`."""
    return next((action.choices for action in parser.visible() if isinstance(action.choices, Mapping)), {})


def _positional(parser: Parser, place: int, config_dir: Path) -> list[Candidate]:
    """What may stand at the positional argument number `place`; the last one may be open-ended."""
    actions = [action for action in parser.visible() if not action.option_strings]
    if place < len(actions):
        return _values(actions[place], config_dir)
    return _values(actions[-1], config_dir) if actions and actions[-1].nargs in {"*", "+"} else []


def _values(action: argparse.Action, config_dir: Path) -> list[Candidate]:
    """The choices of an argument; the ids of all rules where its name in the help text speaks of a RULE."""
    if action.choices is not None:
        return [(str(choice), "") for choice in action.choices]
    if "RULE" in str(action.metavar):
        return [(rule, "") for path in sorted(config_dir.glob("rules/**/*.yaml")) for rule in _rule_ids(path)]
    return []


def _rule_ids(path: Path) -> Iterator[str]:
    """The ids that a rule file seems to hold, told by their indentation: TAB must be quick, and never complain."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    inside = False
    indent = ""
    for line in lines:
        if line and line[0] not in " #":
            inside, indent = line.startswith("rules:"), ""
        elif inside and (match := _RULE_ID.fullmatch(line)) and match[1] == (indent := indent or match[1]):
            yield match[2]
