"""Every command of the first version: what it does, where it prints, and its exit status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from project import command

if TYPE_CHECKING:
    from pathlib import Path

    from command import Agendad
    from project import Project

RULE = ("block: Deep work", "every: [tue, wed]", "at: 09:00-12:00")
TUE, WED = "r/2026-11-24", "r/2026-11-25"
FOREIGN = "2026-11-26 10:00-11:00"


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file with its content and time of change."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def two(project: Project) -> Project:
    """Two blocks wanted, one foreign event, nothing written yet."""
    project.rule(*RULE)
    project.event(FOREIGN, "Foreign", "X-ODD;X-P=1:kept", uid="foreign")
    return project


# ---------------------------------------------------------------- plan, apply, run


def test_plan_changes_nothing(two: Project) -> None:
    before = snapshot(two.config)
    two.ok("plan")
    two.ok("plan", "--json")
    assert snapshot(two.config) == before
    assert not (two.state / "ledger.db").exists()
    assert not (two.state / "decisions.json").exists()


def test_plan_says_each_change_in_one_line_with_its_reason_on_stdout(two: Project) -> None:
    done = two.ok("plan")
    lines = [line for line in done.out.splitlines() if "Deep work" in line and "09:00" in line]
    assert len(lines) == 2
    assert done.err == ""
    assert "\x1b" not in done.out


def test_plan_writes_a_page(two: Project, tmp_path: Path) -> None:
    page = tmp_path / "week.html"
    two.ok("plan", "--html", str(page))
    text = page.read_text()
    assert "Deep work" in text
    assert "Foreign" in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "https://" not in text


def test_a_plan_page_that_cannot_be_written_is_no_fault(two: Project, tmp_path: Path) -> None:
    done = two.run("plan", "--html", str(tmp_path / "no" / "where.html"))
    assert done.status in {2, 3}
    assert "where.html" in done.err


@pytest.mark.parametrize("words", [("apply",), ("run", "--once")])
def test_apply_and_run_once_write_the_blocks_and_leave_nothing_to_do(two: Project, words: tuple[str, ...]) -> None:
    two.ok(*words)
    assert sorted(two.own()) == [TUE, WED]
    assert two.plan().changes == []


@pytest.mark.parametrize("words", [("apply",), ("run", "--once")])
def test_a_second_apply_writes_nothing(two: Project, words: tuple[str, ...]) -> None:
    two.ok(*words)
    before, decided = snapshot(two.config), snapshot(two.state).get("decisions.json")
    two.ok(*words)
    two.ok(*words, now="2026-11-23T08:05")
    assert snapshot(two.config) == before
    assert snapshot(two.state).get("decisions.json") == decided


def test_apply_json_tells_what_was_done(two: Project) -> None:
    done = two.ok("apply", "--json")
    assert [(each["action"], each["key"]) for each in done.json["changes"]] == [("create", TUE), ("create", WED)]
    assert two.ok("apply", "--json").json["changes"] == []


def test_foreign_files_stay_byte_for_byte(two: Project) -> None:
    """It touches only what it made."""
    file = two.calendars / "personal" / "foreign.ics"
    note = two.calendars / "personal" / "displayname"
    note.write_text("Personal")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (file, note)}
    two.apply()
    two.rule("block: Other", *RULE[1:])
    two.apply()
    two.ok("undo", "--yes")
    two.ok("purge", "--yes")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (file, note)} == before
    assert two.files() == [file]


def test_events_carry_the_rule_the_key_and_a_digest_one_event_a_file(two: Project) -> None:
    two.apply()
    for key, event in two.own().items():
        assert event["X-AGENDAD-RULE"] == "r"
        assert event["X-AGENDAD-KEY"] == key
        assert event["X-AGENDAD-DIGEST"]
        raw = two.file_of(key).read_bytes()
        assert raw.count(b"BEGIN:VEVENT") == 1
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


def test_the_same_occurrence_has_the_same_uid_on_every_machine(project: Project, tmp_path: Path) -> None:
    from project import Project as Another

    uids = []
    for each in (project, Another(tmp_path / "second")):
        each.rule(*RULE)
        each.apply()
        uids.append({key: str(event["UID"]) for key, event in each.own().items()})
    assert uids[0] == uids[1]


def test_no_temporary_file_is_left(two: Project) -> None:
    two.apply()
    names = {path.name for path in (two.calendars / "personal").iterdir()}
    assert all(name.endswith(".ics") and not name.startswith(".") for name in names)


# ---------------------------------------------------------------- limits


def many(project: Project) -> Path:
    """Seven blocks, one a day."""
    return project.rule("block: B", "every: day", "at: 09:00-10:00")


def test_more_deletes_than_the_limit_are_refused_before_the_first_write(project: Project) -> None:
    project.configure(limits="{deletes_per_cycle: 3}")
    many(project)
    project.apply()
    project.rule("block: C", "every: friday", "at: 09:00-10:00")
    before = snapshot(project.calendars)
    assert "would stop before the first write" in project.run("plan").err
    for words in (("apply",), ("run", "--once"), ("apply", "--json")):
        done = project.run(*words)
        assert done.status == 5
        assert "6" in done.err
    assert snapshot(project.calendars) == before
    project.apply("--yes")
    assert list(project.own()) == ["r/2026-11-27"]


def test_of_more_writes_than_the_limit_the_nearest_are_made_and_the_rest_follow(project: Project) -> None:
    project.configure(limits="{writes_per_cycle: 3}")
    many(project)
    assert "the nearest 3 of all 7 changes" in project.run("plan", "--to", "2026-11-24").err
    assert project.run("apply").status == 4
    assert sorted(project.own()) == [f"r/2026-11-{day}" for day in (23, 24, 25)]
    assert project.run("run", "--once").status == 4
    assert len(project.own()) == 6
    assert project.run("plan").err == ""
    assert project.run("apply").status == 0
    assert len(project.own()) == 7


def test_yes_lifts_the_limit_of_writes(project: Project) -> None:
    project.configure(limits="{writes_per_cycle: 3}")
    many(project)
    project.apply("--yes")
    assert len(project.own()) == 7


def test_an_emptied_calendar_is_always_refused_until_it_is_accepted(project: Project) -> None:
    many(project)
    project.apply()
    for file in project.files():
        file.unlink()
    for words in (("apply",), ("apply", "--yes"), ("run", "--once")):
        assert project.run(*words).status == 5
        assert project.files() == []
    assert "--accept-empty" in project.run("apply").err
    project.apply("--accept-empty")
    assert project.files() == []  # what the person deleted stays deleted
    assert project.kept(now="2026-11-24T08:00").days() == ["2026-11-30"]


def test_a_calendar_that_lost_most_of_ours_at_once_is_refused(project: Project) -> None:
    many(project)
    project.event(FOREIGN, "Foreign")
    project.apply()
    for key in list(project.own())[:6]:
        project.delete(key)
    assert project.run("apply").status == 5
    assert project.run("apply", "--yes").status == 5
    project.apply("--accept-empty")
    assert len(project.own()) == 1


def test_an_emptied_calendar_is_refused_also_when_the_ledger_was_lost_with_it(project: Project) -> None:
    """Nothing remembers, so nothing can be refused: the blocks are simply written."""
    many(project)
    project.apply()
    for file in project.files():
        file.unlink()
    project.lose("ledger.db")
    assert project.run("apply").status in {0, 5}


# ---------------------------------------------------------------- undo, reset, purge


@pytest.mark.parametrize("words", [("reset", "r/2026-11-24"), ("undo", "--yes")], ids=["reset", "undo"])
def test_no_other_command_takes_an_emptied_calendar_for_true(project: Project, words: tuple[str, ...]) -> None:
    """They remember deletions, too."""
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    project.apply()
    kept = {path: path.read_bytes() for path in project.files()}
    for path in kept:
        path.unlink()
    assert project.run(*words).status == 5
    assert project.run("apply").status == 5
    for path, text in kept.items():
        path.write_bytes(text)
    assert len(project.kept().keys()) == 7


def test_undo_takes_back_the_last_apply(two: Project) -> None:
    two.apply()
    before = {key: str(event["SUMMARY"]) for key, event in two.own().items()}
    two.rule("block: Other", "every: [tue, thu]", "at: 10:00-11:00")
    two.apply()
    two.ok("undo", "--yes")
    assert {key: str(event["SUMMARY"]) for key, event in two.own().items()} == before


def test_undo_takes_back_the_last_n_applies(two: Project) -> None:
    two.apply()
    two.rule("block: Other", *RULE[1:])
    two.apply()
    two.ok("undo", "2", "--yes")
    assert two.own() == {}


def test_undo_leaves_what_the_person_changed_since(two: Project) -> None:
    two.apply()
    two.edit(TUE, SUMMARY="Mine")
    two.run("undo", "--yes")
    assert list(two.own()) == [TUE]


@pytest.mark.parametrize("words", [("undo",), ("purge",)])
def test_undo_and_purge_need_yes_where_nobody_can_be_asked(two: Project, words: tuple[str, ...]) -> None:
    two.apply()
    before = snapshot(two.calendars)
    done = two.run(*words)
    assert done.status in {2, 5}
    assert "--yes" in done.err
    assert done.out == ""
    assert snapshot(two.calendars) == before


def test_undo_with_nothing_to_take_back_says_so(two: Project) -> None:
    done = two.run("undo", "--yes")
    assert done.status in {0, 2}
    assert done.out + done.err


def test_purge_removes_all_it_made_past_and_touched_ones_too(two: Project) -> None:
    two.apply()
    two.edit(WED, SUMMARY="Mine")
    two.ok("purge", "--yes", now="2026-11-24T13:00")
    assert two.own() == {}
    assert [file.name for file in two.files()] == ["foreign.ics"]


# ---------------------------------------------------------------- status, log, explain, doctor


def test_status_tells_what_stands_and_has_problems(two: Project) -> None:
    status = two.ok("status", "--json").json
    assert status["problems"] == []
    two.apply()
    assert two.ok("status").out
    assert two.ok("status").err == ""


def test_log_tells_what_was_done_newest_first(two: Project) -> None:
    two.apply()
    two.rule("block: Other", *RULE[1:])
    two.apply(now="2026-11-23T09:00")
    entries = two.ok("log", "--json").json
    actions = [entry["action"] for entry in next(value for value in entries.values() if isinstance(value, list))]
    assert actions == ["update", "update", "create", "create"]
    text = two.ok("log").out
    assert TUE in text


def test_times_are_told_alike_by_status_log_and_explain(two: Project) -> None:
    """As `plan` tells them; what was moved says from where, and one is not `1 changes`."""
    two.apply()
    moved = "Tue 24 Nov 14:00–15:00"
    two.rule("block: Deep work", "every: tuesday", "at: 14:00-15:00", "until: 2026-11-24")
    assert "2 changes to make" in two.ok("status").out
    two.apply(now="2026-11-23T09:00")
    log = two.ok("log").out.splitlines()
    assert log[0] == "Mon 23 Nov 2026 09:00  apply, run 2"
    (line,) = (line for line in log if moved in line)
    assert line.startswith(f"  ~ {moved}  Deep work  was Tue 24 Nov 09:00–12:00; ")
    assert f"  {moved}  Deep work" in two.ok("explain", TUE).out
    assert f"1 block ahead; next:\n  {moved}  Deep work  {TUE}\n" in two.ok("status").out


@pytest.mark.parametrize("asked", [TUE, "r", "2026-11-24"])
def test_explain_takes_a_key_a_rule_or_a_date_and_gives_reasons(two: Project, asked: str) -> None:
    """Every block, move, skip has a reason that a person can read."""
    for _ in range(2):  # before and after the block was written
        done = two.ok("explain", asked)
        assert TUE in done.out
        found = two.ok("explain", asked, "--json").json
        assert all(each["why"] for each in found["blocks"])
        two.apply()


def test_explain_tells_why_a_block_is_missing(two: Project) -> None:
    two.event("2026-11-24 09:00-12:00", "Offsite in Lyon")
    assert "Offsite in Lyon" in two.ok("explain", TUE).out


def test_explain_tells_of_the_hand(two: Project) -> None:
    two.apply()
    two.edit(TUE, to="2026-11-24 14:00-15:00")
    two.delete(WED)
    two.apply()
    for key in (TUE, WED):
        text = two.ok("explain", key).out
        assert "hand" in text or "person" in text


def test_explain_of_a_foreign_event_in_the_way_names_it_on_its_day(two: Project) -> None:
    two.event("2026-11-24 10:00-10:30", "Dentist")
    assert "Dentist" in two.ok("explain", "2026-11-24").out


def test_explain_of_what_is_not_there_is_wrong_usage(two: Project) -> None:
    done = two.run("explain", "no-such-rule")
    assert (done.status, done.out) == (2, "")


def test_doctor_checks_a_good_installation(two: Project) -> None:
    two.apply()
    two.ok("doctor")
    assert two.ok("doctor", "--json").json["version"] == 1


# ---------------------------------------------------------------- a broken rule at the start

CHANGING = [
    ("plan",),
    ("apply",),
    ("apply", "--yes"),
    ("run", "--once"),
    ("undo", "--yes"),
    ("reset", TUE),
    ("purge", "--yes"),
]


@pytest.mark.parametrize("file", ["rules/broken.yaml", "agendad.yaml", "people.yaml"])
@pytest.mark.parametrize("words", CHANGING, ids=" ".join)
def test_with_something_broken_a_command_exits_1_and_changes_nothing(
    two: Project, words: tuple[str, ...], file: str
) -> None:
    two.apply()
    two.write(file, "version: 1\nno-such-key: 1\n")
    before = snapshot(two.root)
    done = two.run(*words)
    assert (done.status, done.out) == (1, "")
    assert file in done.err
    done = two.run(*words, "--json")
    assert done.status == 1
    assert any(problem["file"] == file for problem in done.json["problems"])
    assert snapshot(two.root) == before


def test_check_status_log_explain_and_doctor_still_work(two: Project) -> None:
    two.apply()
    two.rule("block: B", "evry: day", name="broken")
    check = two.run("check")
    assert check.status == 1
    assert "rules/broken.yaml" in check.out
    status = two.run("status", "--json")
    assert status.status == 0
    assert status.json["problems"][0]["file"] == "rules/broken.yaml"
    assert TUE in two.ok("log").out
    assert TUE in two.ok("explain", TUE).out
    assert two.run("doctor").status in {0, 1}
    assert "check" in two.run("doctor").out


# ---------------------------------------------------------------- init, when, schema, completion


def test_init_writes_a_commented_configuration_that_check_accepts(tmp_path: Path) -> None:
    config = tmp_path / "new"
    folders = ("--config", str(config), "--state", str(tmp_path / "s"))
    done = command("init", "--email", "ada@example.com", "--name", "Ada", "--timezone", "Europe/Paris", *folders)
    assert done.status == 0, done.err
    assert "#" in (config / "agendad.yaml").read_text()
    assert command("check", *folders).status == 0
    again = command("init", "--email", "ada@example.com", *folders)
    assert again.status != 0
    assert "agendad.yaml" in again.err


def test_init_then_plan_says_what_is_missing_or_works(tmp_path: Path) -> None:
    folders = ("--config", str(tmp_path / "new"), "--state", str(tmp_path / "s"))
    assert command("init", "--language", "fr", "--email", "a@b.fr", "--timezone", "Europe/Paris", *folders).status == 0
    done = command("plan", *folders, "--now", "2026-11-23T08:00")
    assert done.status in {0, 3}
    assert "Traceback" not in done.err


def test_when_echoes_what_was_understood_the_rrule_and_the_next_five_dates(project: Project) -> None:
    done = project.ok("when", "first monday of month")
    assert "FREQ=MONTHLY" in done.out
    for day in ("2026-12-07", "2027-01-04", "2027-02-01", "2027-03-01", "2027-04-05"):
        assert day in done.out
    assert project.run("when", "frist monday of month").status == 2


def test_schema_is_a_json_schema_that_accepts_what_check_accepts(project: Project) -> None:
    import jsonschema
    import yaml

    schema = project.ok("schema", "rules").json
    assert "draft-07" in schema["$schema"]
    path = project.rule(*RULE, "kind: focus", "yield: shrink")
    assert project.run("check").status == 0
    loaded = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 - all scalars as text, as ours are read
    jsonschema.Draft7Validator(schema).validate({**loaded, "version": 1})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    done = command("completion", shell)
    assert done.status == 0
    assert "agendad" in done.out


def test_demo_builds_a_kept_week(tmp_path: Path) -> None:
    """Builds a working example, runs one cycle, prints the week and what to try next, writes week.html."""
    home = tmp_path / "demo"
    done = command("demo", str(home), "--now", "2026-11-23T08:00:00+01:00")
    assert done.status == 0
    assert "agendad plan" in done.out
    assert "agendad explain" in done.out
    assert (home / "week.html").exists()
    assert (home / "state" / "ledger.db").exists()
    plan = command("plan", "--json", "--config", str(home), "--now", "2026-11-23T08:00:00+01:00").json
    assert plan["changes"] == []
    assert len(plan["blocks"]) > 50
    assert plan["problems"] == []
    check = command("check", "--json", "--config", str(home))
    assert (check.status, check.json["problems"]) == (0, [])


def test_the_demo_is_the_same_for_a_local_and_an_absolute_instant(tmp_path: Path) -> None:
    """Without an offset the instant is in the zone of the configuration, here Europe/Paris."""
    home = tmp_path / "demo"
    assert command("demo", str(home), "--now", "2026-11-23T08:00").status == 0
    plan = command("plan", "--json", "--config", str(home), "--now", "2026-11-23T08:00").json
    assert plan["changes"] == []


def test_demo_does_not_overwrite_what_stands(two: Project) -> None:
    before = snapshot(two.config)
    done = command("demo", str(two.config), "--now", two.now)
    assert done.status != 0
    assert snapshot(two.config) == before


# ---------------------------------------------------------------- output


@pytest.mark.parametrize(
    "words",
    [
        ("plan",),
        ("apply",),
        ("status",),
        ("log",),
        ("explain", "r"),
        ("doctor",),
        ("check",),
        ("when", "day"),
        ("undo", "--yes"),
    ],
    ids=lambda words: words[0],
)
def test_json_is_the_only_thing_on_stdout(two: Project, words: tuple[str, ...]) -> None:
    two.apply()
    done = two.ok(*words, "--json")
    assert isinstance(json.loads(done.out), dict)
    assert done.json["version"] == 1


def test_every_command_takes_now_and_it_decides(two: Project) -> None:
    assert two.plan(now="2026-11-24T10:00:00+01:00").keys() == [WED]
    assert two.plan(now="2026-11-24T07:59:00Z").keys()[0] == TUE
    for words in (("check",), ("when", "day"), ("schema", "rules"), ("completion", "bash"), ("doctor",)):
        two.ok(*words, now="2026-11-24T10:00:00+01:00")


@pytest.mark.parametrize(
    "words", [("plan", "--no-such"), ("explain",), ("reset",), ("no-such-command",), ("undo", "0"), ("when",)]
)
def test_wrong_usage_is_status_2(two: Project, words: tuple[str, ...]) -> None:
    done = two.run(*words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("agendad: error: ")


def test_demo_in_the_place_of_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    done = command("demo", str(tmp_path / "notes"))
    assert (done.status, done.out) == (2, "")
    assert "notes is not a folder" in done.err


def test_demo_without_a_folder_says_where_it_built_it(agendad: Agendad) -> None:
    done = agendad("demo", "--now", "2026-11-23T08:00:00+01:00")
    assert done.returncode == 0, done.stderr
    (home,) = (path for path in agendad.cwd.iterdir() if (path / "agendad.yaml").exists())
    assert home.name in done.stdout


def test_quiet_prints_the_result_alone(two: Project) -> None:
    assert two.ok("plan", "--quiet").out == two.ok("plan").out
    assert two.ok("apply", "--quiet").err == ""


def test_status_tells_of_hands_and_problems(two: Project) -> None:
    two.apply()
    two.edit(TUE, to="2026-11-24 15:00-16:00")
    two.delete(WED)
    two.apply()
    text = two.ok("status").out
    assert TUE in text
    assert WED in text


def test_explain_tells_of_an_invitation_in_a_protected_window(project: Project) -> None:
    from project import invite

    project.rule("protect: Mine", "every: tuesday", "at: 17:00-20:00")
    project.event("2026-11-24 18:00-19:00", "Late call", *invite("b@x.org", organizer="b@x.org"))
    for asked in ("r", "2026-11-24"):
        assert "Late call" in project.ok("explain", asked).out
    assert "Late call" in project.ok("plan").out
