"""The two ways to begin: `demo` shows mail and people at work, `init` asks for the mail folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from project import command

from agendad.app.packs import packs, themes
from agendad.rules.config import read_settings

if TYPE_CHECKING:
    from project import Done

NOW = "2026-11-23T08:00:00+01:00"


def test_the_demo_tells_the_drafts_that_it_made_and_the_next_three(tmp_path: Path) -> None:
    done = command("demo", str(tmp_path / "demo"), "--language", "fr", "--now", NOW)
    assert done.status == 0, done.err
    made, _, rest = done.out.partition("The next ones to come:\n")
    coming = rest.partition("\n\n")[0].splitlines()[:3]
    for subject in ("Suite à notre rencontre", "EngLead Meetup Paris", "premier appel avec Tokyo"):
        assert subject in made
    assert [line[:18] for line in coming] == ["  Mon 23 Nov 09:00", "  Tue 24 Nov 13:45", "  Wed 25 Nov 17:45"]
    for name in ("drafts", "people", "balance"):
        assert f"agendad {name} --config" in rest
    assert len(list((tmp_path / "demo/Mail/.Drafts/cur").iterdir())) == made.count("@") == 3
    options = ("--config", str(tmp_path / "demo"), "--now", NOW)
    check = command("check", "--json", *options)
    assert (check.status, check.json["problems"]) == (0, [])
    again = command("apply", *options)
    assert again.status == 0
    assert len(list((tmp_path / "demo/Mail/.Drafts/cur").iterdir())) == 3


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("mail", ["", "Mail/"])
def test_init_writes_the_mail_folder_that_it_was_told_or_how_to_name_one(
    tmp_path: Path, language: str, mail: str
) -> None:
    folders = ("--config", str(tmp_path / "new"), "--state", str(tmp_path / "s"))
    who = ("--email", "ada@example.com", "--timezone", "Europe/Paris", "--country", "FR", "--language", language)
    done = command("init", *who, *(("--mail", mail) if mail else ()), *folders)
    assert done.status == 0, done.err
    text = (tmp_path / "new/agendad.yaml").read_text("utf-8")
    assert ("\nmail:\n" in text) is bool(mail)
    assert ("\n# mail:" in text) is not bool(mail)
    assert "\n# categories:" in text
    problems = command("check", "--json", *folders).json["problems"]
    assert {each["severity"] for each in problems} == {"warning"}
    assert any("mail" in each["message"] for each in problems) is not bool(mail)
    assert command("test", *folders).status == 0
    uncommented = [
        line.removeprefix("# ") if line.startswith(("# categories:", "#   ")) else line for line in text.splitlines()
    ]
    (tmp_path / "new/agendad.yaml").write_text("\n".join(uncommented) + "\n", "utf-8")
    assert command("check", *folders).status == 0


@pytest.mark.parametrize(
    ("system", "words", "zone", "said"),
    [
        ("UTC", ("--country", "FR"), "Europe/Paris", True),
        ("UTC", ("--country", "US"), "UTC", False),  # many zones: none is taken
        ("UTC", ("--country", "FR", "--timezone", "UTC"), "UTC", False),
        ("Asia/Tokyo", ("--country", "FR"), "Asia/Tokyo", False),
        ("UTC", (), "UTC", False),
    ],
)
def test_a_machine_that_knows_no_zone_takes_that_of_the_country(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, words: tuple[str, ...], zone: str, said: bool
) -> None:
    monkeypatch.setenv("TZ", system)
    done = command("init", *words, "--themes", "week", "--config", str(tmp_path), "--state", str(tmp_path / "s"))
    assert done.status == 0, done.err
    assert f"\ntimezone: {zone}\n" in (tmp_path / "agendad.yaml").read_text("utf-8")
    assert (f"Time zone: {zone}; `--timezone` changes it" in done.out) is said


@pytest.mark.parametrize(
    ("title", "away"),
    [("Congé", True), ("conges", True), ("Absente", True), ("RTT", True), ("CP", True), ("CPAM", False)],
)
def test_french_titles_of_absences_are_known(tmp_path: Path, title: str, away: bool) -> None:
    who = ("--language", "fr", "--themes", "week", "--timezone", "Europe/Paris")
    assert command("init", *who, "--config", str(tmp_path), "--state", str(tmp_path / "s")).status == 0
    settings, problems = read_settings(tmp_path, (tmp_path / "agendad.yaml").read_bytes())
    assert settings is not None, problems
    (pattern,) = settings.away_titles
    assert pattern.regex is not None
    assert bool(pattern.regex.search(title)) is away


def test_init_says_whom_it_took_you_for_and_what_waits(tmp_path: Path) -> None:
    waits = "begin with the next period where this one is half over"
    options = ("--pack", "cto", "--themes", "network", "--timezone", "Europe/Paris", "--now")
    late = command("init", "--config", str(tmp_path / "late"), *options, "2026-11-26T08:00")
    assert "You: Me <me@example.com>;" in late.out
    assert waits in late.out
    assert "    every: month\n    starting: 2026-12-01  #" in (tmp_path / "late/rules/network.yaml").read_text()
    named = ("--name", "Ada", "--email", "ada@example.com")
    early = command("init", "--config", str(tmp_path / "early"), *named, *options, "2027-01-04T08:00")
    assert "You: " not in early.out
    assert waits not in early.out


def test_a_french_plan_has_a_space_before_each_semicolon(tmp_path: Path) -> None:
    assert command("demo", str(tmp_path), "--language", "fr", "--now", NOW).status == 0
    plan = command("plan", "--config", str(tmp_path), "--now", NOW).out
    assert "\N{NO-BREAK SPACE}; " in plan
    assert not re.search(r"[^\N{NO-BREAK SPACE}\s];", plan)


def test_init_keeps_the_people_who_are_there(tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text("version: 1\ngroups: [team, network]\npeople: {}\n")
    done = command("init", "--email", "ada@example.com", "--config", str(tmp_path), "--state", str(tmp_path / "s"))
    assert done.status == 0, done.err
    assert people.read_text() == "version: 1\ngroups: [team, network]\npeople: {}\n"
    assert "people.yaml" not in done.out


def test_init_refuses_a_folder_that_cannot_be_one(tmp_path: Path) -> None:
    done = command(
        "init", "--mail", "~nobody-of-this-name/Mail", "--config", str(tmp_path), "--state", str(tmp_path / "s")
    )
    assert done.status == 2
    assert "--mail" in done.err
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- parts of a pack


def init(folder: Path, *words: str) -> Done:
    """`init` for a known person, into `folder`, which carries its state with it."""
    who = ("--name", "Ada", "--email", "ada@example.com", "--timezone", "Europe/Paris", "--country", "FR")
    return command("init", *who, *words, "--config", str(folder), "--state", str(folder / "state"))


def test_init_takes_the_themes_that_were_named_and_what_they_need(tmp_path: Path) -> None:
    done = init(tmp_path, "--themes", "week,relations", "--json", "--now", "2026-11-26T08:00")
    assert done.status == 0, done.err
    assert done.json == {
        "version": 1,
        "files": [
            str(tmp_path / name)
            for name in (
                "agendad.yaml",
                "people.yaml",
                "rules/relations.yaml",
                "rules/week.yaml",
                "rules/relations.test.yaml",
                "rules/week.test.yaml",
                "templates/keep-in-touch.fr.md.j2",
                "templates/keep-in-touch.md.j2",
                "templates/weekly-review.fr.md.j2",
                "templates/weekly-review.md.j2",
            )
        ],
        "pack": "starter",
        "themes": ["relations", "week"],
        "groups": ["team"],
        "starting": None,
    }
    assert "network" not in (tmp_path / "people.yaml").read_text("utf-8")
    assert "technology-watch" not in (tmp_path / "agendad.yaml").read_text("utf-8")
    folders = ("--config", str(tmp_path), "--state", str(tmp_path / "state"))
    assert command("check", *folders).status == 0
    assert "all passed" in command("test", *folders).out


@pytest.mark.parametrize("pack", packs())
def test_init_writes_any_pack_in_both_languages(tmp_path: Path, pack: str) -> None:
    """Everything at once, as somebody who answers nothing gets it; the first plan comes without an error."""
    for language in ("en", "fr"):
        folder = tmp_path / language
        done = init(folder, "--pack", pack, "--language", language, "--mail", "Mail/", "--now", "2026-11-26T08:00")
        assert done.status == 0, done.err
        begins = any(theme.begins for theme in themes(pack))
        assert ("Programmes begin on Monday, 2026-11-30." in done.out) is begins
        folders = ("--config", str(folder), "--state", str(folder / "state"))
        check = command("check", "--json", *folders)
        assert check.status == 0, check.out
        assert {each["message"].partition("`")[0].rstrip(" ,123") for each in check.json["problems"]} <= {
            "nobody is in the group",
            "nobody is in the groups",
            "nobody is of the tiers",
        }
        assert command("plan", *folders, "--now", "2026-11-26T08:00").status == 0


@pytest.mark.parametrize(
    ("words", "said", "hint"),
    [
        (("--pack", "statrer"), "there is no pack `statrer`", "did you mean `starter`?"),
        (("--pack", "ceo-of-it-all"), "there is no pack `ceo-of-it-all`", "the packs are: "),
        (("--themes", "week,brakes"), "the pack `starter` has no theme `brakes`", "did you mean `breaks`?"),
        (("--starting", "soon"), "--starting: expected a date", "write a date as"),
        (("--starting", "2026-12-01"), "--starting: programmes begin on a Monday", "such as 2026-11-30 or 2026-12-07"),
        (("--hours", "9-18"), "--hours: ", "did you mean `09:00-18:00`?"),
    ],
)
def test_init_says_what_it_cannot_use_and_writes_nothing(
    tmp_path: Path, words: tuple[str, ...], said: str, hint: str
) -> None:
    done = init(tmp_path / "new", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert f"hint: {hint}" in done.err
    assert list(tmp_path.iterdir()) == []


def test_init_asks_for_groups_that_the_people_who_are_there_do_not_have(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("version: 1\ngroups: [network]\npeople: {}\n")
    done = init(tmp_path)
    assert done.status == 2
    assert "the rules name groups that it does not have: team" in done.err
    assert "hint: add them to its `groups:`" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["people.yaml"]
    assert init(tmp_path, "--themes", "week").status == 0


def test_init_leaves_nothing_when_a_place_cannot_be_written(tmp_path: Path) -> None:
    """A file stands where the templates, written last, belong."""
    (tmp_path / "templates").write_text("mine")
    done = init(tmp_path)
    assert done.status == 2
    assert f"{tmp_path}/templates" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["templates"]


LARGE = {"cto": pytest.mark.soak}
"""The one that takes as long as all others together."""


@pytest.mark.parametrize("pack", [pytest.param(pack, marks=LARGE.get(pack, ())) for pack in packs()])
def test_a_demonstration_of_any_pack_names_rules_that_it_has(tmp_path: Path, pack: str) -> None:
    done = command("demo", str(tmp_path / "demo"), "--pack", pack, "--language", "fr", "--now", NOW)
    assert done.status == 0, done.err
    options = ("--config", str(tmp_path / "demo"), "--now", NOW)
    check = command("check", "--json", *options)
    assert (check.status, check.json["problems"]) == (0, [])
    (rule,) = re.findall(r" explain (\S+) ", done.out)
    assert command("explain", rule, *options).status == 0
    (file,) = re.findall(r"Then edit (\S+) by hand", done.out)
    assert f"  {rule}:" in Path(file).read_text("utf-8")
    assert command("plan", "--json", *options).json["changes"] == []


def test_a_demonstration_of_a_pack_that_there_is_not_is_refused(tmp_path: Path) -> None:
    done = command("demo", str(tmp_path / "demo"), "--pack", "ceo", "--now", NOW)
    assert (done.status, done.out) == (2, "")
    assert "there is no pack `ceo`" in done.err
    assert not (tmp_path / "demo").exists()
