"""What a simulation puts aside is read as ever, and all of it is there at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from agendad.app.simulated import MemoryCalendars, Shelf
from agendad.app.simulation_book import Book, Left
from agendad.model.calendar import Event, EventFields, Mark
from agendad.model.identity import digest, uid
from agendad.model.reach import Reach
from agendad.model.reasons import Reason, ReasonCode

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 2, tzinfo=PARIS)
HOUR = timedelta(hours=1)
NAMES = ("other", "own")


def event(calendar: str, begins: int, hours: int, member: int | None, rule: str, name: str) -> Event:
    """A meeting, one member of a series of meetings, or a block of a rule."""
    start = START + begins * HOUR
    name = name if member is None else f"s{member}"
    original = None if member is None else start.astimezone(UTC)
    fields = EventFields(name, start, start + hours * HOUR)
    if rule and member is None:
        key = f"{rule}/{name}"
        guests = ("bob@example.org",) if rule == "guests" else ()
        return Event("own", uid(key), replace(fields, guests=guests), mark=Mark(rule, key, digest(fields)))
    return Event(calendar, f"{name}@example.org", fields, recurrence_id=original, recurring=member is not None)


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 200),
        st.integers(0, 30),
        st.none() | st.integers(0, 3),
        st.sampled_from(("", "short", "long", "guests")),
    ),
    max_size=30,
    unique_by=lambda each: (each[3], each[1]) if each[3] is not None else object(),
).map(lambda drawn: [event(*each, f"m{at}") for at, each in enumerate(drawn)])


@given(EVENTS, st.lists(st.integers(-5, 240), max_size=4).map(sorted), st.integers(-5, 240), st.integers(1, 240))
def test_what_was_put_aside_is_read_as_ever(events: list[Event], over: list[int], first: int, hours: int) -> None:
    whole, sparing = (MemoryCalendars(Shelf("own", NAMES, PARIS), events) for _ in range(2))
    for each in over:
        sparing.put_aside(since(each))
    start, end = START + first * HOUR, START + (first + hours) * HOUR
    assert sparing.read(start, end) == whole.read(start, end)
    back = since(first)
    seen, expected = (each.read(start - 30 * HOUR, end, back) for each in (sparing, whole))
    assert [each for each in seen.events if back.holds(each)] == [each for each in expected.events if back.holds(each)]
    assert seen.counts == expected.counts


def since(hours: int) -> Reach:
    """What a cycle looks at: two days of ours, a week of one rule, all of the others."""
    start = START + hours * HOUR
    return Reach(real=START - 1000 * HOUR, own=start - 48 * HOUR, longer={"long": start - 168 * HOUR})


def why(code: ReasonCode) -> tuple[Reason, ...]:
    return (Reason(code),)


def test_what_was_told_last_counts_unless_it_is_only_that_time_went_by() -> None:
    book = Book(START, START + 100 * 24 * HOUR)
    day, later = START.date(), START.date() + timedelta(days=1)
    told = ReasonCode.EXCLUDED, ReasonCode.SATISFIED, ReasonCode.ALREADY_PAST
    for code in told:
        book.why["rule/a"] = why(code)
        book.left["rule/b"] = Left("rule", day, why(code))
        book.put_aside(later)
        assert not book.why
        assert not book.left
    book.left["rule/b"] = Left("rule", day, why(ReasonCode.ALREADY_PAST))
    book.left["rule/c"] = Left("rule", later, why(ReasonCode.EXCLUDED))
    book.put_aside(later)
    assert list(book.left) == ["rule/c"]
    book.whole()
    assert book.why == {"rule/a": why(ReasonCode.ALREADY_PAST)}
    assert {key: left.why for key, left in book.left.items()} == {
        "rule/b": why(ReasonCode.SATISFIED),
        "rule/c": why(ReasonCode.EXCLUDED),
    }
