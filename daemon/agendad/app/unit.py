"""The systemd units of a person: the shipped ones, with the command and the folders of this installation in them.

Called by `agendad init`. Nothing is started here: `COMMANDS` says how a person does that.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.data import systemd_dir
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMANDS: Final = (
    ("systemctl --user daemon-reload", "makes systemd read the unit"),
    ("systemctl --user enable --now agendad", "starts it, now and at every login"),
    ("loginctl enable-linger", "on a server: also while you are not logged in"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit file as it should stand at `path`."""

    path: Path
    text: str

    def conflicts(self) -> bool:
        """Whether another unit stands there already, or one that cannot be read."""
        try:
            return self.path.read_bytes() != self.text.encode()
        except FileNotFoundError:
            return False
        except OSError:
            return True


def user_units(folder: Path, config: Path, state: Path) -> list[Unit]:
    """The units of this person for the program that runs now: the daemon, and the timer that can take its place.

    `folder` is where all programs keep their configuration, `config` and `state` are those of agendad. They are named
    in the units only where agendad would not find them by itself: a service lacks the `XDG_*` variables of a login
    shell. Raises UsageError for a path that a unit cannot hold.
    """
    environment = {}
    if config != Path.home() / ".config/agendad":
        environment["AGENDAD_CONFIG"] = str(config)
    beside = config / "state"
    if state != (beside if beside.is_dir() else Path.home() / ".local/state/agendad"):
        environment["AGENDAD_STATE"] = str(state)
    command = running_command()
    return [
        Unit(folder / "systemd/user" / path.name, rendered(path.read_text("utf-8"), command, environment))
        for path in sorted((systemd_dir() / "user").iterdir())
    ]


def check(units: Sequence[Unit]) -> None:
    """Raises UsageError when another unit stands where one of these belongs."""
    others = [str(unit.path) for unit in units if unit.conflicts()]
    if others:
        hint = "move away what is no longer wanted and run `agendad init --unit` again, or edit by hand"
        raise UsageError(f"other units are there already: {', '.join(others)}", hint=hint)


def write(units: Sequence[Unit]) -> list[Path]:
    """Puts the units in their places, and returns those. Raises UsageError when one cannot be written."""
    check(units)
    try:
        for unit in units:
            unit.path.parent.mkdir(parents=True, exist_ok=True)
            unit.path.write_bytes(unit.text.encode())
    except OSError as error:
        raise UsageError(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    return [unit.path for unit in units]


def running_command() -> tuple[str, ...]:
    """How to start the agendad that runs now: the command beside its Python, else the Python with the module.

    Links are not followed: the Python of a virtual environment is a link, and knows its environment by its own place.
    """
    beside = Path(sys.executable).absolute().with_name("agendad")
    if os.access(beside, os.X_OK):
        return (str(beside),)
    return (str(Path(sys.executable).absolute()), "-P", "-m", "agendad")  # -P: no module from the working directory


def rendered(shipped: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
    """A shipped unit file with another command for `agendad`, and with variables for it."""
    start = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items())
    start += f"ExecStart={_command_line(command)} "
    return re.sub(r"^ExecStart=agendad ", lambda _: start, shipped, flags=re.MULTILINE)


def _command_line(command: Sequence[str]) -> str:
    """The words as systemd.service(5), "Command lines", wants them.

    `:` turns off what `$` would mean, which could not be escaped in the path itself. That path may hold neither quotes
    nor backslashes nor control characters, however they are written (`string_is_safe` in systemd), so that a shell has
    to start such a one.
    """
    words = list(command)
    if re.search(r"[\"'\\\x00-\x1f\x7f]", words[0]):
        words = ["/bin/sh", "-c", 'exec "$0" "$@"', *words]
    prefix = ":" if any("$" in word for word in words) else ""
    return prefix + " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """One word: systemd.syntax(7), "Quoting", and `%%` for systemd.unit(5), "Specifiers"."""
    if re.fullmatch(r"[\w./:=@+,-]+", word, re.ASCII):
        return word
    try:
        word.encode()
    except UnicodeEncodeError:
        raise UsageError(f"a unit cannot name {word!r}: it is not UTF-8", hint="move it to another folder") from None
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    escaped = re.sub(r"[\x01-\x1f\x7f]", lambda match: f"\\x{ord(match[0]):02x}", escaped)
    return f'"{escaped}"'
