"""`agendad backup`: a copy of the state in one file, and the way back that the operations guide shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from project import Project

TUE, WED = "r/2026-11-24", "r/2026-11-25"
GUIDE = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture
def kept(project: Project) -> Project:
    """Two blocks, of which the person deleted one."""
    project.rule("block: Deep work", "every: [tue, wed]", "at: 09:00-12:00")
    project.apply()
    project.delete(TUE)
    project.apply()
    return project


def bring_back(project: Project, archive: Path) -> None:
    """The command of the guide, with its two places filled in."""
    (line,) = re.findall(r"^tar -xf .*$", GUIDE.read_text(), re.MULTILINE)
    command, _, place = line.partition(" -C ")
    assert place
    words = [*command.split()[:2], str(archive), "-C", str(project.state)]
    subprocess.run(words, check=True)


def test_it_says_where_and_how_large(kept: Project, tmp_path: Path) -> None:
    target = tmp_path / "kept.tar"
    done = kept.ok("backup", str(target))
    assert str(target) in done.out
    assert kept.ok("backup", str(target), "--json", "--force").json == {
        "version": 1,
        "file": str(target),
        "size": target.stat().st_size,
    }
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_state_that_was_lost_comes_back_and_nothing_is_to_be_done(kept: Project, tmp_path: Path) -> None:
    kept.ok("backup", str(tmp_path / "kept.tar"))
    shutil.rmtree(kept.state)
    kept.state.mkdir()
    assert kept.plan().changes == [("create", TUE)]
    bring_back(kept, tmp_path / "kept.tar")
    assert kept.plan().changes == []
    kept.apply()
    assert sorted(kept.own()) == [WED]
    assert len(kept.ok("log", "--json").json["entries"]) == 2


def test_what_was_done_since_stays(kept: Project, tmp_path: Path) -> None:
    kept.ok("backup", str(tmp_path / "kept.tar"))
    kept.edit(WED, SUMMARY="Mine")
    kept.apply(now="2026-11-26T08:00")
    own = sorted(kept.own())
    bring_back(kept, tmp_path / "kept.tar")
    kept.apply(now="2026-11-26T08:00")
    assert sorted(kept.own()) == own
    assert kept.own()[WED]["SUMMARY"] == "Mine"


def test_it_works_with_broken_rules_and_while_another_process_is_at_work(kept: Project, tmp_path: Path) -> None:
    from agendad.lock import locked

    kept.write("rules/broken.yaml", "version: 1\nrules: [")
    with locked(kept.state):
        kept.ok("backup", str(tmp_path / "kept.tar"))
    assert (tmp_path / "kept.tar").exists()


def test_an_existing_file_and_a_missing_folder_are_refused(kept: Project, tmp_path: Path) -> None:
    target = tmp_path / "kept.tar"
    target.write_text("mine")
    done = kept.run("backup", str(target))
    assert (done.status, done.out, target.read_text()) == (2, "", "mine")
    assert "--force" in done.err
    assert kept.run("backup", str(tmp_path / "none" / "kept.tar")).status == 3
    assert kept.run("backup").status == 2


def test_without_a_state_there_is_nothing_to_copy(project: Project, tmp_path: Path) -> None:
    done = project.run("backup", str(tmp_path / "kept.tar"))
    assert done.status == 2
    assert "hint" in done.err
    assert not (tmp_path / "kept.tar").exists()
