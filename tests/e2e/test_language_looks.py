"""Section 5: what a block looks like, in the plan and in the calendar file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project import ME

if TYPE_CHECKING:
    import icalendar
    from project import Project

RULE = ("every: tuesday", "at: 09:00-12:00")
KEY = "r/2026-11-24"


def written(project: Project, *lines: str) -> icalendar.Event:
    project.rule(*RULE, *(lines if any(line.startswith("block") for line in lines) else ("block: B", *lines)))
    project.kept()
    return project.own()[KEY]


def test_busy_is_the_default(project: Project) -> None:
    event = written(project)
    assert (event["SUMMARY"], event.get("TRANSP", "OPAQUE")) == ("B", "OPAQUE")


def test_free(project: Project) -> None:
    assert written(project, "show_as: free")["TRANSP"] == "TRANSPARENT"
    assert project.plan().block(KEY)["show_as"] == "free"


def test_a_free_block_still_holds_its_place_among_own_blocks_and_real_events(project: Project) -> None:
    project.rule("block: A", *RULE, "show_as: free", name="a")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 09:00-14:00", name="b")
    assert project.plan().blocks("b") == ["2026-11-24 12:00-13:00"]


def test_notes_place_and_visibility(project: Project) -> None:
    event = written(project, "notes: Phone off", "place: Library", "visibility: private")
    assert (event["DESCRIPTION"], event["LOCATION"], event["CLASS"]) == ("Phone off", "Library", "PRIVATE")
    assert written(project, "visibility: public")["CLASS"] == "PUBLIC"
    event = written(project)
    assert not {"DESCRIPTION", "LOCATION", "CLASS"} & set(event) or event["CLASS"] == "PUBLIC"


def test_color(project: Project) -> None:
    assert written(project, "color: turquoise")["COLOR"] == "turquoise"


def test_kind_is_shown_and_an_ordinary_event_on_disk(project: Project) -> None:
    written(project, "kind: focus")
    assert project.plan().block(KEY)["kind"] == "focus"
    written(project, "kind: away")
    assert project.plan().block(KEY)["kind"] == "away"


def test_an_away_block_of_the_product_is_no_absence(project: Project) -> None:
    """Never an event that the product wrote itself."""
    project.configure(away='{titles: ["/holiday/i"]}')
    project.rule("block: Holiday", "every: tuesday", "lasts: 1 day", "kind: away", name="a")
    project.rule("block: B", "every: tuesday", "at: 09:00-10:00", "except: [away]", name="b")
    assert project.kept().keys("b") == ["b/2026-11-24"]


@pytest.mark.parametrize(
    ("remind", "triggers"), [("10m", ["-PT10M"]), ("[10m, 1h]", ["-PT10M", "-PT1H"]), ("1 day", ["-P1D"])]
)
def test_reminders(project: Project, remind: str, triggers: list[str]) -> None:
    event = written(project, f"remind: {remind}")
    found = [alarm["TRIGGER"].to_ical().decode() for alarm in event.walk("VALARM")]
    assert sorted(found) == sorted(triggers)


def test_notes_from_a_template(project: Project) -> None:
    project.write("templates/checklist.md.j2", "- one\n- two\n")
    event = written(project, "notes: checklist.md.j2")
    assert str(event["DESCRIPTION"]).strip() == "- one\n- two"


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Deep work"), ("fr", "Travail de fond"), ("fr-CA", "Travail de fond")]
)
def test_a_title_in_several_languages(project: Project, language: str, title: str) -> None:
    project.configure(language=language)
    assert written(project, "block: {en: Deep work, fr: Travail de fond}")["SUMMARY"] == title


def test_titles_are_text_whatever_they_look_like(project: Project) -> None:
    """`12:30`, `no` and `010` mean what they look like."""
    for title in ("no", "010", "12:30", "1e3", "~", "2026-11-24"):
        assert written(project, f"block: {title}")["SUMMARY"] == title


def test_hostile_titles_survive_the_way_to_the_file_and_back(project: Project) -> None:
    event = written(project, r'block: "Comma, semi; back\\slash — “é” 🎉"')
    assert event["SUMMARY"] == r"Comma, semi; back\slash — “é” 🎉"
    assert project.plan().changes == []


# ---------------------------------------------------------------- invite

COFFEE = ("block: Coffee", "every: tuesday", "at: 09:00-09:30", "with: {group: team}")


@pytest.fixture
def coffee(project: Project) -> Project:
    """A coffee with a colleague, who is invited and has accepted."""
    project.people("people: {grace: {name: Grace Hopper, emails: [Grace@example.org, g@home.org], groups: [team]}}\n")
    project.rule(*COFFEE, "invite: true")
    assert project.plan().raw["changes"][0]["guests"] == ["grace@example.org"]
    project.kept()
    path = project.file_of(KEY)
    path.write_bytes(path.read_bytes().replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED;X-SYNC=1"))
    return project


def seats(project: Project) -> dict[str, str]:
    """Who takes part, and their answers."""
    found = project.own()[KEY].get("ATTENDEE", [])
    listed = found if isinstance(found, list) else [found]
    return {str(each).removeprefix("mailto:"): each.params["PARTSTAT"] for each in listed}


def test_a_colleague_is_invited_without_a_mail(project: Project, coffee: Project) -> None:
    event = project.own()[KEY]
    assert (event["SUMMARY"], event["ORGANIZER"]) == ("Coffee: Grace Hopper", f"mailto:{ME}")
    assert "DESCRIPTION" not in event
    (guest,) = (each for each in event["ATTENDEE"] if "grace" in each)
    assert guest.params["SCHEDULE-AGENT"] == "NONE"


def test_with_notify_the_server_behind_the_calendar_may_write(project: Project) -> None:
    project.people("people: {grace: {emails: [grace@example.org], groups: [team]}}\n")
    project.rule(*COFFEE, "invite: true", "notify: true")
    project.kept()
    assert all("SCHEDULE-AGENT" not in each.params for each in project.own()[KEY]["ATTENDEE"])


def test_the_answer_of_a_guest_is_no_change_by_hand_and_stays(coffee: Project) -> None:
    both = {ME: "ACCEPTED", "grace@example.org": "ACCEPTED"}
    assert coffee.kept().block(KEY)["state"] == "written"
    coffee.rule(*COFFEE, "invite: true", "place: Kitchen")
    coffee.kept()
    assert (coffee.own()[KEY]["LOCATION"], seats(coffee)) == ("Kitchen", both)
    assert coffee.file_of(KEY).read_bytes().count(b"X-SYNC=1") == 1
    coffee.rule(*COFFEE)
    coffee.kept()
    assert (seats(coffee), coffee.own()[KEY]["DESCRIPTION"]) == ({}, "Grace Hopper <grace@example.org>")
    assert "ORGANIZER" not in coffee.own()[KEY]


def test_an_untouched_invitation_goes_with_its_rule_and_is_taken_back_by_undo(coffee: Project) -> None:
    coffee.rule(*COFFEE, "invite: true", "enabled: false")
    coffee.apply()
    assert coffee.own() == {}
    coffee.ok("undo", "--yes")
    assert coffee.own()[KEY]["SUMMARY"] == "Coffee: Grace Hopper"


def test_a_guest_who_was_added_by_hand_stays_and_keeps_the_block(coffee: Project) -> None:
    import icalendar

    event = coffee.own()[KEY]
    coffee.edit(KEY, ATTENDEE=[*event["ATTENDEE"], icalendar.vCalAddress("mailto:bob@example.com")])
    coffee.rule("block: Tea", *COFFEE[1:], "invite: true")
    plan = coffee.kept()
    assert plan.block(KEY)["guests"] == ["bob@example.com", "grace@example.org"]
    assert plan.block(KEY)["title"] == "Tea: Grace Hopper"
    coffee.rule(*COFFEE, "enabled: false")
    coffee.apply()
    assert list(coffee.own()) == [KEY]
    assert "guests" in coffee.ok("explain", KEY).out


def test_an_invitation_that_is_over_was_a_meeting(coffee: Project) -> None:
    before, after = (
        coffee.ok("people", "--json", now=f"2026-11-24T{clock}").json["people"][0]["last_contact"]
        for clock in ("09:29", "09:30")
    )
    assert before is None
    assert after["title"] == "Coffee: Grace Hopper"


# ---------------------------------------------------------------- show_as: auto

AUTO = ("block: B", "every: tuesday", "lasts: 30m", "show_as: auto")


def shown(project: Project, now: str = "") -> str:
    return str(project.plan(now=now).block(KEY)["show_as"])


def test_auto_is_free_while_the_block_has_other_places_to_go(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-18:00")
    assert shown(project) == "free"


def test_auto_is_busy_when_no_other_place_is_left_in_its_window(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-10:00")
    project.event("2026-11-24 09:30-10:00")
    assert shown(project) == "busy"


def test_auto_is_busy_when_less_than_room_is_left(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-11:00", "room: 2h")
    assert shown(project) == "busy"
    project.rule(*AUTO, "between: 09:00-11:00", "room: 1h")
    assert shown(project) == "free"


def test_auto_is_busy_when_fewer_than_slots_are_left(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-10:30", "slots: 9")
    assert shown(project) == "busy"
    project.rule(*AUTO, "between: 09:00-10:30", "slots: 1")
    assert shown(project) == "free"


def test_auto_is_busy_when_the_block_begins_within_lead(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-18:00")
    project.apply()
    assert shown(project, now="2026-11-24T08:20") == "free"
    assert shown(project, now="2026-11-24T08:40") == "busy"
    project.rule(*AUTO, "between: 09:00-18:00", "lead: 1h")
    assert shown(project, now="2026-11-24T08:20") == "busy"


def test_auto_turns_busy_as_the_day_fills_and_the_change_is_an_update(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-11:00")
    assert project.kept().block(KEY)["show_as"] == "free"
    project.event("2026-11-24 09:30-11:00")
    assert project.plan().changes == [("update", KEY)]
    assert project.kept().block(KEY)["show_as"] == "busy"
    assert project.own()[KEY]["TRANSP"] == "OPAQUE"


def test_a_person_who_shows_an_auto_block_as_busy_keeps_it_so(project: Project) -> None:
    project.rule(*AUTO, "between: 09:00-18:00")
    project.apply()
    project.edit(KEY, TRANSP="OPAQUE")
    assert project.kept().block(KEY)["show_as"] == "busy"


@pytest.mark.parametrize(
    "lines",
    [
        ["every: monday", "lasts: 30m"],
        ["every: monday", "lasts: 30m", "yield: split"],
        ["every: monday", "lasts: 30m", "yield: shrink"],
        ["every: monday", "lasts: 30m-2h"],
        ["every: week", "lasts: 2h", "split: 30m-1h", "at_most: 1 per day"],
    ],
    ids=", ".join,
)
def test_an_auto_block_that_begins_soon_is_shown_alike_before_and_after_it_was_written(
    project: Project, lines: list[str]
) -> None:
    """An hour ahead it no longer moves by itself, but it still gives way to real events: it has other places to go."""
    project.rule("block: B", *lines, "between: working hours", "show_as: auto")
    for block in project.kept().of():
        assert block["show_as"] == "free", block
