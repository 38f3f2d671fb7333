"""What a mail says of itself, read from its bytes. Called by every mail provider for each mail that it looks at.

Mail is written by strangers: nothing in it makes the reading fail, what cannot be understood is left out.
"""

from __future__ import annotations

import contextlib
import re
from datetime import UTC
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from agendad.model.identity import draft_digest, message_id
from agendad.model.mail import Message, StandingDraft
from agendad.providers.mime.names import DIGEST, HTML_DIGEST, KEY, RULE, header_text, readable_address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from email.message import Message as Parsed

_WANTED: Final = (
    *("From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "In-Reply-To", "References"),
    *(KEY, RULE, DIGEST, HTML_DIGEST),
)
_MARKS: Final = frozenset(name.lower() for name in (KEY, RULE, DIGEST, HTML_DIGEST))
_DIGEST = re.compile(r"[0-9a-f]{16}")
_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    rb"^(" + b"|".join(name.encode() for name in _WANTED) + rb")[ \t]*:((?:.*\n(?=[ \t]))*.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_LONGEST: Final = 200_000  # characters of one header that are looked at


def message(data: bytes, delivered: datetime, *, sent: bool) -> Message:
    """A mail by its header; what follows the header may be missing from `data`. `delivered` is aware."""
    fields = _fields(data)
    recipients = [one for name in ("to", "cc", "bcc") for one in _addresses(fields.get(name, ""))]
    sender = _addresses(fields.get("from", ""))
    return Message(
        at=_date(fields) or delivered.astimezone(UTC),
        sender=sender[0] if sender else "",
        recipients=tuple(dict.fromkeys(recipients)),
        subject=_text(fields.get("subject", "")),
        message_id=_message_id(fields),
        references=_references(fields),
        sent=sent,
        key=untoken(fields.get(KEY.lower(), "")),
    )


def standing(data: bytes, *, etag: str = "", href: str = "", renamed: bool = False) -> StandingDraft | None:
    """A draft of our own, from the whole mail; None for any other mail.

    A mail that was saved again under another Message-ID, or without our headers, is the person's. `renamed` is for a
    server that gives Message-IDs of its own: there a mail with all our headers is ours under any.
    """
    fields = _fields(data)
    key = _own_key(fields)
    if renamed and not key and fields.keys() >= _MARKS and _DIGEST.fullmatch(fields[DIGEST.lower()]):
        key = untoken(fields[KEY.lower()])
    if not key:
        return None
    recipients = [one for name in ("to", "cc", "bcc") for one in _addresses(fields.get(name, ""))]
    subject = _text(fields.get("subject", ""))
    bodies = _bodies(data)
    digest = fields.get(DIGEST.lower(), "").strip()
    untouched = (
        bodies is not None
        and draft_digest(subject, recipients, bodies[0]) == digest
        and draft_digest("", (), bodies[1]) == fields.get(HTML_DIGEST.lower(), "").strip()
    )
    return StandingDraft(
        key=key,
        rule=untoken(fields.get(RULE.lower(), "")),
        message_id=message_id(key),
        subject=subject,
        recipients=tuple(dict.fromkeys(recipients)),
        digest=digest,
        edited=not untouched,
        made=_date(fields),
        etag=etag,
        href=href,
    )


def own_key(data: bytes) -> str:
    """The key of a mail of ours, by its header; empty for a mail that was not made here or is no longer ours."""
    return _own_key(_fields(data))


def header_end(data: bytes) -> int:
    """Where the header ends; -1 while its end is not in `data`."""
    found = _END.search(data)
    return found.end() if found else -1


def untoken(value: str) -> str:
    """What `token` in `writing.py` encoded; empty for what it never writes."""
    try:
        return unquote("".join(value.split()), errors="strict")
    except UnicodeDecodeError:
        return ""


def _fields(data: bytes) -> Mapping[str, str]:
    """The wanted headers, unfolded, by their names in lower case; of several alike the first, addresses joined."""
    end = header_end(data)
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(data if end < 0 else data[:end]):
        name = found[1].decode().lower()
        value = _unicode(found[2].replace(b"\r", b"").replace(b"\n", b"")).strip()[:_LONGEST]
        if name not in fields:
            fields[name] = value
        elif name in {"to", "cc", "bcc"}:
            fields[name] += f", {value}"
    return fields


def _own_key(fields: Mapping[str, str]) -> str:
    key = untoken(fields.get(KEY.lower(), ""))
    return key if key and message_id(key) == _message_id(fields) else ""


def _unicode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _addresses(value: str) -> list[str]:
    if not value:
        return []
    try:
        pairs = getaddresses([value])
    except Exception:  # the library raises whatever a broken value provokes in it, such as RecursionError
        return []
    return [readable_address(email) for _, email in pairs if "@" in email]


def _text(value: str) -> str:
    """A header for people: encoded words decoded (RFC 2047), on one line."""
    if "=?" in value:
        with contextlib.suppress(Exception):  # as above; a broken encoded word is shown as it stands
            value = "".join(_word(part, charset) for part, charset in decode_header(value))
    return header_text(value)


def _word(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(charset or "latin-1", "replace")
    except (LookupError, ValueError):  # no such charset, or no name of one at all
        return part.decode("utf-8", "replace")


def _date(fields: Mapping[str, str]) -> datetime | None:
    """The Date in UTC."""
    value = fields.get("date", "")
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except Exception:  # as above
        return None


def _message_id(fields: Mapping[str, str]) -> str:
    found = _MESSAGE_ID.search(fields.get("message-id", ""))
    return found[0] if found else ""


def _references(fields: Mapping[str, str]) -> tuple[str, ...]:
    known = _MESSAGE_ID.findall(fields.get("references", ""))
    answered = _MESSAGE_ID.findall(fields.get("in-reply-to", ""))[:1]
    return tuple(dict.fromkeys([*known, *answered]))


def _bodies(data: bytes) -> tuple[str, str] | None:
    """The plain and the HTML part; None for a mail that is built otherwise than ours are."""
    from email import message_from_bytes

    mail = message_from_bytes(data)
    if mail.get_content_type() == "text/plain":
        return _content(mail), ""
    if mail.get_content_type() != "multipart/alternative" or not mail.is_multipart():
        return None
    parts = [part for part in mail.get_payload() if not isinstance(part, str)]
    if [part.get_content_type() for part in parts] != ["text/plain", "text/html"]:
        return None
    return _content(parts[0]), _content(parts[1])


def _content(part: Parsed) -> str:
    data = part.get_payload(decode=True)
    return _word(data, part.get_content_charset("utf-8")) if isinstance(data, bytes) else ""
