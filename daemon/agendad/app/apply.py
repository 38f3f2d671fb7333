"""Makes the calendar agree with the rules: a cycle, its safety limits, its writes, and what is remembered of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agendad.app.carry import Done, carry_out, finish
from agendad.app.cycle import Look, first_day_ids, look
from agendad.app.drafts import NOTHING_DRAFTED, Drafted, carry_drafts
from agendad.app.housekeeping import keep_small
from agendad.core.hands import gone_from, remember
from agendad.core.mailhands import recent
from agendad.core.safety import emptied, within_limits
from agendad.errors import RefusedBySafety, StateUnusable
from agendad.ledger.history import last_instant
from agendad.model.memory import Decided

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from agendad.app.desk import Desk
    from agendad.app.home import Home
    from agendad.ledger import Ledger
    from agendad.model.memory import Gone
    from agendad.model.plan import Change
    from agendad.rules.load import Loaded

CLOCK_SLACK: Final = timedelta(minutes=10)
"""How far the clock may stand before the last run without being thought wrong."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the person allowed: `yes` lifts the limits of a cycle, `accept_empty` says they emptied the calendar."""

    yes: bool = False
    accept_empty: bool = False


@dataclass(frozen=True, slots=True)
class Applied:
    """What one apply saw and did."""

    seen: Look
    done: Done
    drafted: Drafted = NOTHING_DRAFTED

    @property
    def wrote(self) -> bool:
        """Whether anything was tried."""
        return bool(self.done.outcomes or self.drafted.made or self.drafted.withdrawn or self.drafted.missed)

    def check(self) -> None:
        """Raises PartlyApplied when anything was left undone."""
        self.done.check()
        self.drafted.check()


def apply(
    home: Home,
    loaded: Loaded,
    now: datetime,
    permissions: Permissions = Permissions(),
    progress: Callable[[int], None] = lambda _: None,
) -> Applied:
    """One whole cycle at `now` (aware).

    Raises ProviderError and RefusedBySafety before anything was written. What could not be written is
    in the result; `Done.check` turns it into the exit status.
    """
    with home.working() as ledger:
        refuse_earlier_clock(ledger, now, yes=permissions.yes)
        applied = cycle(home.desk(loaded, ledger, now), now, permissions, progress)
        if applied.wrote:  # else the ledger did not grow either
            with suppress(StateUnusable):  # what was done is done, and told; the rest can wait for the next time
                keep_small(ledger, loaded, now)
    return applied


def cycle(
    desk: Desk,
    now: datetime,
    permissions: Permissions = Permissions(),
    progress: Callable[[int], None] = lambda _: None,
) -> Applied:
    """The same on what lies on a desk, real or simulated."""
    seen = look(desk, now)
    changes, later = _allowed(seen, permissions)
    decisions, ledger = seen.memory.decisions, desk.ledger
    # The ledger keeps what it wrote of a block that was deleted by hand: with either file lost, it stays deleted.
    kept = remember(decisions, seen.hands, replace(seen.context, rules=first_day_ids(seen.rules)))
    kept = replace(
        kept,
        deleted={**kept.deleted, **_given_up(seen)},
        drafts=recent(seen.mail.mailbox.gone, seen.now),
        episodes=seen.decision.episodes,
    )
    if kept != decisions:
        desk.decisions.save(kept)
    ledger.observe(seen.hands.settled, seen.hands.adopted, ())
    run = ledger.run("apply", now)
    done = replace(carry_out(run, desk.calendars, changes, progress), later=later)
    drafted = NOTHING_DRAFTED
    if desk.mail is not None:
        ledger.observe_drafts(seen.mail.observed, seen.mail.forget)
        limit = None if permissions.yes else seen.settings.limits.writes_per_cycle
        drafted = carry_drafts(desk.mail, run, seen, limit, progress)
    finish(run, done, now)
    given = seen.decision, seen.reconciled
    ledger.decide(desk.realities.once("decided", given, lambda: decided(seen)), now)
    return Applied(seen, done, drafted)


def _given_up(seen: Look) -> dict[str, Gone]:
    """Blocks that `yield: skip` gives up in this cycle, to be remembered before they are deleted."""
    found = {}
    for key in sorted(seen.decision.given_up):
        event = seen.hands.standing[key]
        rule = event.mark.rule if event.mark else ""
        found[key] = gone_from(rule, event.fields.start, event.fields.end, seen.now, "yield")
    return found


def refuse_earlier_clock(ledger: Ledger, now: datetime, *, yes: bool = False) -> None:
    """Raises RefusedBySafety when the clock stands before the last run: what is past would count as to come.

    `yes`: the clock is right now, and from here on it is compared with this instant.
    """
    last = last_instant(ledger)
    if last is None or now >= last - CLOCK_SLACK:
        return
    if yes:
        ledger.run("apply", now).begin()
        return
    then = last.astimezone(now.tzinfo)
    raise RefusedBySafety(
        f"the clock stands at {now:%Y-%m-%d %H:%M}, before the last run at {then:%Y-%m-%d %H:%M}",
        hint="set the clock right; if it is right now, `agendad apply --yes` goes on from here",
        asks=True,
    )


def decided(seen: Look) -> list[Decided]:
    """The state and the reasons of every key of the cycle, for `agendad explain`."""
    found = {
        skipped.key: Decided(skipped.key, skipped.rule, "skipped", skipped.why)
        for skipped in (*seen.decision.skipped, *seen.reconciled.skipped)
    }
    for block in seen.reconciled.blocks:
        found[block.key] = Decided(block.key, block.rule, block.state, block.why)
    for draft in seen.decision.drafts.desired:
        found[draft.key] = Decided(draft.key, draft.rule.id, draft.state, draft.why)
    return [found[key] for key in sorted(found)]


def foretold(seen: Look) -> str:
    """What the limits would make of an apply now; empty when it would make every change."""
    limits, changes = seen.settings.limits, seen.reconciled.changes
    allowed = within_limits(changes, limits, seen.now)
    if isinstance(allowed, RefusedBySafety):
        return f"`agendad apply` would stop before the first write: {allowed.message}; `--yes` goes on"
    if not allowed.later:
        return ""
    return (
        f"`agendad apply` makes the nearest {len(allowed.now)} of all {len(changes)} changes at once, and each cycle"
        " after it as many more (`limits: writes_per_cycle`); `--yes` makes all of them"
    )


def _allowed(seen: Look, permissions: Permissions) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    changes = seen.reconciled.changes
    if not permissions.accept_empty and (refusal := emptied(seen.hands, seen.snapshot.counts, seen.context)):
        raise refusal
    if permissions.yes:
        return changes, ()
    allowed = within_limits(changes, seen.settings.limits, seen.now)
    if isinstance(allowed, RefusedBySafety):
        raise allowed
    return allowed.now, allowed.later
