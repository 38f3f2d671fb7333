"""Drafts on disk: where they lie, what mail programs see of them, and what becomes of them under other hands."""

from __future__ import annotations

import mailbox
import os
import resource
import shutil
import signal
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from maildir_world import DRAFT, NOW, drafts, files_of, made, only, saved

from agendad.errors import ProviderError
from agendad.model.identity import event_id
from agendad.providers.maildir.folders import Folder
from agendad.providers.maildir.mailbox import Maildir
from agendad.providers.mime import compose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from agendad.ports import MailOutcome

NAME = f"{event_id(DRAFT.key)}.agendad:2,DS"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path / "Mail")


def test_the_first_draft_makes_the_folder_for_its_owner_alone(root: Path) -> None:
    saved(root)
    folder = root / ".Drafts"
    assert sorted(path.name for path in folder.iterdir()) == ["cur", "maildirfolder", "new", "tmp"]
    assert files_of(folder) == [f"cur/{NAME}", "maildirfolder"]
    assert (folder / "cur" / NAME).read_bytes() == compose(DRAFT)
    assert {path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir()) if path.is_dir()} == {0o700}
    assert (folder / "cur" / NAME).stat().st_mode & 0o777 == 0o600


def test_the_standard_library_reads_the_draft_as_any_mail_program_does(root: Path) -> None:
    saved(root)
    box = mailbox.Maildir(root, create=False)
    assert box.list_folders() == ["Drafts"]
    (mail,) = box.get_folder("Drafts")
    assert mail.get_flags() == "DS"
    assert mail.get_subdir() == "cur"
    assert mail["Message-ID"] == f"<{event_id(DRAFT.key)}@agendad.invalid>"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_half_made_folder_is_completed(root: Path) -> None:
    (root / ".Drafts" / "cur").mkdir(parents=True)
    saved(root)
    assert sorted(path.name for path in (root / ".Drafts").iterdir()) == ["cur", "new", "tmp"]


def test_folders_without_a_dot_serve_where_they_alone_are_there(tmp_path: Path) -> None:
    root = tmp_path / "Mail"
    for name in ("INBOX", "Drafts", "Sent"):
        made(root / name)
    saved(root)
    assert files_of(root / "Drafts") == [f"cur/{NAME}"]
    assert Maildir(root).read(NOW).counts == {"INBOX": 0, "Drafts": 1, "Sent": 0}


def test_the_folder_with_a_dot_comes_first(root: Path) -> None:
    made(root / "Drafts")
    made(root / ".Drafts")
    saved(root)
    assert files_of(root / ".Drafts") == [f"cur/{NAME}"]


def test_a_mailbox_that_never_was_is_empty_until_the_first_draft_makes_it(tmp_path: Path) -> None:
    box = Maildir(tmp_path / "new" / "Mail")
    assert box.read(NOW).counts == {}
    assert box.save_draft(DRAFT).status == "done"
    assert only(Maildir(tmp_path / "new" / "Mail", used=True)).key == DRAFT.key


def test_a_missing_mailbox_that_was_used_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProviderError) as stopped:
        Maildir(tmp_path / "Mail", used=True).read(NOW)
    assert stopped.value.exit_status == 3
    assert str(tmp_path / "Mail") in stopped.value.message
    assert "mkdir" in stopped.value.hint
    assert "mounted" in stopped.value.hint


@pytest.mark.parametrize("other", [False, True])
def test_a_missing_mailbox_that_was_read_before_any_draft_is_not_made_anew(tmp_path: Path, other: bool) -> None:
    """Its disk may come back, and hide what was put there meanwhile."""
    (tmp_path / "Mail").mkdir()
    Maildir(tmp_path / "Mail", cache=tmp_path / "cache").read(NOW)
    (tmp_path / "Mail").rename(tmp_path / "away")
    if other:
        assert Maildir(tmp_path / "Other", cache=tmp_path / "cache").read(NOW).counts == {}
        return
    with pytest.raises(ProviderError, match="there is no such mail folder"):
        Maildir(tmp_path / "Mail", cache=tmp_path / "cache").read(NOW)
    (tmp_path / "away").rename(tmp_path / "Mail")
    assert Maildir(tmp_path / "Mail", cache=tmp_path / "cache").read(NOW).counts["Drafts"] == 0


RENAMED = {
    "flagged": f"cur/{NAME.replace('DS', 'DFS')}",
    "unread": f"cur/{NAME.replace('DS', '')}",
    "without flags": f"cur/{NAME.partition(':')[0]}",
    "not seen yet": f"new/{NAME.partition(':')[0]}",
    "filed by another program": "cur/1795420800.M1P2.host,S=1234:2,D",
}


@pytest.mark.parametrize("name", RENAMED.values(), ids=RENAMED)
def test_a_draft_is_known_under_any_name(root: Path, name: str) -> None:
    seen = only(saved(root))
    (root / ".Drafts" / "cur" / NAME).rename(root / ".Drafts" / name)
    box = Maildir(root)
    again = only(box)
    assert (again.key, again.etag, again.edited) == (DRAFT.key, seen.etag, False)
    assert box.save_draft(DRAFT).status == "conflict"
    assert Maildir(root).save_draft(DRAFT).status == "conflict"
    assert box.remove_draft(again).status == "done"
    assert drafts(box) == ()


def test_a_draft_whose_flags_changed_since_it_was_read_is_found_again(root: Path) -> None:
    box = saved(root)
    seen = only(box)
    (root / ".Drafts" / "cur" / NAME).rename(root / ".Drafts" / "cur" / NAME.replace("DS", "DFS"))
    assert box.remove_draft(seen).status == "done"
    assert files_of(root / ".Drafts") == ["maildirfolder"]


def test_a_draft_that_waits_to_be_deleted_is_deleted(root: Path) -> None:
    """Mail programs mark a deleted mail with T and remove it later."""
    box = saved(root)
    seen = only(box)
    (root / ".Drafts" / "cur" / NAME).rename(root / ".Drafts" / "cur" / NAME.replace("DS", "DST"))
    assert drafts(box) == ()
    assert box.remove_draft(seen).status == "conflict"
    assert box.save_draft(DRAFT).status == "conflict"
    assert len(files_of(root / ".Drafts" / "cur")) == 1


def test_of_a_draft_and_its_copy_the_edited_one_counts(root: Path) -> None:
    box = saved(root)
    for number, change in ((1, b"many thanks"), (9, b"thank you")):
        copy = compose(DRAFT).replace(b"thank you", change)
        (root / ".Drafts" / "cur" / f"{number}.host:2,D").write_bytes(copy)
    draft = only(box)
    assert draft.edited
    assert box.remove_draft(draft).status == "conflict"


def test_what_is_no_mail_is_passed_over(root: Path) -> None:
    box = saved(root)
    cur = root / ".Drafts" / "cur"
    os.mkfifo(cur / "pipe:2,D")
    (cur / "folder:2,D").mkdir()
    (cur / ".hidden").write_bytes(compose(replace(DRAFT, key="a/b")))
    (cur / "empty:2,D").touch()
    (cur / "noise:2,D").write_bytes(bytes(range(256)) * 100)
    (cur / "dangling:2,D").symlink_to("nowhere")
    assert only(box).key == DRAFT.key
    assert only(Maildir(root)).key == DRAFT.key
    assert box.save_draft(replace(DRAFT, key="c/d")).status == "done"


def test_a_mail_that_cannot_be_read_stops_everything(root: Path) -> None:
    box = saved(root)
    loop = root / ".Drafts" / "cur" / "loop:2,D"
    loop.symlink_to(loop.name)
    with pytest.raises(ProviderError, match="loop"):
        box.read(NOW)
    outcome = box.save_draft(replace(DRAFT, key="c/d"))
    assert outcome.status == "failed"
    assert "loop" in outcome.message


def test_a_folder_that_cannot_be_listed_stops_everything(root: Path) -> None:
    box = saved(root)
    shutil.rmtree(root / ".Drafts" / "cur")
    (root / ".Drafts" / "cur").touch()
    with pytest.raises(ProviderError, match="cur"):
        box.read(NOW)
    assert box.save_draft(DRAFT).status == "failed"


@pytest.mark.parametrize("blocked", ["", "tmp"])
def test_a_draft_that_cannot_be_written_is_told(root: Path, blocked: str) -> None:
    if blocked:
        (root / ".Drafts").mkdir()
    (root / ".Drafts" / blocked).touch()
    outcome = Maildir(root).save_draft(DRAFT)
    assert outcome.status == "failed"
    assert ".Drafts" in outcome.message


def test_a_full_disk_leaves_nothing_behind(root: Path) -> None:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
        os._exit(Maildir(root).save_draft(DRAFT).status != "failed")
    assert os.waitpid(pid, 0)[1] == 0
    assert files_of(root / ".Drafts") == ["maildirfolder"]
    saved(root)


def test_a_mail_is_looked_up_again_when_it_was_renamed_after_it_was_listed(root: Path) -> None:
    saved(root)
    folder = Folder(root / ".Drafts", "Drafts")
    ((base, place),) = folder.places().items()
    path = root / ".Drafts" / "cur" / NAME
    moved = path.rename(path.with_name(f"{base}:2,F"))
    assert folder.whole(base, place) == compose(DRAFT)
    moved.unlink()
    assert folder.whole(base, place) is None
    assert folder.modified(place) is None


def test_no_draft_is_missed_while_a_mail_program_changes_flags(root: Path) -> None:
    box = Maildir(root)
    for number in range(40):
        assert box.save_draft(replace(DRAFT, key=f"r/{number}")).status == "done"
    paths = sorted((root / ".Drafts" / "cur").iterdir())
    stop = threading.Event()

    def flip() -> None:
        flags = ("DS", "DFS")
        while not stop.is_set():
            flags = flags[::-1]
            for path in paths:
                path.with_name(path.name.replace("DS", flags[1])).rename(
                    path.with_name(path.name.replace("DS", flags[0]))
                )

    other = threading.Thread(target=flip)
    other.start()
    try:
        until = time.monotonic() + 0.4
        counts = []
        while time.monotonic() < until:
            counts.append(len(drafts(box)))
    finally:
        stop.set()
        other.join()
    assert set(counts) == {40}


def test_the_bytes_of_a_draft_are_given_out_as_it_lies_there(root: Path) -> None:
    box = saved(root)
    seen = only(box)
    assert box.source(seen) == compose(DRAFT)
    path = root / ".Drafts" / "cur" / NAME
    path.write_bytes(compose(DRAFT).replace(b"thank you", b"many thanks"))
    assert box.source(seen) == path.read_bytes()
    path.rename(path.with_name(path.name + "T"))
    assert box.source(seen) is None


def test_mails_of_the_person_stay_byte_for_byte(root: Path) -> None:
    box = saved(root)
    cur = root / ".Drafts" / "cur"
    theirs = {
        "1.host:2,D": b"Subject: mine\n\nHello\n",
        "2.host:2,D": compose(DRAFT).replace(b"@agendad.invalid", b"@example.com"),
        "3.host:2,D": compose(replace(DRAFT, key="r/edited")).replace(b"thank you", b"so long"),
    }
    for name, data in theirs.items():
        (cur / name).write_bytes(data)
    for draft in drafts(box):
        box.remove_draft(draft)
    assert {path.name: path.read_bytes() for path in cur.iterdir()} == theirs


def outcomes_of_crashes(root: Path, work: Callable[[Maildir], MailOutcome], copies: Path) -> list[Path]:
    """The folder as it is after a crash at the first checkpoint, the second, and so on until the work ends."""
    left: list[Path] = []
    for step in range(1, 100):
        victim = copies / str(step)
        shutil.copytree(root, victim)
        reached: list[str] = []

        def die(name: str, step: int = step, reached: list[str] = reached) -> None:
            reached.append(name)
            if len(reached) == step:
                os._exit(137)

        pid = os.fork()
        if pid == 0:
            work(Maildir(victim, checkpoint=die))
            os._exit(0)
        left.append(victim)
        if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0:
            return left
    pytest.fail("the work never ends")


def test_killed_at_any_operation_a_save_leaves_the_whole_draft_or_none(root: Path, tmp_path: Path) -> None:
    left = outcomes_of_crashes(root, lambda box: box.save_draft(DRAFT), tmp_path / "copies")
    assert len(left) > 8
    for victim in left:
        box = Maildir(victim)
        there = drafts(box)
        assert [one.edited for one in there] in ([], [False])
        assert box.save_draft(DRAFT).status == ("conflict" if there else "done")
        assert only(box).key == DRAFT.key
        assert [name for name in files_of(victim / ".Drafts") if name != "maildirfolder"] == [f"cur/{NAME}"]
    assert {len(drafts(Maildir(victim))) for victim in left} == {1}


def test_killed_at_any_operation_a_removal_leaves_the_whole_draft_or_none(root: Path, tmp_path: Path) -> None:
    saved(root)
    left = outcomes_of_crashes(root, lambda box: box.remove_draft(only(box)), tmp_path / "copies")
    assert len(left) > 3
    for victim in left:
        box = Maildir(victim)
        for draft in drafts(box):
            assert not draft.edited
            assert box.remove_draft(draft).status == "done"
        assert drafts(box) == ()


def test_a_second_name_that_a_crash_left_is_never_written_through(root: Path, tmp_path: Path) -> None:
    """Between the link and the end of a save, the prepared file is the draft itself."""
    for victim in outcomes_of_crashes(root, lambda box: box.save_draft(DRAFT), tmp_path / "copies"):
        draft = victim / ".Drafts" / "cur" / NAME
        if draft.exists():
            kept = draft.rename(victim / "cur" / "kept-by-the-person:2,S")
            box = Maildir(victim)
            assert box.save_draft(replace(DRAFT, text="Another.\n", at=NOW + timedelta(days=1))).status == "done"
            assert kept.read_bytes() == compose(DRAFT)
