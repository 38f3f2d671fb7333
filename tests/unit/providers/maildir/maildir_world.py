"""A Maildir with one draft, for the tests beside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.model.mail import Address, MailDraft, StandingDraft
from agendad.providers.maildir.mailbox import Maildir

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Europe/Paris"))
DRAFT = MailDraft(
    key="follow-up/40c5@google.com",
    rule="follow-up",
    at=NOW,
    sender=Address("ada@example.com", "Ada Martin"),
    to=(Address("zoe@example.org", "Zoë Müller"),),
    subject="Réunion: thank you",
    text="Hello Zoë,\n\nthank you for today.\n",
    html="<p>Hello Zoë,</p>\n",
)


def made(folder: Path) -> Path:
    """An empty Maildir."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    return folder


def saved(root: Path) -> Maildir:
    """The mailbox with the sample draft in it."""
    box = Maildir(root)
    assert box.save_draft(DRAFT).status == "done"
    return box


def drafts(box: Maildir) -> tuple[StandingDraft, ...]:
    return box.read(NOW).drafts


def only(box: Maildir) -> StandingDraft:
    (draft,) = drafts(box)
    return draft


def files_of(folder: Path) -> list[str]:
    """The names of all files, from the folder on."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
