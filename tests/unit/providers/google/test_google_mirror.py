"""The mirror holds items and token of one moment, and takes only news that begin where it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from agendad.providers.google.mirror import Mirror, News, State, read_item

if TYPE_CHECKING:
    from pathlib import Path

OURS = "0123456789" * 4
EVER = (date(1970, 1, 1), date(2100, 1, 1))


def clock() -> datetime:
    return datetime(2026, 11, 23, 8, tzinfo=UTC)


def item(ident: str, title: str = "", **more: object) -> dict[str, Any]:
    when = {"dateTime": "2026-11-24T12:00:00+01:00"}
    return {"id": ident, "etag": '"1"', "status": "confirmed", "summary": title, "start": when, "end": when} | more


def news(*items: dict[str, Any], upto: str = "t", whole: bool = False) -> News:
    made = News("c", whole, upto, "Europe/Paris", "owner")
    made.add(map(msgspec.json.encode, items))
    return made


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    made = Mirror(tmp_path, "x", clock)
    assert made.take(State(), news(item("a", "A"), item(OURS, "O"), upto="t0", whole=True))
    return made


def ids(mirror: Mirror) -> list[str]:
    return sorted(read_item(data)["id"] for data in mirror.singles("c", *EVER))


def test_a_state_says_how_far_and_what_was_read(mirror: Mirror) -> None:
    state = mirror.state("c")
    assert (state.token, state.zone, state.role, state.count) == ("t0", "Europe/Paris", "owner", 2)
    assert mirror.state("another") == State()


def test_news_that_begin_elsewhere_are_not_taken(mirror: Mirror) -> None:
    before = mirror.state("c")
    assert mirror.take(before, news(item("b"), upto="t1"))
    assert not mirror.take(before, news(item("a", status="cancelled"), upto="t2"))
    assert (mirror.state("c").token, ids(mirror)) == ("t1", [OURS, "a", "b"])


def test_a_version_changes_with_the_content_alone(mirror: Mirror) -> None:
    before = mirror.state("c")
    assert mirror.take(before, news(upto="t1"))
    assert mirror.state("c").version == before.version
    assert mirror.take(mirror.state("c"), news(item("b"), upto="t2"))
    assert mirror.state("c").version != before.version


def test_a_whole_list_replaces_everything_and_buries_what_is_gone(mirror: Mirror) -> None:
    assert mirror.take(mirror.state("c"), news(item("b"), upto="t1", whole=True))
    assert (ids(mirror), mirror.deleted("c")) == (["b"], {OURS})
    assert mirror.generations("c", OURS) == (1, False)


def test_what_we_take_away_ourselves_was_not_deleted_by_anybody(mirror: Mirror) -> None:
    assert mirror.withdraw("c", [OURS]) == {OURS}
    assert mirror.withdraw("c", [OURS]) == set()
    assert mirror.take(mirror.state("c"), news({"id": OURS, "status": "cancelled"}, upto="t1"))
    assert mirror.deleted("c") == set()


def test_an_event_that_stands_has_no_free_generation_to_take(mirror: Mirror) -> None:
    assert mirror.generations("c", OURS) == (0, True)
    mirror.bury("c", OURS)
    mirror.bury("c", f"{OURS}v2")
    assert mirror.generations("c", OURS) == (3, False)


def test_a_series_that_is_deleted_takes_its_exceptions_along(mirror: Mirror) -> None:
    master = item("s", recurrence=["RRULE:FREQ=DAILY"])
    moved = item("s_1", recurringEventId="s", originalStartTime={"date": "2026-11-24"})
    assert mirror.take(mirror.state("c"), news(master, moved, upto="t1"))
    assert (len(mirror.series("c")), mirror.state("c").count) == (2, 3)
    assert mirror.take(mirror.state("c"), news({"id": "s", "status": "cancelled"}, upto="t2"))
    assert (mirror.series("c"), mirror.state("c").count) == ([], 2)


def test_other_programs_properties_are_not_kept(mirror: Mirror) -> None:
    both = {"private": {"agendad-key": "a/1", "theirs": "secret"}, "shared": {"more": "secret"}}
    assert mirror.take(mirror.state("c"), news(item("p", extendedProperties=both), upto="t1"))
    kept = mirror.item("c", "p")
    assert kept is not None
    assert kept["extendedProperties"] == {"private": {"agendad-key": "a/1"}}


def test_notes_outlive_the_process(tmp_path: Path) -> None:
    Mirror(tmp_path, "x", clock).keep_note("held a", "1")
    again = Mirror(tmp_path, "x", clock)
    assert (again.note("held a"), again.notes("held "), again.note("other")) == ("1", {"held a": "1"}, "")
    again.keep_note("held a", "")
    assert Mirror(tmp_path, "x", clock).notes("held ") == {}
    assert Mirror(tmp_path, "another account", clock).note("held a") == ""


@pytest.mark.parametrize("wrong", [b"5", b"{}", b'{"id": 5}', b'{"id": "a", "recurrence": "daily"}'])
def test_what_is_no_event_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expected|missing"):
        News("c", whole=True).add([wrong])
