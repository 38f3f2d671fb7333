"""Events go to Google's JSON and come back as they were; patches hold only what differs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agendad.model.calendar import EventFields, Kind, Mark, Response, ShowAs, Status, Visibility
from agendad.model.identity import digest, field_values, hand_changed, is_own
from agendad.providers.google.bodies import new_body, patch_body
from agendad.providers.google.events import Place, event, own_id, parted_id, reduced

ME = "ada@example.com"
PARIS = ZoneInfo("Europe/Paris")
PLACE = Place("primary", PARIS, frozenset({ME}))
NOON = datetime(2026, 11, 24, 12, tzinfo=PARIS)
BLOCK = EventFields("Deep work", NOON, NOON + timedelta(hours=1))
ZONES = [PARIS, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("UTC")]
PROPERTIES = {
    "title": {"summary"},
    "time": {"start", "end"},
    "show_as": {"transparency"},
    "kind": set(),
    "notes": {"description"},
    "place": {"location"},
    "color": {"colorId"},
    "visibility": {"visibility"},
    "remind": {"reminders"},
    "guests": {"attendees"},
}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
addresses = st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True)


@st.composite
def times(draw: st.DrawFn) -> tuple[date, date]:
    if draw(st.booleans()):
        day = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
        return day, day + timedelta(days=draw(st.integers(1, 40)))
    zone = draw(st.sampled_from(ZONES))
    first = draw(st.integers(0, 4_000_000_000))
    start, end = (datetime.fromtimestamp(at, zone) for at in (first, first + draw(st.integers(0, 400_000))))
    return start, end


@st.composite
def fields(draw: st.DrawFn) -> EventFields:
    start, end = draw(times())
    reminders = st.lists(st.integers(0, 90_000), max_size=9, unique=True).map(lambda each: tuple(sorted(each)))
    return EventFields(
        title=draw(texts),
        start=start,
        end=end,
        show_as=draw(st.sampled_from(ShowAs)),
        kind=draw(st.sampled_from(Kind)),
        notes=draw(texts),
        place=draw(texts),
        color=draw(st.sampled_from(["", "tomato", "Sage", "red", "teal", "7", "99"]) | texts),
        visibility=draw(st.sampled_from(Visibility)),
        remind=draw(st.none() | reminders),
        guests=tuple(sorted(draw(st.sets(addresses, max_size=4)))),
    )


keys = st.from_regex(r"[a-z-]{1,12}/[0-9-]{1,12}", fullmatch=True) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"]), min_size=500, max_size=3000
)


def marked(key: str, what: EventFields, people: tuple[str, ...] = ()) -> Mark:
    return Mark("rule", key, digest(what), people)


def kept(body: dict[str, Any]) -> dict[str, Any]:
    """What Google would have of a new event: in JSON and back, with what it adds itself."""
    item: dict[str, Any] = json.loads(json.dumps(body))
    added = {"etag": '"1"', "status": "confirmed", "organizer": {"email": ME, "self": True}}
    for seat in item.get("attendees", ()):
        seat.setdefault("responseStatus", "needsAction")
    return item | added


def patched(item: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396, which is what Google's PATCH does."""
    result = dict(item)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            result[name] = patched(result.get(name, {}), value)
        else:
            result[name] = value
    return result


@given(fields(), keys, st.lists(st.from_regex(r"[a-z.]{1,300}", fullmatch=True), max_size=6), st.booleans())
def test_every_event_comes_back_as_it_was_written(what: EventFields, key: str, people: list[str], native: bool) -> None:
    mark = marked(key, what, tuple(people))
    item = kept(new_body(own_id(key, 0), what, mark, host=ME, native=native))
    back = event(json.loads(json.dumps(reduced(item))), PLACE)
    assert field_values(back.fields) == field_values(what)
    assert back.mark == mark
    assert is_own(back)
    assert hand_changed(back) == frozenset()
    values = item["extendedProperties"]["private"]
    assert all(len(name) <= 44 and len(value.encode()) <= 1024 for name, value in values.items())
    assert len(item["reminders"].get("overrides", ())) <= 5


@given(fields(), fields(), st.data())
def test_a_patch_holds_only_what_differs_and_leads_to_what_was_wanted(
    before: EventFields, other: EventFields, data: st.DataObject
) -> None:
    names = data.draw(st.sets(st.sampled_from(["title", "time", *(name for name in PROPERTIES if name != "time")])))
    taken = {each: getattr(other, each) for name in names for each in (("start", "end") if name == "time" else (name,))}
    after = replace(before, **taken)
    item = kept(new_body(own_id("r/1", 0), before, marked("r/1", before), host=ME, native=False))
    patch = patch_body(item, event(item, PLACE).fields, after, marked("r/1", after), host=ME)
    old, new = field_values(before), field_values(after)
    differs = {name for name in old if old[name] != new[name]}
    assert patch.keys() - {"extendedProperties"} == set().union(*(PROPERTIES[name] for name in differs))
    back = event(patched(item, patch), PLACE)
    assert field_values(back.fields) == new
    assert hand_changed(back) == frozenset()


def test_a_series_of_generations_shares_one_uid() -> None:
    assert parted_id(own_id("a/1", 0)) == (own_id("a/1", 0), 0)
    assert parted_id(own_id("a/1", 12)) == (own_id("a/1", 0), 12)
    for foreign in ("abc", own_id("a/1", 0) + "v0", own_id("a/1", 0) + "_20261124", own_id("a/1", 0)[:-1]):
        assert parted_id(foreign) is None


def foreign(**more: object) -> dict[str, Any]:
    when = {"dateTime": "2026-11-24T12:00:00+01:00", "timeZone": "Europe/Paris"}
    return {"id": "abcdef", "etag": '"1"', "iCalUID": "u@x", "start": when, "end": when} | more


def test_a_copy_that_a_person_made_is_theirs() -> None:
    copy = foreign(extendedProperties={"private": {"agendad-key": "a/1", "agendad-rule": "a"}})
    made = event(copy, PLACE)
    assert made.mark is not None
    assert not is_own(made)
    assert made.uid == "u@x"


def test_an_own_event_that_lost_its_marks_keeps_its_uid() -> None:
    bare = event(foreign(id=own_id("a/1", 2)), PLACE)
    assert (bare.mark, bare.uid) == (None, f"{own_id('a/1', 0)}@agendad")


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        ({"transparency": "transparent"}, "show_as", ShowAs.FREE),
        ({"eventType": "workingLocation"}, "show_as", ShowAs.FREE),
        ({"eventType": "birthday"}, "show_as", ShowAs.FREE),
        ({"eventType": "fromGmail"}, "show_as", ShowAs.BUSY),
        ({"eventType": "focusTime"}, "kind", Kind.FOCUS),
        ({"eventType": "outOfOffice"}, "kind", Kind.AWAY),
        ({"visibility": "confidential"}, "visibility", Visibility.PRIVATE),
        ({"colorId": "11"}, "color", "tomato"),
        ({"colorId": "42"}, "color", "42"),
        ({"reminders": {"useDefault": True}}, "remind", None),
        ({"reminders": {"useDefault": False}}, "remind", ()),
        ({"reminders": {"overrides": [{"method": "email", "minutes": 60}]}}, "remind", ()),
    ],
)
def test_what_google_says_in_its_own_words_is_understood(more: dict[str, Any], name: str, value: object) -> None:
    assert getattr(event(foreign(**more), PLACE).fields, name) == value


def test_who_takes_part_and_what_they_answered_is_understood() -> None:
    seats = [
        {"email": "Ada@Example.com", "self": True, "responseStatus": "declined"},
        {"email": "bob@x.org", "displayName": "Bob", "responseStatus": "accepted"},
        {"email": "room@resource.calendar.google.com", "responseStatus": "tentative", "resource": True},
    ]
    made = event(foreign(attendees=seats, organizer={"email": "Bob@x.org"}, status="tentative"), PLACE)
    assert (made.response, made.organizer, made.status) == (Response.DECLINED, "bob@x.org", Status.TENTATIVE)
    assert [(each.email, each.human) for each in made.attendees] == [
        (ME, True),
        ("bob@x.org", True),
        ("room@resource.calendar.google.com", False),
    ]
    assert made.fields.guests == ()


def test_times_are_in_the_zone_of_the_event_and_those_of_no_place_in_that_of_the_person() -> None:
    for name, zone in (("America/New_York", ZoneInfo("America/New_York")), ("UTC", PARIS), ("Moon/Base", PARIS)):
        start = {"dateTime": "2026-11-24T12:00:00Z", "timeZone": name}
        made = event(foreign(start=start, end=start), PLACE).fields
        assert isinstance(made.start, datetime)
        assert (made.start, made.start.tzinfo) == (datetime(2026, 11, 24, 12, tzinfo=UTC), zone)


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    for offset, fold in (("+02:00", 0), ("+01:00", 1)):
        start = {"dateTime": f"2026-10-25T02:30:00{offset}", "timeZone": "Europe/Paris"}
        made = event(foreign(start=start, end=start), PLACE).fields
        assert isinstance(made.start, datetime)
        assert made.start.fold == fold
        body = new_body(own_id("a/1", 0), made, marked("a/1", made))
        assert body["start"] == start


def test_reminders_by_mail_and_answers_of_guests_survive_a_patch() -> None:
    mail = {"method": "email", "minutes": 60}
    item = kept(
        new_body(own_id("a/1", 0), replace(BLOCK, remind=(10,), guests=("b@x.org",)), marked("a/1", BLOCK), host=ME)
    )
    item["reminders"]["overrides"].append(mail)
    item["attendees"][1]["responseStatus"] = "accepted"
    before = event(item, PLACE).fields
    patch = patch_body(item, before, replace(before, remind=(5,), guests=("b@x.org", "c@x.org")), marked("a/1", BLOCK))
    assert patch["reminders"]["overrides"] == [{"method": "popup", "minutes": 5}, mail]
    assert [seat.get("responseStatus") for seat in patch["attendees"]] == ["accepted", "accepted", None]


def test_a_colour_that_the_person_changes_is_no_longer_the_word_of_the_rule() -> None:
    item = kept(new_body(own_id("a/1", 0), replace(BLOCK, color="red"), marked("a/1", replace(BLOCK, color="red"))))
    assert event(item, PLACE).fields.color == "red"
    assert event(item | {"colorId": "7"}, PLACE).fields.color == "peacock"
    item.pop("colorId")
    assert event(item, PLACE).fields.color == ""


@pytest.mark.parametrize("broken", [{"start": {}}, {"start": {"dateTime": "soon"}}, {"end": {}}])
def test_an_item_that_is_no_event_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        event(foreign(**broken), PLACE)
