"""What the emulator refuses before it does anything: unknown names, wrong types, fields of the server, scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulated import BLOCK, DAY, DRAFTS, EVENTS, NOON, encoded, reason

from emulator import discovery
from emulator.google import HANDLERS

if TYPE_CHECKING:
    from emulated import World


def test_every_method_that_is_modelled_is_in_the_discovery_documents() -> None:
    known = {method.id for api in (discovery.calendar(), discovery.gmail()) for method in api.methods()}
    assert set(HANDLERS) <= known


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/calendar/v3/nothing"),
        ("GET", "/calendar/v3/users/me/calendarList/x/y"),
        ("PATCH", EVENTS),
        ("POST", f"{EVENTS}/b10c0/move"),
        ("POST", "/gmail/v1/users/me/settings"),
        ("GET", "/drive/v3/files"),
        ("GET", "/"),
    ],
)
def test_what_does_not_exist_or_is_not_modelled_is_not_found(world: World, method: str, path: str) -> None:
    assert reason(world.send(method, path)) == (404, "notFound")


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "maxResults=x",
        "maxResults=0",
        "maxResults=-1",
        "maxResults=2147483648",
        "singleEvents=1",
        "singleEvents=True",
        "orderBy=id",
        "eventTypes=other",
        "maxResults=1&maxResults=2",
        "alt=media",
        "timeMin=today",
        "timeZone=Mars",
        "fields=items(",
        "fields=items()",
        "fields=",
    ],
)
def test_parameters_are_known_and_of_their_type(world: World, query: str) -> None:
    assert world.send("GET", f"{EVENTS}?{query}").status == (200 if query == "fields=" else 400)


def test_parameters_that_belong_to_another_method_are_unknown(world: World) -> None:
    assert world.send("POST", f"{EVENTS}?maxResults=3", BLOCK).status == 400
    assert world.send("POST", f"{EVENTS}?sendUpdates=some", BLOCK).status == 400
    assert world.send("POST", f"{EVENTS}?sendUpdates=none", BLOCK).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"start": {"time": "12:00"}},
        {"summary": 1},
        {"summary": ["x"]},
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": 2**31},
        {"attendees": {"email": "a@b"}},
        {"attendees": ["a@b"]},
        {"guestsCanModify": "yes"},
        {"extendedProperties": {"private": {"a": 1}}},
        {"start": "2026-11-24"},
        {"start": {"dateTime": "2026-11-24 12:00"}},
        {"start": {"dateTime": "2026-11-31T12:00:00Z"}},
        {"start": {"date": "24.11.2026"}},
        {"start": {"date": "2026-11-24", "dateTime": "2026-11-24T12:00:00Z"}},
        {"start": {}},
        {"start": None},
        {"start": {"dateTime": "2026-11-24T12:00:00"}},
        {"start": {"dateTime": "2026-11-24T12:00:00Z", "timeZone": "Mars/Olympus"}},
        {"start": {"date": "2026-11-24"}},
        {"end": {"dateTime": "2026-11-24T11:00:00+01:00"}},
        {**DAY, "end": {"date": "2026-11-24"}},
        {"transparency": "free"},
        {"visibility": "secret"},
        {"status": "maybe"},
        {"status": "cancelled"},
        {"eventType": "focus"},
        {"colorId": "12"},
        {"colorId": "tomato"},
        {"attendees": [{"displayName": "Bob"}]},
        {"attendees": [{"email": "no address"}]},
        {"attendees": [{"email": "a@b"}, {"email": "A@b"}]},
        {"attendees": [{"email": "a@b", "responseStatus": "yes"}]},
        {"attendees": [{"email": "a@b", "self": True}]},
        {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]}},
        {"reminders": {"overrides": [{"method": "popup", "minutes": n} for n in range(6)]}},
        {"reminders": {"overrides": [{"method": "sms", "minutes": 1}]}},
        {"reminders": {"overrides": [{"method": "popup", "minutes": 40321}]}},
        {"reminders": {"overrides": [{"minutes": 1}]}},
        {"recurrence": ["FREQ=DAILY"]},
        {"recurrence": ["RRULE:FREQ=SOMETIMES"]},
        {"recurrence": ["DTSTART:20261124T120000Z", "RRULE:FREQ=DAILY"]},
        {"source": {"url": "ftp://example.com"}},
        {"extendedProperties": {"private": {str(n): "" for n in range(301)}}},
        {"extendedProperties": {"private": {str(n): "x" * 1024 for n in range(33)}}},
        {"focusTimeProperties": {"chatStatus": "available"}},
        {"eventType": "focusTime", "focusTimeProperties": {"chatStatus": "asleep"}},
        {"eventType": "focusTime", "focusTimeProperties": {"autoDeclineMode": "all"}},
        {"eventType": "workingLocation"},
        {"eventType": "birthday"},
        {"eventType": "fromGmail"},
        {"attachments": [{"fileUrl": "https://example.com"}] * 26},
        {"conferenceData": {}},
        *({name: "x"} for name in ("created", "updated", "htmlLink", "hangoutLink", "etag", "kind")),
        {"creator": {"email": "a@b"}},
        {"organizer": {"email": "a@b"}},
        {"locked": True},
        {"recurringEventId": "x"},
        {"originalStartTime": {"date": "2026-11-24"}},
    ],
    ids=str,
)
def test_an_event_that_google_may_refuse_is_refused(world: World, wrong: dict[str, Any]) -> None:
    reply = world.send("POST", EVENTS, {**BLOCK, **wrong})
    assert reply.status == 400, reply.body
    assert not reply.committed
    assert world.cal.items() == []
    world.cal.insert(dict(BLOCK))
    if "status" not in wrong:
        again = world.send("PUT", f"{EVENTS}/b10c0", {**NOON, **wrong})
        assert again.status == 400, again.body


@pytest.mark.parametrize("field", ["iCalUID", "eventType", "id", "creator", "updated", "etag", "privateCopy"])
def test_what_the_server_keeps_may_be_repeated_and_not_changed(world: World, field: str) -> None:
    made = world.cal.insert(dict(BLOCK))
    if field in made:
        assert world.send("PATCH", f"{EVENTS}/b10c0", {field: made[field]}).status == 200
    other = {"creator": {"email": "x@y"}, "privateCopy": True, "eventType": "focusTime"}.get(field, "other")
    assert world.send("PATCH", f"{EVENTS}/b10c0", {field: other}).status == 400


def test_a_recurring_event_needs_its_zone(world: World) -> None:
    times = {name: {"dateTime": f"2026-11-24T1{n}:00:00Z"} for n, name in enumerate(("start", "end"))}
    assert reason(world.send("POST", EVENTS, {**times, "recurrence": ["RRULE:FREQ=DAILY"]})) == (400, "required")


def test_a_body_is_json_and_stands_only_where_it_belongs(world: World) -> None:
    assert reason(world.send("POST", EVENTS, b"{")) == (400, "parseError")
    assert reason(world.send("POST", EVENTS, b"[]")) == (400, "parseError")
    assert world.send("POST", EVENTS, BLOCK, content_type="text/plain").status == 400
    assert world.send("GET", EVENTS, {"a": 1}).status == 400


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body", "allowed"),
    [
        ("calendar.events", "GET", EVENTS, None, True),
        ("calendar.events.readonly", "GET", EVENTS, None, True),
        ("calendar.readonly", "GET", EVENTS, None, True),
        ("calendar.freebusy", "GET", EVENTS, None, False),
        ("gmail.compose", "GET", EVENTS, None, False),
        ("calendar.events", "POST", EVENTS, BLOCK, True),
        ("calendar.events.owned", "POST", EVENTS, BLOCK, True),
        ("calendar.readonly", "POST", EVENTS, BLOCK, False),
        ("calendar.app.created", "POST", EVENTS, BLOCK, False),
        ("calendar.events", "GET", "/calendar/v3/users/me/calendarList", None, False),
        ("calendar.readonly", "GET", "/calendar/v3/users/me/calendarList", None, True),
        ("calendar.events", "GET", "/calendar/v3/users/me/settings/timezone", None, False),
        ("gmail.compose", "GET", DRAFTS, None, True),
        ("gmail.compose", "GET", "/gmail/v1/users/me/profile", None, True),
        ("gmail.compose", "GET", "/gmail/v1/users/me/messages", None, False),
        ("gmail.compose", "GET", "/gmail/v1/users/me/labels", None, False),
        ("gmail.compose", "GET", "/gmail/v1/users/me/history?startHistoryId=1000", None, False),
        ("gmail.readonly", "GET", "/gmail/v1/users/me/history?startHistoryId=1000", None, True),
        ("gmail.readonly", "POST", DRAFTS, {"message": {"raw": encoded(b"Subject: x\r\n\r\n")}}, False),
    ],
)
def test_a_method_needs_one_of_its_scopes(
    world: World, scopes: str, method: str, path: str, body: object, allowed: bool
) -> None:
    reply = world.send(method, path, body, scopes=scopes)
    assert (reply.status == 200) == allowed
    if not allowed:
        assert reason(reply) == (403, "insufficientPermissions")
    assert world.google.log[-1].status == reply.status
    assert all(scope.startswith("https://www.googleapis.com/auth/") for scope in world.google.log[-1].scopes)


def test_owned_and_created_calendars_are_told_apart(world: World) -> None:
    world.ada.add_calendar("theirs", role="writer")
    world.ada.add_calendar("made", app_created=True)
    theirs, made = (f"/calendar/v3/calendars/{name}/events" for name in ("theirs", "made"))
    assert world.send("POST", theirs, BLOCK, scopes="calendar.events.owned").status == 403
    assert world.send("POST", theirs, BLOCK, scopes="calendar.events").status == 200
    assert world.send("POST", made, BLOCK, scopes="calendar.app.created").status == 200


def test_a_token_is_known_and_young(world: World) -> None:
    token = world.ada.token("calendar")
    assert world.send("GET", EVENTS, authorization=f"Bearer {token}").status == 200
    for head in ("", "Bearer", "Bearer unknown", f"Basic {token}"):
        assert reason(world.send("GET", EVENTS, authorization=head)) == (401, "authError")
    world.pass_time(hours=1)
    assert world.send("GET", EVENTS, authorization=f"Bearer {token}").status == 401
