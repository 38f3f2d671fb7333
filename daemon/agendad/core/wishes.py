"""A request meets what stands: what is left to ask the placer, what stays as it is, what is not made again.

The person's hand and the clock decide here, before anybody is placed (section 8 of the rule language). Called by
`engine.py` for each request of an occurrence.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from agendad.core.memo import Memo
from agendad.core.reconcile import deleted_reason
from agendad.core.standing import Hold, family
from agendad.core.timeline import overlaps, subtract, to_minutes, union
from agendad.model.reasons import Reason, ReasonCode
from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from agendad.core.clock import Clock
    from agendad.core.problem import Busy, Minutes, Request, Stretch
    from agendad.core.standing import Standing, Stood
    from agendad.core.triggers import Occurrence
    from agendad.model.memory import Gone


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for the placer, with what is needed to read its answer.

    asked       what the rule asks for, whatever stands
    base        the key of the occurrence, or of one of its times
    standing    the blocks that the answer may move
    taken       keys that must not be given to its pieces
    partly      some of the occurrence is met already: that the rest has no place does not leave it without a block
    otherwise   the request, if it turns out that the block cannot stay where it stands
    shortened   why it would stay there shorter than it was
    """

    occurrence: Occurrence
    request: Request
    asked: Request
    base: str
    standing: tuple[Standing, ...] = ()
    taken: frozenset[str] = frozenset()
    partly: bool = False
    otherwise: Request | None = None
    shortened: Reason | None = None


@dataclass(frozen=True, slots=True)
class Stays:
    """A block that stays where it stands; its other fields follow the rule.

    `asked` is what the rule asks for when a real event could still move the block.
    """

    occurrence: Occurrence
    block: Standing
    why: Reason
    asked: Request | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A key for which no block is asked; `whole` when none is asked for the whole occurrence."""

    occurrence: Occurrence
    key: str
    why: Reason
    whole: bool = False


Answer = Wish | Stays | Passed


@dataclass(frozen=True, slots=True)
class Present:
    """The circumstances of a request.

    settle      how soon a block must begin to be no longer moved, where the rule does not say (minutes)
    firm        real events, and own blocks that no rule can move, in order of time
    firm_time   the time of those
    """

    clock: Clock
    today: date
    settle: Minutes
    firm: tuple[Busy, ...]
    firm_time: tuple[Stretch, ...]
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    def settled(self, occurrence: Occurrence, start: Minutes) -> bool:
        """Whether a block that begins then begins too soon to be moved."""
        settle = occurrence.placement.settle
        return self.clock.past(start - (self.settle if settle is None else settle))


def decided(occurrence: Occurrence, key: str, stood: Stood) -> list[Answer] | None:
    """What there is to say of a key that is not up for discussion; None when it is."""
    if key in stood.hands.deleted:
        return [Passed(occurrence, key, deleted_reason(stood.hands.deleted[key]))]
    if key in stood.hands.done:
        return []
    block = stood.blocks.get(key)
    if block is not None and stood.hold(block) is Hold.PINNED:
        return [Stays(occurrence, block, Reason(ReasonCode.PINNED))]
    return None


def answers(occurrence: Occurrence, requests: Sequence[Request], stood: Stood, present: Present) -> list[Answer]:
    """What becomes of the requests of one occurrence."""
    siblings = frozenset(request.key for request in requests)
    found: list[Answer] = []
    for request in requests:
        if request.pieces is not None:
            found += _in_pieces(occurrence, request, stood, present)
        elif request.yields is Yield.SPLIT and request.fixed:
            found += _split(occurrence, request, siblings, stood, present)
        elif request.yields is Yield.SPLIT:
            found += _split_in_place(occurrence, request, stood, present)
        else:
            found += _whole(occurrence, request, stood, present)
    return found


# ---------------------------------------------------------------- one block


def _whole(occurrence: Occurrence, request: Request, stood: Stood, present: Present) -> list[Answer]:
    if (known := decided(occurrence, request.key, stood)) is not None:
        return known
    block = stood.blocks.get(request.key)
    begun = request.fixed and present.clock.past(request.windows[0][0])
    if block is None:
        if begun or not request.windows:
            return _no_time(occurrence, request, present)
        return [Wish(occurrence, request, request, request.key)]
    late = _rest_of(request, block, present.clock) if begun else request
    if late is None:
        return [Stays(occurrence, block, Reason(ReasonCode.IN_PROGRESS))]
    settled = present.settled(occurrence, block.stretch[0])
    late = present.memo.once(
        late, (block.stretch, settled), partial(replace, late, stands=(block.stretch,), settled=settled)
    )
    return [_in_place(Wish(occurrence, late, request, request.key, (block,)), present)]


def _rest_of(request: Request, block: Standing, clock: Clock) -> Request | None:
    """What is left of a fixed time that has begun, for a block that was put later: it may stay there, or go on moving.

    None when the block stands where the rule would not put it now.
    """
    windows = union((*clock.ahead(request.windows), *request.refuge))
    if not any(start <= block.stretch[0] and block.stretch[1] <= end for start, end in windows):
        return None
    return replace(request, windows=windows, refuge=(), fixed=False)


def _in_place(wish: Wish, present: Present) -> Wish:
    """A flexible block that shrinks, or is split, when something firm lands on it, does so where it stands.

    It stays so as long as something firm is beside it; then it may be as long as it was again.
    """
    request = wish.request
    if request.fixed or request.yields not in {Yield.SHRINK, Yield.SPLIT}:
        return wish
    stands = union(request.stands)
    around = _wider(stands, request.gap + 1)
    near = [each for each in present.firm if overlaps(((each.start, each.end),), around)]
    left = subtract(stands, union((each.start - request.gap, each.end + request.gap) for each in near))
    parts = [part for part in left if part[1] - part[0] >= request.least]
    if request.yields is Yield.SHRINK:
        parts = sorted(parts, key=lambda part: (part[0] - part[1], part[0]))[:1]
    most = sum(end - start for start, end in parts)
    if not near or not parts or most >= request.most or subtract(stands, request.windows):
        return wish
    was = sum(end - start for start, end in stands)
    facts = {"minutes": str(most), "wanted": str(was), "event": near[0].title}
    split = Reason(ReasonCode.SPLIT, {**facts, "pieces": str(len(parts))})
    why = None if most == was else split if len(parts) > 1 else Reason(ReasonCode.SHRUNK, facts)
    return replace(wish, request=replace(request, most=most, stands=tuple(parts)), otherwise=request, shortened=why)


def _wider(stretches: Sequence[Stretch], by: Minutes) -> tuple[Stretch, ...]:
    return union((start - by, end + by) for start, end in stretches)


def _no_time(occurrence: Occurrence, request: Request, present: Present) -> list[Answer]:
    """Nothing stands, and nothing can. Of a day that is over there is nothing to say."""
    if occurrence.end <= present.today:
        return []
    code = ReasonCode.ALREADY_PAST if request.windows else ReasonCode.NO_WINDOW
    return [Passed(occurrence, request.key, Reason(code))]


# ---------------------------------------------------------------- a total in pieces


def _in_pieces(occurrence: Occurrence, request: Request, stood: Stood, present: Present) -> list[Answer]:
    """A total in pieces: what has begun, was moved or deleted by hand, or begins soon is met; the rest is asked for."""
    base = family(occurrence.key)
    deleted = _deleted(base, stood)
    found = [
        Stays(occurrence, block, Reason(ReasonCode.PINNED))
        if hold is Hold.PINNED
        else Stays(occurrence, block, Reason(ReasonCode.SETTLED), request)
        for block in stood.family(base)
        if (hold := stood.hold(block)) is Hold.PINNED or (hold is Hold.OPEN and _stays(occurrence, block, present))
    ]
    firm = [block for block in stood.family(base) if stood.hold(block) is Hold.BEGUN] + [each.block for each in found]
    loose = tuple(block for block in stood.family(base) if block not in firm)
    least_piece = request.pieces.least if request.pieces else request.least
    met = sum(block.length for block in firm) + sum(_length(gone, least_piece) for gone in deleted.values())
    most = request.most - met
    if firm and (most < least_piece or not request.windows):
        return [*found]
    if most < least_piece:
        return [Passed(occurrence, key, deleted_reason(gone)) for key, gone in [*deleted.items()][:1]]
    if not request.windows:
        return _no_time(occurrence, request, present)
    rest = replace(
        request,
        least=min(most, max(request.least - met, least_piece)),
        most=most,
        firm_days=tuple(block.stretch[0] for block in firm),
        stands=tuple(block.stretch for block in loose),
    )
    taken = frozenset(deleted) | {block.key for block in firm}
    return [*found, Wish(occurrence, rest, request, base, loose, taken, partly=bool(firm))]


def _stays(occurrence: Occurrence, block: Standing, present: Present) -> bool:
    """Whether an open piece begins too soon to be moved, and nothing is in its way."""
    return present.settled(occurrence, block.stretch[0]) and not overlaps((block.stretch,), present.firm_time)


def _deleted(base: str, stood: Stood) -> dict[str, Gone]:
    return {key: gone for key, gone in sorted(stood.hands.deleted.items()) if family(key) == base}


def _length(gone: Gone, least: Minutes) -> Minutes:
    """How long a piece was that is gone; the least it can have been, where that is not known."""
    return to_minutes(gone.end) - to_minutes(gone.start) if gone.start and gone.end else least


# ---------------------------------------------------------------- a fixed time that may be split


def _split(
    occurrence: Occurrence, request: Request, siblings: frozenset[str], stood: Stood, present: Present
) -> list[Answer]:
    """`yield: split` of a fixed time: each part that neither the hand nor the clock has taken is asked for."""
    base = family(occurrence.key)
    window = request.windows[0]

    def mine(key: str, stretch: Stretch | None) -> bool:
        if key in siblings or stretch is None:
            return key == request.key
        return overlaps((stretch,), (window,))

    deleted = {key: gone for key, gone in _deleted(base, stood).items() if mine(key, _stretch(gone))}
    blocks = [block for block in stood.family(base) if mine(block.key, block.stretch)]
    if request.key in deleted and not blocks:
        return [Passed(occurrence, request.key, deleted_reason(deleted[request.key]))]
    if not blocks and present.clock.past(window[0]):
        return [] if request.key in stood.hands.done else _no_time(occurrence, request, present)
    firm = [block for block in blocks if stood.hold(block) is not Hold.OPEN]
    found: list[Answer] = [
        Stays(occurrence, block, Reason(ReasonCode.PINNED)) for block in firm if stood.hold(block) is Hold.PINNED
    ]
    gone = union([block.stretch for block in firm] + [each for one in deleted.values() if (each := _stretch(one))])
    parts = subtract(present.clock.ahead((window,)), gone)
    taken = (siblings - {request.key}) | deleted.keys() | {block.key for block in firm}
    loose = [block for block in blocks if block not in firm]
    parts = tuple(part for part in parts if part[1] - part[0] >= request.least)
    for count, part in enumerate(parts):
        others = parts[1:]
        inside = tuple(
            block
            for block in loose
            if overlaps((block.stretch,), (part,)) or (count == 0 and not overlaps((block.stretch,), others))
        )
        asked = replace(
            request,
            key=f"{request.key}+{count}" if count else request.key,
            windows=(part,),
            most=part[1] - part[0],
            stands=tuple(block.stretch for block in inside),
        )
        used = taken | {block.key for block in loose if block not in inside}
        partly = bool(firm) or count > 0
        found.append(Wish(occurrence, asked, request, request.key, inside, frozenset(used), partly))
    return found


def _split_in_place(occurrence: Occurrence, request: Request, stood: Stood, present: Present) -> list[Answer]:
    """`yield: split` of a flexible block: once it is in pieces, they are what there is of it."""
    deleted, blocks = _deleted(occurrence.key, stood), stood.family(occurrence.key)
    if not blocks and deleted:
        return [Passed(occurrence, request.key, deleted_reason(next(iter(deleted.values()))))]
    if len(blocks) + len(deleted) <= 1:
        return _whole(occurrence, request, stood, present)
    firm = [block for block in blocks if stood.hold(block) is not Hold.OPEN]
    loose = tuple(block for block in blocks if block not in firm)
    found: list[Answer] = [
        Stays(occurrence, block, Reason(ReasonCode.PINNED)) for block in firm if stood.hold(block) is Hold.PINNED
    ]
    if not loose:
        return found
    stands = tuple(sorted(block.stretch for block in loose))
    rest = replace(request, stands=stands, settled=present.settled(occurrence, stands[0][0]))
    if firm or deleted:
        rest = replace(rest, windows=union(stands), most=min(rest.most, sum(block.length for block in loose)))
    taken = frozenset(deleted) | {block.key for block in firm}
    return [*found, _in_place(Wish(occurrence, rest, request, request.key, loose, taken, bool(firm)), present)]


def _stretch(gone: Gone) -> Stretch | None:
    return (to_minutes(gone.start), to_minutes(gone.end, up=True)) if gone.start and gone.end else None
