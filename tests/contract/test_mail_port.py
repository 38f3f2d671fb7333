"""What every mail provider must do, whatever stands behind it (`agendad.ports.MailPort`).

A provider joins by a function in `PROVIDERS` that makes an empty mailbox in a folder; whatever it needs of the outside
world it gets there. A person and other programs act through it by plain mails: `deliver`, `sent` and `edit`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.app.simulated import MemoryMail
from agendad.model.identity import message_id
from agendad.model.mail import Address, MailDraft
from agendad.providers.maildir.mailbox import Maildir
from agendad.providers.mime import message
from gmail_world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agendad.model.mail import StandingDraft
    from agendad.ports import MailPort

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
SINCE = NOW - timedelta(days=30)
DRAFT = MailDraft(
    key="follow-up/40c5@google.com@20261123T080000Z",
    rule="follow-up",
    at=NOW,
    sender=Address("ada@example.com", "Ada Martin"),
    to=(Address("Zoe@example.org", "Zoë Müller"), Address("bob@example.net")),
    cc=(Address("carl@example.net"),),
    bcc=(Address("ada@example.com"),),
    subject="Réunion: thank you",
    text="Hello Zoë,\n\nthank you for today.\n",
    html="<p>Hello Zoë,</p>\n<p>thank you for today.</p>\n",
    in_reply_to="<2@example.org>",
    references=("<1@example.org>",),
    language="fr",
)


@dataclass(frozen=True)
class Provider:
    """A mailbox under test: the port, another view of the same mailbox, and the hands of the person.

    `put` files a mail in `INBOX`, `Sent` or `Drafts`; `edit` changes the text of a draft in its place as a mail program
    would that keeps its headers; `discard` deletes it.
    """

    port: MailPort
    other: MailPort
    put: Callable[[str, bytes], None]
    edit: Callable[[StandingDraft], None]
    discard: Callable[[StandingDraft], None]


def maildir(folder: Path) -> Provider:
    root = folder / "Mail"
    for part in (root, root / ".Sent", root / ".Drafts"):
        for sub in ("cur", "new", "tmp"):
            (part / sub).mkdir(parents=True)
    places = {"INBOX": root / "new", "Sent": root / ".Sent" / "cur", "Drafts": root / ".Drafts" / "cur"}

    def put(name: str, data: bytes) -> None:
        number = sum(1 for path in root.rglob("*") if path.is_file())
        (places[name] / f"{int(NOW.timestamp())}.{number}.host{':2,S' if name != 'INBOX' else ''}").write_bytes(data)

    def file(draft: StandingDraft) -> Path:
        return next(path for path in (root / ".Drafts" / "cur").iterdir() if path.name.startswith(draft.href))

    def edit(draft: StandingDraft) -> None:
        path = file(draft)
        path.write_bytes(path.read_bytes().replace(b"thank you for today", b"so many thanks"))

    return Provider(Maildir(root, cache=folder / "cache"), Maildir(root), put, edit, lambda draft: file(draft).unlink())


def memory(_: Path) -> Provider:
    mailbox = MemoryMail()

    def put(name: str, data: bytes) -> None:
        if name != "Drafts":  # it holds no drafts but our own
            mailbox.put(message(data, NOW, sent=name == "Sent"))

    return Provider(
        mailbox, mailbox, put, lambda draft: mailbox.edit(draft.key), lambda draft: mailbox.discard(draft.key)
    )


def gmail(folder: Path) -> Provider:
    world = World(folder)
    return in_gmail(world, world.port("elsewhere"))


def gmail_that_keeps_no_message_id(folder: Path) -> Provider:
    world = World(folder)
    world.box.keeps_message_ids = False
    return in_gmail(world, world.port(None))


def gmail_that_keeps_nothing_of_an_edited_draft(folder: Path) -> Provider:
    world = World(folder)
    world.box.keeps_message_ids = world.box.keeps_headers = False
    return in_gmail(world, world.port())  # what the mail no longer tells, another process knows from the same cache


def in_gmail(world: World, other: MailPort) -> Provider:
    box = world.box
    places: dict[str, Callable[[bytes], str]] = {"INBOX": box.deliver, "Sent": box.sent, "Drafts": box.draft}

    def put(name: str, data: bytes) -> None:
        places[name](data)

    def edit(draft: StandingDraft) -> None:
        box.edit_draft(draft.href, lambda data: data.replace(b"thank you for today", b"so many thanks"))

    return Provider(world.port(), other, put, edit, lambda draft: box.discard(draft.href))


PROVIDERS: list[Callable[[Path], Provider]] = [
    maildir,
    memory,
    gmail,
    gmail_that_keeps_no_message_id,
    gmail_that_keeps_nothing_of_an_edited_draft,
]


@pytest.fixture(params=PROVIDERS, ids=lambda make: make.__name__)
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
    make: Callable[[Path], Provider] = request.param
    return make(tmp_path)


def mail(number: int, at: datetime = NOW, *more: str) -> bytes:
    lines = [
        "From: Bob <Bob@example.net>",
        "To: Ada <ada@example.com>, zoe@example.org",
        f"Subject: Mail {number}",
        f"Date: {at.strftime('%a, %d %b %Y %H:%M:%S %z')}",
        f"Message-ID: <{number}@example.net>",
        *more,
    ]
    return "\r\n".join([*lines, "", "Hello.", ""]).encode()


def save(port: MailPort, *drafts: MailDraft) -> None:
    assert [(out.status, out.message) for out in map(port.save_draft, drafts)] == [("done", "")] * len(drafts)


def only_draft(port: MailPort) -> StandingDraft:
    (draft,) = port.read(SINCE).drafts
    return draft


def keyed(number: int) -> MailDraft:
    return replace(DRAFT, key=f"follow-up/{number}")


def test_an_empty_mailbox_reads_as_empty(provider: Provider) -> None:
    snapshot = provider.port.read(SINCE)
    assert (snapshot.messages, snapshot.drafts) == ((), ())
    assert set(snapshot.counts.values()) == {0}


def test_what_is_saved_is_read_back_by_everybody(provider: Provider) -> None:
    save(provider.port, DRAFT)
    for port in (provider.port, provider.other):
        snapshot = port.read(SINCE)
        (draft,) = snapshot.drafts
        assert (draft.key, draft.rule, draft.message_id) == (DRAFT.key, "follow-up", message_id(DRAFT.key))
        assert draft.subject == "Réunion: thank you"
        assert set(draft.recipients) == {"zoe@example.org", "bob@example.net", "carl@example.net", "ada@example.com"}
        assert not draft.edited
        assert draft.made == NOW
        assert draft.digest
        assert draft.etag
        assert draft.href
        assert snapshot.messages == (), "a draft is no mail"
        assert snapshot.counts["Drafts"] == 1


def test_a_draft_is_read_whenever_it_was_made(provider: Provider) -> None:
    save(provider.port, replace(DRAFT, at=NOW - timedelta(days=2_000)))
    assert only_draft(provider.port).made == NOW - timedelta(days=2_000)
    assert only_draft(provider.other).key == DRAFT.key


def test_a_key_is_saved_once(provider: Provider) -> None:
    save(provider.port, DRAFT)
    for port in (provider.port, provider.other):
        outcome = port.save_draft(replace(DRAFT, subject="Again"))
        assert outcome.status == "conflict"
        assert outcome.message
    assert only_draft(provider.other).subject == DRAFT.subject


def test_an_edited_draft_still_holds_its_key(provider: Provider) -> None:
    save(provider.port, DRAFT)
    provider.edit(only_draft(provider.port))
    for port in (provider.port, provider.other):
        assert port.save_draft(DRAFT).status == "conflict"


def test_what_is_removed_is_gone_and_may_be_saved_again(provider: Provider) -> None:
    save(provider.port, DRAFT, keyed(2))
    for port in (provider.port, provider.other):
        (draft,) = (one for one in port.read(SINCE).drafts if one.key == DRAFT.key)
        assert port.remove_draft(draft).status == "done"
        assert [one.key for one in provider.port.read(SINCE).drafts] == ["follow-up/2"]
        assert [one.key for one in provider.other.read(SINCE).drafts] == ["follow-up/2"]
        save(port, DRAFT)


def test_an_edited_draft_is_told_and_never_removed(provider: Provider) -> None:
    save(provider.port, DRAFT)
    seen = only_draft(provider.port)
    provider.edit(seen)
    assert provider.port.remove_draft(seen).status == "conflict"
    edited = only_draft(provider.port)
    assert edited.edited
    assert edited.digest == seen.digest
    assert edited.etag != seen.etag
    for port in (provider.port, provider.other):
        assert port.remove_draft(edited).status == "conflict"
        assert port.remove_draft(replace(edited, edited=False)).status == "conflict"
    assert only_draft(provider.other).edited


def test_a_draft_that_is_gone_is_a_conflict(provider: Provider) -> None:
    save(provider.port, DRAFT)
    seen = only_draft(provider.port)
    provider.discard(seen)
    assert provider.port.read(SINCE).drafts == ()
    assert provider.port.remove_draft(seen).status == "conflict"
    save(provider.port, DRAFT)


def test_a_draft_that_was_replaced_since_it_was_read_stays(provider: Provider) -> None:
    save(provider.port, DRAFT)
    seen = only_draft(provider.port)
    assert provider.other.remove_draft(seen).status == "done"
    save(provider.other, replace(DRAFT, subject="Another"))
    assert provider.port.remove_draft(seen).status == "conflict"
    assert only_draft(provider.port).subject == "Another"


def test_a_mail_of_the_person_is_never_removed(provider: Provider) -> None:
    save(provider.port, DRAFT)
    provider.put("Drafts", mail(1))
    seen = only_draft(provider.port)
    for foreign in (replace(seen, key="other/1"), replace(seen, href="no-such-draft"), replace(seen, etag="no")):
        assert provider.port.remove_draft(foreign).status == "conflict"
    assert only_draft(provider.other) == seen


def test_drafts_of_the_person_are_not_ours(provider: Provider) -> None:
    provider.put("Drafts", mail(1))
    provider.put("Drafts", mail(2, NOW, "X-Agendad-Key: follow-up/2"))
    snapshot = provider.port.read(SINCE)
    assert (snapshot.messages, snapshot.drafts) == ((), ())
    save(provider.port, DRAFT, keyed(2))


def test_sent_and_received_mails_are_told_apart_and_come_in_order(provider: Provider) -> None:
    hour = timedelta(hours=1)
    provider.put("Sent", mail(3, NOW - 1 * hour, f"X-Agendad-Key: {DRAFT.key}"))
    provider.put("INBOX", mail(1, NOW - 3 * hour))
    provider.put("Sent", mail(4, NOW))
    provider.put("INBOX", mail(2, NOW - 2 * hour, "In-Reply-To: <1@example.net>", "References: <0@example.net>"))
    for port in (provider.port, provider.other, provider.port):
        messages = port.read(SINCE).messages
        assert [one.subject for one in messages] == ["Mail 1", "Mail 2", "Mail 3", "Mail 4"]
        assert [one.sent for one in messages] == [False, False, True, True]
        assert [one.key for one in messages] == ["", "", DRAFT.key, ""]
        assert messages[1].references == ("<0@example.net>", "<1@example.net>")
        assert messages[0].sender == "bob@example.net"
        assert messages[0].recipients == ("ada@example.com", "zoe@example.org")
        assert messages[0].message_id == "<1@example.net>"
        assert messages[0].at == NOW - 3 * hour


def test_the_window_of_the_mails_begins_with_its_first_instant(provider: Provider) -> None:
    second = timedelta(seconds=1)
    for number, at in enumerate((SINCE - second, SINCE, SINCE + second)):
        provider.put("INBOX", mail(number, at))
    for port in (provider.port, provider.other, provider.port):
        assert [one.subject for one in port.read(SINCE).messages] == ["Mail 1", "Mail 2"]
    assert len(provider.port.read(SINCE - second).messages) == 3, "a wider window finds what an earlier one passed over"


def test_a_mail_that_came_since_is_read(provider: Provider) -> None:
    provider.put("INBOX", mail(1))
    assert len(provider.port.read(SINCE).messages) == 1
    provider.put("INBOX", mail(2))
    provider.put("Sent", mail(3))
    assert {one.subject for one in provider.port.read(SINCE).messages} == {"Mail 1", "Mail 2", "Mail 3"}


def test_drafts_come_in_order_of_their_keys(provider: Provider) -> None:
    save(provider.port, *(keyed(number) for number in (3, 1, 2)))
    assert [one.key for one in provider.other.read(SINCE).drafts] == ["follow-up/1", "follow-up/2", "follow-up/3"]


def test_a_key_of_somebody_elses_event_may_be_anything(provider: Provider) -> None:
    keys = ["r/" + odd for odd in ("a b", "é", "x" * 3_000, "a\r\nb", "100%", "<a@b>", "..", "/etc/passwd", ":2,S")]
    save(provider.port, *(replace(DRAFT, key=key) for key in keys))
    for port in (provider.port, provider.other):
        assert sorted(keys) == [one.key for one in port.read(SINCE).drafts]
    for draft in provider.other.read(SINCE).drafts:
        assert provider.other.remove_draft(draft).status == "done"
    assert provider.port.read(SINCE).drafts == ()


def test_addresses_that_are_none_are_left_out(provider: Provider) -> None:
    save(
        provider.port,
        replace(DRAFT, to=(Address("no address"), Address("a@b\r\nBcc: c@d"), Address("zoe@example.org"))),
    )
    assert set(only_draft(provider.port).recipients) == {"zoe@example.org", "carl@example.net", "ada@example.com"}
    assert not only_draft(provider.other).edited


def test_instants_are_aware(provider: Provider) -> None:
    provider.put("INBOX", mail(1))
    save(provider.port, DRAFT)
    snapshot = provider.port.read(datetime(2026, 11, 1, tzinfo=UTC))
    assert snapshot.messages[0].at.tzinfo is not None
    assert snapshot.drafts[0].made is not None
    assert snapshot.drafts[0].made.tzinfo is not None
