"""The network as it stands: who was last in touch when, and who is due. Called by `agendad people`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.core.contacts import Contacts
from agendad.core.network import due, network_warnings
from agendad.core.timeline import from_minutes, span, to_minutes
from agendad.errors import UsageError
from agendad.rules.report import as_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from agendad.app.home import Home
    from agendad.core.contacts import Contact
    from agendad.core.network import Due
    from agendad.diagnostics import Diagnostic
    from agendad.model.settings import Person
    from agendad.rules.load import Loaded

JSON = dict[str, object]

LOOK_BACK: Final = timedelta(days=400)
"""How far back contacts are looked for: a yearly one and a month."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person with their last contact and when the next one is due; None where there is none."""

    person: Person
    last: Contact | None
    due: Due | None


@dataclass(frozen=True, slots=True)
class Network:
    """Everybody: the overdue first, then those who are due by the day, then the rest by id.

    `zone` is where contacts and days are told, `now` is in it. `problems` are warnings.
    """

    rows: tuple[Row, ...]
    contacts: Contacts
    zone: ZoneInfo
    now: datetime
    problems: tuple[Diagnostic, ...]

    def of(self, id_: str) -> Row:
        """The row of a person; raises UsageError when there is none of that id (or address)."""
        word = id_.lower()
        for row in self.rows:
            if row.person.id == id_ or word in row.person.emails:
                return row
        raise nobody(id_, (row.person for row in self.rows))

    def history(self, person: Person) -> tuple[Contact, ...]:
        """The last contacts with somebody, newest first."""
        return self.contacts.history(person.id, to_minutes(self.now))


def network(home: Home, loaded: Loaded, now: datetime) -> Network:
    """Reads calendars and mail of the last `LOOK_BACK`; raises ProviderError when they cannot be read whole."""
    settings = loaded.configured
    snapshot = home.calendars(settings, now).read(now - LOOK_BACK, now)
    mail = home.mail(settings)
    messages = mail.read(now - LOOK_BACK).messages if mail else ()
    zone = ZoneInfo(snapshot.timezone) if settings.follow_calendar_zone and snapshot.timezone else settings.timezone
    timed = [(span(each.fields.start, each.fields.end, zone), each) for each in snapshot.events]
    contacts = Contacts(loaded.people, timed, messages, settings.me)
    now = now.astimezone(zone)
    at, today = to_minutes(now), now.date()

    def row(person: Person) -> Row:
        last = contacts.last(person.id, at)
        return Row(person, last, due(person.tier, day_of(last, zone) if last else None, today))

    rows = sorted((row(person) for person in loaded.people.by_id.values()), key=_order)
    problems = (*network_warnings(loaded.people), *loaded.diagnostics, *snapshot.problems)
    return Network(tuple(rows), contacts, zone, now, problems)


def filtered(
    rows: Iterable[Row], *, group: str | None = None, tier: int | None = None, overdue: bool = False
) -> tuple[Row, ...]:
    """Those of a group, of a tier, and who are overdue."""
    return tuple(
        row
        for row in rows
        if (group is None or group in row.person.groups)
        and (tier is None or row.person.tier == tier)
        and (not overdue or (row.due is not None and row.due.overdue))
    )


def nobody(id_: str, people: Iterable[Person]) -> UsageError:
    """The error about somebody who is not known."""
    from agendad.rules.spelling import did_you_mean

    near = did_you_mean(id_, (person.id for person in people))
    return UsageError(f"there is no person `{id_}`", hint=near or "`agendad people` lists them, `people add` adds one")


def day_of(contact: Contact, zone: ZoneInfo) -> date:
    """The day of a contact in a zone; a meeting that ends at midnight was the day before."""
    return from_minutes(contact.at - 1 if contact.kind == "meeting" else contact.at, zone).date()


def _order(row: Row) -> tuple[bool, bool, str, int, str]:
    if row.due is None:
        return True, True, "", 0, row.person.id
    return not row.due.overdue, False, row.due.on.isoformat(), row.person.tier or 0, row.person.id


# ---------------------------------------------------------------- JSON


def network_json(found: Network, rows: Iterable[Row]) -> JSON:
    """`people --json`."""
    return {
        "version": 1,
        "now": found.now.isoformat(),
        "people": [row_json(row, found.zone) for row in rows],
        "problems": [as_json(problem) for problem in found.problems],
    }


def person_json(found: Network, row: Row) -> JSON:
    """`people show --json`."""
    history = [contact_json(each, found.zone) for each in found.history(row.person)]
    return {
        "version": 1,
        "now": found.now.isoformat(),
        "person": {**row_json(row, found.zone), "history": history},
        "problems": [as_json(problem) for problem in found.problems],
    }


def row_json(row: Row, zone: ZoneInfo) -> JSON:
    """One person with what is due."""
    return {
        **person_fields(row.person),
        "last_contact": contact_json(row.last, zone) if row.last else None,
        "next_due": row.due.on.isoformat() if row.due else None,
        "overdue": row.due is not None and row.due.overdue,
    }


def person_fields(person: Person) -> JSON:
    """What is known of one person."""
    return {
        "id": person.id,
        "name": person.name,
        "emails": list(person.emails),
        "groups": sorted(person.groups),
        "tier": person.tier,
        "language": person.language,
        "timezone": person.timezone,
        "topics": list(person.topics),
        "met": person.met,
        "notes": person.notes,
    }


def contact_json(contact: Contact, zone: ZoneInfo) -> JSON:
    """One contact."""
    return {"at": from_minutes(contact.at, zone).isoformat(), "kind": contact.kind.value, "title": contact.title}
