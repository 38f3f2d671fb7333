"""Durations, times, dates, counts and patterns: what is accepted, and what an error says and proposes."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.model.rule import At, Comparison, Lasts, Prefer, TimeWindow
from agendad.rules import grammar
from agendad.rules.grammar import GrammarError
from agendad.rules.times import spell_minutes

if TYPE_CHECKING:
    from collections.abc import Callable


ACCEPTED: list[tuple[Callable[[str], object], str, object]] = [
    (grammar.parse_duration, "45m", 45),
    (grammar.parse_duration, "2h", 120),
    (grammar.parse_duration, "1h30m", 90),
    (grammar.parse_duration, " 1H 30M ", 90),
    (grammar.parse_duration, "90m", 90),
    (grammar.parse_duration, "0m", 0),
    (grammar.parse_duration, "1 day", 1440),
    (grammar.parse_duration, "3 days", 4320),
    (grammar.parse_duration, "7d", 10080),
    (grammar.parse_duration, "2 weeks", 20160),
    (grammar.parse_duration, "2w", 20160),
    (grammar.parse_length, "45m", Lasts(45, 45)),
    (grammar.parse_length, "30m-2h", Lasts(30, 120)),
    (grammar.parse_length, "30m - 2h", Lasts(30, 120)),
    (grammar.parse_length, "24h", Lasts(1440, 1440)),
    (grammar.parse_length, "4 days", Lasts(days=4)),
    (grammar.parse_length, "1 week", Lasts(days=7)),
    (grammar.parse_time, "09:00", 540),
    (grammar.parse_time, "9:05", 545),
    (grammar.parse_time, "00:00", 0),
    (grammar.parse_time, "23:59", 1439),
    (grammar.parse_time_range, "09:00-12:00", TimeWindow(540, 720)),
    (grammar.parse_time_range, "17:00 - 24:00", TimeWindow(1020, 1440)),
    (grammar.parse_time_range, "22:00-06:00", TimeWindow(1320, 1800)),
    (grammar.parse_time_range, "00:00-24:00", TimeWindow(0, 1440)),
    (grammar.parse_time_range, "08:00-08:00", TimeWindow(480, 1920)),
    (grammar.parse_time_range, "22:00-00:00", TimeWindow(1320, 1440)),
    (grammar.parse_at, "14:00", At(840)),
    (grammar.parse_at, "09:00-12:00", At(540, 720)),
    (grammar.parse_date, "2026-12-24", date(2026, 12, 24)),
    (grammar.parse_date, "2028-02-29", date(2028, 2, 29)),
    (grammar.parse_date_range, "2026-12-24..2027-01-03", (date(2026, 12, 24), date(2027, 1, 3))),
    (grammar.parse_date_range, "2026-12-24 .. 2027-01-03", (date(2026, 12, 24), date(2027, 1, 3))),
    (grammar.parse_date_range, "2026-12-24", (date(2026, 12, 24), date(2026, 12, 24))),
    (grammar.parse_comparison, ">= 1h", Comparison(least=60)),
    (grammar.parse_comparison, ">1h", Comparison(least=60, least_open=True)),
    (grammar.parse_comparison, "<= 30m", Comparison(most=30)),
    (grammar.parse_comparison, "< 1 day", Comparison(most=1440, most_open=True)),
    (grammar.parse_comparison, "30m-2h", Comparison(30, 120)),
    (grammar.parse_count, "2-8", (2, 8)),
    (grammar.parse_count, "3", (3, 3)),
    (grammar.parse_count, ">= 3", (3, None)),
    (grammar.parse_count, "> 3", (4, None)),
    (grammar.parse_count, "<= 3", (0, 3)),
    (grammar.parse_count, "< 3", (0, 2)),
    (grammar.parse_prefer, "tue 14:00", Prefer(frozenset({1}), at=840)),
    (grammar.parse_prefer, "tue, thu 14:00", Prefer(frozenset({1, 3}), at=840)),
    (grammar.parse_prefer, "Tue-Thu", Prefer(frozenset({1, 2, 3}))),
    (grammar.parse_prefer, "14:00", Prefer(at=840)),
    (grammar.parse_prefer, "Morning", Prefer(part="morning")),
    (grammar.parse_prefer, "latest", Prefer(part="latest")),
    (grammar.parse_prefer, "fri afternoon", Prefer(frozenset({4}), part="afternoon")),
    (grammar.parse_horizon, "6 weeks", 42),
    (grammar.parse_horizon, "30d", 30),
    (grammar.parse_at_most, "1 per day", 1),
    (grammar.parse_at_most, " 12  PER day", 12),
]


@pytest.mark.parametrize(("parse", "text", "value"), ACCEPTED)
def test_each_value_is_read(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value


REFUSED: list[tuple[Callable[[str], object], str, str, str, str]] = [
    # parser, text, the part at fault, message, hint
    (grammar.parse_duration, "90", "90", "`90` has no unit", "write `90m`, `90h` or `90 days`"),
    (grammar.parse_duration, "1", "1", "`1` has no unit", "write `1m`, `1h` or `1 day`"),
    (grammar.parse_duration, "1h90m", "1h90m", "more than 59 minutes beside the hours", "did you mean `2h30m`?"),
    (grammar.parse_duration, "30s", "30s", "the smallest unit is the minute", "did you mean `1m`?"),
    (grammar.parse_duration, "2 day", "2 day", "`2 day` mixes singular and plural", "did you mean `2 days`?"),
    (grammar.parse_duration, "1:30", "1:30", "`1:30` is a time of day", "did you mean `1h30m`?"),
    (grammar.parse_duration, "2 months", "2 months", "a month has no fixed length", "did you mean `60 days`?"),
    (grammar.parse_duration, "9999 weeks", "9999 weeks", "the duration is longer than ten years", ""),
    (grammar.parse_length, " 0m", "0m", "a block lasts at least one minute", "did you mean `15m`?"),
    (grammar.parse_length, "2h-30m", "2h-30m", "the least is more than the most", "did you mean `30m-2h`?"),
    (grammar.parse_length, "30-60m", "30", "`30` has no unit", "did you mean `30m-60m`?"),
    (grammar.parse_length, "30m-60", "60", "`60` has no unit", "write `60m`, `60h` or `60 days`"),
    (
        grammar.parse_length,
        "1 day-2 days",
        "1 day-2 days",
        "a block of whole days has one length",
        "did you mean `2 days`?",
    ),
    (grammar.parse_length, "30m-", "30m-", "the range has no end", ""),
    (grammar.parse_time, "24:00", "24:00", "24:00 can only be the end of a range", "did you mean `00:00`?"),
    (grammar.parse_time, "25:10", "25:10", "there is no 25:10 on the clock", "did you mean `23:10`?"),
    (grammar.parse_time_range, "09:00-24:30", "24:30", "there is no 24:30 on the clock", "did you mean `09:00-00:30`?"),
    (grammar.parse_time_range, "9-12", "9", "expected a time such as `09:00`", "did you mean `09:00-12:00`?"),
    (
        grammar.parse_time_range,
        "9:00 to 12:00",
        "9:00 to 12:00",
        "expected a range of times such as `09:00-12:00`",
        "did you mean `09:00-12:00`?",
    ),
    (grammar.parse_date, "2026-02-30", "2026-02-30", "february 2026 has 28 days", "did you mean `2026-02-28`?"),
    (grammar.parse_date, "2100-02-29", "2100-02-29", "february 2100 has 28 days", "did you mean `2100-02-28`?"),
    (grammar.parse_date, "2026-13-01", "2026-13-01", "there is no month 13", "did you mean `2026-12-01`?"),
    (grammar.parse_date, "0206-12-24", "0206-12-24", "dates begin with the year 1900", ""),
    (
        grammar.parse_date_range,
        "2027-01-03..2026-12-24",
        "2027-01-03..2026-12-24",
        "the range ends before it begins",
        "did you mean `2026-12-24..2027-01-03`?",
    ),
    (
        grammar.parse_date_range,
        "2026-12-24..2027-01-32",
        "2027-01-32",
        "january 2027 has 31 days",
        "did you mean `2027-01-31`?",
    ),
    (grammar.parse_comparison, ">= 60", "60", "`60` has no unit", "write `60m`, `60h` or `60 days`"),
    (grammar.parse_prefer, "tue 25:00", "25:00", "there is no 25:00 on the clock", "did you mean `23:00`?"),
    (grammar.parse_prefer, "tusday 14:00", "tusday", "unknown word `tusday`", "did you mean `tuesday 14:00`?"),
    (grammar.parse_prefer, "mornings", "mornings", "unknown word `mornings`", "did you mean `morning`?"),
    (grammar.parse_count, "8-2", "8-2", "the least is more than the most", "did you mean `2-8`?"),
    (grammar.parse_horizon, "2h", "2h", "the horizon is a number of days or weeks", "did you mean `6 weeks`?"),
    (grammar.parse_horizon, "3000d", "3000d", "the horizon is at most two years", "did you mean `104 weeks`?"),
]


@pytest.mark.parametrize(("parse", "text", "fault", "message", "hint"), REFUSED)
def test_each_refusal_says_where_and_what(
    parse: Callable[[str], object], text: str, fault: str, message: str, hint: str
) -> None:
    with pytest.raises(GrammarError) as caught:
        parse(text)
    error = caught.value
    assert (text[error.start : error.end], error.message, error.hint) == (fault, message, hint)


MEANT: list[tuple[Callable[[str], object], str, str]] = [
    (grammar.parse_duration, "2 hours", "2h"),
    (grammar.parse_duration, "30 min", "30m"),
    (grammar.parse_duration, "1.5h", "1h30m"),
    (grammar.parse_duration, "1,25 hours", "1h15m"),
    (grammar.parse_duration, "1 hour and 30 minutes", "1h30m"),
    (grammar.parse_time, "9", "09:00"),
    (grammar.parse_time, "0930", "09:30"),
    (grammar.parse_time, "9h30", "09:30"),
    (grammar.parse_time, "14.30", "14:30"),
    (grammar.parse_time, "2pm", "14:00"),
    (grammar.parse_time, "2 p.m.", "14:00"),
    (grammar.parse_time, "12am", "00:00"),
    (grammar.parse_time, "noon", "12:00"),
    (grammar.parse_time, "09:00:00", "09:00"),
    (grammar.parse_time_range, "9am–5pm", "09:00-17:00"),
    (grammar.parse_date, "24.12.2026", "2026-12-24"),
    (grammar.parse_date, "12/24/2026", "2026-12-24"),
    (grammar.parse_date, "2026-2-3", "2026-02-03"),
    (grammar.parse_date_range, "2026-12-24-2027-01-03", "2026-12-24..2027-01-03"),
    (grammar.parse_comparison, "1h", ">= 1h"),
    (grammar.parse_comparison, "at least 1h", ">= 1h"),
    (grammar.parse_comparison, "≥ 2h", ">= 2h"),
    (grammar.parse_comparison, "less than 30m", "< 30m"),
    (grammar.parse_comparison, "over 2 hours", "> 2h"),
    (grammar.parse_count, "5+", ">= 5"),
    (grammar.parse_at_most, "3", "3 per day"),
]


@pytest.mark.parametrize(("parse", "text", "meant"), MEANT)
def test_what_people_write_instead_is_understood_in_the_hint(
    parse: Callable[[str], object], text: str, meant: str
) -> None:
    with pytest.raises(GrammarError) as caught:
        parse(text)
    assert caught.value.hint == f"did you mean `{meant}`?"
    parse(meant)


@given(st.integers(0, 100_000))
def test_a_spelled_duration_is_read_back(minutes: int) -> None:
    assert grammar.parse_duration(spell_minutes(minutes)) == minutes


PARSERS: list[Callable[[str], object]] = [
    getattr(grammar, name) for name in grammar.__all__ if name.startswith("parse_") and name != "parse_phrase"
]
PIECES = ["9", "30", ":", "00", "-", "..", " ", "h", "m", "days", "2026", "12", "tue", ">="]
NOISE = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="0123456789:.-hmdw <>=/i()*+[]\\;,tueFREQ", max_size=20),
    st.lists(st.sampled_from(PIECES)).map("".join),
)


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


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PARSERS), NOISE)
def test_any_text_is_a_value_or_an_error_with_its_place(parse: Callable[[str], object], text: str) -> None:
    problem_of(parse, text)


PROPOSERS: list[Callable[[str], object]] = [
    grammar.parse_time,
    grammar.parse_time_range,
    grammar.parse_date,
    grammar.parse_duration,
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PROPOSERS), NOISE)
def test_a_proposed_value_is_a_value(parse: Callable[[str], object], text: str) -> None:
    problem = problem_of(parse, text)
    if problem and (proposed := re.search(r"did you mean `([^`]+)`", problem.hint)):
        parse(proposed[1])


# ---------------------------------------------------------------- patterns


def test_plain_text_is_kept_and_no_regular_expression() -> None:
    pattern = grammar.parse_pattern(" C++ (team) ")
    assert (pattern.text, pattern.regex) == ("C++ (team)", None)


def test_text_between_slashes_is_a_regular_expression_searched_for_as_written() -> None:
    pattern = grammar.parse_pattern("/^Urgent|a/b$/")
    assert pattern.regex is not None
    assert pattern.regex.search("Urgent: x")
    assert pattern.regex.search("x a/b")
    assert not pattern.regex.search("urgent")


def test_the_flag_i_ignores_case() -> None:
    pattern = grammar.parse_pattern("/urgent|incident/i")
    assert pattern.regex is not None
    assert pattern.regex.search("INCIDENT 42")


@pytest.mark.parametrize(
    ("text", "fault", "message"),
    [
        ("/a(b/", "(", "not a regular expression: missing ), unterminated subpattern"),
        ("/ab*+*/", "*", "not a regular expression: multiple repeat"),
        ("/abc", "/abc", "the regular expression has no closing `/`"),
        ("//", "//", "the regular expression is empty"),
        ("/a/xi", "xi", "unknown flag `xi`"),
        ("/a{99999999999}/", "/a{99999999999}/", "the regular expression is too large"),
    ],
)
def test_a_broken_regular_expression_is_refused_at_its_place(text: str, fault: str, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        grammar.parse_pattern(text)
    assert (text[caught.value.start : caught.value.end], caught.value.message) == (fault, message)


@pytest.mark.parametrize("source", ["(a+)+b", "(?:a*)*", "((a|b)+c?)*x", "(a{2,})+", "x(.*,)*y", "(a+?)+b"])
def test_a_repetition_of_a_repetition_is_refused(source: str) -> None:
    with pytest.raises(GrammarError, match="can take time without bound"):
        grammar.parse_pattern(f"/{source}/")


@pytest.mark.parametrize("source", ["(a|b)+", "(a++)+", "(?>a+)+", "[(]a+[)]+", r"\(a+\)+", "(a+){3}", "(ab)+c+"])
def test_a_harmless_repetition_is_accepted(source: str) -> None:
    assert grammar.parse_pattern(f"/{source}/").regex is not None
