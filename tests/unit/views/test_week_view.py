"""The view model says what the plan does, in the person's zone and words, and puts everything in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from views_sample import (
    MONDAY,
    PARIS,
    at,
    block,
    change,
    days,
    event,
    fields,
    own,
    sample_events,
    sample_plan,
    sample_sheet,
    sheet_of,
)

from agendad.model.calendar import Event, EventFields
from agendad.model.plan import Skipped
from agendad.model.reasons import Reason, ReasonCode
from agendad.views.layout import side_by_side
from agendad.views.sheet import Frame, Item, State
from agendad.views.week import rule_titles, sheet, tones_of


def states_of(found: tuple[Item, ...], title: str) -> list[State]:
    """The states of the items with that title, in order of time."""
    return [item.state for item in found if item.title == title]


def test_each_item_has_the_state_that_the_plan_gives_it() -> None:
    items = sample_sheet().items
    assert states_of(items, "Walk") == [State.NEW]
    assert states_of(items, "Technology watch") == [State.LEFT, State.MOVED]
    assert states_of(items, "Weekly review") == [State.CHANGED]
    assert states_of(items, "Deep work") == [State.SAME, State.SAME, State.CHANGED]
    assert states_of(items, "Admin hour") == [State.PINNED, State.GONE]
    assert states_of(items, "Call with Tokyo") == [State.VIOLATES]
    assert states_of(items, "Staff meeting") == [State.EVENT]
    assert states_of(items, "Cancelled") == []


def test_the_former_place_is_shown_only_where_the_block_no_longer_stands_on_it() -> None:
    left = [item for item in sample_sheet().items if item.state is State.LEFT]
    assert [(item.title, item.remarks) for item in left] == [
        ("Technology watch", ("moved to Thu 26 Nov 14:00–15:00",)),
    ]
    shrunk = next(item for item in sample_sheet().items if item.key == "deep-work/2026-11-25")
    assert shrunk.remarks == ("was Wed 25 Nov 09:00–12:00",)


def test_who_is_newly_invited_is_named() -> None:
    guests = tuple(f"{name}@example.org" for name in "abcdefghij")
    before, after = (replace(fields("Coffee", 1, "14:00-14:30"), guests=some) for some in (guests[:1], guests))
    for made, remark in (
        (change("coffee/1", None, before), "invites a@example.org"),
        (change("coffee/1", before, after), f"invites {', '.join(guests[1:9])}, 1 more"),
    ):
        plan = replace(sample_plan(), changes=(made,), blocks=(block("coffee/1", made.after, "planned"),))
        shown = sheet(plan, [], Frame(MONDAY, 7, PARIS, "en", frozenset()), {})
        (item,) = (each for each in shown.items if each.key == "coffee/1")
        assert item.remarks == (remark,)


def test_an_own_event_is_drawn_once_and_a_past_one_as_it_stands() -> None:
    frame = Frame(date(2026, 11, 16), 14, PARIS)
    items = sheet(sample_plan(), sample_events(), frame, {}).items
    assert [item.key for item in items].count("admin-hour/2026-11-23") == 1
    past = next(item for item in items if item.key == "deep-work/2026-11-20")
    assert (past.state, past.rule) == (State.SAME, "deep-work")


def test_a_copy_of_a_block_that_the_person_made_is_a_real_event() -> None:
    block_event = own("deep-work/2026-11-24", fields("Deep work", 1, "09:00-12:00"))
    copy = Event("personal", "copy@example.com", block_event.fields, mark=block_event.mark)
    assert [item.state for item in sheet_of(copy).items] == [State.EVENT]


def test_declined_and_free_events_are_light_and_say_so() -> None:
    items = {item.title: item for item in sample_sheet().items}
    assert (items["Brightdesk demo"].light, items["Brightdesk demo"].remarks) == (True, ("declined",))
    assert (items["Lou: piano"].light, items["Lou: piano"].remarks) == (True, ("free",))
    assert (items["Call with Tokyo"].light, items["Call with Tokyo"].remarks) == (False, ("not answered",))
    assert (items["Staff meeting"].light, items["Staff meeting"].remarks) == (False, ())


def test_reasons_go_to_the_item_or_the_skip_of_their_key() -> None:
    shown = sample_sheet()
    walk = next(item for item in shown.items if item.title == "Walk")
    assert walk.reasons == ("15 minutes after “Staff meeting”, which lasts 1 h 30.",)
    assert shown.skipped[0].when == "Tue 24 Nov"
    assert shown.skipped[0].reasons == ("No free half hour between 12:00 and 14:00.",)
    assert shown.violations[0].reasons == ("lands in “Mornings are mine”",)


def test_what_is_absent_on_purpose_is_counted_and_what_found_no_place_is_listed() -> None:
    wishes = (Reason(ReasonCode.EVERY), Reason(ReasonCode.NO_ROOM)), (Reason(ReasonCode.EXCLUDED),)
    skipped = tuple(Skipped(f"r/{n}", "r", why, MONDAY) for n, why in enumerate(wishes))
    shown = sheet(replace(sample_plan(), skipped=skipped), [], Frame(MONDAY, 7, PARIS), {"r/0": ["no room"]})
    assert [line.reasons for line in shown.skipped] == [("no room",)]
    assert "1 occurrence is left out on purpose; `agendad explain DATE` says why." in shown.notes


@pytest.mark.parametrize(
    ("titles", "called"), [(["Door", "Door", "My hour"], "Door"), (["After lunch", "After work"], "r")]
)
def test_a_rule_is_called_what_most_of_its_blocks_are_called(titles: list[str], called: str) -> None:
    block = sample_plan().blocks[0]
    blocks = tuple(replace(block, rule="r", fields=replace(block.fields, title=title)) for title in titles)
    assert rule_titles(replace(sample_plan(), blocks=blocks, changes=())) == {"r": called}


def test_many_deleted_blocks_are_not_all_named() -> None:
    plan = replace(sample_plan(), deleted_by_hand=tuple(f"r/{n}" for n in range(11)))
    (note,) = (note for note in sheet(plan, [], Frame(MONDAY, 7, PARIS), {}).notes if "by hand" in note)
    assert note.endswith(": r/0, r/1, r/2, r/3, r/4, r/5, r/6, r/7, 3 more.")


def test_weeks_are_whole_and_begin_on_monday() -> None:
    shown = sheet_of(start=date(2026, 11, 26), days_shown=5)
    assert [week.days[0].day for week in shown.weeks] == [date(2026, 11, 23), date(2026, 11, 30)]
    assert shown.title == "23 November – 6 December 2026"


def test_a_block_over_midnight_has_a_piece_on_each_day() -> None:
    shown = sheet_of(Event("personal", "train", EventFields("Night train", at(0, "22:00"), at(1, "06:30"))))
    monday, tuesday = shown.weeks[0].days[:2]
    assert [(p.top, p.bottom, p.begins, p.ends) for p in monday.pieces] == [(1320, 1440, True, False)]
    assert [(p.top, p.bottom, p.begins, p.ends) for p in tuesday.pieces] == [(0, 390, False, True)]


def test_what_ends_at_midnight_stays_on_its_day() -> None:
    shown = sheet_of(event(fields("Late", 0, "22:00-24:00")))
    assert [len(day.pieces) for day in shown.weeks[0].days] == [1, 0, 0, 0, 0, 0, 0]
    assert shown.items[0].when == "Mon 23 Nov 22:00–24:00"


def test_all_day_events_stand_in_rows_and_are_cut_at_the_ends_of_the_week() -> None:
    shown = sheet_of(event(days("Trip", -2, 4)), event(days("Fair", 1, 2)), event(days("Leave", 4, 9)))
    strips = [(strip.item.title, strip.first, strip.days, strip.row) for strip in shown.weeks[0].strips]
    assert strips == [("Trip", 0, 2, 0), ("Fair", 1, 2, 1), ("Leave", 4, 3, 0)]


def test_hours_reach_from_the_earliest_to_the_latest_piece_and_at_least_over_the_working_day() -> None:
    assert (sheet_of().top, sheet_of().bottom) == (480, 1080)
    wide = sheet_of(event(fields("Run", 0, "06:45-07:30")), event(fields("Dinner", 1, "19:30-21:50")))
    assert (wide.top, wide.bottom) == (360, 1320)
    guarded = sheet_of(blocks=(block("evenings/2026-11-23", fields("Evening", 0, "18:00-24:00")),))
    assert guarded.bottom == 1440
    frame = Frame(MONDAY, 7, PARIS, guards=frozenset({"evenings"}))
    plan = sample_plan()
    assert sheet(plan, [], frame, {}).bottom == 1080


@pytest.mark.parametrize(
    ("day", "note", "short"),
    [
        (date(2026, 10, 25), "The clocks go back 1 h on Sunday 25 October 2026.", "clocks −1 h"),
        (date(2027, 3, 28), "The clocks go forward 1 h on Sunday 28 March 2027.", "clocks +1 h"),
    ],
)
def test_a_day_on_which_the_clocks_madesays_so(day: date, note: str, short: str) -> None:
    shown = sheet_of(start=day, days_shown=1)
    assert shown.notes == (note,)
    assert [column.shift for column in shown.weeks[0].days] == [""] * 6 + [short]


def test_an_event_over_the_repeated_hour_keeps_its_real_length_and_tells_the_offsets() -> None:
    start = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    end = datetime(2026, 10, 25, 2, 15, fold=1, tzinfo=PARIS)
    shown = sheet_of(event(EventFields("Deploy", start, end)), start=date(2026, 10, 25), days_shown=1)
    piece = shown.weeks[0].days[6].pieces[0]
    assert piece.bottom - piece.top == 45
    assert shown.items[0].when == "Sun 25 Oct 02:30 (+02:00)–02:15 (+01:00)"


def test_times_are_in_the_zone_of_the_sheet() -> None:
    tokyo = datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
    shown = sheet_of(event(EventFields("Call", tokyo, tokyo.replace(hour=2))))
    assert shown.items[0].when == "Mon 23 Nov 17:00–18:00"


def test_french_sheets_are_french() -> None:
    shown = sample_sheet("fr-CA")
    assert shown.title == "Semaine 48 · 23–29 novembre 2026"
    assert next(item for item in shown.items if item.title == "Walk").when == "lun. 23 nov. 15:30–15:45"
    assert shown.violations[0].reasons == ("tombe dans « Mornings are mine »",)


def test_totals_count_what_will_stand() -> None:
    totals = {total.title: (total.count, total.minutes) for total in sample_sheet().totals}
    assert totals["Deep work"] == (3, 180 + 165 + 90)
    assert totals["Admin hour"] == (1, 60)
    assert totals["Technology watch"] == (1, 60)
    assert totals["Other events"] == (6, 90 + 45 + 120 + 120 + 615)


def test_a_rule_keeps_its_colour_when_another_rule_of_another_colour_comes() -> None:
    before = tones_of(["deep-work", "walk"])
    after = tones_of(["deep-work", "walk", "admin-hour"])
    assert before.items() <= after.items()
    assert len(set(tones_of([f"rule-{n}" for n in range(8)]).values())) == 8


def test_titles_lose_the_characters_that_act_and_no_others() -> None:
    shown = sheet_of(event(fields("a\x1b[31m\n\u202ecod.exe\u2066 \U0001f469\u200d\U0001f680 שלום", 0, "09:00-10:00")))
    assert shown.items[0].title == "a [31m cod.exe \U0001f469\u200d\U0001f680 שלום"


stretches = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=14
)


@given(stretches)
def test_no_two_that_overlap_share_a_lane_and_lanes_are_as_few_as_can_be(found: list[tuple[int, int]]) -> None:
    lanes = side_by_side(found)
    for i, (start, end) in enumerate(found):
        assert lanes[i].number >= 0
        assert lanes[i].number + lanes[i].width <= lanes[i].lanes
        for j in range(i):
            if found[j][0] < end and start < found[j][1]:
                one, other = lanes[i], lanes[j]
                assert one.lanes == other.lanes
                assert one.number + one.width <= other.number or other.number + other.width <= one.number
    depth = max((sum(s <= moment < e for s, e in found) for moment in range(60)), default=0)
    assert max((lane.lanes for lane in lanes), default=0) == depth


@given(st.integers(0, 14 * 24 * 4), st.integers(0, 3 * 24 * 4), st.dates(date(2026, 1, 5), date(2027, 12, 27)))
def test_the_pieces_of_an_event_cover_it_whatever_the_clocks_do(start: int, length: int, day: date) -> None:
    """From the first piece to the last every minute of the wall clock is covered once, without a hole at midnight."""
    begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")).timestamp() + start * 900
    first = datetime.fromtimestamp(begin, PARIS)
    last = datetime.fromtimestamp(begin + length * 900, PARIS)
    shown = sheet_of(event(EventFields("x", first, last)), start=day, days_shown=28)
    pieces = [(column.day, piece) for week in shown.weeks for column in week.days for piece in column.pieces]
    assert pieces[0][1].begins
    assert pieces[-1][1].ends
    assert [piece.begins for _, piece in pieces[1:]] == [False] * (len(pieces) - 1)
    assert pieces[0][1].top == first.hour * 60 + first.minute
    for (one_day, one), (next_day, after) in pairwise(pieces):
        assert (next_day - one_day).days == 1
        assert (one.bottom, after.top) == (1440, 0)
    for _, piece in pieces:
        assert 0 <= piece.top < piece.bottom <= 1440
