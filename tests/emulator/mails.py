"""Single mails: their headers, the forms in which the API shows them, and what the search language finds."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from emulator.wire import Json, bad

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(r"^([!-9;-~]+)[ \t]*:[ \t]*((?:.*\r?\n[ \t]+)*.*)$", re.MULTILINE)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_REPLY = re.compile(r"^\s*((re|fwd?|aw|tr|rép|sv)\s*:\s*)+", re.IGNORECASE)
_TERM = re.compile(r'(-?)(?:([a-z0-9]+):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_PLACES: Final = {"sent": "SENT", "inbox": "INBOX", "draft": "DRAFT", "drafts": "DRAFT", "chats": "CHAT"} | {
    "trash": "TRASH",
    "spam": "SPAM",
}
_PEOPLE: Final = {"from": ("from",), "to": ("to", "cc", "bcc"), "cc": ("cc",), "bcc": ("bcc",)}


class Mail:
    """One mail; everything but its labels stays as it is. `date` is in milliseconds, `made` when it came into being."""

    def __init__(self, mail_id: str, thread: str, raw: bytes, date: int, labels: Iterable[str], made: datetime) -> None:
        self.id = mail_id
        self.thread = thread
        self.raw = raw
        self.date = date
        self.labels = tuple(labels)
        self.made = made
        self.history = 0

    @cached_property
    def headers(self) -> list[Json]:
        """Names and values in the order of the mail, unfolded, not decoded."""
        return [{"name": name, "value": value} for name, value in fields_of(self.raw)]

    @cached_property
    def values(self) -> dict[str, str]:
        """The first value of each header by its lower-case name."""
        return {one["name"].lower(): one["value"] for one in reversed(self.headers)}

    @cached_property
    def parsed(self) -> Message:
        """The mail with its parts."""
        return message_from_bytes(self.raw)

    @cached_property
    def text(self) -> str:
        """The plain text, as snippet and search have it."""
        for part in self.parsed.walk():
            if part.get_content_type() == "text/plain":
                data = part.get_payload(decode=True)
                return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
        return ""

    @property
    def subject(self) -> str:
        """The subject without marks of answers, for threads."""
        return subject_of(self.values.get("subject", ""))

    @property
    def related(self) -> list[str]:
        """The Message-IDs it answers to."""
        return re.findall(r"<[^<>\s]+>", self.values.get("references", "") + self.values.get("in-reply-to", ""))

    def short(self) -> Json:
        """Id and thread."""
        return {"id": self.id, "threadId": self.thread}

    def shown(self, form: str, wanted: Iterable[str] = ()) -> Json:
        """As `format` asks for it: minimal, metadata (with only the `wanted` headers, if any), raw or full."""
        found = self.short() | {
            "labelIds": list(self.labels),
            "snippet": " ".join(self.text.split())[:200],
            "historyId": str(self.history),
            "internalDate": str(self.date),
            "sizeEstimate": len(self.raw),
        }
        if form == "raw":
            return found | {"raw": _encoded(self.raw)}
        if form == "minimal":
            return found
        if form == "full":
            return found | {"payload": _part(self.parsed, "") | {"headers": self.headers}}
        names = {name.lower() for name in wanted}
        headers = [one for one in self.headers if not names or one["name"].lower() in names]
        payload = {"partId": "", "mimeType": self.parsed.get_content_type(), "headers": headers}
        return found | {"payload": payload}


def fields_of(raw: bytes) -> list[tuple[str, str]]:
    """The header of a mail."""
    match = _END.search(raw)
    head = (raw[: match.start()] if match else raw).decode("utf-8", "surrogateescape")
    head = head.encode("utf-8", "replace").decode()
    return [(found[1], _FOLD.sub("", found[2]).strip()) for found in _FIELD.finditer(head)]


def subject_of(text: str) -> str:
    """A subject decoded, without marks of answers."""
    try:
        plain = str(make_header(decode_header(text)))
    except (ValueError, LookupError):
        plain = text
    return " ".join(_REPLY.sub("", plain).split()).lower()


def matches(mail: Mail, query: str, label_names: dict[str, str]) -> bool:
    """Whether a search finds a mail; 400 for operators that the emulator does not know.

    Terms are all needed; `OR` between two terms, and braces around several, need only one.
    """
    needed = True
    pending: list[bool] = []
    for part in _alternatives(query):
        pending = [_term(mail, *term, label_names) for term in part]
        needed = needed and any(pending)
    return needed


def _alternatives(query: str) -> list[list[tuple[bool, str, str]]]:
    found: list[list[tuple[bool, str, str]]] = []
    joined = braces = False
    spaced = query.replace("{", " { ").replace("}", " } ")
    for minus, operator, quoted, plain in _TERM.findall(spaced):
        word = quoted or plain
        if word == "{" and not operator:
            braces, joined = True, False
            found.append([])
        elif word == "}" and not operator:
            braces = False
        elif word == "OR" and not operator and not quoted:
            joined = True
        else:
            term = (bool(minus), operator.lower(), word)
            found[-1].append(term) if (joined or braces) and found else found.append([term])
            joined = False
    return found


def _term(mail: Mail, negated: bool, operator: str, word: str, label_names: dict[str, str]) -> bool:
    return _fits(mail, operator, word.lower(), label_names) != negated


def _fits(mail: Mail, operator: str, word: str, label_names: dict[str, str]) -> bool:
    if operator in {"after", "newer"}:
        return mail.date // 1000 > _epoch(word)
    if operator in {"before", "older"}:
        return mail.date // 1000 < _epoch(word)
    if operator == "in" and (word == "anywhere" or word in _PLACES):
        return word == "anywhere" or _PLACES[word] in mail.labels
    if operator == "is" and word in {"unread", "read", "starred", "important"}:
        return ("UNREAD" not in mail.labels) if word == "read" else word.upper() in mail.labels
    if operator in {"label", "in"}:
        return any(label_names.get(one, one).lower().replace(" ", "-") == word for one in mail.labels)
    if operator in _PEOPLE:
        return any(word in mail.values.get(name, "").lower() for name in _PEOPLE[operator])
    if operator == "subject":
        return word in mail.subject
    if operator == "rfc822msgid":
        return mail.values.get("message-id", "").lower().strip("<>") == word.strip("<>")
    if operator:
        raise bad(f"the emulator does not model the search operator {operator}:", "invalidArgument")
    return word in f"{mail.subject} {mail.text} {mail.values.get('from', '')} {mail.values.get('to', '')}".lower()


def _epoch(word: str) -> int:
    if word.isdigit():
        return int(word)
    try:
        day = datetime.strptime(word.replace("-", "/"), "%Y/%m/%d").replace(tzinfo=_PACIFIC)
    except ValueError:
        raise bad(f"Invalid search query: {word}", "invalidArgument") from None
    return int(day.astimezone(UTC).timestamp())


def _part(part: Message, number: str) -> Json:
    headers = [{"name": name, "value": str(value)} for name, value in part.items()]
    found: Json = {"partId": number, "mimeType": part.get_content_type(), "filename": part.get_filename() or ""}
    found["headers"] = headers
    if part.is_multipart():
        inner = part.get_payload()
        assert isinstance(inner, list)
        parts = [_part(one, f"{number}.{n}" if number else str(n)) for n, one in enumerate(inner)]
        return found | {"body": {"size": 0}, "parts": parts}
    data = part.get_payload(decode=True)
    data = data if isinstance(data, bytes) else b""
    return found | {"body": {"size": len(data), "data": _encoded(data)}}


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()
