"""events.get, insert, import, update, patch, delete: as the API does them, and as the hands of a person do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from emulator.eventrules import OWN_COPY, SERVER, kept, merged, refuse_read_only, without_nulls
from emulator.series import instance
from emulator.wire import Json, Refused, Reply, bad, not_found

if TYPE_CHECKING:
    from emulator.call import Call
    from emulator.store import CalendarStore, Stored

_ID = re.compile(r"[0-9a-v]{5,1024}")
_INERT: Final = frozenset({"reminders"})
_MOVING: Final = ("start", "end", "recurrence", "location", "summary", "status")
_OF_SERVER: Final = frozenset({*SERVER, "sequence", "recurringEventId", "originalStartTime", "eventType"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """A mail that Google sent to somebody because of a write: `what` is `created`, `changed` or `cancelled`."""

    calendar: str
    event: str
    to: str
    what: str


def get(call: Call) -> Reply:
    """events.get: live ones, tombstones and single instances of series."""
    store, _ = call.calendar("reader")
    found = instance(store, call.params["eventId"])
    if found is None:
        raise not_found()
    if call.unchanged(found.data["etag"]):
        return Reply(304, {"etag": found.data["etag"]})
    return call.reply(found.data, text=found.text())


def insert(call: Call) -> Reply:
    """events.insert."""
    store, _ = call.calendar("writer")
    body = refuse_read_only(without_nulls(call.body), None)
    for name in ("recurringEventId", "originalStartTime"):
        if name in body:
            raise bad(f"The field {name} cannot be written.")
    if "id" in body and "iCalUID" in body:
        raise bad("Only one of id and iCalUID can be given.")
    if body.get("eventType") == "fromGmail":
        raise bad("Events of this type cannot be created.", "eventTypeRestriction")
    if body.get("status") == "cancelled":
        raise bad("A cancelled event cannot be created.")
    stored = create(store, body, call.person.email)
    _invite(call, store, stored.data, "created")
    return call.reply(stored.data, text=stored.text())


def import_(call: Call) -> Reply:
    """events.import: by iCalUID; a known one is replaced (what Google does then is not documented)."""
    store, _ = call.calendar("writer")
    organizer = call.body.get("organizer")
    body = refuse_read_only({name: value for name, value in call.body.items() if name != "organizer"}, None)
    body = without_nulls(body)
    if "iCalUID" not in body:
        raise bad("Missing iCalUID.", "required")
    if "id" in body or body.get("eventType", "default") != "default":
        raise bad("Only default events without an id can be imported.", "eventTypeRestriction")
    known = store.uids.get(body["iCalUID"])
    if known is not None and store.items[known].live:
        stored = replace(store, store.items[known], body)
    else:
        stored = create(store, body, call.person.email, organizer=organizer)
    return call.reply(stored.data, text=stored.text())


def update(call: Call) -> Reply:
    """events.update: the whole resource is replaced."""
    store, found = _standing(call)
    body = refuse_read_only(without_nulls(call.body), found.data)
    return _change(call, store, found, {name: found.data[name] for name in _OF_SERVER if name in found.data} | body)


def patch(call: Call) -> Reply:
    """events.patch: what is not named stays."""
    store, found = _standing(call)
    return _change(call, store, found, merged(found.data, refuse_read_only(call.body, found.data)))


def delete(call: Call) -> Reply:
    """events.delete: leaves a tombstone; a second time is 410."""
    store, _ = call.calendar("writer")
    found = instance(store, call.params["eventId"])
    if found is None:
        raise not_found()
    if not found.live:
        raise Refused(410, "deleted", "Resource has been deleted")
    call.require_match(found.data["etag"])
    _invite(call, store, found.data, "cancelled")
    bury(store, found)
    return Reply(204, committed=True)


def create(store: CalendarStore, body: Json, creator: str, *, organizer: Json | None = None) -> Stored:
    """A new event of the given fields; 409 when its id or UID was ever taken."""
    ticker = store.ticker
    if "id" in body and not _ID.fullmatch(body["id"]):
        raise bad("Invalid resource id value.")
    event_id = body.get("id") or ticker.identifier()
    uid = body.get("iCalUID") or f"{event_id}@google.com"
    if event_id in store.items or uid in store.uids:
        raise Refused(409, "duplicate", "The requested identifier already exists.")
    own: Json = {"email": store.id} | ({} if store.primary else {"displayName": store.summary}) | {"self": True}
    maker = {"email": creator} | ({"self": True} if creator == store.id else {})
    body = body | {"organizer": organizer or own}
    data = kept(body, store)
    stamp = ticker.stamp()
    data = {
        "kind": "calendar#event",
        "etag": "",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        "created": stamp,
        "updated": stamp,
        "creator": maker,
        "iCalUID": uid,
        "sequence": 0,
        **data,
    }
    return store.put(data | {"organizer": organizer or own})


def replace(store: CalendarStore, found: Stored, fields: Json) -> Stored:
    """Puts new fields in the place of an event; server fields stay, `updated` and `sequence` follow."""
    before = found.data
    data = {name: before[name] for name in _OF_SERVER if name in before and name not in fields}
    data |= {name: value for name, value in fields.items() if name not in SERVER or name == "eventType"}
    data = {"status": "confirmed"} | {"organizer": before["organizer"]} | data
    data = kept(data, store, before=before)
    order = [*before, *(name for name in data if name not in before)]
    data = {name: data.get(name, before[name] if name in SERVER else None) for name in order}
    data = {name: value for name, value in data.items() if value is not None}
    if data["sequence"] == before["sequence"] and any(data.get(name) != before.get(name) for name in _MOVING):
        data["sequence"] = before["sequence"] + 1
    differing = {name for name in data.keys() | before.keys() if data.get(name) != before.get(name)}
    if not differing or differing - _INERT:
        data["updated"] = store.ticker.stamp()
    if data["status"] == "cancelled":
        return bury(store, found)
    return store.put(data)


def bury(store: CalendarStore, found: Stored) -> Stored:
    """Deletes an event; of a series also its exceptions, of an instance only that one."""
    for one in list(store.exceptions.pop(found.data["id"], {}).values()):
        if one.data["id"] in store.items:
            store.items.pop(one.data["id"])
    return store.put(found.data | {"status": "cancelled", "updated": store.ticker.stamp()})


def _standing(call: Call) -> tuple[CalendarStore, Stored]:
    store, _ = call.calendar("writer")
    found = instance(store, call.params["eventId"])
    if found is None:
        raise not_found()
    call.require_match(found.data["etag"])
    if not found.live and call.body.get("status") not in {"confirmed", "tentative"}:
        raise Refused(403, "forbidden", "A deleted event cannot be changed.")
    return store, found


def _change(call: Call, store: CalendarStore, found: Stored, fields: Json) -> Reply:
    if found.data["organizer"].get("self") is not True:
        _refuse_shared(store, found.data, fields)
    if found.exception and "recurrence" in fields:
        raise bad("An instance of a series cannot recur.")
    stored = replace(store, found, fields)
    _invite(call, store, stored.data, "changed")
    return call.reply(stored.data, text=stored.text())


def _refuse_shared(store: CalendarStore, before: Json, fields: Json) -> None:
    """403 when a guest changes what belongs to the organizer."""
    after = kept({"organizer": before["organizer"], "status": "confirmed"} | fields, store, before=before)
    changed = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
    changed -= OWN_COPY | frozenset(SERVER) | {"sequence"}
    if "attendees" in changed and _others(after) == _others(before):
        changed.discard("attendees")
    if "extendedProperties" in changed:
        shared = [each.get("extendedProperties", {}).get("shared") for each in (after, before)]
        if shared[0] == shared[1]:
            changed.discard("extendedProperties")
    if changed:
        message = "Shared properties can only be changed by the organizer of the event."
        raise Refused(403, "forbiddenForNonOrganizer", message)


def _others(data: Json) -> list[Json]:
    return [one for one in data.get("attendees", ()) if not one.get("self")]


def _invite(call: Call, store: CalendarStore, data: Json, what: str) -> None:
    """Notes the mails that this write makes Google send."""
    asked = call.params.get("sendUpdates", "all" if call.params.get("sendNotifications") else "none")
    if asked != "none":
        for guest in _others(data):
            call.google.sent_invitations.append(Invitation(store.id, data["id"], guest["email"], what))
    for kind in ("focusTime", "outOfOffice"):
        mode = data.get(f"{kind}Properties", {}).get("autoDeclineMode", "declineNone")
        if mode != "declineNone" and what != "cancelled":
            call.google.sent_invitations.append(Invitation(store.id, data["id"], mode, "declined"))
