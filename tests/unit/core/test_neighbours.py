"""Order rules against blocks that stand firm."""

from __future__ import annotations

import pytest
from engine_world import Week, rules

from agendad.core.neighbours import Neighbours
from agendad.core.problem import Request

DAY = 1440


def narrowed(placement: str, fixed: bool = False, of: str = "walk") -> tuple[tuple[int, int], ...]:
    """The windows of a request of `walk` when a block of `lunch` stands at 12:00 on the first of two days."""
    found = rules(f"""
        walk: {{block: Walk, every: week, lasts: 1h{placement}}}
        lunch: {{block: Lunch, every: weekday, at: 12:00-13:00}}
    """)
    neighbours = Neighbours(found, (0, DAY, 2 * DAY))
    neighbours.stands("lunch", (720, 780))
    windows = ((540, 1080), (DAY + 540, DAY + 1080))
    return neighbours.narrowed(Request("k", of, windows, 60, 60, fixed=fixed)).windows


@pytest.mark.parametrize(
    ("placement", "first_day"),
    [
        (", same_day_before: lunch", ((540, 720),)),
        (", same_day_after: lunch", ((780, 1080),)),
        (", not_same_day: lunch", ()),
        ("", ((540, 1080),)),
    ],
)
def test_only_the_day_of_the_firm_block_is_closed(placement: str, first_day: tuple[tuple[int, int], ...]) -> None:
    assert narrowed(placement) == (*first_day, (DAY + 540, DAY + 1080))


def test_a_fixed_time_stands_where_its_rule_says() -> None:
    assert narrowed(", not_same_day: lunch", fixed=True) == ((540, 1080), (DAY + 540, DAY + 1080))


def test_the_order_binds_both_sides() -> None:
    found = rules("""
        a: {block: A, every: week, lasts: 1h, same_day_before: b}
        b: {block: B, every: week, lasts: 1h}
    """)
    neighbours = Neighbours(found, (0, DAY))
    neighbours.stands("a", (600, 660))
    assert neighbours.narrowed(Request("k", "b", ((540, 1080),), 60, 60)).windows == ((660, 1080),)


def test_a_block_keeps_its_order_to_one_that_the_person_moved() -> None:
    week = Week(
        rules("""
        deep: {block: Deep, every: tuesday, lasts: 2h, between: 09:00-18:00}
        walk: {block: Walk, every: tuesday, lasts: 1h, between: 09:00-18:00, same_day_before: deep}
    """)
    )
    week.cycle()
    week.move("deep/2026-11-24", "tue 10:30-12:30")
    assert week.kept()["walk/2026-11-24"] == "tue 09:00-10:00"
    week.move("deep/2026-11-24", "tue 09:30-11:30")
    week.cycle()
    assert "walk/2026-11-24" not in week.stands()
    assert week.skipped()["walk/2026-11-24"]
