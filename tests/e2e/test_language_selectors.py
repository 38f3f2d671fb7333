"""Section 4, key by key: one calendar, and for each selector the events that it matches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project import invite

if TYPE_CHECKING:
    from project import Project

BOB, CAROL, CHAIR, EVE = "bob@example.com", "carol@example.com", "chair@example.org", "eve@other.net"


def calendar(project: Project) -> None:
    """Twelve events of one week; `declined` and `cancelled` never match."""
    at = project.event
    at("2026-11-24 09:00-09:15", "Stand-up", *invite(BOB, CAROL, organizer="ada@example.com"), uid="standup")
    at("2026-11-24 10:00-10:30", "Ada / Bob", *invite(BOB, organizer=BOB), uid="one")
    board = ("LOCATION:Salle Élysée", "DESCRIPTION:Bring the papers #strategy\\, all of them")
    at("2026-11-24 14:00-16:00", "Board", *board, *invite(CHAIR, BOB, organizer=CHAIR), uid="board")
    at("2026-11-24 18:00-19:00", "Gym", "TRANSP:TRANSPARENT", "DESCRIPTION:#strategyless", uid="gym")
    at("2026-11-25 10:00-11:00", "Chat", *invite(EVE, organizer=EVE, me="TENTATIVE"), uid="tentative")
    at("2026-11-25 11:00-12:00", "Budget", *invite(BOB, CAROL, organizer=CAROL, me="NEEDS-ACTION"), uid="unanswered")
    at("2026-11-25 19:00-21:00", "Dîner chez Zoé", "RRULE:FREQ=YEARLY", uid="dinner", calendar="family")
    at("2026-11-26", "Fair", uid="fair")
    crowd = invite(CHAIR, *(f"p{n}@example.com" for n in range(9)), organizer=CHAIR)
    at("2026-11-26 09:00-10:00", "All hands", *crowd, uid="crowd")
    at("2026-11-26 11:00-11:45", "Nobody came", *invite(f"{EVE} DECLINED"), uid="left")
    room = "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room-4@example.com"
    at("2026-11-26 15:00-15:45", "Focus in room 4", room, *invite(), uid="room")
    at("2026-11-27 09:00-10:00", "Board", *invite(CHAIR, me="DECLINED"), uid="declined")
    at("2026-11-27 09:00-10:00", "Board", "STATUS:CANCELLED", *invite(CHAIR), uid="cancelled")
    project.people("""
        groups: [team, empty]
        people:
          bob: {name: Bob, emails: [bob@example.com], groups: [team], tier: 1}
          carol: {name: Carol, emails: [carol@example.com, carol@home.net], groups: [team], tier: 2}
          chair: {name: The Chair, emails: [chair@example.org], tier: 1}
    """)


MATCHES = {
    # title: contained, case-insensitive, accents folded; or a regular expression
    "{title: board}": "board",
    "{title: DINER}": "dinner",
    '{title: "/^B/"}': "board unanswered",
    '{title: "/BOARD/i"}': "board",
    '{title: "/BOARD/"}': "",
    "{title: [gym, fair]}": "gym fair",
    "{calendar: family}": "dinner",
    "{calendar: [family, personal], title: gym}": "gym",
    # a meeting has at least one other human attendee who has not declined
    "{meeting: any}": "standup one board tentative unanswered crowd",
    "{meeting: external}": "board tentative crowd",
    "{meeting: internal}": "standup one unanswered",
    "{meeting: one-on-one}": "one tentative",
    "{meeting: none}": "gym dinner fair left room",
    "{meeting: [one-on-one, none], on: tue}": "one gym",
    # attendees
    "{attendees: {any: [bob@example.com]}}": "standup one board unanswered",
    '{attendees: {any: ["*@example.org"]}}': "board crowd",
    "{attendees: {any: [bob]}}": "standup one board unanswered",
    "{attendees: {any: [group:team]}}": "standup one board unanswered",
    "{attendees: {any: [tier:1]}}": "standup one board unanswered crowd",
    "{attendees: {all: [bob, chair@example.org]}}": "board",
    "{attendees: {all: [bob, carol]}}": "standup unanswered",
    "{attendees: {none: [bob]}, meeting: any}": "tentative crowd",
    '{attendees: {count: "8-12"}}': "crowd",
    '{attendees: {any: [BOB@EXAMPLE.COM], none: ["*@example.org"]}}': "standup one unanswered",
    # organizer: the same words, or me
    "{organizer: chair@example.org}": "board crowd",
    "{organizer: me, meeting: any}": "standup",
    "{organizer: [bob, eve@other.net]}": "one tentative",
    '{organizer: "*@example.org"}': "board crowd",
    # length
    '{lasts: ">= 1h", meeting: any}': "board tentative unanswered crowd",
    '{lasts: "> 1h", all_day: no}': "board dinner",
    '{lasts: "< 30m"}': "standup",
    '{lasts: "<= 30m"}': "standup one",
    "{lasts: 30m-45m, meeting: none}": "left room",
    # the rest
    "{response: tentative}": "tentative",
    "{response: needs-action}": "unanswered",
    "{response: [tentative, needs-action]}": "tentative unanswered",
    "{response: accepted, meeting: any}": "standup one board crowd",
    "{response: declined}": "",
    "{show_as: free, all_day: false}": "gym",
    "{show_as: busy, on: tue}": "standup one board",
    "{all_day: yes}": "fair",
    "{location: elysee}": "board",
    "{tag: strategy}": "board",
    '{tag: "#strategy"}': "board",
    "{recurring: yes}": "dinner",
    "{recurring: no, on: wed}": "tentative unanswered",
    "{on: [wed, thu], meeting: any}": "tentative unanswered crowd",
    "{between: 13:00-17:00}": "board room",
    # all keys must hold; any and not combine
    "{title: board, calendar: family}": "",
    "{any: [{title: gym}, {all_day: yes}]}": "gym fair",
    "{meeting: any, not: {meeting: external}}": "standup one unanswered",
    "{any: [{title: gym}, {title: board}], not: {meeting: any}}": "gym",
}


@pytest.mark.parametrize("selector", MATCHES)
def test_a_selector_matches(project: Project, selector: str) -> None:
    calendar(project)
    project.rule("block: B", f"after: {selector}", "lasts: 5m", "within: 24h", "may_overlap: [blocks]")
    plan = project.plan()
    keys = {*plan.keys(), *plan.skipped}
    assert {key.removeprefix("r/").partition("@2")[0] for key in keys} == set(MATCHES[selector].split())


def test_every_key_of_the_document_is_known_and_any_other_is_not(project: Project) -> None:
    project.rule("block: B", "after: {titel: x}", "lasts: 5m")
    (problem,) = project.problems()
    assert "title" in problem["hint"]


def test_a_group_is_known_when_somebody_has_it_or_it_is_declared(project: Project) -> None:
    """Any other is an error."""
    calendar(project)
    project.rule("block: B", "after: {attendees: {any: [group:nobody]}}", "lasts: 5m")
    assert project.run("check").status == 1
    project.rule("block: B", "after: {attendees: {any: [group:empty]}}", "lasts: 5m")
    assert project.run("check").status == 0


# ---------------------------------------------------------------- busy


@pytest.mark.parametrize(
    ("extra", "busy"),
    [
        ((), True),
        (("TRANSP:TRANSPARENT",), False),
        (("STATUS:CANCELLED",), False),
        (("STATUS:TENTATIVE",), True),
        (invite(EVE, me="DECLINED"), False),
        (invite(EVE, me="NEEDS-ACTION"), True),
        (invite(EVE, me="TENTATIVE"), True),
        (invite(EVE), True),
    ],
)
def test_busy_is_opaque_not_cancelled_and_not_declined(project: Project, extra: tuple[str, ...], busy: bool) -> None:
    project.event("2026-11-24 13:00-14:00", "E", *extra)
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-15:00")
    assert project.plan().blocks() == ["2026-11-24 14:00-15:00" if busy else "2026-11-24 13:00-14:00"]


def test_tentative_free_makes_unanswered_invitations_free(project: Project) -> None:
    project.configure(tentative="free")
    project.event("2026-11-24 13:00-14:00", "Unanswered", *invite(EVE, me="NEEDS-ACTION"))
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-15:00")
    assert project.plan().blocks() == ["2026-11-24 13:00-14:00"]
    project.event("2026-11-24 13:00-14:00", "Accepted", *invite(EVE))
    assert project.plan().blocks() == ["2026-11-24 14:00-15:00"]


def test_only_read_and_write_calendars_are_busy(project: Project) -> None:
    project.configure(calendar="{provider: local, path: calendars/, write: personal, read: [family]}")
    project.event("2026-11-24 13:00-14:00", "W", calendar="personal")
    project.event("2026-11-24 14:00-15:00", "R", calendar="family")
    project.event("2026-11-24 15:00-16:00", "X", calendar="other")
    project.rule("block: B", "every: tuesday", "lasts: 1h", "between: 13:00-18:00")
    assert project.plan().blocks() == ["2026-11-24 15:00-16:00"]


def test_an_all_day_event_is_busy_only_when_it_is_an_absence(project: Project) -> None:
    project.configure(away='{titles: ["/holiday/i"]}')
    project.event("2026-11-24", "Birthday")
    project.event("2026-11-25", "Holiday in Brest")
    project.rule("block: B", "every: tue-wed", "lasts: 1h", "between: 13:00-15:00")
    plan = project.plan()
    assert plan.days() == ["2026-11-24"]
    assert list(plan.skipped) == ["r/2026-11-25"]
