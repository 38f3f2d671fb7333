"""The fields of `agendad.yaml`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from agendad.model.settings import Limits, Me
from agendad.rules import grammar
from agendad.rules.fields import accounts, daemon
from agendad.rules.fields.categories import CATEGORIES
from agendad.rules.fields.common import (
    DURATION,
    STRING,
    TIME_RANGE,
    duration,
    language,
    list_or_one,
    number,
    pattern,
    window,
    words,
)
from agendad.rules.fields.rule import VERSION
from agendad.rules.source import Refused
from agendad.rules.spelling import listed, nearest
from agendad.rules.table import Field, Schema, Table, read_whole
from agendad.rules.values import (
    each,
    integer,
    mapping,
    one_or_more,
    parsed,
    problem,
    refuse,
    scalar,
    shown,
    text,
    word_of,
)
from agendad.rules.zones import zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from agendad.diagnostics import Diagnostic
    from agendad.model.rule import Pattern, TimeWindow
    from agendad.rules.tree import Node

FOLLOW_CALENDAR: Final = "calendar"
GRIDS: Final = ("5m", "10m", "15m", "30m")
SHORTEST_HISTORY: Final = 30
"""Days for which `undo`, `log` and `explain` can be asked at the least."""

_ADDRESS: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_DOMAIN: Final = re.compile(r"[^@\s,;<>*/]+")


def address(node: Node) -> str:
    """A bare mail address, in lower case."""
    word = scalar(node).text.strip()
    if not _ADDRESS.fullmatch(word):
        bare = _ADDRESS.search(word)
        hint = f"did you mean `{bare.group()}`?" if bare else "write the bare address, such as `ada@example.org`"
        refuse(node, "bad-address", f"`{shown(word)}` is not a mail address", hint)
    return word.lower()


def _domain(node: Node) -> str:
    word = scalar(node).text.strip()
    bare = word.rpartition("@")[2]
    if not bare or bare != word or not _DOMAIN.fullmatch(word):
        hint = f"did you mean `{shown(bare)}`?" if _DOMAIN.fullmatch(bare) else "write for example `example.org`"
        refuse(node, "bad-address", f"`{shown(word)}` is not a domain", hint)
    return word.lower()


_NAME: Final = Field("name", text, "the person's name", "Ada Martin", STRING)
_EMAILS: Final = Field(
    "emails",
    one_or_more(address),
    "the person's own addresses",
    "[ada@example.com]",
    list_or_one(STRING),
    synonyms=("email", "mail", "mails", "address", "addresses"),
)
_DOMAINS: Final = Field(
    "domains",
    one_or_more(_domain),
    "who has an address here is internal",
    "[example.com]",
    list_or_one(STRING),
    synonyms=("domain", "company", "organisation"),
)
ME: Final = Table("`me`", _NAME, _EMAILS, _DOMAINS)


def _me(node: Node) -> Me:
    found = read_whole(node, ME, "me: {emails: [ada@example.com]}")
    emails = found.value(_EMAILS, ())
    domains = frozenset(found.value(_DOMAINS, ()))
    return Me(found.value(_NAME, ""), frozenset(emails), domains, emails[0] if emails else "")


def _timezone(node: Node) -> ZoneInfo | None:
    """The zone; None to follow the calendar's own."""
    return None if scalar(node).text.strip() == FOLLOW_CALENDAR else zone(node)


def _country(node: Node) -> str:
    from agendad.rules.countries import NAMES

    word = scalar(node).text.strip()
    codes = {name.casefold(): code for code, name in NAMES.items()} | {"uk": "GB", "england": "GB", "usa": "US"}
    meant = word.upper() if word.upper() in NAMES else codes.get(word.casefold(), "")
    meant = meant or codes.get(nearest(word, codes), "")
    hint = f"did you mean `{meant}`?" if meant else "write the two letters of ISO 3166, such as `FR`"
    if word not in NAMES:
        refuse(node, "unknown-country", f"`{shown(word)}` is not a country whose holidays are known", hint)
    return word


def _working_hours(node: Node) -> Mapping[int, tuple[TimeWindow, ...]]:
    held = mapping(node, "`working_hours`", 'working_hours: {mon-fri: "09:00-18:00"}')
    hours: dict[int, tuple[TimeWindow, ...]] = {}
    problems: list[Diagnostic] = []
    for key, value in held.entries.values():
        try:
            days = _days(key)
            windows = tuple(sorted(each(value, window), key=lambda one: one.start))
        except Refused as refused:
            problems.extend(refused.problems)
            continue
        if days & hours.keys():
            problems.append(
                problem(key, "duplicate-key", "a weekday of these has its hours already", "name each day once")
            )
        hours.update(dict.fromkeys(days, windows))
    if problems or not hours:
        raise Refused(problems)
    return hours


_days = parsed("bad-weekday", grammar.parse_weekdays)


_TITLES: Final = Field(
    "titles",
    one_or_more(pattern),
    "all-day busy events with such a title are absences",
    '["/holiday|congés/i"]',
    list_or_one(STRING),
    synonyms=("title", "names", "patterns"),
)
AWAY: Final = Table("`away`", _TITLES)


def _away(node: Node) -> tuple[Pattern, ...]:
    found = read_whole(node, AWAY, 'away: {titles: ["/holiday/i"]}')
    return found.value(_TITLES, ())


_WRITES: Final = Field(
    "writes_per_cycle",
    integer(1, 100_000),
    "of more writes, the nearest in time are made first",
    "200",
    number(1, 100_000),
    synonyms=("writes", "max_writes", "changes"),
)
_DELETES: Final = Field(
    "deletes_per_cycle",
    integer(0, 100_000),
    "with more deletes, a cycle refuses before its first write",
    "50",
    number(0, 100_000),
    synonyms=("deletes", "max_deletes"),
)
LIMITS: Final = Table("`limits`", _WRITES, _DELETES)


def _limits(node: Node) -> Limits:
    found = read_whole(node, LIMITS, "limits: {writes_per_cycle: 200}")
    usual = Limits()
    return Limits(found.value(_WRITES, usual.writes_per_cycle), found.value(_DELETES, usual.deletes_per_cycle))


def _grid(node: Node) -> int:
    minutes = duration(node)
    if f"{minutes}m" not in GRIDS:
        message = f"a grid of {shown(scalar(node).text)} is not possible"
        refuse(node, "bad-value", message, f"write {listed(GRIDS)}")
    return minutes


def _poll(node: Node) -> int:
    minutes = duration(node)
    if minutes < 1:
        refuse(node, "bad-duration", "the calendar is looked at once a minute at most", "did you mean `1m`?")
    return minutes


def _history(node: Node) -> int:
    days = duration(node) // (24 * 60)
    if days < SHORTEST_HISTORY:
        message = f"the history is kept for at least {SHORTEST_HISTORY} days"
        refuse(node, "bad-duration", message, f"did you mean `{SHORTEST_HISTORY} days`?")
    return days


def _object(table: str) -> Schema:
    return {"$ref": f"#/definitions/{table}"}


ME_FIELD: Final = Field(
    "me",
    _me,
    "whose calendar it is",
    "{emails: [ada@example.com]}",
    _object("me"),
    synonyms=("user", "owner", "person"),
)
TIMEZONE: Final = Field(
    "timezone",
    _timezone,
    "the zone of wall-clock times, or `calendar` to follow the calendar's own setting",
    "Europe/Paris",
    STRING,
    synonyms=("tz", "time_zone", "zone"),
)
LANGUAGE: Final = Field("language", language, "the language of texts", "fr", STRING, synonyms=("lang", "locale"))
COUNTRY: Final = Field(
    "country",
    _country,
    "whose public holidays hold",
    "FR",
    {"type": "string", "pattern": "^[A-Z]{2}$"},
    synonyms=("holidays", "region"),
)
SUBDIVISION: Final = Field(
    "subdivision", text, "the part of the country, for its own holidays", "BY", STRING, synonyms=("state", "province")
)
WORKING_HOURS: Final = Field(
    "working_hours",
    _working_hours,
    "weekdays and their hours, one or more ranges",
    '{mon-fri: "09:00-18:00"}',
    {"type": "object", "additionalProperties": list_or_one(TIME_RANGE), "minProperties": 1},
    synonyms=("hours", "office_hours", "work_hours", "workday", "workinghours"),
)
HORIZON: Final = Field(
    "horizon",
    parsed("bad-duration", grammar.parse_horizon),
    "how far ahead blocks are written",
    "6 weeks",
    DURATION,
    synonyms=("ahead", "look_ahead", "lookahead"),
)
POLL: Final = Field(
    "poll",
    _poll,
    "how often the calendar is looked at",
    "5m",
    DURATION,
    synonyms=("interval", "refresh", "poll_interval"),
)
HISTORY: Final = Field(
    "history",
    _history,
    "how long what was done is kept, for `log`, `explain` and `undo`; 400 days unless it is said",
    "400 days",
    DURATION,
    synonyms=("keep", "retention", "keep_history", "log"),
)
GRID: Final = Field(
    "grid",
    _grid,
    "the minutes on which flexible blocks start",
    "15m",
    words(*GRIDS),
    synonyms=("step", "granularity", "raster"),
)
SETTLE: Final = Field(
    "settle",
    duration,
    "a block that begins sooner is no longer moved, except off a real event",
    "2h",
    DURATION,
    synonyms=("freeze", "lock"),
)
AWAY_FIELD: Final = Field(
    "away",
    _away,
    "what counts as an absence",
    '{titles: ["/holiday/i"]}',
    _object("away"),
    synonyms=("absence", "vacation", "out_of_office"),
)
LIMITS_FIELD: Final = Field(
    "limits",
    _limits,
    "safety limits of a cycle",
    "{writes_per_cycle: 200, deletes_per_cycle: 50}",
    _object("limits"),
    synonyms=("limit", "safety"),
)
TENTATIVE: Final = Field(
    "tentative", word_of("busy", "free"), "whether invitations not yet answered are busy", "free", words("busy", "free")
)
PLACEMENT: Final = Field(
    "placement",
    word_of("standard", "exact"),
    "`exact` uses the solver of `agendad[exact]`",
    "exact",
    words("standard", "exact"),
    synonyms=("solver", "placer"),
)
CONFIGURATION: Final = Table(
    "the configuration",
    VERSION,
    ME_FIELD,
    TIMEZONE,
    LANGUAGE,
    COUNTRY,
    SUBDIVISION,
    WORKING_HOURS,
    HORIZON,
    POLL,
    GRID,
    SETTLE,
    TENTATIVE,
    PLACEMENT,
    AWAY_FIELD,
    LIMITS_FIELD,
    HISTORY,
    accounts.CALENDAR_FIELD,
    accounts.MAIL_FIELD,
    accounts.PEOPLE_FIELD,
    CATEGORIES,
    daemon.METRICS,
    daemon.NOTICE,
)
