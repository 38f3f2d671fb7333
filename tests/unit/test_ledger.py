"""The ledger on real files: what it remembers, what it survives, and what it refuses."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ledger_world import ALL, FIELDS, HOLIDAY, MADE, NOW, VAIN, apply, create, delete, draft, ended, event, mail, update

from agendad.errors import StateUnusable
from agendad.ledger import Ledger, files, history
from agendad.ledger.logbook import Asked, lines
from agendad.model.calendar import EventFields
from agendad.model.identity import digest, uid
from agendad.model.memory import Decided, Decisions, Settled, Written
from agendad.model.plan import Action
from agendad.model.reasons import Reason, ReasonCode


def remembered(ledger: Ledger):
    return ledger.memory(Decisions(), NOW)


class TestMemory:
    def test_what_was_written_is_remembered_over_a_restart(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"), create("a/2", HOLIDAY))
        with Ledger.open(tmp_path) as ledger:
            assert ledger.notices == ()
            assert remembered(ledger).written == {
                "a/1": Written("a", uid("a/1"), "personal", FIELDS.start, FIELDS.end, digest(FIELDS)),
                "a/2": Written("a", uid("a/2"), "personal", HOLIDAY.start, HOLIDAY.end, digest(HOLIDAY)),
            }

    def test_what_was_deleted_or_never_written_is_not(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
            apply(ledger, delete("a/1"))
            apply(ledger, create("a/2"), status="conflict")
            apply(ledger, create("a/3"), status="failed")
            assert remembered(ledger) == ledger.memory(Decisions(), NOW - timedelta(days=900))
            assert (remembered(ledger).written, remembered(ledger).intents) == ({}, ())

    def test_only_what_ended_after_the_given_time_is_asked_for(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"), create("a/2", HOLIDAY))
            assert set(ledger.memory(Decisions(), NOW + timedelta(days=7)).written) == {"a/2"}

    def test_of_a_rule_that_looks_back_longer_more_is_asked_for(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"), create("a-b/1"), create("b/1"), create("c/2", HOLIDAY))
            later = NOW + timedelta(days=7)
            found = ledger.memory(Decisions(), NOW, later, {"a": NOW, "b": later})
            assert set(found.written) == {"a/1", "c/2"}
            assert found.over >= {"a-b/1", "b/1"}
            apply(ledger, delete("b/1"))
            assert "b/1" not in ledger.memory(Decisions(), NOW, later, {}).over

    @pytest.mark.parametrize("fields", [FIELDS, HOLIDAY, EventFields("t", NOW.astimezone(UTC), NOW.astimezone(UTC))])
    def test_an_intent_without_an_outcome_stays_open_with_all_its_fields(self, tmp_path, fields):
        change = update("a/1", HOLIDAY, fields)
        with Ledger.open(tmp_path) as ledger:
            run = ledger.run("apply", NOW)
            (number,) = run.intend([change])
            run.settle([(number, ended("unknown", "timed out"))])
        with Ledger.open(tmp_path) as ledger:
            (intent,) = remembered(ledger).intents
            assert (intent.number, intent.action, intent.key, intent.rule) == (number, Action.UPDATE, "a/1", "a")
            assert (intent.before, intent.after, intent.digest) == (HOLIDAY, fields, digest(fields))
            assert str(intent.after.start.tzinfo if isinstance(intent.after.start, datetime) else None) == str(
                fields.start.tzinfo if isinstance(fields.start, datetime) else None
            )

    def test_an_intent_of_a_version_that_invited_nobody_is_read_as_one(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            ledger.run("apply", NOW).intend([create("a/1", HOLIDAY)])
            ledger.rows("UPDATE changes SET after = json_remove(after, '$.guests')")
            assert remembered(ledger).intents[0].after == HOLIDAY

    def test_what_reading_the_calendar_told_is_recorded(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/0"))
            run = ledger.run("apply", NOW)
            run.intend([create("a/1"), create("a/2")])
            made, missed = remembered(ledger).intents
            found = event("a/3", HOLIDAY)
            ledger.observe([Settled(made, "done"), Settled(missed, "failed")], [found], ["a/0"])
            assert (set(remembered(ledger).written), remembered(ledger).intents) == ({"a/1", "a/3"}, ())

    def test_nothing_is_written_when_there_is_nothing_to_record(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
            ledger.decide([Decided("a/1", "a", "written", ())], NOW)
            before = ledger.rows("SELECT total_changes()")
            run = ledger.run("apply", NOW)
            assert run.intend([]) == ()
            run.settle([])
            run.finish("done", NOW)
            ledger.observe([], [], [])
            ledger.decide([Decided("a/1", "a", "written", ())], NOW + timedelta(days=1))
            ledger.mark_undone([])
            assert (ledger.rows("SELECT total_changes()"), run.number) == (before, None)


STATUSES = ("open", "made", "sent", "deleted", "withdrawn", "removing")


class TestDrafts:
    def test_a_draft_is_remembered_over_a_restart_to_the_second(self, tmp_path):
        made = draft("m/1", made=NOW.replace(microsecond=5), source_end=NOW - timedelta(hours=1))
        with Ledger.open(tmp_path) as ledger:
            run = ledger.run("apply", NOW)
            run.intend_drafts([(made, ())])
            assert remembered(ledger).drafts == {"m/1": replace(made, made=NOW)}
            run.settle_drafts([("m/1", "made", "")])
        with Ledger.open(tmp_path) as ledger:
            assert remembered(ledger).drafts == {"m/1": replace(made, made=NOW, status="made")}

    def test_what_may_lie_in_drafts_is_remembered_for_ever_and_the_rest_since_a_day(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            ledger.observe_drafts(draft(f"m/{status}", status) for status in STATUSES)
            assert remembered(ledger).drafts.keys() == {f"m/{status}" for status in STATUSES}
            later = ledger.memory(Decisions(), NOW + timedelta(days=1)).drafts
            assert later.keys() == {"m/open", "m/made", "m/removing"}

    def test_a_draft_that_failed_is_forgotten_and_one_of_which_nobody_knows_stays_open(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1"), how="failed", message="no room")
            mail(ledger, draft("m/2"), how="unknown", message="timed out")
            assert {key: row.status for key, row in remembered(ledger).drafts.items()} == {"m/2": "open"}
            assert [entry.message for entry in history.drafts(ledger)] == ["timed out"]

    def test_one_that_could_not_be_removed_lies_there_as_it_was_made(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1"), why=MADE)
            mail(ledger, draft("m/1", "removing"), how="failed", message="changed", why=VAIN)
            (entry,) = history.drafts(ledger)
            assert (entry.draft.status, entry.run, entry.why, entry.message) == ("made", 1, MADE, "changed")

    def test_a_withdrawn_draft_keeps_who_made_it_and_both_reasons_until_it_is_made_again(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1"), why=MADE)
            mail(ledger, draft("m/1", "removing"), how="withdrawn", why=VAIN)
            (entry,) = history.drafts(ledger)
            assert (entry.draft.status, entry.run, entry.why) == ("withdrawn", 1, MADE + VAIN)
            mail(ledger, draft("m/1"), why=MADE)
            (entry,) = history.drafts(ledger)
            assert (entry.draft.status, entry.run, entry.why) == ("made", 3, MADE)

    def test_what_the_mailbox_told_is_recorded_and_keeps_who_made_it(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1"), draft("m/2"), draft("m/3"), why=MADE)
            ledger.run("apply", NOW).intend_drafts([(draft("m/2", "removing"), VAIN), (draft("m/3", "removing"), VAIN)])
            mail(ledger, draft("m/0"), how="unknown")
            told = [draft("m/1", "sent"), draft("m/2", "withdrawn"), draft("m/3", "made"), draft("m/9", "made")]
            ledger.observe_drafts(told, ["m/0", "m/unheard"])
            assert sorted(
                (each.draft.key, each.draft.status, each.run, each.why) for each in history.drafts(ledger)
            ) == [
                ("m/1", "sent", 1, MADE),
                ("m/2", "withdrawn", 1, MADE + VAIN),
                ("m/3", "made", 1, MADE),
                ("m/9", "made", None, ()),
            ]

    def test_nothing_is_written_when_the_mailbox_tells_nothing_new(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1", made=NOW.replace(microsecond=5)))
            before = ledger.rows("SELECT total_changes()")
            known = tuple(remembered(ledger).drafts.values())
            ledger.observe_drafts([*known, draft("m/1", "made", made=NOW.replace(microsecond=7))], ["m/2"])
            run = ledger.run("apply", NOW)
            run.intend_drafts([])
            run.settle_drafts([])
            run.finish("done", NOW)
            assert (ledger.rows("SELECT total_changes()"), run.number) == (before, None)

    def test_the_list_is_newest_first_and_filtered(self, tmp_path):
        early = NOW - timedelta(days=3)
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1", made=early), draft("n/1", rule="n", made=early), now=early)
            mail(ledger, draft("m/2"))
            assert [each.draft.key for each in history.drafts(ledger)] == ["m/2", "m/1", "n/1"]
            assert [each.draft.key for each in history.drafts(ledger, rule="m", limit=1)] == ["m/2"]
            assert [each.draft.key for each in history.drafts(ledger, rule="n")] == ["n/1"]
            assert [each.draft.key for each in history.drafts(ledger, key="m/1")] == ["m/1"]
            assert [each.draft.key for each in history.drafts(ledger, since=NOW)] == ["m/2"]

    def test_runs_count_the_drafts_that_they_made_and_withdrew(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            mail(ledger, draft("m/1"), draft("m/2"), draft("m/3"))
            apply(ledger, create("a/1"))
            mail(ledger, draft("m/1", "removing"), draft("m/2", "removing"), how="withdrawn")
            mail(ledger, draft("m/4"), how="failed")
            ledger.run("apply", NOW).intend_drafts([(draft("m/5"), ()), (draft("m/3", "removing"), ())])
            assert [(each.number, each.created, each.drafted, each.withdrawn) for each in history.runs(ledger, 9)] == [
                (5, 0, 0, 0),
                (3, 0, 0, 2),
                (2, 1, 0, 0),
                (1, 0, 3, 0),
            ]

    def test_the_last_applies_are_the_same_for_events_and_for_drafts(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
            mail(ledger, draft("m/1"), draft("m/2"))
            mail(ledger, draft("m/2", "removing"), how="withdrawn")
            mail(ledger, draft("m/3"), how="unknown")
            assert history.applied(ledger, history.last_runs(ledger, 1)) == ()
            assert [each.key for each in history.drafted(ledger, history.last_runs(ledger, 1))] == ["m/1"]
            assert [each.key for each in history.applied(ledger, history.last_runs(ledger, 2))] == ["a/1"]
            assert history.last_runs(ledger, 2) == (1, 2)
            ledger.mark_undone([2])
            assert (history.last_runs(ledger, 2), history.drafted(ledger, history.last_runs(ledger, 2))) == ((1,), ())


class TestHistory:
    def test_the_log_is_newest_first_and_filtered(self, tmp_path):
        why = Reason(ReasonCode.OUTRANKED, {"rule": "b"})
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1", FIELDS, why), now=NOW - timedelta(days=3))
            apply(ledger, update("a/1", FIELDS, HOLIDAY), create("a/2"))
            entries = lines(ledger)
            assert [(each.key, each.action.value) for each in entries] == [
                ("a/2", "create"),
                ("a/1", "update"),
                ("a/1", "create"),
            ]
            assert (entries[2].at, entries[2].why, entries[2].after) == (NOW - timedelta(days=3), (why,), FIELDS)
            assert (entries[1].before, entries[1].after, entries[1].status) == (FIELDS, HOLIDAY, "done")
            assert len(lines(ledger, Asked(key="a/1"))) == 2
            assert len(lines(ledger, Asked(since=NOW - timedelta(days=1)))) == 2
            assert [each.key for each in lines(ledger, Asked(limit=1))] == ["a/2"]
            assert lines(ledger, Asked(rule="b")) == ()

    def test_runs_are_counted_and_one_that_was_killed_says_so(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"), update("a/2", FIELDS, HOLIDAY), delete("a/3"))
            apply(ledger, create("a/4"), status="failed")
            ledger.run("apply", NOW).intend([create("a/5")])
            killed, failed, whole = history.runs(ledger, 9)
            assert (whole.created, whole.updated, whole.deleted, whole.failed, whole.result) == (1, 1, 1, 0, "done")
            assert (failed.created, failed.failed) == (0, 1)
            assert (killed.result, killed.finished, killed.created) == ("interrupted", None, 0)
            assert history.runs(ledger) == (killed,)

    def test_the_last_applies_are_those_that_changed_something_and_were_not_taken_back(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            first = apply(ledger, create("a/1"))
            second = apply(ledger, update("a/1", FIELDS, HOLIDAY), create("a/2"))
            apply(ledger, create("a/3"), status="failed")
            apply(ledger, delete("a/1"), kind="undo")
            (one, two) = history.applied(ledger, history.last_runs(ledger, 1))
            assert (one.run, one.before, one.before_digest, one.after) == (second, FIELDS, digest(FIELDS), HOLIDAY)
            assert (two.run, two.before, two.after) == (second, None, FIELDS)
            ledger.mark_undone([second])
            assert [each.run for each in history.applied(ledger, history.last_runs(ledger, 1))] == [first]
            assert [each.run for each in history.applied(ledger, history.last_runs(ledger, 5))] == [first]

    def test_a_decision_is_kept_once_a_key_with_the_time_of_its_last_change(self, tmp_path):
        skipped = Decided("a/1", "a", "skipped", (Reason(ReasonCode.NO_ROOM, {"minutes": "60"}),))
        with Ledger.open(tmp_path) as ledger:
            ledger.decide([Decided("a/1", "a", "planned", ())], NOW)
            ledger.decide([skipped, Decided("b/1", "b", "written", ())], NOW + timedelta(hours=1))
            ledger.decide([skipped], NOW + timedelta(hours=2))
            assert history.decisions(ledger, key="a/1") == ((skipped, NOW + timedelta(hours=1)),)
            assert [each.key for each, _ in history.decisions(ledger, rule="b")] == ["b/1"]
            assert len(history.decisions(ledger)) == 2


class TestReading:
    def test_without_a_ledger_there_is_nothing_to_remember_and_nothing_is_made(self, tmp_path):
        with Ledger.read(tmp_path / "none") as ledger:
            assert remembered(ledger).written == {}
        assert list(tmp_path.iterdir()) == []

    def test_a_reader_sees_the_last_commit_of_a_writer_at_work_and_waits_for_nothing(self, tmp_path):
        with Ledger.open(tmp_path) as writer:
            apply(writer, create("a/1"))
            with writer.batch("long") as batch:
                batch.execute("DELETE FROM written")
                with Ledger.read(tmp_path) as reader:
                    assert set(remembered(reader).written) == {"a/1"}

    def test_reading_leaves_the_folder_as_it_was_even_when_it_is_read_only(self, tmp_path):
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
        before = [(path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir()]
        tmp_path.chmod(0o500)
        with Ledger.read(tmp_path) as ledger:
            assert set(remembered(ledger).written) == {"a/1"}
        tmp_path.chmod(0o700)
        assert [(path.name, path.stat().st_mtime_ns) for path in tmp_path.iterdir()] == before

    def test_a_damaged_ledger_reads_as_empty_with_a_notice_and_is_left(self, tmp_path):
        (tmp_path / files.NAME).write_bytes(b"nonsense" * 999)
        with Ledger.read(tmp_path) as ledger:
            assert remembered(ledger).written == {}
            assert "damaged" in ledger.notices[0]
        assert [path.name for path in tmp_path.iterdir()] == [files.NAME]


class TestOpening:
    def test_the_file_is_for_its_owner_and_durable(self, tmp_path):
        with Ledger.open(tmp_path / "new" / "state") as ledger:
            assert ledger.rows("PRAGMA journal_mode") == [("wal",)]
            assert ledger.rows("PRAGMA synchronous") == [(2,)]
            apply(ledger, create("a/1"))
            for path in (tmp_path / "new" / "state").iterdir():
                assert path.stat().st_mode & 0o077 == 0, path

    def test_a_newer_ledger_is_refused_and_left(self, tmp_path):
        path = tmp_path / files.NAME
        with Ledger.open(tmp_path):
            pass
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version=99")
        connection.close()
        before = path.read_bytes()
        for opened in (Ledger.open, Ledger.read):
            with pytest.raises(StateUnusable, match="version 99") as refused:
                opened(tmp_path)
            assert refused.value.hint
        assert path.read_bytes() == before

    def test_another_programs_database_is_refused(self, tmp_path):
        with sqlite3.connect(tmp_path / files.NAME) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        connection.close()
        with pytest.raises(StateUnusable, match="not a ledger"):
            Ledger.open(tmp_path)

    def test_an_older_ledger_is_migrated_and_a_copy_kept(self, tmp_path):
        later = (*files.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN host TEXT NOT NULL DEFAULT 'here'",))
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
        connection, _ = files.open_to_read(tmp_path, later)
        assert connection.execute("SELECT host FROM runs").fetchall() == [("here",)]
        assert [path.name for path in tmp_path.iterdir()] == [files.NAME]
        connection.close()
        connection, (notice,) = files.open_to_write(tmp_path, later)
        assert connection.execute("SELECT host FROM runs").fetchall() == [("here",)]
        connection.close()
        kept = f"ledger.db.v{len(files.MIGRATIONS)}"
        assert kept in notice
        (tmp_path / kept).rename(tmp_path / files.NAME)
        with Ledger.open(tmp_path) as ledger:
            assert set(remembered(ledger).written) == {"a/1"}

    def test_a_ledger_from_before_there_were_drafts_takes_them(self, tmp_path):
        connection, _ = files.open_to_write(tmp_path, files.MIGRATIONS[:1])
        with Ledger(connection, tmp_path / files.NAME) as ledger:
            ledger.run("apply", NOW).begin()
        with Ledger.read(tmp_path) as reader:
            assert remembered(reader).drafts == {}
        with Ledger.open(tmp_path) as ledger:
            assert "from version 1 to" in ledger.notices[0]
            mail(ledger, draft("m/1"))
            assert set(remembered(ledger).drafts) == {"m/1"}
            assert history.last_instant(ledger) == NOW

    def test_a_ledger_of_the_version_before_loses_nothing(self, tmp_path):
        """A file as that version left it: runs, an open intent, drafts, decisions."""
        script = (Path(__file__).parents[1] / "golden" / "ledger" / "version-2.sql").read_text(encoding="utf-8")
        old = sqlite3.connect(tmp_path / files.NAME)
        old.executescript(script)
        rows = {name: old.execute(query).fetchall() for name, query in ALL.items()}
        old.close()
        with Ledger.read(tmp_path) as reader:
            changes = [entry.key for entry in lines(reader) if isinstance(entry, history.LogEntry)]
            assert changes == ["a/5", "a/3", "a/2", "a/1", "a/2", "a/1"]
        assert [path.name for path in tmp_path.iterdir()] == [files.NAME]
        with Ledger.open(tmp_path) as ledger:
            (notice,) = ledger.notices
            assert "from version 2 to" in notice
            assert "ledger.db.v2" in notice
            assert {name: ledger.rows(query) for name, query in ALL.items()} == rows
            memory = ledger.memory(Decisions(), NOW)
            assert (set(memory.written), [intent.key for intent in memory.intents]) == ({"a/1"}, ["a/5"])
            assert {key: row.status for key, row in memory.drafts.items()} == {
                "m/1": "made",
                "m/2": "withdrawn",
                "m/3": "sent",
            }
            assert history.last_runs(ledger, 50) == (1, 2, 4)
        kept = sqlite3.connect(tmp_path / "ledger.db.v2")
        assert kept.execute("PRAGMA user_version").fetchall() == [(2,)]
        assert {name: kept.execute(query).fetchall() for name, query in ALL.items()} == rows
        kept.close()
        with Ledger.open(tmp_path) as ledger:
            assert ledger.notices == ()

    def test_a_migration_that_fails_leaves_the_old_version_whole(self, tmp_path):
        with Ledger.open(tmp_path):
            pass
        broken = (*files.MIGRATIONS, ("ALTER TABLE runs ADD COLUMN host", "ALTER TABLE none ADD COLUMN x"))
        with pytest.raises(StateUnusable):
            files.open_to_write(tmp_path, broken)
        with Ledger.open(tmp_path) as ledger:
            assert ledger.rows("PRAGMA user_version") == [(len(files.MIGRATIONS),)]

    @pytest.mark.parametrize("damage", ["header", "page", "cut"])
    def test_a_damaged_ledger_is_moved_aside_and_begun_anew(self, tmp_path, damage):
        path = tmp_path / files.NAME
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, *(create(f"a/{number}") for number in range(200)))
        whole = bytearray(path.read_bytes())
        if damage == "header":
            whole[:100] = b"?" * 100
        elif damage == "page":
            whole[4096 : 4096 * 20] = os.urandom(4096 * 19)
        else:
            del whole[5000:]
        path.write_bytes(whole)
        with Ledger.open(tmp_path) as ledger:
            assert "ledger.damaged-1.db" in ledger.notices[0]
            assert remembered(ledger).written == {}
            apply(ledger, create("a/1"))
        assert (tmp_path / "ledger.damaged-1.db").read_bytes() == whole
        path.write_bytes(b"x" * 9999)
        with Ledger.open(tmp_path) as ledger:
            assert "ledger.damaged-2.db" in ledger.notices[0]

    def test_an_empty_file_is_a_new_ledger(self, tmp_path):
        (tmp_path / files.NAME).touch()
        with Ledger.open(tmp_path) as ledger:
            assert (ledger.notices, remembered(ledger).written) == ((), {})

    def test_a_state_folder_that_is_a_file_is_refused_with_a_hint(self, tmp_path):
        (tmp_path / "state").touch()
        with pytest.raises(StateUnusable) as refused:
            Ledger.open(tmp_path / "state")
        assert refused.value.hint

    def test_a_full_disk_is_said_and_loses_nothing(self, tmp_path):
        """`max_page_count` makes SQLite answer as it does when the disk is full."""
        with Ledger.open(tmp_path) as ledger:
            apply(ledger, create("a/1"))
            ledger.rows("PRAGMA max_page_count=1")
            with pytest.raises(StateUnusable, match="disk is full"):
                apply(ledger, *(create(f"b/{number}") for number in range(500)))
        with Ledger.open(tmp_path) as ledger:
            assert (set(remembered(ledger).written), remembered(ledger).intents) == ({"a/1"}, ())


LIFE = """
    import os, signal, sys
    sys.path.insert(0, {tests!r})
    from pathlib import Path
    from agendad.ledger import Ledger
    from agendad.model.memory import Decided
    from ledger_world import ALL, FIELDS, HOLIDAY, NOW, apply, create, delete, draft, event, mail, update

    left = int(sys.argv[2])
    def checkpoint(where):
        global left
        left -= 1
        if left < 0:
            print(where, flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    with Ledger.open(Path(sys.argv[1]), checkpoint) as ledger:
        apply(ledger, create("a/1"), create("a/2"))
        ledger.observe([], [event("a/9", HOLIDAY)], [])
        apply(ledger, update("a/1", FIELDS, HOLIDAY), delete("a/2"))
        ledger.decide([Decided("a/1", "a", "written", ())], NOW)
        ledger.observe_drafts([draft("m/9", "made")])
        mail(ledger, draft("m/1"), draft("m/2"))
        mail(ledger, draft("m/9", "removing"), how="withdrawn")
    print("lived", flush=True)
"""
STEPS = (
    # commits done, then what is remembered: (written keys, open intents), the status of drafts
    (0, (set(), 0), {}),
    (1, (set(), 2), {}),
    (2, ({"a/1", "a/2"}, 0), {}),
    (4, ({"a/1", "a/2", "a/9"}, 0), {}),
    (5, ({"a/1", "a/2", "a/9"}, 2), {}),
    (6, ({"a/1", "a/9"}, 0), {}),
    (9, ({"a/1", "a/9"}, 0), {"m/9": "made"}),
    (10, ({"a/1", "a/9"}, 0), {"m/9": "made", "m/1": "open", "m/2": "open"}),
    (11, ({"a/1", "a/9"}, 0), {"m/9": "made", "m/1": "made", "m/2": "made"}),
    (13, ({"a/1", "a/9"}, 0), {"m/9": "removing", "m/1": "made", "m/2": "made"}),
    (14, ({"a/1", "a/9"}, 0), {"m/9": "withdrawn", "m/1": "made", "m/2": "made"}),
)


@pytest.mark.parametrize("point", range(31))
def test_killed_around_any_commit_the_ledger_holds_exactly_what_was_committed(tmp_path, point):
    code = textwrap.dedent(LIFE).format(tests=str(Path(__file__).parent))
    life = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), str(point)], capture_output=True, text=True, check=False
    )
    if point == 30:
        assert life.stdout == "lived\n", life.stderr
    else:
        assert (life.returncode, life.stderr) == (-signal.SIGKILL, "")
    commits = (point + 1) // 2
    expected, drafts = [state for done, *state in STEPS if done <= commits][-1]
    with Ledger.read(tmp_path) as reader, Ledger.open(tmp_path) as ledger:
        assert ledger.notices == ()
        for each in (reader, ledger):
            assert (set(remembered(each).written), len(remembered(each).intents)) == expected
            assert {key: row.status for key, row in remembered(each).drafts.items()} == drafts
