"""`agendad test`: for every construct of the language a test that passes, and one with a wrong expectation that fails.

Each case is a rule with a described day. The right expectation proves that the construct can be tested, the wrong one
that the test can fail, and `told` that the failure says what a person needs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from project import Project, command

if TYPE_CHECKING:
    from project import Done

BOARD = '{title: Board, at: "2026-11-24 14:00-16:00", attendees: [chair@example.org], uid: board}'
TEMPLATE = (
    '---\nsubject: "{{ event.title }}: thank you"\n---\nHello {{ person.first_name }},\n\nthank you for coming.\n'
)
PLAIN = '---\nsubject: "A word"\n---\nHello {{ person.first_name }}.\n'
TEAM = """\
people:
  bob: {name: Bob Builder, emails: [bob@example.com], groups: [team], tier: 1}
  grace: {name: Grace Hopper, emails: [grace@example.org], groups: [team], tier: 1, language: fr}
"""


@dataclass(frozen=True)
class Case:
    """A rule `r` (and maybe others), a day, what is right to expect of it, what is wrong, what the failure says."""

    name: str
    rules: str
    right: str
    wrong: str
    told: str
    over: str = "2026-11-24"
    more: str = ""
    events: str = "[]"
    files: dict[str, str] = field(default_factory=dict)
    judged: str = "[r]"

    def text(self) -> str:
        """The test file: both expectations on the same day."""
        head = f"version: 1\nnow: 2026-11-23T08:00\nevents: {self.events}\n"
        return head + "tests:\n" + self._test("right", self.right) + self._test("wrong", self.wrong)

    def _test(self, name: str, expect: str) -> str:
        more = indent(dedent(self.more), "    ")
        return f"  - name: {name}\n    rules: {self.judged}\n    over: {self.over}\n{more}    expect: {expect}\n"


CASES = [
    Case(
        "every: a day",
        "r: {block: Think, every: weekday, at: 09:00-12:00}",
        '{blocks: [{rule: r, at: "09:00-12:00", title: Think}]}',
        '{blocks: [{rule: r, at: "09:00-11:00", title: Thinking}]}',
        "wanted 2026-11-24 09:00-11:00 | came   2026-11-24 09:00-12:00 | wanted Thinking | every weekday",
    ),
    Case(
        "every: a period",
        "r: {block: Review, every: week, on: fri, lasts: 45m, between: 13:00-18:00, prefer: fri 16:00}",
        '{blocks: [{rule: r, key: r/2026-W48, at: "2026-11-27 16:00-16:45"}]}',
        "{blocks: []}",
        "a block of `r` came that was not wanted | 2026-11-27 16:00-16:45 | 1 of 1 preferences met",
        over="2026-11-23..2026-11-29",
    ),
    Case(
        "every: a period beyond the horizon",
        "r: {block: Goals, every: quarter, on: mon, lasts: 2h, between: 09:00-12:00, prefer: earliest}",
        '{blocks: [{rule: r, key: r/2027-Q2, at: "2027-04-05 09:00-11:00"}]}',
        '{blocks: [{rule: r, at: "2027-04-12 09:00-11:00"}]}',
        "wanted 2027-04-12 09:00-11:00 | came   2027-04-05 09:00-11:00",
        over="2027-04-01..2027-04-30",
    ),
    Case(
        "every: with holidays left out",
        "r: {block: Think, every: weekday, at: 09:00-12:00, except: holidays}",
        "{blocks: [], skipped: [{rule: r, key: r/2026-12-25, because: [holiday, except]}]}",
        "{blocks: [], skipped: [{rule: r, because: away}]}",
        "contains  wanted away | left out by `except:`",
        over="2026-12-25",
    ),
    Case(
        "after: an event",
        'r: {block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 1h}',
        '{blocks: [{rule: r, at: "16:00", key: r/board}]}',
        '{blocks: [{rule: r, at: "16:00", key: r/other}]}',
        "key       wanted r/other | came   r/board | after “Board”",
        events=f"[{BOARD}]",
    ),
    Case(
        "after: an event of a series",
        "r: {block: Notes, after: {title: staff}, lasts: 15m}",
        "{blocks: [{rule: r, key: r/staff@20261124T100000Z}, {rule: r, key: r/staff@20261201T100000Z}]}",
        "{blocks: [{rule: r, key: r/staff@20261124T100000Z}]}",
        "came that was not wanted | 2026-12-01 12:00-12:15",
        over="2026-11-24..2026-12-06",
        events='[{title: Staff, at: "2026-11-10 11:00-12:00", every: tuesday, uid: staff, attendees: [bob]}]',
    ),
    Case(
        "before: an event",
        "r: {block: Prepare, before: {title: Board}, lasts: 30m, lead: 1 day}",
        '{blocks: [{rule: r, at: "2026-11-23 14:00-14:30"}]}',
        "{blocks: []}",
        "before “Board”",
        over="2026-11-23..2026-11-24",
        events=f"[{BOARD}]",
    ),
    Case(
        "after: busy time",
        "r: {block: Break, after: {busy: 2h}, lasts: 15m}",
        '{blocks: [{rule: r, at: "16:00-16:15"}]}',
        '{blocks: [{rule: r, at: "15:00-15:15"}]}',
        "2h of busy time without a break",
        events=f"[{BOARD}]",
    ),
    Case(
        "after: another rule, which is taken along unjudged",
        "first: {block: Deep work, every: weekday, at: 09:00-12:00}\n"
        "r: {block: Stretch, after: {rule: first}, lasts: 15m}",
        '{blocks: [{rule: r, at: "12:00-12:15"}]}',
        "{blocks: []}",
        "after “Deep work”",
    ),
    Case(
        "beside: a rule that is in the way",
        "deep: {block: Deep work, every: weekday, at: 09:00-12:00, priority: 1}\n"
        "r: {block: Read, every: weekday, lasts: 30m, between: 09:00-13:00, prefer: earliest}",
        '{blocks: [{rule: r, at: "12:00-12:30"}]}',
        '{blocks: [{rule: r, at: "09:00-09:30"}]}',
        "came   2026-11-24 12:00-12:30",
        more="beside: all\n",
    ),
    Case(
        "steps: a programme",
        "r: {starting: 2026-11-23, lasts: 1h, between: 09:00-18:00, steps: "
        "[{on: day 2, block: List}, {on: day 3, block: Sort}]}",
        "{blocks: [{rule: r, key: r/step-1, title: List}, {rule: r, title: Sort}]}",
        "{blocks: [{rule: r, title: List}, {rule: r, title: Drop}]}",
        "title     wanted Drop | came   Sort",
        over="2026-11-24..2026-11-25",
    ),
    Case(
        "when: a state of the calendar",
        "r: {block: Ask for a talk, when: {none: {meeting: one-on-one}, in: 14d}, lasts: 30m, between: 09:00-18:00}",
        "{blocks: [{rule: r}]}",
        "{blocks: []}",
        "a block of `r` came that was not wanted",
        over="2026-11-23..2026-11-30",
    ),
    Case(
        "for_each: people",
        'r: {block: "Coffee with {{ person.first_name }}", every: week, for_each: {group: team}, lasts: 30m, '
        "between: 14:00-17:00}",
        "{blocks: [{rule: r, key: r/2026-W48/bob, title: Coffee with Bob}, {rule: r, title: Coffee with Grace}]}",
        "{blocks: [{rule: r, title: Coffee with Bob}]}",
        "Coffee with Grace",
        over="2026-11-23..2026-11-29",
    ),
    Case(
        "with: a choice, which the contacts decide",
        'r: {block: "Coffee with {{ person.first_name }}", every: week, with: {group: team}, lasts: 30m, '
        "between: 14:00-17:00}",
        "{blocks: [{rule: r, title: Coffee with Grace}]}",
        "{blocks: [{rule: r, title: Coffee with Bob}]}",
        "wanted Coffee with Bob | came   Coffee with Grace",
        over="2026-11-23..2026-11-29",
        more='mail: [{to: bob, at: "2026-11-20 10:00"}]\n',
    ),
    Case(
        "protect: hold and violation",
        'r: {protect: Evenings, every: weekday, at: 18:00-22:00, allow: {title: "/urgent/i"}}',
        '{blocks: [{rule: r, at: "18:00-22:00"}], violations: [{rule: r, title: Late, at: "19:00-20:00"}]}',
        "{violations: [{rule: r, title: Urgent}]}",
        "title     wanted Urgent | came   Late",
        events='[{title: Late, at: "2026-11-24 19:00-20:00", attendees: [bob]},'
        ' {title: URGENT, at: "2026-11-24 20:00-20:30", attendees: [bob]}]',
    ),
    Case(
        "protect: a load cap",
        "r: {protect: Enough, every: weekday, meetings: {above: 1h}}",
        "{blocks: [{rule: r}, {rule: r}]}",
        "{blocks: []}",
        "the meetings of the day pass 1h",
        events=f"[{BOARD}]",
    ),
    Case(
        "protect: a drafted reply",
        "r: {protect: Evenings, every: weekday, at: 18:00-22:00, draft: plain.md.j2}",
        "{drafts: [{rule: r, to: bob, subject: A word, contains: Hello Bob}]}",
        "{drafts: []}",
        "a draft of `r` came that was not wanted | to bob@example.com",
        over="2026-11-23",
        events='[{title: Late, at: "2026-11-24 19:00-20:00", attendees: [bob], organizer: bob,'
        " response: needs-action}]",
        files={"templates/plain.md.j2": PLAIN},
    ),
    Case(
        "yield, and the reason of what has no place",
        "r: {block: Think, every: weekday, at: 14:00-15:00, yield: skip}",
        "{blocks: [], skipped: [{rule: r, because: gave way to “Board”}]}",
        '{blocks: [{rule: r, at: "14:00-15:00"}]}',
        "no block of `r` came | r/2026-11-24: every weekday; gave way to “Board”",
        events=f"[{BOARD}]",
    ),
    Case(
        "satisfied_by: an event of the person's own",
        "r: {block: Sport, every: day, lasts: 1h, between: 18:00-22:00, satisfied_by: {title: tennis}}",
        "{blocks: [], skipped: [{rule: r, because: stands in the calendar already}]}",
        "{blocks: [{rule: r}]}",
        "“Tennis” on 2026-11-24 stands in the calendar already",
        events='[{title: Tennis, at: "2026-11-24 19:00-20:00", calendar: family}]',
    ),
    Case(
        "what a block looks like",
        "r: {block: Think, every: weekday, at: 09:00-12:00, kind: focus, show_as: free, notes: Phone off, place: Home, "
        "visibility: private, remind: [10m, 1h], color: sage}",
        "{blocks: [{rule: r, kind: focus, show_as: free, contains: Phone off, place: Home, visibility: private, "
        "remind: [10m, 1h], color: sage}]}",
        "{blocks: [{rule: r, kind: away, show_as: busy, contains: Phone on, place: Office, remind: none, color: red}]}",
        "wanted away | wanted busy | wanted Phone on | wanted Office | wanted none | came   10m, 1h | wanted red",
    ),
    Case(
        "days: an all-day block",
        "r: {block: Offsite, every: first monday of month, lasts: 2 days}",
        "{blocks: [{rule: r, at: 2026-12-07..2026-12-08}]}",
        "{blocks: [{rule: r, at: 2026-12-07}]}",
        "wanted 2026-12-07 | came   2026-12-07..2026-12-08",
        over="2026-12-07..2026-12-08",
    ),
    Case(
        "the hand: moved",
        "r: {block: Think, every: weekday, at: 09:00-12:00}",
        '{blocks: [{rule: r, at: "14:00-17:00", key: r/2026-11-24}]}',
        '{blocks: [{rule: r, at: "09:00-12:00"}]}',
        "stays where the person put it",
        events='[{title: Think, at: "2026-11-24 14:00-17:00", rule: r, moved: true}]',
    ),
    Case(
        "the hand: renamed",
        "r: {block: Think, every: weekday, at: 09:00-12:00}",
        '{blocks: [{rule: r, at: "09:00-12:00", title: Write}]}',
        "{blocks: [{rule: r, title: Think}]}",
        "keeps what the person changed: title",
        events='[{title: Write, at: "2026-11-24 09:00-12:00", rule: r, renamed: true}]',
    ),
    Case(
        "the hand: deleted",
        "r: {block: Think, every: weekday, at: 09:00-12:00}",
        "{blocks: [], skipped: [{rule: r, because: deleted by the person}]}",
        "{blocks: [{rule: r}]}",
        "deleted by the person",
        more="deleted: [r/2026-11-24]\n",
    ),
    Case(
        "absences",
        "r: {block: Think, every: weekday, at: 09:00-12:00, except: away}",
        '{blocks: [{rule: r, at: "2026-11-25 09:00-12:00"}]}',
        "{blocks: []}",
        "2026-11-25 09:00-12:00",
        over="2026-11-24..2026-11-25",
        more="absences: [2026-11-24]\n",
    ),
    Case(
        "draft: after an event",
        "r: {draft: thanks.md.j2, after: {meeting: external}, delay: 30m, to: external attendees}",
        '{drafts: [{rule: r, to: chair@example.org, due: "16:30", subject: "Board: thank you", late: false, '
        "contains: [thank you for coming]}]}",
        '{drafts: [{rule: r, to: bob, due: "16:00", subject: Thanks, contains: [Regards]}]}',
        "wanted 2026-11-24 16:00 | came   2026-11-24 16:30 | wanted bob@example.com | came   chair@example.org | "
        "wanted Regards | came   Hello",
        events=f"[{BOARD}]",
        files={"templates/thanks.md.j2": TEMPLATE},
    ),
    Case(
        "draft: not when the person has written",
        "r: {draft: thanks.md.j2, after: {meeting: external}, delay: 30m, to: external attendees}",
        "{drafts: [], skipped: [{rule: r, because: written by themselves}]}",
        "{drafts: [{rule: r}]}",
        "no draft of `r` came | the person has written by themselves",
        events=f"[{BOARD}]",
        more='now: 2026-11-24T16:25\nmail: [{to: chair@example.org, at: "2026-11-24 16:20"}]\n',
        files={"templates/thanks.md.j2": TEMPLATE},
    ),
    Case(
        "draft: late, from a day before now",
        "r: {draft: thanks.md.j2, after: {meeting: external}, within: 4h, to: external attendees}",
        "{drafts: [{rule: r, late: true}]}",
        "{drafts: [{rule: r, late: false}]}",
        "late      wanted false | came   true",
        over="2026-11-24..2026-11-25",
        events=f"[{BOARD}]",
        more="now: 2026-11-25T08:00\n",
        files={"templates/thanks.md.j2": TEMPLATE},
    ),
    Case(
        "draft: one a recipient, each in their language",
        "r: {draft: plain.md.j2, every: friday, at: 09:00, to: [bob, grace], each: person}",
        "{drafts: [{rule: r, to: bob, contains: Hello Bob}, {rule: r, to: grace, contains: Bonjour Grace}]}",
        "{drafts: [{rule: r, to: bob, contains: Hello Bob}, {rule: r, to: grace, contains: Hello Grace}]}",
        "wanted Hello Grace | came   Bonjour Grace",
        over="2026-11-27",
        files={"templates/plain.md.j2": PLAIN, "templates/plain.fr.md.j2": PLAIN.replace("Hello", "Bonjour")},
    ),
    Case(
        "all rules, when none is named",
        "r: {block: Think, every: weekday, at: 09:00-12:00}\nother: {block: Lunch, every: weekday, at: 12:00-13:00}",
        "{blocks: [{rule: other}, {rule: r}]}",
        "{blocks: [{rule: r}]}",
        "a block of `other` came that was not wanted",
        judged="[r, other]",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_construct_can_be_tested_and_the_test_can_fail(project: Project, case: Case) -> None:
    project.rules(case.rules)
    project.people(TEAM)
    for name, text in case.files.items():
        project.write(name, text)
    project.write("rules/a.test.yaml", case.text())
    done = project.run("test")
    right, _, wrong = done.out.partition("  FAILED  wrong\n")
    assert done.status == 1, done.out + done.err
    assert "  ok      right\n" in right, done.out
    for part in case.told.split(" | "):
        assert part in wrong
    assert "2 tests, 1 failed" in wrong


# ---------------------------------------------------------------- what cannot be judged

UNJUDGED = [
    ("{rules: [wlak], over: 2026-11-24, expect: {blocks: []}}", "there is no rule `wlak`", "did you mean `walk`?"),
    ("{rules: [off], over: 2026-11-24, expect: {blocks: []}}", "the rule `off` is disabled", "`enabled: false`"),
    ("{rules: [walk], over: 2026-11-22, expect: {blocks: []}}", "before `now`", "nothing is planned for the past"),
    ("{rules: [walk], over: 2026-11-22..2026-11-24, expect: {blocks: []}}", "begins on 2026-11-22", "only drafts"),
    ("{rules: [walk], over: 2028-12-24, expect: {blocks: []}}", "more than two years", "bring `now` nearer"),
    ("{rules: [walk], over: 2026-11-24, expect: {}}", "nothing is judged", "`[]` means none"),
    ("{over: 2026-11-24, expect: {blocks: [{rule: gone}]}}", "of a rule `gone`", ""),
    ("{rules: [walk], beside: [wlak], over: 2026-11-24, expect: {blocks: []}}", "there is no rule `wlak`", ""),
    (
        "{over: 2026-11-24, events: [{at: 2026-11-24, attendees: [boob]}], expect: {blocks: []}}",
        "person `boob`",
        "`bob`",
    ),
    ("{over: 2026-11-24, rules: [thanks], expect: {drafts: [{rule: thanks, to: boob}]}}", "person `boob`", "`bob`"),
    ("{over: 2026-11-24, rules: [thanks], expect: {drafts: [{rule: thanks}]}}", "templates/thanks.md.j2:6", ""),
]


@pytest.mark.parametrize(("test", "message", "hint"), UNJUDGED)
def test_what_cannot_be_judged_fails_and_says_why(project: Project, test: str, message: str, hint: str) -> None:
    project.rules(
        'walk: {block: Walk, after: {meeting: any, lasts: ">= 1h"}, lasts: 15m, within: 1h}\n'
        "off: {block: Off, every: day, at: 09:00-10:00, enabled: false}\n"
        "thanks: {draft: thanks.md.j2, after: {meeting: external}, to: external attendees}\n"
    )
    nothing = "{{ event.nothing }}" if message.startswith("templates") else "thanks"
    project.write("templates/thanks.md.j2", TEMPLATE.replace("thank you for coming", nothing))
    project.people("people: {bob: {emails: [bob@example.com]}}\n")
    head = f"version: 1\nnow: 2026-11-23T08:00\nevents: [{BOARD}]\n"
    project.write("rules/a.test.yaml", f"{head}tests: [{test.replace('{', '{name: a, ', 1)}]\n")
    done = project.run("test")
    assert done.status == 1
    assert "FAILED  a" in done.out
    assert message in done.out
    assert hint in done.out


def test_the_zone_of_a_calendar_has_to_be_said(project: Project) -> None:
    project.configure(timezone="calendar")
    walk_and_test(project)
    done = project.run("test")
    assert done.status == 1
    assert "add `timezone:` to the test file" in done.out
    path = project.config / "rules/a.test.yaml"
    path.write_text(path.read_text().replace("events:", "timezone: Europe/Paris\nevents:"))
    assert project.run("test").status == 0


# ---------------------------------------------------------------- the command


def walk_and_test(project: Project, *names: str) -> None:
    """A rule `r`, and tests of it: those whose name begins with `bad` fail."""
    project.rule("block: Walk", 'after: {meeting: any, lasts: ">= 1h"}', "lasts: 15m")
    tests = "".join(
        f"  - name: {json.dumps(name, ensure_ascii=False)}\n    over: 2026-11-24\n"
        f"    expect: {{blocks: [{{rule: r, at: {'17:00' if name.startswith('bad') else '16:00'}}}]}}\n"
        for name in names or ("good",)
    )
    project.write("rules/a.test.yaml", f"version: 1\nnow: 2026-11-23T08:00\nevents: [{BOARD}]\ntests:\n{tests}")


def test_a_failure_is_shown_as_the_page_says(project: Project) -> None:
    walk_and_test(project, "good", "bad")
    done = project.run("test")
    assert done.status == 1
    assert done.out == dedent("""\
        rules/a.test.yaml
          ok      good
          FAILED  bad
                  another block of `r` came
                    at        wanted 2026-11-24 17:00
                              came   2026-11-24 16:00-16:15
                    why       after “Board” on 2026-11-24
                              placed in free time
        2 tests, 1 failed
        """)
    assert done.err == ""


def test_quiet_prints_only_what_failed(project: Project) -> None:
    walk_and_test(project, "good", "bad")
    assert "good" not in project.run("test", "--quiet").out
    assert "FAILED  bad" in project.run("test", "--quiet").out


def test_run_keeps_the_tests_in_whose_name_it_is_found(project: Project) -> None:
    walk_and_test(project, "good", "bad one", "Good two")
    done = project.run("test", "--run", "go+d")
    assert (done.status, "bad" in done.out) == (0, False)
    assert "2 tests, all passed" in done.out
    assert project.run("test", "--run", "nowhere").status == 2
    wrong = project.run("test", "--run", "(")
    assert wrong.status == 2
    assert "--run `(` is not a regular expression" in wrong.err


def test_json_tells_every_verdict(project: Project) -> None:
    walk_and_test(project, "good", "bad")
    done = project.run("test", "--json")
    assert done.status == 1
    found = done.json
    assert (found["version"], found["passed"], found["failed"], found["problems"]) == (1, 1, 1, [])
    good, bad = found["tests"]
    assert good == {
        "file": "rules/a.test.yaml",
        "line": 5,
        "name": "good",
        "passed": True,
        "trouble": "",
        "hint": "",
        "differences": [],
    }
    (difference,) = bad["differences"]
    assert difference == {
        "what": "block",
        "rule": "r",
        "wanted": "2026-11-24 17:00",
        "came": "2026-11-24 16:00-16:15, “Walk”",
        "parts": [{"name": "at", "wanted": "2026-11-24 17:00", "came": "2026-11-24 16:00-16:15"}],
        "why": ["after “Board” on 2026-11-24", "placed in free time"],
    }


def test_json_has_the_documented_names(project: Project) -> None:
    walk_and_test(project, "bad")
    page = (Path(__file__).parents[2] / "docs/json.md").read_text(encoding="utf-8")
    section = re.search(r"^## `test`.*?^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert section is not None
    assert names(json.loads(section[1])) == names(project.run("test", "--json").json)


def names(value: object) -> object:
    """The keys of a JSON value, all the way down."""
    if isinstance(value, dict):
        return {key: names(inner) for key, inner in value.items()}
    return [names(value[0])] if isinstance(value, list) and value else None


def test_junit_is_xml_whatever_a_name_holds(project: Project, tmp_path: Path) -> None:
    names = ("good <&>\"'", "bad ]]> & \u00e9 \U0001f600 & more")
    walk_and_test(project, *names)
    project.write("rules/b.test.yaml", "version: 1\nnow: 2026-11-23T08:00\ntests: [{}]\n")
    path = tmp_path / "report.xml"
    done = project.run("test", "--junit", str(path))
    assert done.status == 1
    root = ET.parse(path).getroot()  # noqa: S314  # our own file
    assert [suite.attrib["name"] for suite in root] == ["rules/a.test.yaml", "rules/b.test.yaml"]
    assert [suite.attrib["tests"] for suite in root] == ["2", "1"]
    good, bad, broken = root.iter("testcase")
    assert good.attrib == {"classname": "rules/a.test.yaml", "name": names[0], "time": "0"}
    assert bad.attrib["name"] == names[1]
    (failure,) = bad
    assert failure.tag == "failure"
    assert "wanted 2026-11-24 17:00" in (failure.text or "")
    assert [child.tag for child in broken] == ["error"]
    assert "a test needs" in (broken[0].text or "")
    assert len(list(good)) == 0
    before = path.read_bytes()
    project.run("test", "--junit", str(path))
    assert path.read_bytes() == before


def test_a_broken_file_fails_and_the_others_run(project: Project) -> None:
    walk_and_test(project)
    project.write("rules/b.test.yaml", "version: 1\ntets: []\n")
    done = project.run("test")
    assert done.status == 1
    assert "1 test, all passed" in done.out
    assert "rules/b.test.yaml:2:1: error[unknown-key]: unknown key `tets`" in done.err
    assert [each["code"] for each in project.run("test", "--json").json["problems"]] == ["unknown-key"]


def test_broken_rules_stop_it(project: Project) -> None:
    walk_and_test(project)
    project.rules("x: {blok: X}", file="x.yaml")
    done = project.run("test")
    assert (done.status, done.out) == (1, "")
    assert "unknown key `blok`" in done.err
    assert project.run("test", "--json").json["problems"]


def test_without_tests_it_says_so(project: Project) -> None:
    done = project.run("test")
    assert (done.status, done.out) == (0, "")
    assert "no rule tests" in done.err


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("rules/none.test.yaml", "there is no file"),
        ("rules/r.yaml", "is not a rule test"),
        ("templates", "no rule test in"),
    ],
)
def test_a_path_that_names_no_test_is_wrong_usage(project: Project, path: str, message: str) -> None:
    walk_and_test(project)
    (project.config / "templates").mkdir()
    done = project.run("test", str(project.config / path))
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_files_and_folders_may_be_named(project: Project) -> None:
    walk_and_test(project)
    project.write("rules/deep/b.test.yaml", (project.config / "rules/a.test.yaml").read_text())
    project.write("rules/.hidden/c.test.yaml", "")
    for paths, count in (((), 2), (("rules/deep",), 1), (("rules/deep/b.test.yaml", "rules"), 2)):
        done = project.run("test", *(str(project.config / path) for path in paths))
        assert f"{count} test{'s' * (count > 1)}, all passed" in done.out


def test_a_programme_is_tested_from_the_day_that_the_test_names(project: Project) -> None:
    """Whenever the person begins it, and so is a rule that counts its weeks; a rule without a first day stays."""
    steps = "\n  p:\n    starting: {}\n    at: 14:00-15:00\n    steps: [{{on: week 2, block: List}}]\n"
    weeks = "  w: {{block: W, every: 2 weeks on tuesday, starting: {}, at: 10:00-11:00}}\n"
    test = (
        "version: 1\nnow: 2027-01-04T08:00\nstarting: 2027-01-04\ntests:\n"
        "  - name: both begin\n    rules: [p, w]\n    over: 2027-01-04..2027-01-17\n    expect:\n      blocks:\n"
        '        - {rule: w, at: "2027-01-05 10:00-11:00"}\n        - {rule: p, at: "2027-01-11 14:00-15:00"}\n'
        "  - name: a week later\n    rules: [p, w]\n    starting: 2027-01-11\n    over: 2027-01-04..2027-01-24\n"
        '    expect:\n      blocks:\n        - {rule: w, at: "2027-01-12 10:00-11:00"}\n'
        '        - {rule: p, at: "2027-01-18 14:00-15:00"}\n'
    )
    for day in ("2027-01-04", "2026-06-15", "2028-02-07"):
        project.rules((steps + weeks).format(day, day))
        project.write("rules/p.test.yaml", test)
        done = project.run("test")
        assert done.status == 0, done.out + done.err
    project.write("rules/p.test.yaml", test.replace("\nstarting: 2027-01-04", ""))
    assert "1 failed" in project.run("test").out


def test_a_test_says_itself_what_the_configuration_says_otherwise(project: Project) -> None:
    project.rule("block: {en: Walk, fr: Marche}", "every: weekday", "at: 09:00-10:00", "except: holidays")
    project.write(
        "rules/a.test.yaml",
        "version: 1\nnow: 2026-07-01T08:00\ncountry: US\ntimezone: America/New_York\nlanguage: fr\ntests:\n"
        "  - {name: a, over: 2026-07-03, expect: {blocks: []}}\n"
        '  - {name: b, over: 2026-07-14, expect: {blocks: [{rule: r, at: "09:00-10:00", title: Marche}]}}\n',
    )
    assert project.run("test").status == 0, project.run("test").out


def test_nothing_is_written_and_no_calendar_is_read(project: Project) -> None:
    project.event("2026-11-24 16:00-18:00", "In the way")
    walk_and_test(project)
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    assert project.run("test").status == 0
    assert {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()} == before


def test_a_hundred_tests_take_a_moment(project: Project) -> None:
    walk_and_test(project, *(f"good {number}" for number in range(100)))
    done = timed(project)
    assert "100 tests, all passed" in done.out


def timed(project: Project) -> Done:
    """Runs the tests; it must take less than five seconds of this process."""
    from time import process_time

    began = process_time()
    done = project.run("test")
    assert process_time() - began < 5
    return done


# ---------------------------------------------------------------- the shipped packs

PACKS = sorted(path.name for path in (Path(__file__).parents[2] / "rules").iterdir() if path.is_dir())


@pytest.mark.parametrize("name", PACKS)
def test_a_shipped_pack_is_tested_in_every_rule(name: str, tmp_path: Path) -> None:
    from agendad.data import rules_dir, templates_dir
    from agendad.rules.load import load_paths

    pack = rules_dir() / name
    done = command("test", str(pack), "--json", "--config", str(tmp_path / "none"))
    assert done.status == 0, done.out + done.err
    found: dict[str, Any] = done.json
    assert found["failed"] == 0
    rules = {rule.id for rule in load_paths([pack], None, template_dirs=[templates_dir() / name]).rules}
    named = set()
    for path in pack.rglob("*.test.yaml"):
        for judged in re.findall(r"^ +(?:- )?rules: \[(.+)\]", path.read_text(encoding="utf-8"), re.MULTILINE):
            named |= set(judged.split(", "))
    assert named == rules


def test_a_pack_that_init_writes_brings_its_tests(project: Project) -> None:
    folder = project.root / "fresh"
    done = command("init", "--pack", "starter", "--config", str(folder), "--state", str(project.state))
    assert done.status == 0, done.err
    done = command("test", "--config", str(folder), "--state", str(project.state))
    assert done.status == 0, done.out + done.err
    assert "all passed" in done.out
