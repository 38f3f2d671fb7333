"""How far a cycle looks back and ahead, and the public holidays of that time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agendad.app.observe import mail_since, stretch
from agendad.core.company import CONTACT_DAYS
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
        ("before: {title: x}, lasts: 5m, lead: 30 days", 30),
        ("before: {title: x}, lasts: 5m, within: 20 days", 20),
        ("when: {none: {title: x}, in: 2d}, lasts: 5m, within: 20 days", 20),
    ],
)
def test_it_reads_back_over_what_a_rule_may_ask_about(text: str, least: int) -> None:
    assert least <= days_back(text) <= 2 * least + 2


@pytest.mark.parametrize("unit", ["week", "month", "quarter", "year"])
def test_whoever_was_contacted_before_a_period_is_read_until_its_last_day(unit: str) -> None:
    rule = f"{{block: B, every: {unit}, for_each: {{tier: 1}}, lasts: 1h}}"
    loaded = load_rule_text(f"version: 1\ntimezone: Europe/Paris\nrules:\n  r: {rule}\n")
    last_evening = datetime(2026, 12, 31 if unit != "week" else 27, 23, 59, tzinfo=PARIS)
    begins = {"week": date(2026, 12, 21), "month": date(2026, 12, 1), "quarter": date(2026, 10, 1)}
    wanted = begins.get(unit, date(2026, 1, 1)) - timedelta(days=CONTACT_DAYS)
    assert stretch(SETTINGS, loaded.rules, (), last_evening)[0].date() <= wanted
    assert mail_since(SETTINGS, loaded.rules, last_evening).date() <= wanted


def test_it_reads_ahead_over_the_horizon_and_over_everything_that_was_written() -> None:
    _, end = stretch(SETTINGS, (), (), NOW)
    assert end >= NOW + timedelta(days=14)
    far = NOW + timedelta(days=100)
    written = [Written("r", "u", "own", far, far + timedelta(hours=1), "")]
    written.append(Written("r", "v", "own", date(2027, 6, 1), date(2027, 6, 4), ""))
    assert stretch(SETTINGS, (), written[:1], NOW)[1] > far
    assert stretch(SETTINGS, (), written, NOW)[1] > datetime(2027, 6, 4, tzinfo=PARIS)


@pytest.mark.parametrize("when", ["lead: 26 weeks", "within: 26 weeks"])
def test_it_reads_ahead_as_far_as_a_rule_is_ahead_of_its_event(when: str) -> None:
    loaded = load_rule_text(f"version: 1\nrules: {{r: {{block: B, before: {{title: defence}}, {when}, lasts: 1h}}}}\n")
    assert not loaded.has_errors
    _, end = stretch(SETTINGS, loaded.rules, (), NOW)
    assert end >= NOW + timedelta(days=SETTINGS.horizon_days + 26 * 7)
