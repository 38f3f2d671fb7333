"""`agendad doctor`: checks the installation and says what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context

_SIGNS: Final = {"ok": "ok      ", "warning": "warning ", "error": "error   "}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits with the status that the first error would give a cycle, else 0."""
    from agendad.app.doctor import examine
    from agendad.cli.work import home

    del args
    found = replace(home(context), tell=lambda _: None)  # the findings have it
    loaded = found.read()
    zone = loaded.settings.timezone if loaded.settings else UTC
    findings = list(examine(found, loaded, context.clock(zone).now()))
    if context.json:
        context.print_json(
            {
                "version": 1,
                "findings": [
                    {"part": each.part, "state": each.state, "message": each.message, "hint": each.hint}
                    for each in findings
                ],
            }
        )
    else:
        for each in findings:
            context.print(f"{_SIGNS[each.state]}{each.part}: {each.message}")
            if each.hint:
                context.print(f"        {each.hint}")
    return next((each.exit_status for each in findings if each.state == "error"), 0)
