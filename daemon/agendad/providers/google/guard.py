"""What may be asked of Google at all: a list of methods, and no mail to guests. `transport.py` asks each time.

Whatever the code above asks for, nothing else leaves: no send endpoint, no import or upload of mails, no `events.move`.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_CALENDAR: Final = r"/calendar/v3/calendars/[^/]+/events"
_GMAIL: Final = r"/gmail/v1/users/me"
_ID: Final = r"[\w-]+"
_ALLOWED: Final = (
    ("GET", re.compile(rf"{_CALENDAR}(/[^/]+(/instances)?)?")),
    ("POST", re.compile(_CALENDAR)),
    ("PATCH", re.compile(rf"{_CALENDAR}/{_ID}")),
    ("DELETE", re.compile(rf"{_CALENDAR}/{_ID}")),
    ("GET", re.compile(rf"{_GMAIL}/(profile|history|(drafts|messages|threads|labels)(/{_ID})?)")),
    ("POST", re.compile(rf"{_GMAIL}/drafts")),
    ("PUT", re.compile(rf"{_GMAIL}/drafts/{_ID}")),
    ("DELETE", re.compile(rf"{_GMAIL}/drafts/{_ID}")),
)
_BATCH: Final = re.compile(r"batch(/calendar/v3|/gmail/v1)?")


class NotAllowed(RuntimeError):
    """A fault in agendad: it asked for something that it promises never to do. Nothing has left."""


def check(method: str, url: str, *, notify: bool = False) -> None:
    """Raises NotAllowed for anything but the methods above, and for a write that lets Google mail the guests.

    `notify` allows that one. A write to an event has to say `sendUpdates`: the default has changed over the years.
    """
    parts = urlsplit(url)
    path = parts.path
    plain = unquote(path)
    if plain.count("/") != path.count("/") or "/../" in plain or "/./" in plain or "\\" in plain:
        raise NotAllowed(f"an ambiguous path of {method}")
    if not any(method == verb and form.fullmatch(path) for verb, form in _ALLOWED):
        raise NotAllowed(f"{method} {re.sub('[^/]*%40[^/]*', '*', path)}")
    if method != "GET" and path.startswith("/calendar/"):
        query = parse_qs(parts.query, keep_blank_values=True)
        told = query.get("sendUpdates")
        if told != ["none"] and not (notify and told == ["all"]):
            raise NotAllowed(f"{method} of an event with sendUpdates {told}")
        if "sendNotifications" in query:
            raise NotAllowed("sendNotifications")


def check_batch(path: str) -> None:
    """Raises NotAllowed for a path that is no batch endpoint."""
    if not _BATCH.fullmatch(path):
        raise NotAllowed(f"a batch to {path}")
