"""Why a block stands where it does, a draft comes when it does, or either is missing. Called by `agendad explain`.

One asks by key, by rule or by day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from agendad.app.tried import attempts
from agendad.core.reality import Realities
from agendad.core.situation import Survey
from agendad.core.standing import family
from agendad.core.timeline import from_minutes, wall
from agendad.errors import UsageError
from agendad.ledger.history import decisions
from agendad.ledger.logbook import Asked, DraftLine, lines
from agendad.rules.grammar import GrammarError, parse_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from agendad.app.cycle import Look
    from agendad.app.tried import Tried
    from agendad.ledger import Ledger
    from agendad.ledger.logbook import Line
    from agendad.model.calendar import Event, EventFields
    from agendad.model.plan import DesiredDraft, Plan, Violation
    from agendad.model.reasons import Reason

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Story:
    """One occurrence: its state (`planned`, `written`, `pinned`, `skipped`), where it stands, why, and what was done.

    `fields` is None for one that has no block; `draft` is the mail where it asks for one (it may also be `due`).
    `changed_by_hand` are the merge fields that the person changed. `place` is the file and line of its rule, `tried`
    where it could have stood and what stands there, where that was looked at.
    """

    key: str
    rule: str
    state: str
    fields: EventFields | None
    why: tuple[Reason, ...]
    changed_by_hand: frozenset[str] = frozenset()
    history: tuple[Line, ...] = ()
    draft: DesiredDraft | None = None
    place: str = ""
    tried: Tried | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is without any rule: its working hours, and the events that are not ours, in the order of time.

    `hours` are empty on a day off; `holiday` is the name of a public holiday, `away` says that the person is.
    """

    day: date
    hours: tuple[tuple[datetime, datetime], ...]
    holiday: str
    away: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was asked for, in the order of time; what has no block comes last.

    `day` is there when a day was asked for. `state` tells what a `when:` rule measures, when that rule was.
    """

    asked: str
    stories: tuple[Story, ...]
    violations: tuple[Violation, ...] = ()
    day: Day | None = None
    state: str = ""


def explain(seen: Look, plan: Plan, ledger: Ledger, asked: str) -> Explanation:
    """The stories of a key, of a rule or of a day; raises UsageError when there is nothing of that name.

    `plan` is that of the whole horizon.
    """
    everything = _stories(seen, plan)
    if _DATE.fullmatch(asked):
        return _of_day(seen, plan, everything, asked)
    if any(rule.id == asked for rule in seen.rules):
        violations = tuple(v for v in plan.violations if v.rule == asked)
        stories = tuple(s for s in everything if s.rule == asked)
        return Explanation(asked, _with_attempts(seen, stories, skipped=True), violations, state=_state(seen, asked))
    found = [story for story in everything if story.key == asked or family(story.key) == asked]
    history = lines(ledger, Asked(key=asked))
    if not found and history:
        newest = history[0]
        fields = None if isinstance(newest, DraftLine) else newest.after or newest.before
        found = [Story(asked, newest.rule, "past", fields, newest.why)]
    if not found:
        known = [*(story.key for story in everything), *(rule.id for rule in seen.rules)]
        near = get_close_matches(asked, known, n=1)
        raise UsageError(
            f"there is no key, rule or date `{asked}`",
            hint=f"did you mean `{near[0]}`?" if near else "`agendad plan --json` lists the keys",
        )
    return Explanation(asked, _with_attempts(seen, [_with_history(story, ledger) for story in found]))


def remembered(ledger: Ledger, asked: str) -> Explanation:
    """What the last good cycle recorded of a key or a rule, without reading rules or calendars.

    Raises UsageError when it recorded nothing of that name.
    """
    found = decisions(ledger, key=asked) or decisions(ledger, rule=asked)
    stories = tuple(Story(each.key, each.rule, each.state, None, each.why) for each, _ in found)
    if not stories:
        raise UsageError(
            f"the last good cycle recorded nothing of `{asked}`",
            hint="put the rules right (`agendad check`), then ask again; until then, ask for a key or a rule",
        )
    return Explanation(asked, tuple(_with_history(story, ledger) for story in stories))


def _stories(seen: Look, plan: Plan) -> list[Story]:
    stories = [
        Story(b.key, b.rule, b.state, b.fields, b.why, seen.hands.changed.get(b.key, frozenset())) for b in plan.blocks
    ]
    stories += [Story(s.key, s.rule, "skipped", None, s.why) for s in plan.skipped]
    stories += [Story(d.key, d.rule.id, d.state, None, d.why, draft=d) for d in seen.decision.drafts.desired]
    places = {rule.id: f"{rule.span.file}:{rule.span.line}" for rule in seen.rules}
    return [replace(story, place=places.get(story.rule, "")) for story in stories]


def _of_day(seen: Look, plan: Plan, everything: list[Story], asked: str) -> Explanation:
    try:
        day = parse_date(asked)
    except GrammarError as error:
        raise UsageError(f"{asked}: {error.message}", hint=error.hint) from None
    zone = seen.settings.timezone
    start, end = wall(day, 0, zone), wall(day + timedelta(days=1), 0, zone)

    def on_day(fields: EventFields) -> bool:
        begins, ends = (m if isinstance(m, datetime) else wall(m, 0, zone) for m in (fields.start, fields.end))
        return begins < end and ends > start

    skipped = {each.key for each in plan.skipped if each.day == day}

    def is_of_day(story: Story) -> bool:
        if story.draft is not None:
            return start <= story.draft.due < end
        return story.key in skipped if story.fields is None else on_day(story.fields)

    stories = [story for story in everything if is_of_day(story)]
    violations = tuple(v for v in plan.violations if on_day(v.event.fields))
    survey = Survey(replace(seen.situation, realities=Realities()))
    hours = survey.local(zone).frame.working(day)
    about = Day(
        day,
        tuple((from_minutes(first, zone), from_minutes(last, zone)) for first, last in hours),
        seen.situation.holidays.get(day, ""),
        day in survey.reality.absent,
        tuple(event for event in survey.reality.real if on_day(event.fields)),
    )
    return Explanation(asked, _with_attempts(seen, stories, skipped=True), violations, about)


def _state(seen: Look, asked: str) -> str:
    """What a `when:` rule measures now, and its bound; empty for any other."""
    from agendad.app.signals import Scope, rows

    rules = tuple(rule for rule in seen.rules if rule.id == asked)
    scope = Scope(seen.settings, rules, seen.loaded.people, seen.memory.decisions)
    return "".join(row.text for row in rows(scope, seen.situation.events, seen.now))


def _with_attempts(seen: Look, stories: Iterable[Story], *, skipped: bool = False) -> tuple[Story, ...]:
    """The stories with where each could have stood; with `skipped`, only those without a block get it."""
    stories = tuple(stories)
    wanted = {s.key for s in stories if s.draft is None and (s.fields is None or not skipped)}
    found = attempts(seen, wanted) if wanted else {}
    return tuple(replace(story, tried=found.get(story.key)) for story in stories)


def _with_history(story: Story, ledger: Ledger) -> Story:
    return replace(story, history=lines(ledger, Asked(key=story.key)))
