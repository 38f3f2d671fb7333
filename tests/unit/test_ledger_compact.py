"""What the ledger lets go in time, and what it never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from ledger_world import ALL, FIELDS, MADE, NOW, VAIN, apply, create, draft, mail, update

from agendad.ledger import Ledger, files, history
from agendad.ledger.compact import COMMITS, ROWS, Ages, Kept, compact
from agendad.ledger.logbook import lines
from agendad.model.calendar import EventFields
from agendad.model.memory import Decided, Decisions

DAY = timedelta(days=1)
AGES = Ages(90 * DAY, 100 * DAY, 400 * DAY)
LATER = NOW + 1000 * DAY


MANY = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})
    INSERT INTO changes (run, action, key, rule, calendar, before, before_digest, after, digest, why, status)
    SELECT run, action, key || n, rule, calendar, before, before_digest, after, digest, why, status
    FROM changes, numbers"""


def fields(start: datetime) -> EventFields:
    return EventFields("Deep work", start, start + timedelta(hours=2))


def recent(ledger: Ledger, count: int = 50, since: datetime = LATER) -> None:
    """So many applies, one an hour: enough of them for all that was before to be old."""
    for number in range(count):
        at = since + timedelta(hours=number)
        apply(ledger, create(f"new/{number}", fields(at)), now=at)


def keys(ledger: Ledger, name: str, column: int = 0) -> set:
    """What stands in the first column of a table, or another one."""
    return {row[column] for row in ledger.rows(ALL[name])}


def old(ledger: Ledger) -> None:
    """Two applies, three drafts and two decisions at NOW, all of which have ended."""
    apply(ledger, create("a/1", FIELDS, *MADE), create("a/2", fields(NOW + 500 * DAY)))
    mail(ledger, draft("m/1"), draft("m/2"), draft("m/3"), why=MADE)
    mail(ledger, draft("m/3", "removing"), how="withdrawn", why=VAIN)
    ledger.observe_drafts([draft("m/1", "sent"), draft("m/2", "deleted")])
    ledger.decide([Decided("a/1", "a", "written", MADE), Decided("a/9", "a", "skipped", VAIN)], NOW)


class TestWhatGoes:
    def test_all_that_is_old_goes_and_what_is_to_come_stays(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger)
            ledger.decide([Decided("new/1", "new", "written", ())], LATER)
            kept = compact(ledger, AGES, LATER + 10 * DAY)
            assert kept == Kept(runs=3, changes=2, decisions=2, written=2, drafts=2)
            assert kept.removed == 11
            assert len(lines(ledger)) == len(history.runs(ledger, -1)) == 50
            assert min(keys(ledger, "runs")) == 4
            assert keys(ledger, "decisions") == {"new/1"}

    def test_a_second_time_removes_and_writes_nothing(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger)
            compact(ledger, AGES, LATER + 10 * DAY)
            before = ledger.rows("SELECT total_changes()")
            stood = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
            assert compact(ledger, AGES, LATER + 10 * DAY) == Kept()
            assert ledger.rows("SELECT total_changes()") == before
            assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stood

    def test_each_kind_has_its_age(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1", fields(LATER - 399 * DAY)), now=LATER - 399 * DAY)
            apply(ledger, create("a/2", fields(LATER - 89 * DAY)), now=LATER - 89 * DAY)
            ledger.decide([Decided("a/1", "a", "written", ())], LATER - 99 * DAY)
            ledger.decide([], LATER)
            mail(ledger, draft("m/1", made=LATER - 399 * DAY, due=LATER - 399 * DAY), now=LATER - 399 * DAY)
            ledger.observe_drafts([draft("m/1", "sent", made=LATER - 399 * DAY, due=LATER - 399 * DAY)])
            recent(ledger)
            assert compact(ledger, AGES, LATER + DAY) == Kept(runs=2, changes=1)
            assert {"a/1", "a/2"} <= keys(ledger, "written")
            assert history.drafts(ledger)[0].draft.status == "sent"

    def test_a_large_history_goes_a_part_at_a_time(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/0"))
            ledger.rows(MANY.format(COMMITS * ROWS + ROWS))
            count = len(keys(ledger, "changes"))
            size = _size(ledger, tmp_path)
            recent(ledger)
            first = compact(ledger, AGES, LATER + DAY)
            assert (first.changes, first.more) == (ROWS * COMMITS, True)
            total = first.removed
            while (kept := compact(ledger, AGES, LATER + DAY)).more:
                total += kept.removed
            assert total + kept.removed == count + 2  # the changes, their run, and what was written
            assert _size(ledger, tmp_path) < size / 50
            assert ledger.rows("PRAGMA integrity_check") == [("ok",)]
            assert ledger.rows("PRAGMA user_version") == [(len(files.MIGRATIONS),)]


def _size(ledger: Ledger, folder) -> int:
    ledger.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return sum(path.stat().st_size for path in folder.iterdir())


class TestWhatStays:
    def test_with_less_than_fifty_runs_after_it_all_stays(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger, 49)
            assert compact(ledger, AGES, LATER + 900 * DAY) == Kept()

    def test_an_empty_ledger_has_nothing_to_let_go(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            assert compact(ledger, AGES, LATER) == Kept()

    def test_applies_that_can_be_taken_back_stay_when_newer_ones_were_taken_back(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger)
            ledger.mark_undone(range(10, 30))
            assert compact(ledger, AGES, LATER + 10 * DAY) == Kept()

    def test_an_open_intent_stays_with_its_run(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            run = ledger.run("apply", NOW)
            run.intend([create("a/1"), create("a/2")])
            old(ledger)
            recent(ledger)
            compact(ledger, AGES, LATER + 10 * DAY)
            assert [intent.key for intent in ledger.memory(Decisions(), LATER).intents] == ["a/1", "a/2"]
            assert lines(ledger)[-1].at == NOW
            assert run.number in keys(ledger, "runs")

    @pytest.mark.parametrize("status", ["open", "made", "removing"])
    def test_a_draft_that_may_lie_in_drafts_stays(self, tmp_path, status):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            ledger.observe_drafts([draft("m/4", status)])
            recent(ledger)
            assert compact(ledger, AGES, LATER + 10 * DAY).drafts == 3
            assert keys(ledger, "drafts") == {"m/4"}

    def test_the_newest_draft_tells_that_the_mailbox_was_used(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            ledger.observe_drafts([draft("m/1", "sent"), draft("m/2", "sent", made=NOW + DAY)])
            recent(ledger)
            assert compact(ledger, AGES, LATER + 10 * DAY).drafts == 1
            assert ledger.knows_drafts()

    def test_what_a_recent_run_withdrew_or_that_is_to_come_stays(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            mail(ledger, draft("m/5"), draft("m/6", due=LATER), draft("m/7", made=NOW + DAY))
            ledger.observe_drafts([draft("m/6", "deleted", due=LATER), draft("m/7", "sent", made=NOW + DAY)])
            recent(ledger)
            mail(ledger, draft("m/5", "removing"), how="withdrawn", now=LATER + 3 * DAY)
            compact(ledger, AGES, LATER + 10 * DAY)
            assert keys(ledger, "drafts") == {"m/5", "m/6", "m/7"}

    def test_why_a_key_is_as_it_is_stays_while_it_is_decided(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger)
            stands = Decided("a/9", "a", "skipped", VAIN)
            ledger.decide([stands], LATER)
            assert compact(ledger, AGES, LATER + 10 * DAY).decisions == 1
            ((found, at),) = history.decisions(ledger)
            assert (found, at) == (stands, NOW.astimezone(UTC))

    def test_a_clock_that_is_years_ahead_makes_nothing_old(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            old(ledger)
            recent(ledger, since=NOW + DAY)
            apply(ledger, update("a/1", FIELDS, fields(NOW)), now=NOW + 9000 * DAY)
            assert compact(ledger, AGES, NOW + 9000 * DAY) == Kept()


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("point", range(1, 11))
def test_killed_around_any_commit_it_goes_on_where_it_was(tmp_path, point):
    left = point

    def die(where: str) -> None:
        nonlocal left
        left -= "compact" in where
        if left == 0:
            raise Killed

    with Ledger.open(tmp_path) as ledger:
        old(ledger)
        recent(ledger, 5)
    with Ledger.open(tmp_path, die) as ledger, pytest.raises(Killed):
        compact(ledger, AGES, LATER + 10 * DAY, whole=5)
    with Ledger.open(tmp_path) as ledger:
        compact(ledger, AGES, LATER + 10 * DAY, whole=5)
        counts = {name: len(ledger.rows(query)) for name, query in ALL.items()}
        assert counts == {"runs": 5, "changes": 5, "written": 5, "decisions": 0, "drafts": 1}
        assert compact(ledger, AGES, LATER + 10 * DAY, whole=5) == Kept()
