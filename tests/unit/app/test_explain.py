"""`explain`: why a block stands where it does, or is missing; by key, by rule and by day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.app.cycle import look, plan
from agendad.app.explain import Explanation, explain, remembered
from agendad.core.trace import sentences
from agendad.errors import UsageError
from machine.world import MONDAY, World

if TYPE_CHECKING:
    from pathlib import Path

TUESDAY = "2026-11-24"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Deep work, lunch and evenings over a meeting that takes Tuesday's lunch, written once."""
    made = World(tmp_path / "world", ("deep-work", "lunch", "evening", "month"))
    made.add_event("board", MONDAY + timedelta(days=1, hours=4), 120)
    made.add_event("late", MONDAY + timedelta(days=1, hours=10), 60)
    made.apply(MONDAY)
    return made


def ask(world: World, asked: str) -> Explanation:
    loaded = world.home.load()
    with world.home.ledger() as ledger:
        seen = look(world.home.desk(loaded, ledger, MONDAY), MONDAY)
        return explain(seen, plan(seen), ledger, asked)


def test_a_key_tells_its_state_its_reasons_and_its_history(world: World) -> None:
    (story,) = ask(world, f"deep-work/{TUESDAY}").stories
    assert (story.state, story.rule) == ("written", "deep-work")
    assert sentences(story.why)[0] == "every weekday"
    assert [entry.action.value for entry in story.history] == ["create"]


def test_a_key_without_a_block_tells_why(world: World) -> None:
    (story,) = ask(world, f"lunch/{TUESDAY}").stories
    assert (story.state, story.fields) == ("skipped", None)
    assert "no room" in sentences(story.why)[-1]


def test_a_rule_tells_all_its_occurrences_and_what_lands_in_its_windows(world: World) -> None:
    found = ask(world, "evening")
    assert {story.rule for story in found.stories} == {"evening"}
    assert [each.event.fields.title for each in found.violations] == ["late"]


def test_a_day_tells_what_stands_on_it_and_what_is_missing_there(world: World) -> None:
    found = ask(world, TUESDAY)
    assert {(story.key, story.state) for story in found.stories} == {
        (f"deep-work/{TUESDAY}", "written"),
        (f"evening/{TUESDAY}", "written"),
        (f"lunch/{TUESDAY}", "skipped"),
    }
    assert [each.event.fields.title for each in found.violations] == ["late"]


@pytest.mark.parametrize(
    ("asked", "hint"), [("deep-wrok", "did you mean `deep-work`?"), ("2026-02-30", ""), ("@@@@", "lists the keys")]
)
def test_what_does_not_exist_is_wrong_usage(world: World, asked: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        ask(world, asked)
    assert hint in caught.value.hint


def test_what_the_last_cycle_recorded_is_told_without_rules_or_calendars(world: World) -> None:
    with world.home.ledger() as ledger:
        (story,) = remembered(ledger, f"deep-work/{TUESDAY}").stories
        assert sentences(story.why)[0] == "every weekday"
        assert len(remembered(ledger, "evening").stories) > 5
        with pytest.raises(UsageError, match="recorded nothing of `nothing`"):
            remembered(ledger, "nothing")


def test_what_has_no_place_tells_where_it_was_looked_for_and_what_stands_there(world: World) -> None:
    (story,) = ask(world, f"lunch/{TUESDAY}").stories
    assert story.place == "rules/all.yaml:5"
    assert story.tried is not None
    assert (story.tried.minutes, story.tried.gap, story.tried.priority) == (45, 0, 3)
    assert [f"{start:%H:%M}-{end:%H:%M}" for start, end in story.tried.windows] == ["12:00-14:00"]
    assert [(taken.title, f"{taken.start:%H:%M}") for taken in story.tried.taken] == [("board", "12:00")]


def test_what_stands_tells_it_when_it_is_asked_for_by_its_key(world: World) -> None:
    (story,) = ask(world, f"deep-work/{TUESDAY}").stories
    assert story.tried is not None
    assert story.tried.taken == ()
    assert all(story.tried is None for story in ask(world, TUESDAY).stories if story.fields is not None)


def test_a_day_is_told_with_its_hours_and_the_events_of_others(world: World) -> None:
    day = ask(world, TUESDAY).day
    assert day is not None
    assert [f"{start:%H:%M}-{end:%H:%M}" for start, end in day.hours] == ["09:00-18:00"]
    assert [event.fields.title for event in day.events] == ["board", "late"]
    assert (day.holiday, day.away) == ("", False)
    sunday = ask(world, "2026-11-29").day
    assert sunday is not None
    assert sunday.hours == ()
