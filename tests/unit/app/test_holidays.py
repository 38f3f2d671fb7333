"""Public holidays: those of the country, kept from one process to the next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.app import holidays
from agendad.app.holidays import CACHE_NAME, public_holidays
from agendad.model.settings import CalendarSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
SETTINGS = Settings(timezone=PARIS, calendar=CalendarSettings())
FRENCH = replace(SETTINGS, country="FR", language="fr")
START, END = datetime(2026, 12, 20, tzinfo=PARIS), datetime(2027, 1, 2, tzinfo=PARIS)
TWO = {date(2026, 12, 25): "Noël", date(2027, 1, 1): "Jour de l'an"}


@pytest.fixture(autouse=True)
def another_process() -> None:
    """Each test begins without what the process remembers."""
    holidays._between.cache_clear()


def test_they_are_those_of_the_country_by_day_and_in_its_language() -> None:
    assert public_holidays(FRENCH, START, END) == TWO
    assert date(2026, 12, 26) in public_holidays(replace(SETTINGS, country="FR", subdivision="57"), START, END)


def test_without_a_country_there_are_none(tmp_path: Path) -> None:
    assert public_holidays(SETTINGS, START, START + timedelta(days=400), tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_another_process_gets_what_was_kept_for_the_same_question(tmp_path: Path) -> None:
    assert public_holidays(FRENCH, START, END, tmp_path) == TWO
    path = tmp_path / CACHE_NAME
    path.write_text(path.read_text().replace("Noël", "Kept"))  # to see that it is believed
    holidays._between.cache_clear()
    assert public_holidays(FRENCH, START, END, tmp_path)[date(2026, 12, 25)] == "Kept"
    assert public_holidays(replace(FRENCH, language="en_US"), START, END, tmp_path)[date(2026, 12, 25)] != "Kept"


def test_another_edition_of_the_library_is_asked_anew(tmp_path: Path) -> None:
    public_holidays(FRENCH, START, END, tmp_path)
    path = tmp_path / CACHE_NAME
    known = json.loads(path.read_text())
    known["head"][-1] += "1"
    path.write_text(json.dumps(known).replace("No\\u00ebl", "Old"))
    holidays._between.cache_clear()
    assert public_holidays(FRENCH, START, END, tmp_path) == TWO


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"head": HEAD}', '{"head": HEAD, "value": {"no day": "x"}}'])
def test_a_damaged_file_costs_nothing_but_time(tmp_path: Path, damage: str) -> None:
    public_holidays(FRENCH, START, END, tmp_path)
    path = tmp_path / CACHE_NAME
    path.write_text(damage.replace("HEAD", json.dumps(json.loads(path.read_text())["head"])))
    holidays._between.cache_clear()
    assert public_holidays(FRENCH, START, END, tmp_path) == TWO
