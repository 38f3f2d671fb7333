"""What access a configuration needs, no more, with a sentence for people; and whether what was granted covers it.

Which scope allows which method is in the discovery documents of Calendar v3 and Gmail v1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from agendad.model.settings import GoogleAccess, Settings

_ROOT: Final = "https://www.googleapis.com/auth/"
OWN_EVENTS: Final = f"{_ROOT}calendar.events.owned"
EVENTS: Final = f"{_ROOT}calendar.events"
READ_EVENTS: Final = f"{_ROOT}calendar.events.readonly"
DRAFTS: Final = f"{_ROOT}gmail.compose"
READ_MAIL: Final = f"{_ROOT}gmail.readonly"

MEANING: Final = {
    OWN_EVENTS: "see and change the events of your own calendars, to write blocks among them",
    EVENTS: "see and change the events of your calendars, to write blocks into one that is shared with you",
    READ_EVENTS: "see the events of the other calendars that you name under `read`, as busy time",
    DRAFTS: "make drafts (Google has no scope for drafts without sending; agendad has no way to send)",
    READ_MAIL: "see sent and received mails, to know whom you wrote to and who answered",
}
"""One sentence each: what the scope is for."""

_WIDER: Final = {
    OWN_EVENTS: {EVENTS, f"{_ROOT}calendar"},
    EVENTS: {f"{_ROOT}calendar"},
    READ_EVENTS: {EVENTS, f"{_ROOT}calendar.readonly", f"{_ROOT}calendar"},
    DRAFTS: {f"{_ROOT}gmail.modify", "https://mail.google.com/"},
    READ_MAIL: {f"{_ROOT}gmail.modify", "https://mail.google.com/"},
}


def short(scope: str) -> str:
    """The scope as people name it: `calendar.events`."""
    return scope.removeprefix(_ROOT)


def needed(settings: Settings, access: GoogleAccess) -> tuple[str, ...]:
    """The least scopes for all that the configuration does with one account, calendar and mail together."""
    found: list[str] = []
    if (calendar := settings.calendar).google == access:
        own = {"primary", *settings.me.emails}
        if calendar.write.lower() not in own:
            found.append(EVENTS)
        else:
            found.append(OWN_EVENTS)
            if not own.issuperset(name.lower() for name in calendar.read):
                found.append(READ_EVENTS)
    if settings.mail is not None and settings.mail.google == access:
        found += [DRAFTS, READ_MAIL]
    return tuple(found)


def missing(needs: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """Those of `needs` that neither were granted nor are a part of what was."""
    held = set(granted)
    return tuple(scope for scope in needs if scope not in held and held.isdisjoint(_WIDER.get(scope, ())))
