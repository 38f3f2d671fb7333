"""What a rule test wants against what came of it: the differences, each with the reasons that the engine gave.

Called by `ruletest.py`. A wanted entry may leave much open, so entries are first matched as a whole, as many as can be;
what is left over is then set side by side with what came nearest of the same rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from agendad.app.testworld import address_of, span_of
from agendad.core.timeline import wall
from agendad.core.trace import sentences
from agendad.model.calendar import ShowAs
from agendad.model.ruletest import Difference
from agendad.rules.spelling import spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from agendad.app.cycle import Look
    from agendad.model.calendar import EventFields, Moment
    from agendad.model.plan import Plan, PlannedBlock, PlannedDraft, Skipped, Violation
    from agendad.model.reasons import Reason
    from agendad.model.ruletest import Days, RuleTest, Wanted, What

MOST_REASONS: Final = 3
"""Skipped occurrences that are named below an entry that did not come."""

_WORDS: Final[Mapping[What, Literal["block", "draft", "skipped", "violation"]]] = {
    "blocks": "block",
    "drafts": "draft",
    "skipped": "skipped",
    "violations": "violation",
}


@dataclass(frozen=True, slots=True)
class Came:
    """Something that the rules did, in the words of `expect`. `text` is what `contains` looks in."""

    rule: str
    key: str = ""
    when: tuple[Moment, Moment] | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    to: tuple[str, ...] = ()
    text: str = ""
    why: tuple[str, ...] = ()


def judge(seen: Look, plan: Plan, test: RuleTest, judged: frozenset[str]) -> tuple[Difference, ...]:
    """The differences in all that the test expects something of; `plan` covers `over`, `judged` are its rules.

    Raises Unjudged for people that nobody knows.
    """
    court = _Court(seen, plan, test, judged)
    return tuple(difference for what in test.expect for difference in court.differences(what))


class _Court:
    """The judgment of one test."""

    def __init__(self, seen: Look, plan: Plan, test: RuleTest, judged: frozenset[str]) -> None:
        self._seen = seen
        self._plan = plan
        self._test = test
        self._judged = judged
        self._zone = seen.settings.timezone

    def differences(self, what: What) -> list[Difference]:
        """Where one list of `expect` is not what came."""
        wanted = list(self._test.expect[what])
        came = [each for each in self._came(what) if each.rule in self._judged]
        for mine, yours in pairs(wanted, came, lambda one, other: not self._parts(one, other)):
            wanted.remove(mine)
            came.remove(yours)
        found = []
        for mine in wanted:
            nearest = min(
                (each for each in came if each.rule == mine.rule),
                key=lambda each: self._distance(mine, each),
                default=None,
            )
            if nearest is None:
                found.append(self._difference(what, mine, None))
            else:
                came.remove(nearest)
                found.append(self._difference(what, mine, nearest))
        return found + [self._difference(what, None, each) for each in came]

    # ------------------------------------------------------------ what came

    def _came(self, what: What) -> list[Came]:
        match what:
            case "blocks":
                return [_block(each) for each in self._plan.blocks if self._begins_inside(each.fields.start)]
            case "drafts":
                return [_draft(each) for each in self._plan.drafts if self._begins_inside(each.due)]
            case "skipped":
                return [_skip(each) for each in self._plan.skipped if _meets(days_of(each), self._test.over)]
            case "violations":
                events = self._plan.violations
                return [_violation(each) for each in events if self._begins_inside(each.event.fields.start)]

    def _begins_inside(self, moment: Moment) -> bool:
        day = moment.astimezone(self._zone).date() if isinstance(moment, datetime) else moment
        return self._test.over[0] <= day <= self._test.over[1]

    # ------------------------------------------------------------ comparing

    def _parts(self, wanted: Wanted, came: Came) -> tuple[tuple[str, str, str], ...]:
        """What differs, as (name, wanted, came)."""
        parts: list[tuple[str, str, str]] = []
        if wanted.rule != came.rule:
            parts.append(("rule", wanted.rule, came.rule))
        if wanted.at is not None and not self._is_at(wanted, came):
            parts.append(("due" if came.to else "at", self._when_wanted(wanted), self._when_came(came)))
        parts += [
            (name, text, came.facts.get(name, ""))
            for name, text in wanted.facts.items()
            if came.facts.get(name) != text
        ]
        if wanted.to is not None:
            to = sorted({address_of(each, self._seen.loaded.people) for each in wanted.to})
            if to != sorted({address.lower() for address in came.to}):
                parts.append(("to", ", ".join(to), ", ".join(came.to)))
        parts += [("contains", text, came.text) for text in wanted.contains if _flat(text) not in _flat(came.text)]
        return tuple(parts)

    def _is_at(self, wanted: Wanted, came: Came) -> bool:
        """Days alone mean a block of those whole days, or one that begins in them; a start alone, any end."""
        at = wanted.at
        if at is None or came.when is None:
            return False
        start, end = span_of(at, self._zone, self._test.over[0])
        began, ended = came.when
        if not isinstance(start, datetime) and isinstance(began, datetime):
            return start <= began.astimezone(self._zone).date() < _date(end)
        return _same(start, began) and (_same(end, ended) or (at.start is not None and at.end is None))

    def _distance(self, wanted: Wanted, came: Came) -> tuple[bool, float, int]:
        """How far apart two entries of a rule are: by key, by time, by the number of their differences."""
        parts = self._parts(wanted, came)
        other_key = "key" in wanted.facts and wanted.facts["key"] != came.key
        if wanted.at is None or came.when is None:
            return other_key, 0, len(parts)
        start, _ = span_of(wanted.at, self._zone, self._test.over[0])
        return other_key, abs(self._instant(start) - self._instant(came.when[0])), len(parts)

    def _instant(self, moment: Moment) -> float:
        return (moment if isinstance(moment, datetime) else wall(moment, 0, self._zone)).timestamp()

    # ------------------------------------------------------------ telling

    def _difference(self, what: What, wanted: Wanted | None, came: Came | None) -> Difference:
        why = came.why if came is not None else self._why_not(what, wanted) if wanted is not None else ()
        return Difference(
            what=_WORDS[what],
            rule=wanted.rule if wanted is not None else came.rule if came is not None else "",
            wanted=self._told_wanted(wanted) if wanted is not None else "",
            came=self._told_came(came) if came is not None else "",
            why=why,
            parts=self._parts(wanted, came) if wanted is not None and came is not None else (),
        )

    def _told_wanted(self, wanted: Wanted) -> str:
        facts = {name: text for name, text in wanted.facts.items() if name not in ("title", "subject")}
        told = [self._when_wanted(wanted)] if wanted.at is not None else []
        told += [f"“{wanted.facts[name]}”" for name in ("title", "subject") if name in wanted.facts]
        told += [f"to {', '.join(wanted.to)}"] if wanted.to is not None else []
        told += [f"{name} {text}" for name, text in facts.items()]
        told += [f"with “{text}”" for text in wanted.contains]
        return ", ".join(told) or "one, whatever it is"

    def _told_came(self, came: Came) -> str:
        told = [self._when_came(came)] if came.when is not None else [came.key]
        told += [f"“{came.facts[name]}”" for name in ("title", "subject") if name in came.facts]
        told += [f"to {', '.join(came.to)}"] if came.to else []
        return ", ".join(told)

    def _when_wanted(self, wanted: Wanted) -> str:
        if wanted.at is None:
            return ""
        start, end = span_of(wanted.at, self._zone, self._test.over[0])
        return when(start, start if wanted.at.start is not None and wanted.at.end is None else end, self._zone)

    def _when_came(self, came: Came) -> str:
        return when(*came.when, self._zone) if came.when is not None else ""

    def _why_not(self, what: What, wanted: Wanted) -> tuple[str, ...]:
        """Why something that was wanted did not come: what the engine says of that day, else of all days."""
        if what == "violations":
            return ("no event that it does not allow is in its window",)
        if what == "skipped":
            return ("it has a block or a draft, or nothing set it off",)
        skips = [each for each in self._plan.skipped if each.rule == wanted.rule]
        key = wanted.facts.get("key")
        if key is not None:
            skips = [each for each in skips if each.key == key] or skips
        skips = [each for each in skips if _meets(days_of(each), self._days_of(wanted))]
        told = [f"{each.key}: {'; '.join(_reasons(each.why))}" for each in skips]
        if len(told) > MOST_REASONS:
            told = [*told[:MOST_REASONS], f"and {len(told) - MOST_REASONS} more"]
        elsewhere = self._elsewhere(what, wanted)
        if elsewhere:
            told.append(elsewhere)
        return tuple(told) or ("nothing set it off in this time",)

    def _days_of(self, wanted: Wanted) -> Days:
        return wanted.at.days if wanted.at is not None and wanted.at.days is not None else self._test.over

    def _elsewhere(self, what: What, wanted: Wanted) -> str:
        """Where the rule does something outside of the time that is judged."""
        if what == "drafts":
            near: list[Moment] = [
                each.due for each in self._seen.decision.drafts.desired if each.rule.id == wanted.rule
            ]
        else:
            near = [each.fields.start for each in self._seen.decision.desired if each.rule == wanted.rule]
        outside = [moment for moment in near if not self._begins_inside(moment)]
        if not outside:
            return ""
        first = min(outside, key=self._instant)
        return f"outside of `over` it has {len(outside)}, the first on {when(first, first, self._zone)}"


# ---------------------------------------------------------------- what came, in the words of `expect`


def _block(block: PlannedBlock) -> Came:
    fields = block.fields
    return Came(
        rule=block.rule,
        key=block.key,
        when=(fields.start, fields.end),
        facts={"key": block.key, **_looks(fields)},
        text=fields.notes,
        why=_reasons(block.why),
    )


def _looks(fields: EventFields) -> dict[str, str]:
    remind = None if fields.remind is None else ", ".join(spelled(minutes) for minutes in fields.remind) or "none"
    return {
        "title": fields.title,
        "show_as": ShowAs(fields.show_as).value,
        "kind": fields.kind.value,
        "place": fields.place,
        "color": fields.color,
        "visibility": fields.visibility.value,
        "remind": remind or "",
    }


def _draft(draft: PlannedDraft) -> Came:
    return Came(
        rule=draft.rule,
        key=draft.key,
        when=(draft.due, draft.due),
        facts={"key": draft.key, "subject": draft.subject, "late": str(draft.late).lower()},
        to=draft.to,
        text=draft.text,
        why=_reasons(draft.why),
    )


def _skip(skipped: Skipped) -> Came:
    why = _reasons(skipped.why)
    return Came(rule=skipped.rule, key=skipped.key, facts={"key": skipped.key}, text="; ".join(why), why=why)


def _violation(violation: Violation) -> Came:
    fields = violation.event.fields
    return Came(rule=violation.rule, when=(fields.start, fields.end), facts={"title": fields.title})


def _reasons(why: tuple[Reason, ...]) -> tuple[str, ...]:
    return tuple(sentences(why))


# ---------------------------------------------------------------- times


def when(start: Moment, end: Moment, zone: ZoneInfo) -> str:
    """A time as rule tests write it: `2026-11-24 16:00-16:15`, `2026-11-24 16:00`, `2026-11-24..2026-11-26`."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        last = _date(end) - timedelta(days=1)
        return f"{start}" if last <= _date(start) else f"{start}..{last}"
    begins, ends = start.astimezone(zone), end.astimezone(zone)
    if begins == ends:
        return f"{begins:%Y-%m-%d %H:%M}"
    if ends - begins > timedelta(days=1):
        return f"{begins:%Y-%m-%d %H:%M} to {ends:%Y-%m-%d %H:%M}"
    midnight = ends.date() > begins.date() and not (ends.hour or ends.minute)
    return f"{begins:%Y-%m-%d %H:%M}-{'24:00' if midnight else f'{ends:%H:%M}'}"


def _date(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _same(one: Moment, other: Moment) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one.timestamp() == other.timestamp()
    return one == other


_PERIOD: Final = re.compile(r"(\d{4})(?:-(?:W(\d\d)|Q([1-4])|H([12])|(\d\d)))?")


def days_of(skipped: Skipped) -> Days | None:
    """The days that a skipped occurrence may have lived in, both included: its period, as its key tells, or its day."""
    found = _PERIOD.fullmatch(skipped.key.split("/")[1] if "/" in skipped.key else "")
    if found is None:
        return (skipped.day, skipped.day) if skipped.day is not None else None
    year, week, quarter, half, month = (int(number) if number else 0 for number in found.groups())
    if week:
        monday = date.fromisocalendar(year, week, 1)
        return monday, monday + timedelta(days=6)
    first, months = (month or 3 * quarter - 2, 1 if month else 3) if month or quarter else (6 * half - 5, 6)
    first, months = (first, months) if month or quarter or half else (1, 12)
    end = date(year + (first + months - 1) // 12, (first + months - 1) % 12 + 1, 1)
    return date(year, first, 1), end - timedelta(days=1)


def _meets(days: Days | None, over: Days) -> bool:
    return days is None or (days[0] <= over[1] and days[1] >= over[0])


def _flat(text: str) -> str:
    """Text without the line breaks that a mail or a file puts into it."""
    return " ".join(text.split())


# ---------------------------------------------------------------- pairs


def pairs(
    wanted: Sequence[Wanted], came: Sequence[Came], fits: Callable[[Wanted, Came], bool]
) -> list[tuple[Wanted, Came]]:
    """As many pairs that fit as there can be (augmenting paths, Kuhn 1955)."""
    holder: dict[int, int] = {}
    options = [[number for number, other in enumerate(came) if fits(one, other)] for one in wanted]

    def find(one: int, tried: set[int]) -> bool:
        for other in options[one]:
            if other not in tried:
                tried.add(other)
                if other not in holder or find(holder[other], tried):
                    holder[other] = one
                    return True
        return False

    for one in range(len(wanted)):
        find(one, set())
    return [(wanted[one], came[other]) for other, one in sorted(holder.items())]
