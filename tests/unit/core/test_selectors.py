"""Which events a selector matches (section 4 of the rule language)."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from engine_world import ADA, BOB, EVE, PARIS, PEOPLE, event, own, rules, whole_days
from hypothesis import given

from agendad.core.selectors import Matcher, address_book, fold, matches_text, rules_named, tags, within
from agendad.model.calendar import Attendee, Response, ShowAs, Status
from agendad.model.rule import Comparison, Pattern, Selector, TimeWindow
from agendad.model.settings import Me

GRACE = "grace@example.com"
MATCHER = Matcher(ADA, address_book(PEOPLE), PARIS)


def selector(text: str) -> Selector:
    (rule,) = rules(f"r: {{block: B, lasts: 15m, after: {text}}}")
    return rule.trigger.selector


def matches(text: str, *events) -> list[bool]:
    return [MATCHER.matches(selector(text), each) for each in events]


BOARD = event("Board Réunion", "tue 12:00-14:00", EVE, BOB, place="Room 4", notes="see #Board-Prep and #x")
SOLO = event("Gym", "wed 18:00-19:00")
ONE = event("1:1", "thu 09:00-09:30", GRACE)
OFF = whole_days("Offsite", "fri")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{title: reunion}", [True, False, False, False]),
        ('{title: "/^gym$/i"}', [False, True, False, False]),
        ("{title: [gym, board]}", [True, True, False, False]),
        ("{calendar: own}", [False, False, False, False]),
        ("{meeting: any}", [True, False, True, False]),
        ("{meeting: none}", [False, True, False, True]),
        ("{meeting: external}", [True, False, False, False]),
        ("{meeting: internal}", [False, False, True, False]),
        ("{meeting: one-on-one}", [False, False, True, False]),
        ('{attendees: {any: ["*@other.org"]}}', [True, False, False, False]),
        ('{attendees: {all: [bob@example.com, "*@other.org"]}}', [True, False, False, False]),
        ('{meeting: any, attendees: {none: ["group:team"]}}', [True, False, False, False]),
        ('{attendees: {count: "1-1"}}', [False, False, True, False]),
        ('{attendees: {any: ["tier:1"]}}', [False, False, True, False]),
        ("{organizer: eve@other.org}", [True, False, False, False]),
        ("{organizer: me}", [False, True, False, True]),
        ('{lasts: ">= 1h"}', [True, True, False, True]),
        ('{lasts: "< 1h"}', [False, False, True, False]),
        ("{response: accepted}", [True, True, True, True]),
        ("{response: tentative}", [False, False, False, False]),
        ("{show_as: busy}", [True, True, True, True]),
        ("{all_day: true}", [False, False, False, True]),
        ("{location: room}", [True, False, False, False]),
        ('{tag: "#board-prep"}', [True, False, False, False]),
        ("{recurring: true}", [False, False, False, False]),
        ("{on: tue-wed}", [True, True, False, False]),
        ("{between: 12:00-14:00}", [True, False, False, False]),
        ("{between: 12:00-13:00}", [False, False, False, False]),
        ("{any: [{title: gym}, {meeting: one-on-one}]}", [False, True, True, False]),
        ("{not: {meeting: any}}", [False, True, False, True]),
    ],
)
def test_each_key_asks_one_thing(text: str, expected: list[bool]) -> None:
    assert matches(text, BOARD, SOLO, ONE, OFF) == expected


def test_cancelled_and_declined_events_never_match() -> None:
    cancelled = replace(BOARD, status=Status.CANCELLED)
    declined = replace(BOARD, response=Response.DECLINED)
    assert matches("{title: board}", cancelled, declined) == [False, False]
    assert matches("{not: {title: board}}", cancelled, declined) == [False, False]


def test_who_declined_rooms_and_the_person_are_no_company() -> None:
    guests = (
        Attendee(BOB, response=Response.DECLINED),
        Attendee("room@example.com", human=False),
        Attendee("ada@example.com"),
    )
    assert matches("{meeting: none}", replace(SOLO, attendees=guests)) == [True]


def test_who_organises_takes_part_even_when_they_are_not_listed() -> None:
    assert matches("{meeting: one-on-one}", replace(ONE, attendees=(Attendee("ada@example.com"),))) == [True]


def test_own_blocks_match_only_a_selector_that_names_a_rule() -> None:
    block = own("deep/2026-11-24", "tue 09:00-12:00", title="Board")
    assert matches("{title: board}", block) == [False]
    everything = Selector(rule=("deep",))
    assert MATCHER.matches(everything, block)
    assert not MATCHER.matches(Selector(rule=("other",)), block)
    copied = replace(block, uid="a copy of the person's")
    assert matches("{title: board}", copied) == [True]


def test_of_any_only_the_parts_that_name_a_rule_see_own_blocks() -> None:
    board, other = (own(f"{rule}/2026-11-24", "tue 09:00-12:00", title="Board") for rule in ("deep", "other"))
    either = Selector(any=(Selector(rule=("deep",)), Selector(title=(Pattern("board"),))))
    assert MATCHER.matches(either, board)
    assert not MATCHER.matches(either, other)
    assert MATCHER.matches(either, event("Board", "tue 09:00-12:00"))
    both = Selector(rule=("other",), any=(Selector(title=(Pattern("board"),)),))
    assert MATCHER.matches(both, other)
    assert not MATCHER.matches(both, board)
    inner = Selector(negated=Selector(rule=("deep",)), any=(Selector(title=(Pattern("board"),)),))
    assert MATCHER.matches(inner, other)


def test_without_own_domains_everybody_is_external() -> None:
    anybody = Matcher(Me("Ada", ADA.emails), {}, PARIS)
    assert anybody.matches(selector("{meeting: external}"), ONE)


def test_a_window_may_reach_into_the_next_day() -> None:
    night = Selector(between=(TimeWindow(22 * 60, 30 * 60),))
    assert MATCHER.matches(night, event("Late", "tue 23:00-01:00"))
    assert MATCHER.matches(night, event("Early", "tue 02:00-03:00"))
    assert not MATCHER.matches(night, event("Too long", "tue 05:00-07:00"))


def test_rules_named_are_found_at_every_depth() -> None:
    deep = Selector(any=(Selector(rule=("a",)), Selector(negated=Selector(any=(Selector(rule=("b",)),)))))
    assert rules_named(deep) == {"a", "b"}


def test_text_is_compared_without_case_and_accents_and_expressions_as_they_are_written() -> None:
    assert fold("Straße ÉTÉ") == fold("STRASSE ete")
    assert matches_text(Pattern("ete"), "L’Été")
    assert tags("a#b #One-two, (#É)") == {"one-two", "e"}


@pytest.mark.parametrize(
    ("comparison", "inside"),
    [
        (Comparison(least=30), [False, True, True]),
        (Comparison(least=30, least_open=True), [False, False, True]),
        (Comparison(most=30), [True, True, False]),
        (Comparison(most=30, most_open=True), [True, False, False]),
    ],
)
def test_comparisons_include_their_bound_unless_it_is_open(comparison: Comparison, inside: list[bool]) -> None:
    assert [within(comparison, minutes) for minutes in (29, 30, 31)] == inside


# ---------------------------------------------------------------- logic

SIMPLE = st.sampled_from(
    [
        Selector(title=(Pattern("board"),)),
        Selector(meeting=("any",)),
        Selector(meeting=("external", "one-on-one")),
        Selector(all_day=True),
        Selector(show_as=("free",)),
        Selector(on=frozenset({1, 2})),
        Selector(lasts=Comparison(least=60)),
    ]
)
SELECTORS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(lambda one: Selector(negated=one), inner),
        st.builds(lambda many: Selector(any=tuple(many)), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=5,
)
FREE = replace(SOLO, fields=replace(SOLO.fields, show_as=ShowAs.FREE))
EVENTS = st.sampled_from([BOARD, SOLO, ONE, OFF, FREE])


@given(SELECTORS, SELECTORS, EVENTS)
def test_any_and_not_obey_de_morgan(one: Selector, other: Selector, what) -> None:
    def holds(each: Selector) -> bool:
        return MATCHER.matches(each, what)

    neither = Selector(negated=Selector(any=(one, other)))
    assert holds(neither) == (not holds(one) and not holds(other))
    both = Selector(negated=Selector(any=(Selector(negated=one), Selector(negated=other))))
    assert holds(both) == (holds(one) and holds(other))
    assert holds(Selector(negated=Selector(negated=one))) == holds(one)
