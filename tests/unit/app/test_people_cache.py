"""What a large people.yaml says is kept until its bytes change, and no problem is ever lost by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agendad.app.people_cache import CACHE_NAME, LEAST_BYTES, read
from agendad.rules.people import read_people

if TYPE_CHECKING:
    from pathlib import Path

FULL = (
    "  p0: {name: P, emails: [p@x.org, q@x.org], groups: [b, a], tier: 2, language: fr, timezone: Asia/Tokyo, "
    "topics: [t], notes: n, met: m}\n"
)


def text(*more: str) -> bytes:
    many = (f"  p{number}: {{name: Person {number}, emails: [p{number}@x.org]}}\n" for number in range(1, 1400))
    return "".join(["version: 1\ngroups: [team, board]\npeople:\n", FULL, *many, *more]).encode()


def test_the_cache_gives_what_reading_gives_and_follows_every_change(tmp_path: Path) -> None:
    data = text()
    assert len(data) > LEAST_BYTES
    plain = read_people(data)
    assert read(data, tmp_path) == plain
    path = tmp_path / CACHE_NAME
    path.write_text(path.read_text().replace("Person 7", "Seven"))  # to see that it is believed
    seen, _ = read(data, tmp_path)
    assert seen is not None
    assert seen.by_id["p7"].name == "Seven"
    longer = text("  new: {name: New}\n")
    assert read(longer, tmp_path) == read_people(longer)
    assert read(data, tmp_path) == plain


def test_problems_are_told_each_time(tmp_path: Path) -> None:
    for wrong in (text("  p0: {name: Again}\n"), text().replace(b"version: 1\n", b"")):
        first = read(wrong, tmp_path)
        assert first[1]
        assert read(wrong, tmp_path) == first == read_people(wrong)
    assert not (tmp_path / CACHE_NAME).exists()


def test_of_a_small_file_nothing_is_kept(tmp_path: Path) -> None:
    read(b"version: 1\npeople: {ada: {name: Ada}}\n", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"head": HEAD}', '{"head": HEAD, "value": {"people": [[1]], "groups": []}}']
)
def test_a_damaged_cache_costs_nothing_but_time(tmp_path: Path, damage: str) -> None:
    data = text()
    plain = read(data, tmp_path)
    path = tmp_path / CACHE_NAME
    path.write_text(damage.replace("HEAD", json.dumps(json.loads(path.read_text())["head"])))
    assert read(data, tmp_path) == plain


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file stands here")
    assert read(text(), tmp_path / "cache") == read_people(text())
