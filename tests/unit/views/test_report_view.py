"""The report of a simulation as text and as a page: accepted in both languages, self-contained, nothing runs code."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_html_page import read
from test_page_in_browser import CHROMIUM, picture
from view_files import assert_golden

from agendad.views.report import (
    NAMES,
    Clash,
    DraftLine,
    Numbers,
    Report,
    RuleLine,
    columns_of,
    gathered,
    reason_text,
    report_text,
)
from agendad.views.report_page import page
from agendad.views.terminal import Terminal, cells

if TYPE_CHECKING:
    from pathlib import Path

DUE = datetime(2026, 12, 1, 16, 30, tzinfo=ZoneInfo("Europe/Paris"))
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


def months(first: date, number: int) -> tuple[date, ...]:
    start = first.year * 12 + first.month - 1
    return tuple(date((start + each) // 12, (start + each) % 12 + 1, 1) for each in range(number))


def report(language: str = "en", number: int = 4) -> Report:
    """A rule of each verb, one that did nothing, drafts in every state, a limit and a template that fails."""
    deep = tuple(
        Numbers(blocks=15 + at, minutes=60 * (40 + at), written=20, moved=at, skipped=2) for at in range(number)
    )
    guard = tuple(Numbers(blocks=20, minutes=2400, written=20, on_purpose=1) for _ in range(number))
    mail = tuple(Numbers(drafts=3 * at, late=at, held=1, withdrawn=1, sent=at) for at in range(number))
    return Report(
        language=language,
        zone="Europe/Paris",
        first=date(2026, 11, 23),
        last=date(2027, 2, 28),
        cycles=2352,
        every=60,
        seed=7,
        months=months(date(2026, 11, 1), number),
        busy=(1800,) * number,
        rules=(
            RuleLine(
                "deep-work",
                "Travail de fond" if language == "fr" else "Deep work",
                "block",
                deep,
                (("no-room", 6), ("outranked", 2)),
            ),
            RuleLine("protected-evenings", "Evenings are mine", "protect", guard, (("excluded", 4),)),
            RuleLine("follow-up", "follow-up.md.j2", "draft", mail, (("mailed", 3), ("something-new", 1))),
            RuleLine("idle", "Idle", "block", (Numbers(),) * number),
        ),
        drafts=(
            DraftLine("follow-up", "Board: thank you", ("zoe@example.org",), DUE, False, "sent", "drafts/1.eml"),
            DraftLine(
                "follow-up",
                "Visit",
                tuple(f"p{n}@example.org" for n in range(5)),
                DUE,
                True,
                "standing",
                "drafts/2 ü.eml",
            ),
            DraftLine("follow-up", "Late call", ("a@example.org",), DUE, False, "withdrawn"),
        ),
        clashes=(
            Clash("Evenings are mine", "Late call", date(2026, 12, 1)),
            Clash("Evenings are mine", "Late call", date(2026, 12, 8)),
        ),
        refused=("2026-11-23 00:00: 60 events would be deleted",),
        failed=("follow-up/1: `nam` is not known (12)",),
    )


@LANGUAGES
@pytest.mark.parametrize("width", [80, 140])
def test_the_text_is_accepted(language: str, width: int) -> None:
    assert_golden(f"report.{language}.{width}.txt", report_text(report(language), Terminal(width)))


@LANGUAGES
def test_the_page_is_accepted(language: str) -> None:
    assert_golden(f"report.{language}.html", re.sub(r"<(tr|section|g|svg|details)\b", r"\n<\1", page(report(language))))


@pytest.mark.parametrize(("number", "names"), [(1, 1), (13, 13), (14, 5), (37, 13), (38, 4), (60, 6)])
def test_long_ranges_are_told_in_few_columns_that_hold_everything(number: int, names: int) -> None:
    whole = report(number=number)
    columns = columns_of(whole)
    assert len(columns) == names
    assert [place for column in columns for place in column.places] == list(range(number))
    for line in whole.rules:
        assert sum((gathered(line, column) for column in columns), Numbers()) == line.total


@given(st.integers(40, 200), st.integers(1, 60))
def test_no_line_of_the_table_is_wider_than_the_terminal(width: int, number: int) -> None:
    table = report_text(report(number=number), Terminal(max(width, 84))).split("\n\n")[1]
    assert all(cells(line) <= max(width, 84) for line in table.splitlines())


def test_every_number_is_added() -> None:
    ones = Numbers(*range(1, len(NAMES) + 1))
    assert ones + ones == Numbers(*range(2, 2 * len(NAMES) + 2, 2))


def test_reasons_that_have_no_words_yet_are_told_by_their_code() -> None:
    assert reason_text(report(), "something-new") == "something new"
    assert reason_text(report("fr"), "no-room") == "pas de place"


def test_an_empty_simulation_says_so() -> None:
    empty = replace(report(), rules=(), drafts=(), clashes=(), refused=(), failed=())
    assert "No rule did anything." in report_text(empty, Terminal(80))
    assert "No rule did anything." in page(empty)


hostile = st.text(st.characters(codec="utf-8") | st.sampled_from("<>&\"'/=`\u202e\x1b\x00{}"), max_size=100)


@given(hostile)
@settings(max_examples=20, deadline=None)
@example("</style><script>alert(1)</script>")
@example('" onfocus="alert(1)" x="')
@example("x" * 10_000)
@example("\ud800")
def test_nothing_from_outside_changes_a_tag_or_an_attribute(text: str) -> None:
    whole = report()
    line, draft = whole.rules[0], whole.drafts[0]

    def made_of(text: str) -> list[tuple[str, tuple[str, ...]]]:
        odd = replace(
            whole,
            rules=(replace(line, rule=f"r{text}", title=text), *whole.rules[1:]),
            drafts=(replace(draft, subject=text, to=(text,), rule=text),),
            clashes=(Clash(text, text, date(2026, 12, 1)),),
            failed=(text,),
        )
        html = page(odd)
        html.encode("utf-8")
        return read(html).tags

    assert made_of(text) == made_of("calm")


def test_links_lead_to_the_files_of_drafts() -> None:
    hrefs = [attributes["href"] for attributes in read(page(report())).attributes if attributes[""] == "a"]
    assert hrefs == ["drafts/1.eml", "drafts/2%20%C3%BC.eml"]


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed (Debian: apt install chromium)")
def test_a_browser_draws_it_without_a_complaint(tmp_path: Path) -> None:
    ground, rows, said_by_browser = picture(tmp_path, page(report()), "1200,1400")
    assert (ground, said_by_browser) == ("#f5f6f8", "")
    assert rows > 200
