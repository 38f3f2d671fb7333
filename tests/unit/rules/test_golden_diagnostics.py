"""Each file below tests/golden/diagnostics holds broken input and the exact text that `agendad check` shows for it.

A file is a list of sections: `==== NAME` and the content of that file, at last `==== expected` and the text. A name
with `(escaped)` behind it holds backslash escapes for bytes that a text file could not. With an agendad.yaml among
the files they are a configuration folder, else loose rule files. `AGENDAD_GOLDEN=write pytest` writes the expected
texts anew; they are then for a person to review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from agendad.rules.load import Loaded, load_configuration, load_paths
from agendad.rules.report import as_text
from agendad.rules.tree import parse

CASES = sorted((Path(__file__).parents[2] / "golden" / "diagnostics").glob("*.txt"))
ESCAPED = " (escaped)"
EXPECTED = "==== expected\n"


def sections(text: str) -> dict[str, bytes]:
    """The input files of a case by name."""
    given, _, _ = text.partition(EXPECTED)
    files = {}
    for part in given.split("==== ")[1:]:
        name, _, content = part.partition("\n")
        if name.endswith(ESCAPED):
            files[name.removesuffix(ESCAPED)] = content.rstrip("\n").encode().decode("unicode_escape").encode("latin-1")
        else:
            files[name] = content.encode()
    return files


def load(files: dict[str, bytes], folder: Path) -> Loaded:
    """What is found in the given files, written into `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if "agendad.yaml" in files:
        (folder / "rules").mkdir(exist_ok=True)
        return load_configuration(folder, template_dirs=[folder / "templates"])
    return load_paths([folder / "rules"], folder, template_dirs=[folder / "templates"])


def test_there_are_many_broken_inputs() -> None:
    assert len(CASES) >= 180


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_problems_are_shown_with_place_and_likely_correction(case: Path, tmp_path: Path) -> None:
    text = case.read_text(encoding="utf-8")
    shown = "\n".join(as_text(problem) for problem in load(sections(text), tmp_path).diagnostics)
    given, _, expected = text.partition(EXPECTED)
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        case.write_text(given + EXPECTED + shown, encoding="utf-8")
    else:
        assert shown == expected
    assert shown, "a broken input must have a problem"


OTHERWISE = {"yaml-tab-in-line", "yaml-unknown-directive", "yaml-unknown-escape"}
"""Where the pure parser is stricter or milder than libyaml, or shows the next character."""


@pytest.mark.parametrize("case", [case for case in CASES if case.stem not in OTHERWISE], ids=lambda path: path.stem)
def test_the_pure_parser_finds_the_same_problems_as_libyaml(case: Path) -> None:
    for file, data in sections(case.read_text(encoding="utf-8")).items():
        assert parse(file, data, yaml.SafeLoader).problems == parse(file, data).problems
