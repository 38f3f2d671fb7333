"""The log of the daemon: where notes go, how they look there, and what is kept out of them."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import pty
import socket
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.service.journal import (
    JsonJournal,
    PrefixedJournal,
    Sparing,
    SystemdJournal,
    TextJournal,
    open_journal,
    trace_of,
    with_libraries,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.service.journal import Journal

START = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Europe/Paris"))


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time


class Server:
    """The socket of a journal, and what was sent there."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(5)

    def received(self) -> dict[str, str]:
        """The fields of the next datagram, read as the protocol says."""
        data, found = self.socket.recv(1 << 20), {}
        while data:
            line, _, data = data.partition(b"\n")
            name, equals, value = line.partition(b"=")
            if not equals:
                length = int.from_bytes(data[:8], "little")
                value, data = data[8 : 8 + length], data[9 + length :]
            found[name.decode()] = value.decode()
        return found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path / "socket")
    with made.socket:
        yield made


def test_a_line_on_a_terminal_has_the_time_the_text_and_the_facts_that_say_something() -> None:
    out = io.StringIO()
    TextJournal(out, Clock(), colour=False).note("info", "cycle", "2 changes made", created=2, failed=0, seconds=0.4)
    assert out.getvalue() == "2026-11-23 08:00:00  2 changes made  (created=2 seconds=0.4)\n"


def test_the_level_is_told_in_words_and_by_colour_only_where_there_is_colour() -> None:
    plain, coloured = io.StringIO(), io.StringIO()
    TextJournal(plain, Clock(), colour=False).note("warning", "cycle", "no network")
    TextJournal(coloured, Clock(), colour=True).note("warning", "cycle", "no network")
    assert plain.getvalue() == "2026-11-23 08:00:00  warning: no network\n"
    assert coloured.getvalue() == "2026-11-23 08:00:00  \x1b[33mwarning: no network\x1b[0m\n"


def test_a_text_of_several_lines_stays_below_itself_and_cannot_drive_the_terminal() -> None:
    out = io.StringIO()
    TextJournal(out, Clock(), colour=False).note("error", "reload", "a\nb\x1b]0;title\x07\u202e", file="x\ny")
    assert out.getvalue() == (
        "2026-11-23 08:00:00  error: a\n" + " " * 21 + "b\ufffd]0;title\ufffd\ufffd  (file=x y)\n"
    )


def test_elsewhere_each_note_is_a_json_object_on_a_line() -> None:
    out = io.StringIO()
    JsonJournal(out, Clock()).note("info", "cycle", "done: é\n\ud800", created=2, last=True)
    assert out.getvalue().count("\n") == 1
    assert out.getvalue().isascii()
    assert json.loads(out.getvalue()) == {
        "time": "2026-11-23T08:00:00+01:00",
        "level": "info",
        "event": "cycle",
        "text": "done: é\n\ud800",
        "facts": {"created": 2, "last": True},
    }


def test_under_systemd_a_note_is_fields_of_the_journal(server: Server) -> None:
    SystemdJournal(server.path, io.StringIO()).note("warning", "reload", "first\nsecond é", file="rules/a.yaml", line=4)
    assert server.received() == {
        "MESSAGE": "first\nsecond é",
        "PRIORITY": "4",
        "SYSLOG_IDENTIFIER": "agendad",
        "AGENDAD_EVENT": "reload",
        "AGENDAD_FILE": "rules/a.yaml",
        "AGENDAD_LINE": "4",
    }


def test_a_note_that_is_too_large_loses_its_facts_first_and_then_the_end_of_its_text(server: Server) -> None:
    errors = io.StringIO()
    journal = SystemdJournal(server.path, errors)
    journal.note("info", "cycle", "short", large="x" * 10_000_000)
    journal.note("info", "cycle", "long " * 2_000_000)
    assert server.received() == {
        "MESSAGE": "short",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "agendad",
        "AGENDAD_EVENT": "cycle",
    }
    assert server.received()["MESSAGE"] == "long " * 200
    assert not errors.getvalue()


def test_without_the_socket_of_the_journal_each_line_on_stderr_carries_its_priority(tmp_path: Path) -> None:
    errors = io.StringIO()
    SystemdJournal(str(tmp_path / "none"), errors).note("error", "reload", "first\nsecond", line=4)
    assert errors.getvalue() == "<3>first\n<3>second  (line=4)\n"


def test_a_journal_that_stands_still_does_not_hold_up_the_work(server: Server) -> None:
    errors = io.StringIO()
    journal = SystemdJournal(server.path, errors)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as full:
        full.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while full.sendto(b"x", server.path):
                pass
        journal.note("info", "cycle", "done")
    assert errors.getvalue() == "<6>done\n"


def test_a_stream_that_cannot_be_written_stops_nothing() -> None:
    closed = io.StringIO()
    closed.close()
    with contextlib.suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as full:
        for stream in (closed, full):
            TextJournal(stream, Clock(), colour=False).note("info", "cycle", "done")
            JsonJournal(stream, Clock()).note("info", "cycle", "done")
            PrefixedJournal(stream).note("info", "cycle", "done")


# ------------------------------------------------------------ what is let through


def lines(out: io.StringIO) -> list[tuple[str, dict[str, object]]]:
    return [(each["text"], each["facts"]) for each in map(json.loads, out.getvalue().splitlines())]


def test_the_same_warning_is_told_once_an_hour_with_how_often_it_was_not() -> None:
    out, clock = io.StringIO(), Clock()
    journal = Sparing(JsonJournal(out, clock), clock)
    for minutes in range(0, 7 * 24 * 60, 5):
        clock.time = START + timedelta(minutes=minutes)
        journal.note("warning", "cycle", "no network")
    assert lines(out) == [("no network", {}), *[("no network", {"repeated": 11})] * (7 * 24 - 1)]


def test_another_text_another_event_and_plain_notes_are_told_each_time() -> None:
    out, clock = io.StringIO(), Clock()
    journal = Sparing(JsonJournal(out, clock), clock)
    journal.note("error", "cycle", "a")
    journal.note("error", "cycle", "b")
    journal.note("error", "reload", "a")
    journal.note("info", "cycle", "c")
    journal.note("info", "cycle", "c")
    assert [text for text, _ in lines(out)] == ["a", "b", "a", "c", "c"]


def test_a_clock_that_was_set_back_silences_nothing() -> None:
    out, clock = io.StringIO(), Clock()
    journal = Sparing(JsonJournal(out, clock), clock)
    journal.note("error", "cycle", "a")
    clock.time -= timedelta(days=2)
    journal.note("error", "cycle", "a")
    assert len(lines(out)) == 2


def test_what_is_remembered_of_told_warnings_stays_small() -> None:
    out, clock = io.StringIO(), Clock()
    journal = Sparing(JsonJournal(out, clock), clock)
    for number in range(1000):
        journal.note("warning", "cycle", f"number {number}")
    journal.note("warning", "cycle", "number 999")
    journal.note("warning", "cycle", "number 0")
    assert len(lines(out)) == 1001


def test_no_secret_comes_through_neither_in_the_text_nor_in_a_fact() -> None:
    out, clock = io.StringIO(), Clock()
    text = "GET https://x/y?access_token=CANARY&q=1, Bearer CANARY, ya29.CANARY, 1//CANARY, eyJh.CANARY"
    text += ' {"id_token": "CANARY", "code": 3}'
    Sparing(JsonJournal(out, clock), clock).note("info", "cycle", text, url=text)
    assert "CANARY" not in out.getvalue()
    assert "https://x/y?access_token=***&q=1" in out.getvalue()


def test_debug_notes_are_for_those_who_ask(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+", encoding="utf-8") as log:
        open_journal({}, log, Clock()).note("debug", "tick", "quiet")
        open_journal({"AGENDAD_LOG": "debug"}, log, Clock()).note("debug", "tick", "loud")
        log.seek(0)
        assert [json.loads(line)["text"] for line in log] == ["loud"]


# ------------------------------------------------------------ where it goes


def test_systemd_is_known_by_the_device_and_inode_of_stderr(tmp_path: Path, server: Server) -> None:
    with (tmp_path / "stderr").open("w+", encoding="utf-8") as stderr:
        found = os.fstat(stderr.fileno())
        ours = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        open_journal(ours, stderr, Clock(), socket_path=server.path).note("info", "start", "ready")
        assert server.received()["MESSAGE"] == "ready"
        # the variable is inherited by programs whose stderr leads elsewhere
        other = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino + 1}"}
        open_journal(other, stderr, Clock(), socket_path=server.path).note("info", "start", "ready")
        stderr.seek(0)
        assert json.loads(stderr.read())["text"] == "ready"


@pytest.mark.parametrize(
    ("environ", "shown"),
    [
        ({"TERM": "xterm"}, "\x1b[31merror: broken\x1b[0m"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "error: broken"),
        ({"TERM": "dumb"}, "error: broken"),
    ],
)
def test_a_terminal_gets_lines_with_colour_unless_that_is_not_wanted(environ: dict[str, str], shown: str) -> None:
    master, slave = pty.openpty()
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        open_journal(environ, terminal, Clock()).note("error", "reload", "broken")
        assert os.read(master, 1000).decode() == f"2026-11-23 08:00:00  {shown}\r\n"
    os.close(master)


def test_a_stream_without_a_file_is_taken_as_no_terminal() -> None:
    out = io.StringIO()
    open_journal({"JOURNAL_STREAM": "1:2"}, out, Clock()).note("info", "start", "ready")
    assert json.loads(out.getvalue())["event"] == "start"


# ------------------------------------------------------------ what libraries say


def told_by_libraries(journal: Journal) -> None:
    with with_libraries(journal):
        logging.getLogger("urllib3.connectionpool").warning("Retrying (%r) after '%s' x %d", "CANARY", "CANARY", 3)
        logging.getLogger("library").info("not worth a line")
        logging.getLogger("apscheduler.scheduler").warning('Run time of job "%s" was missed by %s', "tick", 3)
        (ours,) = (each for each in logging.getLogger().handlers if "agendad" in type(each).__module__)
        unfit = {"name": "library", "levelno": logging.ERROR, "msg": "does not %d fit", "args": ("CANARY",)}
        ours.handle(logging.makeLogRecord(unfit))
        try:
            int("CANARY")
        except ValueError:
            logging.getLogger("library").exception("it failed")


def test_libraries_are_heard_from_warnings_on_without_what_they_work_on() -> None:
    out = io.StringIO()
    told_by_libraries(JsonJournal(out, Clock()))
    logging.getLogger("library").addHandler(logging.NullHandler())
    logging.getLogger("library").warning("said to nobody any more")
    assert "CANARY" not in out.getvalue()
    told = lines(out)
    assert [text for text, _ in told] == [
        "Retrying ('…') after '…' x 3",
        'Run time of job "tick" was missed by 3',
        "does not %d fit",
        "it failed",
    ]
    facts = told[-1][1]
    assert (facts["logger"], facts["error"]) == ("library", "ValueError")
    assert str(facts["at"]).startswith(f"{__name__}:")


def test_a_fault_is_told_by_where_it_came_from_and_never_by_what_it_says() -> None:
    try:
        try:
            int("CANARY")
        except ValueError as error:
            raise KeyError("CANARY") from error
    except KeyError as error:
        kind, place, cause, deeper = trace_of(error).splitlines()
    assert (kind, cause) == ("KeyError", "ValueError")
    name = "test_a_fault_is_told_by_where_it_came_from_and_never_by_what_it_says"
    for each in (place, deeper):
        assert each.startswith(f"  {__name__}:")
        assert each.endswith(f" in {name}")


def test_the_journal_costs_little_memory() -> None:
    """Against Python with what APScheduler brings along anyway: less than half a MiB more."""
    program = (
        "import json, logging, re, socket, apscheduler.schedulers.background, resource\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "import agendad.service.journal\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 512
