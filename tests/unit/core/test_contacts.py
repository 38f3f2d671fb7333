"""Who was in touch with whom (section 6 of the rule language), and what the tiers ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from engine_world import ADA, BOB, EVE, PARIS, event, own, whole_days
from hypothesis import given

from agendad.core.contacts import MOST_ATTENDEES, Contact, Contacts, Kind, met_at, parties
from agendad.core.network import MOST, MOST_REGULAR, RHYTHM, Due, due, network_warnings
from agendad.core.timeline import span, to_minutes
from agendad.model.calendar import Attendee, Response, Status
from agendad.model.mail import Message
from agendad.model.rule import Party
from agendad.model.settings import People, Person

ME = min(ADA.emails)
GRACE = Person("grace", "Grace", ("grace@example.com", "grace@home.org"), frozenset({"team"}), tier=1, met="Meetup")
LIN = Person("lin", "Lin", ("lin@far.org",), frozenset({"team", "board"}), tier=2)
ODA = Person("oda", "Oda", ("oda@far.org",), tier=12)
PEOPLE = People({each.id: each for each in (ODA, LIN, GRACE)})
NEVER = 10**9


def contacts(*given: object) -> Contacts:
    events = [each for each in given if not isinstance(each, Message)]
    timed = [(span(each.fields.start, each.fields.end, PARIS), each) for each in events]
    return Contacts(PEOPLE, timed, [each for each in given if isinstance(each, Message)], ADA)


def mail(day: int, *recipients: str, sent: bool = True, hour: int = 9) -> Message:
    at = datetime(2026, 11, day, hour, tzinfo=UTC)
    return Message(at, ME if sent else "x@far.org", recipients, f"mail of the {day}.", sent=sent)


def test_contacts_that_are_known_already_count_like_those_that_are_worked_out() -> None:
    known = contacts(MEETING, mail(25, "grace@example.com"))
    later = Contacts(PEOPLE, (), [mail(24, "grace@example.com", hour=1), mail(26, "lin@far.org")], ADA, besides=known)
    afresh = contacts(MEETING, mail(25, "grace@example.com"), mail(24, "grace@example.com", hour=1))
    assert later.history("grace", NEVER) == afresh.history("grace", NEVER)
    assert later.history("lin", NEVER) == contacts(mail(26, "lin@far.org")).history("lin", NEVER)
    assert known.history("lin", NEVER) == (), "what was known stays as it is"


MEETING = event("Lunch", "tue 12:00-13:00", "grace@home.org", BOB)


def test_a_meeting_is_a_contact_at_its_end() -> None:
    end = to_minutes(MEETING.fields.end)
    found = contacts(MEETING)
    assert found.last("grace", end) == Contact(end, Kind.MEETING, "Lunch")
    assert found.last("grace", end - 1) is None
    assert found.last("lin", end) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(MEETING, response=Response.DECLINED),
        replace(MEETING, status=Status.CANCELLED),
        replace(MEETING, attendees=(Attendee("grace@home.org", response=Response.DECLINED),)),
        replace(MEETING, attendees=(Attendee("grace@home.org", human=False),)),
        own("r/2026-11-24", "tue 12:00-13:00"),
        mail(24, "grace@example.com", sent=False),
    ],
    ids=["declined", "cancelled", "declined by them", "a room", "an own block", "a received mail"],
)
def test_what_is_no_contact(other: object) -> None:
    assert contacts(other).last("grace", NEVER) is None


def test_an_own_block_with_attendees_is_a_meeting_with_them() -> None:
    block = replace(own("r/2026-11-24", "tue 12:00-13:00", title="Coffee"), attendees=MEETING.attendees)
    assert contacts(block).last("grace", NEVER) == Contact(to_minutes(block.fields.end), Kind.MEETING, "Coffee")
    gone = (Attendee("grace@home.org", response=Response.DECLINED),)
    assert contacts(replace(block, attendees=gone)).last("grace", NEVER) is None


@pytest.mark.parametrize(("others", "counts"), [(MOST_ATTENDEES - 1, True), (MOST_ATTENDEES, False)])
def test_twenty_who_attend_are_a_meeting_and_more_an_audience(others: int, counts: bool) -> None:
    crowd = [Attendee(f"{number}@far.org") for number in range(others - 1)]
    room = [Attendee(f"room{number}@far.org", human=False) for number in range(3)]
    away = [Attendee("not@far.org", response=Response.DECLINED)]
    big = replace(MEETING, attendees=(Attendee(ME), Attendee("grace@home.org"), *crowd, *room, *away))
    assert (contacts(big).last("grace", NEVER) is not None) is counts


def test_who_invites_takes_part_even_when_not_listed() -> None:
    invited = replace(MEETING, attendees=(Attendee(ME),), organizer="lin@far.org", response=Response.ACCEPTED)
    assert contacts(invited).last("lin", NEVER) is not None
    assert contacts(replace(invited, response=None)).last("lin", NEVER) is None


def test_every_recipient_of_a_sent_mail_was_contacted_under_any_address() -> None:
    found = contacts(mail(3, "grace@home.org", "lin@far.org", ME))
    for person in ("grace", "lin"):
        assert found.last(person, NEVER).kind is Kind.MAIL
    assert found.last("oda", NEVER) is None


def test_first_is_the_oldest_from_a_moment_on_and_history_the_newest_first() -> None:
    mails = [mail(day, "grace@example.com") for day in (9, 3, 5)]
    third, fifth, ninth = (to_minutes(each.at) for each in sorted(mails, key=lambda each: each.at))
    found = contacts(*mails)
    assert found.first("grace", third).at == third
    assert found.first("grace", third + 1).at == fifth
    assert found.first("grace", ninth + 1) is None
    assert [each.at for each in found.history("grace", ninth)] == [ninth, fifth, third]
    assert [each.at for each in found.history("grace", ninth - 1, 1)] == [fifth]
    assert found.history("lin", NEVER) == ()


@given(st.lists(st.tuples(st.integers(1, 28), st.integers(0, 23)), max_size=8), st.integers(0, 28 * 24))
def test_first_last_and_history_agree(days: list[tuple[int, int]], hour: int) -> None:
    found = contacts(*(mail(day, "grace@example.com", hour=hour) for day, hour in days))
    before = to_minutes(datetime(2026, 11, 1, tzinfo=UTC)) + 60 * hour
    history = found.history("grace", before, 100)
    assert list(history) == sorted(history, reverse=True)
    assert len(history) == sum(to_minutes(mail(day, hour=hour).at) <= before for day, hour in days)
    assert found.last("grace", before) == (history[0] if history else None)
    first = found.first("grace", 0)
    assert (first.at if first and first.at <= before else None) == (history[-1].at if history else None)


def test_parties_are_each_once_in_the_order_of_ids() -> None:
    assert parties(PEOPLE, [Party("group", "team"), Party("person", "grace")]) == (GRACE, LIN)
    assert parties(PEOPLE, [Party("tier", "12"), Party("group", "board")]) == (LIN, ODA)
    assert parties(PEOPLE, [Party("tier", "3"), Party("person", "gr"), Party("group", "boar")]) == ()


# ---------------------------------------------------------------- met

MEETUP = event("Meetup: Café des CTO", "tue 18:00-22:00", EVE)


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        ("Meetup: Café des CTO", True),
        ("met at the meetup: cafe des cto in Lyon", True),
        ("Meetup", True),
        ("Meetup: Café des CTO, 2026-11-24", True),
        ("Meetup, 2026-11-24", True),
        ("2026-11-24", True),
        ("2026-11-24 through Bob", True),
        ("Meetup: Café des CTO, 2026-11-17", False),
        ("Meetup 2026-11-17", False),
        ("Another evening, 2026-11-24", False),
        ("2026-11-25", False),
        ("CTO", False),
        ("", False),
        ("a conference", False),
    ],
)
def test_met_names_an_event_by_title_or_day(met: str, expected: bool) -> None:
    assert met_at(replace(LIN, met=met), MEETUP, PARIS) is expected


def test_a_short_title_is_named_by_its_day_alone() -> None:
    assert not met_at(replace(LIN, met="at the CTO dinner"), replace_title("CTO"), PARIS)
    assert met_at(replace(LIN, met="2026-11-24"), replace_title("CTO"), PARIS)
    assert not met_at(replace(LIN, met=""), replace_title(""), PARIS)


def test_a_date_in_a_title_is_no_other_day() -> None:
    named = replace_title("Release 2026-12-01")
    assert met_at(replace(LIN, met="Release 2026-12-01"), named, PARIS)
    assert met_at(replace(LIN, met="Release 2026-12-01, 2026-11-24"), named, PARIS)


def replace_title(title: str):
    return replace(MEETUP, fields=replace(MEETUP.fields, title=title))


def test_each_day_of_a_long_event_counts_and_its_last_midnight_does_not() -> None:
    conference = whole_days("Summit", "tue", 2)
    days = [f"2026-11-{day}" for day in (23, 24, 25, 26)]
    assert [met_at(replace(LIN, met=day), conference, PARIS) for day in days] == [False, True, True, False]
    night = event("Night", "tue 18:00-24:00")
    assert [met_at(replace(LIN, met=day), night, PARIS) for day in days[1:3]] == [True, False]


def test_who_takes_part_was_met_there_and_who_declined_was_not() -> None:
    assert met_at(replace(GRACE, met=""), MEETING, PARIS)
    declined = replace(MEETING, attendees=(Attendee("grace@home.org", response=Response.DECLINED),))
    assert not met_at(replace(GRACE, met=""), declined, PARIS)


# ---------------------------------------------------------------- tiers

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("tier", "last", "expected"),
    [
        (1, date(2026, 10, 24), Due(TODAY, overdue=False)),
        (1, date(2026, 10, 23), Due(date(2026, 11, 23), overdue=True)),
        (1, date(2026, 1, 31), Due(date(2026, 2, 28), overdue=True)),
        (2, date(2026, 11, 30), Due(date(2027, 2, 28), overdue=False)),
        (3, date(2024, 2, 29), Due(date(2025, 2, 28), overdue=True)),
        (1, None, Due(TODAY, overdue=True)),
        (4, None, None),
        (None, date(2026, 1, 1), None),
        (3, date(9999, 6, 1), None),
    ],
)
def test_the_next_contact_is_due_after_the_months_of_the_tier(
    tier: int | None, last: date | None, expected: Due | None
) -> None:
    assert due(tier, last, TODAY) == expected


@given(st.sampled_from(sorted(RHYTHM)), st.dates(date(1900, 1, 1), date(9000, 1, 1)))
def test_due_is_as_many_months_later_and_never_goes_back(tier: int, last: date) -> None:
    found, next_day = due(tier, last, TODAY), due(tier, last + timedelta(days=1), TODAY)
    months = (found.on.year - last.year) * 12 + found.on.month - last.month
    assert months == RHYTHM[tier]
    assert found.on.day == last.day or (found.on + timedelta(days=1)).day == 1
    assert found.on <= next_day.on


def crowd(**tiers: int) -> People:
    numbered = [(int(tier[1:]), number) for tier, many in tiers.items() for number in range(many)]
    return People({f"p{tier}-{number}": Person(f"p{tier}-{number}", tier=tier) for tier, number in numbered})


@pytest.mark.parametrize(
    ("people", "told"),
    [
        (crowd(t1=MOST[1], t2=MOST[2], t3=999), []),
        (crowd(t1=MOST[1] + 1), ["51 people are of tier 1"]),
        (crowd(t2=MOST[2] + 1), ["101 people are of tier 2"]),
        (crowd(t1=30, t2=MOST_REGULAR - 29), ["121 people are of tier 2", "151 people are in regular contact"]),
    ],
)
def test_a_tier_that_holds_too_many_is_told(people: People, told: list[str]) -> None:
    found = list(network_warnings(people))
    assert [each.message.partition(":")[0].partition(" (")[0] for each in found] == told
    assert {each.code for each in found} <= {"tier-full"}
