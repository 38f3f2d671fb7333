"""Small questions about the keys of one rule that `sense`, `letter_sense` and `build` ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.rule import After, EveryPeriod, MonthOfQuarter, Phrase, WeekOfMonth
from agendad.rules.fields import company, rule, trigger

if TYPE_CHECKING:
    from agendad.rules.table import Found

CLASH: Final = "no-sense"


def clash(found: Found, name: str, why: str, hint: str) -> None:
    """Report that a key goes with nothing that stands beside it."""
    found.report(found.keys[name], CLASH, f"`{name}` makes no sense {why}", hint)


def verb_of(found: Found) -> str:
    """The verb, or empty when there is none or more than one; beside `protect`, `draft` is its reply."""
    verbs = [name for name in rule.VERBS if name in found.keys]
    if verbs == ["draft", "protect"]:
        return "protect"
    return verbs[0] if len(verbs) == 1 else ""


def is_period(phrase: Phrase | None) -> bool:
    """Whether an `every` phrase names periods; false as well when it is not known."""
    return isinstance(phrase, EveryPeriod | WeekOfMonth | MonthOfQuarter)


def one_day(found: Found) -> bool:
    """Whether the trigger names single days; false as well when it is not known."""
    phrase = found.get(trigger.EVERY)
    return phrase is not None and not is_period(phrase)


def spreads_people(found: Found) -> bool:
    """Whether the people of `for_each` are spread over the working days of a period."""
    return found.has(company.FOR_EACH) and is_period(found.get(trigger.EVERY))


def follows_event(found: Found) -> bool:
    """Whether each occurrence has an event: one that the trigger selects, or the invitation of a reply."""
    if found.has(trigger.AFTER):
        value = found.get(trigger.AFTER)
        return value is None or isinstance(value, After)
    return found.has(trigger.BEFORE) or found.has(rule.PROTECT)
