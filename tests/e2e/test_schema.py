"""`agendad schema` prints the JSON Schema of each kind of file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

from agendad.cli.commands.schema import KINDS
from agendad.rules import schema

if TYPE_CHECKING:
    from command import Agendad


def test_the_command_offers_every_kind_there_is() -> None:
    assert KINDS == schema.KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_printed_whole(agendad: Agendad, kind: str) -> None:
    done = agendad("schema", kind)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == schema.schema(kind)
    assert agendad("schema", kind, "--json").stdout == done.stdout


def test_rules_are_the_default(agendad: Agendad) -> None:
    assert agendad("schema").stdout == agendad("schema", "rules").stdout


def test_an_unknown_kind_is_wrong_usage(agendad: Agendad) -> None:
    assert agendad("schema", "calendars").returncode == 2


@pytest.mark.parametrize(
    ("part", "fits"),
    [
        ({"calendar": {"provider": "google"}}, True),
        ({"calendar": {"provider": "google", "path": "calendars/"}}, False),
        ({"calendar": {"path": "calendars/", "write": "personal"}}, True),
        ({"calendar": {"path": "calendars/"}}, False),
        ({"calendar": {"provider": "google"}, "mail": {"provider": "gmail"}}, True),
        ({"calendar": {"provider": "google"}, "mail": {"provider": "gmail", "path": "Mail/"}}, False),
        ({"calendar": {"provider": "google"}, "mail": {}}, False),
    ],
)
def test_a_path_is_for_what_lies_on_this_machine(part: dict[str, object], fits: bool) -> None:
    validator = jsonschema.Draft7Validator(schema.schema("configuration"))
    assert validator.is_valid({"version": 1, **part}) is fits
