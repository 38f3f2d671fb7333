"""`plan --json` and its relatives have exactly the shapes of the contract."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from project import invite

if TYPE_CHECKING:
    from project import Project

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
DATE = re.compile(r"\d{4}-\d\d-\d\d")

BLOCK = {"key": str, "rule": str, "title": str, "start": str, "end": str, "state": str}
CHANGE = {
    "action": str,
    "key": str,
    "rule": str,
    "calendar": str,
    "title": str,
    "start": str,
    "end": str,
    "all_day": bool,
    "show_as": str,
    "kind": str,
    "why": list,
    "before": (dict, type(None)),
}
SHAPES: dict[str, dict[str, Any]] = {
    "changes": CHANGE,
    "blocks": BLOCK,
    "skipped": {"key": str, "rule": str, "why": list},
    "violations": {"rule": str, "event": str, "title": str, "start": str},
    "problems": {"file": str, "line": int, "column": int, "message": str, "hint": str},
}


def rich(project: Project) -> dict[str, Any]:
    """A plan with something in every list that this version can fill."""
    project.rules("""
        deep-work: {block: Deep work, every: weekday, at: 09:00-12:00, kind: focus}
        trip: {block: Trip, every: saturday, lasts: 2 days}
        evening: {protect: Evenings, every: weekday, at: "18:00-24:00"}
        lunch: {block: Lunch, every: tuesday, lasts: 1h, between: 12:00-13:00}
        late: {block: Late, every: weekday, at: 11:00-12:30}
    """)
    project.event("2026-11-24 12:00-13:00", "Call")
    project.event("2026-11-24 19:00-20:00", "Dinner", *invite("b@x.org", organizer="b@x.org"), uid="dinner")
    raw: dict[str, Any] = project.plan().raw
    return raw


def test_the_object_has_the_names_of_the_contract(project: Project) -> None:
    plan = rich(project)
    assert {"version", "now", "from", "to", "changes", "blocks", "drafts", "skipped", "violations", "problems"} <= {
        *plan
    }
    assert plan["version"] == 1
    assert plan["now"] == "2026-11-23T08:00:00+01:00"
    assert plan["drafts"] == []
    assert DATE.match(plan["from"])
    assert DATE.match(plan["to"])


@pytest.mark.parametrize("part", ["changes", "blocks", "skipped", "violations"])
def test_every_member_of_a_list_has_the_names_and_types_of_the_contract(project: Project, part: str) -> None:
    members = rich(project)[part]
    assert members
    for member in members:
        for name, kind in SHAPES[part].items():
            assert isinstance(member[name], kind), (name, member)


def test_every_time_is_rfc_3339_with_offset_and_every_all_day_date_plain(project: Project) -> None:
    plan = rich(project)
    for member in (*plan["changes"], *plan["blocks"]):
        pattern = DATE if member.get("all_day", member["rule"] == "trip") else INSTANT
        assert pattern.fullmatch(member["start"]), member
        assert pattern.fullmatch(member["end"]), member
    assert all(INSTANT.fullmatch(violation["start"]) for violation in plan["violations"])


def test_a_create_reads_as_in_the_contract(project: Project) -> None:
    project.rules("deep-work: {block: Deep work, every: tuesday, at: 09:00-12:00, kind: focus}")
    (change,) = project.plan().raw["changes"]
    assert change.pop("why")
    assert change == {
        "action": "create",
        "key": "deep-work/2026-11-24",
        "rule": "deep-work",
        "calendar": "personal",
        "title": "Deep work",
        "start": "2026-11-24T09:00:00+01:00",
        "end": "2026-11-24T12:00:00+01:00",
        "all_day": False,
        "show_as": "busy",
        "kind": "focus",
        "before": None,
    }


def test_an_update_shows_what_stood_before(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: 09:00-10:00")
    project.apply()
    project.rule("block: C", "every: tuesday", "at: 10:00-11:00")
    (change,) = project.plan().raw["changes"]
    assert (change["action"], change["title"], change["start"]) == ("update", "C", "2026-11-24T10:00:00+01:00")
    assert (change["before"]["title"], change["before"]["start"]) == ("B", "2026-11-24T09:00:00+01:00")
    assert change["why"]


def test_a_delete_names_what_goes(project: Project) -> None:
    path = project.rule("block: B", "every: tuesday", "at: 09:00-10:00")
    project.apply()
    path.unlink()
    (change,) = project.plan().raw["changes"]
    assert (change["action"], change["key"], change["rule"]) == ("delete", "r/2026-11-24", "r")
    assert (change["title"], change["start"]) == ("B", "2026-11-24T09:00:00+01:00")
    assert change["why"]


def test_states_of_blocks_are_planned_written_pinned(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: 09:00-10:00")
    assert project.plan().block("r/2026-11-24")["state"] == "planned"
    project.apply()
    assert project.plan().block("r/2026-11-24")["state"] == "written"
    project.edit("r/2026-11-24", to="2026-11-24 11:00-12:00")
    assert project.plan().block("r/2026-11-24")["state"] == "pinned"


def test_blocks_are_the_whole_desired_state_and_changes_only_what_differs(project: Project) -> None:
    project.rule("block: B", "every: tue-wed", "at: 09:00-10:00")
    project.apply()
    project.rule("block: B", "every: tue-thu", "at: 09:00-10:00")
    plan = project.plan()
    assert plan.keys() == ["r/2026-11-24", "r/2026-11-25", "r/2026-11-26"]
    assert plan.changes == [("create", "r/2026-11-26")]


# ---------------------------------------------------------------- --from, --to


def test_from_and_to_are_dates_both_included(project: Project) -> None:
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    plan = project.plan("--from", "2026-11-24", "--to", "2026-11-26")
    assert plan.days() == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert [key for _, key in plan.changes] == plan.keys()
    assert (plan.raw["from"], plan.raw["to"]) == ("2026-11-24", "2026-11-26")
    assert project.plan("--to", "2026-11-23").days() == ["2026-11-23"]


def test_the_range_does_not_change_what_is_decided(project: Project) -> None:
    project.rules("""
        a: {block: A, every: week, lasts: 2h, split: 30m-1h, at_most: 1 per day, between: 13:00-18:00}
        b: {block: B, every: weekday, lasts: 1h, between: 13:00-18:00, not_same_day: a}
    """)
    whole = project.plan().of()
    part = project.plan("--from", "2026-11-25", "--to", "2026-11-26").of()
    assert part == [block for block in whole if "2026-11-25" <= block["start"] < "2026-11-27"]


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "tomorrow"),
        ("--to", "2026-13-01"),
        ("--from", "2026-11-26", "--to", "2026-11-24"),
        ("--to", "2030-01-01"),
    ],
)
def test_a_range_that_is_none_or_outside_the_horizon_is_wrong_usage(project: Project, words: tuple[str, ...]) -> None:
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    done = project.run("plan", "--json", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err


# ---------------------------------------------------------------- problems


def test_check_prints_its_problems_with_their_place(project: Project) -> None:
    project.write("rules/a.yaml", "version: 1\nrules:\n  walk:\n    block: Walk\n    evry: day\n    at: 09:00-10:00\n")
    done = project.run("check", "--json")
    assert done.status == 1
    assert set(done.json) == {"version", "problems"}
    found = [each for each in done.json["problems"] if each["line"] == 5]
    for name, kind in SHAPES["problems"].items():
        assert isinstance(found[0][name], kind)
    assert (found[0]["file"], found[0]["column"]) == ("rules/a.yaml", 5)
    assert "evry" in found[0]["message"]
    assert "every" in found[0]["hint"]


def test_check_prints_the_example_of_the_document(project: Project) -> None:
    project.write(
        "rules/work.yaml",
        "version: 1\nrules:\n\n\n\n  x:\n    block: B\n    evry: first wednesday of month\n    at: 09:00-10:00\n",
    )
    shown = project.run("check").out
    assert (
        "rules/work.yaml:8:5: error[unknown-key]: unknown key `evry`\n"
        "   |\n"
        " 8 |     evry: first wednesday of month\n"
        "   |     ^^^^\n"
        "   = help: did you mean `every`?\n"
    ) in shown


def test_all_problems_of_all_files_at_once_in_the_order_of_their_place(project: Project) -> None:
    project.rule("block: B", "evry: day", "at: 25:00-26:00", name="b")
    project.rule("block: A", "every: dya", "lasts: 15", name="a")
    places = [(each["file"], each["line"]) for each in project.problems()]
    assert places == sorted(places)
    assert {file for file, _ in places} == {"rules/a.yaml", "rules/b.yaml"}
    assert len(places) >= 4


def test_with_nothing_wrong_check_prints_an_empty_list(project: Project) -> None:
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    assert project.ok("check", "--json").json == {"version": 1, "problems": []}


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {block: B, every: day, at: 09:00-10:00}",
        "a: !t {block: B, every: day, at: 09:00-10:00}",
        "a: {<<: {every: day}, block: B, at: 09:00-10:00}",
        "a: {block: B, block: C, every: day, at: 09:00-10:00}",
        "a: {block: B, every: day, at: }",
        "a: {block: B, every: day, lasts: 45}",
        "a: {block: B, every: day, duration: 45m}",
        "a: {block: B, cron: day, at: 09:00-10:00}",
        "a: {block: B, every: day, at: 09:00-10:00, tz: UTC}",
        "a: {block: B, protect: C, every: day, at: 09:00-10:00}",
        "a: {block: B, every: day, after: {title: x}, at: 09:00-10:00}",
        "a: {every: day, at: 09:00-10:00}",
        "a: {block: B, at: 09:00-10:00}",
        "a: {block: B, every: day}",
        "Not Kebab: {block: B, every: day, at: 09:00-10:00}",
        "a: {block: B, every: day, at: 09:00-10:00}\n...\n---\nb: {}",
    ],
)
def test_what_the_language_refuses_is_refused_with_its_place(project: Project, text: str) -> None:
    project.rules(text)
    done = project.run("check", "--json")
    assert done.status == 1
    errors = [each for each in done.json["problems"] if each["severity"] == "error"]
    assert errors
    assert all(each["file"] == "rules/work.yaml" and each["line"] >= 1 and each["column"] >= 1 for each in errors)


@pytest.mark.parametrize(("wrong", "right"), [("duration", "lasts"), ("cron", "every"), ("evry", "every")])
def test_a_synonym_or_slip_is_answered_with_the_key(project: Project, wrong: str, right: str) -> None:
    project.rules(f"a: {{block: B, {wrong}: day}}")
    assert any(f"`{right}`" in problem["hint"] for problem in project.problems())


def test_a_missing_version_is_an_error_whose_hint_is_the_line_to_add(project: Project) -> None:
    project.write("rules/a.yaml", "rules: {}\n")
    (problem,) = (each for each in project.problems() if each["severity"] == "error")
    assert "version: 1" in problem["hint"]


def test_an_unknown_version_is_refused_with_the_version_it_would_need(project: Project) -> None:
    project.write("rules/a.yaml", "version: 2\nrules: {}\n")
    assert project.run("check").status == 1


def test_an_empty_file_is_a_warning(project: Project) -> None:
    project.write("rules/a.yaml", "")
    done = project.run("check", "--json")
    assert done.status == 0
    assert [each["severity"] for each in done.json["problems"]] == ["warning"]


def test_keys_that_begin_with_x_are_ignored_and_crlf_and_a_byte_order_mark_are_accepted(project: Project) -> None:
    text = "\ufeffversion: 1\r\nx-owner: me\r\nrules:\r\n  r: {block: B, every: day, at: 09:00-10:00, x-note: [a]}\r\n"
    (project.config / "rules" / "a.yaml").write_bytes(text.encode())
    assert project.ok("check", "--json").json["problems"] == []
    assert len(project.plan().keys()) == 7


def test_one_id_in_two_files_is_an_error(project: Project) -> None:
    for file in ("a.yaml", "sub/b.yaml"):
        project.rules("same: {block: B, every: day, at: 09:00-10:00}", file=file)
    assert project.run("check").status == 1


def test_problems_of_configuration_people_and_rules_come_together(project: Project) -> None:
    project.configure(horizn="6 weeks")
    project.people("people: {bob: {nam: Bob}}")
    project.rule("block: B", "evry: day")
    files = [problem["file"] for problem in project.problems()]
    assert {"agendad.yaml", "people.yaml", "rules/r.yaml"} <= set(files)


@pytest.mark.parametrize(
    "content",
    [
        "version: 1\nrules: {a: {block: Caf\xe9, every: day, at: 09:00-10:00}}\n".encode("latin-1"),
        b"version: 1\nrules: {}\n# " + b"x" * (1 << 20),
        b"version: 1\nx-deep: " + b"[" * 40 + b"]" * 40 + b"\nrules: {}\n",
        b"version: 1\nrules:\n\ta: {}\n",
        b"\x00\x01\x02",
    ],
    ids=["latin-1", "over 1 MiB", "too deep", "tab", "binary"],
)
def test_bytes_that_are_no_rule_file_are_refused(project: Project, content: bytes) -> None:
    (project.config / "rules" / "a.yaml").write_bytes(content)
    done = project.run("check", "--json")
    assert done.status == 1
    assert {problem["file"] for problem in done.json["problems"]} == {"rules/a.yaml"}


def moments(value: Any) -> list[str]:
    """Every text below `value` that begins like an instant."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in moments(each)]
    if isinstance(value, list):
        return [text for each in value for text in moments(each)]
    return [value] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) else []


@pytest.mark.parametrize(
    "words", [("plan",), ("apply",), ("status",), ("log",), ("explain", "deep-work"), ("undo", "--yes")]
)
def test_every_instant_of_every_command_has_an_offset(project: Project, words: tuple[str, ...]) -> None:
    rich(project)
    if words != ("apply",):
        project.apply()
    found = moments(project.ok(*words, "--json").json)
    assert found
    assert all(INSTANT.fullmatch(text) for text in found)


def test_a_title_cannot_play_with_the_terminal(project: Project) -> None:
    project.event("2026-11-24 10:00-10:30", "Evil \x1b[2J\x1b]0;owned\x07 title")
    project.rule("block: B", "every: tuesday", "at: 09:00-12:00")
    project.rule("protect: P", "every: tuesday", "at: 10:00-11:00", name="p")
    for words in (("plan",), ("explain", "2026-11-24"), ("apply",), ("log",), ("status",)):
        done = project.run(*words)
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
