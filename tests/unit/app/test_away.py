"""Absences and pauses among the decisions, compared with sets of days and instants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agendad.app.away import absences_ahead, pause, with_absence, with_pause, without_absence, without_pause
from agendad.model.memory import Decisions, Gone, Pause

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OTHERS = Decisions(deleted={"a/1": Gone("a", TODAY)}, first_days={"a": NOW})

DAYS = st.integers(-20, 20).map(lambda number: TODAY + timedelta(days=number))
RANGES = st.tuples(DAYS, DAYS).map(lambda ends: (min(ends), max(ends)))
HOURS = st.integers(-20, 20).map(lambda number: NOW + timedelta(hours=number))
PAUSES = st.builds(Pause, HOURS, st.none() | HOURS).filter(lambda each: each.end is None or each.start < each.end)


def days(decisions: Decisions) -> set[date]:
    return {first + timedelta(days=n) for first, last in decisions.absences for n in range((last - first).days + 1)}


@given(st.lists(RANGES), RANGES)
def test_the_days_of_a_new_absence_are_added_once_and_in_as_few_ranges_as_there_are_gaps(noted, new):
    before = replace(OTHERS, absences=tuple(noted))
    after = with_absence(before, *new)
    assert days(after) == days(before) | days(Decisions(absences=(new,)))
    assert len(after.absences) == sum(day - timedelta(days=1) not in days(after) for day in days(after))
    assert after.absences == tuple(sorted(after.absences))
    assert with_absence(after, *new) == after
    assert replace(after, absences=()) == OTHERS


@given(st.lists(RANGES), RANGES)
def test_the_days_of_a_removed_absence_are_gone_and_no_others(noted, gone):
    before = replace(OTHERS, absences=tuple(noted))
    after = without_absence(before, *gone)
    assert days(after) == days(before) - days(Decisions(absences=(gone,)))
    assert without_absence(after, *gone) == after
    if days(after) == days(before):
        assert after == before
    assert replace(after, absences=()) == OTHERS


@given(st.lists(RANGES))
def test_the_absences_ahead_are_those_whose_last_day_is_not_past(noted):
    found = absences_ahead(Decisions(absences=tuple(noted)), TODAY)
    assert list(found) == sorted(each for each in noted if each[1] >= TODAY)


@given(st.lists(PAUSES), st.integers(0, 24 * 60) | st.none())
def test_a_pause_lasts_from_now_to_its_end_whatever_there_was(noted, minutes):
    until = None if minutes is None else NOW + timedelta(minutes=minutes + 1)
    before = replace(OTHERS, pauses=tuple(noted))
    after = with_pause(before, NOW, until)
    found = pause(after, NOW)
    assert found is not None
    assert found.end == until
    assert found.start == min([NOW, *(each.start for each in noted if Decisions(pauses=(each,)).paused(NOW))])
    assert with_pause(after, NOW + timedelta(seconds=30), until) == after
    assert replace(after, pauses=()) == OTHERS


@given(st.lists(PAUSES))
def test_after_resuming_nothing_is_paused_any_more_and_what_was_stays(noted):
    before = replace(OTHERS, pauses=tuple(noted))
    after = without_pause(before, NOW)
    assert pause(after, NOW) is None
    assert not after.paused(NOW)
    assert without_pause(after, NOW) == after
    assert list(after.pauses) == [each for each in noted if each.end is not None and each.end <= NOW]
    assert replace(after, pauses=()) == OTHERS


def test_a_pause_goes_on_when_the_clock_is_set_back():
    after = with_pause(OTHERS, NOW, NOW + timedelta(hours=3))
    assert after.paused(NOW - timedelta(days=2))
    assert not after.paused(NOW + timedelta(hours=3))
    assert not without_pause(after, NOW - timedelta(days=2)).paused(NOW)


def test_a_pause_that_was_ended_does_not_come_back_when_the_clock_is_set_back():
    after = without_pause(with_pause(OTHERS, NOW, None), NOW + timedelta(hours=3))
    assert not after.paused(NOW + timedelta(hours=1))
