"""What the Gmail port asks of Gmail, and how it keeps in step with the mailbox; on the emulator."""

from __future__ import annotations

import base64
import stat
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.errors import ProviderError
from agendad.model.mail import Address, MailDraft
from agendad.providers.google.mails import Changes, changes
from emulator import Fault
from emulator import Kind as Trouble
from gmail_world import ME, Wire, World

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.model.mail import StandingDraft
    from agendad.ports import MailPort

HOUR = timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def draft_of(world: World, key: str = "follow-up/1", **more: object) -> MailDraft:
    draft = MailDraft(
        key=key,
        rule="follow-up",
        at=world.now,
        sender=Address(ME, "Ada Martin"),
        to=(Address("zoe@example.org", "Zoë"),),
        subject="Pilot: next steps",
        text="Hello Zoë,\n\nthank you.\n",
        html="<p>Hello Zoë,</p><p>thank you.</p>\n",
    )
    return replace(draft, **more)


def mail(number: int, world: World, *more: str, subject: str = "") -> bytes:
    lines = [
        "From: Zoe <zoe@example.org>",
        f"To: {ME}",
        f"Subject: {subject or f'Mail {number}'}",
        f"Date: {world.now:%a, %d %b %Y %H:%M:%S} +0000",
        f"Message-ID: <{number}@example.org>",
        *more,
    ]
    return "\r\n".join([*lines, "", "Hello.", ""]).encode()


def subjects(world: World, port: MailPort, back: timedelta = 30 * 24 * HOUR) -> list[str]:
    return sorted(each.subject for each in port.read(world.now - back).messages)


def drafts(world: World, port: MailPort) -> list[StandingDraft]:
    return list(port.read(world.now - HOUR).drafts)


class TestRequests:
    def test_a_quiet_reading_costs_two(self, world: World) -> None:
        port = world.port()
        world.box.deliver(mail(1, world))
        port.save_draft(draft_of(world))
        world.box.draft(mail(2, world))
        drafts(world, port)
        world.calls()
        for each in (port, port, world.port()):
            drafts(world, each)
            assert world.asked() == ["drafts.list", "history.list"]

    def test_a_first_reading_takes_a_batch_for_each_fifty_mails(self, world: World) -> None:
        for number in range(120):
            world.box.deliver(mail(number, world))
        assert len(subjects(world, world.port())) == 120
        assert world.asked() == [
            "drafts.list",
            "getProfile",
            "messages.list",
            "messages.list",
            *["batch"] * 3,
        ]

    def test_what_is_new_takes_one_batch_more(self, world: World) -> None:
        port = world.port()
        subjects(world, port)
        world.calls()
        for number in range(3):
            world.box.deliver(mail(number, world))
        assert len(subjects(world, port)) == 3
        assert world.asked() == ["drafts.list", "history.list", "batch"]

    def test_a_draft_takes_a_list_and_the_call_that_makes_it(self, world: World) -> None:
        port = world.port()
        drafts(world, port)
        world.calls()
        assert port.save_draft(draft_of(world)).status == "done"
        assert world.asked() == ["drafts.list", "drafts.create"]

    def test_a_draft_of_ours_is_read_twice_once_and_one_of_the_person_by_its_header_alone(self, world: World) -> None:
        port = world.port()
        port.save_draft(draft_of(world))
        world.box.draft(mail(1, world) + b"x" * 100_000)
        world.google.log.clear()
        for _ in range(2):
            drafts(world, port)
        parts = [each.path.rpartition("format=")[2].partition("&")[0] for each in world.google.log if each.part]
        assert sorted(parts) == ["metadata", "metadata", "raw"]

    def test_that_a_mail_was_read_starred_or_archived_costs_nothing(self, world: World) -> None:
        port = world.port()
        ident = world.box.deliver(mail(1, world))
        subjects(world, port)
        world.calls()
        world.box.relabel(world.box.mails[ident], add=("STARRED",), remove=("UNREAD", "INBOX"))
        assert subjects(world, port) == ["Mail 1"]
        assert world.asked() == ["drafts.list", "history.list"]

    def test_the_edits_of_a_persons_draft_are_no_mails(self, world: World) -> None:
        port = world.port()
        draft = world.box.draft(mail(1, world))
        subjects(world, port)
        world.box.edit_draft(draft, lambda data: data.replace(b"Hello", b"Dear"))
        world.calls()
        assert subjects(world, port) == []
        assert world.asked() == ["drafts.list", "batch", "history.list"]

    def test_all_calls_stay_within_two_scopes(self, world: World) -> None:
        port = world.port()
        world.box.deliver(mail(1, world))
        port.save_draft(draft_of(world, in_reply_to="<1@example.org>"))
        port.remove_draft(drafts(world, port)[0])
        assert [each.call for each in world.google.log if each.status >= 400] == []
        assert world.google.breaches == []


class TestNews:
    def test_a_mail_that_is_thrown_away_or_erased_is_no_longer_read(self, world: World) -> None:
        port = world.port()
        first, second, _ = (world.box.deliver(mail(number, world)) for number in range(3))
        assert len(subjects(world, port)) == 3
        world.box.trash(first)
        world.box.erase(second)
        assert subjects(world, port) == ["Mail 2"]
        world.box.relabel(world.box.mails[first], remove=("TRASH",))
        assert subjects(world, port) == subjects(world, world.port(None)) == ["Mail 0", "Mail 2"]

    def test_spam_chats_and_what_is_in_the_trash_are_not_read(self, world: World) -> None:
        for number, label in enumerate(("SPAM", "TRASH", "CHAT")):
            world.box.deliver(mail(number, world), None, label)
        for port in (world.port(), world.port(None)):
            assert subjects(world, port) == []
            world.box.deliver(mail(9, world), None, "SPAM")
            assert subjects(world, port) == []

    def test_a_draft_that_was_sent_is_a_sent_mail_with_its_key(self, world: World) -> None:
        port = world.port()
        port.save_draft(draft_of(world))
        (draft,) = drafts(world, port)
        world.box.send_draft(draft.href)
        snapshot = port.read(world.now - HOUR)
        assert snapshot.drafts == ()
        assert [(each.key, each.sent) for each in snapshot.messages] == [("follow-up/1", True)]
        assert snapshot.counts == {"Sent": 1, "Received": 0, "Drafts": 0}

    def test_when_the_history_is_too_old_everything_is_listed_and_only_what_is_new_is_read(self, world: World) -> None:
        port = world.port()
        kept, gone = (world.box.deliver(mail(number, world)) for number in range(2))
        subjects(world, port)
        world.box.erase(gone)
        world.box.deliver(mail(2, world))
        world.box.forget_history()
        world.box._record("labelsAdded", world.box.mails[kept])
        world.calls()
        assert subjects(world, port) == ["Mail 0", "Mail 2"]
        assert world.asked()[:4] == ["drafts.list", "history.list", "getProfile", "messages.list"]
        parts = [each for each in world.google.log if each.part]
        assert parts == []
        assert subjects(world, port) == ["Mail 0", "Mail 2"]
        assert world.asked() == ["drafts.list", "history.list"]

    def test_pages_are_read_to_the_end(self, world: World) -> None:
        port = world.port()
        world.google.page_size = 2
        for number in range(7):
            world.box.deliver(mail(number, world))
            port.save_draft(draft_of(world, f"follow-up/{number}"))
        assert (len(subjects(world, port)), len(drafts(world, port))) == (7, 7)
        for number in range(7, 12):
            world.box.deliver(mail(number, world))
        assert len(subjects(world, port)) == 12

    def test_a_wider_window_is_listed_anew_and_a_narrower_one_is_not(self, world: World) -> None:
        old = world.now
        world.box.deliver(mail(1, world))
        world.sleep(40 * 24 * 3600)
        for number in (2, 3, 4):
            world.box.deliver(mail(number, world))
        port = world.port()
        world.google.page_size = 2  # so that the newest mails are not all of them
        assert len(subjects(world, port)) == 3
        assert len(port.read(old).messages) == 4
        world.calls()
        assert len(subjects(world, port)) == 3
        assert world.asked() == ["drafts.list", "history.list"]

    def test_thousands_that_are_thrown_away_at_once_cost_nothing(self, world: World) -> None:
        port = world.port()
        idents = [world.box.deliver(mail(number, world)) for number in range(400)]
        subjects(world, port)
        world.calls()
        for ident in idents[1:]:
            world.box.trash(ident)
        assert subjects(world, port) == ["Mail 0"]
        assert set(world.asked()) == {"drafts.list", "history.list"}

    @pytest.mark.parametrize("call", ["history.list", "batch"])
    def test_what_another_process_read_meanwhile_stays(self, world: World, call: str) -> None:
        wire = Wire(world.google)
        one, two = world.port(wire=wire), world.port()
        assert subjects(world, one) == subjects(world, two) == []
        first = world.box.deliver(mail(1, world))

        def overtake() -> None:
            if world.google.log[-1].call.endswith(call):
                wire.after = None
                assert subjects(world, two) == ["Mail 1"]
                world.box.trash(first)
                world.box.deliver(mail(2, world))
                assert subjects(world, two) == ["Mail 2"]

        wire.after = overtake
        assert subjects(world, one) == ["Mail 2"]
        assert subjects(world, two) == ["Mail 2"]

    def test_what_came_after_another_process_read_is_not_missed(self, world: World) -> None:
        wire = Wire(world.google)
        one, two = world.port(wire=wire), world.port()
        assert subjects(world, one) == []
        world.box.deliver(mail(1, world))

        def overtake(path: str) -> None:
            if "/history" in path:
                wire.before = None
                assert subjects(world, two) == ["Mail 1"]
                world.box.deliver(mail(2, world))

        wire.before = overtake
        assert subjects(world, one) == ["Mail 1", "Mail 2"]

    def test_what_another_process_listed_meanwhile_stays(self, world: World) -> None:
        wire = Wire(world.google)
        one, two = world.port(wire=wire), world.port()
        first, _ = (world.box.deliver(mail(number, world)) for number in range(2))

        def overtake() -> None:
            if world.google.log[-1].call == "batch":
                wire.after = None
                subjects(world, two)
                world.box.trash(first)
                assert subjects(world, two) == ["Mail 1"]

        wire.after = overtake
        assert subjects(world, one) == subjects(world, two) == ["Mail 1"]

    def test_two_installations_with_one_mailbox_make_one_draft(self, world: World) -> None:
        one, two = world.port("one"), world.port("two")
        for port in (one, two):
            drafts(world, port)
        assert [port.save_draft(draft_of(world)).status for port in (one, two)] == ["done", "conflict"]
        assert len(world.box.drafts()) == 1


def entry(kind: str, ident: str, *labels: str, **message: object) -> dict[str, object]:
    detail = {"message": {"id": ident, "threadId": "t", **message}} | ({"labelIds": list(labels)} if labels else {})
    return {"id": "1", "messages": [{"id": ident}], kind: [detail]}


class TestHistory:
    """https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.history/list"""

    def test_the_last_word_on_a_mail_counts(self) -> None:
        trash = [entry("messagesAdded", "a"), entry("labelsAdded", "a", "TRASH"), entry("labelsRemoved", "a", "TRASH")]
        assert changes([{"history": trash[:2]}]) == Changes((), frozenset(), frozenset("a"))
        assert changes([{"history": trash[:2]}, {"history": trash[2:]}]) == Changes(("a",), frozenset(), frozenset())

    def test_a_mail_that_becomes_a_sent_one_is_read_again(self) -> None:
        history = [
            entry("labelsAdded", "a", "SENT"),
            entry("labelsAdded", "b", "STARRED"),
            entry("labelsAdded", "c", "X"),
        ]
        assert changes([{"history": history}, {}]) == Changes(("a",), frozenset("a"), frozenset())

    def test_drafts_and_chats_are_no_mails_and_one_without_labels_is_looked_at(self) -> None:
        history = [entry("messagesAdded", label[0], labelIds=[label]) for label in ("DRAFT", "CHAT", "INBOX")]
        assert changes([{"history": [*history, entry("messagesAdded", "x")]}]).new == ("I", "x")


class TestCache:
    def test_it_is_readable_by_its_owner_alone(self, world: World) -> None:
        subjects(world, world.port())
        (path,) = (world.folder / "cache").glob("gmail-*.db")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("damage", [b"", b"not a database" * 1000])
    def test_a_damaged_one_is_made_anew(self, world: World, damage: bytes) -> None:
        world.box.deliver(mail(1, world))
        assert subjects(world, world.port()) == ["Mail 1"]
        for path in (world.folder / "cache").glob("gmail-*"):
            path.unlink() if path.suffix != ".db" else path.write_bytes(damage)
        assert subjects(world, world.port()) == ["Mail 1"]

    def test_one_with_a_flipped_bit_is_not_believed(self, world: World) -> None:
        world.box.deliver(mail(1, world))
        port = world.port()
        subjects(world, port)
        with port._cache._kept.transaction() as db:
            db.execute("UPDATE mail SET data = ?", (b'[0,"x"]',))
        assert subjects(world, port) == ["Mail 1"]

    def test_a_lost_one_changes_nothing_that_is_read(self, world: World) -> None:
        port = world.port()
        world.box.deliver(mail(1, world))
        port.save_draft(draft_of(world))
        before = port.read(world.now - HOUR)
        assert world.port(None).read(world.now - HOUR) == world.port("other").read(world.now - HOUR) == before


class TestLargeMailbox:
    def test_one_is_read_over_several_cycles_and_says_how_far_it_is(self, world: World) -> None:
        for number in range(1500):
            world.box.deliver(mail(number, world), world.now - HOUR)
        port = world.port()
        for left in (1500, 1000):
            with pytest.raises(ProviderError, match=f"^Gmail: 500 of {left} new mails were read, then: ") as told:
                subjects(world, port)
            assert told.value.hint == "what was read is kept; the next cycle reads on"
            world.sleep(300)
        assert len(subjects(world, port)) == 1500
        assert sum(each.part for each in world.google.log) == 1500, "each mail is read once"

    def test_half_a_batch_is_kept(self, world: World) -> None:
        for number in range(30):
            world.box.deliver(mail(number, world))
        port = world.port(budget=1.0)
        world.google.faults.add(Fault(Trouble.RATE_429, "gmail.users.messages.get", skip=10, retry_after=600))
        with pytest.raises(ProviderError, match="29 of 30 new mails"):
            subjects(world, port)
        world.google.log.clear()
        assert len(subjects(world, port)) == 30
        assert sum(each.part for each in world.google.log) == 1


class TestThreads:
    def test_a_reply_lies_in_the_thread_of_its_mail(self, world: World) -> None:
        port = world.port()
        ident = world.box.deliver(mail(1, world, subject="Pilot"))
        for reading in (False, True):
            if reading:
                subjects(world, port)
            world.calls()
            reply = draft_of(
                world,
                f"follow-up/{reading}",
                subject="Re: Pilot",
                in_reply_to="<1@example.org>",
                references=("<1@example.org>",),
            )
            assert port.save_draft(reply).message == ""
            assert ("messages.list" in world.asked()) is not reading, "a mail that was read is not looked for"
        threads = {world.box.mails[each.message].thread for each in port._drafts()}
        assert threads == {world.box.mails[ident].thread}

    def test_one_whose_thread_is_gone_begins_a_thread_and_says_so(self, world: World) -> None:
        port = world.port()
        ident = world.box.deliver(mail(1, world, subject="Pilot"))
        subjects(world, port)
        world.box.erase(ident)
        done = port.save_draft(draft_of(world, subject="Re: Pilot", in_reply_to="<1@example.org>"))
        assert (done.status, "is gone" in done.message) == ("done", True)
        assert len(drafts(world, port)) == 1

    def test_one_with_another_subject_is_told_to_lie_outside(self, world: World) -> None:
        port = world.port()
        world.box.deliver(mail(1, world, subject="Pilot"))
        done = port.save_draft(draft_of(world, in_reply_to="<1@example.org>"))
        assert (done.status, "one of its own" in done.message) == ("done", True)

    @pytest.mark.parametrize("name", ["<no such@example.org>", '<"{in:trash} OR"@x>', "nothing", "<2@example.org>"])
    def test_one_to_a_mail_that_is_not_there_is_made_alone(self, world: World, name: str) -> None:
        assert world.port().save_draft(draft_of(world, in_reply_to=name)).status == "done"


def test_the_source_is_what_lies_there(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    assert port.source(draft) == world.box.drafts()[draft.href]
    world.box.edit_draft(draft.href, lambda data: data.replace(b"thank you", b"thanks"))
    assert b"thanks" in (port.source(draft) or b"")
    assert port.source(replace(draft, key="other/1")) is None
    world.box.discard(draft.href)
    assert port.source(draft) is None
    assert port.source(replace(draft, href="../messages")) is None


def test_a_mail_goes_out_as_whole_bytes(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world, text="ÿþ🎉\n" * 50))
    (data,) = world.box.drafts().values()
    assert base64.urlsafe_b64encode(data)
    assert not drafts(world, port)[0].edited
