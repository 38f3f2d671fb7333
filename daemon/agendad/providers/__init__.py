"""Calendars and mail of the outside world behind the ports; each is imported only when the configuration names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from agendad.model.settings import GoogleAccess, Settings
    from agendad.ports import CalendarPort, MailStore
    from agendad.providers.google.transport import Transport


def open_calendars(
    settings: Settings,
    *,
    cache: Path | None,
    now: Callable[[], datetime],
    checkpoint: Callable[[str], None] | None = None,
) -> CalendarPort:
    """The calendars that the configuration names.

    `cache` is a folder for what can be read again at any time (None: keep nothing); `now` gives the instant by which to
    stamp what is written;
    `checkpoint` is called around every file operation. Raises ProviderError for a provider that is not built in.
    """
    chosen = settings.calendar
    if chosen.google is not None:
        from agendad.providers.google.calendars import GoogleCalendars

        return GoogleCalendars(
            open_google(settings, chosen.google, cache, per_minute=540, checkpoint=checkpoint),
            write=chosen.write,
            read=chosen.read,
            zone=settings.timezone,
            me=settings.me.emails,
            address=settings.me.address,
            cache=cache,
            now=now,
        )
    if chosen.provider != "local" or chosen.path is None:
        raise ProviderError(
            f"the calendar provider `{chosen.provider}` is not in this version",
            hint="use `calendar: {provider: local, path: calendars/, write: personal}`",
        )
    from agendad.providers.files import no_checkpoint
    from agendad.providers.local.calendars import LocalCalendars

    return LocalCalendars(
        chosen.path,
        write=chosen.write,
        read=chosen.read,
        zone=settings.timezone,
        me=settings.me.emails,
        address=settings.me.address,
        cache=cache,
        now=now,
        checkpoint=checkpoint or no_checkpoint,
    )


def open_mail(
    settings: Settings, *, cache: Path | None, checkpoint: Callable[[str], None] | None = None, used: bool = False
) -> MailStore | None:
    """The mailbox that the configuration names; None where it names none.

    `cache` and `checkpoint` as for calendars; `used` says that drafts were put there before: it has to be there then.
    Raises ProviderError for a provider that is not built in.
    """
    chosen = settings.mail
    if chosen is None:
        return None
    if chosen.google is not None:
        from agendad.providers.google.gmail import Gmail

        transport = open_google(settings, chosen.google, cache, per_minute=270, checkpoint=checkpoint)
        return Gmail(transport, cache=cache)
    if chosen.provider != "maildir" or chosen.path is None:
        raise ProviderError(
            f"the mail provider `{chosen.provider}` is not in this version",
            hint="use `mail: {provider: maildir, path: Mail/}`",
        )
    from agendad.providers.files import no_checkpoint
    from agendad.providers.maildir.mailbox import Maildir

    return Maildir(chosen.path, cache=cache, checkpoint=checkpoint or no_checkpoint, used=used)


def open_google(
    settings: Settings,
    access: GoogleAccess,
    cache: Path | None,
    *,
    per_minute: int,
    checkpoint: Callable[[str], None] | None = None,
) -> Transport:
    """The way to one of the Google accounts of the configuration, with at most so many requests a minute.

    `checkpoint` is called before every request.

    Asks nothing of Google. Raises ProviderError when the credentials cannot be used.
    """
    from agendad.providers.files import no_checkpoint
    from agendad.providers.google.accounts import Account
    from agendad.providers.google.scopes import needed
    from agendad.providers.google.transport import Transport, Waits

    account = Account.from_file(access, needed(settings, access), cache)
    waits = Waits.real(per_minute=per_minute)
    return Transport(account, endpoint=access.endpoint, waits=waits, checkpoint=checkpoint or no_checkpoint)
