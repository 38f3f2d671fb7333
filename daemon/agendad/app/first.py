"""The text of a first configuration, commented, in English or French. Called by `init.py` and `demo_files.py`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_PLAIN: Final = re.compile(r"[A-Za-z]([\w .@/+-]*\w)?|\w+/")  # means the same without quotes


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said. `calendars` is the folder of calendar folders, `write` the one for blocks in it."""

    pack: str
    language: str
    name: str
    email: str
    timezone: str
    country: str
    hours: str
    calendars: str
    write: str


_TEXT: Final = {
    "en": """\
# The configuration of agendad. After an edit, `agendad check` says whether it is understood.
version: 1

me:
  name: {name}
  emails: [{email}]
{domains:<33} # whoever is outside these is external

timezone: {timezone}
{language:<33} # of titles, reasons and dates
{country:<33} # its public holidays are `holidays` in the rules
working_hours: {{mon-fri: {hours}}}

horizon: 6 weeks                  # how far ahead blocks are written
away: {{titles: ["/vacation|holiday|out of office/i"]}}   # all-day events with such a title are absences
limits: {{writes_per_cycle: {writes}, deletes_per_cycle: 50}}

calendar:
  provider: local                 # a folder of folders of .ics files (vdir), one folder a calendar
  path: {calendars}
{write:<33} # where blocks are written
{read:<33} # what counts as busy; add other calendars of the folder here
""",
    "fr": """\
# La configuration d’agendad. Après une modification, `agendad check` dit si elle est comprise.
version: 1

me:
  name: {name}
  emails: [{email}]
{domains:<33} # hors de ces domaines, une personne est externe

timezone: {timezone}
{language:<33} # celle des titres, des raisons et des dates
{country:<33} # ses jours fériés sont `holidays` dans les règles
working_hours: {{mon-fri: {hours}}}

horizon: 6 weeks                  # jusqu’où les blocs sont écrits
away: {{titles: ["/vacances|congés|absence/i"]}}   # un évènement d’une journée ainsi nommé est une absence
limits: {{writes_per_cycle: {writes}, deletes_per_cycle: 50}}

calendar:
  provider: local                 # un dossier de dossiers de fichiers .ics (vdir), un dossier par agenda
  path: {calendars}
{write:<33} # où les blocs sont écrits
{read:<33} # ce qui compte comme occupé ; ajoutez ici d’autres agendas du dossier
""",
}


def configuration(answers: Answers, *, others: Sequence[str] = (), writes: int = 200) -> str:
    """The text of agendad.yaml; French for a French-speaking person, else English.

    `others` are further calendars that are read, `writes` is `writes_per_cycle`.
    """
    tongue = "fr" if answers.language.partition("-")[0].lower() == "fr" else "en"
    reads = ", ".join(_scalar(name) for name in (answers.write, *others))
    return _TEXT[tongue].format(
        name=_scalar(answers.name),
        email=_scalar(answers.email),
        domains=f"  domains: [{_scalar(answers.email.rpartition('@')[2])}]",
        timezone=_scalar(answers.timezone),
        language=f"language: {_scalar(answers.language)}",
        country=f"country: {_scalar(answers.country)}" if answers.country else "# country: FR",
        hours=json.dumps(answers.hours),
        writes=writes,
        calendars=_scalar(answers.calendars),
        write=f"  write: {_scalar(answers.write)}",
        read=f"  read: [{reads}]",
    )


def _scalar(value: str) -> str:
    """The value as YAML: in quotes where it needs them."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
