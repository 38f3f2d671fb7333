"""Runs the daemon in virtual time: the real cycle, hour by hour, over copies in memory. Called by `agendad simulate`.

Nothing real is written: the calendars and the mailbox are read once, before the first cycle. The memory is fresh, as
after a loss of the ledger: own blocks that stand are taken up by their marks. What the person decided (deleted blocks
and drafts, absences, episodes, first days of rules) is copied; a pause is not, since a daemon at rest shows nothing.
"""

from __future__ import annotations

import gc
from bisect import bisect_right
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from agendad import decisions as decisions_file
from agendad.app.apply import Permissions, cycle
from agendad.app.desk import Desk
from agendad.app.observe import mail_since, stretch
from agendad.app.simulated import MemoryCalendars, MemoryDecisions, MemoryMail
from agendad.app.simulated_life import Life
from agendad.app.simulation_book import Book
from agendad.core.reach import reach
from agendad.core.timeline import wall
from agendad.errors import RefusedBySafety, UsageError
from agendad.ledger import Ledger
from agendad.ledger.codec import moment_to_text
from agendad.providers import open_calendars, open_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agendad.app.apply import Applied
    from agendad.app.home import Home
    from agendad.app.simulation_book import Keep
    from agendad.model.mail import Message
    from agendad.model.memory import Decisions
    from agendad.ports import Snapshot
    from agendad.rules.load import Loaded

LONGEST: Final = 5 * 366
"""Days of the longest range; beyond five years the files that are written no longer know their time zones."""
OFTENEST: Final = timedelta(minutes=5)
SELDOMEST: Final = timedelta(days=1)
FORGET: Final = 200
"""Cycles between two times of making the past small."""
SPOKEN_OF: Final = timedelta(weeks=12)
"""How long cycles speak of an occurrence, and more."""
COLLECT: Final = (50_000, 10, 10)
"""How seldom cyclic garbage is looked for (`gc.set_threshold`)."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be simulated: the days, both included, the time between two cycles, and how the person behaves.

    `sends`: drafts are sent some hours after they were made. `seed`: invitations come and go by it; None: nothing does.
    """

    first: date
    last: date
    every: timedelta = timedelta(hours=1)
    sends: bool = False
    seed: int | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for a course that cannot be run."""
        if self.last < self.first:
            raise UsageError(
                f"the range {self.first} to {self.last} ends before it begins",
                hint="--from is the first day, --to the last",
            )
        if (self.last - self.first).days >= LONGEST:
            raise UsageError(
                f"the range {self.first} to {self.last} is longer than 5 years", hint="simulate a part of it at a time"
            )
        if not OFTENEST <= self.every <= SELDOMEST:
            raise UsageError("--every is between 5m and 24h", hint="`--every 1h` is what a year needs")


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a simulation found: `before` is what stood over the range at first, `after` what stands at the end."""

    course: Course
    loaded: Loaded
    book: Book
    before: Snapshot
    after: Snapshot


def simulate(
    home: Home,
    loaded: Loaded,
    course: Course,
    keep: Keep = lambda _mail, _due: "",
    progress: Callable[[datetime, int, int], None] = lambda _now, _done, _all: None,
) -> Simulation:
    """Runs the course. The same folders and course give the same result.

    `keep` is given every draft that is made; `progress` the virtual instant, and how many cycles of how many are done.
    Raises ProviderError when a calendar or the mailbox cannot be read.
    """
    zone = loaded.configured.timezone
    start, end = wall(course.first, 0, zone), wall(course.last + timedelta(days=1), 0, zone)
    book = Book(start, end)
    total = -((start - end) // course.every)
    with Ledger.in_memory(home.state / "ledger.db") as ledger:
        stage = set_up(home, loaded, ledger, (start, end))
        life = Life(loaded, course.first, course.last, seed=course.seed, sends=course.sends)
        before = stage.calendars.read(start, end)
        with _few_collections():
            for number in range(total):
                now = (start.astimezone(UTC) + number * course.every).astimezone(zone)
                progress(now, number, total)
                stage.arrive(now)
                life.until(now, stage.calendars, stage.mail, book)
                applied = _cycle(stage.desk, now, book)
                book.record(applied, keep)
                life.see(applied)
                if number % FORGET == FORGET - 1:
                    _forget(ledger, now)
                    book.put_aside((now - SPOKEN_OF).date())
                    stage.calendars.put_aside(reach(loaded.configured, loaded.rules, now))
    book.whole()
    return Simulation(course, loaded, book, before, stage.calendars.read(start, end))


@contextmanager
def _few_collections() -> Iterator[None]:
    """Lets Python look for cyclic garbage more seldom, and never among what was there before: it costs a third of the
    time otherwise, since every cycle makes many objects that live until its end.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@dataclass(slots=True)
class Stage:
    """Where it plays: the copies, and the mails that will have arrived by and by."""

    desk: Desk
    calendars: MemoryCalendars
    mail: MemoryMail | None
    to_come: list[Message] = field(default_factory=list)

    def arrive(self, now: datetime) -> None:
        """The mails of the real mailbox until `now` are there."""
        arrived = bisect_right(self.to_come, now, key=lambda message: message.at)
        for message in self.to_come[:arrived]:
            if self.mail is not None:
                self.mail.put(message)
        del self.to_come[:arrived]


def set_up(home: Home, loaded: Loaded, ledger: Ledger, span: tuple[datetime, datetime]) -> Stage:
    """Copies of everything that cycles from the first to the second instant may look at, read once.

    Folders are not read through the caches of the state folder, since that would write to them; Google is, for a large
    mailbox takes several readings.
    """
    from agendad.app.surroundings import CONTACTS_BACK

    settings, (start, end) = loaded.configured, span
    first = min(stretch(settings, loaded.rules, (), start)[0], start - CONTACTS_BACK)
    _, last = stretch(settings, loaded.rules, (), end)
    cache = home.state / "cache" if settings.google_accounts else None
    snapshot = open_calendars(settings, cache=cache, now=lambda: start).read(first, last)
    calendars = MemoryCalendars.copy(snapshot, settings)
    port = open_mail(settings, cache=cache)
    mail, to_come = None, []
    if port is not None:
        found = port.read(mail_since(settings, loaded.rules, start))
        mail = MemoryMail(
            [message for message in found.messages if message.at <= start],
            [draft for draft in found.drafts if draft.made is None or draft.made <= start],
        )
        to_come = [message for message in found.messages if message.at > start]
    decisions = MemoryDecisions(_as_known(decisions_file.load(home.state), start))
    return Stage(Desk(loaded, calendars, mail, ledger, decisions), calendars, mail, to_come)


def _as_known(decisions: Decisions, start: datetime) -> Decisions:
    """The decisions as a daemon that is at work since `start` knows them: a rule is not younger than that."""
    first_days = {rule: min(day, start) for rule, day in decisions.first_days.items()}
    return replace(decisions, first_days=first_days, pauses=())


def _cycle(desk: Desk, now: datetime, book: Book) -> Applied:
    """One real cycle. Where a limit refuses it, the person says yes, as `agendad apply --yes` does; it is told."""
    try:
        return cycle(desk, now)
    except RefusedBySafety as refusal:
        book.refused.append((now, refusal.message))
        return cycle(desk, now, Permissions(yes=True, accept_empty=True))


def _forget(ledger: Ledger, now: datetime) -> None:
    """Clears the ledger of what no cycle asks for, so that a long simulation stays small. A cycle asks for what was
    written and for what is open; the reasons are written anew when a key that was cleared comes up again.
    """
    with ledger.batch("forget") as batch:
        batch.execute("DELETE FROM changes WHERE status IS NOT NULL")
        batch.execute("DELETE FROM decisions WHERE at < ?", moment_to_text(now - SPOKEN_OF))
