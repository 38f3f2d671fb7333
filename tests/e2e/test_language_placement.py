"""Section 3 key by key: where a block stands, what it gives way to, and how the placer chooses."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from project import invite

if TYPE_CHECKING:
    from project import Project

# ---------------------------------------------------------------- at, lasts


@pytest.mark.parametrize(
    ("lines", "blocks"),
    [
        (["at: 09:00-12:00"], ["2026-11-24 09:00-12:00"]),
        (["at: 14:00", "lasts: 45m"], ["2026-11-24 14:00-14:45"]),
        (["at: 14:00", "lasts: 1h30m"], ["2026-11-24 14:00-15:30"]),
        (["at: 18:00-24:00"], ["2026-11-24 18:00-24:00"]),
        (["at: 22:00-06:00"], ["2026-11-24 22:00-06:00"]),
        (["at: [09:00-10:00, 14:00-15:00]"], ["2026-11-24 09:00-10:00", "2026-11-24 14:00-15:00"]),
        (["at: [09:00, 14:00]", "lasts: 1h"], ["2026-11-24 09:00-10:00", "2026-11-24 14:00-15:00"]),
        (["lasts: 4 days"], ["2026-11-24..2026-11-27"]),
    ],
)
def test_a_fixed_time_is_what_it_says(project: Project, lines: list[str], blocks: list[str]) -> None:
    project.rule("block: B", "every: tuesday", *lines)
    assert project.kept().blocks() == blocks


def test_an_end_at_the_start_is_on_the_next_day(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: 09:00-09:00")
    (block,) = project.plan().of()
    assert (block["start"], block["end"]) == ("2026-11-24T09:00:00+01:00", "2026-11-25T09:00:00+01:00")


def test_a_second_time_of_at_is_number_two(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: [09:00-10:00, 14:00-15:00]")
    assert project.plan().keys() == ["r/2026-11-24", "r/2026-11-24#2"]


def test_days_make_an_all_day_event_with_the_end_excluded(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "lasts: 2 days")
    project.apply()
    event = project.own()["r/2026-11-24"]
    assert b"DTSTART;VALUE=DATE:20261124" in event.to_ical()
    assert b"DTEND;VALUE=DATE:20261126" in event.to_ical()
    (block,) = project.plan().of()
    assert (block["start"], block["end"], block["all_day"]) == ("2026-11-24", "2026-11-26", True)


def test_a_length_from_least_to_most_takes_what_the_window_has(project: Project) -> None:
    project.rule("block: B", "every: [tue, wed, thu]", "lasts: 30m-2h", "between: 13:00-18:00")
    project.event("2026-11-25 13:00-17:15")
    project.event("2026-11-26 13:00-17:45")
    plan = project.plan()
    assert plan.blocks() == ["2026-11-24 13:00-15:00", "2026-11-25 17:15-18:00"]
    assert list(plan.skipped) == ["r/2026-11-26"]


# ---------------------------------------------------------------- between, on, prefer


def test_a_flexible_block_stands_anywhere_inside_its_windows_and_never_over_a_real_event(project: Project) -> None:
    project.event("2026-11-24 10:00-11:30")
    project.event("2026-11-24 14:00-14:30", calendar="family")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: [10:00-12:00, 14:00-16:00]")
    assert project.plan().blocks() == ["2026-11-24 14:30-15:30"]


def test_between_working_hours(project: Project) -> None:
    project.configure(working_hours='{mon-thu: "10:00-12:00", fri: "14:00-15:00"}')
    project.rule("block: B", "every: day", "lasts: 1h", "between: working hours")
    plan = project.plan("--to", "2026-11-28")
    assert plan.blocks() == [f"2026-11-{day} 10:00-11:00" for day in (23, 24, 25, 26)] + ["2026-11-27 14:00-15:00"]


def test_on_says_which_weekdays_of_a_period_may_hold_it(project: Project) -> None:
    project.event("2026-11-24 09:00-18:00")
    project.rule("block: B", "every: week", "lasts: 1h", "between: 09:00-18:00", "on: tue-thu")
    assert project.plan().blocks()[0] == "2026-11-25 09:00-10:00"


@pytest.mark.parametrize(
    ("prefer", "block"),
    [
        ("tue 14:00", "2026-11-24 14:00-15:00"),
        ("thu", "2026-11-26 "),
        ("16:00", " 16:00-17:00"),
        ("earliest", "2026-11-23 09:00-10:00"),
        ("latest", "2026-11-27 17:00-18:00"),
    ],
)
def test_prefer_pulls(project: Project, prefer: str, block: str) -> None:
    project.rule("block: B", "every: week", "lasts: 1h", "between: working hours", f"prefer: {prefer}")
    assert block in project.plan().blocks()[0]


def test_prefer_morning_and_afternoon(project: Project) -> None:
    project.rule("block: A", "every: tuesday", "lasts: 1h", "between: working hours", "prefer: afternoon", name="a")
    project.rule("block: M", "every: tuesday", "lasts: 1h", "between: 11:00-18:00", "prefer: morning", name="m")
    plan = project.plan()
    assert plan.blocks("a")[0] >= "2026-11-24 12:00"
    assert plan.blocks("m") == ["2026-11-24 11:00-12:00"]


def test_prefer_never_forces(project: Project) -> None:
    project.event("2026-11-24 09:00-18:00")
    project.rule("block: B", "every: week", "lasts: 1h", "between: working hours", "on: tue-wed", "prefer: tue 14:00")
    assert project.plan().days() == ["2026-11-25"]


def test_earlier_over_later_when_nothing_else_decides(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00")
    assert project.plan().blocks() == ["2026-11-24 13:00-14:00"]


def test_a_gap_is_kept_before_and_after(project: Project) -> None:
    project.event("2026-11-24 10:00-11:00")
    project.event("2026-11-24 12:30-13:00")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 10:00-18:00", "gap: 10m")
    (block,) = project.plan().blocks()
    assert block in ("2026-11-24 11:10-12:10", "2026-11-24 11:15-12:15")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 10:00-18:00", "gap: 20m")
    (block,) = project.plan().blocks()
    assert block in ("2026-11-24 13:20-14:20", "2026-11-24 13:30-14:30")  # 11:20 to 12:20 is too near to 12:30


def test_between_two_neighbours_that_both_ask_the_larger_gap(project: Project) -> None:
    for name, gap in (("a", 15), ("b", 30)):
        project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 10:00-12:30", f"gap: {gap}m", name=name)
    first, second = project.plan().blocks()
    assert (first, second) == ("2026-11-24 10:00-11:00", "2026-11-24 11:30-12:30")


# ---------------------------------------------------------------- split


def minutes(block: str) -> int:
    start, end = block.partition(" ")[2].split("-")
    return (int(end[:2]) - int(start[:2])) * 60 + int(end[3:]) - int(start[3:])


def test_split_meets_a_total_in_pieces_one_a_day(project: Project) -> None:
    project.rule(
        "block: Watch", "every: week", "lasts: 2h", "split: 30m-1h", "at_most: 1 per day", "between: 13:00-18:00"
    )
    plan = project.kept()
    blocks = [block for block in plan.of() if block["key"].startswith("r/2026-W48")]
    lengths = [minutes(plan.at(block["key"])) for block in blocks]
    assert sum(lengths) == 120
    assert all(30 <= length <= 60 for length in lengths)
    days = [block["start"][:10] for block in blocks]
    assert len(set(days)) == len(days)
    keys = sorted(block["key"] for block in blocks)
    assert keys[:2] == ["r/2026-W48", "r/2026-W48#2"]


def test_split_without_a_limit_may_use_one_day(project: Project) -> None:
    project.rule("block: B", "every: week", "on: tue", "lasts: 2h", "split: 30m-1h", "between: 13:00-18:00")
    plan = project.plan()
    assert sum(minutes(block) for block in plan.blocks()) == 120


# ---------------------------------------------------------------- yield

DEEP = ("block: Deep work", "every: tuesday", "at: 09:00-12:00")


def test_a_fixed_block_shrinks_by_default(project: Project) -> None:
    project.event("2026-11-24 10:00-10:30")
    project.rule(*DEEP)
    assert project.plan().blocks() == ["2026-11-24 10:30-12:00"]


@pytest.mark.parametrize(
    ("word", "blocks"),
    [
        ("keep", ["2026-11-24 09:00-12:00"]),
        ("shrink", ["2026-11-24 10:30-12:00"]),
        ("split", ["2026-11-24 09:00-10:00", "2026-11-24 10:30-12:00"]),
        ("skip", []),
    ],
)
def test_what_happens_when_a_real_event_lands_on_a_block(project: Project, word: str, blocks: list[str]) -> None:
    project.rule(*DEEP, f"yield: {word}")
    project.apply()
    project.event("2026-11-24 10:00-10:30")
    plan = project.kept()
    assert plan.blocks() == blocks
    if word == "skip":
        assert list(plan.skipped) == ["r/2026-11-24"]
    if word == "split":
        assert plan.keys() == ["r/2026-11-24", "r/2026-11-24#2"]


def test_move_of_a_fixed_block_stays_in_the_working_hours_of_its_day(project: Project) -> None:
    project.event("2026-11-24 10:00-10:30")
    project.rule(*DEEP, "yield: move")
    (block,) = project.plan().blocks()
    assert minutes(block) == 180
    assert "2026-11-24 10:30" <= block < "2026-11-24 15:01"
    project.event("2026-11-24 13:00-16:00")
    plan = project.plan()
    assert plan.blocks() == []
    assert plan.skipped["r/2026-11-24"]


def test_shrink_and_split_leave_pieces_of_at_least_half_an_hour(project: Project) -> None:
    project.event("2026-11-24 09:20-11:40")
    project.rule(*DEEP, "yield: shrink", name="a")
    project.rule("block: Deep work", "every: tuesday", "at: 09:00-12:00", "yield: split", name="b")
    plan = project.plan()
    assert plan.blocks() == []
    assert set(plan.skipped) == {"a/2026-11-24", "b/2026-11-24"}


def test_or_of_the_least_of_lasts(project: Project) -> None:
    project.event("2026-11-24 09:20-12:00")
    project.rule("block: B", "every: tuesday", "at: 09:00", "lasts: 15m-3h", "yield: shrink")
    assert project.plan().blocks() == ["2026-11-24 09:00-09:20"]
    project.rule("block: B", "every: tuesday", "at: 09:00", "lasts: 1h-3h", "yield: shrink")
    assert project.plan().blocks() == []


def test_a_flexible_block_moves_by_default(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00")
    project.apply()
    project.event("2026-11-24 13:30-14:00")
    assert project.kept().blocks() == ["2026-11-24 14:00-15:00"]


def test_a_flexible_block_that_only_skips(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00", "yield: skip")
    project.apply()
    assert project.plan().blocks() == ["2026-11-24 13:00-14:00"]
    project.event("2026-11-24 13:30-14:00")
    plan = project.kept()
    assert plan.blocks() == []
    assert plan.skipped["r/2026-11-24"]


def test_a_shrunk_block_grows_back_when_the_event_goes(project: Project) -> None:
    project.rule(*DEEP)
    event = project.event("2026-11-24 11:00-12:00")
    assert project.kept().blocks() == ["2026-11-24 09:00-11:00"]
    event.unlink()
    assert project.kept().blocks() == ["2026-11-24 09:00-12:00"]


def test_what_finds_no_place_is_skipped_with_the_reason(project: Project) -> None:
    project.event("2026-11-24 09:00-18:00", "Offsite")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: working hours")
    plan = project.plan()
    assert plan.blocks() == []
    assert plan.skipped["r/2026-11-24"]


# ---------------------------------------------------------------- rank


def test_two_fixed_blocks_that_collide_are_ranked_by_priority_then_by_id(project: Project) -> None:
    """The lower one yields as its `yield:` says."""
    project.rules("""
        a: {block: A, every: tue-wed, at: 09:00-11:00}
        b: {block: B, every: tuesday, at: 10:00-12:00, priority: 2}
        c: {block: C, every: wednesday, at: 10:00-12:00}
    """)
    plan = project.plan()
    assert plan.blocks("a") == ["2026-11-24 09:00-10:00", "2026-11-25 09:00-11:00"]
    assert plan.blocks("b") == ["2026-11-24 10:00-12:00"]
    assert plan.blocks("c") == ["2026-11-25 11:00-12:00"]


def test_check_warns_of_two_rules_that_always_collide(project: Project) -> None:
    project.rules("""
        a: {block: A, every: weekday, at: 09:00-11:00}
        b: {block: B, every: weekday, at: 10:00-12:00}
    """)
    done = project.run("check", "--json")
    assert done.status == 0
    (warning,) = done.json["problems"]
    assert warning["severity"] == "warning"
    assert "`a`" in warning["message"] + warning["hint"]


def test_the_stronger_priority_takes_the_only_place(project: Project) -> None:
    project.rules("""
        a: {block: A, every: tuesday, lasts: 1h, between: 13:00-14:00, priority: 4}
        b: {block: B, every: tuesday, lasts: 1h, between: 13:00-14:00, priority: 1}
    """)
    plan = project.plan()
    assert plan.keys() == ["b/2026-11-24"]
    assert list(plan.skipped) == ["a/2026-11-24"]


@pytest.mark.parametrize("looks", ["satisfied_by: {rule: c}", "satisfied_by: {any: [{title: x}, {rule: d}]}"])
def test_so_does_one_that_looks_at_the_blocks_of_another_rule(project: Project, looks: str) -> None:
    """It can be placed only after that one; a weaker block at which nobody looks does not take its place meanwhile."""
    project.rules(f"""
        a: {{block: A, every: tuesday, lasts: 1h, between: 13:00-14:00, priority: 4}}
        b: {{block: B, every: tuesday, lasts: 1h, between: 13:00-14:00, priority: 1, {looks}}}
        c: {{block: C, every: monday, at: 15:00-16:00}}
        d: {{block: D, every: monday, at: 16:00-17:00, satisfied_by: {{rule: c}}}}
    """)
    plan = project.plan()
    planned = plan.keys()
    assert "b/2026-11-24" in planned
    assert "a/2026-11-24" in plan.skipped
    project.apply()
    assert project.ok("plan", "--json").json["changes"] == []


def test_the_default_priority_is_three(project: Project) -> None:
    project.rules("""
        a: {block: A, every: tuesday, lasts: 1h, between: 13:00-14:00}
        b: {block: B, every: tuesday, lasts: 1h, between: 13:00-14:00, priority: 2}
        c: {block: C, every: wednesday, lasts: 1h, between: 13:00-14:00, priority: 4}
        d: {block: D, every: wednesday, lasts: 1h, between: 13:00-14:00}
    """)
    assert project.plan().keys() == ["b/2026-11-24", "d/2026-11-25"]


def test_weighted_minutes_come_first(project: Project) -> None:
    """8, 4, 2, 1 times the minutes: two hours of priority 3 outweigh half an hour of priority 2."""
    project.rules("""
        long: {block: L, every: tuesday, lasts: 2h, between: 13:00-15:00, priority: 3}
        short: {block: S, every: tuesday, lasts: 30m, between: 13:00-15:00, priority: 2}
    """)
    assert project.plan().keys() == ["long/2026-11-24"]


def test_flexible_blocks_make_room_for_each_other(project: Project) -> None:
    """The sum over placed blocks is what counts: the one with two windows leaves the narrow one its place."""
    project.rules("""
        a: {block: A, every: tuesday, lasts: 1h, between: 13:00-15:00}
        b: {block: B, every: tuesday, lasts: 1h, between: 13:00-14:00}
    """)
    plan = project.plan()
    assert plan.blocks("a") == ["2026-11-24 14:00-15:00"]
    assert plan.blocks("b") == ["2026-11-24 13:00-14:00"]


# ---------------------------------------------------------------- relations


def test_may_overlap_blocks_but_never_a_real_event(project: Project) -> None:
    project.rules("""
        deep: {block: Deep, every: tuesday, at: 09:00-12:00}
        pause: {block: Pause, every: tuesday, at: "10:00-10:05", may_overlap: [blocks]}
    """)
    assert project.plan().blocks("pause") == ["2026-11-24 10:00-10:05"]
    assert project.plan().blocks("deep") == ["2026-11-24 09:00-12:00"]
    project.event("2026-11-24 10:00-10:30")
    assert project.plan().blocks("pause") == []


@pytest.mark.parametrize("order", ["before", "after"])
def test_same_day_before_and_after(project: Project, order: str) -> None:
    project.rules(f"""
        lunch: {{block: Lunch, every: tuesday, lasts: 1h, between: 12:00-14:00, prefer: latest}}
        walk: {{block: Walk, every: tuesday, lasts: 30m, between: 09:00-18:00, same_day_{order}: lunch}}
    """)
    plan = project.plan()
    (lunch,), (walk,) = plan.of("lunch"), plan.of("walk")
    assert walk["end"] <= lunch["start"] if order == "before" else walk["start"] >= lunch["end"]


def test_not_same_day(project: Project) -> None:
    project.rules("""
        run: {block: Run, every: week, lasts: 1h, between: 12:00-13:00, on: mon-tue}
        swim: {block: Swim, every: week, lasts: 1h, between: 17:00-18:00, on: mon-tue, not_same_day: run}
    """)
    plan = project.plan("--to", "2026-11-29")
    assert sorted(plan.days()) == ["2026-11-23", "2026-11-24"]


def test_same_day_order_is_no_wish_where_only_one_stands(project: Project) -> None:
    """On a day that holds both."""
    project.rules("""
        lunch: {block: Lunch, every: tuesday, lasts: 1h, between: 12:00-14:00}
        walk: {block: Walk, every: tue-wed, lasts: 30m, between: 09:00-18:00, same_day_after: lunch}
    """)
    assert project.plan().at("walk/2026-11-25") == "2026-11-25 09:00-09:30"


def test_satisfied_by_an_event_inside_the_period_or_on_the_day(project: Project) -> None:
    project.event("2026-11-26 12:00-13:30", "Lunch with Bob", *invite("bob@peer.org"))
    project.rules("""
        peers: {block: Peer lunch, every: week, lasts: 1h, between: 12:00-14:00, satisfied_by: {title: lunch}}
        daily: {block: Lunch, every: weekday, at: 12:00-13:00, satisfied_by: {title: lunch, meeting: external}}
    """)
    project.configure(horizon="2 weeks")
    plan = project.plan()
    assert plan.keys("peers") == ["peers/2026-W49"]
    assert "2026-11-26" not in plan.days("daily")
    assert "2026-11-25" in plan.days("daily")
    assert {"peers/2026-W48", "daily/2026-11-26"} <= set(plan.skipped)


def test_a_block_is_not_satisfied_by_blocks_of_the_product(project: Project) -> None:
    """An event of the person's own."""
    project.rules("""
        a: {block: Lunch, every: tuesday, at: 12:00-13:00}
        b: {block: Lunch too, every: tuesday, at: 14:00-15:00, satisfied_by: {title: lunch}}
    """)
    assert project.kept().keys() == ["a/2026-11-24", "b/2026-11-24"]


def test_a_written_block_goes_when_life_satisfies_it(project: Project) -> None:
    project.rule("block: Lunch", "every: week", "lasts: 1h", "between: 12:00-14:00", "satisfied_by: {title: sushi}")
    project.apply()
    project.event("2026-11-26 19:00-20:30", "Sushi with Bob")
    assert project.kept().keys() == []
    assert project.own() == {}


# ---------------------------------------------------------------- settle, quiet calendars, grid


def test_a_block_that_begins_soon_is_moved_only_off_a_real_event(project: Project) -> None:
    """`settle:` is 2h by default."""
    flexible = ("every: tuesday", "lasts: 1h", "between: 10:00-13:00")
    project.rule("block: B", *flexible)
    project.apply()
    project.rule("block: Strong", "every: tuesday", "at: 10:00-11:00", "priority: 1", name="strong")
    assert project.plan(now="2026-11-24T09:00").at("r/2026-11-24") == "2026-11-24 10:00-11:00"
    assert project.plan(now="2026-11-24T07:00").at("r/2026-11-24") == "2026-11-24 11:00-12:00"
    project.rule("block: B", *flexible, "settle: 30m")
    assert project.plan(now="2026-11-24T09:00").at("r/2026-11-24") == "2026-11-24 11:00-12:00"
    project.rule("block: B", *flexible)
    project.event("2026-11-24 10:00-11:30")
    assert project.plan(now="2026-11-24T09:00").at("r/2026-11-24") == "2026-11-24 11:30-12:30"


def test_the_configuration_sets_the_default_of_settle(project: Project) -> None:
    project.configure(settle="4h")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 10:00-13:00")
    project.apply()
    project.rule("block: Strong", "every: tuesday", "at: 10:00-11:00", "priority: 1", name="strong")
    assert project.plan(now="2026-11-24T07:00").at("r/2026-11-24") == "2026-11-24 10:00-11:00"


def test_every_block_that_stands_and_still_fits_stays(project: Project) -> None:
    """A freed earlier place moves nothing: the placer looks again only at what a change touches."""
    event = project.event("2026-11-25 13:00-14:00")
    project.rule("block: B", "every: wednesday", "lasts: 1h", "between: 13:00-18:00")
    assert project.kept().blocks() == ["2026-11-25 14:00-15:00"]
    event.unlink()
    assert project.plan().blocks() == ["2026-11-25 14:00-15:00"]


def test_an_event_elsewhere_moves_nothing(project: Project) -> None:
    project.rules("""
        a: {block: A, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day, between: 13:00-18:00}
        b: {block: B, every: weekday, lasts: 30m, between: 12:00-14:00, prefer: latest}
        c: {block: C, every: 2 weeks, lasts: 90m, between: working hours, prefer: tue 14:00}
    """)
    before = project.kept().blocks()
    project.event("2026-11-26 09:00-10:00")
    assert project.kept().blocks() == before


def test_a_quiet_week_needs_no_second_look(project: Project) -> None:
    """A quiet calendar never reshuffles: as the days go by, nothing but the new edge of the horizon is written."""
    project.rules("""
        a: {block: A, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day, between: 13:00-18:00}
        b: {block: B, every: weekday, lasts: 30m, between: 12:00-14:00, prefer: latest}
        c: {block: C, every: weekday, at: 09:00-12:00}
    """)
    project.event("2026-11-26 09:30-14:00")
    project.apply()
    for day in range(24, 28):
        plan = project.plan(now=f"2026-11-{day}T11:17")
        assert {action for action, _ in plan.changes} <= {"create"}
        assert all(change["start"] >= f"2026-11-{day + 5}" for change in plan.raw["changes"])
        project.apply(now=f"2026-11-{day}T11:17")


@pytest.mark.parametrize(("grid", "start"), [("5m", "13:05"), ("10m", "13:10"), ("15m", "13:15"), ("30m", "13:30")])
def test_flexible_blocks_start_on_the_grid(project: Project, grid: str, start: str) -> None:
    project.configure(grid=grid)
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:02-18:00")
    assert project.plan().blocks()[0][11:16] in {start, "13:02"}  # the window's edge, or the next line of the grid


def test_an_occurrence_in_progress_is_left_as_it_is(project: Project) -> None:
    project.rule("block: B", "every: monday", "lasts: 2h", "between: 09:00-18:00")
    project.apply()
    file = project.file_of("r/2026-W48") if "r/2026-W48" in project.own() else project.file_of("r/2026-11-23")
    text = file.read_bytes()
    project.event("2026-11-23 10:00-12:00", "Surprise")
    project.apply(now="2026-11-23T09:30")
    assert file.read_bytes() == text


def test_the_same_input_gives_the_same_output_whatever_the_order_of_the_files(project: Project) -> None:
    texts = [f"r{n}: {{block: B, every: weekday, lasts: 45m, between: 13:00-17:00}}" for n in range(4)]
    project.rules("\n".join(texts), file="a.yaml")
    first = project.plan().raw
    project.rules("\n".join(reversed(texts[:2])), file="a.yaml")
    project.rules("\n".join(reversed(texts[2:])), file="sub/b.yaml")
    assert project.plan().raw == first


# ---------------------------------------------------------------- what a flexible block does when something lands on it


@pytest.mark.parametrize("word", ["keep", "shrink", "split", "move", "skip"])
def test_a_flexible_block_comes_to_rest_whatever_it_does_when_an_event_lands_on_it(project: Project, word: str) -> None:
    """The plan after apply is empty, in this cycle and in the next ones."""
    project.rule("block: B", "every: tuesday", "lasts: 2h", "between: 13:00-18:00", f"yield: {word}")
    assert project.kept().blocks() == ["2026-11-24 13:00-15:00"]
    project.event("2026-11-24 13:30-14:15", "Lands")
    first = project.kept()
    for now in ("2026-11-23T08:05", "2026-11-23T17:00"):
        assert project.kept(now=now).blocks() == first.blocks()
    assert (
        first.blocks()
        == {
            "keep": ["2026-11-24 13:00-15:00"],
            "shrink": ["2026-11-24 14:15-15:00"],
            "split": ["2026-11-24 13:00-13:30", "2026-11-24 14:15-15:00"],
            "move": ["2026-11-24 14:15-16:15"],
            "skip": [],
        }[word]
    )


def test_shrink_keeps_the_longest_piece_and_split_keeps_them_all(project: Project) -> None:
    project.event("2026-11-24 09:30-10:00")
    project.event("2026-11-24 11:00-11:15")
    project.rule(*DEEP, "yield: shrink")
    assert project.plan().blocks() == ["2026-11-24 10:00-11:00"]
    project.rule(*DEEP, "yield: split")
    plan = project.kept()
    assert plan.blocks() == ["2026-11-24 09:00-09:30", "2026-11-24 10:00-11:00", "2026-11-24 11:15-12:00"]
    assert plan.keys() == ["r/2026-11-24", "r/2026-11-24#2", "r/2026-11-24#3"]


def test_a_fixed_block_on_a_day_off_has_no_working_hours_to_move_in(project: Project) -> None:
    project.event("2026-11-28 10:00-11:00")
    project.rule("block: B", "every: saturday", "at: 10:00-11:00", "yield: move")
    plan = project.plan()
    assert plan.blocks() == []
    assert plan.skipped["r/2026-11-28"]


def test_a_strong_flexible_block_takes_the_place_of_a_weak_fixed_one(project: Project) -> None:
    """Free time is what is left, less own blocks of equal or higher rank."""
    project.rules("""
        fixed: {block: F, every: tuesday, at: 09:00-12:00}
        strong: {block: S, every: tuesday, lasts: 3h, between: 09:00-12:00, priority: 1}
    """)
    plan = project.kept()
    assert plan.keys() == ["strong/2026-11-24"]
    assert plan.skipped["fixed/2026-11-24"]


def test_a_flexible_block_leaves_a_weak_fixed_one_its_place_when_it_has_another(project: Project) -> None:
    project.rules("""
        fixed: {block: F, every: tuesday, at: 09:00-10:00, priority: 4}
        flexible: {block: S, every: tuesday, lasts: 1h, between: 09:00-12:00, prefer: earliest}
    """)
    plan = project.plan()
    assert plan.blocks("fixed") == ["2026-11-24 09:00-10:00"]
    assert plan.blocks("flexible") == ["2026-11-24 10:00-11:00"]


def test_own_blocks_never_stand_over_each_other_or_over_real_events(project: Project) -> None:
    project.rules("""
        a: {block: A, every: weekday, at: 09:00-12:00}
        b: {block: B, every: weekday, lasts: 30m-1h, between: 11:00-15:00, prefer: morning}
        c: {block: C, every: week, lasts: 3h, split: 30m-1h, at_most: 1 per day, between: working hours}
        d: {block: D, every: weekday, lasts: 45m, between: 12:00-14:00, gap: 15m, priority: 2}
        e: {block: E, every: 2 weeks, lasts: 2h, between: working hours, prefer: [wed 15:00, afternoon]}
    """)
    hours = {"24": "10:00-11:00", "25": "12:30-15:30", "26": "09:00-13:00", "27": "13:15-13:45"}
    for day, time in hours.items():
        project.event(f"2026-11-{day} {time}", "Real")
    taken = [(block["start"], block["end"]) for block in project.kept().of()]
    taken += [(f"2026-11-{day}T{at[:5]}:00+01:00", f"2026-11-{day}T{at[6:]}:00+01:00") for day, at in hours.items()]
    assert len(taken) > 15
    assert all(first[1] <= second[0] for first, second in pairwise(sorted(taken)))


# ---------------------------------------------------------------- now


def test_a_flexible_block_of_today_begins_no_earlier_than_now(project: Project) -> None:
    project.rule("block: B", "every: monday", "lasts: 1h", "between: 09:00-18:00")
    assert project.plan(now="2026-11-23T10:05").blocks()[0] == "2026-11-23 10:15-11:15"
    assert project.plan(now="2026-11-23T17:30").blocks() == []


def test_a_block_in_progress_stays_when_its_rule_goes(project: Project) -> None:
    project.rule("block: B", "every: mon-tue", "at: 09:00-12:00")
    project.apply()
    project.rule("block: B", "every: mon-tue", "at: 09:00-12:00", "enabled: false")
    project.apply(now="2026-11-23T10:00")
    assert list(project.own()) == ["r/2026-11-23"]


def test_a_fixed_block_whose_start_is_past_today_is_not_cut_short_into_the_day(project: Project) -> None:
    project.rule("block: B", "every: monday", "at: 09:00-12:00", "yield: shrink")
    assert project.plan(now="2026-11-23T09:30").blocks() == []


def test_a_week_is_satisfied_by_what_already_happened_in_it(project: Project) -> None:
    project.event("2026-11-23 12:00-13:30", "Lunch with Bob")
    project.rule("block: L", "every: week", "lasts: 1h", "between: 12:00-14:00", "satisfied_by: {title: lunch}")
    plan = project.plan(now="2026-11-25T08:00")
    assert plan.at("r/2026-W48") == ""


def test_a_declined_or_cancelled_event_satisfies_nothing(project: Project) -> None:
    project.event("2026-11-26 12:00-13:30", "Lunch", *invite("bob@x.org", me="DECLINED"))
    project.event("2026-11-26 12:00-13:30", "Lunch", "STATUS:CANCELLED")
    project.rule("block: L", "every: week", "lasts: 1h", "between: 12:00-14:00", "satisfied_by: {title: lunch}")
    assert project.plan().at("r/2026-W48")


# ---------------------------------------------------------------- the rest of the keys


def test_a_flexible_block_without_a_window_stays_in_the_working_hours(project: Project) -> None:
    project.rule("block: B", "every: weekday", "lasts: 1h")
    for block in project.plan().of():
        assert "09:00" <= block["start"][11:16] < block["end"][11:16] <= "18:00"


def test_at_most_two_pieces_a_day(project: Project) -> None:
    project.rule(
        "block: B", "every: week", "on: mon-tue", "lasts: 4h", "split: 1h", "at_most: 2 per day", "between: 09:00-18:00"
    )
    days = [day for day in project.plan().days() if day < "2026-11-30"]
    assert sorted(days) == ["2026-11-23", "2026-11-23", "2026-11-24", "2026-11-24"]


def test_prefer_may_be_a_list_of_pulls(project: Project) -> None:
    project.event("2026-11-24 14:00-15:00")
    project.rule("block: B", "every: week", "lasts: 1h", "between: working hours", "prefer: [tue 14:00, thu 10:00]")
    assert project.plan().blocks()[0] == "2026-11-26 10:00-11:00"


def test_days_of_a_period_make_an_all_day_event_inside_it(project: Project) -> None:
    project.rule("block: Day off", "every: week", "lasts: 1 day", "on: sat-sun")
    plan = project.kept()
    (block,) = (each for each in plan.of() if each["key"] == "r/2026-W48")
    assert block["start"] in {"2026-11-28", "2026-11-29"}
    assert block["all_day"]


def test_an_all_day_block_blocks_no_hours(project: Project) -> None:
    """An all-day event is busy only when it is an absence, and never one of the product's own."""
    project.rule("block: Trip", "every: tuesday", "lasts: 2 days", name="trip")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00")
    assert project.kept().blocks("r") == ["2026-11-24 13:00-14:00"]


def test_working_days_are_neither_holidays_nor_absences(project: Project) -> None:
    project.configure(away='{titles: ["/holiday/i"]}', horizon="6 weeks")
    project.event("2026-12-28", "Holiday")
    project.rule("block: B", "every: weekday", "lasts: 1h", "between: working hours")
    days = project.plan().days()
    assert "2026-12-24" in days
    assert "2026-12-25" not in days
    assert "2026-12-28" not in days


def test_a_lost_state_reshuffles_nothing(project: Project) -> None:
    """Where blocks stand is read from the calendar."""
    project.rules("""
        a: {block: A, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day, between: 13:00-18:00}
        b: {block: B, every: weekday, lasts: 30m, between: 12:00-14:00, prefer: latest}
        c: {block: C, every: weekday, at: 09:00-12:00, yield: split}
    """)
    event = project.event("2026-11-26 10:00-11:00")
    project.event("2026-11-25 12:00-16:00")
    project.apply()
    event.unlink()
    project.apply()
    project.lose("ledger.db", "decisions.json")
    assert project.plan().changes == []


def test_a_shorter_horizon_takes_nothing_away_and_a_longer_one_adds(project: Project) -> None:
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    project.apply()
    project.configure(horizon="3 days")
    assert project.plan().changes == []
    project.configure(horizon="2 weeks")
    assert {action for action, _ in project.plan().changes} == {"create"}


@pytest.mark.parametrize(
    "lines",
    [
        ["at: 09:00-10:00", "between: 09:00-12:00"],
        ["at: 25:00-26:00"],
        ["at: 09:00"],
        ["lasts: 45"],
        ["lasts: 2h", "between: 13:00-14:00"],
        ["lasts: 1h", "priority: 5"],
        ["lasts: 1h", "yield: vanish"],
        ["lasts: 1h", "prefer: never"],
        ["lasts: 1h", "not_same_day: nobody"],
        ["lasts: 1h", "at_most: 1 per day"],
        ["lasts: 2h-1h"],
    ],
)
def test_what_cannot_be_meant_is_an_error(project: Project, lines: list[str]) -> None:
    project.rule("block: B", "every: tuesday", *lines)
    done = project.run("check", "--json")
    assert done.status == 1
    assert all(problem["message"] for problem in done.json["problems"])


def test_a_cycle_comes_to_rest_when_one_block_pushes_another_aside(project: Project) -> None:
    """What stands is kept and the rest is looked at: all that has a place finds it in the cycle of the change."""
    project.rules("""
        strong: {block: S, every: monday, lasts: 2h, between: [09:00-12:00, 14:00-18:00], priority: 1}
        long: {block: L, every: monday, at: 14:00-17:30, yield: move}
    """)
    assert project.kept().blocks() == ["2026-11-23 09:00-11:00", "2026-11-23 14:00-17:30"]
    project.event("2026-11-23 10:15-10:45", "Lands on the strong one")
    first = project.kept()
    assert first.keys() == ["long/2026-11-23", "strong/2026-11-23"]
    assert project.kept(now="2026-11-23T08:05").blocks() == first.blocks()
