"""The small calendar methods: calendars, calendarList, settings, freebusy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.discovery import instant
from emulator.eventrules import known_zone
from emulator.series import instances, overlaps
from emulator.store import ROLES, written
from emulator.wire import Json, Reply, bad, not_found

if TYPE_CHECKING:
    from datetime import datetime

    from emulator.call import Call
    from emulator.store import CalendarStore, Stored


def get(call: Call) -> Reply:
    """calendars.get."""
    store, _ = call.calendar("reader")
    found = {"kind": "calendar#calendar", "etag": '"calendar"', "id": store.id, "summary": store.summary}
    return call.reply(found | {"timeZone": store.zone_name, "dataOwner": store.owner})


def list_entries(call: Call) -> Reply:
    """calendarList.list, on one page."""
    if "syncToken" in call.params or "pageToken" in call.params:
        raise bad("the emulator lists all calendars at once", "badRequest")
    least = ROLES.index(call.params.get("minAccessRole", ROLES[0]))
    items = [
        _entry(call, call.google.calendars[name]) for name, role in call.person.roles.items() if _rank(role) >= least
    ]
    return call.reply({"kind": "calendar#calendarList", "etag": '"calendars"', "nextSyncToken": "none", "items": items})


def get_entry(call: Call) -> Reply:
    """calendarList.get."""
    store, _ = call.calendar("freeBusyReader")
    return call.reply(_entry(call, store))


def setting(call: Call) -> Reply:
    """settings.get: the time zone and the locale."""
    known = {"timezone": call.person.primary.zone_name, "locale": "en", "format24HourTime": "true", "weekStart": "1"}
    name = call.params["setting"]
    if name not in known:
        raise not_found()
    return call.reply({"kind": "calendar#setting", "etag": '"0"', "id": name, "value": known[name]})


def free_busy(call: Call) -> Reply:
    """freebusy.query: unknown calendars are errors inside of a 200."""
    body = call.body
    if "timeMin" not in body or "timeMax" not in body:
        raise bad("Missing time range.", "required")
    start, end = instant(body["timeMin"]), instant(body["timeMax"])
    if start >= end:
        raise bad("The specified time range is empty.", "timeRangeEmpty")
    if len(body.get("items", ())) > 50:
        raise bad("Too many calendars requested.", "tooManyCalendarsRequested")
    zone = known_zone(body.get("timeZone", "UTC"))
    found: Json = {}
    for item in body.get("items", ()):
        name = item.get("id", "")
        store = call.person.primary if name == "primary" else call.google.calendars.get(name)
        if store is None or store.id not in call.person.roles:
            found[name] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
            continue
        pairs = [(max(one, start), min(two, end)) for one, two in _joined(_busy(store, start, end))]
        found[name] = {"busy": [{"start": written(one, zone), "end": written(two, zone)} for one, two in pairs]}
    head = {"kind": "calendar#freeBusy", "timeMin": body["timeMin"], "timeMax": body["timeMax"]}
    return call.reply(head | {"calendars": found})


def _busy(store: CalendarStore, start: datetime, end: datetime) -> list[Stored]:
    found: list[Stored] = []
    for stored in store.items.values():
        if "recurrence" in stored.data and stored.live:
            found += [one for one in instances(store, stored, start, end) if one.live]
        elif stored.live and not stored.exception and overlaps(stored, start, end):
            found.append(stored)
    return [one for one in found if _occupies(one)]


def _occupies(stored: Stored) -> bool:
    data = stored.data
    declined = any(one.get("self") and one["responseStatus"] == "declined" for one in data.get("attendees", ()))
    free = data.get("transparency") == "transparent" or data["eventType"] in {"workingLocation", "birthday"}
    return not declined and not free


def _joined(busy: list[Stored]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for begin, finish in sorted((one.begin, one.finish) for one in busy if one.begin and one.finish):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], finish))
        else:
            found.append((begin, finish))
    return found


def _entry(call: Call, store: CalendarStore) -> Json:
    found = {
        "kind": "calendar#calendarListEntry",
        "etag": '"calendar"',
        "id": store.id,
        "summary": store.summary,
        "timeZone": store.zone_name,
        "accessRole": call.person.roles[store.id],
        "defaultReminders": store.default_reminders,
    }
    return found | ({"primary": True} if store is call.person.primary else {})


def _rank(role: str) -> int:
    return ROLES.index(role)
