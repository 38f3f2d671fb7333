"""Batches: the stock client's, and what that client would not build."""

from __future__ import annotations

import json
from typing import Any

import pytest
from emulated import BLOCK, EVENTS, NOON, World, build_service, reason

from emulator import Fault, Kind, Reply, Server


def part(name: str, line: str, body: object = None, *headers: str) -> str:
    text = json.dumps(body) if body is not None else ""
    inner = [f"{line} HTTP/1.1", *headers, *(["Content-Type: application/json"] if text else []), "", text]
    return "\r\n".join([f"--B\r\nContent-Type: application/http\r\nContent-ID: <{name}>\r\n", *inner, ""])


def batch(world: World, *parts: str, end: str = "--B--\r\n", path: str = "/batch/calendar/v3") -> Reply:
    return world.send("POST", path, ("".join(parts) + end).encode(), content_type="multipart/mixed; boundary=B")


def statuses(reply: Reply) -> list[int]:
    return [int(piece[:3]) for piece in reply.body.decode().split("HTTP/1.1 ")[1:]]


def insertion(number: int, name: str = "") -> str:
    return part(name or f"p{number}", f"POST {EVENTS}?sendUpdates=none", {**NOON, "id": f"batch{number}"})


def test_the_stock_client_gets_each_answer_in_its_place() -> None:
    world = World()
    seen: list[tuple[str, Any, Any]] = []
    with Server(world.google) as server, build_service(world, server, "calendar", "v3", "calendar") as service:
        made = service.new_batch_http_request(callback=lambda name, answer, error: seen.append((name, answer, error)))
        made._batch_uri = f"{server.endpoint}/batch/calendar/v3"  # the client has no other way to another host
        for number in range(3):
            made.add(service.events().insert(calendarId="primary", body={**NOON, "id": f"batch{number % 2}"}))
        made.add(service.events().delete(calendarId="primary", eventId="batch1"))
        made.execute()
    assert [name for name, _, _ in seen] == ["1", "2", "3", "4"]
    assert [error and error.resp.status for _, _, error in seen] == [None, None, 409, None]
    assert [answer and answer["id"] for _, answer, _ in seen[:2]] == ["batch0", "batch1"]
    assert len(world.cal.items()) == 1


def test_parts_are_settled_one_by_one_and_logged_before_their_batch(world: World) -> None:
    stale = part("old", f"PATCH {EVENTS}/batch0", {"summary": "x"}, 'If-Match: "1"')
    reply = batch(world, insertion(0), insertion(0, "again"), stale, part("get", f"GET {EVENTS}/batch0"))
    assert statuses(reply) == [200, 409, 412, 200]
    assert "Content-ID: <response-p0>" in reply.body.decode()
    assert [(entry.call, entry.part, entry.committed) for entry in world.google.log] == [
        ("calendar.events.insert", True, True),
        ("calendar.events.insert", True, False),
        ("calendar.events.patch", True, False),
        ("calendar.events.get", True, False),
        ("batch", False, True),
    ]


def test_a_part_may_carry_a_token_of_its_own(world: World) -> None:
    assert statuses(batch(world, part("a", f"GET {EVENTS}", None, "Authorization: Bearer no"))) == [401]


@pytest.mark.parametrize(
    "parts",
    [
        [""],
        ["--B\r\nContent-Type: text/plain\r\n\r\nGET / HTTP/1.1\r\n\r\n\r\n"],
        [part("a", "GET https://www.googleapis.com/calendar/v3/calendars")],
        [part("a", "nonsense")],
        [part("a", f"GET {EVENTS}"), part("a", f"GET {EVENTS}")],
        [part("a", f"POST {EVENTS}", BLOCK, "Content-Length: 9999")],
    ],
    ids=["empty", "no http", "absolute", "no request line", "the same id twice", "too short"],
)
def test_a_batch_is_well_formed_or_nothing_of_it_is_done(world: World, parts: list[str]) -> None:
    assert batch(world, insertion(0), *parts).status == 400 or parts == [""]
    assert batch(world, end="--B--\r\n").status == 400
    assert batch(world, insertion(1), end="").status == 400
    assert len(world.cal.items()) == (parts == [""])


def test_a_batch_has_its_limit_and_belongs_to_one_api(world: World) -> None:
    gets = [part(str(number), "GET /gmail/v1/users/me/profile") for number in range(101)]
    for path in ("/batch", "/batch/gmail/v1"):
        assert reason(batch(world, *gets, path=path)) == (400, "batchSizeTooLarge")
    assert statuses(batch(world, gets[0])) == [404]
    calendar_gets = [part(str(number), f"GET {EVENTS}/none") for number in range(1001)]
    assert batch(world, *calendar_gets).status == 400
    assert batch(world, *calendar_gets[:1000]).status == 200
    upload = part("u", "POST /upload/gmail/v1/users/me/drafts?uploadType=media")
    assert statuses(batch(world, upload, path="/batch/gmail/v1")) == [404]


def test_a_fault_can_meet_one_part(world: World) -> None:
    world.google.faults.add(
        Fault(Kind.RATE_403, "calendar.events.insert", skip=1),
        Fault(Kind.MISSING, "calendar.events.insert", skip=1),
        Fault(Kind.ERROR_AFTER, "calendar.events.insert"),
    )
    reply = batch(world, *(insertion(number) for number in range(5)))
    assert reply.status == 200
    assert len(statuses(reply)) == 4
    assert sorted(statuses(reply)) == [200, 200, 403, 503]
    assert len(world.cal.items()) == 4
    assert [entry.answered for entry in world.google.log if entry.part].count(False) == 1


def test_a_lost_or_cut_batch_leaves_its_parts_done_and_unanswered(world: World) -> None:
    for number, kind in enumerate((Kind.LOST_AFTER, Kind.CUT_BODY, Kind.ERROR_AFTER)):
        world.google.faults.add(Fault(kind, "batch"))
        reply = batch(world, insertion(number))
        assert reply.committed
        assert reply.cut or reply.status == 503
        assert len(world.cal.items()) == number + 1
        assert not world.google.log[-2].answered
    world.google.faults.add(Fault(Kind.LOST_BEFORE, "batch"))
    assert not batch(world, insertion(9)).committed
    assert len(world.cal.items()) == 3
