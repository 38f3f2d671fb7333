"""Durations and times of day as they are written in rule files; a duration always has its unit.

Each function takes the text of one scalar, ignores the white space around it and the case, gives minutes (times: after
midnight) where it does not say otherwise, and raises GrammarError.
"""

from __future__ import annotations

import re
from typing import Final

from agendad.model.rule import At, Comparison, Lasts, Prefer, TimeWindow
from agendad.rules.phrase import parse_weekdays
from agendad.rules.words import GrammarError, Place, did_you_mean, halves, refusal, whole

DAY: Final = 1440
LONGEST: Final = 3660 * DAY
"""No duration is longer than ten years."""

_DURATION = re.compile(r"(?:(\d{1,7}) *h)?(?: *(\d{1,7}) *m)?|(\d{1,7}) *(d|w|days?|weeks?)")
_SIGNED = re.compile(r"\s*(>=|<=|>|<)\s*(.*?)\s*", re.DOTALL)
_SIGNS: Final = {
    "≤": "<=",
    "=<": "<=",
    "at most": "<=",
    "up to": "<=",
    "less than": "<",
    "under": "<",
    "below": "<",
    "more than": ">",
    "over": ">",
    "above": ">",
}
_EXPECTED: Final = "expected a duration such as `45m`, `2h`, `1h30m`, `3 days`"
_TIME = re.compile(r"(\d\d?):(\d\d)")
_BETWEEN = re.compile(r"\s*(?:-|–|—|\bto\b|\buntil\b|\.\.)\s*")  # what people write between two times
_PARTS: Final = ("morning", "afternoon", "earliest", "latest")

# ---------------------------------------------------------------- durations


def parse_duration(text: str) -> int:
    """`45m`, `2h`, `1h30m`, `3 days`, `7d`, `2 weeks`; a day is 24 hours."""
    return _duration(text, whole(text))[0]


def parse_length(text: str) -> Lasts:
    """`lasts:`, as `45m`, `30m-2h` (least and most), `4 days` (an all-day event)."""
    if (ends := halves(text, "-")) is None:
        minutes, in_days = _duration(text, whole(text))
        if minutes == 0:
            raise refusal(text, "a block lasts at least one minute", did_you_mean("15m"))
        return Lasts(days=minutes // DAY) if in_days else Lasts(minutes, minutes)
    least, most, in_days = _duration_range(text, ends)
    if in_days:
        raise refusal(text, "a block of whole days has one length", did_you_mean(_spelled_days(most // DAY)))
    if least == 0:
        hint = did_you_mean(f"{spell_minutes(min(15, most))}-{spell_minutes(most)}" if most else "15m")
        raise refusal(text, "a block lasts at least one minute", hint)
    return Lasts(least, most)


def parse_comparison(text: str) -> Comparison:
    """`>= 1h`, `> 1h`, `<= 30m`, `< 30m`, or a range `30m-2h` with both ends included."""
    if found := _SIGNED.fullmatch(text):
        sign, amount = found.groups()
        minutes = _duration(text, found.span(2) if amount else whole(text))[0]
        least, most = (minutes, None) if sign[0] == ">" else (None, minutes)
        return Comparison(least, most, least_open=sign == ">", most_open=sign == "<")
    if (ends := halves(text, "-")) is not None:
        least, most, _ = _duration_range(text, ends)
        return Comparison(least, most)
    words = re.fullmatch(r"\s*(\D*?)\s*(\d.*?)\s*", text.lower())
    sign, amount = (_SIGNS.get(words[1], ">="), words[2]) if words else (">=", "1h")
    hint = did_you_mean(f"{sign} {_meant_duration(amount) or '1h'}")
    raise refusal(text, "expected a comparison such as `>= 1h`, or a range such as `30m-2h`", hint)


def parse_horizon(text: str) -> int:
    """`6 weeks`, `42 days`: how far ahead, in days, from 1 day to 2 years."""
    minutes, in_days = _duration(text, whole(text))
    if not in_days or minutes == 0:
        raise refusal(text, "the horizon is a number of days or weeks", did_you_mean("6 weeks"))
    if minutes > 731 * DAY:
        raise refusal(text, "the horizon is at most two years", did_you_mean("104 weeks"))
    return minutes // DAY


def spell_minutes(minutes: int) -> str:
    """`1h30m` for 90: the shortest spelling in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")


def _spelled_days(days: int) -> str:
    return "1 day" if days == 1 else f"{max(days, 1)} days"


def _duration_range(text: str, ends: tuple[Place, Place]) -> tuple[int, int, bool]:
    """Least and most of `30m-2h`, and whether one of them was given in days."""
    first, second = (text[start:end].lower() for start, end in ends)
    if first.isdecimal() and (unit := re.fullmatch(r"\d+ *([hm])", second)):
        raise GrammarError(f"`{first}` has no unit", did_you_mean(f"{first}{unit[1]}-{second}"), *ends[0])
    (least, one_in_days), (most, other_in_days) = (_duration(text, place) for place in ends)
    if least > most:
        raise refusal(text, "the least is more than the most", did_you_mean(f"{second}-{first}"))
    return least, most, one_in_days or other_in_days


def _duration(text: str, place: Place) -> tuple[int, bool]:
    """The minutes that stand at one place of a text, and whether they were given in days or weeks."""
    body = " ".join(text[slice(*place)].lower().split())
    found = _DURATION.fullmatch(body) if body else None
    if found is None:
        raise GrammarError(*_no_duration(body), *place)
    hours, minutes, days, unit = found.groups()
    if days and len(unit) > 1 and unit.endswith("s") == (int(days) == 1):
        right = f"{int(days)} {unit.removesuffix('s')}{'' if int(days) == 1 else 's'}"
        raise GrammarError(f"`{body}` mixes singular and plural", did_you_mean(right), *place)
    one = 7 * DAY if unit and unit[0] == "w" else DAY
    total = int(days) * one if days else int(hours or 0) * 60 + int(minutes or 0)
    if hours and int(minutes or 0) > 59:
        raise GrammarError("more than 59 minutes beside the hours", did_you_mean(spell_minutes(total)), *place)
    if total > LONGEST:
        raise GrammarError("the duration is longer than ten years", "", *place)
    return total, days is not None


def _no_duration(body: str) -> tuple[str, str]:
    """Message and hint for a text that is no duration."""
    if re.fullmatch(r"\d+", body):
        return f"`{body}` has no unit", f"write `{body}m`, `{body}h` or `{body} {'day' if body == '1' else 'days'}`"
    if re.fullmatch(r"\d+ *(s|secs?|seconds?)", body):
        return "the smallest unit is the minute", did_you_mean("1m")
    if found := re.fullmatch(r"(\d{1,2}):(\d\d)", body):
        return f"`{body}` is a time of day", did_you_mean(spell_minutes(int(found[1]) * 60 + int(found[2])))
    if found := re.fullmatch(r"(\d{1,3}) *months?", body):
        return "a month has no fixed length", did_you_mean(f"{max(1, int(found[1])) * 30} days")
    if meant := _meant_duration(body):
        return _EXPECTED, did_you_mean(meant)
    return _EXPECTED, "write for example `45m`, `1h30m` or `2 weeks`"


def _meant_duration(body: str) -> str:
    """The duration that other words (`2 hours`, `1.5h`) stand for; empty when there is none."""
    if found := re.fullmatch(r"(\d{1,4})[.,](\d{1,3}) *(?:h|hrs?|hours?)", body):
        return spell_minutes(round(float(f"{found[1]}.{found[2]}") * 60))
    spoken = r"(?:(\d{1,7}) *(?:hours?|hrs?|h))?(?: *(?:and|,)? *(\d{1,7}) *(?:minutes?|mins?|m))?"
    if body and (found := re.fullmatch(spoken, body)):
        return spell_minutes(int(found[1] or 0) * 60 + int(found[2] or 0))
    return body if _DURATION.fullmatch(body) else ""


# ---------------------------------------------------------------- times of day


def parse_time(text: str) -> int:
    """`00:00` to `23:59`; the hour may have one digit."""
    return _time(text, whole(text), latest=DAY - 1)


def parse_time_range(text: str) -> TimeWindow:
    """`09:00-12:00`; an end at or before the start is on the next day, and may be 24:00."""
    ends = halves(text, "-")
    if ends is None:
        raise refusal(text, "expected a range of times such as `09:00-12:00`", _time_range_hint(text))
    try:
        start, end = _time(text, ends[0], latest=DAY - 1), _time(text, ends[1], latest=DAY)
    except GrammarError as error:
        raise GrammarError(error.message, _time_range_hint(text), error.start, error.end) from None
    return TimeWindow(start, end if end > start else end + DAY)


def parse_at(text: str) -> At:
    """`at:`, as `14:00`, or a range as in `parse_time_range`."""
    if _BETWEEN.search(text.strip().lower()):
        window = parse_time_range(text)
        return At(window.start, window.end)
    return At(parse_time(text))


def parse_prefer(text: str) -> Prefer:
    """`prefer:`, as `morning`, `afternoon`, `earliest`, `latest`, `14:00`, weekdays, or weekdays and one of those."""
    place = whole(text)
    last = re.search(r"\S*$", text[slice(*place)].lower())
    word = last[0] if last else ""
    cut = place[1] - len(word)
    part = next((name for name in _PARTS if name == word), None)
    at = _time(text, (cut, place[1]), latest=DAY - 1) if ":" in word else None
    if part is None and at is None:
        cut = place[1]
    days = text[:cut]
    if not days.strip() and (part or at is not None):
        return Prefer(at=at, part=part)
    try:
        return Prefer(parse_weekdays(days), at, part)
    except GrammarError as error:
        from agendad.rules.nearest import nearest_days, nearest_word

        tail = text[cut : place[1]].lower()
        nearest = nearest_word(word, (*_PARTS, nearest_days(days))) if not tail else f"{nearest_days(days)} {tail}"
        raise GrammarError(error.message, did_you_mean(nearest), error.start, error.end) from None


def _time(text: str, place: Place, latest: int) -> int:
    """Minutes after midnight at one place of a text."""
    body = text[slice(*place)]
    found = _TIME.fullmatch(body)
    if found is None:
        raise GrammarError("expected a time such as `09:00`", did_you_mean(spelled_time(_meant_time(body))), *place)
    minutes = int(found[1]) * 60 + int(found[2])
    if minutes == DAY > latest and int(found[2]) == 0:
        raise GrammarError("24:00 can only be the end of a range", did_you_mean("00:00"), *place)
    if int(found[2]) > 59 or minutes > latest:
        raise GrammarError(f"there is no {body} on the clock", did_you_mean(spelled_time(_meant_time(body))), *place)
    return minutes


def _time_range_hint(text: str) -> str:
    """A range made of the times that were most likely meant."""
    parts = [part for part in _BETWEEN.split(text.strip().lower()) if part]
    start = _meant_time(parts[0]) if parts else 540
    end = _meant_time(parts[1]) if len(parts) > 1 and parts[1] != "24:00" else DAY if len(parts) > 1 else start + 60
    return did_you_mean(f"{spelled_time(start)}-{spelled_time(min(start + 60 if end == start else end, DAY))}")


def _meant_time(body: str) -> int:
    """The time of day that was most likely meant by `9`, `9h30`, `14.30`, `2pm`, `0930`, `noon`, `25:00`."""
    found = re.fullmatch(r"(\d\d?)(?:[:.h, ]*(\d\d))?(?::\d\d)? *(?:h|uhr)? *(?:([ap])\.?m\.?)?", body.lower())
    if found is None:
        return {"noon": 720, "midday": 720, "midnight": 0, "24:00": 0}.get(body.lower(), 540)
    hour = int(found[1])
    if found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3] == "p" else 0)
    return (0 if hour == 24 else min(hour, 23)) * 60 + min(int(found[2] or 0), 59)


def spelled_time(minutes: int) -> str:
    """Minutes after midnight as they are written: `09:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
