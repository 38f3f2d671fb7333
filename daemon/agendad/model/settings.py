"""The configuration (`agendad.yaml`) and the people (`people.yaml`) as they were understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agendad.model.rule import TimeWindow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from agendad.model.rule import Pattern, Selector


def office_hours() -> Mapping[int, tuple[TimeWindow, ...]]:
    """The working hours where the configuration has none: Monday to Friday, 09:00-18:00."""
    return dict.fromkeys(range(5), (TimeWindow(9 * 60, 18 * 60),))


@dataclass(frozen=True, slots=True)
class Me:
    """The person whose calendar it is; addresses and domains in lower case. `email` is the address to write from."""

    name: str = ""
    emails: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    email: str = ""

    @property
    def address(self) -> str:
        """The address to write from and to, empty when none is known."""
        return self.email or min(self.emails, default="")


@dataclass(frozen=True, slots=True)
class GoogleAccess:
    """How to get into a Google account: the absolute path of an authorized-user or service-account JSON file.

    `subject` is whom a service account acts for; `endpoint` replaces scheme and host of every call, unless it is empty.
    """

    credentials: Path
    subject: str = ""
    endpoint: str = ""


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """`calendar:`; `path` is absolute; `write` and `read` name the provider's calendars (folder names, ids).

    `path` is of `local`, `google` of the provider of that name.
    """

    provider: str = "local"
    path: Path | None = None
    write: str = ""
    read: tuple[str, ...] = ()
    google: GoogleAccess | None = None


@dataclass(frozen=True, slots=True)
class MailSettings:
    """`mail:`; `path` is absolute: a Maildir whose subfolders are `.Drafts`, `.Sent` and so on (Maildir++).

    `path` is of `maildir`, `google` of `gmail`.
    """

    provider: str = "maildir"
    path: Path | None = None
    google: GoogleAccess | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """`target:` of a category: from `least` to `most` (None: unbounded), in percent or in minutes a week.

    A percentage is of the time of the category `of`, or of all counted time when that is empty.
    """

    unit: Literal["percent", "minutes"]
    least: float | None = None
    most: float | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """One entry of `categories:`: a named selector with an optional target, for `agendad balance`."""

    name: str
    selector: Selector
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """`limits:` a cycle."""

    writes_per_cycle: int = 200
    deletes_per_cycle: int = 50


@dataclass(frozen=True, slots=True)
class Settings:
    """`agendad.yaml`. Durations in minutes, those in days say so; `working_hours` maps weekday 0-6 to its windows.

    `contacts` is the folder of vCards (`people: {path: ...}`), absolute.
    `metrics` is the loopback address and the port where the daemon serves metrics, None for nowhere.
    `follow_calendar_zone` is `timezone: calendar`; `timezone` is then the system's until the calendar tells.
    """

    timezone: ZoneInfo
    calendar: CalendarSettings
    me: Me = Me()
    follow_calendar_zone: bool = False
    language: str = "en"
    country: str = ""
    subdivision: str = ""
    working_hours: Mapping[int, tuple[TimeWindow, ...]] = field(default_factory=office_hours)
    horizon_days: int = 42
    poll: int = 5
    grid: int = 15
    settle: int = 120
    away_titles: tuple[Pattern, ...] = ()
    limits: Limits = Limits()
    history_days: int = 400
    tentative_is_free: bool = False
    exact_placement: bool = False
    mail: MailSettings | None = None
    contacts: Path | None = None
    categories: tuple[Category, ...] = ()
    metrics: tuple[str, int] | None = None
    desktop_notice: bool = False

    @property
    def google_accounts(self) -> tuple[GoogleAccess, ...]:
        """Each Google account once: that of the calendar, that of the mail."""
        named = (self.calendar.google, self.mail.google if self.mail else None)
        return tuple(dict.fromkeys(access for access in named if access is not None))


@dataclass(frozen=True, slots=True)
class Person:
    """One entry of `people.yaml`; `emails` in lower case, the first is the one to write to."""

    id: str
    name: str = ""
    emails: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    tier: int | None = None
    language: str = ""
    timezone: str = ""
    topics: tuple[str, ...] = ()
    notes: str = ""
    met: str = ""

    @property
    def first_name(self) -> str:
        """What a friendly letter calls them: the first word of the name; of an unnamed one what stands before the @."""
        name = self.name or (self.emails[0].partition("@")[0] if self.emails else self.id)
        return name.split()[0] if name.split() else name

    @property
    def email(self) -> str:
        """The address to write to, or empty."""
        return self.emails[0] if self.emails else ""


@dataclass(frozen=True, slots=True)
class People:
    """The network: people by id, and the group names that are declared even if nobody has them."""

    by_id: Mapping[str, Person] = field(default_factory=dict)
    declared_groups: frozenset[str] = frozenset()
