"""In which order rules are placed."""

from __future__ import annotations

from engine_world import rules

from agendad.core.levels import levels, needs, never_set_off, stands_alone

CHAIN = rules("""
    notes: {block: Notes, after: {rule: walk}, lasts: 15m}
    walk: {block: Walk, after: {rule: deep}, lasts: 15m}
    deep: {block: Deep, every: weekday, at: 09:00-12:00}
    pause: {block: Pause, after: {busy: 2h}, lasts: 5m}
    tea: {block: Tea, after: {rule: pause}, lasts: 5m}
    lunch: {block: Lunch, every: weekday, lasts: 1h, satisfied_by: {any: [{rule: walk}, {title: lunch}]}}
    off: {block: Off, every: weekday, at: 13:00-14:00, enabled: false}
""")


def ids(found) -> list[list[str]]:
    return [[rule.id for rule in level] for level in found]


def test_a_rule_comes_after_those_whose_blocks_it_looks_at_and_breaks_after_the_day() -> None:
    assert ids(levels(CHAIN)) == [["deep"], ["walk"], ["lunch", "notes"], ["pause"], ["tea"]]


def test_the_order_of_the_files_does_not_matter() -> None:
    assert ids(levels(CHAIN[::-1])) == ids(levels(CHAIN))


def test_rules_in_a_circle_are_placed_together() -> None:
    circle = rules("a: {block: A, after: {rule: b}, lasts: 5m}\nb: {block: B, after: {rule: a}, lasts: 5m}")
    assert ids(levels(circle)) == [["a", "b"]]


def test_satisfied_by_of_a_step_is_looked_at_too() -> None:
    (rule, _) = rules("""
        s: {lasts: 1h, starting: 2026-11-23, steps: [{on: week 1, block: A, satisfied_by: {rule: b}}]}
        b: {block: B, every: weekday, at: 09:00-10:00}
    """)
    assert needs(rule) == {"b"}


def test_only_breaks_and_rules_that_follow_blocks_depend_on_the_placement() -> None:
    assert [rule.id for rule in CHAIN if not stands_alone(rule)] == ["notes", "walk", "pause", "tea"]


def test_rules_that_only_follow_each_other_themselves_or_a_disabled_one_are_never_set_off() -> None:
    found = rules("""
        a: {block: A, after: {rule: b}, lasts: 5m}
        b: {block: B, after: {rule: a}, lasts: 5m}
        self: {block: S, after: {rule: self}, lasts: 5m}
        late: {block: L, after: {rule: off}, lasts: 5m}
        tail: {block: T, after: {rule: [late, a]}, lasts: 5m}
        free: {block: F, after: {rule: [a, day]}, lasts: 5m}
        either: {block: E, after: {any: [{rule: a}, {title: x}]}, lasts: 5m}
        day: {block: D, every: weekday, at: 09:00-10:00}
        off: {block: O, every: weekday, at: 10:00-11:00, enabled: false}
    """)
    assert [rule.id for rule in never_set_off(found)] == ["a", "b", "late", "self", "tail"]
