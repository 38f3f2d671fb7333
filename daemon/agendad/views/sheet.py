"""The view model: everything a picture of some weeks says, frozen. Made by `week.py`, drawn by the other views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Moment


class State(StrEnum):
    """What the plan does to an item. `LEFT` is the former place of a moved block, `VIOLATES` a real event."""

    SAME = "same"
    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"
    LEFT = "left"
    PINNED = "pinned"
    EVENT = "event"
    VIOLATES = "violates"


CHANGED_STATES: Final = (State.NEW, State.MOVED, State.CHANGED, State.GONE)
ABSENT_STATES: Final = (State.GONE, State.LEFT)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is shown: whole weeks (Monday to Sunday) from that of `start` to that of the last of `days`.

    `guards` are the ids of rules whose blocks only hold time (`protect:`): they are drawn behind everything else.
    """

    start: date
    days: int
    zone: ZoneInfo
    language: str = "en"
    guards: frozenset[str] = frozenset()

    @property
    def mondays(self) -> list[date]:
        """The first day of each week."""
        first = self.start - timedelta(days=self.start.weekday())
        last = self.start + timedelta(days=max(self.days, 1) - 1)
        return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the sheet. `rule` and `key` are empty for a real event; text is clean and in the language.

    `start` and `end` are in the sheet's zone, or dates (end excluded). `when` says both; `remarks` are short words
    (`declined`, `free`); `reasons` whole sentences. `tone` is the number of the rule's colour. `light` items take no
    time; a `guard` is drawn behind the others.
    """

    id: str
    title: str
    start: Moment
    end: Moment
    when: str
    state: State
    key: str = ""
    rule: str = ""
    tone: int = 0
    calendar: str = ""
    remarks: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    light: bool = False
    guard: bool = False

    @property
    def why(self) -> str:
        """Remarks and reasons on one line."""
        return " · ".join(filter(None, [*self.remarks, " ".join(self.reasons)]))


@dataclass(frozen=True, slots=True)
class Lane:
    """The place of one thing among those it overlaps: lane `number` of `lanes`, `width` lanes wide."""

    number: int
    lanes: int
    width: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of an item on one day, in minutes of the wall clock; it may go on before and after that day."""

    item: Item
    top: int
    bottom: int
    lane: Lane
    begins: bool = True
    ends: bool = True


@dataclass(frozen=True, slots=True)
class Strip:
    """An all-day item in the strip above a week: `days` columns from column `first`, in row `row`."""

    item: Item
    first: int
    days: int
    row: int


@dataclass(frozen=True, slots=True)
class Day:
    """One column; `pieces` and `guards` are in order of time. `shift` says how the clocks change on it, or nothing."""

    day: date
    pieces: tuple[Piece, ...]
    guards: tuple[Piece, ...]
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days and the strip of all-day items above them."""

    title: str
    days: tuple[Day, ...]
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What a rule (or, with an empty `rule`, the real events that take time) has in these weeks."""

    rule: str
    title: str
    tone: int
    count: int
    minutes: int
    states: Mapping[State, int]
    guard: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An occurrence without a place, a violation, or a draft to come: when, what, and why."""

    when: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything a picture says. `top` and `bottom` are the minutes of the day that all columns show."""

    title: str
    now: datetime
    zone: str
    language: str
    weeks: tuple[Week, ...]
    items: tuple[Item, ...]
    top: int
    bottom: int
    totals: tuple[Total, ...]
    skipped: tuple[Line, ...] = ()
    violations: tuple[Line, ...] = ()
    drafts: tuple[Line, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Item, ...]:
        """The items that the plan writes, in order of time."""
        return tuple(item for item in self.items if item.state in CHANGED_STATES)
