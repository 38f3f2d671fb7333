"""Events one by one, as Calendar v3 does them: ids, tombstones, etags, what PUT and PATCH leave."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from emulated import BLOCK, DAY, EVENTS, ME, NOON, reason, refused

if TYPE_CHECKING:
    from emulated import World

WHERE = {"calendarId": "primary"}


def insert(calendar: Any, **fields: object) -> dict[str, Any]:
    found: dict[str, Any] = calendar.events().insert(**WHERE, body={**BLOCK, **fields}).execute()
    return found


def patch(calendar: Any, etag: str = "", **fields: object) -> Any:
    request = calendar.events().patch(**WHERE, eventId="b10c0", body=fields)
    if etag:
        request.headers["If-Match"] = etag
    return request


def test_an_event_comes_back_as_it_was_given_with_what_the_server_adds(calendar: Any) -> None:
    made = insert(calendar, description="x", colorId="11")
    assert made == calendar.events().get(**WHERE, eventId="b10c0").execute()
    assert made["start"] == {"dateTime": "2026-11-24T12:00:00+01:00", "timeZone": "Europe/Paris"}
    assert (made["status"], made["sequence"], made["eventType"]) == ("confirmed", 0, "default")
    assert made["iCalUID"] == "b10c0@google.com"
    assert made["reminders"] == {"useDefault": True}
    assert made["creator"] == made["organizer"] == {"email": ME, "self": True}
    assert made["created"] == made["updated"] == "2026-11-23T08:00:00.000Z"
    assert made["etag"].startswith('"')


def test_ids_without_a_wish_are_the_same_in_every_run(world: World) -> None:
    other = type(world)()
    ids = [each.cal.insert(dict(NOON))["id"] for each in (world, other)]
    assert ids[0] == ids[1]
    assert world.cal.insert(dict(NOON))["id"] != ids[0]
    assert type(world)(seed=1).cal.insert(dict(NOON))["id"] != ids[0]


@pytest.mark.parametrize("wish", ["abcd", "x" * 5, "ABCDE", "a-b-c", "w0000", "a" * 1025, ""])
def test_an_id_is_base32hex_of_5_to_1024_characters(world: World, wish: str) -> None:
    reply = world.send("POST", EVENTS, {**BLOCK, "id": wish})
    assert reason(reply) == (400, "invalid")


def test_an_id_that_is_taken_is_refused_and_nothing_is_changed(calendar: Any, world: World) -> None:
    insert(calendar)
    again = calendar.events().insert(**WHERE, body={**BLOCK, "summary": "Again"})
    assert refused(again) == (409, "duplicate")
    assert world.cal.get("b10c0")["summary"] == "Deep work"


def test_id_and_uid_do_not_go_together_and_a_uid_is_taken_too(calendar: Any) -> None:
    assert refused(calendar.events().insert(**WHERE, body={**BLOCK, "iCalUID": "x@y"}))[0] == 400
    body = {**NOON, "iCalUID": "x@y"}
    calendar.events().insert(**WHERE, body=body).execute()
    assert refused(calendar.events().insert(**WHERE, body=body)) == (409, "duplicate")


def test_a_deleted_event_keeps_its_id_and_is_read_as_cancelled(calendar: Any, world: World) -> None:
    insert(calendar)
    assert calendar.events().delete(**WHERE, eventId="b10c0").execute() == ""
    gone = calendar.events().get(**WHERE, eventId="b10c0").execute()
    assert (gone["status"], gone["summary"]) == ("cancelled", "Deep work")
    assert refused(calendar.events().delete(**WHERE, eventId="b10c0")) == (410, "deleted")
    assert refused(calendar.events().insert(**WHERE, body=BLOCK)) == (409, "duplicate")
    assert refused(patch(calendar, summary="No"))[0] == 403
    assert refused(patch(calendar, gone["etag"], summary="No"))[0] == 403
    world.cal.forget_tombstones()
    assert refused(calendar.events().get(**WHERE, eventId="b10c0")) == (404, "notFound")
    insert(calendar)


def test_a_tombstone_can_be_brought_back(calendar: Any) -> None:
    insert(calendar)
    calendar.events().delete(**WHERE, eventId="b10c0").execute()
    assert patch(calendar, status="confirmed").execute()["summary"] == "Deep work"


def test_what_never_was_is_not_found(calendar: Any) -> None:
    for method in ("get", "delete"):
        assert refused(getattr(calendar.events(), method)(**WHERE, eventId="nosuch")) == (404, "notFound")
    assert refused(calendar.events().patch(**WHERE, eventId="nosuch", body={})) == (404, "notFound")
    assert refused(calendar.events().list(calendarId="nosuch")) == (404, "notFound")


def test_an_etag_that_is_no_longer_true_stops_every_write(calendar: Any, world: World) -> None:
    first = insert(calendar)["etag"]
    second = patch(calendar, first, summary="New").execute()["etag"]
    assert second != first
    assert refused(patch(calendar, first, summary="Old")) == (412, "conditionNotMet")
    update = calendar.events().update(**WHERE, eventId="b10c0", body=NOON)
    delete = calendar.events().delete(**WHERE, eventId="b10c0")
    for request in (update, delete):
        request.headers["If-Match"] = first
        assert refused(request) == (412, "conditionNotMet")
    assert world.cal.get("b10c0")["summary"] == "New"
    delete.headers["If-Match"] = second
    delete.execute()


def test_an_etag_that_is_still_true_spares_the_answer(world: World) -> None:
    etag = world.send("POST", EVENTS, BLOCK).json()["etag"]
    assert world.send("GET", f"{EVENTS}/b10c0", if_none_match=etag).status == 304
    assert world.send("GET", f"{EVENTS}/b10c0", if_none_match='"1"').status == 200


def test_a_patch_keeps_deletes_merges_and_replaces(calendar: Any) -> None:
    insert(
        calendar,
        description="gone",
        location="kept",
        extendedProperties={"private": {"a": "1", "b": "2"}, "shared": {"c": "3"}},
        reminders={"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]},
    )
    more = {"private": {"a": None, "d": "4"}}
    after = patch(
        calendar,
        description=None,
        extendedProperties=more,
        reminders={"overrides": [{"method": "email", "minutes": 9}]},
    ).execute()
    assert "description" not in after
    assert after["location"] == "kept"
    assert after["extendedProperties"] == {"private": {"b": "2", "d": "4"}, "shared": {"c": "3"}}
    assert after["reminders"] == {"useDefault": False, "overrides": [{"method": "email", "minutes": 9}]}


def test_an_update_drops_what_it_does_not_name(calendar: Any) -> None:
    before = insert(calendar, description="gone", extendedProperties={"private": {"a": "1"}}, colorId="3")
    after = calendar.events().update(**WHERE, eventId="b10c0", body={**NOON, "summary": "New"}).execute()
    assert set(before) - set(after) == {"description", "extendedProperties", "colorId"}
    for name in ("id", "iCalUID", "created", "creator", "organizer", "sequence"):
        assert after[name] == before[name] or name == "sequence"


def test_the_whole_resource_may_be_put_back_as_it_was_read(calendar: Any) -> None:
    insert(calendar, attendees=[{"email": ME, "responseStatus": "accepted"}, {"email": "bob@example.net"}])
    read = calendar.events().get(**WHERE, eventId="b10c0").execute()
    after = calendar.events().update(**WHERE, eventId="b10c0", body=read | {"summary": "New"}).execute()
    assert {name for name in after if after[name] != read.get(name)} == {"etag", "summary", "sequence"}
    patch(calendar, attendees=after["attendees"]).execute()


def test_a_time_becomes_a_date_only_when_the_time_is_taken_out(calendar: Any) -> None:
    insert(calendar)
    assert refused(patch(calendar, **DAY)) == (400, "invalid")
    out = {name: {**DAY[name], "dateTime": None, "timeZone": None} for name in DAY}
    assert patch(calendar, **out).execute()["start"] == {"date": "2026-11-24"}


def test_times_are_answered_in_the_zone_of_the_calendar(calendar: Any) -> None:
    made = insert(
        calendar,
        start={"dateTime": "2026-11-24T20:00:00", "timeZone": "America/New_York"},
        end={"dateTime": "2026-11-24T21:00:00-05:00"},
    )
    assert made["start"] == {"dateTime": "2026-11-25T02:00:00+01:00", "timeZone": "America/New_York"}
    assert made["end"] == {"dateTime": "2026-11-25T03:00:00+01:00", "timeZone": "Europe/Paris"}


def test_defaults_are_not_answered(calendar: Any) -> None:
    made = insert(calendar, transparency="opaque", visibility="default", description="", guestsCanModify=False)
    assert not {"transparency", "visibility", "description", "guestsCanModify"} & set(made)


def test_long_properties_are_dropped_and_cut_in_silence(calendar: Any) -> None:
    given = {"k" * 44: "kept", "k" * 45: "dropped", "long": "x" * 1030}
    made = insert(calendar, extendedProperties={"private": given})
    assert made["extendedProperties"]["private"] == {"k" * 44: "kept", "long": "x" * 1024}


def test_reminders_move_the_etag_and_not_the_time_of_the_change(calendar: Any, world: World) -> None:
    before = insert(calendar)
    world.pass_time(minutes=5)
    after = patch(calendar, reminders={"useDefault": False}).execute()
    assert after["etag"] != before["etag"]
    assert after["updated"] == before["updated"]
    assert patch(calendar, summary="New").execute()["updated"] == "2026-11-23T08:05:00.000Z"


def test_guests_get_mail_only_when_it_is_asked_for(calendar: Any, world: World) -> None:
    insert(calendar, attendees=[{"email": "bob@example.net"}])
    patch(calendar, summary="New").execute()
    assert world.google.sent_invitations == []
    calendar.events().patch(**WHERE, eventId="b10c0", body={"summary": "Newer"}, sendUpdates="all").execute()
    calendar.events().delete(**WHERE, eventId="b10c0", sendUpdates="externalOnly").execute()
    assert [(one.to, one.what) for one in world.google.sent_invitations] == [
        ("bob@example.net", "changed"),
        ("bob@example.net", "cancelled"),
    ]


def test_seats_tell_who_is_who(calendar: Any) -> None:
    made = insert(calendar, attendees=[{"email": "bob@example.net"}, {"email": ME, "responseStatus": "accepted"}])
    assert made["attendees"] == [
        {"email": "bob@example.net", "responseStatus": "needsAction"},
        {"email": ME, "responseStatus": "accepted", "self": True, "organizer": True},
    ]


def test_a_guest_changes_only_what_is_their_own(calendar: Any, world: World) -> None:
    made = world.cal.invite("bob@example.net", {"id": "b10c0", "summary": "Talk", **NOON})
    assert made["organizer"] == {"email": "bob@example.net"}
    assert refused(patch(calendar, summary="Mine")) == (403, "forbiddenForNonOrganizer")
    patch(calendar, colorId="5", reminders={"useDefault": False}).execute()
    seats = [seat | ({"responseStatus": "accepted"} if seat.get("self") else {}) for seat in made["attendees"]]
    assert patch(calendar, attendees=seats).execute()["attendees"][0]["responseStatus"] == "accepted"
    assert refused(patch(calendar, attendees=[])) == (403, "forbiddenForNonOrganizer")


@pytest.mark.parametrize("kind", ["focusTime", "outOfOffice"])
def test_status_events_stand_on_primary_calendars_of_some_accounts(world: World, kind: str) -> None:
    made = world.send("POST", EVENTS, {**BLOCK, "eventType": kind}).json()
    assert made[f"{kind}Properties"]["autoDeclineMode"] == "declineNone"
    second = world.ada.add_calendar("second")
    reply = world.send("POST", f"/calendar/v3/calendars/{second.id}/events", {**BLOCK, "eventType": kind})
    assert reason(reply) == (400, "eventTypeRestriction")
    for wrong in (DAY, {"transparency": "transparent"}):
        assert world.send("POST", EVENTS, {**NOON, "eventType": kind, **wrong}).status == 400
    consumer = world.google.account("eve@example.org", consumer=True)
    token = consumer.token("calendar")
    reply = world.send("POST", EVENTS, {**BLOCK, "eventType": kind}, authorization=f"Bearer {token}")
    assert reason(reply) == (400, "eventTypeRestriction")


def test_the_type_of_an_event_stays_what_it_is(calendar: Any) -> None:
    insert(calendar)
    assert refused(patch(calendar, eventType="focusTime"))[0] == 400
    patch(calendar, eventType="default").execute()


def test_declining_for_the_person_is_noted_as_mail(world: World) -> None:
    mode = "declineOnlyNewConflictingInvitations"
    properties = {"eventType": "focusTime", "focusTimeProperties": {"autoDeclineMode": mode}}
    world.send("POST", EVENTS, {**BLOCK, **properties})
    assert [one.what for one in world.google.sent_invitations] == ["declined"]


def test_an_import_goes_by_its_uid_and_only_for_default_events(calendar: Any, world: World) -> None:
    body = {**NOON, "iCalUID": "x@y", "summary": "First", "organizer": {"email": "bob@example.net"}}
    first = calendar.events().import_(**WHERE, body=body).execute()
    assert first["organizer"]["email"] == "bob@example.net"
    again = calendar.events().import_(**WHERE, body=body | {"summary": "Second"}).execute()
    assert (again["id"], again["summary"], len(world.cal.items())) == (first["id"], "Second", 1)
    assert refused(calendar.events().import_(**WHERE, body=NOON))[0] == 400
    typed = body | {"iCalUID": "z@y", "eventType": "focusTime"}
    assert refused(calendar.events().import_(**WHERE, body=typed))[0] == 400


def test_the_hands_of_the_person_move_restore_and_answer(world: World) -> None:
    made = world.cal.insert(dict(BLOCK))
    moved = world.cal.move("b10c0", timedelta(hours=2))
    assert moved["start"]["dateTime"] == "2026-11-24T14:00:00+01:00"
    assert moved["etag"] != made["etag"]
    world.cal.delete("b10c0")
    assert (world.cal.items(), world.cal.tombstones()) == ([], ["b10c0"])
    assert world.cal.restore("b10c0")["status"] == "confirmed"
    invited = world.cal.invite("bob@example.net", dict(NOON))
    assert world.cal.answer(invited["id"], "declined")["attendees"][0]["responseStatus"] == "declined"
    assert world.google.log == []
