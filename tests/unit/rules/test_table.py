"""The table of fields agrees with itself, with the schema and with the reference page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agendad.rules.fields import accounts, categories, company, configuration, people, rule, selector, state, trigger
from agendad.rules.reference import SECTIONS, filled
from agendad.rules.schema import KINDS, as_text, schema
from agendad.rules.table import Field, Table
from agendad.rules.tree import Broken, Mapping, Node, Scalar, Sequence, parse

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "rules.md"
TABLES = (
    rule.FILE,
    rule.RULE,
    rule.STEP,
    rule.CAP,
    trigger.RECURRENCE,
    trigger.BUSY,
    selector.SELECTOR,
    selector.ATTENDEES,
    state.STATE,
    company.PEOPLE,
    company.COMPANY,
    configuration.CONFIGURATION,
    configuration.ME,
    configuration.AWAY,
    configuration.LIMITS,
    accounts.CALENDAR,
    accounts.MAIL,
    accounts.PEOPLE,
    categories.CATEGORY,
    people.FILE,
    people.PERSON,
)
FIELDS = [(table, field) for table in TABLES for field in table.fields.values()]


def name(value: object) -> str | None:
    """The part of a test's name for a table or a field."""
    return value.name if isinstance(value, Table | Field) else None


def node_of(text: str) -> Node:
    """The value of `key: TEXT`."""
    document = parse("example.yaml", f"key: {text}\n".encode())
    assert not document.problems
    assert isinstance(document.root, Mapping)
    return document.root.entries["key"][1]


def json_value(node: Node) -> object:
    """What a YAML 1.2 editor makes of a node (core schema)."""
    if isinstance(node, Sequence):
        return [json_value(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: json_value(value) for key, (_, value) in node.entries.items()}
    assert isinstance(node, Scalar)
    if node.plain and re.fullmatch(r"[-+]?\d+", node.text):
        return int(node.text)
    return {"true": True, "false": False}.get(node.text, node.text) if node.plain else node.text


def yaml_blocks() -> list[str]:
    """The YAML files of the reference page."""
    return re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def kind_of(text: str) -> str:
    """Which of the three kinds of file a block is."""
    return "rules" if "\nrules:" in text else "people" if "\npeople:\n" in text else "configuration"


@pytest.mark.parametrize(("table", "field"), FIELDS, ids=name)
def test_the_example_of_a_field_is_read_by_the_field(table: Table, field: Field[Any]) -> None:
    field.read(node_of(field.example))


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_synonym_means_one_key_and_is_none_itself(table: Table) -> None:
    synonyms = [synonym for field in table.fields.values() for synonym in field.synonyms]
    assert not set(synonyms) & set(table.fields)
    assert sorted(synonyms) == sorted(set(synonyms))


@pytest.mark.parametrize(("table", "field"), FIELDS, ids=name)
def test_what_a_field_says_of_triggers_and_verbs_exists(table: Table, field: Field[Any]) -> None:
    assert set(field.triggers) <= set(rule.TRIGGERS)
    assert set(field.verbs) <= set(rule.VERBS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_committed_schema_is_the_generated_one(kind: str) -> None:
    """After a change of the table: `agendad schema KIND > docs/schema/KIND.json`."""
    assert (ROOT / "docs" / "schema" / f"{kind}.json").read_text(encoding="utf-8") == as_text(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_a_schema_of_draft_07(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema(kind))


@pytest.mark.parametrize("text", yaml_blocks())
def test_the_schema_accepts_every_file_of_the_reference(text: str) -> None:
    root = parse("block.yaml", text.encode()).root
    assert root is not None
    jsonschema.Draft7Validator(schema(kind_of(text))).validate(json_value(root))


@pytest.mark.parametrize(
    "text",
    [
        "rules: {}",
        "version: 2\nrules: {}",
        "version: 1\nrules: {a: {block: A, evry: day, at: 09:00-10:00}}",
        "version: 1\nrules: {a: {every: day, at: 09:00-10:00}}",
        "version: 1\nrules: {a: {block: A, protect: B, every: day, at: 09:00-10:00}}",
        "version: 1\nrules: {a: {block: A, every: day, after: {meeting: any}}}",
        "version: 1\nrules: {a: {block: A, every: week, lasts: 45}}",
        "version: 1\nrules: {a: {block: A, every: week, lasts: 1h, priority: 5}}",
        "version: 1\nrules: {a: {block: A, draft: a.md.j2, every: week, lasts: 1h}}",
        "version: 1\nrules: {a: {block: A, every: week, lasts: 1h, with: {groop: team}}}",
        "version: 1\nrules: {a: {block: A, every: week, lasts: 1h, with: {group: team, pick: 21}}}",
        "version: 1\nrules: {a: {block: A, every: week, lasts: 1h, for_each: {group: team, pick: 1}}}",
        "version: 1\nrules: {a: {draft: a.md.j2, every: week, unless: sent}}",
        "version: 1\nrules: {a: {block: A, when: {nothing: {meeting: any}, in: 30d}, lasts: 1h}}",
        "version: 1\nrules: {a: {block: A, after: {meting: any}, lasts: 1h}}",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    root = parse("block.yaml", text.encode()).root
    assert root is not None
    assert not jsonschema.Draft7Validator(schema("rules")).is_valid(json_value(root))


def test_the_reference_page_holds_the_table_as_it_is() -> None:
    """After a change of the table: `python -m agendad.rules.reference docs/rules.md docs/rule-tests.md`."""
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page) == page


def test_no_key_is_missing_from_the_reference() -> None:
    """But for those of accounts by CalDAV and IMAP, which belong to a later version."""
    described = [field for section in SECTIONS.values() for field in section]
    later = {"url", "username", "password_command", "password_file", "host", "port", "tls"}
    assert [field.name for _, field in FIELDS if field not in described and field.name not in later] == []


def test_every_key_of_the_reference_has_an_example() -> None:
    assert [field.name for section in SECTIONS.values() for field in section if not field.example.strip()] == []


def keys(node: Node | None) -> set[str]:
    """All keys below a node."""
    if isinstance(node, Mapping):
        return set(node.entries).union(*(keys(value) for _, value in node.entries.values()))
    return set().union(*(keys(item) for item in node.items)) if isinstance(node, Sequence) else set()


def test_the_reference_page_shows_every_key_of_a_rule_in_use() -> None:
    used = set().union(*(keys(parse("block.yaml", text.encode()).root) for text in yaml_blocks()))
    wanted = {
        field.name
        for table in (rule.FILE, rule.RULE, selector.SELECTOR, people.PERSON)
        for field in table.fields.values()
    }
    assert wanted <= used


def test_a_broken_value_is_not_reported_twice() -> None:
    document = parse("a.yaml", b"a: *b\n")
    assert isinstance(document.root, Mapping)
    assert isinstance(document.root.entries["a"][1], Broken)
    assert [problem.code for problem in document.problems] == ["alias"]
