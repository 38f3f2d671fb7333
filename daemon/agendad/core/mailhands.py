"""What became of the drafts that were made: told from the mailbox and from what is remembered. Called before deciding.

A draft that was made and lies in Drafts no more was sent or deleted by the person; a mail in the sent folder tells
which. One that lies there and is not remembered (the ledger was lost) is taken up again by its own header.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.core.hands import KEEP_DECISIONS
from agendad.model.identity import message_id
from agendad.model.mail import GoneDraft, MadeDraft, Mailbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from agendad.model.mail import Message, StandingDraft
    from agendad.model.memory import Memory
    from agendad.ports import MailSnapshot

_BEFORE: Final = timedelta(minutes=5)
"""How much older than its draft a sent mail may be dated: some programs keep the Date of the draft."""


@dataclass(frozen=True, slots=True)
class MailHands:
    """The mailbox as the engine sees it, and what is to be remembered of it.

    observed   rows of the ledger that are news
    forget     keys of rows whose draft was never made
    found      keys that were found deleted in this cycle
    counts     the number of mails in each folder that was read
    """

    mailbox: Mailbox = field(default_factory=Mailbox)
    observed: tuple[MadeDraft, ...] = ()
    forget: tuple[str, ...] = ()
    found: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)


def mail_hands(snapshot: MailSnapshot, memory: Memory, now: datetime) -> MailHands:
    """Compares the mailbox with what is remembered; `now` is in the person's zone."""
    standing = {draft.key: draft for draft in snapshot.drafts}
    sent = _Sent(snapshot.messages)
    rows: dict[str, MadeDraft] = {}
    forget: list[str] = []
    for key, row in memory.drafts.items():
        settled = _settled(row, standing.get(key), sent)
        if settled is None:
            forget.append(key)
        else:
            rows[key] = settled
    for key, draft in standing.items():
        if key not in rows or rows[key].status != "made":
            rows[key] = _adopted(draft, memory.drafts.get(key), now)
    gone = {key: entry for key, entry in memory.decisions.drafts.items() if key not in standing}
    found = {key for key, row in rows.items() if row.status == "deleted"} - gone.keys()
    found = {key for key in found if memory.drafts[key].status in {"made", "open", "removing"}}
    news = {key: GoneDraft(rows[key].rule, rows[key].due.astimezone(now.tzinfo).date()) for key in sorted(found)}
    for key, message in sent.by_key.items():
        if key not in rows:
            rows[key] = _seen_sent(key, message)
    return MailHands(
        mailbox=Mailbox(snapshot.messages, standing, rows, gone | news),
        observed=tuple(row for key, row in sorted(rows.items()) if row != memory.drafts.get(key)),
        forget=tuple(sorted(forget)),
        found=frozenset(found),
        counts=snapshot.counts,
    )


class _Sent:
    """The sent mails, by the ways in which a draft may be known again in them."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self.by_key: dict[str, Message] = {}
        self._by_id: dict[str, Message] = {}
        self._by_words: dict[tuple[str, frozenset[str]], list[Message]] = {}
        for message in messages:
            if message.sent:
                if message.key:
                    self.by_key[message.key] = message
                self._by_id[message.message_id] = message
                words = (_folded(message.subject), frozenset(message.recipients))
                self._by_words.setdefault(words, []).append(message)

    def holds(self, row: MadeDraft) -> bool:
        """Whether the draft was sent: under its key or its Message-ID, or as it was written under another."""
        if row.key in self.by_key or message_id(row.key) in self._by_id:
            return True
        alike = self._by_words.get((_folded(row.subject), frozenset(row.recipients)), ())
        return any(message.at >= row.made - _BEFORE for message in alike)


def _settled(row: MadeDraft, draft: StandingDraft | None, sent: _Sent) -> MadeDraft | None:
    """The row as it is to be remembered; None when its draft was never made."""
    if draft is not None:
        return row if row.status == "made" else replace(row, status="made")
    match row.status:
        case "open":
            return replace(row, status="sent") if sent.holds(row) else None
        case "made":
            return replace(row, status="sent" if sent.holds(row) else "deleted")
        case "removing":
            return replace(row, status="withdrawn")
        case "deleted" | "withdrawn":
            return replace(row, status="sent") if sent.holds(row) else row
    return row


def _adopted(draft: StandingDraft, known: MadeDraft | None, now: datetime) -> MadeDraft:
    made = draft.made or now
    return MadeDraft(
        key=draft.key,
        rule=draft.rule,
        message_id=draft.message_id,
        digest=draft.digest,
        subject=draft.subject,
        recipients=draft.recipients,
        due=known.due if known else made,
        made=made,
        status="made",
        source_end=known.source_end if known else None,
    )


def _seen_sent(key: str, message: Message) -> MadeDraft:
    """A mail of ours that was sent and is not remembered."""
    return MadeDraft(
        key=key,
        rule=key.partition("/")[0],
        message_id=message.message_id,
        digest="",
        subject=message.subject,
        recipients=message.recipients,
        due=message.at,
        made=message.at,
        status="sent",
    )


def _folded(subject: str) -> str:
    return " ".join(subject.split()).casefold()


def recent(gone: Mapping[str, GoneDraft], now: datetime) -> dict[str, GoneDraft]:
    """The decisions about drafts that are not too old to matter."""
    oldest = (now - KEEP_DECISIONS).date()
    return {key: entry for key, entry in gone.items() if entry.day >= oldest}
