"""Rule tests are read like every other file: all problems at once, with place and likely correction.

Each file below tests/golden/ruletests holds a broken test file, then `==== expected` and the text of its problems.
`AGENDAD_GOLDEN=write pytest` writes those anew; they are then for a person to review.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agendad.model.calendar import Kind, Response, ShowAs, Status
from agendad.model.rule import EveryWeekday
from agendad.model.ruletest import DayTime, TestFile
from agendad.rules.daytimes import parse_day_time, parse_instant
from agendad.rules.fields import expect, ruletest
from agendad.rules.grammar import GrammarError
from agendad.rules.reference import filled
from agendad.rules.report import as_text
from agendad.rules.ruletests import read_tests
from agendad.rules.schema import schema
from agendad.rules.table import Field, Table
from agendad.rules.tree import Mapping, Node, Scalar, Sequence, parse

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]
CASES = sorted((ROOT / "tests/golden/ruletests").glob("*.txt"))
EXPECTED = "==== expected\n"
TABLES = (
    ruletest.FILE,
    ruletest.TEST,
    ruletest.EVENT,
    ruletest.ATTENDEE,
    ruletest.MAIL,
    ruletest.PERSON,
    expect.EXPECT,
    expect.BLOCK,
    expect.DRAFT,
    expect.SKIPPED,
    expect.VIOLATION,
)
FIELDS = [(table, field) for table in TABLES for field in table.fields.values()]
HEAD = "version: 1\nnow: 2026-11-23T08:00\n"


def name(value: object) -> str | None:
    """The part of a test's name for a table or a field."""
    return value.name if isinstance(value, Table | Field) else None


def read(text: str) -> TestFile:
    """A file without problems."""
    found, problems = read_tests("a.test.yaml", text.encode())
    assert not problems, "\n".join(map(as_text, problems))
    assert found is not None
    return found


# ---------------------------------------------------------------- problems


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_problems_are_shown_with_place_and_likely_correction(case: Path) -> None:
    given_text, _, expected = case.read_text(encoding="utf-8").partition(EXPECTED)
    found, problems = read_tests("rules/a.test.yaml", given_text.encode())
    shown = "\n".join(map(as_text, problems))
    if os.environ.get("AGENDAD_GOLDEN") == "write":
        case.write_text(given_text + EXPECTED + shown, encoding="utf-8")
    else:
        assert shown == expected
    assert found is None
    assert shown


def test_there_are_broken_inputs() -> None:
    assert len(CASES) >= 10


@given(st.binary(max_size=200))
@example(b"version: 1\ntests: [[]]\n")
@example(b"version: 1\ntests: {a: {}}\nevents: {}\npeople: []\n")
def test_no_bytes_make_the_reader_stumble(data: bytes) -> None:
    found, problems = read_tests("a.test.yaml", data)
    assert found is not None or problems


LEAVES = st.sampled_from(["x", "2026-11-24", "16:00-16:15", "~", "[]", "{}", "[a, {}]", "{rule: a}", "*a", "'{{'"])


@given(st.lists(st.tuples(st.sampled_from(FIELDS), LEAVES), max_size=6), st.sampled_from(TABLES))
def test_no_mixture_of_keys_makes_the_reader_stumble(
    entries: list[tuple[tuple[Table, Field[Any]], str]], at: Table
) -> None:
    """Any keys with any values, at the top, in an event, in a test, below `expect`."""
    inside = "{" + ", ".join(f"{field.name}: {leaf}" for (_, field), leaf in entries) + "}"
    texts = {
        ruletest.FILE.name: f"version: 1\n{inside}\n",
        ruletest.EVENT.name: f"{HEAD}events: [{inside}]\ntests: []\n",
        ruletest.TEST.name: f"{HEAD}tests: [{inside}]\n",
        ruletest.MAIL.name: f"{HEAD}mail: [{inside}]\n",
        ruletest.PERSON.name: f"{HEAD}people: [{inside}]\n",
        expect.EXPECT.name: f"{HEAD}tests: [{{name: a, over: 2026-11-24, expect: {inside}}}]\n",
    }
    inner = f"{HEAD}tests: [{{name: a, over: 2026-11-24, expect: {{blocks: [{inside}], drafts: [{inside}]}}}}]\n"
    found, problems = read_tests("a.test.yaml", texts.get(at.name, inner).encode())
    assert found is not None or problems


# ---------------------------------------------------------------- what is read

WHOLE = """\
version: 1
now: 2026-11-23T08:00
timezone: Europe/Paris
language: fr
country: FR
me: {name: Ada, emails: [ada@example.com], domains: [example.com]}
working_hours: {mon-thu: "08:00-17:00"}
away: {titles: [Vacances]}
tentative: free
grid: 30m
settle: 1h
horizon: 2 weeks
absences: [2026-12-24..2027-01-03]
deleted: walk/board
events:
  - title: Board
    at: "2026-11-24 14:00-16:00"
    attendees: [Chair@Example.org, {email: bob, name: Bob, response: declined, human: no}]
    organizer: me
    response: tentative
    calendar: family
    show_as: free
    kind: away
    place: Room 4
    notes: "#board"
    status: tentative
    uid: board
  - {at: 2026-11-24..2026-11-25, every: tuesday, until: 2026-12-31, times: 3, except: 2026-12-01}
  - {at: "2026-11-24 22:00-02:00", rule: deep-work, moved: true, renamed: yes, chosen: [bob]}
  - {at: "2026-11-24 22:00-02:00", key: deep-work/2026-11-20}
people:
  - {id: bob, name: Bob Builder, emails: [bob@example.com], tier: 1}
  - {name: Grace Hopper}
mail:
  - {at: "2026-11-24 16:20", to: [Chair@example.org, bob], subject: Thanks}
  - {at: 2026-11-24T16:20:30+01:00, from: chair@example.org}
tests:
  - name: a test
    rules: walk
    beside: all
    over: 2026-11-24
    now: 2026-11-23T09:00Z
    events: [{at: 2026-11-24}]
    expect:
      blocks:
        - {rule: walk, at: "16:00-16:15", title: Walk, key: walk/board, show_as: busy, kind: focus, place: Park}
        - {rule: walk, at: "16:00", color: sage, visibility: private, remind: [1h, 10m], contains: [a, b]}
        - {rule: walk, remind: none}
      drafts: [{rule: walk, to: bob, subject: Hello, due: "2026-11-24 16:30", late: yes, contains: Hello}]
      skipped: [{rule: walk, key: walk/x, because: no room}]
      violations: [{rule: walk, title: Board, at: 2026-11-24}]
  - {name: another, over: 2026-11-24..2026-11-25, expect: {blocks: []}}
"""


def test_a_file_with_every_key_is_understood() -> None:
    found = read(WHOLE)
    assert found.now == datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001  # on the wall clock of the file's zone
    assert found.settings["grid"] == 30
    assert found.settings["horizon_days"] == 14
    assert found.settings["tentative_is_free"] is True
    assert found.settings["follow_calendar_zone"] is False
    assert found.world.absences == ((date(2026, 12, 24), date(2027, 1, 3)),)
    assert found.world.deleted == ("walk/board",)
    board, days, own, kept = found.world.events
    assert board.at == DayTime((date(2026, 11, 24), date(2026, 11, 24)), 14 * 60, 16 * 60)
    assert [(each.who, each.response, each.human) for each in board.attendees] == [
        ("chair@example.org", Response.ACCEPTED, True),
        ("bob", Response.DECLINED, False),
    ]
    assert (board.organizer, board.response, board.calendar, board.uid) == ("me", Response.TENTATIVE, "family", "board")
    assert (board.show_as, board.kind, board.status) == (ShowAs.FREE, Kind.AWAY, Status.TENTATIVE)
    assert days.recurs is not None
    assert (days.recurs.phrase, days.recurs.until, days.recurs.times) == (
        EveryWeekday(frozenset({1})),
        date(2026, 12, 31),
        3,
    )
    assert (own.rule, own.key, own.moved, own.renamed, own.chosen) == (
        "deep-work",
        "deep-work/2026-11-24",
        True,
        True,
        ("bob",),
    )
    assert own.at.end == 26 * 60
    assert (kept.rule, kept.key, kept.moved) == ("deep-work", "deep-work/2026-11-20", False)
    assert [person.id for person in found.world.people or ()] == ["bob", "grace-hopper"]
    sent, received = found.world.mail
    assert (sent.to, sent.sender, sent.subject) == (("chair@example.org", "bob"), "", "Thanks")
    assert received.at == datetime(2026, 11, 24, 15, 20, 30, tzinfo=UTC)
    first, second = found.tests
    assert (first.rules, first.beside, first.over) == (("walk",), None, (date(2026, 11, 24), date(2026, 11, 24)))
    assert first.now == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    blocks = first.expect["blocks"]
    assert blocks[0].facts == {
        "title": "Walk",
        "key": "walk/board",
        "show_as": "busy",
        "kind": "focus",
        "place": "Park",
    }
    assert blocks[1].facts == {"color": "sage", "visibility": "private", "remind": "10m, 1h"}
    assert blocks[1].contains == ("a", "b")
    assert blocks[2].facts == {"remind": "none"}
    (draft,) = first.expect["drafts"]
    assert (draft.to, draft.facts, draft.contains) == (("bob",), {"subject": "Hello", "late": "true"}, ("Hello",))
    assert first.expect["skipped"][0].contains == ("no room",)
    assert (second.rules, second.beside, second.expect) == ((), (), {"blocks": ()})


def test_people_may_stand_by_id_as_in_people_yaml() -> None:
    found = read(
        HEAD + "people: {ada: {emails: [ada@example.com]}}\ntests: [{name: a, over: 2026-11-24, expect: {}}]\n"
    )
    assert [person.email for person in found.world.people or ()] == ["ada@example.com"]


# ---------------------------------------------------------------- times

DATES = st.dates(date(1900, 1, 1), date(2400, 1, 1))
MINUTES = st.integers(0, 1439)


def clock(minutes: int) -> str:
    """A time of day as it is written."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


@given(DATES, MINUTES, MINUTES, st.sampled_from([" ", "T", "  "]))
def test_a_written_time_is_read_back(day: date, start: int, end: int, between: str) -> None:
    at = parse_day_time(f"{day}{between}{clock(start)}-{clock(end)}")
    assert at == DayTime((day, day), start, end if end > start else end + 1440)
    assert parse_day_time(f"{clock(start)}-{clock(end)}") == DayTime(None, at.start, at.end)
    assert parse_day_time(f"{day} {clock(start)}") == DayTime((day, day), start)
    assert parse_day_time(f" {day} ") == DayTime((day, day))


@given(DATES, st.integers(0, 400))
def test_written_days_are_read_back(day: date, more: int) -> None:
    assert parse_day_time(f"{day}..{day + timedelta(days=more)}").days == (day, day + timedelta(days=more))


@given(st.datetimes(datetime(1900, 1, 1), datetime(2400, 1, 1), timezones=st.none() | st.just(UTC)))  # noqa: DTZ001
def test_a_written_instant_is_read_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert parse_instant(moment.isoformat()) == moment
    assert parse_instant(f" {moment.isoformat(sep=' ')} ") == moment


def refused(parser: Callable[[str], object], text: str) -> GrammarError | None:
    """Why a text is no time; None when it is one."""
    try:
        parser(text)
    except GrammarError as error:
        return error
    return None


@given(st.text(alphabet="0123456789-:. TtZ+", max_size=30))
def test_what_is_no_time_is_refused_with_its_place(text: str) -> None:
    for parser in (parse_day_time, parse_instant):
        error = refused(parser, text)
        assert error is None or (error.message and 0 <= error.start <= error.end <= len(text))


# ---------------------------------------------------------------- tables, schema, page


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_synonym_means_one_key_and_is_none_itself(table: Table) -> None:
    synonyms = [synonym for field in table.fields.values() for synonym in field.synonyms]
    assert not set(synonyms) & set(table.fields)
    assert sorted(synonyms) == sorted(set(synonyms))


@pytest.mark.parametrize(("table", "field"), FIELDS, ids=name)
def test_the_example_of_a_field_can_be_read(table: Table, field: Field[Any]) -> None:
    document = parse("a.yaml", f"key: {field.example}\n".encode())
    assert not document.problems
    assert isinstance(document.root, Mapping)
    field.read(document.root.entries["key"][1])


def json_value(node: Node) -> object:
    """What a YAML 1.2 editor makes of a node, as far as these files go."""
    if isinstance(node, Mapping):
        return {key: json_value(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [json_value(item) for item in node.items]
    assert isinstance(node, Scalar)
    if not node.plain:
        return node.text
    return {"true": True, "false": False}.get(node.text, int(node.text) if node.text.isdigit() else node.text)


def files() -> list[str]:
    """Every rule test that we ship, and the one above."""
    shipped = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").rglob("*.test.yaml"))]
    return [
        *shipped,
        WHOLE.replace(": yes", ": true").replace(": no,", ": false,").replace("human: no", "human: false"),
    ]


@pytest.mark.parametrize("text", files(), ids=range(len(files())))
def test_the_schema_accepts_what_the_reader_accepts(text: str) -> None:
    root = parse("a.yaml", text.encode()).root
    assert root is not None
    jsonschema.Draft7Validator(schema("tests")).validate(json_value(root))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "tests: []\n",
        HEAD + "tests: [{over: 2026-11-24, expect: {}}]\n",
        HEAD + "tests: [{name: a, over: 2026-11-24, expect: {block: []}}]\n",
        HEAD + "tests: [{name: a, over: 2026-11-24, expect: {blocks: [{at: '16:00-16:15'}]}}]\n",
        HEAD + "events: [{titel: A, at: 2026-11-24}]\ntests: [{name: a, over: 2026-11-24, expect: {}}]\n",
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    root = parse("a.yaml", text.encode()).root
    assert root is not None
    assert not jsonschema.Draft7Validator(schema("tests")).is_valid(json_value(root))
    assert read_tests("a.test.yaml", text.encode())[0] is None


def test_the_page_holds_the_tables_as_they_are() -> None:
    """After a change of a table: `python -m agendad.rules.reference docs/rule-tests.md`."""
    page = (ROOT / "docs/rule-tests.md").read_text(encoding="utf-8")
    assert filled(page) == page
