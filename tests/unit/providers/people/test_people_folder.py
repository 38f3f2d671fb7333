"""A folder of vCards: which files count, what is kept of them, and the ids of the people."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from agendad.model.settings import Person
from agendad.providers.people.folder import CACHE_NAME, read_people, slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from agendad.diagnostics import Diagnostic


def vcard(name: str, *emails: str, uid: str = "") -> str:
    lines = [f"FN:{name}", *(f"EMAIL:{email}" for email in emails), *([f"UID:{uid}"] if uid else [])]
    return "\n".join(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD", ""])


def write(folder: Path, **files: str) -> Path:
    """Files below a folder; `a__b` is `a/b.vcf`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.vcf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def read(folder: Path) -> tuple[Mapping[str, Person], list[str]]:
    people, problems = read_people(folder, folder.parent)
    return people, [f"{each.span.file}:{each.span.line}: {each.message}" for each in problems]


def test_files_of_the_folder_and_of_the_folders_in_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", a=vcard("A"), family__b=vcard("B") + vcard("C"), family__deep__d=vcard("D"))
    write(folder, **{".hidden": vcard("E"), ".git__f": vcard("F")})
    (folder / "note.txt").write_text(vcard("G"))
    (folder / "UPPER.VCF").write_text(vcard("H"))
    (folder / "folder.vcf").mkdir()
    people, problems = read(folder)
    assert (sorted(people), problems) == (["a", "b", "c", "h"], [])
    assert sorted(read(folder / "a.vcf")[0]) == ["a"]


def test_a_folder_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path) -> None:
    people, (problem,) = read_people(tmp_path / "contacts", tmp_path)
    assert (people, problem.severity.value, problem.span.file) == ({}, "error", "contacts")
    assert problem.message.startswith("there is no folder")
    assert "people: {path: ...}" in problem.hint


def test_a_file_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", a=vcard("A"))
    (folder / "gone.vcf").symlink_to(folder / "nowhere")
    people, problems = read(folder)
    assert sorted(people) == ["a"]
    assert problems == ["c/gone.vcf:1: the file cannot be read: no such file or directory"]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Person("", "René  d'Ormesson"), "rene-d-ormesson"),
        (Person("", "山田 太郎"), "山田-太郎"),
        (Person("", "", ("info.desk@x.org",)), "info-desk"),
        (Person("", "Me"), "p-me"),
        (Person("", "X Ambassador"), "p-x-ambassador"),
        (Person("", "***"), "p"),
        (Person("", "word " * 100), ("word-" * 13)[:64].rstrip("-")),
    ],
)
def test_an_id_is_the_slug_of_the_name(person: Person, expected: str) -> None:
    assert slug(person) == expected


def test_people_of_one_name_get_four_characters_each_of_their_uid(tmp_path: Path) -> None:
    one, other = vcard("Ann Lee", "a@x.org", uid="1"), vcard("Ann Lee", "b@x.org", uid="2")
    first, _ = read(write(tmp_path / "c", a=one, b=other))
    again, _ = read(write(tmp_path / "d", a=other, b=one))
    assert {id_: person.emails for id_, person in first.items()} == {
        "ann-lee-6b86": ("a@x.org",),  # sha256("1")
        "ann-lee-d473": ("b@x.org",),
    }
    assert first == again
    assert all(person.id == id_ for id_, person in first.items())


def test_an_address_belongs_to_the_first_card_and_a_copy_is_passed_over(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "c",
        a=vcard("Ann", "ann@x.org", "us@x.org"),
        b=vcard("Bob", "bob@x.org", "us@x.org"),
        c=vcard("Ann", "ann@x.org"),
        d=vcard("Zed", uid="1"),
        e=vcard("Zed", uid="1"),
    )
    people, problems = read(folder)
    assert {id_: person.emails for id_, person in people.items()} == {
        "ann": ("ann@x.org", "us@x.org"),
        "bob": ("bob@x.org",),
        "zed": (),
    }
    assert problems == [
        "c/b.vcf:1: `us@x.org` is also an address of Ann, whose card was read first",
        "c/c.vcf:1: a card of Ann was read already",
        "c/e.vcf:1: a card of Zed was read already",
    ]


# ---------------------------------------------------------------- the cache


def cached(folder: Path, cache: Path) -> tuple[Mapping[str, Person], tuple[Diagnostic, ...]]:
    return read_people(folder, folder.parent, cache, timedelta(0))


def kept(cache: Path) -> dict[str, list[object]]:
    return json.loads((cache / CACHE_NAME).read_text())["files"]


def test_what_was_read_is_kept_with_its_problems_until_the_file_changes(tmp_path: Path) -> None:
    folder, cache = write(tmp_path / "c", a=vcard("A", "a@x.org", "nobody"), b=vcard("B")), tmp_path / "cache"
    fresh = cached(folder, cache)
    assert len(fresh[1]) == 1
    assert len(kept(cache)) == 2
    assert cached(folder, cache) == fresh
    path = cache / CACHE_NAME
    path.write_text(path.read_text().replace('"A"', '"Alpha"'))  # to see that it is believed
    assert [each.name for each in cached(folder, cache)[0].values()] == ["Alpha", "B"]
    write(folder, a=vcard("Anna", "a@x.org"))
    (folder / "b.vcf").unlink()
    people, problems = cached(folder, cache)
    assert ([each.name for each in people.values()], problems) == (["Anna"], ())
    assert len(kept(cache)) == 1


def test_the_cache_gives_what_reading_gives(tmp_path: Path) -> None:
    rich = vcard("A", "a@x.org", uid="u").replace(
        "END:VCARD", "CATEGORIES:a,b\nLANG:fr\nTZ:Asia/Tokyo\nX-AGENDAD-TIER:2\nX-AGENDAD-TOPICS:x,y\nNOTE:n\nEND:VCARD"
    )
    folder, cache = write(tmp_path / "c", a=rich, b=vcard("B", "x")), tmp_path / "cache"
    assert read_people(folder, tmp_path) == cached(folder, cache) == cached(folder, cache)
    assert sorted(path.name for path in folder.iterdir()) == ["a.vcf", "b.vcf"]


def test_a_file_that_changed_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    folder, cache = write(tmp_path / "c", a=vcard("A")), tmp_path / "cache"
    read_people(folder, tmp_path, cache)
    assert not cache.exists()


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        '{"head": 1}',
        '{"head": HEAD, "files": []}',
        '{"head": HEAD, "files": {"FILE": null}}',
        '{"head": HEAD, "files": {"FILE": [SIGNATURE, "c/a.vcf", [["short"]], []]}}',
        '{"head": HEAD, "files": {"FILE": [SIGNATURE, "c/a.vcf"]}}',
    ],
)
def test_a_damaged_cache_costs_nothing_but_time(tmp_path: Path, damage: str) -> None:
    folder, cache = write(tmp_path / "c", a=vcard("A")), tmp_path / "cache"
    cached(folder, cache)
    path, file = cache / CACHE_NAME, str(folder / "a.vcf")
    held = json.loads(path.read_text())
    for word, value in (("HEAD", held["head"]), ("SIGNATURE", held["files"][file][0])):
        damage = damage.replace(word, json.dumps(value))
    path.write_text(damage.replace("FILE", file))
    assert sorted(cached(folder, cache)[0]) == ["a"]


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "c", a=vcard("A"))
    (tmp_path / "cache").write_text("a file stands here")
    assert sorted(cached(folder, tmp_path / "cache")[0]) == ["a"]
