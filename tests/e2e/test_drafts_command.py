"""`agendad drafts`, and what `undo`, `reset` and `purge` do with drafts, through the command and a Maildir."""

from __future__ import annotations

import email
import email.policy
from typing import TYPE_CHECKING

import pytest
from test_json import differences, documented
from test_language_drafts import EVE, OTHER, THANKS, Office

if TYPE_CHECKING:
    from pathlib import Path

KEY = "r/pilot@x"
NOON = "2026-11-23T15:30"


@pytest.fixture
def made(tmp_path: Path) -> Office:
    """A draft that was made after a meeting; another comes tomorrow."""
    office = Office(tmp_path)
    office.rule(*THANKS)
    office.event("2026-11-23 14:00-15:00", "Pilot", *OTHER, uid="pilot@x")
    office.event("2026-11-24 14:00-15:00", "Review", *OTHER, uid="review@x")
    office.apply()
    office.apply(now=NOON)
    assert office.drafts().keys() == {KEY}
    return office


def edit(office: Office) -> None:
    (path,) = office.files_in(".Drafts")
    path.write_bytes(path.read_bytes().replace(b"thank you", b"many thanks"))


def send(office: Office) -> None:
    """The person sends the draft: the mail program files it in Sent."""
    (path,) = office.files_in(".Drafts")
    path.rename(office.mail / ".Sent/cur" / "sent:2,S")


def delete(office: Office) -> None:
    (path,) = office.files_in(".Drafts")
    path.unlink()


def states(office: Office, now: str = NOON) -> list[tuple[str, str]]:
    return [(each["key"], each["state"]) for each in office.ok("drafts", "--json", now=now).json["drafts"]]


class TestDrafts:
    def test_a_line_tells_when_what_became_of_it_to_whom_the_subject_and_the_key(self, made: Office) -> None:
        assert made.ok("drafts", now=NOON).out == (f"2026-11-23 15:30  in Drafts  {EVE}  Pilot: next steps  {KEY}\n")

    def test_json_tells_the_same_and_why(self, made: Office) -> None:
        shown = made.ok("drafts", "--json", now=NOON).json
        assert not differences(documented("drafts"), shown)
        (draft,) = shown["drafts"]
        assert draft.pop("why")[0].startswith("after ")
        assert draft == {
            "key": KEY,
            "rule": "r",
            "to": [EVE],
            "subject": "Pilot: next steps",
            "due": "2026-11-23T15:30:00+01:00",
            "made": "2026-11-23T15:30:00+01:00",
            "state": "in-drafts",
            "run": 1,
            "message": "",
        }

    @pytest.mark.parametrize(("hand", "state"), [(edit, "edited"), (send, "sent"), (delete, "deleted")])
    def test_what_the_person_did_is_told_before_the_next_cycle_and_after_it(self, made: Office, hand, state) -> None:
        hand(made)
        assert states(made) == [(KEY, state)]
        made.apply(now="2026-11-23T16:00")
        assert states(made, now="2026-11-23T16:00") == [(KEY, state)]

    def test_one_that_was_in_vain_is_told_as_withdrawn_with_its_reason(self, made: Office) -> None:
        made.send(EVE, "Mon, 23 Nov 2026 15:40:00 +0100")
        made.apply(now="2026-11-23T16:00")
        assert states(made) == [(KEY, "withdrawn")]
        assert len(made.ok("drafts", "--json").json["drafts"][0]["why"]) > 1

    def test_with_the_ledger_lost_the_mailbox_still_tells(self, made: Office) -> None:
        made.lose("ledger.db")
        (draft,) = made.ok("drafts", "--json", now=NOON).json["drafts"]
        assert (draft["key"], draft["state"], draft["run"], draft["to"]) == (KEY, "in-drafts", None, [EVE])

    def test_looking_changes_nothing(self, made: Office) -> None:
        delete(made)
        before = {path: path.read_bytes() for path in made.state.glob("*.*")}
        made.ok("drafts", now=NOON)
        made.ok("drafts", "--next", now=NOON)
        assert {path: path.read_bytes() for path in made.state.glob("*.*")} == before

    def test_filters_have_to_hold_together_and_the_newest_is_first(self, made: Office) -> None:
        late = "2026-11-24T16:00"
        made.apply(now=late)
        assert [key for key, _ in states(made, now=late)] == ["r/review@x", KEY]

        def keys(*words: str) -> list[str]:
            return [each["key"] for each in made.ok("drafts", "--json", *words, now=late).json["drafts"]]

        assert keys("-n", "1") == ["r/review@x"]
        assert keys("--since", "2026-11-24") == keys("--since", "today") == ["r/review@x"]
        assert keys("--rule", "r") == ["r/review@x", KEY]
        assert keys("--rule", "other") == []
        assert "nothing of that kind" in made.ok("drafts", "--rule", "other").err

    def test_what_comes_next_is_what_the_plan_says(self, made: Office) -> None:
        done = made.ok("drafts", "--next", now=NOON)
        assert done.out == f"2026-11-24 15:30  {EVE}  Review: next steps  r/review@x\n"
        assert made.ok("drafts", "--next", "--json", now=NOON).json["next"] == made.plan(now=NOON).raw["drafts"]
        assert made.ok("drafts", "--next", now="2026-11-24T16:00").out.startswith("now  ")
        assert made.ok("drafts", "--next", now="2026-11-27T16:00").out.startswith("now, late  ")
        assert made.ok("drafts", "--next", "--rule", "other", now=NOON).out == ""

    def test_those_in_drafts_are_written_as_they_lie_there(self, made: Office, tmp_path: Path) -> None:
        edit(made)
        done = made.ok("drafts", "--eml", str(tmp_path / "out"), now=NOON)
        assert f"wrote 1 mail to {tmp_path / 'out'}" in done.err
        (file,) = (tmp_path / "out").iterdir()
        assert file.name.startswith("2026-11-23T1530-r-pilot-x-")
        assert file.suffix == ".eml"
        assert file.read_bytes() == made.files_in(".Drafts")[0].read_bytes()
        send(made)
        made.ok("drafts", "--eml", str(tmp_path / "none"), now=NOON)
        assert list((tmp_path / "none").iterdir()) == []

    def test_those_to_come_are_written_as_they_would_be_made(self, made: Office, tmp_path: Path) -> None:
        late = "2026-11-24T16:00"
        made.ok("drafts", "--next", "--eml", str(tmp_path / "out"), now=late)
        (file,) = (tmp_path / "out").iterdir()
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        assert message["Subject"] == "Review: next steps"
        made.apply(now=late)
        assert file.read_bytes() in {path.read_bytes() for path in made.files_in(".Drafts")}

    def test_a_folder_that_cannot_be_written_is_said(self, made: Office, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = made.run("drafts", "--eml", str(tmp_path / "file"), now=NOON)
        assert done.status == 2
        assert f"{tmp_path / 'file'}: " in done.err

    def test_without_a_mailbox_or_drafts_that_is_said(self, project) -> None:
        done = project.ok("drafts")
        assert "no mailbox is configured" in done.err
        assert "no draft was made yet" in done.err
        assert project.ok("drafts", "--json").json == {"version": 1, "drafts": [], "next": [], "problems": []}

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("-n", "-1"), "-n is at least 0"),
            (("--next", "--since", "today"), "--since asks for drafts that were made"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, made: Office, words, said) -> None:
        done = made.run("drafts", *words)
        assert (done.status, done.out) == (2, "")
        assert said in done.err

    def test_with_a_broken_rule_it_says_so_and_exits_1(self, made: Office) -> None:
        made.rule("draft: note.md.j2", "aftr: {meeting: external}")
        assert made.run("drafts", "--json").status == 1


def test_status_counts_the_drafts_of_the_last_run(made: Office) -> None:
    assert "0 created, 0 updated, 0 deleted, 1 draft made, 0 withdrawn\n" in made.ok("status", now=NOON).out
    made.send(EVE, "Mon, 23 Nov 2026 15:40:00 +0100")
    made.apply(now="2026-11-23T16:00")
    last = made.ok("status", "--json", now="2026-11-23T16:00").json["last_run"]
    assert (last["number"], last["drafted"], last["withdrawn"]) == (2, 0, 1)


class TestTakingBack:
    def test_undo_takes_an_untouched_draft_back_and_it_is_not_made_again(self, made: Office) -> None:
        done = made.run("undo", now=NOON)
        assert done.status == 5
        assert f"×  {EVE}  Pilot: next steps" in done.err
        assert made.drafts().keys() == {KEY}
        done = made.ok("undo", "--yes", now=NOON)
        assert done.out == "1 draft removed; `agendad drafts` lists them\n"
        assert made.drafts() == {}
        made.apply(now="2026-11-23T16:00")
        assert made.drafts() == {}
        assert "taken back by `agendad undo`" in made.plan(now="2026-11-23T16:00").skipped[KEY]

    def test_undo_reaches_events_and_drafts_of_the_same_apply_alike(self, made: Office) -> None:
        made.rules("deep: {block: Deep work, every: wed, at: 09:00-12:00}", file="b.yaml")
        made.apply(now="2026-11-23T16:00")
        assert made.ok("undo", "--yes", "--json", now="2026-11-23T16:00").json["drafts"] == []
        assert made.drafts().keys() == {KEY}
        done = made.ok("undo", "--yes", "--json", now="2026-11-23T16:00").json
        assert (done["changes"], [each["key"] for each in done["drafts"]]) == ([], [KEY])
        assert made.drafts() == {}

    @pytest.mark.parametrize(("hand", "said"), [(edit, "keeps what the person changed"), (send, "it was sent")])
    def test_an_edited_or_sent_draft_stays_and_is_told(self, made: Office, hand, said) -> None:
        hand(made)
        folders = [path.name for folder in (".Drafts", ".Sent") for path in made.files_in(folder)]
        done = made.ok("undo", "--yes", now=NOON)
        assert f"{KEY} stays as it is ({said})" in done.err
        assert done.out == "nothing to take back\n"
        assert [path.name for folder in (".Drafts", ".Sent") for path in made.files_in(folder)] == folders
        made.apply(now="2026-11-23T16:00")
        assert len(made.files_in(".Drafts")) + len(made.files_in(".Sent")) == 1

    @pytest.mark.parametrize("losing", ["", "ledger.db"])
    def test_reset_forgets_that_a_draft_was_deleted(self, made: Office, losing: str) -> None:
        delete(made)
        made.apply(now="2026-11-23T16:00")
        assert made.drafts() == {}
        if losing:
            made.lose(losing)
        assert KEY in made.ok("reset", KEY, now="2026-11-23T16:00").out
        made.apply(now="2026-11-23T16:10")
        assert made.drafts().keys() == {KEY}

    def test_reset_at_once_after_a_deletion_or_an_undo_lets_it_be_made(self, made: Office) -> None:
        delete(made)
        made.ok("reset", KEY, now="2026-11-23T16:00")
        made.apply(now="2026-11-23T16:00")
        assert made.drafts().keys() == {KEY}
        made.ok("undo", "--yes", now="2026-11-23T16:00")
        made.ok("reset", KEY, now="2026-11-23T16:00")
        made.apply(now="2026-11-23T16:10")
        assert made.drafts().keys() == {KEY}

    @pytest.mark.parametrize(
        ("hand", "said"),
        [
            (lambda _: None, "was not changed by hand"),
            (edit, "was edited and stays"),
            (send, "was sent, and is not made again"),
        ],
    )
    def test_reset_says_why_there_is_nothing_to_forget(self, made: Office, hand, said: str) -> None:
        hand(made)
        done = made.run("reset", KEY, now=NOON)
        assert (done.status, done.out) == (2, "")
        assert said in done.err

    def test_reset_knows_the_keys_of_drafts(self, made: Office) -> None:
        assert f"did you mean `{KEY}`?" in made.run("reset", "r/pilot@y", now=NOON).err

    def test_purge_removes_what_nobody_touched_and_the_rules_may_make_it_again(self, made: Office) -> None:
        made.apply(now="2026-11-24T16:00")
        assert len(made.drafts()) == 2
        first = made.files_in(".Drafts")[0]
        first.write_bytes(first.read_bytes().replace(b"thank you", b"many thanks"))
        done = made.run("purge", now="2026-11-24T16:00")
        assert done.status == 5
        done = made.ok("purge", "--yes", "--json", now="2026-11-24T16:00").json
        (removed,) = done["drafts"]
        assert not differences(documented("apply")["drafts"], done["drafts"])
        assert (removed["action"], removed["status"], len(done["left"])) == ("delete", "done", 1)
        assert made.files_in(".Drafts") == [first]
        made.apply(now="2026-11-24T16:10")
        assert made.drafts().keys() == {KEY, "r/review@x"}
        assert first in made.files_in(".Drafts")
