"""What the placer is asked and what it answers. The engine builds the question, `placement/` solves it.

Everything is in integer minutes since the epoch (UTC), half-open; the engine turns wall-clock rules into minutes, so
the placer knows no zones, dates or calendars.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agendad.model.rule import Yield

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agendad.model.reasons import Reason

Minutes = int
Stretch = tuple[Minutes, Minutes]  # half-open [start, end)


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that a real event, or a block pinned by the person, holds. `title` is for explanations only."""

    start: Minutes
    end: Minutes
    title: str = ""
    own: bool = False
    """An own block that is not up for discussion (pinned, in progress): `may_overlap` requests may stand over it."""

    def __hash__(self) -> int:
        return hash((self.start, self.end))  # all of it would cost more than to compare the few that are alike


@dataclass(frozen=True, slots=True)
class Pieces:
    """`split:` the length of a piece, and how many a day at most (None: any number)."""

    least: Minutes
    most: Minutes
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Pull:
    """One preference: the starts that meet it. A start elsewhere is better the nearer it is to one of them."""

    starts: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One occurrence that wants a place.

    windows      sorted, disjoint; each piece lies wholly inside one of them. For a `fixed` request the first window
                 is exactly the wanted range.
    least, most  length in minutes (with `pieces`: the total over all pieces)
    fixed        an `at:` block: it wants its whole first window and yields as `yields` says
    yields       KEEP stands whatever happens, even over busy time; SHRINK takes the longest free part of at least
                 `least` (one piece); SPLIT takes every free part of at least `least`; MOVE goes elsewhere, whole, in
                 `refuge`; SKIP gives up. Flexible requests are MOVE, or SKIP (never moved off an event: dropped),
                 or SHRINK/KEEP/SPLIT where the rule says so, with the same meaning for where they stand.
    refuge       where a fixed block may be moved
    gap          minutes kept free before and after; between two neighbours the larger of the two gaps
    may_overlap  no conflict with any own block, in either direction
    anchors      starts that are allowed off the grid (besides those that touch a neighbour)
    pulls        preferences, all of equal worth
    firm_days    starts of other pieces of the occurrence, which no longer move: `pieces.per_day` counts them, too
    stands       where its pieces stand in the calendar now; empty when it is new
    settled      what stands may be moved only off a `Busy`, never for a better plan or another block
    before_rules / after_rules / not_with_rules
                 on a day that holds a block of such a rule too, this one ends at or before its start / starts at or
                 after its end / does not stand on that day at all
    """

    key: str
    rule: str
    windows: tuple[Stretch, ...]
    least: Minutes
    most: Minutes
    priority: int = 3
    fixed: bool = False
    yields: Yield = Yield.MOVE
    refuge: tuple[Stretch, ...] = ()
    pieces: Pieces | None = None
    firm_days: tuple[Minutes, ...] = ()
    gap: Minutes = 0
    may_overlap: bool = False
    anchors: tuple[Minutes, ...] = ()
    pulls: tuple[Pull, ...] = ()
    stands: tuple[Stretch, ...] = ()
    settled: bool = False
    before_rules: frozenset[str] = frozenset()
    after_rules: frozenset[str] = frozenset()
    not_with_rules: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((self.key, self.windows[:1], self.stands))  # as for Busy


@dataclass(frozen=True, slots=True)
class Problem:
    """A whole horizon. `days` are the local midnights (minutes), sorted, the last one the end of the last day.

    A flexible block starts on a multiple of `grid` minutes after its day's midnight, or touches (at the distance of
    the gap, if one is asked) a neighbour: a real event or another own block; or stands at one of its anchors.
    Requests' order carries no meaning; rank is (priority, rule, key).
    """

    busy: tuple[Busy, ...]
    requests: tuple[Request, ...]
    days: tuple[Minutes, ...]
    grid: Minutes = 15

    def __hash__(self) -> int:
        return hash((self.days, len(self.busy), len(self.requests)))  # as for Busy


@dataclass(frozen=True, slots=True)
class Solution:
    """Pieces by key (sorted in time), the reason for every key that has none, and remarks for some that have."""

    placed: Mapping[str, tuple[Stretch, ...]]
    unplaced: Mapping[str, Reason]
    remarks: Mapping[str, tuple[Reason, ...]] = field(default_factory=dict)
