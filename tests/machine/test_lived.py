"""Lives of the daemon, two weeks each, by a seed: whatever happens, its promises hold.

`AGENDAD_LIVES` says how many (CONTRIBUTING.md).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from machine.lived import Life
from machine.lived_checks import calm, check

if TYPE_CHECKING:
    from pathlib import Path

LIVES = int(os.environ.get("AGENDAD_LIVES", "12"))


def life(root: Path, seed: int) -> Life:
    """Every fourth is at Google."""
    return Life(root, seed, google=seed % 4 == 3)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's, which the person takes along."""
    monkeypatch.setenv("TZ", "Europe/Paris")


@pytest.mark.parametrize("seed", range(LIVES))
def test_whatever_happens_in_two_weeks_the_promises_hold(tmp_path: Path, seed: int) -> None:
    lived = life(tmp_path, seed)
    lived.live()
    calm(lived)
    check(lived)
