"""Every YAML block of the documentation is a whole file, and passes `agendad check`; the recipes do what they say."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from agendad.app.home import Home
from agendad.app.ruletest import find, run
from agendad.cli.arguments import parse
from agendad.cli.problems import as_text
from agendad.data import rules_dir, templates_dir
from agendad.providers.google.scopes import MEANING, short
from agendad.rules.load import load_configuration

if TYPE_CHECKING:
    from agendad.model.ruletest import Verdict

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
country: FR
working_hours: {mon-fri: "09:00-18:00"}
calendar: {provider: local, path: calendars, write: personal, read: [personal]}
mail: {provider: maildir, path: Mail}
"""
PEOPLE = """\
version: 1
groups: [board]
people:
  ada: {name: Ada Martin, emails: [ada@example.org], groups: [board, mentors, customers], tier: 1}
  grace: {name: Grace Hopper, emails: [grace@example.org], groups: [team], tier: 1}
  alan: {name: Alan Turing, emails: [alan@example.org], groups: [team, network], tier: 2}
  # what the rule pack `cto` names beside those
  joan:
    name: Joan Clarke
    emails: [joan@example.org]
    groups: [
      leads, developers, leadership, peers, talents, business, experts, rising, mentees, mastermind,
      coach, customers, sales
    ]
    tier: 3
"""
TEMPLATE = re.compile(r"[\w/-]+\.md\.j2")
BLOCK = re.compile(r"^ *```(?P<kind>\w*)\n(?P<text>.*?)^ *```", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block, with its place for the name of the test."""

    place: str
    text: str


def blocks(kind: str) -> list[Block]:
    """All fenced blocks of a kind in the documentation."""
    return [
        Block(f"{page.relative_to(ROOT)}:{page.read_text()[: match.start()].count(chr(10)) + 1}", match["text"])
        for page in PAGES
        for match in BLOCK.finditer(page.read_text())
        if match["kind"] == kind
    ]


def write(folder: Path, text: str) -> None:
    """Puts a block where a file of its kind belongs, beside what it needs to be checked."""
    files = {"agendad.yaml": CONFIGURATION, "people.yaml": PEOPLE}
    files |= {f"templates/{name}": "---\nsubject: Hello\n---\nHello\n" for name in TEMPLATE.findall(text)}
    if re.search(r"^rules:", text, re.MULTILINE):
        files["rules/example.yaml"] = text
    elif re.search(r"^people:\n", text, re.MULTILINE):
        files["people.yaml"] = text
    else:
        files["agendad.yaml"] = text
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


PEOPLE_FILES = shutil.ignore_patterns("people*.yaml")  # no rules, and these folders are read as such
RULE_TESTS = [block for block in blocks("yaml") if re.search(r"^tests:", block.text, re.MULTILINE)]
RECIPES = [block for block in blocks("yaml") if block.place.startswith("docs/cookbook.md") and block not in RULE_TESTS]
RECIPE_TESTS = ROOT / "tests/corpus/cookbook.test.yaml"


def pack(folder: Path) -> None:
    """The starter pack, for tests of its rules."""
    for path in (rules_dir() / "starter").glob("*.yaml"):
        if not path.name.endswith(".test.yaml"):
            (folder / path.name).write_bytes(path.read_bytes())
    shutil.copytree(templates_dir() / "starter", folder / "templates", ignore=PEOPLE_FILES)


def cookbook(folder: Path) -> None:
    """All recipes together, each a file, with the templates that stand beside them."""
    for number, block in enumerate(RECIPES):
        (folder / f"{number}.yaml").write_text(block.text)
    shutil.copytree(templates_dir() / "starter", folder / "templates", ignore=PEOPLE_FILES)
    names = [name for block in RECIPES for name in TEMPLATE.findall(block.text)]
    own = [name for name in dict.fromkeys(names) if not (folder / "templates" / name).exists()]
    for name, block in zip(own, letters("docs/cookbook.md"), strict=True):  # in the order in which rules name them
        (folder / "templates" / name).write_text(block.text)


def tutorial(folder: Path) -> None:
    """The first rule that the tutorial writes."""
    rule = next(block for block in blocks("yaml") if block.place.startswith("docs/tutorial.md"))
    (folder / "mine.yaml").write_text(rule.text)


def letters(page: str) -> list[Block]:
    """The templates that a page shows."""
    return [block for block in blocks("jinja") if block.place.startswith(page)]


def verdicts(folder: Path, tests: str) -> list[Verdict]:
    """What comes of rule tests about the rules of a folder."""
    (folder / "example.test.yaml").write_text(tests)
    found = find(Home(folder / "none", folder / "none"), [folder])
    assert not found.problems, as_text(found.problems, colour=False)
    return list(run(found))


@pytest.mark.parametrize("block", RULE_TESTS, ids=lambda block: block.place)
def test_rule_tests_in_the_documentation_pass(block: Block, tmp_path: Path) -> None:
    """Those of the cookbook and the tutorial on the rules there, all others on the starter pack."""
    page = block.place.partition(":")[0]
    {"docs/cookbook.md": cookbook, "docs/tutorial.md": tutorial}.get(page, pack)(tmp_path)
    came = verdicts(tmp_path, block.text)
    assert came
    assert [verdict for verdict in came if not verdict.passed] == []


def test_every_recipe_does_what_it_says(tmp_path: Path) -> None:
    cookbook(tmp_path)
    assert [verdict for verdict in verdicts(tmp_path, RECIPE_TESTS.read_text()) if not verdict.passed] == []


def test_every_rule_of_the_cookbook_has_a_test() -> None:
    tested = RECIPE_TESTS.read_text() + "".join(block.text for block in RULE_TESTS)
    for block in RECIPES:
        for rule in re.findall(r"^  ([a-z][a-z0-9-]*):$", block.text, re.MULTILINE):
            assert re.search(rf"rules: \[[^]]*\b{rule}\b", tested), rule


def test_the_cookbook_has_thirty_recipes() -> None:
    headings = re.findall(r"^### (\d+)\. ", (ROOT / "docs/cookbook.md").read_text(), re.MULTILINE)
    assert headings == [str(number) for number in range(1, 31)]


@pytest.mark.parametrize(
    "block", [block for block in blocks("yaml") if block not in RULE_TESTS], ids=lambda block: block.place
)
def test_yaml_in_the_documentation_is_correct(block: Block, tmp_path: Path) -> None:
    write(tmp_path, block.text)
    packs = [folder for folder in templates_dir().iterdir() if folder.is_dir()]
    found = load_configuration(tmp_path, template_dirs=(*packs, templates_dir(), tmp_path / "templates"))
    wrong = [problem for problem in found.diagnostics if problem.code != "no-rules"]
    assert not wrong, as_text(wrong, colour=False)


def test_a_wrong_block_would_be_found(tmp_path: Path) -> None:
    write(tmp_path, "version: 1\nrules:\n  a:\n    block: A\n    evry: day\n    at: 09:00-10:00\n")
    assert load_configuration(tmp_path).has_errors


@pytest.mark.parametrize("block", blocks("json"), ids=lambda block: block.place)
def test_json_in_the_documentation_is_json(block: Block) -> None:
    json.loads(block.text)


def test_the_security_page_names_each_scope_that_can_be_asked_for_and_no_other() -> None:
    page = (ROOT / "docs/security.md").read_text()
    assert set(re.findall(r"^\| `((?:calendar|gmail)\.[a-z.]+)` \|", page, re.MULTILINE)) == set(map(short, MEANING))


@pytest.mark.parametrize("block", blocks(""), ids=lambda block: block.place)
def test_commands_in_the_documentation_are_understood(block: Block) -> None:
    for line in block.text.splitlines():
        given = line.removeprefix("$ ").partition("&& ")
        words = shlex.split(given[2] or given[0], comments=True) if "agendad " in line else []
        if words[:1] == ["agendad"]:
            assert parse(words[1:]) is not None


@pytest.mark.parametrize("pack", sorted(path.name for path in rules_dir().iterdir() if path.is_dir()))
def test_the_shipped_packs_are_correct(pack: str, tmp_path: Path) -> None:
    """With the people of its own people file, so that nobody is missing either."""
    (tmp_path / "agendad.yaml").write_text(CONFIGURATION)
    (tmp_path / "people.yaml").write_bytes((templates_dir() / pack / "people.yaml").read_bytes())
    (tmp_path / "rules").mkdir()
    for path in (rules_dir() / pack).glob("*.yaml"):
        (tmp_path / "rules" / path.name).write_bytes(path.read_bytes())
    found = load_configuration(tmp_path, template_dirs=(templates_dir() / pack,))
    assert not found.diagnostics, as_text(found.diagnostics, colour=False)
    assert found.rules
