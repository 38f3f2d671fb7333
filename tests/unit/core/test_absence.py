"""Which time real events hold, and on which days the person is away (sections 3 and 7 of the rule language)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from engine_world import BOB, SETTINGS, event, own, whole_days

from agendad.core.absence import absent_days, busy_time, is_absence, is_busy
from agendad.model.calendar import Kind, Response, ShowAs, Status

MEETING = event("Board", "tue 09:00-10:00", BOB)
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


class TestBusy:
    def test_an_opaque_event_is_busy_and_a_transparent_one_is_not(self):
        assert is_busy(MEETING, SETTINGS)
        assert not is_busy(replace(MEETING, fields=replace(MEETING.fields, show_as=ShowAs.FREE)), SETTINGS)

    @pytest.mark.parametrize("answer", [Response.NEEDS_ACTION, Response.TENTATIVE])
    def test_an_invitation_without_an_answer_is_busy_unless_the_configuration_frees_it(self, answer: Response):
        open_one = replace(MEETING, response=answer)
        assert is_busy(open_one, SETTINGS)
        assert not is_busy(open_one, replace(SETTINGS, tentative_is_free=True))
        assert is_busy(MEETING, replace(SETTINGS, tentative_is_free=True))

    def test_cancelled_and_declined_events_take_no_time(self):
        assert not is_busy(replace(MEETING, status=Status.CANCELLED), SETTINGS)
        assert not is_busy(replace(MEETING, response=Response.DECLINED), SETTINGS)

    def test_whole_days_are_busy_only_as_an_absence(self):
        assert not is_busy(whole_days("Birthday", "tue"), SETTINGS)
        assert is_busy(whole_days("Holidays", "tue"), SETTINGS)

    def test_busy_time_comes_in_order_and_without_events_of_no_length(self):
        point = event("Point", "mon 09:00-10:00")
        point = replace(point, fields=replace(point.fields, end=point.fields.start))
        assert [busy.title for busy in busy_time([MEETING, point, event("Early", "mon 09:00-10:00")], SETTINGS)] == [
            "Early",
            "Board",
        ]


class TestAbsence:
    def test_out_of_office_and_titles_of_the_configuration_are_absences(self):
        assert is_absence(event("x", "tue 09:00-10:00", kind=Kind.AWAY), SETTINGS)
        assert is_absence(whole_days("Family HOLIDAY", "tue"), SETTINGS)
        assert not is_absence(event("Holiday planning", "tue 09:00-10:00"), SETTINGS)
        assert not is_absence(whole_days("Holiday", "tue", show_as=ShowAs.FREE), SETTINGS)

    def test_an_event_that_the_product_wrote_is_never_one(self):
        block = own("r/2026-11-24", "tue 09:00-10:00")
        assert not is_absence(replace(block, fields=replace(block.fields, kind=Kind.AWAY)), SETTINGS)

    def test_declared_ranges_count_both_ends(self):
        assert absent_days([], SETTINGS, [(TUESDAY, WEDNESDAY)]) == {TUESDAY, WEDNESDAY}

    def test_whole_days_count_without_their_end(self):
        assert absent_days([whole_days("Holiday", "tue", 2)], SETTINGS) == {TUESDAY, WEDNESDAY}

    def test_a_timed_absence_counts_for_a_day_of_which_no_working_hour_is_left(self):
        assert absent_days([event("x", "tue 09:00-18:00", kind=Kind.AWAY)], SETTINGS) == {TUESDAY}
        assert absent_days([event("x", "tue 09:00-17:00", kind=Kind.AWAY)], SETTINGS) == frozenset()
        parts = [event("x", f"tue {part}", kind=Kind.AWAY) for part in ("09:00-13:00", "13:00-18:00")]
        assert absent_days(parts, SETTINGS) == {TUESDAY}

    def test_a_free_weekday_counts_only_when_all_of_it_is_taken(self):
        assert absent_days([event("x", "sat 09:00-18:00", kind=Kind.AWAY)], SETTINGS) == frozenset()
        assert absent_days([event("x", "sat 00:00-24:00", kind=Kind.AWAY)], SETTINGS) == {date(2026, 11, 28)}
