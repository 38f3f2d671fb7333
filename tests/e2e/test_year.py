"""The year of `docs/year.md` is the one that the cto pack brings, and every system of the guide is in it."""

from __future__ import annotations

import re

import pytest
from year import LANGUAGES, PACK, PAGE, QUARTER, SYSTEMS, TITLES, lived, page, rows

from agendad.app.packs import themes

_ROW = re.compile(r"^\| (S\d+) \| .+ \| (\d+) \| (\d+) \| \d+ \| (\d+, \d+) \|$", re.MULTILINE)


def told(text: str, language: str) -> dict[str, tuple[int, int, str]]:
    """Events, drafts, and both of the first quarter, of each row of the table of a language."""
    (table,) = re.findall(f"(?ms)^## {TITLES[language]}$(.*?)(?=^## |\\Z)", text)
    return {name: (int(events), int(drafts), first) for name, events, drafts, first in _ROW.findall(table)}


def test_every_rule_of_the_pack_is_there_for_a_system_of_the_guide() -> None:
    named = {rule for system in SYSTEMS.values() for rule in system.rules}
    assert named == {rule for theme in themes(PACK) for rule in theme.rules}
    assert list(SYSTEMS) == [f"S{number}" for number in range(1, 24)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_system_of_the_guide_shows_in_the_year(language: str) -> None:
    table = told(PAGE.read_text("utf-8"), language)
    assert list(table) == list(SYSTEMS)
    assert [name for name, (events, drafts, _) in table.items() if not events + drafts] == []


@pytest.mark.soak
def test_the_first_quarter_is_as_the_page_says() -> None:
    """In English, a simulation of three months, which CI asks for by itself."""
    again = {name: first for name, _, _, first in _ROW.findall("".join(rows(lived("en", QUARTER), "en")))}
    table = told(PAGE.read_text("utf-8"), "en")
    assert again == {name: first for name, (_, _, first) in table.items()}, "run `make year`"


@pytest.mark.soak
def test_the_year_is_as_the_page_says() -> None:
    assert page({language: lived(language) for language in LANGUAGES}) == PAGE.read_text("utf-8"), "run `make year`"
