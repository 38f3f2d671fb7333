"""`{rrule: "FREQ=..."}`: recurrence rules of RFC 5545 section 3.3.10, at day granularity.

The check is strict, so that whatever passes means the same to every calendar program; `core/rrule.py` expands it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from agendad.model.rule import RRule
from agendad.rules.words import MONTH_LENGTH, GrammarError, is_number, refusal, trimmed

_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_COUNTS: Final = {"INTERVAL": 999, "COUNT": 9999}
_LISTS: Final = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_ONLY_WITH: Final = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
}
_ELSEWHERE: Final = {
    "BYHOUR": ("BYHOUR is finer than a day", "write the time of day as `at: 09:00`"),
    "BYMINUTE": ("BYMINUTE is finer than a day", "write the time of day as `at: 09:00`"),
    "BYSECOND": ("BYSECOND is finer than a day", "write the time of day as `at: 09:00`"),
    "DTSTART": ("DTSTART is no part of a rule", "write the first day as `starting: 2027-01-04`"),
    "EXDATE": ("EXDATE is no part of a rule", "write the dates as `except: [2026-12-24]`"),
}
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"(\d{8})(?:T\d{6}Z?)?")


class _Part(NamedTuple):
    """One `NAME=VALUE` with its place in the given text."""

    value: str
    start: int
    end: int


def parse_rrule(text: str) -> RRule:
    """The rule in upper case without `RRULE:`; raises GrammarError.

    COUNT and UNTIL are allowed (not both); UNTIL counts to the end of its day, whatever its time of day.
    """
    parts = _parts(text)
    if "FREQ" not in parts:
        raise refusal(text, "the rule has no FREQ", "begin with `FREQ=WEEKLY;`, for example")
    for name, part in parts.items():
        if problem := _problem(name, part.value):
            raise GrammarError(*problem, part.start, part.end)
    for name, message, hint in _contradictions({name: part.value for name, part in parts.items()}):
        raise GrammarError(message, hint, parts[name].start, parts[name].end)
    return RRule(";".join(f"{name}={part.value}" for name, part in parts.items()))


def _parts(text: str) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    prefix = re.match(r"\s*RRULE:", text, re.IGNORECASE)
    for found in re.compile(r"[^;]*[^;\s][^;]*").finditer(text, prefix.end() if prefix else 0):
        start, end = trimmed(text, found.span())
        name, _, value = "".join(found[0].split()).upper().partition("=")
        if not value:
            message, hint = _ELSEWHERE.get(name.partition(":")[0].partition(";")[0], ("", ""))
            raise GrammarError(message or f"expected `NAME=VALUE`, found `{text[start:end]}`", hint, start, end)
        if name in parts:
            raise GrammarError(f"{name} is given twice", "", start, end)
        parts[name] = _Part(value, start, end)
    return parts


def _problem(name: str, value: str) -> tuple[str, str] | None:
    """What is wrong with one part by itself: message and hint."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    if name in _COUNTS:
        good = is_number(value) and 1 <= int(value) <= _COUNTS[name]
        return None if good else (f"{name} is a number from 1 to {_COUNTS[name]}", "")
    if name in _LISTS:
        most = _LISTS[name]
        least = 1 if name == "BYMONTH" else -most
        good = all(_is_place(number, least, most) for number in value.split(","))
        return None if good else (f"{name} is a list of numbers from {least} to {most}, without 0", "")
    match name:
        case "FREQ":
            hint = "a rule works by the day; `at:` and `lasts:` say when in it"
            return None if value in _FREQUENCIES else ("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY", hint)
        case "BYDAY":
            return None if _is_days(value) else ("BYDAY is a list such as `MO,WE` or `1MO,-1FR`", "")
        case "WKST":
            return None if value in _CODES else ("WKST is MO, TU, WE, TH, FR, SA or SU", "")
        case "UNTIL":
            return None if _is_until(value) else ("UNTIL is a date such as 20271231", "")
    return f"unknown part `{name}`", ""


def _contradictions(parts: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is forbidden together, understood differently by programs, or never comes: part, message, hint."""
    frequency = parts["FREQ"]
    found = [
        (name, f"{name} has no meaning with FREQ={frequency}", "")
        for name, frequencies in _ONLY_WITH.items()
        if name in parts and frequency not in frequencies
    ]
    if "COUNT" in parts and "UNTIL" in parts:
        found.append(("COUNT", "COUNT and UNTIL exclude one another", ""))
    if "BYSETPOS" in parts and sum(name.startswith("BY") for name in parts) == 1:
        found.append(("BYSETPOS", "BYSETPOS chooses among days that another BY part names", ""))
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        found.append(("BYWEEKNO", "BYWEEKNO names weeks, not days", "add a weekday, for example `;BYDAY=MO`"))
    numbers = [abs(int(number)) for number in re.findall(r"\d+", parts.get("BYDAY", ""))]
    if numbers and (frequency in ("DAILY", "WEEKLY") or "BYWEEKNO" in parts):
        beside = "BYWEEKNO" if "BYWEEKNO" in parts else f"FREQ={frequency}"
        found.append(("BYDAY", f"a numbered weekday has no meaning with {beside}", ""))
    elif numbers and max(numbers) > 5 and (frequency == "MONTHLY" or "BYMONTH" in parts):
        found.append(("BYDAY", "no month has a weekday more than five times", ""))
    if "BYMONTH" in parts and "BYMONTHDAY" in parts:
        longest = max(MONTH_LENGTH[int(month) - 1] for month in parts["BYMONTH"].split(","))
        if min(abs(int(day)) for day in parts["BYMONTHDAY"].split(",")) > longest:
            found.append(("BYMONTHDAY", f"these months have at most {longest} days", ""))
    return found


def _is_place(text: str, least: int, most: int) -> bool:
    """Whether a text is a number in the range and not 0, with or without a sign."""
    return is_number(text[1:] if text[:1] in ("+", "-") else text) and int(text) != 0 and least <= int(text) <= most


def _is_days(value: str) -> bool:
    found = [_BYDAY.fullmatch(day) for day in value.split(",")]
    return all(day is not None and (day[1] is None or _is_place(day[1], -53, 53)) for day in found)


def _is_until(value: str) -> bool:
    found = _UNTIL.fullmatch(value)
    try:
        return found is not None and date.fromisoformat(found[1]).year >= 1900
    except ValueError:
        return False
