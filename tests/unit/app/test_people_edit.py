"""people.yaml changes by what is added, and by no other byte."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import given

from agendad.app.people_edit import PeopleFile
from agendad.app.people_text import with_entries, with_note
from agendad.errors import AgendadError, ProblemsFound, ProviderError
from agendad.model.settings import Person
from agendad.rules.people import read_people

if TYPE_CHECKING:
    from pathlib import Path

NEW = Person(
    "new-one",
    'René O\'Neil: "the" #1',
    ("rene@example.org", "1@example.org"),
    frozenset({"team", "no"}),
    2,
    "no",
    "Europe/Paris",
    ("C++", "a, b"),
    "first line\n\nthird: line",
    "Meetup, 2026-11-20",
)
HEAD = "# who I know\nversion: 1\n"
LAYOUTS = {
    "lines": f"{HEAD}people:\n  ada:  # close\n    name: Ada\n    tier: 1  # the closest\n",
    "no line end": f"{HEAD}people:\n  ada: {{name: Ada}}",
    "comments behind": f"{HEAD}people:\n    ada:\n        emails:\n        - a@b.c   # home\n\n# the end\n",
    "people first": f"{HEAD}people:\n  ada: {{name: Ada}}\n\ngroups: [team]\n",
    "braces": f"{HEAD}people: {{ada: {{name: Ada}}}}  # few\n",
    "braces over lines": f"{HEAD}people: {{\n  ada: {{name: Ada}},  # one\n}}\n",
    "all in braces": "{version: 1, people: {ada: {name: Ada}}}",
    "all in braces, nobody": "{version: 1, groups: [team]}\n",
    "empty braces": f"{HEAD}people: {{}}\n",
    "nobody": f"{HEAD}people:   # nobody yet\n",
    "no people": f"{HEAD}groups: [team]  # mine\n",
    "literal": f"{HEAD}people:\n  ada:\n    notes: |\n      one\n      two\n\n# end\n",
    "literal, kept": f"{HEAD}people:\n  ada:\n    notes: |+\n      one\n\n",
    "literal, at the end": f"{HEAD}people:\n  ada:\n    notes: |-\n      one\n      two",
    "folded": f"{HEAD}people:\n  ada:\n    notes: >\n      one\n      two\n\n      three\n    tier: 1\n",
    "plain over lines": f"{HEAD}people:\n  ada:\n    notes: one\n      two\n    tier: 1\n",
    "quoted": f"{HEAD}people:\n  ada:\n    notes: 'it''s one'  # so\n    tier: 1\n",
    "notes last": f"{HEAD}people:\n  ada:\n    notes: one\n  bob: {{notes: x}}\n",
    "CRLF": f"{HEAD}people:\n  ada:\n    notes: one\n    tier: 1\n".replace("\n", "\r\n"),
    "byte order mark": f"\ufeff{HEAD}people:\n  ada: {{name: Ada}}\n",
    "empty": "",
    "comments only": "# nobody\n",
    "groups as lines": f"{HEAD}people:\n  ada:\n    name: Ada\n    groups:\n      - team\n      # no more\n",
}


def removed(before: str, after: str) -> str:
    """What was put in at one place; fails when anything else changed."""
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    kept = len(before) - start
    end = len(after) - kept
    if before[start:] != after[end:]:  # the added text may begin like the text behind it
        start = next(at for at in range(start, -1, -1) if after.endswith(before[at:]))
        end = len(after) - (len(before) - start)
    assert before == after[:start] + after[end:]
    return after[start:end]


def understood(data: bytes):
    people, problems = read_people(data)
    assert people is not None or data.strip() == b"" or b"nobody" in data, problems
    return dict(people.by_id) if people else {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_entry_is_added_and_all_else_stays(layout: str) -> None:
    before = LAYOUTS[layout].encode()
    after = with_entries(before, [NEW])
    assert understood(after) == {**understood(before), "new-one": NEW}
    removed(before.decode(), after.decode())


@pytest.mark.parametrize("layout", [name for name, text in LAYOUTS.items() if "ada" in text])
def test_a_note_is_added_and_the_others_stay(layout: str, tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_bytes(LAYOUTS[layout].encode())
    people = PeopleFile(tmp_path)
    old = people.people.by_id["ada"].notes.rstrip()
    people.note("ada", "2026-11-25: wrote: a book")
    people.note("ada", "2026-11-26: # and sold it")
    expected = f"{old}\n2026-11-25: wrote: a book\n2026-11-26: # and sold it".lstrip("\n")
    assert understood(file.read_bytes())["ada"].notes.rstrip() == expected
    others = file.read_text("utf-8-sig").replace("\r\n", "\n")
    for comment in (
        "# who I know",
        "# close",
        "# the closest",
        "# home",
        "# the end",
        "# few",
        "# one",
        "# so",
        "# end",
    ):
        assert (comment in others) == (comment in LAYOUTS[layout])


@pytest.mark.parametrize("layout", ["lines", "comments behind", "braces", "literal", "CRLF", "groups as lines"])
def test_where_there_was_no_value_a_note_changes_no_byte(layout: str) -> None:
    before = LAYOUTS[layout]
    if "notes:" in before and layout != "literal":
        before = before.replace("notes: one", "name: Ada")
    after = with_note(before.encode(), "ada", "2026-11-25: a").decode()
    assert "2026-11-25: a" in removed(before, after)


def test_many_entries_go_in_at_once_with_the_line_ends_of_the_file() -> None:
    many = [Person(f"p{number}", f"P {number}", (f"p{number}@x.org",)) for number in range(50)]
    after = with_entries(LAYOUTS["CRLF"].encode(), many)
    assert len(understood(after)) == 51
    assert after.count(b"\n") == after.count(b"\r\n")


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co"], exclude_characters="\ufeff"))
words = texts.map(str.split).map(" ".join).filter(bool)


@given(st.sampled_from(sorted(LAYOUTS)), words, words, st.lists(words, max_size=3), words)
def test_any_text_comes_back_as_it_was(layout: str, name: str, met: str, topics: list[str], note: str) -> None:
    person = Person("someone", name, met=met, topics=tuple(topics), notes="\n".join([note, *topics]))
    before = LAYOUTS[layout].encode()
    after = with_entries(before, [person])
    assert understood(after)["someone"] == person
    assert understood(with_note(after, "someone", note))["someone"] == replace(person, notes=f"{person.notes}\n{note}")


# ---------------------------------------------------------------- the file


def test_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    PeopleFile(tmp_path).add([NEW])
    assert understood((tmp_path / "people.yaml").read_bytes()) == {"new-one": NEW}


def test_a_broken_file_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("version: 1\npeople: [ada]\n")
    with pytest.raises(ProblemsFound):
        PeopleFile(tmp_path)


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    for before in (None, LAYOUTS["lines"]):
        if before is not None:
            file.write_text(before)
        people = PeopleFile(tmp_path)
        file.write_text(LAYOUTS["braces"])
        with pytest.raises(ProviderError, match="changed by another program"):
            people.add([NEW])
        assert file.read_text() == LAYOUTS["braces"]


def test_what_the_reader_refuses_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    file.write_text(LAYOUTS["lines"])
    with pytest.raises(ProblemsFound) as found:
        PeopleFile(tmp_path).add([replace(NEW, emails=("nobody",))])
    assert [each.code for each in found.value.diagnostics] == ["bad-address"]
    with pytest.raises(ProblemsFound) as found:
        PeopleFile(tmp_path).add([replace(NEW, notes="x" * (1 << 20))])
    assert [each.code for each in found.value.diagnostics] == ["too-large"]
    assert file.read_text() == LAYOUTS["lines"]


def test_a_text_that_only_a_person_can_change_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "people.yaml"
    text = f"{HEAD}people:\n  ada:\n    notes: |1\n        indented\n"
    file.write_text(text)
    with pytest.raises(AgendadError, match="nothing was written"):
        PeopleFile(tmp_path).note("ada", "2026-11-25: a")
    assert file.read_text() == text


def test_a_link_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    target = tmp_path / "kept.yaml"
    target.write_text(LAYOUTS["lines"])
    target.chmod(0o640)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "people.yaml").symlink_to(target)
    PeopleFile(folder).add([NEW])
    assert (folder / "people.yaml").is_symlink()
    assert "new-one" in understood(target.read_bytes())
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config", "kept.yaml"]
