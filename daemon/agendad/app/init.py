"""Writes a first configuration: agendad.yaml and people.yaml with comments, a rule pack and its templates.

Called by `agendad init`.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from agendad.app.first import Answers, configuration, people
from agendad.app.home import Home
from agendad.data import rules_dir, templates_dir
from agendad.diagnostics import Severity
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from agendad.diagnostics import Diagnostic

CONFIGURATION: Final = "agendad.yaml"
PEOPLE: Final = "people.yaml"


def country_of(zone: ZoneInfo) -> str:
    """The country of a time zone by the IANA database's table of both, or empty."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return next((row[0] for row in rows if len(row) > 2 and row[2] == zone.key), "")


def packs() -> list[str]:
    """The names of the shipped rule packs."""
    return sorted(folder.name for folder in rules_dir().iterdir() if any(folder.glob("*.yaml")))


def objection(name: str, value: str) -> Diagnostic | None:
    """What the reader of the configuration has against one answer (the name of a field of `Answers`), or None."""
    from agendad.rules.config import read_settings

    good = Answers("starter", "en", "Ada", "ada@example.com", "UTC", "", "09:00-18:00", "calendars/", "personal")
    _, text = next(_files(replace(good, **{name: value})))
    _, problems = read_settings(Path(), text)
    return next((each for each in problems if each.severity is Severity.ERROR), None)


def write(folder: Path, answers: Answers) -> list[Path]:
    """Writes the configuration into `folder` and returns the files; the calendar folder is made when it is missing.

    A people.yaml that is there already stays as it is.

    Nothing is written when the answers do not make a good configuration. Raises ProblemsFound for that, and UsageError
    when there is a configuration already, when the pack is not known, or a file cannot be written.
    """
    if (folder / CONFIGURATION).exists():
        raise UsageError(f"{folder / CONFIGURATION} is there already", hint="edit it by hand, or use --config DIR")
    if answers.pack not in packs():
        raise UsageError(f"there is no pack `{answers.pack}`", hint=f"the packs are: {', '.join(packs())}")
    contents = dict(_files(answers))
    taken = [name for name in contents if name != PEOPLE and (folder / name).exists()]
    if taken:
        raise UsageError(f"{folder / taken[0]} is there already", hint="move it away, or use --config DIR")
    with TemporaryDirectory() as rehearsal:
        _write_all(Path(rehearsal), contents)
        Home(Path(rehearsal), Path(rehearsal)).load()
    try:
        if (folder / PEOPLE).exists():
            del contents[PEOPLE]
        written = _write_all(folder, contents)
        (folder / Path(answers.calendars).expanduser() / answers.write).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None
    return written


def _write_all(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return [folder / name for name in contents]


def _files(answers: Answers) -> Iterator[tuple[str, bytes]]:
    yield CONFIGURATION, configuration(answers).encode()
    yield PEOPLE, people(answers).encode()
    for source, target in ((rules_dir(), "rules"), (templates_dir(), "templates")):
        pack = source / answers.pack
        for file in sorted(pack.rglob("*")) if pack.is_dir() else ():
            if file.is_file():
                yield f"{target}/{file.relative_to(pack)}", file.read_bytes()
