"""How far back a cycle looks, and that what lies beyond decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from engine_world import BOB, EVE, MONDAY, PARIS, SETTINGS, Week, event, rules

from agendad.core.engine import decide
from agendad.core.hands import hands
from agendad.core.reach import reach
from agendad.drafting.expressions import Expressions
from agendad.model.calendar import Event, EventFields, Mark
from agendad.model.identity import uid
from agendad.model.memory import Memory, Written

RULES = """
yearly: {{block: B, every: year, {}lasts: 1h}}
daily: {{block: B, every: weekday, at: "09:00-10:00"}}
"""


def past(days: int, key: str = "", *guests: str, rule: str = "") -> Event:
    """One that ended so many days ago: ours, when a key is named."""
    start = MONDAY - timedelta(days=days)
    mark = Mark(rule or key.partition("/")[0], key, "") if key else None
    return Event("own", uid(key) if key else f"{days}@x", EventFields("E", start, start, guests=guests), mark=mark)


OLD = past(300)
RECENT = past(3)


def seen(text: str, *events: Event) -> list[Event]:
    return list(filter(reach(SETTINGS, rules(text), MONDAY).holds, events))


def test_of_a_long_period_only_the_blocks_of_its_own_rule_are_looked_at() -> None:
    own = past(300, "yearly/2026")
    assert seen(RULES.format(""), OLD, past(300, "daily/1"), own, RECENT) == [own, RECENT]


@pytest.mark.parametrize("more", ["satisfied_by: {title: x}", "for_each: {tier: 1}", "with: {tier: 1}"])
def test_a_rule_that_asks_for_more_is_given_the_real_events_and_those_whom_one_met(more: str) -> None:
    met = past(300, "daily/2", "grace@example.com")
    assert seen(RULES.format(f"{more}, "), OLD, past(300, "daily/1"), met) == [OLD, met]


def test_a_rule_that_names_another_is_given_its_blocks() -> None:
    text = RULES.format("satisfied_by: {rule: daily}, ")
    assert past(300, "daily/1") in seen(text, past(300, "daily/1"))
    assert seen(text, past(300, "other/1")) == []


def test_a_renamed_rule_knows_its_blocks_by_their_keys_and_by_their_marks() -> None:
    first, between = past(300, "first/2026"), past(300, "first/2026", rule="yearly")
    text = RULES.format("moved_from: first, ")
    assert seen(text, first, between, past(300, "second/2026", rule="other")) == [first, between]


def test_a_block_whose_mark_was_dropped_is_never_passed_over() -> None:
    bare = replace(past(300, "yearly/2026"), mark=None)
    assert seen(RULES.format(""), bare, OLD) == [bare]


def test_a_deleted_block_of_a_long_period_is_missed_as_long_as_the_period_runs() -> None:
    week = Week(rules(RULES.format("")), now=MONDAY)
    back = reach(SETTINGS, week.rules, MONDAY)
    start = MONDAY - timedelta(days=200)
    known = {
        key: Written(key.partition("/")[0], uid(key), "own", start, start + timedelta(hours=1), "")
        for key in ("yearly/2026", "daily/2026-05-07")
    }
    context = replace(week.context(), start=back.own, longer=back.longer)
    assert hands((), Memory(known), context).found == {"yearly/2026"}


def test_what_is_looked_at_no_more_is_not_taken_up_again_in_every_cycle() -> None:
    back = reach(SETTINGS, rules(RULES.format("for_each: {tier: 1}, ")), MONDAY)
    met = past(100, "daily/2", "grace@example.com")
    context = replace(Week(()).context(), start=back.own, longer=back.longer)
    assert back.holds(met)
    assert hands((met,), Memory(), context).adopted == ()
    assert hands((RECENT, past(2, "daily/3")), Memory(), context).adopted != ()


def test_what_was_made_long_ago_is_not_made_again_when_its_event_is_put_off() -> None:
    week = Week(rules("notes: {block: N, after: {title: board}, lasts: 15m}"), (event("Board", "mon 10:00-11:30"),))
    ((key, _),) = week.kept().items()
    week.own, week._remembered = {}, {}
    assert list(week.kept()) == [key]
    week.own, week._remembered = {}, {}
    seen = hands(week.events, Memory(over=frozenset({key})), week.context())
    assert decide(replace(week.situation(), hands=seen), Expressions().render).desired == ()


LIFE = rules("""
deep: {block: Deep work, every: weekday, at: "09:00-12:00", yield: shrink}
watch: {block: Watch, every: week, lasts: 2h, split: 30m-1h, between: "14:00-18:00"}
goals: {block: Goals, every: quarter, lasts: 3h, between: "09:00-18:00"}
away: {block: Offsite, every: year, on: mon-thu, lasts: 1 day}
call: {block: "Call {{ person.name }}", every: month, for_each: {tier: 1}, lasts: 30m, between: "14:00-18:00"}
lunch: {block: Lunch, every: 2 weeks, lasts: 1h, between: "12:00-14:00", with: {group: team}, invite: true}
notes: {block: Notes, after: {rule: deep}, lasts: 15m, within: 1 day}
focus: {block: Think, when: {share: {rule: deep}, of: {rule: [deep, watch]}, in: 14d, below: 90%}, lasts: 30m}
review: {block: Review, every: month, lasts: 1h, between: working hours, satisfied_by: {title: review}}
""")
MET = [
    event(title, f"{(MONDAY + timedelta(days=day)).date()} 10:00-11:30", guest)
    for title, day, guest in (("Board", -80, EVE), ("Sync", 3, BOB), ("Review", 17, EVE), ("Walk", 45, BOB))
]


def test_what_lies_beyond_decides_nothing() -> None:
    week = Week(LIFE, tuple(MET), now=MONDAY)
    passed_over, episodes = 0, {}
    for number in range(32):
        week.now = (MONDAY + timedelta(days=3 * number)).replace(hour=(7 * number) % 24)
        whole = replace(week.situation(), episodes=episodes)
        back = reach(SETTINGS, LIFE, week.now)
        near = tuple(filter(back.holds, whole.events))
        passed_over += len(whole.events) - len(near)
        context = replace(week.context(), start=back.own, longer=back.longer)
        memory = Memory(whole.hands.written, (), week.decisions)
        narrowed = replace(whole, events=near, hands=hands(near, memory, context))
        decision = decide(whole, Expressions().render)
        assert decide(narrowed, Expressions().render) == decision
        episodes = decision.episodes
        week.cycle()
    assert passed_over > 500
    assert week.now > datetime(2027, 2, 20, tzinfo=PARIS)
