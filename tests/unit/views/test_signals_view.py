"""What a `when:` rule measures, in the words of both languages."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date

import pytest

from agendad.model.rule import (
    AttendeeTest,
    Comparison,
    Hours,
    NoneIn,
    Party,
    Pattern,
    PeriodUnit,
    Selector,
    Share,
    TimeSpan,
    TimeWindow,
)
from agendad.views import selection as selection_view
from agendad.views import signals as signals_view
from agendad.views.selection import selection
from agendad.views.signals import Signal, SignalRow, signal_text, signals_text
from agendad.views.terminal import Terminal, cells

MEETINGS, INTERNAL, FOCUS = Selector(meeting=("any",)), Selector(meeting=("internal",)), Selector(rule=("deep-work",))
GYM = Selector(title=(Pattern("gym"),))
WEEK, MONTH = TimeSpan(period=PeriodUnit.WEEK), TimeSpan(days=30)


@pytest.mark.parametrize("table", [selection_view._TEXT, signals_view._TEXT], ids=["selection", "signals"])
def test_both_languages_use_the_facts_of_a_sentence(table: dict[str, tuple[str, str]]) -> None:
    for name, sentences in table.items():
        english, french = (
            [fact for _, fact, _, _ in string.Formatter().parse(text) if fact is not None] for text in sentences
        )
        assert {fact.removeprefix("of_").replace("whole", "of") for fact in french} - set(english) <= {"number"}, name
        assert len(french) >= len(english), name


@pytest.mark.parametrize(
    ("selector", "english", "french"),
    [
        (Selector(), "events", "évènements"),
        (
            Selector(meeting=("internal", "one-on-one")),
            "internal meetings or one-on-ones",
            "réunions internes ou tête-à-tête",
        ),
        (
            Selector(meeting=("external",), lasts=Comparison(60), on=frozenset({0, 2})),
            "external meetings of 1 h or more on Monday or Wednesday",
            "réunions externes de 1 h ou plus le lundi ou mercredi",
        ),
        (Selector(rule=("a", "b")), "blocks of `a` or `b`", "blocs de `a` ou `b`"),
        (
            Selector(
                title=(Pattern("1:1"), Pattern("/sync/i")),
                attendees=AttendeeTest(any=(Party("group", "team"), Party("tier", "1"))),
                calendar=("work",),
            ),
            "events “1:1” or “/sync/i” with group team or tier 1 in “work”",
            "évènements « 1:1 » ou « /sync/i » avec le groupe team ou le cercle 1 dans « work »",
        ),
        (
            Selector(
                attendees=AttendeeTest(
                    all=(Party("person", "ada"), Party("address", "b@x.org")),
                    none=(Party("domain", "y.org"),),
                    count=(2, None),
                ),
                organizer=(Party("me", ""),),
            ),
            "events with ada and b@x.org without *@y.org with 2 others or more called by me",
            "évènements avec ada et b@x.org sans *@y.org avec 2 autres personnes ou plus à mon invitation",
        ),
        (
            Selector(
                meeting=("any",), negated=Selector(title=(Pattern("stand-up"),)), between=(TimeWindow(780, 1080),)
            ),
            "meetings between 13:00–18:00, but no events “stand-up”",
            "réunions entre 13:00–18:00, sauf évènements « stand-up »",
        ),
        (
            Selector(any=(GYM, FOCUS)),
            "events “gym” or blocks of `deep-work`",
            "évènements « gym » ou blocs de `deep-work`",
        ),
        (
            Selector(meeting=("any",), any=(GYM, FOCUS), lasts=Comparison(most=30, most_open=True)),
            "meetings of less than 30 min (events “gym” or blocks of `deep-work`)",
            "réunions de moins de 30 min (évènements « gym » ou blocs de `deep-work`)",
        ),
        (
            Selector(
                tag=("board",),
                location=(Pattern("Lyon"),),
                all_day=False,
                recurring=True,
                response=("accepted",),
                show_as=("busy",),
            ),
            "events #board at “Lyon” with a time of a series answered accepted shown as busy",
            "évènements #board lieu : « Lyon » avec une heure récurrents réponse : accepté affichés occupé",
        ),
        (Selector(away=True, all_day=True), "absences of whole days", "absences de journées entières"),
        (Selector(title=(Pattern("a\x1b[31m\u202eb"),)), "events “a [31mb”", "évènements « a [31mb »"),
    ],
)
def test_a_selector_reads_as_a_person_says_it(selector: Selector, english: str, french: str) -> None:
    assert (selection(selector, "en"), selection(selector, "fr")) == (english, french)


NONE = NoneIn(GYM, 30)
SHARE = Share(INTERNAL, None, MONTH, above=90)
HOURS = Hours(FOCUS, WEEK, below=120)


@pytest.mark.parametrize(
    ("signal", "english", "french"),
    [
        (
            Signal(NONE, None, True, None),
            "no events “gym” known, and none planned",
            "pas d’évènements « gym » à ce jour, et rien de prévu",
        ),
        (
            Signal(NONE, None, True, 41, "Gym\nlate"),
            "no events “gym” for 41 days, and none planned; last: “Gym late”",
            "pas d’évènements « gym » depuis 41 jours, et rien de prévu ; la dernière fois : « Gym late »",
        ),
        (
            Signal(NONE, None, False, 41, "Gym", date(2026, 12, 3)),
            "no events “gym” for 41 days, but planned on Thu 3 Dec",
            "pas d’évènements « gym » depuis 41 jours, mais prévu le jeu. 3 déc.",
        ),
        (
            Signal(NONE, None, False, None, "", date(2026, 12, 3)),
            "no events “gym” yet, but planned on Thu 3 Dec",
            "pas encore d’évènements « gym », mais prévu le jeu. 3 déc.",
        ),
        (
            Signal(NONE, None, False, 1, ""),
            "events “gym”: last 1 day ago, an event without a title; on after 30 days",
            "évènements « gym » : la dernière fois il y a 1 jour, un évènement sans titre ; actif après 30 jours",
        ),
        (
            Signal(NONE, None, False, 0, "Gym"),
            "events “gym”: last today, “Gym”; on after 30 days",
            "évènements « gym » : la dernière fois aujourd’hui, « Gym » ; actif après 30 jours",
        ),
        (
            Signal(SHARE, MEETINGS, True, 92.3),
            "internal meetings: 92 % of meetings in the past 30 days, above 90 %",
            "réunions internes : 92 % du temps de réunions sur les 30 derniers jours, au-dessus de 90 %",
        ),
        (
            Signal(SHARE, MEETINGS, False, 8.25),
            "internal meetings: 8.2 % of meetings in the past 30 days; on when above 90 %",
            "réunions internes : 8,2 % du temps de réunions sur les 30 derniers jours ; actif si au-dessus de 90 %",
        ),
        (
            Signal(SHARE, MEETINGS, False, None),
            "no meetings in the past 30 days, so no share of internal meetings",
            "pas de réunions sur les 30 derniers jours, donc pas de part de réunions internes",
        ),
        (
            Signal(HOURS, None, True, 90.0),
            "blocks of `deep-work`: 1 h 30 this week, below 2 h",
            "blocs de `deep-work` : 1 h 30 cette semaine, en dessous de 2 h",
        ),
        (
            Signal(replace(HOURS, span=TimeSpan(1), above=120, below=None), None, False, 0.0),
            "blocks of `deep-work`: 0 min in the past day; on when above 2 h",
            "blocs de `deep-work` : 0 min sur le dernier jour ; actif si au-dessus de 2 h",
        ),
    ],
)
def test_a_signal_says_value_and_bound_in_one_sentence(signal: Signal, english: str, french: str) -> None:
    assert (signal_text(signal, "en"), signal_text(signal, "fr")) == (english, french)


@pytest.mark.parametrize("unit", list(PeriodUnit))
def test_each_period_has_a_name_in_both_languages(unit: PeriodUnit) -> None:
    signal = Signal(Hours(FOCUS, TimeSpan(period=unit), below=60), None, True, 0.0)
    assert f"this {unit}," in signal_text(signal, "en")
    assert " ce" in signal_text(signal, "fr")


ROWS = (
    SignalRow(
        "gym-lapse", "Gym", True, "no events “gym” for 41 days, and none planned", date(2026, 11, 12), 41, 30, "days"
    ),
    SignalRow(
        "focus", "Focus", False, "blocks of `deep-work`: 3 h this week; on when below 2 h", None, 180, 120, "minutes"
    ),
)


def test_the_list_marks_those_that_hold_and_says_since_when() -> None:
    assert signals_text(ROWS, "en", Terminal(None)).splitlines() == [
        "! gym-lapse  on since Thu 12 Nov  no events “gym” for 41 days, and none planned",
        "  focus      off                  blocks of `deep-work`: 3 h this week; on when below 2 h",
    ]
    assert "actif depuis le jeu. 12 nov." in signals_text(ROWS, "fr", Terminal(None))


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(cells, signals_text(ROWS, "en", Terminal(width)).splitlines())) <= width


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_a_rule_there_is_an_example(language: str) -> None:
    assert "when: {none: {meeting: one-on-one}, in: 30d}" in signals_text((), language, Terminal(80))
