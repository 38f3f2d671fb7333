"""A ledger that stays open while others write to its file, delete it, or put another in its place."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from ledger_world import FIELDS, HOLIDAY, NOW, apply, create, draft, mail, update

from agendad.errors import StateUnusable
from agendad.ledger import Ledger, files, history
from agendad.model.memory import Decided, Decisions

OTHER = """
    import sys
    sys.path.insert(0, {tests!r})
    from pathlib import Path
    from agendad.ledger import Ledger
    from agendad.model.memory import Decided
    from ledger_world import NOW, apply, create

    with Ledger.open(Path(sys.argv[1])) as ledger:
        apply(ledger, create("a/2"))
        ledger.decide([Decided("a/1", "a", "skipped", ())], NOW)
"""


def remembered(ledger: Ledger):
    return set(ledger.memory(Decisions(), NOW).written)


def files_of(folder: Path):
    return {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}


def damage_free(folder: Path) -> bool:
    with sqlite3.connect(folder / files.NAME) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    return sound


def test_nothing_is_dropped_or_written_when_nobody_else_wrote(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        assert not ledger.refresh()
        apply(ledger, create("a/1"))
        memory = ledger.memory(Decisions(), NOW)
        before = files_of(tmp_path)
        assert not ledger.refresh()
        assert files_of(tmp_path) == before
        assert ledger.memory(Decisions(), NOW).written is memory.written


def test_what_another_process_wrote_is_taken_up(tmp_path):
    code = textwrap.dedent(OTHER).format(tests=str(Path(__file__).parent))
    with Ledger.open(tmp_path) as ledger:
        apply(ledger, create("a/1"))
        stands = [Decided("a/1", "a", "written", ())]
        ledger.decide(stands, NOW)
        assert remembered(ledger) == {"a/1"}
        subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)
        assert ledger.refresh()
        assert remembered(ledger) == {"a/1", "a/2"}
        ledger.decide(stands, NOW)  # the same object as before: what the other wrote over it is seen all the same
        assert [each.state for each, _ in history.decisions(ledger)] == ["written"]
        assert not ledger.refresh()


def test_a_reader_and_the_own_writes_drop_nothing(tmp_path):
    with Ledger.open(tmp_path) as ledger:
        apply(ledger, create("a/1"))
        with Ledger.read(tmp_path) as reader:
            assert remembered(reader) == {"a/1"}
            assert not reader.refresh()
        apply(ledger, update("a/1", FIELDS, HOLIDAY))
        assert not ledger.refresh()


@pytest.mark.parametrize("beside", [True, False])
def test_a_deleted_ledger_is_begun_anew(tmp_path, beside):
    with Ledger.open(tmp_path) as ledger:
        apply(ledger, create("a/1"))
        for path in tmp_path.glob(f"{files.NAME}*" if beside else files.NAME):
            path.unlink()
        assert ledger.refresh()
        assert remembered(ledger) == set()
        assert ledger.rows("PRAGMA journal_mode") == [("wal",)]
        assert ledger.rows("PRAGMA synchronous") == [(2,)]
        apply(ledger, create("a/3"))
        assert not ledger.refresh()
        with Ledger.read(tmp_path) as reader:
            assert remembered(reader) == {"a/3"}
    with Ledger.open(tmp_path) as ledger:
        assert remembered(ledger) == {"a/3"}
    assert damage_free(tmp_path)


def test_a_deleted_state_folder_is_made_again(tmp_path):
    with Ledger.open(tmp_path / "state") as ledger:
        apply(ledger, create("a/1"))
        shutil.rmtree(tmp_path / "state")
        assert ledger.refresh()
        apply(ledger, create("a/2"))
    with Ledger.read(tmp_path / "state") as reader:
        assert remembered(reader) == {"a/2"}


def test_another_ledger_in_its_place_is_taken_up_without_what_was_not_folded_in(tmp_path):
    """The write-ahead log of the one that went lies there still: it must not be read into the one that came."""
    with Ledger.open(tmp_path / "other") as other:
        apply(other, *(create(f"b/{number}") for number in range(300)))
    with Ledger.open(tmp_path / "state") as ledger:
        apply(ledger, create("a/1"), create("a/2"))
        mail(ledger, draft("m/1"))
        assert (tmp_path / "state" / f"{files.NAME}-wal").stat().st_size
        (tmp_path / "other" / files.NAME).replace(tmp_path / "state" / files.NAME)
        assert ledger.refresh()
        assert ledger.notices == ()
        assert remembered(ledger) == {f"b/{number}" for number in range(300)}
        assert not ledger.knows_drafts()
        apply(ledger, create("b/300"))
    assert damage_free(tmp_path / "state")
    with Ledger.read(tmp_path / "state") as reader:
        assert len(remembered(reader)) == 301


def test_an_older_or_damaged_one_in_its_place_is_told_of_once(tmp_path):
    connection, _ = files.open_to_write(tmp_path / "old", files.MIGRATIONS[:1])
    connection.close()
    with Ledger.open(tmp_path / "state") as ledger:
        (tmp_path / "old" / files.NAME).replace(tmp_path / "state" / files.NAME)
        assert ledger.refresh()
        assert "from version 1 to" in ledger.notices[0]
        assert not ledger.refresh()
        assert ledger.notices == ()
        (tmp_path / "state" / files.NAME).unlink()
        (tmp_path / "state" / files.NAME).write_bytes(b"nonsense" * 999)
        assert ledger.refresh()
        assert "damaged" in ledger.notices[0]
        assert remembered(ledger) == set()


def test_one_that_a_newer_version_migrated_is_refused_at_each_try_until_it_is_mended(tmp_path):
    path = tmp_path / files.NAME
    with Ledger.open(tmp_path) as ledger:
        apply(ledger, create("a/1"))
        newer = sqlite3.connect(path)
        newer.execute("PRAGMA user_version=99")
        for _ in range(2):
            with pytest.raises(StateUnusable, match="version 99") as refused:
                ledger.refresh()
            assert refused.value.hint
        newer.execute(f"PRAGMA user_version={len(files.MIGRATIONS)}")
        newer.close()
        assert ledger.refresh()
        assert remembered(ledger) == {"a/1"}


def test_one_that_cannot_be_opened_is_tried_again(tmp_path):
    path = tmp_path / files.NAME
    with Ledger.open(tmp_path) as ledger:
        apply(ledger, create("a/1"))
        path.rename(tmp_path / "kept.db")
        path.mkdir()
        with pytest.raises(StateUnusable):
            ledger.refresh()
        path.rmdir()
        (tmp_path / "kept.db").rename(path)
        ledger.refresh()
        assert remembered(ledger) == {"a/1"}
