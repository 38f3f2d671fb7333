"""Wall-clock rules become the minutes in which a block may stand (section 3 of the rule language)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from engine_world import ADA, MONDAY, PARIS, PEOPLE, SETTINGS, event, rules, when

from agendad.core.clock import Clock
from agendad.core.selectors import Matcher, address_book
from agendad.core.timeline import from_minutes, span, to_minutes, wall
from agendad.core.triggers import Occurrence, Scope, calendar_occurrences, event_occurrences
from agendad.core.windows import Frame, cap_requests, requests, yields
from agendad.model.rule import TimeWindow, Yield

if TYPE_CHECKING:
    from agendad.core.problem import Request

TODAY = MONDAY.date()
TUESDAY = TODAY + timedelta(days=1)


def frame(now=MONDAY, hours=SETTINGS.working_hours, holidays=(), absent=(), days: int = 14, zone=PARIS) -> Frame:
    today = now.date()
    scope = Scope(
        Clock(now), today, today + timedelta(days=days), zone, dict.fromkeys(holidays, "Feast"), frozenset(absent), {}
    )
    return Frame(scope, hours, to_minutes(wall(scope.horizon, 0, zone)))


def occurrence(text: str, here: Frame | None = None, verb: str = "block") -> Occurrence:
    (rule,) = rules(f"r: {{{verb}: B, {text}}}")
    found = calendar_occurrences(rule, (here or frame()).scope)
    return next(each for each in found if isinstance(each, Occurrence) and each.end > TODAY)


def asked(text: str, here: Frame | None = None) -> list[Request]:
    return requests(occurrence(text, here), here or frame())


def told(request: Request) -> list[str]:
    return [
        f"{from_minutes(start, PARIS):%a %H:%M}-{from_minutes(end, PARIS):%H:%M}".lower()
        for start, end in request.windows
    ]


class TestFixedTimes:
    def test_each_time_of_at_is_a_request_and_the_second_is_numbered(self):
        found = asked("every: tuesday, at: [09:00-10:00, 14:00-15:00]")
        assert [(each.key, told(each), each.fixed) for each in found] == [
            ("r/2026-11-24", ["tue 09:00-10:00"], True),
            ("r/2026-11-24#2", ["tue 14:00-15:00"], True),
        ]

    def test_an_end_at_or_before_the_start_is_on_the_next_day(self):
        assert told(asked("every: tuesday, at: 22:00-02:00")[0]) == ["tue 22:00-02:00"]

    @pytest.mark.parametrize(
        ("at", "expected"), [("02:30-03:30", "sun 03:30-04:30"), ("01:00-04:00", "sun 01:00-04:00")]
    )
    def test_a_start_that_spring_skips_moves_with_the_whole_block(self, at: str, expected: str):
        here = frame(MONDAY.replace(year=2027, month=3, day=26))
        (rule,) = rules(f"r: {{block: B, every: sunday, at: '{at}'}}")
        (first, *_) = calendar_occurrences(rule, here.scope)
        assert told(requests(first, here)[0]) == [expected]

    @pytest.mark.parametrize(
        ("more", "least"),
        [("", 30), (", lasts: 1h-3h", 60), (", yield: keep", 180), (", yield: move", 180), (", yield: split", 30)],
    )
    def test_shrink_and_split_leave_half_an_hour_or_the_least_of_lasts(self, more: str, least: int):
        (request,) = asked(f"every: tuesday, at: 09:00-12:00{more}")
        assert (request.least, request.most) == (least, 180)

    def test_a_block_shorter_than_half_an_hour_does_not_shrink(self):
        assert asked("every: tuesday, at: 09:00-09:20")[0].least == 20

    def test_move_stays_in_the_working_hours_of_its_day_and_a_free_day_has_none(self):
        (request,) = asked("every: tuesday, at: 07:00-08:00, yield: move")
        assert request.refuge == (tuple(map(to_minutes, when("tue 09:00-18:00"))),)
        assert asked("every: saturday, at: 07:00-08:00, yield: move")[0].refuge == ()

    def test_the_defaults_of_yield_follow_the_verb_and_the_placement(self):
        assert yields(occurrence("every: tuesday, at: 09:00-10:00")) is Yield.SHRINK
        assert yields(occurrence("every: week, lasts: 1h")) is Yield.MOVE
        assert yields(occurrence("every: tuesday, at: 09:00-10:00", verb="protect")) is Yield.KEEP


class TestFlexibleBlocks:
    def test_without_between_they_stand_in_the_working_hours_that_are_left(self):
        here = frame(MONDAY.replace(hour=16))
        assert told(asked("every: week, lasts: 1h", here)[0])[:2] == ["mon 16:00-18:00", "tue 09:00-18:00"]

    def test_between_is_taken_as_it_is_and_a_list_is_all_of_it(self):
        (request,) = asked("every: tuesday, lasts: 1h, between: [07:00-08:00, 20:00-22:00]")
        assert told(request) == ["tue 07:00-08:00", "tue 20:00-22:00"]

    def test_working_hours_are_none_on_a_holiday_and_while_away(self):
        text = "every: week, lasts: 1h, between: working hours, on: tue-wed"
        here = frame(holidays=[TUESDAY], absent=[TUESDAY + timedelta(days=1)])
        assert told(asked(text)[0]) == ["tue 09:00-18:00", "wed 09:00-18:00"]
        assert told(asked(text, here)[0]) == []

    def test_a_period_without_on_uses_its_working_days_only(self):
        here = frame(holidays=[TUESDAY])
        text = "every: week, lasts: 1h, between: 06:00-07:00"
        assert [each[:3] for each in told(asked(text, here)[0])] == ["wed", "thu", "fri"]

    def test_a_free_weekday_that_the_rule_names_has_the_widest_hours_of_the_others(self):
        assert told(asked("every: saturday, lasts: 1h")[0]) == ["sat 09:00-18:00"]
        assert told(asked("every: week, on: sat, lasts: 1h")[0]) == ["sat 09:00-18:00"]

    def test_a_day_that_the_rule_names_is_used_even_when_it_is_a_holiday(self):
        assert told(asked("every: tuesday, lasts: 1h", frame(holidays=[TUESDAY]))[0]) == ["tue 09:00-18:00"]

    def test_days_that_except_takes_out_of_a_period_are_closed(self):
        (request,) = asked("every: week, lasts: 1h, except: [tue, wed, thu]")
        assert [each[:3] for each in told(request)] == ["mon", "fri"]

    def test_a_time_of_the_clock_in_a_period_is_one_place_a_day(self):
        (request,) = asked("every: week, at: 10:00-11:00, on: tue-wed")
        assert (told(request), request.fixed, request.least) == (["tue 10:00-11:00", "wed 10:00-11:00"], False, 60)
        assert set(request.anchors) == {start for start, _ in request.windows}

    def test_a_place_that_now_cuts_does_not_make_the_block_shorter(self):
        (request,) = asked("every: week, at: 10:00-11:00, on: mon", frame(MONDAY.replace(hour=10, minute=30)))
        assert (told(request), request.least) == (["mon 10:30-11:00"], 60)

    def test_split_asks_for_pieces_of_a_total(self):
        (request,) = asked("every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day")
        assert (request.least, request.most) == (120, 120)
        assert (request.pieces.least, request.pieces.most, request.pieces.per_day) == (30, 60, 1)

    def test_preferences_are_the_starts_that_meet_them(self):
        (request,) = asked("every: week, lasts: 1h, on: tue, prefer: [tue 14:00, morning, latest, earliest]")
        at, nine, last = (to_minutes(when(f"tue {text}-23:00")[0]) for text in ("14:00", "09:00", "17:00"))
        noon = to_minutes(when("tue 12:00-13:00")[0])
        assert [pull.starts for pull in request.pulls] == [
            ((at, at + 1),),
            ((nine, noon),),
            ((last, last + 1),),
            ((nine, nine + 1),),
        ]


class TestMoments:
    def request(self, text: str, *events) -> Request:
        (rule,) = rules(f"r: {{block: B, {text}}}")
        here = frame()
        timed = [(span(each.fields.start, each.fields.end, PARIS), each) for each in events]
        matcher = Matcher(ADA, address_book(PEOPLE), PARIS)
        (found,) = event_occurrences(rule, (), timed, matcher, here.scope)
        return requests(found, here)[0]

    def test_within_bounds_where_the_block_starts(self):
        request = self.request("after: {title: m}, lasts: 15m, within: 1h", event("M", "tue 09:00-10:07"))
        assert told(request) == ["tue 10:07-11:22"]
        assert request.anchors == (request.windows[0][0],)

    def test_a_block_after_a_late_meeting_may_cross_midnight(self):
        request = self.request("after: {title: m}, lasts: 2h, within: 1h", event("M", "tue 22:00-23:30"))
        assert told(request) == ["tue 23:30-02:30"]

    def test_a_block_before_an_event_ends_by_its_start_and_is_drawn_there(self):
        request = self.request("before: {title: m}, lasts: 30m, within: 2h", event("M", "tue 12:00-13:00"))
        assert told(request) == ["tue 10:00-12:00"]
        (pull,) = request.pulls
        assert from_minutes(pull.starts[0][0], PARIS).strftime("%H:%M") == "11:30"


class TestLoadCaps:
    def test_a_cap_asks_for_what_is_left_of_each_stretch_of_the_working_hours(self):
        hours = dict.fromkeys(range(5), (TimeWindow(540, 720), TimeWindow(780, 1080)))
        here = frame(MONDAY.replace(hour=10), hours)
        found = cap_requests(occurrence("every: weekday, meetings: {above: 5h}", here, "protect"), here)
        assert [(each.key, told(each)) for each in found] == [
            ("r/2026-11-23", ["mon 10:00-12:00"]),
            ("r/2026-11-23#2", ["mon 13:00-18:00"]),
        ]
        assert {each.yields for each in found} == {Yield.SPLIT}

    def test_a_cap_leaves_days_off_alone(self):
        here = frame(holidays=[TODAY])
        assert cap_requests(occurrence("every: weekday, meetings: {above: 5h}", here, "protect"), here) == []


def test_a_working_day_has_hours_and_is_neither_holiday_nor_absence() -> None:
    here = frame(holidays=[date(2026, 11, 24)], absent=[date(2026, 11, 25)])
    assert [here.off_duty(TODAY + timedelta(days=n)) for n in range(7)] == [False, True, True, False, False, True, True]
