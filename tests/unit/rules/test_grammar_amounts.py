"""Percentages, spans, sums of time and targets: what is accepted, and what an error says and proposes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agendad.model.rule import PeriodUnit, TimeSpan
from agendad.model.settings import Target
from agendad.rules import grammar
from agendad.rules.grammar import GrammarError

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPTED: list[tuple[Callable[[str], object], str, object]] = [
    (grammar.parse_percent, "90%", 90.0),
    (grammar.parse_percent, " 12.5 % ", 12.5),
    (grammar.parse_percent, "0%", 0.0),
    (grammar.parse_percent, "100%", 100.0),
    (grammar.parse_days, "30d", 30),
    (grammar.parse_days, "1 day", 1),
    (grammar.parse_days, "2 Weeks", 14),
    (grammar.parse_days, "731 days", 731),
    (grammar.parse_span, "30d", TimeSpan(days=30)),
    (grammar.parse_span, "1 week", TimeSpan(days=7)),
    (grammar.parse_span, "week", TimeSpan(period=PeriodUnit.WEEK)),
    (grammar.parse_span, " Half-Year ", TimeSpan(period=PeriodUnit.HALF_YEAR)),
    (grammar.parse_hours, "2h", 120),
    (grammar.parse_hours, "1h30m", 90),
    (grammar.parse_hours, "0m", 0),
    (grammar.parse_target, "20%", Target("percent", 20, 20)),
    (grammar.parse_target, ">= 10%", Target("percent", 10, None)),
    (grammar.parse_target, "<=50%", Target("percent", None, 50)),
    (grammar.parse_target, "10%-30%", Target("percent", 10, 30)),
    (grammar.parse_target, "12.5% - 30%", Target("percent", 12.5, 30)),
    (grammar.parse_target, "4h", Target("minutes", 240, 240)),
    (grammar.parse_target, ">= 2h", Target("minutes", 120, None)),
    (grammar.parse_target, "<= 90m", Target("minutes", None, 90)),
    (grammar.parse_target, "2h-4h", Target("minutes", 120, 240)),
    (grammar.parse_target, "20% of learning", Target("percent", 20, 20, "learning")),
    (grammar.parse_target, " >= 20%  of  deep-work ", Target("percent", 20, None, "deep-work")),
    (grammar.parse_target, "5%-10% of office", Target("percent", 5, 10, "office")),
]


@pytest.mark.parametrize(("parse", "text", "value"), ACCEPTED)
def test_each_amount_is_read(parse: Callable[[str], object], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "fault", "message", "hint"),
    [
        (grammar.parse_percent, "90", "90", "expected a percentage such as `90%`", "did you mean `90%`?"),
        (grammar.parse_percent, "0.9", "0.9", "expected a percentage such as `90%`", "did you mean `90%`?"),
        (grammar.parse_percent, "0,5%", "0,5%", "expected a percentage such as `90%`", "did you mean `0.5%`?"),
        (grammar.parse_percent, "101%", "101%", "a share is at most 100%", "did you mean `100%`?"),
        (grammar.parse_percent, "-5%", "-5%", "expected a percentage such as `90%`", "write for example `90%`"),
        (grammar.parse_days, "month", "month", "a number of days or weeks is due here", "did you mean `30 days`?"),
        (grammar.parse_days, "2 years", "2 years", "a number of days or weeks is due here", "did you mean `730 days`?"),
        (grammar.parse_days, "36h", "36h", "a number of days or weeks is due here", "did you mean `2 days`?"),
        (grammar.parse_days, "0 days", "0 days", "a number of days or weeks is due here", "did you mean `1 day`?"),
        (grammar.parse_days, "30", "30", "`30` has no unit", "write `30 days` or `30 weeks`"),
        (grammar.parse_days, "732 days", "732 days", "this is longer than two years", "did you mean `104 weeks`?"),
        (grammar.parse_span, "this week", "this week", "expected days, weeks or a period", "did you mean `week`?"),
        (
            grammar.parse_hours,
            "2 days",
            "2 days",
            "a sum of time is given in hours: a day of work is not 24 of them",
            "did you mean `16h`?",
        ),
        (grammar.parse_hours, "2", "2", "`2` has no unit", "write `2h` or `2m`"),
        (grammar.parse_target, "20", "20", "`20` has no unit", "did you mean `20%` or `20h`?"),
        (grammar.parse_target, "at least 10 percent", "at least 10 percent", None, "did you mean `>= 10%`?"),
        (grammar.parse_target, "2h to 4h", "2h to 4h", "expected a percentage or hours", "did you mean `2h-4h`?"),
        (grammar.parse_target, "4h per week", "4h per week", None, "did you mean `4h`?"),
        (
            grammar.parse_target,
            "4h of a",
            "4h",
            "only a percentage can be a share of another category",
            "write `4h`, or a percentage",
        ),
        (grammar.parse_target, "30%-10% of a", "30%-10%", "the least is more than the most", "did you mean `10%-30%`?"),
        (grammar.parse_target, "10%-4h", "10%-4h", "the ends of a range have the same unit", None),
    ],
)
def test_each_refusal_says_where_and_what(
    parse: Callable[[str], object], text: str, fault: str, message: str | None, hint: str | None
) -> None:
    with pytest.raises(GrammarError) as error:
        parse(text)
    found = error.value
    assert text[found.start : found.end] == fault
    assert message is None or found.message == message
    assert hint is None or found.hint == hint


@given(st.floats(0, 100))
def test_a_percentage_is_read_back(value: float) -> None:
    text = f"{value:.3f}"
    assert grammar.parse_percent(f"{text}%") == float(text)


AMOUNTS = st.one_of(
    st.integers(0, 100).map(lambda value: (f"{value}%", "percent", value)),
    st.integers(0, 99).map(lambda value: (f"{value}h", "minutes", value * 60)),
)


@given(AMOUNTS, st.sampled_from(["", ">=", "<="]), st.sampled_from(["", "learning", "of-others"]))
def test_a_target_is_read_back(amount: tuple[str, str, int], sign: str, of: str) -> None:
    text, unit, value = amount
    if of and unit == "minutes":
        of = ""
    found = grammar.parse_target(f"{sign} {text}" + (f" of {of}" if of else ""))
    bounds = {"": (value, value), ">=": (value, None), "<=": (None, value)}[sign]
    assert (found.unit, found.least, found.most, found.of) == (unit, *bounds, of)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_range_has_its_least_first(one: int, other: int) -> None:
    text = f"{one}%-{other}%"
    if one <= other:
        assert grammar.parse_target(text) == Target("percent", one, other)
    else:
        with pytest.raises(GrammarError) as error:
            grammar.parse_target(text)
        assert error.value.hint == f"did you mean `{other}%-{one}%`?"


PARSERS = (
    grammar.parse_percent,
    grammar.parse_days,
    grammar.parse_span,
    grammar.parse_hours,
    grammar.parse_target,
)
NOISE = st.text(st.sampled_from("0123456789%.,-–<>=~ hdmwofalet\n\0é²") | st.characters(), max_size=20) | st.lists(
    st.sampled_from(
        ["4h", "20%", "20", "-", ">=", "at least", "of", "learning", "a week", "percent", "month", "last", "days", "to"]
    ),
    max_size=5,
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PARSERS), NOISE)
@example(grammar.parse_hours, "0 months")
@example(grammar.parse_hours, "1 days")
@example(grammar.parse_days, "0 months")
def test_a_proposed_amount_is_an_amount(parse: Callable[[str], object], text: str) -> None:
    """That any text at all is a value or an error is tested in `test_grammar_values`, for every parser."""
    try:
        parse(text)
    except GrammarError as error:
        problem = error
    else:
        return
    assert 0 <= problem.start <= problem.end <= len(text)
    if proposed := re.fullmatch(r"did you mean `([^`]*)`\?", problem.hint):
        parse(proposed[1])
