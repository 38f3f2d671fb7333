"""Where files lie, and what happens when they are missing, damaged, locked or of another version."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from project import SETTINGS, command

if TYPE_CHECKING:
    from pathlib import Path

    from command import Agendad
    from project import Project

RULE = ("block: Deep work", "every: [tue, wed]", "at: 09:00-12:00")
TUE, WED = "r/2026-11-24", "r/2026-11-25"
READING = [("plan",), ("plan", "--json"), ("apply",), ("run", "--once"), ("apply", "--yes", "--accept-empty")]


@pytest.fixture
def kept(project: Project) -> Project:
    """Two blocks stand beside a foreign event."""
    project.rule(*RULE)
    project.event("2026-11-26 10:00-11:00", "Foreign", uid="foreign")
    project.apply()
    return project


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, which tells who was at work."""
    return {
        str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"
    }


# ---------------------------------------------------------------- places


def test_folders_come_from_the_environment(kept: Project) -> None:
    env = {"AGENDAD_CONFIG": str(kept.config), "AGENDAD_STATE": str(kept.state)}
    done = command("plan", "--json", "--now", kept.now, env=env)
    assert done.status == 0
    assert [block["state"] for block in done.json["blocks"]] == ["written", "written"]


def test_the_option_counts_more_than_the_environment(kept: Project, tmp_path: Path) -> None:
    env = {"AGENDAD_CONFIG": str(tmp_path / "nowhere"), "AGENDAD_STATE": str(tmp_path / "nowhere")}
    assert kept.run("plan", env=env).status == 0
    assert not (tmp_path / "nowhere").exists()


def test_by_default_they_are_the_users_folders(agendad: Agendad, kept: Project) -> None:
    kept.config.rename(agendad.home / "config-agendad")
    (agendad.home / ".config").mkdir()
    (agendad.home / "config-agendad").rename(agendad.home / ".config" / "agendad")
    done = agendad("apply", "--json", "--now", kept.now)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changes"] == []
    assert (agendad.home / ".local" / "state" / "agendad" / "ledger.db").exists()


def test_relative_paths_are_relative_to_the_configuration_folder(agendad: Agendad, kept: Project) -> None:
    """Wherever the command is given, and with a relative --config."""
    done = agendad("plan", "--json", "--config", os.path.relpath(kept.config, agendad.cwd), "--now", kept.now)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["blocks"]) == 2


def test_an_absolute_path_of_calendars(project: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    (elsewhere / "work").mkdir(parents=True)
    project.configure(calendar=f'{{provider: local, path: "{elsewhere}", write: work, read: [work]}}')
    project.rule(*RULE)
    project.apply()
    assert len(list((elsewhere / "work").glob("*.ics"))) == 2


def test_the_state_is_a_ledger_and_decisions(kept: Project) -> None:
    assert {"ledger.db", "decisions.json"} <= {path.name for path in kept.state.iterdir()}
    assert kept.state.stat().st_mode & 0o077 == 0


def test_rule_files_are_every_yaml_below_the_rules_folder(project: Project) -> None:
    project.rules("a: {block: A, every: tuesday, at: 09:00-10:00}", file="deep/er/a.yaml")
    project.write("rules/notes.txt", "not a rule")
    project.write("rules/b.yaml.bak", "nonsense: [")
    assert project.plan().keys() == ["a/2026-11-24"]


def test_no_rule_at_all_is_a_quiet_calendar(project: Project) -> None:
    assert project.kept().keys() == []


@pytest.mark.parametrize("missing", ["me", "timezone", "language", "country", "working_hours", "horizon"])
def test_the_configuration_tells_what_it_misses_or_has_a_default(project: Project, missing: str) -> None:
    project.configure(**{missing: None})
    project.rule(*RULE)
    done = project.run("plan")
    assert done.status in {0, 1}
    if done.status == 1:
        assert missing in done.err


def test_without_a_configuration_the_command_says_how_to_begin(tmp_path: Path) -> None:
    done = command("plan", "--config", str(tmp_path / "none"), "--state", str(tmp_path / "s"))
    assert done.status == 1
    assert "agendad.yaml" in done.err
    assert "init" in done.err or "demo" in done.err


# ---------------------------------------------------------------- calendars that cannot be read


@pytest.mark.parametrize("calendar", ["personal", "family"])
@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_missing_calendar_folder_stops_the_cycle(kept: Project, words: tuple[str, ...], calendar: str) -> None:
    """If any calendar that a decision needs cannot be read whole, that decision waits: status 3."""
    (kept.calendars / calendar).rename(kept.calendars / "gone")
    before = contents(kept.root)
    done = kept.run(*words)
    assert (done.status, done.out) == (3, "")
    assert calendar in done.err
    assert contents(kept.root) == before


def test_a_missing_folder_of_calendars_stops_the_cycle(kept: Project) -> None:
    kept.calendars.rename(kept.config / "gone")
    done = kept.run("apply")
    assert done.status == 3
    assert "calendars" in done.err
    assert not kept.calendars.exists()


DAMAGED = {
    "half": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART;TZID=Europe/Par",
    "no end": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20261124T090000Z\r\nSUMMARY:X\r\n",
    "no start": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:X\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "bad start": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "garbage": bytes(range(256)),
}


@pytest.mark.parametrize("calendar", ["personal", "family"])
@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_that_might_matter_stops_the_cycle_and_is_named(kept: Project, kind: str, calendar: str) -> None:
    (kept.calendars / calendar / "broken.ics").write_bytes(DAMAGED[kind])
    kept.rule("block: Other", *RULE[1:])
    before = contents(kept.calendars)
    done = kept.run("apply")
    assert (done.status, done.out) == (3, "")
    assert "broken.ics" in done.err
    assert contents(kept.calendars) == before


def test_a_broken_event_that_cannot_matter_is_named_and_passed_over(kept: Project) -> None:
    """Its time is known and long past."""
    (kept.calendars / "family" / "old.ics").write_bytes(
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:20100101T090000Z\r\nDTEND:20100101T100000Z\r\n"
        b"SUMMARY:X\r\nATTENDEE;PARTSTAT=:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert kept.run("apply").status == 0


def test_an_own_block_that_was_damaged_is_not_written_over(kept: Project) -> None:
    file = kept.file_of(TUE)
    file.write_bytes(file.read_bytes()[:-60])
    before = file.read_bytes()
    done = kept.run("apply")
    assert done.status == 3
    assert file.name in done.err
    assert file.read_bytes() == before


def test_status_and_doctor_tell_of_a_calendar_that_cannot_be_read(kept: Project) -> None:
    (kept.calendars / "family").rename(kept.calendars / "gone")
    for words in (("status",), ("doctor",)):
        done = kept.run(*words)
        assert done.status == 3
        assert "family" in done.out + done.err


def test_files_that_are_no_calendar_files_are_left_alone(kept: Project) -> None:
    (kept.calendars / "personal" / "color").write_text("#00ff00")
    (kept.calendars / "personal" / ".tmp123.ics.tmp").write_text("half")
    (kept.calendars / "personal" / ".hidden.ics").write_text("half")
    before = contents(kept.calendars)
    assert kept.kept().keys() == [TUE, WED]
    assert contents(kept.calendars) == before


# ---------------------------------------------------------------- state


def test_two_processes_at_once_end_with_3_and_the_others_process_id(kept: Project, agendad: Agendad) -> None:
    agendad = agendad.having(AGENDAD_CONFIG=str(kept.config), AGENDAD_STATE=str(kept.state))
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from agendad.lock import locked\n"
            "with locked(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()",
            str(kept.state),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == "held\n"
        writing = (("apply",), ("run", "--once"), ("undo", "--yes"), ("purge", "--yes"), ("reset", TUE))
        with ThreadPoolExecutor() as together:  # each waits for some seconds
            for done in together.map(lambda words: agendad(*words, "--now", kept.now), writing):
                assert done.returncode == 3, done.args
                assert str(holder.pid) in done.stderr
        for words in (("plan",), ("status",), ("log",), ("explain", TUE), ("check",)):
            assert kept.run(*words).status == 0, words
        holder.stdin.close()
    assert kept.run("apply").status == 0


def test_a_state_folder_that_cannot_be_made_is_status_3_and_nothing_is_written(
    project: Project, tmp_path: Path
) -> None:
    project.rule(*RULE)
    (tmp_path / "file").write_text("")
    for state in (tmp_path / "file" / "state", tmp_path / "file"):
        done = command("apply", "--config", str(project.config), "--state", str(state), "--now", project.now)
        assert (done.status, done.out) == (3, "")
        assert str(state) in done.err
    assert project.files() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_state_folder_is_status_3(kept: Project) -> None:
    kept.rule("block: Other", *RULE[1:])
    before = contents(kept.calendars)
    kept.state.chmod(0o500)
    done = kept.run("apply")
    kept.state.chmod(0o700)
    assert done.status == 3
    assert contents(kept.calendars) == before


def test_a_damaged_decisions_file_is_named_and_nothing_is_decided_without_it(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    for text in ("{", "[]", '{"version": 99}', ""):
        (kept.state / "decisions.json").write_text(text)
        done = kept.run("apply")
        assert done.status == 3, text
        assert "decisions.json" in done.err
        assert (kept.state / "decisions.json").read_text() == text
        assert list(kept.own()) == [WED]


def test_a_damaged_ledger_is_no_reason_to_lose_or_double_anything(kept: Project) -> None:
    kept.edit(TUE, SUMMARY="Mine")
    kept.apply()
    kept.lose("ledger.db")
    (kept.state / "ledger.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    done = kept.run("apply")
    assert done.status in {0, 3}
    assert "ledger" in done.err
    assert sorted(kept.own()) == [TUE, WED]
    assert kept.own()[TUE]["SUMMARY"] == "Mine"


def test_a_ledger_of_a_newer_version_is_refused_with_3(kept: Project) -> None:
    import sqlite3

    database = sqlite3.connect(kept.state / "ledger.db")
    database.execute("PRAGMA user_version = 99")
    database.commit()
    database.close()
    before = contents(kept.calendars)
    done = kept.run("apply")
    assert done.status == 3
    assert "99" in done.err
    assert contents(kept.calendars) == before


def test_a_clock_before_the_last_run_is_refused(kept: Project) -> None:
    before = contents(kept.calendars)
    done = kept.run("apply", now="2026-11-20T08:00")
    assert done.status == 5
    assert contents(kept.calendars) == before


# ---------------------------------------------------------------- the terminal


def test_a_clock_that_was_ahead_once_is_accepted_once(kept: Project) -> None:
    kept.apply(now="2026-12-20T08:00")
    assert kept.run("apply").status == 5
    kept.apply("--yes")
    kept.apply()
    assert kept.ok("status", "--json").json["last_run"] is not None
    kept.ok("undo", "--yes")


def test_a_link_to_a_file_goes_with_its_block(kept: Project) -> None:
    """A link that pointed nowhere would be an unreadable file, and stop every later cycle."""
    file = kept.file_of(next(iter(kept.own())))
    real = kept.root / "elsewhere.ics"
    file.rename(real)
    file.symlink_to(real)
    kept.kept()
    kept.rule("block: Deep work", "every: thu", "at: 09:00-12:00")
    kept.kept()
    assert not file.is_symlink()


def test_a_link_that_loses_its_file_is_seen_at_once(kept: Project) -> None:
    file = kept.event("2026-11-26 09:00-10:00")
    real = kept.root / "elsewhere.ics"
    file.rename(real)
    file.symlink_to(real)
    kept.kept()
    real.unlink()
    done = kept.run("apply")
    assert done.status == 3
    assert file.name in done.err


def test_colour_only_on_a_terminal_and_never_under_no_color(agendad: Agendad, kept: Project) -> None:
    kept.rule("block: B", "evry: day", name="broken")

    def on_a_terminal(**env: str) -> bytes:
        parent, child = pty.openpty()
        words = [sys.executable, "-m", "agendad", "check", "--config", str(kept.config)]
        environ = {**agendad.having(TERM="xterm-256color", **env).environ()}
        with subprocess.Popen(words, stdout=child, stderr=child, stdin=child, env=environ) as process:
            os.close(child)
            text = b""
            while True:
                try:
                    piece = os.read(parent, 65536)
                except OSError:  # the terminal is gone
                    break
                if not piece:
                    break
                text += piece
            assert process.wait() == 1
        os.close(parent)
        return text

    assert b"evry" in on_a_terminal()
    assert b"\x1b[" not in on_a_terminal(NO_COLOR="1")
    done = agendad("check", "--config", str(kept.config))
    assert "\x1b" not in done.stdout + done.stderr


def test_a_change_of_the_default_settings_is_only_what_it_says(project: Project) -> None:
    """The fixture's own configuration is a good one."""
    assert set(SETTINGS) <= set(project.settings)
    assert project.ok("check", "--json").json["problems"] == []


# ---------------------------------------------------------------- the configuration


def test_the_configuration_of_the_contract_is_understood(project: Project) -> None:
    project.write(
        "agendad.yaml",
        """version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris        # or: calendar (follow the calendar's own setting)
language: fr
country: FR                   # public holidays; optional `subdivision:`
working_hours: {mon-fri: "09:00-18:00"}
horizon: 6 weeks              # how far ahead blocks are written
poll: 5m
away: {titles: ["/vacances|holiday|congés/i"]}
limits: {writes_per_cycle: 200, deletes_per_cycle: 50}
calendar:                     # where blocks are written, and what is read as busy
  provider: local             # local | google | caldav
  path: calendars/            # local: a folder of folders of .ics files (vdir), one folder a calendar
  write: personal
  read: [personal, family]
mail:
  provider: maildir           # maildir | gmail | imap
  path: Mail/                 # maildir: drafts in .Drafts, sent mail read from .Sent
""",
    )
    done = project.run("check", "--json")
    assert [each for each in done.json["problems"] if each["severity"] == "error"] == []
    project.rule(*RULE)
    assert project.plan().keys()[:2] == [TUE, WED]


def test_the_horizon_is_six_weeks_and_the_limits_are_200_and_50_unless_said_otherwise(project: Project) -> None:
    project.configure(horizon=None)
    for hour in range(9, 14):
        project.rule("block: B", "every: day", f"at: {hour:02}:00-{hour:02}:30", name=f"r{hour}")
    plan = project.plan()
    assert plan.days("r9")[-1] in {"2027-01-03", "2027-01-04"}
    assert project.run("apply").status == 4
    assert len(project.own()) == 200
    project.apply()
    for hour in range(9, 14):
        (project.config / "rules" / f"r{hour}.yaml").unlink()
    assert project.run("apply").status == 5
    project.apply("--yes")
    assert project.own() == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "Europe/Atlantis"),
        ("country", "XX"),
        ("horizon", "42"),
        ("working_hours", '{mon-fri: "nine to five"}'),
        ("limits", "{writes_per_cycle: many}"),
        ("calendar", "{provider: local, path: calendars/, wirte: personal}"),
        ("calendar", "{provider: lokal, path: calendars/, write: personal}"),
        ("grid", "7m"),
        ("away", '{titles: ["/(/"]}'),
        ("tentative", "maybe"),
        ("me", "{emails: [nobody]}"),
        ("colour", "red"),
    ],
)
def test_a_slip_in_the_configuration_is_shown_with_its_place(project: Project, name: str, value: str) -> None:
    project.configure(**{name: value})
    done = project.run("check", "--json")
    assert done.status == 1
    (problem,) = (each for each in done.json["problems"] if each["severity"] == "error")
    line = [*project.settings].index(name) + 2
    assert (problem["file"], problem["line"]) == ("agendad.yaml", line)


def test_a_calendar_in_one_file_is_read_and_never_written(project: Project) -> None:
    """An export of Google, Outlook or Apple: a single big .ics file as a read-only calendar."""
    event = project.event("2026-11-24 09:00-10:30", "In the export", calendar="elsewhere")
    export = project.calendars / "export.ics"
    export.write_bytes(event.read_bytes())
    before = export.read_bytes()
    project.configure(calendar="{provider: local, path: calendars/, write: personal, read: [personal, export.ics]}")
    project.rule(*RULE)
    assert project.kept().at(TUE) == "2026-11-24 10:30-12:00"
    assert export.read_bytes() == before


# ---------------------------------------------------------------- questions on a terminal


def answer(agendad: Agendad, project: Project, *words: str, text: bytes) -> tuple[int, str]:
    """Runs the command on a terminal of its own, where somebody types `text`."""
    parent, child = pty.openpty()
    folders = ("--config", str(project.config), "--state", str(project.state), "--now", project.now)
    command_line = [sys.executable, "-m", "agendad", *words, *folders]
    with subprocess.Popen(command_line, stdin=child, stdout=child, stderr=child, env=agendad.environ()) as process:
        os.close(child)
        os.write(parent, text)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # the terminal is gone
                break
            if not piece:
                break
            shown += piece
        status = process.wait()
    os.close(parent)
    return status, shown.decode()


@pytest.mark.parametrize("words", [("purge",), ("undo",), ("apply",)], ids=lambda words: words[0])
def test_on_a_terminal_the_command_asks(agendad: Agendad, kept: Project, words: tuple[str, ...]) -> None:
    """`purge`, `undo` and `apply` over a limit ask on a terminal."""
    if words == ("apply",):
        kept.configure(limits="{deletes_per_cycle: 1}")
        kept.rule(*RULE, "enabled: false")
    status, shown = answer(agendad, kept, *words, text=b"n\n")
    assert status != 0
    assert "[y/N]" in shown
    assert sorted(kept.own()) == [TUE, WED]
    status, shown = answer(agendad, kept, *words, text=b"y\n")
    assert status == 0, shown
    assert kept.own() == {}


# ---------------------------------------------------------------- folders as people have them


def test_rule_tests_beside_the_rules_are_no_rules(project: Project) -> None:
    project.rule(*RULE)
    project.write(
        "rules/work.test.yaml",
        "version: 1\nnow: 2026-11-23T08:00\n"
        "tests:\n  - {name: t, rules: [r], over: 2026-11-24, expect: {blocks: []}}\n",
    )
    assert project.ok("check", "--json").json["problems"] == []
    assert project.kept().keys() == [TUE, WED]


def test_a_calendar_folder_may_be_a_link(project: Project, tmp_path: Path) -> None:
    (tmp_path / "synced").mkdir()
    (project.calendars / "personal").rmdir()
    (project.calendars / "personal").symlink_to(tmp_path / "synced")
    project.rule(*RULE)
    project.apply()
    assert len(list((tmp_path / "synced").glob("*.ics"))) == 2
    assert (project.calendars / "personal").is_symlink()


def test_without_read_the_written_calendar_is_busy(project: Project) -> None:
    project.configure(calendar="{provider: local, path: calendars/, write: personal}")
    project.event("2026-11-24 09:00-10:00")
    project.rule(*RULE)
    assert project.plan().at(TUE) == "2026-11-24 10:00-12:00"


def test_events_without_a_zone_are_in_that_of_the_configuration(project: Project) -> None:
    path = project.event("2026-11-24 09:00-10:00")
    path.write_bytes(path.read_bytes().replace(b";TZID=Europe/Paris", b""))
    project.rule(*RULE)
    assert project.plan().at(TUE) == "2026-11-24 10:00-12:00"


@pytest.mark.parametrize("moment", ["2026-11-23T08:00:00.500", "2026-11-23T07:00:00Z", "2026-11-23T02:00:00-05:00"])
def test_now_in_any_spelling_is_the_same_instant(kept: Project, moment: str) -> None:
    assert kept.plan(now=moment).changes == []
    assert kept.run("apply", now=moment).status == 0


def test_a_new_file_of_a_sync_program_is_seen_at_once(kept: Project) -> None:
    """Files are read again only when changed, and always when changed: also within one second."""
    left = {9: "2026-11-24 10:00-12:00", 10: "2026-11-24 09:00-10:00", 11: "2026-11-24 09:00-11:00"}
    for hour, expected in left.items():
        path = kept.event(f"2026-11-24 {hour:02}:00-{hour + 1:02}:00", uid="new")
        assert kept.plan().at(TUE) == expected
        path.unlink()
        assert kept.plan().at(TUE) == "2026-11-24 09:00-12:00"


def test_the_state_folder_can_be_read_by_its_owner_alone(kept: Project) -> None:
    for path in (kept.state / "ledger.db", kept.state / "decisions.json"):
        assert path.stat().st_mode & 0o077 == 0, path
