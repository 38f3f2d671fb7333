"""A world with a mailbox, templates and people, small enough to be run hundreds of times."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.utils import format_datetime
from typing import TYPE_CHECKING

from icalendar import Calendar

from machine.world import CONFIGURATION, World

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

BOB = "bob@example.org"
LETTERS = {
    "thanks": "{draft: note.md.j2, after: {meeting: external}, delay: 30m, within: 48h, to: attendees}",
    "prepare": '{draft: plain.md.j2, before: {title: "/[02468]$/"}, lead: 1 day, to: me}',
    "weekly": "{draft: plain.md.j2, every: week, on: fri, at: 10:00, to: me}",
    "touch": "{draft: touch.md.j2, every: week, for_each: {group: net}, to: person}",
    "guard": "{protect: Evenings, every: weekday, at: 17:30-23:00, draft: note.md.j2, may_overlap: [blocks]}",
    "chain": "{draft: plain.md.j2, after: {rule: thanks}, delay: 2 days, to: attendees}",
    "coffee": "{block: Coffee, every: week, with: {group: net}, lasts: 30m, invite: true}",
    "quiet": "{draft: plain.md.j2, when: {none: {title: never}, in: 7d}, again: 7d, to: me}",
}
HEAD = "---\nsubject: {}\n---\n"
TEMPLATES = {
    "note.md.j2": HEAD.format('"{{ event.title }}"') + "Hello {{ person.first_name }}.\n",
    "plain.md.j2": HEAD.format("A note") + "Hello.\n",
    "touch.md.j2": HEAD.format("Hello {{ person.first_name }}") + "Hello.\n",
}


class Office(World):
    """A world with a mailbox, templates and people."""

    def __init__(self, root: Path, rules: tuple[str, ...]) -> None:
        super().__init__(root, ())
        more = "mail: {provider: maildir, path: Mail/}\nlimits: {writes_per_cycle: 2000}\n"
        (root / "agendad.yaml").write_text(CONFIGURATION + more)
        for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (root / "Mail" / folder).mkdir(parents=True)
        (root / "templates").mkdir()
        for name, text in TEMPLATES.items():
            (root / "templates" / name).write_text(text)
        self.set_people(("bob",))
        self.set_rules(rules)

    def set_rules(self, names: tuple[str, ...]) -> None:
        lines = [f"  {name}: {LETTERS[name]}\n" for name in sorted(names)]
        (self.root / "rules" / "all.yaml").write_text("version: 1\nrules:\n" + "".join(lines))

    def set_people(self, ids: tuple[str, ...]) -> None:
        self.people = ids
        lines = [f"  {id_}: {{name: {id_.title()}, emails: [{id_}@example.org], groups: [net]}}\n" for id_ in ids]
        (self.root / "people.yaml").write_text("version: 1\ngroups: [net]\npeople:\n" + "".join(lines))

    def drafts(self) -> dict[str, Path]:
        """The files in Drafts by key; a key stands once."""
        found: dict[str, Path] = {}
        for path in sorted((self.root / "Mail" / ".Drafts").glob("cur/*")):
            key = str(message_from_bytes(path.read_bytes(), policy=policy.default)["X-Agendad-Key"])
            assert key not in found, f"two drafts of {key}"
            found[key] = path
        return found

    def answer(self, pick: int, response: str) -> None:
        """A guest of one of the blocks answers, as a server writes it into the file."""
        invited = [path for path in sorted(self.calendar("own").glob("*.ics")) if b"ATTENDEE" in path.read_bytes()]
        if not invited:
            return
        path = invited[pick % len(invited)]
        calendar = Calendar.from_ical(path.read_bytes())
        for attendee in calendar.walk("VEVENT")[0]["ATTENDEE"]:
            if not attendee.endswith("ada@example.com"):
                attendee.params["PARTSTAT"] = response
        path.write_bytes(calendar.to_ical())

    def write(self, to: str, at: datetime) -> Path:
        """The person sends a mail of their own."""
        folder = self.root / "Mail" / ".Sent" / "cur"
        path = folder / f"{len(list(folder.iterdir()))}:2,S"
        text = (
            f"From: ada@example.com\r\nTo: {to}@example.org\r\nSubject: Hi\r\nMessage-ID: <{path.name[0]}@x>\r\n"
            f"Date: {format_datetime(at)}\r\n\r\nHi\r\n"
        )
        path.write_bytes(text.encode())
        return path
