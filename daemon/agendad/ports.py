"""What the core needs of the outside world. Providers fulfil these; each suite in `tests/contract/` runs on all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from agendad.diagnostics import Diagnostic
    from agendad.model.calendar import Event, EventFields, Mark
    from agendad.model.mail import MailDraft, Message, StandingDraft
    from agendad.model.reach import Reach


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All calendars read whole over a window.

    `events` overlap the window [start, end), own and foreign ones, cancelled ones left out; own single events that lie
    after the window are among them, so that a block that was moved far ahead is never taken for missing. They are in
    order of calendar, start, uid, recurrence id. `counts` is the number of events in each calendar altogether (masters
    count once), so that a calendar that suddenly reads empty is seen. `problems` are warnings about events that were
    passed over because they cannot matter. `timezone` is the calendar's own zone name, or empty. `read_only` are the
    calendars in which nothing can be changed, such as a single file. `deleted` are the UIDs of own events that somebody
    else deleted, where the calendar still tells: under none of them does an event stand, and no deletion of ours is
    among them. `stopped` is until when the server takes no writes because a limit of use was reached, where that is
    known (aware).
    """

    events: tuple[Event, ...]
    counts: Mapping[str, int]
    problems: tuple[Diagnostic, ...] = ()
    timezone: str = ""
    read_only: frozenset[str] = frozenset()
    deleted: frozenset[str] = frozenset()
    stopped: datetime | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """Write a new event under `uid`; refused (`conflict`) when the uid is taken.

    Its guests stand in it as attendees. They are not written to, unless `notify` lets a server do so.
    """

    calendar: str
    uid: str
    fields: EventFields
    mark: Mark
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """Replace the given fields of the event that stands at `href` with `etag`; everything else in it stays.

    So do the answers of guests who stay; `notify` as in `Create`, for those who come in.
    """

    event: Event
    fields: EventFields
    mark: Mark
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the event that stands at `href` with `etag`."""

    event: Event


Write = Create | Update | Delete


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one write ended.

    `done`: it is durable. `conflict`: the event is not as it was read (changed, gone, or the uid is taken): nothing
    was written, the next cycle looks again. `failed`: nothing was written, `message` says why. `unknown`: it may or
    may not have been written; the next cycle settles it by reading.
    """

    write: Write
    status: Literal["done", "conflict", "failed", "unknown"]
    message: str = ""


class CalendarPort(Protocol):
    """A person's calendars: read whole, written one event at a time."""

    def read(self, start: datetime, end: datetime, back: Reach | None = None) -> Snapshot:
        """All events of the `read` and `write` calendars that overlap [start, end). Those of our own that `back` does
        not hold may be missing.

        Raises CalendarUnreadable when any part that could matter cannot be read, ProviderError when a calendar
        cannot be reached at all. Series are expanded; floating times are in the configured zone.
        """
        ...

    def write(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Does the writes in order and yields an outcome for each as soon as it is known.

        Only events with a mark under their own UID are ever changed; anything else is refused as `conflict`.
        """
        ...


@dataclass(frozen=True, slots=True)
class MailSnapshot:
    """The mailbox read whole since an instant.

    `messages` are the sent and the received ones since then, by date, own drafts not among them; `drafts` all drafts
    of our own, whenever they were made, by key. `counts` is the number of mails in each folder that was read.
    """

    messages: tuple[Message, ...] = ()
    drafts: tuple[StandingDraft, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """How one write to the mailbox ended; the words are those of `Outcome`."""

    status: Literal["done", "conflict", "failed", "unknown"]
    message: str = ""


class MailPort(Protocol):
    """A person's mailbox. There is no way to send through it, and there never will be."""

    def read(self, since: datetime) -> MailSnapshot:
        """All own drafts, and the other mails since `since` (aware).

        Raises ProviderError when a folder that is there cannot be read whole, or the mailbox is not there at all.
        """
        ...

    def save_draft(self, draft: MailDraft) -> MailOutcome:
        """Puts a mail into Drafts under the Message-ID of its key; `conflict` when a draft of that key lies there.

        The mail carries `X-Agendad-Key`, `X-Agendad-Rule` and `X-Agendad-Digest`.
        """
        ...

    def remove_draft(self, draft: StandingDraft) -> MailOutcome:
        """Removes an own draft that is still as it was read; anything else is refused as `conflict`."""
        ...


class MailStore(MailPort, Protocol):
    """A mailbox that keeps whole mails, as every real one does."""

    def source(self, draft: StandingDraft) -> bytes | None:
        """The bytes of an own draft as it lies there now, edited or not; None when it is gone."""
        ...


class Clock(Protocol):
    """Where `now` comes from; commands pass a fixed one under `--now`."""

    def now(self) -> datetime:
        """The current instant, aware."""
        ...
