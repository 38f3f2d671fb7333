"""A configuration folder becomes rules, settings and people; what is missing or unreadable is said."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest

from agendad.diagnostics import Severity
from agendad.model.calendar import Kind, Visibility
from agendad.model.rule import (
    After,
    AfterBusy,
    At,
    AttendeeTest,
    Before,
    Block,
    Comparison,
    DayOfMonth,
    Every,
    EveryPeriod,
    EveryWeekday,
    Exclusions,
    Lasts,
    Look,
    Party,
    Pattern,
    PeriodUnit,
    Placement,
    Prefer,
    Protect,
    RRule,
    Rule,
    Selector,
    Split,
    Steps,
    Text,
    TimeWindow,
    Yield,
)
from agendad.model.settings import GoogleAccess, Limits, Me, Person
from agendad.rules.config import read_settings
from agendad.rules.load import Loaded, load_configuration, load_paths, load_rule_text

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
version: 1
timezone: Europe/Paris
calendar: {provider: local, path: calendars/, write: personal}
"""
PEOPLE = """\
version: 1
groups: [board]
people:
  ada: {name: Ada Martin, emails: [Ada@Example.com, ada@home.example], groups: [team], tier: 1, language: fr}
"""
RULE = "  {name}: {{block: A, every: day, at: {hour:02}:00-{hour:02}:30}}\n"


def folder_with(folder: Path, **files: str) -> Path:
    """A configuration folder; `a__b` is a/b, and `.yaml` is added."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def rule_file(*names: str) -> str:
    """A rule file with a rule for each name."""
    return "version: 1\nrules:\n" + "".join(RULE.format(name=name, hour=place) for place, name in enumerate(names))


def one(text: str) -> Rule:
    """The only rule of a file without problems."""
    loaded = load_rule_text(f"version: 1\ntimezone: Europe/Paris\nrules:\n  it:\n{text}")
    assert loaded.diagnostics == ()
    (rule,) = loaded.rules
    return rule


def codes(loaded: Loaded) -> list[tuple[str, str]]:
    """File and code of each problem."""
    return [(problem.span.file, problem.code) for problem in loaded.diagnostics]


# ---------------------------------------------------------------- what a rule becomes


def test_a_fixed_block_with_every_look() -> None:
    rule = one(
        """\
    block: {en: Deep work, fr: Travail}
    every: mon-thu
    starting: 2026-11-23
    until: 2027-06-30
    times: 7
    except: [holidays, away, fri, 2026-12-24, 2026-12-28..2027-01-03]
    at: [09:00-12:00, 22:00-01:00]
    kind: focus
    yield: split
    priority: 1
    gap: 10m
    may_overlap: blocks
    settle: 1h
    show_as: free
    notes: No phone.
    place: Room 4
    color: sage
    visibility: private
    remind: [1h, 10m]
    enabled: no
    moved_from: old-id
"""
    )
    assert rule.verb == Block(Text({"en": "Deep work", "fr": "Travail"}))
    assert rule.trigger == Every(
        EveryWeekday(frozenset(range(4))),
        starting=date(2026, 11, 23),
        until=date(2027, 6, 30),
        times=7,
        exclude=Exclusions(
            holidays=True,
            away=True,
            weekdays=frozenset({4}),
            dates=((date(2026, 12, 24), date(2026, 12, 24)), (date(2026, 12, 28), date(2027, 1, 3))),
        ),
    )
    assert rule.placement == Placement(
        at=(At(540, 720), At(1320, 1500)),
        yields=Yield.SPLIT,
        priority=1,
        gap=10,
        may_overlap_blocks=True,
        settle=60,
    )
    assert rule.look == Look(
        show_as="free",
        kind=Kind.FOCUS,
        notes=Text({"": "No phone."}),
        place="Room 4",
        color="sage",
        visibility=Visibility.PRIVATE,
        remind=(10, 60),
    )
    assert (rule.id, rule.enabled, rule.moved_from, rule.timezone.key) == ("it", False, "old-id", "Europe/Paris")
    assert (rule.span.line, rule.span.column, rule.span.end_column) == (4, 3, 5)
    assert rule.field_spans is not None
    assert rule.field_spans["settle"].line == 17


def test_a_flexible_block_with_every_placement() -> None:
    rule = one(
        """\
    block: Watch
    every: 2 weeks
    lasts: 2h-3h
    between: [13:00-18:00, 19:00-24:00]
    on: [tue-wed, thu]
    prefer: [tue 14:00, morning]
    split: 30m-1h
    at_most: 2 per day
    show_as: auto
    slots: 3
    room: 1h
    lead: 45m
    remind: none
    satisfied_by: {title: conference}
"""
    )
    assert rule.trigger == Every(EveryPeriod(PeriodUnit.WEEK, 2))
    assert rule.placement == Placement(
        lasts=Lasts(120, 180),
        between=(TimeWindow(780, 1080), TimeWindow(1140, 1440)),
        on=frozenset({1, 2, 3}),
        prefer=(Prefer(frozenset({1}), 840), Prefer(part="morning")),
        split=Split(30, 60),
        at_most_per_day=2,
        satisfied_by=Selector(title=(Pattern("conference"),)),
    )
    assert rule.look == Look(show_as="auto", auto_slots=3, auto_room=60, auto_lead=45, remind=())


def test_working_hours_are_an_empty_between() -> None:
    assert one("    {block: A, every: week, lasts: 1h, between: working hours}\n").placement.between == ()
    assert one("    {block: A, every: week, lasts: 1h}\n").placement.between is None


def test_a_selector_with_every_key() -> None:
    rule = one(
        """\
    block: Walk
    after:
      title: [board, "/urgent/i"]
      calendar: family
      meeting: any, external
      attendees: {any: [ada, "group:board"], all: "*@Example.org", none: "tier:2", count: "2-8"}
      organizer: [me, Boss@Example.com]
      lasts: "> 1h"
      response: [accepted, tentative]
      show_as: busy
      all_day: false
      location: Room
      tag: ["#Été", board]
      recurring: true
      rule: it
      on: weekday
      between: 08:00-18:00
      any: [{title: a}, {title: b}]
      not: {title: c}
    lasts: 15m
    delay: 5m
    within: 2h
    look_back: 7d
"""
    )
    trigger = rule.trigger
    assert isinstance(trigger, After)
    found = trigger.selector
    assert (trigger.delay, trigger.within, trigger.look_back) == (5, 120, 7 * 1440)
    assert [pattern.text for pattern in found.title] == ["board", "/urgent/i"]
    assert found.title[1].regex is not None
    assert found.meeting == ("any", "external")
    assert found.attendees == AttendeeTest(
        any=(Party("person", "ada"), Party("group", "board")),
        all=(Party("domain", "example.org"),),
        none=(Party("tier", "2"),),
        count=(2, 8),
    )
    assert found.organizer == (Party("me", ""), Party("address", "boss@example.com"))
    assert found.lasts == Comparison(least=60, least_open=True)
    assert (found.calendar, found.response, found.show_as) == (("family",), ("accepted", "tentative"), ("busy",))
    assert (found.all_day, found.recurring, found.tag, found.rule) == (False, True, ("ete", "board"), ("it",))
    assert (found.on, found.between) == (frozenset(range(5)), (TimeWindow(480, 1080),))
    assert found.any == (Selector(title=(Pattern("a"),)), Selector(title=(Pattern("b"),)))
    assert found.negated == Selector(title=(Pattern("c"),))


def test_the_other_triggers() -> None:
    busy = one("    {block: A, after: {busy: 2h}, lasts: 5m}\n").trigger
    assert busy == AfterBusy(120)
    busy = one("    {block: A, after: {busy: 2h}, lasts: 5m, within: 30m, delay: 5m, except: away}\n").trigger
    assert busy == AfterBusy(120, delay=5, within=30, exclude=Exclusions(away=True))
    before = one("    {block: A, before: {title: x}, lasts: 5m, lead: 1h, within: 30m}\n").trigger
    assert before == Before(Selector(title=(Pattern("x"),)), lead=60, within=30)
    rrule = one("    {block: A, every: {rrule: FREQ=DAILY;INTERVAL=3}, at: 14:00, lasts: 5m}\n").trigger
    assert rrule == Every(RRule("FREQ=DAILY;INTERVAL=3"))
    month = one("    {block: A, every: day 31 of month, if_missing: last day, at: 14:00, lasts: 5m}\n").trigger
    assert month == Every(DayOfMonth(31), if_missing="last day")


def test_protect_takes_what_may_pass_or_a_cap() -> None:
    guard = one("    {protect: Mine, every: day, at: 17:00-24:00, allow: {title: x}}\n").verb
    assert guard == Protect(Text({"": "Mine"}), allow=Selector(title=(Pattern("x"),)))
    assert one("    {protect: Mine, every: weekday, meetings: {above: 5h}}\n").verb == Protect(
        Text({"": "Mine"}), meetings_above=300
    )


def test_steps_take_from_the_rule_what_they_do_not_say() -> None:
    rule = one(
        """\
    starting: 2027-01-04
    lasts: 1h
    on: tue
    notes: For all
    priority: 2
    steps:
      - {on: week 1, block: Begin}
      - {on: quarter 2, protect: Guard, at: 08:00-09:00, lasts: 30m-1h, notes: Own}
"""
    )
    assert isinstance(rule.trigger, Steps)
    first, second = rule.trigger.steps
    assert rule.trigger.starting == date(2027, 1, 4)
    assert (first.number, first.unit, first.ordinal) == (1, "week", 1)
    assert (second.number, second.unit, second.ordinal) == (2, "quarter", 2)
    assert rule.verb == first.verb == Block(Text({"": "Begin"}))
    assert first.placement == Placement(lasts=Lasts(60, 60), on=frozenset({1}), priority=2)
    assert second.placement == Placement(at=(At(480, 540),), lasts=Lasts(30, 60), on=frozenset({1}), priority=2)
    assert (first.look.notes, second.look.notes) == (Text({"": "For all"}), Text({"": "Own"}))


def test_keys_that_begin_with_x_are_passed_over_everywhere() -> None:
    loaded = load_rule_text(
        "x-note: {a: [}, b]}\n".replace("}, ", "") + "version: 1\nrules:\n  x-old: nothing\n"
        "  a: {block: A, every: day, at: 09:00-10:00, x-why: , satisfied_by: {title: b, x-y: z}}\n"
    )
    assert loaded.diagnostics == ()
    assert [rule.id for rule in loaded.rules] == ["a"]


# ---------------------------------------------------------------- the folder


def test_a_whole_configuration_folder(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        agendad=CONFIGURATION + "me: {name: Ada, emails: Ada@Example.com, domains: [Example.com]}\n"
        "working_hours: {mon-fri: [14:00-18:00, 09:00-12:00]}\nhorizon: 4 weeks\npoll: 10m\ngrid: 5m\nsettle: 1h\n"
        "tentative: free\nplacement: exact\nlanguage: fr\ncountry: DE\nsubdivision: BY\n"
        "away: {titles: [holiday]}\nlimits: {deletes_per_cycle: 3}\nhistory: 12 weeks\n",
        people=PEOPLE + "  x-old: [anything]\n",
        rules__b=rule_file("b"),
        rules__a=rule_file("a"),
        rules__sub__c=rule_file("c"),
    )
    loaded = load_configuration(tmp_path)
    assert loaded.diagnostics == ()
    assert not loaded.has_errors
    assert [rule.id for rule in loaded.rules] == ["a", "b", "c"]
    assert {rule.timezone.key for rule in loaded.rules} == {"Europe/Paris"}
    settings = loaded.settings
    assert settings is not None
    assert settings.me == Me("Ada", frozenset({"ada@example.com"}), frozenset({"example.com"}), "ada@example.com")
    assert settings.calendar.path == tmp_path / "calendars"
    assert (settings.calendar.write, settings.calendar.read) == ("personal", ("personal",))
    assert settings.working_hours == dict.fromkeys(range(5), (TimeWindow(540, 720), TimeWindow(840, 1080)))
    assert settings.history_days == 84
    assert (settings.horizon_days, settings.poll, settings.grid, settings.settle) == (28, 10, 5, 60)
    assert (settings.language, settings.country, settings.subdivision) == ("fr", "DE", "BY")
    assert (settings.tentative_is_free, settings.exact_placement, settings.follow_calendar_zone) == (True, True, False)
    assert (settings.away_titles, settings.limits) == ((Pattern("holiday"),), Limits(200, 3))
    assert loaded.people.declared_groups == {"board"}
    assert loaded.people.by_id["ada"] == Person(
        "ada", "Ada Martin", ("ada@example.com", "ada@home.example"), frozenset({"team"}), 1, "fr"
    )


def test_without_a_zone_the_calendar_is_followed(tmp_path: Path) -> None:
    text = CONFIGURATION.replace("timezone: Europe/Paris\n", "")
    for given in (text, text + "timezone: calendar\n"):
        settings = load_configuration(folder_with(tmp_path, agendad=given, rules__a=rule_file("a"))).settings
        assert settings is not None
        assert settings.follow_calendar_zone


def test_a_missing_configuration_says_how_to_begin(tmp_path: Path) -> None:
    loaded = load_configuration(folder_with(tmp_path, rules__a=rule_file("a")))
    (problem,) = loaded.diagnostics
    assert (problem.code, problem.hint) == ("no-configuration", "run `agendad init`")
    assert loaded.settings is None
    assert loaded.has_errors


def test_a_missing_rules_folder_is_a_warning(tmp_path: Path) -> None:
    loaded = load_configuration(folder_with(tmp_path, agendad=CONFIGURATION))
    assert codes(loaded) == [("rules", "no-rules")]
    assert not loaded.has_errors


def test_hidden_files_rule_tests_and_other_files_are_left_out(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        agendad=CONFIGURATION,
        rules__a=rule_file("a"),
        **{"rules__.hidden": "[", "rules__a.test": "[", "rules__.git__x": "["},
    )
    (tmp_path / "rules" / "README.md").write_text("# [", encoding="utf-8")
    loaded = load_configuration(tmp_path)
    assert loaded.diagnostics == ()
    assert [rule.id for rule in loaded.rules] == ["a"]


def test_what_is_no_readable_file_is_named_and_never_waited_for(tmp_path: Path) -> None:
    folder_with(tmp_path, agendad=CONFIGURATION, rules__a=rule_file("a"))
    os.mkfifo(tmp_path / "rules" / "pipe.yaml")
    (tmp_path / "rules" / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "rules" / "folder.yaml").mkdir()
    loaded = load_configuration(tmp_path)
    assert codes(loaded) == [("rules/gone.yaml", "unreadable"), ("rules/pipe.yaml", "unreadable")]
    assert [rule.id for rule in loaded.rules] == ["a"]


def test_problems_of_all_files_come_at_once_in_the_order_of_their_place(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        agendad=CONFIGURATION + "a: 1\n",
        people="version: 1\npeople: {ada: {b: 1}}\n",
        rules__b="version: 1\nrules: {b: {block: B, every: day, at: 9, c: 1}}\n",
        rules__a="version: 1\nrules: [\n",
    )
    loaded = load_configuration(tmp_path)
    assert [each.span for each in loaded.diagnostics] == sorted(each.span for each in loaded.diagnostics)
    assert {each.span.file for each in loaded.diagnostics} == {
        "agendad.yaml",
        "people.yaml",
        "rules/a.yaml",
        "rules/b.yaml",
    }


def test_of_two_rules_with_one_id_the_first_stays(tmp_path: Path) -> None:
    loaded = load_configuration(
        folder_with(tmp_path, agendad=CONFIGURATION, rules__a=rule_file("x"), rules__b=rule_file("x"))
    )
    assert codes(loaded) == [("rules/b.yaml", "duplicate-id")]
    assert [rule.span.file for rule in loaded.rules] == ["rules/a.yaml"]


def test_a_rule_with_an_error_leaves_the_others_readable() -> None:
    loaded = load_rule_text(rule_file("a", "b").replace("every: day", "every: dy", 1))
    assert [rule.id for rule in loaded.rules] == ["b"]
    assert loaded.has_errors


def test_a_disabled_rule_is_checked_and_may_be_referred_to() -> None:
    text = (
        rule_file("a").replace("block: A", "block: A, enabled: false")
        + "  b: {block: B, after: {rule: a}, lasts: 5m}\n"
    )
    assert load_rule_text(text).diagnostics == ()


# ---------------------------------------------------------------- check PATH


def test_loose_files_are_read_without_any_configuration(tmp_path: Path) -> None:
    folder_with(tmp_path, a="version: 1\nrules: {a: {block: A, after: {attendees: {any: [nobody]}}, lasts: 5m}}\n")
    loaded = load_paths([tmp_path / "a.yaml"], None)
    assert loaded.diagnostics == ()
    assert loaded.settings is None
    assert [rule.timezone.key for rule in loaded.rules] == ["UTC"]


def test_a_loose_file_may_refer_to_the_rules_of_the_configuration(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        agendad=CONFIGURATION,
        people=PEOPLE,
        rules__a=rule_file("a"),
        rules__broken="version: 1\nrules: {x: {}}\n",
        rules__b="version: 1\nrules: {b: {block: B, after: {rule: a, organizer: ada}, lasts: 5m}}\n",
        loose="version: 1\nrules: {c: {block: B, after: {rule: [a, z], organizer: adda}, lasts: 5m}}\n",
    )
    assert load_paths([tmp_path / "rules" / "b.yaml"], tmp_path).diagnostics == ()
    loaded = load_paths([tmp_path / "loose.yaml"], tmp_path)
    assert codes(loaded) == [("loose.yaml", "unknown-rule"), ("loose.yaml", "unknown-person")]
    assert [rule.id for rule in loaded.rules] == ["c"]


def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    assert codes(load_paths([tmp_path / "none.yaml"], tmp_path)) == [("none.yaml", "unreadable")]


def test_people_that_cannot_be_read_are_not_asked_about(tmp_path: Path) -> None:
    folder_with(
        tmp_path,
        agendad=CONFIGURATION,
        people="version: 1\npeople: {ada: {nme: Ada}}\n",
        rules__a="version: 1\nrules: {a: {block: A, after: {organizer: grace}, lasts: 5m}}\n",
    )
    assert codes(load_configuration(tmp_path)) == [("people.yaml", "unknown-key")]


def test_a_rule_that_may_stand_in_an_unreadable_file_is_not_called_unknown(tmp_path: Path) -> None:
    follow = "version: 1\nrules: {a: {block: A, after: {rule: gone}, lasts: 5m}}\n"
    folder_with(tmp_path, agendad=CONFIGURATION, rules__a=follow, rules__b="[")
    assert codes(load_configuration(tmp_path)) == [("rules/b.yaml", "syntax")]
    folder_with(tmp_path, rules__b=rule_file("b"))
    assert codes(load_configuration(tmp_path)) == [("rules/a.yaml", "unknown-rule")]


# ---------------------------------------------------------------- templates


def test_notes_take_the_text_of_a_template_with_its_languages(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    for folder, name, text in (
        (shipped, "agenda.md.j2", "old"),
        (own, "agenda.md.j2", "{{ x }}"),
        (own, "agenda.fr.md.j2", "fr"),
    ):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    text = rule_file("a").replace("block: A", "block: A, notes: agenda.md.j2")
    (rule,) = load_rule_text(text, template_dirs=[own, shipped]).rules
    assert rule.look.notes == Text({"": "{{ x }}", "fr": "fr"})


def test_a_template_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.j2").write_bytes(b"\xff")
    loaded = load_rule_text(rule_file("a").replace("block: A", "block: A, notes: a.j2"), template_dirs=[tmp_path])
    assert codes(loaded) == [("rules/rules.yaml", "bad-template")]


@pytest.mark.parametrize("text", ["", "# nothing\n", "version: 1\nrules: {}\n", "version: 1\n"])
def test_a_file_without_rules_is_only_a_warning(text: str) -> None:
    loaded = load_rule_text(text)
    assert [problem.severity for problem in loaded.diagnostics] == [Severity.WARNING]


GOOGLE = "version: 1\ncalendar: {provider: google%s}\n%s"


@pytest.mark.parametrize(
    ("calendar", "mail", "accesses"),
    [
        ("", "", [("google-token.json", "", "")]),
        (", credentials: g.json", "mail: {provider: gmail}", [("g.json", "", "")]),
        (
            ", credentials: robot.json, subject: ada@example.com, endpoint: http://localhost:80/",
            "mail: {provider: gmail}",
            [("robot.json", "ada@example.com", "http://localhost:80")],
        ),
        (
            ", credentials: robot.json, subject: ada@example.com, endpoint: http://localhost:80",
            "mail: {provider: gmail, credentials: me.json}",
            [("robot.json", "ada@example.com", "http://localhost:80"), ("me.json", "", "http://localhost:80")],
        ),
    ],
)
def test_the_mail_is_in_the_account_of_the_calendar_unless_it_says_otherwise(
    tmp_path: Path, calendar: str, mail: str, accesses: list[tuple[str, str, str]]
) -> None:
    settings, problems = read_settings(tmp_path, (GOOGLE % (calendar, mail)).encode())
    assert problems == ()
    assert settings is not None
    assert (settings.calendar.write, settings.calendar.read, settings.calendar.path) == ("primary", ("primary",), None)
    assert settings.google_accounts == tuple(GoogleAccess(tmp_path / name, *rest) for name, *rest in accesses)


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("", None),
        ("metrics: 127.0.0.1:9464", ("127.0.0.1", 9464)),
        ("metrics: localhost:80", ("127.0.0.1", 80)),
        ("metrics: 127.8.9.1:65535", ("127.8.9.1", 65535)),
        ('metrics: "[::1]:9464"', ("::1", 9464)),
    ],
)
def test_metrics_are_served_on_a_loopback_address_or_nowhere(
    tmp_path: Path, line: str, where: tuple[str, int] | None
) -> None:
    settings, problems = read_settings(tmp_path, (CONFIGURATION + line).encode())
    assert problems == ()
    assert settings is not None
    assert settings.metrics == where


def test_notices_are_only_for_those_who_ask(tmp_path: Path) -> None:
    for line, desktop in (("", False), ("notice: none", False), ("notice: desktop", True)):
        settings, _ = read_settings(tmp_path, (CONFIGURATION + line).encode())
        assert settings is not None
        assert settings.desktop_notice is desktop
