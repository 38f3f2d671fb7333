"""The drafts that were made and what became of them, and those to come as whole mails. Called by `agendad drafts`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from agendad.app.cycle import MEMORY
from agendad.app.eml import draft_name
from agendad.app.observe import mail_since
from agendad.core.mailhands import mail_hands
from agendad.ledger.history import DraftEntry, drafts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime, tzinfo

    from agendad.app.cycle import Look
    from agendad.app.desk import Desk
    from agendad.model.mail import MadeDraft, StandingDraft
    from agendad.ports import MailStore

State = Literal["in-drafts", "edited", "sent", "deleted", "withdrawn", "unknown"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which drafts are asked for; all that is given has to hold (`limit` -1: all)."""

    rule: str = ""
    since: datetime | None = None
    limit: int = -1


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft that was made, and what became of it. `standing` is the mail, while it lies in Drafts."""

    entry: DraftEntry
    state: State
    standing: StandingDraft | None = None


def made_drafts(desk: Desk, now: datetime, wanted: Filter) -> tuple[Listed, ...]:
    """The drafts that were made, newest first, as the mailbox tells now; without a mailbox, as they are remembered.

    Raises ProviderError when the mailbox cannot be read.
    """
    entries = {entry.draft.key: entry for entry in drafts(desk.ledger)}
    standing: dict[str, StandingDraft] = {}
    if desk.mail is not None:
        loaded = desk.loaded
        snapshot = desk.mail.read(mail_since(loaded.configured, loaded.rules, now))
        seen = mail_hands(snapshot, desk.ledger.memory(desk.decisions.load(), since=now - MEMORY), now)
        standing = dict(seen.mailbox.standing)
        for key, row in seen.mailbox.made.items():
            known = entries.get(key)
            entries[key] = replace(known, draft=row) if known else DraftEntry(row, None, (), "")
        for key in seen.forget:
            entries.pop(key, None)
    found = [entry for entry in entries.values() if _holds(entry.draft, wanted)]
    found.sort(key=lambda entry: entry.draft.key)
    found.sort(key=lambda entry: (entry.draft.made, entry.draft.due), reverse=True)
    shown = found if wanted.limit < 0 else found[: wanted.limit]
    return tuple(Listed(entry, _state(entry, standing), standing.get(entry.draft.key)) for entry in shown)


def standing_mails(store: MailStore, listed: Iterable[Listed], zone: tzinfo) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of each listed draft that lies in Drafts."""
    for each in listed:
        data = store.source(each.standing) if each.standing is not None else None
        if data is not None:
            draft = each.entry.draft
            yield draft_name(draft.key, draft.due.astimezone(zone)), data


def mails_to_come(seen: Look, keys: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """File name and bytes of drafts that are still to be made, as they would be made now.

    Raises LetterError when a template fails.
    """
    from agendad.app.letters import mail_draft
    from agendad.app.surroundings import writer_for
    from agendad.providers.mime import compose

    writer = writer_for(seen)
    for draft in seen.decision.drafts.desired:
        if draft.key in keys and draft.state != "written":
            mail = mail_draft(draft, writer.write(draft), seen.settings.me, seen.now)
            yield draft_name(draft.key, draft.due), compose(mail)


def _holds(draft: MadeDraft, wanted: Filter) -> bool:
    return wanted.rule in {"", draft.rule} and (wanted.since is None or draft.made >= wanted.since)


def _state(entry: DraftEntry, standing: dict[str, StandingDraft]) -> State:
    match entry.draft.status:
        case "made":
            lies = standing.get(entry.draft.key)
            return "edited" if lies is not None and lies.edited else "in-drafts"
        case "open" | "removing":
            return "unknown"
        case told:
            return told
