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
from agendad.app.pack_people import people_file
from agendad.app.packs import STARTER, pack_files, packs, themes, undated
from agendad.data import rules_dir
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from agendad.app.demo_calendar import Entry
    from agendad.app.demo_people import Someone

ZONE: Final = "Europe/Paris"
MAIL: Final = "Mail/"

_PEOPLE_HEAD: Final = {
    "en": "# The people you care to keep up with. `tier: 1` are the closest; groups are used by rules.\n",
    "fr": "# Les personnes que vous suivez. `tier: 1` désigne les plus proches ; les règles utilisent les groupes.\n",
}


def write_demo(directory: Path, now: datetime, language: str, pack: str = STARTER) -> list[Path]:
    """Writes the whole example into `directory`, which is made when it is missing.

    In an example that is there already, calendars and mail are brought around `now`; configuration, people, rules and
    templates that a person has edited stay, and are returned. `now` is aware; `language` is `en` or `fr` (any other
    tag gives English). Raises OSError when a file cannot be read or written, UsageError for a pack that there is not
    or when the example is one of another pack. The same arguments give the same bytes.
    """
    tongue = "fr" if language.partition("-")[0].lower() == "fr" else "en"
    today = now.astimezone(ZoneInfo(ZONE)).date()
    stage = Stage(today - timedelta(days=today.weekday()), ZoneInfo(ZONE), tongue, now.replace(microsecond=0))
    texts = dict(_texts(pack, tongue, stage.monday))
    _refuse_other_pack(directory, pack, texts)
    entries = leader_calendar(today.weekday())
    for entry in entries:
        file = _calendar_file(directory, entry)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_icalendar(entry, stage).to_ical())
    write_mail(directory / MAIL, {entry.slug: entry.title for entry in entries}, stage)
    return [directory / name for name, versions in texts.items() if not _put(directory / name, versions)]


def is_demo(directory: Path) -> bool:
    """Whether an example was written into the folder before."""
    return any(_calendar_file(directory, entry).exists() for entry in leader_calendar())


def _calendar_file(directory: Path, entry: Entry) -> Path:
    return directory / "calendars" / entry.calendar / f"{entry.slug}.ics"


def _texts(pack: str, tongue: str, monday: date) -> Iterator[tuple[str, list[bytes]]]:
    """Each file that a person may edit by its name, with its text in the language, then in the other one."""
    tongues = (tongue, "en" if tongue == "fr" else "fr")
    taken = themes(pack)
    rules = {rule for theme in taken for rule in theme.rules}
    groups = {group for theme in taken for group in theme.groups}
    yield "agendad.yaml", [_configuration(each, rules).encode() for each in tongues]
    yield "people.yaml", [_people(each, pack, groups).encode() for each in tongues]
    for name, data in pack_files(pack, taken, monday):
        yield name, [data]


def _refuse_other_pack(directory: Path, pack: str, texts: Mapping[str, list[bytes]]) -> None:
    """Raises UsageError when rules of another pack lie in the folder, which would stand beside those of this one."""
    for other in packs():
        for shipped in sorted((rules_dir() / other).glob("*.yaml")):
            file, name = directory / "rules" / shipped.name, f"rules/{shipped.name}"
            if not file.is_file() or (data := undated(file.read_bytes())) in map(undated, texts.get(name, ())):
                continue
            if data == undated(shipped.read_bytes()):
                raise UsageError(
                    f"{directory} is a demonstration of the pack `{other}`",
                    hint=f"name a folder that does not exist yet: `agendad demo try-{pack} --pack {pack}`",
                )


def _configuration(tongue: str, rules: Collection[str]) -> str:
    """What `agendad init` would have written for the person of the example, who has a family calendar, too."""
    ada = Answers(
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
    return configuration(ada, rules, others=["family"], writes=500, categories=True)


def _put(path: Path, versions: list[bytes]) -> bool:
    """Writes the first of the versions; false when the file is there and a person has made another text of it."""
    if path.exists() and undated(path.read_bytes()) not in map(undated, versions):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(versions[0])
    return True


def _people(tongue: str, pack: str, named: Collection[str]) -> str:
    """The people of the example; another pack than the starter brings its own, who take the place of those of their id.

    `named` are the groups of the rules.
    """
    theirs = {} if pack == STARTER else people_file(pack, tongue).people
    ours = {ident: person for ident, person in PEOPLE.items() if ident not in theirs}
    groups = set(named).union(*(person.groups for person in ours.values()))
    groups = groups.union(*(person.groups for person in theirs.values()))
    lines = [f"{_PEOPLE_HEAD[tongue]}version: 1\ngroups: [{', '.join(sorted(groups))}]\npeople:"]
    for ident, person in ours.items():
        lines.append(f"  {ident}:")
        lines += [f"    {key}: {value}" for key, value in _keys(person, french=tongue == "fr") if value]
    lines += [line for person in theirs.values() for line in person.lines]
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
