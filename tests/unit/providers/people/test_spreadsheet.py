"""Address books as CSV, with the headings of the programs that export them."""

from __future__ import annotations

import csv
import io

import hypothesis.strategies as st
import pytest
from hypothesis import given

from agendad.model.settings import Person
from agendad.providers.people.spreadsheet import read_csv


def read(text: str | bytes) -> tuple[list[Person], list[str]]:
    cards, problems = read_csv("a.csv", text if isinstance(text, bytes) else text.encode())
    assert {each.severity.value for each in problems} <= {"warning"}
    return [each.person for each in cards], [f"{each.span.line}: {each.message}" for each in problems]


def test_a_plain_table() -> None:
    people, problems = read(
        "name,email,groups,tier,language,met,topics,notes,timezone\n"
        'Ada Martin,Ada@Example.org; ada@home.org,board; peers,1,fr,Meetup,"C++, tea",old friend,Europe/Paris\n'
        "\n,,,,,,,,\n"
        "Bob,,,,,,,,CET-1\n"
    )
    assert problems == []
    assert people == [
        Person(
            "",
            "Ada Martin",
            ("ada@example.org", "ada@home.org"),
            frozenset({"board", "peers"}),
            1,
            "fr",
            "Europe/Paris",
            ("C++", "tea"),
            "old friend",
            "Meetup",
        ),
        Person("", "Bob"),
    ]


GOOGLE = (
    "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,Labels,E-mail 1 - Label,E-mail 1 - Value,"
    "E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Value,Notes\n"
    "Grace,Brewster,Hopper,,Amazing Grace,Team A ::: * myContacts ::: * starred,* Work,grace@navy.org,Home,g@home.org,"
    '+1 555,"first\nsecond"\n'
)
GOOGLE_BEFORE_2024 = (
    "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Notes\n"
    "Grace Hopper,Grace,,Hopper,* myContacts ::: Team A,* Work,grace@navy.org ::: g@home.org,\n"
)
OUTLOOK = (
    '"First Name","Middle Name","Last Name","Company","E-mail Address","E-mail 2 Address","Categories","Notes"\r\n'
    '"Grace","","Hopper","Navy","grace@navy.org","g@home.org","Team A;Board",""\r\n'
)
OUTLOOK_FRENCH = (
    "Prénom;Nom;Adresse de messagerie;Adresse de messagerie 2\r\nGrace;Hopper;grace@navy.org;g@home.org\r\n"
)


@pytest.mark.parametrize("text", [GOOGLE, GOOGLE_BEFORE_2024, OUTLOOK, OUTLOOK_FRENCH])
def test_the_exports_of_google_and_outlook(text: str) -> None:
    (found,), problems = read(text)
    assert problems == []
    assert found.name.replace(" Brewster", "") == "Grace Hopper"
    assert found.emails == ("grace@navy.org", "g@home.org")
    assert "myContacts" not in found.groups
    assert ("Team-A" in found.groups) == ("Team A" in text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_of_spreadsheets(encoding: str) -> None:
    (found,), _ = read(OUTLOOK_FRENCH.replace("Grace", "Zoé").encode(encoding))
    assert found.name == "Zoé Hopper"


def test_an_address_of_a_lower_number_comes_first_wherever_its_column_stands() -> None:
    (found,), _ = read("E-mail 2 - Value,E-mail 1 - Value\nb@x.org,a@x.org\n")
    assert found.emails == ("a@x.org", "b@x.org")


@pytest.mark.parametrize(
    ("text", "names", "problems"),
    [
        ("", [], ["1: there is no column of names or addresses"]),
        ("tier,groups\n1,a\n", [], ["1: there is no column of names or addresses"]),
        ("name,tier\nAda,close\nBob,100\n", ["Ada", "Bob"], ["2: `close` is not a tier", "3: `100` is not a tier"]),
        ('name,notes\nAda,"two\nlines"\n,x\n', ["Ada"], ["4: there is neither a name nor an address here"]),
        ("name,email\nAda,nobody\n", ["Ada"], ["2: `nobody` is not a mail address"]),
        ("name,email\nAda\n", ["Ada"], []),
        ("name\n" + "x" * (1 << 21) + "\n", [], ["2: the row cannot be read: field larger than field limit (1048576)"]),
    ],
)
def test_what_is_broken_is_told_at_its_line(text: str, names: list[str], problems: list[str]) -> None:
    people, told = read(text)
    assert ([each.name for each in people], told) == (names, problems)


@given(st.binary(max_size=60))
def test_nothing_stops_the_reader(junk: bytes) -> None:
    read(b"name,email\n" + junk)
    read(junk)


words = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"))
texts = words.map(str.split).map(" ".join).filter(bool)


@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_what_the_standard_library_quotes_is_read_as_it_was(names: list[str], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["name", "email", "notes"], *([name, "", name] for name in names)])
    people, _ = read(out.getvalue())
    assert [(each.name, each.notes) for each in people] == [(name, name) for name in names]
