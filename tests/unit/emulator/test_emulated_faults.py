"""Faults: by a script and by a seed, before and after the commit, and over a real socket."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import pytest
from emulated import ANSWER, BLOCK, DRAFTS, EVENTS, NOON, World, encoded, reason

from emulator import Fault, Kind, Reply, Server
from emulator.faults import RANDOM


def insert(world: World, number: int = 0) -> Reply:
    return world.send("POST", EVENTS, {**NOON, "id": f"fau1t{number}"})


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (Kind.RATE_403, (403, "userRateLimitExceeded")),
        (Kind.RATE_429, (429, "rateLimitExceeded")),
        (Kind.QUOTA, (403, "quotaExceeded")),
        (Kind.ERROR_BEFORE, (503, "backendError")),
        (Kind.UNAUTHORIZED, (401, "authError")),
    ],
)
def test_a_fault_before_the_commit_leaves_nothing_done(world: World, kind: Kind, answer: tuple[int, str]) -> None:
    world.google.faults.add(Fault(kind, retry_after=7))
    reply = insert(world)
    assert reason(reply) == answer
    assert not reply.committed
    assert world.cal.items() == []
    assert world.google.log[-1].fault == kind.value
    assert insert(world).status == 200


def test_a_wait_that_is_asked_for_stands_in_the_header(world: World) -> None:
    world.google.faults.add(Fault(Kind.RATE_429, retry_after=7), Fault(Kind.RATE_403))
    assert insert(world).headers["retry-after"] == "7"
    assert "retry-after" not in insert(world).headers


def test_a_fault_after_the_commit_leaves_it_done(world: World) -> None:
    for number, kind in enumerate((Kind.ERROR_AFTER, Kind.LOST_AFTER, Kind.CUT_BODY, Kind.MALFORMED)):
        world.google.faults.add(Fault(kind, status=500))
        reply = insert(world, number)
        assert reply.committed
        assert world.google.log[-1].committed
        assert len(world.cal.items()) == number + 1
        if kind is Kind.ERROR_AFTER:
            assert reason(reply) == (500, "backendError")
        elif kind is Kind.MALFORMED:
            assert reply.status == 200
            assert b"fau1t3" not in reply.body or not reply.body.endswith(b"}")
        else:
            assert reply.cut
            assert not world.google.log[-1].answered
    world.google.faults.add(Fault(Kind.LOST_BEFORE))
    assert insert(world, 9).cut
    assert len(world.cal.items()) == 4


def test_a_refusal_is_not_made_a_success_by_a_malformed_body(world: World) -> None:
    insert(world)
    world.google.faults.add(Fault(Kind.MALFORMED))
    assert insert(world).status == 409


def test_a_slow_answer_tells_its_time(world: World) -> None:
    slept: list[float] = []
    world.google.faults.sleep = slept.append
    world.google.faults.add(Fault(Kind.SLOW, seconds=61))
    assert insert(world).delay == 61
    assert slept == [61]
    assert len(world.cal.items()) == 1


def test_an_expired_token_is_dead_afterwards(world: World) -> None:
    token = world.ada.token("calendar")
    world.google.faults.add(Fault(Kind.UNAUTHORIZED))
    for _ in range(2):
        assert world.send("GET", EVENTS, authorization=f"Bearer {token}").status == 401


def test_a_full_sync_is_asked_only_of_those_who_go_on_from_a_token(world: World) -> None:
    world.google.faults.add(Fault(Kind.FULL_SYNC), Fault(Kind.FULL_SYNC))
    first = world.send("GET", EVENTS)
    assert first.status == 200
    token = first.json()["nextSyncToken"]
    assert reason(world.send("GET", f"{EVENTS}?syncToken={token}")) == (410, "fullSyncRequired")
    assert reason(world.mail("GET", "/gmail/v1/users/me/history?startHistoryId=1000")) == (404, "notFound")


def test_a_hand_that_is_faster_wins(world: World) -> None:
    etag = world.send("POST", EVENTS, BLOCK).json()["etag"]
    world.google.faults.add(Fault(Kind.RACE))
    reply = world.send("PATCH", f"{EVENTS}/b10c0", {"summary": "Rule"}, if_match=etag)
    assert reason(reply) == (412, "conditionNotMet")
    assert world.cal.get("b10c0")["summary"] == "Deep work (by hand)"
    assert world.google.hand_edits == [("ada@example.com", "b10c0")]


def test_a_hand_may_change_a_draft_before_it_is_replaced(world: World) -> None:
    made = world.mail("POST", DRAFTS, {"message": {"raw": encoded(ANSWER)}}).json()
    world.google.faults.add(Fault(Kind.RACE, "gmail.*"))
    seen: list[bytes] = []
    race = world.google.race
    world.google.race = lambda call: (race(call), seen.extend(world.box.drafts().values()))[0]
    world.mail("DELETE", f"{DRAFTS}/{made['id']}")
    assert b"Subject: Re: Hello (by hand)\r\n" in seen[0]


def test_a_script_goes_in_order(world: World) -> None:
    world.google.faults.add(
        Fault(Kind.RATE_403, "calendar.events.insert", skip=1),
        Fault(Kind.RATE_429, "calendar.events.*"),
        Fault(Kind.ERROR_BEFORE, "token"),
    )
    assert [insert(world, number).status for number in range(4)] == [200, 403, 429, 200]
    assert len(world.google.faults.script) == 1
    world.google.faults.off()
    assert world.google.faults.script == []


def run(seed: int) -> list[tuple[int, str, bool]]:
    world = World()
    world.google.faults.at_random(0.5, seed, kinds=RANDOM | {Kind.RACE, Kind.QUOTA})
    for number in range(60):
        insert(world, number % 20)
        world.send("PATCH", f"{EVENTS}/fau1t{number % 20}", {"summary": "x"})
        world.send("GET", EVENTS)
    return [(entry.status, entry.fault, entry.committed) for entry in world.google.log]


def test_a_seed_gives_the_same_faults_in_every_run() -> None:
    assert run(1) == run(1)
    assert run(1) != run(2)
    kinds = {fault for _, fault, _ in run(1)}
    assert kinds >= {kind.value for kind in Kind} - {"full sync", "missing"}


def test_nothing_that_was_not_committed_is_there(world: World) -> None:
    world.google.faults.at_random(0.6, 3)
    told = [number for number in range(100) if insert(world, number).committed]
    assert sorted(int(item["id"].removeprefix("fau1t")) for item in world.cal.items()) == told
    assert 0 < len(told) < 100


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(server.endpoint).netloc, timeout=10)


def test_a_broken_connection_is_broken_on_the_wire(world: World) -> None:
    head = {"Authorization": f"Bearer {world.ada.token('calendar')}", "Content-Type": "application/json"}
    with Server(world.google) as server:
        client = connection(server)
        for number, kind in enumerate((Kind.LOST_BEFORE, Kind.LOST_AFTER)):
            world.google.faults.add(Fault(kind))
            client.request("POST", EVENTS, json.dumps({**NOON, "id": f"fau1t{number}"}), head)
            with pytest.raises(http.client.RemoteDisconnected):
                client.getresponse()
        world.google.faults.add(Fault(Kind.CUT_BODY))
        client.request("GET", EVENTS, headers=head)
        response = client.getresponse()
        with pytest.raises(http.client.IncompleteRead):
            response.read()
        client.close()
    assert [item["id"] for item in world.cal.items()] == ["fau1t1"]


def test_one_connection_serves_many_requests(world: World) -> None:
    head = {"Authorization": f"Bearer {world.ada.token('calendar')}"}
    with Server(world.google) as server:
        client = connection(server)
        client.connect()
        socket = client.sock
        for path in (EVENTS, "/nothing", EVENTS, f"{EVENTS}/none"):
            client.request("GET", path, headers=head)
            client.getresponse().read()
            assert client.sock is socket
        client.request("POST", EVENTS, iter([json.dumps(BLOCK).encode()]), head | {"Content-Type": "application/json"})
        assert client.getresponse().status == 200, "a body in chunks"
        client.close()
