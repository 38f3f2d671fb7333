"""`agendad when` shows what a phrase means: words, RRULE, the next five dates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command import Agendad

NOW = ("--now", "2026-11-23T08:00")  # a Monday


def test_a_day_phrase_gives_days(agendad: Agendad) -> None:
    done = agendad("when", "first monday of month", *NOW)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "first monday of month",
        "RRULE:FREQ=MONTHLY;BYDAY=1MO",
        "  Mon 2026-12-07",
        "  Mon 2027-01-04",
        "  Mon 2027-02-01",
        "  Mon 2027-03-01",
        "  Mon 2027-04-05",
    ]


def test_a_period_phrase_gives_periods_with_their_days_the_current_one_first(agendad: Agendad) -> None:
    assert agendad("when", "month", *NOW).stdout.splitlines()[2:4] == [
        "  2026-11   Sun 2026-11-01 to Mon 2026-11-30",
        "  2026-12   Tue 2026-12-01 to Thu 2026-12-31",
    ]


def test_today_is_among_the_dates(agendad: Agendad) -> None:
    assert "  Mon 2026-11-23\n" in agendad("when", "monday", *NOW).stdout


def test_the_phrase_needs_no_quotes_and_takes_its_start(agendad: Agendad) -> None:
    lines = agendad("when", "2", "weeks", "on", "tuesday", "--starting", "2026-11-24", *NOW).stdout.splitlines()
    assert lines[2:5] == ["counted from Tue 2026-11-24", "  Tue 2026-11-24", "  Tue 2026-12-08"]


def test_intervals_say_where_they_are_counted_from(agendad: Agendad) -> None:
    done = agendad("when", "3 days", *NOW)
    assert "counted from Mon 2024-01-01; `starting:` moves it\n" in done.stdout


@pytest.mark.parametrize(
    "phrase",
    [
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1",
        '{rrule: "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"}',
        "rrule:freq=monthly;byday=mo;bysetpos=1",
    ],
)
def test_an_rrule_may_be_given_as_it_stands_in_a_file_or_bare(agendad: Agendad, phrase: str) -> None:
    lines = agendad("when", phrase, *NOW).stdout.splitlines()
    assert lines[0] == "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"
    assert lines[2:4] == ["  Mon 2026-12-07", "  Mon 2027-01-04"]


def test_a_list_may_be_given_as_it_stands_in_a_file(agendad: Agendad) -> None:
    assert agendad("when", "[mon, wed]", *NOW).stdout.startswith("mon, wed\n")


def test_a_date_that_never_comes_is_said(agendad: Agendad) -> None:
    done = agendad("when", "FREQ=YEARLY;COUNT=1", *NOW)
    assert done.stdout.endswith("  no such day in the next 100 years\n")


def test_json(agendad: Agendad) -> None:
    found = json.loads(agendad("when", "quarter", "--json", *NOW).stdout)
    assert {name: found[name] for name in ("version", "phrase", "understood", "rrule", "counted_from")} == {
        "version": 1,
        "phrase": "quarter",
        "understood": "quarter",
        "rrule": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
        "counted_from": "2024-01-01",
    }
    assert found["next"][0] == {"key": "2026-Q4", "start": "2026-10-01", "end": "2027-01-01"}
    assert len(found["next"]) == 5


def test_what_is_no_phrase_is_shown_with_its_place_and_the_nearest_one(agendad: Agendad) -> None:
    done = agendad("when", "frist monday of month", *NOW)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("agendad: error: ")
    assert lines[1:] == ["    frist monday of month", "    ^^^^^", "  hint: did you mean `first monday of month`?"]


def test_no_phrase_at_all_is_wrong_usage(agendad: Agendad) -> None:
    assert agendad("when", "").returncode == 2
    assert agendad("when").returncode == 2


def test_a_start_that_is_no_date_is_refused(agendad: Agendad) -> None:
    done = agendad("when", "3 days", "--starting", "2026-11-31")
    assert done.returncode == 2
    assert "did you mean `2026-11-30`?" in done.stderr
