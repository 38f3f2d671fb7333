"""What a long simulation has behind it, kept small until its end."""

from __future__ import annotations

import pickle
import zlib
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

V = TypeVar("V")


class Bundles(Generic[V]):
    """Values that are seldom needed, compressed as they were put. Each iteration makes them anew, in that order: they
    are equal to those that were put, not the same objects.
    """

    def __init__(self) -> None:
        self._packed: list[bytes] = []

    def put(self, value: V) -> None:
        """One more."""
        self._packed.append(zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1))

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[V]:
        for each in self._packed:
            yield pickle.loads(zlib.decompress(each))  # noqa: S301  # our own, and never on a disk
