"""`agendad.yaml` to Settings; called by `load`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agendad.diagnostics import Severity
from agendad.model.settings import CalendarSettings, GoogleAccess, Limits, MailSettings, Me, Settings
from agendad.rules.fields import accounts, daemon
from agendad.rules.fields import configuration as fields
from agendad.rules.fields.categories import CATEGORIES
from agendad.rules.files import read_root
from agendad.rules.tree import parse
from agendad.rules.zones import local_zone

if TYPE_CHECKING:
    from agendad.diagnostics import Diagnostic
    from agendad.rules.table import Found
    from agendad.rules.tree import Node

NAME = "agendad.yaml"
TOKEN_NAME = "google-token.json"  # noqa: S105 - the name of a file
"""Where `agendad auth google` puts the credentials, beside the configuration."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What stands in `agendad.yaml`. `settings` is None when it holds an error.

    `categories` is where the categories stand, for what only shows when all rules are read.
    """

    settings: Settings | None
    problems: tuple[Diagnostic, ...]
    categories: Node | None = None


def read_settings(folder: Path, data: bytes) -> tuple[Settings | None, tuple[Diagnostic, ...]]:
    """The settings in the bytes of `agendad.yaml` below `folder`; None when they hold an error."""
    found = read_configuration(folder, data)
    return found.settings, found.problems


def read_configuration(folder: Path, data: bytes) -> Configuration:
    """The whole of the bytes of `agendad.yaml` below `folder`."""
    found, problems = read_root(parse(NAME, data), fields.CONFIGURATION, empty=Severity.ERROR)
    if found is None:
        return Configuration(None, problems)
    if found.lacks("calendar"):
        hint = "add `calendar: {provider: local, path: calendars/, write: personal}`"
        found.report(found.node, "missing-key", "the configuration does not say where the calendar is", hint)
    if found.has(fields.SUBDIVISION) and found.get(fields.COUNTRY) is not None:
        _check_subdivision(found)
    problems = (*problems, *found.problems)
    categories = found.nodes["categories"] if found.get(CATEGORIES) else None
    return Configuration(None if found.broken else _settings(found, folder), problems, categories)


def _settings(found: Found, folder: Path) -> Settings:
    usual = Settings(timezone=local_zone(), calendar=CalendarSettings())
    zone = found.get(fields.TIMEZONE)
    calendar = _calendar(found[accounts.CALENDAR_FIELD], folder)
    return Settings(
        timezone=zone or usual.timezone,
        calendar=calendar,
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
        history_days=found.value(fields.HISTORY, usual.history_days),
        tentative_is_free=found.value(fields.TENTATIVE, "busy") == "free",
        exact_placement=found.value(fields.PLACEMENT, "standard") == "exact",
        mail=_mail(found.get(accounts.MAIL_FIELD), folder, calendar.google),
        contacts=_below(folder, found.get(accounts.PEOPLE_FIELD)),
        categories=found.value(CATEGORIES, ()),
        metrics=found.get(daemon.METRICS),
        desktop_notice=found.value(daemon.NOTICE, "none") == "desktop",
    )


def _calendar(found: Found, folder: Path) -> CalendarSettings:
    provider = found.value(accounts.PROVIDER, "local")
    write = found.value(accounts.WRITE, "primary")
    return CalendarSettings(
        provider=provider,
        path=_below(folder, found.get(accounts.PATH)),
        write=write,
        read=found.value(accounts.READ, (write,)),
        google=_access(found, folder, None) if provider == "google" else None,
    )


def _mail(found: Found | None, folder: Path, calendar: GoogleAccess | None) -> MailSettings | None:
    if found is None:
        return None
    provider = found.value(accounts.MAIL_PROVIDER, "maildir")
    access = _access(found, folder, calendar) if provider == "gmail" else None
    return MailSettings(provider, _below(folder, found.get(accounts.MAIL_PATH)), access)


def _access(found: Found, folder: Path, usual: GoogleAccess | None) -> GoogleAccess:
    """The Google account of one part; what it does not say is as for the other (`usual`), if that has one.

    The subject is only that of the same credentials. The endpoint always is: a test double serves both or none.
    """
    usual = usual or GoogleAccess(folder.absolute() / TOKEN_NAME)
    credentials = _below(folder, found.get(accounts.CREDENTIALS)) or usual.credentials
    subject = usual.subject if credentials == usual.credentials else ""
    return GoogleAccess(
        credentials, found.value(accounts.SUBJECT, subject), found.value(accounts.ENDPOINT, usual.endpoint)
    )


def _below(folder: Path, path: Path | None) -> Path | None:
    """A path of the configuration, absolute; relative ones are relative to its folder."""
    return None if path is None else Path(os.path.normpath(folder.absolute() / path))


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
