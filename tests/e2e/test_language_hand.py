"""Section 8: identity, and the person's hand. What was moved, renamed or deleted stays so, whatever is lost."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from project import Project

RULE = ("block: Deep work", "every: [tue, wed]", "at: 09:00-12:00")
TUE, WED = "r/2026-11-24", "r/2026-11-25"
LOSSES = [
    (),
    ("ledger.db",),
    ("decisions.json",),
    ("ledger.db", "decisions.json"),
    ("ledger.db", "decisions.json", "cache"),
]


def lose(project: Project, names: tuple[str, ...]) -> None:
    import shutil

    project.lose(*(name for name in names if name != "cache"))
    if "cache" in names:
        shutil.rmtree(project.state / "cache", ignore_errors=True)


@pytest.fixture
def kept(project: Project) -> Project:
    """Two blocks of deep work stand in the calendar."""
    project.rule(*RULE)
    assert project.kept().keys() == [TUE, WED]
    return project


# ---------------------------------------------------------------- moved


@pytest.mark.parametrize("lost", LOSSES, ids="+".join)
def test_a_moved_block_stays_moved(kept: Project, lost: tuple[str, ...]) -> None:
    """Also after a restart, a rule edit or a lost state file."""
    kept.edit(TUE, to="2026-11-26 14:00-15:30")
    lose(kept, lost)
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-26 14:00-15:30"
    assert plan.block(TUE)["state"] == "pinned"
    kept.rule(RULE[0], RULE[1], "at: 10:00-11:00")
    lose(kept, lost)
    plan = kept.kept(now="2026-11-23T12:00")
    assert plan.at(TUE) == "2026-11-26 14:00-15:30"
    assert plan.at(WED) == "2026-11-25 10:00-11:00"


def test_a_lengthened_block_stays_so(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-24 09:00-12:45")
    assert kept.kept().at(TUE) == "2026-11-24 09:00-12:45"


def test_a_moved_block_is_pinned_and_counts_as_busy(kept: Project) -> None:
    kept.rule("block: Flexible", "every: thursday", "lasts: 1h", "between: 14:00-16:00", "priority: 1", name="f")
    assert kept.kept().blocks("f") == ["2026-11-26 14:00-15:00"]
    kept.edit(TUE, to="2026-11-26 13:30-14:30")
    assert kept.kept().blocks("f") == ["2026-11-26 14:30-15:30"]


def test_a_real_event_does_not_push_a_pinned_block(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-24 14:00-15:00")
    kept.event("2026-11-24 14:00-15:00", "Board")
    assert kept.kept().at(TUE) == "2026-11-24 14:00-15:00"


def test_a_moved_block_still_follows_the_rule_in_its_other_fields(kept: Project) -> None:
    """What the rule changed is written, what the person changed stays."""
    kept.edit(TUE, to="2026-11-24 14:00-15:00")
    kept.apply()
    kept.rule("block: Very deep work", *RULE[1:], "place: Library", "show_as: free")
    kept.kept()
    event = kept.own()[TUE]
    assert (event["SUMMARY"], event["LOCATION"], event["TRANSP"]) == ("Very deep work", "Library", "TRANSPARENT")


# ---------------------------------------------------------------- renamed, and other fields


@pytest.mark.parametrize("lost", LOSSES, ids="+".join)
def test_a_renamed_block_stays_renamed_and_its_time_follows_the_rule(kept: Project, lost: tuple[str, ...]) -> None:
    kept.edit(TUE, SUMMARY="Write the strategy")
    lose(kept, lost)
    kept.kept()
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    lose(kept, lost)
    plan = kept.kept()
    own = kept.own()
    assert (own[TUE]["SUMMARY"], own[WED]["SUMMARY"]) == ("Write the strategy", "Focus")
    assert plan.at(TUE) == "2026-11-24 10:00-11:00"
    assert plan.block(TUE)["title"] == "Write the strategy"


def test_a_renamed_block_for_which_there_is_no_room_any_more_stays_and_holds_its_time(project: Project) -> None:
    """From the moment on when that is known, not from its beginning on."""
    project.event("2026-11-24 12:00-13:00")
    project.event("2026-11-24 13:45-14:00")
    project.rule("block: Lunch", "every: tuesday", "lasts: 45m", "between: 12:00-14:00")
    assert project.kept().at(TUE) == "2026-11-24 13:00-13:45"
    project.edit(TUE, SUMMARY="Lunch with Grace")
    project.rule("block: Lunch", "every: tuesday", "lasts: 50m", "between: 12:00-14:00")
    project.rule("block: Walk", "every: tuesday", "lasts: 15m", "between: 13:15-16:00", name="walk")
    for now in ("", "2026-11-24T12:59", "2026-11-24T13:01"):
        plan = project.kept(now=now)
        assert plan.at(TUE) == "2026-11-24 13:00-13:45"
        assert plan.blocks("walk") == ["2026-11-24 14:00-14:15"]


def test_a_renamed_block_beside_a_deleted_one_of_its_day_follows_the_rule(project: Project) -> None:
    """It does not flee from itself, and where an event meets the rule by itself it holds its time."""
    project.rule("block: Tea", "every: tuesday", "at: [09:00-10:00, 14:00-15:00]")
    project.kept()
    project.delete(TUE)
    project.edit(f"{TUE}#2", SUMMARY="Tea with Grace")
    plan = project.kept()
    assert plan.blocks("r") == ["2026-11-24 14:00-15:00"]
    assert plan.skipped.keys() == {TUE}
    project.rule("block: Tea", "every: tuesday", "at: [09:00-10:00, 14:00-15:00]", "satisfied_by: {title: Tea party}")
    project.rule("block: Walk", "every: tuesday", "lasts: 15m", "between: 14:00-16:00", name="walk")
    project.event("2026-11-24 18:00-19:00", "Tea party")
    plan = project.kept()
    assert plan.blocks("r") == ["2026-11-24 14:00-15:00"]
    assert plan.blocks("walk") == ["2026-11-24 15:00-15:15"]


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("DESCRIPTION", "My own notes", "notes: Theirs"),
        ("LOCATION", "At home", "place: Office"),
        ("TRANSP", "TRANSPARENT", "show_as: busy"),
        ("CLASS", "PRIVATE", "visibility: public"),
    ],
)
def test_what_the_person_changed_stays_field_by_field(kept: Project, name: str, value: str, field: str) -> None:
    kept.edit(TUE, **{name: value})
    kept.kept()
    kept.rule("block: Focus", *RULE[1:], field)
    kept.kept()
    event = kept.own()[TUE]
    assert (event[name], event["SUMMARY"]) == (value, "Focus")


def test_what_other_programs_add_to_a_block_stays(kept: Project) -> None:
    """Another program's property, and one of the standard that the product never writes."""
    kept.edit(TUE, **{"X-MOZ-LASTACK": "20261123T070000Z", "URL": "https://example.com/doc"})
    kept.kept()
    kept.rule("block: Focus", *RULE[1:])
    kept.kept()
    event = kept.own()[TUE]
    assert (event["X-MOZ-LASTACK"], event["URL"], event["SUMMARY"]) == (
        "20261123T070000Z",
        "https://example.com/doc",
        "Focus",
    )


def test_a_hand_change_that_is_taken_back_by_hand_is_none(kept: Project) -> None:
    kept.edit(TUE, SUMMARY="Mine")
    kept.apply()
    kept.edit(TUE, SUMMARY="Deep work")
    kept.apply()
    kept.rule("block: Focus", *RULE[1:])
    kept.kept()
    assert kept.own()[TUE]["SUMMARY"] == "Focus"


# ---------------------------------------------------------------- deleted


@pytest.mark.parametrize("lost", LOSSES[:3], ids="+".join)
def test_a_deleted_block_is_not_made_again(kept: Project, lost: tuple[str, ...]) -> None:
    """A lost ledger or lost decisions lose none of the person's decisions."""
    kept.delete(TUE)
    kept.kept()
    lose(kept, lost)
    assert kept.kept().keys() == [WED]
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    assert kept.kept().keys() == [WED]


def test_a_deletion_is_seen_even_when_the_ledger_is_lost_right_after(kept: Project) -> None:
    """The next cycle has not run between the deletion and the loss: only here nothing can know."""
    kept.delete(TUE)
    kept.lose("decisions.json")
    assert kept.kept().keys() == [WED]


def test_with_both_lost_deleted_future_blocks_come_back_and_doctor_says_so(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    kept.lose("ledger.db", "decisions.json")
    done = kept.run("doctor")
    assert "deleted" in done.out + done.err
    assert kept.kept().keys() == [TUE, WED]


def test_the_next_one_comes_as_usual(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    kept.delete(WED)
    kept.apply()
    assert kept.kept(now="2026-11-27T08:00").keys() == ["r/2026-12-01", "r/2026-12-02"]


def test_a_deleted_block_of_a_period_is_not_made_again_in_that_period(project: Project) -> None:
    project.configure(horizon="2 weeks")
    project.rule("block: B", "every: week", "lasts: 1h", "between: working hours")
    project.apply()
    project.delete("r/2026-W48")
    project.apply()
    project.event("2026-11-25 09:00-12:00")
    for day in ("23", "25", "27"):
        assert project.kept(now=f"2026-11-{day}T08:00").keys()[0] == "r/2026-W49"


def test_decisions_are_readable(kept: Project) -> None:
    """`decisions.json` is small, atomic and readable."""
    import json

    kept.delete(TUE)
    kept.apply()
    text = (kept.state / "decisions.json").read_text()
    assert TUE in text
    json.loads(text)
    assert len(text) < 2000


def test_a_deleted_block_leaves_its_place_to_others(kept: Project) -> None:
    kept.rule("block: F", "every: tuesday", "lasts: 1h", "between: 11:00-14:00", name="f")
    assert kept.kept().blocks("f") == ["2026-11-24 12:00-13:00"]
    kept.delete(TUE)
    kept.delete("f/2026-11-24")
    kept.apply()
    kept.ok("reset", "f/2026-11-24")
    assert kept.kept().blocks("f") == ["2026-11-24 11:00-12:00"]


# ---------------------------------------------------------------- reset


def test_reset_forgets_that_a_block_was_moved_and_renamed(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-26 14:00-15:00", SUMMARY="Mine")
    kept.apply()
    kept.ok("reset", TUE)
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-24 09:00-12:00"
    assert plan.block(TUE)["state"] == "written"
    assert kept.own()[TUE]["SUMMARY"] == "Deep work"


def test_reset_forgets_that_a_block_was_deleted(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    kept.ok("reset", TUE)
    assert kept.kept().keys() == [TUE, WED]


def test_reset_gives_all_of_a_rule_back_to_it(kept: Project) -> None:
    kept.delete(TUE)
    kept.edit(WED, to="2026-11-25 14:00-15:00", SUMMARY="Mine")
    kept.apply()
    kept.ok("reset", "r")
    plan = kept.kept()
    assert plan.keys() == [TUE, WED]
    assert plan.at(WED) == "2026-11-25 09:00-12:00"
    refused = kept.run("reset", "r")
    assert (refused.status, "nothing of rule `r` was changed" in refused.err) == (2, True)


def test_what_was_undone_comes_back_when_its_rule_is_reset(kept: Project) -> None:
    assert "`agendad reset`" in kept.ok("undo", "--yes").err
    assert kept.kept().keys() == []
    kept.ok("reset", "r")
    assert kept.kept().keys() == [TUE, WED]


def test_reset_forgets_a_change_that_no_cycle_has_seen(kept: Project) -> None:
    kept.delete(TUE)
    kept.edit(WED, SUMMARY="Mine")
    kept.ok("reset", TUE)
    kept.ok("reset", WED)
    assert kept.kept().keys() == [TUE, WED]
    assert kept.own()[WED]["SUMMARY"] == "Deep work"


def test_reset_of_an_unknown_key_is_wrong_usage_and_names_the_nearest(kept: Project) -> None:
    done = kept.run("reset", "r/2026-11-42")
    assert done.status == 2
    assert done.out == ""


# ---------------------------------------------------------------- copies, other calendars


def test_a_copy_belongs_to_the_person(kept: Project) -> None:
    """An event is the product's own only if it has the mark and the UID of its key."""
    text = kept.file_of(TUE).read_text()
    copy = kept.calendars / "personal" / "copy.ics"
    lines = [("UID:copy" if line.startswith("UID:") else line) for line in text.splitlines()]
    copy.write_text("\r\n".join(lines).replace("20261124T", "20261127T") + "\r\n", newline="")
    before = copy.read_bytes()
    kept.apply()
    kept.rule("block: Focus", *RULE[1:])
    assert kept.apply().status == 0
    assert kept.plan().changes == []
    kept.ok("purge", "--yes")
    assert kept.files() == [copy]
    assert copy.read_bytes() == before


def test_a_copy_is_busy_as_any_event_of_the_person(kept: Project) -> None:
    text = kept.file_of(TUE).read_text()
    lines = [("UID:copy" if line.startswith("UID:") else line) for line in text.splitlines()]
    copy = kept.calendars / "personal" / "copy.ics"
    copy.write_text("\r\n".join(lines).replace("20261124T", "20261127T") + "\r\n", newline="")
    kept.rule("block: F", "every: friday", "lasts: 1h", "between: 11:00-14:00", name="f")
    assert kept.kept().blocks("f") == ["2026-11-27 12:00-13:00"]


def test_a_block_that_was_moved_to_another_calendar_is_not_made_twice(kept: Project) -> None:
    file = kept.file_of(TUE)
    file.rename(kept.calendars / "family" / file.name)
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-24 09:00-12:00"
    assert kept.file_of(TUE).parent.name == "family"


@pytest.mark.parametrize("lost", LOSSES[:3], ids="+".join)
def test_a_block_deleted_on_another_calendar_is_deleted(kept: Project, lost: tuple[str, ...]) -> None:
    file = kept.file_of(TUE)
    file.rename(kept.calendars / "family" / file.name)
    kept.apply()
    kept.delete(TUE)
    kept.apply()
    lose(kept, lost)
    assert kept.kept().keys() == [WED]


def test_a_block_moved_into_a_calendar_that_is_not_read_is_gone_for_the_person(kept: Project) -> None:
    """What cannot be seen cannot be told from a deletion, and must not be made twice."""
    file = kept.file_of(TUE)
    (kept.calendars / "archive").mkdir()
    file.rename(kept.calendars / "archive" / file.name)
    assert kept.kept().keys() == [WED]
    assert len(kept.own()) == 2


def test_a_block_under_another_file_name_is_the_same_block(kept: Project) -> None:
    file = kept.file_of(TUE)
    file.rename(file.with_name("renamed-by-sync.ics"))
    assert kept.kept().keys() == [TUE, WED]
    kept.rule("block: Focus", *RULE[1:])
    kept.kept()
    assert len(kept.files()) == 2
    assert kept.own()[TUE]["SUMMARY"] == "Focus"


# ---------------------------------------------------------------- rules that go


@pytest.mark.parametrize("way", ["removed", "disabled"])
def test_a_rule_that_goes_has_its_future_untouched_blocks_removed(project: Project, way: str) -> None:
    """Past ones stay as history; what the person touched stays."""
    project.rule("block: B", "every: day", "at: 09:00-10:00")
    project.apply()
    project.edit("r/2026-11-27", to="2026-11-27 15:00-16:00")
    project.edit("r/2026-11-28", SUMMARY="Mine")
    project.apply(now="2026-11-25T12:00")
    if way == "removed":
        (project.config / "rules" / "r.yaml").unlink()
    else:
        project.rule("block: B", "every: day", "at: 09:00-10:00", "enabled: false")
    project.apply("--yes", now="2026-11-25T12:00")
    assert sorted(project.own()) == [f"r/2026-11-{day}" for day in (23, 24, 25, 27, 28)]
    assert project.plan(now="2026-11-25T12:00").changes == []


def test_a_rule_that_comes_back_finds_its_blocks_and_decisions(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    kept.rule(*RULE, "enabled: false")
    kept.apply()
    assert kept.own() == {}
    kept.rule(*RULE)
    assert kept.kept().keys() == [WED]


def test_a_disabled_rule_is_still_checked(project: Project) -> None:
    project.rule("block: B", "every: frday", "at: 09:00-10:00", "enabled: no")
    assert project.problems()


def test_a_renamed_rule_keeps_its_history_with_moved_from(kept: Project) -> None:
    kept.rule("block: Deep work", "every: [tue, wed, thu]", "at: 09:00-12:00")
    kept.apply()
    kept.delete(TUE)
    kept.edit(WED, to="2026-11-25 14:00-16:00", SUMMARY="Mine")
    kept.apply()
    (kept.config / "rules" / "r.yaml").unlink()
    kept.rule("block: Deep work", "every: [tue, wed, thu]", "at: 09:00-12:00", "moved_from: r", name="focus")
    plan = kept.kept()
    assert plan.blocks() == ["2026-11-25 14:00-16:00", "2026-11-26 09:00-12:00"]
    assert len(kept.own()) == 2
    assert "Mine" in [str(event["SUMMARY"]) for event in kept.own().values()]


@pytest.mark.parametrize("lost", LOSSES[:2], ids="+".join)
def test_a_rule_renamed_again_keeps_its_history(kept: Project, lost: tuple[str, ...]) -> None:
    """`moved_from` names the id before the last renaming; the line may then stay."""
    kept.edit(TUE, to="2026-11-24 14:00-16:00")
    kept.delete(WED)
    kept.apply()
    for old, new in (("r", "focus"), ("focus", "deep")):
        (kept.config / "rules" / f"{old}.yaml").unlink()
        kept.rule(*RULE, f"moved_from: {old}", name=new)
        kept.kept()
    lose(kept, lost)
    plan = kept.kept()
    assert plan.blocks() == ["2026-11-24 14:00-16:00"]
    assert {block["rule"] for block in plan.of()} == {"deep"}
    assert kept.kept(now="2026-12-01T08:00").blocks() == ["2026-12-01 09:00-12:00", "2026-12-02 09:00-12:00"]


def test_without_moved_from_a_renamed_rule_is_a_new_one(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply()
    (kept.config / "rules" / "r.yaml").unlink()
    kept.rule(*RULE, name="focus")
    assert kept.kept().keys() == ["focus/2026-11-24", "focus/2026-11-25"]


# ---------------------------------------------------------------- the past


def test_the_past_is_history_and_is_never_touched(kept: Project) -> None:
    """An occurrence that began in the past is never written or moved."""
    text = kept.file_of(TUE).read_bytes()
    kept.event("2026-11-24 09:00-12:00", "Was there all the time")
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    kept.apply(now="2026-11-24T13:00")
    assert kept.file_of(TUE).read_bytes() == text


def test_a_new_rule_writes_nothing_into_the_past_of_today(project: Project) -> None:
    project.rule("block: B", "every: week", "lasts: 1h", "between: 09:00-18:00", "prefer: mon 10:00")
    (block,) = project.plan(now="2026-11-23T15:20").blocks()[:1]
    assert block >= "2026-11-23 15:30"


def test_a_past_block_that_was_deleted_stays_deleted(kept: Project) -> None:
    kept.delete(TUE)
    kept.apply(now="2026-11-25T08:00")
    assert TUE not in kept.own()


# ---------------------------------------------------------------- odd hands


def test_a_block_moved_onto_the_next_one_pushes_it_as_a_real_event_would(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-25 09:00-10:00")
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-25 09:00-10:00"
    assert plan.at(WED) == "2026-11-25 10:00-12:00"


def test_a_block_that_was_made_all_day_stays_so(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-24")
    assert kept.kept().at(TUE) == "2026-11-24"


def test_a_block_that_was_made_a_series_is_left_alone(kept: Project) -> None:
    import icalendar

    kept.edit(TUE, RRULE=icalendar.vRecur.from_ical("FREQ=WEEKLY;COUNT=3"))
    before = kept.file_of(TUE).read_bytes()
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    kept.apply()
    assert kept.plan().changes == []
    assert b"FREQ=WEEKLY" in kept.file_of(TUE).read_bytes()
    assert before.count(b"RRULE") == 1


def test_a_block_that_was_cancelled_by_hand_is_deleted(kept: Project) -> None:
    """Some calendar programs cancel instead of deleting."""
    kept.edit(TUE, STATUS="CANCELLED")
    plan = kept.kept()
    assert plan.at(TUE) == ""
    kept.lose("ledger.db")
    assert kept.kept().at(TUE) == ""


def test_a_block_to_which_guests_were_added_is_touched(kept: Project) -> None:
    """A rule that goes takes only its untouched blocks along."""
    import icalendar

    kept.edit(TUE, ATTENDEE=icalendar.vCalAddress("mailto:bob@example.com"))
    kept.rule(*RULE, "enabled: false")
    kept.apply()
    assert list(kept.own()) == [TUE]


def test_one_piece_of_two_times_is_deleted_alone(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: [09:00-10:00, 14:00-15:00]")
    project.apply()
    project.delete("r/2026-11-24#2")
    assert project.kept().keys() == ["r/2026-11-24"]
    project.lose("ledger.db")
    assert project.kept().keys() == ["r/2026-11-24"]


def test_one_piece_of_a_split_total_is_moved_alone(project: Project) -> None:
    project.rule("block: W", "every: week", "lasts: 2h", "split: 1h", "at_most: 1 per day", "between: 13:00-18:00")
    project.apply()
    first, second = (key for key in sorted(project.own()) if key.startswith("r/2026-W48"))
    project.edit(second, to="2026-11-27 15:00-16:00")
    plan = project.kept()
    assert plan.at(second) == "2026-11-27 15:00-16:00"
    assert plan.at(first)[:10] != "2026-11-27"
    assert sum(key.startswith("r/2026-W48") for key in project.own()) == 2


def test_deleting_a_piece_of_a_split_total_does_not_make_another(project: Project) -> None:
    project.rule("block: W", "every: week", "lasts: 2h", "split: 1h", "at_most: 1 per day", "between: 13:00-18:00")
    project.apply()
    project.delete("r/2026-W48")
    project.kept()
    assert [key for key in project.own() if key.startswith("r/2026-W48")] == ["r/2026-W48#2"]


def test_a_block_split_by_a_meeting_is_whole_again_when_it_goes(project: Project) -> None:
    project.rule("block: B", "every: tuesday", "at: 09:00-12:00", "yield: split")
    event = project.event("2026-11-24 10:00-11:00")
    assert project.kept().keys() == ["r/2026-11-24", "r/2026-11-24#2"]
    event.unlink()
    assert project.kept().blocks() == ["2026-11-24 09:00-12:00"]
    assert list(project.own()) == ["r/2026-11-24"]


def test_undo_holds_in_the_next_cycle(kept: Project) -> None:
    """Every change can be undone; a timer that did it again five minutes later would make that a joke."""
    kept.ok("undo", "--yes")
    assert kept.own() == {}
    kept.ok("run", "--once", now="2026-11-23T08:05")
    assert kept.own() == {}
    kept.ok("reset", TUE)
    assert kept.kept().keys() == [TUE]


def test_a_change_by_hand_while_a_rule_was_off_is_kept(kept: Project) -> None:
    kept.edit(TUE, to="2026-11-24 15:00-16:00")
    kept.rule(*RULE, "enabled: false")
    kept.apply()
    kept.rule(*RULE)
    assert kept.kept().at(TUE) == "2026-11-24 15:00-16:00"


def test_moved_from_holds_with_a_lost_ledger_and_is_harmless_when_left_in_the_file(kept: Project) -> None:
    kept.edit(WED, SUMMARY="Mine")
    kept.apply()
    (kept.config / "rules" / "r.yaml").unlink()
    kept.rule(*RULE, "moved_from: r", name="focus")
    lose(kept, ("ledger.db",))
    for _ in range(2):
        plan = kept.kept()
        assert plan.blocks() == ["2026-11-24 09:00-12:00", "2026-11-25 09:00-12:00"]
        assert len(kept.own()) == 2
        assert [block["title"] for block in plan.of()] == ["Deep work", "Mine"]
        assert {block["rule"] for block in plan.of()} == {"focus"}


def test_moved_from_keeps_a_renamed_block_with_its_rule(kept: Project) -> None:
    kept.edit(WED, SUMMARY="Mine")
    kept.apply()
    (kept.config / "rules" / "r.yaml").unlink()
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00", "moved_from: r", name="focus")
    plan = kept.kept()
    assert [(block["title"], block["rule"]) for block in plan.of()] == [("Focus", "focus"), ("Mine", "focus")]
    assert plan.blocks() == ["2026-11-24 10:00-11:00", "2026-11-25 10:00-11:00"]
    assert plan.skipped == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sync_program_that_writes_files_anew_is_no_hand(kept: Project, newline: str) -> None:
    """Another order of properties, other line ends, UTC instead of a zone, another DTSTAMP: the same event."""
    for key, event in kept.own().items():
        start, end = (event[name].dt.astimezone(UTC) for name in ("DTSTART", "DTEND"))
        lines = [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//sync//EN",
            "BEGIN:VEVENT",
            f"X-AGENDAD-DIGEST:{event['X-AGENDAD-DIGEST']}",
            f"X-AGENDAD-KEY:{key}",
            "X-AGENDAD-RULE:r",
            f"DTEND:{end:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            "DTSTAMP:20261123T120000Z",
            f"SUMMARY:{event['SUMMARY']}",
            f"UID:{event['UID']}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        kept.file_of(key).write_bytes(newline.join(lines).encode())
    plan = kept.plan()
    assert plan.changes == []
    assert [block["state"] for block in plan.of()] == ["written", "written"]
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    assert {block["title"] for block in kept.kept().of()} == {"Focus"}


# ---------------------------------------------------------------- occurrences that end while the rule lives on


@pytest.mark.parametrize(
    "edit", [("every: wed",), ("every: [tue, wed]", "except: [2026-11-24]")], ids=["trigger", "except"]
)
def test_a_touched_block_outlives_its_occurrence_and_an_untouched_one_does_not(
    kept: Project, edit: tuple[str, ...]
) -> None:
    kept.rule("block: B", "every: [tue, wed]", "at: 14:00-15:00", name="other")
    kept.apply()
    kept.edit(TUE, to="2026-11-24 16:00-17:00")
    kept.apply()
    kept.rule("block: Deep work", *edit, "at: 09:00-12:00")
    kept.rule("block: B", *edit, "at: 14:00-15:00", name="other")
    plan = kept.kept()
    assert sorted(kept.own()) == ["other/2026-11-25", TUE, WED]
    assert plan.at(TUE) == "2026-11-24 16:00-17:00"


def test_life_does_not_take_a_moved_block_away(kept: Project) -> None:
    kept.rule(*RULE, "satisfied_by: {title: focus}")
    kept.edit(TUE, to="2026-11-24 14:00-16:00")
    kept.apply()
    kept.event("2026-11-24 10:00-11:00", "Focus time")
    assert kept.kept().at(TUE) == "2026-11-24 14:00-16:00"


def test_another_calendar_to_write_in_makes_nothing_twice(kept: Project) -> None:
    kept.edit(TUE, SUMMARY="Mine")
    kept.apply()
    kept.configure(calendar="{provider: local, path: calendars/, write: family, read: [personal, family]}")
    assert kept.kept().keys() == [TUE, WED]
    own = kept.own()  # fails when a key stands twice
    assert own[TUE]["SUMMARY"] == "Mine"
    kept.delete(WED)
    assert kept.kept().keys() == [TUE]


def test_blocks_left_in_another_calendar_still_follow_their_rule(kept: Project) -> None:
    """Whether the person dragged them there or changed `write:`; the calendar has to be a folder that is read."""
    kept.configure(calendar="{provider: local, path: calendars/, write: family, read: [personal, family]}")
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    assert kept.kept().blocks() == ["2026-11-24 10:00-11:00", "2026-11-25 10:00-11:00"]
    assert {path.parent.name for path in kept.files()} == {"personal"}
    kept.rule(*RULE, "enabled: false")
    kept.kept()
    assert kept.files() == []


def test_purge_reaches_what_was_written_before_the_calendar_changed(kept: Project) -> None:
    kept.configure(calendar="{provider: local, path: calendars/, write: family, read: [personal, family]}")
    kept.ok("purge", "--yes")
    assert kept.files() == []


def test_purge_removes_a_block_that_was_made_a_series_whole(kept: Project) -> None:
    import icalendar

    kept.edit(TUE, RRULE=icalendar.vRecur.from_ical("FREQ=WEEKLY"))
    kept.kept()
    kept.ok("purge", "--yes")
    assert kept.files() == []


def test_blocks_that_were_put_into_one_file_are_changed_in_one_cycle(kept: Project) -> None:
    import icalendar

    one, other = kept.file_of(TUE), kept.file_of(WED)
    calendar = icalendar.Calendar.from_ical(one.read_bytes())
    calendar.add_component(icalendar.Calendar.from_ical(other.read_bytes()).walk("VEVENT")[0])
    one.write_bytes(calendar.to_ical())
    other.unlink()
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    assert kept.kept().blocks() == ["2026-11-24 10:00-11:00", "2026-11-25 10:00-11:00"]
    assert kept.files() == [one]
    kept.rule(*RULE, "enabled: false")
    kept.kept()
    assert kept.files() == []


def test_a_conflict_copy_of_a_sync_program_does_not_push_its_block_away(kept: Project) -> None:
    """The copy is the block once more; it goes when the block moves, and would else show it twice."""
    file = kept.file_of(TUE)
    copy = file.with_name("block.sync-conflict-20261123-080000.ics")
    copy.write_bytes(file.read_bytes())
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-24 09:00-12:00"
    kept.rule("block: Deep work", RULE[1], "at: 10:00-13:00")
    plan = kept.kept()
    assert plan.at(TUE) == "2026-11-24 10:00-13:00"
    assert len(kept.own()) == 2  # fails when a key stands twice


@pytest.mark.parametrize("words", [("apply",), ("purge", "--yes")], ids=["apply", "purge"])
def test_blocks_that_an_export_holds_are_neither_made_twice_nor_asked_to_go(
    kept: Project, words: tuple[str, ...]
) -> None:
    """A calendar in a single file is only read."""
    import icalendar

    export, *others = (icalendar.Calendar.from_ical(path.read_bytes()) for path in kept.files())
    for other in others:
        export.add_component(other.walk("VEVENT")[0])
    (kept.calendars / "export.ics").write_bytes(export.to_ical())
    kept.configure(calendar="{provider: local, path: calendars/, write: personal, read: [personal, export]}")
    kept.kept()
    kept.rule("block: Focus", RULE[1], "at: 10:00-11:00")
    assert kept.kept().blocks() == ["2026-11-24 10:00-11:00", "2026-11-25 10:00-11:00"]
    kept.rule(*RULE, "enabled: false")
    kept.ok(*words)
    kept.kept()
    assert [path.name for path in kept.files()] == ["export.ics"]


def test_a_block_read_once_more_without_its_marks_does_not_push_itself_away(kept: Project) -> None:
    """As in an export, or on a server that drops X- properties."""
    for path in kept.files():
        lines = path.read_bytes().replace(b"\r\n ", b"").split(b"\r\n")
        bare = b"\r\n".join(line for line in lines if not line.startswith(b"X-AGENDAD"))
        (kept.calendars / "family" / path.name).write_bytes(bare)
    assert kept.kept().blocks() == ["2026-11-24 09:00-12:00", "2026-11-25 09:00-12:00"]
    kept.rule("block: Deep work", RULE[1], "at: 10:00-13:00")
    assert kept.kept().blocks() == ["2026-11-24 10:00-13:00", "2026-11-25 10:00-13:00"]


def test_a_block_that_lost_its_marks_is_the_persons_and_not_made_twice(kept: Project) -> None:
    for path in kept.files():
        lines = path.read_bytes().replace(b"\r\n ", b"").split(b"\r\n")
        path.write_bytes(b"\r\n".join(line for line in lines if not line.startswith(b"X-AGENDAD")))
    kept.kept()
    lose(kept, ("ledger.db", "decisions.json"))
    kept.rule("block: Deep work", RULE[1], "at: 13:00-14:00")
    assert kept.kept().blocks() == []
    assert len(kept.files()) == 2


def test_of_two_copies_that_differ_the_one_moved_by_hand_counts(kept: Project) -> None:
    file = kept.file_of(TUE)
    text = file.read_bytes()
    kept.edit(TUE, to="2026-11-24 14:00-15:00")
    file.with_name("a.sync-conflict.ics").write_bytes(text)
    assert kept.kept().at(TUE) == "2026-11-24 14:00-15:00"


def test_two_names_for_one_calendar_are_harmless(kept: Project) -> None:
    (kept.calendars / "family").rmdir()
    (kept.calendars / "family").symlink_to("personal")
    assert kept.kept().blocks() == ["2026-11-24 09:00-12:00", "2026-11-25 09:00-12:00"]


def test_a_default_that_another_program_spells_out_is_no_hand(kept: Project) -> None:
    """Evolution and Outlook write CLASS:PUBLIC into every event (RFC 5545, 3.8.1.3: the default)."""
    kept.edit(TUE, CLASS="PUBLIC")
    assert [block["state"] for block in kept.kept().of()] == ["written", "written"]
    kept.rule(*RULE, "visibility: public")
    kept.kept()
    kept.edit(WED, CLASS=None)
    kept.kept()
    kept.rule(*RULE, "enabled: false")
    kept.kept()
    assert kept.own() == {}


def test_two_hands_on_one_block_over_several_cycles(kept: Project) -> None:
    """First moved, then renamed, then moved back: the title stays the person's, the time is the rule's again."""
    kept.edit(TUE, to="2026-11-24 14:00-17:00")
    kept.apply()
    kept.edit(TUE, SUMMARY="Mine")
    kept.apply()
    kept.edit(TUE, to="2026-11-24 09:00-12:00")
    kept.apply()
    kept.rule("block: Focus", RULE[1], "at: 08:00-11:00")
    plan = kept.kept()
    assert (plan.at(TUE), plan.block(TUE)["title"]) == ("2026-11-24 08:00-11:00", "Mine")
