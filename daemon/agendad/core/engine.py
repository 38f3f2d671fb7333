"""The pure middle of a cycle: rules and what stands in the calendar, to the blocks that should stand.

    triggers ─▶ windows ─▶ wishes ─▶ placement ─▶ outcome
    occurrences  requests   less what    pieces      dressed as events
                            stands firm

Rules that depend on blocks of other rules (`after: {rule: ...}`) are expanded and placed after those, and breaks
(`after: {busy: ...}`) when the day is known. Occurrences of drafts need no place; `followups.py` judges them. Called by
`app/cycle.py`; `reconcile.py` compares the result with the calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, TypeGuard

from agendad.core import windows
from agendad.core.company import Company, Past
from agendad.core.followups import Followups, letter_of, may_draft
from agendad.core.guards import Guard, one_an_event, violations
from agendad.core.levels import levels, needs, selectors_of, stands_alone
from agendad.core.outcome import Decision, Outcome
from agendad.core.placement import place
from agendad.core.problem import Problem, Solution
from agendad.core.selectors import names_absence, rules_named
from agendad.core.signals import reading
from agendad.core.situation import Situation, Survey, horizon_days
from agendad.core.standing import Stood, family
from agendad.core.timeline import from_minutes, midnights, span, to_minutes, union, wall
from agendad.core.triggers import (
    Left,
    Occurrence,
    busy_occurrences,
    calendar_occurrences,
    event_occurrences,
    event_suffix,
    identity,
    lives,
    state_occurrences,
)
from agendad.core.wholedays import Laid, whole_days
from agendad.core.wishes import Passed, Present, Stays, Wish, answers, decided
from agendad.model.calendar import Response, ShowAs
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import After, AfterBusy, Before, Draft, Hours, NoneIn, Placement, Protect, Share, When

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agendad.core.dress import Render
    from agendad.core.guards import Timed
    from agendad.core.problem import Busy, Request, Stretch
    from agendad.core.signals import Reading
    from agendad.core.situation import Local
    from agendad.core.windows import Frame
    from agendad.core.wishes import Answer
    from agendad.model.calendar import Event
    from agendad.model.plan import Violation
    from agendad.model.rule import Rule, Selector

__all__ = ["Decision", "Situation", "decide", "horizon_days"]

Placer = Callable[[Problem], Solution]


def decide(situation: Situation, render: Render, placer: Placer = place) -> Decision:
    """The blocks that the rules want. Pure: the same situation gives the same decision.

    `render` fills the expressions of titles and notes; `placer` is `place` or `place_exact`. When nothing has happened
    since the cycle before, and no moment has come that matters, its decision stands.
    """
    if (before := _before(situation)) is not None:
        return before
    cycle = _Cycle(situation, render)
    turns = levels(situation.rules)
    breaks = (number for number, rules in enumerate(turns) if any(isinstance(r.trigger, AfterBusy) for r in rules))
    last = next(breaks, len(turns)) - 1
    for number, rules in enumerate(turns):
        cycle.run(rules, placer, more=number < last)
    decision = cycle.decision()
    situation.realities.decided = situation, decision
    return decision


def _before(situation: Situation) -> Decision | None:
    """The decision of the cycle before, if it is also that of this one."""
    if situation.realities.decided is None:
        return None
    earlier, decision = situation.realities.decided
    in_time = earlier.now <= situation.now and to_minutes(situation.now, up=True) < to_minutes(decision.until)
    return decision if in_time and replace(earlier, now=situation.now) == situation else None


class _Cycle:
    """One decision being made; lives for one call of `decide`."""

    def __init__(self, situation: Situation, render: Render) -> None:
        self.survey = Survey(situation)
        hands, zone = situation.hands, self.survey.zone
        self.stood = situation.realities.once("stood", (hands, zone), lambda: Stood(hands, zone))
        self.outcome = Outcome(self.survey, self.stood, render)
        self.guards: list[Guard] = []
        self.followups = Followups(self.survey)
        past = Past(self.stood, situation.mailbox, self.survey.reality.book, self.survey.zone)
        self._company = Company(situation.people, self.survey.reality.contacts, past)
        self._episodes: dict[str, date] = {}
        self._open: list[Wish] = []
        self._drafting = {rule.id for rule in situation.rules if may_draft(rule)}
        self._matches: dict[int, list[tuple[date, date, Event]]] = {}
        rules = [rule for rule in situation.rules if rule.enabled]
        self._looked_at = frozenset().union(*map(needs, rules))
        self._alone = {rule.id: self._expand(rule) for rule in rules if stands_alone(rule)}
        for each in list(self.stood.firm(rules, self._wanted(rules))):
            self.outcome.hold(each)
        firm = self._busy()
        self.present = Present(
            clock=self.survey.clock,
            today=self.survey.today,
            settle=self.survey.settings.settle,
            firm=firm,
            firm_time=union((busy.start, busy.end) for busy in firm),
            memo=self.survey.memo,
        )

    def run(self, rules: Sequence[Rule], placer: Placer, *, more: bool) -> None:
        """Expands and places the rules of one level.

        With `more` levels to come before the breaks, flexible blocks at which no rule looks are placed again with the
        next one: a stronger block may be in it.
        """
        wishes = [
            answer
            for rule in rules
            for occurrence in (self._alone[rule.id] if rule.id in self._alone else self._expand(rule))
            for answer in self._answers(occurrence)
            if self._to_place(answer)
        ]
        if wishes or (self._open and not more):
            self._place([*self._open, *wishes], placer, more=more)

    def _to_place(self, answer: Answer | Laid | Left | Occurrence) -> TypeGuard[Wish]:
        """Takes note of an answer that needs no place; true for one that does."""
        match answer:
            case Stays():
                self.outcome.stays(answer)
            case Laid():
                self.outcome.laid(answer)
            case Passed():
                self.outcome.passed(answer)
            case Left():
                self.outcome.left(answer)
            case Occurrence():
                self.followups.add([answer])
        return isinstance(answer, Wish)

    def decision(self) -> Decision:
        """The decision, in the order of time."""
        found = violations(self.guards, self.survey.reality.meetings, self.survey.clock)
        self.followups.add(self._replies(found))
        made = self.outcome.decision(found, self.followups.drafts())
        guarded = union(guard.stretch for guard in self.guards)
        return replace(made, episodes=self._episodes, guarded=guarded)

    def _place(self, wishes: Sequence[Wish], placer: Placer, *, more: bool) -> None:
        self._open = [wish for wish in wishes if more and self._stays_open(wish)]
        solution = placer(self._problem(wishes))
        while (left := self._left_to_place(wishes, solution, more=more)) != wishes:
            wishes = left
            solution = placer(self._problem(wishes))
        for wish in wishes:
            if more and self._stays_open(wish):
                continue
            for piece in self.outcome.placed(wish, solution):
                if isinstance(wish.occurrence.verb, Protect) and not wish.request.fixed:
                    self._guard(wish.occurrence, piece)

    def _left_to_place(self, wishes: Sequence[Wish], solution: Solution, *, more: bool) -> Sequence[Wish]:
        """The same wishes when the solution is good; else those for another one.

        A block that has no place and that the person changed stays where it is: the others have to mind it.
        """
        freed = [_freed(wish, solution) for wish in wishes]
        if freed != wishes:
            return freed
        kept = [
            wish
            for wish in wishes
            if not solution.placed.get(wish.request.key)
            and any(map(self.outcome.stays_by_hand, wish.standing))
            and not (more and self._stays_open(wish))
        ]
        for wish in kept:
            self.outcome.placed(wish, solution)
        return [wish for wish in wishes if wish not in kept]

    def _stays_open(self, wish: Wish) -> bool:
        """Whether where a block stands means nothing to other rules."""
        return not (wish.request.fixed or wish.occurrence.rule.id in self._looked_at)

    def _problem(self, wishes: Sequence[Wish]) -> Problem:
        return Problem(
            busy=self._busy(),
            requests=tuple(self.outcome.narrowed(wish.request) for wish in wishes),
            days=midnights(self.survey.today - timedelta(days=1), len(self.survey.days) + 1, self.survey.zone),
            grid=self.survey.settings.grid,
        )

    def _busy(self) -> tuple[Busy, ...]:
        """The time of real events, and of own blocks that are not up for discussion any more."""
        busy = [*self.survey.reality.busy, *self.outcome.held]
        return tuple(sorted(busy, key=attrgetter("start", "end", "title")))

    # ------------------------------------------------------------ rules to occurrences

    def _expand(self, rule: Rule) -> list[Occurrence | Left]:
        local = self.survey.local(rule.timezone)
        return self._company.of(rule, self._fire(rule, local), local.frame, local.matcher)

    def _fire(self, rule: Rule, local: Local) -> Sequence[Occurrence | Left]:
        match rule.trigger:
            case After(selector=selector) | Before(selector=selector):
                return self._set_off(rule, selector, local)
            case AfterBusy():
                return busy_occurrences(rule, self._tiring_time(), local.frame.scope)
            case When(state=state):
                return self._of_state(rule, state, local)
        return calendar_occurrences(rule, local.frame.scope)

    def _set_off(self, rule: Rule, selector: Selector, local: Local) -> Sequence[Occurrence | Left]:
        """What events set off: real ones, and if the rule names them our own blocks, drafts and declared absences."""
        scope, matcher = local.frame.scope, local.matcher
        real = self.survey.reality.selected(selector, rule.timezone, self.survey.clock.now - lives(rule))
        named, away = rules_named(selector), names_absence(selector)
        if not (named or away):
            scope.memo.hold(rule)
            return scope.memo.timely(
                rule, "set off", real, scope.clock, lambda: event_occurrences(rule, real, (), matcher, scope)
            )
        own = self.outcome.own.in_time(rule.timezone) if named else ()
        drafts = self.followups.events() if named & self._drafting else ()
        declared = self.survey.reality.declared if away else ()
        others = ((span(event.fields.start, event.fields.end, rule.timezone), event) for event in (*drafts, *declared))
        return event_occurrences(rule, real, (*own, *others), matcher, scope)

    def _of_state(self, rule: Rule, state: NoneIn | Share | Hours, local: Local) -> list[Occurrence | Left]:
        """A `when:` rule fires while its state holds. The day on which the episode began is remembered."""
        scope, rule_id = local.frame.scope, identity(rule)
        measured = self._reading(rule, state, local)
        if not measured.holds:
            return []
        began = self.survey.situation.episodes.get(rule_id) or measured.since or scope.today
        self._episodes[rule_id] = began
        return state_occurrences(rule, began, measured.facts(state), scope)

    def _reading(self, rule: Rule, state: NoneIn | Share | Hours, local: Local) -> Reading:
        """The state now; one of real events alone stays until one comes or goes, or the clock makes it another."""
        scope = local.frame.scope
        known_since = scope.first_day(rule).astimezone(scope.zone).date()

        def measured(events: Sequence[Timed]) -> Reading:
            return reading(state, events, local.matcher, scope.clock, scope.zone, known_since)

        real = self.survey.reality.in_time(scope.zone)
        if any(map(rules_named, selectors_of(state))):
            own = self.outcome.own.in_time(rule.timezone)
            return measured(sorted([*real, *own], key=itemgetter(0)))
        scope.memo.hold(rule)
        return scope.memo.timely(rule, "reading", real, scope.clock, lambda: (measured(real),))[0]

    def _wanted(self, rules: Sequence[Rule]) -> Callable[[str], bool]:
        """Whether a key is wanted, as far as can be told before anything is placed."""
        keys = {each.key for found in self._alone.values() for each in found if isinstance(each, Occurrence)}
        unknown = {identity(rule) for rule in rules if rule.id not in self._alone}
        return lambda key: family(key) in keys or key.partition("/")[0] in unknown

    def _tiring_time(self) -> tuple[Stretch, ...]:
        """Busy time that tires: real events and own busy blocks, without holds, whole days and other breaks."""
        tiring = {
            rule.id
            for rule in self.survey.situation.rules
            if not isinstance(rule.verb, Protect) and not isinstance(rule.trigger, AfterBusy)
        }
        own = (
            taken
            for taken, event in self.outcome.own.in_time(self.survey.zone)
            if event.mark is not None
            and event.mark.rule in tiring
            and not event.fields.all_day
            and event.fields.show_as is ShowAs.BUSY
        )
        return union([*own, *self.survey.reality.tiring])

    # ------------------------------------------------------------ occurrences to answers

    def _answers(self, occurrence: Occurrence | Left) -> Sequence[Answer | Laid | Left | Occurrence]:
        """What becomes of an occurrence; one that asks for a mail stays itself."""
        if isinstance(occurrence, Left):
            return [occurrence]
        if (event := self._satisfied(occurrence)) is not None:
            start = event.fields.start
            day = start.astimezone(occurrence.rule.timezone).date() if isinstance(start, datetime) else start
            facts = {"event": event.fields.title, "day": day.isoformat()}
            return [Passed(occurrence, occurrence.key, Reason(ReasonCode.SATISFIED, facts), whole=True)]
        if isinstance(occurrence.verb, Draft):
            return [occurrence]
        if (reason := self._contacted(occurrence)) is not None:
            return [Passed(occurrence, occurrence.key, reason, whole=True)]
        frame = self.survey.local(occurrence.rule.timezone).frame
        if occurrence.placement.lasts is not None and occurrence.placement.lasts.days:
            return whole_days(occurrence, frame, self.survey.reality.busy_time, self.stood, self.present)
        if isinstance(occurrence.verb, Protect):
            return self._guarded(occurrence, occurrence.verb, frame)
        return self._asked(occurrence, frame)

    def _asked(self, occurrence: Occurrence, frame: Frame) -> Sequence[Answer]:
        """What becomes of the requests of an occurrence; of one block it is known until something changes there."""

        def answer() -> Sequence[Answer]:
            return answers(occurrence, windows.requests(occurrence, frame), self.stood, self.present)

        if not windows.is_one(occurrence):
            return answer()
        if (known := decided(occurrence, occurrence.key, self.stood)) is not None:
            return known  # where it could stand does not matter any more
        block = self.stood.blocks.get(occurrence.key)
        stands = block.event if block is not None else None
        return self.survey.memo.timely(occurrence, "answers", stands, self.survey.clock, answer)

    def _guarded(self, occurrence: Occurrence, verb: Protect, frame: Frame) -> Sequence[Answer]:
        """The holds of a guard: of its own times, or of what is left of a day with too many meetings."""
        if verb.meetings_above is None:
            for request in windows.requests(occurrence, frame):
                self._guard_window(occurrence, request)
            return self._asked(occurrence, frame)
        day = (occurrence.first, occurrence.end)
        if self.survey.reality.meetings.minutes(span(*day, occurrence.rule.timezone)) <= verb.meetings_above:
            return []
        capped = replace(occurrence, why=Reason(ReasonCode.LOAD_CAP, {"above": str(verb.meetings_above)}))
        return answers(capped, windows.cap_requests(occurrence, frame), self.stood, self.present)

    def _contacted(self, occurrence: Occurrence) -> Reason | None:
        """Whether the person of a `for_each:` block was contacted in its period already, before its day.

        A day that the rule names is no period: a mail in the morning does not replace the meeting of the afternoon. Nor
        does a contact of another kind than the one that the rule says.
        """
        rule = occurrence.rule
        if rule.for_each is None or occurrence.event is not None or occurrence.one_day:
            return None
        if occurrence.placement.satisfied_by:
            return None
        if any(block.key in self.stood.hands.begun for block in self.stood.family(occurrence.key)):
            return None  # its own block may be the contact
        zone, person = occurrence.rule.timezone, occurrence.people[0]
        begins = to_minutes(wall(occurrence.begins or occurrence.first, 0, zone))
        day = to_minutes(wall(occurrence.first, 0, zone))
        contact = self.survey.contact(person, begins, day)
        if contact is None:
            return None
        facts = {"person": person.name or person.id, "day": from_minutes(contact.at, zone).date().isoformat()}
        return Reason(ReasonCode.CONTACTED, facts)

    def _satisfied(self, occurrence: Occurrence) -> Event | None:
        """The first event of the person's own that replaces the occurrence; of `for_each:`, one with its person."""
        selector = occurrence.placement.satisfied_by
        if selector is None:
            return None
        if id(selector) not in self._matches:
            self._matches[id(selector)] = list(self._matching(occurrence.rule, selector))
        begins = occurrence.begins or occurrence.first
        return next(
            (
                event
                for first, last, event in self._matches[id(selector)]
                if first < occurrence.end and last >= begins and self._is_with(occurrence, event)
            ),
            None,
        )

    def _is_with(self, occurrence: Occurrence, event: Event) -> bool:
        """Whether an event is with the person of a `for_each:`; of any other rule it need not be."""
        if occurrence.rule.for_each is None:
            return True
        person = occurrence.people[0]
        others = self.survey.local(occurrence.rule.timezone).matcher.others(event)
        return not others.isdisjoint(person.emails) or (event.mark is not None and person.id in event.mark.people)

    def _matching(self, rule: Rule, selector: Selector) -> Iterator[tuple[date, date, Event]]:
        """The events that a selector selects, each with its first and last day; one of some hours is on its first."""
        real = [event for _, event in self.survey.reality.selected(selector, rule.timezone)]
        matcher = self.survey.local(rule.timezone).matcher
        blocks = self.outcome.own.events() if rules_named(selector) else ()
        for event in (*real, *(block for block in blocks if matcher.matches(selector, block))):
            start, end = event.fields.start, event.fields.end
            if isinstance(start, datetime):
                first = last = start.astimezone(rule.timezone).date()
            else:
                first, last = start, date.fromordinal(end.toordinal() - 1)
            yield first, last, event

    # ------------------------------------------------------------ protected windows

    def _guard_window(self, occurrence: Occurrence, request: Request) -> None:
        """A hold guards the time that its rule gives; one that the person moved, its own; a deleted one, none."""
        hands = self.stood.hands
        if request.key in hands.deleted:
            return
        if "time" in hands.changed.get(request.key, ()):
            self._guard(occurrence, self.stood.blocks[request.key].stretch)
        elif request.fixed:
            self._guard(occurrence, request.windows[0])

    def _replies(self, found: Sequence[Violation]) -> Iterator[Occurrence]:
        """The drafted answer to each invitation in protected time; none once the person has accepted it.

        Of several guards one answers: the one that has begun to, else the strongest, then the smaller id.
        """
        rules = {rule.id: rule for rule in self.survey.situation.rules if letter_of(rule.verb) is not None}
        mailbox = self.survey.situation.mailbox

        def rank(violation: Violation) -> tuple[bool, int, str]:
            rule = rules[violation.rule]
            key = f"{identity(rule)}/{event_suffix(violation.event)}"
            return key not in mailbox.made and key not in mailbox.gone, rule.placement.priority, rule.id

        open_ones = (each for each in found if each.rule in rules and each.event.response is not Response.ACCEPTED)
        for violation in one_an_event(open_ones, rank):
            rule, event = rules[violation.rule], violation.event
            start, _ = span(event.fields.start, event.fields.end, rule.timezone)
            self.survey.clock.runs()
            now = self.survey.clock.now
            day = from_minutes(now, rule.timezone).date()
            yield Occurrence(
                rule,
                f"{identity(rule)}/{event_suffix(event)}",
                day,
                day + timedelta(days=1),
                Reason(ReasonCode.INVITATION, {"event": event.fields.title}),
                rule.verb,
                Placement(),
                rule.look,
                moment=(now, max(start, now)),
                event=event,
            )

    def _guard(self, occurrence: Occurrence, stretch: Stretch) -> None:
        matcher = self.survey.local(occurrence.rule.timezone).matcher
        self.guards.append(Guard(occurrence.rule, occurrence.verb, stretch, matcher))


def _freed(wish: Wish, solution: Solution) -> Wish:
    """A block that was to stay where it stands, shortened, and cannot: it may go anywhere now."""
    if wish.otherwise is None or solution.placed.get(wish.request.key) == wish.request.stands:
        return wish
    return replace(wish, request=wish.otherwise, otherwise=None, shortened=None)
