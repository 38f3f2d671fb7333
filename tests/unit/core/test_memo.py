"""What is remembered from cycle to cycle changes no decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from engine_world import BOB, EVE, MONDAY, PARIS, Week, event, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.engine import decide
from agendad.core.memo import Memo
from agendad.core.reality import Realities
from agendad.drafting.expressions import Expressions

RULES = rules("""
deep: {block: Deep work, every: weekday, at: "09:00-12:00", yield: shrink, except: away}
read: {block: Reading, every: weekday, lasts: 30m, between: "12:00-14:00", prefer: latest, show_as: auto}
watch: {block: Watch, every: week, lasts: 2h, split: 30m-1h, between: "14:00-18:00"}
plan: {block: Plan, every: month, lasts: 1h, between: working hours, prefer: morning}
walk: {block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 2h}
prepare: {block: Prepare, before: {meeting: external}, lead: 4h, within: 3h, lasts: 30m}
notes: {block: Notes, after: {rule: walk}, lasts: 15m, within: 1h}
pause: {block: Pause, after: {busy: 2h}, lasts: 5m, may_overlap: [blocks]}
call: {block: "Call {{ person.name }}", every: week, for_each: {tier: 1}, lasts: 30m, between: "14:00-18:00"}
lunch: {block: Lunch, every: 2 weeks, lasts: 1h, between: "12:00-14:00", with: {group: team}}
focus: {block: Think, when: {share: {rule: deep}, of: {rule: [deep, read]}, in: week, below: 90%}, lasts: 30m}
tidy: {block: Tidy, every: weekday, lasts: 30m, between: "08:00-18:00", settle: 5m, satisfied_by: {title: staff}}
invite: {block: Invite, when: {none: {meeting: external}, in: 2d}, lasts: 15m, between: working hours}
rest: {block: Rest, when: {hours: {meeting: any}, in: 2d, above: 3h}, lasts: 15m, between: working hours}
evening: {protect: Evening, every: weekday, at: "18:00-22:00", may_overlap: [blocks]}
""")
MEETINGS = (
    event("First", "mon 08:00-09:45", BOB),
    event("Second", "mon 10:30-12:15"),
    event("Third", "mon 13:00-15:30", EVE),
    event("Board", "tue 10:00-11:30", EVE),
    event("Staff", "wed 13:00-14:30", BOB),
    event("Late", "thu 17:00-19:00", BOB),
    event("Visit", "+mon 09:30-12:00", EVE),
    event("Holiday", "+wed 00:00-23:00"),
)

steps = st.lists(
    st.tuples(
        st.sampled_from((5, 20, 60, 60, 60, 300, 900)),  # minutes to the next cycle
        st.sampled_from(("", "come", "come", "go", "go", "move", "delete", "rename")),
        st.integers(0, 100),
    ),
    min_size=4,
    max_size=14,
)


def live(week: Week, what: str, number: int) -> None:
    """Something happens before the next cycle."""
    if what == "come" and (absent := [each for each in MEETINGS if each not in week.events]):
        week.events = (*week.events, absent[number % len(absent)])
    elif what == "go" and week.events:
        gone = number % len(week.events)
        week.events = (*week.events[:gone], *week.events[gone + 1 :])
    elif what and week.own:
        key = sorted(week.own)[number % len(week.own)]
        match what:
            case "move":
                week.move(key, "fri 15:00-15:45")
            case "delete":
                week.delete(key)
            case "rename":
                week.rename(key, "By hand")


@given(steps)
@settings(max_examples=4, deadline=None)
def test_a_cycle_that_remembers_decides_as_one_that_does_not(course: list[tuple[int, str, int]]) -> None:
    week = Week(RULES, MEETINGS[:1])
    kept = Realities()
    for minutes, what, number in course:
        fresh = week.situation()
        assert decide(replace(fresh, realities=kept), Expressions().render) == decide(fresh, Expressions().render)
        week.cycle()
        live(week, what, number)
        week.now = (week.now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(PARIS)


def test_only_what_follows_from_something_held_is_remembered() -> None:
    memo, made = Memo(), []

    def make() -> object:
        made.append(object())
        return made[-1]

    (rule,) = RULES[:1]
    stranger = object()
    assert memo.once(stranger, "x", make) is not memo.once(stranger, "x", make)
    memo.expanded(rule, list)
    assert memo.once(rule, "x", make) is memo.once(rule, "x", make)
    assert memo.once(rule, "x", make) is not memo.once(rule, "y", make)
    child = memo.once(rule, "x", make)
    assert memo.once(child, "z", make) is memo.once(child, "z", make)


def test_another_day_is_another_memory() -> None:
    kept = Realities()
    week = Week(RULES, MEETINGS[:2], now=MONDAY)
    first = replace(week.situation(), realities=kept)
    decide(first, Expressions().render)
    week.now = MONDAY + timedelta(days=1)
    later = replace(week.situation(), realities=kept)
    assert decide(later, Expressions().render) == decide(week.situation(), Expressions().render)
