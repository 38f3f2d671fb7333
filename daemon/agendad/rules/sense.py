"""Whether the keys of one rule make sense together; called by `build` before it makes the rule.

What concerns several rules, or rules and people, is in `crosscheck`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from agendad.model.rule import (
    AfterBusy,
    DayOfMonth,
    DayOfYear,
    EveryPeriod,
    MonthOfQuarter,
    Phrase,
    WeekOfMonth,
)
from agendad.rules.fields import look, placement, rule, trigger
from agendad.rules.spelling import listed, spelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.model.rule import At
    from agendad.rules.table import Field, Found
    from agendad.rules.tree import Scalar

DAY: Final = 1440
CLASH: Final = "no-sense"


def check_verb_and_trigger(key: Scalar, found: Found, steps: Sequence[Found]) -> None:
    """Exactly one verb (in each step, where there are steps) and exactly one trigger."""
    verbs: list[str] = [name for name in rule.VERBS if name in found.keys]
    triggers = [name for name in found.keys if name in rule.TRIGGERS]
    if "steps" in found.keys:
        for name in verbs:
            found.report(
                found.keys[name], CLASH, f"with `steps`, each step has its own `{name}`", "move it into the steps"
            )
        if found.lacks("starting"):
            hint = "add the first day, such as `starting: 2027-01-04`"
            found.report(found.keys["steps"], "missing-key", "`steps` counts from `starting`, which is missing", hint)
        for step in steps:
            _check_step(step)
    elif found.lacks(*rule.VERBS):
        found.report(
            key,
            "missing-verb",
            f"the rule `{key.text}` does not say what to do",
            "add `block: TITLE` or `protect: TITLE`",
        )
    elif "block" in verbs and "protect" in verbs:
        later = max((found.keys[name] for name in verbs), key=lambda node: node.start)
        found.report(later, "two-verbs", "a rule has one verb: `block` or `protect`", "make two rules of it")
    if found.lacks(*rule.TRIGGERS):
        found.report(
            key,
            "missing-trigger",
            f"the rule `{key.text}` does not say when",
            "add `every:`, `after:`, `before:` or `steps:`",
        )
    for name in triggers[1:]:
        message = f"a rule has one trigger: `{triggers[0]}` or `{name}`"
        found.report(found.keys[name], "two-triggers", message, "make two rules of it")


def _check_step(step: Found) -> None:
    verbs: list[str] = [name for name in rule.VERBS if name in step.keys]
    if step.lacks("on"):
        step.report(
            step.node, "missing-key", "the step does not say when: `on` is missing", "add for example `on: week 1`"
        )
    if step.lacks(*rule.VERBS):
        step.report(step.node, "missing-verb", "the step does not say what to do", "add `block: TITLE`")
    elif "block" in verbs and "protect" in verbs:
        step.report(
            step.keys[verbs[1]], "two-verbs", "a step has one verb: `block` or `protect`", "make two steps of it"
        )


def check_fields(found: Found) -> None:
    """Each key goes with the rule's trigger and verb."""
    triggers = [name for name in found.keys if name in rule.TRIGGERS]
    verbs = [name for name in found.keys if name in rule.VERBS and name != "draft"]
    for name, node in found.keys.items():
        field = rule.RULE.fields[name]
        if field.later:
            continue
        if len(triggers) == 1 and field.triggers and triggers[0] not in field.triggers and triggers[0] != "when":
            message = f"`{name}` makes no sense with `{triggers[0]}`"
            found.report(node, CLASH, message, f"it goes with {listed(field.triggers)}")
        elif len(verbs) == 1 and field.verbs and verbs[0] not in field.verbs:
            message = f"`{name}` makes no sense with `{verbs[0]}`"
            found.report(node, CLASH, message, f"it goes with {listed(field.verbs)}")
    _check_dates(found)
    _check_auto(found)
    if isinstance(found.get(trigger.AFTER), AfterBusy) and found.has(trigger.LOOK_BACK):
        _clash(found, trigger.LOOK_BACK, "with `after: {busy: ...}`", "remove it")


def _check_dates(found: Found) -> None:
    starting, until = found.get(trigger.STARTING), found.get(trigger.UNTIL)
    if starting and until and until < starting:
        message = f"the last day {until} is before the first day {starting}"
        found.report(found.nodes["until"], "bad-date", message, f"write a day after {starting}")
    phrase = found.get(trigger.EVERY)
    if not found.has(trigger.IF_MISSING) or phrase is None:
        return
    may_miss = (isinstance(phrase, DayOfMonth) and phrase.day > 28) or (
        isinstance(phrase, DayOfYear) and (phrase.month, phrase.day) == (2, 29)
    )
    if not may_miss:
        _clash(
            found,
            trigger.IF_MISSING,
            "here: no month lacks such a day",
            "it goes with `day 29 of month` to `day 31 of month`",
        )


def _check_auto(found: Found) -> None:
    if found.get(look.SHOW_AS) != "auto":
        if found.has(look.SHOW_AS) and found.get(look.SHOW_AS) is None:
            return
        fields: list[Field[int]] = [look.SLOTS, look.ROOM]
        if not found.has(trigger.BEFORE):
            fields.append(trigger.LEAD)
        for field in fields:
            if found.has(field):
                other = "`before:` or `show_as: auto`" if field.name == "lead" else "`show_as: auto`"
                _clash(found, field, "here", f"it goes with {other}")
    elif found.has(rule.PROTECT) or (found.has(placement.AT) and _one_day(found)):
        hint = "write `busy` or `free`"
        found.report(found.nodes["show_as"], CLASH, "`auto` is for blocks that have several places to go", hint)


def check_placement(found: Found) -> None:
    """The length is known, and the keys of placement do not contradict each other."""
    if found.has(rule.MEETINGS) and found.has(rule.PROTECT):
        _check_cap(found)
    elif found.has(rule.PROTECT) and found.lacks("at"):
        found.report(
            found.keys["protect"],
            "missing-key",
            "a protected window needs its time",
            "add for example `at: 17:00-23:59`",
        )
    elif found.has(rule.BLOCK) and found.lacks("at", "lasts"):
        hint = "add `lasts: 45m`, or a fixed time such as `at: 09:00-12:00`"
        found.report(found.keys["block"], "missing-length", "a block that may stand anywhere needs its length", hint)
    if found.has(placement.AT):
        _check_fixed(found)
    else:
        _check_flexible(found)
    if found.get(placement.ON) is not None and _one_day(found):
        _clash(
            found,
            placement.ON,
            "when `every` names the day",
            "name the days in `every`, or use a period such as `every: week`",
        )


def _check_cap(found: Found) -> None:
    phrase = found.get(trigger.EVERY)
    if _is_period(phrase):
        hint = "write for example `every: weekday`"
        found.report(found.nodes["every"], CLASH, "`meetings` caps the load of single days", hint)
    for name in ("at", "lasts"):
        if name in found.keys:
            message = f"`{name}` makes no sense with `meetings`, which holds what is left of the working hours"
            found.report(found.keys[name], CLASH, message, "remove it")


def _check_fixed(found: Found) -> None:
    flexible: list[str] = ["between", "split"]
    if _one_day(found):
        flexible.append("prefer")
    for name in flexible:
        if name in found.keys:
            found.report(
                found.keys[name], CLASH, f"`{name}` makes no sense with `at`, which fixes the time", "keep one of them"
            )
    lasts, times = found.get(placement.LASTS), found.value(placement.AT, ())
    if lasts is None:
        if found.lacks("lasts") and any(at.end is None for at in times):
            hint = "add `lasts: 45m`, or write the end: `at: 14:00-15:00`"
            found.report(found.nodes["at"], "missing-length", "`at` says when it begins, but not how long it is", hint)
        _check_overlap(found, times, 0)
        return
    if lasts.days:
        found.report(
            found.nodes["lasts"], CLASH, "an event of whole days has no time of day", "remove `at`, or give hours"
        )
        return
    for at in times:
        if at.end is not None and at.end - at.start != lasts.most:
            is_long, says = spelled(at.end - at.start), spelled(lasts.most)
            message = f"`at` is {is_long} long, but `lasts` says {says}"
            hint = "remove `lasts`; as a range it says how far `shrink` may go"
            found.report(found.nodes["lasts"], CLASH, message, hint)
            return
    _check_overlap(found, times, lasts.most)


def _check_overlap(found: Found, times: tuple[At, ...], length: int) -> None:
    stretches = sorted((at.start, at.start + length if at.end is None else at.end) for at in times)
    for (_, end), (start, _) in pairwise(stretches):
        if start < end:
            found.report(found.nodes["at"], CLASH, "two of these times overlap", "join them, or move one")
            return


def _check_flexible(found: Found) -> None:
    lasts, split = found.get(placement.LASTS), found.get(placement.SPLIT)
    if found.has(placement.AT_MOST) and not found.has(placement.SPLIT):
        _clash(found, placement.AT_MOST, "without `split`", "add for example `split: 30m-1h`")
    if lasts is None:
        return
    if lasts.days:
        for name in ("between", "split", "gap"):
            if name in found.keys:
                message = f"`{name}` makes no sense with an event of whole days"
                found.report(found.keys[name], CLASH, message, "remove it, or give `lasts` in hours")
        return
    if split and split.least > lasts.most:
        message = f"a piece of {spelled(split.least)} is longer than the whole of {spelled(lasts.most)}"
        found.report(found.nodes["split"], CLASH, message, "make the pieces shorter")
        return
    least = split.least if split else lasts.least
    windows = found.get(placement.BETWEEN)
    if windows and max(window.end - window.start for window in windows) < least:
        message = f"no time of `between` holds {spelled(least)}"
        found.report(found.nodes["between"], CLASH, message, "make it wider, or the block shorter")


def _clash(found: Found, field: Field[Any], why: str, hint: str) -> None:
    found.report(found.keys[field.name], CLASH, f"`{field.name}` makes no sense {why}", hint)


def _is_period(phrase: Phrase | None) -> bool:
    return isinstance(phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter)


def _one_day(found: Found) -> bool:
    """Whether the trigger names single days; false as well when it is not known."""
    phrase = found.get(trigger.EVERY)
    return phrase is not None and not _is_period(phrase)
