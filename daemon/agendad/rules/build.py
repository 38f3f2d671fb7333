"""One rule from its fields: what `load` calls for each entry below `rules:`.

Reads the table of fields, asks `sense` whether the keys go together, and puts the model's `Rule` together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from agendad.model.calendar import Kind, Visibility
from agendad.model.rule import (
    After,
    AfterBusy,
    Before,
    Block,
    Draft,
    Every,
    Exclusions,
    ForEach,
    Look,
    Placement,
    Protect,
    Rule,
    Step,
    Steps,
    When,
)
from agendad.rules import letters, sense
from agendad.rules.fields import company, letter, look, placement, rule, selector, trigger
from agendad.rules.keys import spreads_people
from agendad.rules.source import Refused
from agendad.rules.table import read_table
from agendad.rules.templates import resolve
from agendad.rules.tree import Scalar
from agendad.rules.values import is_empty, mapping, refuse, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from agendad.diagnostics import Diagnostic
    from agendad.model.rule import Trigger, Verb
    from agendad.rules.table import Found
    from agendad.rules.tree import Mapping, Node

_ELSEWHERE = (
    ("at the top of the file", rule.FILE),
    ("in a selector, such as `after: {meeting: any}`", selector.SELECTOR),
)
_BESIDE_STEPS: Final = (("to the rule, beside `steps`", rule.RULE), *_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule takes from outside: the zone of its file, and the folders of templates."""

    timezone: ZoneInfo
    template_dirs: Sequence[Path]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry below `rules:`. `rule` is None when it has errors; `found` is None when it is no mapping."""

    key: Scalar
    found: Found | None
    steps: tuple[Found, ...]
    rule: Rule | None
    problems: tuple[Diagnostic, ...]


def build(key: Scalar, node: Node, around: Surroundings) -> Entry:
    """The rule of one entry, or every problem in it."""
    try:
        rule_id = rule.ID.read(key)
        id_problems: tuple[Diagnostic, ...] = ()
    except Refused as refused:
        rule_id, id_problems = "", refused.problems
    try:
        found = read_table(_mapping(key, node), rule.RULE, _ELSEWHERE)
    except Refused as refused:
        return Entry(key, None, (), None, (*id_problems, *refused.problems))
    steps = _steps(found)
    sense.check_verb_and_trigger(key, found, steps)
    merged = sense.for_all_steps(found, steps) or [found]
    for each in merged:
        sense.check_fields(each)
        sense.check_placement(each)
    for each in (*merged, found) if steps else (found,):
        _resolve_notes(each, around)
        letters.complete(each, around.template_dirs)
    problems = list(dict.fromkeys(problem for each in (found, *steps, *merged) for problem in each.problems))
    if id_problems or any(each.broken for each in (found, *steps, *merged)):
        return Entry(key, found, tuple(steps), None, (*id_problems, *problems))
    made = Rule(
        id=rule_id,
        verb=_verb(merged[0]),
        trigger=_trigger(found, steps, merged),
        placement=_placement(found),
        look=_look(found),
        timezone=around.timezone,
        span=key.span,
        enabled=found.value(rule.ENABLED, True),
        moved_from=found.value(rule.MOVED_FROM, ""),
        field_spans=found.spans(),
        for_each=_for_each(found),
        company=found.get(company.WITH),
    )
    return Entry(key, found, tuple(steps), made, tuple(problems))


def _mapping(key: Scalar, node: Node) -> Mapping:
    """What a rule says. Lines that have lost their indentation are known by what is then taken for an id."""
    if isinstance(node, Scalar) and key.text in rule.RULE.fields:
        message = f"`{shown(key.text)}` stands where the id of a rule is due"
        refuse(key, "wrong-type", message, "indent it deeper than the id of its rule")
    if is_empty(node):
        message = f"the rule `{shown(key.text)}` says nothing"
        refuse(key, "empty-value", message, "write what belongs to it below it, indented deeper")
    return mapping(node, f"the rule `{shown(key.text)}`", "{block: Deep work, every: weekday}")


def _steps(found: Found) -> list[Found]:
    """The fields of each step; an item that is no mapping becomes a problem of the rule."""
    steps = []
    for node in found.value(rule.STEPS, ()):
        try:
            step = read_table(mapping(node, "a step", rule.STEP_EXAMPLE), rule.STEP, _BESIDE_STEPS)
        except Refused as refused:
            found.broken = True
            found.problems.extend(refused.problems)
        else:
            steps.append(step)
    return steps


def _resolve_notes(found: Found, around: Surroundings) -> None:
    notes = found.get(look.NOTES)
    if notes is None:
        return
    try:
        found.put(look.NOTES, resolve(notes, found.nodes["notes"], around.template_dirs))
    except Refused as refused:
        found.broken = True
        found.problems.extend(refused.problems)


def _verb(found: Found) -> Verb:
    title = found.get(rule.BLOCK)
    if title is not None:
        return Block(title)
    reply = found.get(letter.DRAFT)
    if rule.PROTECT.name in found.keys:
        return Protect(found[rule.PROTECT], found.get(rule.ALLOW), found.get(rule.MEETINGS), reply)
    return Draft(found[letter.DRAFT])


def _for_each(found: Found) -> ForEach | None:
    """The people of `for_each`; `at_most` says how many of a period fall on one day."""
    people = found.get(company.FOR_EACH)
    if people is None or not spreads_people(found):
        return people
    return replace(people, at_most_per_day=found.get(placement.AT_MOST))


def _trigger(found: Found, steps: Sequence[Found], merged: Sequence[Found]) -> Trigger:
    exclude = found.value(trigger.EXCEPT, Exclusions())
    delay, within = found.value(trigger.DELAY, 0), found.get(trigger.WITHIN)
    before = found.get(trigger.BEFORE)
    after = found.get(trigger.AFTER)
    if isinstance(after, AfterBusy):
        return replace(after, delay=delay, within=after.within if within is None else within, exclude=exclude)
    if isinstance(after, After):
        return replace(after, delay=delay, within=within, look_back=found.get(trigger.LOOK_BACK), exclude=exclude)
    if isinstance(before, Before):
        return replace(before, lead=found.get(trigger.LEAD), within=within, exclude=exclude)
    if (state := found.get(trigger.WHEN)) is not None:
        return When(state, found.get(trigger.AGAIN), within, exclude)
    if steps:
        each = tuple(_step(number, *pair) for number, pair in enumerate(zip(steps, merged, strict=True), 1))
        return Steps(found[trigger.STARTING], each, exclude, within)
    return Every(
        found[trigger.EVERY],
        starting=found.get(trigger.STARTING),
        until=found.get(trigger.UNTIL),
        times=found.get(trigger.TIMES),
        exclude=exclude,
        if_missing=found.value(trigger.IF_MISSING, "skip"),
        within=within,
    )


def _step(number: int, step: Found, merged: Found) -> Step:
    on = step[trigger.STEP_ON]
    return Step(number, on.unit, on.ordinal, _verb(merged), _placement(merged), _look(merged))


def _placement(found: Found) -> Placement:
    return Placement(
        at=found.value(placement.AT, ()),
        lasts=found.get(placement.LASTS),
        between=found.get(placement.BETWEEN),
        on=found.get(placement.ON),
        prefer=found.value(placement.PREFER, ()),
        split=found.get(placement.SPLIT),
        at_most_per_day=None if spreads_people(found) else found.get(placement.AT_MOST),
        gap=found.value(placement.GAP, 0),
        priority=found.value(placement.PRIORITY, 3),
        yields=found.get(placement.YIELD),
        may_overlap_blocks=found.get(placement.MAY_OVERLAP) is True,
        settle=found.get(placement.SETTLE),
        same_day_before=found.value(placement.SAME_DAY_BEFORE, ()),
        same_day_after=found.value(placement.SAME_DAY_AFTER, ()),
        not_same_day=found.value(placement.NOT_SAME_DAY, ()),
        satisfied_by=found.get(placement.SATISFIED_BY),
    )


def _look(found: Found) -> Look:
    lead = None if found.has(trigger.BEFORE) else found.get(trigger.LEAD)
    return Look(
        show_as=found.value(look.SHOW_AS, "busy"),
        auto_slots=found.value(look.SLOTS, 2),
        auto_room=found.value(look.ROOM, 30),
        auto_lead=30 if lead is None else lead,
        kind=found.value(look.KIND, Kind.DEFAULT),
        notes=found.get(look.NOTES),
        place=found.value(look.PLACE, ""),
        color=found.value(look.COLOR, ""),
        visibility=found.value(look.VISIBILITY, Visibility.DEFAULT),
        remind=found.get(look.REMIND),
        invite=found.value(company.INVITE, False),
        notify=found.value(company.NOTIFY, False),
    )
