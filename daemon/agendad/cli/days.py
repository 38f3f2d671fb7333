"""Days and instants as they are written on the command line. Used by the commands that take one.

`today` is that of the person. All raise UsageError with the word or option that was given.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

_MOST_AHEAD: Final = timedelta(days=3653)
"""Further ahead a year is more likely mistyped than meant."""


def day(text: str, today: date, name: str) -> date:
    """`today`, `tomorrow`, or a date such as `2026-12-24`; `name` is what messages call the argument."""
    from agendad.rules.grammar import GrammarError, parse_date

    if (word := text.strip().lower()) in {"today", "tomorrow"}:
        return today + timedelta(days=word == "tomorrow")
    try:
        found = parse_date(text)
    except GrammarError as error:
        raise UsageError(f"{name} `{text}`: {error.message}", hint=error.hint) from None
    if found > today + _MOST_AHEAD:
        raise UsageError(f"{name} `{text}` is more than ten years ahead")
    return found


def midnight(text: str, now: datetime, name: str) -> datetime:
    """The beginning of a day, in the zone of `now`."""
    return datetime.combine(day(text, now.date(), name), time(), now.tzinfo)


def later(text: str, now: datetime, name: str) -> datetime:
    """An instant after `now`, in its zone: a day (its beginning), an instant, or a length such as `2h` from now."""
    found = _instant(text.strip(), now, name)
    if found <= now:
        raise UsageError(f"{name} `{text}` is not after now, {now:%Y-%m-%d %H:%M}")
    if found > now + _MOST_AHEAD:
        raise UsageError(f"{name} `{text}` is more than ten years ahead")
    return found


def _instant(text: str, now: datetime, name: str) -> datetime:
    from agendad.cli.context import Instant
    from agendad.rules.grammar import GrammarError, parse_duration

    zone = now.tzinfo or UTC
    try:
        return (now.astimezone(UTC) + timedelta(minutes=parse_duration(text))).astimezone(zone)
    except GrammarError:
        pass  # it is a moment, then
    try:
        return Instant.parse(text).in_zone(zone) if ":" in text else midnight(text, now, name)
    except UsageError as error:
        raise UsageError(
            error.message if ":" not in text else f"{name} `{text}` is not an instant",
            hint="write a day, an instant or a length: `2026-11-30`, `2026-11-30T08:00`, `2h`",
        ) from None
