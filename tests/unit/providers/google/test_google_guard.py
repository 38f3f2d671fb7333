"""Nothing leaves that the product promises never to do."""

from __future__ import annotations

import pytest

from agendad.providers.google.guard import NotAllowed, check, check_batch

GMAIL = "https://gmail.googleapis.com"
CALENDAR = "https://www.googleapis.com/calendar/v3/calendars/primary/events"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gmail/v1/users/me/drafts/send"),
        ("POST", "/gmail/v1/users/me/messages/send"),
        ("POST", "/gmail/v1/users/ada@example.com/messages/send"),
        ("POST", "/gmail/v1/users/me//messages/send"),
        ("POST", "/gmail/v1/users/me/drafts/../messages/send"),
        ("POST", "/gmail/v1/users/me/messages%2Fsend"),
        ("POST", "/gmail/v1/users/me%2Fmessages%2Fsend/drafts"),
        ("POST", "/upload/gmail/v1/users/me/drafts/send"),
        ("POST", "/upload/gmail/v1/users/me/messages/send"),
        ("POST", "/resumable/upload/gmail/v1/users/me/messages/send"),
        ("POST", "/upload/gmail/v1/users/me/drafts"),
        ("POST", "/gmail/v1/users/me/messages/import"),
        ("POST", "/upload/gmail/v1/users/me/messages/import"),
        ("POST", "/gmail/v1/users/me/messages"),
        ("POST", "/upload/gmail/v1/users/me/messages"),
        ("POST", "/gmail/v1/users/me/messages/x/trash"),
        ("DELETE", "/gmail/v1/users/me/messages/x"),
        ("POST", "/gmail/v1/users/me/settings/forwardingAddresses"),
        ("GET", "/gmail/v1/users/bob@example.com/drafts"),
        ("GET", "/drive/v3/files"),
    ],
)
def test_no_mail_can_be_sent_imported_or_touched_besides_drafts(method: str, path: str) -> None:
    with pytest.raises(NotAllowed):
        check(method, GMAIL + path)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gmail/v1/users/me/drafts?alt=json&maxResults=500"),
        ("GET", "/gmail/v1/users/me/drafts/r-123?format=raw"),
        ("POST", "/gmail/v1/users/me/drafts?alt=json"),
        ("PUT", "/gmail/v1/users/me/drafts/r-123"),
        ("DELETE", "/gmail/v1/users/me/drafts/r-123"),
        ("GET", "/gmail/v1/users/me/messages?q=in%3Asent%20a%2Fb"),
        ("GET", "/gmail/v1/users/me/threads/18c"),
        ("GET", "/gmail/v1/users/me/history?startHistoryId=1"),
        ("GET", "/gmail/v1/users/me/profile"),
        ("GET", "/gmail/v1/users/me/labels"),
    ],
)
def test_drafts_can_be_made_and_mail_be_read(method: str, path: str) -> None:
    check(method, GMAIL + path)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "query",
    ["", "?sendUpdates=all", "?sendUpdates=externalOnly", "?sendUpdates=none&sendUpdates=all", "?sendUpdates=",
     "?sendUpdates=none&sendNotifications=true"],
)  # fmt: skip
def test_no_guest_is_written_to_unless_a_write_may(method: str, query: str) -> None:
    url = CALENDAR + ("" if method == "POST" else "/abcde")
    check(method, f"{url}?sendUpdates=none")
    with pytest.raises(NotAllowed):
        check(method, url + query)


def test_a_write_that_may_notify_still_says_so_or_says_none() -> None:
    check("POST", f"{CALENDAR}?sendUpdates=all", notify=True)
    check("POST", f"{CALENDAR}?sendUpdates=none", notify=True)
    for query in ("", "?sendUpdates=externalOnly"):
        with pytest.raises(NotAllowed):
            check("POST", CALENDAR + query, notify=True)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/abc/move?destination=x&sendUpdates=none"),
        ("POST", "/import"),
        ("POST", "/quickAdd?text=x&sendUpdates=none"),
        ("POST", "/watch"),
        ("PUT", "/abc?sendUpdates=none"),
    ],
)
def test_events_are_neither_moved_nor_imported_nor_replaced(method: str, path: str) -> None:
    with pytest.raises(NotAllowed):
        check(method, CALENDAR + path)


def test_calendars_of_any_id_can_be_read() -> None:
    for name in ("primary", "ada%40example.com", "en.french%23holiday%40group.v.calendar.google.com"):
        check("GET", f"https://www.googleapis.com/calendar/v3/calendars/{name}/events?syncToken=x")
        check("GET", f"https://www.googleapis.com/calendar/v3/calendars/{name}/events/abc/instances")


def test_a_batch_goes_to_a_batch_endpoint_alone() -> None:
    check_batch("batch/calendar/v3")
    check_batch("batch")
    for path in ("", "gmail/v1/users/me/messages/send", "batch/../x", "batch/drive/v3"):
        with pytest.raises(NotAllowed):
            check_batch(path)


def test_the_message_names_no_person() -> None:
    with pytest.raises(NotAllowed) as raised:
        check("POST", "https://gmail.googleapis.com/gmail/v1/users/ada%40example.com/messages/send")
    assert "ada" not in str(raised.value)
