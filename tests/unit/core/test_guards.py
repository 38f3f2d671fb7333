"""Invitations in protected windows, and the minutes that meetings take (section 1 of the rule language)."""

from __future__ import annotations

from dataclasses import replace

from engine_world import ADA, BOB, EVE, MONDAY, PARIS, PEOPLE, event, rules, when

from agendad.core.clock import Clock
from agendad.core.guards import Guard, Meetings, violations
from agendad.core.selectors import Matcher, address_book
from agendad.core.timeline import from_minutes, span, to_minutes
from agendad.model.calendar import Response, ShowAs, Status

MATCHER = Matcher(ADA, address_book(PEOPLE), PARIS)
NOW = to_minutes(MONDAY)


def meetings(*events) -> Meetings:
    return Meetings([(span(each.fields.start, each.fields.end, PARIS), each) for each in events], MATCHER)


def stretch(at: str) -> tuple[int, int]:
    start, end = when(at)
    return to_minutes(start), to_minutes(end)


def titles(*events, guarded: str = "tue 17:00-20:00", allow: str = "", now: int = NOW) -> list[str]:
    more = f", allow: {{title: {allow}}}" if allow else ""
    (rule,) = rules(f"r: {{protect: P, every: weekday, at: 17:00-20:00{more}}}")
    guards = [Guard(rule, rule.verb, stretch(guarded), MATCHER)]
    clock = Clock(from_minutes(now, PARIS))
    return [each.event.fields.title for each in violations(guards, meetings(*events), clock)]


class TestViolations:
    def test_invitations_that_share_a_minute_with_the_window_are_named_in_order_of_time(self):
        late, early = event("Late", "tue 19:30-21:00", BOB), event("Early", "tue 16:00-17:30", BOB)
        assert titles(late, early, event("Touches", "tue 16:00-17:00", BOB)) == ["Early", "Late"]

    def test_what_the_rule_allows_passes(self):
        assert titles(event("Incident", "tue 18:00-19:00", BOB), allow="incident") == []

    def test_a_meeting_that_the_person_called_and_one_without_company_are_none(self):
        called = replace(event("Mine", "tue 18:00-19:00", BOB), organizer="ada@example.com")
        assert titles(called, event("Gym", "tue 18:00-19:00")) == []

    def test_declined_cancelled_and_free_ones_are_none(self):
        meeting = event("M", "tue 18:00-19:00", EVE)
        free = replace(meeting, fields=replace(meeting.fields, show_as=ShowAs.FREE))
        assert (
            titles(replace(meeting, response=Response.DECLINED), replace(meeting, status=Status.CANCELLED), free) == []
        )

    def test_one_that_is_over_is_history(self):
        meeting = event("M", "tue 18:00-19:00", EVE)
        assert titles(meeting, now=stretch("tue 19:00-20:00")[0]) == []
        assert titles(meeting, now=stretch("tue 18:59-20:00")[0]) == ["M"]

    def test_a_long_meeting_that_began_long_before_is_found(self):
        assert titles(event("Short", "tue 16:00-16:15", BOB), event("Night", "mon 23:00-22:00", EVE)) == ["Night"]


class TestMeetings:
    def test_meetings_at_the_same_time_count_once_and_only_inside_the_day(self):
        found = meetings(
            event("A", "tue 09:00-11:00", BOB), event("B", "tue 10:00-12:00", EVE), event("C", "mon 23:00-01:00", BOB)
        )
        assert found.minutes(stretch("tue 00:00-24:00")) == 180 + 60

    def test_what_the_person_does_alone_is_no_meeting(self):
        assert meetings(event("Solo", "tue 09:00-11:00")).minutes(stretch("tue 00:00-24:00")) == 0
