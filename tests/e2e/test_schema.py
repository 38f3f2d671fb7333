"""`agendad schema` prints the JSON Schema of each kind of file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from agendad.cli.commands.schema import KINDS
from agendad.rules import schema

if TYPE_CHECKING:
    from conftest import Agendad


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
