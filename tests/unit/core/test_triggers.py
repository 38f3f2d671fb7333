"""Triggers make occurrences: which, when, and under which keys (sections 2 and 8 of the rule language)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from engine_world import ADA, BOB, EVE, MONDAY, PARIS, PEOPLE, event, rules, when, whole_days
from hypothesis import given

from agendad.core.clock import Clock
from agendad.core.selectors import Matcher, address_book
from agendad.core.timeline import span, to_minutes, union
from agendad.core.triggers import (
    Left,
    Occurrence,
    Scope,
    add_months,
    busy_instants,
    busy_occurrences,
    calendar_occurrences,
    event_occurrences,
    event_suffix,
)

TODAY = MONDAY.date()
SCOPE = Scope(Clock(MONDAY), TODAY, TODAY + timedelta(days=14), PARIS, {}, frozenset(), {})
MATCHER = Matcher(ADA, address_book(PEOPLE), PARIS)


def on_calendar(text: str, scope: Scope = SCOPE) -> list[Occurrence | Left]:
    (rule,) = rules(f"r: {{block: B, {text}}}")
    return calendar_occurrences(rule, scope)


def set_off(text: str, *events, scope: Scope = SCOPE) -> list[Occurrence | Left]:
    (rule,) = rules(f"r: {{block: B, lasts: 15m, {text}}}")
    timed = [(span(each.fields.start, each.fields.end, PARIS), each) for each in events]
    return event_occurrences(rule, (), timed, MATCHER, scope)


def minute(text: str) -> int:
    return to_minutes(when(f"{text}-23:59")[0])


def keys(found: list[Occurrence | Left]) -> list[str]:
    return [each.key for each in found]


class TestTheCalendar:
    def test_a_day_phrase_gives_the_days_of_the_horizon_and_yesterday(self):
        found = keys(on_calendar("every: day, at: 09:00-10:00"))
        assert found[0] == "r/2026-11-22"  # what began in its evening may go on
        assert found[-1] == "r/2026-12-06"

    def test_a_period_that_has_begun_is_taken_up_and_one_that_the_horizon_cuts_is_not(self):
        assert keys(on_calendar("every: month, lasts: 1h")) == ["r/2026-11"]
        assert keys(on_calendar("every: week, lasts: 1h")) == ["r/2026-W47", "r/2026-W48", "r/2026-W49"]

    def test_a_day_that_except_takes_out_is_left_with_its_cause(self):
        scope = replace(SCOPE, absent=frozenset({date(2026, 11, 25)}))
        found = on_calendar("every: wednesday, at: 09:00-10:00, except: [away]", scope)
        left = [(each.key, each.why.facts["by"]) for each in found if isinstance(each, Left)]
        assert left == [("r/2026-11-25", "away")]

    def test_steps_are_counted_from_starting_and_named_by_number(self):
        (rule,) = rules("""
            r: {lasts: 1h, starting: 2026-11-16, steps: [
              {on: week 1, block: Past}, {on: week 2, block: Now}, {on: day 12, block: Day}, {on: week 4, block: Far}]}
        """)
        found = calendar_occurrences(rule, SCOPE)
        assert [(each.key, each.first, each.end) for each in found] == [
            ("r/step-1", date(2026, 11, 16), date(2026, 11, 23)),
            ("r/step-2", date(2026, 11, 23), date(2026, 11, 30)),
            ("r/step-3", date(2026, 11, 27), date(2026, 11, 28)),
        ]

    def test_a_step_whose_days_are_all_excluded_is_left(self):
        (rule,) = rules(
            "r: {lasts: 1h, starting: 2026-11-23, except: [2026-11-23..2026-11-29], steps: [{on: week 1, block: A}]}"
        )
        assert [type(each) for each in calendar_occurrences(rule, SCOPE)] == [Left]

    def test_a_renamed_rule_keeps_the_keys_it_began_with(self):
        found = keys(on_calendar("every: tuesday, at: 09:00-10:00, moved_from: old"))
        assert found == ["old/2026-11-24", "old/2026-12-01"]

    @given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
    def test_adding_months_lands_in_that_month_on_the_same_day_or_its_last(self, day: date, months: int):
        later = add_months(day, months)
        assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
        assert later.day == day.day or (later + timedelta(days=1)).day == 1


class TestEvents:
    def test_after_fires_once_for_each_matching_event_from_its_end_for_within(self):
        found = set_off(
            "after: {title: board}, within: 1h, delay: 5m",
            event("Board", "tue 09:00-10:00"),
            event("X", "tue 11:00-12:00"),
        )
        assert [(each.key, each.moment) for each in found] == [
            ("r/Board-tue-09-00-10-00@x", (minute("tue 10:05"), minute("tue 11:05")))
        ]

    def test_before_is_drawn_to_the_event_and_with_lead_begins_that_long_ahead(self):
        board = event("Board", "wed 09:00-10:00")
        (late,) = set_off("before: {title: board}", board)
        assert (late.moment, late.as_late) == ((minute("tue 09:00"), minute("wed 09:00")), True)
        (early,) = set_off("before: {title: board}, lead: 3h, within: 1h", board)
        assert (early.moment, early.as_late) == ((minute("wed 06:00"), minute("wed 07:00")), False)

    def test_an_event_that_stands_in_two_calendars_counts_once(self):
        board = event("Board", "tue 09:00-10:00")
        assert len(set_off("after: {title: board}", board, replace(board, calendar="own"))) == 1

    def test_each_instance_of_a_series_has_its_own_key_by_its_original_start(self):
        at = datetime(2026, 11, 24, 9, tzinfo=PARIS)
        assert event_suffix(replace(event("S", "wed 09:00-10:00"), uid="s", recurrence_id=at)) == "s@20261124T080000Z"
        assert event_suffix(replace(whole_days("S", "tue"), uid="s", recurrence_id=date(2026, 11, 24))) == "s@20261124"

    def test_what_ended_before_the_first_day_less_within_never_fires(self):
        old = event("Board", "2026-11-21 09:00-10:00")
        text = "after: {title: board}, within: 3 days"
        new, known = replace(SCOPE, first_days={}), replace(SCOPE, first_days={"r": MONDAY + timedelta(days=2)})
        assert len(set_off(text, old, scope=new)) == 1
        assert set_off(text, old, scope=known) == []
        assert len(set_off(f"{text}, look_back: 9 days", old, scope=known)) == 1

    def test_a_moment_that_is_over_fires_nothing(self):
        assert set_off("after: {title: board}, within: 1h", event("Board", "mon 05:00-06:30")) == []

    def test_a_day_that_except_names_sets_nothing_off_and_a_later_day_is_only_closed(self):
        (left,) = set_off("after: {title: board}, except: [tue]", event("Board", "tue 09:00-10:00"))
        assert isinstance(left, Left)
        (made,) = set_off("after: {title: board}, except: [wed], within: 2 days", event("Board", "tue 09:00-10:00"))
        assert made.excluded_days == {date(2026, 11, 25)}
        (ahead,) = set_off("before: {title: board}, except: [mon]", event("Board", "tue 09:00-10:00"))
        assert ahead.excluded_days == {date(2026, 11, 23)}

    def test_only_events_that_set_it_off_say_until_when_that_stays_true(self):
        clock = Clock(MONDAY)
        scope = replace(SCOPE, clock=clock)
        found = set_off("after: {title: visit}, within: 1h", event("Staff", "mon 08:00-09:00"), scope=scope)
        assert found == []
        assert clock.until > minute("mon 10:00")
        set_off("after: {title: staff}, within: 1h", event("Staff", "mon 08:00-09:00"), scope=scope)
        assert clock.until == minute("mon 10:00") + 1


class TestBusyTime:
    def test_it_fires_when_the_sum_is_reached_and_counts_anew_from_there(self):
        assert busy_instants([(0, 60), (65, 190)], 60) == [60, 125, 185]

    def test_a_gap_of_ten_minutes_ends_the_run_and_one_of_nine_does_not(self):
        assert busy_instants([(0, 50), (60, 110)], 60) == []
        assert busy_instants([(0, 50), (59, 110)], 60) == [69]

    @given(st.lists(st.tuples(st.integers(0, 1400), st.integers(1, 200))), st.integers(5, 300))
    def test_between_two_instants_lies_at_least_the_busy_time_asked_for(self, raw, threshold: int):
        taken = union((start, start + length) for start, length in raw)
        instants = busy_instants(taken, threshold)
        assert instants == sorted(instants)
        for before, at in zip([0, *instants], instants, strict=False):
            assert (
                sum(min(end, at) - max(start, before) for start, end in taken if start < at and end > before)
                >= threshold
            )

    def test_the_second_of_a_day_is_numbered_and_the_day_is_the_key(self):
        (rule,) = rules("r: {block: B, after: {busy: 1h}, lasts: 5m}")
        taken = tuple((minute(f"tue {hour:02}:00"), minute(f"tue {hour + 1:02}:00")) for hour in (9, 11))
        found = busy_occurrences(rule, taken, SCOPE)
        assert keys(found) == ["r/2026-11-24", "r/2026-11-24#2"]
        assert found[0].moment == (minute("tue 10:00"), minute("tue 11:00"))

    def test_a_day_that_except_takes_out_is_left(self):
        (rule,) = rules("r: {block: B, after: {busy: 1h}, lasts: 5m, except: [tue]}")
        (left,) = busy_occurrences(rule, ((minute("tue 09:00"), minute("tue 12:00")),), SCOPE)
        assert isinstance(left, Left)


@pytest.mark.parametrize("text", ["every: day, at: 09:00-10:00", "after: {title: x}, lasts: 5m"])
def test_a_trigger_asks_only_for_what_it_needs(text: str) -> None:
    (rule,) = rules(f"r: {{block: B, {text}}}")
    assert busy_occurrences(rule, (), SCOPE) == []
    assert (calendar_occurrences(rule, SCOPE) == []) is ("after" in text)


def test_the_key_of_a_series_is_in_utc_whatever_the_zone() -> None:
    at = datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert event_suffix(replace(event("S", "tue 09:00-10:00", EVE, BOB), uid="s", recurrence_id=at)).endswith(
        "T080000Z"
    )
