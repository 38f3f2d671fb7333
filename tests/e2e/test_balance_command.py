"""`agendad balance` through the command line: the range, what counts, the targets, the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from project import invite
from test_json import differences, documented

if TYPE_CHECKING:
    from project import Project

BOB, EVE = "bob@example.com", "eve@other.org"
CATEGORIES = """
  meetings: {meeting: any, target: "<= 50%"}
  clients: {meeting: external, target: 30%-50% of meetings}
  focus: {rule: deep-work, target: ">= 6h"}"""


@pytest.fixture
def week(project: Project) -> Project:
    """Three hours of meetings, one of them external, three alone, and deep work on three mornings to come."""
    project.event("2026-11-18 10:00-12:00", "Staff", *invite(BOB))
    project.event("2026-11-19 10:00-11:00", "Pitch", *invite(EVE))
    project.event("2026-11-20 13:00-16:00", "Writing")
    project.rules("deep-work: {block: Deep work, every: [tue, wed, thu], at: 09:00-12:00}")
    project.apply()
    return project


def minutes(found: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["minutes"] for each in found["categories"]}


def test_the_last_thirty_days_end_with_today(week: Project) -> None:
    found = week.ok("balance", "--json").json
    assert (found["from"], found["to"]) == ("2026-10-25", "2026-11-23")
    assert minutes(found) == {"Internal meetings": 120, "External meetings": 60, "One-on-ones": 180}
    assert (found["other"]["minutes"], found["minutes"]) == (180, 360)


def test_the_future_is_what_is_planned(week: Project) -> None:
    found = week.ok("balance", "--from", "2026-11-23", "--to", "2026-11-29", "--json").json
    assert minutes(found) == {"Internal meetings": 0, "External meetings": 0, "One-on-ones": 0, "Deep work": 540}
    assert [(each["from"], each["to"]) for each in found["periods"]] == [("2026-11-23", "2026-11-29")]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (("--days", "7"), "2026-11-17", "2026-11-23"),
        (("--days", "7", "--to", "2026-11-20"), "2026-11-14", "2026-11-20"),
        (("--days", "7", "--from", "2026-11-01"), "2026-11-01", "2026-11-07"),
        (("--from", "2026-11-01"), "2026-11-01", "2026-11-23"),
        (("--from", "2026-11-25"), "2026-11-25", "2026-11-29"),
        (("--to", "2026-01-31"), "2026-01-02", "2026-01-31"),
    ],
)
def test_a_range_is_given_by_its_ends_or_its_length(
    project: Project, words: tuple[str, ...], first: str, last: str
) -> None:
    found = project.ok("balance", "--json", *words).json
    assert (found["from"], found["to"]) == (first, last)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--days", "0"), "--days 0: a number from 1 to 3660 is due here"),
        (("--days", "week"), "--days week: a number from 1 to 3660 is due here"),
        (("--from", "yesterday"), "--from yesterday: expected a date"),
        (("--from", "2026-11-20", "--to", "2026-11-10"), "the range 2026-11-20 to 2026-11-10 is empty"),
        (("--to", "2027-11-10"), "2027-11-10 is after the horizon, which ends on 2026-11-29"),
        (("--from", "9999-12-31"), "9999-12-31 is after the horizon"),
        (("--from", "2026-11-29", "--days", "2"), "2026-11-30 is after the horizon"),
        (("--from", "1900-01-01"), "the range 1900-01-01 to 2026-11-23 is longer than ten years"),
        (
            ("--from", "2026-11-01", "--to", "2026-11-02", "--days", "3"),
            "--days, --from and --to together say too much",
        ),
    ],
)
def test_a_range_that_cannot_be_is_wrong_usage(project: Project, words: tuple[str, ...], message: str) -> None:
    done = project.run("balance", *words)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_targets_are_judged_over_the_range(week: Project) -> None:
    week.configure(categories=CATEGORIES)
    found = week.ok("balance", "--from", "2026-11-16", "--to", "2026-11-29", "--json").json
    judged = {each["name"]: (each["measured"], each["verdict"], each["difference"]) for each in found["categories"]}
    assert judged == {
        "meetings": (20.0, "within", 0.0),
        "clients": (33.33, "within", 0.0),
        "focus": (540, "below", -180.0),
    }
    table = week.ok("balance", "--from", "2026-11-16", "--to", "2026-11-29").out
    assert "at least 6 h a week" in table
    assert "3 h too little" in table


def test_what_holds_no_time_is_left_out(week: Project) -> None:
    week.configure(away='{titles: ["holiday"]}', tentative="free")
    before = week.ok("balance", "--json").json
    week.event("2026-11-20 09:00-10:00", "Declined", *invite(EVE, me="DECLINED"))
    week.event("2026-11-20 09:00-10:00", "Perhaps", *invite(EVE, me="NEEDS-ACTION"))
    week.event("2026-11-20 09:00-10:00", "Free", "TRANSP:TRANSPARENT")
    week.event("2026-11-16", "Holiday")
    week.rule("protect: Evenings", "every: weekday", "at: 18:00-22:00", name="evenings")
    week.apply()
    assert week.ok("balance", "--json").json == before


def test_a_protected_window_counts_where_a_category_names_it(week: Project) -> None:
    week.rule("protect: Evenings", "every: weekday", "at: 18:00-22:00", name="evenings")
    week.apply()
    week.configure(categories="{evenings: {rule: evenings}}")
    found = week.ok("balance", "--from", "2026-11-23", "--to", "2026-11-29", "--json").json
    assert minutes(found) == {"evenings": 5 * 240}


def test_the_calendar_of_another_zone_tells_its_days(project: Project) -> None:
    project.event("2026-11-18 23:30-23:59", "Late", *invite(EVE))
    project.configure(timezone="Asia/Tokyo")
    found = project.ok("balance", "--from", "2026-11-18", "--to", "2026-11-18", "--json").json
    assert found["minutes"] == 0


def test_the_page_is_written_and_said(week: Project) -> None:
    week.configure(language="fr", categories=CATEGORIES)
    page = week.root / "page.html"
    done = week.ok("balance", "--html", str(page))
    assert done.err == f"wrote {page}\n"
    html = page.read_text("utf-8")
    assert "Où est passé le temps" in html
    assert "Semaine par semaine" in html
    missing = week.run("balance", "--html", str(week.root / "no/page.html"))
    assert missing.status == 2
    assert "cannot be written" in missing.err


def test_nothing_is_written_by_reading(week: Project) -> None:
    before = {path: path.read_bytes() for path in week.files()}
    week.ok("balance")
    week.ok("signals")
    assert {path: path.read_bytes() for path in week.files()} == before


def test_the_output_has_the_documented_names(week: Project) -> None:
    week.configure(categories=CATEGORIES)
    real = week.ok("balance", "--json").json
    assert real["categories"]
    assert real["periods"]
    assert not differences(documented("balance"), real)


def test_a_category_of_an_unknown_rule_is_told_with_its_place(project: Project) -> None:
    project.configure(categories="{focus: {rule: deep-wrk}}")
    project.rules("deep-work: {block: Deep work, every: day, at: 09:00-10:00}")
    done = project.run("balance")
    assert done.status == 1
    assert "did you mean `deep-work`?" in done.err
