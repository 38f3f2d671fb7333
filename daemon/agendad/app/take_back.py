"""`undo`, `reset` and `purge`: what they would do, and doing it. Each works on the calendar as it is read now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app.carry import Done, carry_out, finish
from agendad.app.cycle import look
from agendad.core import undo as core
from agendad.core.safety import emptied
from agendad.errors import UsageError
from agendad.ledger.history import last_applies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agendad.app.cycle import Look
    from agendad.app.desk import Desk
    from agendad.app.home import Home
    from agendad.ledger.store import RunKind
    from agendad.model.plan import Change, Skipped
    from agendad.rules.load import Loaded

FAR: timedelta = timedelta(days=3660)
"""How far back and ahead `purge` looks for what it made."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was done, and what was left because a person had changed it since."""

    done: Done
    left: tuple[Skipped, ...] = ()


def undo(
    home: Home,
    loaded: Loaded,
    now: datetime,
    count: int,
    agree: Callable[[tuple[Change, ...], tuple[Skipped, ...]], None],
) -> TakenBack:
    """Takes back the last `count` applies. `agree` is shown the changes before the first write and may raise."""
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, now)
        seen = _look(desk, now)
        # What a killed apply had done is known only now.
        ledger.observe(seen.hands.settled, seen.hands.adopted(), ())
        applied = last_applies(ledger, count)
        undone = core.undo(applied, seen.hands.standing, seen.now)
        agree(undone.changes, undone.left)
        if undone.deleted:
            kept = replace(seen.memory.decisions, deleted={**seen.hands.deleted, **undone.deleted})
            desk.decisions.save(kept)
        done = _carry_out(desk, undone.changes, "undo", seen.now)
        ledger.mark_undone(sorted({each.run for each in applied}))
    return TakenBack(done, undone.left)


def reset(home: Home, loaded: Loaded, now: datetime, key: str) -> TakenBack:
    """Gives the block of `key` back to its rule; the next apply puts the rule's wish in place.

    Raises UsageError for a key that no rule asks for and that nobody changed.
    """
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, now)
        seen = _look(desk, now)
        decisions = seen.memory.decisions
        change = core.reset(key, seen.hands, seen.now)
        if change is None and key not in seen.hands.deleted:
            raise _nothing_to_reset(key, [*seen.hands.standing, *seen.hands.deleted])
        deleted = {k: gone for k, gone in seen.hands.deleted.items() if k != key}
        if deleted != decisions.deleted:
            desk.decisions.save(replace(decisions, deleted=deleted))
        ledger.observe(seen.hands.settled, seen.hands.adopted(), seen.hands.gone & {key})
        return TakenBack(_carry_out(desk, (change,) if change else (), "reset", seen.now))


def purge(home: Home, loaded: Loaded, now: datetime, agree: Callable[[tuple[Change, ...]], None]) -> TakenBack:
    """Removes every event that the product made, in the past too, and forgets them."""
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, now)
        snapshot = desk.calendars.read(now - FAR, now + FAR)
        changes = core.purge((each for each in snapshot.events if each.calendar not in snapshot.read_only), now)
        agree(changes)
        return TakenBack(_carry_out(desk, changes, "purge", now))


def _carry_out(desk: Desk, changes: Sequence[Change], kind: RunKind, now: datetime) -> Done:
    run = desk.ledger.run(kind, now)
    done = carry_out(run, desk.calendars, changes)
    finish(run, done, now)
    return done


def _look(desk: Desk, now: datetime) -> Look:
    """A look at the calendar whose missing blocks may be remembered as deleted.

    Raises RefusedBySafety when it lost so many that a person should confirm it first.
    """
    seen = look(desk, now)
    if refusal := emptied(seen.hands, seen.snapshot.counts, seen.context):
        raise refusal
    return seen


def _nothing_to_reset(key: str, known: list[str]) -> UsageError:
    from difflib import get_close_matches

    if key in known:
        return UsageError(f"`{key}` was not changed by hand", hint=f"`agendad explain {key}` tells its story")
    near = get_close_matches(key, known, n=1)
    return UsageError(
        f"no block has the key `{key}`", hint=f"did you mean `{near[0]}`?" if near else "`agendad status` lists keys"
    )
