"""Listings of Calendar v3: windows, pages, series, and sync tokens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from emulated import BLOCK, DAY, EVENTS, ME, NOON, reason, refused

if TYPE_CHECKING:
    from emulated import World

PARIS = ZoneInfo("Europe/Paris")
WHERE = {"calendarId": "primary"}
DAILY = {
    "id": "5er1e5",
    "summary": "Stand-up",
    "start": {"dateTime": "2026-11-23T09:00:00", "timeZone": "Europe/Paris"},
    "end": {"dateTime": "2026-11-23T09:15:00", "timeZone": "Europe/Paris"},
    "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
}
SECOND = "5er1e5_20261124T080000Z"


def listing(world: World, **params: object) -> dict[str, Any]:
    text = {name: str(value).lower() if isinstance(value, bool) else value for name, value in params.items()}
    reply = world.send("GET", f"{EVENTS}?{urlencode(text, doseq=True)}")
    assert reply.status == 200, reply.body
    return reply.json()


def ids(world: World, **params: object) -> list[str]:
    return [item["id"] for item in listing(world, **params)["items"]]


def fill(world: World, count: int) -> list[str]:
    return [world.cal.insert({**NOON, "id": f"fi11{number:04}"})["id"] for number in range(count)]


def test_a_list_says_zone_role_and_reminders(calendar: Any) -> None:
    found = calendar.events().list(**WHERE).execute()
    assert (found["timeZone"], found["accessRole"], found["items"]) == ("Europe/Paris", "owner", [])
    assert found["defaultReminders"]
    assert found["nextSyncToken"]


def test_pages_hold_everything_once_and_only_the_last_has_the_sync_token(calendar: Any, world: World) -> None:
    made = fill(world, 7)
    request = calendar.events().list(**WHERE, maxResults=3)
    pages = []
    while request is not None:
        pages.append(request.execute())
        request = calendar.events().list_next(request, pages[-1])
    assert [len(page["items"]) for page in pages] == [3, 3, 1]
    assert [item["id"] for page in pages for item in page["items"]] == made
    assert [("nextSyncToken" in page, "nextPageToken" in page) for page in pages] == [
        (False, True),
        (False, True),
        (True, False),
    ]


def test_what_changes_between_two_pages_is_not_lost(world: World) -> None:
    made = fill(world, 6)
    first = listing(world, maxResults=3)
    world.cal.delete(made[0])
    world.cal.patch(made[5], {"summary": "New"})
    second = listing(world, maxResults=3, pageToken=first["nextPageToken"])
    assert [item["id"] for item in second["items"]] == made[3:]
    assert ids(world, syncToken=second["nextSyncToken"]) == [made[0], made[5]]


def test_an_incremental_list_pages_under_one_sync_token(world: World) -> None:
    token = listing(world)["nextSyncToken"]
    made = fill(world, 5)
    first = listing(world, syncToken=token, maxResults=2)
    world.cal.delete(made[0])
    second = listing(world, syncToken=token, maxResults=2, pageToken=first["nextPageToken"])
    third = listing(world, syncToken=token, maxResults=2, pageToken=second["nextPageToken"])
    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == made
    assert ids(world, syncToken=third["nextSyncToken"]) == [made[0]]


def test_a_page_token_goes_with_its_own_request_only(world: World) -> None:
    fill(world, 3)
    token = listing(world, maxResults=1)["nextPageToken"]
    for other in (f"pageToken={token}&singleEvents=true", f"pageToken={token}&q=x", "pageToken=rubbish"):
        assert reason(world.send("GET", f"{EVENTS}?{other}")) == (400, "invalid")


def test_a_page_is_never_larger_than_2500_and_may_be_smaller(world: World) -> None:
    fill(world, 3)
    assert len(ids(world, maxResults=9999)) == 3
    world.google.page_size = 2
    assert len(ids(world, maxResults=9999)) == 2


def test_a_sync_token_brings_only_what_changed_and_tombstones_bare(world: World) -> None:
    one, two, three = fill(world, 3)
    token = listing(world)["nextSyncToken"]
    assert ids(world, syncToken=token) == []
    world.cal.delete(one)
    world.cal.patch(three, {"summary": "New"})
    found = listing(world, syncToken=token)
    gone, changed = found["items"]
    assert set(gone) == {"kind", "etag", "id", "status"}
    assert (gone["id"], gone["status"], changed["summary"]) == (one, "cancelled", "New")
    whole = listing(world, showDeleted=True)["items"]
    assert [item["status"] for item in whole] == ["cancelled", "confirmed", "confirmed"]
    assert "start" in whole[0]
    assert ids(world) == [two, three]


def test_an_expired_sync_token_asks_for_a_full_sync(calendar: Any, world: World) -> None:
    token = calendar.events().list(**WHERE).execute()["nextSyncToken"]
    world.cal.expire_sync_tokens()
    assert refused(calendar.events().list(**WHERE, syncToken=token)) == (410, "fullSyncRequired")
    calendar.events().list(**WHERE, syncToken=calendar.events().list(**WHERE).execute()["nextSyncToken"]).execute()


@pytest.mark.parametrize(
    "more",
    ["iCalUID=x", "orderBy=updated", "privateExtendedProperty=a%3Db", "q=x", "sharedExtendedProperty=a%3Db"]
    + [f"{name}=2026-11-24T00:00:00Z" for name in ("timeMin", "timeMax", "updatedMin")]
    + ["showDeleted=false", "singleEvents=true", "eventTypes=default"],
)
def test_a_sync_token_goes_with_no_filter_and_no_other_parameters(world: World, more: str) -> None:
    token = listing(world)["nextSyncToken"]
    assert world.send("GET", f"{EVENTS}?syncToken={token}&{more}").status == 400
    assert world.send("GET", f"{EVENTS}?syncToken=rubbish").status == 400


def test_the_token_of_another_calendar_is_not_valid(world: World) -> None:
    token = listing(world)["nextSyncToken"]
    world.ada.add_calendar("other")
    assert world.send("GET", f"/calendar/v3/calendars/other/events?syncToken={token}").status == 410


def test_a_search_gives_no_sync_token_and_a_window_does(world: World) -> None:
    assert "nextSyncToken" not in listing(world, q="x")
    assert "nextSyncToken" not in listing(world, singleEvents=True, orderBy="startTime")
    assert "nextSyncToken" in listing(world, timeMin="2026-01-01T00:00:00Z")


def test_the_window_leaves_out_what_only_touches_it(world: World) -> None:
    world.cal.insert(dict(BLOCK))
    for bounds, seen in (
        ({"timeMin": "2026-11-24T13:00:00+01:00"}, False),
        ({"timeMin": "2026-11-24T12:59:59+01:00"}, True),
        ({"timeMax": "2026-11-24T12:00:00+01:00"}, False),
        ({"timeMax": "2026-11-24T12:00:01+01:00"}, True),
    ):
        assert bool(ids(world, **bounds)) == seen
    for wrong in ("timeMin=2026-11-24T00:00:00", "timeMin=2026-11-24", "orderBy=startTime"):
        assert world.send("GET", f"{EVENTS}?{wrong}").status == 400


def test_days_lie_in_the_zone_of_the_calendar(world: World) -> None:
    world.cal.insert({"id": "a11da", **DAY})
    assert ids(world, timeMin="2026-11-24T22:59:59Z") == ["a11da"]
    assert ids(world, timeMin="2026-11-24T23:00:00Z") == []


def test_filters_and_orders(world: World) -> None:
    world.cal.insert({**BLOCK, "extendedProperties": {"private": {"k": "v"}}})
    world.cal.add(
        "Lunch", datetime(2026, 11, 24, 9, tzinfo=PARIS), datetime(2026, 11, 24, 10, tzinfo=PARIS), id="1unch"
    )
    assert ids(world, privateExtendedProperty="k=v") == ["b10c0"]
    assert ids(world, q="lunch") == ["1unch"]
    assert ids(world, iCalUID="1unch@google.com") == ["1unch"]
    assert ids(world, singleEvents=True, orderBy="startTime") == ["1unch", "b10c0"]
    assert ids(world, eventTypes=["focusTime"]) == []
    assert listing(world, timeZone="UTC", q="lunch")["items"][0]["start"]["dateTime"] == "2026-11-24T08:00:00Z"


def test_partial_answers_hold_the_named_fields(calendar: Any, world: World) -> None:
    world.cal.insert(dict(BLOCK))
    found = calendar.events().list(**WHERE, fields="timeZone,items(id,start/dateTime)").execute()
    assert found == {
        "timeZone": "Europe/Paris",
        "items": [{"id": "b10c0", "start": {"dateTime": "2026-11-24T12:00:00+01:00"}}],
    }
    assert calendar.events().get(**WHERE, eventId="b10c0", fields="id").execute() == {"id": "b10c0"}
    assert calendar.events().list(**WHERE, fields="items").execute().keys() == {"items"}


def test_a_series_is_listed_as_its_master_or_as_its_instances(world: World) -> None:
    world.cal.insert(dict(DAILY))
    assert ids(world) == ["5er1e5"]
    instances = listing(world, singleEvents=True)["items"]
    assert [item["id"] for item in instances][:2] == ["5er1e5_20261123T080000Z", SECOND]
    assert len(instances) == 5
    assert instances[1]["recurringEventId"] == "5er1e5"
    assert instances[1]["originalStartTime"] == instances[1]["start"]
    assert "recurrence" not in instances[1]
    assert {item["iCalUID"] for item in instances} == {"5er1e5@google.com"}
    assert ids(world, timeMin="2026-11-28T00:00:00Z") == []


def test_exceptions_stand_beside_the_master_and_cancelled_ones_stay(calendar: Any, world: World) -> None:
    world.cal.insert(dict(DAILY))
    token = listing(world)["nextSyncToken"]
    world.cal.move(SECOND, timedelta(hours=1))
    third = "5er1e5_20261125T080000Z"
    calendar.events().delete(**WHERE, eventId=third).execute()
    changed = listing(world, syncToken=token)["items"]
    assert [item["id"] for item in changed] == [SECOND, third]
    assert changed[0]["originalStartTime"]["dateTime"] == "2026-11-24T09:00:00+01:00"
    assert changed[0]["start"]["dateTime"] == "2026-11-24T10:00:00+01:00"
    assert set(changed[1]) == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert set(ids(world)) == {"5er1e5", SECOND, third}, "cancelled instances are listed without showDeleted"
    assert len(ids(world, singleEvents=True)) == 4
    found = calendar.events().instances(**WHERE, eventId="5er1e5").execute()["items"]
    assert [item["id"] for item in found].count(SECOND) == 1
    assert len(found) == 4
    world.cal.delete("5er1e5")
    assert ids(world) == []


@pytest.mark.parametrize(
    ("lines", "starts"),
    [
        (["RRULE:FREQ=DAILY;UNTIL=20261124T080000Z"], ["23", "24"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Paris:20261124T090000"], ["23", "25"]),
        (["RRULE:FREQ=DAILY;COUNT=1", "RDATE:20261127T080000Z"], ["23", "27"]),
    ],
)
def test_rules_are_read_in_the_zone_of_the_event(world: World, lines: list[str], starts: list[str]) -> None:
    world.cal.insert({**DAILY, "recurrence": lines})
    found = [item["start"]["dateTime"] for item in listing(world, singleEvents=True)["items"]]
    assert found == [f"2026-11-{day}T09:00:00+01:00" for day in starts]


def test_a_series_keeps_its_local_time_over_the_change_of_the_clock(world: World) -> None:
    weekly = {name: {**DAILY[name], "dateTime": DAILY[name]["dateTime"].replace("11-23", "10-19")} for name in NOON}  # type: ignore[index]
    world.cal.insert({**DAILY, **weekly, "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=2"]})
    found = [item["start"]["dateTime"] for item in listing(world, singleEvents=True)["items"]]
    assert found == ["2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00"]


def test_free_busy_leaves_out_what_takes_no_time_and_tells_errors_inside(calendar: Any, world: World) -> None:
    world.cal.insert(dict(BLOCK))
    world.cal.insert({**NOON, "transparency": "transparent"})
    world.cal.invite("bob@example.net", dict(DAY), response="declined")
    body = {"timeMin": "2026-11-24T00:00:00Z", "timeMax": "2026-11-25T00:00:00Z", "items": [{"id": ME}, {"id": "no"}]}
    found = calendar.freebusy().query(body=body).execute()["calendars"]
    assert found[ME]["busy"] == [{"start": "2026-11-24T11:00:00Z", "end": "2026-11-24T12:00:00Z"}]
    assert found["no"]["errors"][0]["reason"] == "notFound"


def test_calendars_and_settings_tell_zone_and_role(calendar: Any, world: World) -> None:
    world.ada.add_calendar("family", zone="America/New_York", role="reader")
    entries = calendar.calendarList().list().execute()["items"]
    assert [(entry["id"], entry["accessRole"]) for entry in entries] == [(ME, "owner"), ("family", "reader")]
    assert entries[0]["primary"]
    assert calendar.calendars().get(calendarId="family").execute()["timeZone"] == "America/New_York"
    assert calendar.calendarList().get(calendarId=ME).execute()["timeZone"] == "Europe/Paris"
    assert calendar.settings().get(setting="timezone").execute()["value"] == "Europe/Paris"
    insert = calendar.events().insert(calendarId="family", body=BLOCK)
    assert refused(insert) == (403, "requiredAccessLevel")
