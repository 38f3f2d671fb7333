"""`every:` means what section 2 of the rule language says, day by day and period by period."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from project import Project

PHRASES = {
    # one on each such day
    "day": "11-23 11-24 11-25 11-26 11-27 11-28 11-29 11-30",
    "weekday": "11-23 11-24 11-25 11-26 11-27 11-30",
    "weekend day": "11-28 11-29",
    "monday": "11-23 11-30",
    "mon, wed, fri": "11-23 11-25 11-27 11-30",
    "[mon, wed]": "11-23 11-25 11-30",
    "mon-thu": "11-23 11-24 11-25 11-26 11-30",
    # counted from Monday 2024-01-01, which is 151 weeks before 2026-11-23
    "2 weeks on tuesday": "12-01 12-15 12-29",
    "3 days": "11-25 11-28 12-01",
    # by their place in a period
    "first monday of month": "12-07",
    "2nd and 4th tuesday of month": "11-24 12-08 12-22",
    "5th monday of month": "11-30",
    "last friday of quarter": "12-25",
    "last weekday of month": "11-30 12-31",
    "day 15 of month": "12-15",
    "day 31 of month": "12-31",
    "last day of month": "11-30 12-31",
    "31 december": "12-31",
    '{rrule: "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1"}': "12-07",
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_day_phrase_gives_one_on_each_such_day_and_its_key_is_the_day(project: Project, phrase: str) -> None:
    days = [f"2026-{day}" for day in PHRASES[phrase].split()]
    project.configure(horizon="6 weeks")
    project.rule("block: B", f"every: {phrase}", "at: 09:00-10:00")
    last = "2026-12-31" if days[-1] > "2026-12-01" else days[-1]
    plan = project.plan("--to", last)
    assert plan.days() == days
    assert plan.keys() == [f"r/{day}" for day in days]
    assert plan.blocks() == [f"{day} 09:00-10:00" for day in days]


PERIODS = {
    "week": ["2026-W48", "2026-W49", "2026-W50", "2026-W51", "2026-W52", "2026-W53"],
    "2 weeks": ["2026-W47", "2026-W49", "2026-W51"],  # of several the first: the one under way began on 16 November
    "month": ["2026-11", "2026-12"],
    "2 months": ["2026-11"],
    "quarter": ["2026-Q4"],
    "half-year": ["2026-H2"],
    "year": ["2026"],
    "week 4 of month": ["2026-W48", "2026-W52"],
    "week 1 of month": ["2026-W49"],  # 30 November to 6 December: its Thursday is in December
    "week 5 of month": ["2026-W53"],
    "month 3 of quarter": ["2026-12"],
}


@pytest.mark.parametrize("phrase", PERIODS)
def test_a_period_phrase_gives_one_in_each_period_and_its_key_is_the_period(project: Project, phrase: str) -> None:
    project.configure(horizon="6 weeks")
    project.rule("block: B", f"every: {phrase}", "lasts: 1h", "between: working hours")
    assert project.plan().keys() == [f"r/{period}" for period in PERIODS[phrase]]


def test_each_week_is_in_exactly_one_month(project: Project) -> None:
    """A week belongs to the month that holds its Thursday."""
    project.configure(horizon="14 weeks")
    for number in range(1, 6):
        project.rule("block: B", f"every: week {number} of month", "lasts: 1h", "on: thu", name=f"w{number}")
    keys = [block["key"].partition("/")[2] for block in project.plan().of()]
    weeks = [f"2026-W{n}" for n in range(48, 54)] + [f"2027-W{n:02}" for n in range(1, 9)]
    assert sorted(keys) == weeks


def test_intervals_count_from_starting(project: Project) -> None:
    project.configure(horizon="4 weeks")
    project.rule("block: B", "every: 2 weeks on tuesday", "starting: 2026-11-24", "at: 09:00-10:00", name="weeks")
    project.rule("block: B", "every: 3 days", "starting: 2026-11-27", "at: 11:00-12:00", name="days")
    plan = project.plan("--to", "2026-12-09")
    assert plan.days("weeks") == ["2026-11-24", "2026-12-08"]
    assert plan.days("days") == ["2026-11-27", "2026-11-30", "2026-12-03", "2026-12-06", "2026-12-09"]


def test_an_rrule_counts_from_starting(project: Project) -> None:
    project.configure(horizon="3 weeks")
    project.rule(
        'every: {rrule: "FREQ=DAILY;INTERVAL=4;COUNT=3"}', "starting: 2026-11-24", "block: B", "at: 09:00-10:00"
    )
    assert project.plan().days() == ["2026-11-24", "2026-11-28", "2026-12-02"]


def test_nothing_before_starting_and_until_is_included(project: Project) -> None:
    project.rule("block: B", "every: day", "starting: 2026-11-25", "until: 2026-11-27", "at: 09:00-10:00")
    assert project.plan().days() == ["2026-11-25", "2026-11-26", "2026-11-27"]


def test_times_ends_the_rule_after_so_many(project: Project) -> None:
    project.rule("block: B", "every: day", "starting: 2026-11-24", "times: 3", "at: 09:00-10:00")
    assert project.plan().days() == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert project.plan(now="2026-11-26T08:00").days() == ["2026-11-26"]


def test_except_takes_out_weekdays_dates_and_ranges(project: Project) -> None:
    project.configure(horizon="2 weeks")
    project.rule("block: B", "every: weekday", "at: 09:00-10:00", "except: [fri, 2026-11-24, 2026-11-30..2026-12-02]")
    assert project.plan("--to", "2026-12-04").days() == ["2026-11-23", "2026-11-25", "2026-11-26", "2026-12-03"]


def test_holidays_are_the_public_holidays_of_the_configured_country(project: Project) -> None:
    project.rule("block: B", "every: weekday", "at: 09:00-10:00", "except: [holidays]")
    assert project.plan("--to", "2026-12-29", now="2026-12-23T08:00").days() == [
        "2026-12-23",
        "2026-12-24",
        "2026-12-28",
        "2026-12-29",
    ]
    project.configure(country="DE")  # the 26th, a Saturday, is one too; the 24th is none
    project.rule("block: B", "every: day", "at: 09:00-10:00", "except: holidays")
    assert project.plan("--to", "2026-12-27", now="2026-12-24T08:00").days() == ["2026-12-24", "2026-12-27"]


def test_away_is_an_all_day_busy_event_whose_title_matches(project: Project) -> None:
    project.configure(away='{titles: ["/vacances|holiday|congés/i"]}')
    project.event("2026-11-24..2026-11-25", "Vacances de Noël")
    project.event("2026-11-26", "Congés", "TRANSP:TRANSPARENT")  # shown as free: no absence
    project.event("2026-11-27", "Birthday of Paul")
    project.rule("block: B", "every: weekday", "at: 09:00-10:00", "except: [away]")
    assert project.plan("--to", "2026-11-27").days() == ["2026-11-23", "2026-11-26", "2026-11-27"]


def test_a_day_31_in_a_shorter_month_follows_if_missing(project: Project) -> None:
    project.configure(horizon="6 weeks")
    project.rule("block: B", "every: day 31 of month", "if_missing: last day", "at: 09:00-10:00")
    assert project.plan("--to", "2026-12-31").days() == ["2026-11-30", "2026-12-31"]


def test_the_grammar_is_closed_and_an_error_shows_the_nearest_valid_phrase(project: Project) -> None:
    project.rule("block: B", "every: frist monday of month", "at: 09:00-10:00")
    (problem,) = project.problems()
    assert "first monday of month" in problem["hint"]


def test_a_phrase_of_a_day_past_its_time_today_writes_nothing_in_the_past(project: Project) -> None:
    """An occurrence that began in the past is never written."""
    project.rule("block: B", "every: day", "at: 09:00-12:00")
    assert project.plan("--to", "2026-11-24", now="2026-11-23T10:00").days() == ["2026-11-24"]


def test_a_rules_file_and_a_configuration_have_their_own_time_zone(project: Project) -> None:
    """Wall-clock times are in the rule's time zone."""
    project.rules("r: {block: B, every: tuesday, at: 09:00-10:00}", head="timezone: America/New_York\n")
    assert project.plan().blocks() == ["2026-11-24 15:00-16:00"]


@pytest.mark.parametrize(
    ("day", "at", "shown", "lasts"),
    [
        ("2027-03-28", "02:30-03:30", "03:30-04:30", 60),  # skipped by the spring change: moves by the gap, whole
        ("2027-03-28", "01:00-04:00", "01:00-04:00", 120),  # both ends of a range are wall-clock times
        ("2026-10-25", "02:30-04:00", "02:30-04:00", 150),  # occurs twice in autumn: the first
    ],
)
def test_clock_changes(project: Project, day: str, at: str, shown: str, lasts: int) -> None:
    project.rule("block: B", "every: sunday", f"at: {at}")
    plan = project.plan(
        "--from", day, "--to", day, now=f"{day[:8]}22T08:00" if day[5:7] == "03" else "2026-10-24T08:00"
    )
    (block,) = plan.of()
    assert plan.blocks() == [f"{day} {shown}"]
    start, end = datetime.fromisoformat(block["start"]), datetime.fromisoformat(block["end"])
    assert (end - start).total_seconds() == lasts * 60


def test_lasts_is_elapsed_time_also_over_a_clock_change(project: Project) -> None:
    project.rule("block: B", "every: sunday", "at: 01:00", "lasts: 3h")
    assert project.plan(now="2027-03-22T08:00").blocks() == ["2027-03-28 01:00-05:00"]


def test_times_without_a_start_counts_from_the_rules_own_beginning(project: Project) -> None:
    """A person who writes `times: 3` gets three."""
    project.rule("block: B", "every: day", "times: 3", "at: 09:00-10:00")
    assert project.plan().days() == ["2026-11-23", "2026-11-24", "2026-11-25"]
    project.apply()
    assert project.plan(now="2026-11-25T08:00").days() == ["2026-11-25"]


def test_the_days_around_new_year_belong_to_the_week_that_holds_their_thursday(project: Project) -> None:
    project.configure(horizon="2 weeks")
    project.rule("block: B", "every: week", "on: fri", "lasts: 1h", "between: 09:00-12:00")
    plan = project.plan(now="2026-12-28T08:00")
    assert [(block["key"], block["start"][:10]) for block in plan.of()] == [
        ("r/2026-W53", "2027-01-01"),
        ("r/2027-W01", "2027-01-08"),
    ]


def test_29_february_exists_only_in_leap_years_or_follows_if_missing(project: Project) -> None:
    project.rule("block: B", "every: 29 february", "at: 09:00-10:00")
    assert project.plan(now="2027-02-26T08:00").days() == []
    assert project.plan(now="2028-02-26T08:00").days() == ["2028-02-29"]
    project.rule("block: B", "every: 29 february", "if_missing: last day", "at: 09:00-10:00")
    assert project.plan(now="2027-02-26T08:00").days() == ["2027-02-28"]


@pytest.mark.parametrize(
    ("phrase", "same"),
    [
        ("mon,wed,fri", "mon, wed, fri"),
        ("[monday, wednesday, friday]", "mon, wed, fri"),
        ("first tuesday of month", "1st tuesday of month"),
        ("Weekday", "weekday"),
    ],
)
def test_ways_to_write_the_same(project: Project, phrase: str, same: str) -> None:
    project.rule("block: B", f"every: {phrase}", "at: 09:00-10:00", name="a")
    project.rule("block: B", f"every: {same}", "at: 11:00-12:00", name="b")
    plan = project.plan()
    assert plan.days("a") == plan.days("b")


@pytest.mark.parametrize(
    "phrase",
    [
        "sometimes",
        "6th monday of month",
        "week 6 of month",
        "month 4 of quarter",
        "32 january",
        "mon-",
        "0 weeks",
        "every day",
    ],
)
def test_anything_else_is_an_error_with_a_hint(project: Project, phrase: str) -> None:
    project.rule("block: B", f"every: {phrase}", "at: 09:00-10:00")
    (problem,) = project.problems()
    assert problem["hint"]
    assert project.run("when", phrase).status == 2


def test_a_change_of_the_zone_moves_the_blocks_with_the_wall_clock(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: 09:00-10:00")
    project.apply()
    project.configure(timezone="Europe/London")
    plan = project.kept()
    (block,) = plan.of()
    assert (block["start"], block["state"]) == ("2026-11-24T09:00:00+00:00", "written")


def test_the_first_example_of_the_rule_language_is_understood(project: Project) -> None:
    project.write(
        "rules/example.yaml",
        """version: 1
timezone: Europe/Paris          # optional; else the configuration's
rules:
  deep-work:                    # the rule's id: unique in all files, kebab-case, stable
    block: Deep work            # the verb and its title
    every: weekday              # the trigger
    at: 09:00-12:00             # the placement
    kind: focus
    yield: shrink

  walk-after-long-meeting:
    block: Walk
    after: {meeting: any, lasts: ">= 1h"}
    lasts: 15m
    within: 1h

  no-late-meetings:
    protect: Evenings are mine
    every: weekday
    at: 17:00-23:59
    allow: {title: "/urgent|incident/i"}
""",
    )
    project.event("2026-11-24 14:00-16:00", "Board", "ATTENDEE:mailto:x@y.org", uid="b")
    plan = project.kept()
    assert len(plan.of("deep-work")) == 5
    assert plan.blocks("walk-after-long-meeting") == ["2026-11-24 16:00-16:15"]
    assert plan.at("no-late-meetings/2026-11-24") == "2026-11-24 17:00-23:59"
