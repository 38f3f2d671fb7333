"""Notices on the desktop: a small program named notify-send stands first in PATH and writes down what it is given."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from agendad.service.journal import JsonJournal
from agendad.service.notice import DesktopNotice, open_notice

if TYPE_CHECKING:
    from pathlib import Path


def notify_send(folder: Path, does: str) -> dict[str, str]:
    """An environment with such a program."""
    program = folder / "notify-send"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus"}


def journal() -> tuple[JsonJournal, io.StringIO]:
    out = io.StringIO()
    return JsonJournal(out, lambda: datetime(2026, 11, 23, 8, tzinfo=UTC)), out


def test_a_notice_is_one_call_with_the_bus_of_the_desktop(tmp_path: Path) -> None:
    writes = f'printf "%s\\n" "$@" "$DBUS_SESSION_BUS_ADDRESS" > {tmp_path}/given'
    to, out = journal()
    DesktopNotice(to, notify_send(tmp_path, writes)).tell("-rules have 1 error", "a.yaml:4: <b> & \\n\n`every`\x1b")
    assert (tmp_path / "given").read_text() == (
        "--app-name=agendad\n--\n-rules have 1 error\na.yaml:4: &lt;b&gt; &amp; \\\\n\n`every` \nunix:path=/run/bus\n"
    )
    assert not out.getvalue()


@pytest.mark.parametrize(
    ("does", "why"),
    [("exit 1", "finds no desktop"), ("exec sleep 60", "got no answer"), (None, "is not installed")],
)
def test_what_keeps_notices_from_being_shown_is_said_once_and_holds_nothing_up(
    tmp_path: Path, does: str | None, why: str
) -> None:
    to, out = journal()
    environ = {"PATH": str(tmp_path)} if does is None else notify_send(tmp_path, does)
    notice = DesktopNotice(to, environ)
    for _ in range(2):
        began = time.monotonic()
        notice.tell("summary", "body")
        assert time.monotonic() - began < 1.5
    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["text"] == f"`notice: desktop` has no effect: notify-send {why}"


def test_a_program_that_cannot_be_started_is_said_too(tmp_path: Path) -> None:
    to, out = journal()
    environ = notify_send(tmp_path, "")
    (tmp_path / "notify-send").write_text("#!/no/such/shell\n")
    DesktopNotice(to, environ).tell("summary", "body \0")
    assert "cannot be started" in out.getvalue()


def test_without_notices_nothing_is_started(tmp_path: Path) -> None:
    to, out = journal()
    environ = notify_send(tmp_path, f"touch {tmp_path}/given")
    open_notice(to, environ, desktop=False).tell("summary", "body")
    assert not (tmp_path / "given").exists()
    assert not out.getvalue()
    open_notice(to, environ, desktop=True).tell("summary", "body")
    assert (tmp_path / "given").exists()
