"""Dates and counts as they are written in rule files.

Each function takes the text of one scalar, ignores the white space around it, and raises GrammarError.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from agendad.model.names import MONTH_NAMES
from agendad.rules.words import (
    MONTH_LENGTH,
    GrammarError,
    Place,
    did_you_mean,
    halves,
    is_number,
    refusal,
    trimmed,
    whole,
)

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


def parse_date(text: str) -> date:
    """`2026-12-24` (RFC 3339 full-date), from the year 1900."""
    return _date(text, whole(text))


def parse_date_range(text: str) -> tuple[date, date]:
    """`2026-12-24..2027-01-03`, or one date (then both are the same); both ends are included."""
    ends = halves(text, "..")
    if ends is None:
        if len(dates := re.findall(r"\d{4}-\d\d-\d\d", text)) == 2:
            raise refusal(text, "expected two dots between two dates", did_you_mean("..".join(dates)))
        day = _date(text, whole(text))
        return day, day
    first, last = (_date(text, place) for place in ends)
    if last < first:
        raise refusal(text, "the range ends before it begins", did_you_mean(f"{last}..{first}"))
    return first, last


def _date(text: str, place: Place) -> date:
    body = text[slice(*trimmed(text, place))]
    found = _DATE.fullmatch(body)
    if found is None:
        raise GrammarError("expected a date such as `2026-12-24`", _date_hint(body), *place)
    year, month, day = (int(number) for number in found.groups())
    if year < 1900:
        raise GrammarError("dates begin with the year 1900", "", *place)
    if not 1 <= month <= 12:
        hint = did_you_mean(f"{year}-{min(max(month, 1), 12):02}-{found[3]}")
        raise GrammarError(f"there is no month {month}", hint, *place)
    longest = MONTH_LENGTH[month - 1]
    length = 28 if month == 2 and (year % 4 or (year % 100 == 0 and year % 400)) else longest
    if not 1 <= day <= length:
        hint = did_you_mean(f"{year}-{month:02}-{min(max(day, 1), length):02}")
        raise GrammarError(f"{MONTH_NAMES[month - 1]} {year} has {length} days", hint, *place)
    return date(year, month, day)


def _date_hint(body: str) -> str:
    """The date that was most likely meant; the day before the month where the numbers leave it open."""
    numbers = re.split(r"[-/. ]+", body)
    if len(numbers) == 3 and all(map(is_number, numbers)) and 4 in (len(numbers[0]), len(numbers[2])):
        year, month, day = numbers if len(numbers[0]) == 4 else reversed(numbers)
        if int(month) > 12 >= int(day):
            month, day = day, month
        meant = f"{year}-{month:0>2}-{day:0>2}"
        if _DATE.fullmatch(meant):
            with suppress(GrammarError):
                return did_you_mean(f"{parse_date(meant)}")
    return "write a date as `2026-12-24`: year, month, day"


def parse_at_most(text: str) -> int:
    """`at_most:`, as `1 per day`."""
    found = re.fullmatch(r"(\d{1,3}) per day", " ".join(text.lower().split()))
    if found is not None and int(found[1]) > 0:
        return int(found[1])
    number = re.search(r"[1-9]\d{0,2}", text)
    hint = did_you_mean(f"{number[0] if number else 1} per day")
    raise refusal(text, "expected a number a day such as `1 per day`", hint)


def parse_count(text: str) -> tuple[int, int | None]:
    """`2-8`, `3`, `>= 3`, `< 10`: least and most, both included; None is unbounded."""
    body = "".join(text.split())
    if found := re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", body):
        least, most = int(found[1]), int(found[2] or found[1])
        if least > most:
            raise refusal(text, "the least is more than the most", did_you_mean(f"{most}-{least}"))
        return least, most
    if (found := re.fullmatch(r"(>=|<=|>|<)(\d{1,6})", body)) and body != "<0":
        number = int(found[2])
        return {">=": (number, None), ">": (number + 1, None), "<=": (0, number), "<": (0, number - 1)}[found[1]]
    digits = re.search(r"\d{1,6}", body)
    hint = did_you_mean(f">= {digits[0]}") if digits else "write for example `2-8` or `>= 3`"
    raise refusal(text, "expected a count such as `2-8`, `3` or `>= 3`", hint)
