"""The public holidays of the configured country. A cycle asks for them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.app.cached import keep, kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from agendad.model.settings import Settings

CACHE_NAME: Final = "holidays.json"
"""The library knows all countries of the world, and takes a fifth of a second and 12 MiB to say a dozen dates."""


def public_holidays(
    settings: Settings, start: datetime, end: datetime, cache: Path | None = None
) -> Mapping[date, str]:
    """The public holidays between two instants, by day; none without a country. The same object for the same days.

    Names are in the configured language where they are known. `cache` is a folder to keep them in.
    """
    if not settings.country:
        return {}
    first, last = start.astimezone(settings.timezone).date(), end.astimezone(settings.timezone).date()
    return _between(settings.country, settings.subdivision, settings.language, first, last, cache)


@lru_cache(maxsize=4)
def _between(
    country: str, subdivision: str, language: str, first: date, last: date, cache: Path | None
) -> Mapping[date, str]:
    asked = country, subdivision, language, first.year, last.year
    found = _of_years(*asked) if cache is None else _kept(asked, cache / CACHE_NAME)
    return {day: name for day, name in found.items() if first <= day <= last}


def _kept(asked: tuple[str, str, str, int, int], path: Path) -> Mapping[date, str]:
    head = [*map(str, asked), _edition()]
    with suppress(TypeError, ValueError, AttributeError):  # nothing is kept, or not what we wrote
        return {date.fromisoformat(day): name for day, name in kept(path, head).items()}
    found = _of_years(*asked)
    keep(path, head, {day.isoformat(): name for day, name in found.items()})
    return found


def _edition() -> str:
    """Which library it is, without importing it."""
    spec = find_spec("holidays")
    origin = spec.origin if spec is not None and spec.origin else ""
    with suppress(OSError):  # it need not be a file: then its place has to do
        return f"{origin} {Path(origin).stat().st_mtime_ns}"
    return origin


def _of_years(country: str, subdivision: str, language: str, first: int, last: int) -> Mapping[date, str]:
    from holidays import country_holidays

    found = country_holidays(country, subdiv=subdivision or None, years=range(first, last + 1), language=language)
    return dict(sorted(found.items()))
