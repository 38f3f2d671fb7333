"""The field tables of `docs/rules.md` and `docs/rule-tests.md`, written between markers from the table of fields.

    python -m agendad.rules.reference docs/rules.md docs/rule-tests.md

A test holds the page in step, so a key cannot be added without its line in the reference.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.rules.fields import (
    accounts,
    categories,
    company,
    configuration,
    expect,
    letter,
    people,
    rule,
    ruletest,
    selector,
    state,
    trigger,
)
from agendad.rules.fields.look import LOOK
from agendad.rules.fields.placement import PLACEMENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.rules.table import Field

_TRIGGERS: Final = (trigger.EVERY, trigger.AFTER, trigger.BEFORE, trigger.WHEN, rule.STEPS)
_MODIFIERS: Final = (
    trigger.STARTING,
    trigger.UNTIL,
    trigger.TIMES,
    trigger.EXCEPT,
    trigger.IF_MISSING,
    trigger.DELAY,
    trigger.LEAD,
    trigger.WITHIN,
    trigger.LOOK_BACK,
)

SECTIONS: Final[dict[str, Iterable[Field[object]]]] = {
    "file": rule.FILE.fields.values(),
    "rule": (rule.BLOCK, letter.DRAFT, rule.PROTECT, rule.ALLOW, rule.MEETINGS, rule.ENABLED, rule.MOVED_FROM),
    "trigger": _TRIGGERS,
    "every": trigger.RECURRENCE.fields.values(),
    "busy": trigger.BUSY.fields.values(),
    "step": (trigger.STEP_ON,),
    "cap": rule.CAP.fields.values(),
    "modifier": _MODIFIERS,
    "placement": PLACEMENT,
    "look": LOOK,
    "selector": selector.SELECTOR.fields.values(),
    "attendees": selector.ATTENDEES.fields.values(),
    "letter": (letter.DRAFT, *letter.LETTER),
    "company": (company.FOR_EACH, company.WITH, company.INVITE, company.NOTIFY),
    "choice": company.COMPANY.fields.values(),
    "state": (*state.STATE.fields.values(), trigger.AGAIN),
    "mail": (accounts.MAIL_PROVIDER, accounts.MAIL_PATH),
    "google": (accounts.CREDENTIALS, accounts.SUBJECT, accounts.ENDPOINT),
    "category": (categories.TARGET,),
    "configuration": configuration.CONFIGURATION.fields.values(),
    "me": configuration.ME.fields.values(),
    "away": configuration.AWAY.fields.values(),
    "limits": configuration.LIMITS.fields.values(),
    "cards": accounts.PEOPLE.fields.values(),
    "calendar": (accounts.PROVIDER, accounts.PATH, accounts.WRITE, accounts.READ),
    "person": people.PERSON.fields.values(),
    "people": people.FILE.fields.values(),
    "test_file": (
        ruletest.NOW,
        ruletest.STARTING,
        ruletest.EVENTS,
        ruletest.PEOPLE,
        ruletest.MAILS,
        ruletest.ABSENCES,
        ruletest.DELETED,
        ruletest.TESTS,
    ),
    "test": ruletest.TEST.fields.values(),
    "test_event": ruletest.EVENT.fields.values(),
    "test_attendee": ruletest.ATTENDEE.fields.values(),
    "test_mail": ruletest.MAIL.fields.values(),
    "test_expect": expect.EXPECT.fields.values(),
    "test_block": expect.BLOCK.fields.values(),
    "test_draft": expect.DRAFT.fields.values(),
    "test_skipped": expect.SKIPPED.fields.values(),
    "test_violation": expect.VIOLATION.fields.values(),
}
"""The fields of each marked section of the page, in its order."""

_MARKED: Final = re.compile(r"(?P<begin><!-- fields: (?P<name>\w+) -->\n).*?(?P<end><!-- end -->)", re.DOTALL)


def filled(page: str) -> str:
    """The page with every marked section written anew."""
    return _MARKED.sub(lambda found: found["begin"] + _rows(found["name"]) + found["end"], page)


def _rows(name: str) -> str:
    fields = list(SECTIONS[name])
    rows = "".join(
        f"| `{field.name}` | {_escaped(field.means)}{_with(field)} | `{_escaped(field.example)}` |\n"
        for field in fields
    )
    return f"| key | meaning | example |\n|---|---|---|\n{rows}"


def _with(field: Field[object]) -> str:
    """With which triggers and verbs the key makes sense, where not with all."""
    parts = [*field.triggers, *(field.verbs if len(field.verbs) == 1 else ())]
    return f" (with {', '.join(f'`{part}`' for part in parts)})" if parts else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")
