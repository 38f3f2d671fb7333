"""The two ways to begin: `demo` shows mail and people at work, `init` asks for the mail folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project import command

if TYPE_CHECKING:
    from pathlib import Path

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
