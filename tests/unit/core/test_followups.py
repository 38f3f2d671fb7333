"""Which drafts are wanted: the sentences of sections 2, 6 and 7 of the rule language, one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from engine_world import whole_days
from letter_world import ALAN, BOB, CLAIRE, EARLIER, EVE, GRACE, NETWORK, Desk, an_event, at, rule, rules

from agendad.model.calendar import Attendee, Response
from agendad.model.settings import People, Person

THANKS = ("draft: note.md.j2", "after: {meeting: any}", "delay: 30m", "within: 48h", "to: attendees")
MEETING = an_event("Planning", "mon 14:00-15:00", EVE, BOB)


def emails(draft) -> list[str]:
    return [address.email for address in draft.to]


class TestAfterAMeeting:
    def test_a_draft_is_due_after_the_delay_and_late_after_within(self) -> None:
        draft = Desk((rule(*THANKS),), (MEETING,)).only()
        assert draft.key == "r/Planning-mon-14-00-15-00@x"
        assert (draft.due, draft.deadline) == (at("2026-11-23 15:30"), at("2026-11-25 15:30"))
        assert (draft.state, draft.late) == ("planned", False)

    def test_it_is_made_once_when_it_is_due(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING,))
        assert desk.run("2026-11-23 15:29") == []
        assert desk.run("2026-11-23 15:30") == ["+r/Planning-mon-14-00-15-00@x"]
        assert desk.run("2026-11-23 16:30") == []
        assert desk.only().state == "written"

    def test_the_person_rooms_and_those_who_declined_are_left_out(self) -> None:
        invited = (
            Attendee("ada@example.com", response=Response.ACCEPTED),
            Attendee("room@example.com", human=False),
            Attendee("no@other.org", response=Response.DECLINED),
            Attendee(EVE, "Eve Online"),
        )
        desk = Desk((rule(*THANKS),), (replace(MEETING, attendees=invited, organizer="ada@example.com"),))
        assert [(a.email, a.name) for a in desk.only().to] == [(EVE, "Eve Online")]

    def test_nobody_left_to_write_to_is_told(self) -> None:
        lines = (*THANKS[:-1], "to: external attendees")
        desk = Desk((rule(*lines),), (an_event("Sync", "mon 14:00-15:00", BOB),))
        assert desk.drafts() == ()
        assert desk.reasons() == {"r/Sync-mon-14-00-15-00@x": "nobody is left to write to"}

    @pytest.mark.parametrize(
        ("to", "expected"),
        [
            ("organizer", [EVE]),
            ("external attendees", [EVE]),
            ("attendees", [EVE, BOB]),
            ("me", ["ada@example.com"]),
            ("claire@other.org", ["claire@other.org"]),
            ("grace, organizer", ["grace@example.com", EVE]),
            ("group:team", ["alan@example.com", "grace@example.com"]),
        ],
    )
    def test_to_names(self, to: str, expected: list[str]) -> None:
        desk = Desk((rule(*THANKS[:-1], f"to: {to}"),), (MEETING,))
        assert emails(desk.only()) == expected

    def test_nobody_is_named_twice(self) -> None:
        desk = Desk((rule(*THANKS, "cc: [organizer, me]", "bcc: attendees"),), (MEETING,))
        draft = desk.only()
        assert (emails(draft), [a.email for a in draft.cc], draft.bcc) == ([EVE, BOB], ["ada@example.com"], ())

    def test_each_person_gets_one_of_their_own(self) -> None:
        desk = Desk((rule(*THANKS, "each: person"),), (an_event("Talk", "mon 14:00-15:00", EVE, "grace@example.com"),))
        assert [(d.key.rpartition("/")[2], emails(d), d.person.name) for d in desk.drafts()] == [
            (EVE, [EVE], ""),
            ("grace", ["grace@example.com"], "Grace Hopper"),
        ]

    def test_the_language_is_that_of_the_recipients_when_they_share_it(self) -> None:
        french = Desk((rule(*THANKS),), (an_event("Point", "mon 14:00-15:00", "claire@other.org"),))
        mixed = Desk((rule(*THANKS),), (an_event("Point", "mon 14:00-15:00", "claire@other.org", BOB),))
        assert (french.only().language, mixed.only().language) == ("fr", "en")

    @pytest.mark.parametrize(
        ("lines", "due"),
        [
            (("at: 18:00",), "2026-11-23 18:00"),
            (("at: 10:00",), "2026-11-24 10:00"),
            (("hold_until: working hours",), "2026-11-23 15:30"),
        ],
    )
    def test_a_time_of_day_moves_it_on(self, lines: tuple[str, ...], due: str) -> None:
        assert list(Desk((rule(*THANKS, *lines),), (MEETING,)).due().values()) == [due]

    def test_hold_until_working_hours_is_not_at_night_nor_on_a_holiday(self) -> None:
        late = an_event("Dinner", "fri 19:00-22:00", EVE)
        lines = (*THANKS[:2], "hold_until: working hours")
        desk = Desk((rule(*lines),), (late,), holidays={date(2026, 11, 30): "A day"})
        assert list(desk.due().values()) == ["2026-12-01 09:00"]

    def test_events_before_the_first_day_less_within_never_count(self) -> None:
        desk = Desk((rule(*THANKS),), (an_event("Old", "2026-11-20 14:00-15:00", EVE),))
        known = {"r": at("2026-11-23 08:00")}
        assert replace(desk, decisions=replace(desk.decisions, first_days=known)).drafts() == ()
        widened = rule(*THANKS, "look_back: 7 days")
        decisions = replace(desk.decisions, first_days=known)
        assert len(Desk((widened,), desk.events, decisions=decisions).drafts()) == 1

    def test_what_ended_while_nothing_ran_is_handled_when_it_wakes(self) -> None:
        desk = Desk((rule(*THANKS),), (an_event("Old", "2026-11-10 14:00-15:00", EVE),))
        assert desk.due() == {"r/Old-2026-11-10-14-00-15-00@x": "2026-11-10 15:30 late"}

    def test_a_late_one_is_dropped_where_the_rule_says_so(self) -> None:
        desk = Desk((rule(*THANKS, "if_late: drop"),), (an_event("Old", "2026-11-10 14:00-15:00", EVE),))
        assert desk.drafts() == ()
        assert list(desk.reasons().values()) == [
            "too late: it was due by 2026-11-12 15:30, and its rule drops what is late"
        ]


class TestThePersonsHand:
    def made(self, *lines: str) -> tuple[Desk, str]:
        desk = Desk((rule(*THANKS, *lines),), (MEETING,))
        (key,) = (each.removeprefix("+") for each in desk.run("2026-11-23 15:30"))
        return desk, key

    def test_nothing_is_drafted_when_the_person_wrote_to_all_of_them(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING,))
        desk.write("2026-11-23 15:10", EVE, BOB)
        assert desk.run("2026-11-23 15:30") == []
        assert list(desk.reasons().values()) == ["the person has written by themselves"]

    def test_writing_to_one_of_two_is_not_enough_but_two_mails_are(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING,))
        desk.write("2026-11-23 15:10", EVE)
        assert len(desk.due()) == 1
        desk.write("2026-11-23 15:20", BOB)
        desk.now = at("2026-11-23 15:30")
        assert desk.due() == {}

    def test_a_mail_to_another_address_of_the_same_person_counts(self) -> None:
        desk = Desk((rule(*THANKS),), (an_event("Chat", "mon 14:00-15:00", "alan@example.com"),))
        desk.write("2026-11-23 15:10", "at@home.org")
        desk.now = at("2026-11-23 15:30")
        assert desk.due() == {}

    def test_a_mail_before_the_end_of_the_event_does_not_count(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING,))
        desk.write("2026-11-23 14:59", EVE, BOB)
        assert desk.run("2026-11-23 15:30") != []

    def test_an_untouched_draft_goes_when_the_person_wrote_by_themselves(self) -> None:
        desk, key = self.made()
        desk.write("2026-11-23 16:00", EVE, BOB)
        assert desk.run("2026-11-23 16:10") == [f"-{key}"]
        assert desk.run("2026-11-23 17:00") == []

    def test_an_edited_draft_is_never_touched(self) -> None:
        desk, key = self.made()
        desk.edit_draft(key)
        desk.write("2026-11-23 16:00", EVE, BOB)
        assert desk.run("2026-11-23 16:10") == []
        assert key in desk.box

    def test_unless_never_drafts_all_the_same(self) -> None:
        desk = Desk((rule(*THANKS, "unless: never"),), (MEETING,))
        desk.write("2026-11-23 15:10", EVE, BOB)
        assert desk.run("2026-11-23 15:30") != []

    @pytest.mark.parametrize("lost", ["nothing", "ledger", "decisions"])
    def test_a_deleted_draft_is_not_made_again(self, lost: str) -> None:
        desk, key = self.made()
        desk.discard(key)
        assert desk.run("2026-11-23 16:00") == []
        if lost == "ledger":
            desk.forget()
        if lost == "decisions":
            desk.decisions = replace(desk.decisions, drafts={})
        assert desk.run("2026-11-24 09:00") == []
        assert "deleted by the person" in desk.reasons()[key]

    @pytest.mark.parametrize("changed", [{}, {"key": ""}, {"key": "", "message_id": "<other@x>"}])
    def test_a_sent_draft_is_known_however_the_mail_program_sent_it(self, changed: dict[str, str]) -> None:
        desk, key = self.made("unless: never")
        desk.send(key, "2026-11-23 15:45", **changed)
        assert desk.run("2026-11-23 16:00") == []
        assert desk.made[key].status == "sent"

    def test_a_lost_ledger_finds_its_drafts_and_what_was_sent_again(self) -> None:
        desk, key = self.made("unless: never")
        desk.forget()
        assert desk.run("2026-11-23 16:00") == []
        assert desk.made[key].status == "made"
        desk.send(key)
        desk.forget()
        assert desk.run("2026-11-23 17:00") == []

    def test_a_draft_about_an_event_that_is_gone_is_taken_away(self) -> None:
        desk, key = self.made()
        desk.cancel(MEETING)
        assert desk.run("2026-11-23 16:00") == [f"-{key}"]

    def test_a_meeting_that_was_moved_is_followed_up_at_its_new_time(self) -> None:
        desk, key = self.made()
        moved = an_event("Planning", "wed 14:00-15:00", EVE, BOB)
        desk.events = (replace(moved, uid=MEETING.uid),)
        assert desk.run("2026-11-23 16:00") == [f"-{key}"]
        assert desk.run("2026-11-25 15:30") == [f"+{key}"]


class TestBefore:
    LINES = ("draft: note.md.j2", "before: {title: board}", "lead: 2 days", "to: me")
    BOARD = an_event("Board", "thu 14:00-16:00", EVE)

    def test_it_is_due_the_lead_ahead_and_late_when_the_event_begins(self) -> None:
        draft = Desk((rule(*self.LINES),), (self.BOARD,)).only()
        assert (draft.due, draft.deadline) == (at("2026-11-24 14:00"), at("2026-11-26 14:00"))

    def test_a_time_of_day_is_the_first_one_from_there(self) -> None:
        desk = Desk((rule(*self.LINES, "at: 09:00"),), (self.BOARD,))
        assert list(desk.due().values()) == ["2026-11-25 09:00"]

    def test_it_is_in_vain_once_the_event_has_begun(self) -> None:
        desk = Desk((rule(*self.LINES),), (self.BOARD,), now=at("2026-11-26 14:30"))
        assert list(desk.reasons().values()) == ["what it was to come before has begun"]

    def test_a_hand_over_is_drafted_before_an_absence_of_either_kind(self) -> None:
        lines = ("draft: note.md.j2", "before: {away: true}", "lead: 3 days", "at: 09:00", "to: group:team")
        marked = Desk((rule(*lines),), (whole_days("holiday in Rome", "2026-11-30", 5),))
        declared = Desk((rule(*lines),))
        declared.decisions = replace(declared.decisions, absences=((date(2026, 11, 30), date(2026, 12, 4)),))
        assert list(marked.due().values()) == list(declared.due().values()) == ["2026-11-27 09:00"]
        assert list(declared.due()) == ["r/away-2026-11-30@agendad"]


class TestEvery:
    def test_a_day_at_its_time_and_else_when_work_begins(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: friday", "at: 16:00", "to: me"),))
        assert desk.due() == {"r/2026-11-27": "2026-11-27 16:00", "r/2026-12-04": "2026-12-04 16:00"}
        desk = Desk((rule("draft: note.md.j2", "every: friday", "to: me"),))
        assert list(desk.due().values()) == ["2026-11-27 09:00", "2026-12-04 09:00"]

    def test_a_period_on_its_first_working_day_or_the_one_that_on_names(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: week", "to: me"),), holidays={date(2026, 11, 30): "A day"})
        assert desk.due() == {"r/2026-W48": "2026-11-23 09:00", "r/2026-W49": "2026-12-01 09:00"}
        desk = Desk((rule("draft: note.md.j2", "every: week", "on: thu", "at: 15:00", "to: me"),))
        assert list(desk.due().values()) == ["2026-11-26 15:00", "2026-12-03 15:00"]

    def test_a_period_without_a_day_that_on_and_except_allow_has_none(self) -> None:
        lines = ("draft: note.md.j2", "every: week", "on: thu", "except: holidays", "to: me")
        desk = Desk((rule(*lines),), holidays={date(2026, 11, 26): "A day"})
        assert desk.due() == {"r/2026-W49": "2026-12-03 09:00"}
        assert desk.reasons() == {"r/2026-W48": "no time left in which its rule lets it stand"}

    def test_a_rule_that_is_new_does_not_draft_for_days_that_were(self) -> None:
        new = rule("draft: note.md.j2", "every: weekday", "at: 08:00", "to: me")
        desk = Desk((new,), now=at("2026-11-23 10:00"))
        desk.decisions = replace(desk.decisions, first_days={"r": desk.now})
        assert next(iter(desk.due())) == "r/2026-11-24"

    def test_a_period_that_has_begun_when_its_rule_is_new_is_due_at_once(self) -> None:
        new = rule("draft: note.md.j2", "every: month", "to: me")
        desk = Desk((new,), now=at("2026-11-23 10:00"), settings=replace(Desk((new,)).settings, horizon_days=9))
        desk.decisions = replace(desk.decisions, first_days={"r": desk.now})
        assert desk.due() == {"r/2026-11": "2026-11-23 10:00"}

    def test_of_several_that_were_missed_the_newest_is_made(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: weekday", "at: 08:00", "to: me"),))
        assert desk.run("2026-11-26 12:00") == ["+r/2026-11-26"]
        assert desk.reasons()["r/2026-11-25"] == "the next one of its rule is due, which replaces it"

    def test_one_missed_alone_is_made_when_it_wakes(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: 20 november", "within: 1h", "to: me"),))
        desk.decisions = replace(desk.decisions, first_days={"r": EARLIER})
        assert desk.due() == {"r/2026-11-20": "2026-11-20 09:00 late"}

    def test_steps_each_have_their_day(self) -> None:
        desk = Desk(
            (
                rule(
                    "starting: 2026-11-23",
                    "steps:",
                    "  - {on: day 2, draft: note.md.j2, to: me}",
                    "  - {on: week 2, draft: note.md.j2, to: grace}",
                ),
            )
        )
        assert desk.due() == {"r/step-1": "2026-11-24 09:00", "r/step-2": "2026-11-30 09:00"}


class TestForEach:
    LINES = ("draft: note.md.j2", "every: week", "for_each: {group: team}", "to: person")

    def people(self, count: int) -> People:
        many = [Person(f"p{n:02}", f"P {n}", (f"p{n}@x.org",), frozenset({"team"})) for n in range(count)]
        return People({person.id: person for person in many})

    def test_the_people_of_a_period_are_spread_over_its_working_days(self) -> None:
        desk = Desk((rule(*self.LINES),), people=self.people(10))
        days = [due[:10] for key, due in sorted(desk.due().items()) if "W48" in key]
        assert days == [f"2026-11-{day}" for day in (23, 23, 24, 24, 25, 25, 26, 26, 27, 27)]
        assert emails(desk.drafts()[0]) == ["p0@x.org"]

    def test_least_recently_contacted_first(self) -> None:
        desk = Desk((rule(*self.LINES),), people=NETWORK)
        desk.write("2026-11-10 10:00", "alan@example.com")
        desk.write("2026-11-12 10:00", "grace@example.com")
        assert list(desk.due())[:2] == ["r/2026-W48/alan", "r/2026-W48/grace"]
        desk.write("2026-11-20 10:00", "at@home.org")
        assert list(desk.due())[:2] == ["r/2026-W48/grace", "r/2026-W48/alan"]

    def test_a_contact_long_before_the_period_orders_nobody_however_much_was_read(self) -> None:
        desk = Desk((rule(*self.LINES),), people=NETWORK)
        desk.write("2026-08-21 10:00", "alan@example.com")
        assert list(desk.due())[:2] == ["r/2026-W48/alan", "r/2026-W48/grace"]
        desk.write("2026-08-25 10:00", "alan@example.com")
        assert list(desk.due())[:2] == ["r/2026-W48/grace", "r/2026-W48/alan"]

    def test_no_day_holds_more_than_at_most_and_the_rest_is_told(self) -> None:
        desk = Desk((rule(*self.LINES, "at_most: 1 per day"),), people=self.people(7))
        week = [key for key in desk.due() if "W48" in key]
        assert len(week) == len({desk.due()[key][:10] for key in week}) == 5
        assert "more people than the days" in desk.skipped()["r/2026-W48/p05"]

    def test_a_person_contacted_in_the_period_is_satisfied_and_nobody_elses_day_moves(self) -> None:
        desk = Desk((rule(*self.LINES),), people=NETWORK)
        before = desk.due()
        desk.now = at("2026-11-25 08:00")
        desk.write("2026-11-24 10:00", "grace@example.com")
        assert desk.reasons()["r/2026-W48/grace"].startswith("contact with Grace Hopper")
        assert desk.due()["r/2026-W48/alan"] == before["r/2026-W48/alan"]

    def test_a_mail_in_the_morning_does_not_take_the_draft_of_a_day_that_the_rule_names(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: friday", "at: 12:00", "for_each: {person: grace}"),))
        desk.write("2026-11-27 09:00", GRACE.email)
        assert desk.run("2026-11-27 12:00") == ["+r/2026-11-27/grace"]

    def test_with_satisfied_by_only_such_an_event_with_the_person_counts(self) -> None:
        desk = Desk((rule(*self.LINES, "satisfied_by: {title: walk}"),), people=NETWORK)
        desk.now = at("2026-11-25 08:00")
        desk.write("2026-11-24 10:00", "grace@example.com")
        desk.events = (an_event("Walk", "mon 10:00-11:00", "alan@example.com"),)
        assert [key for key in desk.due() if "W48" in key] == ["r/2026-W48/grace"]

    def test_a_meeting_is_a_contact_and_takes_an_untouched_draft_away(self) -> None:
        desk = Desk((rule(*self.LINES),), people=NETWORK)
        assert desk.run("2026-11-26 09:00") == ["+r/2026-W48/alan", "+r/2026-W48/grace"]
        desk.events = (an_event("Walk", "thu 10:00-11:00", "grace@example.com"),)
        assert desk.run("2026-11-26 11:00") == ["-r/2026-W48/grace"]

    def test_under_after_it_makes_one_for_each_matching_person_who_was_there(self) -> None:
        lines = ("draft: note.md.j2", "after: {title: meetup}", "for_each: {group: team}", "within: 48h")
        desk = Desk((rule(*lines),), (an_event("Meetup", "mon 18:00-21:00", "alan@example.com", "claire@other.org"),))
        assert list(desk.due()) == ["r/Meetup-mon-18-00-21-00@x/alan"]

    @pytest.mark.parametrize("met", ["Meetup", "2026-11-23", "the meetup, 2026-11-23"])
    def test_adding_a_person_met_at_an_event_makes_the_follow_up_happen(self, met: str) -> None:
        lines = ("draft: note.md.j2", "after: {title: meetup}", "for_each: {group: met}", "delay: 12h", "within: 48h")
        desk = Desk((rule(*lines),), (an_event("Meetup", "mon 18:00-21:00"),))
        desk.people = People({}, frozenset({"met"}))
        assert desk.run("2026-11-24 12:00") == []
        desk.people = People({"mo": Person("mo", "Mo Salah", ("mo@x.org",), frozenset({"met"}), met=met)})
        assert desk.run("2026-11-24 13:00") == ["+r/Meetup-mon-18-00-21-00@x/mo"]
        assert not desk.only().late

    def test_a_name_given_long_after_the_event_drafts_nothing(self) -> None:
        lines = ("draft: note.md.j2", "after: {title: meetup}", "for_each: {group: team}", "within: 48h")
        old = an_event("Meetup", "2026-11-03 18:00-21:00", "alan@example.com")
        assert Desk((rule(*lines),), (old,)).drafts() == ()

    def test_a_block_for_each_person_stands_on_its_day(self) -> None:
        lines = ("block: One-on-one", "every: week", "for_each: {group: team}", "lasts: 30m", "between: 14:00-18:00")
        desk = Desk((rule(*lines),))
        assert list(desk.kept())[:2] == ["r/2026-W48/alan", "r/2026-W48/grace"]
        titles = [block.fields.title for block in desk.decide().desired[:2]]
        assert titles == ["One-on-one: Alan Turing", "One-on-one: Grace Hopper"]


class TestWith:
    LINES = ("block: Coffee", "every: week", "with: {group: team}", "lasts: 30m", "between: 14:00-18:00")

    def test_one_is_chosen_in_turn_and_named_in_the_title_and_the_notes(self) -> None:
        desk = Desk((rule(*self.LINES),))
        blocks = desk.decide().desired
        assert [(b.fields.title, b.people) for b in blocks] == [
            ("Coffee: Alan Turing", ("alan",)),
            ("Coffee: Grace Hopper", ("grace",)),
        ]
        assert blocks[0].fields.notes == "Alan Turing <alan@example.com>"

    def test_the_least_recently_met_comes_first_and_a_choice_once_written_stays(self) -> None:
        desk = Desk((rule(*self.LINES),), (an_event("Sync", "2026-11-20 10:00-11:00", "alan@example.com"),))
        desk.kept()
        assert desk.own["r/2026-W48"].mark.people == ("grace",)
        desk.events = (an_event("Sync", "mon 10:00-11:00", "grace@example.com"),)
        desk.now = at("2026-11-23 12:00")
        assert desk.plan().changes == ()

    def test_a_written_choice_outlives_the_loss_of_the_person(self) -> None:
        desk = Desk((rule(*self.LINES),))
        desk.kept()
        desk.people = People({"grace": GRACE, "claire": CLAIRE})
        assert next(b.people for b in desk.decide().desired if b.key == "r/2026-W48") == ("alan",)

    @pytest.mark.parametrize("rotate", ["least-recent", "round-robin", "random"])
    def test_every_way_of_choosing_is_stable_and_reaches_everybody(self, rotate: str) -> None:
        lines = ("block: Coffee", "every: weekday", f"with: {{group: team, rotate: {rotate}}}", "at: 15:00-15:30")
        team = [Person(f"p{n}", f"P {n}", (f"p{n}@x.org",), frozenset({"team"})) for n in range(3)]
        desk = Desk((rule(*lines),), people=People({person.id: person for person in team}))
        chosen = [block.people for block in desk.decide().desired]
        assert chosen == [block.people for block in desk.decide().desired]
        assert {person for people in chosen for person in people} == {"p0", "p1", "p2"}
        if rotate != "random":
            assert all(len({*chosen[n], *chosen[n + 1], *chosen[n + 2]}) == 3 for n in range(len(chosen) - 2))

    def test_pick_takes_several(self) -> None:
        lines = (*self.LINES[:2], "with: {group: team, pick: 2}", *self.LINES[3:])
        assert Desk((rule(*lines),)).decide().desired[0].fields.title == "Coffee: Alan Turing, Grace Hopper"

    def test_expressions_name_the_person_themselves(self) -> None:
        lines = ('block: "Coffee with {{ person.first_name }}"', *self.LINES[1:])
        assert Desk((rule(*lines),)).decide().desired[0].fields.title == "Coffee with Alan"


class TestWhen:
    LUNCH = "when: {none: {title: lunch}, in: 30d}"

    def test_it_fires_once_an_episode(self) -> None:
        last = an_event("Lunch", "2026-10-20 12:00-13:00", EVE)
        desk = Desk((rule("draft: note.md.j2", self.LUNCH, "to: me"),), (last,))
        assert desk.run("2026-11-19 12:00") == []
        assert desk.run("2026-11-19 14:00") == ["+r/2026-11-19"]
        assert desk.run("2026-12-10 08:00") == []

    def test_it_fires_again_while_the_state_lasts(self) -> None:
        last = an_event("Lunch", "2026-10-20 12:00-13:00", EVE)
        desk = Desk((rule("draft: note.md.j2", self.LUNCH, "again: 2 weeks", "to: me"),), (last,))
        assert desk.run("2026-11-19 14:00") == ["+r/2026-11-19"]
        assert desk.run("2026-12-02 08:00") == []
        assert desk.run("2026-12-03 08:00") == ["+r/2026-11-19#2"]

    def test_a_new_episode_fires_anew(self) -> None:
        desk = Desk((rule("draft: note.md.j2", self.LUNCH, "to: me"),), (an_event("Lunch", "2026-10-20 12:00-13:00"),))
        desk.run("2026-11-19 14:00")
        desk.events = (*desk.events, an_event("Lunch", "fri 12:00-13:00"))
        assert desk.run("2026-11-23 08:00") == []
        assert desk.decisions.episodes == {}
        assert desk.run("2026-12-28 08:00") == ["+r/2026-12-27"]

    def test_a_block_goes_into_the_working_hours_to_come(self) -> None:
        lines = ("block: Plan a lunch", self.LUNCH, "lasts: 15m", "between: working hours")
        desk = Desk((rule(*lines),), (an_event("Lunch", "2026-10-23 12:00-13:00"),), now=at("2026-11-22 14:00"))
        assert desk.kept() == {"r/2026-11-22": "mon 09:00-09:15"}

    def test_the_time_of_day_is_kept(self) -> None:
        desk = Desk((rule("draft: note.md.j2", self.LUNCH, "at: 17:00", "to: me"),))
        desk.decisions = replace(desk.decisions, episodes={"r": date(2026, 11, 23)})
        assert desk.due() == {"r/2026-11-23": "2026-11-23 17:00"}


class TestGuards:
    LINES = ("protect: Evenings", "every: weekday", "at: 17:00-23:59", "draft: note.md.j2")
    LATE = replace(an_event("Late call", "tue 18:00-19:00", EVE), response=Response.NEEDS_ACTION)

    def test_an_invitation_in_protected_time_gets_a_drafted_answer_to_its_organizer(self) -> None:
        desk = Desk((rule(*self.LINES),), (self.LATE,))
        assert desk.run() == ["+r/Late-call-tue-18-00-19-00@x"]
        assert emails(desk.only()) == [EVE]
        assert desk.run("2026-11-23 09:00") == []

    @pytest.mark.parametrize("response", [Response.ACCEPTED, Response.DECLINED])
    def test_an_invitation_that_was_answered_gets_none(self, response: Response) -> None:
        desk = Desk((rule(*self.LINES),), (replace(self.LATE, response=response),))
        assert desk.run() == []

    def test_what_allow_lets_pass_gets_none(self) -> None:
        assert Desk((rule(*self.LINES, "allow: {title: call}"),), (self.LATE,)).run() == []

    def test_of_two_guards_only_the_stronger_answers_and_both_tell(self) -> None:
        day = ("protect: No meetings", "every: tuesday", "at: 17:30-20:00", "draft: note.md.j2", "priority: 2")
        silent = ("protect: Dinner", "every: tuesday", "at: 18:00-19:00", "priority: 1")
        desk = Desk(rules(evening=self.LINES, tuesday=day, silent=silent), (self.LATE,))
        assert {each.rule for each in desk.decide().violations} == {"evening", "tuesday", "silent"}
        assert desk.run() == ["+tuesday/Late-call-tue-18-00-19-00@x"]

    def test_the_guard_that_has_begun_to_answer_goes_on_when_a_stronger_one_is_added(self) -> None:
        desk = Desk(rules(evening=self.LINES), (self.LATE,))
        assert desk.run() == ["+evening/Late-call-tue-18-00-19-00@x"]
        desk.rules = rules(evening=self.LINES, a=(*self.LINES, "priority: 1"))
        assert desk.run("2026-11-23 09:00") == []

    def test_it_goes_when_the_invitation_moves_out_of_protected_time(self) -> None:
        desk = Desk((rule(*self.LINES),), (self.LATE,))
        (made,) = desk.run()
        moved = replace(an_event("Late call", "tue 15:00-16:00", EVE), uid=self.LATE.uid)
        desk.events = (replace(moved, response=Response.NEEDS_ACTION),)
        assert desk.run("2026-11-23 09:00") == [made.replace("+", "-")]


class TestAway:
    AWAY = whole_days("holiday", "2026-11-24", 4)

    def test_drafts_are_held_and_come_on_the_first_working_morning_back_oldest_first(self) -> None:
        events = [an_event(f"M{n}", f"mon {10 + n}:00-{11 + n}:00", f"p{n}@x.org") for n in (2, 0, 1)]
        lines = ("draft: note.md.j2", "after: {meeting: any}", "delay: 1 day", "within: 48h")
        desk = Desk((rule(*lines),), (*events, self.AWAY))
        assert sorted(desk.due().items()) == [
            ("r/M0-mon-10-00-11-00@x", "2026-11-30 09:00 late"),
            ("r/M1-mon-11-00-12-00@x", "2026-11-30 09:10 late"),
            ("r/M2-mon-12-00-13-00@x", "2026-11-30 09:20 late"),
        ]
        assert desk.run("2026-11-26 12:00") == []
        assert desk.run("2026-11-30 09:00") == ["+r/M0-mon-10-00-11-00@x"]
        assert desk.run("2026-11-30 09:10") == ["+r/M1-mon-11-00-12-00@x"]
        assert desk.run("2026-11-30 09:30") == ["+r/M2-mon-12-00-13-00@x"]

    def test_nothing_is_made_while_away_even_if_it_was_due_before(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING, self.AWAY), now=at("2026-11-24 10:00"))
        assert list(desk.due().values()) == ["2026-11-30 09:00 late"]

    def test_a_routine_that_a_later_one_replaces_is_dropped_with_its_reason(self) -> None:
        desk = Desk((rule("draft: note.md.j2", "every: weekday", "at: 09:00", "to: me"),), (self.AWAY,))
        desk.run("2026-11-23 09:00")
        assert desk.run("2026-11-30 09:00") == ["+r/2026-11-30"]
        assert desk.reasons()["r/2026-11-26"].startswith("the next one")

    def test_what_was_answered_meanwhile_is_not_drafted(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING, self.AWAY), now=at("2026-11-24 10:00"))
        desk.write("2026-11-25 10:00", EVE, BOB)
        assert desk.run("2026-11-30 09:00") == []


class TestChains:
    FIRST = ("draft: note.md.j2", "after: {meeting: any}", "to: attendees")
    NEXT = ("draft: note.md.j2", "after: {rule: first}", "delay: 7 days")

    def desk(self) -> Desk:
        return Desk(rules(first=self.FIRST, next=self.NEXT), (MEETING,))

    def test_a_rule_that_follows_drafts_sees_the_planned_and_the_made_ones(self) -> None:
        desk = self.desk()
        (followed,) = desk.due("next").items()
        assert followed[1] == "2026-11-30 15:00"
        desk.run("2026-11-23 15:00")
        assert dict([followed]) == desk.due("next")

    def test_the_guests_of_a_block_are_its_attendees_whether_it_is_planned_stands_or_is_over(self) -> None:
        coffee = ("block: Coffee", "every: tuesday", "at: 09:00-09:30", "with: {person: grace}", "invite: true")
        desk = Desk(rules(coffee=coffee, thanks=("draft: note.md.j2", "after: {rule: coffee}", "to: attendees")))
        assert emails(desk.drafts("thanks")[0]) == ["grace@example.com"]
        desk.kept()
        assert emails(desk.drafts("thanks")[0]) == ["grace@example.com"]
        desk.now = at("2026-11-24 10:00")
        assert emails(desk.drafts("thanks")[0]) == ["grace@example.com"]

    def test_sending_the_first_does_not_satisfy_the_second(self) -> None:
        desk = self.desk()
        desk.run("2026-11-23 15:00")
        desk.send(next(iter(desk.box)), "2026-11-23 16:00")
        (made,) = desk.run("2026-11-30 15:00")
        assert made.startswith("+next/")
        assert [draft.thread is not None for draft in desk.drafts("next")] == [True]

    @pytest.mark.parametrize("copy", ["cc", "bcc"])
    def test_who_got_a_copy_of_the_first_is_no_recipient_of_the_second(self, copy: str) -> None:
        first = (*self.FIRST, f"{copy}: [grace, deputy@example.com]")
        desk = Desk(rules(first=first, next=self.NEXT), (MEETING,))
        wanted = emails(desk.drafts("next")[0])
        desk.run("2026-11-23 15:00")
        assert emails(desk.drafts("next")[0]) == wanted
        desk.send(next(iter(desk.box)), "2026-11-23 16:00")
        desk.events = ()  # what is told of the first is what was remembered
        assert emails(desk.drafts("next")[0]) == wanted

    def test_deleting_the_first_ends_the_chain(self) -> None:
        desk = self.desk()
        desk.run("2026-11-23 15:00")
        desk.discard(next(iter(desk.box)))
        desk.run("2026-11-23 16:00")
        assert desk.run("2026-11-30 15:00") == []


class TestThreads:
    def test_the_newest_mail_with_the_recipients_about_the_event_is_answered(self) -> None:
        desk = Desk((rule(*THANKS),), (MEETING,))
        desk.write("2026-11-20 10:00", EVE, BOB, subject="Planning: agenda")
        desk.write("2026-11-21 10:00", EVE, BOB, subject="Re: Planning: agenda")
        desk.write("2026-11-22 10:00", EVE, subject="Planning for two")
        desk.write("2026-11-22 11:00", EVE, BOB, subject="Something else")
        assert desk.only().thread.subject == "Re: Planning: agenda"

    def test_thread_new_starts_one(self) -> None:
        desk = Desk((rule(*THANKS, "thread: new"),), (MEETING,))
        desk.write("2026-11-20 10:00", EVE, BOB, subject="Planning: agenda")
        assert desk.only().thread is None


def test_the_order_of_reading_does_not_matter() -> None:
    events = (MEETING, an_event("Other", "mon 10:00-11:00", ALAN.email), an_event("Third", "tue 09:00-10:00", EVE))
    desk = Desk((rule(*THANKS),), events)
    again = replace(desk, events=tuple(reversed(events)))
    assert desk.decide().drafts == again.decide().drafts
