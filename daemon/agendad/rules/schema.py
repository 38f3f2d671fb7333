"""JSON Schema (draft-07) of the files that a person edits, for the completion and the checks of an editor.

Made from the table of fields; `agendad schema` prints it and `docs/schema/` keeps a copy, which a test holds in step.
The reader says more than a schema can: what goes together, what exists, how phrases are spelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.rules.fields import accounts, configuration, people, rule, selector, trigger

if TYPE_CHECKING:
    from agendad.rules.table import Schema, Table

KINDS: Final = ("rules", "configuration", "people")
"""What there is a schema for: rule files, agendad.yaml, people.yaml."""

_ROOTS: Final = {"rules": rule.FILE, "configuration": configuration.CONFIGURATION, "people": people.FILE}
_DEFINITIONS: Final[dict[str, dict[str, Table]]] = {
    "rules": {
        "rule": rule.RULE,
        "step": rule.STEP,
        "cap": rule.CAP,
        "selector": selector.SELECTOR,
        "attendees": selector.ATTENDEES,
        "recurrence": trigger.RECURRENCE,
        "busy": trigger.BUSY,
    },
    "configuration": {
        "me": configuration.ME,
        "away": configuration.AWAY,
        "limits": configuration.LIMITS,
        "calendar": accounts.CALENDAR,
        "mail": accounts.MAIL,
        "people": accounts.PEOPLE,
    },
    "people": {"person": people.PERSON},
}
_TITLES: Final = {"rules": "agendad rule file", "configuration": "agendad.yaml", "people": "people.yaml"}


def schema(kind: str) -> Schema:
    """The schema of one of `KINDS`."""
    definitions = {name: _table(table) for name, table in _DEFINITIONS[kind].items()}
    if kind == "rules":
        definitions["rule"]["allOf"] = [
            _one_of(("every", "after", "before", "steps")),
            _one_of(("block", "protect", "steps")),
        ]
        definitions["step"]["allOf"] = [_one_of(("block", "protect"))]
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
    fields = [field for field in table.fields.values() if not field.later]
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


def _one_of(names: tuple[str, ...]) -> Schema:
    return {"oneOf": [{"required": [name]} for name in names]}
