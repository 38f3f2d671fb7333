"""What happens in `lived.py` besides the daemon: others, the person's hand, other commands, the machine, faults."""

from __future__ import annotations

import contextlib
import shutil
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app import away
from agendad.app.apply import Permissions, apply
from agendad.app.take_back import Proposal, reset, undo_last
from agendad.errors import AgendadError
from agendad.lock import locked
from machine.lived_rules import TITLE
from machine.world import PARIS

if TYPE_CHECKING:
    from collections.abc import Callable

    from machine.lived import Life

WITHIN_LIMITS = Permissions()
ALWAYS = datetime(2100, 1, 1, tzinfo=PARIS)


class Events:
    """Draws one thing after the other."""

    def __init__(self, life: Life, *, deadly: bool = True) -> None:
        self.life = life
        self.chance = life.chance
        self.outside = life.outside
        self.hands = life.hands
        self._count = 0
        self._away = False  # disk or network
        outside = (self.meeting_comes,) * 6 + (self.meeting_moves, self.meeting_goes)
        outside += (self.block_renamed, self.block_moved, self.block_deleted) * 2
        outside += (self.draft_edited, self.draft_discarded, self.draft_sent)
        files = (self.files_edited,) * 3 + (self.files_spoiled, self.files_mended, self.files_mended)
        commands = (self.applied, self.paused, self.resumed, self.resumed, self.absent, self.undone, self.reset)
        trouble = (self.trouble, self.vanished, self.back, self.back, self.locked_out)
        machine = (self.slept, self.slept, self.clock_jumps, self.clock_right, self.clock_right, self.travelled)
        machine += (self.answers,)
        if deadly:
            machine += (self.killed,) * 3 + (self.stopped, self.lost)
        self._anything: tuple[Callable[[], object], ...] = outside * 2 + files + commands + trouble + machine
        self._asleep = outside

    def happen(self) -> str:
        """One thing; what it was."""
        what = self.chance.choice(self._anything if self.life.frozen is None else self._asleep)
        if self.life.daemon is None and self.life.shelf.spoiled and self.chance.random() < 0.5:
            what = self.files_mended
        if self._away and what in self._asleep:
            what = self.back
        told = what()
        return f"{what.__name__} {'' if told is None else told}"

    # ------------------------------------------------------------ others, and the person's hand

    def _free(self) -> datetime:
        day = self.life.time.true.astimezone(PARIS).replace(hour=0, minute=0, second=0, microsecond=0)
        start = day + timedelta(days=self.chance.choice((0, 0, 1, 2, 5)), minutes=15 * self.chance.randint(36, 68))
        return start if start > self.life.time.true else start + timedelta(days=1)

    def meeting_comes(self) -> str:
        self._count += 1
        return self._meet(f"{TITLE}{self._count}")

    def _meet(self, name: str) -> str:
        start, minutes = self._free(), self.chance.choice((30, 60, 90))
        self.outside.meet(name, start, minutes)
        self.life.followed.discard(name)
        self.life.meetings[name] = start, start + timedelta(minutes=minutes)
        return f"{name} {start}"

    def _ahead(self) -> str | None:
        found = sorted(name for name, (start, _) in self.life.meetings.items() if start > self.life.time.true)
        return self.chance.choice(found) if found else None

    def meeting_moves(self) -> str | None:
        return self._meet(name) if (name := self._ahead()) else None

    def meeting_goes(self) -> str | None:
        if name := self._ahead():
            self.outside.cancel(name)
            del self.life.meetings[name]
        return name

    def _block(self) -> str | None:
        now = self.life.time.true
        found = sorted(key for key, block in self.outside.blocks().items() if block.start > now)
        return self.chance.choice(found) if found else None

    def block_renamed(self) -> str | None:
        if key := self._block():
            self.hands.renamed[key] = f"{TITLE} by hand {len(self.hands.renamed)}"
            self.outside.rename(key, self.hands.renamed[key])
        return key

    def block_moved(self) -> str | None:
        if key := self._block():
            self.outside.move(key, timedelta(hours=self.chance.choice((1, 3, 26))))
            start = self.outside.blocks()[key].start
            self.hands.moved[key] = start
            if self.hands.taken_back.get(key) == start:  # put back to exactly what was written: the rule's again
                del self.hands.moved[key]
        return key

    def block_deleted(self) -> str | None:
        """One whose making was known to a cycle that ended well: of another nobody remembers that it stood."""
        if self.life.good is not None and (key := self._block()):
            self.outside.delete(key)
            self.hands.give_back(key)
            self.hands.deleted.add(key)
            self.hands.ever.add(key)
            self.hands.fresh.add(key)
            return key
        return None

    def _draft(self) -> str | None:
        found = sorted(self.outside.drafts())
        return self.chance.choice(found) if found and self.life.good is not None else None

    def draft_edited(self) -> str | None:
        if key := self._draft():
            self.outside.edit(key)
            self.hands.edited[key] = self.outside.drafts()[key]
        return key

    def draft_discarded(self) -> str | None:
        if key := self._draft():
            self.outside.discard(key)
            self.hands.edited.pop(key, None)
            self.hands.gone.add(key)
            self.hands.ever.add(key)
            self.hands.fresh.add(key)
            self.life.over.add(key)
        return key

    def draft_sent(self) -> str | None:
        if key := self._draft():
            self.outside.send(key)
            self.hands.edited.pop(key, None)
            self.hands.sent.add(key)
            self.life.over.add(key)
        return key

    # ------------------------------------------------------------ files

    def files_edited(self) -> str:
        self.life.soon()
        return self.life.shelf.edit()

    def files_spoiled(self) -> str:
        self.life.soon()
        return self.life.shelf.spoil()

    def files_mended(self) -> str:
        self.life.soon()
        return self.life.shelf.mend()

    # ------------------------------------------------------------ commands

    def _command(self, work: Callable[[], object]) -> str:
        """Another process at work, which may fail, or be killed as well."""
        try:
            with self.life.process():
                work()
        except AgendadError as error:
            return type(error).__name__
        finally:
            self.outside.settle()
        return "done"

    def applied(self, permissions: Permissions = WITHIN_LIMITS) -> str:
        home = self.life.home()
        stood = self.life.silent()

        def work() -> None:
            apply(home, home.load(), self.life.time.clock(), permissions)

        told = self._command(work)
        assert stood is None or stood == self.outside.stand(), "something was written while paused"
        return told

    def answers(self) -> str | None:
        """The person reads what `status` says and does what it proposes."""
        daemon = self.life.daemon
        if daemon is None or "agendad apply --" not in daemon.health.hint:
            return None
        permissions = Permissions(
            yes="--yes" in daemon.health.hint, accept_empty="--accept-empty" in daemon.health.hint
        )
        return self.applied(permissions)

    def paused(self) -> str | None:
        if self.life.time.skew:
            return None
        now = self.life.time.clock()
        until = self.chance.choice((None, now + timedelta(minutes=self.chance.choice((25, 100, 1600)))))
        told = self._command(lambda: away.note(self.life.calm_home(), lambda each: away.with_pause(each, now, until)))
        if told == "done":
            self.life.paused_until = until or ALWAYS
        return f"{told} {until}"

    def resumed(self) -> str | None:
        if self.life.paused_until is None:
            return None
        now = self.life.time.clock()
        told = self._command(lambda: away.note(self.life.calm_home(), lambda each: away.without_pause(each, now)))
        if told == "done":
            self.life.paused_until = None
        return told

    def absent(self) -> str:
        first = self.life.time.clock().astimezone(PARIS).date() + timedelta(days=self.chance.randint(0, 3))
        last = first + timedelta(days=self.chance.randint(0, 1))
        told = self._command(
            lambda: away.note(self.life.calm_home(), lambda each: away.with_absence(each, first, last))
        )
        self.life.absences |= {first, last}
        return f"{told} {first} {last}"

    def undone(self) -> str:
        home = self.life.home()

        def noted(proposal: Proposal) -> None:
            self.life.over |= {each.draft.key for each in proposal.withdrawals}

        def undone() -> object:
            now = self.life.time.clock()
            with home.working() as ledger:
                return undo_last(home.desk(home.load(), ledger, now), now, 1, noted)

        stood = self.outside.blocks()
        told = self._command(undone)
        for key, block in self.outside.blocks().items():
            if key in stood and stood[key].start != block.start:
                self.hands.taken_back[key] = stood[key].start
        return told

    def reset(self) -> str | None:
        keys = sorted({*self.hands.deleted, *self.hands.moved, *self.hands.renamed})
        if not keys:
            return None
        key, home = self.chance.choice(keys), self.life.home()
        told = self._command(lambda: reset(home, home.load(), self.life.time.clock(), key))
        self.hands.give_back(key)
        return f"{key} {told}"

    # ------------------------------------------------------------ disk, network, lock

    def trouble(self) -> None:
        self.outside.trouble(self.chance)

    def vanished(self) -> None:
        """Of what it has read once: a mailbox of which nobody remembers anything is taken for a new one, and made."""
        if self.life.known is not None:
            self.outside.vanish(self.chance)
            self._away = True

    def back(self) -> None:
        self.outside.calm()
        self._away = False

    def locked_out(self) -> None:
        """Another process is at work for a while; what is due meanwhile has to wait."""
        self.life.disturbed = True
        with contextlib.ExitStack() as stack:
            if self.life.daemon is not None:
                stack.enter_context(locked(self.life.state))
                self.life.until(self.life.time.true + timedelta(seconds=self.chance.choice((4, 40, 400))))

    # ------------------------------------------------------------ the machine

    def slept(self) -> str:
        hours = self.chance.choice((1, 8, 8, 60))
        self.life.frozen = self.life.time.true + timedelta(hours=hours, seconds=self.chance.randint(0, 59))
        return f"{hours}h"

    def clock_jumps(self) -> str | None:
        """Somebody sets the clock wrong."""
        if self.life.time.skew:
            return None
        minutes = self.chance.choice((-2880, -60, -5, 5, 60, 600, 4320))
        self._set_clock(timedelta(minutes=minutes))
        return f"{minutes}m"

    def travelled(self) -> str:
        """Another zone, from the next reading of the settings on."""
        zone = self.chance.choice(("Europe/Paris", "Europe/Paris", "America/New_York"))
        self.outside.travel(zone)
        if self.life.daemon is not None and self.chance.random() < 0.5:
            self.life.daemon.ask_reload()
            self.life.soon()
        return zone

    def clock_right(self) -> None:
        """And right again."""
        if self.life.time.skew:
            self._set_clock(timedelta())

    def _set_clock(self, skew: timedelta) -> None:
        self.life.time.skew = skew
        self.life.suspicious = True
        self.life.soon(self.chance.randint(0, 59))

    def killed(self) -> None:
        self.life.doom = self.chance.choice((1, 2, 3, 5, 8, 13, 21, 34))
        if self.life.daemon is not None:
            self.life.daemon.ask_cycle()

    def stopped(self) -> None:
        self.life.ending = self.chance.randint(1, 3)

    def lost(self) -> str | None:
        """Files of the state folder are gone."""
        if self.life.time.skew or self._away:
            return None
        what = self.chance.choice(("ledger.db", "decisions.json", "state"))
        if what != "ledger.db" or self.chance.random() < 0.5:  # it may also vanish under the running daemon
            self.life.end()
        self.hands.lost(what)
        self.life.good = None  # what is deleted before the next cycle, nobody remembers
        for path in self.life.state.glob("*" if what == "state" else f"{what}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if what != "ledger.db":
            self.life.known = self.life.paused_until = None
            self.life.absences = set()
        return what
