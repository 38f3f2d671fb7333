"""What every command is given besides its own arguments: folders, the clock, and how to print.

Made once by `main.py`. Commands read the clock and the terminal only through this.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from agendad.cli.printable import json_printable, printable
from agendad.errors import ProviderError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from datetime import tzinfo

    from agendad.ports import Clock

_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock, told in one zone."""

    zone: tzinfo

    def now(self) -> datetime:
        """The current instant in the zone."""
        return datetime.now(self.zone)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for `--now`."""

    moment: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Instant:
    """`--now` as it was given: aware, or a wall-clock time (naive) whose zone only the configuration tells."""

    moment: datetime

    @classmethod
    def parse(cls, text: str) -> Instant:
        """An RFC 3339 instant (`2026-11-23T08:00:00+01:00`), or a local one without an offset, seconds optional.

        Raises UsageError for anything else.
        """
        if _INSTANT.fullmatch(text):
            try:
                return cls(datetime.fromisoformat(text.upper()))
            except ValueError as error:
                raise UsageError(f"--now `{text}`: {error}") from None
        raise UsageError(
            f"--now `{text}` is not an instant",
            hint="write it like 2026-11-23T08:00 or 2026-11-23T08:00:00+01:00",
        )

    def in_zone(self, zone: tzinfo) -> datetime:
        """The instant in `zone`; a wall-clock time that the spring change skips moves forward by the gap."""
        if self.moment.tzinfo is not None:
            return self.moment.astimezone(zone)
        return self.moment.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


@dataclass(frozen=True, slots=True)
class Context:
    """Folders, clock and streams of one run of the command.

    `config` and `state` are the folders that were asked for, None for the default; use `config_dir` and `state_dir`.
    `instant` is `--now`, None for the system clock. `colour` is for stdout, `colour_errors` for stderr;
    `interactive` says that questions can be asked.
    """

    config: Path | None
    state: Path | None
    instant: Instant | None
    json: bool
    quiet: bool
    colour: bool
    colour_errors: bool
    interactive: bool
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO

    @property
    def config_dir(self) -> Path:
        """The configuration folder, absolute: `--config`, `AGENDAD_CONFIG`, or the user's."""
        if self.config is not None:
            return self.config
        from platformdirs import user_config_path

        return user_config_path("agendad", appauthor=False)

    @property
    def state_dir(self) -> Path:
        """The state folder, absolute: `--state`, `AGENDAD_STATE`, `state/` in the configuration folder, the user's.

        A configuration that carries its state with it (as `agendad demo` makes one) needs no second option, and
        never mixes its ledger with the person's own.
        """
        if self.state is not None:
            return self.state
        if (beside := self.config_dir / "state").is_dir():
            return beside
        from platformdirs import user_state_path

        return user_state_path("agendad", appauthor=False)

    def clock(self, zone: tzinfo) -> Clock:
        """The clock of this run, told in `zone`."""
        return SystemClock(zone) if self.instant is None else FixedClock(self.instant.in_zone(zone))

    def print(self, text: str = "") -> None:
        """A line (or several) of the result, on stdout. A reader that has gone away stops nothing but the printing."""
        try:
            self.stdout.write(printable(text, colour=self.colour) + "\n")
        except OSError as error:
            close_quietly(self.stdout)
            if not isinstance(error, BrokenPipeError):
                raise ProviderError(f"the result cannot be printed: {(error.strerror or str(error)).lower()}") from None

    def write(self, text: str) -> None:
        """A result that brings its own line ends, on stdout; nothing when it is empty."""
        if text:
            self.print(text.removesuffix("\n"))

    def print_json(self, value: object) -> None:
        """The machine-readable result, on stdout."""
        import json

        self.print(json_printable(json.dumps(value, ensure_ascii=False, indent=2)))

    def say(self, text: str) -> None:
        """A remark for a person, on stderr; left out with `--quiet`."""
        if not self.quiet:
            self.stderr.write(printable(text, colour=self.colour_errors) + "\n")

    def warn(self, text: str) -> None:
        """Something that did not stop the command but matters, on stderr, also with `--quiet`."""
        self.stderr.write(printable(f"agendad: warning: {text}\n"))

    def confirm(self, question: str) -> bool:
        """Asks on the terminal; false when nobody can be asked, and for any answer but yes."""
        if not self.interactive:
            return False
        self.stderr.write(printable(f"{question} [y/N] "))
        self.stderr.flush()
        return self.stdin.readline().strip().lower() in {"y", "yes"}


def close_quietly(stream: TextIO) -> None:
    """Points a stream whose reader has gone away at nothing, so that neither we nor the interpreter trip over it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def make_context(
    args: argparse.Namespace, environ: Mapping[str, str], streams: tuple[TextIO, TextIO, TextIO]
) -> Context:
    """The context for parsed common arguments and (stdin, stdout, stderr); raises UsageError for a bad `--now`."""
    stdin, stdout, stderr = streams
    return Context(
        config=_folder(args.config, environ.get("AGENDAD_CONFIG")),
        state=_folder(args.state, environ.get("AGENDAD_STATE")),
        instant=None if args.now is None else Instant.parse(args.now),
        json=args.json,
        quiet=args.quiet,
        colour=_colour(stdout, environ),
        colour_errors=_colour(stderr, environ),
        interactive=stdin.isatty() and stderr.isatty(),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
    )


def _folder(option: str | None, variable: str | None) -> Path | None:
    chosen = option or variable
    return Path(chosen).expanduser().absolute() if chosen else None


def _colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """https://no-color.org: any non-empty NO_COLOR turns it off; so does a terminal that cannot."""
    return stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
