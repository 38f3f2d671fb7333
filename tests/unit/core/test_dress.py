"""What a placed occurrence looks like as an event (section 5 of the rule language)."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from engine_world import ADA, BOB, SETTINGS, Week, event, rules

from agendad.core.clock import Clock
from agendad.core.dress import auto_show_as, sample_context
from agendad.core.problem import Request
from agendad.core.timeline import from_minutes
from agendad.model.calendar import EventFields, Kind, ShowAs, Visibility
from agendad.model.rule import Look
from agendad.model.settings import Me, People, Person


def dressed(text: str, language: str = "en", *events) -> EventFields:
    week = Week(rules(f"r: {{{text}}}"), tuple(events), settings=replace(SETTINGS, language=language))
    return week.decide().desired[0].fields


DAILY = "every: tuesday, at: 09:00-10:00"


def test_every_look_of_the_rule_is_in_the_event() -> None:
    fields = dressed(
        f"block: B, {DAILY}, show_as: free, kind: focus, place: Room 4, color: sage, visibility: private,"
        " remind: [10m, 1h], notes: Phone off"
    )
    assert (fields.show_as, fields.kind, fields.visibility) == (ShowAs.FREE, Kind.FOCUS, Visibility.PRIVATE)
    assert (fields.place, fields.color, fields.remind, fields.notes) == ("Room 4", "sage", (10, 60), "Phone off")


def test_without_a_look_a_block_is_busy_and_leaves_the_rest_to_the_calendar() -> None:
    fields = dressed(f"block: B, {DAILY}")
    assert replace(fields, start=0, end=0) == EventFields("B", 0, 0)


@pytest.mark.parametrize(("language", "title"), [("fr", "Fond"), ("fr-CA", "Fond"), ("en", "Deep"), ("de", "Deep")])
def test_the_title_is_in_the_language_of_the_configuration(language: str, title: str) -> None:
    assert dressed(f"block: {{en: Deep, fr: Fond}}, {DAILY}", language).title == title


def test_expressions_see_the_event_that_set_the_block_off() -> None:
    text = 'block: "After {{ event.title }}  {{ rule.id }}", after: {title: board}, lasts: 15m'
    assert dressed(text, "en", event("Board", "tue 09:00-10:00", BOB)).title.startswith("After Board")


def test_a_title_is_one_line() -> None:
    text = 'block: "After {{ event.title }}", after: {title: board}, lasts: 15m'
    assert dressed(text, "en", event("Board\r\n X-EVIL:1", "tue 09:00-10:00")).title == "After Board X-EVIL:1"


def test_an_expression_of_an_event_title_is_data() -> None:
    text = 'block: "After {{ event.title }}", after: {title: board}, lasts: 15m'
    assert dressed(text, "en", event("Board {{ 1 + 1 }}", "tue 09:00-10:00")).title == "After Board {{ 1 + 1 }}"


@pytest.mark.parametrize("text", [f"block: B, {DAILY}", "block: B, after: {title: x}, lasts: 5m"])
def test_the_sample_of_check_has_the_names_that_a_cycle_gives(text: str) -> None:
    (rule,) = rules(f"r: {{{text}}}")
    given: list[set[str]] = []
    week = Week((rule,), (event("x", "tue 09:00-10:00"),))
    marked = replace(rule, look=replace(rule.look, notes=replace(rule.verb.title, by_language={"": "{{ me }}"})))

    def render(_: str, context) -> str:
        given.append(set(context))
        return ""

    from agendad.core.engine import decide

    decide(replace(week.situation(), rules=(marked,)), render)
    assert given[0] == set(sample_context(rule, ADA)) == set(sample_context(rule, None))
    assert sample_context(rule, None)["me"] == Me()


class TestInvitations:
    PEOPLE = (
        Person("grace", "Grace", ("grace@example.com", "g@home.org")),
        Person("bob", "Bob", (BOB,)),
        Person("nat", "Nat"),
        Person("odd", "Odd", ('"o d"@x.org',)),
        Person("ada", "Ada", ("ada@example.com",)),
    )
    RULE = "r: {block: Coffee, every: tuesday, at: 09:00-10:00, with: {person: [%s], pick: 5}, invite: %s}"

    def fields(self, who: str, invite: str = "true", me: Me = ADA) -> EventFields:
        people = People({each.id: each for each in self.PEOPLE})
        week = Week(rules(self.RULE % (who, invite)), people=people, settings=replace(SETTINGS, me=me))
        return week.decide().desired[0].fields

    def test_the_first_address_of_each_person_is_invited_and_the_title_names_them(self) -> None:
        fields = self.fields("grace, bob")
        assert (fields.guests, fields.title, fields.notes) == ((BOB, "grace@example.com"), "Coffee: Bob, Grace", "")

    def test_without_invite_the_notes_name_the_people_and_nobody_is_invited(self) -> None:
        fields = self.fields("grace, bob", "false")
        assert (fields.guests, fields.notes) == ((), f"Bob <{BOB}>\nGrace <grace@example.com>")

    def test_who_cannot_be_invited_is_named_in_the_notes(self) -> None:
        fields = self.fields("grace, nat, odd, ada")
        assert fields.guests == ("grace@example.com",)
        assert fields.notes == 'Ada <ada@example.com>\nNat\nOdd <"o d"@x.org>'

    def test_without_an_address_to_invite_from_nobody_is_invited(self) -> None:
        fields = self.fields("grace", me=Me())
        assert (fields.guests, fields.notes) == ((), "Grace <grace@example.com>")


class TestAuto:
    LOOK = Look(show_as="auto")
    REQUEST = Request("r", "r", windows=((0, 240),), least=60, most=60)

    def shown(self, taken, now: int = -600, **look: int) -> ShowAs:
        return auto_show_as(
            replace(self.LOOK, **look), self.REQUEST, (0, 60), taken, Clock(from_minutes(now, ZoneInfo("UTC")))
        )

    def test_it_is_free_while_it_has_other_places_to_go(self):
        assert self.shown(((0, 60),)) is ShowAs.FREE

    def test_it_is_busy_with_fewer_than_slots_other_places(self):
        assert self.shown(((0, 60), (90, 180))) is ShowAs.BUSY
        assert self.shown(((0, 60), (90, 180)), auto_slots=1) is ShowAs.FREE

    def test_it_is_busy_with_less_than_room_of_other_free_time(self):
        assert self.shown(((0, 60),), auto_room=181) is ShowAs.BUSY
        assert self.shown(((0, 60),), auto_room=180) is ShowAs.FREE

    def test_it_is_busy_when_it_begins_within_lead(self):
        assert self.shown(((0, 60),), now=-29) is ShowAs.BUSY
        assert self.shown(((0, 60),), now=-30) is ShowAs.FREE


def test_a_french_title_keeps_its_blanks_that_do_not_break_and_has_one_before_the_names() -> None:
    week = Week(rules('r: {block: "Le  point\u00a0!", every: tuesday, at: 09:00-09:30, with: {group: team}}'))
    week.settings = replace(week.settings, language="fr-CA")
    week.cycle()
    assert {event.fields.title for event in week.own.values()} == {"Le point\u00a0!\u00a0: Grace"}
