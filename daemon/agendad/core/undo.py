"""Taking back: `undo` acts as the person's hand, `reset` gives a block back to its rule, `purge` removes everything.

All three only propose changes; the commands apply them like any plan. Of drafts only those go that nobody has touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agendad.core.hands import gone_from, has_begun, is_series
from agendad.model.calendar import instant
from agendad.model.identity import digest, field_values, format_digest, is_own, parse_digest
from agendad.model.mail import GoneDraft
from agendad.model.plan import Action, Change, Skipped, Withdrawal
from agendad.model.reasons import Reason, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from agendad.core.hands import Hands
    from agendad.model.calendar import Event, EventFields
    from agendad.model.mail import MadeDraft, StandingDraft
    from agendad.model.memory import Applied, Gone

UNDONE_HASH: Final = "undone"
"""Stands in a mark where no hash can: the field differs from it for ever, so it counts as the person's."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How to take applies back. `deleted` goes into the decisions before the first write, so that what is removed
    is not made again; `left` are the blocks that were changed by hand since and stay as they are."""

    changes: tuple[Change, ...] = ()
    deleted: Mapping[str, Gone] = field(default_factory=dict)
    left: tuple[Skipped, ...] = ()


def undo(
    applied: Sequence[Applied], standing: Mapping[str, Event], now: datetime, later: Mapping[str, int] | None = None
) -> Undone:
    """Takes back the given changes (oldest first, of any number of applies), against what stands by key.

    What was created is deleted and remembered; what was updated gets its old fields back under the present mark, so
    they read as changed by hand; what was deleted is made again, pinned. Doing it twice changes nothing more.
    `later` names the run that changed a key again: its event stays as that left it.
    """
    first: dict[str, Applied] = {}
    last: dict[str, Applied] = {}
    for each in applied:
        first.setdefault(each.key, each)
        last[each.key] = each
    changes: list[Change] = []
    deleted: dict[str, Gone] = {}
    left: list[Skipped] = []
    for key, newest in last.items():
        oldest, event = first[key], standing.get(key)
        stands = event.fields if event else None
        if _same(stands, oldest.before):
            continue
        if later and key in later:
            left.append(Skipped(key, newest.rule, (Reason(ReasonCode.CHANGED_SINCE, {"run": str(later[key])}),)))
            continue
        if not _same(stands, newest.after) or (event and is_series(event)):
            code = ReasonCode.HAND_KEPT if event else ReasonCode.DELETED_BY_HAND
            left.append(Skipped(key, newest.rule, (Reason(code),)))
            continue
        change = _back(oldest, event)
        changes.append(change)
        if change.action is Action.DELETE and event is not None:
            deleted[key] = gone_from(change.rule, event.fields.start, event.fields.end, now, "undo")
    return Undone(tuple(sorted(changes, key=lambda change: _when(change, now))), deleted, tuple(left))


@dataclass(frozen=True, slots=True)
class UndoneDrafts:
    """How to take drafts back. `gone` goes into the decisions before the first of them is removed, so that they are
    not made again; `left` are those that the person edited or sent."""

    withdrawals: tuple[Withdrawal, ...] = ()
    gone: Mapping[str, GoneDraft] = field(default_factory=dict)
    left: tuple[Skipped, ...] = ()


def undo_drafts(made: Iterable[MadeDraft], standing: Mapping[str, StandingDraft], now: datetime) -> UndoneDrafts:
    """Takes back the given drafts, against what lies in Drafts by key; one that the person deleted is gone anyway."""
    withdrawals: list[Withdrawal] = []
    gone: dict[str, GoneDraft] = {}
    left: list[Skipped] = []
    for row in made:
        draft = standing.get(row.key)
        if draft is not None and not draft.edited:
            withdrawals.append(Withdrawal(draft, (Reason(ReasonCode.UNDONE),)))
            gone[row.key] = GoneDraft(row.rule, row.due.astimezone(now.tzinfo).date(), "undo")
        elif draft is not None or row.status == "sent":
            code = ReasonCode.HAND_KEPT if draft is not None else ReasonCode.SENT
            left.append(Skipped(row.key, row.rule, (Reason(code),)))
    return UndoneDrafts(tuple(withdrawals), gone, tuple(left))


def reset(key: str, hands: Hands, now: datetime) -> Change | None:
    """The change after which the block of `key` counts as written by its rule; None when there is nothing to write:
    it is untouched, history, or made a series by the person.

    The caller also takes the key out of the deleted ones and, where no event stands, out of the ledger. The next
    apply then puts the rule's wish in place.
    """
    event = hands.standing.get(key)
    if event is None or event.mark is None or key not in hands.changed:
        return None
    if has_begun(event.fields.start, now) or is_series(event):
        return None
    rule, mark = event.mark.rule, digest(event.fields)
    return Change(Action.UPDATE, key, rule, event.calendar, event, event.fields, mark, (Reason(ReasonCode.RESET),))


def purge(standing: Iterable[Event], now: datetime) -> tuple[Change, ...]:
    """The deletion of every event that the product made, past ones and those changed by hand included."""
    doomed: dict[tuple[str, str, str], Change] = {}
    for event in standing:
        if event.mark is not None and is_own(event):
            change = Change(
                Action.DELETE,
                event.mark.key,
                event.mark.rule,
                event.calendar,
                event,
                None,
                "",
                (Reason(ReasonCode.PURGED),),
            )
            doomed.setdefault((event.calendar, event.href, event.uid), change)  # a series is one thing to delete
    return tuple(sorted(doomed.values(), key=lambda change: _when(change, now)))


def purge_drafts(standing: Iterable[StandingDraft]) -> tuple[tuple[Withdrawal, ...], tuple[Skipped, ...]]:
    """The removal of every own draft that lies untouched in Drafts, and the edited ones, which stay."""
    drafts = sorted(standing, key=lambda draft: draft.key)
    doomed = tuple(Withdrawal(draft, (Reason(ReasonCode.PURGED),)) for draft in drafts if not draft.edited)
    kept = (Reason(ReasonCode.HAND_KEPT),)
    return doomed, tuple(Skipped(draft.key, draft.rule, kept) for draft in drafts if draft.edited)


def _back(oldest: Applied, event: Event | None) -> Change:
    why = (Reason(ReasonCode.UNDONE),)
    if event is None or event.mark is None:
        mark = format_digest(parse_digest(oldest.before_digest) | {"time": UNDONE_HASH})
        return Change(Action.CREATE, oldest.key, oldest.rule, oldest.calendar, None, oldest.before, mark, why)
    if oldest.before is None:
        return Change(Action.DELETE, oldest.key, event.mark.rule, event.calendar, event, None, "", why)
    return Change(
        Action.UPDATE, oldest.key, event.mark.rule, event.calendar, event, oldest.before, event.mark.digest, why
    )


def _same(one: EventFields | None, other: EventFields | None) -> bool:
    if one is None or other is None:
        return one is other
    return field_values(one) == field_values(other)


def _when(change: Change, now: datetime) -> tuple[datetime, str]:
    fields = change.after or (change.before.fields if change.before else None)
    return (instant(fields.start, now) if fields else now), change.key
