"""The traps of Google Calendar that would lose, double or overwrite events: none of them is stepped into."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.errors import ProviderError
from agendad.model.calendar import Event, EventFields, Kind, Mark, ShowAs
from agendad.model.identity import digest, event_id, hand_changed, is_own, uid
from agendad.ports import Create, Delete, Update
from emulator import Fault
from emulator import Kind as Trouble
from google_world import ME, PARIS, World

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.ports import CalendarPort, Snapshot, Write

START = datetime(2026, 11, 23, tzinfo=PARIS)
END = START + timedelta(weeks=6)
NOON = datetime(2026, 11, 24, 12, tzinfo=PARIS)
HOUR = timedelta(hours=1)
BLOCK = EventFields("Deep work", NOON, NOON + HOUR)
KEY = "deep-work/2026-11-24"
INSERT, PATCH, DELETE, LIST = (f"calendar.events.{name}" for name in ("insert", "patch", "delete", "list"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def creation(key: str = KEY, fields: EventFields = BLOCK, *, notify: bool = False) -> Create:
    return Create("primary", uid(key), fields, Mark(key.partition("/")[0], key, digest(fields)), notify)


def changed(event: Event, **fields: object) -> Update:
    assert event.mark is not None
    new = replace(event.fields, **fields)
    return Update(event, new, replace(event.mark, digest=digest(new)))


def statuses(port: CalendarPort, *writes: Write) -> list[str]:
    return [outcome.status for outcome in port.write(writes)]


def read(port: CalendarPort) -> Snapshot:
    return port.read(START, END)


def only(port: CalendarPort) -> Event:
    (event,) = read(port).events
    return event


def titles(port: CalendarPort) -> list[str]:
    return [event.fields.title for event in read(port).events]


# ---------------------------------------------------------------- answers that do not come


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.ERROR_AFTER, Trouble.CUT_BODY, Trouble.MALFORMED])
def test_an_insert_whose_answer_was_lost_after_the_commit_is_unknown_and_found_by_reading(
    world: World, trouble: Trouble
) -> None:
    port = world.port()
    read(port)
    world.google.faults.add(Fault(trouble, INSERT))
    assert statuses(port, creation()) == ["unknown"]
    assert is_own(only(port))
    assert statuses(port, creation()) == ["conflict"]
    assert len(world.hand.items()) == 1


@pytest.mark.parametrize("trouble", [Trouble.LOST_BEFORE, Trouble.ERROR_BEFORE])
def test_an_insert_whose_answer_was_lost_before_the_commit_is_unknown_and_may_be_made_again(
    world: World, trouble: Trouble
) -> None:
    port = world.port()
    read(port)
    world.google.faults.add(Fault(trouble, INSERT))
    assert statuses(port, creation()) == ["unknown"]
    assert read(port).events == ()
    assert statuses(port, creation()) == ["done"]
    assert len(world.hand.items()) == 1


def test_a_write_is_never_sent_twice_when_its_answer_is_lost(world: World) -> None:
    port = world.port()
    read(port)
    world.calls()
    world.google.faults.add(Fault(Trouble.LOST_AFTER, "batch"))
    assert statuses(port, creation("a/1"), creation("b/1")) == ["unknown", "unknown"]
    assert [each.call for each in world.calls()] == ["batch"]


def test_a_change_and_a_deletion_whose_answers_were_lost_are_settled_by_reading(world: World) -> None:
    port = world.port()
    assert statuses(port, creation()) == ["done"]
    world.google.faults.add(Fault(Trouble.LOST_AFTER, PATCH), Fault(Trouble.LOST_AFTER, DELETE))
    assert statuses(port, changed(only(port), title="New")) == ["unknown"]
    assert titles(port) == ["New"]
    assert statuses(port, Delete(only(port))) == ["unknown"]
    snapshot = read(port)
    assert (snapshot.events, snapshot.deleted) == ((), frozenset()), "a deletion of ours is no decision of the person"


def test_a_cut_batch_answer_leaves_exactly_the_unanswered_parts_unknown(world: World) -> None:
    port = world.port()
    read(port)
    world.google.faults.add(Fault(Trouble.MISSING, INSERT, skip=1), Fault(Trouble.MISSING, INSERT, skip=2))
    writes = [creation(f"rule/{number}") for number in range(5)]
    ended = statuses(port, *writes)
    assert sorted(ended) == ["done", "done", "done", "unknown", "unknown"]
    assert len(read(port).events) == 5


def test_a_rate_limit_is_waited_for_and_the_rest_of_the_batch_is_not_made_again(world: World) -> None:
    port = world.port()
    read(port)
    world.google.faults.add(Fault(Trouble.RATE_403, INSERT, skip=1), Fault(Trouble.RATE_429, INSERT, skip=3))
    assert statuses(port, *(creation(f"rule/{number}") for number in range(5))) == ["done"] * 5
    assert len(world.hand.items()) == 5
    assert sum(each.committed for each in world.google.log if each.call == INSERT) == 5


# ---------------------------------------------------------------- ids that are taken


def test_an_event_of_ours_from_a_time_when_its_answer_was_lost_is_recognised_by_its_digest(world: World) -> None:
    assert statuses(world.port("one"), creation()) == ["done"]
    assert statuses(world.port("two"), creation()) == ["done"], "409, then read: it is the very event"
    assert statuses(world.port("three"), creation(fields=replace(BLOCK, title="Other"))) == ["conflict"]
    assert [item["summary"] for item in world.hand.items()] == ["Deep work"]


def test_a_block_that_we_took_away_comes_back_under_the_next_id(world: World) -> None:
    port = world.port()
    for generation in range(3):
        assert statuses(port, creation()) == ["done"]
        assert only(port).href == event_id(KEY) + (f"v{generation}" if generation else "")
        assert only(port).uid == uid(KEY)
        assert statuses(port, Delete(only(port))) == ["done"]
        assert read(port).deleted == frozenset()
    assert len(world.hand.tombstones()) == 3


def test_a_tombstone_that_nobody_had_seen_yet_is_respected_and_told_at_the_next_reading(world: World) -> None:
    port = world.port()
    assert statuses(port, creation()) == ["done"]
    other = world.port("other")
    read(other)
    world.hand.delete(event_id(KEY))
    again = world.port("third")
    assert statuses(again, creation()) == ["conflict"]
    for each in (again, port, other, world.port("fourth"), world.port(None)):
        assert read(each).deleted == {uid(KEY)}
    assert statuses(again, creation()) == ["done"], "wanted all the same, as after a reset"
    assert only(again).href == f"{event_id(KEY)}v1"
    assert read(again).deleted == read(port).deleted == frozenset()


def test_a_deletion_by_hand_is_told_even_when_google_forgot_the_tombstone(world: World) -> None:
    port = world.port()
    assert statuses(port, creation()) == ["done"]
    assert only(port)
    world.hand.delete(event_id(KEY))
    world.hand.forget_tombstones()
    world.hand.expire_sync_tokens()
    assert read(port).deleted == {uid(KEY)}


def test_a_block_that_is_wanted_again_after_a_deletion_by_hand_is_not_taken_for_deleted_again(world: World) -> None:
    port = world.port()
    read(port)
    assert statuses(port, creation()) == ["done"]
    world.hand.delete(only(port).href)
    assert read(port).deleted == {uid(KEY)}
    world.google.faults.add(Fault(Trouble.LOST_BEFORE, INSERT))
    assert statuses(port, creation()) == ["unknown"]
    assert (read(port).events, read(port).deleted) == ((), frozenset())


def test_an_event_out_of_the_trash_is_no_longer_deleted(world: World) -> None:
    port = world.port()
    assert statuses(port, creation()) == ["done"]
    world.hand.delete(event_id(KEY))
    assert read(port).deleted == {uid(KEY)}
    world.hand.restore(event_id(KEY))
    assert (titles(port), read(port).deleted) == (["Deep work"], frozenset())
    assert statuses(port, creation()) == ["conflict"]


@pytest.mark.parametrize("seen", [True, False])
def test_an_event_of_somebody_else_under_our_id_is_never_touched(world: World, *, seen: bool) -> None:
    before = world.hand.add("Not ours", NOON, NOON + HOUR, id=event_id(KEY))
    port = world.port()
    if seen:
        assert not is_own(only(port))
    assert statuses(port, creation()) == ["conflict"]
    assert world.hand.get(event_id(KEY)) == before


# ---------------------------------------------------------------- reading on


def test_a_quiet_reading_is_one_request_a_calendar_and_gives_the_same_snapshot(world: World) -> None:
    world.ada.add_calendar("family@group.calendar.google.com")
    port = world.port(read=("primary", "family@group.calendar.google.com"))
    world.hand.add("Lunch", NOON, NOON + HOUR)
    first = read(port)
    world.calls()
    assert read(port) is first
    assert [each.call for each in world.calls()] == [LIST, LIST]


def test_the_news_of_a_restart_are_one_request_too(world: World) -> None:
    world.hand.add("Lunch", NOON, NOON + HOUR)
    read(world.port())
    world.calls()
    assert titles(world.port()) == ["Lunch"]
    (call,) = world.calls()
    assert "syncToken=" in call.path


def test_pages_may_be_short_and_none_is_passed_over(world: World) -> None:
    world.google.page_size = 2
    for number in range(7):
        world.hand.add(f"{number}", NOON + number * HOUR, NOON + (number + 1) * HOUR)
    port = world.port()
    assert len(titles(port)) == 7
    for item in world.hand.items()[:5]:
        world.hand.patch(item["id"], {"summary": "changed"})
    assert titles(port).count("changed") == 5


def test_a_page_that_came_cut_is_read_again(world: World) -> None:
    world.google.page_size = 2
    for number in range(5):
        world.hand.add(f"{number}", NOON, NOON + HOUR)
    world.google.faults.add(Fault(Trouble.CUT_BODY, LIST, skip=1), Fault(Trouble.MALFORMED, LIST, skip=1))
    assert sorted(titles(world.port())) == ["0", "1", "2", "3", "4"]


def test_a_token_that_expired_costs_one_full_list_and_finds_what_is_gone(world: World) -> None:
    kept, gone = (world.hand.add(name, NOON, NOON + HOUR) for name in ("Kept", "Gone"))
    port = world.port()
    assert sorted(titles(port)) == ["Gone", "Kept"]
    world.hand.delete(gone["id"])
    world.hand.forget_tombstones()
    world.hand.expire_sync_tokens()
    world.calls()
    snapshot = read(port)
    assert ([each.href for each in snapshot.events], snapshot.counts) == ([kept["id"]], {"primary": 1})
    assert [each.status for each in world.calls()] == [410, 200]


def test_the_old_mirror_is_kept_until_the_new_one_is_whole(world: World) -> None:
    for number in range(6):
        world.hand.add(f"{number}", NOON, NOON + HOUR)
    port = world.port()
    read(port)
    rows = stored(world)
    world.hand.expire_sync_tokens()
    world.google.page_size = 2
    world.google.faults.add(Fault(Trouble.ERROR_BEFORE, LIST, skip=2), *[Fault(Trouble.ERROR_BEFORE, LIST)] * 20)
    with pytest.raises(ProviderError, match="cannot read the calendar"):
        read(port)
    assert stored(world) == rows
    world.google.faults.off()
    assert len(titles(port)) == 6


def test_an_incremental_list_that_breaks_off_half_way_changes_nothing(world: World) -> None:
    items = [world.hand.add(f"{number}", NOON, NOON + HOUR) for number in range(6)]
    port = world.port()
    read(port)
    rows = stored(world)
    for item in items:
        world.hand.delete(item["id"])
    world.google.page_size = 2
    world.google.faults.add(Fault(Trouble.LOST_BEFORE, LIST, skip=1), *[Fault(Trouble.LOST_BEFORE, LIST)] * 20)
    with pytest.raises(ProviderError):
        read(port)
    assert stored(world) == rows
    world.google.faults.off()
    assert titles(port) == []


def stored(world: World) -> list[tuple[object, ...]]:
    (path,) = (world.folder / "cache").glob("google-*.db")
    with sqlite3.connect(path) as db:
        return [*db.execute("SELECT token FROM calendar"), *db.execute("SELECT id, data FROM item ORDER BY id")]


def test_two_processes_that_read_at_once_lose_nothing(world: World) -> None:
    world.hand.add("Old", NOON, NOON + HOUR)
    slow, fast = world.port(), world.port()
    read(slow)

    def overtaken() -> None:
        world.wire.after = None
        world.hand.add("New", NOON, NOON + HOUR)
        assert sorted(titles(fast)) == ["New", "Old"]

    world.wire.after = overtaken  # the answer of the slow one is under way, and the other one is done before it arrives
    assert sorted(titles(slow)) == ["New", "Old"]
    world.hand.delete(next(item["id"] for item in world.hand.items() if item["summary"] == "Old"))
    assert titles(slow) == titles(fast) == ["New"]


def test_two_first_readings_at_once_agree(world: World) -> None:
    world.hand.add("Old", NOON, NOON + HOUR)
    slow, fast = world.port(), world.port()

    def overtaken() -> None:
        world.wire.after = None
        world.hand.add("New", NOON, NOON + HOUR)
        read(fast)

    world.wire.after = overtaken
    assert sorted(titles(slow)) == sorted(titles(fast)) == ["New", "Old"]


# ---------------------------------------------------------------- the mirror


@pytest.mark.parametrize("damage", ["rubbish", "cut", "row", "table", "gone"])
def test_a_damaged_mirror_is_thrown_away_and_read_anew(world: World, damage: str) -> None:
    world.hand.add("Lunch", NOON, NOON + HOUR)
    read(world.port())
    (path,) = (world.folder / "cache").glob("google-*.db")
    with sqlite3.connect(path) as db:
        if damage == "row":
            db.execute("UPDATE item SET data = replace(data, 'Lunch', 'Launch')")
        if damage == "table":
            db.execute("DROP TABLE item")
    if damage == "rubbish":
        path.write_bytes(b"no database at all" * 1000)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:5000])
    if damage == "gone":
        path.unlink()
    assert titles(world.port()) == ["Lunch"]
    assert titles(world.port()) == ["Lunch"]


def test_a_mirror_that_is_damaged_while_it_is_used_is_read_anew(world: World) -> None:
    port = world.port()
    world.hand.add("Lunch", NOON, NOON + HOUR)
    read(port)
    (path,) = (world.folder / "cache").glob("google-*.db")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE item SET data = 'nothing'")
    world.hand.add("Dinner", NOON, NOON + HOUR)
    assert sorted(titles(port)) == ["Dinner", "Lunch"]


def test_the_mirror_is_readable_by_its_owner_alone(world: World) -> None:
    read(world.port())
    for path in (world.folder / "cache").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert (world.folder / "cache").stat().st_mode & 0o077 == 0


def test_a_cache_folder_that_cannot_be_made_is_no_reason_not_to_read(world: World) -> None:
    (world.folder / "cache").write_text("a file")
    world.hand.add("Lunch", NOON, NOON + HOUR)
    assert titles(world.port()) == ["Lunch"]


# ---------------------------------------------------------------- the person's hand, and other people


def test_a_hand_that_is_faster_wins(world: World) -> None:
    port = world.port()
    assert statuses(port, creation()) == ["done"]
    world.google.faults.add(Fault(Trouble.RACE, PATCH), Fault(Trouble.RACE, DELETE))
    assert statuses(port, changed(only(port), title="New")) == ["conflict"]
    assert titles(port) == ["Deep work (by hand)"]
    assert statuses(port, Delete(only(port))) == ["conflict"]
    assert titles(port) == ["Deep work (by hand) (by hand)"]
    world.hand.delete(event_id(KEY))
    assert read(port).deleted == {uid(KEY)}, "the deletion that failed is not taken for ours"


def test_every_change_names_the_version_that_was_read(world: World) -> None:
    port = world.port()
    assert statuses(port, creation("a/1"), creation("b/1")) == ["done", "done"]
    one, two = read(port).events
    world.hand.patch(one.href, {"summary": "By hand"})
    world.hand.patch(two.href, {"summary": "By hand"})
    assert statuses(port, changed(one, place="Here"), Delete(two)) == ["conflict", "conflict"]
    assert {item["summary"] for item in world.hand.items()} == {"By hand"}


def test_nobody_is_written_to_unless_the_rule_says_so(world: World) -> None:
    port = world.port()
    guests = replace(BLOCK, guests=("bob@example.com",))
    assert statuses(port, creation(), creation("party/1", guests), creation("focus/1", FOCUS)) == ["done"] * 3
    for event in read(port).events:
        assert statuses(port, changed(event, title="New")) == ["done"]
    for event in read(port).events:
        assert statuses(port, Delete(event)) == ["done"]
    assert world.google.sent_invitations == []
    writes = [each for each in world.google.log if each.call in (INSERT, PATCH, DELETE)]
    assert len(writes) == 9
    assert all("sendUpdates=none" in each.path for each in writes)


def test_guests_are_written_to_where_the_rule_invites_them(world: World) -> None:
    port = world.port()
    guests = replace(BLOCK, guests=("bob@example.com",))
    assert statuses(port, creation("party/1", guests, notify=True), creation()) == ["done", "done"]
    assert [(each.to, each.what) for each in world.google.sent_invitations] == [("bob@example.com", "created")]
    assert [each.path.count("sendUpdates=all") for each in world.google.log if each.call == INSERT] == [1, 0]


def test_a_block_without_guests_has_no_attendees_at_all(world: World) -> None:
    assert statuses(world.port(), creation()) == ["done"]
    (item,) = world.hand.items()
    assert "attendees" not in item


def test_the_answers_of_guests_stay_when_others_come(world: World) -> None:
    port = world.port()
    assert statuses(port, creation(fields=replace(BLOCK, guests=("bob@example.com", "eve@other.org")))) == ["done"]
    world.hand.guest_answers(event_id(KEY), "eve@other.org", "declined")
    assert statuses(port, changed(only(port), guests=("eve@other.org", "zoe@other.org"))) == ["done"]
    (item,) = world.hand.items()
    answers = {seat["email"]: seat["responseStatus"] for seat in item["attendees"]}
    assert answers == {ME: "accepted", "eve@other.org": "declined", "zoe@other.org": "needsAction"}


def test_blocks_that_a_colleague_has_in_a_calendar_of_theirs_are_not_ours(world: World) -> None:
    bob = world.google.account("bob@example.com")
    world.ada.share(bob.calendar(), "reader")
    marks = {"agendad-rule": "deep-work", "agendad-key": KEY, "agendad-digest": digest(BLOCK)}
    bob.calendar().add("Theirs", NOON, NOON + HOUR, id=event_id(KEY), extendedProperties={"private": marks})
    port = world.port(read=("primary", "bob@example.com"))
    event = only(port)
    assert event.mark is None
    assert not is_own(event)
    assert read(port).read_only == {"bob@example.com"}
    bob.calendar().delete(event_id(KEY))
    assert read(port).deleted == frozenset()


def test_a_calendar_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(ProviderError, match=r"nowhere@example\.com"):
        read(world.port(read=("primary", "nowhere@example.com")))


def test_the_calendar_tells_its_time_zone(tmp_path: Path) -> None:
    world = World(tmp_path)
    tokyo = world.google.account("ken@example.com", zone="Asia/Tokyo")
    world.ada.share(tokyo.calendar(), "writer")
    assert read(world.port(write="ken@example.com", read=())).timezone == "Asia/Tokyo"
    assert read(world.port(read=("ken@example.com",))).timezone == "Europe/Paris"


# ---------------------------------------------------------------- Google's own event types

FOCUS = replace(BLOCK, kind=Kind.FOCUS)


def test_focus_time_and_absences_are_of_googles_own_types_and_decline_nothing(world: World) -> None:
    port = world.port()
    away = replace(BLOCK, kind=Kind.AWAY, start=NOON + HOUR, end=NOON + 2 * HOUR)
    assert statuses(port, creation("focus/1", FOCUS), creation("away/1", away)) == ["done", "done"]
    one, two = world.hand.items()
    assert (one["eventType"], one["focusTimeProperties"]["autoDeclineMode"]) == ("focusTime", "declineNone")
    assert (two["eventType"], two["outOfOfficeProperties"]["autoDeclineMode"]) == ("outOfOffice", "declineNone")
    assert [event.fields.kind for event in read(port).events] == [Kind.FOCUS, Kind.AWAY]


def test_an_account_without_focus_time_gets_a_plain_event_that_is_remembered_as_focus(tmp_path: Path) -> None:
    world = World(tmp_path, consumer=True)
    port = world.port()
    assert statuses(port, creation("focus/1", FOCUS), creation("plain/1")) == ["done", "done"]
    events = read(port).events
    assert sorted(event.fields.kind for event in events) == [Kind.DEFAULT, Kind.FOCUS]
    assert all(hand_changed(event) == frozenset() for event in events)
    assert {item["eventType"] for item in world.hand.items()} == {"default"}
    world.calls()
    assert statuses(world.port(), creation("focus/2", FOCUS)) == ["done"]
    assert [each.call for each in world.calls()] == [INSERT], "the account was asked once and for all"


def test_what_a_type_of_google_cannot_hold_becomes_another_event_in_its_place(world: World) -> None:
    port = world.port()
    assert statuses(port, creation("focus/1", FOCUS)) == ["done"]
    assert statuses(port, changed(only(port), show_as=ShowAs.FREE)) == ["done"]
    event = only(port)
    assert (event.fields.show_as, event.fields.kind, hand_changed(event)) == (ShowAs.FREE, Kind.FOCUS, frozenset())
    assert event.href == f"{event_id('focus/1')}v1"
    assert read(port).deleted == frozenset()


@pytest.mark.parametrize("call", [INSERT, DELETE])
@pytest.mark.parametrize("trouble", [Trouble.LOST_BEFORE, Trouble.LOST_AFTER])
def test_an_event_that_is_being_replaced_is_never_taken_for_deleted(world: World, trouble: Trouble, call: str) -> None:
    port = world.port()
    assert statuses(port, creation("focus/1", FOCUS)) == ["done"]
    world.google.faults.add(Fault(trouble, call))
    assert statuses(port, changed(only(port), show_as=ShowAs.FREE)) == ["unknown"]
    for _ in range(2):  # as after a restart
        port = world.port()
        event = only(port)
        assert (event.uid, read(port).deleted) == (uid("focus/1"), frozenset())
        if event.fields.show_as is ShowAs.BUSY:
            assert statuses(port, changed(event, show_as=ShowAs.FREE)) == ["done"]
    assert only(port).fields.show_as is ShowAs.FREE
    assert len(world.hand.items()) == 1
    world.hand.delete(only(port).href)
    assert (read(port).events, read(port).deleted) == ((), {uid("focus/1")})


def test_an_event_that_is_being_replaced_may_be_withdrawn_instead(world: World) -> None:
    port = world.port()
    assert statuses(port, creation("focus/1", FOCUS)) == ["done"]
    world.google.faults.add(Fault(Trouble.LOST_BEFORE, INSERT))
    assert statuses(port, changed(only(port), show_as=ShowAs.FREE)) == ["unknown"]
    assert statuses(port, Delete(only(port))) == ["done"]
    assert (read(port).events, read(port).deleted, world.hand.items()) == ((), frozenset(), [])


# ---------------------------------------------------------------- limits


def test_after_a_limit_of_use_nothing_is_written_for_hours_by_the_clock_of_the_cycle(world: World) -> None:
    port = world.port()
    read(port)
    world.google.faults.add(Fault(Trouble.QUOTA, INSERT, skip=2))
    writes = [creation(f"rule/{number}") for number in range(60)]
    ended = statuses(port, *writes)
    assert ended.count("done") >= 2
    assert set(ended) == {"done", "failed"}
    assert ended[50:] == ["failed"] * 10, "no further batch"
    assert sum(each.call == "batch" for each in world.google.log) == 1
    world.calls()
    world.now += timedelta(hours=2, minutes=59)
    (outcome,) = world.port().write([creation("late/1")])
    assert outcome.status == "failed"
    assert "limit of use" in outcome.message
    snapshot = read(world.port())
    assert len(snapshot.events) == ended.count("done"), "reading goes on"
    assert snapshot.stopped == world.now + timedelta(minutes=1)
    assert [each.call for each in world.calls()] == [LIST]
    world.now += timedelta(minutes=1)
    assert read(world.port()).stopped is None
    assert statuses(world.port(), creation("late/1")) == ["done"]


def test_five_hundred_blocks_are_written_in_ten_requests(world: World) -> None:
    port = world.port()
    read(port)
    writes = [creation(f"rule/{number}") for number in range(500)]
    assert statuses(port, *writes) == ["done"] * 500
    assert len([each for each in world.google.log if not each.part]) == 12, "with the token and the first list"


def test_two_writes_of_one_event_never_share_a_batch(world: World) -> None:
    port = world.port()
    assert statuses(port, creation("a/1"), creation("b/1")) == ["done", "done"]
    one, two = read(port).events
    assert statuses(port, Delete(one), replace(creation(), uid=one.uid, mark=one.mark), Delete(two)) == ["done"] * 3
    assert [event.href for event in read(port).events] == [f"{one.href}v1"]


def test_the_bounds_of_days_are_those_of_the_persons_zone(world: World) -> None:
    world.hand.add("Holiday", date(2026, 11, 24), date(2026, 11, 25))
    port = world.port()
    midnight = datetime(2026, 11, 24, tzinfo=PARIS)
    second = timedelta(seconds=1)
    assert [len(port.read(first, first + second).events) for first in (midnight - second, midnight)] == [0, 1]
    last = midnight + timedelta(days=1)
    assert [len(port.read(first, first + second).events) for first in (last - second, last)] == [1, 0]
