"""Dates, times, lists and numbers are written as people of each language write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from agendad.drafting.words import Words

PARIS = ZoneInfo("Europe/Paris")
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
LANGUAGES = ("en", "fr", "de", "ar", "ja")


class Stretch(NamedTuple):
    """What has a start and an end."""

    start: date
    end: date


SLOT = Stretch(datetime(2026, 11, 24, 14, tzinfo=PARIS), datetime(2026, 11, 24, 14, 30, tzinfo=PARIS))
NIGHT = Stretch(datetime(2026, 12, 1, 23, tzinfo=PARIS), datetime(2026, 12, 2, 2, tzinfo=PARIS))
DAYS = Stretch(date(2026, 12, 1), date(2026, 12, 4))


def words(language: str, zone: ZoneInfo = PARIS) -> Words:
    return Words(language, zone, home=PARIS, now=NOW)


def table(*said: str):
    return pytest.mark.parametrize(("language", "said"), list(zip(LANGUAGES, said, strict=True)))


def plain(text: str) -> str:
    """Blanks of all kinds as blanks."""
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")


class TestMoments:
    @table(
        "Tuesday 24 November, 14:00–14:30",
        "mardi 24 novembre, 14 h 00 – 14 h 30",
        "Dienstag, 24. November, 14:00–14:30 Uhr",
        "الثلاثاء، 24 نوفمبر، 2:00–2:30 م",
        "11月24日火曜日 14時00分～14時30分",
    )
    def test_a_slot_is_its_day_and_its_times(self, language: str, said: str):
        assert plain(words(language).when(SLOT)) == said

    @table(
        "Tuesday 24 November, 22:00–22:30 (Japan Time)",
        "mardi 24 novembre, 22 h 00 – 22 h 30 (heure du Japon)",
        "Dienstag, 24. November, 22:00–22:30 Uhr (Japanische Zeit)",
        "الثلاثاء، 24 نوفمبر، 10:00–10:30 م (توقيت اليابان)",
        "11月24日火曜日 22時00分～22時30分 (日本時間)",
    )
    def test_the_zone_is_named_where_its_clocks_differ(self, language: str, said: str):
        assert plain(words(language, TOKYO).when(SLOT)) == said

    def test_a_zone_with_the_same_clocks_is_not_named(self):
        assert words("en", ZoneInfo("Europe/Berlin")).when(SLOT) == "Tuesday 24 November, 14:00–14:30"
        assert words("en", ZoneInfo("UTC")).when(SLOT) == "Tuesday 24 November, 13:00–13:30 (UTC)"

    @table(
        "Tuesday 1 December – Thursday 3 December",
        "mardi 1er décembre – jeudi 3 décembre",
        "Dienstag, 1. Dezember – Donnerstag, 3. Dezember",
        "الثلاثاء، 1 ديسمبر – الخميس، 3 ديسمبر",
        "12月1日火曜日 – 12月3日木曜日",
    )
    def test_whole_days_have_no_times(self, language: str, said: str):
        assert plain(words(language).when(DAYS)) == said

    def test_a_night_names_both_days(self):
        assert words("en").when(NIGHT) == "Tuesday 1 December, 23:00 – Wednesday 2 December, 02:00"
        assert plain(words("fr").when(NIGHT)) == "mardi 1er décembre, 23 h 00 – mercredi 2 décembre, 2 h 00"

    def test_an_event_to_midnight_is_of_one_day(self):
        evening = Stretch(datetime(2026, 11, 24, 20, tzinfo=PARIS), datetime(2026, 11, 25, 0, tzinfo=PARIS))
        assert words("en").when(evening) == "Tuesday 24 November, 20:00–00:00"

    @table("1 December 2026", "1er décembre 2026", "1. Dezember 2026", "1 ديسمبر 2026", "2026年12月1日")
    def test_a_date_has_its_year(self, language: str, said: str):
        assert plain(words(language).date(DAYS)) == said

    @table(
        "Friday 1 January 2027",
        "vendredi 1er janvier 2027",
        "Freitag, 1. Januar 2027",
        "الجمعة، 1 يناير 2027",
        "2027年1月1日金曜日",
    )
    def test_a_day_of_another_year_has_it_too(self, language: str, said: str):
        assert plain(words(language).day(date(2027, 1, 1))) == said

    @table("14:00", "14 h 00", "14:00", "2:00 م", "14:00")
    def test_a_time_is_on_the_clock_of_the_language(self, language: str, said: str):
        assert plain(words(language).time(SLOT)) == said

    def test_blanks_in_french_times_do_not_break(self):
        assert " " not in words("fr").time(SLOT)

    def test_american_english_is_american(self):
        assert plain(words("en-US").when(SLOT)) == "Tuesday, November 24, 2:00 – 2:30 PM"


class TestAgo:
    @table("three weeks ago", "il y a trois semaines", "vor drei Wochen", "قبل 3 أسابيع", "3 週間前")
    def test_weeks(self, language: str, said: str):
        assert plain(words(language).ago(NOW - timedelta(days=21))) == said

    @table("yesterday", "hier", "gestern", "أمس", "昨日")
    def test_yesterday(self, language: str, said: str):
        assert words(language).ago(NOW - timedelta(hours=20)) == said

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (0, "today"),
            (2, "two days ago"),
            (13, "13 days ago"),
            (14, "two weeks ago"),
            (60, "two months ago"),
            (400, "a year ago"),
            (-1, "tomorrow"),
            (-5, "in five days"),
        ],
    )
    def test_the_unit_grows_with_the_distance(self, days: int, said: str):
        assert words("en").ago(NOW - timedelta(days=days)) == said

    def test_today_is_a_day_in_a_language_without_the_word(self):
        assert words("nb").ago(NOW) == words("nb").day(NOW)


class TestNumbersAndLists:
    @table("1 hour 30 minutes", "1 heure 30 minutes", "1 Stunde 30 Minuten", "ساعة و30 دقيقة", "1 時間 30 分")
    def test_durations(self, language: str, said: str):
        assert plain(words(language).duration(90)) == said

    def test_durations_of_what_has_a_length(self):
        assert [words("en").duration(each) for each in (SLOT, timedelta(hours=2), 0)] == [
            "30 minutes",
            "2 hours",
            "0 minutes",
        ]

    @table("Ada, Grace and Alan", "Ada, Grace et Alan", "Ada, Grace und Alan", "Ada وGrace وAlan", "Ada、Grace、Alan")
    def test_lists(self, language: str, said: str):
        assert words(language).list(["Ada", "Grace", None, "", "Alan"]) == said

    def test_short_lists(self):
        assert [words("fr").list(each) for each in ([], ["Ada"], ["Ada", "Grace"])] == ["", "Ada", "Ada et Grace"]

    def test_plurals_follow_the_language(self):
        assert [words("en").plural(n, "day", "days") for n in (0, 1, 2)] == ["days", "day", "days"]
        assert [words("fr").plural(n, "jour", "jours") for n in (0, 1, 2)] == ["jour", "jour", "jours"]
        assert [words("pl").plural(n, "dzień", "dni", few="dni") for n in (1, 3, 5)] == ["dzień", "dni", "dni"]
        assert words("ar").plural(2, "يوم", "أيام", two="يومان") == "يومان"
        assert words("en").plural(["a"], "day", "days") == "day"

    @table("1,234.5", "1 234,5", "1.234,5", "1,234.5", "1,234.5")
    def test_numbers(self, language: str, said: str):
        assert plain(words(language).number(1234.5)) == said

    @table("35%", "35 %", "35 %", "35%", "35%")
    def test_percentages(self, language: str, said: str):
        assert plain(words(language).percent(35.2)).replace("\u200e", "") == said


@pytest.mark.parametrize("language", ["tlh", "x", "", "not a tag", "zz-ZZ"])
def test_a_language_that_nobody_knows_is_english(language: str) -> None:
    assert words(language).day(SLOT) == "Tuesday 24 November"
    assert words(language).tag == "en"


@pytest.mark.parametrize("name", ["when", "day", "date", "time", "ago", "duration", "list", "plural"])
def test_a_filter_refuses_what_it_cannot_say(name: str) -> None:
    arguments = ("one", "other") if name == "plural" else ()
    with pytest.raises(TypeError, match=f"`{name}` takes"):
        getattr(words("en"), name)("soon", *arguments)


@pytest.mark.parametrize(
    "language", ["es", "pt-BR", "it", "nl", "pl", "he", "zh", "ko", "ru", "sv", "hu", "tr", "uk", "lv", "eu", "th"]
)
def test_days_have_no_year_in_any_language(language: str) -> None:
    said = words(language).day(SLOT)
    assert "2026" not in said
    assert "24" in said
    assert said == said.strip(" ,.")
