"""Taking back one apply of many: judged key by key, against what later applies and the person did."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from kept_world import World, fields, wish

from agendad.ledger import history
from agendad.model.reasons import ReasonCode

A, B, C = "a/1", "a/2", "b/1"


def lived(*cycles):
    """A world after a cycle for each list of wishes; the numbers of the runs count from 1."""
    world = World()
    for wishes in cycles:
        world.cycle(wishes)
    return world


def titles(world: World) -> dict[str, str]:
    return {key: event.fields.title for key, event in world.hands().standing.items()}


def test_one_in_the_middle_goes_alone():
    first = wish(A, fields("One"))
    second = wish(B, fields("Two", day=2))
    world = lived([first], [first, second], [first, second, wish(C, fields("Three", day=3))])
    assert world.take_back_run(2).left == ()
    assert titles(world) == {A: "One", C: "Three"}
    world.cycle([first, second])
    assert B not in titles(world)


def test_what_a_later_run_changed_again_stays_and_names_it():
    world = lived([wish(A, fields("One")), wish(B, fields(day=2))], [wish(A, fields("Two")), wish(B, fields(day=2))])
    undone = world.take_back_run(1)
    assert [(each.key, each.why[0].code, each.why[0].facts) for each in undone.left] == [
        (A, ReasonCode.CHANGED_SINCE, {"run": "2"})
    ]
    assert titles(world) == {A: "Two"}


def test_once_the_later_run_was_taken_back_too_it_can_be():
    world = lived([wish(A, fields("One"))], [wish(A, fields("Two"))])
    world.take_back_run(2)
    assert titles(world) == {A: "One"}
    assert world.take_back_run(1).left == ()
    assert titles(world) == {}


def test_what_a_later_run_removed_anyway_is_not_worth_a_word():
    world = lived([wish(A, fields())], [])
    assert (world.take_back_run(1).changes, world.take_back_run(1).left) == ((), ())


def test_a_block_that_was_given_back_to_its_rule_since_is_taken_back():
    world = lived([wish(A, fields("One"))])
    world.edit(A, title="Mine")
    world.edit(A, title="One")
    world.give_back(A)
    assert world.take_back_run(1).left == ()
    assert titles(world) == {}


KEYS = (A, B, C)
PLANS = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["One", "Two"]))


def wishes(plan: dict[str, str]):
    return [wish(key, fields(title, day=KEYS.index(key) + 1)) for key, title in plan.items()]


@settings(max_examples=100, deadline=None)
@given(st.lists(PLANS, min_size=2, max_size=5), st.dictionaries(st.sampled_from(KEYS), st.booleans()), st.data())
def test_each_key_goes_back_or_stays_as_later_runs_and_the_person_left_it(plans, hand, data):
    """`hand`: which blocks the person renames (or deletes) in the end, if they stand."""
    world = World()
    before: dict[int, dict[str, str]] = {}
    last: dict[str, int] = {}  # the last run that changed a key
    for plan in plans:
        stood = titles(world)
        if changes := world.cycle(wishes(plan)).changes:
            number = history.runs(world.ledger)[0].number
            before[number] = stood
            last |= {change.key: number for change in changes}
    touched = {key: renamed for key, renamed in hand.items() if key in titles(world)}
    for key, renamed in touched.items():
        world.edit(key, title="Mine") if renamed else world.remove(key)
    stood = titles(world)
    number = data.draw(st.sampled_from(sorted(before) or [0]))
    mine = {each.key for each in history.applied(world.ledger, (number,))}
    undone = world.take_back_run(number)
    for key in KEYS:
        back = key in mine and last[key] == number and key not in touched
        assert titles(world).get(key) == (before[number] if back else stood).get(key)
    left = {each.key for each in undone.left}
    assert left <= mine
    assert all(titles(world).get(key) == before[number].get(key) for key in mine - left)
    now = titles(world)
    world.cycle(wishes(plans[-1]))
    assert all(titles(world).get(key) == now.get(key) for key in mine if last[key] == number)
    assert world.take_back_run(number).changes == ()
