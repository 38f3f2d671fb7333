"""Rule tests: what a `*.test.yaml` file says, and what came of it.

`rules/ruletests.py` makes them, `app/ruletest.py` judges them, `views/ruletests.py` shows the verdicts.

Times of day are minutes after midnight on the wall clock of the test's zone, as in `model/rule.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from agendad.model.calendar import Kind, Response, ShowAs, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from agendad.diagnostics import Span
    from agendad.model.rule import Exclusions, Phrase
    from agendad.model.settings import Person

Days = tuple["date", "date"]  # both included


@dataclass(frozen=True, slots=True)
class DayTime:
    """A day, days, or a time of a day as it is written.

    `days` is None when only the time was given. `start` is None for whole days; `end` is None when only a start was
    given, above 1440 when it is on the next day.
    """

    days: Days | None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class GivenAttendee:
    """Somebody who takes part: an address, or the id of a person."""

    who: str
    name: str = ""
    response: Response = Response.ACCEPTED
    human: bool = True


@dataclass(frozen=True, slots=True)
class Recurs:
    """How a given event repeats: a phrase of days counted from its first day, both bounds and the days left out."""

    phrase: Phrase
    exclude: Exclusions
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """An event that stands in the calendar. `at` has days, and an end where it has a start.

    With a `key` it is a block that the product wrote; `moved` and `renamed` say what the person did to it since,
    `chosen` whom `with:` chose.
    `organizer` is an address, a person's id, `me`, or empty; `response` None leaves the usual one.
    """

    at: DayTime
    span: Span
    title: str = ""
    attendees: tuple[GivenAttendee, ...] = ()
    organizer: str = ""
    response: Response | None = None
    calendar: str = ""
    show_as: ShowAs = ShowAs.BUSY
    kind: Kind = Kind.DEFAULT
    place: str = ""
    notes: str = ""
    status: Status = Status.CONFIRMED
    uid: str = ""
    recurs: Recurs | None = None
    rule: str = ""
    key: str = ""
    moved: bool = False
    renamed: bool = False
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenMail:
    """A mail: sent by the person to `to`, or received from `sender`. `at` is naive where it has no offset."""

    at: datetime
    span: Span
    to: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """What there is for one test, or for all tests of a file. `people` None leaves those of the configuration."""

    events: tuple[GivenEvent, ...] = ()
    mail: tuple[GivenMail, ...] = ()
    absences: tuple[Days, ...] = ()
    deleted: tuple[str, ...] = ()
    people: tuple[Person, ...] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One entry below `expect`: a block, a draft, a skipped occurrence or a violation, by what is known of it.

    `at` is when a block stands, a draft is due, or the event of a violation is. `facts` are compared as text;
    `to` are addresses and ids of people; each text of `contains` stands somewhere in the notes, the mail, the reason.
    """

    rule: str
    span: Span
    at: DayTime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    to: tuple[str, ...] | None = None
    contains: tuple[str, ...] = ()


What = Literal["blocks", "drafts", "skipped", "violations"]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test. `rules` are judged (empty: all), `beside` take part too (None: all others).

    `expect` holds what is judged at all: exactly these, in the days of `over`. `starting` stands for that of the rules.
    """

    name: str
    span: Span
    over: Days
    expect: Mapping[What, tuple[Wanted, ...]]
    rules: tuple[str, ...] = ()
    beside: tuple[str, ...] | None = ()
    now: datetime | None = None
    world: World = World()
    starting: date | None = None


@dataclass(frozen=True, slots=True)
class TestFile:
    """One file. `settings` are the fields of `Settings` that it sets; `now` is naive where it has no offset; `starting`
    is for the tests that name no other.
    """

    __test__ = False  # no test class of pytest's

    file: str
    tests: tuple[RuleTest, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    world: World = World()
    starting: date | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the rules did something else than the test wants: `wanted` or `came` is empty when there was none.

    `parts` are what differs between the two, as (name, wanted, came). `why` are the sentences of the engine.
    """

    what: Literal["block", "draft", "skipped", "violation"]
    rule: str
    wanted: str
    came: str
    why: tuple[str, ...] = ()
    parts: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one test ended: it passed when there is no difference and it could be judged (`trouble` is empty)."""

    file: str
    name: str
    line: int
    differences: tuple[Difference, ...] = ()
    trouble: str = ""
    hint: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything is as it was wanted."""
        return not self.differences and not self.trouble
