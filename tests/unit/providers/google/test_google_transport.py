"""What really goes over the wire: each write once, reads again while that may help, and nothing anywhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import googleapiclient
import httplib2
import pytest
from wire_world import DROP, Clock, Wire, events, insert, parts, refusal, reply, token, transport

from agendad.model.settings import GoogleAccess
from agendad.providers.google.accounts import Account
from agendad.providers.google.answers import Fate
from agendad.providers.google.guard import NotAllowed
from agendad.providers.google.transport import CALENDAR_BATCH, GMAIL_BATCH, Transport, collection

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = "GET /calendar/v3/calendars/primary/events?alt=json"
INSERT = "POST /calendar/v3/calendars/primary/events?sendUpdates=none&alt=json"
BATCH = "POST /batch/calendar/v3"
OK = reply(200, {"id": "abcde"})
SLOW = refusal(429, "rateLimitExceeded")


def test_a_write_whose_answer_is_lost_is_sent_once_and_unknown(tmp_path: Path) -> None:
    with Wire(api=[OK, DROP]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.DONE  # so that the connection is kept, and used again
        lost = over.call(insert())
        assert (lost.fate, lost.message) == (Fate.UNKNOWN, "the connection failed before an answer came")
        assert wire.paths() == [INSERT, INSERT]


def test_the_transport_of_the_stock_client_sends_such_a_write_twice() -> None:
    with Wire(api=[OK, DROP]) as wire:
        http = httplib2.Http()
        http.request(f"{wire.endpoint}/x", "POST", body="{}")
        with pytest.raises(Exception, match="without response"):
            http.request(f"{wire.endpoint}/x", "POST", body="{}")
        assert wire.paths() == ["POST /x"] * 3


@pytest.mark.parametrize(
    "answer",
    [
        DROP,
        OK[:-3],
        b"HTTP/1.1 200",
        b"nonsense\r\n\r\n",
        refusal(500, "backendError"),
        refusal(503, ""),
        reply(200, b"{"),
    ],
)
def test_a_write_without_a_clear_answer_is_never_repeated(tmp_path: Path, answer: bytes) -> None:
    with Wire(api=[answer, OK]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.UNKNOWN
        assert wire.paths() == [INSERT]


@pytest.mark.parametrize("answer", [DROP, OK[:-3], refusal(500, "backendError"), reply(200, b"{"), SLOW])
def test_a_read_is_repeated_until_it_is_answered(tmp_path: Path, answer: bytes) -> None:
    clock = Clock()
    with Wire(api=[answer, answer, OK]) as wire:
        over = transport(tmp_path, wire, clock)
        assert over.call(events().list(calendarId="primary")).fate is Fate.DONE
        assert wire.paths() == [LIST] * 3
        assert clock.slept == [1.0, 2.0]


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded"])
def test_a_write_that_comes_too_fast_is_repeated_since_nothing_was_done(tmp_path: Path, reason: str) -> None:
    with Wire(api=[refusal(403, reason), refusal(429, reason), OK]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.DONE
        assert wire.paths() == [INSERT] * 3


@pytest.mark.parametrize(
    ("status", "reason"), [(403, "quotaExceeded"), (400, "invalid"), (409, "duplicate"), (404, "")]
)
def test_a_final_answer_is_not_asked_for_again(tmp_path: Path, status: int, reason: str) -> None:
    with Wire(api=[refusal(status, reason)]) as wire:
        over = transport(tmp_path, wire)
        over.call(insert())
        over.call(events().list(calendarId="primary"))
        assert wire.paths() == [INSERT, LIST]


def test_the_server_says_how_long_to_wait(tmp_path: Path) -> None:
    clock = Clock()
    with Wire(api=[refusal(429, "rateLimitExceeded", Retry_After="17"), OK]) as wire:
        over = transport(tmp_path, wire, clock)
        assert over.call(insert()).fate is Fate.DONE
        assert clock.slept == [17.0]


def test_all_waiting_of_a_cycle_is_bounded_and_counted_anew_in_the_next(tmp_path: Path) -> None:
    clock = Clock()
    with Wire(api=[SLOW]) as wire:
        over = transport(tmp_path, wire, clock, budget=10.0)
        found = over.call(insert())
        assert (found.fate, found.message) == (Fate.SLOW_DOWN, "because of rateLimitExceeded")
        assert clock.slept == [1.0, 2.0, 4.0]
        over.call(insert())
        assert clock.slept == [1.0, 2.0, 4.0, 1.0, 2.0]
        over.new_cycle()
        over.call(insert())
        assert clock.slept[5:] == [1.0, 2.0, 4.0]


def test_no_more_requests_leave_in_a_minute_than_are_allowed(tmp_path: Path) -> None:
    clock = Clock()
    with Wire(api=[OK]) as wire:
        over = transport(tmp_path, wire, clock, per_minute=3)
        for _ in range(2):  # with the call to the token endpoint it is three
            assert over.call(insert()).fate is Fate.DONE
        assert clock.slept == []
        assert over.call(insert()).fate is Fate.DONE
        assert clock.slept == [60.0]
        over.call(insert())
        over.call(insert())
        assert over.call(insert()).fate is Fate.SLOW_DOWN
        assert len(wire.paths()) == 5


def test_each_part_of_a_batch_counts_as_a_request(tmp_path: Path) -> None:
    clock = Clock()
    with Wire(batch=[parts(*((number, "200 OK", {}) for number in range(5)))]) as wire:
        over = transport(tmp_path, wire, clock, per_minute=9)
        for _ in range(2):
            found = over.batch([insert() for _ in range(5)], CALENDAR_BATCH)
            assert [each.fate for each in found] == [Fate.DONE] * 5
        assert clock.slept == [60.0]


def test_an_expired_token_is_renewed_once_and_the_request_repeated(tmp_path: Path) -> None:
    denied = refusal(401, "authError")
    with Wire(token=[token("ya29.one"), token("ya29.two")], api=[denied, OK, denied]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.DONE
        assert [sent.headers.get("authorization") for sent in wire.sent] == [
            None, "Bearer ya29.one", None, "Bearer ya29.two"]  # fmt: skip
        assert over.call(insert()).fate is Fate.UNAUTHORIZED
        assert len(wire.paths()) == 4


def test_a_token_serves_until_shortly_before_its_end(tmp_path: Path) -> None:
    clock = Clock()
    with Wire(api=[OK]) as wire:
        over = transport(tmp_path, wire, clock)
        over.call(insert())
        clock.sleep(3600 - 241)
        over.call(insert())
        assert len(wire.sent) - len(wire.paths()) == 1
        clock.sleep(2)
        over.call(insert())
        assert len(wire.sent) - len(wire.paths()) == 2


def test_without_access_nothing_is_asked_and_the_hint_says_what_to_do(tmp_path: Path) -> None:
    with Wire(token=[reply(400, {"error": "invalid_grant", "error_description": "Token has been revoked."})]) as wire:
        over = transport(tmp_path, wire)
        found = over.call(insert())
        assert found.fate is Fate.UNAUTHORIZED
        assert "agendad auth google" in found.hint
        assert over.batch([insert()], CALENDAR_BATCH)[0].fate is Fate.UNAUTHORIZED
        assert len(wire.sent) == 1


def test_a_token_endpoint_that_fails_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    with Wire(token=[refusal(503, ""), DROP, token()], api=[OK]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.DONE


def test_a_batch_is_one_request_settled_part_by_part(tmp_path: Path) -> None:
    taken = {"error": {"message": "taken", "errors": [{"reason": "duplicate"}]}}
    with Wire(batch=[parts((0, "200 OK", {"id": "a"}), (1, "409 Conflict", taken), (2, "500 Oops", {}))]) as wire:
        over = transport(tmp_path, wire)
        found = over.batch([insert(f"abcd{number}") for number in range(3)], CALENDAR_BATCH)
        assert [each.fate for each in found] == [Fate.DONE, Fate.EXISTS, Fate.UNKNOWN]
        assert wire.paths() == [BATCH]


def test_only_the_parts_that_came_too_fast_go_into_a_second_batch(tmp_path: Path) -> None:
    slow = {"error": {"message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}}
    batches = [
        parts((0, "200 OK", {"id": "a"}), (1, "403 Forbidden", slow), (2, "500 Oops", {}), (3, "429 Slow", slow)),
        parts((0, "200 OK", {"id": "b"}), (1, "200 OK", {"id": "d"})),
    ]
    with Wire(batch=batches) as wire:
        over = transport(tmp_path, wire)
        found = over.batch([insert(f"abcd{number}") for number in range(4)], CALENDAR_BATCH)
        assert [each.fate for each in found] == [Fate.DONE, Fate.DONE, Fate.UNKNOWN, Fate.DONE]
        assert [each.body.get("id") for each in found] == ["a", "b", None, "d"]
        second = wire.sent[-1].body
        assert [f"abcd{number}".encode() in second for number in range(4)] == [False, True, False, True]


def test_a_part_whose_token_has_expired_is_repeated_alone(tmp_path: Path) -> None:
    denied = {"error": {"message": "no", "errors": [{"reason": "authError"}]}}
    batches = [parts((0, "200 OK", {"id": "a"}), (1, "401 No", denied)), parts((0, "200 OK", {"id": "b"}))]
    with Wire(batch=batches) as wire:
        over = transport(tmp_path, wire)
        found = over.batch([insert("abcd0"), insert("abcd1")], CALENDAR_BATCH)
        assert [each.body.get("id") for each in found] == ["a", "b"]


@pytest.mark.parametrize("answer", [DROP, refusal(503, ""), reply(200, b"{}")])
def test_a_batch_without_a_clear_answer_is_unknown_in_all_its_writes(tmp_path: Path, answer: bytes) -> None:
    with Wire(batch=[answer]) as wire:
        over = transport(tmp_path, wire)
        found = over.batch([insert("abcd0"), insert("abcd1")], CALENDAR_BATCH)
        assert [each.fate for each in found] == [Fate.UNKNOWN, Fate.UNKNOWN]
        assert wire.paths() == [BATCH]


def test_a_cut_batch_is_unknown_in_exactly_the_parts_without_an_answer(tmp_path: Path) -> None:
    with Wire(batch=[parts((0, "200 OK", {"id": "a"}), (1, "200 OK", {"id": "b"}), end=False)]) as wire:
        over = transport(tmp_path, wire)
        found = over.batch([insert("abcd0"), insert("abcd1")], CALENDAR_BATCH)
        assert [each.fate for each in found] == [Fate.DONE, Fate.UNKNOWN]


def test_reads_in_a_batch_are_repeated(tmp_path: Path) -> None:
    good = parts((0, "200 OK", {"id": "a"}), (1, "200 OK", {"id": "b"}))
    with Wire(batch=[DROP, refusal(429, "rateLimitExceeded"), good]) as wire:
        over = transport(tmp_path, wire)
        reads = [events().get(calendarId="primary", eventId=ident) for ident in ("abcde", "abcdf")]
        assert [each.fate for each in over.batch(reads, CALENDAR_BATCH)] == [Fate.DONE, Fate.DONE]


def test_an_etag_goes_along_alone_and_in_a_batch(tmp_path: Path) -> None:
    with Wire(api=[OK], batch=[parts((0, "200 OK", {}))]) as wire:
        over = transport(tmp_path, wire)
        patch = events().patch(calendarId="primary", eventId="abcde", body={"summary": "é"}, sendUpdates="none")
        patch.headers["If-Match"] = '"3"'
        over.call(patch)
        over.batch([patch], CALENDAR_BATCH)
        assert wire.sent[1].headers["if-match"] == '"3"'
        assert json.loads(wire.sent[1].body) == {"summary": "é"}
        assert b'If-Match: "3"\r\n' in wire.sent[2].body


def test_an_empty_batch_asks_nothing(tmp_path: Path) -> None:
    with Wire() as wire:
        assert transport(tmp_path, wire).batch([], CALENDAR_BATCH) == []
        assert wire.sent == []


@pytest.mark.parametrize(
    "asked",
    [
        lambda over: over.call(collection("gmail", "v1", "users", "drafts").send(userId="me", body={"id": "r1"})),
        lambda over: over.call(collection("gmail", "v1", "users", "messages").send(userId="me", body={"raw": ""})),
        lambda over: over.call(collection("gmail", "v1", "users", "messages").insert(userId="me", body={"raw": ""})),
        lambda over: over.call(events().insert(calendarId="primary", body={"id": "abcde"})),
        lambda over: over.call(events().insert(calendarId="primary", body={}, sendUpdates="all")),
        lambda over: over.batch(
            [collection("gmail", "v1", "users", "drafts").send(userId="me", body={"id": "r1"})], GMAIL_BATCH
        ),
        lambda over: over.batch([insert() for _ in range(51)], CALENDAR_BATCH),
        lambda over: over.batch([insert()], "upload/gmail/v1/users/me/messages/send"),
        lambda _: insert().execute(),
        lambda _: collection("gmail", "v1", "users", "messages").send(userId="me", body={"raw": ""}).execute(),
    ],
)
def test_what_is_not_allowed_never_leaves(tmp_path: Path, asked: Callable[[Transport], object]) -> None:
    with Wire(api=[OK]) as wire:
        over = transport(tmp_path, wire)
        with pytest.raises(NotAllowed):
            asked(over)
        assert wire.sent == []


def test_guests_are_written_to_by_the_named_requests_alone(tmp_path: Path) -> None:
    with Wire(api=[OK], batch=[parts((0, "200 OK", {}), (1, "200 OK", {}))]) as wire:
        over = transport(tmp_path, wire)
        loud = events().insert(calendarId="primary", body={"id": "abcde"}, sendUpdates="all")
        assert over.call(loud, notify=True).fate is Fate.DONE
        assert [each.fate for each in over.batch([insert(), loud], CALENDAR_BATCH, notify=[loud])] == [Fate.DONE] * 2
        other = events().insert(calendarId="primary", body={"id": "abcde"}, sendUpdates="all")
        with pytest.raises(NotAllowed):
            over.batch([other, loud], CALENDAR_BATCH, notify=[loud])


def test_without_an_endpoint_nothing_goes_anywhere_but_to_google(tmp_path: Path) -> None:
    access = GoogleAccess(tmp_path / "t.json")
    access.credentials.write_text('{"client_id": "a", "client_secret": "b", "refresh_token": "c"}')
    over = Transport(Account.from_file(access, []), waits=Clock().waits())
    for url in ("http://www.googleapis.com/", "https://googleapis.com.example.org/", "https://127.0.0.1:1/"):
        with pytest.raises(NotAllowed):
            over._aimed(url)
    assert over._aimed("https://www.googleapis.com/x?y") == "https://www.googleapis.com/x?y"


def test_the_network_is_not_followed_elsewhere(tmp_path: Path) -> None:
    with Wire(api=[reply(307, Location="https://example.org/")]) as wire:
        over = transport(tmp_path, wire)
        assert over.call(insert()).fate is Fate.REFUSED
        assert wire.paths() == [INSERT]


def test_a_netrc_of_the_person_takes_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with Wire(api=[OK]) as wire:
        over = transport(tmp_path, wire)
        over.call(insert())
        assert [sent.headers.get("authorization") for sent in wire.sent] == [None, "Bearer ya29.first"]


def test_nobody_listening_is_no_crash(tmp_path: Path) -> None:
    with Wire() as wire:
        over = transport(tmp_path, wire, budget=0.0)
    found = over.call(insert())
    assert found.fate is Fate.UNAUTHORIZED
    assert "127.0.0.1" not in found.message


LATER = """
import datetime

class Later(datetime.date):
    @classmethod
    def today(cls):
        return cls(2099, 1, 1)

datetime.date = Later
from agendad.providers.google.transport import collection
collection("gmail", "v1", "users", "drafts").list(userId="me")
"""


def test_the_libraries_of_google_say_nothing_of_the_age_of_python() -> None:
    """On the day when this Python is out of support; a warning ends the process."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", LATER], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("name", "batch"), [("calendar.v3", CALENDAR_BATCH), ("gmail.v1", GMAIL_BATCH)])
def test_the_batch_paths_are_those_of_the_discovery_documents(name: str, batch: str) -> None:
    documents = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    assert json.loads((documents / f"{name}.json").read_text())["batchPath"] == batch
