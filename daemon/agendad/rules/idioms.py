"""What people write for a recurrence, in the words of the grammar: `daily`, `every other week`, `montag`, cron fields.

Called by `nearest.py` for hints only; nothing that is accepted depends on it.
"""

from __future__ import annotations

import re
from typing import Final

from agendad.model.names import DAY_NAMES, MONTH_NAMES
from agendad.rules.words import MONTH, ORDINAL, WEEKDAY, tokens

_FOREIGN: Final = (
    ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
)
_FOREIGN_MONTHS: Final = (
    ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    ("januar februar märz april mai juni juli august september oktober november dezember"),
)

_SAID: Final = {
    "day": "daily everyday hourly jour tag täglich quotidien giorno día",
    "week": "weekly semaine hebdomadaire woche wöchentlich semana settimana",
    "2 weeks": "fortnightly fortnight biweekly",
    "month": "monthly mois mensuel monat monatlich mes mese",
    "2 months": "bimonthly",
    "quarter": "quarterly trimestre trimestriel quartal quartalsweise",
    "half-year": "semester semestre biannually semiannually halbjahr",
    "year": "yearly annually annual annuel année jahr jährlich año anno",
    "2 years": "biennially biennial",
    "weekday": "weekdays workday workdays workdays werktag werktags",
    "weekend day": "weekend weekends",
    "days": "d",
    "weeks": "w",
    "months": "m",
    "years": "y",
    "1": "one un une ein eine",
    "2": "two deux zwei",
    "3": "three trois drei",
    "4": "four quatre vier",
    "6": "six sechs",
    "tue": "tues",
    "thu": "thur thurs",
    "first": "premier première erster erste ersten primo primer",
    "second": "deuxième zweiter zweite zweiten",
    "third": "troisième dritter dritte dritten",
    "last": "final dernier dernière letzter letzte letzten ultimo último",
    "every": "each all chaque jeden jede jeder tous toutes cada ogni",
    "of": "in per du des im",
    "-": "to until through thru till – — à bis",
    "and": "& + or et und",
    ",": "; /",
    "": "the a an at les le la der die das den ( ) [ ] { } \" ' ` . : !",
}
_WORDS: Final = (
    {word: known for known, words in _SAID.items() for word in words.split()}
    | {word: known for names in _FOREIGN for word, known in zip(names, DAY_NAMES, strict=True)}
    | {word: known for names in _FOREIGN_MONTHS for word, known in zip(names.split(), MONTH_NAMES, strict=True)}
)

_UNIT: Final = "day|week|month|quarter|half-year|year"
_PERIOD: Final = "month|quarter|half-year|year"
_DAY: Final = "|".join(sorted(WEEKDAY, key=len, reverse=True))
_KIND: Final = f"(?:{_DAY}|weekday|weekend day|day)"
_NTH: Final = "|".join(ORDINAL)
_MONTH: Final = "|".join(sorted(MONTH, key=len, reverse=True))

# Applied in this order to the translated words, which are separated by single spaces; `every` is dropped at the end.
_IDIOMS: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b(?:business|working|work|week) days?\b", "weekday"),
        (r"\bweek ends?\b", "weekend day"),
        (r"\bhalf(?: -)? year(s?)\b", r"half-year\1"),
        (r"\bsemi(?: -)? year\b", "half-year"),
        (r"\bbi(?: -)? (week|month|year)\b", r"2 \1s"),
        (rf"\b({_DAY})s\b", r"\1"),
        (r"^(?:every )?(?:\d+ )?(?:hour|minute|second)s?$", "day"),
        # every other, every second, every third
        (rf"\b(?:other|alternate|every second|every 2nd) ({_DAY})\b(?! of)", r"2 weeks on \1"),
        (rf"\bevery (?:third|3rd) ({_DAY})\b(?! of)", r"3 weeks on \1"),
        (rf"\bevery (?:fourth|4th) ({_DAY})\b(?! of)", r"4 weeks on \1"),
        (rf"\b(?:other|alternate|every second|every 2nd) ({_UNIT})s?\b(?! of)", r"2 \1s"),
        (rf"\bevery (?:third|3rd) ({_UNIT})s?\b(?! of)", r"3 \1s"),
        (rf"\bevery (?:fourth|4th) ({_UNIT})s?\b(?! of)", r"4 \1s"),
        (rf"^({_DAY}) (?:every )?(\d+) weeks?$", r"\2 weeks on \1"),
        (rf"^every ({_DAY}|weekday) of (?:every )?(?:{_PERIOD}|week)$", r"\1"),
        # so many times
        (r"\b(?:twice|2 times) (?:of )?(?:every )?week\b", "mon, thu"),
        (r"\b(?:thrice|3 times) (?:of )?(?:every )?week\b", "mon, wed, fri"),
        (r"\b(?:twice|2 times) (?:of )?(?:every )?month\b", "first and third monday of month"),
        (rf"\b(?:once|1 times?) (?:of )?(?:every )?({_UNIT})\b", r"\1"),
        # on which day of a period
        (r"\bend of (?:every )?(month|quarter|half-year|year)\b", r"last day of \1"),
        (r"\b(?:start|beginning|begin) of (?:every )?(month|quarter|half-year|year)\b", r"first day of \1"),
        (r"^week on (.+)$", r"\1"),
        (rf"^({_KIND}) (?:of )?(?:every )?week$", r"\1"),
        (rf"^({_PERIOD}) on ((?:{_NTH}) {_KIND})$", r"\2 of \1"),
        (rf"^({_PERIOD}) on ({_KIND})$", r"first \2 of \1"),
        (rf"\b(?:{_NTH}) ({_DAY}) of (?:every )?week$", r"\1"),
        (rf"^((?:{_NTH})(?: and (?:{_NTH}))* {_KIND})$", r"\1 of month"),
        (rf"^((?:{_NTH}) {_KIND}) (?:every )?({_PERIOD})$", r"\1 of \2"),
        (r"^(?:month on )?0*(\d+)(?:st|nd|rd|th)(?: day)?(?: of (?:every )?month)?$", r"day \1 of month"),
        (r"^(?:month on )?(?:day )?0*(\d+)(?: of (?:every )?month)?$", r"day \1 of month"),
        # dates of the year
        (rf"^(?:year on )?0*(\d+)(?:st|nd|rd|th)? (?:of )?({_MONTH})$", r"\1 \2"),
        (rf"^(?:year on )?({_MONTH}) (?:of )?0*(\d+)(?:st|nd|rd|th)?$", r"\2 \1"),
        # singular and plural
        (rf"\b1 ({_UNIT})s\b", r"\1"),
        (rf"\b((?!1 )\d+) ({_UNIT})\b(?!s)(?! of)", r"\1 \2s"),
        (rf"\b({_DAY}) - \1\b", r"\1"),
        (r"\bevery\b", ""),
    )
)
_NUMBERED: Final = re.compile(
    r"\b(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th) (week of month|month of quarter)$"
)
_CRON: Final = re.compile(r"[\d*/,-]+ [\d*/,-]+ [\d*/,-]+ [\d*/,-]+ ([\w*,-]+)")


def translated(text: str, most: int) -> str:
    """At most `most` words of the text, in the words of the grammar as far as they are known."""
    if cron := _CRON.fullmatch(" ".join(text.lower().split())):
        return _cron_days(cron[1])
    spaced = re.sub(r"(\d)(?!st\b|nd\b|rd\b|th\b)([^\W\d])", r"\1 \2", text)
    words = (_WORDS.get(token.word, token.word) for token in tokens(spaced)[:most])
    folded = " ".join(" ".join(words).split())
    for pattern, replacement in _IDIOMS:
        folded = " ".join(pattern.sub(replacement, folded).split())
    folded = _NUMBERED.sub(lambda found: f"{found[2].split()[0]} {ORDINAL[found[1]]} of {found[2].split()[2]}", folded)
    return folded.replace(" , ", ", ").replace(" - ", "-")


def _cron_days(field: str) -> str:
    """The weekdays of a cron line (0 and 7 are Sunday), as far as they are simple."""
    names = re.sub(r"\d", lambda digit: DAY_NAMES[(int(digit[0]) - 1) % 7][:3], field)
    return {"*": "day", "mon-fri": "weekday"}.get(names, names.replace(",", ", "))
