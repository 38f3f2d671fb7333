"""On the emulator: whatever goes wrong on the way, a write is made once at most, and its fate is told as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from wire_world import SCOPE, START, Clock, events

from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.answers import Fate
from agendad.providers.google.transport import CALENDAR_BATCH, Transport
from emulator import Fault, Google, Kind, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class World:
    """One calendar, and a way to it."""

    def __init__(self, folder: Path, google: Google, endpoint: str) -> None:
        self.google, self.calendar = google, google.account("ada@example.com").calendar()
        path = folder / "google-token.json"
        path.write_text(json.dumps(google.grant("ada@example.com", [SCOPE])))
        account = Account.from_file(GoogleAccess(path, "", endpoint), [SCOPE], folder / "cache")
        self.clock = Clock()
        self.over = Transport(account, endpoint=endpoint, waits=self.clock.waits())

    def insert(self, ident: str) -> Any:
        """A write."""
        times = {"start": {"dateTime": "2026-11-24T09:00:00Z"}, "end": {"dateTime": "2026-11-24T10:00:00Z"}}
        return events().insert(calendarId="primary", body={"id": ident, **times}, sendUpdates="none")

    def inserted(self) -> int:
        """How many inserts the server did."""
        return sum(each.call == "calendar.events.insert" and each.committed for each in self.google.log)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    google = Google(now=lambda: START)
    with Server(google) as server:
        yield World(tmp_path, google, server.endpoint)


@pytest.mark.parametrize(
    ("kind", "fate", "inserted"),
    [
        (Kind.RATE_403, Fate.DONE, 1),
        (Kind.RATE_429, Fate.DONE, 1),
        (Kind.UNAUTHORIZED, Fate.DONE, 1),
        (Kind.QUOTA, Fate.QUOTA, 0),
        (Kind.ERROR_BEFORE, Fate.UNKNOWN, 0),
        (Kind.ERROR_AFTER, Fate.UNKNOWN, 1),
        (Kind.LOST_BEFORE, Fate.UNKNOWN, 0),
        (Kind.LOST_AFTER, Fate.UNKNOWN, 1),
        (Kind.CUT_BODY, Fate.UNKNOWN, 1),
        (Kind.MALFORMED, Fate.UNKNOWN, 1),
    ],
)
def test_a_write_is_made_once_at_most_and_its_fate_told(world: World, kind: Kind, fate: Fate, inserted: int) -> None:
    world.google.faults.add(Fault(kind, "calendar.events.insert"))
    assert world.over.call(world.insert("abcde")).fate is fate
    assert (world.inserted(), len(world.calendar.items())) == (inserted, inserted)


@pytest.mark.parametrize(
    ("fault", "fates", "inserted"),
    [
        (Fault(Kind.LOST_AFTER, "batch"), [Fate.UNKNOWN] * 3, 3),
        (Fault(Kind.ERROR_BEFORE, "batch"), [Fate.UNKNOWN] * 3, 0),
        (Fault(Kind.RATE_429, "batch", retry_after=7), [Fate.DONE] * 3, 3),
        (Fault(Kind.UNAUTHORIZED, "batch"), [Fate.DONE] * 3, 3),
        (Fault(Kind.MISSING, "calendar.events.insert", skip=1), [Fate.DONE, Fate.UNKNOWN, Fate.DONE], 3),
        (Fault(Kind.ERROR_AFTER, "calendar.events.insert", skip=1), [Fate.DONE, Fate.UNKNOWN, Fate.DONE], 3),
        (Fault(Kind.ERROR_BEFORE, "calendar.events.insert", skip=1), [Fate.DONE, Fate.UNKNOWN, Fate.DONE], 2),
        (Fault(Kind.QUOTA, "calendar.events.insert", skip=1), [Fate.DONE, Fate.QUOTA, Fate.DONE], 2),
        (Fault(Kind.RATE_403, "calendar.events.insert", skip=1), [Fate.DONE] * 3, 3),
    ],
)
def test_each_part_of_a_batch_is_made_once_at_most_and_its_fate_told(
    world: World, fault: Fault, fates: list[Fate], inserted: int
) -> None:
    world.google.faults.add(fault)
    found = world.over.batch([world.insert(f"abcd{number}") for number in range(3)], CALENDAR_BATCH)
    assert [each.fate for each in found] == fates
    assert (world.inserted(), len(world.calendar.items())) == (inserted, inserted)


def test_a_cut_batch_tells_what_came_whole(world: World) -> None:
    world.google.faults.add(Fault(Kind.CUT_BODY, "batch"))
    found = world.over.batch([world.insert(f"abcd{number}") for number in range(3)], CALENDAR_BATCH)
    assert {each.fate for each in found} <= {Fate.DONE, Fate.UNKNOWN}
    assert world.inserted() == 3


@pytest.mark.parametrize("kind", [Kind.RATE_403, Kind.ERROR_BEFORE, Kind.LOST_BEFORE, Kind.CUT_BODY, Kind.MALFORMED])
def test_a_read_comes_through(world: World, kind: Kind) -> None:
    world.google.faults.add(Fault(kind, "calendar.events.list"))
    assert world.over.call(events().list(calendarId="primary")).fate is Fate.DONE


def test_a_token_endpoint_that_is_slow_or_down_is_asked_again(world: World) -> None:
    for kind in (Kind.ERROR_BEFORE, Kind.LOST_AFTER, Kind.MALFORMED):
        world.google.faults.add(Fault(kind, "token"))
    assert world.over.call(world.insert("abcde")).fate is Fate.DONE
