"""Versions, spelling, countries and zones: the small parts of the reader."""

from __future__ import annotations

import pytest
from holidays import list_supported_countries

from agendad.rules.countries import NAMES
from agendad.rules.migrate import current
from agendad.rules.spelling import did_you_mean, listed, nearest, spelled
from agendad.rules.tree import Mapping, parse
from agendad.rules.zones import by_name, local_zone


def root(text: str) -> Mapping:
    """The root of a YAML text."""
    found = parse("a.yaml", text.encode()).root
    assert isinstance(found, Mapping)
    return found


def renamed(old: str, new: str, mapping: Mapping) -> Mapping:
    """A migration that gives a key another name."""
    made = Mapping(mapping.source, mapping.start, mapping.end)
    made.entries = {new if key == old else key: entry for key, entry in mapping.entries.items()}
    return made


def test_an_older_version_goes_through_each_migration_in_turn() -> None:
    steps = {1: lambda found: renamed("a", "b", found), 2: lambda found: renamed("b", "c", found)}
    found, problems = current(root("version: 1\na: x\n"), newest=3, migrations=steps)
    assert problems == ()
    assert found is not None
    assert list(found.entries) == ["version", "c"]
    assert found.entries["c"][1].span.column == 4


def test_the_current_version_is_read_as_it_is() -> None:
    given = root("version: 1\na: x\n")
    assert current(given) == (given, ())


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("evry", "every"),
        ("evrey", "every"),
        ("EVERY", "every"),
        ("eveery", "every"),
        ("at", "at"),
        ("ta", "at"),
        ("x", ""),
        ("lsats", "lasts"),
        ("something", ""),
    ],
)
def test_the_nearest_word_has_few_slips(word: str, found: str) -> None:
    assert nearest(word, ["every", "lasts", "at", "on"]) == found


def test_words_and_durations_are_written_as_the_language_does() -> None:
    assert did_you_mean("zzzz", ["every"]) == ""
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b", "c"], "and") == "`a`, `b` and `c`"
    assert [spelled(minutes) for minutes in (0, 45, 60, 90)] == ["0m", "45m", "1h", "1h30m"]


def test_the_known_countries_are_those_of_the_holidays_library() -> None:
    """The library may know more in a newer version; then the list is made anew."""
    assert set(NAMES) == set(list_supported_countries(include_aliases=False))


@pytest.mark.parametrize("name", ["", "Europe", "../etc/passwd", "Nowhere/City", "a\0b", "/etc/localtime"])
def test_what_is_no_zone_gives_none(name: str) -> None:
    assert by_name(name) is None


def test_the_zone_of_the_system_is_a_zone() -> None:
    assert by_name(local_zone().key) is not None
