"""What already stands of the product's own events, and whether it may be looked at again. Called by `engine.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from agendad.core.hands import is_plain, is_series
from agendad.core.timeline import overlaps, span
from agendad.core.windows import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from agendad.core.hands import Hands
    from agendad.core.problem import Minutes, Stretch
    from agendad.model.calendar import Event
    from agendad.model.rule import Rule

_NUMBER: Final = re.compile(r"#[1-9][0-9]*$")


class Hold(Enum):
    """Whether a standing block is up for discussion."""

    BEGUN = auto()  # it began: never written or moved again
    PINNED = auto()  # the person moved it, or made a series of it: it stays there
    OPEN = auto()  # it is kept if it fits, else placed anew


@dataclass(frozen=True, slots=True)
class Standing:
    """An own event that stands, with its stretch of minutes."""

    event: Event
    key: str
    stretch: Stretch

    @property
    def length(self) -> Minutes:
        """Minutes."""
        return self.stretch[1] - self.stretch[0]


@dataclass(frozen=True, slots=True)
class Firm:
    """An own event of some hours that no rule can move, and the rule it belongs to (None: the rule is gone)."""

    stretch: Stretch
    title: str
    rule: Rule | None


class Stood:
    """The own events that stand, by key and by occurrence; nothing in it changes.

    `hands` is what the person did to them, `zone` where whole days begin.
    """

    def __init__(self, hands: Hands, zone: ZoneInfo) -> None:
        self.hands = hands
        self.zone = zone
        self.blocks = {
            key: Standing(event, key, span(event.fields.start, event.fields.end, zone))
            for key, event in sorted(hands.standing.items())
        }
        self._families: dict[str, list[Standing]] = {}
        for key, block in self.blocks.items():
            self._families.setdefault(family(key), []).append(block)

    def family(self, base: str) -> Sequence[Standing]:
        """The blocks that stand for the pieces of an occurrence, in the order of their keys."""
        return self._families.get(base, ())

    def hold(self, block: Standing) -> Hold:
        """Whether a block may be looked at again."""
        if block.key in self.hands.begun:
            return Hold.BEGUN
        return Hold.PINNED if block.key in self.hands.pinned or is_series(block.event) else Hold.OPEN

    def firm(self, rules: Iterable[Rule], wanted: Callable[[str], bool]) -> Iterator[Firm]:
        """Own events that hold their time whoever wants it.

        Those that have begun, that the person moved or made a series of, and those that they changed in another way
        and whose key is not `wanted` by its rule any more. A plain copy holds nothing: its block would flee from it.
        """
        names = {name: rule for rule in rules for name in (rule.moved_from, rule.id) if name}
        held = [
            block.event
            for key, block in self.blocks.items()
            if self.hold(block) is not Hold.OPEN or (key in self.hands.changed and not wanted(key))
        ]
        for event in (*held, *(copy for copy in self.hands.copies if not is_plain(copy))):
            fields = event.fields
            if not fields.all_day:
                rule = names.get(event.mark.rule) if event.mark else None
                yield Firm(span(fields.start, fields.end, self.zone), fields.title, rule)


def family(key: str) -> str:
    """The key of the occurrence that a piece belongs to: `#2` and the like are cut off."""
    return _NUMBER.sub("", key)


def free_key(base: str, used: Container[str]) -> str:
    """The key with the lowest number that is not used."""
    number = 1
    while (key := numbered(base, number)) in used:
        number += 1
    return key


def name_pieces(
    pieces: Sequence[Stretch], standing: Sequence[Standing], base: str, taken: Iterable[str]
) -> list[tuple[str, Stretch]]:
    """Gives each piece a key of the family: what stands keeps its key, new pieces get the lowest free number.

    `taken` are keys that must not be given: pieces that have begun, were moved or were deleted by hand.
    """
    names: dict[Stretch, str] = {}
    used = set(taken)
    remaining = list(standing)
    for exact in (True, False):
        for piece in pieces:
            if piece in names:
                continue
            for block in remaining:
                if block.stretch == piece if exact else overlaps((block.stretch,), (piece,)):
                    names[piece] = block.key
                    used.add(block.key)
                    remaining.remove(block)
                    break
    for piece in pieces:
        if piece not in names:
            names[piece] = free_key(base, used)
            used.add(names[piece])
    return [(names[piece], piece) for piece in pieces]
