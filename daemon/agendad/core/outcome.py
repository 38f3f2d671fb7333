"""What a cycle has decided so far: the blocks it wants, the keys it passes over, the time its blocks hold.

Filled by `engine.py` group by group, so that later rules see what earlier ones placed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from agendad.core.dress import auto_show_as, dress
from agendad.core.followups import Drafts
from agendad.core.neighbours import Neighbours
from agendad.core.ownblocks import OwnBlocks
from agendad.core.problem import Busy
from agendad.core.standing import Firm, Hold, family, free_key, name_pieces
from agendad.core.timeline import from_minutes, span, union, wall
from agendad.model.calendar import Attendee, Event, Mark
from agendad.model.identity import uid
from agendad.model.plan import DesiredBlock, Skipped, Violation
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.core.dress import Render
    from agendad.core.problem import Request, Solution, Stretch
    from agendad.core.situation import Survey
    from agendad.core.standing import Standing, Stood
    from agendad.core.triggers import Left, Occurrence
    from agendad.core.wholedays import Laid
    from agendad.core.wishes import Passed, Stays, Wish
    from agendad.model.calendar import EventFields, Moment
    from agendad.model.rule import Look, Rule

_OUSTED: Final = frozenset({ReasonCode.YIELDED, ReasonCode.OUTRANKED})


@dataclass(frozen=True, slots=True)
class Decision:
    """What should stand from now to the end of the horizon, and what should not, each with its reasons.

    `given_up` are keys of flexible blocks that stood, met a real event, and whose rule says `yield: skip`: they are to
    be remembered as gone, since the next cycle would find them another place. `episodes` are those of `when:` rules
    that go on. `guarded` is the time that rules protect. Before the minute `until` a cycle decides the same,
    unless something happens, and before `wake` one has nothing to do.
    """

    desired: tuple[DesiredBlock, ...]
    skipped: tuple[Skipped, ...]
    violations: tuple[Violation, ...]
    horizon: datetime
    until: datetime
    wake: datetime
    given_up: frozenset[str] = frozenset()
    drafts: Drafts = field(default_factory=Drafts)
    episodes: Mapping[str, date] = field(default_factory=dict)
    guarded: tuple[Stretch, ...] = ()


class Outcome:
    """One decision being made."""

    def __init__(self, survey: Survey, stood: Stood, render: Render) -> None:
        self._survey = survey
        self._stood = stood
        self._render = render
        self._neighbours = Neighbours(survey.situation.rules, survey.days)
        self._held: list[Busy] = []
        self._desired: dict[str, DesiredBlock] = {}
        self._families: dict[str, set[str]] = {}
        self._auto: dict[str, tuple[Look, Request, Stretch]] = {}
        self._skipped: list[Skipped] = []
        self._given_up: set[str] = set()
        self.own = OwnBlocks(stood.hands.begun)

    # ------------------------------------------------------------ what earlier decisions mean for later ones

    @property
    def held(self) -> tuple[Busy, ...]:
        """The time of own blocks that are not up for discussion any more."""
        return tuple(self._held)

    def narrowed(self, request: Request) -> Request:
        """The request without the time that the order of blocks closes to it."""
        return self._neighbours.narrowed(request)

    # ------------------------------------------------------------ decisions

    def hold(self, firm: Firm) -> None:
        """An own event that no rule can move holds its time."""
        self._hold(firm.rule, Busy(*firm.stretch, firm.title, own=True))

    def _hold(self, rule: Rule | None, busy: Busy) -> None:
        if rule is not None:
            self._neighbours.stands(rule.id, (busy.start, busy.end))
        overlaps = rule is not None and rule.placement.may_overlap_blocks
        if not overlaps and not self._survey.clock.come(busy.end):
            self._held.append(busy)

    def stays(self, stays: Stays) -> None:
        """The block stays where it stands; the rest of it follows the rule."""
        block, occurrence = stays.block, stays.occurrence
        fields = block.event.fields
        self._want(self._desire(occurrence, block.key, (fields.start, fields.end), (stays.why,)))
        if self._stood.hold(block) is Hold.OPEN:
            if fields.all_day:  # takes no time from others, also in the hours before it begins
                self._neighbours.stands(occurrence.rule.id, block.stretch)
            else:
                self.hold(Firm(block.stretch, fields.title, occurrence.rule))
        if stays.asked is not None and occurrence.look.show_as == "auto":
            self._auto[block.key] = occurrence.look, stays.asked, block.stretch

    def laid(self, laid: Laid) -> None:
        """An event of whole days has its place."""
        zone = self._survey.zone
        self._want(self._desire(laid.occurrence, laid.occurrence.key, (laid.first, laid.end), (laid.why,)))
        self._neighbours.stands(laid.occurrence.rule.id, span(laid.first, laid.end, zone))

    def passed(self, passed: Passed) -> None:
        """There is no block for a key."""
        self._skip(passed.occurrence, passed.key, passed.why)
        if passed.whole:
            self._keep(passed.occurrence.rule, self._stood.family(family(passed.key)))

    def left(self, left: Left) -> None:
        """An occurrence was taken out before it was judged."""
        self._skipped.append(Skipped(left.key, left.rule.id, (left.why,), left.day))

    def placed(self, wish: Wish, solution: Solution) -> list[Stretch]:
        """The placer's answer to a wish; gives where its blocks are wanted now."""
        request, occurrence = wish.request, wish.occurrence
        pieces = solution.placed.get(request.key, ())
        if not pieces:
            self._unplaced(wish, solution.unplaced[request.key])
            return []
        memo = self._survey.memo
        why = (wish.shortened,) if wish.shortened is not None else solution.remarks.get(request.key, ())
        for key, piece in self._named(wish, pieces):
            make = partial(self._block, occurrence, key, piece, why)
            desired, busy = memo.once(wish, (key, piece), make)
            reasons = (occurrence.why, *why)
            self._want(desired if desired.why == reasons else replace(desired, why=reasons))
            self._hold(occurrence.rule, busy)
            if occurrence.look.show_as == "auto":
                self._auto[key] = occurrence.look, wish.asked, piece
        return list(pieces)

    def _named(self, wish: Wish, pieces: tuple[Stretch, ...]) -> Iterable[tuple[str, Stretch]]:
        """Each piece with its key."""
        if pieces == tuple([block.stretch for block in wish.standing]):
            return [(block.key, block.stretch) for block in wish.standing]  # as `name_pieces` would, but sooner
        taken = wish.taken | self._families.get(family(wish.base), set())
        return name_pieces(pieces, wish.standing, wish.base, taken)

    def _block(
        self, occurrence: Occurrence, key: str, piece: Stretch, why: tuple[Reason, ...]
    ) -> tuple[DesiredBlock, Busy]:
        """The block at its place, and the time that it holds there."""
        zone = occurrence.rule.timezone
        when = (from_minutes(piece[0], zone), from_minutes(piece[1], zone))
        desired = self._desire(occurrence, key, when, why)
        return desired, Busy(*piece, desired.fields.title, own=True)

    def _unplaced(self, wish: Wish, why: Reason) -> None:
        request = wish.request
        if not wish.partly:
            self._skip(wish.occurrence, wish.base, why)
        elif request.pieces is not None:
            taken = wish.taken | self._families.get(wish.base, set())
            self._skip(wish.occurrence, free_key(wish.base, taken), why)
        if request.yields is Yield.SKIP and not request.fixed and why.code in _OUSTED:
            self._given_up.update(block.key for block in wish.standing)
        self._keep(wish.occurrence.rule, wish.standing)

    def _keep(self, rule: Rule, standing: Sequence[Standing]) -> None:
        """What the person changed stays where it is, also when it is not wanted there: it holds its time."""
        for block in standing:
            if self.stays_by_hand(block) and not block.event.fields.all_day:
                self.hold(Firm(block.stretch, block.event.fields.title, rule))

    def stays_by_hand(self, block: Standing) -> bool:
        """Whether a block that is up for discussion is left standing for what the person made of it."""
        return block.key in self._stood.hands.changed and self._stood.hold(block) is Hold.OPEN

    def _want(self, desired: DesiredBlock) -> None:
        self._desired[desired.key] = desired
        self._families.setdefault(family(desired.key), set()).add(desired.key)
        self.own.put(desired.key, self._as_event(desired))

    def _as_event(self, block: DesiredBlock) -> Event:
        """A block as the event that it will be; the very same one as long as it looks the same."""
        calendar = self._survey.settings.calendar.write
        stands = self._stood.hands.standing.get(block.key)
        guests = stands.attendees if stands is not None else tuple(map(Attendee, block.fields.guests))
        make = partial(_own_event, calendar, block, guests)
        return self._survey.memo.once(block.fields, (calendar, block.key, block.rule, guests), make)

    def _desire(
        self, occurrence: Occurrence, key: str, when: tuple[Moment, Moment], why: tuple[Reason, ...]
    ) -> DesiredBlock:
        fields = self._dressed(occurrence, when)
        people = tuple(person.id for person in occurrence.people) if occurrence.rule.company is not None else ()
        return DesiredBlock(key, occurrence.rule.id, fields, (occurrence.why, *why), people, occurrence.look.notify)

    def _dressed(self, occurrence: Occurrence, when: tuple[Moment, Moment]) -> EventFields:
        zone = when[0].tzinfo if isinstance(when[0], datetime) else None
        make = partial(dress, occurrence, when, self._survey.settings, self._render)
        return self._survey.memo.once(occurrence, (when, zone), make)

    def _skip(self, occurrence: Occurrence, key: str, why: Reason) -> None:
        self._skipped.append(Skipped(key, occurrence.rule.id, (occurrence.why, why), occurrence.first))

    # ------------------------------------------------------------ the end

    def decision(self, violations: Iterable[Violation], drafts: Drafts) -> Decision:
        """Everything, in the order of time; asked last, since it looks at the clock."""
        self._show_flexible_blocks()
        zone, today = self._survey.zone, self._survey.today
        return Decision(
            desired=tuple(
                sorted(self._desired.values(), key=lambda block: (_instant(block.fields.start, zone), block.key))
            ),
            skipped=tuple(sorted((*self._skipped, *drafts.skipped), key=lambda each: (each.day or today, each.key))),
            violations=tuple(violations),
            horizon=wall(self._survey.horizon, 0, zone),
            until=from_minutes(self._survey.clock.until, zone),
            wake=from_minutes(self._survey.clock.wake, zone),
            given_up=frozenset(self._given_up),
            drafts=drafts,
        )

    def _show_flexible_blocks(self) -> None:
        """`show_as: auto`, now that everything has its place."""
        if not self._auto:
            return
        own = (stretch for stretch, event in self.own.in_time(self._survey.zone) if not event.fields.all_day)
        taken = union([*self._survey.reality.busy_time, *own])
        for key, (look, request, piece) in self._auto.items():
            block = self._desired[key]
            shown = auto_show_as(look, request, piece, taken, self._survey.clock)
            make = partial(replace, block.fields, show_as=shown)
            self._desired[key] = replace(block, fields=self._survey.memo.once(block.fields, shown, make))


def _own_event(calendar: str, block: DesiredBlock, guests: tuple[Attendee, ...]) -> Event:
    return Event(calendar, uid(block.key), block.fields, attendees=guests, mark=Mark(block.rule, block.key, ""))


def _instant(moment: Moment, zone: ZoneInfo) -> float:
    return (moment if isinstance(moment, datetime) else wall(moment, 0, zone)).timestamp()
