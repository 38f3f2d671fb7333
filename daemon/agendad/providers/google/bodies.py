"""The JSON of Google's events as they are written: a new one, and the smallest patch of one that stands. Pure.

`writing.py` calls this; `events.py` reads the same properties. A patch leaves out what stays, takes away by null, and
replaces arrays whole (https://developers.google.com/workspace/calendar/api/v3/reference/events/patch).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from agendad.model.calendar import EventFields, Kind, Mark, Moment, ShowAs
from agendad.model.identity import field_values
from agendad.providers.google.events import (
    COLOR,
    DIGEST,
    KEY,
    KIND,
    MOST_REMINDERS,
    PEOPLE,
    REMIND,
    RULE,
    TYPES,
    color_id,
    color_name,
    kept_reminders,
    kind_of,
    properties,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.providers.google.events import Item

_LONGEST_VALUE: Final = 1024
"""Google cuts longer values of extended properties off without a word; its unit is not told, so it is bytes here."""
_SETTINGS: Final = {Kind.FOCUS: "focusTimeProperties", Kind.AWAY: "outOfOfficeProperties"}
_MERGED: Final = ("title", "time", "show_as", "notes", "place", "color", "visibility", "remind")
_SEAT: Final = ("email", "displayName", "optional", "responseStatus", "comment", "additionalGuests", "resource")
"""What may be written of an attendee."""


def fits_type(fields: EventFields) -> bool:
    """Whether Google's event type of the kind can hold the fields: only busy time of the person alone, not days.

    https://developers.google.com/workspace/calendar/api/guides/calendar-status
    """
    return (
        fields.kind is not Kind.DEFAULT and not fields.all_day and fields.show_as is ShowAs.BUSY and not fields.guests
    )


def new_body(ident: str, fields: EventFields, mark: Mark, *, host: str = "", native: bool = True) -> Item:
    """A new event. `host` is the person's address, which invites guests; `native` uses Google's own event types.

    Nothing is ever declined by itself: that would write to others.
    """
    kind = fields.kind if native and fits_type(fields) else Kind.DEFAULT
    body: Item = {"id": ident, "extendedProperties": {"private": _marks(fields, mark, kind)}}
    if kind is not Kind.DEFAULT:
        body |= {"eventType": TYPES[kind], _SETTINGS[kind]: {"autoDeclineMode": "declineNone"}}
    for name in _MERGED:
        body |= {key: value for key, value in _written(name, fields).items() if value is not None}
    if fields.guests:
        body["attendees"] = [*_host(host), *({"email": email} for email in fields.guests)]
    return body


def patch_body(item: Item, before: EventFields, after: EventFields, mark: Mark, *, host: str = "") -> Item:
    """What has to change in an item that says `before`; the digest of its mark is always in it.

    Everything else in it stays: guests who stay keep their answers, and reminders by mail stay beside new ones.
    """
    old, new = field_values(before), field_values(after)
    body: Item = {}
    for name in _MERGED:
        if old[name] != new[name]:
            body |= _written(name, after)
    if "start" in body and before.all_day != after.all_day:  # nested objects are merged: the other form has to go
        other = dict.fromkeys(("dateTime", "timeZone") if after.all_day else ("date",))
        body |= {name: other | body[name] for name in ("start", "end")}
    if "reminders" in body:
        mails = [each for each in item.get("reminders", {}).get("overrides", ()) if each.get("method") != "popup"]
        kept = None if after.remind is None else [*body["reminders"]["overrides"], *mails][:MOST_REMINDERS]
        body["reminders"] = body["reminders"] | {"overrides": kept}
    if old["guests"] != new["guests"]:
        body["attendees"] = _seats(item, before, after, host)
    had, has = properties(item), _marks(after, mark, kind_of(item))
    gone = {name: None for name in had if name not in has}
    changed = {name: value for name, value in has.items() if had.get(name) != value or name == DIGEST}
    body["extendedProperties"] = {"private": gone | changed}
    return body


def _written(name: str, fields: EventFields) -> dict[str, Any]:
    """The properties of one merge field; None where there is nothing to say."""
    match name:
        case "title":
            return {"summary": fields.title or None}
        case "time":
            return {"start": _moment(fields.start), "end": _moment(fields.end)}
        case "show_as":
            return {"transparency": "opaque" if fields.show_as is ShowAs.BUSY else "transparent"}
        case "notes":
            return {"description": fields.notes or None}
        case "place":
            return {"location": fields.place or None}
        case "color":
            return {"colorId": color_id(fields.color) or None}
        case "visibility":
            return {"visibility": fields.visibility.value}
        case _:
            return {"reminders": _reminders(fields.remind)}


def _moment(moment: Moment) -> dict[str, str]:
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat()}
    zone = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else None
    if zone is None:
        return {"dateTime": moment.astimezone(UTC).isoformat(timespec="seconds"), "timeZone": "UTC"}
    return {"dateTime": moment.isoformat(timespec="seconds"), "timeZone": zone}


def _reminders(minutes: tuple[int, ...] | None) -> dict[str, Any]:
    if minutes is None:
        return {"useDefault": True}
    return {
        "useDefault": False,
        "overrides": [{"method": "popup", "minutes": minute} for minute in kept_reminders(minutes)],
    }


def _host(host: str) -> list[dict[str, str]]:
    """The person, who comes, too."""
    return [{"email": host, "responseStatus": "accepted"}] if host else []


def _seats(item: Item, before: EventFields, after: EventFields, host: str) -> list[dict[str, Any]]:
    """From one set of guests to another. An event to which nobody is invited any more is no meeting."""
    if not after.guests:
        return []
    out = set(before.guests) - set(after.guests)
    stay = [
        {name: seat[name] for name in _SEAT if name in seat}
        for seat in item.get("attendees", ())
        if str(seat.get("email", "")).lower() not in out
    ]
    come = [{"email": email} for email in after.guests if email not in before.guests]
    return [*([] if stay else _host(host)), *stay, *come]


def _marks(fields: EventFields, mark: Mark, kind: Kind) -> dict[str, str]:
    """The private extended properties of an event whose event type says `kind`."""
    color, minutes = fields.color, fields.remind or ()
    marks = dict(_cut(RULE, mark.rule)) | dict(_cut(KEY, mark.key)) | {DIGEST: mark.digest}
    marks |= dict(_cut(PEOPLE, " ".join(mark.people))) if mark.people else {}
    marks |= {KIND: fields.kind.value} if fields.kind is not kind else {}
    marks |= {COLOR: color} if color != color_name(color_id(color)) else {}
    marks |= dict(_cut(REMIND, " ".join(map(str, minutes)))) if minutes != kept_reminders(minutes) else {}
    return marks


def _cut(name: str, value: str) -> Iterator[tuple[str, str]]:
    """A value in pieces that Google keeps; `events.long_value` puts them together."""
    pieces, size = [""], 0
    for char in value:
        width = len(char.encode("utf-8", "replace"))
        if size + width > _LONGEST_VALUE:
            pieces.append("")
            size = 0
        pieces[-1] += char
        size += width
    for number, piece in enumerate(pieces, 1):
        yield (name if number == 1 else f"{name}-{number}"), piece
