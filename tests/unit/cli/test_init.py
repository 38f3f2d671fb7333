"""The questions of `agendad init`."""

from __future__ import annotations

import argparse
import io
from typing import TYPE_CHECKING

import pytest

from agendad.app.packs import BEGINNING, packs, themes
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


def test_who_names_a_pack_is_asked_which_of_its_themes(tmp_path: Path) -> None:
    """Each with what it is for; an answer that names another is asked for again."""
    usual = "Ada\nada@example.com\nEurope/Paris\nen\nFR\n\n\n\n\n"
    context, shown = answering(f"{usual}week, brakes\nweek, breaks\n", tmp_path)
    assert init.run(arguments("--pack", "starter"), context) == 0
    assert "\n  breaks      Breaks that follow the day instead of the clock.\n" in shown.getvalue()
    assert "`brakes`; did you mean `breaks`?" in shown.getvalue()
    assert {path.name for path in (tmp_path / "rules").iterdir()} == {
        "breaks.test.yaml",
        "breaks.yaml",
        "week.test.yaml",
        "week.yaml",
    }


@pytest.mark.parametrize("pack", packs())
def test_only_who_takes_a_programme_is_asked_when_it_begins(tmp_path: Path, pack: str) -> None:
    usual = "Ada\nada@example.com\nEurope/Paris\nen\nFR\n\n\n\n\n"
    context, shown = answering(f"{usual}all\n2027-02-02\n2027-02-01\n", tmp_path)
    assert init.run(arguments("--pack", pack), context) == 0
    begins = any(theme.begins for theme in themes(pack))
    assert ("2027-02-02 is a Tuesday; such as 2027-02-01 or 2027-02-08" in shown.getvalue()) is begins
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "rules").glob("*.yaml"))
    days = {line.split()[1] for line in text.splitlines() if line.endswith(f" {BEGINNING}")}
    assert days == ({"2027-02-01"} if begins else set())


def test_nobody_is_asked_anything_where_there_is_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "agendad.yaml").touch()
    context, shown = answering("", tmp_path)
    with pytest.raises(UsageError, match="is there already"):
        init.run(arguments(), context)
    assert shown.getvalue() == ""
