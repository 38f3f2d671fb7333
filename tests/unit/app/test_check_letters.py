"""`check` tries every template: what it accepts does not fail when the letter is due."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from agendad.app.balance import BalanceRow
from agendad.app.check import problems
from agendad.app.letter_views import ContactView, EventView, PersonView, SlotView
from agendad.app.letters import Writer
from agendad.diagnostics import Severity
from agendad.drafting.words import FILTERS
from agendad.rules.load import load_configuration
from agendad.views.signals import SignalRow
from unit.app.letter_world import GRACE, NOW, PARIS, STARTER, draft, letter, meeting, surroundings

CONFIGURATION = """\
version: 1
me: {{name: Ada, emails: [ada@example.com], domains: [example.com]}}
timezone: Europe/Paris
language: {language}
calendar: {{provider: local, path: c, write: p, read: [p]}}
mail: {{provider: maildir, path: Mail}}
"""
AFTER = "after: {meeting: external}, to: attendees"
FRIDAY = "every: friday, at: 16:00, to: me"


class Folder:
    """A configuration folder that is checked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "rules").mkdir()
        (path / "templates").mkdir()

    def check(self, rule: str, templates: dict[str, str], language: str = "en", people: str = "") -> list[str]:
        """Place, code and message of each problem of one rule that drafts `x.md.j2`."""
        (self.path / "agendad.yaml").write_text(CONFIGURATION.format(language=language))
        (self.path / "rules/a.yaml").write_text(f"version: 1\nrules:\n  a: {{draft: x.md.j2, {rule}}}\n")
        (self.path / "people.yaml").write_text(f"version: 1\npeople: {{{people}}}\n")
        for name, text in templates.items():
            (self.path / "templates" / name).write_text(text)
        loaded = load_configuration(self.path, template_dirs=(self.path / "templates",))
        self.found = problems(loaded, self.path, NOW.date())
        return [
            f"{each.span.file}:{each.span.line}:{each.span.column}: {each.code}: {each.message}" for each in self.found
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def template(body: str, subject: str = "Hello", more: str = "") -> str:
    return f'---\nsubject: "{subject}"\n{more}---\n{body}\n'


def test_an_unknown_name_is_told_with_line_column_and_the_known_one(folder: Folder) -> None:
    found = folder.check(AFTER, {"x.md.j2": template("Hello\n{% if event.place %}{{ persn.name }}{% endif %}")})
    assert found == ["templates/x.md.j2:5:24: unknown-name: there is no `persn` here"]
    (problem,) = folder.found
    assert problem.hint == "did you mean `person`?"
    assert problem.source == "{% if event.place %}{{ persn.name }}{% endif %}"
    assert problem.span.end_column == 29


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello", "1:1: template: the template has no front matter"),
        ("---\nx-a: b\n---\nHello", "1:1: template: the front matter has no `subject`"),
        ("---\nsubjct: b\n---\nHello", "2:1: template: unknown key `subjct` in the front matter"),
        (template("{% if x %}"), "4:1: template: unexpected end of template"),
        (template("{{ now | whn }}"), "4:1: template: there is no filter `whn`"),
        (template("{{ 1 / 0 }}"), "4:1: template: division by zero"),
        (template("x", "{{ person.notes }}"), "2:1: template: the subject is empty"),
        (template("{{ event.titel }}"), "4:10: unknown-name: there is no `titel` in `event`"),
        (template("{{ free_slots('3') }}"), "4:1: template: `free_slots` gives 1 to 20 slots"),
        (template("{{ free_slots(3, lasts='30') }}"), "4:1: template: `free_slots`: `30` has no unit"),
        (
            template("{% for x in range(9999) %}{% for y in range(9999) %}{% endfor %}{% endfor %}"),
            "4:1: template: this",
        ),
        (template("{% if not event.place %}{{ 1 / 0 }}{% endif %}"), "4:1: template: division by zero"),
        (template("{% if event.all_day %}{{ 1 / 0 }}{% endif %}"), "4:1: template: division by zero"),
        (template("{% if people | length > 1 %}{{ 1 / 0 }}{% endif %}"), "4:1: template: division by zero"),
        (template("{% if not person.topics %}{{ 1 / 0 }}{% endif %}"), "4:1: template: division by zero"),
        (template("{{ history(person)[0].title }}"), "4:1: template:"),
        (template("{{ event.attendees[0].name }}"), "4:1: template:"),
    ],
)
def test_what_would_fail_is_found(folder: Folder, text: str, said: str) -> None:
    found = folder.check(AFTER, {"x.md.j2": text})
    assert len(found) == 1
    assert found[0].startswith(f"templates/x.md.j2:{said}")


def test_every_variant_is_tried(folder: Folder) -> None:
    found = folder.check(AFTER, {"x.md.j2": template("x"), "x.fr.md.j2": template("{{ x }}")})
    assert found == ["templates/x.fr.md.j2:4:4: unknown-name: there is no `x` here"]


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        (AFTER, True),
        ("before: {meeting: external}, to: organizer", True),
        (FRIDAY, False),
        ("when: {none: {title: x}, in: 30d}, to: me", False),
    ],
)
def test_there_is_an_event_where_one_sets_the_rule_off(folder: Folder, rule: str, known: bool) -> None:
    found = folder.check(rule, {"x.md.j2": template("{{ event.title }}{{ person.name }}")})
    assert found == ([] if known else ["templates/x.md.j2:4:4: unknown-name: there is no `event` here"])
    assert all("{% if event is defined %}" in each.hint for each in folder.found)


def test_a_template_may_ask_whether_there_is_an_event(folder: Folder) -> None:
    assert folder.check(FRIDAY, {"x.md.j2": template("{% if event is defined %}{{ event.title }}{% endif %}")}) == []


def test_the_reply_of_a_guard_is_tried(folder: Folder) -> None:
    (folder.path / "rules/b.yaml").write_text(
        "version: 1\nrules:\n  b: {protect: Evenings, every: weekday, at: 18:00-22:00, draft: y.md.j2}\n"
    )
    found = folder.check(FRIDAY, {"x.md.j2": template("x"), "y.md.j2": template("{{ event.title }}{{ z }}")})
    assert found == ["templates/y.md.j2:4:21: unknown-name: there is no `z` here"]


def test_a_problem_of_two_rules_is_told_once(folder: Folder) -> None:
    (folder.path / "rules/b.yaml").write_text(f"version: 1\nrules:\n  b: {{draft: x.md.j2, {AFTER}}}\n")
    assert len(folder.check(AFTER, {"x.md.j2": template("{{ z }}")})) == 1


class TestLanguages:
    def test_the_configured_language_must_be_there(self, folder: Folder):
        found = folder.check(AFTER, {"x.fr.md.j2": template("x"), "x.it.md.j2": template("x")}, "en")
        message = "the template `x.md.j2` has no text in `en`, the configured language"
        assert found == [f"rules/a.yaml:3:14: missing-language: {message}"]
        assert folder.found[0].severity is Severity.ERROR
        assert folder.found[0].hint == "add `x.en.md.j2`, or `x.md.j2` for every other language"

    def test_a_variant_of_the_language_is_enough(self, folder: Folder):
        assert folder.check(AFTER, {"x.fr.md.j2": template("x")}, "fr-CA") == []

    def test_the_language_of_a_person_is_missed(self, folder: Folder):
        people = "a: {name: A, language: de}, b: {name: B, language: de-AT}, c: {name: C, language: fr}"
        found = folder.check(AFTER, {"x.md.j2": template("x"), "x.fr.md.j2": template("x")}, "en", people)
        message = "the template `x.md.j2` has no text in `de`, which `a` and 1 more speak"
        assert found == [f"rules/a.yaml:3:14: missing-language: {message}"]
        assert folder.found[0].severity is Severity.WARNING
        assert folder.found[0].hint == "add `x.de.md.j2`; until then they get `en`"

    def test_a_template_that_says_its_language_serves_it(self, folder: Folder):
        texts = {"x.md.j2": template("x", more="language: de\n"), "x.fr.md.j2": template("x")}
        assert folder.check(AFTER, texts, "fr", "a: {name: A, language: de}") == []

    def test_a_template_of_one_language_is_nobody_s_lack(self, folder: Folder):
        assert folder.check(AFTER, {"x.md.j2": template("x")}, "en", "a: {name: A, language: de}") == []

    def test_a_letter_to_oneself_needs_no_other_language(self, folder: Folder):
        texts = {"x.md.j2": template("x"), "x.fr.md.j2": template("x")}
        assert folder.check(FRIDAY, texts, "en", "a: {name: A, language: de}") == []


class TestPage:
    """`docs/templates.md` says what there is."""

    PAGE = (Path(__file__).parents[3] / "docs/templates.md").read_text("utf-8")

    def test_its_example_is_accepted(self, folder: Folder):
        (example,) = re.findall(r"```jinja\n(.*?)```", self.PAGE, re.DOTALL)
        assert folder.check(AFTER, {"x.md.j2": example}) == []

    def test_it_has_every_name_filter_and_field(self):
        wanted = draft(letter("x"), GRACE, about=meeting(GRACE))
        context = Writer(surroundings()).context(wanted, PARIS, "en")
        for name in (*context, *FILTERS):
            assert re.search(rf"^\| `{name}[`(]", self.PAGE, re.MULTILINE), name
        for view in (EventView, PersonView, SlotView, ContactView, BalanceRow, SignalRow):
            names = {each.name for each in fields(view)} | {n for n, v in vars(view).items() if isinstance(v, property)}
            for name in names - {"active"}:
                assert name.startswith("_") or f"`{name}`" in self.PAGE, name

    def test_it_has_every_shipped_letter(self):
        for path in STARTER.glob("*.fr.md.j2"):
            name = path.name.replace(".fr.", ".")
            assert (f"`{name}`" in self.PAGE) == path.read_text("utf-8").startswith("---"), name
