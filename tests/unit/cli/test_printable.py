"""What a hostile title can do to a terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendad.cli.printable import json_printable, printable

HOSTILE = ("\x1b[2J", "\x1b]0;owned\x07", "\r", "\x9b2J", "\u202e", "\u2066", "\x08", "\x7f")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_title_cannot_move_the_cursor_or_turn_the_reading_order(text: str) -> None:
    assert printable(f"a{text}b", colour=True).isprintable() or "�" in printable(f"a{text}b", colour=True)
    assert not set(printable(text)) & set("\x1b\r\x07\x08\x7f\x9b\u202e\u2066")


def test_colours_stay_where_colours_are_shown() -> None:
    assert printable("\x1b[31mred\x1b[0m", colour=True) == "\x1b[31mred\x1b[0m"
    assert "\x1b" not in printable("\x1b[31mred\x1b[0m")


@given(st.text())
def test_json_means_the_same(text: str) -> None:
    assert json.loads(json_printable(json.dumps(text, ensure_ascii=False))) == text


@given(st.text(alphabet=st.characters(blacklist_categories=("Cc", "Cf", "Zl", "Zp", "Cs"))))
def test_ordinary_text_stays(text: str) -> None:
    assert printable(text) == text
