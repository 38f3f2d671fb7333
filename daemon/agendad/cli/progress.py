"""Progress of long work on stderr, for a person who waits at a terminal; anywhere else nothing is shown.

`rich` is imported only when the work has lasted long enough to be worth a line.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from rich.progress import Progress, TaskID

    from agendad.cli.context import Context

PATIENCE: Final = 0.4
"""Seconds of work before anything is shown."""


class Meter:
    """Told how far the work is; shows it on `stream` (None: nowhere) once it has lasted `patience` seconds."""

    def __init__(self, text: str, stream: TextIO | None, patience: float = PATIENCE) -> None:
        self._text = text
        self._stream = stream
        self._due = time.monotonic() + patience
        self._done = 0
        self._shown: tuple[Progress, TaskID] | None = None

    def __call__(self, done: int, total: int | None = None, text: str = "") -> None:
        """`done` of `total` (None: unknown) is finished; `text` replaces what is said to be going on."""
        self._done = done
        self._text = text or self._text
        if self._stream is None or (self._shown is None and time.monotonic() < self._due):
            return
        if self._shown is None:
            self._shown = _start(self._text, self._stream)
        display, task = self._shown
        display.update(task, completed=done, total=total, description=self._text)

    def advance(self, more: int = 1) -> None:
        """`more` is finished than before, of a total that is not known."""
        self(self._done + more)

    def stop(self) -> None:
        """Takes the line away."""
        if self._shown is not None:
            self._shown[0].stop()
            self._shown = None


@contextmanager
def progress(context: Context, text: str) -> Iterator[Meter]:
    """A meter for the work inside the `with`; call it as often as convenient, it draws ten times a second."""
    meter = Meter(text, context.stderr if context.stderr.isatty() and not context.quiet else None)
    try:
        yield meter
    finally:
        meter.stop()


def _start(text: str, stream: TextIO) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn())
    display = Progress(*columns, console=Console(file=stream), transient=True)
    display.start()
    return display, display.add_task(text, total=None)
