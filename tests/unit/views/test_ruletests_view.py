"""Verdicts as JUnit XML and as lines hold together whatever stands in titles."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.model.ruletest import Difference, Verdict
from agendad.views.ruletests import junit, summary, verdict_lines

TEXTS = st.text(max_size=30)  # any characters, also those that XML cannot hold


@settings(deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_junit_is_xml_for_any_text(name: str, title: str, trouble: str) -> None:
    difference = Difference("block", "walk", title, title, (title,), (("title", title, name),))
    failed = Verdict("a.test.yaml", name, 1, (difference,))
    unjudged = Verdict("a.test.yaml", name, 2, trouble=f"x{trouble}")
    root = ET.fromstring(junit([failed, unjudged], [(name, title)]))  # noqa: S314  # our own text
    first, second, broken = root.iter("testcase")
    assert [child.tag for child in (*first, *second, *broken)] == ["failure", "failure", "error"]
    assert [suite.get("failures") for suite in root] == ["2", "0"]


@given(TEXTS)
def test_every_line_of_a_failure_is_indented_below_its_test(title: str) -> None:
    difference = Difference("draft", "thanks", title, "", (title,))
    first, *rest = verdict_lines(Verdict("a.test.yaml", "a", 1, (difference,)), colour=False).split("\n")
    assert first == "  FAILED  a"
    assert all(line.startswith("          ") for line in rest)


def test_the_summary_counts() -> None:
    good, bad = Verdict("a", "a", 1), Verdict("a", "b", 2, trouble="x")
    assert summary([good]) == "1 test, all passed"
    assert summary([good, bad]) == "2 tests, 1 failed"


def test_colour_is_there_when_it_is_asked_for() -> None:
    good = Verdict("a", "a", 1)
    assert verdict_lines(good, colour=True) == "  \033[32mok    \033[0m  a"
    assert verdict_lines(good, colour=False) == "  ok      a"
