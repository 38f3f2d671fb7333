"""A mailbox: mails, drafts, threads, labels and their history, with the hands of its person."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from emulator.mails import Mail, fields_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from emulator.store import Ticker
    from emulator.wire import Json

SYSTEM: Final = (
    *("INBOX", "SENT", "DRAFT", "TRASH", "SPAM", "UNREAD", "STARRED", "IMPORTANT", "CHAT"),
    *(f"CATEGORY_{name}" for name in ("PERSONAL", "SOCIAL", "PROMOTIONS", "UPDATES", "FORUMS")),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of the history: `kind` is messagesAdded, messagesDeleted, labelsAdded or labelsRemoved."""

    id: int
    kind: str
    message: Json
    labels: tuple[str, ...] = ()


@dataclass
class Mailbox:
    """The mailbox of one person.

    `keeps_message_ids`: whether a Message-ID that a client gave survives saving and sending. `keeps_headers`: whether
    `X-` headers survive an edit in the web page. Google promises neither. `search_lag`: how long a new mail stays
    unseen by searches.
    """

    email: str
    ticker: Ticker
    keeps_message_ids: bool = True
    keeps_headers: bool = True
    search_lag: timedelta = timedelta(0)
    mails: dict[str, Mail] = field(default_factory=dict)
    drafts_by_id: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=lambda: {name: name for name in SYSTEM})
    threads: dict[str, list[str]] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    history: int = 1000
    floor: int = 0
    _made: int = 0

    def deliver(self, raw: bytes, at: datetime | None = None, *labels: str) -> str:
        """A mail arrives; `at` is when (its Date header otherwise). Returns its id."""
        return self._file(raw, at, labels or ("INBOX", "UNREAD")).id

    def sent(self, raw: bytes, at: datetime | None = None) -> str:
        """The person sent a mail that was no draft."""
        return self._file(raw, at, ("SENT",)).id

    def drafts(self) -> dict[str, bytes]:
        """The mails of all drafts by draft id."""
        return {draft: self.mails[mail].raw for draft, mail in self.drafts_by_id.items()}

    def messages(self, label: str = "") -> list[bytes]:
        """The mails, drafts among them, in the order they came; only those with a label, if it is given."""
        return [mail.raw for mail in self.mails.values() if not label or label in mail.labels]

    def draft(self, raw: bytes, thread: str = "") -> str:
        """The person writes a draft; returns its draft id."""
        return self.save(raw, thread)

    def edit_draft(self, draft_id: str, change: Callable[[bytes], bytes]) -> None:
        """The person edits a draft in the web page: the draft id stays, the message id does not."""
        before = self.mails[self.drafts_by_id[draft_id]]
        raw = change(before.raw)
        if not self.keeps_headers:
            raw = _without(raw, lambda name: name.startswith("x-"))
        if not self.keeps_message_ids:
            raw = _without(raw, lambda name: name == "message-id")
        same = subject_of(dict(_lower(raw)).get("subject", "")) == before.subject
        self.save(raw, before.thread if same else "", draft_id, by_hand=True)

    def send_draft(self, draft_id: str) -> str:
        """The person sends a draft: it is gone, and a new message stands in SENT. Returns that one's id."""
        before = self.mails[self.drafts_by_id.pop(draft_id)]
        raw = before.raw
        if not self.keeps_message_ids:
            old = before.values.get("message-id", "")
            raw = _without(raw, lambda name: name == "message-id")
            raw = self._completed(f"X-Google-Original-Message-ID: {old}\r\n".encode() + raw)
        self._remove(before)
        return self._add(raw, before.thread, ("SENT",), self.ticker.now()).id

    def discard(self, draft_id: str) -> None:
        """Deletes a draft for good."""
        self._remove(self.mails[self.drafts_by_id.pop(draft_id)])

    def trash(self, mail_id: str) -> None:
        """The person deletes a mail."""
        self.relabel(self.mails[mail_id], add=("TRASH",), remove=("INBOX",))

    def erase(self, mail_id: str) -> None:
        """A mail disappears for good."""
        self._remove(self.mails[mail_id])

    def forget_history(self) -> None:
        """History ids given so far are too old from now on."""
        self.floor = self.history

    def save(self, raw: bytes, thread: str, draft_id: str = "", *, by_hand: bool = False) -> str:
        """A new draft, or a new mail in an old one; `thread` only holds when the headers fit it."""
        before = self.mails[self.drafts_by_id[draft_id]] if draft_id else None
        if not self.keeps_message_ids and not by_hand:
            raw = _without(raw, lambda name: name == "message-id")
        raw = self._completed(raw)
        fits = bool(thread) and (by_hand or self._fits(raw, thread))
        if before is not None:
            self._remove(before)
        mail = self._add(raw, thread if fits else "", ("DRAFT",), self.ticker.now())
        self._made += not draft_id
        found = draft_id or f"r{7_000_000_000_000_000_000 + self._made}"
        self.drafts_by_id[found] = mail.id
        return found

    def relabel(self, mail: Mail, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Adds and takes labels."""
        new = [name for name in add if name not in mail.labels]
        old = [name for name in remove if name in mail.labels]
        mail.labels = tuple(name for name in (*mail.labels, *new) if name not in old)
        for kind, names in (("labelsAdded", new), ("labelsRemoved", old)):
            if names:
                self._record(kind, mail, tuple(names))

    def new_label(self, name: str) -> str:
        """A label of the person; returns its id."""
        label_id = f"Label_{len(self.labels)}"
        self.labels[label_id] = name
        return label_id

    def _file(self, raw: bytes, at: datetime | None, labels: Iterable[str]) -> Mail:
        values = dict(_lower(raw))
        if at is None:
            try:
                at = parsedate_to_datetime(values.get("date", ""))
            except ValueError:
                at = self.ticker.now()
        related = re.findall(r"<[^<>\s]+>", values.get("references", "") + values.get("in-reply-to", ""))
        subject = subject_of(values.get("subject", ""))
        parents = [one for one in self.mails.values() if one.values.get("message-id") in related] if related else []
        thread = next((one.thread for one in parents if one.subject == subject), "")
        return self._add(self._completed(raw), thread, labels, at)

    def _add(self, raw: bytes, thread: str, labels: Iterable[str], at: datetime) -> Mail:
        self._made += 1
        mail_id = f"{0x19A0000000000000 + self._made * 0x1F3:x}"
        date = int(at.astimezone(UTC).timestamp()) * 1000
        mail = Mail(mail_id, thread or mail_id, raw, date, labels, self.ticker.now())
        self.mails[mail_id] = mail
        self.threads.setdefault(mail.thread, []).append(mail_id)
        self._record("messagesAdded", mail)
        return mail

    def _remove(self, mail: Mail) -> None:
        del self.mails[mail.id]
        self.threads[mail.thread].remove(mail.id)
        if not self.threads[mail.thread]:
            del self.threads[mail.thread]
        self._record("messagesDeleted", mail)

    def _record(self, kind: str, mail: Mail, labels: tuple[str, ...] = ()) -> None:
        self.history += 7  # ids increase with gaps
        mail.history = self.history
        message = mail.short() | {"labelIds": list(mail.labels)}
        self.records.append(Record(self.history, kind, message, labels))

    def _fits(self, raw: bytes, thread: str) -> bool:
        """Whether headers and subject let a mail into a thread (guide on threads)."""
        values = dict(_lower(raw))
        related = values.get("references", "") + values.get("in-reply-to", "")
        others = [self.mails[one] for one in self.threads.get(thread, ())]
        subject = subject_of(values.get("subject", ""))
        return any(one.values.get("message-id", "-") in related and one.subject == subject for one in others)

    def _completed(self, raw: bytes) -> bytes:
        """A mail with the headers that Gmail adds where they are missing."""
        names = {name for name, _ in _lower(raw)}
        self._made += 1
        more = {
            "message-id": f"<CAemulator{self._made}@mail.gmail.com>",
            "date": format_datetime(self.ticker.now()),
            "from": self.email,
        }
        missing = "".join(f"{name.title()}: {value}\r\n" for name, value in more.items() if name not in names)
        return missing.replace("Message-Id", "Message-ID").encode() + raw


def _lower(raw: bytes) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in reversed(fields_of(raw))]


def _without(raw: bytes, unwanted: Callable[[str], bool]) -> bytes:
    """A mail without some of its headers."""
    match = re.search(rb"\r?\n\r?\n", raw)
    head, rest = (raw[: match.start()], raw[match.start() :]) if match else (raw, b"")
    fields = re.split(rb"\r?\n(?![ \t])", head)
    kept = [one for one in fields if not unwanted(one.partition(b":")[0].decode("latin-1").strip().lower())]
    return b"\r\n".join(kept) + rest
