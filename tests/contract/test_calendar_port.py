"""What every calendar provider must do, whatever stands behind it (`agendad.ports.CalendarPort`).

A provider joins by a function in `PROVIDERS` that makes an empty calendar called `own` in a folder; whatever it needs
of the outside world it gets there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.app.simulated import MemoryCalendars, Shelf
from agendad.model.calendar import Event, EventFields, Kind, Mark, Response, ShowAs, Visibility
from agendad.model.identity import digest, hand_changed, is_own, uid
from agendad.ports import CalendarPort, Create, Delete, Update
from agendad.providers.local.calendars import LocalCalendars
from google_world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 23, tzinfo=PARIS)
END = START + timedelta(weeks=6)
NOON = datetime(2026, 11, 24, 12, tzinfo=PARIS)
ME = "ada@example.com"
BLOCK = EventFields("Deep work", NOON, NOON + timedelta(hours=2))


@dataclass(frozen=True)
class Provider:
    """A calendar under test: the port, and another view of the same calendar as a second program would have it."""

    port: CalendarPort
    other: CalendarPort


def local(folder: Path) -> Provider:
    (folder / "calendars" / "own").mkdir(parents=True)

    def port(cache: Path | None) -> CalendarPort:
        return LocalCalendars(
            folder / "calendars",
            write="own",
            read=["own"],
            zone=PARIS,
            me=frozenset({ME, "aaa@home.org"}),
            address=ME,
            cache=cache,
            now=lambda: START.astimezone(UTC),
        )

    return Provider(port(folder / "cache"), port(None))


def memory(_: Path) -> Provider:
    calendars = MemoryCalendars(Shelf("own", ("own",), PARIS, me=ME))
    return Provider(calendars, calendars)


def google(folder: Path) -> Provider:
    world = World(folder)
    world.google.calendars["own"] = world.ada.primary
    return Provider(world.port(write="own", read=["own"]), world.port("elsewhere", write="own", read=["own"]))


PROVIDERS: list[Callable[[Path], Provider]] = [local, memory, google]


@pytest.fixture(params=PROVIDERS, ids=lambda make: make.__name__)
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Provider:
    make: Callable[[Path], Provider] = request.param
    return make(tmp_path)


def creation(fields: EventFields = BLOCK, key: str = "deep-work/2026-11-24") -> Create:
    return Create("own", uid(key), fields, Mark(key.partition("/")[0], key, digest(fields)))


def done(port: CalendarPort, *writes: Create | Update | Delete) -> None:
    assert [(outcome.status, outcome.message) for outcome in port.write(writes)] == [("done", "")] * len(writes)


def statuses(port: CalendarPort, *writes: Create | Update | Delete) -> list[str]:
    return [outcome.status for outcome in port.write(writes)]


def only_event(port: CalendarPort) -> Event:
    (event,) = port.read(START, END).events
    return event


def changed(event: Event, **fields: object) -> Update:
    assert event.mark is not None
    new = replace(event.fields, **fields)
    return Update(event, new, replace(event.mark, digest=digest(new)))


FIELDS = {
    "plain": BLOCK,
    "everything": EventFields(
        title="Réunion; d'équipe, \\n 🎉",
        start=NOON,
        end=NOON + timedelta(minutes=25),
        show_as=ShowAs.FREE,
        kind=Kind.FOCUS,
        notes='First line\n\n  third: a;b,c \\ "quoted"\n' + "long " * 60,
        place="Room 12, 3rd floor",
        color="tomato",
        visibility=Visibility.PRIVATE,
        remind=(5, 10, 1440),
        guests=("bob@example.com", "grace.o'hara+team@example.org"),
    ),
    "guests": replace(BLOCK, guests=("chloé@bücher.example", "eve@other.org", "x%2f?=&{|}~@a.org")),
    "away": replace(BLOCK, kind=Kind.AWAY, remind=(), visibility=Visibility.PUBLIC),
    "no title": replace(BLOCK, title=""),
    "a day": EventFields("Offsite", date(2026, 11, 24), date(2026, 11, 25)),
    "several days": EventFields("Leave", date(2026, 12, 24), date(2027, 1, 3)),
    "another zone": EventFields(
        "Call",
        datetime(2026, 11, 24, 20, tzinfo=ZoneInfo("America/New_York")),
        datetime(2026, 11, 24, 21, tzinfo=ZoneInfo("America/New_York")),
    ),
}


def test_an_empty_calendar_reads_as_empty(provider: Provider) -> None:
    snapshot = provider.port.read(START, END)
    assert snapshot.events == ()
    assert dict(snapshot.counts) == {"own": 0}
    assert snapshot.problems == ()


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_what_is_created_is_read_back_by_everybody(provider: Provider, fields: EventFields) -> None:
    write = creation(fields)
    done(provider.port, write)
    for port in (provider.port, provider.other):
        event = only_event(port)
        assert event.fields == fields
        assert event.mark == write.mark
        assert event.uid == write.uid
        assert event.calendar == "own"
        assert (event.recurring, event.recurrence_id) == (False, None)
        assert is_own(event)
        assert hand_changed(event) == frozenset()
        assert event.href
        assert event.etag


def test_the_mark_names_the_people_whom_the_block_was_written_with(provider: Provider) -> None:
    write = creation()
    done(provider.port, replace(write, mark=replace(write.mark, people=("ada", "grace.h"))))
    event = only_event(provider.other)
    assert event.mark.people == ("ada", "grace.h")
    done(provider.port, Update(event, replace(event.fields, title="Coffee"), replace(event.mark, people=("ada",))))
    assert only_event(provider.port).mark.people == only_event(provider.other).mark.people == ("ada",)


@pytest.mark.parametrize("fields", FIELDS.values(), ids=FIELDS)
def test_an_update_replaces_the_fields_and_the_mark(provider: Provider, fields: EventFields) -> None:
    for before in (BLOCK, FIELDS["everything"]):
        key = f"rule/{before.title}"
        done(provider.port, creation(before, key))
        event = next(event for event in provider.port.read(START, END).events if event.uid == uid(key))
        done(provider.port, Update(event, fields, Mark("rule", key, digest(fields))))
        again = next(event for event in provider.other.read(START, END).events if event.uid == uid(key))
        assert again.fields == fields
        assert again.mark == Mark("rule", key, digest(fields))
        assert again.etag != event.etag


def test_an_update_that_changes_nothing_leaves_the_fields_as_they_are(provider: Provider) -> None:
    done(provider.port, creation(FIELDS["everything"]))
    done(provider.port, changed(only_event(provider.port)))
    assert only_event(provider.other).fields == FIELDS["everything"]


def test_guests_are_attendees_whom_the_person_invites(provider: Provider) -> None:
    def seats(port: CalendarPort) -> dict[str, Response]:
        return {each.email: each.response for each in only_event(port).attendees}

    waiting = Response.NEEDS_ACTION
    done(provider.port, creation(replace(BLOCK, guests=("bob@example.com", "eve@other.org"))))
    assert seats(provider.other) == {ME: Response.ACCEPTED, "bob@example.com": waiting, "eve@other.org": waiting}
    assert (only_event(provider.port).organizer, only_event(provider.port).response) == (ME, Response.ACCEPTED)
    done(provider.port, changed(only_event(provider.port), guests=("eve@other.org", "grace@example.org"), title="New"))
    assert seats(provider.other) == {ME: Response.ACCEPTED, "eve@other.org": waiting, "grace@example.org": waiting}
    done(provider.port, changed(only_event(provider.port), guests=()))
    event = only_event(provider.other)
    assert (event.attendees, event.organizer, event.response) == ((), "", None)
    done(provider.port, changed(event, guests=("bob@example.com",)))
    assert seats(provider.other) == {ME: Response.ACCEPTED, "bob@example.com": waiting}


def test_what_is_deleted_is_gone(provider: Provider) -> None:
    done(provider.port, creation(), creation(key="other/2026-11-24"))
    gone, kept = provider.port.read(START, END).events
    done(provider.port, Delete(gone))
    for port in (provider.port, provider.other):
        assert [event.uid for event in port.read(START, END).events] == [kept.uid]
        assert port.read(START, END).counts["own"] == 1


def test_a_uid_is_created_once(provider: Provider) -> None:
    done(provider.port, creation())
    assert statuses(provider.port, creation(replace(BLOCK, title="Again"))) == ["conflict"]
    assert statuses(provider.other, creation(replace(BLOCK, title="Again"))) == ["conflict"]
    assert only_event(provider.port).fields == BLOCK


def test_a_uid_may_be_created_again_after_it_was_deleted(provider: Provider) -> None:
    done(provider.port, creation())
    done(provider.port, Delete(only_event(provider.port)))
    done(provider.port, creation(replace(BLOCK, title="Again")))
    assert only_event(provider.other).fields.title == "Again"


def test_an_event_that_changed_since_it_was_read_is_left_alone(provider: Provider) -> None:
    done(provider.port, creation())
    seen = only_event(provider.port)
    done(provider.other, changed(only_event(provider.other), title="By hand"))
    assert statuses(provider.port, changed(seen, title="By rule"), Delete(seen)) == ["conflict", "conflict"]
    assert only_event(provider.port).fields.title == "By hand"


def test_an_event_that_is_gone_is_a_conflict(provider: Provider) -> None:
    done(provider.port, creation())
    seen = only_event(provider.port)
    done(provider.other, Delete(seen))
    assert statuses(provider.port, changed(seen, title="New"), Delete(seen)) == ["conflict", "conflict"]
    assert provider.port.read(START, END).events == ()


def test_an_event_that_was_not_made_here_is_never_touched(provider: Provider) -> None:
    done(provider.port, creation())
    event = only_event(provider.port)
    stranger = replace(event, mark=None)
    copied = replace(event, uid="copy@example.com")
    for foreign in (stranger, copied):
        update = Update(foreign, replace(BLOCK, title="Mine"), Mark("rule", "rule/day", ""))
        assert statuses(provider.port, update, Delete(foreign)) == ["conflict", "conflict"]
    assert only_event(provider.other) == only_event(provider.port) == event


def test_a_write_that_fails_does_not_stop_the_others(provider: Provider) -> None:
    done(provider.port, creation())
    others = [creation(key=f"rule/{day}") for day in range(3)]
    outcomes = list(provider.port.write([others[0], creation(), others[1], others[2]]))
    assert [outcome.status for outcome in outcomes] == ["done", "conflict", "done", "done"]
    assert [outcome.write for outcome in outcomes] == [others[0], creation(), others[1], others[2]]
    assert outcomes[1].message


def test_the_window_begins_where_an_event_ends(provider: Provider) -> None:
    done(provider.port, creation())
    start, end = NOON, NOON + timedelta(hours=2)
    second = timedelta(seconds=1)

    def found(first: datetime, last: datetime) -> int:
        return len(provider.port.read(first, last).events)

    assert found(start - second, start) == 1, "an own event after the window"
    assert found(start, start + second) == 1
    assert found(end - second, end) == 1
    assert found(end, end + second) == 0
    assert found(start - second, end + second) == 1


def test_own_events_after_the_window_are_read_and_those_before_it_are_not(provider: Provider) -> None:
    done(provider.port, creation())
    day = timedelta(days=1)
    assert [len(port.read(NOON - 9 * day, NOON - 8 * day).events) for port in (provider.port, provider.other)] == [1, 1]
    assert [len(port.read(NOON + 8 * day, NOON + 9 * day).events) for port in (provider.port, provider.other)] == [0, 0]


def test_events_come_in_order_of_their_start(provider: Provider) -> None:
    writes = [
        creation(
            replace(BLOCK, start=NOON + timedelta(hours=shift), end=NOON + timedelta(hours=shift + 1)), f"r/{shift}"
        )
        for shift in (5, 1, 3, 1_000, 0)
    ]
    done(provider.port, *writes)
    starts = [event.fields.start for event in provider.port.read(START, START + timedelta(days=90)).events]
    assert starts == sorted(starts)
    assert len(starts) == 5


def test_the_counts_hold_events_outside_of_the_window_too(provider: Provider) -> None:
    earlier = replace(BLOCK, start=NOON - timedelta(days=300), end=NOON - timedelta(days=300, hours=-1))
    done(provider.port, creation(), creation(earlier, "earlier/2026"))
    snapshot = provider.port.read(START, END)
    assert (len(snapshot.events), snapshot.counts["own"]) == (1, 2)
