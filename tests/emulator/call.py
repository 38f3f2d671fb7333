"""One call of one method, checked and bound to a person; what every handler gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emulator.fields import Selector, select
from emulator.store import ROLES
from emulator.wire import Json, Refused, Reply, dumps, json_reply, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.discovery import Method
    from emulator.google import Google
    from emulator.person import Person
    from emulator.store import CalendarStore


@dataclass(slots=True)
class Call:
    """`params` holds path and query parameters, `headers` are by lower-case names, `body` is checked by the schema.

    `raw` is the bytes of an uploaded mail.
    """

    google: Google
    person: Person
    scopes: frozenset[str]
    method: Method
    params: Json
    headers: Mapping[str, str]
    body: Json
    raw: bytes | None = None

    def calendar(self, role: str) -> tuple[CalendarStore, str]:
        """The calendar of `calendarId` and the role of the person on it, which must be at least `role`."""
        wanted = self.params["calendarId"]
        store = self.person.primary if wanted == "primary" else self.google.calendars.get(wanted)
        own_role = self.person.roles.get(store.id) if store else None
        if store is None or own_role is None:
            raise not_found()
        if not any(_suits(scope, store, own_role) for scope in self.scopes & self.method.scopes):
            raise Refused(403, "insufficientPermissions", "The scopes of this token do not cover this calendar.")
        if ROLES.index(own_role) < ROLES.index(role):
            raise Refused(403, "requiredAccessLevel", f"You need to have {role} access to this calendar.")
        return store, own_role

    def unchanged(self, etag: str) -> bool:
        """Whether `If-None-Match` names this etag."""
        return self.headers.get("if-none-match") in {etag, "*"}

    def require_match(self, etag: str) -> None:
        """412 unless `If-Match` is absent or names this etag."""
        wanted = self.headers.get("if-match")
        if wanted is not None and wanted not in {etag, "*"}:
            raise Refused(412, "conditionNotMet", "Precondition Failed")

    def selector(self) -> Selector | None:
        """What `fields` asks for; None for everything."""
        text = self.params.get("fields")
        return select(text) if text and text != "*" else None

    def reply(self, value: Json, *, text: str | None = None) -> Reply:
        """A 200 with the fields that were asked for; `text` is the whole value as JSON where it is known."""
        selector = self.selector()
        headers = {"etag": value["etag"]} if "etag" in value else None
        if selector is not None:
            text = dumps(selector(value))
        return json_reply(text or dumps(value), committed=self.method.writes, headers=headers)


def _suits(scope: str, store: CalendarStore, role: str) -> bool:
    name = scope.rpartition("/")[2]
    if name == "calendar.app.created":
        return store.app_created
    if name.startswith("calendar.events.owned"):
        return role == "owner"
    return name != "calendar.events.public.readonly"
