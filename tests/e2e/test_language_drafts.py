"""Sections 1, 2, 6 and 7 of the rule language: follow-up mails as drafts in a Maildir, through the command alone."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from e2e.project import ME, Project, invite

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

NOTE = """\
---
subject: "{{ event.title }}: next steps"
---
Hello {{ person.first_name }},

thank you for *{{ event.title }}*.
"""
PLAIN = """\
---
subject: Weekly note
---
Hello {{ me.first_name }},

how was the week?
"""
THANKS = (
    "draft: note.md.j2",
    "after: {meeting: external}",
    "delay: 30m",
    "within: 48h",
    "to: external attendees",
)
EVE = "eve@other.org"
OTHER = invite(f"{EVE}", organizer=EVE)


@dataclass
class Office(Project):
    """A project with a mailbox and a template; the person reads and edits the mails as a mail program does."""

    mail: Path = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.mail = self.config / "Mail"
        for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
            (self.mail / folder).mkdir(parents=True)
        self.configure(mail="{provider: maildir, path: Mail/}")
        self.write("templates/note.md.j2", NOTE)
        self.write("templates/plain.md.j2", PLAIN)
        self.people("people: {eve: {name: Eve Online, emails: [eve@other.org]}}")

    def files_in(self, folder: str) -> list[Path]:
        return sorted(path for part in ("cur", "new") for path in (self.mail / folder / part).glob("*"))

    def drafts(self) -> dict[str, EmailMessage]:
        """The mails in Drafts by their key."""
        found = {}
        for path in self.files_in(".Drafts"):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert message["X-Agendad-Key"] not in found
            found[str(message["X-Agendad-Key"])] = message
        return found

    def draft(self) -> EmailMessage:
        (message,) = self.drafts().values()
        return message

    def send(self, to: str, when: str, subject: str = "Hello", name: str = "1") -> None:
        """The person sends a mail of their own."""
        text = f"From: {ME}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {when}\r\nMessage-ID: <{name}@x>\r\n\r\nHi\r\n"
        (self.mail / ".Sent/cur" / f"{name}:2,S").write_bytes(text.encode())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def text_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


class TestAfterAMeeting:
    def made(self, office: Office, *more: str) -> Office:
        office.rule(*THANKS, *more)
        office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
        office.apply()
        office.apply(now="2026-11-23T15:30")
        return office

    def test_the_plan_shows_what_is_to_come_and_nothing_lies_there_yet(self, office: Office) -> None:
        office.rule(*THANKS)
        office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
        (draft,) = office.plan().raw["drafts"]
        assert {name: draft[name] for name in ("key", "rule", "to", "subject", "due", "deadline", "late")} == {
            "key": "r/pilot@x",
            "rule": "r",
            "to": [EVE],
            "subject": "Pilot: next steps",
            "due": "2026-11-23T15:30:00+01:00",
            "deadline": "2026-11-25T15:30:00+01:00",
            "late": False,
        }
        assert draft["text"].startswith("Hello Eve,\n\nthank you for Pilot.")
        office.apply()
        assert office.drafts() == {}

    def test_the_mail_lies_in_drafts_once(self, office: Office) -> None:
        message = self.made(office).draft()
        assert (message["To"], message["From"]) == (f"Eve Online <{EVE}>", f"Ada Martin <{ME}>")
        assert message["Subject"] == "Pilot: next steps"
        assert message.get_content_type() == "multipart/alternative"
        assert "<em>Pilot</em>" in message.get_body(("html",)).get_content()
        office.apply(now="2026-11-23T16:30")
        assert len(office.drafts()) == 1
        assert office.plan(now="2026-11-23T16:30").raw["drafts"] == []

    def test_it_is_made_when_the_program_wakes_late_and_says_so(self, office: Office) -> None:
        office.rule(*THANKS)
        office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER)
        office.apply()
        (draft,) = office.plan(now="2026-11-27T09:00").raw["drafts"]
        assert draft["late"] is True
        office.apply(now="2026-11-27T09:00")
        assert len(office.drafts()) == 1

    def test_nothing_is_drafted_when_the_person_wrote_first(self, office: Office) -> None:
        office.rule(*THANKS)
        office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
        office.apply()
        office.send(EVE, "Mon, 23 Nov 2026 15:10:00 +0100")
        office.apply(now="2026-11-23T15:30")
        assert office.drafts() == {}
        assert "written by themselves" in office.plan(now="2026-11-23T15:30").skipped["r/pilot@x"]

    def test_an_untouched_draft_goes_when_they_write_then_and_an_edited_one_stays(self, office: Office) -> None:
        self.made(office)
        office.send(EVE, "Mon, 23 Nov 2026 16:10:00 +0100")
        office.apply(now="2026-11-23T16:30")
        assert office.drafts() == {}

    def test_an_edited_draft_is_never_touched(self, office: Office) -> None:
        self.made(office)
        (path,) = office.files_in(".Drafts")
        path.write_bytes(path.read_bytes().replace(b"thank you", b"many thanks"))
        before = path.read_bytes()
        office.send(EVE, "Mon, 23 Nov 2026 16:10:00 +0100")
        office.apply(now="2026-11-23T16:30")
        assert path.read_bytes() == before

    @pytest.mark.parametrize("lost", [(), ("ledger",), ("decisions",)])
    def test_a_deleted_draft_is_not_made_again(self, office: Office, lost: tuple[str, ...]) -> None:
        self.made(office)
        office.files_in(".Drafts")[0].unlink()
        office.apply(now="2026-11-23T16:00")
        office.lose(*lost)
        office.apply(now="2026-11-23T17:00")
        assert office.drafts() == {}

    def test_a_lost_ledger_finds_its_drafts_again(self, office: Office) -> None:
        self.made(office)
        office.lose("ledger")
        office.apply(now="2026-11-23T17:00")
        assert len(office.drafts()) == 1

    def test_all_state_lost_makes_no_second_one(self, office: Office) -> None:
        self.made(office)
        office.lose("ledger", "decisions")
        office.apply(now="2026-11-23T17:00")
        assert len(office.drafts()) == 1

    def test_a_draft_that_was_sent_is_not_made_again(self, office: Office) -> None:
        self.made(office, "unless: never")
        (path,) = office.files_in(".Drafts")
        path.rename(office.mail / ".Sent/cur/sent:2,S")
        office.apply(now="2026-11-23T17:00")
        assert office.drafts() == {}

    def test_a_reply_stands_in_the_thread_about_the_event(self, office: Office) -> None:
        office.send(EVE, "Fri, 20 Nov 2026 10:00:00 +0100", subject="Re: Pilot on Monday", name="thread")
        message = self.made(office).draft()
        assert (message["Subject"], message["In-Reply-To"]) == ("Re: Pilot on Monday", "<thread@x>")
        assert message["References"] == "<thread@x>"


class TestRoutines:
    def test_a_weekly_note_to_oneself(self, office: Office) -> None:
        office.rule("draft: plain.md.j2", "every: friday", "at: 16:00", "to: me")
        office.apply()
        office.apply(now="2026-11-27T16:00")
        message = office.draft()
        assert (message["To"], message["X-Agendad-Key"]) == (f"Ada Martin <{ME}>", "r/2026-11-27")
        assert text_of(message).startswith("Hello Ada,")

    def test_people_in_turn_each_in_their_language(self, office: Office) -> None:
        office.people(
            """
            people:
              claire: {name: Claire Dupont, emails: [claire@other.org], groups: [net], language: fr}
              alan: {name: Alan Turing, emails: [alan@other.org], groups: [net]}
            """
        )
        office.write("templates/touch.md.j2", "---\nsubject: Hello {{ person.first_name }}\n---\nHow are you?\n")
        office.write("templates/touch.fr.md.j2", "---\nsubject: Bonjour {{ person.first_name }}\n---\nÇa va ?\n")
        office.rule("draft: touch.md.j2", "every: week", "for_each: {group: net}", "to: person")
        office.apply()
        office.apply(now="2026-11-27T09:00")
        assert {key: str(each["Subject"]) for key, each in office.drafts().items()} == {
            "r/2026-W48/alan": "Hello Alan",
            "r/2026-W48/claire": "Bonjour Claire",
        }

    def test_an_absence_holds_drafts_until_the_first_working_morning(self, office: Office) -> None:
        office.configure(away='{titles: ["/leave/i"]}')
        office.event("2026-11-24..2026-11-27", "Leave")
        office.rule("draft: plain.md.j2", "every: tuesday", "at: 09:00", "to: me")
        office.apply()
        office.apply(now="2026-11-26T12:00")
        assert office.drafts() == {}
        office.apply(now="2026-11-30T09:00")
        assert list(office.drafts()) == ["r/2026-11-24"]


class TestProtectedTime:
    def test_an_invitation_gets_a_drafted_answer_that_proposes_other_times(self, office: Office) -> None:
        office.write(
            "templates/decline.md.j2",
            "---\nsubject: '{{ event.title }}'\n---\n"
            "{% for slot in free_slots(2, lasts='30m') %}- {{ slot | when }}\n{% endfor %}",
        )
        office.rule("protect: Evenings", "every: weekday", "at: 17:00-23:59", "draft: decline.md.j2")
        office.event("2026-11-24 18:00-19:00", "Late", *invite(organizer=EVE, me="NEEDS-ACTION"), uid="late@x")
        office.apply()
        message = office.draft()
        assert (message["To"], message["X-Agendad-Key"]) == (f"Eve Online <{EVE}>", "r/late@x")
        assert len([line for line in text_of(message).splitlines() if line.startswith("- ")]) == 2
        assert not [part for part in message.walk() if part.get_content_type() == "text/calendar"]


def test_without_a_mailbox_check_warns_and_nothing_fails(office: Office) -> None:
    office.configure(mail=None)
    office.rule(*THANKS)
    assert [each["code"] for each in office.problems()] == ["no-mail"]
    office.apply()


def test_a_mail_folder_that_is_not_there_is_made_by_the_first_draft(office: Office) -> None:
    office.rule("draft: plain.md.j2", "every: monday", "at: 09:00", "to: me")
    office.configure(mail="{provider: maildir, path: Elsewhere/}")
    office.apply()
    assert not (office.config / "Elsewhere").exists()
    office.apply(now="2026-11-23T09:00")
    assert len(list((office.config / "Elsewhere/.Drafts/cur").iterdir())) == 1


def test_a_mailbox_that_held_drafts_and_is_gone_stops_the_cycle(office: Office) -> None:
    office.rule("draft: plain.md.j2", "every: monday", "at: 09:00", "to: me")
    office.apply()
    office.apply(now="2026-11-23T09:00")
    office.mail.rename(office.root / "unmounted")
    done = office.run("apply", now="2026-11-30T09:00")
    assert done.status == 3
    assert "no such mail folder" in done.err
    (office.root / "unmounted").rename(office.mail)
    office.apply(now="2026-11-30T09:00")
    assert sorted(office.drafts()) == ["r/2026-11-23", "r/2026-11-30"]
