"""The clock, the folders, the questions: what a command is given."""

from __future__ import annotations

import argparse
import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.cli.context import Context, Instant, make_context
from agendad.cli.progress import Meter, progress
from agendad.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

PARIS = ZoneInfo("Europe/Paris")


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def context(
    *, interactive: bool = False, quiet: bool = False, stdin: str = "", stderr: io.StringIO | None = None
) -> Context:
    return Context(
        config=None,
        state=None,
        instant=None,
        json=False,
        quiet=quiet,
        colour=False,
        colour_errors=False,
        interactive=interactive,
        stdin=io.StringIO(stdin),
        stdout=io.StringIO(),
        stderr=stderr or io.StringIO(),
    )


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("2026-11-23T08:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23 08:00:30", "2026-11-23T08:00:30+01:00"),
        ("2026-11-23T08:00:00+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00+01:00"),
        ("2026-11-23t08:00z", "2026-11-23T09:00:00+01:00"),
        ("2026-11-23T08:00:00.25-05:00", "2026-11-23T14:00:00.250000+01:00"),
        ("2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),  # skipped in spring: forward by the gap
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),  # twice in autumn: the first
    ],
)
def test_an_instant_is_told_in_the_zone_of_the_configuration(text: str, there: str) -> None:
    assert Instant.parse(text).in_zone(PARIS).isoformat() == there


@pytest.mark.parametrize(
    "text", ["", "now", "08:00", "2026-11-23", "20261123T080000Z", "2026-W48-1T08:00", "2026-11-23T08", "1763884800"]
)
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="is not an instant") as caught:
        Instant.parse(text)
    assert "2026-11-23T08:00" in caught.value.hint


@pytest.mark.parametrize("text", ["2026-02-30T08:00", "2026-11-23T25:00", "2026-11-23T08:61"])
def test_an_instant_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=text):
        Instant.parse(text)


def test_without_an_instant_the_clock_is_the_machines() -> None:
    before = datetime.now(UTC)
    now = context().clock(PARIS).now()
    assert before <= now <= before + timedelta(seconds=10)
    assert now.tzinfo is PARIS


@pytest.mark.parametrize(
    ("environ", "colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_and_never_under_no_color(environ: Mapping[str, str], *, colour: bool) -> None:
    args = argparse.Namespace(config=None, state=None, now=None, json=False, quiet=False)
    made = make_context(args, environ, (io.StringIO(), Terminal(), io.StringIO()))
    assert (made.colour, made.colour_errors) == (colour, False)


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES \n", True), ("\n", False), ("", False), ("no\n", False)]
)
def test_only_a_clear_yes_is_a_yes(answer: str, *, agreed: bool) -> None:
    asked = context(interactive=True, stdin=answer)
    assert asked.confirm("remove 3 events?") is agreed
    assert isinstance(asked.stderr, io.StringIO)
    assert asked.stderr.getvalue() == "remove 3 events? [y/N] "


def test_nobody_is_asked_away_from_a_terminal() -> None:
    silent = context(interactive=False)
    assert silent.confirm("remove 3 events?") is False
    assert isinstance(silent.stderr, io.StringIO)
    assert silent.stderr.getvalue() == ""


def test_remarks_are_left_out_when_quiet_and_warnings_are_not() -> None:
    stream = io.StringIO()
    quiet = context(quiet=True, stderr=stream)
    quiet.say("reading 12 calendars")
    quiet.warn("one event was passed over")
    assert stream.getvalue() == "agendad: warning: one event was passed over\n"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["a pipe", "a terminal, but the work was quick"])
def test_no_progress_is_drawn(stream: io.StringIO) -> None:
    with progress(context(stderr=stream), "reading") as meter:
        meter(1, 2)
        meter(2, 2)
    assert stream.getvalue() == ""


def test_long_work_on_a_terminal_shows_how_far_it_is() -> None:
    stream = Terminal()
    meter = Meter("reading calendars", stream, patience=0)
    meter(2, 10)
    meter(3, 10)
    meter.stop()
    assert "reading calendars" in stream.getvalue()
    assert "3/10" in stream.getvalue()


def test_progress_can_be_told_in_steps() -> None:
    stream = Terminal()
    meter = Meter("writing", stream, patience=0)
    meter.advance(50)
    meter.advance(7)
    meter.stop()
    assert "57/?" in stream.getvalue()
