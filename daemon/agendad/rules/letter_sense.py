"""Whether the keys of a draft, and those that bring people into a rule, make sense together; asked by `sense`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.rule import After, AfterBusy
from agendad.rules.fields import company, letter, placement, rule, trigger
from agendad.rules.keys import CLASH, clash, follows_event, is_period, one_day, spreads_people, verb_of
from agendad.rules.times import spelled_time
from agendad.rules.values import comma_parts

if TYPE_CHECKING:
    from agendad.rules.table import Found
    from agendad.rules.tree import Scalar

RECIPIENTS: Final = (letter.TO, letter.CC, letter.BCC)


def check_letter(found: Found) -> None:
    """The keys of a draft have a draft, and its recipients exist for this trigger."""
    if verb_of(found) == "protect" and found.lacks("draft"):
        for field in letter.LETTER:
            if field.name in found.keys:
                clash(found, field.name, "without a `draft`", "add for example `draft: decline.md.j2`")
        return
    if found.lacks("draft"):
        return
    if found.has(rule.MEETINGS):
        clash(found, "draft", "with `meetings`, which reports no invitations", "remove it, or guard a time with `at`")
    _check_deadline(found)
    if found.get(letter.UNLESS) == "mailed" and not (found.has(trigger.AFTER) and follows_event(found)):
        message = "`unless: mailed` makes no sense here: it counts from the end of an event"
        found.report(found.nodes["unless"], CLASH, message, "it goes with `after`")
    for field in RECIPIENTS:
        if found.get(field) is not None:
            for word in comma_parts(found.nodes[field.name]):
                _check_recipient(found, field.name, word)


def _check_deadline(found: Found) -> None:
    """`if_late` where a draft can be late: with `within`, ahead of an event, and in a period, which ends."""
    if not found.has(letter.IF_LATE) or not found.lacks("within"):
        return
    if verb_of(found) == "protect":
        clash(found, "if_late", "in a reply, which has no deadline", "remove it")
    elif one_day(found) or found.has(trigger.WHEN) or isinstance(found.get(trigger.AFTER), After):
        clash(found, "if_late", "without a deadline", "add for example `within: 48h`")


def _check_recipient(found: Found, name: str, node: Scalar) -> None:
    word = " ".join(node.text.split())
    if word in letter.FROM_EVENT and not follows_event(found):
        hint = "use `after:` or `before:`, or write `me`, an address or a person's id"
        found.report(node, CLASH, f"`{word}` makes no sense here: the trigger gives no event", hint)
    elif word == "person" and found.lacks("for_each", "with", "each"):
        hint = "add `for_each:`, `with:` or `each: person`, or write a person's id"
        found.report(node, CLASH, f"`{name}: person` makes no sense here: nothing says who it is", hint)


def check_draft_time(found: Found) -> None:
    """A draft has no length: `at` is the one time when it is due."""
    times = found.get(placement.AT)
    if times is None:
        return
    if len(times) > 1:
        found.report(found.nodes["at"], CLASH, "a draft is due at one time", "keep one of them")
    elif times[0].end is not None:
        start = times[0].start
        hint = f"write only when it is due: `at: {spelled_time(start)}`"
        found.report(found.nodes["at"], CLASH, "a draft has no end", hint)


def check_people(found: Found) -> None:
    """`for_each`, `with`, and what goes with them."""
    busy = isinstance(found.get(trigger.AFTER), AfterBusy)
    for field in (company.FOR_EACH, company.WITH):
        if busy and field.name in found.keys:
            clash(found, field.name, "with `after: {busy: ...}`", "remove it")
    if found.has(company.FOR_EACH):
        if found.has(company.WITH):
            clash(found, "with", "beside `for_each`, which says already who it is", "keep one of them")
        if found.has(letter.EACH):
            clash(found, "each", "beside `for_each`, which makes one draft a person already", "remove it")
    if found.has(company.INVITE) and found.lacks("for_each", "with"):
        clash(found, "invite", "where nobody is named", "add for example `with: {person: ada}`")
    if found.has(company.NOTIFY) and found.get(company.INVITE) is not True and found.lacks("invite"):
        clash(found, "notify", "without `invite: true`", "add `invite: true`, or remove it")
    elif found.get(company.INVITE) is False and found.get(company.NOTIFY):
        clash(found, "notify", "with `invite: false`", "write `invite: true`, or remove it")


def check_at_most(found: Found) -> None:
    """`at_most` counts the pieces of `split` a day, or the people of a period a day."""
    if not found.has(placement.AT_MOST) or spreads_people(found) or not found.lacks("split"):
        return
    if found.has(company.FOR_EACH):
        phrase = found.get(trigger.EVERY)
        if phrase is None or is_period(phrase):
            return
        why, hint = "when `every` names the day: all of them are on it", "use a period such as `every: month`"
    elif verb_of(found) == "draft":
        why, hint = "without `for_each`", "add for example `for_each: {tier: 1}`"
    else:
        why, hint = "without `split`", "add for example `split: 30m-1h`"
    clash(found, "at_most", why, hint)
