"""The shipped packs in parts: every theme stands alone, with its tests, whoever takes it and whenever they begin."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from agendad.app import ruletest
from agendad.app.first import Answers, configuration
from agendad.app.home import Home
from agendad.app.init import Choice, write
from agendad.app.pack_people import people_file
from agendad.app.packs import BEGINNING, WHOLE, _tests, chosen, pack_files, packs, themes
from agendad.data import rules_dir, templates_dir
from agendad.errors import UsageError
from agendad.rules.people import read_people
from agendad.rules.ruletests import read_tests

if TYPE_CHECKING:
    from pathlib import Path

STARTING = date(2028, 2, 7)
LATE = date(2027, 11, 29)
"""Little is left of the month, the quarter and the year."""
ABROAD = Answers("de", "Grace", "grace@navy.example", "America/New_York", "DE", "07:30-16:00", "cal/", "mine", "Mail/")


THEMES = [
    (pack, file.stem)
    for pack in packs()
    for file in sorted((rules_dir() / pack).glob("*.yaml"))
    if not file.name.endswith(".test.yaml")
]


@pytest.mark.parametrize("pack", packs())
def test_all_themes_together_are_the_pack(pack: str) -> None:
    """No rule, test or template is left behind, and nothing else comes along."""
    taken = {name for name, _ in pack_files(pack, themes(pack))}
    shipped = {f"rules/{path.name}" for path in (rules_dir() / pack).iterdir()}
    shipped |= {f"templates/{path.name}" for path in (templates_dir() / pack).iterdir() if path.suffix == ".j2"}
    assert taken == shipped
    assert all(theme.about and theme.rules for theme in themes(pack))


@pytest.mark.parametrize(("pack", "theme"), THEMES)
def test_a_theme_stands_alone_and_its_tests_pass_for_anybody(tmp_path: Path, pack: str, theme: str) -> None:
    """In another country, zone and language, with other hours, and with programmes that begin another day."""
    choice = Choice(pack, chosen(pack, theme), STARTING, LATE)
    files = {str(path.relative_to(tmp_path)) for path in write(tmp_path, ABROAD, choice)}
    assert f"rules/{theme}.test.yaml" in files
    templates = {name for name in files if name.startswith("templates/")}
    assert {name for name in templates if ".fr." not in name} == {
        f"templates/{name}" for name in choice.themes[0].templates
    }
    assert {name.replace(".fr.", ".") for name in templates if ".fr." in name} == {
        name for name in templates if ".fr." not in name
    }
    found = ruletest.find(Home(tmp_path, tmp_path / "state"), ())
    assert not found.problems
    failed = {verdict.name: verdict for verdict in ruletest.run(found) if not verdict.passed}
    assert not failed


@pytest.mark.parametrize("pack", packs())
def test_only_the_days_on_which_a_person_begins_are_theirs(pack: str) -> None:
    theirs, shipped = (dict(pack_files(pack, themes(pack), day)) for day in (STARTING, None))
    assert theirs.keys() == shipped.keys()
    for name in shipped:
        for mine, line in zip(theirs[name].splitlines(), shipped[name].splitlines(), strict=True):
            if name.endswith(".yaml") and line.endswith(f" {BEGINNING}".encode()):
                assert str(STARTING).encode() in mine
                assert mine.partition(b":")[0].strip(b" {-") == line.partition(b":")[0].strip(b" {-") == b"starting"
            else:
                assert mine == line


def test_what_is_half_over_is_waited_for() -> None:
    """The month from its second half on, the quarter and the year, too; neither weeks nor what says when it begins."""
    taken = themes("cto")

    def begun(today: date) -> dict[str, str]:
        found = {}
        for name, data in pack_files("cto", taken, STARTING, today):
            for rule, rest in re.findall(r"(?ms)^  ([\w-]+):\n(.*?)(?=^  \S|\Z)", data.decode()):
                if name.startswith("rules/") and (day := re.search(rf"^    starting: (\S+)  {WHOLE}$", rest, re.M)):
                    assert re.search(rf"^    every: .*\n    starting: {day[1]}", rest, re.M)
                    found[rule] = day[1]
        return found

    assert begun(date(2027, 1, 4)) == {}
    half, late = begun(date(2027, 1, 18)), begun(LATE)
    assert half["architecture"] == "2027-02-01"
    assert set(half.values()) <= {"2027-02-01", "2027-01-25"}  # those of every two weeks, too
    assert late["keep-in-touch-monthly"] == "2027-12-01"
    assert late["keep-in-touch-quarterly"] == late["keep-in-touch-yearly"] == "2028-01-01"
    assert not late.keys() & {"deep-work", "monday-coffee", "mentoring-frame", "feedback-session"}


@pytest.mark.parametrize("pack", packs())
def test_the_people_file_explains_every_group_that_the_rules_name_and_fills_it(pack: str) -> None:
    groups = {group for theme in themes(pack) for group in theme.groups}
    for tongue in ("en", "fr"):
        file = people_file(pack, tongue)
        assert file.groups.keys() == groups
        assert all("#" in line for line in file.groups.values())
        assert {group for person in file.people.values() for group in person.groups} == groups
    for name in ("people.yaml", "people.fr.yaml"):
        people, found = read_people((templates_dir() / pack / name).read_bytes())
        assert not found
        assert people is not None
        assert people.declared_groups == groups
        assert people.by_id.keys() == people_file(pack, "en").people.keys()


@pytest.mark.parametrize("pack", packs())
@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_a_first_people_file_has_the_groups_of_the_chosen_themes_and_nobody(pack: str, tongue: str) -> None:
    """When its comments are taken away, there is somebody in each group."""
    for theme in themes(pack):
        text = people_file(pack, tongue).first(theme.groups)
        people, found = read_people(text.encode())
        assert (people is not None and people.declared_groups, found) == (theme.groups, ())
        assert people is not None
        assert not people.by_id
        head, _, examples = text.partition("# people:\n")
        filled = head + "people:\n" + "".join(line.removeprefix("# ") for line in examples.splitlines(keepends=True))
        people, found = read_people(filled.encode())
        assert not found
        assert people is not None
        assert people.by_id
        assert {group for person in people.by_id.values() for group in person.groups} >= theme.groups


def test_a_group_that_a_people_file_does_not_know_is_declared_all_the_same() -> None:
    people, found = read_people(people_file("starter", "en").first({"team", "choir"}).encode())
    assert not found
    assert people is not None
    assert people.declared_groups == {"team", "choir"}


def test_a_theme_that_there_is_not_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="the pack `starter` has no theme `brakes`") as raised:
        chosen("starter", "week,brakes")
    assert raised.value.hint == "did you mean `breaks`?"
    with pytest.raises(UsageError, match="no theme `x`") as raised:
        chosen("starter", "x")
    assert raised.value.hint.startswith("the themes are `breaks`, ")
    assert [theme.name for theme in chosen("starter", " week , breaks,")] == ["breaks", "week"]
    assert chosen("starter", "all") == chosen("starter", "") == themes("starter")


def test_tests_that_name_rules_of_themes_that_were_left_out_stay_behind() -> None:
    """`replies.test.yaml` goes with the one file whose rules it judges, `together.test.yaml` with both of its files."""
    for names, brought in (
        ("week,relations", set()),
        ("protection", {"replies"}),
        ("protection,week,breaks", {"replies", "together"}),
    ):
        files = dict(pack_files("starter", chosen("starter", names)))
        assert {name for name in ("replies", "together") if f"rules/{name}.test.yaml" in files} == brought


def test_of_a_file_of_tests_those_stay_behind_that_need_other_rules() -> None:
    """The others are as they were, each under its comment."""
    whole = (rules_dir() / "starter/signals.test.yaml").read_text("utf-8")
    tests, _ = read_tests("signals.test.yaml", whole.encode())
    assert tests is not None
    for rule in {rule for test in tests.tests for rule in test.rules}:
        known = {rule for theme in themes("starter") for rule in theme.rules} - {rule}
        part = _tests(rules_dir() / "starter/signals.test.yaml", known)
        assert part is not None
        left, problems = read_tests("signals.test.yaml", part)
        assert not problems
        assert left is not None
        assert [test.name for test in left.tests] == [test.name for test in tests.tests if rule not in test.rules]
        comments = [[line for line in text.splitlines() if line.startswith("  #")] for text in (whole, part.decode())]
        assert comments[0] == comments[1]
        assert "\n\n\n" not in part.decode()


@pytest.mark.parametrize("pack", packs())
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_categories_of_a_choice_name_only_its_rules(tmp_path: Path, pack: str, language: str) -> None:
    answers = replace(ABROAD, language=language)
    for theme in themes(pack):
        named = re.findall(r"rule: (?:\[(.+?)\]|([\w-]+))", configuration(answers, theme.rules))
        assert {rule for some, one in named for rule in (one or some).split(", ")} <= theme.rules
    write(tmp_path, answers, Choice(pack, themes(pack), STARTING, LATE))
    file = tmp_path / "agendad.yaml"
    file.write_text(re.sub(r"(?m)^# (categories:|  \S+: \{.*target)", r"\1", file.read_text("utf-8")), "utf-8")
    assert Home(tmp_path, tmp_path / "state").load().configured.categories
