"""The command and a whole installation, for tests from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command import Agendad
from project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def agendad(tmp_path: Path) -> Agendad:
    """The command with an empty home."""
    home = tmp_path / "home"
    home.mkdir()
    return Agendad(home, tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An installation with two empty calendars and no rule."""
    return Project(tmp_path)
