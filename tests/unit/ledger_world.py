"""Changes and drafts as a cycle hands them to the ledger, and whole runs over them; quick to import, to be killed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from agendad.model.calendar import Event, EventFields, Kind, Mark, ShowAs, Visibility
from agendad.model.identity import digest, message_id, uid
from agendad.model.mail import MadeDraft
from agendad.model.plan import Action, Change
from agendad.model.reasons import Reason, ReasonCode
from agendad.ports import Delete, Outcome

if TYPE_CHECKING:
    from agendad.ledger import Ledger

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
FIELDS = EventFields(
    "Réflexion — “deep”",
    NOW + timedelta(hours=1),
    NOW + timedelta(hours=3),
    show_as=ShowAs.FREE,
    kind=Kind.FOCUS,
    notes="two\nlines",
    place="Bureau",
    color="7",
    visibility=Visibility.PRIVATE,
    remind=(5, 10),
    guests=("bob@example.com", "chloé@bücher.example"),
)
HOLIDAY = EventFields("Off", date(2026, 12, 24), date(2026, 12, 26))


ALL = {
    "runs": "SELECT * FROM runs",
    "changes": "SELECT * FROM changes",
    "written": "SELECT * FROM written",
    "decisions": "SELECT * FROM decisions",
    "drafts": "SELECT * FROM drafts",
}
"""What a ledger holds, table by table."""


def event(key: str, fields: EventFields) -> Event:
    return Event("personal", uid(key), fields, mark=Mark("a", key, digest(fields)), href=f"{key}.ics")


def create(key: str, fields: EventFields = FIELDS, *why: Reason) -> Change:
    return Change(Action.CREATE, key, "a", "personal", None, fields, digest(fields), why)


def update(key: str, before: EventFields, after: EventFields) -> Change:
    return Change(Action.UPDATE, key, "a", "personal", event(key, before), after, digest(after))


def delete(key: str, fields: EventFields = FIELDS) -> Change:
    return Change(Action.DELETE, key, "a", "personal", event(key, fields), None)


def ended(status: str, message: str = "") -> Outcome:
    return Outcome(Delete(event("any", FIELDS)), status, message)


def apply(ledger: Ledger, *changes: Change, kind: str = "apply", status: str = "done", now: datetime = NOW) -> int:
    """One whole run; its number."""
    run = ledger.run(kind, now)
    run.settle([(number, ended(status)) for number in run.intend(changes)])
    run.finish("done", now)
    return run.number


MADE = (Reason(ReasonCode.AFTER_EVENT, {"title": "Board — “β”"}),)
VAIN = (Reason(ReasonCode.MAILED),)


def draft(key: str, status: str = "open", **other: object) -> MadeDraft:
    """A row of a draft that was made at NOW, of the rule `m`."""
    plain = MadeDraft(
        key=key,
        rule="m",
        message_id=message_id(key),
        digest="0123456789abcdef",
        subject="Compte rendu — “deep”",
        recipients=("grace@example.org", "zoë@example.org"),
        due=NOW - timedelta(minutes=30),
        made=NOW,
        status="open",
    )
    return replace(plain, status=status, **other)


def mail(ledger: Ledger, *rows: MadeDraft, how: str = "made", message: str = "", why=(), now: datetime = NOW) -> None:
    """One whole run over drafts."""
    run = ledger.run("apply", now)
    run.intend_drafts((row, why) for row in rows)
    run.settle_drafts((row.key, how, message) for row in rows)
    run.finish("done", now)
