"""A rule as it was understood: one trigger, a placement, one verb. Made by `rules/`, read by `core/`.

Durations are minutes unless a name says otherwise; times of day are minutes after midnight on the wall clock of the
rule's zone (1440 is the end of the day); weekdays are 0 for Monday to 6 for Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from agendad.model.calendar import Kind, Visibility

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from agendad.diagnostics import Span

Weekdays = frozenset[int]

# ---------------------------------------------------------------- every: recurrence


class PeriodUnit(StrEnum):
    """The calendar periods that a rule may live in; weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class EveryWeekday:
    """One on each of `weekdays`, in every `interval`-th week (`weekday`, `mon-thu`, `2 weeks on tuesday`)."""

    weekdays: Weekdays
    interval: int = 1


@dataclass(frozen=True, slots=True)
class EveryNDays:
    """One every `interval` days (`day` is 1, `3 days`)."""

    interval: int


@dataclass(frozen=True, slots=True)
class NthInPeriod:
    """`first monday of month`, `2nd and 4th tuesday of month`, `last weekday of month`, `last day of month`.

    `ordinals` are 1 to 5 or -1 (last), counted among the days of `weekdays` (all seven for `day`) in the period.
    """

    ordinals: tuple[int, ...]
    weekdays: Weekdays
    period: PeriodUnit


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """`day 15 of month`, 1 to 31; in a shorter month the rule's `if_missing` decides."""

    day: int


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """`15 january`; 29 February in other years follows `if_missing`."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class EveryPeriod:
    """`week`, `2 weeks`, `month`, `quarter`, `half-year`, `year`: one each such period."""

    unit: PeriodUnit
    interval: int = 1


@dataclass(frozen=True, slots=True)
class WeekOfMonth:
    """`week N of month`, 1 to 5: the period is that week; a week belongs to the month that holds its Thursday."""

    number: int


@dataclass(frozen=True, slots=True)
class MonthOfQuarter:
    """`month N of quarter`, 1 to 3: the period is that month."""

    number: int


@dataclass(frozen=True, slots=True)
class RRule:
    """A recurrence rule of RFC 5545 (without `RRULE:`), at day granularity, counted from `starting`."""

    text: str


Phrase = (
    EveryWeekday
    | EveryNDays
    | NthInPeriod
    | DayOfMonth
    | DayOfYear
    | EveryPeriod
    | WeekOfMonth
    | MonthOfQuarter
    | RRule
)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """`except:`; `dates` are ranges with both ends included (a single date is a range of one day)."""

    holidays: bool = False
    away: bool = False
    weekdays: Weekdays = frozenset()
    dates: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Every:
    """`every:` with its modifiers. `until` is included; `times` counts occurrences before `exclude` is applied."""

    phrase: Phrase
    starting: date | None = None
    until: date | None = None
    times: int | None = None
    exclude: Exclusions = Exclusions()
    if_missing: Literal["skip", "last day"] = "skip"
    within: int | None = None  # of a draft: how long after it is due it is late


# ---------------------------------------------------------------- selectors


@dataclass(frozen=True, slots=True)
class Pattern:
    """Text to be contained (case and accents folded), or a regular expression searched for as it is written."""

    text: str
    regex: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A word that names people: an address, `*@domain`, `group:NAME`, `tier:N`, a person's id, or `me`."""

    kind: Literal["address", "domain", "group", "tier", "person", "me"]
    value: str


@dataclass(frozen=True, slots=True)
class AttendeeTest:
    """`attendees:`; the person never counts. `count` bounds the number of others, both ends included."""

    any: tuple[Party, ...] = ()
    all: tuple[Party, ...] = ()
    none: tuple[Party, ...] = ()
    count: tuple[int, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`>= 1h`, `< 30m`, or a range `30m-2h` (both ends included); minutes, None is unbounded.

    `above`/`below` exclude their bound when `*_open` is set.
    """

    least: int | None = None
    most: int | None = None
    least_open: bool = False
    most_open: bool = False


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """A wall-clock window of a day; `end` above 1440 reaches into the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Selector:
    """Which events; all given keys must hold, a tuple means any of its members. Empty tuples and None are absent."""

    title: tuple[Pattern, ...] = ()
    calendar: tuple[str, ...] = ()
    meeting: tuple[str, ...] = ()  # any, internal, external, one-on-one, none
    attendees: AttendeeTest | None = None
    organizer: tuple[Party, ...] = ()
    lasts: Comparison | None = None
    response: tuple[str, ...] = ()
    show_as: tuple[str, ...] = ()
    all_day: bool | None = None
    location: tuple[Pattern, ...] = ()
    tag: tuple[str, ...] = ()  # without `#`, folded
    recurring: bool | None = None
    rule: tuple[str, ...] = ()
    on: Weekdays | None = None
    between: tuple[TimeWindow, ...] = ()
    away: bool | None = None  # is an absence (section 7)
    any: tuple[Selector, ...] = ()
    negated: Selector | None = None  # `not:`


# ---------------------------------------------------------------- other triggers


@dataclass(frozen=True, slots=True)
class After:
    """`after: SELECTOR`: once for each matching event, from its end plus `delay`, for `within` (None: 24 h)."""

    selector: Selector
    delay: int = 0
    within: int | None = None
    look_back: int | None = None
    exclude: Exclusions = Exclusions()


@dataclass(frozen=True, slots=True)
class Before:
    """`before: SELECTOR`: ahead of each matching event; `lead` (None: as late as possible) is the first moment."""

    selector: Selector
    lead: int | None = None
    within: int | None = None
    exclude: Exclusions = Exclusions()


@dataclass(frozen=True, slots=True)
class AfterBusy:
    """`after: {busy: 2h}`: when a day has gathered `busy` minutes without a gap of 10 minutes or more."""

    busy: int
    delay: int = 0
    within: int = 60
    exclude: Exclusions = Exclusions()


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """`in:` of a `when:` rule: the past `days` (`30d`), or the calendar period that holds now, whole (`week`)."""

    days: int = 0
    period: PeriodUnit | None = None


@dataclass(frozen=True, slots=True)
class NoneIn:
    """`{none: SELECTOR, in: 30d}`: no matching event in the past `days`, and none planned in the next 14."""

    selector: Selector
    days: int


@dataclass(frozen=True, slots=True)
class Share:
    """`{share: SELECTOR, of: SELECTOR, in: 30d, above: 90%}`: the share of the time of `of` (None: all meetings).

    `above` and `below` are percentages, of which exactly one is given; the bound itself does not cross.
    """

    selector: Selector
    of: Selector | None
    span: TimeSpan
    above: float | None = None
    below: float | None = None


@dataclass(frozen=True, slots=True)
class Hours:
    """`{hours: SELECTOR, in: week, below: 2h}`: the sum of the time; bounds in minutes, exactly one is given."""

    selector: Selector
    span: TimeSpan
    above: int | None = None
    below: int | None = None


@dataclass(frozen=True, slots=True)
class When:
    """`when:` a state of the calendar; fires once an episode, again after `again` days while the state lasts."""

    state: NoneIn | Share | Hours
    again: int | None = None
    within: int | None = None
    exclude: Exclusions = Exclusions()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a programme: `on: month 2` counted from the rule's `starting:` (1 is the first), with its own verb.

    `number` is its place in the list from 1 (the key is `RULE/step-NUMBER`).
    """

    number: int
    unit: Literal["day", "week", "month", "quarter"]
    ordinal: int
    verb: Verb
    placement: Placement
    look: Look


@dataclass(frozen=True, slots=True)
class Steps:
    """`steps:` a programme that begins on `starting`."""

    starting: date
    steps: tuple[Step, ...]
    exclude: Exclusions = Exclusions()
    within: int | None = None  # of a draft, as in `Every`


Trigger = Every | After | Before | AfterBusy | When | Steps

# ---------------------------------------------------------------- placement


class Yield(StrEnum):
    """What a block does when a real event, or a block of higher rank, lands on it."""

    KEEP = "keep"
    SHRINK = "shrink"
    SPLIT = "split"
    MOVE = "move"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class At:
    """A fixed wall-clock time; `end` is None when `lasts:` gives the length, above 1440 when it is on the next day."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Lasts:
    """`lasts:` in minutes, least and most (equal when fixed); `days` instead makes an all-day event."""

    least: int = 0
    most: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Prefer:
    """`prefer:` one pull: weekdays and/or a time of day (`at`, or a named part of the day), or an end of the window."""

    weekdays: Weekdays | None = None
    at: int | None = None
    part: Literal["morning", "afternoon", "earliest", "latest"] | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """`split: 30m-1h` with `at_most: 1 per day`: `lasts` is a total that may be met in pieces of this length."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Placement:
    """Where in time. `between` None: not given (the engine's default applies); empty: `working hours`.

    `yields` None is the verb's default: keep for protect, shrink for `at:`, move for flexible blocks.
    """

    at: tuple[At, ...] = ()
    lasts: Lasts | None = None
    between: tuple[TimeWindow, ...] | None = None
    on: Weekdays | None = None
    prefer: tuple[Prefer, ...] = ()
    split: Split | None = None
    at_most_per_day: int | None = None
    gap: int = 0
    priority: int = 3
    yields: Yield | None = None
    may_overlap_blocks: bool = False
    settle: int | None = None
    same_day_before: tuple[str, ...] = ()
    same_day_after: tuple[str, ...] = ()
    not_same_day: tuple[str, ...] = ()
    satisfied_by: Selector | None = None


# ---------------------------------------------------------------- verbs and looks


@dataclass(frozen=True, slots=True)
class Text:
    """A title or notes: the text by language (`""` when it was given once for all), maybe with `{{ expressions }}`."""

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text for `language` (`fr-CA` falls back to `fr`), else the one for all, else the first given."""
        for tag in (language, language.partition("-")[0], ""):
            if tag in self.by_language:
                return self.by_language[tag]
        return next(iter(self.by_language.values()))


@dataclass(frozen=True, slots=True)
class Recipient:
    """A word of `to:`, `cc:` or `bcc:`; a `party` (an address, a person's id, `group:NAME`) carries its `Party`."""

    kind: Literal["organizer", "attendees", "external attendees", "person", "me", "party"]
    party: Party | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Section 6: what a draft is made of and whom it goes to.

    `template` is its name as the rule gives it, `variants` the text of its files by language (`""` is the file without
    one), `paths` their names below the templates folder by the same tags.
    Empty recipients leave the choice to the engine; `unless_mailed` None is the default of the trigger.
    """

    template: str
    variants: Mapping[str, str]
    paths: Mapping[str, str]
    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()
    bcc: tuple[Recipient, ...] = ()
    each_person: bool = False
    hold_until_working_hours: bool = False
    drop_if_late: bool = False
    unless_mailed: bool | None = None
    new_thread: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """`draft: TEMPLATE` puts a mail into Drafts; it is never sent."""

    letter: Letter

    @property
    def title(self) -> Text:
        """What a person calls it in a list: the name of its template."""
        return Text({"": self.letter.template})


@dataclass(frozen=True, slots=True)
class Block:
    """`block: TITLE` keeps an event in the person's own calendar."""

    title: Text


@dataclass(frozen=True, slots=True)
class Protect:
    """`protect: TITLE` guards a window; `meetings_above` (minutes) makes it a cap on the day's meetings instead.

    `reply` is the mail that it drafts for each invitation in its window.
    """

    title: Text
    allow: Selector | None = None
    meetings_above: int | None = None
    reply: Letter | None = None


Verb = Block | Protect | Draft


# ---------------------------------------------------------------- people


@dataclass(frozen=True, slots=True)
class ForEach:
    """`for_each:` multiplies by everybody whom one of `parties` (groups, tiers, persons) names.

    `at_most_per_day` bounds how many of a period fall on one of its working days.
    """

    parties: tuple[Party, ...]
    at_most_per_day: int | None = None


@dataclass(frozen=True, slots=True)
class With:
    """`with:` keeps one occurrence and chooses `pick` of the people whom one of `parties` names."""

    parties: tuple[Party, ...]
    pick: int = 1
    rotate: Literal["least-recent", "round-robin", "random"] = "least-recent"


@dataclass(frozen=True, slots=True)
class Look:
    """Section 5: what the event looks like. `show_as` auto is decided anew each cycle by `slots`, `room` and `lead`."""

    show_as: Literal["busy", "free", "auto"] = "busy"
    auto_slots: int = 2
    auto_room: int = 30
    auto_lead: int = 30
    kind: Kind = Kind.DEFAULT
    notes: Text | None = None
    place: str = ""
    color: str = ""
    visibility: Visibility = Visibility.DEFAULT
    remind: tuple[int, ...] | None = None
    invite: bool = False
    notify: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one file. `span` is the place of its id; `timezone` is the file's or the configuration's.

    A `steps:` rule carries its verbs in the steps; its own `verb` is then the first step's. At most one of `for_each`
    and `company` (`with:`) is given.
    """

    id: str
    verb: Verb
    trigger: Trigger
    placement: Placement
    look: Look
    timezone: ZoneInfo
    span: Span
    enabled: bool = True
    moved_from: str = ""
    field_spans: Mapping[str, Span] | None = None
    for_each: ForEach | None = None
    company: With | None = None
