"""`{rrule: "FREQ=..."}`: recurrence rules of RFC 5545 section 3.3.10, at day granularity.

The check is strict, so that whatever passes means the same to every calendar program; `core/rrule.py` expands it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from agendad.model.rule import RRule
from agendad.rules.words import GrammarError, is_number, whole

_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_LISTS: Final = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_COUNTS: Final = {"INTERVAL": 999, "COUNT": 9999}
_CLOCK: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")
_ONLY_WITH: Final = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("DAILY", "MONTHLY", "YEARLY"),
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
        raise GrammarError("the rule has no FREQ", "begin with `FREQ=WEEKLY`, for example", *whole(text))
    for name, part in parts.items():
        _check_value(name, part)
    _check_together(parts)
    return RRule(";".join(f"{name}={part.value}" for name, part in parts.items()))


def _parts(text: str) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    prefix = re.match(r"\s*RRULE:", text, re.IGNORECASE)
    for found in re.finditer(r"[^;]+", text[prefix.end() if prefix else 0 :]):
        if not found[0].strip():
            continue
        shift = prefix.end() if prefix else 0
        start, end = (place + found.start() + shift for place in whole(found[0]))
        name, sign, value = "".join(found[0].split()).upper().partition("=")
        if not sign or not value:
            raise GrammarError(f"expected `NAME=VALUE`, found `{text[start:end]}`", _dtstart_hint(name), start, end)
        if name in parts:
            raise GrammarError(f"{name} is given twice", "", start, end)
        parts[name] = _Part(value, start, end)
    return parts


def _check_value(name: str, part: _Part) -> None:
    """Raise when one part is unknown or its value out of range."""
    values = part.value.split(",")
    problem = ""
    hint = ""
    if name == "FREQ":
        if part.value not in _FREQUENCIES:
            problem = f"FREQ is {', '.join(_FREQUENCIES[:-1])} or {_FREQUENCIES[-1]}"
            hint = "a rule works by the day; `at:` and `lasts:` say when in it" if part.value.endswith("LY") else ""
    elif name in _CLOCK:
        problem, hint = f"{name} is finer than a day", "write the time of day as `at: 09:00`"
    elif name in _COUNTS:
        if not is_number(part.value) or not 1 <= int(part.value) <= _COUNTS[name]:
            problem = f"{name} is a number from 1 to {_COUNTS[name]}"
    elif name in _LISTS:
        least = 1 if name == "BYMONTH" else -_LISTS[name]
        if not all(_is_place(value, least, _LISTS[name]) for value in values):
            signs = "" if name == "BYMONTH" else " or, from the end, below 0"
            problem = f"{name} is a list of numbers from 1 to {_LISTS[name]}{signs}"
    elif name == "BYDAY":
        days = [_BYDAY.fullmatch(value) for value in values]
        if not all(day and (day[1] is None or _is_place(day[1], -53, 53)) for day in days):
            problem, hint = "BYDAY is a list of MO, TU, WE, TH, FR, SA, SU, or 1MO, -1FR", ""
    elif name == "WKST":
        problem = "" if part.value in _CODES else "WKST is MO, TU, WE, TH, FR, SA or SU"
    elif name == "UNTIL":
        problem = "" if _is_until(part.value) else "UNTIL is a date such as 20271231"
    else:
        problem, hint = f"unknown part `{name}`", _dtstart_hint(name)
    if problem:
        raise GrammarError(problem, hint, part.start, part.end)


def _check_together(parts: dict[str, _Part]) -> None:
    """Raise for what RFC 5545 forbids together, and for what programs understand differently."""
    frequency = parts["FREQ"].value

    def fail(name: str, message: str, hint: str = "") -> None:
        raise GrammarError(message, hint, parts[name].start, parts[name].end)

    for name, frequencies in _ONLY_WITH.items():
        if name in parts and frequency not in frequencies:
            fail(name, f"{name} has no meaning with FREQ={frequency}")
    if "COUNT" in parts and "UNTIL" in parts:
        fail("COUNT", "COUNT and UNTIL exclude one another")
    if "BYSETPOS" in parts and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        fail("BYSETPOS", "BYSETPOS chooses among days that another BY part names")
    if "BYDAY" in parts and any(character.isdigit() for character in parts["BYDAY"].value):
        if frequency not in ("MONTHLY", "YEARLY"):
            fail("BYDAY", f"a numbered weekday has no meaning with FREQ={frequency}")
        if "BYWEEKNO" in parts:
            fail("BYDAY", "a numbered weekday has no meaning with BYWEEKNO")
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        fail("BYWEEKNO", "BYWEEKNO names weeks, not days", "add a weekday, for example `;BYDAY=MO`")


def _is_place(value: str, least: int, most: int) -> bool:
    digits = value.removeprefix("-" if value.startswith("-") else "+")
    return is_number(digits) and int(value) != 0 and least <= int(value) <= most


def _is_until(value: str) -> bool:
    from datetime import date

    found = _UNTIL.fullmatch(value)
    try:
        return found is not None and date.fromisoformat(found[1]).year >= 1900
    except ValueError:
        return False


def _dtstart_hint(name: str) -> str:
    return "the first day is given by `starting:`" if name.startswith("DTSTART") else ""
