"""Gmail's JSON as mails of the model, and which drafts are our own; pure. Called by `gmail.py` and `mailnews.py`.

https://developers.google.com/workspace/gmail/api/reference/rest/v1/users.messages
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from agendad.model.identity import message_id
from agendad.providers.mime import message, standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from agendad.model.mail import Message, StandingDraft

HEADERS: Final = (
    *("From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Agendad-Key"),
)
"""The headers that are asked for of a mail that is no draft."""
_OUTSIDE: Final = frozenset({"DRAFT", "TRASH", "SPAM", "CHAT"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message of Gmail. `message` is None for one that does not count: a draft, a chat, in the trash or spam."""

    ident: str
    thread: str
    message: Message | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft by its lasting `ident`. `message` is the id of its message, another one after each change; empty when
    its content was not read yet. `own` is None for a draft of the person.
    """

    ident: str
    message: str
    own: StandingDraft | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What the history tells: mails that came, mails that are to be read again if they are known, mails that went."""

    new: tuple[str, ...]
    again: frozenset[str]
    gone: frozenset[str]


def mail(item: Mapping[str, Any]) -> Mail:
    """A message in the format `metadata`."""
    labels = set(item.get("labelIds", ()))
    found = None
    if not labels & _OUTSIDE:
        arrived = datetime.fromtimestamp(int(item.get("internalDate") or 0) / 1000, UTC)
        found = message(header(item), arrived, sent="SENT" in labels)
    return Mail(str(item["id"]), str(item.get("threadId", "")), found)


def header(item: Mapping[str, Any]) -> bytes:
    """The header of a message in the format `metadata`, as it stands in a mail."""
    fields = (item.get("payload") or {}).get("headers") or ()
    lines = [f"{each['name']}: {' '.join(each['value'].split())}\r\n" for each in fields]
    return "".join(lines).encode("utf-8", "replace") + b"\r\n"


def raw(item: Mapping[str, Any]) -> bytes:
    """The bytes of a message in the format `raw`; nothing where they cannot be read."""
    text = str(item.get("raw") or "")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def encoded(data: bytes) -> str:
    """A mail as `raw` takes it."""
    return base64.urlsafe_b64encode(data).decode("ascii")


def own_draft(data: bytes, draft: Draft, sought: Iterable[StandingDraft] = ()) -> StandingDraft | None:
    """A draft of ours from its bytes, or from its header alone (then `edited` says nothing); None for another one.

    `draft` is under which ids it stands now, and what it was before. Gmail may give it another Message-ID, so that all
    marks together tell it too. It may lose them when a person edits it: then it is told by what it was, or by what a
    draft looks like of which no answer said whether it was made (`sought`). Such a one counts as edited.
    """
    found = standing(data, etag=draft.message, href=draft.ident, renamed=True)
    if found is not None:
        return found
    seen = message(data, _EPOCH, sent=False)
    known = draft.own or next((each for each in sought if _is_alike(each, seen)), None)
    if known is None:
        return None
    return replace(
        known,
        subject=seen.subject,
        recipients=seen.recipients,
        edited=True,
        etag=draft.message,
        href=draft.ident,
    )


def changes(pages: Iterable[Mapping[str, Any]]) -> Changes:
    """What pages of the history tell together, in their order.

    That thousands of mails were thrown away at once is told without a look at each. Changes of drafts, and of what does
    not matter here, such as being read, are left out.
    """
    state: dict[str, bool] = {}  # whether a mail is there
    again: set[str] = set()
    for entry in (entry for page in pages for entry in page.get("history", ())):
        for ident, labels in _labelled(entry, "messagesAdded"):
            state[ident] = not labels & {"DRAFT", "CHAT"}
        for ident, labels in _labelled(entry, "labelsAdded"):
            if labels & _OUTSIDE:
                state[ident] = False
            elif "SENT" in labels:
                state[ident] = True
                again.add(ident)
        for ident, labels in _labelled(entry, "labelsRemoved"):
            if labels & _OUTSIDE:
                state[ident] = True  # unless it is elsewhere outside still, which a look will tell
        for ident, _ in _labelled(entry, "messagesDeleted"):
            state[ident] = False
    gone = frozenset(ident for ident, there in state.items() if not there)
    return Changes(tuple(ident for ident in state if ident not in gone), frozenset(again - gone), gone)


def _labelled(entry: Mapping[str, Any], kind: str) -> Iterator[tuple[str, set[str]]]:
    """The ids of one kind of change with the labels that changed; for whole messages, with those they bear."""
    for each in entry.get(kind, ()):
        labels = each["labelIds"] if "labelIds" in each else each["message"].get("labelIds", ())
        yield each["message"]["id"], set(labels)


def _is_alike(draft: StandingDraft, seen: Message) -> bool:
    if seen.message_id == message_id(draft.key):
        return True
    return (seen.subject, set(seen.recipients)) == (draft.subject, set(draft.recipients))
