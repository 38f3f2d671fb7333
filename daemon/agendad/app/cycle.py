"""One cycle up to the plan: observe, decide, reconcile. It changes nothing.

`plan` shows its result, `apply` carries it out, `status` and `explain` read it, `simulate` and the service repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from agendad.app.drafts import planned
from agendad.app.holidays import public_holidays
from agendad.app.observe import end_of_reading, mail_since
from agendad.core.engine import Decision, Situation, decide, horizon_days
from agendad.core.hands import Context
from agendad.core.mailhands import MailHands
from agendad.core.reach import reach
from agendad.core.timeline import wall
from agendad.core.triggers import identity
from agendad.drafting.expressions import Expressions
from agendad.errors import UsageError
from agendad.model.identity import is_own
from agendad.model.mail import Mailbox
from agendad.model.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from agendad.app.desk import Desk
    from agendad.core.hands import Hands
    from agendad.core.problem import Problem, Solution
    from agendad.core.reconcile import Reconciled
    from agendad.model.calendar import Event, EventFields
    from agendad.model.memory import Decisions, Memory
    from agendad.model.reach import Reach
    from agendad.model.rule import Rule
    from agendad.model.settings import Settings
    from agendad.ports import CalendarPort, Snapshot
    from agendad.rules.load import Loaded

MEMORY: Final = timedelta(days=400)
"""How far back the ledger is asked what was written and drafted."""


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that one cycle saw and decided, nothing of it carried out. `settings` have their final zone.

    `situation` is what the decision rests on, `mail` what became of earlier drafts; `calendars` can be read for more.
    """

    settings: Settings
    rules: tuple[Rule, ...]
    loaded: Loaded
    context: Context
    calendars: CalendarPort
    snapshot: Snapshot
    memory: Memory
    hands: Hands
    mail: MailHands
    situation: Situation
    decision: Decision
    reconciled: Reconciled

    @property
    def now(self) -> datetime:
        """The instant of the cycle, in the zone of the settings."""
        return self.context.now


def look(desk: Desk, now: datetime) -> Look:
    """Observes, decides and reconciles at `now`.

    Raises CalendarUnreadable or another ProviderError when anything that matters cannot be read.
    """
    loaded = desk.loaded
    settings = loaded.configured
    decisions = desk.decisions.load()
    day = desk.realities.day(horizon_days(settings, now)[0])
    back = desk.realities.once("reach", (loaded, day), lambda: reach(settings, loaded.rules, now))
    memory = _memory(desk, decisions, back, now)
    written = memory.written
    known = (loaded, written, day)
    end = desk.realities.once("end", known, lambda: end_of_reading(settings, loaded.rules, written.values(), now))
    start = back.start
    snapshot = desk.calendars.read(start, end, back)
    settings, rules = in_calendar_zone(settings, loaded.rules, snapshot.timezone)
    rules = with_first_ids(rules, snapshot.events, memory)
    enabled = tuple(rule for rule in rules if rule.enabled)
    now = now.astimezone(settings.timezone)
    events = desk.realities.near(snapshot.events, back)
    context = Context(
        now=now,
        start=back.own,
        longer=back.longer,
        end=end,
        horizon=wall(horizon_days(settings, now)[1], 0, settings.timezone),
        calendar=settings.calendar.write,
        calendars=frozenset(snapshot.counts),
        rules=frozenset(rule.id for rule in enabled),
        paused=decisions.paused(now),
        read_only=snapshot.read_only,
        removed=snapshot.deleted,
    )
    seen = desk.realities.hands(events, memory, context)
    mail = _mail(desk, memory, now)
    situation = Situation(
        rules=enabled,
        settings=settings,
        people=loaded.people,
        now=now,
        events=events,
        hands=seen,
        first_days=decisions.first_days,
        absences=decisions.absences,
        holidays=public_holidays(settings, start, end, desk.cache),
        mailbox=mail.mailbox,
        episodes=decisions.episodes,
        realities=desk.realities,
    )
    decision = decide(situation, Expressions().render, placer_of(settings))
    return Look(
        settings=settings,
        rules=rules,
        loaded=loaded,
        context=context,
        calendars=desk.calendars,
        snapshot=snapshot,
        memory=memory,
        hands=seen,
        mail=mail,
        situation=situation,
        decision=decision,
        reconciled=desk.realities.reconciled(decision, seen, context),
    )


def _memory(desk: Desk, decisions: Decisions, back: Reach, now: datetime) -> Memory:
    """What is remembered of the blocks that the rules look back at; of all blocks, when a rule was renamed."""
    if any(rule.moved_from for rule in desk.loaded.rules):
        return desk.ledger.memory(decisions, now - MEMORY)
    return desk.ledger.memory(decisions, now - MEMORY, back.own, back.longer)


def _mail(desk: Desk, memory: Memory, now: datetime) -> MailHands:
    """What became of earlier drafts; without a mailbox, only what is remembered of them."""
    if desk.mail is None:
        return MailHands(Mailbox(made=memory.drafts, gone=memory.decisions.drafts))
    settings, rules = desk.loaded.configured, desk.loaded.rules
    day = desk.realities.day(horizon_days(settings, now)[0])
    since = desk.realities.once("mail since", (desk.loaded, day), lambda: mail_since(settings, rules, now))
    snapshot = desk.mail.read(since)
    return desk.realities.mail(snapshot, memory, now)


def with_first_ids(rules: tuple[Rule, ...], events: Iterable[Event], memory: Memory) -> tuple[Rule, ...]:
    """The rules with `moved_from` naming the id that their keys are made of.

    That is the very first one. A person who renames a rule again writes the id before it; whose keys that rule kept is
    told by the marks of the events and by what is remembered.
    """
    if not any(rule.moved_from for rule in rules):
        return rules
    known = [(event.mark.rule, event.mark.key) for event in events if event.mark and is_own(event)]
    known += [(written.rule, key) for key, written in memory.written.items()]
    known += [(gone.rule, key) for key, gone in memory.decisions.deleted.items()]
    began: dict[str, set[str]] = {}
    for rule, key in known:
        began.setdefault(rule, set()).add(key.partition("/")[0])
    taken = {rule.id for rule in rules} | {rule.moved_from for rule in rules}

    def resolved(rule: Rule) -> Rule:
        first = began.get(rule.id) or began.get(rule.moved_from) or set()
        return replace(rule, moved_from=next(iter(first))) if len(first) == 1 and not first & taken else rule

    return tuple(resolved(rule) if rule.moved_from else rule for rule in rules)


def first_day_ids(rules: tuple[Rule, ...]) -> frozenset[str]:
    """The ids under which the first days of the enabled rules are remembered."""
    return frozenset(identity(rule) for rule in rules if rule.enabled)


def plan(seen: Look, first: date | None = None, last: date | None = None) -> Plan:
    """What the cycle would do in a range of days, both included; without them from today to the end of the horizon.

    Raises UsageError for days outside the horizon, or in the wrong order.
    """
    zone = seen.settings.timezone
    today, horizon = horizon_days(seen.settings, seen.now)
    first, last = first or today, last or max(horizon - timedelta(days=1), first or today)
    if not today <= first <= last < horizon:
        raise UsageError(
            f"the range {first} to {last} is not inside the horizon, {today} to {horizon - timedelta(days=1)}",
            hint="`horizon:` in agendad.yaml says how far ahead blocks are written",
        )
    start, end = wall(first, 0, zone), wall(last + timedelta(days=1), 0, zone)
    whole = first == today and last == horizon - timedelta(days=1)

    def inside(fields: EventFields | None) -> bool:
        if fields is None:
            return False
        begins, ends = (
            moment if isinstance(moment, datetime) else wall(moment, 0, zone) for moment in (fields.start, fields.end)
        )
        return begins < end and ends > start

    changes = seen.reconciled.changes
    if not whole:
        changes = tuple(c for c in changes if inside(c.after) or (c.before is not None and inside(c.before.fields)))
    skipped = (*seen.decision.skipped, *seen.reconciled.skipped)
    return Plan(
        now=seen.now,
        start=start,
        end=end,
        changes=changes,
        blocks=tuple(block for block in seen.reconciled.blocks if inside(block.fields)),
        skipped=tuple(each for each in skipped if each.day is None or first <= max(each.day, first) <= last),
        violations=tuple(each for each in seen.decision.violations if inside(each.event.fields)),
        problems=(*seen.loaded.diagnostics, *seen.snapshot.problems),
        deleted_by_hand=tuple(sorted(seen.hands.found)),
        drafts=planned(seen, start, end),
    )


def in_calendar_zone(
    settings: Settings, rules: tuple[Rule, ...], calendar_zone: str
) -> tuple[Settings, tuple[Rule, ...]]:
    """`timezone: calendar`: the calendar's own zone, for the settings and for every rule without one of its own."""
    if not settings.follow_calendar_zone or not calendar_zone:
        return settings, rules
    zone = ZoneInfo(calendar_zone)
    moved = tuple(replace(rule, timezone=zone) if rule.timezone is settings.timezone else rule for rule in rules)
    return replace(settings, timezone=zone), moved


def placer_of(settings: Settings) -> Callable[[Problem], Solution]:
    """What gives blocks their places: the exact solver where the configuration asks for it."""
    if settings.exact_placement:
        from agendad.core.exact import place_exact

        return place_exact
    from agendad.core.placement import place

    return place
