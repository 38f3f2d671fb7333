"""What keeps the repository itself true: locks, links, versions."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from agendad import __version__

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("rules/*.md"), *ROOT.glob("templates/*.md")])
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def plain(requirement: str) -> str:
    """The name of a requirement as package indexes write it."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def locked(name: str) -> set[str]:
    """The packages of a lock file."""
    return {
        line.partition("==")[0] for line in (ROOT / name).read_text().splitlines() if re.match(r"[a-z0-9-]+==", line)
    }


def test_every_dependency_is_locked() -> None:
    runtime = {plain(name) for name in PROJECT["project"]["dependencies"]}
    tools = {plain(name) for name in PROJECT["dependency-groups"]["dev"]}
    assert runtime <= locked("requirements.lock")
    assert runtime | tools <= locked("requirements-dev.lock")


def test_both_locks_name_the_same_versions() -> None:
    pins = [
        set(re.findall(r"^([a-z0-9-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    for pin in re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]:
        assert "--hash=sha256:" in pin
    assert not re.search(r"https?:|file:|--index|--find-links|\s/", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_changes_speak_of_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert "## [Unreleased]" in text or f"## [{__version__}]" in text


def test_the_docs_index_names_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text()
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index
