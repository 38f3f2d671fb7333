"""`agendad log`: what was done to events and drafts, in one list, and the filters of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_json import differences, documented
from test_language_drafts import EVE, OTHER, THANKS, Office

from agendad.ledger import Ledger
from agendad.ledger.logbook import Asked, lines
from agendad.model.identity import uid

if TYPE_CHECKING:
    from pathlib import Path as Folder

GOLDEN = Path(__file__).parents[1] / "golden" / "log"
KEY = "thanks/pilot@x"
FOCUS = "focus/2026-11-24"


@pytest.fixture
def kept(tmp_path: Folder) -> Office:
    """Blocks that were written on Monday, one of them moved aside, and a draft."""
    office = Office(tmp_path)
    office.rule(*THANKS, name="thanks")
    office.rule("block: Focus", "every: weekday", "lasts: 1h", "between: 09:00-12:00", name="focus")
    office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
    office.apply(now="2026-11-23T08:00")
    office.apply(now="2026-11-23T15:30")
    office.event("2026-11-24 09:00-10:30", "Board", uid="board@x")
    office.apply(now="2026-11-23T16:00")
    return office


def told(office: Office, *words: str) -> list[tuple[str, str]]:
    """(action, key) of the entries."""
    found = office.ok("log", "--json", *words, now="2026-11-25T08:00").json
    both = sorted([*found["entries"], *found["drafts"]], key=lambda each: -each["run"])
    return [(each["action"], each["key"]) for each in both]


def test_events_and_drafts_stand_in_one_list_newest_first(kept: Office) -> None:
    shown = kept.ok("log", now="2026-11-25T08:00").out
    path = GOLDEN / "log.txt"
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
    assert told(kept)[:2] == [("update", FOCUS), ("create", KEY)]
    assert ("create", FOCUS) in told(kept)[2:]


def test_json_tells_of_a_draft_to_whom_and_when(kept: Office) -> None:
    shown = kept.ok("log", "--json", "--key", KEY).json
    assert not differences(documented("log"), shown)
    (draft,) = shown["drafts"]
    assert (draft["to"], draft["subject"]) == ([EVE], "Pilot: next steps")
    assert (draft["due"], draft["status"]) == ("2026-11-23T15:30:00+01:00", "done")


def test_a_draft_that_was_taken_back_is_told_twice(tmp_path: Folder) -> None:
    office = Office(tmp_path)
    office.rule(*THANKS, name="thanks")
    office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
    office.apply(now="2026-11-23T15:30")
    office.ok("undo", "--yes", now="2026-11-23T15:40")
    shown = office.ok("log", now="2026-11-25T08:00").out
    assert told(office) == [("delete", KEY), ("create", KEY)]
    assert "  undo, run 2\n  × draft" in shown
    assert "taken back by `agendad undo`" in shown
    explained = office.ok("explain", KEY, now="2026-11-23T15:50").out
    assert "what was done, newest first:" in explained
    assert "+ draft  Pilot: next steps" in explained


def test_every_given_filter_has_to_hold(kept: Office) -> None:
    everything = told(kept)
    assert told(kept, "--rule", "thanks") == [("create", KEY)]
    assert told(kept, "--key", FOCUS) == [("update", FOCUS), ("create", FOCUS)]
    assert told(kept, "--action", "update") == [("update", FOCUS)]
    assert told(kept, "--action", "create", "--key", FOCUS) == [("create", FOCUS)]
    assert told(kept, "--action", "delete") == []
    assert told(kept, "--since", "2026-11-23") == everything
    assert told(kept, "--since", "2026-11-24") == []
    assert told(kept, "--until", "2026-11-23") == everything
    assert told(kept, "--until", "2026-11-22") == []
    assert told(kept, "-n", "1") == [("update", FOCUS)]
    assert told(kept, "-n", "2") == [("update", FOCUS), ("create", KEY)]
    assert told(kept, "--failed") == []


def test_one_run_can_be_asked_for(kept: Office) -> None:
    with Ledger.read(kept.state) as ledger:
        assert [line.key for line in lines(ledger, Asked(run=2))] == [KEY]


def test_failed_are_those_that_were_not_done(kept: Office) -> None:
    kept.rule("block: Notes", "on: friday", "every: week", "at: 08:00-09:00", name="notes")
    blocked = kept.calendars / "personal" / f"{uid('notes/2026-W48')}.ics"
    blocked.mkdir()
    (blocked / "file").touch()
    assert kept.run("apply", now="2026-11-23T17:00").status == 4
    assert told(kept, "--failed") == [("create", "notes/2026-W48")]
    assert "[conflict: " in kept.ok("log", "--failed").out


@pytest.mark.parametrize("words", [("--action", "move"), ("--until", "soon"), ("--since", "yesterdayish")])
def test_what_is_no_filter_is_refused(kept: Office, words: tuple[str, ...]) -> None:
    assert kept.run("log", *words).status == 2


def test_an_empty_list_says_whether_anything_was_done_at_all(kept: Office, tmp_path: Folder) -> None:
    assert kept.ok("log", "--until", "2026-11-01").err == "nothing of that kind\n"
    assert Office(tmp_path / "other").ok("log").err == "nothing was done yet\n"
