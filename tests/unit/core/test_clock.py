"""The clock of a cycle notes until when what it said stays true, and a decision stands until then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from engine_world import BOB, EVE, MONDAY, PARIS, event, stands_until_it_says, whole_days
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_world import Desk, at, rule

from agendad.core.clock import NEVER, Clock
from agendad.core.engine import decide
from agendad.core.reality import Realities
from agendad.core.timeline import from_minutes, to_minutes
from agendad.drafting.expressions import Expressions
from agendad.model.calendar import Event, Response

NOW = to_minutes(MONDAY)


def clock() -> Clock:
    return Clock(MONDAY)


class TestClock:
    def test_it_is_the_minute_rounded_up(self) -> None:
        assert (Clock(MONDAY).now, Clock(MONDAY + timedelta(seconds=1)).now) == (NOW, NOW + 1)

    @pytest.mark.parametrize(("moment", "until"), [(NOW - 1, NEVER), (NOW, NOW + 1), (NOW + 9, NOW + 10)])
    def test_a_moment_is_past_from_the_minute_after_it(self, moment: int, until: int) -> None:
        here = clock()
        assert here.past(moment) is (moment < NOW)
        assert here.until == until

    @pytest.mark.parametrize(("moment", "until"), [(NOW - 1, NEVER), (NOW, NEVER), (NOW + 9, NOW + 9)])
    def test_a_moment_has_come_from_its_own_minute(self, moment: int, until: int) -> None:
        here = clock()
        assert here.come(moment) is (moment <= NOW)
        assert here.until == until

    @pytest.mark.parametrize(
        ("stretches", "left", "until"),
        [
            (((NOW - 9, NOW),), (), NEVER),
            (((NOW + 5, NOW + 9),), ((NOW + 5, NOW + 9),), NOW + 6),
            (((NOW - 5, NOW + 9), (NOW + 20, NOW + 40)), ((NOW, NOW + 9), (NOW + 20, NOW + 30)), NOW + 1),
        ],
    )
    def test_time_ahead_shrinks_once_it_has_begun(self, stretches: object, left: object, until: int) -> None:
        here = clock()
        assert here.ahead(stretches, NOW + 30) == left
        assert here.until == until

    def test_the_first_change_counts_also_of_what_is_noted_apart(self) -> None:
        here = clock()
        assert here.noting(lambda: here.come(NOW + 5)) == (False, (NOW + 5, NOW + 5))
        assert here.noting(lambda: here.come(NOW + 9)) == (False, (NOW + 9, NOW + 9))
        assert here.until == NOW + 5


RULES = (
    ("block: B", "every: weekday", "at: 09:00-10:30"),
    ("block: B", "every: weekday", "at: 09:00-10:30", "yield: move", "settle: 20m"),
    ("block: B", "every: weekday", "at: 09:00-12:00", "yield: split"),
    ("block: B", "every: weekday", "lasts: 30m-1h", "between: 10:00-16:00", "yield: shrink", "show_as: auto"),
    ("block: B", "every: week", "lasts: 3h", "split: 30m-1h", "between: 14:00-18:00"),
    ("block: B", "every: week", "lasts: 2 days"),
    ("block: B", "after: {meeting: any}", "lasts: 15m", "within: 3h"),
    ("block: B", "after: {meeting: any}", "delay: 30m", "lasts: 15m", "within: 1h"),
    ("block: B", "before: {meeting: external}", "lead: 3h", "within: 2h", "lasts: 30m"),
    ("block: B", "after: {busy: 1h}", "lasts: 5m"),
    ("block: B", "after: {busy: 1h}", "lasts: 15m", "within: 2h", "may_overlap: [blocks]"),
    ("block: B", "every: week", "for_each: {group: team}", "lasts: 30m", "between: working hours"),
    ("block: B", "every: week", "with: {group: team}", "lasts: 30m", "between: 12:00-14:00", "invite: true"),
    ("block: B", "when: {none: {meeting: external}, in: 2d}", "lasts: 15m", "between: working hours"),
    ("block: B", "when: {hours: {meeting: any}, in: 2d, above: 2h}", "lasts: 15m", "between: working hours"),
    ("block: B", "when: {share: {meeting: external}, in: 3d, below: 40%}", "lasts: 15m", "between: working hours"),
    ("protect: P", "every: weekday", "at: 10:00-13:00"),
    ("protect: P", "every: weekday", "at: 10:00-13:00", "draft: note.md.j2"),
    ("protect: P", "every: weekday", "meetings: {above: 1h}"),
    ("draft: note.md.j2", "after: {meeting: external}", "to: external attendees", "within: 2h"),
    ("draft: note.md.j2", "after: {meeting: any}", "to: attendees", "delay: 2h", "within: 5h", "if_late: drop"),
    ("draft: note.md.j2", "before: {meeting: any}", "to: attendees", "lead: 3h", "within: 1h"),
    ("draft: note.md.j2", "every: weekday", "at: 16:00", "to: me", "within: 1h"),
    ("draft: note.md.j2", "every: week", "for_each: {group: team}", "to: person"),
    ("draft: note.md.j2", "every: day", "for_each: {group: team}", "to: person"),
    ("draft: note.md.j2", "after: {title: visit}", "for_each: {group: team}", "to: person", "within: 3h"),
    ("draft: note.md.j2", "when: {none: {meeting: external}, in: 2d}", "to: me"),
)


def unanswered(title: str, when: str, *guests: str) -> Event:
    return replace(event(title, when, *guests), response=Response.NEEDS_ACTION)


EVENTS = (
    event("Visit", "mon 10:00-11:30", EVE),
    event("Staff", "mon 15:10-16:25", BOB),
    unanswered("Late", "tue 19:00-21:00", EVE),
    event("Visit", "tue 11:00-12:40", EVE, "grace@example.com"),
    event("Alan", "wed 09:30-10:00", "alan@example.com"),
    event("Mine", "wed 13:00-14:30"),
    unanswered("Board", "thu 09:00-17:00", EVE, BOB),
    whole_days("Holiday", "fri"),
    event("Visit", "+mon 08:00-09:00", EVE),
)


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """A week with one rule, some events and mails, after a cycle or two."""
    lines = draw(st.sampled_from(RULES))
    kept = draw(st.sets(st.integers(0, len(EVENTS) - 1)))
    desk = Desk((rule(*lines),), tuple(EVENTS[number] for number in sorted(kept)))
    moments = sorted(draw(st.lists(st.integers(0, 5 * 24 * 60), min_size=1, max_size=3, unique=True)))
    for number, moment in enumerate(moments):
        desk.now = from_minutes(NOW + moment, PARIS)
        if draw(st.booleans()):
            desk.write(f"{desk.now:%Y-%m-%d %H:%M}", draw(st.sampled_from((EVE, BOB, "grace@example.com"))))
        if number < len(moments) - 1:
            desk.run()
            for key in sorted(desk.box)[: draw(st.integers(0, 1))]:
                desk.send(key)
    return desk


@given(desks())
@settings(max_examples=150, deadline=None)
def test_a_decision_stands_until_it_says(desk: Desk) -> None:
    stands_until_it_says(desk.situation())


VISIT = EVENTS[0]
FULL = event("Full", "mon 11:30-18:00")
COFFEE = ("block: B", "every: week", "with: {group: team}", "lasts: 30m", "between: 12:00-12:30", "invite: true")
UNTIL = {
    "a meeting in protected time is over": (
        ("protect: P", "every: weekday", "at: 10:00-13:00"),
        (EVENTS[6],),
        ("2026-11-26 14:00", "17:00"),
    ),
    "a draft is late": (
        (
            "draft: note.md.j2",
            "after: {meeting: external}",
            "to: attendees",
            "delay: 2h",
            "within: 5h",
            "if_late: drop",
        ),
        (VISIT,),
        ("2026-11-23 14:00", "18:31"),
    ),
    "somebody is named too late": (
        ("draft: note.md.j2", "after: {title: visit}", "for_each: {group: team}", "to: person", "within: 3h"),
        (event("Visit", "mon 10:00-11:30", "grace@example.com"),),
        ("2026-11-30 12:00", "14:31"),
    ),
    "the event of a late draft begins": (
        ("draft: note.md.j2", "before: {title: visit}", "to: attendees", "lead: 3h", "within: 1h"),
        (event("Visit", "mon 16:00-17:30", EVE),),
        ("2026-11-23 14:30", "16:00"),
    ),
    "a draft is due": (
        ("draft: note.md.j2", "every: weekday", "at: 16:00", "to: me", "within: 1h"),
        (),
        ("2026-11-24 12:00", "16:00"),
    ),
    "a meeting becomes a contact": (
        ("draft: note.md.j2", "every: week", "for_each: {group: team}", "to: person"),
        (event("Talk", "mon 10:00-11:30", "grace@example.com", "alan@example.com"),),
        ("2026-11-23 10:30", "11:30"),
    ),
    "a time that may be split begins": (
        ("block: B", "every: weekday", "at: 09:00-12:00", "yield: split"),
        (),
        ("2026-11-23 08:30", "09:01"),
    ),
    "the moment after an event is over": (
        ("block: B", "after: {title: visit}", "between: 06:00-07:00", "lasts: 5m", "within: 1h"),
        (VISIT, FULL),
        ("2026-11-23 12:10", "12:31"),
    ),
    "the moment after busy time is over": (
        ("block: B", "after: {busy: 1h}", "between: 06:00-07:00", "lasts: 5m", "within: 1h"),
        (VISIT,),
        ("2026-11-23 11:10", "12:01"),
    ),
    "a window in which it is begins to pass": (
        ("block: B", "after: {title: visit}", "lasts: 3h", "within: 1h"),
        (VISIT, FULL),
        ("2026-11-23 12:10", "12:11"),
    ),
}
"""Lines of the rule, events, the present, and the first minute at which something is another: when what happens."""


@pytest.mark.parametrize("what", UNTIL)
def test_until_is_the_minute_at_which(what: str) -> None:
    lines, events, (now, until) = UNTIL[what]
    desk = Desk((rule(*lines),), events, now=at(now))
    assert f"{desk.decide().until:%Y-%m-%d %H:%M}" == f"{now[:10]} {until}"


def test_the_last_minute_of_a_day_ends_with_the_day() -> None:
    desk = Desk((rule("block: B", "every: weekday", "at: 10:00", "lasts: 30m"),), now=at("2026-11-23 23:59:30"))
    assert f"{desk.decide().wake:%m-%d %H:%M}" == "11-24 00:00"


def test_time_that_grows_shorter_is_nothing_to_wake_up_for() -> None:
    """A block of the week that is yet to come would make a cycle a minute all week."""
    desk = Desk((rule("block: B", "every: week", "lasts: 30m", "prefer: latest"),), now=at("2026-11-23 10:00"))
    decided = desk.decide()
    assert (f"{decided.until:%H:%M}", f"{decided.wake:%d %H:%M}") == ("10:01", "24 00:00")


@pytest.mark.parametrize(
    ("lines", "now", "until"),
    [(COFFEE, "2026-11-23 12:10", "12:30"), (RULES[0], "2026-11-23 09:30", "10:30")],
    ids=["with guests", "alone"],
)
def test_a_block_that_has_begun_counts_until_its_end(lines: tuple[str, ...], now: str, until: str) -> None:
    desk = Desk((rule(*lines),))
    desk.run()
    desk.now = at(now)
    assert f"{desk.decide().until:%H:%M}" == until


def test_what_is_remembered_of_a_rule_keeps_its_end() -> None:
    desk = Desk((rule("block: B", "every: weekday", "lasts: 30m", "between: 10:00-16:00"),))
    first = desk.situation()
    decided = decide(first, Expressions().render)
    later = replace(desk.situation(), now=MONDAY + timedelta(minutes=30), realities=first.realities)
    assert later.now < decided.until
    again = replace(later, events=(*later.events, event("Far", "+fri 20:00-21:00")))
    fresh = replace(again, realities=Realities())
    assert decide(again, Expressions().render).until == decide(fresh, Expressions().render).until
