"""What the daemon shows to monitoring."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agendad import __version__
from agendad.service.health import Health
from agendad.service.metrics import LONGEST_REQUEST, answer, complete, exposition

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CANARY = 'canary "\\\n'
FRESH = Health(pid=7, started=NOW - timedelta(hours=1), loaded=NOW - timedelta(minutes=30), due=NOW)
WELL = replace(
    FRESH,
    due=NOW + timedelta(minutes=5),
    last=NOW - timedelta(seconds=2.5),
    seconds=0.25,
    late=1.5,
    cycles=12,
    created=3,
    updated=2,
    deleted=1,
    drafted=4,
    withdrawn=1,
    missed=5,
    reloads=2,
)
ILL = replace(WELL, broken=CANARY, trouble=CANARY, hint=CANARY, failures=3)


def samples(health: Health) -> dict[str, float]:
    """Every sample by its name with its labels, as the parser of Prometheus's own client reads them."""
    return {
        each.name + "".join(f"[{value}]" for value in each.labels.values()): each.value
        for family in text_string_to_metric_families(exposition(health))
        for each in family.samples
    }


def test_prometheus_reads_every_number() -> None:
    assert samples(WELL) == {
        f"agendad_build_info[{__version__}]": 1,
        "agendad_start_timestamp_seconds": NOW.timestamp() - 3600,
        "agendad_cycles_total": 12,
        "agendad_last_cycle_timestamp_seconds": NOW.timestamp() - 2.5,
        "agendad_cycle_duration_seconds": 0.25,
        "agendad_lateness_seconds": 1.5,
        "agendad_due_timestamp_seconds": NOW.timestamp() + 300,
        "agendad_failures": 0,
        "agendad_rules_broken": 0,
        "agendad_rules_loaded_timestamp_seconds": NOW.timestamp() - 1800,
        "agendad_reloads_total": 2,
        "agendad_events_written_total[create]": 3,
        "agendad_events_written_total[update]": 2,
        "agendad_events_written_total[delete]": 1,
        "agendad_drafts_written_total[make]": 4,
        "agendad_drafts_written_total[withdraw]": 1,
        "agendad_writes_missed_total": 5,
    }


def test_every_metric_has_its_help_and_its_type() -> None:
    families = list(text_string_to_metric_families(exposition(WELL)))
    assert all(family.documentation for family in families)
    kinds = {family.name: family.type for family in families}
    assert kinds["agendad_cycles"] == "counter"
    assert kinds["agendad_failures"] == "gauge"
    assert set(kinds.values()) == {"counter", "gauge"}


def test_before_the_first_cycle_there_is_nothing_of_a_last_one() -> None:
    found = samples(FRESH)
    assert found["agendad_cycles_total"] == 0
    assert not {"agendad_last_cycle_timestamp_seconds", "agendad_cycle_duration_seconds"} & set(found)


def test_what_is_wrong_is_a_number_and_never_a_text() -> None:
    found = samples(ILL)
    assert (found["agendad_failures"], found["agendad_rules_broken"]) == (3, 1)
    assert "canary" not in exposition(ILL)
    assert b"canary" not in answer(b"GET /healthz HTTP/1.1\r\n\r\n", ILL, NOW)


def asked(line: str, health: Health = WELL, now: datetime = NOW) -> tuple[int, dict[str, str], str]:
    """Status, fields and body of the answer to a request line."""
    head, _, body = answer(f"{line}\r\nHost: 127.0.0.1:9464\r\n\r\n".encode(), health, now).partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    version, status, _ = first.split(" ", 2)
    assert version == "HTTP/1.1"
    return int(status), dict(each.split(": ", 1) for each in fields), body.decode()


def test_metrics_are_served_with_the_type_that_prometheus_asks_for() -> None:
    status, fields, body = asked("GET /metrics HTTP/1.1")
    assert (status, body) == (200, exposition(WELL))
    assert fields["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert fields["Content-Length"] == str(len(body.encode()))
    assert fields["Connection"] == "close"
    assert asked("GET /metrics?name%5B%5D=x HTTP/1.0")[0] == 200


def test_head_has_the_fields_of_get_and_no_body() -> None:
    for path in ("/metrics", "/healthz", "/other"):
        _, got, _ = asked(f"GET {path} HTTP/1.1")
        status, fields, body = asked(f"HEAD {path} HTTP/1.1")
        assert (fields, body) == (got, "")
        assert status == (404 if path == "/other" else 200)


@pytest.mark.parametrize(
    ("health", "now", "status", "body"),
    [
        (WELL, NOW, 200, "ok\n"),
        (WELL, WELL.due + timedelta(minutes=2), 200, "ok\n"),
        (WELL, WELL.due + timedelta(minutes=3), 503, "the next cycle is overdue\n"),
        (replace(WELL, failures=1), NOW, 503, "the last cycle failed\n"),
        (ILL, NOW, 503, "the last 3 cycles failed\n"),
        (FRESH, NOW, 503, "no cycle yet\n"),
        (replace(WELL, broken="a.yaml:1:1: error"), NOW, 200, "ok\n"),
    ],
)
def test_health_is_whether_the_cycles_do_their_work_in_time(
    health: Health, now: datetime, status: int, body: str
) -> None:
    found, _, text = asked("GET /healthz HTTP/1.1", health, now)
    assert (found, text) == (status, body)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("GET / HTTP/1.1", 404),
        ("GET /metrics/ HTTP/1.1", 404),
        ("POST /metrics HTTP/1.1", 405),
        ("DELETE /healthz HTTP/1.1", 405),
        ("GET /metrics", 400),
        ("GET /metrics HTTP/2", 400),
        ("get /metrics HTTP/1.1", 400),
        ("\x16\x03\x01", 400),
        ("", 400),
    ],
)
def test_anything_else_is_refused(line: str, status: int) -> None:
    assert asked(line)[0] == status


def test_a_refused_method_is_told_which_are_not() -> None:
    assert asked("PUT /metrics HTTP/1.1")[1]["Allow"] == "GET, HEAD"


def test_a_request_is_complete_with_its_empty_line_and_too_large_without_one() -> None:
    begun = b"GET /metrics HTTP/1.1\r\n"
    assert not complete(begun)
    assert answer(begun, WELL, NOW).startswith(b"HTTP/1.1 400 ")
    assert complete(begun + b"\r\n")
    large = begun + b"X: " + b"x" * LONGEST_REQUEST
    assert complete(large)
    assert answer(large, WELL, NOW).startswith(b"HTTP/1.1 431 ")


def test_the_operations_guide_names_every_metric() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name.partition("[")[0] for name in samples(WELL)} <= set(re.findall(r"agendad_\w+", guide))
