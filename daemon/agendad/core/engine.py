"""The pure middle of a cycle: rules and what stands in the calendar, to the blocks that should stand.

    expand triggers ─▶ what stands and may not move ─▶ place ─▶ dress as events

Rules that depend on blocks of other rules (`after: {rule: ...}`) are expanded and placed after those, and breaks
(`after: {busy: ...}`) last, when the day is known. Called by `app/cycle.py`; `reconcile.py` compares the result with
the calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.core import triggers, wholedays, windows
from agendad.core.absence import absent_days, busy_time
from agendad.core.dress import auto_show_as, dress
from agendad.core.guards import meeting_minutes, violations
from agendad.core.hands import Hands
from agendad.core.placement import place
from agendad.core.problem import Busy, Problem, Request, Solution
from agendad.core.reconcile import deleted_reason
from agendad.core.selectors import Matcher, address_book, rules_named
from agendad.core.standing import Hold, Standing, families, family, name_pieces
from agendad.core.timeline import from_minutes, midnights, overlaps, to_minutes, union, wall
from agendad.core.triggers import Left, Occurrence, Scope, busy_occurrences, calendar_occurrences, event_occurrences
from agendad.model.calendar import Event, Mark, ShowAs
from agendad.model.identity import is_own, uid
from agendad.model.plan import DesiredBlock, Skipped, Violation
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import After, AfterBusy, Before, Protect, TimeWindow, Yield

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.problem import Minutes, Stretch
    from agendad.model.memory import Gone
    from agendad.model.rule import Rule
    from agendad.model.settings import People, Settings

Render = Callable[[str, "Mapping[str, object]"], str]
Placer = Callable[[Problem], Solution]

_WORKWEEK = dict.fromkeys(range(5), (TimeWindow(9 * 60, 18 * 60),))


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision rests on.

    now        in the zone of the settings
    events     of all calendars, own and foreign, from before the longest look-back to after the horizon
    hands      what stands of our own, and what the person did to it
    first_days the moment of the first cycle that knew a rule, by the id its keys are made of
    absences   declared ones, both ends included
    """

    rules: tuple[Rule, ...]
    settings: Settings
    people: People
    now: datetime
    events: tuple[Event, ...]
    hands: Hands = field(default_factory=Hands)
    first_days: Mapping[str, datetime] = field(default_factory=dict)
    absences: tuple[tuple[date, date], ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What should stand from now to the end of the horizon, and what should not, each with its reasons.

    `given_up` are keys of flexible blocks that stood, met a real event, and whose rule says `yield: skip`: they are to
    be remembered as gone, since the next cycle would find them another place.
    """

    desired: tuple[DesiredBlock, ...]
    skipped: tuple[Skipped, ...]
    violations: tuple[Violation, ...]
    horizon: datetime
    given_up: frozenset[str] = frozenset()


def horizon_days(settings: Settings, now: datetime) -> tuple[date, date]:
    """Today and the first day after the horizon, in the zone of the settings."""
    today = now.astimezone(settings.timezone).date()
    return today, today + timedelta(days=settings.horizon_days)


def decide(situation: Situation, render: Render, placer: Placer = place) -> Decision:
    """The blocks that the rules want. Pure: the same situation gives the same decision.

    `render` fills the expressions of titles and notes; `placer` is `place` or `place_exact`.
    """
    cycle = _Cycle(situation, render, placer)
    for rules in _levels(situation.rules):
        cycle.run(rules)
    return cycle.decision()


def _levels(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Rules in the order in which they can be placed; members of a circle go last, together."""
    waiting = sorted((rule for rule in rules if rule.enabled), key=lambda rule: rule.id)
    breaks = [rule for rule in waiting if isinstance(rule.trigger, AfterBusy)]
    waiting = [rule for rule in waiting if not isinstance(rule.trigger, AfterBusy)]
    levels: list[list[Rule]] = []
    while waiting:
        open_ids = {rule.id for rule in waiting}
        ready = [rule for rule in waiting if not (_needs(rule) - {rule.id}) & open_ids] or waiting
        levels.append(ready)
        waiting = [rule for rule in waiting if rule not in ready]
    return [*levels, breaks] if breaks else levels


def _needs(rule: Rule) -> frozenset[str]:
    named = rule.trigger.selector if isinstance(rule.trigger, After | Before) else None
    satisfied = rule.placement.satisfied_by
    return frozenset().union(*(rules_named(selector) for selector in (named, satisfied) if selector is not None))


@dataclass(slots=True)
class _Wish:
    """A request on its way through the placer, with what is needed to dress its answer."""

    occurrence: Occurrence
    request: Request
    standing: list[Standing]
    taken: frozenset[str]


class _Cycle:
    """One decision being made; lives for one call of `decide`."""

    def __init__(self, situation: Situation, render: Render, placer: Placer) -> None:
        self.situation = situation
        self.render = render
        self.placer = placer
        settings = situation.settings
        zone = settings.timezone
        self.today, self.horizon = horizon_days(settings, situation.now)
        self.now = to_minutes(situation.now, up=True)
        self.end = to_minutes(wall(self.horizon, 0, zone))
        self.foreign = tuple(event for event in situation.events if not is_own(event))
        self.real = busy_time(self.foreign, settings)
        self.real_time = union((busy.start, busy.end) for busy in self.real)
        self.absent = absent_days(self.foreign, settings, situation.absences)
        self.book = address_book(situation.people)
        self.hands = situation.hands
        self.standing = {
            key: Standing(event, key, triggers.span(event, zone)) for key, event in self.hands.standing.items()
        }
        self.families = families(self.standing)
        self.held: list[Busy] = []  # own blocks that are no longer up for discussion
        self.placed: dict[str, tuple[Occurrence, Request]] = {}
        self.desired: dict[str, DesiredBlock] = {}
        self.skipped: list[Skipped] = []
        self.given_up: set[str] = set()
        self.guards: list[tuple[Occurrence, Stretch]] = []
        self._hold_what_cannot_move()

    # ------------------------------------------------------------ what stands

    def _hold_what_cannot_move(self) -> None:
        """Blocks in progress, and blocks that the person moved, hold their time whoever wants it."""
        overlapping = {rule.id for rule in self.situation.rules if rule.placement.may_overlap_blocks}
        living = {rule.id for rule in self.situation.rules if rule.enabled}
        firm = dict(self.hands.begun) | dict(self.hands.pinned)
        for key, event in self.hands.standing.items():
            if key in self.hands.changed and event.mark and event.mark.rule not in living:
                firm[key] = event
        for event in (*firm.values(), *self.hands.copies):
            start, end = triggers.span(event, self.situation.settings.timezone)
            rule = event.mark.rule if event.mark else ""
            if not event.fields.all_day and end > self.now and rule not in overlapping:
                self.held.append(Busy(start, end, event.fields.title, own=True))

    # ------------------------------------------------------------ one level of rules

    def run(self, rules: Sequence[Rule]) -> None:
        """Expands and places the rules of one level."""
        wishes: list[_Wish] = []
        for rule in rules:
            for occurrence in self._occurrences(rule):
                wishes.extend(self._wishes(occurrence))
        if not wishes:
            return
        zone = self.situation.settings.timezone
        days = (self.horizon - self.today).days
        problem = Problem(
            busy=tuple(sorted([*self.real, *self.held], key=lambda busy: (busy.start, busy.end, busy.title))),
            requests=tuple(wish.request for wish in wishes),
            days=midnights(self.today - timedelta(days=1), days + 9, zone),
            grid=self.situation.settings.grid,
        )
        solution = self.placer(problem)
        for wish in wishes:
            self._absorb(wish, solution)

    def _occurrences(self, rule: Rule) -> list[Occurrence]:
        scope = self._scope(rule)
        matcher = self._matcher(rule)
        if isinstance(rule.trigger, AfterBusy):
            days = [self.today + timedelta(days=n) for n in range((self.horizon - self.today).days)]
            return busy_occurrences(rule, self._taken_time(), days, scope)
        if isinstance(rule.trigger, After | Before):
            events = self.foreign
            if rules_named(rule.trigger.selector):
                events = (*events, *self._own_events())
            return event_occurrences(rule, events, matcher, scope)
        found, left = calendar_occurrences(rule, scope)
        self._leave(left)
        return found

    def _leave(self, left: Iterable[Left]) -> None:
        for each in left:
            self.skipped.append(Skipped(each.key, each.rule.id, (each.why,), each.day))

    def _matcher(self, rule: Rule) -> Matcher:
        return Matcher(self.situation.settings.me, self.book, rule.timezone)

    def _scope(self, rule: Rule) -> Scope:
        given = self.situation
        return Scope(given.now, self.today, self.horizon, rule.timezone, given.holidays, self.absent, given.first_days)

    def _frame(self, occurrence: Occurrence) -> windows.Frame:
        hours = self.situation.settings.working_hours or _WORKWEEK
        return windows.Frame(self._scope(occurrence.rule), hours, self.now, self.end)

    def _own_events(self) -> list[Event]:
        """Own blocks as events: those of the past as they stand, the others as they are wanted."""
        found = {key: event for key, event in self.hands.begun.items() if key not in self.desired}
        write = self.situation.settings.calendar.write
        for key, block in self.desired.items():
            found[key] = Event(write, uid(key), block.fields, mark=Mark(block.rule, key, ""))
        return [found[key] for key in sorted(found)]

    def _taken_time(self) -> tuple[Stretch, ...]:
        """Busy time that tires: real events and own busy blocks, without holds, whole days and breaks."""
        tiring = {
            rule.id
            for rule in self.situation.rules
            if not isinstance(rule.verb, Protect) and not isinstance(rule.trigger, AfterBusy)
        }
        zone = self.situation.settings.timezone
        own = [
            triggers.span(event, zone)
            for event in self._own_events()
            if event.mark
            and event.mark.rule in tiring
            and not event.fields.all_day
            and event.fields.show_as is ShowAs.BUSY
        ]
        whole_days = {triggers.span(event, zone) for event in self.foreign if event.fields.all_day}
        real = [(busy.start, busy.end) for busy in self.real]
        return union([*own, *(stretch for stretch in real if stretch not in whole_days)])

    # ------------------------------------------------------------ occurrence to wishes

    def _wishes(self, occurrence: Occurrence) -> list[_Wish]:
        if (by := self._satisfied(occurrence)) is not None:
            self._skip(occurrence, occurrence.key, Reason(ReasonCode.SATISFIED, {"title": by.fields.title}))
            return []
        frame = self._frame(occurrence)
        if occurrence.placement.lasts is not None and occurrence.placement.lasts.days:
            self._whole_days(occurrence, frame)
            return []
        verb = occurrence.verb
        if isinstance(verb, Protect) and verb.meetings_above is not None:
            if meeting_minutes(occurrence, self.foreign, self._matcher(occurrence.rule)) <= verb.meetings_above:
                return []
            requests = windows.cap_requests(occurrence, frame)
            occurrence = replace(occurrence, why=Reason(ReasonCode.LOAD_CAP, {"above": str(verb.meetings_above)}))
        else:
            requests = windows.requests(occurrence, frame)
            if isinstance(verb, Protect):
                self.guards.extend((occurrence, r.windows[0]) for r in requests if r.fixed)
        count = len(requests)
        return [wish for request in requests for wish in self._wish(occurrence, request, count)]

    def _satisfied(self, occurrence: Occurrence) -> Event | None:
        selector = occurrence.placement.satisfied_by
        if selector is None:
            return None
        matcher = self._matcher(occurrence.rule)
        for event in (*self.foreign, *(self._own_events() if rules_named(selector) else ())):
            start = event.fields.start
            day = start.astimezone(occurrence.rule.timezone).date() if isinstance(start, datetime) else start
            if occurrence.first <= day < occurrence.end and matcher.matches(selector, event):
                return event
        return None

    def _wish(self, occurrence: Occurrence, request: Request, count: int) -> list[_Wish]:
        """The request less what stands and may not move, or nothing when there is nothing left to place."""
        if request.pieces is not None or (request.fixed and request.yields is Yield.SPLIT):
            return self._wish_in_pieces(occurrence, request, count)
        key = request.key
        if key in self.hands.deleted:
            self._skip(occurrence, key, deleted_reason(self.hands.deleted[key]))
            return []
        if key in self.hands.done:
            return []
        block = self.standing.get(key)
        if block is None:
            if not request.windows or (request.fixed and request.windows[0][0] < self.now):
                self._no_window(occurrence, request)
                return []
            return [_Wish(occurrence, request, [], frozenset())]
        match self._firmness(occurrence, block):
            case Hold.PINNED:
                self._keep(occurrence, block, Reason(ReasonCode.PINNED))
                return []
            case Hold.SETTLED if (block.stretch,) != request.windows:
                self._keep(occurrence, block, Reason(ReasonCode.SETTLED))
                return []
        return [_Wish(occurrence, replace(request, stands=(block.stretch,)), [block], frozenset())]

    def _wish_in_pieces(self, occurrence: Occurrence, request: Request, count: int) -> list[_Wish]:
        base = family(occurrence.key)
        others = {f"{base}#{n}" for n in range(2, count + 1)} | {base}
        mine = [block for block in self.families.get(base, []) if block.key == request.key or block.key not in others]
        firm: list[Standing] = []
        loose: list[Standing] = []
        for block in mine:
            state = self._firmness(occurrence, block)
            if state is Hold.OPEN or (request.fixed and state is Hold.SETTLED):
                loose.append(block)
                continue
            firm.append(block)
            if state is not Hold.BEGUN:
                code = ReasonCode.PINNED if state is Hold.PINNED else ReasonCode.SETTLED
                self._keep(occurrence, block, Reason(code))
        deleted = sorted(key for key in self.hands.deleted if family(key) == base)
        if not mine and request.key in deleted:
            self._skip(occurrence, request.key, deleted_reason(self.hands.deleted[request.key]))
            return []
        least_piece = request.pieces.least if request.pieces else request.least
        gone = [_gone_at(self.hands.deleted[key], least_piece) for key in deleted]
        done = sum(block.length for block in firm) + sum(end - start for start, end in gone)
        request = _less(request, [*(b.stretch for b in firm), *gone], done, self.now)
        taken = frozenset(deleted) | {block.key for block in firm} | (others - {request.key})
        if not request.windows:
            if not firm and not deleted:
                self._no_window(occurrence, request)
            return []
        return [_Wish(occurrence, replace(request, stands=tuple(b.stretch for b in loose)), loose, taken)]

    def _firmness(self, occurrence: Occurrence, block: Standing) -> Hold:
        """Whether a block that stands is up for discussion."""
        if block.key in self.hands.begun:
            return Hold.BEGUN
        if block.key in self.hands.pinned:
            return Hold.PINNED
        settle = occurrence.placement.settle
        soon = block.stretch[0] - self.now < (self.situation.settings.settle if settle is None else settle)
        return Hold.SETTLED if soon and not overlaps((block.stretch,), self.real_time) else Hold.OPEN

    def _whole_days(self, occurrence: Occurrence, frame: windows.Frame) -> None:
        key = occurrence.key
        if key in self.hands.deleted:
            self._skip(occurrence, key, deleted_reason(self.hands.deleted[key]))
            return
        if key in self.hands.done:
            return
        block = self.standing.get(key)
        if block is not None:
            state = self._firmness(occurrence, block)
            if state is not Hold.OPEN:
                code = ReasonCode.PINNED if state is Hold.PINNED else ReasonCode.SETTLED
                self._keep(occurrence, block, Reason(code))
                return
        stands = None if block is None or isinstance(block.event.fields.start, datetime) else block.event.fields.start
        first = wholedays.place_days(occurrence, frame, self.real_time, stands)
        if first is None:
            self._skip(occurrence, key, Reason(ReasonCode.NO_WINDOW))
            return
        length = occurrence.placement.lasts.days if occurrence.placement.lasts else 1
        reason = Reason(ReasonCode.KEPT if first == stands else ReasonCode.PLACED_FREE)
        self._want(occurrence, key, (first, first + timedelta(days=length)), (reason,))

    # ------------------------------------------------------------ answers

    def _absorb(self, wish: _Wish, solution: Solution) -> None:
        occurrence, request = wish.occurrence, wish.request
        pieces = solution.placed.get(request.key, ())
        if not pieces:
            self._skip(occurrence, request.key, solution.unplaced[request.key])
            if request.yields is Yield.SKIP and not request.fixed:
                self.given_up.update(block.key for block in wish.standing)
            return
        remarks = solution.remarks.get(request.key, ())
        for key, piece in name_pieces(pieces, wish.standing, request.key, wish.taken):
            zone = occurrence.rule.timezone
            self._want(occurrence, key, tuple(_moment(m, zone) for m in piece), remarks)
            self.placed[key] = (occurrence, request)
            if not request.may_overlap:
                self.held.append(Busy(*piece, self.desired[key].fields.title, own=True))

    def _want(self, occurrence: Occurrence, key: str, when: Sequence[date | datetime], why: tuple[Reason, ...]) -> None:
        fields = dress(occurrence, when[0], when[1], self.situation.settings, self.render)
        self.desired[key] = DesiredBlock(key, occurrence.rule.id, fields, (occurrence.why, *why))

    def _keep(self, occurrence: Occurrence, block: Standing, why: Reason) -> None:
        """The block stays where it stands; the rest of it follows the rule."""
        fields = block.event.fields
        self._want(occurrence, block.key, (fields.start, fields.end), (why,))
        if why.code is ReasonCode.SETTLED and not occurrence.placement.may_overlap_blocks and not fields.all_day:
            self.held.append(Busy(*block.stretch, fields.title, own=True))

    def _skip(self, occurrence: Occurrence, key: str, why: Reason) -> None:
        self.skipped.append(Skipped(key, occurrence.rule.id, (occurrence.why, why), occurrence.first))

    def _no_window(self, occurrence: Occurrence, request: Request) -> None:
        past = occurrence.end <= self.today or (request.windows and request.windows[0][0] < self.now)
        self._skip(occurrence, request.key, Reason(ReasonCode.ALREADY_PAST if past else ReasonCode.NO_WINDOW))

    # ------------------------------------------------------------ the end of the cycle

    def decision(self) -> Decision:
        """The decision, in the order of time."""
        self._show_flexible_blocks()
        zone = self.situation.settings.timezone
        guarded = [(each, stretch, self._matcher(each.rule)) for each, stretch in self.guards]
        ordered = sorted(self.desired.values(), key=lambda block: (_instant(block.fields.start, zone), block.key))
        return Decision(
            desired=tuple(ordered),
            skipped=tuple(sorted(self.skipped, key=lambda each: (each.day or self.today, each.key))),
            violations=tuple(violations(guarded, self.foreign, self.now)),
            horizon=wall(self.horizon, 0, zone),
            given_up=frozenset(self.given_up),
        )

    def _show_flexible_blocks(self) -> None:
        own = [
            (key, triggers.span(event, self.situation.settings.timezone))
            for key, event in ((event.mark.key, event) for event in self._own_events() if event.mark)
            if not event.fields.all_day
        ]
        for key, (occurrence, request) in self.placed.items():
            if occurrence.look.show_as == "auto":
                block = self.desired[key]
                taken = union([*self.real_time, *(stretch for other, stretch in own if other != key)])
                piece = next(stretch for other, stretch in own if other == key)
                shown = auto_show_as(occurrence.look, request, piece, taken, self.now)
                self.desired[key] = replace(block, fields=replace(block.fields, show_as=shown))


def _gone_at(gone: Gone, least: Minutes) -> Stretch:
    """Where a piece stood that is gone; the least it can have been, where that is not known."""
    if gone.start is None or gone.end is None:
        return 0, least
    return to_minutes(gone.start), to_minutes(gone.end, up=True)


def _less(request: Request, firm: Sequence[Stretch], done: Minutes, now: Minutes) -> Request:
    """A request in pieces, less the time that is already met, begun, or given up by hand."""
    if request.fixed:
        start, end = request.windows[0]
        start = max([start, now] if firm else [start], default=start)
        start = max([start, *(e for s, e in firm if s <= start < e)])
        if start < now or end - start < request.least:
            return replace(request, windows=())
        return replace(request, windows=((start, end),), most=end - start)
    if not done:
        return request
    least_piece = request.pieces.least if request.pieces else request.least
    most = request.most - done
    if most < least_piece:
        return replace(request, windows=())
    return replace(request, most=most, least=min(most, max(request.least - done, least_piece)))


def _moment(minute: Minutes, zone: ZoneInfo) -> datetime:
    return from_minutes(minute, zone)


def _instant(moment: date | datetime, zone: ZoneInfo) -> float:
    return (moment if isinstance(moment, datetime) else wall(moment, 0, zone)).timestamp()
