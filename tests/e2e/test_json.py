"""What `docs/json.md` shows is what the commands print: the same names at every level."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command import Agendad

PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text()
NOW = ("--now", "2026-11-23T08:00+01:00")
KEY = "deep-work/2026-11-24"
DELETED = "deep-work/2026-11-26"
FILLED = {
    "plan": ("changes", "blocks", "skipped", "violations"),
    "apply": ("changes",),
    "undo": ("changes",),
    "status": ("last_run", "blocks", "changes", "deleted_by_hand"),
    "log": ("entries",),
    "away": ("absences",),
    "explain": ("blocks",),
    "doctor": ("findings",),
    "when": ("next",),
}
COMMANDS = {
    "plan": ("plan",),
    "check": ("check",),
    "apply": ("apply",),
    "undo": ("undo", "--yes"),
    "reset": ("reset", DELETED),
    "status": ("status",),
    "log": ("log",),
    "backup": ("backup", "kept.tar"),
    "drafts": ("drafts",),
    "away": ("away", "2027-03-01"),
    "pause": ("pause", "2h"),
    "explain": ("explain", KEY),
    "doctor": ("doctor",),
    "when": ("when", "quarter"),
    "simulate": ("simulate", "--from", "2026-11-23", "--to", "2026-11-24", "--every", "12h"),
}


def documented(command: str) -> object:
    """The example of a command's section."""
    match = re.search(rf"^## `{command}`.*?^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def differences(shown: object, real: object, place: str = "") -> list[str]:
    """Names that stand only in the documentation, or only in the output; where either holds nothing, all is well."""
    if isinstance(shown, dict) and isinstance(real, dict):
        odd = [f"{place}.{name}" for name in shown.keys() ^ real.keys()]
        return odd + [
            d for name in shown.keys() & real.keys() for d in differences(shown[name], real[name], f"{place}.{name}")
        ]
    if isinstance(shown, list) and isinstance(real, list) and shown:
        return sorted({d for each in real for d in differences(shown[0], each, f"{place}[]")})
    return []


CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
working_hours: {mon-fri: "09:00-18:00"}
horizon: 2 weeks
calendar: {provider: local, path: calendars, write: personal, read: [personal]}
"""
RULES = """\
version: 1
rules:
  deep-work: {block: Deep work, every: weekday, at: 09:00-12:00}
  evenings: {protect: Evenings, every: weekday, at: 18:00-20:00}
  watch: {block: Watch, every: day, at: 13:00-14:00, yield: skip}
"""
MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20261101T080000Z
DTSTART:{start}
DTEND:{end}
SUMMARY:Board
ORGANIZER:mailto:grace@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:grace@example.org
ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A calendar once brought up to date, then with blocks to create, update and delete, and one deleted by hand."""
    from command import Agendad

    folder = tmp_path_factory.mktemp("example")
    personal = folder / "calendars/personal"
    for path in (personal, folder / "rules", folder / "state"):
        path.mkdir(parents=True)
    (folder / "agendad.yaml").write_text(CONFIGURATION)
    (folder / "rules/all.yaml").write_text(RULES)
    for uid, start, end in (
        ("late", "20261124T170000Z", "20261124T173000Z"),
        ("noon", "20261125T120000Z", "20261125T130000Z"),
    ):
        text = MEETING.format(uid=uid, start=start, end=end)
        (personal / f"{uid}.ics").write_text(text.replace("\n", "\r\n"), newline="")
    done = Agendad(folder, folder)("apply", "--config", ".", *NOW)
    assert done.returncode == 0, done.stderr
    mark = f"X-AGENDAD-KEY:{DELETED}\r\n".encode()
    (block,) = (path for path in personal.glob("*.ics") if mark in path.read_bytes())
    block.unlink()
    changed = RULES.replace("09:00-12:00", "09:00-11:00").replace("  watch:", "  look:")
    (folder / "rules/all.yaml").write_text(changed)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_the_output_has_the_documented_names(agendad: Agendad, example: Path, tmp_path: Path, command: str) -> None:
    shutil.copytree(example, tmp_path / "copy")
    done = agendad(*COMMANDS[command], "--json", "--config", "copy", *NOW)
    assert (done.returncode, done.stderr) == (0, "")
    real = json.loads(done.stdout)
    assert not differences(documented(command), real)
    for name in FILLED.get(command, ()):
        assert real[name], f"{command} shows no {name} to compare"
