"""Rules that always stand in each other's way: two fixed times on the same days, where one can never have its own.

A warning only, and a careful one: it speaks up when every occurrence of the lower rule meets one of the higher.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.diagnostics import Severity
from agendad.model.rule import Every, EveryNDays, EveryWeekday, Exclusions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from agendad.diagnostics import Diagnostic
    from agendad.model.rule import Rule
    from agendad.rules.build import Entry


def always_collide(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """A warning at each rule whose every occurrence collides with one of a rule that ranks higher."""
    fixed = [(entry, entry.rule, days) for entry in entries if entry.rule and (days := _days(entry.rule))]
    fixed.sort(key=lambda one: (one[1].placement.priority, one[1].id))
    for place, (entry, low, days) in enumerate(fixed):
        for _, high, other_days in fixed[:place]:
            if days <= other_days and low.id != high.id and _meet(low, high):
                key = entry.found.nodes["at"] if entry.found else entry.key
                message = f"this always collides with the rule `{high.id}`, which ranks higher"
                hint = "move one of them, or let it stand over other blocks with `may_overlap: [blocks]`"
                yield key.source.problem(key.start, key.end, "always-collides", message, hint, Severity.WARNING)
                break


def _days(rule: Rule) -> frozenset[int]:
    """The weekdays of a rule with fixed times that stands on each of them, without end; empty for any other."""
    trigger, placement = rule.trigger, rule.placement
    if not rule.enabled or not isinstance(trigger, Every) or not placement.at or placement.may_overlap_blocks:
        return frozenset()
    if trigger.exclude != Exclusions() or trigger.starting or trigger.until or trigger.times:
        return frozenset()
    if isinstance(trigger.phrase, EveryWeekday) and trigger.phrase.interval == 1:
        return trigger.phrase.weekdays
    return frozenset(range(7)) if trigger.phrase == EveryNDays(1) else frozenset()


def _meet(low: Rule, high: Rule) -> bool:
    """Whether each time of the lower rule meets one of the higher on the same day."""
    return low.timezone.key == high.timezone.key and all(
        any(start < other_end and other_start < end for other_start, other_end in _times(high))
        for start, end in _times(low)
    )


def _times(rule: Rule) -> list[tuple[int, int]]:
    lasts = rule.placement.lasts
    return [
        (at.start, at.end if at.end is not None else at.start + (lasts.most if lasts else 0))
        for at in rule.placement.at
    ]
