"""What `check` finds by trying: expressions that cannot be filled, times that collide, rules that wait for ever."""

from __future__ import annotations

from datetime import date
from textwrap import indent

import pytest

from agendad.app.check import collisions, problems, unfillable, waiting
from agendad.diagnostics import Severity
from agendad.model.settings import Me
from agendad.rules.load import load_configuration, load_rule_text

TODAY = date(2026, 11, 23)


def rules(*lines: str):
    loaded = load_rule_text("version: 1\ntimezone: Europe/Paris\nrules:\n" + indent("\n".join(lines), "  ") + "\n")
    assert not loaded.has_errors, loaded.diagnostics
    return loaded.rules


def collide(*lines: str) -> list[str]:
    return [each.message for each in collisions(rules(*lines), TODAY)]


A = "a: {block: A, every: weekday, at: 09:00-12:00}"


class TestCollisions:
    @pytest.mark.parametrize(
        "other",
        [
            "b: {block: B, every: tuesday, at: 11:00-13:00}",
            "b: {block: B, every: first monday of month, at: 09:00-10:00}",
            "b: {block: B, every: weekday, at: [10:00-10:30, 11:00-11:30]}",
        ],
    )
    def test_the_lower_of_two_rules_that_always_collide_is_named(self, other: str):
        (message,) = collide(A, other)
        assert message == "rule `b` always collides with `a`, which ranks higher"

    def test_priority_comes_before_the_id(self):
        (message,) = collide(A, "b: {block: B, every: weekday, at: 09:00-10:00, priority: 1}")
        assert message.startswith("rule `a`")

    @pytest.mark.parametrize(
        "other",
        [
            "b: {block: B, every: tuesday, at: 12:00-13:00}",
            "b: {block: B, every: day, at: 09:00-10:00}",
            "b: {block: B, every: tuesday, at: 09:00-10:00, may_overlap: [blocks]}",
            "b: {block: B, every: week, at: 09:00-10:00}",
            "b: {block: B, every: tuesday, lasts: 1h}",
            "b: {block: B, every: saturday, at: 09:00-10:00}",
        ],
    )
    def test_rules_that_have_a_free_time_now_and_then_are_fine(self, other: str):
        assert collide(A, other) == []

    def test_a_night_reaches_into_the_next_day(self):
        found = collide("a: {block: A, every: day, at: 22:00-02:00}", "b: {block: B, every: day, at: 01:00-03:00}")
        assert len(found) == 1

    def test_the_place_is_that_of_the_time(self):
        (problem,) = collisions(rules(A, "b: {block: B, every: tuesday, at: 09:00-10:00}"), TODAY)
        assert (problem.severity, problem.span.line) == (Severity.WARNING, 5)


class TestExpressions:
    def messages(self, *lines: str) -> list[str]:
        return [each.message for each in unfillable(rules(*lines), Me("Ada"))]

    def test_names_that_a_cycle_knows_are_filled(self):
        assert (
            self.messages(
                'a: {block: "After {{ event.title }}", after: {title: x}, lasts: 5m, notes: "{{ me }}{{ start }}"}',
                'b: {block: "{{ rule.id }}", every: weekday, at: 09:00-10:00}',
            )
            == []
        )

    def test_an_unknown_name_is_found_in_every_language_and_step(self):
        found = self.messages(
            'a: {block: {en: "{{ titel }}", fr: "{{ titre }}"}, every: weekday, at: 09:00-10:00}',
            'b: {lasts: 1h, starting: 2027-01-04, steps: [{on: week 1, block: "{{ stepp }}"}]}',
        )
        words = ("titel", "titre", "stepp")
        assert [word for text in found for word in words if word in text] == list(words)

    def test_without_an_event_there_is_no_event(self):
        assert len(self.messages('a: {block: "{{ event.title }}", every: weekday, at: 09:00-10:00}')) == 1


def test_rules_that_follow_each_other_wait_for_ever() -> None:
    found = waiting(rules("a: {block: A, after: {rule: b}, lasts: 5m}", "b: {block: B, before: {rule: a}, lasts: 5m}"))
    assert [(each.code, each.span.line, each.severity) for each in found] == [
        ("never-set-off", 4, Severity.WARNING),
        ("never-set-off", 5, Severity.WARNING),
    ]


def test_all_problems_come_in_the_order_of_their_place_with_the_line_they_are_in(tmp_path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "agendad.yaml").write_text(
        "version: 1\nme: {emails: [a@example.com]}\ntimezone: UTC\n"
        "calendar: {provider: local, path: c, write: p, read: [p]}\n"
    )
    text = 'version: 1\nrules:\n  a: {block: "{{ x }}", every: weekday, at: 09:00-10:00}\n  b: {block: B, evry: day}\n'
    (tmp_path / "rules" / "a.yaml").write_text(text)
    found = problems(load_configuration(tmp_path), tmp_path, TODAY)
    places = [each.span for each in found]
    assert places == sorted(places)
    assert {each.code for each in found} >= {"template", "unknown-key"}
    assert all(each.source for each in found if each.span.file == "rules/a.yaml")
