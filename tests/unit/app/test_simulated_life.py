"""The life of a simulation: the same for the same seed, and one that people could lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.app.simulated_life import Act, acts, next_working_moment
from agendad.model.calendar import Kind, Response
from agendad.model.settings import CalendarSettings, Me, Person, Settings

PARIS = ZoneInfo("Europe/Paris")
SETTINGS = Settings(
    PARIS, CalendarSettings(write="personal", read=("personal",)), Me("Ada", frozenset({"ada@example.com"}))
)
PEOPLE = [Person(f"p{number}", f"Person {number}", (f"p{number}@example.com",)) for number in range(5)]
YEAR = (date(2027, 1, 1), date(2027, 12, 31))

seeds = st.integers(0, 10**9 - 1)


def life(seed: int) -> list[Act]:
    return sorted(acts(SETTINGS, PEOPLE, YEAR, seed))


@settings(max_examples=15)
@given(seeds)
def test_a_seed_is_one_life(seed: int) -> None:
    once, again = life(seed), life(seed)
    assert [(act.at, act.event, act.gone) for act in once] == [(act.at, act.event, act.gone) for act in again]


def test_seeds_differ() -> None:
    assert [act.event for act in life(1)] != [act.event for act in life(2)]


@settings(max_examples=15)
@given(seeds)
def test_an_invitation_comes_before_its_meeting_and_lies_in_working_hours(seed: int) -> None:
    for act in life(seed):
        fields = act.event.fields
        if not isinstance(fields.start, datetime):
            continue
        assert act.at < fields.start
        assert fields.start.weekday() < 5
        assert 9 <= fields.start.hour < 18
        assert act.event.response is not None
        assert act.event.organizer in {each.email for each in act.event.attendees}


@settings(max_examples=15)
@given(seeds)
def test_nothing_is_changed_before_it_came_and_nothing_after_it_went(seed: int) -> None:
    stands: dict[str, bool] = {}
    for act in life(seed):
        uid = act.event.uid
        assert stands.get(uid, True), "it was cancelled before"
        if act.gone:
            assert uid in stands
        stands[uid] = not act.gone


def test_a_year_holds_everything_that_happens_to_invitations() -> None:
    found = life(1)
    meetings = {act.event.uid for act in found if isinstance(act.event.fields.start, datetime)}
    assert 100 < len(meetings) < 220
    assert {act.event.response for act in found} >= {
        Response.NEEDS_ACTION,
        Response.ACCEPTED,
        Response.DECLINED,
        Response.TENTATIVE,
    }
    assert any(act.gone for act in found)
    starts: dict[str, set[object]] = {}
    for act in found:
        starts.setdefault(act.event.uid, set()).add(act.event.fields.start)
    assert any(len(each) > 1 for each in starts.values()), "some are moved"
    absences = [act.event for act in found if act.event.fields.kind is Kind.AWAY]
    assert 2 <= len(absences) <= 15
    addresses = {each.email for act in found for each in act.event.attendees}
    assert {person.email for person in PEOPLE} < addresses
    assert any(address.endswith("outside.example.net") for address in addresses)


@given(st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)))
def test_mail_is_sent_in_working_hours_and_soon(moment: datetime) -> None:
    at = next_working_moment(SETTINGS, moment)
    assert at >= moment
    assert at - moment < timedelta(days=3)
    local = at.astimezone(PARIS)
    assert local.weekday() < 5
    assert 9 <= local.hour < 18
