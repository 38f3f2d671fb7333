"""The folder of the demonstration: configuration, people, calendars, rules and templates as a person would keep them.

`write_demo` is called by `app/demo.py`, which then runs a first cycle on the folder.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.app.demo_calendar import leader_calendar
from agendad.app.demo_ics import Stage, as_icalendar
from agendad.app.demo_people import PEOPLE
from agendad.data import rules_dir, templates_dir

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PACK: Final = "starter"
ZONE: Final = "Europe/Paris"

_CONFIGURATION: Final = {
    "en": """\
# The configuration of agendad. After an edit, `agendad check` says whether it is understood.
version: 1

me:
  name: Ada Martin
  emails: [ada@example.com]
  domains: [example.com]          # whoever is outside these is external

timezone: Europe/Paris
language: en                      # of titles, reasons and dates
country: FR                       # its public holidays are `holidays` in the rules
working_hours: {mon-fri: "09:00-18:00"}

horizon: 6 weeks                  # how far ahead blocks are written
poll: 5m                          # how often `agendad run` looks again
away: {titles: ["/vacances|holiday|congés/i"]}   # all-day events with such a title are absences
limits: {writes_per_cycle: 500, deletes_per_cycle: 50}

calendar:
  provider: local                 # a folder of folders of .ics files, one folder a calendar
  path: calendars/
  write: personal                 # where blocks are written
  read: [personal, family]        # what counts as busy
""",
    "fr": """\
# La configuration d’agendad. Après une modification, `agendad check` dit si elle est comprise.
version: 1

me:
  name: Ada Martin
  emails: [ada@example.com]
  domains: [example.com]          # hors de ces domaines, une personne est externe

timezone: Europe/Paris
language: fr                      # celle des titres, des raisons et des dates
country: FR                       # ses jours fériés sont `holidays` dans les règles
working_hours: {mon-fri: "09:00-18:00"}

horizon: 6 weeks                  # jusqu’où les blocs sont écrits
poll: 5m                          # à quel rythme `agendad run` regarde à nouveau
away: {titles: ["/vacances|holiday|congés/i"]}   # un évènement d’une journée ainsi nommé est une absence
limits: {writes_per_cycle: 500, deletes_per_cycle: 50}

calendar:
  provider: local                 # un dossier de dossiers de fichiers .ics, un dossier par agenda
  path: calendars/
  write: personal                 # où les blocs sont écrits
  read: [personal, family]        # ce qui compte comme occupé
""",
}

_PEOPLE_HEAD: Final = {
    "en": "# The people you care to keep up with. `tier: 1` are the closest; groups are used by rules.\n",
    "fr": "# Les personnes que vous suivez. `tier: 1` désigne les plus proches ; les règles utilisent les groupes.\n",
}


def write_demo(directory: Path, now: datetime, language: str) -> None:
    """Writes the whole example into `directory`, which is made when it is missing; files of the same name are replaced.

    `now` is aware; `language` is `en` or `fr` (any other tag gives English). Raises OSError when a file cannot be
    written. The same arguments give the same bytes.
    """
    tongue = "fr" if language.partition("-")[0].lower() == "fr" else "en"
    today = now.astimezone(ZoneInfo(ZONE)).date()
    stage = Stage(today - timedelta(days=today.weekday()), ZoneInfo(ZONE), tongue, now.replace(microsecond=0))
    for entry in leader_calendar():
        file = directory / "calendars" / entry.calendar / f"{entry.slug}.ics"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_icalendar(entry, stage).to_ical())
    (directory / "agendad.yaml").write_text(_CONFIGURATION[tongue], "utf-8")
    (directory / "people.yaml").write_text(_people(tongue), "utf-8")
    _copy(rules_dir() / PACK, directory / "rules")
    _copy(templates_dir() / PACK, directory / "templates")


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        (target / file.name).write_bytes(file.read_bytes())


def _people(tongue: str) -> str:
    groups = sorted({group for person in PEOPLE.values() for group in person.groups})
    lines = [f"{_PEOPLE_HEAD[tongue]}version: 1\ngroups: [{', '.join(groups)}]\npeople:"]
    for ident, person in PEOPLE.items():
        lines.append(f"  {ident}:\n    name: {person.name}\n    emails: [{person.email}]")
        lines.append(
            f"    groups: [{', '.join(person.groups)}]\n    tier: {person.tier}\n    language: {person.language}"
        )
        lines.append(f"    topics: [{person.topics[tongue == 'fr']}]")
    return "\n".join(lines) + "\n"
