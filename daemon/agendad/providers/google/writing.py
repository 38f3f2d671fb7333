"""Writes, changes and deletes events in Google's calendars, in batches whose parts are settled one by one.

Each write is a conversation: it yields requests, is sent their answers, and returns how it ended. The conversations of
a batch go on side by side, so that a step of all of them costs one request on the wire. `calendars.py` makes the
writer.

An answer that does not tell what was done leaves the write `unknown`; nothing is written a second time, the next
reading settles it. What an answer means is told in `answers.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from agendad.model.identity import event_id, is_own, uid
from agendad.ports import Create, Delete, Outcome, Update
from agendad.providers.google.answers import Fate
from agendad.providers.google.bodies import fits_type, new_body, patch_body
from agendad.providers.google.events import DIGEST, TYPES, bears_mark, own_id, parted_id, properties
from agendad.providers.google.kept import Doubtful
from agendad.providers.google.transport import CALENDAR_BATCH, MOST_PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from agendad.model.calendar import Event
    from agendad.ports import Write
    from agendad.providers.google.answers import Answer
    from agendad.providers.google.events import Item
    from agendad.providers.google.mirror import Mirror
    from agendad.providers.google.transport import Transport

    Talk = Generator[Any, Answer, Outcome]
    """Yields requests of googleapiclient, is sent their answers, returns the outcome."""

_STOP: Final = timedelta(hours=3)
"""How long nothing is written after `quotaExceeded`: Google lets such limits go after hours at the least."""
_STOPPED: Final = "stopped until"
_PLAIN: Final = "event types refused in"
GROUP: Final = "@group.calendar.google.com"
"""How the ids of all calendars end that are not the primary one of somebody."""


def holding(calendar: str, ident: str = "") -> str:
    """The name of the note that holds an event which is being replaced; without an id, how those names begin."""
    return f"replacing {calendar}\n{ident}"


def stopped_until(mirror: Mirror, now: datetime) -> datetime | None:
    """Until when nothing is written because a limit of use was reached; None when writing is possible."""
    noted = mirror.note(_STOPPED)
    until = datetime.fromisoformat(noted) if noted else now
    return until if until > now else None


class _Refused(Exception):
    """Nothing was asked of Google; `outcome` says why."""

    def __init__(self, write: Write, message: str) -> None:
        super().__init__(message)
        self.outcome = Outcome(write, "conflict", message)


@dataclass(frozen=True, slots=True)
class Office:
    """What a writer works with. `write` is the calendar of new events, `names` are all that may hold ours.

    `host` is the address that invites guests; `now` gives the cycle's time.
    """

    transport: Transport
    mirror: Mirror
    write: str
    names: frozenset[str]
    host: str
    now: Callable[[], datetime]


class Writer:
    """The writes that follow one reading."""

    def __init__(self, office: Office, events: Any) -> None:
        """`events` is googleapiclient's resource of that name."""
        self._office = office
        self._mirror = office.mirror
        self._events = events
        self._made: set[str] = set()
        self._notify: list[Any] = []

    def run(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Does the writes in order; see the port. Two of one event never share a batch, which has no order."""
        chunk: dict[str, Write] = {}
        for write in writes:
            first = event_id(_key(write))
            if len(chunk) == MOST_PARTS or first in chunk:
                yield from self._together(list(chunk.values()))
                chunk = {}
            chunk[first] = write
        yield from self._together(list(chunk.values()))

    # ------------------------------------------------------------ many conversations side by side

    def _together(self, writes: Sequence[Write]) -> list[Outcome]:
        if not writes:
            return []
        try:
            if until := self._stopped():
                return [Outcome(write, "failed", until) for write in writes]
            noted = self._withdraw(writes)
            outcomes = self._converse([self._talk(write) for write in writes])
            self._withdrew(outcomes, noted)
        except Doubtful:
            return [Outcome(write, "unknown", "the cache was damaged; the next cycle reads anew") for write in writes]
        return outcomes

    def _withdraw(self, writes: Sequence[Write]) -> dict[str, set[str]]:
        """Notes which events are about to be deleted by us; a person's deletion is a decision, ours is none."""
        going: dict[str, set[str]] = {}
        for write in writes:
            if isinstance(write, Delete):
                going.setdefault(write.event.calendar, set()).add(write.event.href)
        return {calendar: self._mirror.withdraw(calendar, idents) for calendar, idents in going.items()}

    def _withdrew(self, outcomes: Sequence[Outcome], noted: dict[str, set[str]]) -> None:
        for calendar, idents in noted.items():
            ended = {
                each.write.event.href: each.status
                for each in outcomes
                if isinstance(each.write, Delete) and each.write.event.calendar == calendar
            }
            done = [ident for ident, status in ended.items() if status == "done"]
            stayed = [ident for ident in idents if ended[ident] in ("conflict", "failed")]
            self._mirror.withdrew(calendar, done, stayed)

    def _converse(self, talks: Sequence[Talk]) -> list[Outcome]:
        outcomes: dict[int, Outcome] = {}
        asked: dict[int, Any] = {}

        def go_on(number: int, answer: Answer | None) -> None:
            asked.pop(number, None)
            try:
                asked[number] = talks[number].send(answer) if answer is not None else next(talks[number])
            except StopIteration as end:
                outcomes[number] = end.value
            except _Refused as refused:
                outcomes[number] = refused.outcome

        for number in range(len(talks)):
            go_on(number, None)
        while asked:
            numbers = list(asked)
            for number, answer in zip(numbers, self._ask([asked[each] for each in numbers]), strict=True):
                go_on(number, answer)
        return [outcomes[number] for number in range(len(talks))]

    def _ask(self, requests: Sequence[Any]) -> list[Answer]:
        transport = self._office.transport
        notify, self._notify = self._notify, []
        if len(requests) == 1:
            answers = [transport.call(requests[0], notify=bool(notify))]
        else:
            answers = transport.batch(requests, CALENDAR_BATCH, notify=notify)
        if any(answer.fate is Fate.QUOTA for answer in answers):
            self._mirror.keep_note(_STOPPED, (self._office.now() + _STOP).isoformat())
        return answers

    def _stopped(self) -> str:
        """Why nothing may be written now, or nothing."""
        until = stopped_until(self._mirror, self._office.now())
        if until is None:
            return ""
        return f"Google's limit of use is reached: nothing is written until {until.isoformat()[:16]}"

    # ------------------------------------------------------------ one conversation

    def _talk(self, write: Write) -> Talk:
        match write:
            case Create():
                return self._create(write)
            case Update():
                return self._update(write)
            case _:
                return self._delete(write)

    def _create(self, write: Create) -> Talk:
        first = event_id(write.mark.key)
        if write.calendar != self._office.write or write.uid != uid(write.mark.key):
            raise _Refused(write, f"{write.calendar!r} is not the calendar that is written")
        generation, stands = self._mirror.generations(write.calendar, first)
        if stands or first in self._made:
            raise _Refused(write, "the event stands already")
        if generation:  # whoever deleted the one before, the person wants another one: that decision is over
            self._mirror.withdraw(write.calendar, [own_id(write.mark.key, generation - 1)])
        return (yield from self._insert(write, generation))

    def _insert(self, write: Create | Update, generation: int) -> Talk:
        office, first = self._office, event_id(write.mark.key)
        body = new_body(
            own_id(write.mark.key, generation), write.fields, write.mark, host=office.host, native=self._has_types()
        )
        answer = yield self._inserting(body, write)
        if answer.fate is Fate.REFUSED and answer.status == 400 and "eventType" in body:
            # the person's account has no such events: https://support.google.com/calendar/answer/11190973
            body = new_body(body["id"], write.fields, write.mark, host=office.host, native=False)
            answer = yield self._inserting(body, write)
            if answer.fate is Fate.DONE:
                self._mirror.keep_note(f"{_PLAIN} {office.write}", "yes")
        if answer.fate in (Fate.EXISTS, Fate.CHANGED):
            found = yield self._events.get(calendarId=office.write, eventId=body["id"])
            return self._taken(write, body["id"], found)
        if answer.fate is Fate.DONE:
            self._made.add(first)
        return _ended(write, answer)

    def _inserting(self, body: Item, write: Create | Update) -> Any:
        return self._telling(self._events.insert, write, calendarId=self._office.write, body=body)

    def _taken(self, write: Create | Update, ident: str, found: Answer) -> Outcome:
        """What stands under an id that is taken: perhaps the very event, from a time when its answer was lost.

        A deleted one was deleted after the calendar was read, by the person's hand as far as we know: the next cycle
        sees it and decides.
        """
        if found.fate is not Fate.DONE:
            return Outcome(write, "conflict", "the id of the event is taken")
        item = dict(found.body)
        if item.get("status") == "cancelled":
            self._mirror.bury(self._office.write, ident)
            return Outcome(write, "conflict", "the event was deleted")
        if bears_mark(item) and properties(item).get(DIGEST) == write.mark.digest:
            self._made.add(event_id(write.mark.key))
            return Outcome(write, "done")
        return Outcome(write, "conflict", "the id of the event is taken by another one")

    def _update(self, write: Update) -> Talk:
        event = write.event
        self._check(write, event)
        if event.recurring:
            raise _Refused(write, "the event was made into a series by hand")
        item, held = self._standing(event), self._held(event)
        if item is None and not held:  # the mirror was lost, or the event was read by another one
            found = yield self._events.get(calendarId=event.calendar, eventId=event.href)
            if found.fate is Fate.UNKNOWN:
                return Outcome(write, "failed", found.message)
            if found.fate is not Fate.DONE:
                return _ended(write, found)
            if found.body.get("etag") != event.etag:
                raise _Refused(write, "the event was changed since it was read")
            item = dict(found.body)
        if item is None or (item.get("eventType", "default") in TYPES.values() and not fits_type(write.fields)):
            return (yield from self._replace(write, item))
        body = patch_body(item, event.fields, write.fields, write.mark, host=self._office.host)
        patch = self._telling(self._events.patch, write, calendarId=event.calendar, eventId=event.href, body=body)
        patch.headers["If-Match"] = event.etag
        return _ended(write, (yield patch))

    def _replace(self, write: Update, item: Item | None) -> Talk:
        """A new event in the place of one whose type cannot hold its new fields, for a type can never be changed.

        The old one is held as standing until the new one does, whatever happens in between; `item` is None when it is
        deleted already.
        """
        mirror, event = self._mirror, write.event
        held = holding(event.calendar, event.href)
        if event.calendar != self._office.write:
            raise _Refused(write, "the event lies in another calendar, where none is made")
        if item is not None:
            mirror.keep_note(held, json.dumps(item))
            mirror.withdraw(event.calendar, [event.href])
            answer = yield self._deleting(event)
            if answer.fate not in (Fate.DONE, Fate.UNKNOWN):
                mirror.keep_note(held, "")
                mirror.withdrew(event.calendar, (), [event.href])
            if answer.fate is not Fate.DONE:
                return _ended(write, answer)
        mirror.withdrew(event.calendar, [event.href], ())
        generation, _ = mirror.generations(event.calendar, event_id(write.mark.key))
        outcome = yield from self._insert(write, generation)
        if outcome.status == "done":
            mirror.keep_note(held, "")
        return outcome

    def _delete(self, write: Delete) -> Talk:
        event = write.event
        self._check(write, event)
        if self._held(event) and self._mirror.item(event.calendar, event.href) is None:
            self._mirror.keep_note(holding(event.calendar, event.href), "")
            return Outcome(write, "done")
        answer = yield self._deleting(event)
        if answer.fate is Fate.DONE:
            self._made.discard(event_id(_key(write)))
        return _ended(write, answer)

    def _deleting(self, event: Event) -> Any:
        request = self._events.delete(calendarId=event.calendar, eventId=event.href, sendUpdates="none")
        request.headers["If-Match"] = event.etag
        return request

    def _held(self, event: Event) -> str:
        return self._mirror.note(holding(event.calendar, event.href))

    def _check(self, write: Write, event: Event) -> None:
        """Raises _Refused for anything that is not an event of ours in one of our calendars."""
        parts = parted_id(event.href)
        if not is_own(event) or parts is None or event.mark is None or parts[0] != event_id(event.mark.key):
            raise _Refused(write, "the event was not made by agendad")
        if event.calendar not in self._office.names:
            raise _Refused(write, f"{event.calendar!r} is not a calendar that is written")

    def _standing(self, event: Event) -> Item | None:
        """The item that an event was read from; None when the mirror does not have it."""
        item = self._mirror.item(event.calendar, event.href)
        return item if item is not None and item.get("etag") == event.etag else None

    def _telling(self, method: Callable[..., Any], write: Create | Update, **arguments: object) -> Any:
        """The request, with or without a mail to the guests."""
        request = method(**arguments, sendUpdates="all" if write.notify else "none")
        if write.notify:
            self._notify.append(request)
        return request

    def _has_types(self) -> bool:
        calendar = self._office.write
        return not calendar.endswith(GROUP) and not self._mirror.note(f"{_PLAIN} {calendar}")


def _key(write: Write) -> str:
    if isinstance(write, Delete):
        return write.event.mark.key if write.event.mark is not None else write.event.href
    return write.mark.key


def _ended(write: Write, answer: Answer) -> Outcome:
    """The outcome that an answer means for a write."""
    match answer.fate:
        case Fate.DONE:
            return Outcome(write, "done")
        case Fate.UNKNOWN:
            return Outcome(write, "unknown", answer.message)
        case Fate.GONE | Fate.DELETED:
            return Outcome(write, "conflict", "the event is gone")
        case Fate.CHANGED | Fate.EXISTS:
            return Outcome(write, "conflict", "the event was changed since it was read")
        case _:
            return Outcome(write, "failed", answer.message or str(answer.fate))
