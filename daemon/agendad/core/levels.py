"""In which order rules are placed: one that looks at the blocks of others comes after them.

`engine.py` asks for the order, `app/check.py` for rules that wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.core.selectors import rules_named
from agendad.model.rule import After, AfterBusy, Before, Every, Share, Steps, When

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.model.rule import Hours, NoneIn, Placement, Rule, Selector


def levels(rules: Iterable[Rule]) -> list[list[Rule]]:
    """Enabled rules in groups that can be placed together, each group in the order of ids.

    Breaks (`after: {busy: ...}`) see the whole day, so they come after everything that does not follow a break itself.
    Rules that wait for each other in a circle go together, last of their kind.
    """
    enabled = sorted((rule for rule in rules if rule.enabled), key=lambda rule: rule.id)
    late = {rule.id for rule in enabled if isinstance(rule.trigger, AfterBusy)}
    while more := {rule.id for rule in enabled if rule.id not in late and needs(rule) & late}:
        late |= more
    found = _in_turn([rule for rule in enabled if rule.id not in late])
    breaks = [rule for rule in enabled if isinstance(rule.trigger, AfterBusy)]
    followers = [rule for rule in enabled if rule.id in late and not isinstance(rule.trigger, AfterBusy)]
    return [*found, *([breaks] if breaks else []), *_in_turn(followers)]


def needs(rule: Rule) -> frozenset[str]:
    """The rules whose blocks this one looks at."""
    named = [rule.trigger.selector] if isinstance(rule.trigger, After | Before) else []
    if isinstance(rule.trigger, When):
        named += selectors_of(rule.trigger.state)
    named += [placement.satisfied_by for placement in placements(rule) if placement.satisfied_by is not None]
    return frozenset().union(*map(rules_named, named))


def placements(rule: Rule) -> tuple[Placement, ...]:
    """The placement of a rule, or those of its steps."""
    return (
        tuple(step.placement for step in rule.trigger.steps) if isinstance(rule.trigger, Steps) else (rule.placement,)
    )


def selectors_of(state: NoneIn | Share | Hours) -> tuple[Selector, ...]:
    """The selectors of a `when:` state."""
    of = (state.of,) if isinstance(state, Share) and state.of is not None else ()
    return (state.selector, *of)


def never_set_off(rules: Iterable[Rule]) -> list[Rule]:
    """Enabled rules that follow only rules which are disabled, or follow each other in a circle, or themselves."""
    waiting = {rule.id: rule for rule in rules if rule.enabled}
    alive: set[str] = set()
    while reached := {id_ for id_, rule in waiting.items() if not (asked := _followed(rule)) or asked & alive}:
        alive |= reached
        waiting = {id_: rule for id_, rule in waiting.items() if id_ not in reached}
    return sorted(waiting.values(), key=lambda rule: rule.id)


def _followed(rule: Rule) -> frozenset[str]:
    """The rules of whose blocks one must set this one off; empty when a real event may."""
    trigger = rule.trigger
    return frozenset(trigger.selector.rule) if isinstance(trigger, After | Before) else frozenset()


def stands_alone(rule: Rule) -> bool:
    """Whether its occurrences do not depend on where any block is placed."""
    match rule.trigger:
        case Every() | Steps():
            return True
        case After(selector=selector) | Before(selector=selector):
            return not rules_named(selector)
        case When(state=state):
            return not any(rules_named(selector) for selector in selectors_of(state))
        case AfterBusy():
            return False


def _in_turn(rules: list[Rule]) -> list[list[Rule]]:
    found: list[list[Rule]] = []
    while rules:
        waiting = {rule.id for rule in rules}
        ready = [rule for rule in rules if not (needs(rule) - {rule.id}) & waiting] or rules
        found.append(ready)
        placed = {rule.id for rule in ready}
        rules = [rule for rule in rules if rule.id not in placed]
    return found
