"""What `status` says of the daemon; each text stands in tests/golden/daemon (`AGENDAD_GOLDEN=write pytest`)."""

from __future__ import annotations

import os
import select
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from agendad.app.status import Status
from agendad.cli.commands.status import as_json as status_json
from agendad.cli.commands.status import as_text
from agendad.cli.health import as_json, as_lines, daemon_of
from agendad.errors import AlreadyRunning
from agendad.service.control import Server
from agendad.service.health import Health

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDEN = Path(__file__).parents[2] / "golden" / "daemon"
PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BROKEN = "rules/a.yaml:4:5: error[unknown-key]: unknown key `evry`\n   |\n 4 |     evry: day\n   |     ^^^^\n"
FRESH = Health(pid=1234, started=NOW - timedelta(days=3), loaded=NOW - timedelta(hours=2), due=NOW)
WELL = replace(FRESH, last=NOW - timedelta(minutes=2), seconds=0.34, due=NOW + timedelta(minutes=3), cycles=9)
CASES = {
    "none": None,
    "busy": AlreadyRunning("the daemon is busy"),
    "fresh": FRESH,
    "well": WELL,
    "late": replace(WELL, late=7.1 * 3600, seconds=95.0),
    "slow": replace(WELL, late=60.0, seconds=42.4),
    "trouble": replace(WELL, trouble="Google: cannot be reached", hint="is this machine online?", failures=1),
    "trouble-for-long": replace(WELL, trouble="Google: cannot be reached", failures=40),
    "broken": replace(WELL, broken=BROKEN),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_daemon_reads_well(name: str) -> None:
    path = GOLDEN / f"{name}.txt"
    shown = "".join(f"{line}\n" for line in as_lines(CASES[name], PARIS, broken=False))
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_a_diagnostic_that_stands_above_is_not_shown_twice() -> None:
    shown = as_lines(CASES["broken"], PARIS, broken=True)
    assert shown[-1] == "  it goes on with the rules of Mon 23 Nov 07:00: newer ones have an error"


def test_in_json_a_daemon_is_null_busy_or_all_of_its_health_in_the_zone() -> None:
    assert as_json(None, PARIS) is None
    assert as_json(CASES["busy"], PARIS) == {"busy": True}
    found = as_json(WELL, PARIS)
    assert found is not None
    assert (found["busy"], found["pid"], found["failures"]) == (False, 1234, 0)
    assert (found["last"], found["due"]) == ("2026-11-23T08:58:00+01:00", "2026-11-23T09:03:00+01:00")
    assert found.keys() == {"busy", *WELL.as_json()}
    fresh = as_json(FRESH, PARIS)
    assert fresh is not None
    assert fresh["last"] is None


@contextmanager
def listening(state: Path, answer: dict[str, Any]) -> Iterator[None]:
    """The socket of a daemon that answers so."""
    server, ends = Server(state, lambda _: answer), threading.Event()

    def serve() -> None:
        while not ends.is_set():
            if select.select([server], [], [], 0.01)[0]:
                server.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()
        server.close()


def test_the_daemon_of_a_state_folder_is_asked(tmp_path: Path) -> None:
    with listening(tmp_path, {"health": WELL.as_json(), "before": WELL.as_json()}):
        assert daemon_of(tmp_path) == WELL
    assert daemon_of(tmp_path) is None
    assert daemon_of(tmp_path / "missing") is None


def test_a_daemon_at_work_holds_status_up_for_two_seconds_at_most(tmp_path: Path) -> None:
    server = Server(tmp_path, lambda _: {})
    try:
        assert isinstance(daemon_of(tmp_path), AlreadyRunning)
    finally:
        server.close()


def test_a_daemon_of_another_version_can_be_asked() -> None:
    newer = {**WELL.as_json(), "mood": "good"}
    assert Health.from_json(newer) == WELL
    older = {name: value for name, value in WELL.as_json().items() if name not in {"reloads", "last"}}
    assert Health.from_json(older) == replace(WELL, last=None)


def test_status_tells_until_when_the_calendar_takes_no_writes() -> None:
    found = Status((), None, None, stopped=NOW)
    line = "the calendar's limit of use is reached: nothing is written until 2026-11-23 09:00\n"
    assert line in as_text(found, None, PARIS)
    assert status_json(found, None, PARIS)["stopped_until"] == "2026-11-23T09:00:00+01:00"
