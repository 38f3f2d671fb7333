"""Text for a terminal keeps its columns at any width, in any script, and harms no terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from view_files import assert_golden
from views_sample import block, event, fields, sample_sheet, sheet_of

from agendad.views.terminal import Terminal, filled, fit, plan_text, week_text

if TYPE_CHECKING:
    from agendad.views.sheet import Sheet


@pytest.mark.parametrize(("language", "width"), [("en", 80), ("fr", 120)])
def test_the_text_is_as_it_was_accepted(language: str, width: int) -> None:
    shown = sample_sheet(language)
    text = week_text(shown, Terminal(width)) + "\n" + plan_text(shown, Terminal(width))
    assert_golden(f"week.{language}.{width}.txt", text)


def test_in_a_file_each_change_is_one_line_with_its_whole_reason() -> None:
    lines = plan_text(sample_sheet(), Terminal(None)).split("\n\n")[0].splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("+ Mon 23 Nov 15:30–15:45 ")
    assert lines[0].endswith("15 minutes after “Staff meeting”, which lasts 1 h 30.")
    assert [line[0] for line in lines] == ["+", "~", "→", "×", "~"]


def test_changes_come_first_conflicts_then_totals_last() -> None:
    text = plan_text(sample_sheet(), Terminal(None))
    order = ["+ Mon 23 Nov", "Lands in protected time", "Not placed", "Deep work  ", "1 new, 1 moved, 2 changed"]
    places = [text.rindex(part) for part in order]
    assert places == sorted(places)
    assert text.endswith("1 not placed, 1 event in protected time; 5 blocks stay as they are.\n")


def test_a_plan_without_changes_says_so_first() -> None:
    assert plan_text(sheet_of(), Terminal()).startswith("Nothing to change.\n")


@pytest.mark.parametrize("width", [60, 80, 100, 133, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    shown = sample_sheet()
    for draw in (week_text, plan_text):
        for line in draw(shown, Terminal(width)).splitlines():
            assert cell_len(line) <= width, line


def test_colour_adds_nothing_but_colour() -> None:
    shown = sample_sheet()
    for draw in (week_text, plan_text):
        plain, painted = draw(shown, Terminal(80)), draw(shown, Terminal(80, color=True))
        assert "\x1b" not in plain
        assert painted != plain
        bare = re.sub(r"\x1b\[\d+m", "", painted)
        assert [line.rstrip() for line in bare.splitlines()] == plain.splitlines()


def test_a_title_cannot_drive_the_terminal() -> None:
    title = "a\x1b]0;owned\x07b\x9b31mc\r\nd"
    shown = sheet_of(
        event(fields(title, 0, "10:00-12:00")), blocks=(block("r/2026-11-24", fields(title, 1, "9:00-10:00")),)
    )
    text = week_text(shown, Terminal()) + plan_text(shown, Terminal())
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


@given(st.text(st.sampled_from("ab é晩🍜שלום\u0301"), max_size=40), st.integers(0, 30))
def test_fitted_text_takes_exactly_its_columns(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@given(st.text(st.sampled_from("ab é晩🍜"), max_size=60), st.integers(2, 30))
def test_filled_text_loses_nothing_but_blanks(text: str, width: int) -> None:
    lines = list(filled(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def crowded(number: int) -> Sheet:
    """A sheet with so many events at once."""
    return sheet_of(*(event(fields(f"Event {n}", 0, "10:00-12:00")) for n in range(number)))


def test_more_at_once_than_a_column_can_name_are_counted() -> None:
    text = week_text(crowded(7), Terminal(80))
    assert "+5" in text
    assert all(cell_len(line) <= 80 for line in text.splitlines())
