"""Durations, times of day, dates and counts as they are written in rule files; every unit is explicit.

Each function takes the text of one scalar, ignores the white space around it and the case, and raises GrammarError.
Durations are minutes, times of day minutes after midnight.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from agendad.model.rule import At, Comparison, Lasts, Prefer, TimeWindow
from agendad.rules.words import (
    MONTH_NAMES,
    WEEKDAY,
    GrammarError,
    did_you_mean,
    refuse,
    whole,
)

DAY: Final = 1440
LONGEST: Final = 3660 * DAY
"""No duration is longer than ten years."""

_DURATION = re.compile(r"(?:(\d+) *h)?(?: *(\d+) *m)?|(\d+) *(d|w|days?|weeks?)")
_TIME = re.compile(r"(\d\d?):(\d\d)")
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(.*)", re.DOTALL)
_PARTS: Final = ("morning", "afternoon", "earliest", "latest")


# ---------------------------------------------------------------- durations


def parse_duration(text: str) -> int:
    """`45m`, `2h`, `1h30m`, `3 days`, `7d`, `2 weeks`; a day is 24 hours."""
    return _duration(text)[0]


def parse_length(text: str) -> Lasts:
    """`lasts:` — `45m`, `30m-2h` (least and most), `4 days` (an all-day event)."""
    first, dash, second = text.partition("-")
    if not dash:
        minutes, in_days = _duration(text)
        if minutes == 0:
            refuse(text, "a block lasts at least one minute", did_you_mean("15m"))
        return Lasts(days=minutes // DAY) if in_days else Lasts(minutes, minutes)
    least, most = _range(text, first, second)
    if least == 0:
        refuse(text, "a block lasts at least one minute", did_you_mean(f"15m-{second.strip()}"))
    return Lasts(least, most)


def parse_comparison(text: str) -> Comparison:
    """`>= 1h`, `> 1h`, `<= 30m`, `< 30m`, or a range `30m-2h` with both ends included."""
    body = text.strip()
    if found := _COMPARISON.fullmatch(body):
        sign, rest = found.groups()
        minutes = _within(text, rest)
        least, most = (minutes, None) if sign[0] == ">" else (None, minutes)
        return Comparison(least, most, least_open=sign == ">", most_open=sign == "<")
    first, dash, second = text.partition("-")
    if dash:
        return Comparison(*_range(text, first, second))
    folded = re.sub(r"^(?:≥|=>|at least|more than|over|=)\s*", "", body)
    folded = folded if _is_duration(folded) else "1h"
    sign = "<=" if re.match(r"≤|=<|at most|less than|under|up to", body) else ">="
    refuse(text, "expected a comparison such as `>= 1h` or a range such as `30m-2h`", did_you_mean(f"{sign} {folded}"))


def parse_horizon(text: str) -> int:
    """`6 weeks`, `42 days`: how far ahead, in days, from 1 day to 2 years."""
    minutes, in_days = _duration(text)
    if not in_days:
        refuse(text, "the horizon is a number of days or weeks", did_you_mean("6 weeks"))
    if minutes == 0:
        refuse(text, "the horizon is at least one day", did_you_mean("6 weeks"))
    if minutes > 731 * DAY:
        refuse(text, "the horizon is at most two years", did_you_mean("104 weeks"))
    return minutes // DAY


def _range(text: str, first: str, second: str) -> tuple[int, int]:
    """Both ends of `30m-2h`, in minutes; a range of days has no meaning for what is placed by the minute."""
    if re.fullmatch(r"\s*\d+\s*", first) and (unit := re.fullmatch(r"\s*\d+ *([hm])\s*", second)):
        hint = did_you_mean(f"{first.strip()}{unit[1]}-{second.strip()}")
        raise GrammarError(f"`{first.strip()}` has no unit", hint, *whole(first))
    least, most = _within(text, first), _within(text, second, after=len(first) + 1)
    if least > most:
        refuse(text, "the least is more than the most", did_you_mean(f"{second.strip()}-{first.strip()}"))
    return least, most


def _within(text: str, part: str, after: int | None = None) -> int:
    """The duration `part` of `text`, in minutes, with the places of errors counted from the start of `text`."""
    shift = text.rindex(part) if after is None else after
    if after is None and text.startswith(part):
        shift = 0
    try:
        return parse_duration(part)
    except GrammarError as error:
        raise GrammarError(error.message, error.hint, error.start + shift, error.end + shift) from None


def _is_duration(text: str) -> bool:
    return bool(text) and _DURATION.fullmatch(text.lower()) is not None


def _duration(text: str) -> tuple[int, bool]:
    """Minutes, and whether they were given in days or weeks."""
    body = " ".join(text.lower().split())
    found = _DURATION.fullmatch(body) if body else None
    if found is None:
        refuse(text, *_no_duration(body))
    hours, minutes, days, unit = found.groups()
    if max(len(number or "") for number in (hours, minutes, days)) > 7:
        refuse(text, "the duration is longer than ten years", "")
    if hours and minutes and int(minutes) > 59:
        total = int(hours) * 60 + int(minutes)
        refuse(text, "more than 59 minutes after the hours", did_you_mean(spell_minutes(total)))
    if days and (len(unit) > 1) and unit.endswith("s") == (int(days) == 1):
        right = unit.removesuffix("s") if int(days) == 1 else f"{unit}s"
        refuse(text, f"expected `{right}` after `{days}`", did_you_mean(f"{int(days)} {right}"))
    total = int(days) * DAY * (7 if unit[0] == "w" else 1) if days else int(hours or 0) * 60 + int(minutes or 0)
    if total > LONGEST:
        refuse(text, "the duration is longer than ten years", "")
    return total, days is not None


def _no_duration(body: str) -> tuple[str, str]:
    """Message and hint for a text that is no duration."""
    if re.fullmatch(r"\d+", body):
        return f"`{body}` has no unit", f"write `{body}m`, `{body}h` or `{body} days`"
    if re.fullmatch(r"\d+ *(s|secs?|seconds?)", body):
        return "the smallest unit is the minute", did_you_mean("1m")
    if found := re.fullmatch(r"(\d{1,4})[.,](\d{1,3}) *h(?:ours?)?", body):
        minutes = round(float(f"{found[1]}.{found[2]}") * 60)
        return "a duration has whole numbers", did_you_mean(spell_minutes(minutes))
    if found := re.fullmatch(r"(\d{1,2}):(\d\d)", body):
        return "this is a time of day", did_you_mean(spell_minutes(int(found[1]) * 60 + int(found[2])))
    long = r"(?:(\d{1,5}) *(?:hours?|hrs?|h))?(?: *(?:and|,)? *(\d{1,5}) *(?:minutes?|mins?|min|m))?"
    if body and (found := re.fullmatch(long, body)):
        total = int(found[1] or 0) * 60 + int(found[2] or 0)
        return "expected a duration such as `45m`, `2h`, `1h30m`, `3 days`", did_you_mean(spell_minutes(total))
    if found := re.fullmatch(r"(\d{1,3}) *months?", body):
        return "a month has no fixed length", did_you_mean(f"{int(found[1]) * 30} days")
    return "expected a duration such as `45m`, `2h`, `1h30m`, `3 days`", "write for example `45m`, `1h30m` or `2 weeks`"


def spell_minutes(minutes: int) -> str:
    """`1h30m` for 90: the shortest spelling in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")


# ---------------------------------------------------------------- times of day


def parse_time(text: str) -> int:
    """`09:00` or `9:00` to `23:59`."""
    minutes = _time(text)
    if minutes == DAY:
        refuse(text, "24:00 can only be the end of a range", did_you_mean("00:00"))
    return minutes


def parse_time_range(text: str) -> TimeWindow:
    """`09:00-12:00`; an end at or before the start is on the next day, and may be 24:00."""
    first, dash, second = text.partition("-")
    if not dash:
        hint = f"{text.strip()}-17:00" if _TIME.fullmatch(text.strip()) else "09:00-17:00"
        refuse(text, "expected a range of times such as `09:00-12:00`", did_you_mean(hint))
    try:
        start, at = parse_time(first), len(first) + 1
    except GrammarError as error:
        raise _range_hint(text, error, 0) from None
    try:
        end = _time(second)
    except GrammarError as error:
        raise _range_hint(text, error, at) from None
    return TimeWindow(start, end if end > start else end + DAY)


def parse_at(text: str) -> At:
    """`at:` — `14:00`, or a range as in `parse_time_range`."""
    if "-" in text:
        window = parse_time_range(text)
        return At(window.start, window.end)
    return At(parse_time(text))


def parse_prefer(text: str) -> Prefer:
    """`prefer:` — `morning`, `afternoon`, `earliest`, `latest`, `14:00`, weekdays, or weekdays and one of those."""
    from agendad.rules.phrase import parse_weekdays

    words = text.lower().split()
    last = words[-1] if words else ""
    part = next((name for name in _PARTS if name == last), None)
    head = text.rstrip()[: -len(last)] if part or ":" in last else text
    at = None
    if ":" in last:
        place = text.lower().rindex(last)
        try:
            at = parse_time(last)
        except GrammarError as error:
            raise GrammarError(error.message, error.hint, error.start + place, error.end + place) from None
    if (part or at is not None) and not head.strip():
        return Prefer(at=at, part=part)
    if not set(words) & set(WEEKDAY) and not any(word[:3] in WEEKDAY for word in words):
        refuse(
            text,
            "expected weekdays, a time, `morning`, `afternoon`, `earliest` or `latest`",
            "write for example `tue 14:00`, `tue-thu` or `morning`",
        )
    return Prefer(parse_weekdays(head), at, part)


def spell_time(minutes: int) -> str:
    """`09:05` for 545."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _time(text: str) -> int:
    """Minutes after midnight, 24:00 included."""
    body = text.strip()
    found = _TIME.fullmatch(body)
    if found is None:
        refuse(text, "expected a time such as `09:00`", did_you_mean(spell_time(_guess_time(body.lower()))))
    hour, minute = int(found[1]), int(found[2])
    if minute > 59 or hour * 60 + minute > DAY:
        refuse(text, f"`{body}` is not a time of day", did_you_mean(spell_time(_clamp(hour, minute))))
    return hour * 60 + minute


def _guess_time(body: str) -> int:
    """The time of day that was most likely meant by `9`, `9h30`, `14.30`, `2pm`, `0930`, `noon`."""
    if body in ("noon", "midday"):
        return 720
    found = re.fullmatch(r"(\d\d?)(?:[:.h, ]*(\d\d))?(?::\d\d)? *(?:h|uhr)? *([ap])?\.?m?\.?", body)
    if found is None:
        return 0 if body == "midnight" else 540
    hour = int(found[1])
    if found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return _clamp(hour, int(found[2] or 0))


def _clamp(hour: int, minute: int) -> int:
    return min(hour, 23) * 60 + min(minute, 59)


def _range_hint(text: str, error: GrammarError, shift: int) -> GrammarError:
    """The error of one end of a range, with both ends in the hint and its place in the whole text."""
    start, _, end = (" ".join(part.split()).lower() for part in text.partition("-"))
    ends = [
        spell_time(_time(part)) if _TIME.fullmatch(part) and _valid(part) else spell_time(_guess_time(part))
        for part in (start, end)
    ]
    return GrammarError(error.message, did_you_mean("-".join(ends)), error.start + shift, error.end + shift)


def _valid(text: str) -> bool:
    hour, _, minute = text.partition(":")
    return int(minute) < 60 and int(hour) * 60 + int(minute) <= DAY


# ---------------------------------------------------------------- dates


def parse_date(text: str) -> date:
    """`2026-12-24` (RFC 3339 full-date), from the year 1900."""
    body = text.strip()
    found = _DATE.fullmatch(body)
    if found is None:
        refuse(text, "expected a date such as `2026-12-24`", _date_hint(body))
    year, month, day = (int(number) for number in found.groups())
    if not 1900 <= year:
        refuse(text, "dates begin with the year 1900", "")
    try:
        return date(year, month, day)
    except ValueError:
        if not 1 <= month <= 12:
            refuse(text, f"there is no month {month}", did_you_mean(f"{year}-{min(max(month, 1), 12):02}-{found[3]}"))
        length = month_length(year, month)
        hint = did_you_mean(f"{year}-{month:02}-{min(max(day, 1), length):02}")
        refuse(text, f"{MONTH_NAMES[month - 1]} {year} has {length} days", hint)


def parse_date_range(text: str) -> tuple[date, date]:
    """`2026-12-24..2027-01-03`, or one date (then both are the same); both ends are included."""
    first, dots, second = text.partition("..")
    start = parse_date(first if dots else text)
    if not dots:
        return start, start
    try:
        end = parse_date(second)
    except GrammarError as error:
        shift = len(first) + 2
        raise GrammarError(error.message, error.hint, error.start + shift, error.end + shift) from None
    if end < start:
        refuse(text, "the range ends before it begins", did_you_mean(f"{end}..{start}"))
    return start, end


def month_length(year: int, month: int) -> int:
    """The days of a month."""
    return (
        (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days if (year, month) != (9999, 12) else 31
    )


def _date_hint(body: str) -> str:
    """The date that was most likely meant; day before month, as where the numbers leave it open."""
    patterns = (r"(?P<y>\d{4})[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)", r"(?P<d>\d\d?)[-/. ](?P<m>\d\d?)[-/. ](?P<y>\d{4})")
    for pattern in patterns:
        if found := re.fullmatch(pattern, body):
            year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
            if month > 12 >= day:
                month, day = day, month
            return did_you_mean(f"{year}-{month:02}-{day:02}")
    return "write a date as `2026-12-24`: year, month, day"


# ---------------------------------------------------------------- counts


def parse_at_most(text: str) -> int:
    """`at_most:` — `1 per day`."""
    found = re.fullmatch(r"\s*(\d{1,3})\s+per\s+day\s*", text.lower())
    if found is None:
        number = re.search(r"\d{1,3}", text)
        refuse(
            text, "expected a number a day such as `1 per day`", did_you_mean(f"{number[0] if number else 1} per day")
        )
    if int(found[1]) == 0:
        refuse(text, "at most none a day leaves nothing", did_you_mean("1 per day"))
    return int(found[1])


def parse_count(text: str) -> tuple[int, int | None]:
    """`2-8`, `3`, `>= 3`, `< 10`: least and most, both included; None is unbounded."""
    body = text.strip()
    if found := re.fullmatch(r"(\d{1,6})(?:\s*-\s*(\d{1,6}))?", body):
        least, most = int(found[1]), int(found[2] or found[1])
        if least > most:
            refuse(text, "the least is more than the most", did_you_mean(f"{most}-{least}"))
        return least, most
    if found := re.fullmatch(r"(>=|<=|>|<)\s*(\d{1,6})", body):
        number = int(found[2])
        if found[1] == "<" and number == 0:
            refuse(text, "no count is below 0", did_you_mean("0"))
        return {">=": (number, None), ">": (number + 1, None), "<=": (0, number), "<": (0, number - 1)}[found[1]]
    number_found = re.search(r"\d{1,6}", body)
    refuse(
        text,
        "expected a count such as `2-8`, `3` or `>= 3`",
        did_you_mean(f">= {number_found[0]}") if number_found else "write for example `2-8` or `>= 3`",
    )
