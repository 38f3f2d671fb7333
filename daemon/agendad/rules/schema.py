"""JSON Schema (draft-07) of the files that a person edits, for the completion and the checks of an editor.

Made from the table of fields; `agendad schema` prints it and `docs/schema/` keeps a copy, which a test holds in step.
The reader says more than a schema can: what goes together, what exists, how phrases are spelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.rules.fields import (
    accounts,
    categories,
    company,
    configuration,
    expect,
    people,
    rule,
    ruletest,
    selector,
    state,
    trigger,
)

if TYPE_CHECKING:
    from agendad.rules.table import Schema, Table

KINDS: Final = ("rules", "configuration", "people", "tests")
"""What there is a schema for: rule files, agendad.yaml, people.yaml, rule tests."""

_ROOTS: Final = {
    "rules": rule.FILE,
    "configuration": configuration.CONFIGURATION,
    "people": people.FILE,
    "tests": ruletest.FILE,
}
_DEFINITIONS: Final[dict[str, dict[str, Table]]] = {
    "rules": {
        "rule": rule.RULE,
        "step": rule.STEP,
        "cap": rule.CAP,
        "selector": selector.SELECTOR,
        "attendees": selector.ATTENDEES,
        "recurrence": trigger.RECURRENCE,
        "busy": trigger.BUSY,
        "state": state.STATE,
        "for_each": company.PEOPLE,
        "with": company.COMPANY,
    },
    "configuration": {
        "me": configuration.ME,
        "away": configuration.AWAY,
        "limits": configuration.LIMITS,
        "calendar": accounts.CALENDAR,
        "mail": accounts.MAIL,
        "people": accounts.PEOPLE,
        "category": categories.CATEGORY,
        "selector": selector.SELECTOR,
        "attendees": selector.ATTENDEES,
    },
    "people": {"person": people.PERSON},
    "tests": {
        "test": ruletest.TEST,
        "event": ruletest.EVENT,
        "attendee": ruletest.ATTENDEE,
        "recurrence": trigger.RECURRENCE,
        "mail": ruletest.MAIL,
        "person": ruletest.PERSON,
        "expect": expect.EXPECT,
        "block": expect.BLOCK,
        "draft": expect.DRAFT,
        "skipped": expect.SKIPPED,
        "violation": expect.VIOLATION,
        "me": configuration.ME,
        "away": configuration.AWAY,
    },
}
_TITLES: Final = {
    "rules": "agendad rule file",
    "configuration": "agendad.yaml",
    "people": "people.yaml",
    "tests": "agendad rule tests (*.test.yaml)",
}


def schema(kind: str) -> Schema:
    """The schema of one of `KINDS`."""
    definitions = {name: _table(table) for name, table in _DEFINITIONS[kind].items()}
    if kind == "rules":
        definitions["rule"]["allOf"] = [
            {"oneOf": [_has(name) for name in rule.TRIGGERS]},
            {"oneOf": [*_VERBS, _has("steps")]},
        ]
        definitions["step"]["allOf"] = [{"oneOf": _VERBS}]
    if kind == "configuration":
        definitions["calendar"] |= _by_provider("google", needed=["path", "write"])
        definitions["mail"] |= _by_provider("gmail", needed=["path"])
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": _TITLES[kind],
        **_table(_ROOTS[kind]),
        "definitions": definitions,
    }


def as_text(kind: str) -> str:
    """The schema as it is printed and kept: indented JSON with a line end."""
    import json

    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def _table(table: Table) -> Schema:
    fields = table.fields.values()
    found: Schema = {
        "type": "object",
        "properties": {field.name: {"description": field.means, **_beside(field.schema)} for field in fields},
        "patternProperties": {"^x-": {}},
        "additionalProperties": False,
    }
    required = [field.name for field in fields if field.required]
    return found | {"required": required} if required else found


def _beside(schema: Schema) -> Schema:
    """A fragment that may stand beside a description: draft-07 ignores everything next to `$ref`."""
    return {"allOf": [schema]} if "$ref" in schema else schema


def _by_provider(remote: str, needed: list[str]) -> Schema:
    """What a part needs unless it lives at `remote`; there it has no path."""
    return {
        "if": {"properties": {"provider": {"const": remote}}, "required": ["provider"]},
        "then": {"not": _has("path")},
        "else": {"required": needed},
    }


def _has(name: str) -> Schema:
    return {"required": [name]}


_VERBS: Final = [_has("block"), _has("protect"), {"required": ["draft"], "not": _has("protect")}]
"""What a rule or a step does; beside `protect`, `draft` is its reply and no verb of its own."""
