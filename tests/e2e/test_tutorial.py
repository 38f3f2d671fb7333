"""The tutorial, followed word by word: every command that shows what it prints prints that."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from project import command

PAGE = (Path(__file__).parents[2] / "docs/tutorial.md").read_text()
NOW = "2026-11-23T08:00"
STEP = re.compile(
    r"`demo/(?P<name>(?:rules|templates)/[\w.-]+)`:\n\n```\w+\n(?P<text>.*?)^```"  # write this to ...
    r"|^```\n(?P<session>\$ .*?)^```"
    r"|Change `(?P<right>\w+:)` to `(?P<wrong>\w+:)` in `demo/(?P<broken>[\w./-]+)`"
    r"|(?P<mended>Put it right again)"
    r"|^rm .*'(?P<deleted>SUMMARY:[^']+)' (?P<pattern>\S+) \| tail -1",
    re.MULTILINE | re.DOTALL,
)


def test_what_the_tutorial_shows_is_what_one_sees(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    assert command("demo", str(demo), "--now", NOW).status == 0
    given: list[str] = []
    broken, before = demo, ""
    for step in STEP.finditer(PAGE):
        if step["name"]:
            (demo / step["name"]).write_text(step["text"])
        elif step["right"]:
            broken = demo / step["broken"]
            before = broken.read_text()
            broken.write_text(before.replace(step["right"], step["wrong"], 1))
        elif step["mended"]:
            broken.write_text(before)
        elif step["deleted"]:
            files = sorted(tmp_path.glob(step["pattern"]))
            [path for path in files if step["deleted"] in path.read_text()][-1].unlink()
        else:
            for words, shown in sessions(step["session"]):
                done = command(*words, "--now", NOW, "--config", str(demo))
                assert re.fullmatch(as_pattern(shown), done.out + done.err), f"{words}: {done.out}{done.err}"
                given.append(words[0])
    assert given[0] == "plan"
    assert given[-1] == "undo"


def sessions(text: str) -> list[tuple[list[str], str]]:
    """The commands of a block, each with what it shows."""
    parts = re.split(r"^\$ agendad (.*)\n", text, flags=re.MULTILINE)
    return [(shlex.split(words), shown) for words, shown in zip(parts[1::2], parts[2::2], strict=True)]


def as_pattern(shown: str) -> str:
    """Any number of lines may stand for a line `...`."""
    lines = [r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True)]
    return "".join(lines)
