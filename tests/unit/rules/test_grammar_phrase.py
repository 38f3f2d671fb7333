"""`every:` phrases: what is accepted, what it means, and which phrase an error proposes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.core.recurrence import describe
from agendad.model.rule import (
    DayOfMonth,
    DayOfYear,
    EveryNDays,
    EveryPeriod,
    EveryWeekday,
    MonthOfQuarter,
    NthInPeriod,
    PeriodUnit,
    Phrase,
    WeekOfMonth,
)
from agendad.rules.grammar import GrammarError, parse_phrase, parse_weekdays

if TYPE_CHECKING:
    from collections.abc import Callable

ALL = frozenset(range(7))
WORKING = frozenset(range(5))
WEEKEND = frozenset((5, 6))
MONTH = PeriodUnit.MONTH

MEANINGS = {
    "day": EveryNDays(1),
    "1 day": EveryNDays(1),
    "3 days": EveryNDays(3),
    "weekday": EveryWeekday(WORKING),
    "weekend day": EveryWeekday(WEEKEND),
    "monday": EveryWeekday(frozenset({0})),
    "sun": EveryWeekday(frozenset({6})),
    "mon, wed, fri": EveryWeekday(frozenset({0, 2, 4})),
    "mon and wed": EveryWeekday(frozenset({0, 2})),
    "mon-thu": EveryWeekday(frozenset({0, 1, 2, 3})),
    "monday - thursday": EveryWeekday(frozenset({0, 1, 2, 3})),
    "fri-mon": EveryWeekday(frozenset({4, 5, 6, 0})),
    "mon-wed, fri": EveryWeekday(frozenset({0, 1, 2, 4})),
    "mon-sun": EveryWeekday(ALL),
    "weekday, sat": EveryWeekday(frozenset(range(6))),
    "2 weeks on tuesday": EveryWeekday(frozenset({1}), 2),
    "1 week on tuesday": EveryWeekday(frozenset({1}), 1),
    "2 weeks on tue and thu": EveryWeekday(frozenset({1, 3}), 2),
    "3 weeks on weekday": EveryWeekday(WORKING, 3),
    "first monday of month": NthInPeriod((1,), frozenset({0}), MONTH),
    "1st mon of month": NthInPeriod((1,), frozenset({0}), MONTH),
    "2nd and 4th tuesday of month": NthInPeriod((2, 4), frozenset({1}), MONTH),
    "last and first tuesday of month": NthInPeriod((1, -1), frozenset({1}), MONTH),
    "first, third and fifth sunday of month": NthInPeriod((1, 3, 5), frozenset({6}), MONTH),
    "last friday of quarter": NthInPeriod((-1,), frozenset({4}), PeriodUnit.QUARTER),
    "first monday of half-year": NthInPeriod((1,), frozenset({0}), PeriodUnit.HALF_YEAR),
    "5th monday of year": NthInPeriod((5,), frozenset({0}), PeriodUnit.YEAR),
    "last weekday of month": NthInPeriod((-1,), WORKING, MONTH),
    "first weekend day of month": NthInPeriod((1,), WEEKEND, MONTH),
    "last day of month": NthInPeriod((-1,), ALL, MONTH),
    "day 15 of month": DayOfMonth(15),
    "day 31 of month": DayOfMonth(31),
    "15 january": DayOfYear(1, 15),
    "29 feb": DayOfYear(2, 29),
    "1 may": DayOfYear(5, 1),
    "week": EveryPeriod(PeriodUnit.WEEK),
    "1 week": EveryPeriod(PeriodUnit.WEEK),
    "2 weeks": EveryPeriod(PeriodUnit.WEEK, 2),
    "month": EveryPeriod(MONTH),
    "2 months": EveryPeriod(MONTH, 2),
    "quarter": EveryPeriod(PeriodUnit.QUARTER),
    "half-year": EveryPeriod(PeriodUnit.HALF_YEAR),
    "3 half-years": EveryPeriod(PeriodUnit.HALF_YEAR, 3),
    "year": EveryPeriod(PeriodUnit.YEAR),
    "week 1 of month": WeekOfMonth(1),
    "week 5 of month": WeekOfMonth(5),
    "month 1 of quarter": MonthOfQuarter(1),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_each_phrase_of_the_language_has_its_meaning(text: str) -> None:
    assert parse_phrase(text) == MEANINGS[text]


@pytest.mark.parametrize("text", ["First Monday OF Month", "  first   monday\tof\nmonth ", "FIRST MON OF MONTH"])
def test_case_and_white_space_mean_nothing(text: str) -> None:
    assert parse_phrase(text) == MEANINGS["first monday of month"]


HINTS = {
    # small mistakes: the nearest phrase
    "first mondey of month": "first monday of month",
    "frist monday of the month": "first monday of month",
    "first monday of munth": "first monday of month",
    "monday and wendsday": "monday and wednesday",
    "mon wed": "mon, wed",
    "mon,": "mon",
    "mon-mon": "mon",
    "tues": "tue",
    "3 day": "3 days",
    "1 weeks": "week",
    "2weeks": "2 weeks",
    "1000 days": "999 days",
    "week 6 of month": "week 5 of month",
    "month 4 of quarter": "month 3 of quarter",
    "day 32 of month": "day 31 of month",
    "31 february": "29 february",
    "sixth monday of month": "fifth monday of month",
    "first of quarter": "first day of quarter",
    "first monday": "first monday of month",
    "monday of month": "first monday of month",
    "half year": "half-year",
    "weekend": "weekend day",
    "quartre": "quarter",
    # what people say
    "every monday": "monday",
    "every second tuesday": "2 weeks on tuesday",
    "every other week": "2 weeks",
    "tuesday every two weeks": "2 weeks on tuesday",
    "every 3 weeks": "3 weeks",
    "every third thursday of each month": "third thursday of month",
    "every friday of the month": "friday",
    "daily": "day",
    "hourly": "day",
    "weekdays": "weekday",
    "business days": "weekday",
    "mondays": "monday",
    "weekly": "week",
    "weekly on mon and thu": "mon and thu",
    "week on tuesday": "tuesday",
    "biweekly": "2 weeks",
    "bi-weekly": "2 weeks",
    "fortnightly": "2 weeks",
    "twice a week": "mon, thu",
    "monthly": "month",
    "monthly on the 15th": "day 15 of month",
    "monthly on the first monday": "first monday of month",
    "1st of month": "day 1 of month",
    "15th": "day 15 of month",
    "end of month": "last day of month",
    "first business day of month": "first weekday of month",
    "second week of month": "week 2 of month",
    "quarterly on monday": "first monday of quarter",
    "semi-annually": "half-year",
    "yearly": "year",
    "january 15": "15 january",
    "15th of january": "15 january",
    "first monday of week": "monday",
    "mon to fri": "mon-fri",
    "Mon – Fri": "mon-fri",
    # other languages, and other notations
    "montag": "monday",
    "lundi": "monday",
    "chaque lundi": "monday",
    "premier lundi du mois": "first monday of month",
    "0 9 * * 1-5": "weekday",
    "0 9 * * 0,3": "sun, wed",
}


@pytest.mark.parametrize("text", HINTS)
def test_an_error_proposes_the_phrase_that_was_meant(text: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_phrase(text)
    assert caught.value.hint == f"did you mean `{HINTS[text]}`?"


def test_an_rrule_is_told_where_it_belongs() -> None:
    with pytest.raises(GrammarError) as caught:
        parse_phrase("FREQ=DAILY; COUNT=3")
    assert caught.value.hint == 'write `{rrule: "FREQ=DAILY; COUNT=3"}`'


def test_a_text_without_any_likeness_still_gets_the_nearest_phrase_and_examples() -> None:
    with pytest.raises(GrammarError) as caught:
        parse_phrase("xyzzy")
    assert re.match(r"the nearest phrase is `[a-z ]+`; others are `weekday`", caught.value.hint)


@pytest.mark.parametrize(
    ("text", "fault", "message"),
    [
        ("first mondey of month", "mondey", "unknown word `mondey`"),
        ("week 6 of month", "6", "expected a week from 1 to 5, found `6`"),
        ("31 february", "february", "expected a month with 31 days (february has 29), found `february`"),
        ("first monday", "monday", "expected `of` after `monday`"),
        ("day 3 of quarter", "quarter", "expected `month`, found `quarter`"),
        ("week of month", "of", "expected a week from 1 to 5, found `of`"),
        ("monday tuesday", "tuesday", "expected nothing more, found `tuesday`"),
        ("0 days", "0", "expected a number from 1 to 999, found `0`"),
        ("99999999999999999999 days", "99999999999999999999", "unknown word `99999999999999999999`"),
        ("  Every  monday", "Every", "unknown word `Every`"),
    ],
)
def test_an_error_points_at_the_word_at_fault(text: str, fault: str, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse_phrase(text)
    assert (text[caught.value.start : caught.value.end], caught.value.message) == (fault, message)


def problem_of(parse: Callable[[str], object], text: str) -> GrammarError | None:
    """What a parser has against a text; its place must lie in the text."""
    try:
        parse(text)
    except GrammarError as error:
        found = error
    else:
        return None
    assert 0 <= found.start <= found.end <= len(text)
    assert found.message
    return found


WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)
INTERVALS = st.integers(1, 999)
PHRASES: st.SearchStrategy[Phrase] = st.one_of(
    st.builds(EveryWeekday, WEEKDAYS, INTERVALS),
    st.builds(EveryNDays, INTERVALS),
    st.builds(EveryPeriod, st.sampled_from(PeriodUnit), INTERVALS),
    st.builds(
        NthInPeriod,
        st.sets(st.sampled_from((1, 2, 3, 4, 5, -1)), min_size=1).map(
            lambda ordinals: tuple(sorted(ordinals, key=lambda nth: nth % 7))
        ),
        st.one_of(st.sampled_from((ALL, WORKING, WEEKEND)), st.integers(0, 6).map(lambda day: frozenset((day,)))),
        st.sampled_from([unit for unit in PeriodUnit if unit is not PeriodUnit.WEEK]),
    ),
    st.builds(DayOfMonth, st.integers(1, 31)),
    st.builds(DayOfYear, st.just(2), st.integers(1, 29)),
    st.builds(DayOfYear, st.integers(1, 12), st.integers(1, 28)),
    st.builds(WeekOfMonth, st.integers(1, 5)),
    st.builds(MonthOfQuarter, st.integers(1, 3)),
)


@given(PHRASES)
def test_every_phrase_that_is_described_is_read_back_as_itself(phrase: Phrase) -> None:
    assert parse_phrase(describe(phrase)) == phrase


@settings(max_examples=150, deadline=None)
@given(PHRASES.map(describe), st.data())
def test_one_wrong_letter_in_a_long_word_is_always_put_right(right: str, data: st.DataObject) -> None:
    places = [place for word in re.finditer(r"[a-z]{5,}", right) for place in range(*word.span())]
    if places:
        place = data.draw(st.sampled_from(places))
        wrong = right[:place] + "x" + right[place + 1 :]
        problem = problem_of(parse_phrase, wrong)
        assert problem is not None
        proposed = re.search(r"did you mean `([^`]+)`", problem.hint)
        assert proposed is not None
        assert parse_phrase(proposed[1]) == parse_phrase(right)


WORDS = (
    "day days week weeks month quarter half-year year monday mon tue friday weekday weekend january feb of on and , - "
    "first 2nd last every other the 1 2 15 31 99 lundi foo % ` * \u2013 \u0661"
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(WORDS.split(" ")), max_size=8).map(" ".join))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_a_phrase_or_an_error_whose_proposal_is_a_phrase(text: str) -> None:
    if problem := problem_of(parse_phrase, text):
        proposed = re.search(r"(?:did you mean|the nearest phrase is) `([^`]+)`", problem.hint)
        assert proposed is not None
        parse_phrase(proposed[1])


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_text_is_a_set_of_weekdays_or_an_error_whose_proposal_is_one(text: str) -> None:
    if problem := problem_of(parse_weekdays, text):
        proposed = re.search(r"did you mean `([^`]+)`", problem.hint)
        assert proposed is not None
        assert parse_weekdays(proposed[1])


@pytest.mark.parametrize(
    ("text", "days"),
    [("tue-thu", {1, 2, 3}), ("sat, SUN", {5, 6}), ("weekday", set(range(5))), ("fri-mon, wed", {4, 5, 6, 0, 2})],
)
def test_a_set_of_weekdays_is_read(text: str, days: set[int]) -> None:
    assert parse_weekdays(text) == days


def test_a_day_of_the_month_is_no_weekday() -> None:
    with pytest.raises(GrammarError):
        parse_weekdays("day")
