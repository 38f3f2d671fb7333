"""The demonstration on the emulator: the calendar, people and mail of `agendad demo`, in Google's hands.

`python -m emulator --demo DIR` builds it, so that the Google path can be tried without an account.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app.demo_files import write_demo
from agendad.app.home import Home
from agendad.providers import open_calendars

if TYPE_CHECKING:
    from pathlib import Path

    from agendad.model.calendar import Event, Response
    from emulator.google import Google
    from emulator.person import Calendar, Person
    from emulator.wire import Json

ADDRESS = "ada@example.com"
FAMILY = "family@group.calendar.google.com"
SCOPES = ("calendar.events", "gmail.compose", "gmail.readonly")
_AROUND = timedelta(days=120)
_ACCOUNTS = """\
calendar:
  provider: google
  write: primary                  # where blocks are written
  read: [primary, {family}]
  endpoint: {endpoint}

mail:
  provider: gmail

"""


def populate(person: Person, directory: Path, now: datetime) -> None:
    """Writes the demonstration into a new folder and moves its calendars and mails into the account."""
    (directory / "state").mkdir(parents=True)
    write_demo(directory, now, "en")
    settings = Home(directory, directory / "state").load().configured
    calendars = {"personal": person.calendar(), "family": person.add_calendar(FAMILY)}
    snapshot = open_calendars(settings, cache=None, now=lambda: now).read(now - _AROUND, now + _AROUND)
    for event in snapshot.events:
        _add(calendars[event.calendar], event)
    mailbox = person.mailbox
    for folder, put in (("", mailbox.deliver), (".Sent", mailbox.sent)):
        for part in ("cur", "new"):
            for file in sorted((directory / "Mail" / folder / part).glob("*")):
                put(file.read_bytes())
    shutil.rmtree(directory / "calendars")
    shutil.rmtree(directory / "Mail")


def configure(google: Google, directory: Path, endpoint: str) -> None:
    """Lets the configuration of the folder name the account, and puts its credentials beside it."""
    file = directory / "agendad.yaml"
    accounts = _ACCOUNTS.format(family=FAMILY, endpoint=endpoint)
    text = re.sub(r"(?ms)^calendar:.*?^(?=categories:)", accounts, file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    write_private(directory / "google-token.json", google.grant(ADDRESS, SCOPES))


def write_private(path: Path, value: object) -> None:
    """A JSON file that its owner alone may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)


def _add(calendar: Calendar, event: Event) -> None:
    fields = event.fields
    body: Json = {
        "summary": fields.title,
        "description": fields.notes,
        "location": fields.place,
        "transparency": "opaque" if fields.show_as == "busy" else "transparent",
        "start": _moment(fields.start),
        "end": _moment(fields.end),
    }
    if not event.attendees:
        calendar.insert(body)
        return
    body["attendees"] = [{"email": each.email, "responseStatus": _answer(each.response)} for each in event.attendees]
    calendar.invite(event.organizer or ADDRESS, body)


def _answer(response: Response) -> str:
    return "needsAction" if response == "needs-action" else response.value


def _moment(moment: object) -> Json:
    if isinstance(moment, datetime):
        zone = getattr(moment.tzinfo, "key", "UTC")
        return {"dateTime": moment.astimezone(UTC).isoformat(), "timeZone": zone}
    return {"date": str(moment)}
