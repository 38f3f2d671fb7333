"""`agendad.yaml` to Settings; called by `load`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from agendad.diagnostics import Severity
from agendad.model.settings import CalendarSettings, Limits, Me, Settings
from agendad.rules import people
from agendad.rules.fields import accounts
from agendad.rules.fields import configuration as fields
from agendad.rules.files import read_root
from agendad.rules.tree import parse
from agendad.rules.values import problem
from agendad.rules.zones import local_zone

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic
    from agendad.rules.table import Found

NAME = "agendad.yaml"


def read_settings(folder: Path, data: bytes) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """The settings in the bytes of `agendad.yaml` below `folder`; None when they hold an error."""
    found, problems = read_root(parse(NAME, data), fields.CONFIGURATION, empty=Severity.ERROR)
    if found is None:
        return None, problems
    if found.lacks("calendar"):
        hint = "add `calendar: {provider: local, path: calendars/, write: personal}`"
        found.report(found.node, "missing-key", "the configuration does not say where the calendar is", hint)
    if found.has(fields.SUBDIVISION) and found.get(fields.COUNTRY) is not None:
        _check_subdivision(found)
    if (node := found.keys.get("people")) is not None:
        message = "vCards are not read by this version of agendad yet"
        found.problems.append(problem(node, "not-yet", message, f"use {people.NAME}", Severity.WARNING))
    problems = (*problems, *found.problems)
    return (None if found.broken else _settings(found, folder)), problems


def _settings(found: Found, folder: Path) -> Settings:
    usual = Settings(timezone=local_zone(), calendar=CalendarSettings())
    zone = found.get(fields.TIMEZONE)
    return Settings(
        timezone=zone or usual.timezone,
        calendar=_calendar(found[accounts.CALENDAR_FIELD], folder),
        me=found.value(fields.ME_FIELD, Me()),
        follow_calendar_zone=zone is None,
        language=found.value(fields.LANGUAGE, usual.language),
        country=found.value(fields.COUNTRY, ""),
        subdivision=found.value(fields.SUBDIVISION, ""),
        working_hours=found.value(fields.WORKING_HOURS, usual.working_hours),
        horizon_days=found.value(fields.HORIZON, usual.horizon_days),
        poll=found.value(fields.POLL, usual.poll),
        grid=found.value(fields.GRID, usual.grid),
        settle=found.value(fields.SETTLE, usual.settle),
        away_titles=found.value(fields.AWAY_FIELD, ()),
        limits=found.value(fields.LIMITS_FIELD, Limits()),
        tentative_is_free=found.value(fields.TENTATIVE, "busy") == "free",
        exact_placement=found.value(fields.PLACEMENT, "standard") == "exact",
    )


def _calendar(found: Found, folder: Path) -> CalendarSettings:
    write = found[accounts.WRITE]
    return CalendarSettings(
        provider=found.value(accounts.PROVIDER, "local"),
        path=Path(os.path.normpath(folder.absolute() / found[accounts.PATH])),
        write=write,
        read=found.value(accounts.READ, (write,)),
    )


def _check_subdivision(found: Found) -> None:
    """The library of holidays is asked only when there is a subdivision: importing it is slow."""
    from holidays import list_supported_countries

    from agendad.rules.spelling import did_you_mean, listed

    country, name = found[fields.COUNTRY], found.get(fields.SUBDIVISION)
    known = list_supported_countries().get(country, [])
    if name is None or name in known:
        return
    hint = did_you_mean(name, known) or (f"the known ones are {listed(known)}" if 0 < len(known) <= 20 else "remove it")
    found.report(
        found.nodes["subdivision"], "unknown-subdivision", f"`{name}` is no part of {country} that is known", hint
    )
