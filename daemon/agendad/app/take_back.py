"""`undo`, `reset` and `purge`: what they would do, and doing it. Each works on calendar and mailbox as they are now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app.carry import Done, carry_out, finish
from agendad.app.cycle import look
from agendad.app.drafts import NOTHING_DRAFTED, Drafted, withdraw
from agendad.core import undo as core
from agendad.core.hands import hands
from agendad.core.mailhands import mail_hands
from agendad.core.safety import emptied
from agendad.core.triggers import identity
from agendad.errors import UsageError
from agendad.ledger.compact import UNDOABLE
from agendad.ledger.history import applied, changed_later, drafted, kind_of, last_runs, runs
from agendad.model.calendar import instant
from agendad.model.mail import Mailbox
from agendad.model.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from agendad.app.cycle import Look
    from agendad.app.desk import Desk
    from agendad.app.home import Home
    from agendad.ledger import Ledger
    from agendad.ledger.store import RunKind
    from agendad.model.calendar import Event
    from agendad.model.memory import Applied, Decisions
    from agendad.model.plan import Change, Skipped, Withdrawal
    from agendad.rules.load import Loaded

FAR: timedelta = timedelta(days=3660)
"""How far back and ahead `purge` looks for what it made."""
_AROUND: timedelta = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be taken back, and what would be left because a person changed or sent it since."""

    changes: tuple[Change, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    left: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was done, and what was left because a person had changed or sent it since."""

    done: Done
    drafted: Drafted = NOTHING_DRAFTED
    left: tuple[Skipped, ...] = ()

    def check(self) -> None:
        """Raises PartlyApplied when anything was left undone."""
        self.done.check()
        self.drafted.check()


def undo_last(desk: Desk, now: datetime, count: int, agree: Callable[[Proposal], None]) -> TakenBack:
    """Takes back the last `count` applies. `agree` is shown the proposal before the first write and may raise.

    The ledger of the desk is open to write.
    """
    seen = _observed(desk, now)
    return _take_back(desk, seen, last_runs(desk.ledger, count), {}, agree)


def undo_run(desk: Desk, now: datetime, number: int, agree: Callable[[Proposal], None]) -> TakenBack:
    """Takes back one of the last applies alone: what later runs changed since stays as they made it.

    Raises UsageError for a run that is not known, was taken back, or is too old.
    """
    seen = _observed(desk, now)
    _check_run(desk.ledger, number)
    return _take_back(desk, seen, (number,), changed_later(desk.ledger, number), agree)


def _observed(desk: Desk, now: datetime) -> Look:
    """A look that is recorded: what a killed apply had done is known only now."""
    seen = _look(desk, now)
    desk.ledger.observe(seen.hands.settled, seen.hands.adopted, ())
    desk.ledger.observe_drafts(seen.mail.observed, seen.mail.forget)
    return seen


def _take_back(
    desk: Desk, seen: Look, numbers: Sequence[int], later: Mapping[str, int], agree: Callable[[Proposal], None]
) -> TakenBack:
    changes, mailbox = applied(desk.ledger, numbers), seen.mail.mailbox
    undone = core.undo(changes, _standing(desk, seen, changes), seen.now, later)
    drafts = core.undo_drafts(drafted(desk.ledger, numbers), mailbox.standing, seen.now)
    proposal = Proposal(undone.changes, drafts.withdrawals, (*undone.left, *drafts.left))
    agree(proposal)
    kept = seen.memory.decisions
    if undone.deleted:
        kept = replace(kept, deleted={**seen.hands.deleted, **undone.deleted})
    if drafts.gone:
        kept = replace(kept, drafts={**mailbox.gone, **drafts.gone})
    _keep(desk, seen.memory.decisions, kept)
    taken = _carry_out(desk, proposal, mailbox, "undo", seen.now)
    desk.ledger.mark_undone(numbers)
    return taken


def _standing(desk: Desk, seen: Look, changes: Sequence[Applied]) -> Mapping[str, Event]:
    """What stands by key; of blocks that a cycle no longer looks at, the time around them is read too."""
    now, context = seen.now, seen.context
    spans = [
        (instant(fields.start, now), instant(fields.end, now))
        for each in changes
        for fields in (each.before, each.after)
        if fields is not None and not context.looked_at(each.key, fields.start, fields.end)
    ]
    if not spans:
        return seen.hands.standing
    first, last = min(start for start, _ in spans) - _AROUND, max(end for _, end in spans) + _AROUND
    far = hands(desk.calendars.read(first, last).events, Memory(), replace(context, start=first, end=last, longer={}))
    return {**far.standing, **seen.hands.standing}


def _check_run(ledger: Ledger, number: int) -> None:
    """Raises UsageError unless the run is one of the last applies that can still be taken back."""
    applies, known = last_runs(ledger, UNDOABLE), kind_of(ledger, number)
    if number in applies:
        return
    if known is None:
        last = runs(ledger)
        old = last and 0 < number < last[0].number
        message = f"run {number} is too old: the ledger no longer knows it" if old else f"there is no run {number}"
    elif known[1]:
        message = f"run {number} was taken back already"
    elif known[0] != "apply":
        message = f"run {number} is no apply but `{known[0]}`, which cannot be taken back"
    elif applies and number < applies[0]:
        message = f"run {number} is too old: only the last {UNDOABLE} applies can be taken back"
    else:
        message = f"run {number} changed nothing that could be taken back"
    few = ", ".join(str(each) for each in applies[-3:])
    hint = (
        f"`agendad log` tells what each run did; the last to take back: {few}" if few else "nothing can be taken back"
    )
    raise UsageError(message, hint=hint)


def reset(home: Home, loaded: Loaded, now: datetime, asked: str) -> TakenBack:
    """Gives the block of a key, or all of a rule, back to the rule; the next apply puts the rule's wish in place. Of a
    draft it forgets that it was deleted or taken back.

    Raises UsageError for a key that no rule asks for and that nobody changed, and when there is nothing of a rule.
    """
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, now)
        seen = _look(desk, now)
        decisions, mailbox = seen.memory.decisions, seen.mail.mailbox
        known = [*seen.hands.standing, *seen.hands.deleted]
        of_rule = {identity(rule) for rule in loaded.rules if rule.id == asked}
        keys = {
            key for key in (*known, *mailbox.made, *mailbox.gone) if key == asked or key.partition("/")[0] in of_rule
        }
        changes = tuple(change for key in sorted(keys) if (change := core.reset(key, seen.hands, seen.now)))
        forgotten = tuple(key for key in sorted(keys) if _is_gone(mailbox, key))
        if not (changes or forgotten or keys & seen.hands.deleted.keys()):
            raise _nothing_to_reset(asked, known, mailbox, is_rule=bool(of_rule))
        deleted = {key: gone for key, gone in seen.hands.deleted.items() if key not in keys}
        drafts = {key: gone for key, gone in mailbox.gone.items() if key not in keys}
        _keep(desk, decisions, replace(decisions, deleted=deleted, drafts=drafts))
        ledger.observe(seen.hands.settled, seen.hands.adopted, seen.hands.gone & keys)
        observed = (row for row in seen.mail.observed if row.key not in forgotten)
        ledger.observe_drafts(observed, (*seen.mail.forget, *forgotten))
        return _carry_out(desk, Proposal(changes), mailbox, "reset", seen.now)


def purge(home: Home, loaded: Loaded, now: datetime, agree: Callable[[Proposal], None]) -> TakenBack:
    """Removes every event that the product made, in the past too, and forgets them; and every draft that was not
    touched.
    """
    with home.working() as ledger:
        desk = home.desk(loaded, ledger, now)
        snapshot = desk.calendars.read(now - FAR, now + FAR)
        changes = core.purge((each for each in snapshot.events if each.calendar not in snapshot.read_only), now)
        mailbox = _drafts_only(desk, now)
        withdrawals, left = core.purge_drafts(mailbox.standing.values())
        proposal = Proposal(changes, withdrawals, left)
        agree(proposal)
        return _carry_out(desk, proposal, mailbox, "purge", now)


def _carry_out(desk: Desk, proposal: Proposal, mailbox: Mailbox, kind: RunKind, now: datetime) -> TakenBack:
    run = desk.ledger.run(kind, now)
    done = carry_out(run, desk.calendars, proposal.changes)
    drafted = NOTHING_DRAFTED
    if desk.mail is not None:
        drafted = withdraw(desk.mail, run, proposal.withdrawals, mailbox.made)
    finish(run, done, now)
    return TakenBack(done, drafted, proposal.left)


def _keep(desk: Desk, before: Decisions, after: Decisions) -> None:
    if after != before:
        desk.decisions.save(after)


def _drafts_only(desk: Desk, now: datetime) -> Mailbox:
    """The own drafts that lie in the mailbox; nothing is told of what was sent or deleted."""
    if desk.mail is None:
        return Mailbox()
    memory = desk.ledger.memory(desk.decisions.load(), since=now)
    return mail_hands(desk.mail.read(now), memory, now).mailbox


def _look(desk: Desk, now: datetime) -> Look:
    """A look at the calendar whose missing blocks may be remembered as deleted.

    Raises RefusedBySafety when it lost so many that a person should confirm it first.
    """
    seen = look(desk, now)
    if refusal := emptied(seen.hands, seen.snapshot.counts, seen.context):
        raise refusal
    return seen


def _is_gone(mailbox: Mailbox, key: str) -> bool:
    """Whether a draft is not made again because it was deleted or taken back."""
    row = mailbox.made.get(key)
    return key in mailbox.gone or (row is not None and row.status == "deleted")


def _nothing_to_reset(key: str, blocks: Collection[str], mailbox: Mailbox, *, is_rule: bool) -> UsageError:
    from difflib import get_close_matches

    if is_rule:
        return UsageError(f"nothing of rule `{key}` was changed or deleted by hand, or taken back")
    if (draft := mailbox.standing.get(key)) is not None and draft.edited:
        return UsageError(f"the draft `{key}` was edited and stays", hint="delete it first, then reset it")
    if key in blocks or draft is not None:
        return UsageError(f"`{key}` was not changed by hand", hint=f"`agendad explain {key}` tells its story")
    if (row := mailbox.made.get(key)) is not None and row.status == "sent":
        return UsageError(f"the draft `{key}` was sent, and is not made again")
    near = get_close_matches(key, [*blocks, *mailbox.gone, *mailbox.made], n=1)
    return UsageError(
        f"no block or draft has the key `{key}`",
        hint=f"did you mean `{near[0]}`?" if near else "`agendad status` and `agendad drafts` list keys",
    )
