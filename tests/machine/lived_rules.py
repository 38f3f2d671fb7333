"""The files of the configuration in `lived.py`, as a person edits them: well, and with errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from agendad.app.check import problems
from agendad.app.home import Home
from agendad.diagnostics import Severity
from agendad.rules.report import as_text
from machine.office import HEAD

if TYPE_CHECKING:
    import random
    from datetime import date
    from pathlib import Path

    from agendad.service.daemon import Daemon
    from machine.lived import Notes

TITLE = "Zibeline"
"""Is in every title and body that no journal may tell."""
CONFIGURATION = """\
version: 1
me: {name: Ada, emails: [ada@example.com], domains: [example.com]}
working_hours: {mon-fri: "09:00-18:00"}
"""
RULES = {
    "deep-work": "{block: Deep work, every: weekday, at: 09:00-11:00, yield: shrink}",
    "focus": "{block: Focus, every: weekday, lasts: 1h, between: 13:00-17:00, kind: focus}",
    "lunch": "{block: Lunch, every: weekday, lasts: 45m, between: 12:00-14:00, yield: move}",
    "walk": "{block: Walk, after: {meeting: any}, lasts: 15m, within: 2h}",
    "review": "{block: Review, every: week, on: fri, lasts: 45m, prefer: latest, priority: 1}",
    "thanks": "{draft: note.md.j2, after: {meeting: external}, delay: 30m, within: 8h, to: attendees}",
    "weekly": "{draft: plain.md.j2, every: week, on: fri, at: 10:00, to: me}",
}
OTHERWISE = {
    "deep-work": "{block: Deeper work, every: weekday, at: 09:30-11:00, yield: shrink}",
    "focus": "{block: Focus, every: weekday, lasts: 50m, between: 14:00-17:00, kind: focus, yield: skip}",
    "lunch": "{block: Lunch, every: weekday, lasts: 50m, between: 12:00-14:00, yield: move}",
    "walk": "",
    "review": "{block: Review, every: week, on: thu, lasts: 45m, prefer: latest, priority: 1}",
}
TEMPLATES = {
    "note.md.j2": HEAD.format('"{{ event.title }}"') + "Hello {{ person.first_name }}.\nZibeline.\n",
    "plain.md.j2": HEAD.format("A note") + "Hello Zibeline.\n",
}
ERRORS = {
    "agendad.yaml": ("horizon: 2 weeks", "horizon: tomorow"),
    "people.yaml": ("version: 1", "version: one"),
    "rules/all.yaml": ("every: weekday", "evry: weekday"),
    "templates/note.md.j2": ("{{ person", "{{ persn"),
}


class Shelf:
    """The files, each with what stands in it and what should."""

    def __init__(self, folder: Path, chance: random.Random, outside: str) -> None:
        self._folder = folder
        self._chance = chance
        self._written = 0
        self._other: set[str] = set()
        self._settings = f"{CONFIGURATION}{outside}timezone: {{zone}}\npoll: {{poll}}\nhorizon: {{horizon}}\n"
        self.zone, self._poll, self._horizon = "Europe/Paris", chance.choice((30, 60, 60)), "2 weeks"
        self._people = 1
        self.spoiled: str = ""
        self._expected = ""
        self._told = 0
        self._unsure = False
        for part in ("rules", "templates"):
            (folder / part).mkdir()
        for name, text in TEMPLATES.items():
            self._write(f"templates/{name}", text)
        for name in ("agendad.yaml", "people.yaml", "rules/all.yaml"):
            self._write(name, self._text(name))

    def _write(self, name: str, text: str) -> None:
        """Every version has a time of its own: in virtual time two may be written within one tick of the disk."""
        path = self._folder / name
        path.write_text(text)
        self._written += 1
        os.utime(path, ns=(self._written * 10**9,) * 2)

    def _text(self, name: str) -> str:
        match name:
            case "agendad.yaml":
                return (
                    self._settings.replace("{zone}", self.zone)
                    .replace("{poll}", f"{self._poll}m")
                    .replace("{horizon}", self._horizon)
                )
            case "people.yaml":
                lines = [f"  p{n}: {{name: P{n}, emails: [p{n}@example.org]}}\n" for n in range(self._people)]
                return "version: 1\npeople:\n" + "".join(lines)
            case "rules/all.yaml":
                rules = {name: OTHERWISE[name] if name in self._other else text for name, text in RULES.items()}
                lines = [f"  {name}: {text}\n" for name, text in rules.items() if text]
                return "version: 1\nrules:\n" + "".join(lines)
        return TEMPLATES[name.removeprefix("templates/")] + "\nYours\n" * (self._people % 2)

    def edit(self) -> str:
        """One file is another now; an error elsewhere stays."""
        name = self._chance.choice(
            ("agendad.yaml", "people.yaml", "rules/all.yaml", "rules/all.yaml", "templates/note.md.j2")
        )
        match name:
            case "agendad.yaml":
                self._poll = self._chance.choice((15, 60, 60))
                self._horizon = self._chance.choice(("10 days", "2 weeks"))
                self.zone = self._chance.choice(("Europe/Paris", "Europe/Paris", "calendar"))
            case "rules/all.yaml":
                self._other ^= {self._chance.choice(sorted(OTHERWISE))}
            case _:
                self._people = self._chance.randint(1, 4)
        if name != self.spoiled:
            self._write(name, self._text(name))
        return name

    def spoil(self) -> str:
        """An error comes into one of the files."""
        self.mend()
        self.spoiled = self._chance.choice(sorted(ERRORS))
        text, error = self._text(self.spoiled), ERRORS[self.spoiled]
        assert error[0] in text or self.spoiled == "agendad.yaml"
        wrong = text.replace(*error, 1) if error[0] in text else text.replace("horizon: ", "horizn: ")
        self._write(self.spoiled, wrong)
        return self.spoiled

    def mend(self) -> str:
        """It is put right."""
        name, self.spoiled = self.spoiled, ""
        if name:
            self._write(name, self._text(name))
        return name

    def running(self) -> None:
        """A daemon begins. With an error that only trying a template shows, it has no rules from before."""
        self._told = 0
        self._unsure = bool(self.spoiled)

    def expected(self, today: date) -> str:
        """What `check` says."""
        found = problems(Home(self._folder, self._folder / "state").read(), self._folder, today)
        return "".join(as_text(each) for each in found if each.severity is Severity.ERROR)

    def check(self, daemon: Daemon, notes: Notes) -> None:
        """The daemon runs with the last rules that had no error, says what `check` says, and tells it once."""
        if not self.spoiled:
            assert daemon.health.broken == ""
            self._unsure, self._expected = False, ""  # the same error is told again when it comes again
        elif not self._unsure and daemon.health.broken != self._expected:
            self._expected = self.expected(daemon.health.started.date())
            assert daemon.health.broken == self._expected
            told = [text for level, event, text in notes.lines if (level, event) == ("error", "reload")]
            assert self._expected in told[-1]
            assert len(told) <= self._told + 1 or self._told == 0, "told more than once"
            self._told = len(told)
