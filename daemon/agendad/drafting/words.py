"""Dates, times, lists and numbers as people of a language write them: the filters of letters, by Babel (CLDR).

`Letters` makes one `Words` for each language and zone. English without a country is written as in Britain: day before
month, 24 hours. A language that Babel does not know is written in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from babel import Locale

Day = date  # `Words.date` hides it inside the class

FILTERS: Final = ("when", "date", "day", "time", "ago", "duration", "list", "plural", "number", "percent")
"""The methods of `Words` that templates know as filters."""

_DEFAULT: Final = "en_GB"
_NBSP: Final = "\u00a0"
_COMMA: Final = {"ja": " ", "zh": " ", "ko": " ", "ar": "، ", "fa": "، ", "ur": "، "}
_YEAR: Final = re.compile(r"[,،]?\s*(?:'del?'\s*)?(?<![a-z])y+(?![a-z])(?:年|년|\.?(?:\s*'[^']*'\.?)?)\s*")
_DAYS: Final = {"eu": "MMMM'ren' d('a'), EEEE", "hy": "MMMM d, EEEE", "th": "EEEE'ที่' d MMMM"}
"""Days without a year where more than the year has to go."""

_SAID: Final[Mapping[str, tuple[str, str, str]]] = {
    "en": ("today", "yesterday", "tomorrow"),
    "fr": ("aujourd’hui", "hier", "demain"),
    "de": ("heute", "gestern", "morgen"),
    "es": ("hoy", "ayer", "mañana"),
    "it": ("oggi", "ieri", "domani"),
    "nl": ("vandaag", "gisteren", "morgen"),
    "ar": ("اليوم", "أمس", "غدًا"),
    "ja": ("今日", "昨日", "明日"),
}
_NUMERALS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "fr": ("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    "de": ("zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"),
}
_ONE: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"day": "one", "week": "a", "month": "a", "year": "a"},
    "fr": {"day": "un", "week": "une", "month": "un", "year": "un"},
    "de": {"day": "einem", "week": "einer", "month": "einem", "year": "einem"},
}
_UNITS: Final[tuple[tuple[Literal["year", "month", "week", "day"], int, int], ...]] = (
    ("year", 365, 365),
    ("month", 30, 60),
    ("week", 7, 14),
    ("day", 1, 0),
)
"""Unit, its days, and from how many days on it is said."""


class Words:
    """How one language writes, for a reader in `zone`; `home` is the zone of the writer, `now` their moment."""

    def __init__(self, language: str, zone: ZoneInfo, *, home: ZoneInfo | None = None, now: date | None = None) -> None:
        self.zone = zone
        self._home = home or zone
        self._now = now.astimezone(zone) if isinstance(now, datetime) else now
        self._locale = locale_of(language)
        self._language = self._locale.language
        self._said: dict[tuple[date, date | None], str] = {}  # the same slots stand in many letters

    @cached_property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self._locale.text_direction == "rtl"

    @property
    def tag(self) -> str:
        """The language as a tag of BCP 47; plain `en` for the English that has no country."""
        return "en" if str(self._locale) == _DEFAULT else str(self._locale).replace("_", "-")

    # ------------------------------------------------------------ moments

    def when(self, value: object) -> str:
        """A slot, an event or a moment: `Tuesday 24 November, 14:00–14:30`.

        Whole days as days only. The zone is named where its clocks differ from the writer's.
        """
        span = _span(value, "when")
        if span not in self._said:
            self._said[span] = self._when(*span)
        return self._said[span]

    def _when(self, start: Day, end: Day | None) -> str:
        if not isinstance(start, datetime):
            last = end - timedelta(days=1) if end is not None and not isinstance(end, datetime) else start
            return self.day(start) if last <= start else f"{self.day(start)} – {self.day(last)}"
        start = start.astimezone(self.zone)
        zone = self._zone_name(start)
        if not isinstance(end, datetime) or end <= start:
            return f"{self.day(start)}{self._comma}{self.time(start)}{zone}"
        end = end.astimezone(self.zone)
        if start.date() == (end - timedelta(minutes=1)).date():
            return f"{self.day(start)}{self._comma}{self._range(start, end)}{zone}"
        parts = (f"{self.day(each)}{self._comma}{self.time(each)}" for each in (start, end))
        return " – ".join(parts) + zone

    def date(self, value: object) -> str:
        """`24 November 2026`."""
        from babel.dates import format_date

        return self._first(format_date(self._day_of(value, "date"), "long", self._locale))

    def day(self, value: object) -> str:
        """`Tuesday 24 November`, with the year when it is not this one."""
        from babel.dates import format_date

        day = self._day_of(value, "day")
        with_year = self._now is not None and day.year != self._now.year
        return self._first(format_date(day, _day_pattern(self._locale, with_year=with_year), self._locale))

    def time(self, value: object) -> str:
        """`14:00`, « 14 h 00 »; nothing for whole days."""
        from babel.dates import format_time

        start, _ = _span(value, "time")
        if not isinstance(start, datetime):
            return ""
        start = start.astimezone(self.zone)
        if self._language == "fr":
            return f"{start.hour}{_NBSP}h{_NBSP}{start:%M}"
        return format_time(start, "short", tzinfo=self.zone, locale=self._locale)

    def ago(self, value: object) -> str:
        """`three weeks ago`, counted in days of the calendar; `in two weeks` for what is to come."""
        from babel.dates import format_timedelta

        if self._now is None:
            raise ValueError("`ago` needs `now`")
        today = self._now.date() if isinstance(self._now, datetime) else self._now
        days = (today - self._day_of(value, "ago")).days
        said = _SAID.get(self._language)
        if said and abs(days) <= 1:
            return said[days]
        if days == 0:
            return self.day(today)
        unit, length = next((unit, length) for unit, length, least in _UNITS if abs(days) >= least)
        count = max(1, abs(days) // length)
        distance = timedelta(days=count * length) * (-1 if days >= 0 else 1)
        text = format_timedelta(distance, granularity=unit, threshold=10**9, add_direction=True, locale=self._locale)
        return self._in_words(text, count, unit)

    def duration(self, value: object) -> str:
        """`1 hour 30 minutes`, of minutes, a timedelta, or the length of a slot or an event."""
        from babel.lists import format_list

        minutes = _minutes(value)
        hours, rest = divmod(minutes, 60)
        parts = [self._unit(count, unit) for count, unit in ((hours, "hour"), (rest, "minute")) if count]
        if len(parts) < 2:
            return parts[0] if parts else self._unit(0, "minute")
        return " ".join(parts) if self._language != "ar" else format_list(parts, "standard", self._locale)

    # ------------------------------------------------------------ lists and numbers

    def list(self, value: Iterable[object]) -> str:
        """`Ada, Grace and Alan`."""
        from babel.lists import format_list

        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise TypeError("`list` takes a list")
        items = [text for each in value if (text := self.text(each))]
        return format_list(items, "standard", self._locale) if items else ""

    def plural(self, number: object, one: str, other: str, **forms: str) -> str:
        """The form that goes with a number in this language: `one`, `other`, and where it has them `two`, `few`..."""
        amount = len(number) if isinstance(number, tuple | list) else number
        if not isinstance(amount, int | float):
            raise TypeError("`plural` takes a number or a list")
        category = self._locale.plural_form(abs(amount))
        return {"one": one, **forms}.get(category, other)

    def number(self, value: float) -> str:
        """`1,234.5`, « 1 234,5 »."""
        from babel.numbers import format_decimal

        return format_decimal(round(value, 2), locale=self._locale)

    def percent(self, value: float) -> str:
        """`35%`, « 35 % », of 35."""
        from babel.numbers import format_percent

        return format_percent(value / 100, locale=self._locale)

    def text(self, value: object) -> str:
        """What a value is in a letter when no filter says it; nothing for None."""
        match value:
            case None:
                return ""
            case str():
                return value
            case bool() | int():
                return str(value)
            case float():
                return self.number(value)
            case date():
                return self.when(value)
            case timedelta():
                return self.duration(value)
            case Mapping():
                return ", ".join(map(str, value))
            case Iterable():
                return self.list(value)
        return str(value)

    # ------------------------------------------------------------ parts

    @property
    def _comma(self) -> str:
        return _COMMA.get(self._language, ", ")

    def _day_of(self, value: object, name: str) -> Day:
        start, _ = _span(value, name)
        return start.astimezone(self.zone).date() if isinstance(start, datetime) else start

    def _range(self, start: datetime, end: datetime) -> str:
        from babel.dates import format_interval

        if self._language == "fr":
            return f"{self.time(start)}{_NBSP}– {self.time(end)}"
        hours = "Hm" if "H" in self._locale.time_formats["short"].pattern else "hm"
        return format_interval(start, end, hours, tzinfo=self.zone, locale=self._locale)

    def _zone_name(self, moment: datetime) -> str:
        if self.zone.key == self._home.key or moment.utcoffset() == moment.astimezone(self._home).utcoffset():
            return ""
        from babel.dates import get_timezone_name

        name = "UTC" if self.zone.key in {"UTC", "Etc/UTC"} else get_timezone_name(self.zone, locale=self._locale)
        return f" ({name})"

    def _first(self, text: str) -> str:
        """The first of a month is written as an ordinal in French."""
        return re.sub(r"(^|\s)1 (?=[a-zéû])", r"\g<1>1er ", text) if self._language == "fr" else text

    def _in_words(self, text: str, count: int, unit: str) -> str:
        numerals = _NUMERALS.get(self._language, ())
        if count == 1:
            word = _ONE.get(self._language, {}).get(unit, "1")
        else:
            word = numerals[count - 2] if count - 2 < len(numerals) else str(count)
        return re.sub(rf"\b{count}\b", word, text, count=1)

    def _unit(self, count: int, unit: str) -> str:
        """`2 hours`; Babel has no long form of some units in some languages."""
        from babel.units import format_unit

        texts = (format_unit(count, f"duration-{unit}", length, locale=self._locale) for length in _LENGTHS)
        return next((text for text in texts if "duration-" not in text), f"{count} {unit}")


_LENGTHS: Final = ("long", "short", "narrow")


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """The locale of a tag, of its language alone, or English."""
    from babel import Locale, UnknownLocaleError

    if language.lower() in {"", "en"}:
        return Locale.parse(_DEFAULT)
    for tag in (language, language.partition("-")[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_DEFAULT)


@lru_cache(maxsize=128)
def _day_pattern(locale: Locale, *, with_year: bool) -> str:
    """The pattern of a day with its weekday. Few languages have one without a year, so the year is taken out."""
    if str(locale) == _DEFAULT:
        return "EEEE d MMMM y" if with_year else "EEEE d MMMM"
    full = str(locale.date_formats["full"].pattern)
    return full if with_year else _DAYS.get(locale.language) or " ".join(_YEAR.sub(" ", full).split())


def _span(value: object, name: str) -> tuple[date, date | None]:
    """Start and end of what has them; a moment has no end."""
    if isinstance(value, date):
        return value, None
    start, end = getattr(value, "start", None), getattr(value, "end", None)
    if isinstance(start, date) and (end is None or isinstance(end, date)):
        return start, end
    if isinstance(at := getattr(value, "at", None), date):
        return at, None
    raise TypeError(f"`{name}` takes a moment, a slot or an event")


def _minutes(value: object) -> int:
    if isinstance(value, timedelta):
        return round(value.total_seconds() / 60)
    if isinstance(value, int | float):
        return round(value)
    start, end = _span(value, "duration")
    if end is None:
        raise TypeError("`duration` takes minutes, a slot or an event")
    return round((end - start).total_seconds() / 60)
