"""Where an event of whole days goes (`lasts: 4 days`)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from engine_world import MONDAY, Week, event, rules, when, whole_days

from agendad.core.trace import sentences


def wanted(text: str, *events, **more) -> list[str]:
    return Week(rules(f"r: {{block: B, {text}}}"), events, **more).wanted()


def test_it_takes_the_days_with_the_least_busy_time_and_the_earliest_among_equals() -> None:
    assert wanted("every: week, lasts: 1 day")[0] == "tue +1"
    assert wanted("every: week, lasts: 1 day", event("M", "tue 09:00-10:00"))[0] == "wed +1"


def test_it_takes_as_few_days_off_as_it_can() -> None:
    busy = [event(str(day), f"{day} 09:00-18:00") for day in ("tue", "wed", "thu", "fri")]
    assert wanted("every: week, lasts: 1 day", *busy)[0] == "tue +1"
    assert wanted("every: week, lasts: 4 days", *busy) == ["tue +4", "+mon +4"]


def test_it_begins_on_the_weekdays_of_on_and_avoids_what_except_takes_out() -> None:
    assert wanted("every: week, lasts: 1 day, on: thu") == ["thu +1", "+thu +1"]
    assert wanted("every: week, lasts: 2 days, except: [wed]") == ["thu +2", "+mon +2"]


def test_a_day_that_the_rule_names_is_that_day() -> None:
    assert wanted("every: wednesday, lasts: 3 days", event("M", "wed 09:00-10:00")) == ["wed +3", "+wed +3"]


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [("after: {title: trip}, within: 3 days", ["wed +1"]), ("before: {title: trip}, within: 3 days", ["tue +1"])],
)
def test_after_an_event_it_is_the_first_day_and_before_one_the_last(trigger: str, expected: list[str]) -> None:
    trip = event("Trip", "tue 09:00-18:00" if "after" in trigger else "wed 09:00-18:00")
    assert wanted(f"{trigger}, lasts: 1 day", trip) == expected


def test_what_stands_and_still_fits_stays() -> None:
    week = Week(rules("r: {block: B, every: week, lasts: 1 day}"))
    assert week.kept()["r/2026-W48"] == "tue +1"
    week.events = (event("M", "tue 09:00-18:00"),)
    assert week.kept()["r/2026-W48"] == "tue +1"
    assert week.why("r/2026-W48")[-1] == "stays where it stands"


def test_a_moved_one_stays_moved_and_a_deleted_one_gone() -> None:
    week = Week(rules("r: {block: B, every: week, lasts: 1 day}"))
    week.cycle()
    moved = whole_days("x", "thu").fields
    week._edit("r/2026-W48", start=moved.start, end=moved.end)
    week.delete("r/2026-W49")
    assert week.kept() == {"r/2026-W48": "thu +1"}


def test_it_takes_no_minutes_from_others() -> None:
    week = Week(
        rules("""
        r: {block: B, every: tuesday, lasts: 1 day, priority: 1}
        s: {block: S, every: tuesday, at: 09:00-10:00}
    """)
    )
    assert week.wanted("s") == ["tue 09:00-10:00", "+tue 09:00-10:00"]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_it_takes_no_minutes_around_its_beginning_either(hours: int) -> None:
    whole, timed = "a: {block: A, every: wednesday, lasts: 2 days}", "b: {block: B, every: thursday, at: 09:00-10:00}"
    week = Week(rules(f"{whole}\n{timed}"))
    before = week.kept()
    week.now = when("wed 00:00-01:00")[0] + timedelta(hours=hours)
    assert {key: stands for key, stands in week.kept().items() if key in before} == before


def test_it_takes_no_minutes_from_others_either_when_it_is_too_soon_to_be_moved() -> None:
    week = Week(
        rules("""
        r: {block: B, every: tuesday, lasts: 1 day, priority: 1}
        s: {block: S, every: tuesday, at: 09:00-10:00}
        t: {block: T, every: week, on: tue-wed, lasts: 1h, between: 09:00-18:00, not_same_day: r}
    """)
    )
    week.cycle()
    week.now = when("mon 23:00-23:30")[0]
    kept = week.kept()
    assert week.why("r/2026-11-24")[-1] == "begins too soon to be moved"
    assert (kept["s/2026-11-24"], kept["t/2026-W48"]) == ("tue 09:00-10:00", "wed 09:00-10:00")


def test_a_block_is_kept_off_the_days_of_one_that_it_must_not_share_a_day_with() -> None:
    week = Week(
        rules("""
        offsite: {block: Offsite, every: tuesday, lasts: 2 days}
        watch: {block: Watch, every: week, lasts: 1h, on: tue-thu, not_same_day: offsite}
    """)
    )
    assert week.wanted("watch") == ["thu 09:00-10:00", "+thu 09:00-10:00"]


def test_no_day_left_is_said() -> None:
    week = Week(rules("r: {block: B, every: week, lasts: 1 day}"), now=MONDAY.replace(day=29))
    (skipped,) = (each for each in week.decide().skipped if each.key == "r/2026-W48")
    assert sentences(skipped.why)[-1] == "no time left in which its rule lets it stand"
