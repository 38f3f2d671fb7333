"""`when:` states: cases of section 2 of the rule language, and every reading against a slow, obvious model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from engine_world import ADA, BOB, EVE, MONDAY, PARIS, PEOPLE, event, own, whole_days
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.clock import Clock
from agendad.core.selectors import Matcher, address_book
from agendad.core.signals import Reading, reading
from agendad.core.timeline import from_minutes, span, to_minutes, wall
from agendad.model.calendar import Attendee, Event, EventFields, Response
from agendad.model.rule import Hours, NoneIn, Pattern, PeriodUnit, Selector, Share, TimeSpan

MATCHER = Matcher(ADA, address_book(PEOPLE), PARIS)
GYM = Selector(title=(Pattern("gym"),))
EXTERNAL, INTERNAL = Selector(meeting=("external",)), Selector(meeting=("internal",))
LONG_AGO = date(2026, 1, 1)


def read(state, *events: Event, now: datetime = MONDAY, not_before: date = LONG_AGO) -> Reading:
    timed = sorted(((span(e.fields.start, e.fields.end, PARIS), e) for e in events), key=lambda each: each[0])
    return reading(state, timed, MATCHER, Clock(now), PARIS, not_before)


def measured(state, timed, matcher: Matcher, now: int, zone: ZoneInfo, not_before: date) -> Reading:
    """What is measured at a minute; the same is at each of the minutes for which the clock says so."""
    clock = Clock(from_minutes(now, zone))
    found = reading(state, timed, matcher, clock, zone, not_before)
    assert now < clock.until <= now + 25 * 60
    for later in {(now + clock.until) // 2, clock.until - 1}:
        assert reading(state, timed, matcher, Clock(from_minutes(later, zone)), zone, not_before) == found
    return found


class TestNone:
    def test_holds_since_so_many_days_after_the_last_one_ended(self):
        last = event("Gym", "2026-11-10 18:00-19:00")
        assert read(NoneIn(GYM, 7), event("Gym", "2026-11-02 18:00-19:00"), last) == Reading(
            True, 13.0, 7, date(2026, 11, 17), "Gym"
        )

    def test_holds_since_the_first_day_when_there_never_was_one(self):
        found = read(NoneIn(GYM, 7), event("Other", "2026-11-20 18:00-19:00"), not_before=date(2026, 11, 20))
        assert found == Reading(True, None, 7, date(2026, 11, 20))

    def test_an_episode_does_not_begin_before_the_rule(self):
        last = event("Gym", "2026-11-02 18:00-19:00")
        assert read(NoneIn(GYM, 7), last, not_before=date(2026, 11, 20)).since == date(2026, 11, 20)

    def test_one_that_runs_is_one(self):
        assert read(NoneIn(GYM, 7), event("Gym", "mon 07:00-09:00")) == Reading(False, 0.0, 7, None, "Gym")

    @pytest.mark.parametrize(("hour", "holds"), [(18, False), (19, True)])
    def test_the_days_are_over_at_the_minute_of_the_end(self, hour, holds):
        now = datetime(2026, 11, 17, hour, tzinfo=PARIS)
        found = read(NoneIn(GYM, 7), event("Gym", "2026-11-10 18:00-19:00"), now=now)
        assert (found.holds, found.since) == (holds, date(2026, 11, 17) if holds else None)

    @pytest.mark.parametrize(("at", "planned"), [("2026-12-07 07:59-09:00", True), ("2026-12-07 08:00-09:00", False)])
    def test_one_that_begins_in_the_next_14_days_speaks_against_it(self, at, planned):
        found = read(NoneIn(GYM, 7), event("Gym", at))
        assert (found.holds, found.planned) == (not planned, date(2026, 12, 7) if planned else None)
        assert found.value is None

    def test_a_day_of_whole_days_ends_at_its_midnight(self):
        assert read(NoneIn(GYM, 7), whole_days("Gym", "2026-11-10")).since == date(2026, 11, 18)

    def test_what_was_declined_never_was(self):
        declined = replace(event("Gym", "mon 07:00-09:00", BOB), response=Response.DECLINED)
        assert read(NoneIn(GYM, 7), declined).holds

    def test_own_blocks_count_only_for_a_selector_that_names_their_rule(self):
        block = own("gym/2026-11-20", "2026-11-20 18:00-19:00", title="Gym")
        assert read(NoneIn(GYM, 7), block).holds
        assert not read(NoneIn(Selector(rule=("gym",)), 7), block).holds


class TestShare:
    def test_is_of_all_meetings_by_default_and_events_at_the_same_time_count_once(self):
        found = read(
            Share(EXTERNAL, None, TimeSpan(days=7), above=20),
            event("Out", "2026-11-20 10:00-11:00", EVE),
            event("Out too", "2026-11-20 10:30-11:00", EVE),
            event("In", "2026-11-20 10:30-13:00", BOB),
            event("Alone", "2026-11-20 14:00-18:00"),
        )
        assert found == Reading(True, pytest.approx(100 / 3), 20.0, date(2026, 11, 20))

    def test_the_bound_itself_does_not_cross(self):
        events = event("Out", "2026-11-20 10:00-11:00", EVE), event("In", "2026-11-20 11:00-12:00", BOB)
        week = TimeSpan(days=7)
        assert not read(Share(EXTERNAL, None, week, above=50), *events).holds
        assert not read(Share(EXTERNAL, None, week, below=50), *events).holds
        assert read(Share(EXTERNAL, None, week, above=49.9), *events).holds
        assert read(Share(EXTERNAL, None, week, below=50.1), *events).holds

    def test_of_nothing_there_is_no_share(self):
        alone = event("Alone", "2026-11-20 14:00-18:00")
        assert read(Share(EXTERNAL, None, TimeSpan(days=7), below=50), alone) == Reading(False, None, 50.0, None)

    def test_of_says_what_it_is_a_share_of(self):
        events = event("Gym", "2026-11-20 10:00-11:00"), event("Work", "2026-11-20 11:00-15:00")
        found = read(Share(GYM, Selector(meeting=("none",)), TimeSpan(days=7), below=30), *events)
        assert (found.value, found.since) == (20.0, date(2026, 11, 20))


class TestHours:
    def test_a_period_is_looked_at_whole_past_and_planned(self):
        events = event("Gym", "mon 06:00-07:00"), event("Gym", "sun 10:00-12:00"), event("Gym", "+mon 10:00-12:00")
        week = TimeSpan(period=PeriodUnit.WEEK)
        assert read(Hours(GYM, week, below=181), *events, not_before=date(2026, 11, 18)) == Reading(
            True, 180.0, 181.0, date(2026, 11, 18)
        )
        assert read(Hours(GYM, week, below=180), *events) == Reading(False, 180.0, 180.0, None)

    def test_an_episode_reaches_back_over_the_periods_in_which_it_held(self):
        week = TimeSpan(period=PeriodUnit.WEEK)
        held = [event("Gym", f"2026-11-{day} 10:00-12:00") for day in (11, 18, 25)]
        short = event("Gym", "2026-11-04 10:00-11:00")
        assert read(Hours(GYM, week, above=119), short, *held).since == date(2026, 11, 9)

    def test_past_days_end_now_and_an_episode_reaches_back_over_the_days_at_whose_end_it_held(self):
        events = event("Gym", "2026-11-20 10:00-12:00"), event("Gym", "mon 07:00-09:00")
        assert read(Hours(GYM, TimeSpan(days=2), above=59), *events) == Reading(True, 60.0, 59.0, MONDAY.date())
        assert read(Hours(GYM, TimeSpan(days=5), above=59), *events).since == date(2026, 11, 20)

    def test_whole_days_have_no_hours(self):
        assert read(Hours(GYM, TimeSpan(days=9), above=0), whole_days("Gym", "2026-11-20")).value == 0


# ---------------------------------------------------------------- against a model

ZONES = [ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "UTC")]
BASES = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 11, 23)]  # three changes of the clock
SPANS = st.one_of(st.builds(TimeSpan, st.integers(1, 5)), st.sampled_from([TimeSpan(period=PeriodUnit.WEEK)]))
SUMS = st.one_of(
    st.builds(
        lambda s, above, n: Hours(GYM, s, n, None) if above else Hours(GYM, s, None, n),
        SPANS,
        st.booleans(),
        st.integers(0, 700),
    ),
    st.builds(
        lambda s, above, n, of: Share(GYM, of, s, n, None) if above else Share(GYM, of, s, None, n),
        SPANS,
        st.booleans(),
        st.sampled_from([10.0, 50.0, 90.0, 100.0]),
        st.sampled_from([None, Selector()]),
    ),
)
EVENTS = st.lists(
    st.tuples(st.integers(-12 * 24, 16 * 24), st.integers(0, 40), st.sampled_from(["Gym", "Work"]), st.booleans()),
    max_size=7,
)


@st.composite
def cases(draw, states):
    """A state, events on the hours and half-hours around a day, and a moment of that day."""
    zone, base = draw(st.sampled_from(ZONES)), draw(st.sampled_from(BASES))
    midnight = to_minutes(wall(base, 0, zone))
    timed = []
    for number, (hour, halves, title, meeting) in enumerate(draw(EVENTS)):
        stretch = midnight + hour * 60, midnight + hour * 60 + halves * 30
        fields = EventFields(title, from_minutes(stretch[0], zone), from_minutes(stretch[1], zone))
        guests = (Attendee(BOB, response=Response.ACCEPTED),) if meeting else ()
        timed.append((stretch, Event("c", f"{number}", fields, attendees=guests)))
    now = midnight + draw(st.integers(0, 22 * 60))
    return (
        draw(states),
        sorted(timed, key=lambda each: each[0]),
        now,
        zone,
        base - timedelta(days=draw(st.integers(0, 8))),
    )


def days_from(now: int, days: int, zone: ZoneInfo) -> int:
    local = from_minutes(now, zone)
    return to_minutes(wall(local.date() + timedelta(days=days), local.hour * 60 + local.minute, zone))


def minutes_of(timed, selector, matcher) -> set[int]:
    return {minute for (start, end), e in timed if matcher.matches(selector, e) for minute in range(start, end)}


def naive_holds(state, timed, matcher, window) -> bool:
    inside = set(range(*window))
    part = len(minutes_of(timed, state.selector, matcher) & inside)
    if isinstance(state, Hours):
        return part > state.above if state.above is not None else part < state.below
    whole = len(minutes_of(timed, state.of or Selector(meeting=("any",)), matcher) & inside)
    if not whole:
        return False
    share = Fraction(100 * part, whole)
    return share > state.above if state.above is not None else share < state.below


def whole_window(state, day: date, zone: ZoneInfo) -> tuple[date, tuple[int, int]]:
    """What the state looks at when `day` ends, and the first day that this speaks for."""
    if state.span.period:
        monday = day - timedelta(days=day.weekday())
        return monday, (to_minutes(wall(monday, 0, zone)), to_minutes(wall(monday + timedelta(days=7), 0, zone)))
    end = day + timedelta(days=1)
    return day, (to_minutes(wall(end - timedelta(days=state.span.days), 0, zone)), to_minutes(wall(end, 0, zone)))


@given(cases(SUMS))
@settings(max_examples=120, deadline=None)
def test_sums_and_their_episodes_are_those_of_counting_minutes_one_by_one(case):
    state, timed, now, zone, not_before = case
    matcher = Matcher(ADA, {}, zone)
    found = measured(state, timed, matcher, now, zone, not_before)
    today = from_minutes(now, zone).date()
    present = (
        whole_window(state, today, zone)[1] if state.span.period else (days_from(now, -state.span.days, zone), now)
    )
    holds = naive_holds(state, timed, matcher, present)
    assert found.holds == holds
    if not holds:
        assert found.since is None
        return
    began = whole_window(state, today, zone)[0]
    while began > not_before:
        first, window = whole_window(state, began - timedelta(days=1), zone)
        if not naive_holds(state, timed, matcher, window):
            break
        began = first
    assert found.since == max(began, not_before)


@given(cases(st.builds(NoneIn, st.just(GYM), st.integers(1, 8))))
@settings(max_examples=120, deadline=None)
def test_none_holds_when_no_event_touches_the_past_days_or_begins_in_the_next_14_and_began_when_it_came_to_hold(case):
    state, timed, now, zone, not_before = case
    matcher = Matcher(ADA, {}, zone)

    def holds(at: int) -> bool:
        oldest, latest = days_from(at, -state.days, zone), days_from(at, 14, zone)
        gyms = [stretch for stretch, e in timed if e.fields.title == "Gym"]
        ran = any(start <= at and end > oldest for start, end in gyms)
        return not ran and not any(at < start < latest for start, _ in gyms)

    found = measured(state, timed, matcher, now, zone, not_before)
    assert found.holds == holds(now)
    if not found.holds:
        return
    # An episode begins on the first day on which the state holds at some time, and from then on.
    day = from_minutes(now, zone).date()
    while day > not_before and holds(to_minutes(wall(day, 0, zone)) - 1):
        day -= timedelta(days=1)
    assert found.since == day
