"""`agendad init` and systemd: units come only when they were asked for, and start this agendad on these folders."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agendad import __version__
from agendad.data import systemd_dir

if TYPE_CHECKING:
    from command import Agendad

WHO = ("--name", "Ada", "--email", "ada@example.com", "--timezone", "Europe/Paris", "--country", "FR")
NAMES = ["agendad-once.service", "agendad-once.timer", "agendad.service"]
ANSWERS = "Ada\nada@example.com\nEurope/Paris\nen\nFR\n09:00-18:00\ncalendars/\npersonal\n\n"
ODD = ["my 100% tools", "a $HOME of $$ ${PATH}", "back\\slash \\n", "quo\"te's", "line\nend"]


def placed(agendad: Agendad) -> Path:
    """Where the units of this home belong."""
    return agendad.home / ".config/systemd/user"


def objections(folder: Path) -> str:
    """What systemd has to say against the units in a folder; skips where there is no systemd."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    command = ["systemd-analyze", "--user", "--man=no", "--recursive-errors=no", "verify"]
    done = subprocess.run(
        [*command, *(f"./{name}" for name in NAMES)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr or done.returncode == 0
    return done.stderr


def on_a_terminal(agendad: Agendad, answers: str, *words: str) -> tuple[int, str]:
    """The status of a command to which a person types the answers, and what the terminal showed."""
    ours, theirs = pty.openpty()
    os.write(ours, answers.encode())
    try:
        command = [sys.executable, "-m", "agendad", *words]
        done = subprocess.run(
            command, env=agendad.environ(), cwd=agendad.cwd, stdin=theirs, stdout=theirs, stderr=theirs, check=False
        )
        os.close(theirs)
        shown = b""
        with suppress(OSError):  # the end of a terminal
            while part := os.read(ours, 65536):
                shown += part
    finally:
        os.close(ours)
    return done.returncode, shown.decode()


def test_without_being_asked_for_there_is_no_unit(agendad: Agendad) -> None:
    assert agendad("init", *WHO).returncode == 0
    assert not placed(agendad).exists()


def test_units_start_this_command_and_name_no_folder_that_needs_no_name(agendad: Agendad) -> None:
    done = agendad("init", *WHO, "--unit")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in placed(agendad).iterdir()) == NAMES
    text = (placed(agendad) / "agendad.service").read_text("utf-8")
    shipped = (systemd_dir() / "user/agendad.service").read_text("utf-8")
    command = Path(sys.executable).with_name("agendad")
    assert text == shipped.replace("ExecStart=agendad run", f"ExecStart={command} run")
    for told in ("systemctl --user daemon-reload", "systemctl --user enable --now agendad", "loginctl enable-linger"):
        assert told in done.stdout
    assert objections(placed(agendad)) == ""


def test_folders_that_agendad_would_not_find_by_itself_are_named(agendad: Agendad, tmp_path: Path) -> None:
    config, state = tmp_path / 'my "50%" \\rules', tmp_path / "s"
    done = agendad("init", *WHO, "--unit", "--config", str(config), "--state", str(state))
    assert done.returncode == 0, done.stderr
    text = (placed(agendad) / "agendad.service").read_text("utf-8")
    assert f'Environment="AGENDAD_CONFIG={tmp_path}/my \\"50%%\\" \\\\rules"\n' in text
    assert f"Environment=AGENDAD_STATE={state}\n" in text
    assert objections(placed(agendad)) == ""


def test_a_state_folder_within_the_configuration_needs_no_name(agendad: Agendad, tmp_path: Path) -> None:
    (tmp_path / "c/state").mkdir(parents=True)
    assert agendad("init", *WHO, "--unit", "--config", str(tmp_path / "c")).returncode == 0
    text = (placed(agendad) / "agendad.service").read_text("utf-8")
    assert re.findall("AGENDAD_.*", text) == [f"AGENDAD_CONFIG={tmp_path / 'c'}"]


def test_folders_of_a_login_shell_are_named(agendad: Agendad, tmp_path: Path) -> None:
    """systemd may know nothing of `XDG_CONFIG_HOME` and `XDG_STATE_HOME`."""
    there = agendad.having(XDG_CONFIG_HOME=str(tmp_path / "xc"), XDG_STATE_HOME=str(tmp_path / "xs"))
    assert there("init", *WHO, "--unit").returncode == 0
    text = (tmp_path / "xc/systemd/user/agendad.service").read_text("utf-8")
    assert re.findall("AGENDAD_.*", text) == [
        f"AGENDAD_CONFIG={tmp_path / 'xc/agendad'}",
        f"AGENDAD_STATE={tmp_path / 'xs/agendad'}",
    ]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("installed", [True, False], ids=["script", "module"])
def test_a_program_in_an_odd_folder_is_found(agendad: Agendad, tmp_path: Path, name: str, installed: bool) -> None:
    """A virtual environment with such a name; its command is there, or only the module."""
    folder = tmp_path / name / "bin"
    folder.mkdir(parents=True)
    python = folder / "python"
    python.symlink_to(Path(sys.executable).resolve())
    if installed:
        (folder / "agendad").write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -m agendad "$@"\n')
        (folder / "agendad").chmod(0o755)
    environ = agendad.having(PYTHONPATH=os.pathsep.join(filter(None, sys.path))).environ()
    command = [str(python), "-m", "agendad", "init", *WHO, "--unit"]
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = re.findall("^ExecStart=:?(.*) run$", (placed(agendad) / "agendad.service").read_text(), re.MULTILINE)
    if "\n" not in name:  # the quoting of systemd is that of a shell for all but this
        started = subprocess.run(
            [*shlex.split(line.replace("%%", "%")), "--version"],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert __version__ in started.stdout
    assert objections(placed(agendad)) == ""
    python.unlink()
    (folder / "agendad").unlink(missing_ok=True)
    if not line.startswith("/bin/sh "):
        assert "is not executable" in objections(placed(agendad))


def test_a_unit_of_somebody_else_is_not_overwritten(agendad: Agendad) -> None:
    placed(agendad).mkdir(parents=True)
    (placed(agendad) / "agendad.service").write_text("[Service]\nExecStart=/bin/true\n")
    done = agendad("init", *WHO, "--unit")
    assert done.returncode == 2
    assert f"other units are there already: {placed(agendad) / 'agendad.service'}\n" in done.stderr
    assert "run `agendad init --unit` again" in done.stderr
    assert [path.name for path in placed(agendad).iterdir()] == ["agendad.service"]
    assert not (agendad.home / ".config/agendad").exists()


def test_units_come_to_a_configuration_that_is_there_already(agendad: Agendad) -> None:
    assert agendad("init", *WHO).returncode == 0
    before = (agendad.home / ".config/agendad/agendad.yaml").read_bytes()
    for _ in range(2):  # the second time they stand there as they should
        done = agendad("init", "--unit", "--json")
        assert done.returncode == 0, done.stderr
        assert [name in done.stdout for name in NAMES] == [True] * 3
        assert "agendad.yaml" not in done.stdout
    assert (agendad.home / ".config/agendad/agendad.yaml").read_bytes() == before
    assert agendad("init", "--unit", "--name", "Grace").returncode == 2


def test_a_place_that_cannot_be_written_is_named(agendad: Agendad) -> None:
    (agendad.home / ".config").mkdir()
    (agendad.home / ".config/systemd").touch()
    done = agendad("init", *WHO, "--unit")
    assert done.returncode == 2
    assert str(placed(agendad)) in done.stderr


@pytest.mark.parametrize(("answer", "wanted"), [("\n", False), ("n\n", False), ("y\n", True)])
def test_a_person_is_asked_and_the_usual_answer_is_no(
    agendad: Agendad, tmp_path: Path, answer: str, wanted: bool
) -> None:
    status, shown = on_a_terminal(with_systemctl(agendad, tmp_path), ANSWERS + answer, "init")
    assert status == 0, shown
    assert "Write systemd units to run it in the background? [y/N]" in shown
    assert placed(agendad).exists() is wanted
    assert ("systemctl --user enable --now agendad" in shown) is wanted


def test_a_person_is_not_asked_what_was_told_or_cannot_be(agendad: Agendad, tmp_path: Path) -> None:
    status, shown = on_a_terminal(with_systemctl(agendad, tmp_path), ANSWERS, "init", "--no-unit")
    assert (status, "systemd" in shown) == (0, False)
    (tmp_path / "none").mkdir()
    elsewhere = agendad.having(PATH=str(tmp_path / "none"))
    status, shown = on_a_terminal(elsewhere, ANSWERS, "init", "--config", str(tmp_path / "other"))
    assert (status, "systemd" in shown) == (0, False)


def test_a_person_with_other_units_is_told_that_they_stay(agendad: Agendad, tmp_path: Path) -> None:
    placed(agendad).mkdir(parents=True)
    (placed(agendad) / "agendad.service").write_text("[Service]\nExecStart=/bin/true\n")
    status, shown = on_a_terminal(with_systemctl(agendad, tmp_path), ANSWERS, "init")
    assert status == 0
    assert "already stay as they are" in shown
    assert "[y/N]" not in shown


def with_systemctl(agendad: Agendad, folder: Path) -> Agendad:
    """The command where there is a `systemctl`, which is looked for and never run."""
    (folder / "tools").mkdir()
    (folder / "tools/systemctl").touch(0o755)
    return agendad.having(PATH=str(folder / "tools"))
