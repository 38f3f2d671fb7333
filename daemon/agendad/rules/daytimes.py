"""Days with times, and instants, as rule tests write them: `2026-11-24 14:00-16:00`, `2026-11-23T08:00`.

Each function takes the text of one scalar, ignores the white space around it, and raises GrammarError.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from agendad.model.ruletest import DayTime
from agendad.rules.grammar import GrammarError, parse_at, parse_date, parse_date_range
from agendad.rules.words import did_you_mean, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_DAY_AND_TIME: Final = re.compile(r"\s*([^\s:]+?)(?:\s+|(?<=\d)[Tt](?=\d))(\S.*)", re.DOTALL)
_INSTANT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)(:\d\d)?([Zz]|[+-]\d\d:\d\d)?")


def parse_day_time(text: str) -> DayTime:
    """`2026-11-24 14:00-16:00`, `2026-11-24 14:00`, `2026-11-24`, `2026-11-24..2026-11-26`, `14:00-16:00`, `14:00`.

    An end at or before the start is on the next day.
    """
    if ".." in text:
        return DayTime(parse_date_range(text))
    found = _DAY_AND_TIME.fullmatch(text)
    if found is not None:
        day = _at(text, found.start(1), found.end(1), parse_date)
        at = _at(text, found.start(2), len(text), parse_at)
        return DayTime((day, day), at.start, at.end)
    if ":" in text:
        at = parse_at(text)
        return DayTime(None, at.start, at.end)
    day = parse_date(text)
    return DayTime((day, day))


def parse_instant(text: str) -> datetime:
    """`2026-11-23T08:00` (naive: on the wall clock of the test), also with seconds, or an offset (then aware)."""
    body = text.strip()
    found = _INSTANT.fullmatch(body)
    if found is None:
        day, _, clock = body.partition(" ")
        example = f"{day}T08:00" if re.fullmatch(r"\d{4}-\d\d-\d\d", day) and not clock else "2026-11-23T08:00"
        raise refusal(text, "expected an instant such as `2026-11-23T08:00`", did_you_mean(example))
    shift = text.index(body)
    _at(text, shift + found.start(1), shift + found.end(1), parse_date)
    _at(text, shift + found.start(2), shift + found.end(2), parse_at)
    try:
        return datetime.fromisoformat(body.upper().replace(" ", "T"))
    except ValueError:
        raise refusal(text, "there is no such instant", did_you_mean(f"{found[1]}T{found[2]}")) from None


def _at(text: str, start: int, end: int, parse: Callable[[str], T]) -> T:
    """What a parser makes of a part of a text; its errors are moved to that part."""
    try:
        return parse(text[start:end])
    except GrammarError as error:
        raise GrammarError(error.message, error.hint, start + error.start, start + error.end) from None
