"""The shipped systemd units, as systemd itself reads them."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from agendad.app.unit import rendered, running_command
from agendad.cli.arguments import parse
from agendad.data import systemd_dir
from agendad.errors import PartlyApplied, ProblemsFound, ProviderError, RefusedBySafety, UsageError

if TYPE_CHECKING:
    from pathlib import Path

USER = sorted((systemd_dir() / "user").iterdir())
SYSTEM = sorted((systemd_dir() / "system").iterdir())
DAEMONS = [path for path in (*USER, *SYSTEM) if path.name in {"agendad.service", "agendad@.service"}]
SERVICES = [path for path in (*USER, *SYSTEM) if path.suffix == ".service"]

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")


def analyse(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs systemd-analyze in `folder`, which stands for the home too."""
    environ = {**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "SYSTEMD_LOG_LEVEL": "info"}
    command = ["systemd-analyze", *words]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def install(folder: Path, unit: Path) -> str:
    """Puts all units beside `unit` into the folder as an administrator would; the name of that one, an instance."""
    for path in unit.parent.iterdir():
        text = rendered(path.read_text("utf-8"), running_command(), {})
        (folder / path.name.replace("@.", "@ada.")).write_text(text, "utf-8")
    return unit.name.replace("@.", "@ada.")


def settings(unit: Path) -> dict[str, list[str]]:
    """Every setting of a unit with its values in their order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def verify(folder: Path, name: str, *, user: bool) -> subprocess.CompletedProcess[str]:
    scope = ["--user"] if user else []
    return analyse(folder, *scope, "--man=no", "--recursive-errors=no", "verify", f"./{name}")


@needs_systemd
@pytest.mark.parametrize("unit", [*USER, *SYSTEM], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_systemd_has_nothing_to_say_against_a_unit(unit: Path, tmp_path: Path) -> None:
    done = verify(tmp_path, install(tmp_path, unit), user=unit in USER)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("ProtectSystem=strict", "ProtectSystem=strct"),
        ("Restart=on-failure", "Restat=on-failure"),
        ("/bin", "/nowhere"),
    ],
)
def test_a_mistake_in_a_unit_would_be_found(right: str, wrong: str, tmp_path: Path) -> None:
    name = install(tmp_path, systemd_dir() / "system/agendad@.service")
    text = (tmp_path / name).read_text("utf-8")
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong), "utf-8")
    assert verify(tmp_path, name, user=False).stderr


@needs_systemd
@pytest.mark.parametrize("unit", [path for path in SYSTEM if path in SERVICES], ids=lambda path: path.name)
def test_a_system_unit_is_exposed_to_little(unit: Path, tmp_path: Path) -> None:
    """The threshold is in tenths: at most 1.5 of 10."""
    done = analyse(tmp_path, "security", "--offline=true", "--threshold=15", f"./{install(tmp_path, unit)}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_all_system_services_have_the_same_sandbox() -> None:
    sandboxes = [unit.read_text("utf-8").partition("\nUser=%i\n")[2].partition("\n[Install]")[0] for unit in SYSTEM]
    assert len({sandbox.rstrip() for sandbox in sandboxes if sandbox}) == 1


@pytest.mark.parametrize("unit", DAEMONS, ids=lambda path: path.name)
def test_only_what_a_person_must_mend_is_not_tried_again(unit: Path) -> None:
    (statuses,) = settings(unit)["RestartPreventExitStatus"]
    never = {int(status) for status in statuses.split()}
    assert never == {ProblemsFound.exit_status, UsageError.exit_status}
    assert not never & {error.exit_status for error in (ProviderError, PartlyApplied, RefusedBySafety)}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_unit_starts_a_command_that_there_is(unit: Path) -> None:
    (line,) = settings(unit)["ExecStart"]
    program, *words = line.split()
    parsed = parse(words)
    assert program == "agendad"
    assert parsed is not None
    assert parsed[0].name == "run"
    assert parsed[1].once is (unit not in DAEMONS)


def test_a_user_unit_names_no_folder_of_its_own() -> None:
    """Those of user units have moved between versions of systemd, and one of them is where the rules are."""
    for unit in USER:
        assert not [name for name in settings(unit) if name.endswith("Directory")]
