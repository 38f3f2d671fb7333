"""`agendad explain`: what a person reads of a block, a draft, a rule and a day (`AGENDAD_GOLDEN=write pytest`).

Each text stands in tests/golden/explain. It is Tuesday 2026-11-24, 08:00, after a cycle on Monday.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_json import differences
from test_language_drafts import OTHER, Office

if TYPE_CHECKING:
    from pathlib import Path as Folder

GOLDEN = Path(__file__).parents[1] / "golden" / "explain"
PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8")
NOW = "2026-11-24T08:00"
ASKED = {
    "placed": "focus/2026-11-25",
    "moved": "focus/2026-11-24",
    "shrunk": "deep/2026-11-25",
    "outranked": "long/2026-11-26",
    "no-room": "strategy/2026-W48",
    "gave-way": "admin/2026-11-25",
    "satisfied": "gym/2026-W48",
    "left-out": "walk/2026-11-26",
    "moved-by-hand": "walk/2026-11-27",
    "state-that-holds": "reach-out",
    "state-that-does-not": "busy-week",
    "draft-late": "thanks/pilot@x",
    "draft-to-come": "thanks/dinner@x",
    "day": "2026-11-25",
    "day-off": "2026-11-28",
}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A week with a bit of everything."""
    office = Office(tmp_path_factory.mktemp("week"))
    office.rules("""
        deep: {block: Deep work, every: weekday, at: 09:00-11:00, yield: shrink, priority: 1}
        focus: {block: Focus, every: weekday, lasts: 1h, between: 11:00-13:00}
        long: {block: Long read, every: thursday, lasts: 2h, between: 11:00-13:00, priority: 4}
        strategy: {block: Strategy, every: week, "on": wed, lasts: 4h, between: 13:00-18:00, gap: 10m}
        admin: {block: Admin, every: weekday, at: 16:00-16:30, yield: skip}
        gym: {block: Gym, every: week, lasts: 1h, satisfied_by: {title: tennis}}
        walk: {block: Walk, every: weekday, at: 18:00-18:30, except: 2026-11-26}
        reach-out: {block: Reach out, when: {none: {title: lunch}, in: 30d}, lasts: 30m}
        busy-week: {block: Breathe, when: {hours: {meeting: any}, in: week, above: 40h}, lasts: 1h}
        thanks: {draft: note.md.j2, after: {meeting: external}, delay: 30m, within: 2h, to: attendees}
    """)
    office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
    office.event("2026-11-25 10:00-11:00", "Board", *OTHER, uid="board@x")
    office.event("2026-11-25 14:30-16:15", "Review", uid="review@x")
    office.event("2026-11-25 20:00-22:00", "Dinner", *OTHER, uid="dinner@x")
    office.event("2026-11-26 19:00-20:00", "Tennis", uid="tennis@x")
    office.apply(now="2026-11-23T08:00")
    office.edit("walk/2026-11-27", to="2026-11-27 17:00-17:30")
    office.event("2026-11-24 11:00-12:00", "Interview", uid="interview@x")
    office.apply(now=NOW)
    return office


@pytest.mark.parametrize("name", ASKED)
def test_what_a_person_would_ask_is_answered(week: Office, name: str) -> None:
    shown = week.ok("explain", ASKED[name], now=NOW).out
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def documented(begins: str) -> object:
    """The part of the section of `explain` whose example begins so."""
    section = PAGE.partition("## `explain`")[2].partition("\n## ")[0]
    (found,) = (text for text in re.findall(r"```json\n(.*?)```", section, re.DOTALL) if text.startswith(begins))
    return json.loads(found)


def test_json_has_the_documented_names_in_its_parts_too(week: Office) -> None:
    shown = week.ok("explain", ASKED["outranked"], "--json", now=NOW).json
    assert shown["blocks"][0]["tried"]["taken"]
    assert not differences(documented('{"minutes"'), shown["blocks"][0]["tried"])
    shown = week.ok("explain", ASKED["day"], "--json", now=NOW).json
    assert shown["day"]["events"]
    assert not differences(documented('{"day"'), shown["day"])
    shown = week.ok("explain", ASKED["state-that-does-not"], "--json", now=NOW).json
    assert (shown["blocks"], bool(shown["state"]), shown["day"]) == ([], True, None)


def test_with_broken_rules_what_was_recorded_is_told_and_nothing_is_made_up(tmp_path: Folder) -> None:
    office = Office(tmp_path)
    office.rule("block: Focus", "every: weekday", "at: 09:00-10:00", name="focus")
    office.apply()
    office.rule("block: Focus", "evry: weekday", "at: 09:00-10:00", name="focus")
    assert "every weekday" in office.ok("explain", "focus/2026-11-24").out
    done = office.run("explain", "2026-11-24")
    assert (done.status, done.out) == (2, "")
    assert "the last good cycle recorded nothing of `2026-11-24`" in done.err
