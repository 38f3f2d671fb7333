"""`agendad people` through the command line: the table, the subcommands, and what they leave in people.yaml."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from project import ME, Project, invite

if TYPE_CHECKING:
    from command import Agendad

PAGE = (Path(__file__).parents[2] / "docs/json.md").read_text()
PEOPLE = """\
# who I know
groups: [board, peers]
people:
  grace: {name: Grace Hopper, emails: [grace@example.org, g@home.org], groups: [team, mentors], tier: 1}  # close
  alan: {name: Alan Turing, emails: [alan@example.org], groups: [team], tier: 2}
  lin:
    name: Lin
    emails: [lin@example.org]
    tier: 1
    topics: [compilers, tea]
    notes: |
      Likes short mails.
  oda: {name: Oda, emails: [oda@example.org], tier: 3}
  pat: {name: Pat, emails: [pat@example.org]}
"""


@pytest.fixture
def known(project: Project) -> Project:
    """A few people, meetings with some of them, and a mail."""
    project.people(PEOPLE)
    project.rule("block: Focus", "every: weekday", "lasts: 1h")
    project.event("2026-09-01 10:00-11:00", "Review", *invite("grace@example.org"))
    project.event("2026-10-20 23:00-24:00", "Late call", *invite("g@home.org", organizer="g@home.org"))
    project.event("2026-11-20 10:00-11:00", "Declined", *invite("grace@example.org", me="DECLINED"))
    project.event("2026-11-23 07:30-08:30", "Running", *invite("lin@example.org"))
    project.event("2026-11-10 12:00-13:00", "Lunch", *invite("alan@example.org"))
    project.event("2026-11-18 18:00-21:00", "Meetup Paris")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ME, "Oda <ODA@example.org>", "Hello"
    mail["Date"] = "Mon, 03 Nov 2025 10:00:00 +0000"
    mail["Message-ID"] = "<1@example.com>"
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (project.config / "Mail" / folder).mkdir(parents=True)
    (project.config / "Mail/.Sent/cur/1:2,S").write_bytes(bytes(mail))
    project.configure(mail="{provider: maildir, path: Mail/}")
    return project


def people_file(project: Project) -> str:
    return (project.config / "people.yaml").read_text()


TABLE = """\
id     name          tier  groups         last contact        next due
grace  Grace Hopper  1     mentors, team  2026-10-20 meeting  2026-11-20 overdue
lin    Lin           1                    never               now
oda    Oda           3                    2025-11-03 mail     2026-11-03 overdue
alan   Alan Turing   2     team           2026-11-10 meeting  2027-02-10
pat    Pat

5 people, 3 overdue
"""


def test_the_overdue_come_first_then_who_is_due_then_the_rest(known: Project) -> None:
    lines = TABLE.splitlines()
    oda = lines.pop(3)
    expected = "\n".join([lines[0], oda, *lines[1:], ""])
    done = known.ok("people")
    assert (done.out, done.err) == (expected, "")


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--overdue",), ["oda", "grace", "lin"]),
        (("--tier", "1"), ["grace", "lin"]),
        (("--group", "team"), ["grace", "alan"]),
        (("--group", "team", "--tier", "2"), ["alan"]),
        (("--group", "nobody"), []),
    ],
)
def test_filters(known: Project, words: tuple[str, ...], ids: list[str]) -> None:
    assert [each["id"] for each in known.ok("people", *words, "--json").json["people"]] == ids
    assert [line.split()[0] for line in known.ok("people", *words).out.split("\n\n")[0].splitlines()[1:]] == ids


SHOWN = """\
Grace Hopper (grace)
  addresses  grace@example.org, g@home.org
  groups     mentors, team
  tier       1
  next due   2026-11-20 overdue
  contacts
    2026-10-20  meeting  Late call
    2026-09-01  meeting  Review
"""


def test_show_tells_all_with_the_history(known: Project) -> None:
    assert known.ok("people", "show", "grace").out == SHOWN
    assert known.ok("people", "show", "G@home.org").out == SHOWN
    lin = known.ok("people", "show", "lin").out
    assert "  notes\n    Likes short mails.\n  no contact in the last 400 days\n" in lin
    done = known.run("people", "show", "grase")
    assert (done.status, done.out) == (2, "")
    assert done.err == "agendad: error: there is no person `grase`\n  hint: did you mean `grace`?\n"


def documented(word: str) -> object:
    """The example behind a subcommand in the section of `people`."""
    section = re.search(r"^## `people`\n(.*?)^## ", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    match = re.search(rf"^{re.escape(word)}.*?^```json\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_json_is_what_the_page_shows(known: Project, tmp_path: Path) -> None:
    cards = tmp_path / "new.csv"
    cards.write_text("name,email,tier\nZoé,zoe@example.org,2\nAlan,alan@example.org,\n")
    shown = {
        "`people`": ("people", "--tier", "1"),
        "`people show": ("people", "show", "grace"),
        "`people add": ("people", "add", "--name", "Mei", "--email", "mei@example.org", "--met", "Meetup"),
        "`people import": ("people", "import", str(cards)),
        "`people note": ("people", "note", "grace", "likes sailing"),
    }
    for word, words in shown.items():
        found, example = known.ok(*words, "--json").json, documented(word)
        for one in (found, example):  # lists that may be empty, and values that may be null
            for person in [*one.get("people", []), *one.get("new", []), *one.get("known", []), one.get("person") or {}]:
                for name in ("emails", "groups", "topics", "tier", "last_contact", "next_due"):
                    person.pop(name, None)
            one.get("added", {}).update(emails=[], groups=[], topics=[], tier=None)
        assert shape(found) == shape(example), word


def test_too_many_in_a_tier_are_told_by_the_table_and_by_check(project: Project) -> None:
    project.people("people:\n" + "".join(f"  p{n}: {{tier: 1}}\n" for n in range(51)))
    told = "51 people are of tier 1: monthly contact is meant for 50 at most"
    project.rule("block: Focus", "every: weekday", "lasts: 1h")
    assert f"agendad: warning: people.yaml:1: {told}\n" in project.ok("people").err
    assert told in [each["message"] for each in project.ok("people", "--json").json["problems"]]


# ---------------------------------------------------------------- add


def test_add_appends_an_entry_and_touches_nothing_else(known: Project) -> None:
    before = people_file(known)
    words = ("--name", "Mei Lindqvist", "--email", "Mei@Example.org", "--email", "mei@home.org", "--group", "peers")
    more = ("--tier", "2", "--language", "sv", "--topic", "rowing", "--met", "meetup", "--notes", "met: by chance")
    done = known.ok("people", "add", *words, *more)
    assert done.out == "added mei-lindqvist to people.yaml, met at Meetup Paris, 2026-11-18\n"
    assert people_file(known) == before + (
        "  mei-lindqvist:\n    name: Mei Lindqvist\n    emails: [mei@example.org, mei@home.org]\n    groups: [peers]\n"
        '    tier: 2\n    language: sv\n    topics: [rowing]\n    met: "Meetup Paris, 2026-11-18"\n'
        '    notes: "met: by chance"\n'
    )
    assert known.ok("people", "show", "mei@home.org").out.startswith("Mei Lindqvist (mei-lindqvist)\n")


def test_add_makes_the_file_and_takes_a_given_id(project: Project) -> None:
    project.ok("people", "add", "mei", "--email", "mei@example.org")
    assert people_file(project) == "version: 1\npeople:\n  mei:\n    emails: [mei@example.org]\n"


def test_add_works_while_a_rule_waits_for_the_person(project: Project) -> None:
    project.rule("block: Chat", "every: weekday", "lasts: 1h", "satisfied_by: {attendees: {any: mei}}")
    assert project.run("people").status == 1
    project.ok("people", "add", "mei", "--name", "Mei")
    project.ok("people")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("grace", "--name", "G"), "there is a person `grace` already"),
        (("--email", "G@HOME.org"), "`g@home.org` is already an address of `grace`"),
        (("--email", "nobody"), "`nobody` is not a mail address"),
        (("two words", "--name", "G"), "`two words` is not a person's id"),
        (("--name", "G", "--tier", "0"), "`0` is not a whole number from 1 to 99"),
        (("--name", "G", "--language", "the french"), "`the french` is not a language tag"),
        (("--name", "G", "--group", "a b"), "`a b` is not a group name"),
        ((), "somebody needs a name or an address"),
        (("--name", " "), "somebody needs a name or an address"),
        (("--name", "G", "--tier", "close"), "argument --tier: invalid int value: 'close'"),
    ],
)
def test_what_cannot_be_added_is_refused_with_2_and_nothing_is_written(
    known: Project, words: tuple[str, ...], message: str
) -> None:
    before = people_file(known)
    done = known.run("people", "add", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"agendad: error: {message}")
    assert people_file(known) == before


def test_a_broken_people_file_is_shown_and_not_touched(project: Project) -> None:
    project.people("people: [ada]\n")
    before = people_file(project)
    for words in (("add", "--name", "Mei"), ("note", "ada", "x"), ("import", str(project.config / "agendad.yaml"))):
        done = project.run("people", *words)
        assert done.status == 1
        assert "people.yaml:2:9: error[wrong-type]" in done.err
    assert people_file(project) == before


def test_add_asks_on_a_terminal_for_what_is_missing(agendad: Agendad, project: Project) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "agendad", "people", "add", "--tier", "2", "--config", str(project.config)]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=agendad.environ(), text=True
    ) as process:
        os.close(theirs)
        os.write(ours, b"Mei Lindqvist\nmei@example.org, mei@home.org\nteam board\nsv\n\n")
        assert process.stdout is not None
        out = process.stdout.read()
        assert process.wait(60) == 0
    os.close(ours)
    assert out == "added mei-lindqvist to people.yaml\n"
    assert people_file(project).endswith(
        "emails: [mei@example.org, mei@home.org]\n    groups: [board, team]\n    tier: 2\n    language: sv\n"
    )


def test_met_is_kept_as_it_is_where_no_event_is_called_so(known: Project) -> None:
    done = known.ok("people", "add", "--name", "Mei", "--met", "a train")
    assert done.out == "added mei to people.yaml, met at a train\n"
    assert done.err == "no event of the last 14 days is called `a train`; the text is kept as it is\n"


def test_whoever_was_met_at_an_event_is_written_to_within_48_hours(known: Project) -> None:
    known.write("templates/met.md.j2", "---\nsubject: On {{ event.title }}\n---\nHello {{ person.first_name }}\n")
    known.rule("draft: met.md.j2", "after: {title: meetup}", "for_each: {group: peers}", "within: 48h", name="met")
    known.event("2026-11-22 18:00-21:00", "Meetup Lyon", uid="lyon@example.com")
    assert known.plan().raw["drafts"] == []
    known.ok("people", "add", "--name", "Mei", "--email", "mei@example.org", "--group", "peers", "--met", "meetup")
    (draft,) = known.plan().raw["drafts"]
    assert (draft["key"], draft["to"], draft["subject"]) == (
        "met/lyon@example.com/mei",
        ["mei@example.org"],
        "On Meetup Lyon",
    )
    assert draft["deadline"] == "2026-11-24T21:00:00+01:00"


# ---------------------------------------------------------------- import

VCARDS = """\
BEGIN:VCARD
VERSION:3.0
FN:Mei Lindqvist
EMAIL;TYPE=pref:mei@example.org
CATEGORIES:peers
NOTE:first\\nsecond
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Grace H.
EMAIL:g@home.org
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Alan Turing
EMAIL:other@example.org
EMAIL:nobody
END:VCARD
"""


def test_import_adds_who_is_new_and_leaves_who_is_known(known: Project, tmp_path: Path) -> None:
    before = people_file(known)
    cards, table = tmp_path / "cards", tmp_path / "table"
    cards.write_text(VCARDS)
    table.write_text("name,email\nMei again,mei@example.org\nPat,\nZoé,zoe@example.org\n")
    files = (str(cards), str(table))
    dry = known.ok("people", "import", *files, "--dry-run")
    assert people_file(known) == before
    done = known.ok("people", "import", *files)
    assert done.out.replace("added to", "would be added to") == dry.out
    assert re.sub(r"turing-\w{4}\b", "turing-0000", done.out) == (
        "  + mei-lindqvist  Mei Lindqvist\n  + alan-turing-0000  Alan Turing\n  + zoe  Zoé\n"
        "3 people added to people.yaml; 3 people known already and left as they are\n"
    ).replace("alan-turing-0000", "alan-turing")
    assert done.err == f"agendad: warning: {cards}:17: `nobody` is not a mail address\n"
    after = people_file(known)
    assert after.startswith(before)
    assert "    notes: |-\n      first\n      second\n" in after
    again = known.ok("people", "import", *files)
    assert again.out == "0 people added to people.yaml; 6 people known already and left as they are\n"
    assert people_file(known) == after


def test_two_people_of_one_name_get_ids_of_their_own(known: Project, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,email\nPat,p1@x.org\nPat,p2@x.org\n")
    new = known.ok("people", "import", str(tmp_path / "a.csv"), "--json").json["new"]
    assert [bool(re.fullmatch(r"pat-[0-9a-f]{4}", each["id"])) for each in new] == [True, True]
    assert len(known.ok("people", "--json").json["people"]) == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read: no such file or directory"),
        ("BEGIN:VCARD\nEND:VCARD\n", "there is neither a name nor an address here"),
        ("a,b\n1,2\n", "there is no column of names or addresses"),
        ("", "there is no column of names or addresses"),
    ],
)
def test_a_file_with_nobody_in_it_is_refused_whole(known: Project, tmp_path: Path, content: str, message: str) -> None:
    before = people_file(known)
    good, bad = tmp_path / "good.csv", tmp_path / "bad"
    good.write_text("name\nZoé\n")
    if content is not None:
        bad.write_text(content)
    done = known.run("people", "import", str(good), str(bad))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"agendad: error: {bad}")
    assert message in done.err
    assert people_file(known) == before


# ---------------------------------------------------------------- note, and vCards


def test_note_adds_a_dated_line_and_keeps_every_byte(known: Project) -> None:
    before = people_file(known)
    assert known.ok("people", "note", "lin", "likes", "sailing").out == "lin: 2026-11-23: likes sailing\n"
    line = "      Likes short mails.\n"
    assert people_file(known) == before.replace(line, f"{line}      2026-11-23: likes sailing\n")
    known.ok("people", "note", "alan", "wrote: a paper")
    assert 'tier: 2, notes: "2026-11-23: wrote: a paper"}\n' in people_file(known)
    done = known.run("people", "note", "lim", "x")
    assert (done.status, "did you mean `lin`?" in done.err) == (2, True)
    assert known.run("people", "note", "lin", " ").status == 2


def test_people_of_vcards_are_people_and_a_note_makes_an_entry(known: Project) -> None:
    known.configure(people="{path: contacts/}")
    missing = known.run("people")
    assert (missing.status, "error[no-contacts]: there is no folder" in missing.err) == (1, True)
    known.write("contacts/a.vcf", VCARDS.replace("END:VCARD", "X-AGENDAD-TIER:2\nEND:VCARD", 1))
    known.rule("block: Peers", "every: weekday", "lasts: 1h", "satisfied_by: {attendees: {any: 'group:peers'}}")
    found = {each["id"]: each for each in known.ok("people", "--json").json["people"]}
    assert found["mei-lindqvist"]["tier"] == 2
    assert found["grace"]["emails"] == ["grace@example.org", "g@home.org"]
    assert "contacts/a.vcf:18: `nobody` is not a mail address" in known.ok("people").err
    before = people_file(known)
    known.ok("people", "note", "mei-lindqvist", "third")
    assert people_file(known) == before + (
        "  mei-lindqvist:\n    emails: [mei@example.org]\n    notes: |-\n      first\n      second\n"
        "      2026-11-23: third\n"
    )
    shown = known.ok("people", "show", "mei-lindqvist", "--json").json["person"]
    assert (shown["name"], shown["tier"], shown["notes"]) == ("Mei Lindqvist", 2, "first\nsecond\n2026-11-23: third")


def test_common_options_and_filters_know_their_place(known: Project) -> None:
    for words in (
        ("people", "show", "lin", "--json"),
        ("people", "--json", "show", "lin"),
        ("--json", "people", "show", "lin"),
    ):
        assert known.ok(*words).json["person"]["id"] == "lin"
    assert known.run("people", "--overdue", "show", "lin").status == 2
    done = known.run("people", "sow", "lin")
    assert (done.status, "invalid choice: 'sow'" in done.err) == (2, True)


def test_nothing_is_shown_on_a_calendar_or_mailbox_that_cannot_be_read(known: Project) -> None:
    known.write("letters", "a file")
    known.configure(mail="{provider: maildir, path: letters}")
    assert (known.run("people").status, known.run("people").out) == (3, "")


def test_hostile_names_stay_in_their_line(project: Project, tmp_path: Path) -> None:
    project.rule("block: Focus", "every: weekday", "lasts: 1h")
    hostile = [
        "x" * 10_000,
        "\u202eevil",
        "{{ 7*7 }}",
        "<b>",
        "a\nBcc: all@x.org",
        "\x1b[31mred",
        "- a: b # c",
        "'\"\\",
        "no",
    ]
    rows = "".join(f'"{name.replace(chr(34), chr(34) * 2)}",p{n}@x.org\n' for n, name in enumerate(hostile))
    (tmp_path / "a.csv").write_text(f"name,email\n{rows}", encoding="utf-8")
    project.ok("people", "import", str(tmp_path / "a.csv"))
    found = {each["emails"][0]: each["name"] for each in project.ok("people", "--json").json["people"]}
    kept = [" ".join(name.replace("\x1b", "").split()) for name in hostile]
    assert found == {f"p{n}@x.org": name for n, name in enumerate(kept)}
    project.write("people.yaml", people_file(project) + '  zed: {name: "two\\nlines"}\n')
    lines = project.ok("people").out.splitlines()
    assert len(lines) == len(hostile) + 4
    assert max(map(len, lines)) < 200
    assert project.ok("people", "show", "zed").out.startswith("two lines (zed)\n")
