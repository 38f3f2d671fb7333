"""`agendad simulate`: the same as the daemon would do, hour by hour, and nothing real is changed."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from project import Project, invite

from agendad.app.apply import cycle
from agendad.app.home import Home

if TYPE_CHECKING:
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")

RULES = """
    deep-work:
      block: Deep work
      every: weekday
      at: 09:00-12:00
      yield: shrink
    reading:
      block: Reading
      every: weekday
      lasts: 30m
      between: 12:00-14:00
      prefer: latest
      show_as: auto
    review:
      block: Review
      every: week
      on: fri
      lasts: 45m
      between: 13:00-18:00
    walk:
      block: Walk
      after: {meeting: any, lasts: ">= 1h"}
      lasts: 15m
      within: 1h
    follow-up:
      draft: thanks.md.j2
      after: {meeting: external}
      delay: 30m
      within: 48h
      to: external attendees
"""
THANKS = """\
---
subject: "{{ event.title }}: thank you"
---
Hello {{ person.first_name }},

thank you for {{ event.title }}.
"""


@pytest.fixture
def office(project: Project) -> Project:
    """Rules of several kinds, and meetings that they have to live with."""
    project.rules(RULES)
    project.write("templates/thanks.md.j2", THANKS)
    project.configure(mail="{provider: maildir, path: Mail/}")
    for folder in ("cur", "new", "tmp"):
        (project.config / "Mail" / folder).mkdir(parents=True)
    project.event("2026-11-24 10:00-11:30", "Board", *invite("chair@example.org", organizer="chair@example.org"))
    project.event("2026-11-27 14:00-17:00", "Workshop", *invite("bob@example.com"))
    project.event("2026-11-26 12:00-14:00", "Lunch")
    project.event("2026-12-01 09:00-12:00", "Stand-up", "RRULE:FREQ=DAILY;COUNT=3")
    return project


def simulate(project: Project, *words: str, first: str = "2026-11-23", last: str = "2026-12-06") -> dict[str, Any]:
    report: dict[str, Any] = project.ok("simulate", "--from", first, "--to", last, "--json", *words).json
    return report


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def at(event: Any, name: str) -> date | datetime:
    moment: date | datetime = event[name].dt
    return moment


def drafts(folder: Path) -> dict[str, tuple[str, str]]:
    """Recipients and text of each mail below a folder that is a draft of ours, by its key."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            body = mail.get_body(("plain",))
            assert body is not None
            found[str(mail["X-Agendad-Key"])] = (str(mail["To"]), body.get_content())
    return found


def own_events(data: bytes) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for event in icalendar.Calendar.from_ical(data).walk("VEVENT"):
        if "X-AGENDAD-KEY" in event:
            when = (str(at(event, "DTSTART")), str(at(event, "DTEND")))
            look = (str(event["SUMMARY"]), str(event.get("TRANSP")), str(event["X-AGENDAD-DIGEST"]))
            found[str(event["X-AGENDAD-KEY"])] = (*when, *look)
    return found


@pytest.mark.parametrize("hours", [4, pytest.param(1, marks=pytest.mark.soak)])
def test_two_weeks_end_as_they_do_when_the_daemon_runs(office: Project, hours: int) -> None:
    out = office.root / "out"
    simulate(office, "--every", f"{hours}h", "--out", str(out))
    simulated = own_events((out / "calendar.ics").read_bytes())
    home = Home(office.config, office.state)
    loaded = home.load()
    start = datetime(2026, 11, 23, tzinfo=PARIS)
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, start)
        for hour in range(0, 14 * 24, hours):
            cycle(desk, start + timedelta(hours=hour)).check()
    real: dict[str, tuple[str, ...]] = {}
    for path in office.files():
        real |= own_events(path.read_bytes())
    assert len(simulated) == 20
    assert simulated == {key: fields for key, fields in real.items() if fields[0] < "2026-12-07"}
    assert drafts(out / "drafts") == drafts(office.config / "Mail" / ".Drafts" / "cur") != {}


def test_nothing_real_is_written(office: Project) -> None:
    office.apply()
    gc.collect()  # the databases of that apply are closed
    before = files(office.root)
    simulate(office, "--every", "6h", "--seed", "5", "--sends")
    assert files(office.root) == before


def test_the_same_course_gives_the_same_bytes(office: Project) -> None:
    runs = []
    for name in ("one", "two", "three"):
        out = office.root / name / "out"
        out.parent.mkdir()
        simulate(office, "--every", "6h", "--seed", "7" if name != "three" else "8", "--sends", "--out", str(out))
        runs.append(files(out))
    assert runs[0] == runs[1]
    assert runs[0]["report.json"] != runs[2]["report.json"]


def test_another_reader_sees_all_events_and_the_marks_of_our_own(office: Project) -> None:
    out = office.root / "out"
    report = simulate(office, "--every", "12h", "--out", str(out))
    calendar = icalendar.Calendar.from_ical((out / "calendar.ics").read_bytes())
    found = recurring_ical_events.of(calendar).between(date(2026, 11, 23), date(2026, 12, 7))
    assert len(found) == len(calendar.walk("VEVENT"))
    assert calendar.errors == []
    by_key = {str(event["X-AGENDAD-KEY"]): event for event in found if "X-AGENDAD-KEY" in event}
    assert {
        key: (str(event["SUMMARY"]), at(event, "DTSTART").isoformat(), at(event, "DTEND").isoformat())
        for key, event in by_key.items()
    } == {block["key"]: (block["title"], block["start"], block["end"]) for block in report["blocks"]}
    others = sorted((str(e["SUMMARY"]), f"{at(e, 'DTSTART'):%d %H:%M}") for e in found if "X-AGENDAD-KEY" not in e)
    assert others == [
        ("Board", "24 10:00"),
        ("Lunch", "26 12:00"),
        ("Stand-up", "01 09:00"),
        ("Stand-up", "02 09:00"),
        ("Stand-up", "03 09:00"),
        ("Workshop", "27 14:00"),
    ]


def test_the_counts_are_those_of_the_blocks(office: Project) -> None:
    report = simulate(office, "--every", "12h")
    assert (report["from"], report["to"], report["cycles"]) == ("2026-11-23", "2026-12-06", 28)
    for rule in report["rules"]:
        stand = [block for block in report["blocks"] if block["rule"] == rule["rule"]]
        by_month = {month: sum(b["start"].startswith(month) for b in stand) for month in ("2026-11", "2026-12")}
        assert {month: numbers["blocks"] for month, numbers in rule["months"].items()} == by_month
        assert rule["total"]["blocks"] == len(stand)
        assert sum(rule["reasons"].values()) == rule["total"]["skipped"] + rule["total"]["on_purpose"]
    assert {rule["rule"]: rule["total"]["blocks"] for rule in report["rules"]} == {
        "deep-work": 7,  # a stand-up fills three mornings
        "reading": 9,  # a lunch fills one midday
        "review": 2,
        "walk": 2,
        "follow-up": 0,
    }
    assert {change["action"] for change in report["changes"]} == {"create"}
    assert len(report["changes"]) == len(report["blocks"])
    assert {each["key"] for each in report["skipped"]} >= {"deep-work/2026-12-01", "reading/2026-11-26"}


def test_reasons_of_past_blocks_say_why_they_stood_there(office: Project) -> None:
    blocks = {block["key"]: block["why"] for block in simulate(office, "--every", "12h")["blocks"]}
    assert any("shortened from 3h to 1h" in why for why in blocks["deep-work/2026-11-24"])


def test_own_blocks_of_the_past_are_taken_up_and_stay(office: Project) -> None:
    office.apply()
    report = simulate(office, "--every", "12h", first="2026-11-20", last="2026-11-27")
    standing = {key: str(at(event, "DTSTART")) for key, event in office.own().items()}
    blocks = {block["key"]: block["start"].replace("T", " ") for block in report["blocks"]}
    assert {key: start for key, start in blocks.items() if key in standing} == {
        key: start for key, start in standing.items() if start < "2026-11-28"
    }
    changed = {change["key"]: change["action"] for change in report["changes"]}
    assert "delete" not in changed.values()
    assert {key for key, action in changed.items() if action == "create"} == {
        "deep-work/2026-11-20",
        "reading/2026-11-20",
        "review/2026-W47",
    }


def test_a_limit_is_told_and_the_person_says_yes(office: Project) -> None:
    office.apply()
    office.rules("reading: {block: Reading, every: weekday, lasts: 30m, between: '12:00-14:00'}")
    office.configure(limits="{writes_per_cycle: 200, deletes_per_cycle: 2}")
    report = simulate(office, "--every", "12h")
    (refused,) = report["refused"]
    assert refused["at"] == "2026-11-23T00:00:00+01:00"
    assert "more than the 2 allowed" in refused["message"]
    assert {block["rule"] for block in report["blocks"]} == {"reading"}


def test_the_page_asks_for_nothing_and_its_links_lead_to_files(office: Project) -> None:
    out = office.root / "out"
    simulate(office, "--every", "12h", "--out", str(out))
    html = (out / "report.html").read_text("utf-8")
    assert "<script" not in html
    assert "http" not in html.replace("http-equiv", "")
    assert "deep-work" in html
    assert sorted(path.name for path in out.iterdir()) == ["calendar.ics", "drafts", "report.html", "report.json"]


# ---------------------------------------------------------------- the folder


def test_an_earlier_simulation_is_replaced_and_anything_else_is_refused(office: Project) -> None:
    out = office.root / "out"
    simulate(office, "--every", "24h", "--out", str(out))
    first = files(out)
    simulate(office, "--every", "12h", "--out", str(out))
    assert files(out) != first
    (out / "notes.txt").write_text("mine")
    for place in (out, office.config, out / "notes.txt"):
        done = office.run("simulate", "--from", "2026-11-23", "--to", "2026-11-24", "--out", str(place))
        assert done.status == 2
        assert "hint: name a folder that does not exist yet" in done.err
    assert (out / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in office.root.iterdir()) == ["config", "out"]


def test_a_place_that_cannot_be_written_is_told(office: Project) -> None:
    (office.root / "file").write_text("")
    done = office.run("simulate", "--from", "2026-11-23", "--to", "2026-11-24", "--out", str(office.root / "file/out"))
    assert done.status == 2
    assert "file" in done.err


def test_an_interrupted_simulation_leaves_nothing(office: Project) -> None:
    out = office.root / "out"
    words = ["simulate", "--from", "2026-11-23", "--to", "2031-01-01", "--out", str(out), "--every", "5m"]
    process = subprocess.Popen(
        [sys.executable, "-m", "agendad", *words, "--config", str(office.config), "--state", str(office.state)],
        stderr=subprocess.PIPE,
        env={**os.environ, "HOME": str(office.root)},
    )
    try:
        deadline = time.monotonic() + 30
        while not (office.root / ".out.new" / "drafts").is_dir() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    # Python ends by the signal itself when it came in the middle of an `exec`, as in the import of a data class
    assert process.returncode in {130, -signal.SIGINT}, err
    assert b"interrupted" in err
    assert sorted(path.name for path in office.root.iterdir()) == ["config"]


# ---------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-12-06", "--to", "2026-11-23"), "ends before it begins"),
        (("--from", "2026-11-23", "--to", "2032-11-23"), "longer than 5 years"),
        (("--from", "2026-11-23", "--to", "2026-11-24", "--every", "4m"), "--every is between 5m and 24h"),
        (("--from", "2026-11-23", "--to", "2026-11-24", "--every", "25h"), "--every is between 5m and 24h"),
        (("--from", "2026-11-23", "--to", "2026-11-24", "--every", "soon"), "--every soon"),
        (("--from", "23.11.2026", "--to", "2026-11-24"), "--from 23.11.2026"),
        (("--from", "2026-11-23"), "--to"),
        (("--from", "2026-11-23", "--to", "2026-11-24", "--seed", "-1"), "--seed -1"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_hint(office: Project, words: tuple[str, ...], said: str) -> None:
    done = office.run("simulate", *words)
    assert done.status == 2
    assert said in done.err
    assert done.out == ""


def test_a_broken_rule_stops_it_with_its_place(office: Project) -> None:
    office.rules("deep-work: {block: Deep work, evry: weekday}")
    done = office.run("simulate", "--from", "2026-11-23", "--to", "2026-11-24", "--out", str(office.root / "out"))
    assert done.status == 1
    assert "rules/work.yaml:3" in done.err
    assert not (office.root / "out").exists()
