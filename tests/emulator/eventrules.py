"""What Google accepts as an event beyond its schema, and the form in which it keeps it.

Sources: the descriptions in calendar v3 discovery, and the guides on extended properties, status events and errors.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from emulator.discovery import calendar
from emulator.series import check_recurrence
from emulator.store import moment, written
from emulator.wire import Json, Refused, bad

if TYPE_CHECKING:
    from emulator.store import CalendarStore

READ_ONLY: Final = calendar().read_only("Event") | {"etag", "kind"}
IMMUTABLE: Final = ("eventType", "recurringEventId", "originalStartTime", "iCalUID", "privateCopy", "id")
NOT_MODELLED: Final = frozenset({"conferenceData", "gadget", "eventLabelId"})
OWN_COPY: Final = frozenset({"reminders", "colorId", "transparency", "visibility"})
SERVER: Final = ("kind", "etag", "id", "created", "updated", "creator", "organizer", "iCalUID", "htmlLink", "eventType")
_CHOICES: Final[dict[str, frozenset[str]]] = {
    "status": frozenset({"confirmed", "tentative", "cancelled"}),
    "transparency": frozenset({"opaque", "transparent"}),
    "visibility": frozenset({"default", "public", "private", "confidential"}),
    "eventType": frozenset({"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}),
    "colorId": frozenset(str(number) for number in range(1, 12)),
}
_DEFAULTS: Final[Json] = {
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanModify": False,
    "guestsCanSeeOtherGuests": True,
    "anyoneCanAddSelf": False,
    "attendeesOmitted": False,
    "endTimeUnspecified": False,
    "privateCopy": False,
}
_RESPONSES: Final = frozenset({"needsAction", "declined", "tentative", "accepted"})
_DECLINE: Final = frozenset({"declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations"})
_PROPERTIES: Final = {
    "focusTimeProperties": "focusTime",
    "outOfOfficeProperties": "outOfOffice",
    "workingLocationProperties": "workingLocation",
    "birthdayProperties": "birthday",
}
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


def without_nulls(value: Any) -> Any:
    """JSON without its nulls: absent fields."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return value


def merged(before: Json, patch: Json) -> Json:
    """PATCH: null deletes, objects merge, arrays are replaced."""
    after = dict(before)
    for name, value in patch.items():
        if value is None:
            after.pop(name, None)
        elif isinstance(value, dict) and isinstance(before.get(name), dict):
            after[name] = merged(before[name], value)
        else:
            after[name] = without_nulls(value)
    return after


def refuse_read_only(body: Json, before: Json | None) -> Json:
    """The body without fields that only the server writes; they may be there when they are as they stand."""
    kept_fields = {}
    for name, value in body.items():
        if name in NOT_MODELLED:
            raise bad(f"the emulator does not model the field {name}", "badRequest")
        if name in READ_ONLY or (before is not None and name in IMMUTABLE):
            known = before.get(name) if before is not None else ("calendar#event" if name == "kind" else None)
            if value != known and (known is not None or value != _DEFAULTS.get(name)):
                raise bad(f"The field {name} cannot be written.", "invalid")
            continue
        kept_fields[name] = value
    return kept_fields


def kept(data: Json, store: CalendarStore, *, before: Json | None = None) -> Json:
    """An event as it is kept, from the fields that were given; refused with 400 when Google refuses them."""
    _choices(data)
    data = {
        name: value
        for name, value in data.items()
        if value not in ("", [], {}) and not (name in _DEFAULTS and value == _DEFAULTS[name])
    }
    data["start"], data["end"] = _time(data, "start", store), _time(data, "end", store)
    _order(data, store)
    if "recurrence" in data:
        check_recurrence(data, store.zone)
    data["reminders"] = _reminders(data.get("reminders", {"useDefault": True}))
    if "attendees" in data:
        data["attendees"] = _attendees(data["attendees"], store, data, before)
    if "extendedProperties" in data:
        properties = _extended(data["extendedProperties"])
        data.pop("extendedProperties")
        if properties:
            data["extendedProperties"] = properties
    if not re.match(r"https?://", data.get("source", {}).get("url", "https://")):
        raise bad("Invalid value for: source.url: the scheme must be HTTP or HTTPS")
    if len(data.get("attachments", ())) > 25:
        raise bad("Too many attachments.")
    _event_type(data, store)
    return data


def _choices(data: Json) -> None:
    for name, choices in _CHOICES.items():
        if name in data and data[name] not in choices:
            raise bad(f"Invalid value for: {data[name]} is not a valid {name}")


def _time(data: Json, name: str, store: CalendarStore) -> Json:
    when = data.get(name)
    if not when:
        raise bad(f"Missing {name} time.", "required")
    if ("date" in when) == ("dateTime" in when):
        raise bad(f"Invalid {name} time.")
    zone_name = when.get("timeZone")
    if zone_name is not None:
        known_zone(zone_name)
    if "date" in when:
        return {"date": when["date"]}
    if "recurrence" in data and zone_name is None:
        raise bad(f"Missing time zone definition for {name} time.", "required")
    found = datetime.fromisoformat(when["dateTime"].upper())
    if found.tzinfo is None:
        if zone_name is None:
            raise bad(f"Missing time zone definition for {name} time.", "required")
        found = found.replace(tzinfo=known_zone(zone_name))
    return {"dateTime": written(found, store.zone), "timeZone": zone_name or store.zone_name}


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo:
    """An IANA zone, or 400."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise bad(f"Invalid time zone definition: {name}") from None


def _order(data: Json, store: CalendarStore) -> None:
    start, end = data["start"], data["end"]
    if ("date" in start) != ("date" in end):
        raise bad("Start and end times must either both be date or both be dateTime.")
    if "date" in start:
        if date.fromisoformat(end["date"]) <= date.fromisoformat(start["date"]):
            raise bad("The specified time range is empty.", "timeRangeEmpty")
    elif moment(end, store.zone) < moment(start, store.zone):
        raise bad("The specified time range is empty.", "timeRangeEmpty")


def _reminders(given: Json) -> Json:
    overrides, default = given.get("overrides", []), given.get("useDefault", False)
    if default and overrides:
        raise bad(
            "Cannot specify both default reminders and overrides at the same time.",
            "cannotUseDefaultRemindersAndSpecifyOverride",
        )
    if len(overrides) > 5:
        raise bad("Too many override reminders.", "tooManyOverrideReminders")
    for one in overrides:
        if set(one) != {"method", "minutes"} or one["method"] not in {"email", "popup"}:
            raise bad("Invalid reminder: method (email or popup) and minutes are needed.")
        if not 0 <= one["minutes"] <= 40320:
            raise bad("Invalid reminder: minutes must be between 0 and 40320.")
    return {"useDefault": default} | ({"overrides": overrides} if overrides else {})


def _attendees(given: list[Json], store: CalendarStore, data: Json, before: Json | None) -> list[Json]:
    if len(given) > 200:
        raise Refused(403, "calendarLimits", "Too many attendees.")
    organizer = (before or data).get("organizer", {}).get("email", store.id).lower()
    found = []
    for one in given:
        email = one.get("email", "")
        if not _EMAIL.fullmatch(email):
            raise bad("Invalid attendee email.")
        if one.get("responseStatus", "needsAction") not in _RESPONSES:
            raise bad(f"Invalid value for: {one['responseStatus']} is not a valid responseStatus")
        computed = {"self": email.lower() == store.id.lower(), "organizer": email.lower() == organizer}
        for name, value in computed.items():
            if name in one and one[name] != value:
                raise bad(f"The field attendees.{name} cannot be written.")
        seat = {name: value for name, value in one.items() if name not in computed and value not in ("", False, 0)}
        seat |= {name: True for name, value in computed.items() if value}
        seat.setdefault("responseStatus", "needsAction")
        found.append(seat)
    if len({one["email"].lower() for one in found}) < len(found):
        raise bad("The attendees list has the same address twice.", "duplicate")
    return found


def _extended(given: Json) -> Json:
    found: Json = {}
    for side, properties in given.items():
        short = {key: value[:1024] for key, value in properties.items() if len(key) <= 44}
        if short:
            found[side] = short
    pairs = [pair for properties in found.values() for pair in properties.items()]
    if len(pairs) > 300 or sum(len(key.encode()) + len(value.encode()) for key, value in pairs) > 32 * 1024:
        raise bad("Too many extended properties.", "extendedPropertiesLimit")
    return found


def _event_type(data: Json, store: CalendarStore) -> None:
    kind = data.setdefault("eventType", "default")
    for name, wanted in _PROPERTIES.items():
        if name in data and kind != wanted:
            raise bad(f"The field {name} needs the event type {wanted}.", "eventTypeRestriction")
    if kind == "birthday":
        _birthday(data)
    elif kind not in {"default", "fromGmail"}:
        if not store.primary:
            raise bad("This event type is allowed on primary calendars only.", "eventTypeRestriction")
        if not store.status_events:
            raise bad("This event type is not available for this user.", "eventTypeRestriction")
        if kind == "workingLocation":
            _working_location(data)
        else:
            _status_event(data, kind)


def _birthday(data: Json) -> None:
    if "date" not in data["start"] or not any("FREQ=YEARLY" in line for line in data.get("recurrence", ())):
        raise bad("A birthday must be all-day and yearly.", "eventTypeRestriction")


def _working_location(data: Json) -> None:
    if data.get("visibility") != "public" or data.get("transparency") != "transparent":
        raise bad("A working location must be public and transparent.", "eventTypeRestriction")
    if "type" not in data.get("workingLocationProperties", {}):
        raise bad("Missing workingLocationProperties.type.", "required")


def _status_event(data: Json, kind: str) -> None:
    if "date" in data["start"]:
        raise bad("A focus time or out of office event cannot be an all-day event.", "eventTypeRestriction")
    if data.get("transparency", "opaque") != "opaque":
        raise bad("A focus time or out of office event must be opaque.", "eventTypeRestriction")
    name = f"{kind}Properties"
    properties = data.get(name, {})
    if properties.get("autoDeclineMode", "declineNone") not in _DECLINE:
        raise bad(f"Invalid value for: autoDeclineMode: {properties['autoDeclineMode']}")
    if kind == "focusTime" and properties.get("chatStatus", "available") not in {"available", "doNotDisturb"}:
        raise bad(f"Invalid value for: chatStatus: {properties['chatStatus']}")
    data[name] = {"autoDeclineMode": "declineNone"} | properties
