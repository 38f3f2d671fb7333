"""Percentages, spans of days and the targets of categories as they are written in rule files and the configuration.

Each function takes the text of one scalar, ignores the white space around it and the case, and raises GrammarError.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from agendad.model.rule import PeriodUnit, TimeSpan
from agendad.model.settings import Target
from agendad.rules.times import DAY, parse_duration
from agendad.rules.words import GrammarError, Place, did_you_mean, halves, refusal, trimmed, whole

Unit = Literal["percent", "minutes"]

LONGEST: Final = 731
"""Days that a state of the calendar looks back at most: as many as the horizon may look ahead."""

_NUMBER: Final = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) *%")
_IN_DAYS: Final = re.compile(r"\d+ *(?:d|w|days?|weeks?)", re.IGNORECASE)
_LONGER: Final = re.compile(r"(\d{1,4}) *(d|day|w|week|month)s?", re.IGNORECASE)
_WORKING_DAYS: Final = {"d": 1, "day": 1, "w": 5, "week": 5, "month": 20}
_PERIOD_DAYS: Final = {
    PeriodUnit.WEEK: 7,
    PeriodUnit.MONTH: 30,
    PeriodUnit.QUARTER: 91,
    PeriodUnit.HALF_YEAR: 182,
    PeriodUnit.YEAR: 365,
}
_OF: Final = re.compile(r"\bof\b", re.IGNORECASE)
_SIGN: Final = re.compile(r"\s*(>=|<=)")
_SIGN_WORDS: Final = (
    (re.compile(r"^\s*(?:≥|=>|>|at least|more than|over|above|min(?:imum)?)\s*(?=\d)", re.IGNORECASE), ">= "),
    (re.compile(r"^\s*(?:≤|=<|<|at most|less than|under|below|up to|max(?:imum)?)\s*(?=\d)", re.IGNORECASE), "<= "),
)
_A_WEEK: Final = re.compile(r"\s*(?:a|per|each|every|/)\s*week\b|\s+weekly\b", re.IGNORECASE)
_PERCENT_WORDS: Final = re.compile(r"\s*(?:percent|per cent|pct|prozent|pour cent)\b", re.IGNORECASE)
_ONE_UNIT: Final = re.compile(r"(\d{1,3}) *[%h]? *(?:-|–|\bto\b|\.\.) *(\d{1,3}) *(%|h)", re.IGNORECASE)
_TARGETS: Final = "write for example `20%`, `>= 10%`, `4h`, `2h-4h` or `20% of learning`"


def parse_percent(text: str) -> float:
    """`90%`, `12.5%`: from 0 to 100."""
    return _percent(text, whole(text))


def parse_days(text: str) -> int:
    """`30d`, `2 weeks`: whole days, from 1 to two years."""
    word = text.strip().lower()
    try:
        minutes = parse_duration(text)
    except GrammarError as error:
        message = error.message if word.isdecimal() else "a number of days or weeks is due here"
        raise GrammarError(message, _days_hint(word, error.hint), error.start, error.end) from None
    if minutes == 0 or not _IN_DAYS.fullmatch(word):
        raise refusal(text, "a number of days or weeks is due here", did_you_mean(_days(max(1, round(minutes / DAY)))))
    if minutes > LONGEST * DAY:
        raise refusal(text, "this is longer than two years", did_you_mean("104 weeks"))
    return minutes // DAY


def _days_hint(word: str, hint: str) -> str:
    """The days that another text (`month`, `last quarter`, `2 years`, `30`) stands for."""
    if word.isdecimal():
        return f"write `{_days(int(word[:4]))}` or `{word[:4]} week{'s' * (word != '1')}`"
    found = re.fullmatch(r"(?:the )?(?:(?:last|past|previous|every|each) )?(\d*) *(\S+?)s?", word)
    if found and found[2] in _PERIOD_DAYS:
        days = max(1, int(found[1][:4] or 1)) * _PERIOD_DAYS[PeriodUnit(found[2])]
        return did_you_mean(_days(days)) if days <= LONGEST else "at most `104 weeks`"
    return hint if hint.startswith("did you mean") else "write for example `30 days` or `2 weeks`"


def parse_span(text: str) -> TimeSpan:
    """`in:` of a share or of hours: as `parse_days`, or `week`, `month`, `quarter`, `half-year`, `year`."""
    word = text.strip().lower()
    if word in _PERIOD_DAYS:
        return TimeSpan(period=PeriodUnit(word))
    bare = word.removeprefix("this ").removeprefix("current ").replace("_", "-").removesuffix("s")
    if bare in _PERIOD_DAYS:
        raise refusal(text, "expected days, weeks or a period", did_you_mean(bare))
    return TimeSpan(days=parse_days(text))


def parse_hours(text: str) -> int:
    """A sum of time in minutes: `2h`, `7h30m`; days have no length here."""
    body = text.strip()
    if "%" in body:
        raise refusal(text, "a sum of time is given in hours", "write for example `2h`; a percentage goes with `share`")
    if body.isdecimal():
        raise refusal(text, f"`{body[:9]}` has no unit", f"write `{body[:9]}h` or `{body[:9]}m`")
    if found := _LONGER.fullmatch(body):
        message = "a sum of time is given in hours: a day of work is not 24 of them"
        hours = int(found[1]) * _WORKING_DAYS[found[2].lower()] * 8
        raise refusal(text, message, did_you_mean(f"{min(hours, 999)}h"))
    return parse_duration(text)


def parse_target(text: str) -> Target:
    """`20%`, `>= 10%`, `<= 50%`, `10%-30%`, `4h` (a week), `>= 2h`, `2h-4h`, and a percentage `20% of learning`."""
    start, end = whole(text)
    of = ""
    if found := _OF.search(text):
        of_place = trimmed(text, (found.end(), len(text)))
        of = text[slice(*of_place)]
        end = trimmed(text, (start, found.start()))[1]
        if not of.strip() or not text[start:end].strip() or start >= found.start():
            raise refusal(text, "a share of a category is a percentage and its name", "such as `20% of learning`")
    unit, least, most = _bounds(text, (start, end))
    if of and unit == "minutes":
        message = "only a percentage can be a share of another category"
        raise GrammarError(message, f"write `{text[start:end]}`, or a percentage", start, end)
    return Target(unit, least, most, of)


def _bounds(text: str, place: Place) -> tuple[Unit, float | None, float | None]:
    """Unit, least and most of a target without its `of`."""
    body = text[slice(*place)]
    if sign := _SIGN.match(body):
        unit, amount = _amount(text, trimmed(text, (place[0] + sign.end(), place[1])), body)
        return (unit, amount, None) if sign[1] == ">=" else (unit, None, amount)
    ends = halves(body, "-")
    if ends is None:
        unit, amount = _amount(text, place, body)
        return unit, amount, amount
    (one, least), (other, most) = (_amount(text, (place[0] + a, place[0] + b), body) for a, b in ends)
    if one != other:
        raise GrammarError("the ends of a range have the same unit", _TARGETS, *place)
    if least > most:
        first, second = (body[a:b] for a, b in ends)
        raise GrammarError("the least is more than the most", did_you_mean(f"{second}-{first}"), *place)
    return one, least, most


def _amount(text: str, place: Place, body: str) -> tuple[Unit, float]:
    """One percentage or one sum of hours at a place of a text; `body` is the whole that is said of the amount."""
    part = text[slice(*place)]
    try:
        return ("percent", _percent(text, place)) if "%" in part else ("minutes", parse_hours(part))
    except GrammarError as error:
        own = error.hint if part == body and error.hint.startswith("did you mean") else ""
        message = "expected a percentage or hours" if error.message.startswith("expected") else error.message
        raise GrammarError(message, _meant_target(body) or own or _TARGETS, *place) from None


def _meant_target(body: str) -> str:
    """The hint with the target that other words stand for (`at least 10 percent`, `10-30%`), or empty."""
    meant = _PERCENT_WORDS.sub("%", _A_WEEK.sub("", body)).strip()
    for pattern, sign in _SIGN_WORDS:
        meant = pattern.sub(sign, meant)
    if meant.isdecimal():
        return f"did you mean `{meant}%` or `{meant}h`?"
    if found := _ONE_UNIT.fullmatch(meant):
        meant = f"{found[1]}{found[3]}-{found[2]}{found[3]}"
    if meant == body.strip():
        return ""
    try:
        _bounds(meant, (0, len(meant)))
    except GrammarError:
        return ""
    return did_you_mean(meant)


def _percent(text: str, place: Place) -> float:
    body = text[slice(*place)]
    found = _NUMBER.fullmatch(body)
    if found is None:
        raise GrammarError("expected a percentage such as `90%`", _percent_hint(body), *place)
    if (percent := float(found[1])) > 100:
        raise GrammarError("a share is at most 100%", did_you_mean("100%"), *place)
    return percent


def _percent_hint(body: str) -> str:
    if re.fullmatch(r"\d+ *(h|m)(\d+m)?", body.lower()):
        return "write for example `90%`; a sum of time goes with `hours`"
    number = re.fullmatch(r"(\d{0,3})(?:[.,](\d{1,3}))? *(%|\D*)", body)
    if number is None or not (number[1] or number[2]):
        return "write for example `90%`"
    value = float(f"{number[1] or 0}.{number[2] or 0}")
    if value <= 1 and number[2] and number[3] != "%":
        value *= 100
    return did_you_mean(f"{value:.6g}%") if value <= 100 else "write for example `90%`"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"
