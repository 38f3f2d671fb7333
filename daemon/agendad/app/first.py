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
    """What the person said. `calendars` is the folder of calendar folders, `write` the one for blocks in it; `mail` is
    a Maildir, or empty.
    """

    pack: str
    language: str
    name: str
    email: str
    timezone: str
    country: str
    hours: str
    calendars: str
    write: str
    mail: str = ""


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

{mail}
{categories}""",
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

{mail}
{categories}""",
}

_MAIL: Final = {
    "en": """\
mail:
  provider: maildir               # a Maildir, as mail programs and isync or offlineimap keep it
{path:<33} # drafts go into its .Drafts and are never sent; sent mail is read from .Sent
""",
    "fr": """\
mail:
  provider: maildir               # un Maildir, comme le tiennent les logiciels de courriel, isync ou offlineimap
{path:<33} # les brouillons vont dans .Drafts et ne partent jamais seuls ; .Sent dit ce qui est parti
""",
}
_NO_MAIL: Final = {
    "en": "# mail: {provider: maildir, path: ~/Mail/}   # a Maildir; without it no drafts are made\n",
    "fr": "# mail: {provider: maildir, path: ~/Mail/}   # un Maildir ; sans lui, aucun brouillon n’est fait\n",
}
_CATEGORIES: Final = {
    "en": """\
categories:                       # what `agendad balance` counts: selectors, with a target where you want one
  deep-work: {rule: deep-work, target: ">= 25%"}
  meetings-internal: {meeting: internal, target: "<= 40%"}
  meetings-external: {meeting: external, target: ">= 10%"}
  people: {any: [{meeting: one-on-one}, {rule: [coffee-with-the-team, lunch-outside]}], target: ">= 3h"}
  learning: {rule: [technology-watch, midday-reading], target: 2h-5h}
""",
    "fr": """\
categories:                       # ce que compte `agendad balance` : des sélecteurs, avec une cible si vous en voulez
  travail-de-fond: {rule: deep-work, target: ">= 25%"}
  reunions-internes: {meeting: internal, target: "<= 40%"}
  reunions-externes: {meeting: external, target: ">= 10%"}
  relations: {any: [{meeting: one-on-one}, {rule: [coffee-with-the-team, lunch-outside]}], target: ">= 3h"}
  apprendre: {rule: [technology-watch, midday-reading], target: 2h-5h}
""",
}
_PEOPLE: Final = {
    "en": """\
# The people whom your rules speak of. `agendad people add` adds somebody, `people import` reads vCards and CSV.
version: 1
groups: [team, network]           # the groups of the starter rules; they exist even if nobody is in them
# people:
#   grace:
#     name: Grace Hopper
#     emails: [grace@example.org]
#     groups: [team]
#     tier: 1                     # 1: in touch every month, 2: every quarter, 3: every year
#     language: en                # the language in which drafts to her are written
#     timezone: America/New_York
#     topics: [compilers]
""",
    "fr": """\
# Les personnes dont parlent vos règles. `agendad people add` ajoute quelqu’un, `people import` lit vCard et CSV.
version: 1
groups: [team, network]           # les groupes des règles de départ ; ils existent même vides
# people:
#   grace:
#     name: Grace Hopper
#     emails: [grace@example.org]
#     groups: [team]
#     tier: 1                     # 1 : des nouvelles chaque mois, 2 : chaque trimestre, 3 : chaque année
#     language: en                # la langue des brouillons qui lui sont destinés
#     timezone: America/New_York
#     topics: [compilateurs]
""",
}


def configuration(answers: Answers, *, others: Sequence[str] = (), writes: int = 200, categories: bool = False) -> str:
    """The text of agendad.yaml; French for a French-speaking person, else English.

    `others` are further calendars that are read, `writes` is `writes_per_cycle`. Without `categories` they are only
    shown as a comment.
    """
    tongue = _tongue(answers)
    counted = _CATEGORIES[tongue]
    path = f"  path: {_scalar(answers.mail)}"
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
        mail=_MAIL[tongue].format(path=path) if answers.mail else _NO_MAIL[tongue],
        categories=counted if categories else "".join(f"# {line}\n" for line in counted.splitlines()),
    )


def people(answers: Answers) -> str:
    """The text of a people.yaml without anybody in it."""
    return _PEOPLE[_tongue(answers)]


def _tongue(answers: Answers) -> str:
    return "fr" if answers.language.partition("-")[0].lower() == "fr" else "en"


def _scalar(value: str) -> str:
    """The value as YAML: in quotes where it needs them."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
