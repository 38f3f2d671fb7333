"""The traps of Gmail that would double a draft, lose one, or touch the person's: none of them is stepped into."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from test_gmail import HOUR, draft_of, drafts, mail, subjects

from agendad.errors import ProviderError
from emulator import Fault
from emulator import Kind as Trouble
from gmail_world import World

if TYPE_CHECKING:
    from pathlib import Path

CREATE, DELETE = "gmail.users.drafts.create", "gmail.users.drafts.delete"
DOUBTFUL = (Trouble.ERROR_AFTER, Trouble.LOST_AFTER, Trouble.CUT_BODY, Trouble.MALFORMED, Trouble.SLOW)
UNDONE = (Trouble.ERROR_BEFORE, Trouble.LOST_BEFORE)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# ------------------------------------------------------------------ no second draft


@pytest.mark.parametrize("trouble", DOUBTFUL)
@pytest.mark.parametrize("keeps", [True, False])
def test_a_draft_without_a_clear_answer_is_found_and_not_made_again(
    world: World, trouble: Trouble, keeps: bool
) -> None:
    world.box.keeps_message_ids = keeps
    port = world.port()
    world.google.faults.add(Fault(trouble, CREATE))
    assert port.save_draft(draft_of(world)).status == "unknown"
    assert [each.call for each in world.calls()].count(CREATE) == 1
    for each in (port, world.port(), world.port(None)):
        assert each.save_draft(draft_of(world)).status == "conflict"
        assert [draft.key for draft in drafts(world, each)] == ["follow-up/1"]
    assert len(world.box.drafts()) == 1


@pytest.mark.parametrize("trouble", UNDONE)
def test_a_draft_that_was_not_made_after_all_is_made_by_the_next_cycle(world: World, trouble: Trouble) -> None:
    port = world.port()
    world.google.faults.add(Fault(trouble, CREATE))
    assert port.save_draft(draft_of(world)).status == "unknown"
    assert drafts(world, port) == []
    assert port.save_draft(draft_of(world)).status == "done"
    assert len(world.box.drafts()) == 1


def test_a_rate_limit_is_waited_for_and_makes_one_draft(world: World) -> None:
    port = world.port()
    world.google.faults.add(Fault(Trouble.RATE_429, CREATE, retry_after=7), Fault(Trouble.RATE_403, CREATE))
    assert port.save_draft(draft_of(world)).status == "done"
    assert len(world.box.drafts()) == 1


def test_without_a_list_of_the_drafts_none_is_made(world: World) -> None:
    port = world.port(budget=0.0)
    world.google.faults.add(Fault(Trouble.ERROR_BEFORE, "gmail.users.drafts.list"))
    assert port.save_draft(draft_of(world)).status == "failed"
    assert world.box.drafts() == {}


def test_a_draft_that_was_made_and_then_edited_before_it_was_ever_read_is_known(world: World) -> None:
    world.box.keeps_headers = world.box.keeps_message_ids = False
    port = world.port()
    port.save_draft(draft_of(world))
    (ident,) = world.box.drafts()
    world.box.edit_draft(ident, lambda data: data.replace(b"thank you", b"thanks").replace(b"Pilot", b"Project"))
    for each in (port, world.port()):
        (draft,) = drafts(world, each)
        assert (draft.key, draft.edited, draft.subject) == ("follow-up/1", True, "Project: next steps")
        assert each.save_draft(draft_of(world)).status == "conflict"
        assert each.remove_draft(draft).status == "conflict"


@pytest.mark.parametrize("keeps", [True, False])
def test_a_draft_without_an_answer_that_was_edited_before_it_was_ever_read_is_known(world: World, keeps: bool) -> None:
    world.box.keeps_headers, world.box.keeps_message_ids = False, keeps
    port = world.port()
    world.google.faults.add(Fault(Trouble.LOST_AFTER, CREATE))
    assert port.save_draft(draft_of(world)).status == "unknown"
    (ident,) = world.box.drafts()
    world.box.edit_draft(ident, lambda data: data.replace(b"thank you", b"thanks"))
    for _ in range(2):
        (draft,) = drafts(world, port)
        assert (draft.key, draft.edited) == ("follow-up/1", True)
    assert port.save_draft(draft_of(world)).status == "conflict"


def test_a_draft_of_the_person_is_not_taken_for_one_that_was_looked_for_long_ago(world: World) -> None:
    port = world.port()
    world.google.faults.add(Fault(Trouble.LOST_BEFORE, CREATE))
    assert port.save_draft(draft_of(world)).status == "unknown"
    assert drafts(world, port) == []
    world.box.draft(
        b"From: ada@example.com\r\nTo: zoe@example.org\r\nSubject: Pilot: next steps\r\n\r\nby my own hand\r\n"
    )
    assert drafts(world, port) == []


def test_a_cache_that_breaks_after_the_call_makes_no_second_draft(world: World) -> None:
    port = world.port()
    drafts(world, port)
    with port._cache._kept.transaction() as db:
        db.execute("DROP TABLE draft")
        db.execute("DROP TABLE sought")
    assert port.save_draft(draft_of(world)).status == "done"
    with port._cache._kept.transaction() as db:
        db.execute("DROP TABLE sought")
    assert port.save_draft(draft_of(world)).status == "conflict"
    assert len(world.box.drafts()) == 1


# ------------------------------------------------------------------ the person's hand


def test_an_edit_in_the_web_page_keeps_the_draft_and_changes_its_message(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (before,) = drafts(world, port)
    world.box.edit_draft(before.href, lambda data: data.replace(b"Pilot", b"Project"))
    (after,) = drafts(world, port)
    assert (after.href, after.edited, after.etag == before.etag) == (before.href, True, False)


def test_a_draft_that_was_only_saved_again_is_read_anew_before_it_is_removed(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (before,) = drafts(world, port)
    world.box.edit_draft(before.href, lambda data: data)
    assert port.remove_draft(before).status == "conflict"
    (after,) = drafts(world, port)
    assert not after.edited
    assert port.remove_draft(after).status == "done"


def test_a_copy_that_a_person_made_is_no_second_draft_and_the_edited_one_counts(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (data,) = world.box.drafts().values()
    world.box.draft(data.replace(b"thank you", b"thanks"))
    (draft,) = drafts(world, port)
    assert draft.edited


@pytest.mark.parametrize("keeps", [True, False])
def test_a_sent_draft_is_told_by_its_key_whatever_its_message_id(world: World, keeps: bool) -> None:
    world.box.keeps_message_ids = keeps
    port = world.port()
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    world.box.send_draft(draft.href)
    (message,) = port.read(world.now - HOUR).messages
    assert (message.key, message.sent, message.recipients) == ("follow-up/1", True, ("zoe@example.org",))


@pytest.mark.parametrize("trouble", DOUBTFUL)
def test_a_removal_without_a_clear_answer_is_settled_by_reading(world: World, trouble: Trouble) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    world.google.faults.add(Fault(trouble, DELETE))
    assert port.remove_draft(draft).status == "unknown"
    assert drafts(world, port) == []


def test_nothing_is_removed_that_cannot_be_looked_at(world: World) -> None:
    port = world.port(budget=0.0)
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    world.google.faults.add(Fault(Trouble.ERROR_BEFORE, "gmail.users.drafts.get"))
    assert port.remove_draft(draft).status == "failed"
    assert len(world.box.drafts()) == 1


# ------------------------------------------------------------------ search and history


def test_a_mail_that_the_search_does_not_find_yet_is_read(world: World) -> None:
    world.box.search_lag = timedelta(minutes=5)
    world.box.deliver(mail(1, world))
    world.sleep(600)
    world.box.sent(mail(2, world))
    port = world.port()
    assert subjects(world, port) == ["Mail 1", "Mail 2"]
    world.box.sent(mail(3, world))
    assert subjects(world, port) == subjects(world, world.port(None)) == ["Mail 1", "Mail 2", "Mail 3"]


def test_a_mail_whose_clock_ran_ahead_is_in_the_window_of_its_date(world: World) -> None:
    arrived = world.now
    world.sleep(2 * 3600)
    world.google.page_size = 1
    world.box.deliver(mail(1, world), arrived)
    world.box.deliver(mail(2, world))
    assert subjects(world, world.port(), HOUR) == ["Mail 1", "Mail 2"]


def test_a_draft_that_is_sent_during_a_reading_is_never_seen_nowhere(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    wire = port._over._session.adapters["https://"]

    def send() -> None:
        if world.google.log[-1].call.endswith("drafts.list"):
            wire.after = None
            world.box.send_draft(draft.href)

    wire.after = send
    snapshot = port.read(world.now - HOUR)
    assert [each.key for each in (*snapshot.drafts, *snapshot.messages)] == ["follow-up/1"] * 2


def test_a_draft_that_goes_between_the_list_and_the_look_is_gone(world: World) -> None:
    port = world.port()
    ident = world.box.draft(mail(1, world))
    wire = port._over._session.adapters["https://"]

    def discard() -> None:
        if world.google.log[-1].call.endswith("drafts.list"):
            wire.after = None
            world.box.discard(ident)

    wire.after = discard
    assert port.read(world.now - HOUR).counts["Drafts"] == 0


@pytest.mark.parametrize(
    "call", ["drafts.list", "history.list", "messages.list", "getProfile", "messages.get", "drafts.get"]
)
def test_what_cannot_be_read_whole_is_no_answer(world: World, call: str) -> None:
    port = world.port("kept", budget=0.0)
    if call == "history.list":
        subjects(world, port)
    world.box.deliver(mail(1, world))
    world.box.draft(mail(2, world))
    world.google.faults.add(Fault(Trouble.ERROR_BEFORE, f"gmail.users.{call}"))
    with pytest.raises(ProviderError):
        port.read(world.now - HOUR)
    assert subjects(world, port) == ["Mail 1"]


def test_faults_of_any_kind_leave_one_draft_and_all_mails(world: World) -> None:
    for seed in range(8):
        port = world.port(f"cache-{seed}")
        wanted = [draft_of(world, f"follow-up/{seed}/{number}") for number in range(4)]
        world.google.faults.at_random(0.25, seed)
        for _ in range(6):
            try:
                standing = {each.key for each in port.read(world.now - HOUR).drafts}
            except ProviderError:
                continue
            for draft in wanted:
                if draft.key not in standing:
                    port.save_draft(draft)
            world.box.deliver(mail(seed, world, subject=f"Mail {seed}"))
            world.sleep(60)
            port = world.port(f"cache-{seed}")
        world.google.faults.off()
        for draft in wanted:
            if draft.key not in {each.key for each in port.read(world.now - HOUR).drafts}:
                port.save_draft(draft)
        found = port.read(world.now - HOUR)
        assert [each.key for each in found.drafts] == [each.key for each in wanted]
        assert found == world.port(None).read(world.now - HOUR)
        for ident in list(world.box.drafts()):
            world.box.discard(ident)
    assert world.google.breaches == []


def test_a_key_that_only_looks_like_one_of_ours_is_the_persons(world: World) -> None:
    port = world.port()
    port.save_draft(draft_of(world))
    (draft,) = drafts(world, port)
    world.box.draft(mail(1, world, "X-Agendad-Key: follow-up/2", "X-Agendad-Rule: r", "X-Agendad-Digest: short"))
    assert drafts(world, port) == [draft]
    assert port.remove_draft(replace(draft, key="follow-up/2")).status == "conflict"
