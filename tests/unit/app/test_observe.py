"""How far a cycle looks back and ahead, and the public holidays of that time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agendad.app.observe import near, public_holidays, stretch
from agendad.model.calendar import Event, EventFields, Mark
from agendad.model.memory import Written
from agendad.model.settings import CalendarSettings, Settings
from agendad.rules.load import load_rule_text

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
SETTINGS = Settings(PARIS, CalendarSettings(write="own"), horizon_days=14)


def days_back(text: str) -> int:
    loaded = load_rule_text(f"version: 1\ntimezone: Europe/Paris\nrules:\n  r: {{block: B, {text}}}\n")
    assert not loaded.has_errors, loaded.diagnostics
    start, _ = stretch(SETTINGS, loaded.rules, (), NOW)
    return (NOW.date() - start.date()).days


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("every: weekday, at: 09:00-10:00", 7),
        ("every: month, lasts: 1h", 30),
        ("every: 2 months, lasts: 1h", 61),
        ("every: year, lasts: 1h", 365),
        ("every: month 1 of quarter, lasts: 1h", 30),
        ("after: {title: x}, lasts: 5m, delay: 10 days", 11),
        ("after: {title: x}, lasts: 5m, within: 20 days", 20),
        ("after: {title: x}, lasts: 5m, look_back: 30 days", 30),
    ],
)
def test_it_reads_back_over_what_a_rule_may_ask_about(text: str, least: int) -> None:
    assert least <= days_back(text) <= 2 * least + 2


def test_it_reads_ahead_over_the_horizon_and_over_everything_that_was_written() -> None:
    _, end = stretch(SETTINGS, (), (), NOW)
    assert end >= NOW + timedelta(days=14)
    far = NOW + timedelta(days=100)
    written = [Written("r", "u", "own", far, far + timedelta(hours=1), "")]
    written.append(Written("r", "v", "own", date(2027, 6, 1), date(2027, 6, 4), ""))
    assert stretch(SETTINGS, (), written[:1], NOW)[1] > far
    assert stretch(SETTINGS, (), written, NOW)[1] > datetime(2027, 6, 4, tzinfo=PARIS)


def event(days: int, rule: str = "") -> Event:
    """One that ended so many days ago: ours, when a rule is named."""
    start = NOW - timedelta(days=days)
    return Event(
        "own", f"{rule}{days}", EventFields("E", start, start), mark=Mark(rule, f"{rule}/1", "") if rule else None
    )


RULES = """\
version: 1
timezone: Europe/Paris
rules:
  yearly: {block: B, every: year, lasts: 1h}
  daily: {block: B, every: weekday, at: 09:00-10:00}
"""


def test_of_a_long_period_only_the_blocks_of_its_own_rule_are_looked_at() -> None:
    events = [event(300), event(300, "daily"), event(300, "yearly"), event(3), event(3, "daily")]
    found = near(events, SETTINGS, load_rule_text(RULES).rules, NOW)
    assert found.events == tuple(events[2:])
    assert NOW - timedelta(days=10) < found.start < NOW - timedelta(days=7)


@pytest.mark.parametrize("more", ["satisfied_by: {title: x}", "for_each: {tier: 1}", "with: {tier: 1}"])
def test_a_rule_that_asks_for_more_than_its_own_blocks_is_given_all(more: str) -> None:
    events = [event(300), event(300, "daily")]
    rules = load_rule_text(RULES.replace("year, lasts", f"year, {more}, lasts")).rules
    assert len(rules) == 2
    assert near(events, SETTINGS, rules, NOW).events == tuple(events)


def test_holidays_are_those_of_the_country_by_day_and_in_its_language() -> None:
    start, end = datetime(2026, 12, 20, tzinfo=PARIS), datetime(2027, 1, 2, tzinfo=PARIS)
    french = public_holidays(replace(SETTINGS, country="FR", language="fr"), start, end)
    assert french == {date(2026, 12, 25): "Noël", date(2027, 1, 1): "Jour de l'an"}
    assert date(2026, 12, 26) in public_holidays(replace(SETTINGS, country="FR", subdivision="57"), start, end)


def test_without_a_country_there_are_none() -> None:
    assert public_holidays(SETTINGS, NOW, NOW + timedelta(days=400)) == {}
