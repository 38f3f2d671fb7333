"""`agendad away`, `pause` and `resume`: what they note, what follows from it, and what they answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from project import Project

RULE = ("block: Deep work", "every: weekday", "at: 09:00-12:00", "except: away")
DEC = ("2026-12-24", "2027-01-03")


def decisions(project: Project) -> dict[str, object]:
    found: dict[str, object] = json.loads((project.state / "decisions.json").read_text())
    return found


# ---------------------------------------------------------------- away


def test_days_away_are_noted_once_and_rules_keep_them_free(project: Project) -> None:
    project.rule(*RULE)
    assert project.ok("away", "2026-11-25", "2026-11-26").out == "away 25–26 November 2026\n"
    assert project.ok("away", "2026-11-25", "2026-11-26").out == "already noted: away 25–26 November 2026\n"
    assert decisions(project)["absences"] == [{"from": "2026-11-25", "to": "2026-11-26"}]
    assert project.plan().days("r") == ["2026-11-23", "2026-11-24", "2026-11-27"]


def test_absences_that_touch_are_one_and_one_day_alone_is_a_day(project: Project) -> None:
    project.ok("away", *DEC)
    project.ok("away", "today")
    assert project.ok("away", "2026-12-20", "2026-12-23").out == "away 20 December 2026 – 3 January 2027\n"
    done = project.ok("away", "2026-12-31", "--json")
    assert done.json == {
        "version": 1,
        "absences": [{"from": "2026-11-23", "to": "2026-11-23"}, {"from": "2026-12-20", "to": "2027-01-03"}],
        "changed": False,
    }


def test_days_that_are_taken_back_leave_the_rest_of_the_absence(project: Project) -> None:
    project.ok("away", *DEC)
    assert project.ok("away", "--remove", "2026-12-30").out == "no longer away: 30 December 2026\n"
    assert project.ok("away", "--remove", "2026-12-30").out == "no absence was noted: 30 December 2026\n"
    done = project.ok("away")
    assert done.out == "24–29 December 2026\n31 December 2026 – 3 January 2027\n"
    assert project.ok("away", "--json").json["absences"][1] == {"from": "2026-12-31", "to": "2027-01-03"}


def test_the_list_holds_what_is_not_over(project: Project) -> None:
    assert "no absence is noted" in project.ok("away").err
    assert "that is past" in project.ok("away", "2026-11-02", "2026-11-06").err
    project.ok("away", "2026-11-20", "2026-11-23")
    assert project.ok("away").out == "20–23 November 2026\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-12-32",), "FROM `2026-12-32`: december 2026 has 31 days"),
        (("2026-12-24", "soon"), "TO `soon`: expected a date"),
        (("2027-01-03", "2026-12-24"), "did you mean `agendad away 2026-12-24 2027-01-03`?"),
        (("2062-12-24",), "more than ten years ahead"),
        (("--remove",), "--remove needs the days"),
    ],
)
def test_days_that_cannot_be_are_refused_and_nothing_is_noted(project: Project, words, said) -> None:
    done = project.run("away", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert not (project.state / "decisions.json").exists()


# ---------------------------------------------------------------- pause, resume


def test_nothing_is_written_in_a_pause_and_everything_after_it(project: Project) -> None:
    project.rule(*RULE)
    assert project.ok("pause").out == "paused: nothing is written until `agendad resume`\n"
    assert project.ok("pause").out == "already paused: nothing is written until `agendad resume`\n"
    project.apply()
    assert project.own() == {}
    assert "paused" in project.ok("status").out
    assert project.ok("resume").out == "resumed: the next `agendad apply` writes again\n"
    assert project.ok("resume").out == "there is no pause\n"
    project.apply()
    assert len(project.own()) == 5


def test_a_pause_ends_by_itself_at_its_instant(project: Project) -> None:
    project.rule(*RULE)
    assert "until 2026-11-24 08:00" in project.ok("pause", "2026-11-24T08:00").out
    assert "paused: nothing is written until 2026-11-24 08:00\n" in project.ok("status").out
    assert project.ok("status", "--json").json["paused_until"] == "2026-11-24T08:00:00+01:00"
    project.apply(now="2026-11-24T07:59")
    assert project.own() == {}
    project.apply(now="2026-11-24T08:00")
    assert len(project.own()) == 5


def test_a_pause_at_work_gets_the_new_end_and_says_itself_in_json(project: Project) -> None:
    project.ok("pause")
    done = project.ok("pause", "2h", "--json", now="2026-11-23T09:00")
    assert done.json == {
        "version": 1,
        "paused": True,
        "since": "2026-11-23T08:00:00+01:00",
        "until": "2026-11-23T11:00:00+01:00",
        "changed": True,
    }
    done = project.ok("resume", "--json", now="2026-11-23T10:00")
    assert done.json == {"version": 1, "paused": False, "since": None, "until": None, "changed": True}
    assert decisions(project)["pauses"] == []


def test_a_pause_that_would_end_before_it_begins_is_refused(project: Project) -> None:
    done = project.run("pause", "today")
    assert (done.status, done.out) == (2, "")
    assert "not after now" in done.err


# ---------------------------------------------------------------- all three


@pytest.mark.parametrize("words", [("away", *DEC), ("pause",), ("resume",)])
def test_with_a_broken_rule_nothing_is_noted(project: Project, words) -> None:
    project.rule("block: Deep work", "evry: weekday")
    done = project.run(*words, "--json")
    assert done.status == 1
    assert done.json["problems"]
    assert not project.state.exists()


def test_status_tells_absences_to_come_in_one_line(project: Project) -> None:
    project.ok("away", *DEC)
    project.ok("away", "2026-11-25")
    assert "away: 25 November 2026, 24 December 2026 – 3 January 2027\n" in project.ok("status").out
    assert project.ok("status", "--json").json["absences"] == [
        {"from": "2026-11-25", "to": "2026-11-25"},
        {"from": "2026-12-24", "to": "2027-01-03"},
    ]
    assert "away" not in project.ok("status", now="2027-01-04T08:00").out
