"""`protect:` holds its window, names the invitations that land in it, and caps the load of a day (sections 1 and 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from project import ME, invite

if TYPE_CHECKING:
    from project import Project

EVENINGS = ("protect: Evenings are mine", "every: weekday", "at: 17:00-23:59")
BOB = invite("bob@example.com", organizer="bob@example.com")


def test_a_protect_rule_holds_its_window_busy_under_the_day_as_key(project: Project) -> None:
    project.rule(*EVENINGS)
    plan = project.kept()
    assert plan.keys() == [f"r/2026-11-{day}" for day in (23, 24, 25, 26, 27)]
    assert plan.at("r/2026-11-24") == "2026-11-24 17:00-23:59"
    event = project.own()["r/2026-11-24"]
    assert event["SUMMARY"] == "Evenings are mine"
    assert event["TRANSP"] == "OPAQUE"


def test_each_invitation_that_lands_in_it_is_reported_and_the_hold_keeps_its_place(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 16:30-17:30", "Late", *BOB, uid="late")
    project.event("2026-11-24 16:00-17:00", "In time", *BOB)
    project.event("2026-11-25 18:00-19:00", "Free", "TRANSP:TRANSPARENT", *BOB)
    plan = project.kept()
    assert ("r", "Late") in plan.violations
    assert ("r", "In time") not in plan.violations
    assert plan.at("r/2026-11-24") == "2026-11-24 17:00-23:59"
    (violation,) = (each for each in plan.raw["violations"] if each["title"] == "Late")
    assert (violation["event"], violation["start"]) == ("late", "2026-11-24T16:30:00+01:00")


def test_allow_lets_an_event_in_without_a_report(project: Project) -> None:
    project.rule(*EVENINGS, 'allow: {title: "/urgent|incident/i"}')
    project.event("2026-11-24 18:00-19:00", "Incident 42", *BOB)
    project.event("2026-11-25 18:00-19:00", "Chat", *BOB)
    assert project.plan().violations == [("r", "Chat")]


def test_declined_and_cancelled_invitations_are_none(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 18:00-19:00", "No", *invite("b@x.org", organizer="b@x.org", me="DECLINED"))
    project.event("2026-11-24 18:00-19:00", "Off", "STATUS:CANCELLED", *BOB)
    assert project.plan().violations == []


def test_an_unanswered_invitation_is_reported(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 18:00-19:00", "Maybe", *invite("b@x.org", organizer="b@x.org", me="NEEDS-ACTION"))
    assert project.plan().violations == [("r", "Maybe")]


def test_what_the_person_planned_alone_is_no_invitation(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 18:00-19:00", "Yoga")
    assert project.plan().violations == []


def test_violations_are_those_of_the_asked_range(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 18:00-19:00", "Tue", *BOB)
    project.event("2026-11-26 18:00-19:00", "Thu", *BOB)
    assert project.plan("--from", "2026-11-25").violations == [("r", "Thu")]


def test_each_instance_of_a_series_is_reported_with_its_own_identity(project: Project) -> None:
    project.rule(*EVENINGS)
    project.event("2026-11-24 18:00-19:00", "Series", "RRULE:FREQ=DAILY;COUNT=2", *BOB, uid="s")
    events = [each["event"] for each in project.plan().raw["violations"]]
    assert events == ["s@20261124T170000Z", "s@20261125T170000Z"]


def test_flexible_blocks_stay_out_of_a_protected_window(project: Project) -> None:
    project.rule("protect: Mine", "every: tuesday", "at: 13:00-17:00")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00", name="b")
    assert project.plan().blocks("b") == ["2026-11-24 17:00-18:00"]


# ---------------------------------------------------------------- the load cap

CAP = ("protect: Enough meetings", "every: weekday", "meetings: {above: 5h}")


def test_a_cap_holds_the_rest_of_the_working_hours_once_meetings_pass_the_bound(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-13:00", "Long", *BOB)
    project.event("2026-11-24 13:00-14:30", "Longer", *BOB)
    plan = project.kept()
    assert plan.keys()[0] == "r/2026-11-24"
    assert plan.blocks()[-1] == "2026-11-24 14:30-18:00"


def test_a_cap_does_nothing_up_to_its_bound(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-14:00", "Exactly", *BOB)
    assert project.plan().blocks() == []


def test_only_meetings_count_for_the_cap(project: Project) -> None:
    """A meeting has at least one other human attendee who has not declined."""
    project.rule(*CAP)
    project.event("2026-11-24 09:00-13:00", "Alone")
    project.event("2026-11-24 13:00-14:30", "Meeting", *BOB)
    project.event("2026-11-25 09:00-15:00", "Declined by me", *invite("bob@example.com", me="DECLINED"))
    project.event("2026-11-26 09:00-15:00", "Declined by all others", *invite("bob@example.com DECLINED"))
    assert project.plan().blocks() == []


def test_meetings_at_the_same_time_count_once(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-12:00", "One", *BOB)
    project.event("2026-11-24 09:00-12:00", "Two", *BOB)
    assert project.plan().blocks() == []


def test_the_cap_goes_when_the_meetings_go(project: Project) -> None:
    project.rule(*CAP)
    event = project.event("2026-11-24 09:00-14:30", "Long", *BOB)
    assert project.kept().blocks() != []
    event.unlink()
    assert project.kept().blocks() == []
    assert project.own() == {}


def test_a_cap_covers_no_meeting_and_no_time_after_work(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-14:30", "Long", *BOB)
    project.event("2026-11-24 15:30-16:00", "Late", *BOB)
    for block in project.plan().of():
        assert block["end"] <= "2026-11-24T15:30:00+01:00" or block["start"] >= "2026-11-24T16:00:00+01:00"
        assert "2026-11-24T09:00" <= block["start"] < block["end"] <= "2026-11-24T18:00:00+01:00"


def test_the_second_hold_of_a_day_is_number_two(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-14:30", "Long", *BOB)
    project.event("2026-11-24 15:30-16:00", "Late", *BOB)
    plan = project.plan()
    assert plan.keys() == ["r/2026-11-24", "r/2026-11-24#2"]
    assert plan.blocks() == ["2026-11-24 14:30-15:30", "2026-11-24 16:00-18:00"]


def test_the_person_is_no_other_attendee(project: Project) -> None:
    project.rule(*CAP)
    project.event("2026-11-24 09:00-15:00", "Me only", *invite(organizer=ME))
    assert project.plan().blocks() == []
