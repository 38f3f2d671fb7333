"""A whole installation in a folder, for tests that know only the documents: rule files, .ics files, the command.

`Project` writes what a person would write, runs the real command (`agendad.cli.main.main`, its streams captured) and
reads the answers and the calendar files back. Times are spelled as in rule tests: `2026-11-24 09:00-12:00`, days as
`2026-11-24` or `2026-11-24..2026-11-26` (the last one included). Unless a test says otherwise it is Monday
2026-11-23, 08:00 in Paris, and the horizon is one week.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import icalendar

from agendad.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
ME = "ada@example.com"
SETTINGS = {
    "me": f"{{name: Ada Martin, emails: [{ME}], domains: [example.com]}}",
    "timezone": "Europe/Paris",
    "language": "en",
    "country": "FR",
    "working_hours": '{mon-fri: "09:00-18:00"}',
    "horizon": "1 week",
    "calendar": "{provider: local, path: calendars/, write: personal, read: [personal, family]}",
}


def shown(start: str, end: str) -> str:
    """A span of `plan --json` in the spelling of rule tests: `2026-11-24 09:00-12:00`, or `2026-11-24..2026-11-26`."""
    if len(start) == len("2026-11-24"):
        last = (date.fromisoformat(end) - timedelta(days=1)).isoformat()
        return start if last == start else f"{start}..{last}"
    until = "24:00" if end[11:16] == "00:00" else end[11:16]
    return f"{start[:10]} {start[11:16]}-{until}"


def span(text: str) -> tuple[date, date] | tuple[datetime, datetime]:
    """What a spelled span means: local times without a zone, or dates; the end is excluded."""
    day, _, times = text.partition(" ")
    if not times:
        first, _, last = day.partition("..")
        return date.fromisoformat(first), date.fromisoformat(last or first) + timedelta(days=1)
    start, end = times.split("-")
    begin = datetime.combine(date.fromisoformat(day), time.fromisoformat(start))
    stop = begin.replace(hour=0, minute=0) + timedelta(hours=int(end[:2]), minutes=int(end[3:]))
    return begin, stop if stop > begin else stop + timedelta(days=1)


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, parsed; nothing else may stand there."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Plan:
    """`plan --json`, and the questions that tests ask of it."""

    raw: dict[str, Any]

    def blocks(self, rule: str = "") -> list[str]:
        """Where the blocks of a rule (of all rules) stand, in order."""
        return [shown(b["start"], b["end"]) for b in self.of(rule)]

    def of(self, rule: str = "") -> list[dict[str, Any]]:
        """The blocks of a rule as printed, in the order of time."""
        return sorted((b for b in self.raw["blocks"] if rule in {"", b["rule"]}), key=lambda b: (b["start"], b["key"]))

    def keys(self, rule: str = "") -> list[str]:
        """Their keys in the order of time."""
        return [b["key"] for b in self.of(rule)]

    def days(self, rule: str = "") -> list[str]:
        """The days on which they begin."""
        return [b["start"][:10] for b in self.of(rule)]

    def block(self, key: str) -> dict[str, Any]:
        """The one block with this key."""
        (found,) = (b for b in self.raw["blocks"] if b["key"] == key)
        return found

    def at(self, key: str) -> str:
        """Where the block with this key stands; "" when there is none."""
        return "".join(shown(b["start"], b["end"]) for b in self.raw["blocks"] if b["key"] == key)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """(action, key), sorted by key."""
        return sorted(((c["action"], c["key"]) for c in self.raw["changes"]), key=lambda c: c[1])

    @property
    def skipped(self) -> dict[str, str]:
        """key to reasons, as one text."""
        return {s["key"]: " ".join(s["why"]) for s in self.raw["skipped"]}

    @property
    def violations(self) -> list[tuple[str, str]]:
        """(rule, title of the invitation)."""
        return [(v["rule"], v["title"]) for v in self.raw["violations"]]


@dataclass
class Project:
    """An installation below `root`: `config/` with its calendars, and `state/`."""

    root: Path
    now: str = "2026-11-23T08:00"
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))

    def __post_init__(self) -> None:
        self.config = self.root / "config"
        self.state = self.root / "state"
        self.calendars = self.config / "calendars"
        for folder in (self.config / "rules", self.calendars / "personal", self.calendars / "family"):
            folder.mkdir(parents=True)
        self.configure()

    # ------------------------------------------------------------ what a person writes

    def configure(self, **changes: str | None) -> None:
        """Writes agendad.yaml; `changes` replace top-level values (as YAML text), None leaves one out."""
        for name, value in changes.items():
            if value is None:
                self.settings.pop(name, None)
            else:
                self.settings[name] = value
        lines = [f"{name}: {value}\n" for name, value in self.settings.items()]
        self.write("agendad.yaml", "version: 1\n" + "".join(lines))

    def write(self, name: str, text: str) -> Path:
        """A file of the configuration folder."""
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def rules(self, text: str, file: str = "work.yaml", head: str = "") -> Path:
        """A rule file; `text` is what stands below `rules:`."""
        return self.write(
            f"rules/{file}", f"version: 1\n{head}rules:\n" + indent(dedent(text).strip("\n"), "  ") + "\n"
        )

    def rule(self, *lines: str, name: str = "r") -> Path:
        """One rule with the given lines, alone in its file."""
        return self.rules(f"{name}:\n" + indent("\n".join(lines), "  "), file=f"{name}.yaml")

    def people(self, text: str) -> None:
        """people.yaml below its version."""
        self.write("people.yaml", "version: 1\n" + dedent(text))

    def event(self, when: str, title: str = "Meeting", *extra: str, **more: str) -> Path:
        """A real event; `extra` are further content lines of its VEVENT, `more` its `calendar` and `uid`.

        With attendees (see `invite`) it is a meeting. Times are in Europe/Paris.
        """
        uid = more.get("uid") or f"{len(list(self.calendars.rglob('*.ics'))) + 1}@example.com"
        path = self.calendars / more.get("calendar", "personal") / f"{uid}.ics"
        path.parent.mkdir(exist_ok=True)
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//tests//EN",
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20261101T000000Z",
            *_dates(when),
            f"SUMMARY:{title}",
            *extra,
            "END:VEVENT",
            "END:VCALENDAR",
        ]
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode())
        return path

    # ------------------------------------------------------------ the person's hand, as another calendar program works

    def own(self) -> dict[str, icalendar.Event]:
        """The events that carry the mark, by key, as a calendar program reads them."""
        found = {}
        for path in self.files():
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
                if "X-AGENDAD-KEY" in event:
                    key = str(event["X-AGENDAD-KEY"])
                    assert key not in found, f"{key} stands twice"
                    found[key] = event
        return found

    def files(self) -> list[Path]:
        """Every file of the calendars."""
        return sorted(self.calendars.rglob("*.ics"))

    def file_of(self, key: str) -> Path:
        """The file that holds the block."""
        (found,) = (
            path
            for path in self.files()
            for event in icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
            if event.get("X-AGENDAD-KEY") == key
        )
        return found

    def edit(self, key: str, *, to: str = "", **properties: str | None) -> None:
        """Moves a block and sets properties by hand (`SUMMARY="..."`; None takes one away)."""
        path = self.file_of(key)
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        (event,) = calendar.walk("VEVENT")
        if to:
            for name, value in zip(("DTSTART", "DTEND"), span(to), strict=True):
                del event[name]
                event.add(name, value.replace(tzinfo=PARIS) if isinstance(value, datetime) else value)
            event.pop("DURATION", None)
        for name, text in properties.items():
            event.pop(name, None)
            if text is not None:
                event.add(name, text)
        path.write_bytes(calendar.to_ical())

    def delete(self, key: str) -> None:
        """Deletes a block by hand."""
        self.file_of(key).unlink()

    def lose(self, *names: str) -> None:
        """Loses files of the state folder (with what SQLite keeps beside a database)."""
        for name in names:
            for path in self.state.glob(f"{name}*"):
                path.unlink()

    # ------------------------------------------------------------ the command

    def run(self, *words: str, now: str = "", env: dict[str, str] | None = None) -> Done:
        """Runs the command with this installation's folders and clock."""
        folders = ("--config", str(self.config), "--state", str(self.state))
        return command(*words, *folders, "--now", now or self.now, env=env)

    def ok(self, *words: str, now: str = "") -> Done:
        """The same; it must succeed."""
        done = self.run(*words, now=now)
        assert done.status == 0, done.out + done.err
        return done

    def plan(self, *words: str, now: str = "") -> Plan:
        """`plan --json`, which must succeed."""
        return Plan(self.ok("plan", "--json", *words, now=now).json)

    def apply(self, *words: str, now: str = "") -> Done:
        """`apply`, which must succeed."""
        return self.ok("apply", *words, now=now)

    def kept(self, now: str = "") -> Plan:
        """Applies, and gives the plan after it, which must have nothing to change."""
        self.apply(now=now)
        plan = self.plan(now=now)
        assert plan.changes == []
        return plan

    def problems(self) -> list[dict[str, Any]]:
        """What `check --json` finds."""
        return list(self.run("check", "--json").json["problems"])


def command(*words: str, env: dict[str, str] | None = None) -> Done:
    """Runs `agendad WORDS` in this process, without a terminal."""
    out, err = io.StringIO(), io.StringIO()
    before = dict(os.environ)
    os.environ.update(env or {})
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(words)
    finally:
        os.environ.clear()
        os.environ.update(before)
    return Done(status, out.getvalue(), err.getvalue())


def invite(*attendees: str, organizer: str = "", me: str = "ACCEPTED") -> tuple[str, ...]:
    """Content lines of a meeting: `bob@example.com`, or with an answer `bob@example.com DECLINED`, and the
    person's own; `me=""` leaves the person out of the attendees.
    """
    lines = [f"ORGANIZER:mailto:{organizer}"] if organizer else []
    answers = [f"{ME} {me}"] if me else []
    for each in (*answers, *attendees):
        address, _, answer = each.partition(" ")
        lines.append(f"ATTENDEE;PARTSTAT={answer or 'ACCEPTED'}:mailto:{address}")
    return tuple(lines)


def _dates(when: str) -> list[str]:
    start, end = span(when)
    if isinstance(start, datetime):
        return [f"{name};TZID=Europe/Paris:{at:%Y%m%dT%H%M%S}" for name, at in (("DTSTART", start), ("DTEND", end))]
    return [f"{name};VALUE=DATE:{at:%Y%m%d}" for name, at in (("DTSTART", start), ("DTEND", end))]
