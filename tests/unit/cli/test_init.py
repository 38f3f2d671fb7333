"""The questions of `agendad init`."""

from __future__ import annotations

import argparse
import io
from typing import TYPE_CHECKING

import pytest

from agendad.cli.commands import init
from agendad.cli.context import Context
from agendad.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def answering(answers: str, config: Path) -> tuple[Context, io.StringIO]:
    """A person at a terminal who types these answers, and what they are shown on stderr."""
    shown = io.StringIO()
    context = Context(
        config=config,
        state=None,
        instant=None,
        json=False,
        quiet=False,
        colour=False,
        colour_errors=False,
        interactive=True,
        stdin=io.StringIO(answers),
        stdout=io.StringIO(),
        stderr=shown,
    )
    return context, shown


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    init.arguments(parser)
    return parser.parse_args(words)


def test_an_answer_that_cannot_be_used_is_asked_for_again_at_once(tmp_path: Path) -> None:
    answers = "Ada\nada\nada@example.com\nEurope/Pari\nEurope/Paris\nfr\nFR\n9-18\n9:00-18:00\ncal\nmine\nMail\n"
    context, shown = answering(answers, tmp_path / "config")
    assert init.run(arguments(), context) == 0
    for message in ("`ada` is not a mail address", "did you mean `Europe/Paris`?", "did you mean `09:00-18:00`?"):
        assert shown.getvalue().count(message) == 1
    written = (tmp_path / "config" / "agendad.yaml").read_text("utf-8")
    for answer in ("ada@example.com", "Europe/Paris", "country: FR", "9:00-18:00", "Mail"):
        assert answer in written
    assert (tmp_path / "config" / "cal" / "mine").is_dir()


def test_an_end_of_the_answers_writes_nothing(tmp_path: Path) -> None:
    context, _ = answering("Ada\n", tmp_path / "config")
    with pytest.raises(UsageError, match="nothing was written"):
        init.run(arguments(), context)
    assert not (tmp_path / "config").exists()


def test_an_option_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    context, _ = answering("", tmp_path)
    with pytest.raises(UsageError, match=r"--timezone: `Europe/Pari` is not a time zone") as raised:
        init.run(arguments("--timezone", "Europe/Pari", "--name", "Ada", "--email", "ada@example.com"), context)
    assert raised.value.hint == "did you mean `Europe/Paris`?"
