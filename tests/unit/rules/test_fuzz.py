"""Whatever stands in a file: reading it gives rules or problems, never a traceback, and every place is in the file."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.rules.config import read_settings
from agendad.rules.load import load_configuration, load_rule_text
from agendad.rules.people import read_people
from agendad.rules.report import as_github, as_text
from agendad.rules.source import MAX_BYTES
from agendad.rules.tree import parse

if TYPE_CHECKING:
    import random

TEMPLATES = Path(__file__).parents[3] / "templates" / "starter"
PAGE = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
VALID = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PIECES = (
    *"{}[]:,-#&*!|>'\"%@`?\t\n\r ",
    "\r\n", "\n\n", "  ", "<<: ", "{{ x }}", "---\n", "...\n", "null", "~", "0", "-1", "99999999999999999999", "²",
    "٣", "\ufeff", "\u2028", "\x85", "é", "深", "\U0001f600", "\x00", "\x1b", "\\ud800", "\\x07", "1h", "09:00",
    "24:00-24:00", "every", "rules", "version", "x-", "/(/", "group:", "tier:x", "*@", "me", "day 31 of month",
    "2026-02-30", "20% of x", "90%", "draft", "a.md.j2", "organizer", "person", "when", "a" * 200,
)  # fmt: skip


def check(data: bytes) -> None:
    """Reads bytes as each kind of file, and holds every problem against the text."""
    found = [*load_rule_text(data, "f.yaml", template_dirs=[TEMPLATES]).diagnostics]
    found += read_settings(Path("/nowhere"), data)[1]
    found += read_people(data)[1]
    found += parse("f.yaml", data, yaml.SafeLoader).problems
    text = data[: MAX_BYTES + 1].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    lines = re.split(r"\r\n|\n|\r", text)
    for problem in found:
        span = problem.span
        assert 1 <= span.line <= len(lines)
        line = lines[span.line - 1]
        assert 1 <= span.column < span.end_column <= len(line) + 2
        assert problem.code == "too-large" or problem.source == line
        assert problem.message
        assert "\n" not in problem.message + problem.hint
        as_text(problem).encode()
        as_github(problem).encode()


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_a_traceback(data: bytes) -> None:
    check(data)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_mixture_of_yaml_is_read_without_a_traceback(pieces: list[str]) -> None:
    check("".join(pieces).encode())


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_damage_to_a_good_file_is_read_without_a_traceback(text: str, chance: random.Random, times: int) -> None:
    for _ in range(times):
        start = chance.randrange(len(text) + 1)
        stop = start + chance.choice((0, 0, 1, 3, 20))
        source = chance.choice(VALID)
        cut = chance.randrange(len(source))
        piece = chance.choice((chance.choice(PIECES), "", source[cut : cut + chance.randrange(30)]))
        text = text[:start] + piece + text[stop:]
    check(text.encode())


WORDS = re.compile(r"[\w:.>=/@*-]+")


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.sampled_from(PIECES))
def test_any_word_in_place_of_another_is_read_without_a_traceback(text: str, chance: random.Random, piece: str) -> None:
    """Keeps the shape of the file, so that the damage reaches the fields and what compares rules."""
    words = list(WORDS.finditer(text))
    word = chance.choice(words)
    other = chance.choice((chance.choice(words).group(), piece))
    check((text[: word.start()] + other + text[word.end() :]).encode())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration folder whose rules name people, groups and templates."""
    found = tmp_path_factory.mktemp("configuration")
    (found / "rules").mkdir()
    (found / "templates").mkdir()
    for name in set(re.findall(r"[\w-]+\.md\.j2", PAGE)):
        (found / "templates" / name).write_text("---\nsubject: Hello\n---\n", encoding="utf-8")
    for name, sign in (("people.yaml", "\npeople:\n"), ("agendad.yaml", "\ncalendar:"), ("rules/a.yaml", "\nrules:")):
        (found / name).write_text(next(text for text in VALID if sign in text), encoding="utf-8")
    return found


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(VALID), st.randoms(use_true_random=False), st.sampled_from(PIECES))
def test_any_word_in_a_folder_is_held_against_people_and_categories(
    folder: Path, text: str, chance: random.Random, piece: str
) -> None:
    """What compares rules with people, categories and templates reads a changed file without a traceback."""
    words = list(WORDS.finditer(text))
    word = chance.choice(words)
    other = chance.choice((chance.choice(words).group(), piece))
    changed = text[: word.start()] + other + text[word.end() :]
    names = {"\ncalendar:": "agendad.yaml", "\npeople:\n": "people.yaml"}
    path = folder / next((name for sign, name in names.items() if sign in text), "rules/a.yaml")
    before = path.read_bytes()
    path.write_text(changed, encoding="utf-8", newline="")
    for problem in load_configuration(folder, template_dirs=[folder / "templates"]).diagnostics:
        assert problem.message
        as_text(problem).encode()
    path.write_bytes(before)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe\x00",
        b"a: " + b"[" * 5000,
        b"{" * 5000,
        b"- " * 5000,
        b"? " * 5000,
        b"&a " * 100,
        b"a:\n" + b" " * 5000 + b"b",
        b"'" + b"''" * 5000,
        b"a: !!!! b",
        b"%YAML 9.9\n---\na: b\n",
        b"a: |9\n x\n",
        b"\r" * 100,
        b"key: \xf0\x9f\x98",
        b"version: " + b"9" * 5000,
        b"version: 1\nrules: {a: {block: A, every: " + b"9" * 5000 + b" days, at: 09:00-10:00}}",
    ],
)
def test_known_traps_are_read_without_a_traceback(data: bytes) -> None:
    check(data)


@pytest.mark.parametrize(
    "data",
    [
        b"version: 1\nrules: {a: {block: A, every: week, lasts: 1h, prefer: [" + b"x, " * 300_000 + b"]}}",
        b"version: 1\nrules:\n  a:\n    block: A\n" + b"".join(b"    k%d: 1\n" % number for number in range(70_000)),
        b"version: 1\nrules: {a: {block: A, every: " + b"first monday of " * 60_000 + b", at: 09:00-10:00}}",
    ],
    ids=["list", "keys", "text"],
)
def test_a_file_full_of_mistakes_costs_seconds_at_most(data: bytes) -> None:
    """Nearest words are looked for a hundred times in one list or mapping, not once for each of its items."""
    began = time.process_time()
    assert load_rule_text(data).has_errors
    assert time.process_time() - began < 20
