"""Desired blocks against what stands: the changes that make the calendar agree, and the state of every block.

A three-way merge, field by field, after section 8 of the rule language: what the rule changed is written, what the
person changed stays. The base of the merge is in the event's own mark. The engine calls `reconcile` last in a cycle;
it works on the `Hands` that it asked for before placing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from agendad.core.hands import has_begun, is_over, is_plain, is_series
from agendad.model.calendar import Event, EventFields, Mark, instant
from agendad.model.identity import MERGED_FIELDS, digest, field_values, format_digest, hand_changed, parse_digest, uid
from agendad.model.plan import Action, Change, DesiredBlock, PlannedBlock, Skipped
from agendad.model.reasons import Reason, ReasonCode
from agendad.ports import Create, Delete, Update, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from agendad.core.hands import Context, Hands
    from agendad.model.memory import Gone

State = Literal["planned", "written", "pinned"]


@dataclass(frozen=True, slots=True)
class Merged:
    """A wish merged into an event: `fields` and `digest` to write, `follow` the fields that the rule changes, `kept`
    those in which it yields to the person."""

    fields: EventFields
    digest: str
    follow: frozenset[str]
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All in the order of time, then key. `skipped` are wishes that are not to be made, and why."""

    changes: tuple[Change, ...] = ()
    blocks: tuple[PlannedBlock, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def reconcile(
    desired: Iterable[DesiredBlock],
    hands: Hands,
    context: Context,
    unplaced: Mapping[str, Reason] | None = None,
    agreed: Agreed | None = None,
) -> Reconciled:
    """The changes that lead from what stands to what is desired, within the rights of the product's own hand.

    An occurrence that began before now is never written, moved or deleted. A block that the person deleted is
    not made again. What is no longer wanted is deleted when it lies ahead and is untouched; `unplaced` says why for
    keys that exist but found no place. Applying the changes and reconciling again gives none. `agreed` is handed from
    one cycle to the next, and spares it to compare again what it has compared.
    """
    wishes = {wish.key: wish for wish in desired}
    agreed = {} if agreed is None else agreed
    for key in agreed.keys() - wishes.keys():
        del agreed[key]
    steps = [_wanted(wish, hands, context, agreed) for wish in wishes.values()]
    for key, event in hands.standing.items():
        if key not in wishes:
            steps.append(_unwanted(event, hands, context, (unplaced or {}).get(key)))

    def when(item: Change | PlannedBlock | Skipped) -> tuple[datetime, str]:
        return starts[item.key], item.key

    starts = {key: instant(wish.fields.start, context.now) for key, wish in wishes.items()}
    starts |= {key: instant(event.fields.start, context.now) for key, event in hands.standing.items()}
    return Reconciled(
        changes=tuple(sorted((change for step in steps for change in step.changes), key=when)),
        blocks=tuple(sorted((block for step in steps for block in step.blocks), key=when)),
        skipped=tuple(sorted((skip for step in steps for skip in step.skipped), key=when)),
    )


def merge(event: Event, wish: EventFields) -> Merged:
    """The three-way merge of one own event: base from its mark, theirs in its fields, ours in `wish`.

    For a field that the person changed the mark keeps its old hash. That differs from what stands by definition, so
    the field stays the person's whatever the rule wants next, the person's own choice included.
    """
    theirs, ours = field_values(event.fields), field_values(wish)
    touched = hand_changed(event)
    differ = frozenset(name for name in MERGED_FIELDS if theirs[name] != ours[name])
    follow, kept = differ - touched, differ & touched
    values = {name: getattr(wish, name) for name in follow if name != "time"}
    if "time" in follow:
        values |= {"start": wish.start, "end": wish.end}
    base = parse_digest(event.mark.digest) if event.mark else {}
    mark = parse_digest(digest(wish)) | {name: base[name] for name in touched}
    return Merged(replace(event.fields, **values), format_digest(mark), follow, kept)


def as_write(change: Change) -> Write:
    """The change in the words of the calendar port."""
    stood = change.before.mark if change.before else None
    mark = Mark(change.rule, change.key, change.digest, change.people or (stood.people if stood else ()))
    if change.before is None and change.after is not None:
        return Create(change.calendar, uid(change.key), change.after, mark, change.notify)
    if change.before is not None and change.after is not None:
        return Update(change.before, change.after, mark, change.notify)
    if change.before is not None:
        return Delete(change.before)
    raise ValueError(f"a change of {change.key} from nothing to nothing")


def deleted_reason(gone: Gone) -> Reason:
    """Why a key is not made again."""
    codes = {"undo": ReasonCode.UNDONE, "yield": ReasonCode.YIELDED, "hand": ReasonCode.DELETED_BY_HAND}
    return Reason(codes[gone.by])


@dataclass(frozen=True, slots=True)
class _Step:
    """What came out for one key."""

    changes: tuple[Change, ...] = ()
    blocks: tuple[PlannedBlock, ...] = ()
    skipped: tuple[Skipped, ...] = ()


Agreed = dict[str, tuple[DesiredBlock, Event, _Step]]
"""By key: a wish that the very event fulfils, untouched, and what comes out for it, whatever time it is."""


def _wanted(wish: DesiredBlock, hands: Hands, context: Context, agreed: Agreed) -> _Step:
    event = hands.standing.get(wish.key)
    if event is None:
        return _missing(wish, hands, context)
    touched = hands.changed.get(wish.key, frozenset())
    known = agreed.get(wish.key)
    if known is not None and known[0] is wish and known[1] is event and not touched:
        return known[2]
    state: State = "pinned" if "time" in touched else "written"
    too_late = "time" not in touched and has_begun(wish.fields.start, context.now)
    if wish.key in hands.begun or too_late or is_series(event) or event.calendar in context.read_only:
        return _Step(blocks=(PlannedBlock(wish.key, wish.rule, event.fields, state, wish.why),))
    renamed = event.mark is not None and event.mark.rule != wish.rule
    same = event.fields is wish.fields or event.fields == wish.fields
    if same and not (renamed or touched):  # the common case, which needs no hashing
        step = _Step(blocks=(PlannedBlock(wish.key, wish.rule, event.fields, state, wish.why),))
        agreed[wish.key] = wish, event, step
        return step
    return _merged(wish, event, hands, context)


def _merged(wish: DesiredBlock, event: Event, hands: Hands, context: Context) -> _Step:
    """What comes out for a wish that its event does not fulfil, or only by the person's hand."""
    touched = hands.changed.get(wish.key, frozenset())
    state: State = "pinned" if "time" in touched else "written"
    renamed = event.mark is not None and event.mark.rule != wish.rule
    merged = merge(event, wish.fields)
    why = wish.why
    if "time" in touched and Reason(ReasonCode.PINNED) not in why:
        why = (*why, Reason(ReasonCode.PINNED))
    if merged.kept - {"time"}:
        why = (*why, Reason(ReasonCode.HAND_KEPT, {"fields": _names(merged.kept - {"time"})}))
    if context.paused or not (merged.follow or renamed):
        return _Step(blocks=(PlannedBlock(wish.key, wish.rule, event.fields, state, why),))
    facts = {"fields": _names(merged.follow)} if merged.follow else {}
    if renamed and event.mark is not None:
        facts["renamed_from"] = event.mark.rule
    if renamed or merged.follow - {"time"}:
        why = (*why, Reason(ReasonCode.RULE_CHANGED, facts))
    change = Change(
        Action.UPDATE,
        wish.key,
        wish.rule,
        event.calendar,
        event,
        merged.fields,
        merged.digest,
        why,
        wish.people,
        wish.notify,
    )
    if state == "written" and merged.follow:
        state = "planned"
    # a copy that stayed behind would show the block twice; the update comes last, so that the ledger keeps the key
    behind = _plain_copies(event, hands, context) if "time" in merged.follow else []
    changes = (*_all_deleted(behind, Reason(ReasonCode.NO_LONGER_DUE)), change)
    return _Step(changes, (PlannedBlock(wish.key, wish.rule, merged.fields, state, why),))


def _missing(wish: DesiredBlock, hands: Hands, context: Context) -> _Step:
    reason = None
    if wish.key in hands.deleted:
        reason = deleted_reason(hands.deleted[wish.key])
    elif has_begun(wish.fields.start, context.now) and not is_over(wish.fields.end, context.now):
        reason = Reason(ReasonCode.IN_PROGRESS)
    elif wish.key in hands.done or has_begun(wish.fields.start, context.now):
        reason = Reason(ReasonCode.ALREADY_PAST)
    elif (bare := hands.bare.get(uid(wish.key))) is not None:
        reason = Reason(ReasonCode.SATISFIED, {"event": bare.fields.title})
    elif context.paused:
        reason = Reason(ReasonCode.PAUSED)
    if reason is not None:
        day = instant(wish.fields.start, context.now).date()
        return _Step(skipped=(Skipped(wish.key, wish.rule, (*wish.why, reason), day),))
    change = Change(
        Action.CREATE,
        wish.key,
        wish.rule,
        context.calendar,
        None,
        wish.fields,
        digest(wish.fields),
        wish.why,
        wish.people,
        wish.notify,
    )
    return _Step((change,), (PlannedBlock(wish.key, wish.rule, wish.fields, "planned", wish.why),))


def _unwanted(event: Event, hands: Hands, context: Context, unplaced: Reason | None) -> _Step:
    if event.mark is None:
        return _Step()
    key, rule = event.mark.key, event.mark.rule
    touched = hands.changed.get(key, frozenset())
    state: State = "pinned" if touched else "written"
    if key in hands.begun:
        over = is_over(event.fields.end, context.now)
        why = Reason(ReasonCode.ALREADY_PAST if over else ReasonCode.IN_PROGRESS)
    elif "time" in touched:
        why = Reason(ReasonCode.PINNED)
    elif touched:
        why = Reason(ReasonCode.HAND_KEPT, {"fields": _names(touched)})
    elif context.paused:
        why = Reason(ReasonCode.PAUSED)
    elif event.calendar in context.read_only or (rule in context.rules and _beyond(event, context)):
        why = Reason(ReasonCode.KEPT)
    else:
        gone = Reason(ReasonCode.NO_LONGER_DUE if rule in context.rules else ReasonCode.RULE_GONE)
        return _Step(changes=_deletes(event, hands, context, unplaced or gone))
    return _Step(blocks=(PlannedBlock(key, rule, event.fields, state, (why,)),))


def _beyond(event: Event, context: Context) -> bool:
    """Whether an event lies where no rule was asked: the horizon was shortened, or the clock stands earlier."""
    return context.horizon is not None and instant(event.fields.start, context.now) >= context.horizon


def _deletes(event: Event, hands: Hands, context: Context, why: Reason) -> tuple[Change, ...]:
    """The deletion of a block, and of its plain copies: one of those would stand for the key next time."""
    return _all_deleted([event, *_plain_copies(event, hands, context)], why)


def _plain_copies(event: Event, hands: Hands, context: Context) -> list[Event]:
    """The copies of a block that lie ahead, that nobody changed and that can be removed."""
    ahead = (copy for copy in hands.copies if not has_begun(copy.fields.start, context.now))
    plain = (copy for copy in ahead if copy.uid == event.uid and is_plain(copy))
    return [copy for copy in plain if copy.calendar not in context.read_only]


def _all_deleted(events: Iterable[Event], why: Reason) -> tuple[Change, ...]:
    return tuple(
        Change(Action.DELETE, each.mark.key, each.mark.rule, each.calendar, each, None, "", (why,))
        for each in events
        if each.mark is not None
    )


def _names(fields: frozenset[str]) -> str:
    return ", ".join(name for name in MERGED_FIELDS if name in fields)
