"""The text of a first configuration, commented, in English or French. Called by `init.py` and `demo_files.py`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_PLAIN: Final = re.compile(r"[A-Za-z]([\w .@/+-]*\w)?|\w+/")  # means the same without quotes


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said. `calendars` is the folder of calendar folders, `write` the one for blocks in it; `mail` is
    a Maildir, or empty.
    """

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
{language:<33} # of titles, letters and the plan
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
{language:<33} # celle des titres, des lettres et du plan
{country:<33} # ses jours fériés sont `holidays` dans les règles
working_hours: {{mon-fri: {hours}}}

horizon: 6 weeks                  # jusqu’où les blocs sont écrits
# un évènement d’une journée ainsi nommé est une absence
away: {{titles: ["/vacances|cong[ée]s?|absen(t|ce)|\\\\bRTT\\\\b|\\\\bCP\\\\b/i"]}}
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
_COUNTED: Final = {
    "en": "what `agendad balance` counts: selectors, with a target where you want one",
    "fr": "ce que compte `agendad balance` : des sélecteurs, avec une cible si vous en voulez",
}


@dataclass(frozen=True, slots=True)
class _Category:
    """A category, by its names in English and French; those of `rules` that there are take the place of `{rules}`.

    It is one of the pack that has the first of the rules.
    """

    names: tuple[str, str]
    selector: str
    target: str
    rules: tuple[str, ...] = ()

    def line(self, tongue: str, known: Collection[str]) -> str:
        """The category as YAML; empty when its rules are not there."""
        if self.rules and self.rules[0] not in known:
            return ""
        there = [rule for rule in self.rules if rule in known]
        named = there[0] if len(there) == 1 else f"[{', '.join(there)}]"
        return f"  {self.names[tongue == 'fr']}: {{{self.selector.format(rules=named)}, target: {self.target}}}"


_CATEGORIES: Final = (
    _Category(("deep-work", "travail-de-fond"), "rule: {rules}", '">= 25%"', ("deep-work",)),
    _Category(("meetings-internal", "reunions-internes"), "meeting: internal", '"<= 40%"'),
    _Category(("meetings-external", "reunions-externes"), "meeting: external", '">= 10%"'),
    _Category(
        ("people", "relations"),
        "any: [{{meeting: one-on-one}}, {{rule: {rules}}}]",
        '">= 3h"',
        ("coffee-with-the-team", "lunch-outside"),
    ),
    _Category(
        ("people", "relations"),
        "any: [{{meeting: one-on-one}}, {{rule: {rules}}}]",
        '">= 3h"',
        ("monday-coffee", "wednesday-lunch", "friday-check-in", "skip-level", "lunch-with-a-cto"),
    ),
    _Category(("learning", "apprendre"), "rule: {rules}", "2h-5h", ("technology-watch", "midday-reading")),
    _Category(("learning-core", "apprendre-socle"), "rule: {rules}", "1h-2h", ("watch-core", "architecture")),
    _Category(
        ("learning-leadership", "apprendre-leadership"), "rule: {rules}", "3h-6h", ("leadership-learning", "coaching")
    ),
    _Category(("learning-emerging", "apprendre-nouveautes"), "rule: {rules}", "1h-2h", ("watch-emerging",)),
)


def configuration(
    answers: Answers, rules: Collection[str], *, others: Sequence[str] = (), writes: int = 200, categories: bool = False
) -> str:
    """The text of agendad.yaml; French for a French-speaking person, else English.

    `rules` are the ids of those that it is for, `others` further calendars that are read, `writes` is
    `writes_per_cycle`. Without `categories` they are only shown as a comment.
    """
    tongue = tongue_of(answers.language)
    lines = [f"{'categories:':<33} # {_COUNTED[tongue]}", *(category.line(tongue, rules) for category in _CATEGORIES)]
    counted = "".join(f"{line}\n" for line in lines if line)
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


def tongue_of(language: str) -> str:
    """The language of what is written: `fr` for a tag of French, else `en`."""
    return "fr" if language.partition("-")[0].lower() == "fr" else "en"


def _scalar(value: str) -> str:
    """The value as YAML: in quotes where it needs them."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
