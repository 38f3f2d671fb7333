"""What `make google` starts, used as its description says: plan, apply, nothing left to do, drafts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
NOW = "2026-11-26T12:00+01:00"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of the demonstration, while its Google runs."""
    place = tmp_path / "demo-google"
    command = [sys.executable, "-m", "emulator", "--port", "0", "--demo", str(place), "--now", NOW]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"ada@example.com at http://127.0.0.1:" in process.stdout.readline()
        yield place
        process.terminate()


def run(folder: Path, *arguments: str) -> str:
    """What a command says that ends well."""
    command = [sys.executable, "-m", "agendad", "--config", str(folder), "--now", NOW, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_the_google_of_the_demonstration_can_be_tried(folder: Path) -> None:
    assert "Deep work" in run(folder, "plan")
    assert "drafts:" in run(folder, "apply")
    assert run(folder, "run", "--once") == "Nothing to change.\n"
    assert "Re: Atelier Lumen" in run(folder, "drafts"), "an answer in the thread of the mail from before"
    assert "accepted by Google" in run(folder, "doctor")
    assert not (folder / "calendars").exists()
