"""What templates are given of balance and signals: plain rows, from events that were read already."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agendad.app import balance, signals
from agendad.app.balance import BalanceRow
from agendad.model.calendar import Attendee, Event, EventFields, Mark, Response
from agendad.model.identity import digest, uid
from agendad.model.memory import Decisions
from agendad.model.rule import Selector
from agendad.model.settings import CalendarSettings, Category, Me, People, Settings, Target
from agendad.rules.load import load_rule_text
from agendad.views.signals import SignalRow

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, tzinfo=PARIS)
TODAY = NOW.date()
ME = Me("Ada", frozenset({"ada@example.com"}), frozenset({"example.com"}))
RULES = """\
version: 1
timezone: Europe/Paris
rules:
  deep-work: {block: "Deep {{ rule }}", every: weekday, at: 09:00-12:00}
  lapse: {block: "Ask {{ me.name }}", when: {none: {meeting: one-on-one}, in: 14d}, lasts: 15m}
  evenings: {protect: Evenings, every: weekday, at: 18:00-20:00}
"""


def settings(*categories: Category, language: str = "en") -> Settings:
    return Settings(PARIS, CalendarSettings(write="own"), ME, categories=categories, language=language)


def event(title: str, day: int, hours: int, guest: str = "") -> Event:
    start = datetime(2026, 11, day, 10, tzinfo=PARIS)
    guests = (Attendee(guest, response=Response.ACCEPTED),) if guest else ()
    return Event("own", f"{title}-{day}", EventFields(title, start, start + timedelta(hours=hours)), attendees=guests)


def own(rule: str, title: str, day: int) -> Event:
    key = f"{rule}/2026-11-{day}"
    fields = event(title, day, 3).fields
    return Event("own", uid(key), fields, mark=Mark(rule, key, digest(fields)))


EVENTS = (
    event("Pitch", 18, 1, "eve@other.org"),
    own("deep-work", "Deep work", 19),
    own("deep-work", "Deep focus", 20),
    own("deep-work", "Deep focus", 16),
    own("evenings", "Evenings", 17),
    event("Before", 9, 5),
)


def test_balance_gives_a_row_a_category_with_its_target_in_words() -> None:
    clients = Category("clients", Selector(meeting=("external",)), Target("minutes", 120, None))
    scope = balance.Scope(settings(clients, language="fr"), tuple(load_rule_text(RULES).rules), People())
    assert balance.rows(scope, EVENTS, TODAY - timedelta(days=6), TODAY) == (
        BalanceRow("clients", 60.0, 1.0, 100 / 7, "1 h", "au moins 2 h par semaine", "below", "1 h de moins que visé"),
        BalanceRow("Tout le reste", 360.0, 6.0, 600 / 7, "6 h", "", "", ""),
    )


def test_without_categories_blocks_are_called_what_most_of_them_are_called() -> None:
    scope = balance.Scope(settings(), tuple(load_rule_text(RULES).rules), People())
    shown = balance.rows(scope, EVENTS, date(2026, 11, 16), TODAY)
    assert [(row.name, row.time) for row in shown] == [
        ("Internal meetings", "0 min"),
        ("External meetings", "1 h"),
        ("One-on-ones", "1 h"),
        ("Deep focus", "9 h"),
    ]


def test_two_rules_of_one_title_are_told_apart_by_their_ids() -> None:
    scope = balance.Scope(settings(), tuple(load_rule_text(RULES).rules), People())
    shown = balance.rows(scope, (own("a", "Focus", 17), own("b", "Focus", 18)), date(2026, 11, 16), TODAY)
    assert [row.name for row in shown][3:] == ["a", "b"]


def test_more_than_half_a_year_is_told_by_months() -> None:
    scope = balance.Scope(settings(), (), People())
    shown = balance.sheet(scope, EVENTS, date(2026, 5, 20), TODAY, NOW)
    assert shown.unit == "month"
    assert [(each.first.month, each.whole) for each in shown.periods] == [
        (5, False),
        *((m, True) for m in range(6, 11)),
        (11, False),
    ]
    assert sum(each.total for each in shown.periods) == shown.total


def test_a_block_that_lost_its_mark_is_not_counted_beside_itself() -> None:
    block = own("deep-work", "Deep work", 19)
    copy = Event("other", block.uid, block.fields)
    scope = balance.Scope(settings(), tuple(load_rule_text(RULES).rules), People())
    (row,) = balance.rows(scope, (block, copy), date(2026, 11, 16), TODAY)[3:]
    assert (row.name, row.minutes) == ("Deep work", 180)


def test_signals_give_a_row_a_rule_and_never_the_code_of_a_title() -> None:
    known = Decisions(first_days={"lapse": NOW - timedelta(days=60)}, episodes={})
    scope = signals.Scope(settings(), tuple(load_rule_text(RULES).rules), People(), known)
    last = event("Bob / Ada", 2, 1, "bob@example.com")
    assert signals.rows(scope, (last, *EVENTS[1:]), NOW) == (
        SignalRow(
            "lapse",
            "lapse",
            True,
            "no one-on-ones for 21 days, and none planned; last: “Bob / Ada”",
            date(2026, 11, 16),
            21.0,
            14.0,
            "days",
        ),
    )
    remembered = Decisions(first_days=known.first_days, episodes={"lapse": date(2026, 10, 1)})
    scope = signals.Scope(scope.settings, scope.rules, scope.people, remembered)
    assert signals.rows(scope, (), NOW)[0].since == date(2026, 10, 1)
    assert signals.rows(scope, EVENTS, NOW)[0].since is None
