"""What already stands of the product's own events, and whether it may be looked at again. Called by `engine.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from agendad.core.timeline import overlaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agendad.core.problem import Minutes, Stretch
    from agendad.model.calendar import Event

_NUMBER: Final = re.compile(r"#[1-9][0-9]*$")


class Hold(Enum):
    """Whether a standing block is up for discussion."""

    BEGUN = auto()  # it began: never written or moved again
    PINNED = auto()  # the person moved it: it stays there
    SETTLED = auto()  # it begins soon and nothing real is in its way
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


def family(key: str) -> str:
    """The key of the occurrence that a piece belongs to: `#2` and the like are cut off."""
    return _NUMBER.sub("", key)


def families(blocks: Mapping[str, Standing]) -> dict[str, list[Standing]]:
    """Standing blocks by the occurrence they are pieces of."""
    found: dict[str, list[Standing]] = {}
    for key in sorted(blocks):
        found.setdefault(family(key), []).append(blocks[key])
    return found


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
                same = block.stretch == piece if exact else overlaps((block.stretch,), (piece,))
                if same:
                    names[piece] = block.key
                    used.add(block.key)
                    remaining.remove(block)
                    break
    number = 1
    for piece in pieces:
        if piece in names:
            continue
        while (key := base if number == 1 else f"{base}#{number}") in used:
            number += 1
        names[piece] = key
        used.add(key)
    return [(names[piece], piece) for piece in pieces]
