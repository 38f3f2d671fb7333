"""The balance as text and as a page: accepted in both languages, self-contained, and no name runs code."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_html_page import read
from test_page_in_browser import CHROMIUM, picture
from view_files import assert_golden

from agendad.views import balance as view
from agendad.views.balance import BalanceSheet, Goal, Line, Period, balance_text, goal_text, said, verdict_text
from agendad.views.balance_page import page
from agendad.views.terminal import Terminal, cells

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Europe/Paris"))
MONDAY = date(2026, 11, 9)
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


def lines() -> tuple[Line, ...]:
    """A category of each kind: every unit, every verdict, one without a target, one of nothing."""
    return (
        Line(
            "meetings",
            5310,
            43.3,
            (870, 1050, 1890, 1500),
            Goal("percent", None, 60, "", None, 7353),
            "within",
            43.3,
            0,
        ),
        Line(
            "external",
            1350,
            11.0,
            (180, 225, 720, 225),
            Goal("percent", 30, 50, "meetings", 1593, 2655),
            "below",
            25.4,
            -4.6,
        ),
        Line(
            "one-on-ones",
            1830,
            14.9,
            (315, 300, 810, 405),
            Goal("minutes", 120, 240, "", 411, 823),
            "above",
            1830,
            1007,
        ),
        Line("focus", 40, 0.3, (0, 0, 40, 0), Goal("minutes", 600, None, "", 2057, None), "below", 40, -2017),
        Line("learning", 0, 0, (0, 0, 0, 0), Goal("percent", 10, 10, "reading")),
        Line("reading", 0, 0, (0, 0, 0, 0)),
    )


def sheet(language: str = "en", **changed: object) -> BalanceSheet:
    """24 days whose last week is cut."""
    firsts = [MONDAY + timedelta(weeks=number) for number in range(4)]
    lasts = [first + timedelta(days=6) for first in firsts[:3]] + [date(2026, 12, 2)]
    totals = (2400, 2450, 4875, 2530)
    made = BalanceSheet(
        MONDAY,
        lasts[-1],
        NOW,
        language,
        12255,
        lines(),
        Line(said("other", language), 3725, 30.4, (960, 775, 990, 1000)),
        tuple(
            Period(first, last, (last - first).days == 6, total)
            for first, last, total in zip(firsts, lasts, totals, strict=True)
        ),
    )
    return replace(made, **changed)


# ---------------------------------------------------------------- words


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    for name, (english, french) in view._TEXT.items():
        facts = [{fact for _, fact, _, _ in string.Formatter().parse(text) if fact} for text in (english, french)]
        assert facts[0] == facts[1], name


@pytest.mark.parametrize(
    ("goal", "english", "french"),
    [
        (Goal("minutes", 120, 240), "2 h to 4 h a week", "de 2 h à 4 h par semaine"),
        (Goal("minutes", 90, 90), "1 h 30 a week", "1 h 30 par semaine"),
        (Goal("percent", 20, None), "at least 20 % of all time", "au moins 20 % du temps"),
        (Goal("percent", None, 12.5, "meetings"), "at most 12.5 % of “meetings”", "au plus 12,5 % de « meetings »"),
        (Goal("percent", 2.5, None), "at least 2.5 % of all time", "au moins 2,5 % du temps"),
    ],
)
def test_a_target_reads_as_a_person_says_it(goal: Goal, english: str, french: str) -> None:
    assert (goal_text(goal, "en"), goal_text(goal, "fr")) == (english, french)


def test_the_verdict_says_how_far_it_is_from_the_target() -> None:
    assert [verdict_text(line, "en") for line in lines()] == [
        "on target",
        "25 %: 5 points too little",
        "16 h 47 too much",
        "33 h 37 too little",
        "nothing to compare with",
        "",
    ]
    assert verdict_text(lines()[1], "fr") == "25 % : 5 points de moins que visé"
    almost = Line("a", 1, 9.9, (), Goal("percent", 10, None), "below", 9.98, -0.02)
    assert verdict_text(almost, "en") == "0.1 points too little"


# ---------------------------------------------------------------- text


@pytest.mark.parametrize(("language", "width"), [("en", 120), ("fr", 80)])
def test_the_table_is_as_it_was_accepted(language: str, width: int) -> None:
    assert_golden(f"balance.{language}.{width}.txt", balance_text(sheet(language), Terminal(width)))


@pytest.mark.parametrize("width", [60, 80, 120])
@LANGUAGES
def test_no_line_is_wider_than_the_terminal(width: int, language: str) -> None:
    named = replace(lines()[0], name="多" * 60)
    text = balance_text(sheet(language, lines=(named, *lines()[1:])), Terminal(width))
    assert max(map(cells, text.splitlines())) <= width


def test_the_longest_bar_is_full_and_little_time_is_never_nothing() -> None:
    tiny = replace(lines()[5], minutes=1)
    bars = [line[17:41] for line in balance_text(sheet(lines=(tiny,)), Terminal(None)).splitlines()[2:4]]
    assert bars == ["▏" + " " * 23, "█" * 24]


def test_colour_only_repeats_what_is_said() -> None:
    plain, coloured = (balance_text(sheet(), Terminal(None, color)) for color in (False, True))
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain != coloured


@LANGUAGES
def test_without_any_time_or_any_target_it_says_so(language: str) -> None:
    assert said("nothing", language) in balance_text(sheet(language, total=0), Terminal(None))
    assert said("nothing", language) in page(sheet(language, total=0))
    bare = sheet(language, lines=lines()[5:])
    assert said("no-targets", language) in balance_text(bare, Terminal(None))
    assert said("no-targets", language) in page(bare)
    assert said("no-targets", language) not in page(sheet(language))


# ---------------------------------------------------------------- page


@LANGUAGES
def test_the_page_is_as_it_was_accepted(language: str) -> None:
    html = re.sub(r"(?s)<style>.*</style>", "<style></style>", page(sheet(language)))
    assert_golden(f"balance.{language}.html", re.sub(r"<(tr|section|g|svg)\b", r"\n<\1", html))


def test_nothing_is_asked_from_anywhere() -> None:
    html = page(sheet())
    assert not re.search(r"https?:|//|url\(|@import|<script|<img|<link|<iframe|\bon\w+=", html)
    assert "default-src 'none'" in html
    references = [found for tag in read(html).attributes for name, found in tag.items() if name in ("href", "src")]
    assert references
    assert all(found.startswith("#") for found in references)


def test_every_number_of_the_pictures_stands_in_a_table() -> None:
    tree = read(page(sheet()))
    texts = [text.strip() for text in tree.text]
    for line in sheet().shown:
        assert texts.count(line.name) >= 2, line.name
    assert "week of 30 November, in part" in texts
    assert "40 h 50" in texts
    hidden = [tag for tag in tree.attributes if tag.get("aria-hidden") == "true"]
    assert {"svg", "td", "section"} <= {tag[""] for tag in hidden}


def test_a_range_of_one_week_has_no_development() -> None:
    one = replace(sheet(), periods=sheet().periods[:1], lines=tuple(replace(each, periods=(1,)) for each in lines()))
    assert "Week by week" in page(sheet())
    assert "Week by week" not in page(one)


hostile = st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"'/=`\u202e\x1b\x00{}"), max_size=100)


@given(hostile)
@settings(max_examples=30, deadline=None)
@example("</style><script>alert(1)</script>")
@example('" onfocus="alert(1)" x="')
@example("\u202egnp.exe")
@example("x" * 10_000)
@example("\ud800")
@example("")
def test_a_name_changes_no_tag_and_no_attribute(name: str) -> None:
    def made_of(text: str) -> list[tuple[str, tuple[str, ...]]]:
        goal = Goal("percent", 10, 20, text, 10, 20)
        html = page(sheet(lines=(replace(lines()[0], name=text, goal=goal), *lines()[1:])))
        html.encode("utf-8")
        return read(html).tags

    assert made_of(name) == made_of("calm")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt install chromium)")
def test_a_browser_draws_it_without_a_complaint(tmp_path: Path) -> None:
    ground, rows, said_by_browser = picture(tmp_path, page(sheet()), "1200,1300")
    assert (ground, said_by_browser) == ("#f5f6f8", "")
    assert rows > 200
