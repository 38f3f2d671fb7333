"""vCards as programs write them, of all three versions, whole and broken."""

from __future__ import annotations

from textwrap import dedent

import hypothesis.strategies as st
import pytest
from hypothesis import given
from icalendar.parser import Contentline, Parameters

from agendad.model.settings import Person
from agendad.providers.people.vcard import read_vcards


def card(*lines: str, version: str = "4.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def read(text: str | bytes) -> tuple[list[Person], list[str]]:
    cards, problems = read_vcards("a.vcf", text if isinstance(text, bytes) else text.encode())
    assert {each.severity.value for each in problems} <= {"warning"}
    return [each.person for each in cards], [f"{each.span.line}: {each.message}" for each in problems]


def person(*lines: str, version: str = "4.0") -> Person:
    ((found,), problems) = read(card(*lines, version=version))
    assert problems == []
    return found


def test_all_that_is_read_of_a_card_of_version_4() -> None:
    found = person(
        "UID:urn:uuid:1",
        "FN:Hélène Marchand",
        "N:Marchand;Hélène;;;",
        "EMAIL;TYPE=home:h@home.org",
        "EMAIL;TYPE=work;PREF=1:Helene@Example.org",
        "CATEGORIES:board,Board Members,a\\,b",
        "NOTE:First\\nSecond\\, and \\; more\\\\",
        "LANG;PREF=2:en",
        "LANG;PREF=1:fr-CA",
        "TZ:Europe/Paris",
        "X-AGENDAD-TIER:1",
        "X-AGENDAD-MET:Meetup\\, 2026-11-20",
        "X-AGENDAD-TOPICS:C++,the long\\, long view",
    )
    assert found == Person(
        "",
        "Hélène Marchand",
        ("helene@example.org", "h@home.org"),
        frozenset({"board", "Board-Members", "a-b"}),
        1,
        "fr-CA",
        "Europe/Paris",
        ("C++", "the long, long view"),
        "First\nSecond, and ; more\\",
        "Meetup, 2026-11-20",
    )


def test_a_card_of_version_3_as_macos_writes_it() -> None:
    found = person(
        "PRODID:-//Apple Inc.//macOS 14.1//EN",
        "N:Hopper;Grace;Brewster;;",
        "FN:Grace Hopper",
        "EMAIL;type=INTERNET;type=HOME:g@home.org",
        "item1.EMAIL;type=INTERNET;type=WORK;type=pref:grace@navy.org",
        "item1.X-ABLabel:_$!<Work>!$_",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAASABIAAD",
        " /4QBMRXhpZgAATU0AKgAAAAgAAYdp",
        "TZ;VALUE=utc-offset:-05:00",
        version="3.0",
    )
    assert (found.name, found.emails, found.timezone) == ("Grace Hopper", ("grace@navy.org", "g@home.org"), "")


def test_a_card_of_version_2_1_with_quoted_printable_and_bare_parameters() -> None:
    found = person(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Dupont;Ren=C3=A9",
        "EMAIL;INTERNET:r@home.org",
        "EMAIL;PREF;INTERNET:rene@example.org",
        "NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Caf=E9 =",
        "du coin=0D=0AEMAIL: none",
        "LABEL;ENCODING=QUOTED-PRINTABLE:42, rue=",
        "sans fin=",
        "END",
        version="2.1",
    )
    assert (found.name, found.emails) == ("René Dupont", ("rene@example.org", "r@home.org"))
    assert found.notes == "Café du coin\nEMAIL: none"


def test_lines_are_unfolded_wherever_they_were_folded() -> None:
    found = person("FN:Ada ", " Mar", "\ttin", "EMAIL;TYPE=wo", " rk;PREF=1:a@b", " .c")
    assert (found.name, found.emails) == ("Ada Martin", ("a@b.c",))


def test_several_cards_a_file_with_any_line_ends() -> None:
    for end in ("\n", "\r\n", "\r"):
        people, problems = read((card("FN:A") + "\r\n" + card("FN:B")).replace("\r\n", end))
        assert ([each.name for each in people], problems) == (["A", "B"], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encodings_of_old_and_new_programs(encoding: str) -> None:
    people, problems = read(card("FN:Zoé Brûlé").encode(encoding))
    assert ([each.name for each in people], problems) == (["Zoé Brûlé"], [])


def test_groups_and_places_are_nobody() -> None:
    text = (
        card("FN:Team", "KIND:group") + card("FN:Team", "X-ADDRESSBOOKSERVER-KIND:group") + card("KIND:org", "FN:Org")
    )
    assert [each.name for each in read(text)[0]] == ["Org"]


@pytest.mark.parametrize(
    ("text", "names", "problems"),
    [
        (card("FN:A", "what is this", "and this", "EMAIL:a@b.c"), ["A"], ["4: this line is no property of a vCard"]),
        (card("FN:A", 'EMAIL;TYPE="x:a@b.c'), ["A"], ["4: this line is no property of a vCard"]),
        (card("EMAIL:nobody", "FN:A"), ["A"], ["3: `nobody` is not a mail address"]),
        (card("FN:A", "X-AGENDAD-TIER:close"), ["A"], ["4: `close` is not a tier"]),
        (card("FN:A", "LANG:the french one"), ["A"], ["4: `the french one` is not a language tag"]),
        (card("TITLE:CTO"), [], ["1: there is neither a name nor an address here"]),
        ("BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\n", ["A", "B"], ["1: this card has no end"]),
        ("BEGIN:VCARD\nFN:A\n", ["A"], ["1: this card has no end"]),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", [], ["1: there is no vCard in this file"]),
        ("", [], ["1: there is no vCard in this file"]),
        ("\0\1\2", [], ["1: there is no vCard in this file"]),
        ("END:VCARD\n" + card("FN:A"), ["A"], []),
    ],
)
def test_what_is_broken_is_told_at_its_line_and_the_rest_is_read(
    text: str, names: list[str], problems: list[str]
) -> None:
    people, told = read(text)
    assert ([each.name for each in people], told) == (names, problems)


def test_hostile_values_are_data_on_one_line() -> None:
    people, problems = read(
        card("FN:Eve\\nBcc: all@x.org\x1b[31m {{ 7*7 }}", "EMAIL:eve@x.org\\nBcc:a@b.c", "EMAIL:e@x.org")
    )
    assert people[0].name == "Eve Bcc: all@x.org[31m {{ 7*7 }}"
    assert people[0].emails == ("e@x.org",)
    assert len(problems) == 1


printable = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"))
values = printable.map(str.split).map(" ".join).filter(bool)


@given(values, values, st.sampled_from(["\r\n", "\n"]))
def test_what_another_library_folds_and_escapes_is_read_as_it_was(name: str, note: str, end: str) -> None:
    """icalendar folds lines by octets and escapes text by the same rules (RFC 5545, 3.1 and 3.3.11)."""
    lines = [
        Contentline.from_parts("FN", Parameters({"SORT-AS": "a,b:c;d"}), name),
        Contentline.from_parts("NOTE", Parameters({"LANGUAGE": "en"}), note),
    ]
    text = b"BEGIN:VCARD\r\n" + b"\r\n".join(line.to_ical() for line in lines) + b"\r\nEND:VCARD\r\n"
    people, problems = read(text.replace(b"\r\n", end.encode()))
    assert problems == []
    assert (people[0].name, people[0].notes) == (name, note)


@given(st.lists(st.sampled_from(dedent("""\
    BEGIN:VCARD
    END:VCARD
    FN:A
    N:A;B
    EMAIL;TYPE=work:a@b.c
    EMAIL;PREF=x;"
    NOTE;ENCODING=QUOTED-PRINTABLE:=
    NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=none:=E9=
     folded
    CATEGORIES:\\
    TZ:Europe
    TZ:../../etc/passwd
    X-AGENDAD-TIER:٣
    :
    ;
    """).splitlines()), max_size=12), st.binary(max_size=8))  # fmt: skip
def test_nothing_stops_the_reader(lines: list[str], junk: bytes) -> None:
    people, _ = read("\n".join(lines).encode() + junk)
    assert all(each.name or each.emails for each in people)
    assert {each.tier for each in people} <= {None}
    assert {each.timezone for each in people} <= {""}
