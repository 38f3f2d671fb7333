"""Time by category: what counts, once where events overlap, and the verdicts beside the targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from engine_world import ADA, BOB, EVE, MONDAY, PARIS, PEOPLE, event, own, whole_days
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.balance import Balance, balance, development, usual
from agendad.core.selectors import Matcher, address_book
from agendad.core.timeline import from_minutes, span, to_minutes, wall
from agendad.model.calendar import Event, EventFields, Response, ShowAs, Status
from agendad.model.rule import Pattern, Selector
from agendad.model.settings import Category, Target

MATCHER = Matcher(ADA, address_book(PEOPLE), PARIS)
START = to_minutes(wall(MONDAY.date(), 0, PARIS))
WEEK = 7 * 1440
OUT = Category("Out", Selector(meeting=("external",)))
ALL = Category("Meetings", Selector(meeting=("any",)))
FOCUS = Category("Focus", Selector(rule=("deep-work",)))


def timed(*events: Event):
    return sorted(((span(e.fields.start, e.fields.end, PARIS), e) for e in events), key=lambda each: each[0])


def of(categories, *events: Event, weeks: int = 1) -> Balance:
    return balance(categories, timed(*events), MATCHER, START, START + weeks * WEEK)


def row(category: Category, *events: Event, weeks: int = 1, others: tuple[Category, ...] = ()):
    return of([category, *others], *events, weeks=weeks).rows[0]


def test_time_at_once_counts_once_in_the_total_and_in_each_of_its_categories() -> None:
    found = of(
        [OUT, ALL, FOCUS],
        event("Out", "tue 10:00-11:00", EVE),
        event("In", "tue 10:30-12:00", BOB),
        event("Alone", "tue 11:30-13:00"),
        own("deep-work/2026-11-25", "wed 09:00-12:00"),
    )
    assert [each.minutes for each in found.rows] == [60, 120, 180]
    assert (found.other, found.total) == (60, 360)
    assert found.rows[0].share == pytest.approx(100 / 6)


def test_what_holds_no_time_of_the_person_does_not_count() -> None:
    meeting = event("Out", "tue 10:00-11:00", EVE)
    found = of(
        [OUT],
        replace(meeting, response=Response.DECLINED),
        replace(meeting, status=Status.CANCELLED),
        replace(meeting, fields=replace(meeting.fields, show_as=ShowAs.FREE)),
        whole_days("Out", "wed"),
    )
    assert found == Balance(of([OUT]).rows, 0, 0)
    assert found.rows[0].share == 0


def test_what_crosses_an_end_of_the_range_counts_up_to_it() -> None:
    assert of([ALL], event("Night", "sun 23:00-02:00", BOB)).total == 60
    assert of([ALL], event("Night", "2026-11-22 23:00-02:00", BOB)).total == 120


@pytest.mark.parametrize(
    ("hours", "verdict", "difference"), [(1, "below", -180), (4, "within", 0), (6, "within", 0), (8, "above", 120)]
)
def test_minutes_are_a_week_and_scaled_to_the_range(hours, verdict, difference) -> None:
    category = replace(OUT, target=Target("minutes", 120, 180))
    found = row(category, event("Out", f"tue 08:00-{8 + hours:02}:00", EVE), weeks=2)
    assert (found.least, found.most, found.measured) == (240, 360, hours * 60)
    assert (found.verdict, found.difference) == (verdict, difference)


@pytest.mark.parametrize(("minutes", "verdict"), [(215, "below"), (216, "within"), (264, "within"), (265, "above")])
def test_a_target_of_one_number_is_met_within_a_tenth_of_it(minutes, verdict) -> None:
    category = replace(OUT, target=Target("minutes", 240, 240))
    found = row(category, event("Out", f"tue 08:00-{8 + minutes // 60:02}:{minutes % 60:02}", EVE))
    assert (found.verdict, found.difference) == (verdict, 0 if verdict == "within" else minutes - 240)


def test_a_bound_alone_leaves_the_other_side_open() -> None:
    meeting = event("Out", "tue 08:00-09:00", EVE)
    assert row(replace(OUT, target=Target("minutes", least=30)), meeting).verdict == "within"
    assert row(replace(OUT, target=Target("minutes", most=30)), meeting).verdict == "above"


def test_a_percentage_is_of_all_counted_time_or_of_a_category() -> None:
    events = (
        event("Out", "tue 08:00-09:00", EVE),
        event("In", "tue 09:00-12:00", BOB),
        event("Alone", "wed 08:00-12:00"),
    )
    found = row(replace(OUT, target=Target("percent", 20, 30)), *events)
    assert (found.measured, found.verdict, found.difference) == (12.5, "below", -7.5)
    assert (found.least, found.most) == (96, 144)
    found = row(replace(OUT, target=Target("percent", 20, 30, of="Meetings")), *events, others=(ALL,))
    assert (found.measured, found.verdict, found.difference) == (25, "within", 0)


def test_a_percentage_of_nothing_is_not_judged() -> None:
    found = row(replace(OUT, target=Target("percent", 20, of="Meetings")), event("A", "tue 08:00-09:00"), others=(ALL,))
    assert (found.verdict, found.difference) == (None, None)


def test_without_categories_meetings_are_told_by_company_and_blocks_by_rule() -> None:
    names = {"internal": "Internal", "external": "External", "one-on-one": "One-on-ones"}
    found = of(
        usual(names, {"deep-work": "Deep work"}),
        event("In", "tue 10:00-11:00", BOB),
        event("Out", "tue 11:00-13:00", EVE, BOB),
        event("Alone", "tue 14:00-14:30"),
        own("deep-work/2026-11-25", "wed 09:00-12:00"),
    )
    minutes = {each.name: each.minutes for each in found.rows}
    assert minutes == {"Internal": 60, "External": 120, "One-on-ones": 60, "Deep work": 180}
    assert found.other == 30


CASES = st.lists(
    st.tuples(st.integers(-200, 200), st.integers(0, 60), st.sampled_from("abc"), st.booleans()), max_size=8
)


@given(CASES, st.integers(-100, 100), st.integers(1, 150))
@settings(max_examples=150, deadline=None)
def test_sums_are_those_of_counting_minutes_one_by_one(made, first, long) -> None:
    categories = [Category(name, Selector(title=tuple(map(Pattern, name)))) for name in ("a", "ab")]
    events = [
        Event(
            "c",
            str(number),
            EventFields(
                title,
                from_minutes(START + at, PARIS),
                from_minutes(START + at + lasts, PARIS),
                ShowAs.BUSY if busy else ShowAs.FREE,
            ),
        )
        for number, (at, lasts, title, busy) in enumerate(made)
    ]

    def minutes(titles: str) -> set[int]:
        taken = (range(at, at + lasts) for at, lasts, title, busy in made if busy and title in titles)
        return {minute for each in taken for minute in each}

    stretches = [(first, first + long), (first + long, first + 2 * long)]
    found = development(categories, timed(*events), MATCHER, [(START + start, START + end) for start, end in stretches])
    for sums, stretch in zip(found, stretches, strict=True):
        inside = set(range(*stretch))
        assert sums.categories == (len(minutes("a") & inside), len(minutes("ab") & inside))
        assert sums.other == len((minutes("abc") - minutes("ab")) & inside)
        assert sums.total == len(minutes("abc") & inside)


def test_a_week_in_which_the_clocks_change_is_a_whole_week() -> None:
    monday = MONDAY.date() - timedelta(weeks=5)  # the clocks go back on Sunday 25 October
    start, end = (to_minutes(wall(monday + timedelta(days=days), 0, PARIS)) for days in (0, 7))
    assert end - start == WEEK + 60
    found = balance([replace(OUT, target=Target("minutes", 120))], [], MATCHER, start, end)
    assert found.rows[0].least == 120
