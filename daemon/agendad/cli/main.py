"""The `agendad` command: reads the arguments, runs one command, and turns every way it can end into an exit status.

`docs/operations.md` documents the statuses. Nothing but argparse and a table of names is imported until a command is
named (`tests/e2e/test_cli_frame.py` holds the import budget).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from agendad.cli.arguments import help_text, load, parse
from agendad.errors import AgendadError, ProblemsFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.cli.context import Context

EXIT_USAGE: Final = 2
EXIT_UNPRINTED: Final = 3
EXIT_FAULT: Final = 70  # EX_SOFTWARE of sysexits.h
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT, as shells report it


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status. `argv` is without the program's name."""
    _open_all()
    _print_anything()
    words = sys.argv[1:] if argv is None else list(argv)
    try:
        status = _run(words)
    except BrokenPipeError:
        status = 0
    except KeyboardInterrupt:
        _tell("interrupted")
        status = EXIT_INTERRUPTED
    except Exception:  # the last resort: a fault of ours keeps its traceback, and the person is told what to do with it
        _report_fault(words)
        status = EXIT_FAULT
    return _flush(status)


def _run(words: Sequence[str]) -> int:
    try:
        try:
            parsed = parse(words)
        except SystemExit:  # argparse has printed the help or the version
            return 0
        except OSError as error:  # ... or could not
            return _unprinted(error)
        if parsed is None:
            sys.stderr.write(help_text())
            return EXIT_USAGE
        command, args = parsed
        from agendad.cli.context import make_context

        context = make_context(args, os.environ, (sys.stdin, sys.stdout, sys.stderr))
        try:
            return load(command).run(args, context)
        except ProblemsFound as found:
            _show_problems(found, context)
            return found.exit_status
    except AgendadError as error:
        _tell(f"error: {error.message}", error.hint)
        return error.exit_status


def _show_problems(found: ProblemsFound, context: Context) -> None:
    from agendad.cli import problems

    if context.json:
        context.print_json(problems.as_json(found.diagnostics))
    else:
        sys.stderr.write(problems.as_text(found.diagnostics, colour=context.colour_errors))


def _report_fault(words: Sequence[str]) -> None:
    import platform
    import traceback

    from agendad import __version__
    from agendad.cli.table import COMMANDS

    traceback.print_exc()
    name = next((word for word in words if word in COMMANDS), "")
    _tell(
        "error: this is a fault in agendad itself",
        f"please report it with the text above (look it over: it may quote your calendar) and: `agendad {name}`,"
        f" agendad {__version__}, Python {platform.python_version()}, {platform.platform()}",
    )


def _flush(status: int) -> int:
    """Sends off what is still to be printed; a reader that has gone away is no error, a full disk is."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return _unprinted(error) or status
    return status


def _unprinted(error: OSError) -> int:
    """The status when stdout takes no more: nothing is wrong when its reader has gone away."""
    from agendad.cli.context import close_quietly

    close_quietly(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return 0
    _tell(f"error: the result cannot be printed: {(error.strerror or str(error)).lower()}")
    return EXIT_UNPRINTED


def _tell(message: str, hint: str = "") -> None:
    from agendad.cli.printable import printable

    sys.stderr.write(printable(f"agendad: {message}\n" + (f"  hint: {hint}\n" if hint else "")))


def _open_all() -> None:
    """A stream that the shell has closed (`>&-`) leads nowhere, and no file that is opened later takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, closefd=False))


def _print_anything() -> None:
    """Titles in any script must not stop a command on a terminal that cannot show them; they are escaped there."""
    from io import TextIOWrapper

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
