"""The valid phrase nearest to a text that is none: the hint of `parse_phrase` and `parse_weekdays`.

First the idioms that people write (`daily`, `every second tuesday`, `lundi`) are put into the words of the grammar.
If that is no phrase yet, the words are aligned with every form of the grammar; the form with the smallest edit
distance, filled with the words that were given, is the answer. Loaded only when there is a mistake.
"""

from __future__ import annotations

import re
from typing import Final

from agendad.rules.idioms import translated
from agendad.rules.phrase import read_phrase, read_weekdays
from agendad.rules.words import (
    MONTH,
    MONTH_LENGTH,
    ORDINAL,
    WEEKDAY,
    GrammarError,
    did_you_mean,
    is_number,
    tokens,
)

_MOST_WORDS: Final = 20
_FAR: Final = 0.5
"""Edits a word above which the nearest phrase is hardly what was meant."""

_FULL: Final = tuple(name for name in WEEKDAY if len(name) > 3)
_SHORT: Final = tuple(name for name in WEEKDAY if len(name) == 3)
_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    "DAY": _FULL + _SHORT,
    "SHORT": _SHORT + _FULL,
    "NTH": tuple(ORDINAL),
    "MONTH": tuple(MONTH),
    "PERIOD": ("month", "quarter", "half-year", "year"),
}
_NUMBERS: Final = {"N": (2, 999), "31": (1, 31), "5": (1, 5), "3": (1, 3)}
_FORMS: Final = tuple(
    tuple(form.split())
    for form in (
        "day",
        "weekday",
        "weekend day",
        "DAY",
        "week",
        "month",
        "quarter",
        "half-year",
        "year",
        "SHORT , SHORT",
        "SHORT and SHORT",
        "SHORT - SHORT",
        "N days",
        "N weeks",
        "N months",
        "N quarters",
        "N half-years",
        "N years",
        "N weeks on DAY",
        "N weeks on weekday",
        "N weeks on weekend day",
        "NTH day of PERIOD",
        "NTH DAY of PERIOD",
        "NTH weekday of PERIOD",
        "NTH weekend day of PERIOD",
        "day 31 of month",
        "31 MONTH",
        "week 5 of month",
        "month 3 of quarter",
    )
)
_SEPARATORS: Final = (",", "and", "-")
_DAY_WORDS: Final = {"weekday", "weekend", "day", "DAY", "SHORT", *_SEPARATORS}
_DAY_FORMS: Final = tuple(form for form in _FORMS if set(form) <= _DAY_WORDS and form != ("day",))

_Filled = tuple[float, tuple[str, ...]]  # edit distance, the words of the phrase


def nearest_phrase(text: str) -> str:
    """The hint for a text that is no `every:` phrase."""
    if re.search(r"\bFREQ\s*=", text, re.IGNORECASE):
        return f'write `{{rrule: "{" ".join(text.split())}"}}`'
    words = translated(text, _MOST_WORDS)
    if _is_phrase(words):
        return did_you_mean(words)
    distance, phrase = _nearest(words, _FORMS)
    if distance <= _FAR * max(1, len(tokens(words))):
        return did_you_mean(phrase)
    return f"the nearest phrase is `{phrase}`; others are `weekday`, `2 weeks on tuesday`, `first monday of month`"


def nearest_days(text: str) -> str:
    """The list of weekdays nearest to a text that is none."""
    words = translated(text, _MOST_WORDS)
    return words if _is_days(words) else _nearest(words, _DAY_FORMS)[1]


def nearest_word(word: str, choices: tuple[str, ...]) -> str:
    """The choice with the smallest edit distance to `word`."""
    return min(choices, key=lambda choice: _distance(word, choice))


def _is_phrase(text: str) -> bool:
    try:
        read_phrase(text)
    except GrammarError:
        return False
    return True


def _is_days(text: str) -> bool:
    try:
        read_weekdays(text)
    except GrammarError:
        return False
    return True


def _nearest(text: str, forms: tuple[tuple[str, ...], ...]) -> tuple[float, str]:
    """Edit distance and text of the nearest phrase; of several, that of the first form."""
    words = [token.word for token in tokens(text)[:_MOST_WORDS]]
    known: dict[tuple[str, str], tuple[float, str]] = {}
    forms += tuple(form for form in _lists(words) if forms is _FORMS or set(form) <= _DAY_WORDS)
    candidates = sorted((_aligned(words, form, known) for form in forms), key=lambda candidate: candidate[0])
    phrases = ((distance, joined(_possible(filled))) for distance, filled in candidates)
    # A form may be filled with words that contradict each other (`mon-mon`).
    return next((distance, phrase) for distance, phrase in phrases if _is_phrase(phrase))


def _lists(words: list[str]) -> list[tuple[str, ...]]:
    """The forms that are as long as they like, as long as the given words make them."""
    separators = [word for word in words if word in _SEPARATORS]
    days = ["SHORT", *(slot for separator in separators for slot in (separator, "SHORT"))]
    nth = ["NTH", *(slot for separator in separators if separator != "-" for slot in (separator, "NTH"))]
    ends = (["DAY"], ["day"], ["weekday"], ["weekend", "day"])
    found = [days, ["N", "weeks", "on", *days], *([*nth, *end, "of", "PERIOD"] for end in ends)]
    return [tuple(form) for form in found]


def _aligned(words: list[str], form: tuple[str, ...], known: dict[tuple[str, str], tuple[float, str]]) -> _Filled:
    """Edit distance of `words` to `form`, and the form filled with the words that fit best."""
    row: list[_Filled] = [(0.0, ())]
    for slot in form:
        row.append((row[-1][0] + _added(slot), (*row[-1][1], _default(slot))))
    for word in words:
        above, row = row, [(row[0][0] + 1, row[0][1])]
        for column, slot in enumerate(form):
            if (word, slot) not in known:
                known[word, slot] = _closest(word, slot)
            cost, fitting = known[word, slot]
            replaced = (above[column][0] + cost, (*above[column][1], fitting))
            dropped = (above[column + 1][0] + 1, above[column + 1][1])
            missing = (row[column][0] + _added(slot), (*row[column][1], _default(slot)))
            row.append(min(replaced, dropped, missing, key=lambda filled: filled[0]))
    return row[-1]


def _added(slot: str) -> float:
    """The cost of a word that was not given; a small one is sooner forgotten than a given one was too much."""
    return 0.7 if slot in (",", "-", "and", "of", "on") else 1.0


def _default(slot: str) -> str:
    """What stands in a slot for which no word was given."""
    if slot in _CLASSES:
        return _CLASSES[slot][0]
    return str(_NUMBERS[slot][0]) if slot in _NUMBERS else slot


def _closest(word: str, slot: str) -> tuple[float, str]:
    """The word of a slot nearest to `word`, and its distance: 0 when it fits, up to 1.5 when nothing is alike."""
    if slot in _NUMBERS:
        least, most = _NUMBERS[slot]
        if (digits := re.match(r"\d{1,6}", word)) is None:
            return 1.5, str(least)
        number = min(max(int(digits[0]), least), most)
        return (0.0 if is_number(word) and number == int(word) else 0.5), str(number)
    best = nearest_word(word, _CLASSES.get(slot, (slot,)))
    return 1.5 * _distance(word, best), best


def _distance(one: str, other: str) -> float:
    """Edit distance of two words as a share of the longer one: 0 when equal, 1 with nothing in common."""
    one = one[:24]
    row = list(range(len(other) + 1))
    for place, character in enumerate(one, 1):
        diagonal, row[0] = row[0], place
        for column, wanted in enumerate(other, 1):
            replaced = diagonal + (character != wanted)
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, replaced)
    return row[-1] / max(len(one), len(other))


def _possible(words: tuple[str, ...]) -> list[str]:
    """The words with the day of a month that is too short (`31 february`) set to its last."""
    day, month = words[0], words[-1]
    if len(words) == 2 and month in MONTH and is_number(day):
        return [str(min(int(day), MONTH_LENGTH[MONTH[month] - 1])), month]
    return list(words)


def joined(words: list[str]) -> str:
    """Words and signs as a person writes them."""
    return " ".join(words).replace(" , ", ", ").replace(" - ", "-")
