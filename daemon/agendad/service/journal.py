"""The log of the daemon."""

from __future__ import annotations

from typing import Literal, Protocol

Level = Literal["debug", "info", "warning", "error"]
Fact = str | int | float | bool


class Journal(Protocol):
    """Takes what the daemon has to say. No secret, no mail body and no title of an event is ever among it."""

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """One line: `event` is a stable word for programs (`cycle`, `reload`), `text` a sentence for people."""
        ...
