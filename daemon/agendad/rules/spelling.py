"""Words for messages: what a mistyped word was probably meant to be, lists of words, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word with the fewest typing slips from `word`, at most one for every three letters; or empty.

    A slip is a letter too many, missing, wrong, or swapped with its neighbour. Of equally near words the first in
    plain text order wins, so the answer does not depend on the order of `known`.
    """
    word = word.casefold()
    limit = max(1, len(word) // 3)
    best, best_word = limit + 1, ""
    for candidate in sorted(known):
        folded = candidate.casefold()
        if abs(len(folded) - len(word)) < best:
            slips = _slips(word, folded)
            if slips < best and slips < max(len(word), len(folded)):
                best, best_word = slips, candidate
    return best_word


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The hint with the nearest known word, or empty."""
    found = nearest(word, known)
    return f"did you mean `{found}`?" if found else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def spelled(minutes: int) -> str:
    """A duration as the rule language writes it: `1h30m`."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")


def _slips(one: str, two: str) -> int:
    """The optimal string alignment distance."""
    before: list[int] = []
    last = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(two, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == two[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
