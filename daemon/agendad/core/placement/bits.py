"""Sets of ticks as the bits of one integer: the occupancy structure of the placer, called by `board.py` and the search.

Bit `n` is tick `n` of a part of the horizon. CPython's integers shift and combine thousands of ticks in one machine
loop, so "where can two hours start" costs a few operations however many ticks a week has.
"""

from __future__ import annotations


def span(start: int, end: int) -> int:
    """The ticks of [start, end); empty when `end` is not after `start`. `start` is not negative."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def runs(free: int, length: int) -> int:
    """The ticks at which `length` free ticks in a row begin (`length` at least 1)."""
    have = 1
    while have < length:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free


def widen(ticks: int, by: int) -> int:
    """Every tick of `ticks` and its `by` neighbours on both sides; what would fall below 0 is cut."""
    reach = 0
    while reach < 2 * by:
        step = min(reach + 1, 2 * by - reach)
        ticks |= ticks << step
        reach += step
    return ticks >> by


def lowest(ticks: int) -> int:
    """The first tick of a set that is not empty."""
    return (ticks & -ticks).bit_length() - 1


def highest(ticks: int) -> int:
    """The last tick of a set that is not empty."""
    return ticks.bit_length() - 1


def stretches(ticks: int) -> list[tuple[int, int]]:
    """The maximal runs of a set as half-open pairs, in order."""
    found = []
    base = 0
    while ticks:
        skip = lowest(ticks)
        ticks >>= skip
        base += skip
        length = lowest(~ticks)
        found.append((base, base + length))
        ticks >>= length
        base += length
    return found
