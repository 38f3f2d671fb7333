"""A changed file is noticed however an editor writes it: at once where the system tells, in any case by comparing."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

import pytest

from agendad.service.files import Watch, fingerprint, roots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "rules" / "team").mkdir(parents=True)
    (tmp_path / "templates").mkdir()
    (tmp_path / "agendad.yaml").write_text("version: 1\n")
    (tmp_path / "rules" / "team" / "a.yaml").write_text("version: 1\n")
    return tmp_path


def replaced(path: Path) -> None:
    path.with_name(".a.swp").write_text("version: 2\n")
    path.with_name(".a.swp").replace(path)


def moved(path: Path) -> None:
    path.rename(path.with_name("b.yaml"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "written in place": lambda path: path.write_text("version: 12\n"),
    "replaced": replaced,
    "moved": moved,
    "deleted": lambda path: path.unlink(),
    "a new one": lambda path: path.with_name("c.yaml").write_text(""),
    "touched": lambda path: os.utime(path, ns=(1, 1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen_by_comparing(config: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint(roots(config, None))
    assert fingerprint(roots(config, None)) == before
    change(config / "rules" / "team" / "a.yaml")
    assert fingerprint(roots(config, None)) != before


def test_hidden_files_of_editors_are_none_of_ours(config: Path) -> None:
    before = fingerprint(roots(config, None))
    (config / "rules" / ".a.yaml.swp").write_text("x")
    (config / "templates" / ".git").mkdir()
    (config / "templates" / ".git" / "index").write_text("x")
    assert fingerprint(roots(config, None)) == before


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert fingerprint(roots(tmp_path / "none", tmp_path / "contacts")) == frozenset()


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


def told(watch: Watch, seconds: float = 2) -> bool:
    handle = watch.fileno()
    return handle is not None and bool(select.select([handle], [], [], seconds)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
@pytest.mark.parametrize("change", [name for name in CHANGES if name != "touched"])
def test_the_system_tells_of_a_change(config: Path, watch: Watch, change: str) -> None:
    assert watch.watch(roots(config, None))
    assert not told(watch, 0)
    CHANGES[change](config / "rules" / "team" / "a.yaml")
    assert told(watch)
    watch.settle()
    assert not told(watch, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_a_new_folder_is_watched_from_the_next_look_on(config: Path, watch: Watch) -> None:
    watch.watch(roots(config, None))
    (config / "rules" / "later").mkdir()
    assert told(watch)
    watch.settle()
    assert watch.watch(roots(config, None))
    assert not watch.watch(roots(config, None))
    (config / "rules" / "later" / "a.yaml").write_text("version: 1\n")
    assert told(watch)
