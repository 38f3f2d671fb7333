"""Months on Google, each by a seed, in which everything goes wrong: at their end all is as it should be.

`AGENDAD_GOOGLE_MONTHS` says how many (CONTRIBUTING.md).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from agendad.app.apply import cycle
from agendad.errors import RefusedBySafety
from machine.googled import PARIS, Month

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = int(os.environ.get("AGENDAD_GOOGLE_MONTHS", "2"))


@pytest.mark.parametrize("seed", range(MONTHS))
def test_after_a_month_of_trouble_everything_is_as_it_should_be(tmp_path: Path, seed: int) -> None:
    month = Month(tmp_path, seed)
    month.live()
    assert month.calm() <= 3
    month.check()
    month.google.log.clear()
    for _ in range(2):
        assert month.cycle() is not None
    assert month.writes() == []


@pytest.mark.parametrize("seed", range(max(1, MONTHS // 4)))
def test_two_installations_on_one_account_do_not_fight(tmp_path: Path, seed: int) -> None:
    month = Month(tmp_path, 10_000 + seed)
    month.homes.append(month.installed("two"))
    month.live()
    assert month.calm() <= 3
    month.check()


@pytest.mark.parametrize("stale", [False, True], ids=["since the last reading", "with the token too old"])
def test_a_calendar_that_lost_all_its_blocks_at_once_is_refused(tmp_path: Path, stale: bool) -> None:
    month = Month(tmp_path, 1)
    month.cycle()
    for block in month.blocks():
        month.hand.delete(block["id"])
    if stale:
        month.hand.expire_sync_tokens()
    month.google.log.clear()
    with month.home.working() as ledger, pytest.raises(RefusedBySafety, match="now reads empty"):
        cycle(month.desk(month.home, ledger), month.now.astimezone(PARIS))
    assert month.writes() == []
