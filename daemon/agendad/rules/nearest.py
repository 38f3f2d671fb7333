"""The valid phrase nearest to a text that is none: the hint of `parse_phrase`.

First the idioms that people write (`daily`, `every second tuesday`, `lundi`) are put into the words of the grammar.
If that is no phrase yet, the words are aligned with every form of the grammar and the form with the smallest edit
distance, filled with the words that were given, is the answer. Loaded only when there is a mistake.
"""

from __future__ import annotations

import re
from typing import Final

from agendad.rules.words import (
    DAY_NAMES,
    MONTH,
    ORDINAL,
    WEEKDAY,
    GrammarError,
    did_you_mean,
    is_number,
    tokens,
)

_MOST_WORDS: Final = 12

_SHORT_DAYS: Final = tuple(name[:3] for name in DAY_NAMES)
_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    "DAY": tuple(sorted(WEEKDAY, key=lambda name: (len(name) == 3, WEEKDAY[name]))),
    "SHORT": (*_SHORT_DAYS, *DAY_NAMES),
    "NTH": tuple(ORDINAL),
    "MONTH": tuple(sorted(MONTH, key=lambda name: (len(name) == 3 and name != "may", MONTH[name]))),
    "PERIOD": ("month", "quarter", "half-year", "year"),
}
_NUMBERS: Final = {"N": (2, 999), "31": (1, 31), "5": (1, 5), "3": (1, 3)}
_FORMS: Final = tuple(
    tuple(form.split())
    for form in (
        "day",
        "weekday",
        "weekend day",
        "week",
        "month",
        "quarter",
        "half-year",
        "year",
        "DAY",
        "SHORT - SHORT",
        "SHORT , SHORT",
        "SHORT , SHORT , SHORT",
        "SHORT , SHORT , SHORT , SHORT",
        "N days",
        "N weeks",
        "N months",
        "N quarters",
        "N half-years",
        "N years",
        "N weeks on DAY",
        "N weeks on SHORT and SHORT",
        "NTH DAY of PERIOD",
        "NTH weekday of PERIOD",
        "NTH weekend day of PERIOD",
        "NTH day of PERIOD",
        "NTH and NTH DAY of PERIOD",
        "NTH and NTH day of PERIOD",
        "day 31 of month",
        "31 MONTH",
        "week 5 of month",
        "month 3 of quarter",
    )
)
_DAY_FORMS: Final = tuple(
    form for form in _FORMS if set(form) <= {"weekday", "weekend", "day", "DAY", "SHORT", ",", "-"}
)[1:]

_WORDS: Final = {
    "daily": "day",
    "everyday": "day",
    "weekly": "week",
    "fortnightly": "2 weeks",
    "fortnight": "2 weeks",
    "biweekly": "2 weeks",
    "monthly": "month",
    "bimonthly": "2 months",
    "quarterly": "quarter",
    "semester": "half-year",
    "biannually": "half-year",
    "semiannually": "half-year",
    "yearly": "year",
    "annually": "year",
    "annual": "year",
    "biennially": "2 years",
    "weekdays": "weekday",
    "workday": "weekday",
    "workdays": "weekday",
    "weekend": "weekend day",
    "weekends": "weekend day",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "six": "6",
    "final": "last",
    "to": "-",
    "until": "-",
    "through": "-",
    "till": "-",
    "–": "-",
    "—": "-",
    "&": "and",
    "+": "and",
    "/": ",",
    "or": "and",
    ";": ",",
    "the": "",
    "every": "",
    "each": "",
    "all": "",
    "a": "",
    "an": "",
    "at": "",
    "(": "",
    ")": "",
    "[": "",
    "]": "",
    '"': "",
    "'": "",
    ".": "",
    ":": "",
    # other languages of calendars
    **dict(zip("lundi mardi mercredi jeudi vendredi samedi dimanche".split(), DAY_NAMES, strict=True)),
    **dict(zip("montag dienstag mittwoch donnerstag freitag samstag sonntag".split(), DAY_NAMES, strict=True)),
    **dict(zip("lunes martes miércoles jueves viernes sábado domingo".split(), DAY_NAMES, strict=True)),
    **dict(zip("lunedì martedì mercoledì giovedì venerdì sabato domenica".split(), DAY_NAMES, strict=True)),
    "jour": "day",
    "tag": "day",
    "täglich": "day",
    "semaine": "week",
    "woche": "week",
    "wöchentlich": "week",
    "mois": "month",
    "monat": "month",
    "monatlich": "month",
    "trimestre": "quarter",
    "quartal": "quarter",
    "an_": "year",
    "année": "year",
    "jahr": "year",
    "premier": "first",
    "dernier": "last",
    "erster": "first",
    "ersten": "first",
    "letzter": "last",
    "letzten": "last",
    "chaque": "",
    "jeden": "",
    "jede": "",
    "tous": "",
    "les": "",
    "le": "",
    "du": "of",
    "des": "of",
    "im": "of",
    "in": "of",
    "per": "of",
}

_UNIT = "day|week|month|quarter|half-year|year"
_DAY = "|".join(sorted(WEEKDAY, key=len, reverse=True))
_IDIOMS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (rf"\b(?:(?:other|alternate|second|2nd) ({_DAY})s?|({_DAY})s? 2 weeks)\b(?! of)", r"2 weeks on \1\2"),
        (rf"\b(?:third|3rd) ({_DAY})s?\b(?! of)", r"3 weeks on \1"),
        (rf"\b(?:other|alternate|second|2nd) ({_UNIT})s?\b(?! of)", r"2 \1s"),
        (rf"\b(?:third|3rd) ({_UNIT})s?\b(?! of)", r"3 \1s"),
        (rf"\b(?:fourth|4th) ({_UNIT})s?\b(?! of)", r"4 \1s"),
        (r"\b(?:twice|2 times) (?:of )?week\b", "mon, thu"),
        (r"\b(?:thrice|3 times) (?:of )?week\b", "mon, wed, fri"),
        (r"\b(?:twice|2 times) (?:of )?month\b", "first and third monday of month"),
        (rf"\b(?:once|1 times?) (?:of )?({_UNIT})\b", r"\1"),
        (r"\b(?:business|working|week) days?\b", "weekday"),
        (rf"\b1 ({_UNIT})s\b", r"\1"),
        (rf"\b((?!1 )\d+) ({_UNIT})\b(?!s)", r"\1 \2s"),
        (r"\bweek ends?\b", "weekend day"),
        (r"\bend of (month|quarter|half-year|year)\b", r"last day of \1"),
        (r"\b(?:start|beginning|begin) of (month|quarter|half-year|year)\b", r"first day of \1"),
        (r"^0*(\d+)(?:st|nd|rd|th)?(?: day)?(?: of month)?$", r"day \1 of month"),
        (rf"\b(\d+)(?:st|nd|rd|th)? (?:of )?({'|'.join(sorted(MONTH, key=len, reverse=True))})\b", r"\1 \2"),
        (rf"\b({'|'.join(sorted(MONTH, key=len, reverse=True))}) (?:of )?(\d+)(?:st|nd|rd|th)?\b", r"\2 \1"),
        (r"\bhalf - ?year\b|\bhalf year\b", "half-year"),
        (rf"\b({_DAY})s\b", r"\1"),
        (rf"^week on ({_DAY})$|^({_DAY}) (?:of )?week$", r"\1\2"),
    )
)


def nearest_phrase(text: str) -> str:
    """The hint for a text that is no `every:` phrase."""
    if re.search(r"\bFREQ\s*=", text, re.IGNORECASE):
        return f'write `{{rrule: "{text.strip()}"}}`'
    words = _translated(text)
    if _is_phrase(words):
        return did_you_mean(words)
    return did_you_mean(_nearest(words, _FORMS))


def nearest_days(text: str) -> str:
    """The list of weekdays nearest to a text that is none."""
    words = _translated(text)
    if _is_phrase(words, days_only=True):
        return words
    return _nearest(words, _DAY_FORMS)


def _is_phrase(text: str, *, days_only: bool = False) -> bool:
    from agendad.rules.phrase import read_phrase, read_weekdays

    try:
        (read_weekdays if days_only else read_phrase)(text)
    except GrammarError:
        return False
    return True


def _translated(text: str) -> str:
    """The text in the words of the grammar, as far as they are known."""
    words = [_WORDS.get(token.word, token.word) for token in tokens(text)[:_MOST_WORDS]]
    folded = " ".join(" ".join(words).split())
    for pattern, replacement in _IDIOMS:
        folded = pattern.sub(replacement, folded)
    return _joined(folded.split())


def _nearest(text: str, forms: tuple[tuple[str, ...], ...]) -> str:
    words = [token.word for token in tokens(text)[:_MOST_WORDS]]
    known: dict[tuple[str, str], tuple[float, str]] = {}
    best = min((_aligned(words, form, known) for form in forms), key=lambda answer: answer[0])
    return _joined(list(best[1]))


def _aligned(
    words: list[str], form: tuple[str, ...], known: dict[tuple[str, str], tuple[float, str]]
) -> tuple[float, tuple[str, ...]]:
    """Edit distance of `words` to `form`, and the form filled with the words that fit best."""
    # One row a word of the text, one column a word of the form; each cell is the distance and the phrase so far.
    row: list[tuple[float, tuple[str, ...]]] = [(0.0, ())]
    for slot in form:
        cost, phrase = row[-1]
        row.append((cost + 1, (*phrase, _default(slot))))
    for word in words:
        above = row
        row = [(above[0][0] + 1, above[0][1])]
        for column, slot in enumerate(form):
            key = (word, slot)
            if key not in known:
                known[key] = _closest(word, slot)
            cost, filled = known[key]
            row.append(
                min(
                    (above[column][0] + cost, (*above[column][1], filled)),
                    (above[column + 1][0] + 1, above[column + 1][1]),
                    (row[column][0] + 1, (*row[column][1], _default(slot))),
                    key=lambda answer: answer[0],
                )
            )
    return row[-1]


def _default(slot: str) -> str:
    return _CLASSES[slot][0] if slot in _CLASSES else str(_NUMBERS[slot][0]) if slot in _NUMBERS else slot


def _closest(word: str, slot: str) -> tuple[float, str]:
    """The word of a slot nearest to `word`, and its distance: 0 when it fits, up to 1.5 when nothing is alike."""
    if slot in _NUMBERS:
        least, most = _NUMBERS[slot]
        digits = re.match(r"\d{1,6}", word)
        if digits is None:
            return 1.5, str(least)
        number = min(max(int(digits[0]), least), most)
        return (0.0 if number == int(digits[0]) and is_number(word) else 0.5), str(number)
    choices = _CLASSES.get(slot, (slot,))
    best = min(choices, key=lambda choice: distance(word, choice))
    return 1.5 * distance(word, best), best


def distance(one: str, other: str) -> float:
    """Edit distance of two words as a share of the longer one (0 equal, 1 nothing in common)."""
    if one == other:
        return 0.0
    row = list(range(len(other) + 1))
    for place, character in enumerate(one[:24], 1):
        diagonal, row[0] = row[0], place
        for column, wanted in enumerate(other, 1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (character != wanted)),
            )
    return row[-1] / max(len(one), len(other))


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(" , ", ", ").replace(" - ", "-")
