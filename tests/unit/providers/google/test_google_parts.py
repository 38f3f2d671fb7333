"""A batch is settled part by part; what did not come whole is unknown, and nothing else is."""

from __future__ import annotations

import json
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendad.providers.google.answers import Fate
from agendad.providers.google.parts import Job, join, split

URL = "https://www.googleapis.com/calendar/v3/calendars/primary/events"
JOBS = [Job("POST", f"{URL}?alt=json", {"content-type": "application/json"}, b'{"id": "x"}'), Job("DELETE", f"{URL}/a")]
KIND = "multipart/mixed; boundary=b"


def part(number: int, status: str, body: str) -> bytes:
    head = f"--b\r\nContent-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\nHTTP/1.1 {status}\r\n"
    return f"{head}Content-Type: application/json\r\nRetry-After: 3\r\n\r\n{body}\r\n".encode()


FIRST, SECOND = part(0, "200 OK", '{"id": "x"}'), part(1, "204 No Content", "")


def test_a_batch_is_what_a_mime_reader_takes_it_for() -> None:
    kind, body = join(JOBS)
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    read = [piece.get_payload(decode=False) for piece in message.get_payload()]
    assert [piece["Content-ID"] for piece in message.get_payload()] == ["<0>", "<1>"]
    assert read[0].split("\r\n") == [
        "POST /calendar/v3/calendars/primary/events?alt=json HTTP/1.1",
        "content-type: application/json",
        "Content-Length: 11",
        "",
        '{"id": "x"}',
    ]
    assert read[1] == "DELETE /calendar/v3/calendars/primary/events/a HTTP/1.1\r\n\r\n"


def test_each_part_is_settled_on_its_own_whatever_their_order() -> None:
    for content in (FIRST + SECOND, SECOND + FIRST):
        one, two = split(KIND, content + b"--b--\r\n", JOBS)
        assert (one.fate, one.body) == (Fate.DONE, {"id": "x"})
        assert (two.fate, two.status) == (Fate.DONE, 204)


def test_a_refused_part_tells_its_reason_and_how_long_to_wait() -> None:
    error = json.dumps({"error": {"message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}})
    _, two = split(KIND, FIRST + part(1, "403 Forbidden", error) + b"--b--", JOBS)
    assert (two.fate, two.retry_after) == (Fate.SLOW_DOWN, 3.0)


@pytest.mark.parametrize(
    "content",
    [
        FIRST + b"--b--",
        FIRST + SECOND,
        FIRST + SECOND[:-2],
        FIRST + part(7, "204 No Content", "") + b"--b--",
        FIRST + SECOND.replace(b"response-1", b"1") + b"--b--",
        FIRST + part(1, "soon", "") + b"--b--",
        FIRST + part(1, "200 OK", '{"id": ') + b"--b--",
    ],
)
def test_a_part_that_did_not_come_whole_is_unknown(content: bytes) -> None:
    one, two = split(KIND, content, JOBS)
    assert two.fate is Fate.UNKNOWN
    assert one.fate is Fate.DONE


@pytest.mark.parametrize("content", [b"", FIRST[:-9], FIRST, FIRST + b"--b-"])
def test_without_the_line_that_ends_it_not_even_the_first_part_came_whole(content: bytes) -> None:
    assert [each.fate for each in split(KIND, content, JOBS)] == [Fate.UNKNOWN, Fate.UNKNOWN]


@pytest.mark.parametrize("kind", ["", "text/html", "multipart/mixed"])
def test_an_answer_that_is_no_batch_leaves_all_parts_unknown(kind: str) -> None:
    assert [each.fate for each in split(kind, FIRST + SECOND + b"--b--", JOBS)] == [Fate.UNKNOWN, Fate.UNKNOWN]


@given(st.integers(0, len(FIRST + SECOND)))
def test_no_cut_makes_an_answer_that_was_not_given(cut: int) -> None:
    one, two = split(KIND, (FIRST + SECOND + b"--b--\r\n")[:cut], JOBS)
    assert one.fate in {Fate.DONE, Fate.UNKNOWN}
    assert two.fate in {Fate.DONE, Fate.UNKNOWN}
    assert one.body in ({}, {"id": "x"})


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_any_content_goes_through_a_batch_unchanged(texts: list[str]) -> None:
    jobs = [Job("POST", URL, {}, json.dumps({"summary": text}).encode()) for text in texts]
    answers = b"".join(part(number, "200 OK", job.body.decode()) for number, job in enumerate(jobs))
    assert [each.body["summary"] for each in split(KIND, answers + b"--b--", jobs)] == texts
