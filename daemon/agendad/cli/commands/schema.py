"""`agendad schema [KIND]`: the JSON Schema of a kind of file, for an editor to complete and check with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context

KINDS: Final = ("rules", "configuration", "people", "tests")
"""`rules.schema.KINDS`, here so that `--help` need not import it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Of what."""
    about = "of rule files (default), agendad.yaml, people.yaml, or rule tests"
    parser.add_argument("kind", nargs="?", type=_kind, choices=KINDS, default=KINDS[0], help=about)


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the schema; the same with and without `--json`."""
    from agendad.rules.schema import as_text

    context.print(as_text(args.kind).rstrip("\n"))
    return 0


def _kind(word: str) -> str:
    return {"rule": "rules", "test": "tests"}.get(word, word)
