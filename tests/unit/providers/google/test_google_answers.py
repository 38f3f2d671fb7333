"""Every answer of Google has one meaning, and only a clear one lets anything be taken for done."""

from __future__ import annotations

import json

import pytest

from agendad.errors import ProviderError
from agendad.providers.google.answers import Answer, Fate, lost, scrubbed, settle


def error(status: int, *reasons: str, method: str = "PATCH", method_id: str = "", **headers: str) -> Answer:
    body = {"error": {"code": status, "message": "because", "errors": [{"reason": reason} for reason in reasons]}}
    found = {name.replace("_", "-"): value for name, value in headers.items()}
    return settle(status, found, json.dumps(body).encode(), method=method, method_id=method_id)


@pytest.mark.parametrize(
    ("status", "reason", "fate"),
    [
        (400, "invalid", Fate.REFUSED),
        (401, "authError", Fate.UNAUTHORIZED),
        (403, "forbiddenForNonOrganizer", Fate.REFUSED),
        (403, "insufficientPermissions", Fate.REFUSED),
        (403, "rateLimitExceeded", Fate.SLOW_DOWN),
        (403, "userRateLimitExceeded", Fate.SLOW_DOWN),
        (403, "quotaExceeded", Fate.QUOTA),
        (403, "dailyLimitExceeded", Fate.QUOTA),
        (404, "notFound", Fate.GONE),
        (408, "", Fate.UNKNOWN),
        (409, "duplicate", Fate.EXISTS),
        (409, "conflict", Fate.CHANGED),
        (410, "deleted", Fate.DELETED),
        (410, "fullSyncRequired", Fate.FULL_SYNC),
        (410, "updatedMinTooLongAgo", Fate.FULL_SYNC),
        (412, "conditionNotMet", Fate.CHANGED),
        (429, "rateLimitExceeded", Fate.SLOW_DOWN),
        (429, "", Fate.SLOW_DOWN),
        (500, "backendError", Fate.UNKNOWN),
        (502, "", Fate.UNKNOWN),
        (503, "rateLimitExceeded", Fate.UNKNOWN),
        (302, "", Fate.REFUSED),
    ],
)
def test_an_error_means_what_the_guide_says(status: int, reason: str, fate: Fate) -> None:
    assert error(status, reason).fate is fate


def test_a_scope_that_is_missing_at_google_has_its_hint() -> None:
    with pytest.raises(ProviderError) as raised:
        error(403, "insufficientPermissions").or_raise("read it")
    assert raised.value.hint == "run `agendad auth google` and tick every box"


def test_a_gone_list_needs_a_full_sync_whatever_the_reason_is_called() -> None:
    assert error(410, "gone", method="GET").fate is Fate.FULL_SYNC
    assert error(410, "gone", method="DELETE").fate is Fate.DELETED


def test_a_history_that_is_too_old_needs_a_full_sync() -> None:
    assert error(404, "notFound", method="GET", method_id="gmail.users.history.list").fate is Fate.FULL_SYNC


def test_a_rate_limit_is_known_in_the_newer_form_of_errors_too() -> None:
    body = {"error": {"code": 403, "message": "x", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}}
    assert settle(403, {}, json.dumps(body).encode()).fate is Fate.SLOW_DOWN
    body = {"error": {"code": 403, "message": "x", "status": "RESOURCE_EXHAUSTED"}}
    assert settle(403, {}, json.dumps(body).encode()).fate is Fate.SLOW_DOWN


def test_a_page_of_a_proxy_is_a_refusal() -> None:
    found = settle(403, {}, b"<html>not here</html>")
    assert (found.fate, found.message) == (Fate.REFUSED, "status 403")


@pytest.mark.parametrize("content", [b"", b"{", b'{"id": "a"', b"<html>Sign in</html>", b"[1]", b"\xff", b"[" * 99999])
def test_a_good_status_with_a_broken_body_leaves_open_what_was_done(content: bytes) -> None:
    assert settle(200, {}, content, method="POST").fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    "content", [b'{"items": [{"id": "a", "summary": "\xff"}]}', b'{"items": [{"id": "a"]}', b'{"items": {}}', b"[1]"]
)
def test_a_broken_list_of_events_is_no_answer_although_its_items_are_not_read_yet(content: bytes) -> None:
    assert settle(200, {}, content, method_id="calendar.events.list").fate is Fate.UNKNOWN


def test_a_deletion_may_be_answered_without_a_body() -> None:
    assert settle(204, {}, b"", method="DELETE") == Answer(Fate.DONE, 204)
    assert settle(200, {}, b"", method="DELETE") == Answer(Fate.DONE, 200)


def test_what_is_done_brings_its_body() -> None:
    assert settle(200, {}, b'{"id": "a"}', method="POST").or_raise("x") == {"id": "a"}


def test_what_is_not_done_is_raised_for_people() -> None:
    with pytest.raises(ProviderError, match="cannot read calendar `a`: because") as raised:
        error(404, "notFound").or_raise("read calendar `a`")
    assert raised.value.exit_status == 3
    with pytest.raises(ProviderError, match="cannot read it: no answer"):
        lost("no answer").or_raise("read it")


def test_a_server_asks_to_wait_by_seconds_or_by_a_date() -> None:
    assert error(429, retry_after="7").retry_after == 7.0
    asked = {"retry_after": "Mon, 23 Nov 2026 08:00:30 GMT", "date": "Mon, 23 Nov 2026 08:00:00 GMT"}
    assert error(429, **asked).retry_after == 30.0
    assert error(429, retry_after="soon").retry_after is None
    assert error(429).retry_after is None


def test_the_token_endpoint_speaks_its_own_form() -> None:
    found = settle(400, {}, b'{"error": "invalid_grant", "error_description": "Token has been revoked."}')
    assert (found.fate, found.reason, found.message) == (Fate.REFUSED, "invalid_grant", "Token has been revoked.")


def test_messages_are_one_short_line_without_anything_that_gives_access() -> None:
    told = scrubbed("GET https://x/y?access_token=abc&q=1\nBearer ya29.secret and 1//refresh or client_secret=s " * 20)
    assert "\n" not in told
    assert len(told) == 300
    for secret in ("abc", "ya29", "1//", "secret=s"):
        assert secret not in told
    assert "q=1" in told
