"""Where the time went: by category, beside its target. Called by `app/balance.py`.

Counted is the time of events that are not of whole days, are shown as busy and were neither cancelled nor declined; own
blocks are among them. Time that several events hold counts once, in each category and in the total; an event of two
categories counts in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from agendad.core.timeline import clip, subtract, union
from agendad.model.calendar import Response, ShowAs, Status
from agendad.model.rule import Selector
from agendad.model.settings import Category

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agendad.core.guards import Timed
    from agendad.core.problem import Minutes, Stretch
    from agendad.core.selectors import Matcher
    from agendad.model.calendar import Event
    from agendad.model.settings import Target

Verdict = Literal["below", "within", "above"]

_DAY: Final = 24 * 60
_TOLERANCE: Final = 0.1
"""A target that is one number, such as `4h`, is met within a tenth of it: no week is exact to the minute."""


@dataclass(frozen=True, slots=True)
class Row:
    """One category.

    share        percent of all counted time
    least, most  the target in minutes over the whole range (a percentage turned into minutes); None: unbounded, or a
                 percentage of nothing
    measured     what is compared with the target, in its unit: minutes in the range, or percent
    verdict      None without a target, and for a percentage of nothing
    difference   from the nearest bound of the target, in its unit over the range: below zero when too little, 0 within
    """

    name: str
    minutes: Minutes
    share: float
    target: Target | None = None
    least: float | None = None
    most: float | None = None
    measured: float | None = None
    verdict: Verdict | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """The categories in the order they were given, the counted time in none of them, and all of it."""

    rows: tuple[Row, ...]
    other: Minutes
    total: Minutes


def balance(
    categories: Sequence[Category], events: Sequence[Timed], matcher: Matcher, start: Minutes, end: Minutes
) -> Balance:
    """The counted time of a range of whole days. A target in minutes is a week's; it is scaled to the days."""
    (sums,) = development(categories, events, matcher, [(start, end)])
    weeks = round((end - start) / _DAY) / 7
    wholes = {"": sums.total} | {
        category.name: minutes for category, minutes in zip(categories, sums.categories, strict=True)
    }
    rows = tuple(
        _row(category, minutes, wholes, weeks) for category, minutes in zip(categories, sums.categories, strict=True)
    )
    return Balance(rows, sums.other, sums.total)


@dataclass(frozen=True, slots=True)
class Sums:
    """The counted minutes of a stretch: by category in the order they were given, in none of them, and in all."""

    categories: tuple[Minutes, ...]
    other: Minutes
    total: Minutes


def development(
    categories: Sequence[Category], events: Sequence[Timed], matcher: Matcher, stretches: Sequence[Stretch]
) -> tuple[Sums, ...]:
    """The same sums for each of several stretches: week by week, for example."""
    timed = [each for each in events if counted(each[1])]
    sets = [
        union(taken for taken, event in timed if matcher.matches(category.selector, event)) for category in categories
    ]
    everything = union(taken for taken, _ in timed)
    other = subtract(everything, union(stretch for each in sets for stretch in each))
    return tuple(
        Sums(tuple(_minutes(each, stretch) for each in sets), _minutes(other, stretch), _minutes(everything, stretch))
        for stretch in stretches
    )


def counted(event: Event) -> bool:
    """Whether the time of an event counts."""
    declined = event.response is Response.DECLINED or event.status is Status.CANCELLED
    return not declined and not event.fields.all_day and event.fields.show_as is ShowAs.BUSY


def usual(meetings: Mapping[str, str], blocks: Mapping[str, str]) -> tuple[Category, ...]:
    """Categories for who has none: `meetings` are names by word of `meeting:`, `blocks` names by rule.

    One-on-ones are internal or external, too, so they count twice here.
    """
    return (
        *(Category(name, Selector(meeting=(word,))) for word, name in meetings.items()),
        *(Category(name, Selector(rule=(rule,))) for rule, name in blocks.items()),
    )


def _row(category: Category, own: Minutes, wholes: Mapping[str, Minutes], weeks: float) -> Row:
    """`wholes` are the minutes by category, under the empty name those of all."""
    target, total = category.target, wholes[""]
    share = 100 * own / total if total else 0.0
    if target is None:
        return Row(category.name, own, share)
    if target.unit == "minutes":
        least, most = (None if bound is None else bound * weeks for bound in (target.least, target.most))
        return Row(category.name, own, share, target, least, most, own, *_judged(own, least, most))
    whole = wholes.get(target.of, 0)
    if not whole:
        return Row(category.name, own, share, target)
    least, most = (None if bound is None else bound * whole / 100 for bound in (target.least, target.most))
    part = 100 * own / whole
    return Row(category.name, own, share, target, least, most, part, *_judged(part, target.least, target.most))


def _judged(value: float, least: float | None, most: float | None) -> tuple[Verdict, float]:
    if least is not None and least == most and abs(value - least) <= _TOLERANCE * least:
        return "within", 0.0
    if least is not None and value < least:
        return "below", value - least
    if most is not None and value > most:
        return "above", value - most
    return "within", 0.0


def _minutes(taken: Sequence[Stretch], within: Stretch) -> Minutes:
    return sum(end - start for start, end in clip(taken, within))
