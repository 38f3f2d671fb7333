"""`decide`: properties over drawn weeks, and the sentences of the rule language that only the whole middle can keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from engine_world import BOB, EVE, GRACE, MONDAY, Week, event, rules, told, when, whole_days
from hypothesis import HealthCheck, assume, given, settings

from agendad.core.trace import sentences
from agendad.model.identity import uid
from agendad.model.rule import Yield
from agendad.model.settings import People, Person

if TYPE_CHECKING:
    from agendad.model.calendar import Event

# ---------------------------------------------------------------- drawn weeks

PLACEMENTS = (
    "at: 09:00-12:00",
    "at: 13:30-14:30",
    "at: [10:00-11:00, 16:00-17:00]",
    "lasts: 1h",
    "lasts: 30m-2h",
    "lasts: 45m, between: 13:00-18:00",
    "lasts: 30m, between: working hours, gap: 15m",
)
PERIOD_PLACEMENTS = (
    "lasts: 2h, split: 30m-1h, at_most: 1 per day",
    "lasts: 1h, on: tue-thu, prefer: [tue 14:00, afternoon]",
    "at: 10:00-11:00",
    "lasts: 1 day",
    "lasts: 2h, prefer: latest",
)
DAYS = ("weekday", "tuesday", "[mon, wed, sat]", "2 days")
YIELDS = ("", ", yield: keep", ", yield: shrink", ", yield: split", ", yield: move", ", yield: skip")
FOLLOWERS = (
    "{block: Walk, after: {meeting: external}, lasts: 15m, within: 1h}",
    "{block: Prepare, before: {title: board}, lasts: 30m}",
    "{block: Breathe, after: {busy: 2h}, lasts: 5m, may_overlap: [blocks]}",
    "{protect: Evening, every: weekday, at: 17:00-20:00, may_overlap: [blocks]}",
    "{protect: Enough, every: weekday, meetings: {above: 2h}}",
    "{block: Notes, after: {rule: r0}, lasts: 15m}",
)


@st.composite
def rule_lines(draw: st.DrawFn) -> str:
    """Two to five rules, each on a line."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        period = draw(st.booleans())
        every = "week" if period else draw(st.sampled_from(DAYS))
        placement = draw(st.sampled_from(PLACEMENTS[3:] + PERIOD_PLACEMENTS if period else PLACEMENTS))
        more = draw(st.sampled_from(YIELDS)) + draw(st.sampled_from(("", ", priority: 1", ", priority: 4")))
        lines.append(f"r{number}: {{block: B{number}, every: {every}, {placement}{more}}}")
    chosen = draw(st.lists(st.sampled_from(FOLLOWERS), max_size=2, unique=True))
    return "\n".join([*lines, *(f"f{number}: {text}" for number, text in enumerate(chosen))])


@st.composite
def real_events(draw: st.DrawFn) -> Event:
    """A real event of the first ten days."""
    start = MONDAY.replace(hour=0) + timedelta(days=draw(st.integers(0, 9)), minutes=15 * draw(st.integers(32, 72)))
    end = start + timedelta(minutes=draw(st.sampled_from((15, 30, 60, 150))))
    day = start.date().isoformat()
    guests = draw(st.sampled_from(((), (BOB,), (EVE, BOB))))
    return event(draw(st.sampled_from(("Board", "Call"))), f"{day} {start:%H:%M}-{end:%H:%M}", *guests)


WEEKS = st.builds(
    Week, rule_lines().map(rules), st.lists(real_events(), max_size=8, unique_by=lambda each: each.uid).map(tuple)
)
DRAWN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@DRAWN
@given(WEEKS, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_events_carries_no_meaning(week: Week, chance) -> None:
    turned = replace(week, rules=tuple(chance.sample(week.rules, len(week.rules))))
    turned.events = tuple(chance.sample(week.events, len(week.events)))
    assert turned.decide() == week.decide()


@DRAWN
@given(WEEKS)
def test_over_a_calendar_in_which_its_result_stands_it_wants_exactly_that(week: Week) -> None:
    week.cycle()
    assert week.plan().changes == ()
    later = replace(week, now=week.now + timedelta(minutes=7))
    assert not [change for change in later.plan().changes if change.before and change.before.fields.start > later.now]


@DRAWN
@given(WEEKS)
def test_no_block_is_wanted_over_busy_time_unless_its_rule_keeps_its_place(week: Week) -> None:
    keeps = {rule.id for rule in week.rules if rule.placement.yields is Yield.KEEP or rule.id.startswith("f")}
    for block in week.decide().desired:
        if block.rule not in keeps and not block.fields.all_day:
            over = [e for e in week.events if e.fields.start < block.fields.end and e.fields.end > block.fields.start]
            assert not over, (block.key, told(block.fields), [told(each.fields) for each in over])


@DRAWN
@given(WEEKS)
def test_own_blocks_never_stand_over_each_other_unless_one_may_or_keeps_its_place(week: Week) -> None:
    free = {rule.id for rule in week.rules if rule.placement.may_overlap_blocks}
    keeps = {rule.id for rule in week.rules if rule.placement.yields is Yield.KEEP}
    blocks = [b for b in week.decide().desired if b.rule not in free and not b.fields.all_day]
    for one, other in combinations(blocks, 2):
        if one.fields.start < other.fields.end and other.fields.start < one.fields.end:
            assert {one.rule, other.rule} & keeps, (one.key, told(one.fields), other.key, told(other.fields))


@DRAWN
@given(WEEKS)
def test_every_occurrence_is_a_block_or_a_reason_and_every_reason_a_sentence(week: Week) -> None:
    decision = week.decide()
    keys = [block.key for block in decision.desired]
    assert len(keys) == len(set(keys))
    for each in (*decision.desired, *decision.skipped):
        assert each.why
        for text in sentences(each.why):
            assert text
            assert "{" not in text
            assert "  " not in text
            assert not text.endswith(" ")


@DRAWN
@given(WEEKS, st.integers(0, 50), st.integers(0, 9), st.integers(32, 72))
def test_a_block_that_is_moved_keeps_its_key_and_its_place(week: Week, pick: int, day: int, quarter: int) -> None:
    week.cycle()
    timed = sorted(key for key, each in week.own.items() if not each.fields.all_day and each.fields.start > week.now)
    assume(timed)
    key = timed[pick % len(timed)]
    start = MONDAY.replace(hour=0) + timedelta(days=day, minutes=15 * quarter)
    length = week.own[key].fields.end - week.own[key].fields.start
    assume(start > week.now and week.own[key].fields.start != start)
    week._edit(key, start=start, end=start + length)
    week.cycle()
    assert week.own[key].fields.start == start
    assert week.own[key].uid == uid(key)
    assert week.plan().changes == ()


# ---------------------------------------------------------------- sentences of the language


def test_two_fixed_blocks_are_ranked_by_priority_then_by_id() -> None:
    week = Week(
        rules("""
        a: {block: A, every: tuesday, at: 09:00-11:00}
        b: {block: B, every: tuesday, at: 10:00-12:00}
        c: {block: C, every: tuesday, at: 11:30-12:30, priority: 1}
    """)
    )
    assert [week.wanted(rule)[0] for rule in "abc"] == ["tue 09:00-11:00", "tue 11:00-11:30", "tue 11:30-12:30"]


def test_satisfied_by_looks_at_the_day_or_the_period() -> None:
    week = Week(
        rules("""
        run: {block: Run, every: weekday, at: 07:00-08:00, satisfied_by: {title: race}}
        gym: {block: Gym, every: week, lasts: 1h, satisfied_by: {title: race}}
    """),
        (event("Race", "tue 18:00-20:00"), whole_days("Relay race", "thu", 2)),
        now=MONDAY.replace(hour=6),
    )
    skipped = week.skipped()
    assert [key for key in skipped if key.startswith("run")] == [f"run/2026-11-{day}" for day in (24, 26, 27)]
    assert skipped["gym/2026-W48"] == "“Race” on 2026-11-24 stands in the calendar already"
    assert "gym/2026-W49" not in skipped


def test_rules_chain_along_the_blocks_of_others() -> None:
    week = Week(
        rules("""
        walk: {block: Walk, after: {meeting: external}, lasts: 15m, within: 1h}
        notes: {block: Notes, after: {rule: walk}, lasts: 10m, within: 1h}
    """),
        (event("Board", "tue 09:00-10:00", EVE),),
    )
    assert week.kept() == {
        "walk/Board-tue-09-00-10-00@x": "tue 10:00-10:15",
        f"notes/{uid('walk/Board-tue-09-00-10-00@x')}": "tue 10:15-10:25",
    }


def test_breaks_see_real_events_and_own_blocks_but_neither_holds_nor_themselves() -> None:
    week = Week(
        rules("""
        deep: {block: Deep, every: tuesday, at: 09:00-10:00}
        hold: {protect: Hold, every: tuesday, at: 14:00-18:00}
        pause: {block: Pause, after: {busy: 2h}, lasts: 5m}
    """),
        (event("M", "tue 10:00-11:30"), whole_days("Holiday", "wed")),
    )
    assert week.wanted("pause") == ["tue 11:30-11:35"]


class TestProtection:
    RULE = "mine: {protect: Mine, every: tuesday, at: 17:00-20:00%s}"
    LATE = event("Late", "tue 18:00-19:00", EVE)

    def violations(self, week: Week) -> list[str]:
        return [each.event.fields.title for each in week.decide().violations]

    def test_a_hold_stands_over_a_real_event_and_names_it(self):
        week = Week(rules(self.RULE % ""), (self.LATE,))
        assert week.kept()["mine/2026-11-24"] == "tue 17:00-20:00"
        assert self.violations(week) == ["Late"]

    def test_the_window_is_guarded_whatever_is_left_of_its_hold(self):
        week = Week(rules(self.RULE % ", yield: shrink"), (self.LATE,))
        assert week.kept()["mine/2026-11-24"] == "tue 17:00-18:00"
        assert self.violations(week) == ["Late"]

    def test_a_hold_that_the_person_moved_guards_its_new_place_and_a_deleted_one_none(self):
        week = Week(rules(self.RULE % ""), (self.LATE, event("Noon", "tue 12:00-13:00", EVE)))
        week.cycle()
        week.move("mine/2026-11-24", "tue 12:00-14:00")
        assert self.violations(week) == ["Noon"]
        week.delete("mine/2026-11-24")
        assert self.violations(week) == []

    def test_a_load_cap_holds_the_rest_of_the_working_hours_once_the_bound_is_passed(self):
        text = "cap: {protect: Enough, every: weekday, meetings: {above: 2h}}"
        week = Week(rules(text), (event("A", "tue 09:00-11:00", EVE),))
        assert week.kept() == {}
        week.events += (event("B", "tue 13:00-14:00", BOB),)
        assert week.kept() == {"cap/2026-11-24": "tue 11:00-13:00", "cap/2026-11-24#2": "tue 14:00-18:00"}
        assert week.why("cap/2026-11-24")[0] == "the meetings of the day pass 2h"


@pytest.mark.parametrize("invite", ["true", "false"])
def test_a_past_block_with_guests_is_a_contact_for_other_rules_and_not_for_its_own(invite: str) -> None:
    week = Week(
        rules(f"""
            coffee: {{block: Coffee, every: week, for_each: {{person: [grace]}}, lasts: 30m, invite: {invite}}}
            touch: {{block: Call, every: month, for_each: {{person: [grace]}}, lasts: 15m}}
        """)
    )
    before = week.kept()
    day, _, times = before["coffee/2026-W48/grace"].partition(" ")
    week.now = when(f"{day} {times}")[1] - timedelta(minutes=1)
    assert "touch/2026-11/grace" not in week.skipped()
    week.now += timedelta(minutes=1)
    met = {"touch/2026-11/grace"} if invite == "true" else set()
    assert week.skipped().keys() == met
    assert week.kept()["coffee/2026-W48/grace"] == before["coffee/2026-W48/grace"]


def test_what_satisfies_one_of_for_each_is_an_event_with_that_person_and_no_other_contact() -> None:
    text = "r: {block: Career, every: week, for_each: {group: team}, lasts: 1h, satisfied_by: {title: career}}"
    alan = Person("alan", "Alan", ("alan@example.com",), frozenset({"team"}))
    both = (GRACE.email, alan.email)
    week = Week(rules(text), (event("Sync", "mon 09:00-09:30", *both),), people=People({"alan": alan, "grace": GRACE}))
    week.now = MONDAY + timedelta(days=2)
    assert "r/2026-W48/grace" not in week.skipped()
    week.events += (event("Career talk", "mon 16:00-17:00", GRACE.email),)
    assert week.skipped() == {"r/2026-W48/grace": "“Career talk” on 2026-11-23 stands in the calendar already"}


def test_what_except_takes_out_is_told() -> None:
    week = Week(rules("r: {block: B, every: weekday, at: 09:00-10:00, except: [tue]}"))
    assert week.skipped()["r/2026-11-24"] == "left out by `except:` (tuesday)"


def test_a_rule_is_in_its_own_zone_whatever_the_persons() -> None:
    week = Week(rules("r: {block: B, every: tuesday, at: 09:00-10:00}", "America/New_York"))
    assert week.wanted() == ["tue 15:00-16:00", "+tue 15:00-16:00"]
