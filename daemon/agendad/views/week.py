"""From a plan to the view model: which items there are, in which state, with which words; then their layout.

`sheet()` is called by `app/`; `html.py` and `terminal.py` draw what it returns and decide nothing but looks.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad.model.calendar import Response, ShowAs, Status
from agendad.model.identity import is_own
from agendad.model.plan import Action
from agendad.model.reasons import ReasonCode
from agendad.views.layout import extent, week
from agendad.views.moments import clock_shift, elapsed, instant, local, overlap
from agendad.views.sheet import ABSENT_STATES, Item, Line, Sheet, State, Total
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Event, EventFields
    from agendad.model.plan import Change, Plan, PlannedBlock, PlannedDraft, Skipped
    from agendad.views.sheet import Frame, Week
    from agendad.views.words import Words

TONES: Final = 8  # colours in the palette of every view

_MEANT: Final = frozenset(
    {
        ReasonCode.EXCLUDED,
        ReasonCode.SATISFIED,
        ReasonCode.DELETED_BY_HAND,
        ReasonCode.PAUSED,
        ReasonCode.ALREADY_PAST,
        ReasonCode.IN_PROGRESS,
        ReasonCode.MAILED,
        ReasonCode.CONTACTED,
        ReasonCode.SENT,
        ReasonCode.SUPERSEDED,
        ReasonCode.DRAFT_DELETED,
        ReasonCode.UNDONE,
    }
)  # why an occurrence has no block and nobody misses it
_STATES: Final = {Action.CREATE: State.NEW, Action.UPDATE: State.CHANGED, Action.DELETE: State.GONE}


def sheet(plan: Plan, events: Sequence[Event], frame: Frame, reasons: Mapping[str, Sequence[str]]) -> Sheet:
    """The sheet of a plan.

    `events` are all that stand in the calendars over the weeks of `frame` (own ones too: past ones are not in the
    plan). `reasons` has the sentences for each key, made by `core/trace.py`, in the language of the frame.
    """
    say = words(frame.language)
    mondays = frame.mondays
    first, last = mondays[0], mondays[-1] + timedelta(days=6)
    items = _items(plan, events, frame, reasons)
    weeks = tuple(week(monday, items, frame.zone, say) for monday in mondays)
    shown = {piece.item.id for week in weeks for day in week.days for piece in (*day.pieces, *day.guards)}
    shown |= {strip.item.id for week in weeks for strip in week.strips}
    top, bottom = extent(weeks)
    skipped = [skip for skip in plan.skipped if skip.day is None or first <= skip.day <= last]
    titles = rule_titles(plan)
    return Sheet(
        title=weeks[0].title if len(weeks) == 1 else say.day_range(first, last),
        now=plan.now.astimezone(frame.zone),
        zone=frame.zone.key,
        language=say.tag,
        weeks=weeks,
        items=tuple(item for item in items if item.id in shown),
        top=top,
        bottom=bottom,
        totals=_totals([item for item in items if item.id in shown], titles, say),
        skipped=tuple(_skipped_lines(skipped, titles, reasons, say)),
        violations=tuple(
            Line(item.when, item.title, item.reasons)
            for item in items
            if item.state is State.VIOLATES and item.id in shown
        ),
        drafts=tuple(_draft_line(draft, reasons, frame, say) for draft in plan.drafts),
        problems=tuple(clean(f"{p.span.file}:{p.span.line}: {p.message}") for p in plan.problems),
        notes=(*_notes(plan, weeks, frame.zone, say), *_left_out(skipped, say)),
    )


def _skipped_lines(
    skipped: Iterable[Skipped], titles: Mapping[str, str], reasons: Mapping[str, Sequence[str]], say: Words
) -> Iterator[Line]:
    """What found no place; what is told of a rule for the same reason more than once is one line."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for skip in skipped:
        if not _is_meant(skip):
            told = clean(titles.get(skip.rule, skip.rule)), _texts(reasons, skip.key)
            alike.setdefault(told, []).append(say.day(skip.day) if skip.day else "")
    for (title, why), days in alike.items():
        again = (say.say("again", times=len(days), day=days[-1]),) if len(days) > 1 else ()
        yield Line(days[0], title, (*why, *again))


def _draft_line(draft: PlannedDraft, reasons: Mapping[str, Sequence[str]], frame: Frame, say: Words) -> Line:
    due = draft.due.astimezone(frame.zone)
    subject = say.say("quoted", text=clean(draft.subject))
    return Line(f"{say.day(due.date())} {due:%H:%M}", clean(say.some(draft.to)), (subject, *_texts(reasons, draft.key)))


def _is_meant(skip: Skipped) -> bool:
    return bool(skip.why) and skip.why[-1].code in _MEANT


def _left_out(skipped: Iterable[Skipped], say: Words) -> tuple[str, ...]:
    """One sentence for all that is absent because somebody wanted it so."""
    number = sum(map(_is_meant, skipped))
    return (say.say("left-out", count=say.count("left-out", number)),) if number else ()


def rule_titles(plan: Plan) -> dict[str, str]:
    """What a person calls each rule: the title that most of its blocks have, or its id where there is none."""
    titles: dict[str, Counter[str]] = {}
    for rule, fields in [
        *((block.rule, block.fields) for block in plan.blocks),
        *((change.rule, fields) for change in plan.changes if (fields := change.after) is not None),
    ]:
        titles.setdefault(rule, Counter())[clean(fields.title)] += 1
    most = {rule: known.most_common(1)[0] for rule, known in titles.items()}
    return {rule: title if 2 * times > titles[rule].total() else rule for rule, (title, times) in most.items()}


# ---------------------------------------------------------------- items


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item before it has a place in the order."""

    fields: EventFields
    state: State
    key: str = ""
    rule: str = ""
    calendar: str = ""
    remarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    light: bool = False


def _items(plan: Plan, events: Sequence[Event], frame: Frame, reasons: Mapping[str, Sequence[str]]) -> tuple[Item, ...]:
    say = words(frame.language)
    drafts = [*_own(plan, events, frame, reasons), *_real(plan, events, say)]
    tones = tones_of(draft.rule for draft in drafts if draft.rule)
    placed = []
    for draft in drafts:
        start, end = local(draft.fields.start, frame.zone), local(draft.fields.end, frame.zone)
        placed.append((instant(start, frame.zone), draft.key, clean(draft.fields.title), start, end, draft))
    placed.sort(key=lambda entry: (entry[0], bool(entry[5].rule), entry[1], entry[2]))
    return tuple(
        Item(
            id=f"b{number}",
            title=title,
            start=start,
            end=end,
            when=say.span(start, end),
            state=draft.state,
            key=clean(key),
            rule=clean(draft.rule),
            tone=tones.get(draft.rule, 0),
            calendar=clean(draft.calendar),
            remarks=draft.remarks,
            reasons=draft.reasons,
            light=draft.light,
            guard=draft.rule in frame.guards,
        )
        for number, (_, key, title, start, end, draft) in enumerate(placed)
    )


def _own(plan: Plan, events: Sequence[Event], frame: Frame, reasons: Mapping[str, Sequence[str]]) -> Iterator[_Draft]:
    """Blocks of the plan, those it removes, and those that stand but are past its reach."""
    changes = {change.key: change for change in plan.changes if change.action is not Action.DELETE}
    blocks = {block.key for block in plan.blocks}
    for block in plan.blocks:
        yield from _block(block, changes.get(block.key), frame, _texts(reasons, block.key))
    for change in plan.changes:
        if change.key in blocks and change.action is not Action.DELETE:
            continue
        fields = change.after or (change.before.fields if change.before else None)
        if fields is not None:
            state = _STATES[change.action]
            why = _texts(reasons, change.key)
            yield _Draft(fields, state, change.key, change.rule, change.calendar, reasons=why)
    known = blocks | {change.key for change in plan.changes}
    for event in events:
        if event.mark is not None and is_own(event) and event.mark.key not in known:
            key, rule, why = event.mark.key, event.mark.rule, _texts(reasons, event.mark.key)
            light, remarks = _free(event.fields, frame)
            yield _Draft(event.fields, State.SAME, key, rule, event.calendar, remarks, why, light)


def _block(block: PlannedBlock, change: Change | None, frame: Frame, why: tuple[str, ...]) -> Iterator[_Draft]:
    """A block of the plan, and its former place where it leaves that wholly."""
    light, remarks = _free(block.fields, frame)
    if change is None:
        state = State.PINNED if block.state == "pinned" else State.SAME
        yield _Draft(block.fields, state, block.key, block.rule, "", remarks, why, light)
        return
    state = _STATES[change.action]
    old = change.before.fields if change.before else block.fields
    if (old.start, old.end) != (block.fields.start, block.fields.end):
        state = State.MOVED if old.start != block.fields.start else State.CHANGED
        remarks = (*remarks, words(frame.language).say("was", when=_when(old, frame)))
        if not overlap(old, block.fields, frame.zone):
            to = words(frame.language).say("moved-to", when=_when(block.fields, frame))
            yield _Draft(old, State.LEFT, block.key, block.rule, change.calendar, (to,), light=True)
    known = change.before.fields.guests if change.before else ()
    if invited := [clean(guest) for guest in block.fields.guests if guest not in known]:
        say = words(frame.language)
        remarks = (*remarks, say.say("invites", people=say.some(invited)))
    yield _Draft(block.fields, state, block.key, block.rule, change.calendar, remarks, why, light)


def _texts(reasons: Mapping[str, Sequence[str]], key: str) -> tuple[str, ...]:
    return tuple(clean(text) for text in reasons.get(key, ()))


def _free(fields: EventFields, frame: Frame) -> tuple[bool, tuple[str, ...]]:
    """Whether a block takes no time, and the remark that says so."""
    light = fields.show_as is ShowAs.FREE
    return light, (words(frame.language).say("free"),) if light else ()


def _when(fields: EventFields, frame: Frame) -> str:
    return words(frame.language).span(local(fields.start, frame.zone), local(fields.end, frame.zone))


def _real(plan: Plan, events: Sequence[Event], say: Words) -> Iterator[_Draft]:
    titles = rule_titles(plan)
    guarded: dict[tuple[str, str, object], list[str]] = {}
    for violation in plan.violations:
        guarded.setdefault(_identity(violation.event), []).append(titles.get(violation.rule, violation.rule))
    for event in events:
        if is_own(event) or event.status is Status.CANCELLED:
            continue
        broken = guarded.get(_identity(event), [])
        remarks = []
        if event.response is not None and event.response is not Response.ACCEPTED:
            remarks.append(say.say(event.response.value))
        elif event.status is Status.TENTATIVE:
            remarks.append(say.say("tentative"))
        if event.fields.show_as is ShowAs.FREE:
            remarks.append(say.say("free"))
        yield _Draft(
            event.fields,
            State.VIOLATES if broken else State.EVENT,
            calendar=event.calendar,
            remarks=tuple(remarks),
            reasons=tuple(say.say("lands-in", title=title) for title in broken),
            light=event.response is Response.DECLINED or event.fields.show_as is ShowAs.FREE,
        )


def _identity(event: Event) -> tuple[str, str, object]:
    return event.calendar, event.uid, event.recurrence_id


def tones_of(rules: Iterable[str]) -> dict[str, int]:
    """The number of the colour of each rule: from a hash of its id, the next free one where two would share it.

    So a rule keeps its colour from week to week; with more rules than colours, colours are shared.
    """
    tones: dict[str, int] = {}
    for rule in sorted(set(rules)):
        wish = zlib.crc32(rule.encode()) % TONES
        free = set(range(TONES)) - set(tones.values())
        tones[rule] = next(((wish + n) % TONES for n in range(TONES) if (wish + n) % TONES in free), wish)
    return tones


# ---------------------------------------------------------------- totals and notes


def _totals(items: Sequence[Item], titles: Mapping[str, str], say: Words) -> tuple[Total, ...]:
    by_rule: dict[str, list[Item]] = {}
    for item in items:
        if item.rule or not item.light:
            by_rule.setdefault(item.rule, []).append(item)
    totals = []
    for rule, found in by_rule.items():
        present = [item for item in found if item.state not in ABSENT_STATES]
        states = {state: sum(item.state is state for item in found) for state in State}
        first = found[0]
        title = titles.get(rule, first.title) if rule else say.say("real-events")
        minutes = sum(
            elapsed(item.start, item.end)
            for item in present
            if isinstance(item.start, datetime) and isinstance(item.end, datetime)
        )
        totals.append(Total(rule, title, first.tone, len(present), minutes, states, first.guard))
    return tuple(sorted(totals, key=lambda total: (not total.rule, total.guard, -total.minutes, total.title)))


def _notes(plan: Plan, weeks: Sequence[Week], zone: ZoneInfo, say: Words) -> tuple[str, ...]:
    notes = []
    for day in (column.day for each in weeks for column in each.days):
        shift = clock_shift(day, zone)
        if shift:
            by = duration(abs(shift))
            notes.append(say.say("forward" if shift > 0 else "back", by=by, day=say.long_day(day)))
    if plan.deleted_by_hand:
        notes.append(say.say("hand-deleted", keys=clean(say.some(plan.deleted_by_hand))))
    return tuple(notes)
