"""Writes a first configuration: agendad.yaml and people.yaml with comments, a rule pack and its templates.

Called by `agendad init`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from agendad.app.first import Answers, configuration, tongue_of
from agendad.app.home import Home
from agendad.app.pack_people import people_file
from agendad.app.packs import pack_files
from agendad.diagnostics import Severity
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.app.packs import Theme
    from agendad.diagnostics import Diagnostic

CONFIGURATION: Final = "agendad.yaml"
PEOPLE: Final = "people.yaml"


def country_of(zone: ZoneInfo) -> str:
    """The country of a time zone by the IANA database's table of both, or empty."""
    return next((country for country, name in _zones() if name == zone.key), "")


def zone_of(country: str) -> str:
    """The time zone of a country that has only one by the same table, or empty."""
    names = [name for code, name in _zones() if code == country]
    return names[0] if len(names) == 1 else ""


def _zones() -> Iterator[tuple[str, str]]:
    """Countries by their code, each with one of its zones."""
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return ((row[0], row[2]) for row in rows if len(row) > 2)


@dataclass(frozen=True, slots=True)
class Choice:
    """The themes of a pack, the Monday on which its programmes begin, and the day on which all this is chosen."""

    pack: str
    themes: tuple[Theme, ...]
    starting: date
    today: date

    @property
    def groups(self) -> frozenset[str]:
        """The groups that the rules name."""
        return frozenset(group for theme in self.themes for group in theme.groups)

    @property
    def begins(self) -> bool:
        """Whether anything begins on that Monday."""
        return any(theme.begins for theme in self.themes)

    @property
    def waits(self) -> bool:
        """Whether anything waits for the next month, quarter or year."""
        return any(theme.waiting(self.today) for theme in self.themes)


def objection(name: str, value: str) -> Diagnostic | None:
    """What the reader of the configuration has against one answer (the name of a field of `Answers`), or None."""
    from agendad.rules.config import read_settings

    good = Answers("en", "Ada", "ada@example.com", "UTC", "", "09:00-18:00", "calendars/", "personal")
    text = configuration(replace(good, **{name: value}), ())
    _, problems = read_settings(Path(), text.encode())
    return next((each for each in problems if each.severity is Severity.ERROR), None)


def refuse_other(folder: Path) -> None:
    """Raises UsageError when there is a configuration in the folder already."""
    if (folder / CONFIGURATION).exists():
        raise UsageError(f"{folder / CONFIGURATION} is there already", hint="edit it by hand, or use --config DIR")


def write(folder: Path, answers: Answers, choice: Choice) -> list[Path]:
    """Writes the configuration into `folder` and returns the files; the calendar folder is made when it is missing.

    A people.yaml that is there already stays as it is.

    Nothing is written when the answers do not make a good configuration. Raises ProblemsFound for that, and UsageError
    when there is a configuration already, when people.yaml lacks a group, or a file cannot be written.
    """
    refuse_other(folder)
    contents = _files(answers, choice)
    taken = [name for name in contents if name != PEOPLE and (folder / name).exists()]
    if taken:
        raise UsageError(f"{folder / taken[0]} is there already", hint="move it away, or use --config DIR")
    try:
        present = (folder / PEOPLE).read_bytes() if (folder / PEOPLE).exists() else None
        if present is not None:
            _refuse_without_groups(folder / PEOPLE, present, choice)
            contents[PEOPLE] = present
        with TemporaryDirectory() as rehearsal:
            _write_all(Path(rehearsal), contents)
            Home(Path(rehearsal), Path(rehearsal)).load()
        if present is not None:
            del contents[PEOPLE]
        return _write_all(folder, contents, Path(answers.calendars).expanduser() / answers.write)
    except OSError as error:
        raise UsageError(f"{error.filename}: {(error.strerror or str(error)).lower()}") from None


def _refuse_without_groups(path: Path, data: bytes, choice: Choice) -> None:
    """Raises UsageError when the person's own people.yaml lacks groups that the rules name."""
    from agendad.rules.people import read_people

    people, _ = read_people(data)
    if people is None:
        return
    used = {group for person in people.by_id.values() for group in person.groups}
    if missing := sorted(choice.groups - used - people.declared_groups):
        raise UsageError(
            f"{path} is there already, and the rules name groups that it does not have: {', '.join(missing)}",
            hint=f"add them to its `groups:`, such as `groups: [{', '.join(missing)}]`",
        )


def _write_all(folder: Path, contents: Mapping[str, bytes], calendar: Path | None = None) -> list[Path]:
    """Writes the files and makes the folder of the calendar; when one of them cannot be written, none is there."""
    made: list[Path] = []

    def make(path: Path) -> None:
        if not path.is_dir():
            make(path.parent)
            path.mkdir()
            made.append(path)

    try:
        for name, content in contents.items():
            path = folder / name
            make(path.parent)
            with path.open("xb") as file:
                made.append(path)
                file.write(content)
        if calendar is not None:
            make(folder / calendar)
    except BaseException:  # an interrupt, too, leaves no half of it behind; raised again below
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise
    return [folder / name for name in contents]


def _files(answers: Answers, choice: Choice) -> dict[str, bytes]:
    """The bytes of each file by its name below the configuration folder."""
    rules = {rule for theme in choice.themes for rule in theme.rules}
    return {
        CONFIGURATION: configuration(answers, rules).encode(),
        PEOPLE: people_file(choice.pack, tongue_of(answers.language)).first(choice.groups).encode(),
        **dict(pack_files(choice.pack, choice.themes, choice.starting, choice.today)),
    }
