"""What the person's hand did, told from the calendar and from what is remembered. The engine asks before it places.

The event alone tells which of its fields a person changed: its mark holds a hash of each field as it was last written
(`identity.digest`). So a lost ledger loses no hand change, and a field that is put back to exactly what was written
is the rule's again. Only a deletion needs memory: an event that was written, lies in a stretch that was read whole
and is not there was deleted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from agendad.model.calendar import instant
from agendad.model.identity import MERGED_FIELDS, field_values, hand_changed, is_own, uid
from agendad.model.memory import Decisions, Gone, Memory, Settled, Written
from agendad.model.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agendad.model.calendar import Event, Moment
    from agendad.model.memory import Intent

KEEP_DECISIONS = timedelta(days=366)
"""How long after its date a decision is kept."""


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of one cycle.

    now          aware, in the person's zone: an all-day event begins at its midnight
    start, end   the stretch of time that is looked at whole, half-open
    longer       since when the blocks of a rule are, where that is longer, by the id that their keys begin with
    calendar     where new blocks are written
    calendars    the calendars that were read whole
    rules        the ids of the rules that are enabled
    horizon      how far ahead the rules were expanded; None: to the end of what was read
    paused       nothing is to be written
    read_only    the calendars in which nothing can be changed
    removed      the UIDs of own events that somebody else deleted, as far as the calendars tell
    """

    now: datetime
    start: datetime
    end: datetime
    calendar: str
    calendars: frozenset[str]
    rules: frozenset[str]
    horizon: datetime | None = None
    paused: bool = False
    read_only: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    longer: Mapping[str, datetime] = field(default_factory=dict)

    def looked_at(self, key: str, start: Moment, end: Moment) -> bool:
        """Whether the block of a key would have been seen at a time."""
        since = self.longer.get(key.partition("/")[0], self.start)
        return instant(start, self.now) < self.end and instant(end, self.now) > since


@dataclass(frozen=True, slots=True)
class Hands:
    """What stands, and what the person did to it; all by key.

    standing   the one event of each key that has one
    changed    its fields that the person changed; a key without any is left out
    pinned     events that have not begun and whose time the person chose: busy, not up for discussion
    begun      events that began before now: never written, moved or deleted
    done       keys whose occurrence had begun when it was last seen: nothing is made for them again
    deleted    keys that are not to be made again, those found in this cycle among them
    found      the keys of `deleted` that were found in this cycle
    gone       remembered keys whose event is not there: the ledger may forget them once they stand in `deleted`
    copies     further events under the UID of an own one (copies made by a sync, members of a series that a person
               made of a block); left alone, save that a plain copy goes when its block is moved or deleted
    bare       events without a mark by their UID: among them may be a block whose X- properties a server dropped
    written    what is remembered as written, the settled intents included
    settled    open intents whose outcome the calendar tells
    adopted    standing events that are not remembered, or remembered in another calendar: to be written to the ledger
    """

    standing: Mapping[str, Event] = field(default_factory=dict)
    changed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pinned: Mapping[str, Event] = field(default_factory=dict)
    begun: Mapping[str, Event] = field(default_factory=dict)
    done: frozenset[str] = frozenset()
    deleted: Mapping[str, Gone] = field(default_factory=dict)
    found: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    copies: tuple[Event, ...] = ()
    bare: Mapping[str, Event] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)
    settled: tuple[Settled, ...] = ()
    adopted: tuple[Event, ...] = ()


def hands(standing: Iterable[Event], memory: Memory, context: Context) -> Hands:
    """Compares the own events among `standing` (in any order) with what is remembered."""
    own: dict[str, list[Event]] = {}
    bare: dict[str, Event] = {}
    for event in standing:
        if event.mark is None:
            bare[event.uid] = event
        elif is_own(event):
            own.setdefault(event.mark.key, []).append(event)
    chosen: dict[str, Event] = {}
    changed: dict[str, frozenset[str]] = {}
    copies: list[Event] = []
    for key in sorted(own):
        first, *others = _by_rank(own[key], context)
        chosen[key] = first
        copies += others
        touched = frozenset(MERGED_FIELDS) if is_series(first) else hand_changed(first)
        if touched:
            changed[key] = touched
    settled = settle(memory.intents, chosen, context)
    written = _with_settled(memory.written, settled)
    gone = frozenset(
        key
        for key, known in written.items()
        if key not in chosen and known.calendar in context.calendars and context.looked_at(key, known.start, known.end)
    )
    deleted = {key: entry for key, entry in memory.decisions.deleted.items() if key not in chosen}
    found = gone - deleted.keys()
    news = {
        key: gone_from(known.rule, known.start, known.end, context.now)
        for key, known in sorted(written.items())
        if key in found
    }
    seen = Hands(
        standing=chosen,
        changed=changed,
        deleted=deleted | news,
        found=found,
        gone=gone,
        copies=tuple(copies),
        bare=bare,
        written=written,
        settled=settled,
        adopted=tuple(
            event
            for key, event in chosen.items()
            if (key not in written or written[key].calendar != event.calendar)
            and context.looked_at(key, event.fields.start, event.fields.end)
        ),
    )
    return at_time(seen, memory, context.now)


def at_time(seen: Hands, memory: Memory, now: datetime) -> Hands:
    """The same calendar and memory at another instant, in the same zone: only what has begun is another."""
    begun = {key: event for key, event in seen.standing.items() if has_begun(event.fields.start, now)}
    past = {key for key, known in seen.written.items() if key not in seen.standing and has_begun(known.start, now)}
    chosen = (key for key, fields in seen.changed.items() if "time" in fields and key not in begun)
    return replace(
        seen,
        pinned={key: seen.standing[key] for key in chosen},
        begun=begun,
        done=memory.over.union(begun, past),
    )


def settle(intents: Sequence[Intent], standing: Mapping[str, Event], context: Context) -> tuple[Settled, ...]:
    """Which open intents were carried out, by what stands now (by key).

    A create is done when its event is there, or was and somebody removed it since; a delete when it is not; an update
    when the mark is the intended one and the fields are no longer the old. An intent whose event lay outside what was
    read stays open: nothing is known.
    """
    settled = []
    for intent in intents:
        fields = intent.after or intent.before
        if fields is None or intent.calendar not in context.calendars:
            continue
        if not context.looked_at(intent.key, fields.start, fields.end):
            continue
        event = standing.get(intent.key)
        if intent.action is Action.CREATE:
            done = event is not None or uid(intent.key) in context.removed
        elif intent.action is Action.DELETE:
            done = event is None
        else:
            done = event is not None and _was_updated(intent, event)
        settled.append(Settled(intent, "done" if done else "failed"))
    return tuple(settled)


def remember(decisions: Decisions, seen: Hands, context: Context) -> Decisions:
    """The decisions to keep after this cycle: equal to `decisions` when nothing new was learned.

    Deletions found now come in and those of events that stand again go; rules get their first day; deletions,
    absences and pauses that lie more than a year back go.
    """
    oldest = context.now - KEEP_DECISIONS
    return replace(
        decisions,
        deleted={key: entry for key, entry in seen.deleted.items() if entry.day >= oldest.date()},
        first_days=dict.fromkeys(sorted(context.rules), context.now) | dict(decisions.first_days),
        absences=tuple(absence for absence in decisions.absences if absence[1] >= oldest.date()),
        pauses=tuple(pause for pause in decisions.pauses if pause.end is None or pause.end >= oldest),
    )


def is_series(event: Event) -> bool:
    """Whether a person made a recurring event of a block: it is then wholly theirs."""
    return event.recurring or event.recurrence_id is not None


def is_plain(event: Event) -> bool:
    """Whether an own event is as it was written: one of several under a key is then a duplicate, not a decision."""
    return not is_series(event) and not hand_changed(event)


def has_begun(start: Moment, now: datetime) -> bool:
    """Whether an event that starts at `start` began before now; one that starts right now may still be written."""
    return instant(start, now) < now


def is_over(end: Moment, now: datetime) -> bool:
    """Whether an event that ends at `end`, which is excluded, is past."""
    return instant(end, now) <= now


def gone_from(
    rule: str, start: Moment, end: Moment, now: datetime, by: Literal["hand", "undo", "yield"] = "hand"
) -> Gone:
    """What is remembered of a block that is not to be made again; its day is in the zone of `now`."""
    day = instant(start, now).astimezone(now.tzinfo).date()
    if isinstance(start, datetime) and isinstance(end, datetime):
        return Gone(rule, day, by, start, end)
    return Gone(rule, day, by)


def _by_rank(events: list[Event], context: Context) -> list[Event]:
    """The events of one key, the one that counts first: in the write calendar, then changed by hand, then by place."""

    def rank(event: Event) -> tuple[object, ...]:
        return (
            event.calendar in context.read_only,
            event.calendar != context.calendar,
            not hand_changed(event),
            event.calendar,
            event.href,
            instant(event.fields.start, context.now),
        )

    return sorted(events, key=rank) if len(events) > 1 else events


def _was_updated(intent: Intent, event: Event) -> bool:
    if event.mark is None or intent.before is None or intent.after is None:
        return False
    before, after = field_values(intent.before), field_values(intent.after)
    intended = event.mark.digest == intent.digest and event.mark.rule == intent.rule
    return intended and (before == after or field_values(event.fields) != before)


def _with_settled(written: Mapping[str, Written], settled: Sequence[Settled]) -> dict[str, Written]:
    result = dict(written)
    for each in settled:
        intent = each.intent
        if each.status != "done":
            continue
        if intent.after is None:
            result.pop(intent.key, None)
        else:
            after = intent.after
            result[intent.key] = Written(
                intent.rule, uid(intent.key), intent.calendar, after.start, after.end, intent.digest
            )
    return result
