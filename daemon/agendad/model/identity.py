"""key → UID → provider event id → Message-ID, and the digest of what was written; all identity is made here.

The same occurrence always gets the same ids, on every machine and after every loss of state, so it can never be
written twice.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from agendad.model.calendar import Event, EventFields

MERGED_FIELDS: Final = ("title", "time", "show_as", "kind", "notes", "place", "color", "visibility", "remind", "guests")
"""The fields of the three-way merge; `time` is start and end together."""
_OWN_UID: Final = "@agendad"


@lru_cache(maxsize=2048)
def event_id(key: str) -> str:
    """The provider's event id: 40 characters of `0-9a-f`, legal as a Google Calendar id (base32hex, 5-1024)."""
    return hashlib.sha256(b"agendad\0" + key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def uid(key: str) -> str:
    """The RFC 5545 UID of the event that stands for `key`."""
    return event_id(key) + _OWN_UID


def bears_own_uid(event: Event) -> bool:
    """Whether the UID of an event is of the form that `uid` gives, whatever its mark says."""
    return event.uid.endswith(_OWN_UID)


def message_id(key: str) -> str:
    """The RFC 5322 Message-ID of the draft that stands for `key`, in angle brackets."""
    return f"<{event_id(key)}@agendad.invalid>"  # RFC 2606: a domain that can never be somebody's


def draft_digest(subject: str, recipients: Iterable[str], text: str) -> str:
    """16 hex digits of SHA-256 over what a person may change in a draft: subject, all addresses, the plain text.

    White space at line ends and the order of addresses do not count, because mail programs change both.
    """
    content = [" ".join(subject.split()), sorted({address.lower() for address in recipients}), _text(text)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


def field_values(fields: EventFields) -> dict[str, object]:
    """The merge fields as JSON values; instants in UTC, so that a rewritten zone is not a change.

    Text is compared without trailing white space and with `\\n` line ends, because calendar programs normalise both.
    """
    start, end = fields.start, fields.end
    return {
        "title": _text(fields.title),
        "time": [_moment(start), _moment(end)],
        "show_as": fields.show_as.value,
        "kind": fields.kind.value,
        "notes": _text(fields.notes),
        "place": _text(fields.place),
        "color": fields.color,
        "visibility": fields.visibility.value,
        "remind": None if fields.remind is None else list(fields.remind),
        "guests": list(fields.guests),
    }


def digest(fields: EventFields) -> str:
    """What was written, as `field=hash` pairs joined with `;`: 8 hex digits of SHA-256 a field.

    One hash a field lets the three-way merge tell, from the event alone, which fields a person changed: a lost
    ledger loses no hand change. Below 250 characters (Google allows 1,024 in an extended property).
    """
    return format_digest({name: _hash(value) for name, value in field_values(fields).items()})


def parse_digest(text: str) -> dict[str, str]:
    """`digest()` read back; pairs that cannot be read are left out, so their fields count as untouched.

    A text without the guests was written by a version that invited nobody.
    """
    pairs = (part.partition("=") for part in text.split(";"))
    found = {name: value for name, sep, value in pairs if sep and name in MERGED_FIELDS and value}
    return {"guests": _NO_GUESTS} | found


def format_digest(hashes: Mapping[str, str]) -> str:
    """The text form of a mapping of merge field to hash."""
    return ";".join(f"{name}={hashes[name]}" for name in MERGED_FIELDS if name in hashes)


@lru_cache(maxsize=1024)
def hand_changed(event: Event) -> frozenset[str]:
    """The merge fields of an own event whose value is no longer what the mark says was written.

    Remembered, because a cycle asks it of every own event, and few of them change from one cycle to the next.
    """
    if event.mark is None:
        return frozenset()
    written = parse_digest(event.mark.digest)
    return frozenset(
        name for name, value in field_values(event.fields).items() if name in written and _hash(value) != written[name]
    )


def is_own(event: Event) -> bool:
    """Whether the product made this event: marked, and under the UID of its key.

    A copy that a person made of a block carries the mark under another UID; it is theirs.
    """
    return event.mark is not None and event.uid == uid(event.mark.key)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{int(value.timestamp())}"
    return str(value)


def _text(value: str) -> str:
    return "\n".join(line.rstrip() for line in value.replace("\r\n", "\n").replace("\r", "\n").split("\n")).rstrip()


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:8]


_NO_GUESTS: Final = _hash([])
