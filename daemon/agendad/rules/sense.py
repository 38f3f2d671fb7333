"""Whether the keys of one rule make sense together; called by `build` before it makes the rule.

What concerns several rules, or rules and people, is in `crosscheck`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from agendad.diagnostics import Severity
from agendad.model.rule import AfterBusy, DayOfMonth, DayOfYear
from agendad.rules.fields import letter, look, placement, rule, trigger
from agendad.rules.keys import CLASH, clash, is_period, one_day, verb_of
from agendad.rules.letter_sense import check_at_most, check_draft_time, check_letter, check_people
from agendad.rules.spelling import listed, spelled
from agendad.rules.times import DAY, spelled_time
from agendad.rules.values import items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agendad.model.rule import At
    from agendad.rules.table import Found
    from agendad.rules.tree import Node, Scalar


_LONGEST_NIGHT: Final = 20 * 60
"""Minutes of a range into the next day above which its ends were probably written in the wrong order."""


def check_verb_and_trigger(key: Scalar, found: Found, steps: Sequence[Found]) -> None:
    """Exactly one verb (in each step, where there are steps) and exactly one trigger."""
    triggers = [name for name in found.keys if name in rule.TRIGGERS]
    if "steps" in found.keys:
        _check_programme(found, steps)
    else:
        _check_verbs(found, key, f"the rule `{key.text}`")
    if found.lacks(*rule.TRIGGERS):
        message = f"the rule `{key.text}` does not say when"
        found.report(key, "missing-trigger", message, "add `every:`, `after:`, `before:`, `when:` or `steps:`")
    for name in triggers[1:]:
        message = f"a rule has one trigger: `{triggers[0]}` or `{name}`"
        found.report(found.keys[name], "two-triggers", message, "make two rules of it")


def for_all_steps(found: Found, steps: Sequence[Found]) -> list[Found]:
    """Each step completed with what the rule says for all.

    In a programme of blocks and drafts a step takes only what goes with its verb, if another step takes the rest.
    """
    verbs = {verb_of(step) for step in steps}
    merged = []
    for step in steps:
        verb = verb_of(step)
        foreign = {
            name
            for name in found.keys
            if (goes := rule.RULE.fields[name].verbs) and verb and verb not in goes and verbs.intersection(goes)
        }
        if verb == "protect" and step.lacks("draft") and "draft" in verbs:
            foreign |= {field.name for field in letter.LETTER}
        merged.append(step.over(found, keep="on", without=foreign))
    return merged


def _check_verbs(found: Found, place: Node, what: str) -> None:
    if found.lacks(*rule.VERBS):
        hint = "add `block: TITLE`, `draft: TEMPLATE` or `protect: TITLE`"
        found.report(place, "missing-verb", f"{what} does not say what to do", hint)
    verbs = [name for name in found.keys if name in rule.VERBS]
    if not verb_of(found):
        for name in verbs[1:]:
            message = f"{what} has two verbs, `{verbs[0]}` and `{name}`"
            found.report(found.keys[name], "two-verbs", message, "make two of it, one for each")


def _check_programme(found: Found, steps: Sequence[Found]) -> None:
    for name in rule.VERBS:
        if name in found.keys:
            clash(found, name, "beside `steps`: each step has its own", "move it into the steps")
    if found.lacks("starting"):
        hint = "add the first day, such as `starting: 2027-01-04`"
        found.report(found.keys["steps"], "missing-key", "`steps` counts from `starting`, which is missing", hint)
    for step in steps:
        if step.lacks("on"):
            step.report(step.node, "missing-key", "the step does not say when", "add for example `on: week 1`")
        _check_verbs(step, step.node, "the step")
    if found.has(trigger.WITHIN) and steps and all(verb_of(step) in ("block", "protect") for step in steps):
        clash(found, "within", "with `steps` that have no draft", "remove it")


def check_fields(found: Found) -> None:
    """Each key goes with the rule's trigger and verb."""
    triggers = [name for name in found.keys if name in rule.TRIGGERS]
    verb = verb_of(found)
    for name in found.keys:
        field = rule.RULE.fields[name]
        if len(triggers) == 1 and field.triggers and triggers[0] not in field.triggers:
            clash(found, name, f"with `{triggers[0]}`", f"it goes with {listed(field.triggers)}")
        if verb and field.verbs and verb not in field.verbs:
            goes = ("draft",) if field in letter.LETTER else field.verbs
            clash(found, name, f"with `{verb}`", f"it goes with {listed(goes)}")
    if triggers == ["every"] and verb in ("block", "protect") and found.has(trigger.WITHIN):
        clash(found, "within", "with `every`", "it goes with `after`, `before` and `when`, or with `draft`")
    _check_dates(found)
    _check_auto(found)
    check_letter(found)
    check_people(found)
    if isinstance(found.get(trigger.AFTER), AfterBusy) and found.has(trigger.LOOK_BACK):
        clash(found, "look_back", "with `after: {busy: ...}`", "remove it")


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
        hint = "it goes with `day 29 of month` to `day 31 of month`"
        clash(found, "if_missing", "here: no month lacks such a day", hint)


def _check_auto(found: Found) -> None:
    """`slots`, `room` and `lead` say when `show_as: auto` turns busy; that is for blocks with several places to go."""
    shown = found.get(look.SHOW_AS)
    if shown == "auto":
        if found.has(rule.PROTECT) or (found.has(placement.AT) and one_day(found)):
            message = "`auto` is for blocks that have several places to go"
            found.report(found.nodes["show_as"], CLASH, message, "write `busy` or `free`")
    elif shown is not None or found.lacks("show_as"):
        for name in ("slots", "room"):
            if name in found.keys:
                clash(found, name, "here", "it goes with `show_as: auto`")
        if found.has(trigger.LEAD) and found.lacks("before"):
            clash(found, "lead", "here", "it goes with `before:` or `show_as: auto`")


def check_placement(found: Found) -> None:
    """The length is known, and the keys of placement do not contradict each other."""
    if found.has(rule.MEETINGS) and found.has(rule.PROTECT):
        _check_cap(found)
    elif found.has(rule.PROTECT) and found.lacks("at"):
        hint = "add for example `at: 17:00-23:59`"
        found.report(found.keys["protect"], "missing-key", "a protected window needs its time", hint)
    elif found.has(rule.BLOCK) and found.lacks("at", "lasts"):
        hint = "add `lasts: 45m`, or a fixed time such as `at: 09:00-12:00`"
        found.report(found.keys["block"], "missing-length", "a block that may stand anywhere needs its length", hint)
    check_at_most(found)
    if verb_of(found) == "draft":
        check_draft_time(found)
    elif found.has(placement.AT):
        _check_fixed(found)
    else:
        _check_flexible(found)
    if found.get(placement.ON) is not None and one_day(found):
        hint = "name the days in `every`, or use a period such as `every: week`"
        clash(found, "on", "when `every` names the day", hint)


def _check_cap(found: Found) -> None:
    if is_period(found.get(trigger.EVERY)):
        hint = "write for example `every: weekday`"
        found.report(found.nodes["every"], CLASH, "`meetings` caps the load of single days", hint)
    for name in ("at", "lasts"):
        if name in found.keys:
            clash(found, name, "with `meetings`, which holds what is left of the working hours", "remove it")


def _check_fixed(found: Found) -> None:
    for name in ("between", "split", "prefer") if one_day(found) else ("between", "split"):
        if name in found.keys:
            clash(found, name, "with `at`, which fixes the time", "keep one of them")
    lasts, times = found.get(placement.LASTS), found.value(placement.AT, ())
    if lasts is None:
        if found.lacks("lasts") and any(at.end is None for at in times):
            hint = "add `lasts: 45m`, or write the end: `at: 14:00-15:00`"
            found.report(found.nodes["at"], "missing-length", "`at` says when it begins, but not how long it is", hint)
        _check_nights(found, times)
        _check_overlap(found, times, 0)
        return
    if lasts.days:
        message = "an event of whole days has no time of day"
        found.report(found.nodes["lasts"], CLASH, message, "remove `at`, or give hours")
        return
    for at in times:
        if at.end is not None and at.end - at.start != lasts.most:
            is_long, says = spelled(at.end - at.start), spelled(lasts.most)
            message = f"`at` is {is_long} long, but `lasts` says {says}"
            hint = "remove `lasts`; as a range it says how far `shrink` may go"
            found.report(found.nodes["lasts"], CLASH, message, hint)
            return
    _check_overlap(found, times, lasts.most)


def _check_nights(found: Found, times: Sequence[At]) -> None:
    for node, at in zip(items(found.nodes["at"]), times, strict=False):  # none where the value was refused
        if at.end is not None and at.end > DAY and at.end - at.start > _LONGEST_NIGHT:
            hours, minutes = divmod(at.end - at.start, 60)
            message = f"this lasts {hours} h {minutes:02}, until the next day"
            swapped = f"{spelled_time(at.end - DAY)}-{spelled_time(at.start)}"
            hint = f"did you mean `{swapped}`?" if at.end - DAY < at.start else "an end at the start is on the next day"
            found.report(node, "nearly-a-day", message, hint, Severity.WARNING)


def _check_overlap(found: Found, times: tuple[At, ...], length: int) -> None:
    stretches = sorted((at.start, at.start + length if at.end is None else at.end) for at in times)
    for (_, end), (start, _) in pairwise(stretches):
        if start < end:
            found.report(found.nodes["at"], CLASH, "two of these times overlap", "join them, or move one")
            return


def _check_flexible(found: Found) -> None:
    lasts, split = found.get(placement.LASTS), found.get(placement.SPLIT)
    if lasts is None:
        return
    if lasts.days:
        for name in ("between", "split", "gap"):
            if name in found.keys:
                clash(found, name, "with an event of whole days", "remove it, or give `lasts` in hours")
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
