"""`agendad undo --run N` and the log in which a person finds N."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from project import Project

TUE, WED, THU = "r/2026-11-24", "r/2026-11-25", "b/2026-11-26"


@pytest.fixture
def lived(project: Project) -> Project:
    """Three applies: two blocks; a third; of the two, one removed and one renamed."""
    project.rule("block: Deep work", "every: [tue, wed]", "at: 09:00-12:00")
    project.apply()
    project.rule("block: Board", "every: thu", "at: 10:00-11:00", name="b")
    project.apply(now="2026-11-23T09:00")
    project.rule("block: Later", "every: [tue, wed]", "at: 09:00-12:00", "except: [2026-11-24]")
    project.apply(now="2026-11-23T10:00")
    return project


def taken(project: Project, number: int, now: str = "2026-11-23T11:00") -> dict:
    return project.ok("undo", "--run", str(number), "--yes", "--json", now=now).json


def test_one_run_is_taken_back_alone_and_the_next_apply_leaves_it_so(lived: Project) -> None:
    assert sorted(lived.own()) == [THU, WED]
    done = taken(lived, 2)
    assert ([each["key"] for each in done["changes"]], done["left"]) == ([THU], [])
    lived.apply(now="2026-11-23T12:00")
    assert sorted(lived.own()) == [WED]


def test_what_a_later_run_changed_stays_and_is_told(lived: Project) -> None:
    done = lived.ok("undo", "--run", "1", "--yes", now="2026-11-23T11:00")
    assert f"{WED} stays as it is (changed again since, by run 3)" in done.err
    assert sorted(lived.own()) == [THU, WED]


def test_what_the_person_changed_stays(lived: Project) -> None:
    lived.edit(THU, SUMMARY="Mine")
    assert taken(lived, 2)["left"] == [THU]
    assert lived.own()[THU]["SUMMARY"] == "Mine"


def test_the_number_stands_in_the_log_and_the_log_shows_one_run(lived: Project) -> None:
    entries = lived.ok("log", "--json").json["entries"]
    assert [(each["run"], each["key"]) for each in entries if each["key"] == THU] == [(2, THU)]
    assert "Mon 23 Nov 2026 09:00  apply, run 2\n" in lived.ok("log").out
    assert {each["run"] for each in lived.ok("log", "--run", "1", "--json").json["entries"]} == {1}
    taken(lived, 2)
    assert "Mon 23 Nov 2026 09:00  apply, run 2, taken back\n" in lived.ok("log").out
    assert [each["undone"] for each in lived.ok("log", "--run", "2", "--json").json["entries"]] == [True]
    assert "nothing of that kind" in lived.ok("log", "--run", "99").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--run", "9"), "there is no run 9"),
        (("--run", "0"), "there is no run 0"),
        (("--run", "-3"), "there is no run -3"),
        (("--run", "4"), "run 4 is no apply but `undo`"),
        (("--run", "2"), "run 2 was taken back already"),
        (("2", "--run", "2"), "`--run` names one apply"),
    ],
)
def test_a_run_that_cannot_be_taken_back_gives_one_message_with_a_hint(lived: Project, words, said: str) -> None:
    taken(lived, 2)
    before = {path: path.read_bytes() for path in lived.files()}
    done = lived.run("undo", "--yes", *words, now="2026-11-23T12:00")
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "hint: " in done.err
    assert {path: path.read_bytes() for path in lived.files()} == before


def test_one_of_more_than_fifty_applies_ago_is_too_old(project: Project) -> None:
    for number in range(52):
        project.rule(f"block: Deep work {number}", "every: tue", "at: 09:00-12:00")
        project.apply()
    done = project.run("undo", "--run", "2", "--yes")
    assert done.status == 2
    assert "run 2 is too old: only the last 50 applies can be taken back" in done.err
    assert "50, 51, 52" in done.err
    assert project.ok("undo", "--run", "3", "--yes", "--json").json["left"] == [TUE]


def test_a_run_of_months_ago_is_taken_back_where_its_blocks_stand(lived: Project) -> None:
    """Cycles look back a few days; taking back looks where the blocks were."""
    lived.apply(now="2027-03-01T08:00")
    assert THU in lived.own()
    assert [each["key"] for each in taken(lived, 2, now="2027-03-01T09:00")["changes"]] == [THU]
    assert THU not in lived.own()
    assert taken(lived, 1, now="2027-03-01T09:00")["left"] == [WED]


def test_a_draft_of_one_run_goes_and_that_of_another_stays(project: Project) -> None:
    project.configure(mail="{provider: maildir, path: Mail/}")
    (project.config / "Mail" / "cur").mkdir(parents=True)
    project.write("templates/note.md.j2", "---\nsubject: A note\n---\nHello.\n")
    project.rule("draft: note.md.j2", "every: day", "at: 09:00", "to: me")
    for at in ("2026-11-23T08:00", "2026-11-23T09:30", "2026-11-24T09:30"):
        project.apply(now=at)
    drafts = project.ok("log", "--json", now="2026-11-24T10:00").json["drafts"]
    assert [(each["run"], each["action"], each["key"]) for each in drafts] == [
        (2, "create", TUE),
        (1, "create", "r/2026-11-23"),
    ]
    assert "09:30  apply, run 1\n  + draft  A note" in project.ok("log", now="2026-11-24T10:00").out
    done = taken(project, 1, now="2026-11-24T10:00")
    assert [each["key"] for each in done["drafts"]] == ["r/2026-11-23"]
    assert len(list((project.config / "Mail" / ".Drafts" / "cur").iterdir())) == 1
    assert "× draft  A note" in project.ok("log", now="2026-11-24T11:00").out
    project.apply(now="2026-11-24T11:00")
    assert len(list((project.config / "Mail" / ".Drafts" / "cur").iterdir())) == 1


def test_it_asks_and_shows_what_would_go(lived: Project) -> None:
    done = lived.run("undo", "--run", "2", now="2026-11-23T11:00")
    assert done.status == 5
    assert "Board" in done.err
    assert sorted(lived.own()) == [THU, WED]
