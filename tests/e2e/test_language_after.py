"""`after:`, `before:`, `after: {busy: ...}` and `steps:` of section 2, with their keys (section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project import invite

if TYPE_CHECKING:
    from project import Project

WALK = ("block: Walk", 'after: {meeting: any, lasts: ">= 1h"}', "lasts: 15m", "within: 1h")


def test_a_walk_follows_each_long_meeting_and_no_short_one(project: Project) -> None:
    """It fires once for each matching event, when it has ended."""
    project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.event("2026-11-25 14:00-14:45", "Short", *invite("chair@example.org"))
    project.event("2026-11-26 14:00-16:00", "Alone")
    project.rule(*WALK)
    plan = project.plan()
    assert plan.keys() == ["r/board"]
    assert plan.blocks() == ["2026-11-24 16:00-16:15"]


def test_what_follows_an_event_directly_touches_it_off_the_grid(project: Project) -> None:
    project.event("2026-11-24 14:00-15:05", "Board", *invite("chair@example.org"))
    project.rule(*WALK)
    assert project.plan().blocks() == ["2026-11-24 15:05-15:20"]


def test_what_precedes_an_event_directly_touches_it_off_the_grid(project: Project) -> None:
    project.event("2026-11-24 14:20-15:00", "Board", uid="board")
    project.rule("block: Prepare", "before: {title: board}", "lasts: 30m")
    plan = project.plan()
    assert plan.blocks() == ["2026-11-24 13:50-14:20"]
    assert plan.keys() == ["r/board"]


def test_a_block_before_an_event_stands_inside_its_lead(project: Project) -> None:
    """`lead:` shifts the first possible moment."""
    project.event("2026-11-24 14:00-15:00", "Board")
    project.event("2026-11-24 12:45-14:00", "Lunch")
    project.rule("block: Prepare", "before: {title: board}", "lasts: 30m", "lead: 2h")
    (block,) = project.plan().blocks()
    assert "2026-11-24 12:00" <= block <= "2026-11-24 12:15-12:45"


def test_a_block_before_an_event_finds_no_place_inside_its_lead(project: Project) -> None:
    project.event("2026-11-24 14:00-15:00", "Board", uid="board")
    project.event("2026-11-24 12:15-14:00", "Lunch")
    project.rule("block: Prepare", "before: {title: board}", "lasts: 30m", "lead: 2h")
    plan = project.plan()
    assert plan.blocks() == []
    assert list(plan.skipped) == ["r/board"]


def test_delay_shifts_the_first_possible_moment(project: Project) -> None:
    project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"))
    project.rule(*WALK[:3], "delay: 30m", "within: 2h")
    assert project.plan().blocks() == ["2026-11-24 16:30-16:45"]


def test_a_walk_goes_behind_what_stands_in_its_way_but_not_beyond_within(project: Project) -> None:
    project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.event("2026-11-24 16:00-16:30", "Call")
    project.rule(*WALK)
    assert project.plan().blocks() == ["2026-11-24 16:30-16:45"]
    project.event("2026-11-24 16:30-17:30", "More")
    plan = project.plan()
    assert plan.blocks() == []
    assert list(plan.skipped) == ["r/board"]
    assert plan.skipped["r/board"]


def test_each_instance_of_a_series_has_the_key_of_its_original_start_in_utc(project: Project) -> None:
    project.event("2026-11-23 14:00-15:00", "Sync", "RRULE:FREQ=DAILY;COUNT=3", *invite("b@example.com"), uid="sync")
    project.rule(*WALK)
    assert project.plan().keys() == [f"r/sync@202611{day}T130000Z" for day in (23, 24, 25)]


def test_a_moved_instance_keeps_its_key(project: Project) -> None:
    """It never changes while its meaning stays, wherever the event is moved."""
    path = project.event("2026-11-23 14:00-15:00", "Sync", "RRULE:FREQ=DAILY;COUNT=2", *invite("b@x.org"), uid="sync")
    project.rule(*WALK)
    project.apply()
    moved = "\r\n".join(
        (
            "BEGIN:VEVENT",
            "UID:sync",
            "DTSTAMP:20261101T000000Z",
            "RECURRENCE-ID;TZID=Europe/Paris:20261124T140000",
            "DTSTART;TZID=Europe/Paris:20261125T100000",
            "DTEND;TZID=Europe/Paris:20261125T110000",
            "SUMMARY:Sync",
            *invite("b@x.org"),
            "END:VEVENT\r\nEND:VCALENDAR\r\n",
        )
    )
    path.write_bytes(path.read_bytes().replace(b"END:VCALENDAR\r\n", moved.encode()))
    plan = project.kept()
    assert plan.at("r/sync@20261124T130000Z") == "2026-11-25 11:00-11:15"


def test_an_instance_of_an_all_day_series_has_the_date(project: Project) -> None:
    project.event("2026-11-24", "Market", "RRULE:FREQ=DAILY;COUNT=1", uid="market")
    project.rule("block: Shop", "after: {title: market}", "lasts: 30m", "within: 24h")
    assert project.plan().keys() == ["r/market@2026-11-24"] or project.plan().keys() == ["r/market@20261124"]


def test_a_block_follows_its_moved_event(project: Project) -> None:
    path = project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.rule(*WALK)
    project.apply()
    path.write_text(path.read_text().replace("20261124T", "20261125T"), newline="")
    assert project.kept().at("r/board") == "2026-11-25 16:00-16:15"
    assert len(project.own()) == 1


def test_the_block_of_a_cancelled_event_goes(project: Project) -> None:
    """Cancelled events and events the person declined never match."""
    path = project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.rule(*WALK)
    project.apply()
    path.write_text(path.read_text().replace("END:VEVENT", "STATUS:CANCELLED\nEND:VEVENT"))
    assert project.kept().blocks() == []
    assert project.own() == {}


def test_events_before_the_first_day_of_a_rule_less_within_never_trigger(project: Project) -> None:
    project.event("2026-11-22 20:00-21:00", "Late", uid="late")  # 11 hours before the rule's first day
    project.event("2026-11-22 10:00-11:00", "Early", uid="early")  # 21 hours before
    project.rule("block: Notes", "after: {title: [late, early]}", "lasts: 30m", "within: 14h")
    plan = project.plan()
    assert plan.keys() == ["r/late"]
    assert "2026-11-23 08:00" <= plan.at("r/late") < "2026-11-23 11:00"


def test_after_its_first_day_nothing_is_missed(project: Project) -> None:
    """An event that ended while the daemon was down is handled when it wakes."""
    project.rule("block: Notes", "after: {title: board}", "lasts: 30m", "within: 48h")
    project.apply()
    project.event("2026-11-24 16:00-17:00", "Board", uid="board")
    plan = project.kept(now="2026-11-25T10:00")
    assert plan.keys() == ["r/board"]
    assert plan.at("r/board") >= "2026-11-25 10:00"


def test_a_rule_edit_is_not_a_new_first_day(project: Project) -> None:
    project.rule("block: Notes", "after: {title: board}", "lasts: 30m", "within: 12h")
    project.apply()
    project.event("2026-11-25 06:00-07:00", "Board", uid="board")
    project.rule("block: Notes and thanks", "after: {title: board}", "lasts: 30m", "within: 12h")
    assert project.plan(now="2026-11-25T10:00").keys() == ["r/board"]


def test_rules_chain_by_selecting_events_made_by_another_rule(project: Project) -> None:
    project.rules("""
        deep-work: {block: Deep work, every: tuesday, at: 09:00-11:00}
        stretch: {block: Stretch, after: {rule: deep-work}, lasts: 15m, within: 1h}
    """)
    plan = project.kept()
    assert plan.blocks("stretch") == ["2026-11-24 11:00-11:15"]


# ---------------------------------------------------------------- busy

PAUSE = ("block: Breathe", "after: {busy: 2h}", "lasts: 5m")


def test_busy_fires_when_a_day_has_gathered_that_much_busy_time(project: Project) -> None:
    project.event("2026-11-24 09:00-10:00")
    project.event("2026-11-24 10:05-11:05")  # a gap below 10 minutes does not count
    project.rule(*PAUSE)
    plan = project.plan()
    assert plan.keys() == ["r/2026-11-24"]
    assert plan.blocks() == ["2026-11-24 11:05-11:10"]


def test_a_gap_of_ten_minutes_ends_the_gathering(project: Project) -> None:
    project.event("2026-11-24 09:00-10:00")
    project.event("2026-11-24 10:10-11:20")
    project.rule(*PAUSE)
    assert project.plan().blocks() == []


def test_busy_counts_anew_and_the_second_of_a_day_is_number_two(project: Project) -> None:
    project.event("2026-11-24 09:00-11:00")
    project.event("2026-11-24 11:05-13:05")
    project.rule(*PAUSE)
    plan = project.plan()
    assert plan.keys() == ["r/2026-11-24", "r/2026-11-24#2"]
    assert plan.blocks() == ["2026-11-24 11:00-11:05", "2026-11-24 13:05-13:10"]


def test_a_pause_stands_inside_own_blocks_when_it_may_overlap_them(project: Project) -> None:
    """With `may_overlap: [blocks]` own blocks are no obstacle; else it goes to the first place behind."""
    project.rule("block: Deep work", "every: tuesday", "at: 09:00-12:00", name="deep-work")
    project.rule(*PAUSE)
    assert project.plan().blocks("r") == ["2026-11-24 12:00-12:05"]
    project.rule(*PAUSE, "may_overlap: [blocks]")
    assert project.plan().blocks("r") == ["2026-11-24 11:00-11:05"]


def test_busy_looks_an_hour_ahead_by_default_and_never_over_real_events(project: Project) -> None:
    project.event("2026-11-24 09:00-12:00")
    project.rule(*PAUSE, "may_overlap: [blocks]")
    assert project.plan().blocks() in (["2026-11-24 12:00-12:05"], [])  # the hour ends where the event does
    project.rule(*PAUSE, "within: 2h")
    assert project.plan().blocks() == ["2026-11-24 12:00-12:05"]
    project.event("2026-11-24 12:00-14:00")
    assert "r/2026-11-24" in project.plan().skipped


def test_the_pause_of_a_busy_day_does_not_feed_itself(project: Project) -> None:
    project.event("2026-11-24 09:00-11:00")
    project.rule(*PAUSE)
    assert project.kept().blocks() == ["2026-11-24 11:00-11:05"]


# ---------------------------------------------------------------- steps


def test_steps_count_days_weeks_months_and_quarters_from_starting(project: Project) -> None:
    """1 is the first."""
    project.configure(horizon="20 weeks")
    project.rules("""
        delegate:
          starting: 2026-11-24
          lasts: 1h
          between: 10:00-12:00
          steps:
            - {on: day 1, block: List}
            - {on: day 3, block: Mark}
            - {on: week 2, block: Train}
            - {on: month 1, block: Raise}
            - {on: quarter 1, block: Keep}
    """)
    plan = project.plan()
    assert plan.block("delegate/step-1")["title"] == "List"
    assert plan.at("delegate/step-1")[:10] == "2026-11-24"
    assert plan.at("delegate/step-2")[:10] == "2026-11-26"
    assert "2026-11-30" <= plan.at("delegate/step-3") < "2026-12-08"
    assert "2026-11-24" <= plan.at("delegate/step-4") < "2026-12-24"
    assert sorted(plan.keys()) == [f"delegate/step-{n}" for n in range(1, 6)]


def test_a_step_in_the_past_is_never_written(project: Project) -> None:
    project.rules("""
        p:
          starting: 2026-11-16
          at: 10:00-11:00
          steps: [{on: day 1, block: Gone}, {on: day 9, block: Comes}]
    """)
    assert project.plan().blocks() == ["2026-11-24 10:00-11:00"]


@pytest.mark.parametrize("key", ["starting", "lasts"])
def test_steps_want_their_start_and_length(project: Project, key: str) -> None:
    lines = {"starting": "starting: 2026-11-24", "lasts": "lasts: 1h"}
    del lines[key]
    project.rule(*lines.values(), "between: 10:00-12:00", "steps: [{on: week 1, block: List}]")
    assert any(key in problem["message"] + problem["hint"] for problem in project.problems())


# ---------------------------------------------------------------- events that change


def test_the_block_goes_when_the_person_declines_the_event(project: Project) -> None:
    path = project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.rule(*WALK)
    project.apply()
    path.write_text(path.read_text().replace("PARTSTAT=ACCEPTED:mailto:ada", "PARTSTAT=DECLINED:mailto:ada"))
    assert project.kept().blocks() == []
    assert project.own() == {}


def test_a_walk_that_was_deleted_stays_deleted_when_its_event_moves(project: Project) -> None:
    path = project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="board")
    project.rule(*WALK)
    project.apply()
    project.delete("r/board")
    project.event("2026-11-26 10:00-10:30", "Other")  # so that the calendar does not read empty
    project.apply()
    path.write_text(path.read_text().replace("20261124T", "20261125T"), newline="")
    assert project.kept().blocks() == []


def test_a_title_may_name_the_event_and_follows_it(project: Project) -> None:
    path = project.event("2026-11-24 14:00-16:00", "Board", uid="board")
    project.rule('block: "Prepare: {{ event.title }}"', "before: {title: board}", "lasts: 30m")
    assert project.kept().block("r/board")["title"] == "Prepare: Board"
    path.write_text(path.read_text().replace("SUMMARY:Board", "SUMMARY:Board of directors"))
    assert project.kept().block("r/board")["title"] == "Prepare: Board of directors"


def test_an_unknown_name_in_a_title_is_found_by_check(project: Project) -> None:
    """Undefined names are errors."""
    project.rule('block: "Prepare {{ event.titel }}"', "before: {title: board}", "lasts: 30m")
    assert project.run("check").status == 1
    project.rule('block: "{{ nobody }}"', "every: day", "at: 09:00-10:00")
    assert project.run("check").status == 1


def test_a_block_after_a_moved_block_follows_the_persons_hand(project: Project) -> None:
    project.rules("""
        deep-work: {block: Deep work, every: tuesday, at: 09:00-11:00}
        stretch: {block: Stretch, after: {rule: deep-work}, lasts: 15m, within: 1h}
    """)
    project.apply()
    project.edit("deep-work/2026-11-24", to="2026-11-25 14:00-15:00")
    plan = project.kept()
    assert plan.blocks("stretch") == ["2026-11-25 15:00-15:15"]


def test_a_chain_of_three_settles_in_one_cycle(project: Project) -> None:
    project.rules("""
        a: {block: A, every: tuesday, at: 09:00-10:00}
        b: {block: B, after: {rule: a}, lasts: 30m, within: 2h}
        c: {block: C, after: {rule: b}, lasts: 30m, within: 2h}
    """)
    plan = project.kept()
    assert plan.blocks() == ["2026-11-24 09:00-10:00", "2026-11-24 10:00-10:30", "2026-11-24 10:30-11:00"]


def test_rules_in_a_circle_come_to_an_end(project: Project) -> None:
    project.rules("""
        a: {block: A, after: {rule: b}, lasts: 30m}
        b: {block: B, after: {rule: a}, lasts: 30m}
        walk: {block: Walk, after: {title: walk}, lasts: 30m}
    """)
    project.event("2026-11-24 09:00-10:00", "Walk to school")
    assert project.run("check").status in {0, 1}
    assert project.run("plan").status in {0, 1}


def test_several_events_at_once_each_have_their_walk(project: Project) -> None:
    for uid in ("one", "two"):
        project.event("2026-11-24 14:00-16:00", uid, *invite("chair@example.org"), uid=uid)
    project.rule(*WALK)
    plan = project.plan()
    assert plan.keys() == ["r/one", "r/two"]
    assert plan.blocks() == ["2026-11-24 16:00-16:15", "2026-11-24 16:15-16:30"]


def test_overlapping_events_are_one_busy_time(project: Project) -> None:
    project.event("2026-11-24 09:00-10:30")
    project.event("2026-11-24 09:30-11:00")
    project.rule(*PAUSE)
    assert project.plan().blocks() == ["2026-11-24 11:00-11:05"]


def test_free_and_declined_events_are_no_busy_time(project: Project) -> None:
    project.event("2026-11-24 09:00-11:00", "Free", "TRANSP:TRANSPARENT")
    project.event("2026-11-25 09:00-11:00", "Declined", *invite("x@y.org", me="DECLINED"))
    project.rule("block: F", "every: thursday", "at: 09:00-11:00", "show_as: free", name="free")
    project.rule(*PAUSE)
    assert project.plan().blocks("r") == []


def test_after_and_before_take_exceptions_of_holidays_and_days(project: Project) -> None:
    project.event("2026-11-24 14:00-16:00", "Board", uid="tue")
    project.event("2026-11-25 14:00-16:00", "Board", uid="wed")
    project.rule("block: W", "after: {title: board}", "lasts: 15m", "except: [tue]")
    assert project.plan().keys() == ["r/wed"]


# ---------------------------------------------------------------- identities as they come from outside


@pytest.mark.parametrize(
    "uid",
    [
        "../../../evil",
        "a b/c#2",
        "040000008200E00074C5B7101A82E008" * 8,
        "é–😀@example.com",
        "x@20261124T130000Z",
        "%s{}",
    ],
)
def test_any_uid_makes_a_key_that_every_command_takes(project: Project, uid: str) -> None:
    path = project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="placeholder")
    path.write_bytes(path.read_bytes().replace(b"UID:placeholder", f"UID:{uid}".encode()))
    project.rule(*WALK)
    project.apply()
    key = f"r/{uid}"
    assert list(project.own()) == [key]
    assert project.file_of(key).parent == project.calendars / "personal"
    assert key in project.ok("explain", key).out
    project.edit(key, SUMMARY="Mine")
    project.ok("reset", key)
    assert project.kept().block(key)["title"] == "Walk"


def test_an_event_that_stands_in_two_calendars_is_one_event(project: Project) -> None:
    for calendar in ("personal", "family"):
        project.event("2026-11-24 14:00-16:00", "Board", *invite("chair@example.org"), uid="b", calendar=calendar)
    project.rule(*WALK)
    assert project.kept().keys() == ["r/b"]


def test_an_event_over_midnight_is_busy_on_both_days(project: Project) -> None:
    project.event("2026-11-23 22:00-02:00", "Release")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 00:00-04:00")
    assert project.plan().blocks() == ["2026-11-24 02:00-03:00"]


def test_a_night_shrinks_to_its_longest_part(project: Project) -> None:
    project.event("2026-11-24 23:00-24:00", "Call")
    project.rule("block: Sleep", "every: tuesday", "at: 22:00-06:00", "yield: shrink")
    assert project.plan().blocks() == ["2026-11-25 00:00-06:00"]
