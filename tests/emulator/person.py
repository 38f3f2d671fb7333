"""A person with a Google account, and what they do there with their own hands: no tokens, no faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from emulator.eventrules import merged, without_nulls
from emulator.events import bury, create, replace
from emulator.series import instance
from emulator.store import CalendarStore, shifted

if TYPE_CHECKING:
    from emulator.google import Google
    from emulator.mailbox import Mailbox
    from emulator.wire import Json


@dataclass
class Calendar:
    """One calendar in the hands of its person. Events go in and out as the JSON objects of the API."""

    store: CalendarStore
    person: str

    @property
    def id(self) -> str:
        """Its id; that of the primary one is the address of the person."""
        return self.store.id

    def items(self) -> list[Json]:
        """All events that are not deleted, in the order of their creation: masters and exceptions too."""
        return [stored.data for stored in self.store.by_creation() if stored.live]

    def tombstones(self) -> list[str]:
        """The ids of the deleted ones."""
        return [stored.data["id"] for stored in self.store.by_creation() if not stored.live]

    def get(self, event_id: str) -> Json:
        """An event or an instance of a series, deleted or not; KeyError when there never was one."""
        found = instance(self.store, event_id)
        if found is None:
            raise KeyError(event_id)
        return found.data

    def insert(self, body: Json) -> Json:
        """A new event; refused as the API refuses it, with `wire.Refused`."""
        return create(self.store, without_nulls(body), self.person).data

    def add(self, title: str, start: date, end: date, **more: object) -> Json:
        """A new event from datetimes (aware) or dates, the end excluded."""
        return self.insert({"summary": title, "start": _when(start), "end": _when(end), **more})

    def invite(self, organizer: str, body: Json, *, response: str = "needsAction") -> Json:
        """An invitation of somebody else lands in the calendar."""
        seats = [{"email": self.person, "responseStatus": response}, {"email": organizer, "responseStatus": "accepted"}]
        body = {"attendees": seats} | body
        return create(self.store, without_nulls(body), organizer, organizer={"email": organizer}).data

    def patch(self, event_id: str, body: Json) -> Json:
        """Changes some fields."""
        found = instance(self.store, event_id)
        if found is None or not found.live:
            raise KeyError(event_id)
        return replace(self.store, found, merged(found.data, body)).data

    def move(self, event_id: str, by: timedelta) -> Json:
        """Drags an event to another time."""
        data = self.get(event_id)
        return self.patch(event_id, {name: shifted(data[name], by, self.store.zone) for name in ("start", "end")})

    def delete(self, event_id: str) -> None:
        """Deletes an event, a series, or one instance of a series."""
        found = instance(self.store, event_id)
        if found is None or not found.live:
            raise KeyError(event_id)
        bury(self.store, found)

    def restore(self, event_id: str) -> Json:
        """Takes an event out of the trash."""
        return self.store.put(self.store.items[event_id].data | {"status": "confirmed"}).data

    def answer(self, event_id: str, response: str) -> Json:
        """Answers an invitation: `accepted`, `tentative`, `declined` or `needsAction`."""
        seats = self.get(event_id).get("attendees", [])
        mine = [one | {"responseStatus": response} if one.get("self") else one for one in seats]
        return self.patch(event_id, {"attendees": mine})

    def guest_answers(self, event_id: str, guest: str, response: str) -> Json:
        """A guest answers."""
        seats = self.get(event_id).get("attendees", [])
        return self.patch(
            event_id,
            {"attendees": [one | {"responseStatus": response} if one["email"] == guest else one for one in seats]},
        )

    def forget_tombstones(self) -> None:
        """What Google does after some weeks: deleted events disappear, their ids are free."""
        for event_id in self.tombstones():
            self.store.drop(event_id)

    def expire_sync_tokens(self) -> None:
        """Every sync token made so far is answered with 410 from now on."""
        self.store.generation += 1


@dataclass
class Person:
    """An account: its calendars with the role on each, and its mailbox."""

    google: Google
    email: str
    primary: CalendarStore
    mailbox: Mailbox
    roles: dict[str, str] = field(default_factory=dict)

    def calendar(self, name: str = "primary") -> Calendar:
        """One of the calendars, by its id."""
        store = self.primary if name == "primary" else self.google.calendars[name]
        return Calendar(store, self.email)

    def add_calendar(self, name: str, *, zone: str = "", role: str = "owner", app_created: bool = False) -> Calendar:
        """A calendar more; `name` is its id. With another role than `owner` it is somebody else's."""
        owner = self.email if role == "owner" else f"owner-of-{name}"
        store = CalendarStore(
            name, owner, zone or self.primary.zone_name, self.google.ticker, summary=name, app_created=app_created
        )
        self.google.calendars[name] = store
        self.roles[name] = role
        return Calendar(store, owner)

    def share(self, calendar: Calendar, role: str = "reader") -> None:
        """Gets access to a calendar of somebody else."""
        self.roles[calendar.id] = role

    def token(self, *scopes: str) -> str:
        """An access token for raw requests."""
        return self.google.tokens.access(self.email, scopes)


def _when(moment: date) -> Json:
    if isinstance(moment, datetime):
        zone = getattr(moment.tzinfo, "key", None)
        return {"dateTime": moment.isoformat()} | ({"timeZone": zone} if zone else {})
    return {"date": moment.isoformat()}
