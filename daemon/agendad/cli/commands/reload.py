"""`agendad reload`: the daemon reads its files again at once, also those that did not change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.errors import ProviderError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context


def arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing besides the common options."""


def run(args: argparse.Namespace, context: Context) -> int:
    """Exits 1 when a file has an error and the rules from before keep running, 3 when no daemon runs."""
    from agendad.cli.daemon import asked, report

    del args
    answer = asked(context, "reload")
    if answer is None:
        raise ProviderError("no daemon runs on this state folder", hint="`agendad run` starts one")
    return report(answer, context)
