"""Follow-up mails as drafts in Gmail beside a local calendar, through the command alone; on the emulator."""

from __future__ import annotations

import email
import email.policy
import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from project import ME, PARIS
from test_language_drafts import EVE, NOTE, OTHER, THANKS

from emulator import Fault, Google, Kind, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from project import Project

    from emulator.mailbox import Mailbox

SCOPES = [f"https://www.googleapis.com/auth/gmail.{name}" for name in ("compose", "readonly")]
KEY = "r/pilot@x"
NOON, LATER = "2026-11-23T15:30", "2026-11-23T16:00"


class Office:
    """An installation whose mail lies in Gmail, with a rule that drafts after a meeting of this afternoon."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.at("2026-11-23T08:00")
        self.google = Google(now=lambda: self.now)
        self.box: Mailbox = self.google.account(ME).mailbox
        project.write("templates/note.md.j2", NOTE)
        project.people("people: {eve: {name: Eve Online, emails: [eve@other.org]}}")
        project.rule(*THANKS)
        project.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")

    def at(self, moment: str) -> None:
        self.now = datetime.fromisoformat(moment).replace(tzinfo=PARIS)

    def connect(self, endpoint: str) -> None:
        path = self.project.write("google-token.json", json.dumps(self.google.grant(ME, SCOPES)))
        path.chmod(0o600)
        self.project.configure(mail=f'{{provider: gmail, endpoint: "{endpoint}"}}')

    def apply(self, moment: str, status: int = 0) -> None:
        self.at(moment)
        done = self.project.run("apply", now=moment)
        assert done.status == status, done.out + done.err

    def states(self, moment: str) -> list[tuple[str, str]]:
        found = self.project.ok("drafts", "--json", now=moment).json["drafts"]
        return [(each["key"], each["state"]) for each in found]

    def deliver(self, subject: str, name: str = "1") -> str:
        text = f"From: Eve <{EVE}>\r\nTo: {ME}\r\nSubject: {subject}\r\nMessage-ID: <{name}@other.org>\r\n\r\nHi\r\n"
        return self.box.deliver(text.encode(), self.now)

    def draft(self) -> EmailMessage:
        (data,) = self.box.drafts().values()
        return email.message_from_bytes(data, policy=email.policy.default)

    def created(self) -> int:
        return sum(each.call == "gmail.users.drafts.create" for each in self.google.log)


@pytest.fixture
def office(project: Project) -> Iterator[Office]:
    office = Office(project)
    with Server(office.google) as server:
        office.connect(server.endpoint)
        office.apply("2026-11-23T08:00")
        assert office.box.drafts() == {}
        yield office
    assert office.google.breaches == []
    assert {scope for logged in office.google.log for scope in logged.scopes} <= set(SCOPES)


def test_a_follow_up_appears_once_and_stays(office: Office) -> None:
    for _ in range(3):
        office.apply(NOON)
    mail = office.draft()
    assert (mail["To"], mail["Subject"], mail["X-Agendad-Key"]) == (
        "Eve Online <eve@other.org>",
        "Pilot: next steps",
        KEY,
    )
    assert office.created() == 1
    assert office.states(NOON) == [(KEY, "in-drafts")]


def test_it_answers_in_the_thread_of_the_last_mail_about_the_meeting(office: Office) -> None:
    mail = office.box.mails[office.deliver("The pilot on Monday")]
    office.apply(NOON)
    draft = office.draft()
    assert (draft["Subject"], draft["In-Reply-To"]) == ("Re: The pilot on Monday", "<1@other.org>")
    assert [office.box.mails[ident].labels[0] for ident in office.box.threads[mail.thread]] == ["INBOX", "DRAFT"]


def test_a_quiet_cycle_asks_gmail_twice(office: Office) -> None:
    office.deliver("Something else")
    office.apply(NOON)
    office.apply(NOON)
    office.google.log.clear()
    office.apply(LATER)
    assert [each.call for each in office.google.log if each.call != "token"] == [
        "gmail.users.drafts.list",
        "gmail.users.history.list",
    ]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("lost", [(), ("ledger.db", "cache/gmail")])
def test_a_sent_or_deleted_one_is_not_made_again(office: Office, keeps: bool, lost: tuple[str, ...]) -> None:
    office.box.keeps_message_ids = keeps
    office.project.event("2026-11-23 14:00-15:00", "Audit", *OTHER, uid="audit@x")
    office.apply(NOON)
    sent, deleted = office.box.drafts()
    office.box.send_draft(sent)
    office.box.discard(deleted)
    office.apply(LATER)
    assert {state for _, state in office.states(LATER)} == {"sent", "deleted"}
    office.project.lose(*lost)
    office.apply("2026-11-23T17:00")
    assert (office.box.drafts(), office.created()) == ({}, 2)


@pytest.mark.parametrize("keeps", [True, False])
def test_an_edited_one_is_never_touched(office: Office, keeps: bool) -> None:
    office.box.keeps_headers = office.box.keeps_message_ids = keeps
    office.apply(NOON)
    (ident,) = office.box.drafts()
    office.box.edit_draft(ident, lambda data: data.replace(b"thank you", b"many thanks"))
    text = office.box.drafts()
    office.project.rule("enabled: false", *THANKS)
    office.apply(LATER)
    assert office.states(LATER) == [(KEY, "edited")]
    office.project.rule(*THANKS)
    done = office.project.run("purge", "--yes", now=LATER)
    assert done.status == 0, done.err
    assert office.box.drafts() == text
    assert office.created() == 1


def test_one_that_became_needless_is_removed(office: Office) -> None:
    office.apply(NOON)
    mail = f"From: {ME}\r\nTo: {EVE}\r\nSubject: Hello\r\nMessage-ID: <7@example.com>\r\n\r\nHi\r\n"
    office.at("2026-11-23T15:45")
    office.box.sent(mail.encode(), office.now)
    office.apply(LATER)
    assert office.box.drafts() == {}
    assert office.states(LATER) == [(KEY, "withdrawn")]


@pytest.mark.parametrize("kind", [Kind.LOST_AFTER, Kind.ERROR_AFTER, Kind.MALFORMED, Kind.CUT_BODY])
def test_a_lost_answer_leads_to_no_second_draft(office: Office, kind: Kind) -> None:
    office.google.faults.add(Fault(kind, "gmail.users.drafts.create"))
    office.apply(NOON, status=4)
    for _ in range(2):
        office.apply(LATER)
    assert (len(office.box.drafts()), office.created()) == (1, 1)
    assert office.states(LATER) == [(KEY, "in-drafts")]


def test_a_lost_request_is_made_up_for_by_the_next_cycle(office: Office) -> None:
    office.google.faults.add(Fault(Kind.LOST_BEFORE, "gmail.users.drafts.create"))
    office.apply(NOON, status=4)
    office.apply(LATER)
    assert office.states(LATER) == [(KEY, "in-drafts")]


def test_a_missing_scope_is_told_before_any_call(office: Office) -> None:
    office.project.write("google-token.json", json.dumps(office.google.grant(ME, SCOPES[:1])))
    office.google.log.clear()
    done = office.project.run("apply", now=NOON)
    assert (done.status, "gmail.readonly" in done.err) == (3, True)
    assert office.google.log == []


def test_doctor_counts_the_mails(office: Office) -> None:
    office.deliver("Hello")
    found = office.project.run("doctor", "--json").json["findings"]
    (mail,) = [each for each in found if each["part"] == "mail"]
    assert mail["message"] == "`Sent`: 0 mails, `Received`: 1 mail, `Drafts`: 0 mails"
