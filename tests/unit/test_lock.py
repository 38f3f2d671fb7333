"""One process a state folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from agendad.errors import AlreadyRunning, StateUnusable
from agendad.lock import WORK, locked

HOLD = """
import sys
from pathlib import Path
from agendad.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_process_is_told_the_id_of_the_first(tmp_path, holder):
    with pytest.raises(AlreadyRunning, match=f"process {holder.pid} ") as refused, locked(tmp_path):
        pass
    assert refused.value.exit_status == 3


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_lock_ends_with_its_process_however_that_ends(tmp_path, holder, end):
    holder.send_signal(end)
    holder.wait()
    assert (tmp_path / WORK).read_text() == f"{holder.pid}\n"
    with locked(tmp_path):
        assert (tmp_path / WORK).read_text() == f"{os.getpid()}\n"


def test_a_file_left_behind_means_nothing(tmp_path):
    (tmp_path / WORK).write_text("1\nrubbish that is longer than an id\n")
    with locked(tmp_path):
        assert (tmp_path / WORK).read_text() == f"{os.getpid()}\n"
    with locked(tmp_path):
        pass


def test_an_error_inside_frees_the_folder(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        _ = 1 / 0
    with locked(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StateUnusable, match="file") as refused, locked(tmp_path / "file" / "state"):
        pass
    assert refused.value.hint
