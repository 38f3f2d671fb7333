"""Days and instants as people write them behind a command."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agendad.cli.days import day, later, midnight
from agendad.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 15, tzinfo=PARIS)


def test_days_are_words_or_dates():
    assert day("today", NOW.date(), "FROM") == date(2026, 11, 23)
    assert day(" Tomorrow ", NOW.date(), "FROM") == date(2026, 11, 24)
    assert day("2026-12-24", NOW.date(), "FROM") == date(2026, 12, 24)
    assert midnight("2026-11-01", NOW, "--since") == datetime(2026, 11, 1, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("2h", "2026-11-23T10:15+01:00"),
        ("3 days", "2026-11-26T08:15+01:00"),
        ("tomorrow", "2026-11-24T00:00+01:00"),
        ("2026-11-30", "2026-11-30T00:00+01:00"),
        ("2026-11-30T08:00", "2026-11-30T08:00+01:00"),
        ("2026-11-30 08:00", "2026-11-30T08:00+01:00"),
        ("2026-11-30T08:00Z", "2026-11-30T09:00+01:00"),
        ("2027-07-01T08:00", "2027-07-01T08:00+02:00"),
    ],
)
def test_an_instant_ahead_is_a_day_an_instant_or_a_length(text, until):
    found = later(text, NOW, "UNTIL")
    assert found == datetime.fromisoformat(until)
    assert found.tzinfo is PARIS


def test_a_length_of_hours_is_elapsed_time_over_a_clock_change():
    eve = datetime(2026, 10, 25, 1, 30, tzinfo=PARIS)
    assert later("3h", eve, "UNTIL") == datetime.fromisoformat("2026-10-25T03:30+01:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-23", "not after now, 2026-11-23 08:15"),
        ("2026-11-23T08:15", "not after now"),
        ("0m", "not after now"),
        ("2062-01-01", "more than ten years ahead"),
        ("14:00", "is not an instant"),
        ("2026-02-30T08:00", "is not an instant"),
        ("noon", "expected a date"),
        ("", "expected a date"),
    ],
)
def test_what_is_no_instant_ahead_is_refused_with_the_argument_named(text, said):
    with pytest.raises(UsageError) as refused:
        later(text, NOW, "UNTIL")
    assert refused.value.message.startswith(f"UNTIL `{text}`")
    assert said in refused.value.message
