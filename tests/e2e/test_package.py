"""The built wheel holds what the program needs, and finds it; so does the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agendad import data

ROOT = Path(__file__).parents[2]
FIND = "from agendad import data as d; print(d.rules_dir(), d.templates_dir(), d.systemd_dir(), sep=chr(10))"
SHIPPED = ("rules", "templates", "systemd")


def shipped(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("agendad-*.whl")
    return built


def test_the_wheel_holds_every_module_and_the_packs(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if not name.startswith("agendad-")}
    package = ROOT / "daemon/agendad"
    modules = {f"agendad/{path.relative_to(package)}" for path in package.rglob("*.py")}
    packs = {f"agendad/data/{name}/{path}" for name in SHIPPED for path in shipped(ROOT / name)}
    assert modules | packs | {"agendad/py.typed"} <= held
    assert not {name for name in held if name.startswith(("tests", "docs", "benchmarks")) or "__pycache__" in name}


def test_the_installed_wheel_finds_its_packs_and_runs_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--quiet", "--target", str(site)]
    subprocess.run([*install, str(wheel)], capture_output=True, check=True)

    def python(*words: str) -> str:
        start = f"import sys; sys.path[:] = [{str(site)!r}] + [p for p in sys.path if p != {str(ROOT / 'daemon')!r}]; "
        command = [sys.executable, "-I", "-c", start + words[0], *words[1:]]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    found = [Path(line) for line in python(FIND).splitlines()]
    assert found == [site / "agendad/data" / name for name in SHIPPED]
    assert [shipped(folder) for folder in found] == [shipped(ROOT / name) for name in SHIPPED]
    assert (site / "bin/agendad").exists()
    assert python("from agendad.cli.main import main; main()", "--help").startswith("usage: agendad")


def test_the_checkout_uses_the_packs_at_its_top() -> None:
    assert data.rules_dir() == ROOT / "rules"
    assert data.templates_dir() == ROOT / "templates"
    assert data.systemd_dir() == ROOT / "systemd"
