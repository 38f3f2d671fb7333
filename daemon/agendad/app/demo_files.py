"""The folder of the demonstration: configuration, people, calendars, mail, rules and templates as a person keeps them.

`write_demo` is called by `app/demo.py`, which then runs a first cycle on the folder.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.app.demo_calendar import leader_calendar
from agendad.app.demo_ics import Stage, as_icalendar
from agendad.app.demo_maildir import write_mail
from agendad.app.demo_people import PEOPLE
from agendad.app.first import Answers, configuration
from agendad.data import rules_dir, templates_dir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from agendad.app.demo_calendar import Entry
    from agendad.app.demo_people import Someone

PACK: Final = "starter"
ZONE: Final = "Europe/Paris"
MAIL: Final = "Mail/"

_PEOPLE_HEAD: Final = {
    "en": "# The people you care to keep up with. `tier: 1` are the closest; groups are used by rules.\n",
    "fr": "# Les personnes que vous suivez. `tier: 1` désigne les plus proches ; les règles utilisent les groupes.\n",
}


def write_demo(directory: Path, now: datetime, language: str) -> list[Path]:
    """Writes the whole example into `directory`, which is made when it is missing.

    In an example that is there already, calendars and mail are brought around `now`; configuration, people, rules and
    templates that a person has edited stay, and are returned. `now` is aware; `language` is `en` or `fr` (any other
    tag gives English). Raises OSError when a file cannot be read or written. The same arguments give the same bytes.
    """
    tongue = "fr" if language.partition("-")[0].lower() == "fr" else "en"
    today = now.astimezone(ZoneInfo(ZONE)).date()
    stage = Stage(today - timedelta(days=today.weekday()), ZoneInfo(ZONE), tongue, now.replace(microsecond=0))
    entries = leader_calendar(today.weekday())
    for entry in entries:
        file = _calendar_file(directory, entry)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_icalendar(entry, stage).to_ical())
    write_mail(directory / MAIL, {entry.slug: entry.title for entry in entries}, stage)
    return [path for path, versions in _texts(directory, tongue) if not _put(path, versions)]


def is_demo(directory: Path) -> bool:
    """Whether an example was written into the folder before."""
    return any(_calendar_file(directory, entry).exists() for entry in leader_calendar())


def _calendar_file(directory: Path, entry: Entry) -> Path:
    return directory / "calendars" / entry.calendar / f"{entry.slug}.ics"


def _texts(directory: Path, tongue: str) -> Iterator[tuple[Path, list[bytes]]]:
    """Each file that a person may edit, with its text in the language, then in the other one."""
    tongues = (tongue, "en" if tongue == "fr" else "fr")
    yield directory / "agendad.yaml", [_configuration(each).encode() for each in tongues]
    yield directory / "people.yaml", [_people(each).encode() for each in tongues]
    for source, target in ((rules_dir(), "rules"), (templates_dir(), "templates")):
        for file in sorted((source / PACK).iterdir()):
            yield directory / target / file.name, [file.read_bytes()]


def _configuration(tongue: str) -> str:
    """What `agendad init` would have written for the person of the example, who has a family calendar, too."""
    ada = Answers(
        pack=PACK,
        language=tongue,
        name="Ada Martin",
        email="ada@example.com",
        timezone=ZONE,
        country="FR",
        hours="09:00-18:00",
        calendars="calendars/",
        write="personal",
        mail=MAIL,
    )
    return configuration(ada, others=["family"], writes=500, categories=True)


def _put(path: Path, versions: list[bytes]) -> bool:
    """Writes the first of the versions; false when the file is there and a person has made another text of it."""
    if path.exists() and path.read_bytes() not in versions:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(versions[0])
    return True


def _people(tongue: str) -> str:
    groups = sorted({group for person in PEOPLE.values() for group in person.groups})
    lines = [f"{_PEOPLE_HEAD[tongue]}version: 1\ngroups: [{', '.join(groups)}]\npeople:"]
    for ident, person in PEOPLE.items():
        lines.append(f"  {ident}:")
        lines += [f"    {key}: {value}" for key, value in _keys(person, french=tongue == "fr") if value]
    return "\n".join(lines) + "\n"


def _keys(person: Someone, *, french: bool) -> Iterator[tuple[str, str]]:
    """The keys of a person with their values as YAML; topics are in the language in which one writes to them."""
    yield "name", person.name
    yield "emails", f"[{person.email}]"
    yield "groups", f"[{', '.join(person.groups)}]"
    yield "tier", str(person.tier or "")
    yield "language", person.language
    yield "timezone", person.timezone
    yield "topics", f"[{person.topics[person.language == 'fr']}]"
    for key, text in (("notes", person.notes[french]), ("met", person.met[french])):
        yield key, json.dumps(text, ensure_ascii=False) if text else ""
