"""A backup that was made at any step of a cycle brings back a state from which the next cycle changes nothing."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import tarfile
import threading
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad import decisions
from agendad.app.backup import backup
from agendad.app.take_back import undo_last
from agendad.errors import ProviderError, StateUnusable, UsageError
from agendad.ledger import Ledger
from agendad.model.memory import Decisions
from machine.office import Office
from machine.world import MONDAY, World

if TYPE_CHECKING:
    from pathlib import Path

LATER = MONDAY + timedelta(hours=3)


def unpack(archive: Path, world: World) -> None:
    """What the operations guide says, and nothing else."""
    subprocess.run(["tar", "-xf", str(archive), "-C", str(world.home.state)], check=True)


def blocks(world: World) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(world.calendar("own").iterdir())}


class Steps:
    """Makes a backup at each step of what is at work; `taken` are those."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.taken: list[Path] = []
        folder.mkdir()

    def __call__(self, _: str) -> None:
        target = self.folder / f"{len(self.taken)}.tar"
        if (self.world.home.state / "ledger.db").exists():
            backup(self.world.home, target, MONDAY)
            self.taken.append(target)


def test_made_at_any_step_of_a_cycle_it_brings_back_what_the_next_one_leaves_alone(tmp_path: Path) -> None:
    world = World(tmp_path / "world", ("deep-work", "watch", "walk"))
    world.add_event("meeting", MONDAY + timedelta(days=1, hours=4), 90)
    world.apply(MONDAY)
    gone = sorted(blocks(world))[:3]
    for name in gone:
        (world.calendar("own") / name).unlink()
    world.add_event("other", MONDAY + timedelta(days=2, hours=2), 60)
    steps = Steps(world, tmp_path / "backups")
    world.apply(LATER, steps)
    stands = blocks(world)
    assert len(steps.taken) > 10
    for archive in random.Random(7).sample(steps.taken, 8) + steps.taken[-1:]:
        unpack(archive, world)
        world.apply(LATER)
        assert blocks(world) == stands
        assert not stands.keys() & set(gone)
        shutil.rmtree(world.home.state / "cache", ignore_errors=True)


def test_made_at_any_step_of_an_undo_it_brings_nothing_back(tmp_path: Path) -> None:
    world = Office(tmp_path / "world", ("weekly", "touch"))
    with (world.root / "rules" / "all.yaml").open("a") as file:
        file.write("  lunch: {block: Lunch, every: weekday, lasts: 45m, between: 12:00-14:00}\n")
    world.apply(MONDAY)
    then = MONDAY + timedelta(days=5)
    world.apply(then)
    steps = Steps(world, tmp_path / "backups")
    home = type(world.home)(world.root, world.root / "state", steps)
    with home.working() as ledger:
        undo_last(home.desk(home.load(), ledger, then), then, 2, lambda _: None)
    stands, drafts = blocks(world), world.drafts()
    assert len(steps.taken) > 10
    for archive in steps.taken[:: max(1, len(steps.taken) // 8)]:
        unpack(archive, world)
        world.apply(then)
        assert blocks(world) == stands
        assert world.drafts() == drafts


def test_the_files_are_whole_private_and_of_one_moment_while_others_write(tmp_path: Path) -> None:
    world = World(tmp_path / "world", ("deep-work",))
    world.apply(MONDAY)
    stop = threading.Event()

    def write() -> None:
        with Ledger.open(world.home.state) as ledger:
            number = 0
            while not stop.is_set():
                number += 1
                with ledger.batch("both") as batch:
                    batch.execute("INSERT INTO runs (kind, now) VALUES ('apply', '2026-01-01')")
                    batch.execute(
                        "INSERT INTO changes SELECT NULL, last_insert_rowid(), action, key, rule, calendar,"
                        " before, before_digest, after, digest, why, status, message FROM changes LIMIT 1"
                    )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            target = tmp_path / f"{number}.tar"
            size = backup(world.home, target, MONDAY)
            assert (target.stat().st_size, target.stat().st_mode & 0o777) == (size, 0o600)
    finally:
        stop.set()
        writer.join()
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["ledger.db", "ledger.db-wal", "decisions.json"]
        assert {(each.mode, each.uid, each.uname) for each in archive.getmembers()} == {(0o600, 0, "")}
    (tmp_path / "out").mkdir()
    subprocess.run(["tar", "-xf", str(target), "-C", str(tmp_path / "out")], check=True)
    with closing(sqlite3.connect(tmp_path / "out" / "ledger.db")) as restored:
        assert restored.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((runs, first, last),) = restored.execute("SELECT count(*), min(id), max(id) FROM runs").fetchall()
        assert last - first + 1 == runs
        assert restored.execute("SELECT max(run) FROM changes").fetchall() == [(last,)]
    assert decisions.load(tmp_path / "out") == decisions.load(world.home.state)


def test_a_write_ahead_log_that_was_left_does_not_get_into_what_is_brought_back(tmp_path: Path) -> None:
    """As after a kill: it holds commits of a life that went on after the backup."""
    world = World(tmp_path / "world", ("deep-work",))
    world.apply(MONDAY)
    state = world.home.state
    backup(world.home, tmp_path / "kept.tar", MONDAY)
    with Ledger.open(state) as ledger:
        ledger.run("apply", LATER).begin()
        shutil.copytree(state, tmp_path / "killed")
    assert (tmp_path / "killed" / "ledger.db-wal").stat().st_size
    shutil.rmtree(state)
    (tmp_path / "killed").rename(state)
    unpack(tmp_path / "kept.tar", world)
    with Ledger.read(state) as ledger:
        assert ledger.rows("SELECT max(now) FROM runs") == [("2026-11-23T07:00:00+00:00",)]
        assert len(ledger.memory(Decisions(), MONDAY).written) == len(blocks(world))
    assert world.look(MONDAY).reconciled.changes == ()


class TestRefusals:
    def test_an_existing_file_is_left_without_force(self, tmp_path: Path) -> None:
        world = World(tmp_path / "world", ("deep-work",))
        world.apply(MONDAY)
        target = tmp_path / "kept.tar"
        target.write_text("mine")
        with pytest.raises(UsageError, match="exists") as refused:
            backup(world.home, target, MONDAY)
        assert "--force" in refused.value.hint
        assert target.read_text() == "mine"
        target.chmod(0o644)
        assert backup(world.home, target, MONDAY, force=True) == target.stat().st_size
        assert target.stat().st_mode & 0o777 == 0o600
        assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.tar", "world"]

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        world = World(tmp_path / "world", ("deep-work",))
        world.apply(MONDAY)
        (tmp_path / "kept.tar").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(UsageError, match="exists"):
            backup(world.home, tmp_path / "kept.tar", MONDAY)
        assert not (tmp_path / "elsewhere").exists()

    def test_without_a_state_there_is_nothing_to_copy(self, tmp_path: Path) -> None:
        world = World(tmp_path / "world", ("deep-work",))
        with pytest.raises(UsageError, match="no state") as refused:
            backup(world.home, tmp_path / "kept.tar", MONDAY)
        assert refused.value.hint
        assert not world.home.state.exists()

    def test_a_damaged_ledger_is_no_backup(self, tmp_path: Path) -> None:
        world = World(tmp_path / "world", ("deep-work",))
        world.apply(MONDAY)
        (world.home.state / "ledger.db").write_bytes(b"x" * 9999)
        with pytest.raises(StateUnusable, match="damaged"):
            backup(world.home, tmp_path / "kept.tar", MONDAY)
        assert not (tmp_path / "kept.tar").exists()

    def test_a_place_that_cannot_be_written_is_said(self, tmp_path: Path) -> None:
        world = World(tmp_path / "world", ("deep-work",))
        world.apply(MONDAY)
        with pytest.raises(ProviderError, match="no such file") as refused:
            backup(world.home, tmp_path / "none" / "kept.tar", MONDAY)
        assert refused.value.exit_status == 3
