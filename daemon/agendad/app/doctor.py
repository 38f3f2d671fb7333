"""Checks an installation, part by part; each finding says what it means and what to do. Called by `agendad doctor`."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import TZPATH

from agendad import __version__, decisions
from agendad.core.safety import emptied
from agendad.errors import AgendadError
from agendad.views.lines import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from agendad.app.cycle import Look
    from agendad.app.home import Home
    from agendad.model.settings import Settings
    from agendad.rules.load import Loaded

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One part that was looked at. `exit_status` is what an error of this part makes the command return."""

    part: str
    state: State
    message: str
    hint: str = ""
    exit_status: int = 0


def examine(home: Home, loaded: Loaded, now: datetime) -> Iterator[Finding]:
    """Looks at everything in the order in which a cycle needs it. Changes nothing."""
    yield Finding("program", "ok", f"agendad {__version__}, Python {platform.python_version()} on {sys.platform}")
    errors = sum(problem.severity == "error" for problem in loaded.diagnostics)
    if errors:
        yield Finding("rules", "error", f"{counted(errors, 'error')} in {home.config}", "`agendad check` shows each", 1)
    else:
        enabled = sum(rule.enabled for rule in loaded.rules)
        yield Finding("rules", "ok", f"{counted(len(loaded.rules), 'rule')}, {enabled} enabled, in {home.config}")
    if loaded.settings is not None:
        yield _time(now, loaded.settings)
    yield from _state(home)
    accounts = list(_accounts(home, loaded.settings)) if loaded.settings else []
    yield from accounts
    if loaded.settings is not None and not errors and not any(found.state == "error" for found in accounts):
        yield from _calendars(home, loaded, now)


def _time(now: datetime, settings: Settings) -> Finding:
    zone = settings.timezone
    system = any(Path(folder, zone.key).exists() for folder in TZPATH)
    source = "the system's zone data" if system else "the zone data of the package tzdata"
    return Finding("time", "ok", f"{now.astimezone(zone):%Y-%m-%d %H:%M} in {zone.key}, by {source}")


def _state(home: Home) -> Iterator[Finding]:
    folder = home.state
    if not folder.exists():
        yield Finding("state", "warning", f"{folder} is not there yet", "the first `agendad apply` makes it")
        return
    if not os.access(folder, os.W_OK):
        yield Finding("state", "error", f"{folder} cannot be written", "give yourself the right to write there", 3)
        return
    try:
        with home.ledger() as ledger:
            notices = ledger.notices
        kept = decisions.load(folder)
    except AgendadError as error:
        yield Finding("state", "error", error.message, error.hint, error.exit_status)
        return
    for notice in notices:
        yield Finding("state", "warning", notice)
    has_ledger, has_decisions = ((folder / name).exists() for name in ("ledger.db", "decisions.json"))
    if not has_ledger and not has_decisions:
        yield Finding(
            "state",
            "warning",
            "neither ledger nor decisions.json is there",
            "if they were lost: blocks that you deleted by hand will come back; delete them once more",
        )
        return
    yield Finding("state", "ok", f"{folder}: {counted(len(kept.deleted), 'deletion')} by hand remembered")


def _accounts(home: Home, settings: Settings) -> Iterator[Finding]:
    """Each account of Google: the file, who may read it, what it was granted, and whether Google still accepts it."""
    if not settings.google_accounts:
        return
    from agendad.providers import open_google
    from agendad.providers.google.scopes import needed, short
    from agendad.providers.google.secrets import open_to_others, read_secret

    for access in settings.google_accounts:
        try:
            secret = read_secret(access.credentials)
            if open_to_others(secret.path):
                hint = f"chmod 600 {secret.path}"
                yield Finding("account", "warning", f"{secret.path} can be read by other users of the machine", hint)
            open_google(settings, access, home.state / "cache", per_minute=60).reach()
        except AgendadError as error:
            yield Finding("account", "error", error.message, error.hint, error.exit_status)
            continue
        whose = f"a service account for {access.subject or 'itself'}" if secret.is_service else "access of a person"
        scopes = ", ".join(f"`{short(scope)}`" for scope in needed(settings, access))
        yield Finding("account", "ok", f"{secret.path}: {whose}, accepted by Google, for {scopes}")


def _mail(settings: Settings, seen: Look) -> Iterator[Finding]:
    if settings.mail is None:
        return
    counts = seen.mail.counts
    if not counts:
        yield Finding(
            "mail", "warning", f"{settings.mail.path or 'the mailbox'} is not there yet", "the first draft makes it"
        )
        return
    yield Finding("mail", "ok", ", ".join(f"`{name}`: {counted(count, 'mail')}" for name, count in counts.items()))
    if not any("sent" in name.lower() for name in counts):
        yield Finding(
            "mail",
            "warning",
            "there is no folder of sent mails, so nobody sees what you wrote by yourself",
            "let your mail program keep sent mails in `.Sent`",
        )


def _calendars(home: Home, loaded: Loaded, now: datetime) -> Iterator[Finding]:
    from agendad.app.cycle import look

    settings = loaded.configured
    try:
        with home.ledger() as ledger:
            seen = look(home.desk(loaded, ledger, now), now)
    except AgendadError as error:
        yield Finding("calendars", "error", error.message, error.hint, error.exit_status)
        return
    for name, count in sorted(seen.snapshot.counts.items()):
        written = " (blocks are written here)" if name == settings.calendar.write else ""
        yield Finding("calendars", "ok", f"`{name}`: {counted(count, 'event')}{written}")
    for problem in seen.snapshot.problems:
        yield Finding(
            "calendars", "warning", f"{problem.span.file}:{problem.span.line}: {problem.message}", problem.hint
        )
    yield from _mail(settings, seen)
    if refusal := emptied(seen.hands, seen.snapshot.counts, seen.context):
        yield Finding("calendars", "error", refusal.message, refusal.hint, refusal.exit_status)
    elif seen.reconciled.changes:
        yield Finding(
            "cycle", "ok", f"{counted(len(seen.reconciled.changes), 'change')} to make", "`agendad plan` shows them"
        )
    else:
        yield Finding("cycle", "ok", "the calendar agrees with the rules")
