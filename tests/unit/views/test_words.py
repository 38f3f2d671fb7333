"""Words, dates and lengths read as a person of that language writes them."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest
from views_sample import at

from agendad.views.words import clean, duration, words


def test_both_languages_say_the_same_things_with_the_same_facts() -> None:
    english, french = words("en"), words("fr")
    assert english.text.keys() == french.text.keys()
    assert english.plurals.keys() == french.plurals.keys()
    for name, text in english.text.items():
        facts = {field for _, field, _, _ in Formatter().parse(text) if field}
        assert facts == {field for _, field, _, _ in Formatter().parse(french.text[name]) if field}, name


def test_an_unknown_language_is_english_and_a_region_does_not_matter() -> None:
    assert words("de").tag == "en"
    assert words("fr-CA").tag == "fr"
    assert words("FR").tag == "fr"


@pytest.mark.parametrize(
    ("first", "last", "english", "french"),
    [
        ("2026-11-23", "2026-11-29", "23–29 November 2026", "23–29 novembre 2026"),
        ("2026-06-01", "2026-06-07", "1–7 June 2026", "1er–7 juin 2026"),
        ("2026-11-30", "2026-12-06", "30 November – 6 December 2026", "30 novembre – 6 décembre 2026"),
        ("2026-12-28", "2027-01-03", "28 December 2026 – 3 January 2027", "28 décembre 2026 – 3 janvier 2027"),
        ("2026-05-01", "2026-05-01", "1 May 2026", "1er mai 2026"),
    ],
)
def test_a_range_of_days_says_what_they_share_once(first: str, last: str, english: str, french: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert words("en").day_range(*days) == english
    assert words("fr").day_range(*days) == french


def test_a_span_is_as_short_as_it_can_be() -> None:
    say = words("en")
    assert say.span(at(0, "09:00"), at(0, "12:00")) == "Mon 23 Nov 09:00–12:00"
    assert say.span(at(0, "18:00"), at(1, "00:00")) == "Mon 23 Nov 18:00–24:00"
    assert say.span(at(0, "22:00"), at(1, "02:00")) == "Mon 23 Nov 22:00 – Tue 24 Nov 02:00"
    assert say.span(date(2026, 11, 23), date(2026, 11, 24)) == "Mon 23 Nov"
    assert say.span(date(2026, 11, 23), date(2026, 11, 26)) == "Mon 23 Nov – Wed 25 Nov"


def test_nothing_is_plural_in_english_and_singular_in_french() -> None:
    assert [words("en").count("blocks", n) for n in (0, 1, 2)] == ["0 blocks", "1 block", "2 blocks"]
    assert [words("fr").count("blocks", n) for n in (0, 1, 2)] == ["0 bloc", "1 bloc", "2 blocs"]


def test_lengths_are_in_hours_and_minutes() -> None:
    assert [duration(n) for n in (0, 45, 60, 65, 150, 6000)] == ["0 min", "45 min", "1 h", "1 h 05", "2 h 30", "100 h"]


def test_clean_text_keeps_what_is_seen() -> None:
    shown = "R\u00e9union \U0001f469\u200d\U0001f680 \u05e9\u05dc\u05d5\u05dd\u200f"
    assert clean(f"  {shown} ") == shown
    assert clean("a\r\n\tb\x1b\x9b\u202ec\u2069\ud800") == "a b c"
