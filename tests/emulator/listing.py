"""events.list and events.instances: windows, filters, pages and sync tokens."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Final

from emulator.discovery import instant
from emulator.eventrules import known_zone
from emulator.series import instances, overlaps
from emulator.store import Stored, written
from emulator.wire import Json, Refused, Reply, bad, dumps, json_reply, not_found

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from emulator.call import Call
    from emulator.store import CalendarStore

_NOT_WITH_TOKEN: Final = (
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax"),
    "updatedMin",
)
_FREE: Final = frozenset(
    {"calendarId", "syncToken", "pageToken", "maxResults", "fields", "prettyPrint", "quotaUser", "alt", "key"}
    | {"alwaysIncludeEmail", "maxAttendees", "userIp"}
)
_FILTERS: Final = frozenset({"iCalUID", "eventTypes", "privateExtendedProperty", "sharedExtendedProperty", "q"})
_LARGEST: Final = 2500
_SEARCHED: Final = ("summary", "description", "location")


def list_(call: Call) -> Reply:
    """events.list."""
    store, role = call.calendar("reader")
    params = call.params
    _check(params)
    head = f'"p{store.changed}.{store.generation}"'
    if call.unchanged(head):
        return Reply(304, {"etag": head})
    same = sorted((name, value) for name, value in params.items() if name not in _FREE | set(_NOT_WITH_TOKEN))
    whole = [*same, *sorted((name, params[name]) for name in _NOT_WITH_TOKEN if name in params)]
    page = _opened(params["pageToken"], "page") if "pageToken" in params else None
    sync = _opened(params["syncToken"], "sync") if "syncToken" in params else None
    if page is not None and page["of"] != [store.id, _plain(whole), params.get("syncToken", "")]:
        raise bad("Invalid page token value.")
    if sync is not None:
        _check_sync(store, sync, _plain(same))
    at = page["at"] if page else store.ticker.change
    if sync is not None:
        found: Iterable[Stored] = _since(store, params, sync["at"], at)
    else:
        found = _full(store, params, known_zone(params["timeZone"]) if "timeZone" in params else store.zone)
    size = min(call.google.page_size or _LARGEST, params.get("maxResults", 250), _LARGEST)
    shown, more, reached = _continued(found, params, page["reached"] if page else 0, size)
    end = {"of": [store.id, _plain(whole), params.get("syncToken", "")], "at": at, "reached": reached}
    tail = {"nextPageToken": _token("page", end)} if more else {}
    if not more and not any(name in params for name in _NOT_WITH_TOKEN if name not in {"timeMin", "timeMax"}):
        token = {"id": store.id, "with": _plain(same), "at": at, "generation": store.generation}
        tail = {"nextSyncToken": _token("sync", token)}
    texts = [_shown(call, store, stored, bare=sync is not None) for stored in shown]
    return _answer(call, store, role, head, tail, texts)


def list_instances(call: Call) -> Reply:
    """events.instances."""
    store, role = call.calendar("reader")
    master = store.items.get(call.params["eventId"])
    if master is None or "recurrence" not in master.data:
        raise not_found()
    start, end = (instant(call.params[name]) if name in call.params else None for name in ("timeMin", "timeMax"))
    found = sorted(instances(store, master, start, end), key=_original)
    if not call.params.get("showDeleted"):
        found = [stored for stored in found if stored.live]
    page = _opened(call.params["pageToken"], "page") if "pageToken" in call.params else {"skip": 0}
    shown, more = _page(found, page["skip"], min(call.params.get("maxResults", 250), _LARGEST))
    tail = {"nextPageToken": _token("page", {"skip": page["skip"] + len(shown)})} if more else {}
    return _answer(
        call, store, role, master.data["etag"], tail, [_shown(call, store, one, bare=False) for one in shown]
    )


def _check(params: Json) -> None:
    if params.get("orderBy") == "startTime" and not params.get("singleEvents"):
        raise bad("The requested ordering is not available for the particular query.", "badRequest")
    if "timeMin" in params and "timeMax" in params and instant(params["timeMin"]) >= instant(params["timeMax"]):
        raise bad("The specified time range is empty.", "timeRangeEmpty")
    if "timeZone" in params:
        known_zone(params["timeZone"])
    if "syncToken" in params:
        wrong = [name for name in _NOT_WITH_TOKEN if name in params]
        if wrong or params.get("showDeleted") is False:
            named = ", ".join(wrong) or "showDeleted=false"
            raise bad(f"Sync token cannot be used with {named}.", "badRequest")


def _check_sync(store: CalendarStore, sync: Json, same: str) -> None:
    if sync["id"] != store.id or sync["generation"] != store.generation:
        message = "Sync token is no longer valid, a full sync is required."
        raise Refused(410, "fullSyncRequired", message)
    if sync["with"] != same:
        raise bad("Sync token was made by a request with other parameters.", "badRequest")


def _full(store: CalendarStore, params: Json, zone: ZoneInfo) -> list[Stored]:
    start, end = (instant(params[name]) if name in params else None for name in ("timeMin", "timeMax"))
    deleted, single = params.get("showDeleted", False), params.get("singleEvents", False)
    found = list(_candidates(store, start, end, single=single))
    if "updatedMin" in params:
        least = instant(params["updatedMin"])
        found = [one for one in found if datetime.fromisoformat(one.data["updated"]) >= least]
    elif not deleted:
        found = [one for one in found if one.live or (one.exception and not single)]
    if not _FILTERS.isdisjoint(params):
        found = [one for one in found if _wanted(one.data, params)]
    if params.get("orderBy") == "startTime":
        found.sort(key=lambda one: (one.begin is None, one.begin, one.data["id"]))
    elif params.get("orderBy") == "updated":
        found.sort(key=lambda one: one.change)
    return found


def _wanted(data: Json, params: Json) -> bool:
    """Whether an event passes the filters that do not look at its time."""
    if "iCalUID" in params and data.get("iCalUID") != params["iCalUID"]:
        return False
    if "eventTypes" in params and data["eventType"] not in params["eventTypes"]:
        return False
    for side in ("private", "shared"):
        for pair in params.get(f"{side}ExtendedProperty", ()):
            key, _, value = pair.partition("=")
            if data.get("extendedProperties", {}).get(side, {}).get(key) != value:
                return False
    return "q" not in params or _matches(data, params["q"].lower())


def _candidates(
    store: CalendarStore, start: datetime | None, end: datetime | None, *, single: bool
) -> Iterator[Stored]:
    """What lies in the window: masters and exceptions, or the instances of the series instead."""
    bounded = start is not None or end is not None
    for stored in store.by_creation():
        if "recurrence" not in stored.data:
            if single and stored.exception:
                continue  # comes with its series
            if not bounded or overlaps(stored, start, end):
                yield stored
        elif single:
            if stored.live:
                yield from instances(store, stored, start, end)
        elif not bounded or next(instances(store, stored, start, end), None) is not None:
            yield stored


def _since(store: CalendarStore, params: Json, change: int, limit: int) -> Iterator[Stored]:
    types = params.get("eventTypes")
    for stored in store.since(change, limit):
        if types and stored.data["eventType"] not in types:
            continue
        if params.get("singleEvents") and "recurrence" in stored.data and stored.live:
            yield from instances(store, stored, None, None)
        else:
            yield stored


def _continued(found: Iterable[Stored], params: Json, reached: int, size: int) -> tuple[list[Stored], bool, int]:
    """A page, whether more follows, and where the next one begins.

    Where events stand for themselves a page begins after the number of the last one shown, so that a deletion between
    two pages makes none pass unseen.
    """
    if params.get("singleEvents") or "orderBy" in params:
        shown, more = _page(found, reached, size)
        return shown, more, reached + len(shown)
    sync = "syncToken" in params
    rest = [(one.change if sync else one.order, one) for one in found]
    rest = [pair for pair in rest if pair[0] > reached] if reached else rest
    page = rest[:size]
    return [one for _, one in page], len(rest) > size, page[-1][0] if page else reached


def _page(found: Iterable[Stored], skip: int, size: int) -> tuple[list[Stored], bool]:
    rest = list(found)
    return rest[skip : skip + size], len(rest) > skip + size


def _shown(call: Call, store: CalendarStore, stored: Stored, *, bare: bool) -> str:
    """One item as JSON; a tombstone of an incremental list without showDeleted is only its id."""
    fields, zone = call.params.get("fields", ""), call.params.get("timeZone", "")
    bare = bare and not stored.live and not call.params.get("showDeleted", False)
    if not fields and not zone and not bare:
        return stored.text()
    key = f"{fields}\n{zone}\n{bare}"
    text = stored.texts.get(key)
    if text is None:
        data = _bare(stored.data) if bare else stored.data
        if zone and zone != store.zone_name:
            data = _in_zone(data, known_zone(zone))
        selector = call.selector()
        if selector is not None:
            picked = selector({"items": [data]}).get("items")
            data = picked[0] if picked else {}
        text = stored.texts[key] = dumps(data)
    return text


def _bare(data: Json) -> Json:
    names = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")
    return {name: data[name] for name in names if name in data}


def _in_zone(data: Json, zone: ZoneInfo) -> Json:
    moved = {}
    for name in ("start", "end", "originalStartTime"):
        if "dateTime" in data.get(name, ()):
            moved[name] = data[name] | {"dateTime": written(datetime.fromisoformat(data[name]["dateTime"]), zone)}
    return data | moved


def _answer(call: Call, store: CalendarStore, role: str, etag: str, tail: Json, texts: list[str]) -> Reply:
    head: Json = {
        "kind": "calendar#events",
        "etag": etag,
        "summary": store.summary,
        "updated": store.ticker.stamp(),
        "timeZone": call.params.get("timeZone", store.zone_name),
        "accessRole": role,
        "defaultReminders": store.default_reminders,
        **tail,
    }
    selector = call.selector()
    items = ',"items":[' + ",".join(texts) + "]}"
    if selector is not None:
        head = selector(head | {"items": []})
        if head.pop("items", None) is None:
            return json_reply(dumps(head))
        items = items if head else items[1:]
    return json_reply(dumps(head)[:-1] + items, headers={"etag": etag})


def _original(stored: Stored) -> tuple[str, str]:
    original = stored.data["originalStartTime"]
    return original.get("date", "") or datetime.fromisoformat(original["dateTime"]).isoformat(), stored.data["id"]


def _matches(data: Json, text: str) -> bool:
    searched = [data.get(name, "") for name in _SEARCHED]
    people = [*data.get("attendees", ()), data.get("organizer", {})]
    searched += [person.get(name, "") for person in people for name in ("email", "displayName")]
    return any(text in one.lower() for one in searched)


def _plain(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _token(kind: str, value: Json) -> str:
    return base64.urlsafe_b64encode(dumps({"kind": kind, **value}).encode()).decode().rstrip("=")


def _opened(text: str, kind: str) -> Json:
    try:
        found: Json = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        found = {}
    if not isinstance(found, dict) or found.get("kind") != kind:
        raise bad(f"Invalid {kind} token value.")
    return found
