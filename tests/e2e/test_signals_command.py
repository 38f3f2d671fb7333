"""`agendad signals` through the command line: every `when:` rule with its reading, in agreement with what it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from project import invite
from test_json import differences, documented

if TYPE_CHECKING:
    from project import Project

BOB, EVE = "bob@example.com", "eve@other.org"
RULES = """
lapse: {block: Ask for a one-on-one, when: {none: {meeting: one-on-one}, in: 14d}, lasts: 15m, between: working hours}
outside: {block: Look outside, when: {share: {meeting: internal}, in: 30d, above: 70%}, lasts: 30m}
focus: {block: Defend it, when: {hours: {rule: deep-work}, in: week, below: 10h}, lasts: 15m}
deep-work: {block: Deep work, every: [tue, wed], at: 09:00-12:00}
"""


def signals(project: Project, now: str = "") -> dict[str, dict[str, Any]]:
    return {each["rule"]: each for each in project.ok("signals", "--json", now=now).json["signals"]}


def test_every_rule_says_what_it_measures_those_that_hold_first(project: Project) -> None:
    project.rules(RULES)
    project.event("2026-11-02 10:00-11:00", "Bob / Ada", *invite(BOB))
    project.event("2026-11-05 10:00-13:00", "Pitch", *invite(EVE, "adam@other.org"))
    project.apply(now="2026-11-10T08:00")
    found = signals(project)
    assert [(rule, each["active"]) for rule, each in found.items()] == [
        ("lapse", True),
        ("focus", True),
        ("outside", False),
    ]
    assert (found["lapse"]["value"], found["lapse"]["since"], found["lapse"]["unit"]) == (21, "2026-11-16", "days")
    assert found["lapse"]["text"] == "no one-on-ones for 21 days, and none planned; last: “Bob / Ada”"
    assert (found["outside"]["value"], found["outside"]["bound"], found["outside"]["since"]) == (25, 70, None)
    assert found["focus"]["unit"] == "minutes"
    assert found["focus"]["title"] == "Defend it"


def test_since_is_the_day_in_the_key_of_what_the_rule_makes(project: Project) -> None:
    project.rules(RULES)
    project.event("2026-11-02 10:00-11:00", "Bob / Ada", *invite(BOB))
    project.apply(now="2026-11-10T08:00")
    project.apply(now="2026-11-16T12:00")
    keys = [key for key in project.own() if key.startswith("lapse/")]
    since = signals(project, now="2026-11-16T12:00")["lapse"]["since"]
    assert keys == [f"lapse/{since}"]


def test_an_episode_keeps_its_day_while_it_lasts(project: Project) -> None:
    project.rules(RULES)
    project.event("2026-09-01 10:00-11:00", "Bob / Ada", *invite(BOB))
    project.apply(now="2026-09-10T08:00")
    project.apply(now="2026-09-16T08:00")
    assert signals(project, now="2026-09-16T08:00")["lapse"]["since"] == "2026-09-15"
    assert signals(project, now="2026-11-23T08:00")["lapse"]["since"] == "2026-09-15"


def test_a_planned_event_speaks_against_it(project: Project) -> None:
    project.rules(RULES)
    project.event("2026-11-30 10:00-11:00", "Bob / Ada", *invite(BOB))
    found = signals(project)["lapse"]
    assert (found["active"], found["text"]) == (False, "no one-on-ones yet, but planned on Mon 30 Nov")


def test_the_text_is_in_the_language_of_the_person(project: Project) -> None:
    project.rules(RULES)
    project.configure(language="fr")
    project.event("2026-11-20 10:00-11:00", "Bob / Ada", *invite(BOB))
    assert "réunions internes : 100 % du temps de réunions" in project.ok("signals").out
    assert "actif depuis le lun. 23 nov." in project.ok("signals").out


def test_disabled_rules_are_left_out_and_without_any_there_is_an_example(project: Project) -> None:
    project.rule("block: B", "when: {none: {meeting: any}, in: 7d}", "lasts: 15m", "enabled: false")
    assert signals(project) == {}
    assert "when: {none: {meeting: one-on-one}, in: 30d}" in project.ok("signals").out


def test_the_output_has_the_documented_names(project: Project) -> None:
    project.rules(RULES)
    real = project.ok("signals", "--json").json
    assert real["signals"]
    assert not differences(documented("signals"), real)
