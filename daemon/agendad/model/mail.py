"""Mail as every provider reads and writes it, and what is remembered of drafts. Terms are RFC 5322's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: `email` is the bare address as it was written, `name` the display name or empty."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail that was sent or received, by its header.

    `at` is its Date (aware; the time of delivery where there is none that can be read). Addresses are in lower case;
    `recipients` are those of To, Cc and Bcc together. `message_id` and `references` (oldest first, In-Reply-To last
    where References lacks it) keep their angle brackets; `key` is `X-Agendad-Key`, or empty.
    """

    at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str = ""
    references: tuple[str, ...] = ()
    sent: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class StandingDraft:
    """A draft of our own that lies in Drafts: it has `X-Agendad-Key` and the Message-ID of that key.

    `digest` is `X-Agendad-Digest`, `edited` whether the mail is no longer what that digest says. `recipients` are all
    addresses in lower case; `made` its Date. `etag` and `href` are the provider's.
    """

    key: str
    rule: str
    message_id: str
    subject: str
    recipients: tuple[str, ...]
    digest: str
    edited: bool
    made: datetime | None
    etag: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail as it is to be put into Drafts, complete but for its MIME form.

    `text` and `html` are the two bodies. `reply_to_id` and `references` are those of the mail that it answers, or
    empty. `at` is the instant of the cycle (aware), which becomes its Date.
    """

    key: str
    rule: str
    at: datetime
    sender: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    html: str
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    label: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class MadeDraft:
    """What is remembered of a draft: a row of the ledger, by key.

    `open`: it was to be made and nobody knows yet whether it was. `made`: it lay in Drafts when it was last seen.
    `sent`, `deleted`: by the person's hand. `withdrawn`: removed by us, untouched, because it was no longer wanted; it
    may be made again. `removing`: it was to be removed and nobody knows yet whether it was.
    `source_end` is the end of the event that set it off, None where there is none. Instants are aware.
    """

    key: str
    rule: str
    message_id: str
    digest: str
    subject: str
    recipients: tuple[str, ...]
    due: datetime
    made: datetime
    status: Literal["open", "made", "sent", "deleted", "withdrawn", "removing"]
    source_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoneDraft:
    """A draft that is not to be made again, in `decisions.json`: deleted by the person or taken back by `undo`."""

    rule: str
    day: date
    by: Literal["hand", "undo"] = "hand"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """What a cycle knows of mail: what the port read, and what is remembered.

    `messages` are those since the window began, oldest first; `standing` the own drafts by key; `made` the ledger's
    rows by key; `gone` the decisions.
    """

    messages: tuple[Message, ...] = ()
    standing: Mapping[str, StandingDraft] = field(default_factory=dict)
    made: Mapping[str, MadeDraft] = field(default_factory=dict)
    gone: Mapping[str, GoneDraft] = field(default_factory=dict)
