"""What lies outside of the daemon in `lived.py`: time, and a calendar and a mailbox as the person and others see them.

`lived_folders.py` has those on disk, `lived_google.py` an account. Both read and write without the product's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from agendad.app.home import Home


@dataclass
class Time:
    """`true` is what time it is, `skew` by how much the machine's clock is wrong; `steady` are seconds awake."""

    true: datetime
    skew: timedelta = timedelta()
    steady: float = 0.0

    def clock(self) -> datetime:
        """What the machine thinks."""
        return self.true + self.skew

    def sleep(self, seconds: float) -> None:
        """Time that a process spends waiting."""
        self.true += timedelta(seconds=seconds)
        self.steady += seconds


@dataclass(frozen=True)
class Block:
    """One of the product's events as it stands."""

    title: str
    start: datetime


class Outside(Protocol):
    """What the person and others do and see. A draft and a block are told by their keys, a meeting by its name."""

    settings: str

    def home(self, config: Path, state: Path, checkpoint: Callable[[str], None] | None) -> Home: ...
    def meet(self, name: str, start: datetime, minutes: int) -> None: ...
    def uid(self, name: str) -> str: ...
    def cancel(self, name: str) -> None: ...
    def blocks(self) -> dict[str, Block]: ...
    def rename(self, key: str, title: str) -> None: ...
    def move(self, key: str, by: timedelta) -> None: ...
    def delete(self, key: str) -> None: ...
    def drafts(self) -> dict[str, bytes]: ...
    def edit(self, key: str) -> None: ...
    def discard(self, key: str) -> None: ...
    def send(self, key: str) -> None: ...
    def trouble(self, chance: random.Random) -> None: ...
    def vanish(self, chance: random.Random) -> None: ...
    def calm(self) -> None: ...
    def stand(self) -> object: ...
    def foreign_is_untouched(self) -> None: ...
    def settle(self) -> None: ...
    def travel(self, zone: str) -> None: ...
    def secrets(self) -> tuple[str, ...]: ...


def key_of(mail: bytes) -> str:
    """The key that a draft carries."""
    found = re.search(rb"(?mi)^X-Agendad-Key:\s*(\S+)\s*$", mail)
    assert found is not None
    return found[1].decode()
