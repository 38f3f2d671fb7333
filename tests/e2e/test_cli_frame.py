"""How the command behaves around every subcommand: options, help, exit statuses, pipes, imports, completion."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import agendad.cli.commands
from agendad import __version__
from agendad.cli.table import COMMANDS, GROUPS

if TYPE_CHECKING:
    from command import Agendad

MODULES = sorted(path.stem for path in Path(agendad.cli.commands.__path__[0]).glob("[a-z]*.py"))

# ---------------------------------------------------------------- help


def test_help_lists_every_command_in_its_group_and_examples(agendad: Agendad) -> None:
    done = agendad("--help")
    assert done.returncode == 0
    assert done.stderr == ""
    for group, commands in GROUPS.items():
        assert f"\n{group}:\n" in done.stdout
        for command in commands:
            assert f"  {command.name:<12}{command.summary}\n" in done.stdout
    assert "examples:" in done.stdout


def test_no_command_prints_the_help_as_wrong_usage(agendad: Agendad) -> None:
    done = agendad()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == agendad("--help").stdout


def test_version(agendad: Agendad) -> None:
    assert agendad("--version").stdout == f"agendad {__version__}\n"


def test_the_installed_script_and_the_module_are_the_same_command(agendad: Agendad) -> None:
    script = shutil.which("agendad", path=agendad.environ()["PATH"])
    assert script is not None
    by_script = subprocess.run([script, "--help"], env=agendad.environ(), capture_output=True, text=True, check=True)
    assert by_script.stdout == agendad("--help").stdout


def test_every_command_has_a_module_and_every_module_a_command() -> None:
    assert sorted(COMMANDS) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_each_command_explains_itself_and_takes_the_common_options(agendad: Agendad, name: str) -> None:
    done = agendad(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: agendad {name} ")
    for option in ("--config DIR", "--state DIR", "--now INSTANT", "--quiet"):
        assert option in done.stdout
    assert ("--json" in done.stdout) == COMMANDS[name].json


# ---------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("statsu",), "unknown command `statsu`", "did you mean `status`?"),
        (("xyzzy",), "unknown command `xyzzy`", "`agendad --help` lists them"),
        (("--verison",), "`agendad` does not take `--verison`", "did you mean `--version`?"),
        (("completion", "bash", "--quite"), "`agendad completion` does not take `--quite`", "did you mean `--quiet`?"),
        (("completion", "bash", "--stat", "x"), "`agendad completion` does not take", "did you mean `--state`?"),
        (("completion", "tcsh"), "argument shell: invalid choice: 'tcsh'", "`agendad completion --help` shows"),
        (("completion",), "the following arguments are required: shell", "`agendad completion --help` shows"),
        (("completion", "bash", "--now"), "argument --now: expected one argument", "`agendad completion --help` shows"),
        (("--now", "tomorrow", "completion", "bash"), "--now `tomorrow` is not an instant", "2026-11-23T08:00"),
        (("--json", "completion", "bash"), "`completion` has no --json", ""),
    ],
)
def test_wrong_usage_exits_2_with_one_message_and_a_hint(
    agendad: Agendad, words: tuple[str, ...], message: str, hint: str
) -> None:
    done = agendad(*words)
    assert (done.returncode, done.stdout) == (2, "")
    first, *rest = done.stderr.splitlines()
    assert first.startswith(f"agendad: error: {message}")
    assert len(rest) == bool(hint)
    if hint:
        assert rest[0].startswith("  hint: ")
        assert hint in rest[0]


# ---------------------------------------------------------------- every way a command can end


class Standin:
    """Puts a command module of the test's own in the place of `status`, and runs the real frame around it."""

    def __init__(self, agendad: Agendad, folder: Path) -> None:
        self.agendad = agendad
        self.folder = folder

    def start(self, body: str, *words: str) -> subprocess.Popen[str]:
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        self.folder.joinpath("status.py").write_text(
            f"import sys\nfrom agendad.errors import *\ndef arguments(parser): pass\ndef run(args, context):\n{lines}\n"
        )
        program = (
            "import sys, agendad.cli.commands as commands\n"
            f"commands.__path__.insert(0, {str(self.folder)!r})\n"
            "from agendad.cli.main import main\n"
            f"sys.exit(main({list(words)!r}))\n"
        )
        return subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=self.agendad.cwd,
            env=self.agendad.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, body: str, *words: str) -> tuple[int, str, str]:
        with self.start(body, *(words or ("status",))) as process:
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err


@pytest.fixture
def standin(agendad: Agendad, tmp_path: Path) -> Standin:
    folder = tmp_path / "standin"
    folder.mkdir()
    return Standin(agendad, folder)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("AgendadError", 1),
        ("UsageError", 2),
        ("ProviderError", 3),
        ("AlreadyRunning", 3),
        ("PartlyApplied", 4),
        ("RefusedBySafety", 5),
    ],
)
def test_an_error_is_one_message_with_its_exit_status(standin: Standin, error: str, status: int) -> None:
    done = standin(f'raise {error}("the sky is grey", hint="wait")')
    assert done == (status, "", "agendad: error: the sky is grey\n  hint: wait\n")


PROBLEMS = """
from agendad.diagnostics import Diagnostic, Span
raise ProblemsFound([Diagnostic(Span("rules/a.yaml", 4, 12, 15), "unknown-key", "no such key", "did you mean `at`?")])
"""


def test_problems_of_rule_files_go_to_stderr_with_their_place(standin: Standin) -> None:
    status, out, err = standin(PROBLEMS)
    assert (status, out) == (1, "")
    assert "rules/a.yaml:4:12: error[unknown-key]: no such key\n" in err


def test_problems_of_rule_files_are_an_object_on_stdout_with_json(standin: Standin) -> None:
    status, out, err = standin(PROBLEMS, "status", "--json")
    assert (status, err) == (1, "")
    found = json.loads(out)
    assert found["version"] == 1
    assert [(p["file"], p["line"], p["column"], p["message"], p["hint"]) for p in found["problems"]] == [
        ("rules/a.yaml", 4, 12, "no such key", "did you mean `at`?")
    ]


def test_a_fault_keeps_its_traceback_and_says_how_to_report_it(standin: Standin) -> None:
    status, out, err = standin("return 1 // 0")
    assert (status, out) == (70, "")
    assert "ZeroDivisionError" in err
    assert err.splitlines()[-2] == "agendad: error: this is a fault in agendad itself"
    assert f"`agendad status`, agendad {__version__}, Python 3." in err


def test_an_interrupt_is_told_in_one_line(standin: Standin) -> None:
    assert standin("raise KeyboardInterrupt") == (130, "", "agendad: interrupted\n")


def test_a_reader_that_goes_away_stops_neither_the_work_nor_is_it_an_error(standin: Standin, tmp_path: Path) -> None:
    body = f"""
for number in range(20000):
    context.print(f"line {{number}} of a long result")
open({str(tmp_path / "finished")!r}, "w").close()
return 4
"""
    with standin.start(body, "status") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "line 0 of a long result\n"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(60) == 4
    assert (tmp_path / "finished").exists()


def test_plain_print_into_a_closed_pipe_is_silent_too(standin: Standin) -> None:
    with standin.start("for _ in range(20000): print('a line of a long result')\nreturn 0", "status") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(60) == 0


def test_help_into_a_closed_pipe_is_silent(agendad: Agendad) -> None:
    script = "agendad --help | true; echo ${PIPESTATUS[0]}"
    done = subprocess.run(
        ["bash", "-c", script], env=agendad.environ(), cwd=agendad.cwd, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("size", [1, 100_000])
def test_a_result_that_cannot_be_written_is_an_error(agendad: Agendad, size: int) -> None:
    """Whether the disk is found full while printing or only at the end."""
    phrase = "week" + " " * size
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agendad", "when", phrase, "--json"],
            env=agendad.environ(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    message = "agendad: error: the result cannot be printed: no space left on device\n"
    assert (done.returncode, done.stderr) == (3, message)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_help_onto_a_full_disk_is_an_error(agendad: Agendad) -> None:
    done = subprocess.run(
        ["bash", "-c", "agendad --help >/dev/full"], env=agendad.environ(), capture_output=True, text=True, check=False
    )
    message = "agendad: error: the result cannot be printed: no space left on device\n"
    assert (done.returncode, done.stderr) == (3, message)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_shell_has_closed_stops_nothing(agendad: Agendad, closed: str) -> None:
    script = f"agendad when week --json {closed}"
    done = subprocess.run(
        ["bash", "-c", script], env=agendad.environ(), cwd=agendad.cwd, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_help_is_as_wide_as_the_terminal(agendad: Agendad) -> None:
    narrow = agendad.having(COLUMNS="50")("completion", "--help").stdout
    assert max(map(len, narrow.partition("options:")[2].partition("to use it:")[0].splitlines())) <= 50


def test_titles_that_the_terminal_cannot_show_are_escaped(standin: Standin) -> None:
    standin.agendad = standin.agendad.having(PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert standin('context.print("café ☕")\nreturn 0') == (0, "caf\\xe9 \\u2615\n", "")


# ---------------------------------------------------------------- common options

SHOW = """
from datetime import timedelta, timezone
zone = timezone(timedelta(hours=1))
fixed = context.clock(zone).now() if context.instant else None
context.print_json([str(context.config_dir), str(context.state_dir), str(fixed), context.json, context.quiet])
return 0
"""


def shown(standin: Standin, *words: str) -> list[object]:
    status, out, err = standin(SHOW, *words)
    assert (status, err) == (0, "")
    result = json.loads(out)
    assert isinstance(result, list)
    return result


def test_common_options_mean_the_same_before_and_after_the_name(standin: Standin, tmp_path: Path) -> None:
    options = ("--config", "c", "--state", "s", "--now", "2026-11-23T08:00", "--json", "--quiet")
    expected = [str(tmp_path / "c"), str(tmp_path / "s"), "2026-11-23 08:00:00+01:00", True, True]
    assert shown(standin, *options, "status") == expected
    assert shown(standin, "status", *options) == expected
    assert shown(standin, *options[:4], "status", *options[4:]) == expected


def test_the_later_of_two_values_counts(standin: Standin, tmp_path: Path) -> None:
    assert shown(standin, "--config", "a", "status", "--config", "b")[0] == str(tmp_path / "b")


def test_folders_come_from_the_option_then_the_environment_then_the_home(standin: Standin, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert shown(standin, "status")[:2] == [str(home / ".config/agendad"), str(home / ".local/state/agendad")]
    standin.agendad = standin.agendad.having(AGENDAD_CONFIG=str(tmp_path / "e"), AGENDAD_STATE="rel")
    assert shown(standin, "status")[:2] == [str(tmp_path / "e"), str(tmp_path / "rel")]
    assert shown(standin, "status", "--config", "c", "--state", "s")[:2] == [str(tmp_path / "c"), str(tmp_path / "s")]


def test_a_configuration_folder_that_carries_its_state_needs_no_second_option(standin: Standin, tmp_path: Path) -> None:
    (tmp_path / "demo/state").mkdir(parents=True)
    assert shown(standin, "--config", "demo", "status")[1] == str(tmp_path / "demo/state")
    assert shown(standin, "--config", "demo", "--state", "s", "status")[1] == str(tmp_path / "s")


# ---------------------------------------------------------------- imports

HEAVY = {
    "asyncio",
    "concurrent.futures",
    "ctypes",
    "dateutil",
    "holidays",
    "http",
    "icalendar",
    "importlib.metadata",
    "jinja2",
    "multiprocessing",
    "numpy",
    "recurring_ical_events",
    "rich.console",
    "socket",
    "sqlite3",
    "unittest",
    "urllib.request",
    "yaml",
}
FRAME_ONLY = HEAVY | {"dataclasses", "datetime", "difflib", "inspect", "json", "pathlib", "shutil", "subprocess"}


def imported(agendad: Agendad, *words: str) -> set[str]:
    """The modules that stand in memory when the command is done."""
    program = (
        "import sys\nfrom agendad.cli.main import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write('\\n=' + ' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=agendad.environ(),
        cwd=agendad.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.rpartition("\n=")[2].split())


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("statsu",), ()], ids=" ".join)
def test_without_a_command_only_the_parser_is_imported(agendad: Agendad, words: tuple[str, ...]) -> None:
    modules = imported(agendad, *words)
    unwanted = FRAME_ONLY - {"difflib"} if words == ("statsu",) else FRAME_ONLY
    assert not modules & unwanted
    ours = {name for name in modules if name.startswith("agendad.")}
    assert ours - {"agendad.cli.printable"} == {  # an error is made printable
        "agendad.cli",
        "agendad.cli.main",
        "agendad.cli.arguments",
        "agendad.cli.table",
        "agendad.errors",
    }


@pytest.mark.parametrize("name", MODULES)
def test_the_help_of_a_command_imports_nothing_heavy(agendad: Agendad, name: str) -> None:
    modules = imported(agendad, name, "--help")
    assert not modules & HEAVY
    assert {other for other in MODULES if f"agendad.cli.commands.{other}" in modules} == {name}


def test_when_reads_no_file_and_needs_only_the_grammar(agendad: Agendad) -> None:
    modules = imported(agendad, "when", "2 weeks on tuesday")
    assert not modules & (HEAVY | {"json", "zoneinfo", "platformdirs"})
    assert "agendad.core.recurrence" in modules


CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
working_hours: {mon-fri: "09:00-18:00"}
calendar: {provider: local, path: calendars, write: personal, read: [personal]}
"""
PLAIN_RULES = """\
version: 1
rules:
  deep-work:
    block: Deep work
    every: weekday
    at: 09:00-12:00
    except: [away]
  walk:
    block: Walk
    after: {meeting: any, lasts: ">= 1h"}
    lasts: 15m
"""


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    """A configuration with two plain rules, and an empty calendar."""
    for folder in ("rules", "state", "calendars/personal"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "agendad.yaml").write_text(CONFIGURATION)
    (tmp_path / "rules/a.yaml").write_text(PLAIN_RULES)
    return tmp_path


CYCLE = {"yaml", "sqlite3"}
BUDGET = {
    ("check",): {"yaml"},
    ("schema",): {"yaml"},
    ("log",): CYCLE,
    ("test",): CYCLE,
    ("drafts",): CYCLE,
    ("away",): {"yaml"},
    ("plan",): CYCLE,
    ("status",): CYCLE | {"socket"},  # it asks the daemon
    ("doctor",): CYCLE,
    ("balance",): CYCLE,
    ("signals",): CYCLE,
    ("explain", "deep-work"): CYCLE,
}


@pytest.mark.parametrize("words", BUDGET, ids=" ".join)
def test_a_command_imports_only_what_its_work_needs(agendad: Agendad, configured: Path, words: tuple[str, ...]) -> None:
    """Calendar libraries are for events, `holidays` for a country, templates for expressions."""
    assert agendad(*words, "--config", str(configured)).returncode == 0
    modules = imported(agendad, *words, "--config", str(configured))
    assert modules & HEAVY <= BUDGET[words]
    assert not {name for name in modules if name.startswith("agendad.ledger")} or "sqlite3" in BUDGET[words]


# ---------------------------------------------------------------- completion

RULES = """\
version: 1
rules:
  deep-work:   # mornings
    block: Deep work
    every: weekday
  walk:
    block: Walk
x-notes:
  not-a-rule: 1
"""


def completed_in_bash(agendad: Agendad, *words: str) -> list[str]:
    """What bash offers at the end of `agendad WORDS`."""
    line = " ".join(f"'{word}'" for word in words)
    script = (
        'eval "$(agendad completion bash)"; complete -p agendad >&2\n'
        f"COMP_WORDS=(agendad {line}); COMP_CWORD={len(words)}; _agendad; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=agendad.environ(),
        cwd=agendad.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "complete -o default -F _agendad agendad\n"
    return done.stdout.split("\n")[:-1]


def test_bash_completes_commands_options_and_choices(agendad: Agendad) -> None:
    assert completed_in_bash(agendad, "comp") == ["completion"]
    assert completed_in_bash(agendad, "--now", "2026-11-23T08:00", "comp") == ["completion"]
    assert completed_in_bash(agendad, "completion", "") == ["bash", "zsh", "fish"]
    assert completed_in_bash(agendad, "completion", "--st") == ["--state"]
    assert completed_in_bash(agendad, "") == list(COMMANDS)


def test_bash_completes_file_names_where_a_folder_is_due(agendad: Agendad) -> None:
    assert completed_in_bash(agendad, "completion", "--config", "") == [""]


def test_bash_completes_rule_ids(agendad: Agendad, tmp_path: Path) -> None:
    (tmp_path / "conf/rules/team").mkdir(parents=True)
    (tmp_path / "conf/rules/team/a.yaml").write_text(RULES)
    assert completed_in_bash(agendad, "--config", "conf", "explain", "") == ["deep-work", "walk"]
    assert completed_in_bash(agendad, "--config", "conf", "explain", "w") == ["walk"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_completes_with_the_meaning_beside_the_word(agendad: Agendad) -> None:
    done = subprocess.run(
        ["fish", "--no-config", "-c", 'agendad completion fish | source; complete -C "agendad comp"'],
        env=agendad.environ(),
        cwd=agendad.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"completion\t{COMMANDS['completion'].summary}\n"


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_hands_words_and_meanings_to_its_own_describe(agendad: Agendad) -> None:
    script = """
        compdef() {{ print -r -- "compdef $@" }}
        _describe() {{ print -rl -- "${{(@P)2}}" }}
        eval "$(agendad completion zsh)"
        words=(agendad comp); CURRENT=2; _agendad
    """.format()
    done = subprocess.run(
        ["zsh", "-f", "-c", script],
        env=agendad.environ(),
        cwd=agendad.cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"compdef _agendad agendad\ncompletion:{COMMANDS['completion'].summary}\n"
