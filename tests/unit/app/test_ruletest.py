"""A rule test passes exactly when what came is what was wanted, however it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.app.home import Home
from agendad.app.judge import Came, days_of, pairs
from agendad.app.ruletest import find, run
from agendad.diagnostics import Span
from agendad.model.plan import Skipped
from agendad.model.ruletest import Wanted

if TYPE_CHECKING:
    from agendad.model.ruletest import Difference, Verdict

RULES = """\
version: 1
rules:
  think: {block: Think, every: weekday, at: 09:00-12:00}
  late: {block: Late, every: tuesday, at: 22:00-02:00}
  read: {block: Read, every: weekday, lasts: 30m-1h, between: 12:00-18:00}
  walk: {block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 1h}
  trip: {block: Trip, every: last tuesday of month, lasts: 2 days}
  evenings: {protect: Evenings, every: weekday, at: 18:00-22:00}
"""
HEAD = "version: 1\nnow: 2026-11-23T08:00\ntimezone: Europe/Paris\nhorizon: 2 weeks\n"


def verdicts(tests: str, rules: str = RULES, head: str = HEAD) -> tuple[Verdict, ...]:
    """How tests end that are about `rules`, without any configuration."""
    with TemporaryDirectory() as name:
        folder = Path(name, "pack")
        folder.mkdir()
        (folder / "rules.yaml").write_text(rules, encoding="utf-8")
        (folder / "a.test.yaml").write_text(head + tests, encoding="utf-8")
        found = find(Home(Path(name, "none"), Path(name, "none")), [folder])
        assert not found.problems, found.problems
        return run(found)


def differences(tests: str, rules: str = RULES, head: str = HEAD) -> tuple[Difference, ...]:
    """Where the one test differs."""
    (verdict,) = verdicts(tests, rules, head)
    assert not verdict.trouble
    return verdict.differences


# ---------------------------------------------------------------- what came, written as what is wanted


@dataclass(frozen=True)
class Day:
    """A random week: events, as lines of a test file."""

    events: tuple[str, ...]

    def test(self, wanted: list[str]) -> str:
        """A test over the week that wants these blocks."""
        events = "".join(f"  - {event}\n" for event in self.events) or "  []\n"
        blocks = "".join(f"        - {block}\n" for block in wanted)
        expect = f"blocks:\n{blocks}" if wanted else "blocks: []\n"
        return f"events:\n{events}tests:\n  - name: a\n    over: 2026-11-23..2026-11-25\n    expect:\n      {expect}"


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Up to four meetings in the week of the test."""
    starts = draw(st.lists(st.tuples(st.integers(24, 27), st.integers(8 * 4, 19 * 4), st.integers(1, 10)), max_size=4))
    return Day(
        tuple(
            f'{{title: M{number}, at: "2026-11-{day} {_clock(start)}-{_clock(start + length)}", '
            f"attendees: [a{number}@example.org]}}"
            for number, (day, start, length) in enumerate(starts)
        )
    )


def _clock(quarters: int) -> str:
    return f"{quarters // 4:02}:{quarters % 4 * 15:02}"


def _written(difference: Difference) -> str:
    """What came, as an entry of `expect`."""
    found = re.fullmatch(r"(.*), “(.*)”", difference.came)
    assert found is not None, difference
    return f'{{rule: {difference.rule}, at: "{found[1]}", title: {found[2]}}}'


@given(days(), st.data())
@settings(max_examples=6, deadline=None)
def test_what_came_is_what_is_wanted_and_any_change_of_it_is_told(day: Day, data: st.DataObject) -> None:
    came = differences(day.test([]))
    assert all((each.what, each.wanted) == ("block", "") and each.came for each in came)
    wanted = [_written(each) for each in came]
    assert differences(day.test(data.draw(st.permutations(wanted)))) == ()
    assert differences(day.test([re.sub(", (at|title): .*", "}", each) for each in wanted])) == ()
    assert differences(day.test([re.sub(r"-\d\d:\d\d", "", each) for each in wanted])) == ()

    number = data.draw(st.integers(0, len(wanted) - 1))
    without = [*wanted[:number], *wanted[number + 1 :]]
    (more,) = differences(day.test(without))
    assert (more.wanted, more.came, more.why) == ("", came[number].came, came[number].why)
    (less,) = differences(day.test([*wanted, wanted[number]]))
    assert less.came == ""
    assert less.wanted == came[number].came
    (other,) = differences(day.test([*without, wanted[number].replace("title: ", "title: Not ")]))
    assert other.came == came[number].came
    assert [part[0] for part in other.parts] == ["title"]


@given(st.integers(0, 4), st.lists(st.lists(st.booleans(), min_size=4, max_size=4), max_size=4))
def test_as_many_entries_are_matched_as_can_be(count: int, fits: list[list[bool]]) -> None:
    wanted = [Wanted(f"w{number}", Span("a", number + 1, 1, 2)) for number in range(len(fits))]
    came = [Came(f"c{number}") for number in range(count)]

    def suits(one: Wanted, other: Came) -> bool:
        return fits[int(one.rule[1:])][int(other.rule[1:])]

    found = pairs(wanted, came, suits)
    assert all(suits(*pair) for pair in found)
    assert len({id(one) for one, _ in found}) == len({id(other) for _, other in found}) == len(found)
    slots = [*came, *[None] * len(wanted)]
    best = max(
        sum(other is not None and suits(one, other) for one, other in zip(wanted, chosen, strict=False))
        for chosen in permutations(slots, len(wanted))
    )
    assert len(found) == best


# ---------------------------------------------------------------- days and zones


@pytest.mark.parametrize(
    ("suffix", "first", "last"),
    [
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2027-02/bob", date(2027, 2, 1), date(2027, 2, 28)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-11-24", date(2026, 11, 23), date(2026, 11, 23)),
        ("some@uid", date(2026, 11, 23), date(2026, 11, 23)),
    ],
)
def test_what_is_skipped_of_a_period_belongs_to_all_its_days(suffix: str, first: date, last: date) -> None:
    assert days_of(Skipped(f"r/{suffix}", "r", (), date(2026, 11, 23))) == (first, last)


def test_what_is_skipped_without_a_day_belongs_to_any() -> None:
    assert days_of(Skipped("r/some@uid", "r", ())) is None


CLOCKS = """\
version: 1
rules:
  night: {block: Night, every: day, at: 02:30-03:30}
"""


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2027-03-28", "03:30-04:30"),  # the spring change skips 02:30
        ("2027-03-28", "02:30-03:30"),  # and what is wanted is read in the same way
        ("2027-10-31", "02:30-03:30"),  # 02:30 is there twice
        ("2027-06-01", "02:30-03:30"),
    ],
)
def test_times_are_on_the_wall_clock_of_the_zone_also_when_it_changes(day: str, at: str) -> None:
    expect = f'{{blocks: [{{rule: night, at: "{at}"}}]}}'
    test = f"tests: [{{name: a, over: {day}, now: {day[:8]}01T00:00, expect: {expect}}}]\n"
    assert differences(test, CLOCKS) == ()


def test_a_test_without_a_zone_is_in_utc() -> None:
    test = 'tests: [{name: a, over: 2026-11-24, expect: {blocks: [{rule: night, at: "02:30-03:30", title: Night}]}}]\n'
    assert differences(test, CLOCKS, "version: 1\nnow: 2026-11-23T08:00Z\n") == ()


def test_a_rule_keeps_the_zone_of_its_file() -> None:
    rules = CLOCKS.replace("rules:", "timezone: America/New_York\nrules:")
    test = 'tests: [{name: a, over: 2026-11-24, expect: {blocks: [{rule: night, at: "08:30-09:30"}]}}]\n'
    assert differences(test, rules) == ()


def test_a_moved_member_and_a_cancelled_event_do_not_disturb() -> None:
    events = (
        'events:\n  - {title: A, at: "2026-11-24 14:00-16:00", attendees: [a@example.org], status: cancelled}\n'
        '  - {title: B, at: "2026-11-24 14:00-16:00", every: tuesday, except: 2026-11-24, attendees: [a@example.org]}\n'
    )
    expect = "{blocks: [{rule: walk, at: 2026-12-01}]}"
    test = f"tests: [{{name: a, rules: [walk], over: 2026-11-24..2026-12-01, expect: {expect}}}]\n"
    assert differences(events + test) == ()


@pytest.mark.parametrize(("guests", "wanted"), [("", "[{rule: call}]"), (", attendees: [grace]", "[]")])
def test_a_past_block_with_attendees_is_one_that_invited_them(guests: str, wanted: str) -> None:
    rules = (
        "version: 1\nrules:\n"
        "  coffee: {block: Coffee, every: tuesday, at: 09:00-09:30, with: {person: grace}, invite: true}\n"
        "  call: {block: Call, every: month, for_each: {person: grace}, on: fri, lasts: 15m}\n"
    )
    test = (
        "people: {grace: {emails: [grace@example.org]}}\n"
        f'events: [{{rule: coffee, at: "2026-11-17 09:00-09:30"{guests}}}]\n'
        f"tests: [{{name: a, rules: [call], over: 2026-11-23..2026-11-27, expect: {{blocks: {wanted}}}}}]\n"
    )
    assert differences(test, rules) == ()


def test_a_test_adds_to_what_its_file_gives() -> None:
    tests = (
        'events: [{title: A, at: "2026-11-24 14:00-16:00", attendees: [a@example.org]}]\n'
        "tests:\n"
        "  - {name: one, rules: [walk], over: 2026-11-24, expect: {blocks: [{rule: walk}]}}\n"
        "  - name: two\n"
        "    rules: [walk]\n"
        "    over: 2026-11-24\n"
        '    events: [{title: B, at: "2026-11-24 10:00-11:30", attendees: [a@example.org]}]\n'
        "    expect: {blocks: [{rule: walk}, {rule: walk}]}\n"
        "  - {name: three, rules: [walk], over: 2026-11-24, expect: {blocks: [{rule: walk}]}}\n"
    )
    assert [verdict.passed for verdict in verdicts(tests)] == [True, True, True]


def test_the_same_tests_end_in_the_same_way() -> None:
    test = "tests: [{name: a, over: 2026-11-23..2026-12-08, expect: {blocks: [], skipped: [], violations: []}}]\n"
    assert differences(test) == differences(test)
