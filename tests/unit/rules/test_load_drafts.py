"""Drafts, people, states of the calendar and categories become what the model says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from agendad.model.rule import (
    After,
    At,
    AttendeeTest,
    Before,
    Block,
    Draft,
    Every,
    EveryPeriod,
    ForEach,
    Hours,
    Letter,
    NoneIn,
    Party,
    PeriodUnit,
    Placement,
    Protect,
    Recipient,
    Rule,
    Selector,
    Share,
    Split,
    Steps,
    Text,
    TimeSpan,
    When,
    With,
)
from agendad.model.settings import Category, MailSettings, Settings, Target
from agendad.rules.load import Loaded, load_configuration, load_rule_text

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """\
version: 1
me: {emails: [me@example.com], domains: [example.com]}
timezone: Europe/Paris
calendar: {provider: local, path: calendars/, write: personal}
"""
MAIL = "mail: {provider: maildir, path: Mail/}\n"
PEOPLE = """\
version: 1
groups: [board]
people:
  ada: {name: Ada, emails: [ada@example.org], groups: [team], tier: 1}
  grace: {name: Grace, emails: [grace@example.org], groups: [team], tier: 2}
"""
MEETING = Selector(meeting=("any",))
HELLO = Letter("hello.md.j2", {"": "Hello"}, {"": "hello.md.j2"})


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A templates folder with one template."""
    folder = tmp_path / "templates"
    write(folder, {"hello.md.j2": "Hello"})
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    """Files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(text: str, *folders: Path) -> Loaded:
    """A file with one rule, whose keys are given one a line."""
    lines = "".join(f"    {line}\n" for line in text.strip().splitlines())
    return load_rule_text(f"version: 1\ntimezone: Europe/Paris\nrules:\n  it:\n{lines}", template_dirs=folders)


def one(text: str, *folders: Path) -> Rule:
    """The only rule of a file without problems."""
    loaded = read(text, *folders)
    assert loaded.diagnostics == ()
    (rule,) = loaded.rules
    return rule


def codes(loaded: Loaded) -> list[tuple[str, str]]:
    """File and code of each problem."""
    return [(problem.span.file, problem.code) for problem in loaded.diagnostics]


# ---------------------------------------------------------------- letters


def test_a_draft_with_every_key_of_a_letter(templates: Path) -> None:
    rule = one(
        """\
draft: hello.md.j2
after: {meeting: any}
delay: 30m
within: 48h
look_back: 7d
at: 16:00
to: external attendees, ada,Boss@Example.org
cc: [organizer, "group:team"]
bcc: me
each: person
hold_until: working hours
if_late: drop
unless: never
thread: new
label: Follow-ups
""",
        templates,
    )
    letter = replace(
        HELLO,
        to=(
            Recipient("external attendees"),
            Recipient("party", Party("person", "ada")),
            Recipient("party", Party("address", "boss@example.org")),
        ),
        cc=(Recipient("organizer"), Recipient("party", Party("group", "team"))),
        bcc=(Recipient("me"),),
        each_person=True,
        hold_until_working_hours=True,
        drop_if_late=True,
        unless_mailed=False,
        new_thread=True,
        label="Follow-ups",
    )
    assert rule.verb == Draft(letter)
    assert rule.trigger == After(MEETING, delay=30, within=2880, look_back=7 * 1440)
    assert rule.placement == Placement(at=(At(16 * 60),))


def test_what_a_draft_does_not_say_is_left_to_its_defaults(templates: Path) -> None:
    assert one("draft: hello.md.j2\nafter: {meeting: any}", templates).verb == Draft(HELLO)
    keys = "unless: mailed\nwithin: 1h\nif_late: make\nthread: auto"
    said = one(f"draft: hello.md.j2\nafter: {{meeting: any}}\n{keys}", templates)
    assert said.verb == Draft(replace(HELLO, unless_mailed=True))


def test_the_same_recipient_is_named_once(templates: Path) -> None:
    verb = one("draft: hello.md.j2\nafter: {meeting: any}\nto: [me, organizer, me]", templates).verb
    assert verb == Draft(replace(HELLO, to=(Recipient("me"), Recipient("organizer"))))


def test_a_draft_in_a_protect_rule_is_its_reply(templates: Path) -> None:
    rule = one(
        "protect: Mine\nevery: weekday\nat: 17:00-23:00\ndraft: hello.md.j2\nto: organizer\nthread: new", templates
    )
    reply = replace(HELLO, to=(Recipient("organizer"),), new_thread=True)
    assert rule.verb == Protect(Text({"": "Mine"}), reply=reply)


def test_within_goes_with_every_trigger_of_a_draft(templates: Path) -> None:
    start = "draft: hello.md.j2\nwithin: 2 days\nto: me\n"
    every = one(start + "every: week\non: fri\nat: 16:00\nsatisfied_by: {meeting: any}", templates)
    assert every.trigger == Every(EveryPeriod(PeriodUnit.WEEK), within=2880)
    assert every.placement == Placement(at=(At(960),), on=frozenset({4}), satisfied_by=MEETING)
    before = one(start + "before: {away: true}\nlead: 3 days", templates)
    assert before.trigger == Before(Selector(away=True), lead=3 * 1440, within=2880)
    when = one(start + "when: {none: {meeting: any}, in: 30d}", templates)
    assert when.trigger == When(NoneIn(MEETING, 30), within=2880)


def test_steps_carry_drafts_beside_blocks_and_each_takes_what_fits(templates: Path) -> None:
    rule = one(
        """\
starting: 2027-01-04
to: me
label: Programme
lasts: 1h
within: 2 days
steps:
  - {on: week 1, block: Begin}
  - {on: week 2, draft: hello.md.j2, at: 09:00}
  - {on: week 3, draft: hello.md.j2, to: ada}
  - {on: week 4, protect: Guard, at: 09:00-10:00}
  - {on: week 5, protect: Guard, at: 09:00-10:00, draft: hello.md.j2}
""",
        templates,
    )
    assert isinstance(rule.trigger, Steps)
    assert (rule.trigger.starting, rule.trigger.within) == (date(2027, 1, 4), 2880)
    letter = replace(HELLO, to=(Recipient("me"),), label="Programme")
    begin, mine, hers, guard, reply = rule.trigger.steps
    assert rule.verb == begin.verb == Block(Text({"": "Begin"}))
    assert begin.placement.lasts is not None
    assert mine.verb == Draft(letter)
    assert mine.placement == Placement(at=(At(540),))
    assert hers.verb == Draft(replace(letter, to=(Recipient("party", Party("person", "ada")),)))
    assert guard.verb == Protect(Text({"": "Guard"}))
    assert reply.verb == Protect(Text({"": "Guard"}), reply=letter)


def test_a_rule_may_follow_the_drafts_of_another(templates: Path) -> None:
    first = "version: 1\nrules:\n  first: {draft: hello.md.j2, after: {meeting: any}}\n"
    then = "  then: {draft: hello.md.j2, after: {rule: first}, delay: 5 days, to: attendees}\n"
    loaded = load_rule_text(first + then, template_dirs=[templates])
    assert loaded.diagnostics == ()
    assert [rule.trigger for rule in loaded.rules][1] == After(Selector(rule=("first",)), delay=5 * 1440)


# ---------------------------------------------------------------- templates of letters


def test_the_variants_of_a_template_are_read_by_language(tmp_path: Path) -> None:
    names = ("a.md.j2", "a.fr.md.j2", "a.pt-BR.md.j2", "a.old-draft copy.md.j2", "ab.fr.md.j2", "a.fr.txt")
    write(tmp_path, {f"sub/{name}": name for name in names})
    verb = one("draft: sub/a.md.j2\nafter: {meeting: any}", tmp_path).verb
    assert isinstance(verb, Draft)
    assert verb.letter.variants == {"": "a.md.j2", "fr": "a.fr.md.j2", "pt-BR": "a.pt-BR.md.j2"}
    assert verb.letter.paths == {"": "sub/a.md.j2", "fr": "sub/a.fr.md.j2", "pt-BR": "sub/a.pt-BR.md.j2"}


def test_a_template_may_be_there_in_some_languages_only(tmp_path: Path) -> None:
    write(tmp_path, {"a.fr.md.j2": "Bonjour", "a.de.md.j2": "Hallo"})
    verb = one("draft: a.md.j2\nafter: {meeting: any}", tmp_path / "nowhere", tmp_path).verb
    assert verb == Draft(Letter("a.md.j2", {"de": "Hallo", "fr": "Bonjour"}, {"de": "a.de.md.j2", "fr": "a.fr.md.j2"}))


def test_an_own_language_is_added_to_a_shipped_template(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    write(own, {"a.de.md.j2": "own"})
    write(shipped, {"a.md.j2": "shipped", "a.de.md.j2": "shipped", "a.fr.md.j2": "shipped"})
    verb = one("draft: a.md.j2\nafter: {meeting: any}", own, shipped).verb
    assert isinstance(verb, Draft)
    assert verb.letter.variants == {"": "shipped", "de": "own", "fr": "shipped"}


def test_translations_of_a_shipped_text_are_none_of_an_own_one(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    write(own, {"a.md.j2": "own"})
    write(shipped, {"a.md.j2": "shipped", "a.fr.md.j2": "shipped"})
    verb = one("draft: a.md.j2\nafter: {meeting: any}", own, shipped).verb
    assert isinstance(verb, Draft)
    assert verb.letter.variants == {"": "own"}


def test_a_template_that_is_too_large_or_a_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"a.md.j2": "a" * ((1 << 20) + 1), "b.md.j2/c": ""})
    assert codes(read("draft: a.md.j2\nafter: {meeting: any}", tmp_path)) == [("rules/rules.yaml", "bad-template")]
    assert codes(read("draft: b.md.j2\nafter: {meeting: any}", tmp_path)) == [("rules/rules.yaml", "unknown-template")]


# ---------------------------------------------------------------- people


def test_for_each_names_people_in_several_ways(templates: Path) -> None:
    rule = one("block: Coffee\nevery: month\nlasts: 30m\nfor_each: {tier: [1, 2], group: team, person: [ada, grace]}")
    assert rule.for_each == ForEach(
        (
            Party("group", "team"),
            Party("tier", "1"),
            Party("tier", "2"),
            Party("person", "ada"),
            Party("person", "grace"),
        )
    )
    met = one("draft: hello.md.j2\nafter: {meeting: any}\nfor_each: {group: 'team, board'}\nto: person", templates)
    assert met.for_each == ForEach((Party("group", "team"), Party("group", "board")))


def test_at_most_counts_the_people_of_a_period_or_the_pieces_of_a_block() -> None:
    people = one("block: A\nevery: month\nlasts: 30m\nfor_each: {tier: 1}\nat_most: 3 per day")
    assert (people.for_each, people.placement.at_most_per_day) == (ForEach((Party("tier", "1"),), 3), None)
    pieces = one("block: A\nevery: week\nlasts: 3h\nsplit: 30m-1h\nat_most: 2 per day")
    assert (pieces.for_each, pieces.placement.at_most_per_day) == (None, 2)
    day = one("block: A\nevery: monday\nlasts: 3h\nsplit: 30m\nfor_each: {tier: 1}\nat_most: 2 per day")
    assert (day.for_each, day.placement.at_most_per_day) == (ForEach((Party("tier", "1"),)), 2)
    assert day.placement.split == Split(30, 30)


def test_with_chooses_who_takes_part_and_may_invite() -> None:
    rule = one(
        "block: Pair\nevery: week\nlasts: 1h\nwith: {group: team, pick: 2, rotate: random}\ninvite: true\nnotify: yes"
    )
    assert rule.company == With((Party("group", "team"),), 2, "random")
    assert (rule.look.invite, rule.look.notify) == (True, True)
    plain = one("block: Pair\nafter: {meeting: any}\nlasts: 1h\nwith: {person: ada}")
    assert (plain.company, plain.look.invite, plain.look.notify) == (With((Party("person", "ada"),)), False, False)


# ---------------------------------------------------------------- states


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("{none: {meeting: any}, in: 2 weeks}", NoneIn(MEETING, 14)),
        (
            "{share: {rule: it}, in: 30d, above: 90%}",
            Share(Selector(rule=("it",)), None, TimeSpan(days=30), above=90.0),
        ),
        (
            "{share: {away: false}, of: {meeting: any}, in: quarter, below: 12.5%}",
            Share(Selector(away=False), MEETING, TimeSpan(period=PeriodUnit.QUARTER), below=12.5),
        ),
        ("{hours: {meeting: any}, in: week, below: 2h}", Hours(MEETING, TimeSpan(period=PeriodUnit.WEEK), below=120)),
        ("{hours: {meeting: any}, in: 7d, above: 0m}", Hours(MEETING, TimeSpan(days=7), above=0)),
        (
            "{none: {attendees: {none: [ada]}}, in: 1 day}",
            NoneIn(Selector(attendees=AttendeeTest(none=(Party("person", "ada"),))), 1),
        ),
    ],
)
def test_each_state_of_the_calendar(text: str, state: object) -> None:
    trigger = one(f"block: A\nwhen: {text}\nlasts: 1h\nagain: 2 weeks\nwithin: 3 days\nexcept: away").trigger
    assert isinstance(trigger, When)
    assert (trigger.state, trigger.again, trigger.within, trigger.exclude.away) == (state, 14, 3 * 1440, True)


# ---------------------------------------------------------------- the configuration


def settings_of(folder: Path, text: str, rules: str = "") -> Settings:
    """The settings of a folder without problems."""
    files = {"agendad.yaml": text, "people.yaml": PEOPLE}
    write(folder, files | ({"rules/a.yaml": rules} if rules else {}))
    loaded = load_configuration(folder)
    assert [each for each in loaded.diagnostics if each.code != "no-rules"] == []
    assert loaded.settings is not None
    return loaded.settings


def test_mail_and_contacts_are_relative_to_the_folder(tmp_path: Path) -> None:
    found = settings_of(tmp_path, CONFIGURATION + "mail: {path: ../Mail/}\npeople: {path: contacts/}\n")
    assert found.mail == MailSettings("maildir", tmp_path.parent / "Mail")
    assert found.contacts == tmp_path / "contacts"
    bare = settings_of(tmp_path, CONFIGURATION)
    assert (bare.mail, bare.contacts, bare.categories) == (None, None, ())


def test_categories_are_selectors_with_targets(tmp_path: Path) -> None:
    text = """\
categories:
  meetings: {meeting: any, target: <= 50%}
  one-on-ones: {meeting: one-on-one, calendar: personal, target: 20% of meetings}
  learning: {rule: watch, target: 2h-4h}
  free: {title: [walk, sport]}
  x-old: [anything]
"""
    rules = "version: 1\nrules: {watch: {block: W, every: week, lasts: 1h}}\n"
    found = settings_of(tmp_path, CONFIGURATION + text, rules)
    assert [(each.name, each.target) for each in found.categories] == [
        ("meetings", Target("percent", None, 50.0)),
        ("one-on-ones", Target("percent", 20.0, 20.0, "meetings")),
        ("learning", Target("minutes", 120, 240)),
        ("free", None),
    ]
    assert found.categories[2] == Category("learning", Selector(rule=("watch",)), Target("minutes", 120, 240))


def test_drafts_without_a_mailbox_are_a_warning_at_the_first(tmp_path: Path, templates: Path) -> None:
    draft = "version: 1\nrules:\n  {}: {{draft: hello.md.j2, after: {{meeting: any}}}}\n"
    write(
        tmp_path, {"agendad.yaml": CONFIGURATION, "rules/a.yaml": draft.format("a"), "rules/b.yaml": draft.format("b")}
    )
    loaded = load_configuration(tmp_path, template_dirs=[templates])
    assert codes(loaded) == [("rules/a.yaml", "no-mail")]
    assert not loaded.has_errors
    write(tmp_path, {"agendad.yaml": CONFIGURATION + MAIL})
    assert load_configuration(tmp_path, template_dirs=[templates]).diagnostics == ()


def test_a_disabled_draft_needs_no_mailbox(tmp_path: Path, templates: Path) -> None:
    rules = "version: 1\nrules: {a: {draft: hello.md.j2, after: {meeting: any}, enabled: false}}\n"
    write(tmp_path, {"agendad.yaml": CONFIGURATION, "rules/a.yaml": rules})
    assert load_configuration(tmp_path, template_dirs=[templates]).diagnostics == ()


def test_a_draft_in_a_step_needs_a_mailbox_too(tmp_path: Path, templates: Path) -> None:
    steps = "version: 1\nrules: {a: {starting: 2027-01-04, steps: [{on: week 1, draft: hello.md.j2}]}}\n"
    write(tmp_path, {"agendad.yaml": CONFIGURATION, "rules/a.yaml": steps})
    assert codes(load_configuration(tmp_path, template_dirs=[templates])) == [("rules/a.yaml", "no-mail")]


def test_people_that_are_not_known_are_not_asked_about_without_people(templates: Path) -> None:
    assert read("draft: hello.md.j2\nevery: week\nfor_each: {person: zoe}\nto: person, nobody", templates).rules


def test_a_broken_category_leaves_no_settings(tmp_path: Path) -> None:
    write(
        tmp_path, {"agendad.yaml": CONFIGURATION + "categories: {a: {target: 20%}}\n", "rules/a.yaml": "version: 1\n"}
    )
    assert load_configuration(tmp_path).settings is None
