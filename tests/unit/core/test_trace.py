"""Reasons become sentences: each code has one, and it says its facts as a person reads them."""

from __future__ import annotations

import pytest

from agendad.core.trace import clock_length, sentence, sentences
from agendad.model.reasons import Reason, ReasonCode

FACTS = {
    "phrase": "every weekday",
    "event": "Board",
    "rule": "deep",
    "day": "2026-11-24",
    "busy": "120",
    "on": "week 1",
    "starting": "2026-11-23",
    "above": "300",
    "met": "1",
    "of": "2",
    "wanted": "180",
    "minutes": "45",
    "pieces": "2",
    "longest": "30",
    "fields": "show_as, title",
    "by": "away",
    "since": "2026-11-23",
    "deadline": "2026-11-25 18:00",
    "subject": "Board",
    "person": "Ada",
    "most": "3",
    "share": "93",
    "bound": "90",
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", ReasonCode)
def test_every_code_has_a_sentence_that_reads_in_a_list(code: ReasonCode, language: str) -> None:
    text = sentence(Reason(code, FACTS), language)
    assert text == text.strip()
    assert text[0].islower() or text[0] in "“`«"
    assert not text.endswith(".")
    assert not set("{}") & set(text)


@pytest.mark.parametrize("language", ["en", "fr-CA", "de"])
@pytest.mark.parametrize("code", ReasonCode)
def test_a_missing_fact_leaves_no_trace_of_the_machine(code: ReasonCode, language: str) -> None:
    assert not set("{}") & set(sentence(Reason(code), language))


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        (ReasonCode.AFTER_EVENT, {"event": "Board", "day": "2026-11-24"}, "after “Board” on 2026-11-24"),
        (ReasonCode.BEFORE_EVENT, {"event": ""}, "before an event without a title"),
        (ReasonCode.SATISFIED, {"event": "Gym"}, "“Gym” stands in the calendar already"),
        (
            ReasonCode.SHRUNK,
            {"minutes": "45", "wanted": "120", "event": "Call"},
            "shortened from 2h to 45m, because of “Call”",
        ),
        (
            ReasonCode.SHRUNK,
            {"minutes": "45", "wanted": "120", "rule": "x"},
            "shortened from 2h to 45m, because of rule `x`",
        ),
        (ReasonCode.MOVED_ASIDE, {}, "moved aside"),
        (ReasonCode.HAND_KEPT, {"fields": "show_as"}, "keeps what the person changed: show as"),
        (
            ReasonCode.WHEN_STATE,
            {"since": "2026-11-02", "hours": "90", "limit": "120"},
            "the state that its rule watches for holds since 2026-11-02: 1h30m, the bound is 2h",
        ),
        (
            ReasonCode.WHEN_STATE,
            {"since": "2026-11-02", "days": "31"},
            "the state that its rule watches for holds since 2026-11-02: no such event for 31 days",
        ),
        (ReasonCode.RULE_CHANGED, {"renamed_from": "old"}, "its rule changed (renamed from `old`)"),
    ],
)
def test_the_facts_are_in_the_sentence(code: ReasonCode, facts: dict[str, str], expected: str) -> None:
    assert sentence(Reason(code, facts)) == expected


def test_a_title_with_braces_is_only_text() -> None:
    assert sentence(Reason(ReasonCode.BEFORE_EVENT, {"event": "{minutes} {0}"})) == "before “{minutes} {0}”"


def test_the_same_sentence_is_said_once() -> None:
    assert sentences((Reason(ReasonCode.PINNED), Reason(ReasonCode.KEPT), Reason(ReasonCode.PINNED))) == [
        "stays where the person put it",
        "stays where it stands",
    ]


@pytest.mark.parametrize(("minutes", "text"), [(0, "0m"), (45, "45m"), (60, "1h"), (95, "1h35m"), (605, "10h05m")])
def test_lengths_are_written_as_in_rules(minutes: int, text: str) -> None:
    assert clock_length(minutes) == text
