"""What a cycle keeps of the one before is what it would find out anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine_world import BOB, EVE, MONDAY, PARIS, Week, event, rules
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.hands import hands
from agendad.core.reality import Realities
from agendad.core.reconcile import reconcile
from agendad.core.timeline import from_minutes, to_minutes
from agendad.model.memory import Memory, Written

RULES = (
    "fixed:\n  block: B\n  every: weekday\n  at: 09:00-10:30",
    "loose:\n  block: L\n  every: weekday\n  lasts: 1h\n  between: 10:00-16:00",
    "leave:\n  block: D\n  every: week\n  lasts: 2 days",
    "after:\n  block: A\n  after: {meeting: any}\n  lasts: 15m\n  within: 3h",
)
EVENTS = (event("Visit", "mon 10:00-11:30", EVE), event("Staff", "tue 15:10-16:25", BOB))


def a_week(*texts: str) -> Week:
    """A week after its first cycle."""
    week = Week(rules("\n".join(texts or RULES)), EVENTS)
    week.cycle()
    return week


def memory(week: Week) -> Memory:
    written = {
        key: Written(each.mark.rule, each.uid, "own", each.fields.start, each.fields.end, each.mark.digest)
        for key, each in week.own.items()
    }
    return Memory(written, (), week.decisions)


@given(
    st.sets(st.sampled_from(RULES), min_size=1),
    st.lists(st.integers(0, 4 * 24 * 60), min_size=2, max_size=12),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_hands_and_changes_are_kept_no_longer_than_they_are_true(
    texts: set[str], minutes: list[int], data: st.DataObject
) -> None:
    week = a_week(*sorted(texts))
    remembered = memory(week)
    for key in sorted(week.own)[: data.draw(st.integers(0, 2), "moved")]:
        week.move(key, data.draw(st.sampled_from(("tue 18:00-19:00", "wed 20:00-21:00")), key))
    for key in sorted(week.own)[2 : 2 + data.draw(st.integers(0, 2), "deleted")]:
        week.delete(key)
    kept, events = Realities(), (*week.events, *week.own.values())
    week.now = MONDAY
    decision = week.decide()
    unplaced = {skipped.key: skipped.why[-1] for skipped in decision.skipped}
    frozen = week.context()
    for minute in sorted(minutes):
        context = replace(frozen, now=from_minutes(to_minutes(MONDAY) + minute, PARIS))
        seen = hands(events, remembered, context)
        assert kept.hands(events, remembered, context) == seen
        found = kept.reconciled(decision, kept.hands(events, remembered, context), context)
        assert found == reconcile(decision.desired, seen, context, unplaced)


def test_they_are_kept_until_a_block_begins_or_ends() -> None:
    week = a_week(RULES[0])
    kept, remembered, events = Realities(), memory(week), (*week.events, *week.own.values())
    decision, context = week.decide(), week.context()

    def at(hours: float) -> tuple[object, object]:
        later = replace(context, now=MONDAY + timedelta(hours=hours))
        seen = kept.hands(events, remembered, later)
        return seen, kept.reconciled(decision, seen, later)

    first, second, begun, over = at(0), at(0.9), at(1.1), at(2.6)
    assert first[0] is second[0]
    assert first[1] is second[1]
    assert begun[0] is not first[0], "at 09:00 the block has begun"
    assert over[0] is begun[0]
    assert over[1] is not begun[1], "at 10:30 it is over"


def test_what_is_made_of_the_same_things_is_made_once() -> None:
    kept, one, other = Realities(), [1], [1]
    first = kept.once("sum", (one,), lambda: [2])
    assert kept.once("sum", (one,), lambda: [3]) is first
    assert kept.once("sum", (other,), lambda: [4]) == [4], "equal is not the same"


def test_of_a_block_that_is_no_longer_wanted_nothing_is_kept() -> None:
    week, agreed = a_week(RULES[0]), {}
    context = week.context()
    seen = hands((*week.events, *week.own.values()), memory(week), context)
    first, *others = week.decide().desired
    reconcile((first, *others), seen, context, {}, agreed)
    assert first.key in agreed
    reconcile(others, seen, context, {}, agreed)
    assert agreed.keys() == {wish.key for wish in others}
