"""One apply of several is taken back on Google, where the person moved, renamed, deleted, edited and sent since."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app.take_back import undo_last, undo_run
from agendad.errors import UsageError
from agendad.ledger import history
from agendad.ledger.logbook import Asked, lines
from emulator import Fault, Kind
from machine.googled import PARIS, Month

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.app.take_back import TakenBack

DAY = timedelta(days=1)


def take_back(month: Month, number: int = 0) -> TakenBack:
    """`agendad undo --run NUMBER --yes`, or without a number the last one."""
    now = month.now.astimezone(PARIS)
    with month.home.working() as ledger:
        desk = month.desk(month.home, ledger)
        if number:
            return undo_run(desk, now, number, lambda _: None)
        return undo_last(desk, now, 1, lambda _: None)


def blocks(month: Month) -> dict[str, str]:
    """The titles of our events, by key."""
    found = {}
    for each in month.blocks():
        found[each["extendedProperties"]["private"]["agendad-key"]] = each["summary"]
    return found


@pytest.fixture
def month(tmp_path: Path) -> Month:
    """Three applies: the blocks of two weeks; those of a day more; other titles."""
    month = Month(tmp_path, 5)
    month.cycle()
    month.now += DAY
    month.cycle()
    month.now += timedelta(hours=1)
    rules = month.home.config / "rules" / "all.yaml"
    rules.write_text(rules.read_text().replace("block: Deep work", "block: Deeper work"))
    month.cycle()
    return month


def test_one_apply_goes_alone_and_what_came_after_stays(month: Month) -> None:
    before = blocks(month)
    with month.home.ledger() as ledger:
        second = {each.key: each for each in history.applied(ledger, (2,))}
        third = {each.key for each in history.applied(ledger, (3,))}
    made = {key for key, each in second.items() if each.before is None}
    assert made - third
    assert third & made
    taken = take_back(month, 2)
    taken.check()
    after = blocks(month)
    assert before.keys() - after.keys() == made - third
    assert {each.key for each in taken.left} == third & second.keys()
    assert all(after[key] == before[key] for key in after)
    assert month.calm() == 0
    assert blocks(month) == after


def test_hand_changes_since_stay(month: Month) -> None:
    with month.home.ledger() as ledger:
        third = {each.key for each in history.applied(ledger, (3,))}
    renamed, deleted, *_ = sorted(third)
    ids = {each["extendedProperties"]["private"]["agendad-key"]: each["id"] for each in month.blocks()}
    month.hand.patch(ids[renamed], {"summary": "Mine"})
    month.hand.delete(ids[deleted])
    taken = take_back(month, 3)
    taken.check()
    assert {each.key for each in taken.left} == {renamed, deleted}
    after = blocks(month)
    assert after[renamed] == "Mine"
    assert deleted not in after
    assert {after[key] for key in third - {renamed, deleted}} == {"Deep work"}
    assert month.calm() == 0
    assert blocks(month) == after


def test_a_draft_that_was_sent_or_edited_stays(month: Month) -> None:
    month.now = month.now.replace(hour=12) + 3 * DAY  # Friday: the weekly draft is due
    month.cycle()
    with month.home.ledger() as ledger:
        number = history.last_runs(ledger, 1)[0]
        (draft,) = history.drafted(ledger, (number,))
    (ident,) = [ident for ident, key in month.drafts() if key == draft.key]
    month.ada.mailbox.edit_draft(ident, lambda raw: raw.replace(b"Hello", b"Dear friend"))
    taken = take_back(month, number)
    assert draft.key in {each.key for each in taken.left}
    assert [key for _, key in month.drafts()] == [draft.key]
    with pytest.raises(UsageError, match="taken back already"):
        take_back(month, number)


def test_one_whose_answers_were_lost_is_settled_first_and_then_taken_back(month: Month) -> None:
    """Google did the writes of the last apply, but the answer never came."""
    before = blocks(month)
    month.now += DAY
    month.google.faults.add(Fault(Kind.LOST_AFTER, "batch"))
    month.cycle()
    month.google.faults.off()
    with month.home.ledger() as ledger:
        number = history.runs(ledger)[0].number
        open_ = {entry.key for entry in lines(ledger, Asked(run=number)) if entry.status == "open"}
    assert open_ & blocks(month).keys() - before.keys()
    take_back(month, number).check()
    assert blocks(month) == before
    assert month.calm() == 0


def test_one_of_months_ago_goes_where_its_blocks_stand(month: Month) -> None:
    with month.home.ledger() as ledger:
        first = {each.key for each in history.applied(ledger, (1,))}
        later = history.changed_later(ledger, 1).keys()
    month.now += 40 * DAY
    month.cycle()
    stood = blocks(month).keys()
    assert first - later & stood
    take_back(month, 1).check()
    assert stood - blocks(month).keys() == (first - later) & stood
    assert month.calm() == 0
