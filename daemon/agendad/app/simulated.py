"""Calendars, a mailbox and decisions in memory: what a simulated cycle works on instead of the real ones.

They fulfil the same ports and pass the same contract suites as the real providers, so that the cycle cannot tell.
`simulate.py` fills them from one read of the real ones, `ruletest.py` from a test file. Nothing here is ever written
anywhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from agendad.app.bundles import Bundles
from agendad.core.timeline import wall
from agendad.model.calendar import Attendee, Event, Response, Status
from agendad.model.identity import draft_digest, is_own, message_id
from agendad.model.mail import Message, StandingDraft
from agendad.model.memory import Decisions
from agendad.ports import Create, Delete, MailOutcome, MailSnapshot, Outcome, Snapshot, Update
from agendad.providers.mime import deliverable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from agendad.model.calendar import Moment
    from agendad.model.mail import MailDraft
    from agendad.model.reach import Reach
    from agendad.model.settings import Settings
    from agendad.ports import Write

_Place = tuple[str, str, str]
"""Calendar, href and UID: where one single event or series stands."""

_Row = tuple[int, str, str, int, int, Event]
"""Start (seconds since the epoch), UID, RECURRENCE-ID, a number of its own, end, event: sorts as the port demands."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which calendars there are: `write` is that of new events, `names` all that are read, `zone` that of dates.

    `read_only` are those in which nothing can be changed; `timezone` is the calendars' own zone name, or empty; `me` is
    the person's address, from which guests are invited.
    """

    write: str
    names: tuple[str, ...]
    zone: ZoneInfo
    read_only: frozenset[str] = frozenset()
    timezone: str = ""
    me: str = ""


class MemoryCalendars:
    """Calendars in memory (`agendad.ports.CalendarPort`).

    An event that nobody changes is the very same object in every read, and so is the snapshot of the same window as
    long as nothing changes at all. Cancelled events are left out, as the port demands.
    """

    def __init__(self, shelf: Shelf, events: Iterable[Event] = (), known: Snapshot | None = None) -> None:
        """`events` stand at first; `known` is the read of other calendars that they come from, whose counts hold."""
        self._shelf = shelf
        self._line: dict[str, list[_Row]] = {name: [] for name in sorted({*shelf.names, shelf.write})}
        self._reach: dict[str, list[int]] = {}
        self._stand: dict[_Place, list[_Row]] = {}
        self._aside: Bundles[list[_Row]] = Bundles()
        self._back: Reach | None = None  # what it holds was not put aside
        self._held = dict.fromkeys(self._line, 0)
        self._holders: dict[str, Counter[str]] = {name: Counter() for name in self._line}
        self._stamp = 0
        self._last: tuple[tuple[datetime, datetime, bool], Snapshot] | None = None
        self._problems = known.problems if known else ()
        for event in events:
            self.put(event)
        if known is not None:  # what lies outside of the window that was read counts, too
            self._held |= {name: max(count, self._held[name]) for name, count in known.counts.items()}

    @classmethod
    def copy(cls, snapshot: Snapshot, settings: Settings) -> MemoryCalendars:
        """A copy of what was read of the calendars of the configuration."""
        names, me = tuple(snapshot.counts), settings.me.address
        write = settings.calendar.write
        shelf = Shelf(write, names, settings.timezone, snapshot.read_only, snapshot.timezone, me)
        return cls(shelf, snapshot.events, snapshot)

    # ------------------------------------------------------------ the port

    def read(self, start: datetime, end: datetime, back: Reach | None = None) -> Snapshot:
        """All events that overlap [start, end); see the port."""
        whole = self._back is not None and (back is None or not back.within(self._back))
        if self._last is not None and self._last[0] == (start, end, whole):
            return self._last[1]
        span = (int(start.timestamp()), -int(-end.timestamp() // 1))
        aside = self._history(span[0]) if whole else {}
        rows = (row for name in self._line for row in merge(aside.get(name, ()), self._overlapping(name, span)))
        shelf = self._shelf
        snapshot = Snapshot(
            tuple(row[-1] for row in rows), dict(self._held), self._problems, shelf.timezone, shelf.read_only
        )
        self._last = ((start, end, whole), snapshot)
        return snapshot

    def write(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Does the writes in order; see the port."""
        for write in writes:
            if refusal := self._refusal(write):
                yield Outcome(write, "conflict", refusal)
            else:
                self._do(write)
                yield Outcome(write, "done")

    def _refusal(self, write: Write) -> str:
        """Why a write is a conflict; empty when it is none."""
        shelf = self._shelf
        name = write.calendar if isinstance(write, Create) else write.event.calendar
        if name not in self._line or name in shelf.read_only or (isinstance(write, Create) and name != shelf.write):
            return f"{name!r} is not the calendar that is written"
        if isinstance(write, Create):
            return "the event stands already" if self._holders[name][write.uid] else ""
        if not is_own(write.event):
            return "the event was not made by agendad"
        if isinstance(write, Update) and write.event.recurring:
            return "the event was made into a series by hand"
        stands = self._stand.get(_place(write.event))
        if stands is None:
            return "the event is gone"
        return "" if stands[0][-1].etag == write.event.etag else "the event was changed since it was read"

    def _do(self, write: Write) -> None:
        match write:
            case Create():
                self.put(self._hosted(Event(write.calendar, write.uid, write.fields, mark=write.mark)))
            case Update():
                stands = self._stand[_place(write.event)][0][-1]
                self.remove(stands)
                self.put(self._hosted(replace(stands, fields=write.fields, mark=write.mark, etag="")))
            case Delete():
                self.remove(write.event)

    def _hosted(self, event: Event) -> Event:
        """The event with its guests as attendees; those who have answered have done so."""
        me, guests = self._shelf.me, event.fields.guests
        if not guests:
            return replace(event, attendees=(), organizer="", response=None) if event.attendees else event
        here = {each.email: each for each in event.attendees if each.email == me or each.email in guests}
        host = (Attendee(me, response=Response.ACCEPTED),) if me else ()
        listed = (*host, *map(Attendee, guests))
        everybody = here | {each.email: each for each in listed if each.email not in here}
        mine = everybody[me].response if me else None
        return replace(event, attendees=tuple(everybody.values()), organizer=me, response=mine)

    # ------------------------------------------------------------ the person's hand

    def put(self, event: Event) -> None:
        """Puts an event, or one more member of a series, into its calendar; without etag or href it is given some."""
        if event.status is Status.CANCELLED:
            return
        self._stamp += 1
        if not (event.etag and event.href):
            event = replace(event, etag=event.etag or f"{self._stamp}", href=event.href or event.uid)
        place = _place(event)
        if place not in self._stand:
            self._hold(event, 1)
        start, end = (_seconds(moment, self._shelf.zone) for moment in (event.fields.start, event.fields.end))
        row = (start, event.uid, str(event.recurrence_id or ""), self._stamp, end, event)
        self._stand.setdefault(place, []).append(row)
        insort(self._line[event.calendar], row)
        self._changed(event.calendar)

    def put_aside(self, back: Reach) -> None:
        """Makes single events of ours small that have no guests and that `back` does not hold. They are read as ever,
        which takes longer, but cannot be changed any more.
        """
        over = [row for rows in self._stand.values() if (row := rows[0])[-1].mark and not _is_held(row[-1], back)]
        for row in over:
            del self._stand[_place(row[-1])]
        gone = {row[3] for row in over}
        for name, line in self._line.items():
            line[:] = [row for row in line if row[3] not in gone]
            self._changed(name)
        if over:
            self._aside.put(over)
            self._back = back

    def remove(self, event: Event) -> None:
        """Takes an event away, of a series all members; nothing happens when it is not there."""
        rows = self._stand.pop(_place(event), None)
        if rows is None:
            return
        self._hold(event, -1)
        line = self._line[event.calendar]
        for row in rows:
            del line[bisect_left(line, row)]
        self._changed(event.calendar)

    def _hold(self, event: Event, more: int) -> None:
        self._held[event.calendar] += more
        self._holders[event.calendar][event.uid] += more

    def _changed(self, calendar: str) -> None:
        self._reach.pop(calendar, None)
        self._last = None

    def _history(self, since: int) -> dict[str, list[_Row]]:
        """What was put aside of each calendar and does not end before an instant, in order."""
        found: dict[str, list[_Row]] = {name: [] for name in self._line}
        for row in chain.from_iterable(self._aside):
            if _overlaps(row, since):
                found[row[-1].calendar].append(row)
        for rows in found.values():
            rows.sort()
        return found

    def _overlapping(self, calendar: str, span: tuple[int, int]) -> Iterator[_Row]:
        """The events of a calendar that overlap the span, and own single events after it, in order."""
        line = self._line[calendar]
        if calendar not in self._reach:  # the latest end of each event and of all that begin before it
            self._reach[calendar] = list(accumulate((end for *_, end, _ in line), max))
        after = bisect_left(line, (span[1],))
        # an event without length overlaps what begins with it
        first = min(bisect_right(self._reach[calendar], span[0]), bisect_left(line, (span[0],)))
        for row in line[first:after]:
            if _overlaps(row, span[0]):
                yield row
        for row in line[after:]:
            event = row[-1]
            if event.mark is not None and not event.recurring and is_own(event):
                yield row


class MemoryMail:
    """A mailbox in memory (`agendad.ports.MailPort`)."""

    def __init__(self, messages: Iterable[Message] = (), drafts: Iterable[StandingDraft] = ()) -> None:
        self._messages = sorted(messages, key=_by_date)
        self._drafts = {draft.key: draft for draft in drafts}
        self._threads: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._stamp = 0
        self._last: tuple[datetime, MailSnapshot] | None = None

    # ------------------------------------------------------------ the port

    def read(self, since: datetime) -> MailSnapshot:
        """All own drafts, and the other mails since `since`; see the port. The same object while nothing changes."""
        if self._last is not None and self._last[0] == since:
            return self._last[1]
        messages = self._messages[bisect_left(self._messages, since, key=lambda each: each.at) :]
        drafts = [self._drafts[key] for key in sorted(self._drafts)]
        sent = sum(message.sent for message in self._messages)
        counts = {"Drafts": len(drafts), "Sent": sent, "Inbox": len(self._messages) - sent}
        self._last = since, MailSnapshot(tuple(messages), tuple(drafts), counts)
        return self._last[1]

    def save_draft(self, draft: MailDraft) -> MailOutcome:
        """Puts a mail into Drafts; see the port."""
        if draft.key in self._drafts:
            return MailOutcome("conflict", "a draft of this key lies in Drafts already")
        self._changed()
        everybody = (*draft.to, *draft.cc, *draft.bcc)
        addresses = [address.email.lower() for address in everybody if deliverable(address.email)]
        self._drafts[draft.key] = StandingDraft(
            key=draft.key,
            rule=draft.rule,
            message_id=message_id(draft.key),
            subject=draft.subject,
            recipients=tuple(addresses),
            digest=draft_digest(draft.subject, addresses, draft.text),
            edited=False,
            made=draft.at,
            etag=f"{self._stamp}",
            href=draft.key,
        )
        self._threads[draft.key] = (draft.sender.email.lower(), draft.references)
        return MailOutcome("done")

    def remove_draft(self, draft: StandingDraft) -> MailOutcome:
        """Removes an own draft that is as it was read; see the port."""
        stands = self._drafts.get(draft.key)
        if stands is None:
            return MailOutcome("conflict", "the draft is gone")
        if stands.edited or (stands.etag, stands.href) != (draft.etag, draft.href):
            return MailOutcome("conflict", "the draft was changed since it was read")
        self._take(draft.key)
        return MailOutcome("done")

    # ------------------------------------------------------------ the person's hand

    def put(self, message: Message) -> None:
        """A mail that arrives or is sent."""
        self._changed()
        insort(self._messages, message, key=_by_date)

    def edit(self, key: str) -> None:
        """The person rewrites a draft in its place."""
        self._changed()
        self._drafts[key] = replace(self._drafts[key], edited=True, etag=f"{self._stamp}")

    def discard(self, key: str) -> None:
        """The person deletes a draft."""
        self._take(key)

    def send(self, key: str, at: datetime) -> bool:
        """The person sends a draft at an instant; false when it does not lie there any more."""
        if key not in self._drafts:
            return False
        draft, (sender, references) = self._take(key)
        self.put(
            Message(
                at=at,
                sender=sender,
                recipients=draft.recipients,
                subject=draft.subject,
                message_id=draft.message_id,
                references=references,
                sent=True,
                key=key,
            )
        )
        return True

    def _changed(self) -> None:
        self._stamp += 1
        self._last = None

    def _take(self, key: str) -> tuple[StandingDraft, tuple[str, tuple[str, ...]]]:
        self._changed()
        return self._drafts.pop(key), self._threads.pop(key, ("", ()))


class MemoryDecisions:
    """Decisions in memory (`agendad.app.desk.DecisionStore`)."""

    def __init__(self, decisions: Decisions | None = None) -> None:
        self._decisions = decisions or Decisions()

    def load(self) -> Decisions:
        """The decisions as they stand."""
        return self._decisions

    def save(self, decisions: Decisions) -> None:
        """Replaces them."""
        self._decisions = decisions


def _overlaps(row: _Row, since: int) -> bool:
    """Whether an event reaches over an instant, or begins after it."""
    return row[4] > since or row[0] == row[4] == since


def _is_held(event: Event, back: Reach) -> bool:
    return event.recurring or bool(event.fields.guests) or not is_own(event) or back.holds(event)


def _place(event: Event) -> _Place:
    return event.calendar, event.href or event.uid, event.uid


def _seconds(moment: Moment, zone: ZoneInfo) -> int:
    return int((moment if isinstance(moment, datetime) else wall(moment, 0, zone)).timestamp())


def _by_date(message: Message) -> tuple[datetime, str]:
    return message.at, message.message_id
