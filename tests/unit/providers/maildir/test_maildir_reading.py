"""Sent and received mails: each is opened once, and what is remembered of them may be lost or damaged at any time."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maildir_world import NOW, made

from agendad.errors import ProviderError
from agendad.providers.maildir.mailbox import Maildir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agendad.ports import MailSnapshot

SINCE = NOW - timedelta(days=30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = made(tmp_path / "Mail")
    made(root / ".Sent")
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def put(folder: Path, number: int, at: datetime = NOW, name: str = "") -> Path:
    """A mail that was written and delivered at an instant."""
    path = folder / "cur" / (name or f"{int(at.timestamp())}.M{number}.host:2,S")
    path.write_bytes(
        f"From: Bob <bob@example.net>\nTo: zoë <zoe@example.org>\nSubject: Mail {number}\n"
        f"Date: {at.strftime('%a, %d %b %Y %H:%M:%S %z')}\nMessage-ID: <{number}@x>\nReferences: <0@x>\n\n"
        f"Hello\n".encode()
    )
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def subjects(snapshot: MailSnapshot) -> list[str]:
    return [one.subject for one in snapshot.messages]


def test_a_mail_that_was_seen_is_not_opened_again(root: Path, cache: Path) -> None:
    path = put(root, 1)
    first = Maildir(root, cache=cache).read(SINCE)
    path.write_bytes(b"Subject: nobody looks\n\n")  # mail programs never do that: a name stands for one content
    path.rename(path.with_name(path.name.replace(":2,S", ":2,FS")))
    assert Maildir(root, cache=cache).read(SINCE) == first
    assert subjects(Maildir(root).read(SINCE)) == ["nobody looks"]


def test_the_answer_is_the_same_with_and_without_a_memory(root: Path, cache: Path) -> None:
    for number in range(20):
        put(root if number % 2 else root / ".Sent", number, NOW - timedelta(days=3 * number))
    for since in (SINCE, SINCE - timedelta(days=60), NOW - timedelta(days=1), SINCE):
        assert Maildir(root, cache=cache).read(since) == Maildir(root).read(since)


def test_a_mail_that_was_deleted_or_moved_is_forgotten(root: Path, cache: Path) -> None:
    gone, moved, kept = (put(root, number) for number in range(3))
    Maildir(root, cache=cache).read(SINCE)
    gone.unlink()
    moved.rename(root / ".Sent" / "cur" / moved.name)
    for _ in range(2):
        snapshot = Maildir(root, cache=cache).read(SINCE)
        assert [(one.subject, one.sent) for one in snapshot.messages] == [("Mail 1", True), ("Mail 2", False)]
        assert snapshot.counts == {"INBOX": 1, "Sent": 1, "Drafts": 0}
    assert kept.exists()
    with sqlite3.connect(cache / "mail.db") as db:
        assert db.execute("SELECT count(*) FROM mail").fetchone() == (2,)


def test_a_mail_that_is_old_by_its_name_is_never_opened(root: Path) -> None:
    old = int((SINCE - timedelta(days=8)).timestamp())
    path = root / "cur" / f"{old}.M1.host:2,S"
    path.symlink_to(path.name)
    assert Maildir(root).read(SINCE).messages == ()
    with pytest.raises(ProviderError):
        Maildir(root).read(SINCE - timedelta(days=2))


def test_a_mail_without_a_time_in_its_name_is_judged_by_that_of_its_file(root: Path) -> None:
    put(root, 1, SINCE - timedelta(days=8), "odd-name")
    put(root, 2, SINCE + timedelta(days=1), "other-name")
    put(root, 3, SINCE + timedelta(days=1), "12.host")
    assert sorted(subjects(Maildir(root).read(SINCE))) == ["Mail 2", "Mail 3"]


def test_a_mail_without_a_date_has_the_time_of_its_delivery(root: Path) -> None:
    (root / "new" / f"{int(NOW.timestamp())}.M1.host").write_bytes(b"Subject: x\n\n")
    (message,) = Maildir(root).read(SINCE).messages
    assert message.at == NOW


def test_a_mail_that_cannot_be_read_stops_the_reading(root: Path, cache: Path) -> None:
    path = root / ".Sent" / "cur" / f"{int(NOW.timestamp())}.M1.host:2,S"
    path.symlink_to(path.name)
    with pytest.raises(ProviderError) as stopped:
        Maildir(root, cache=cache).read(SINCE)
    assert str(path) in stopped.value.message
    assert stopped.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_mail_that_may_not_be_read_stops_the_reading(root: Path) -> None:
    put(root, 1).chmod(0)
    with pytest.raises(ProviderError, match="Permission denied"):
        Maildir(root).read(SINCE)


def test_a_memory_of_another_mailbox_or_program_is_not_used(root: Path, cache: Path) -> None:
    put(root, 1)
    Maildir(root, cache=cache).read(SINCE)
    other = root.with_name("Other")
    shutil.copytree(root, other)
    next((other / "cur").iterdir()).write_bytes(b"Subject: of the other\n\n")
    assert subjects(Maildir(other, cache=cache).read(SINCE)) == ["of the other"]
    with sqlite3.connect(cache / "mail.db") as db:
        db.execute("UPDATE about SET key = '0.0.1'")
    assert subjects(Maildir(other, cache=cache).read(SINCE)) == ["of the other"]


@contextmanager
def prepared(chance: random.Random) -> Iterator[tuple[Path, Path]]:
    """A mailbox that was read once, and its memory, in a folder of their own."""
    with tempfile.TemporaryDirectory() as name:
        root = made(Path(name) / "Mail")
        for number in range(chance.randrange(1, 30)):
            put(root, number)
        Maildir(root, cache=Path(name) / "cache").read(SINCE)
        yield root, Path(name) / "cache"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 3_000))
def test_a_damaged_memory_changes_no_answer(seed: int, length: int) -> None:
    """Any bytes of the database file overwritten, or its end cut off."""
    chance = random.Random(seed)
    with prepared(chance) as (root, cache):
        wanted = Maildir(root).read(SINCE)
        file = cache / "mail.db"
        data = bytearray(file.read_bytes())
        at = chance.randrange(len(data))
        if chance.random() < 0.3:
            del data[at:]
        else:
            data[at : at + length] = chance.randbytes(len(data[at : at + length]))
        file.write_bytes(data)
        for _ in range(2):
            assert Maildir(root, cache=cache).read(SINCE) == wanted


@pytest.mark.parametrize("obstacle", ["a file", "a folder"])
def test_without_a_place_for_a_memory_everything_is_read(root: Path, cache: Path, obstacle: str) -> None:
    put(root, 1)
    if obstacle == "a file":
        cache.write_text("in the way")
    else:
        (cache / "mail.db").mkdir(parents=True)
    for _ in range(2):
        assert subjects(Maildir(root, cache=cache).read(SINCE)) == ["Mail 1"]


def test_a_memory_that_another_process_holds_is_done_without(root: Path, cache: Path) -> None:
    put(root, 1)
    Maildir(root, cache=cache).read(SINCE)
    put(root, 2)
    holder = sqlite3.connect(cache / "mail.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert sorted(subjects(Maildir(root, cache=cache).read(SINCE))) == ["Mail 1", "Mail 2"]
    finally:
        holder.close()
    assert sorted(subjects(Maildir(root, cache=cache).read(SINCE))) == ["Mail 1", "Mail 2"]


def test_a_file_name_may_be_any_bytes(root: Path, cache: Path) -> None:
    put(root, 1)
    name = f"{int(NOW.timestamp())}.é".encode("latin-1") + b"\n:2,S"
    put(root, 2).rename(root / "cur" / os.fsdecode(name))
    for _ in range(2):
        assert sorted(subjects(Maildir(root, cache=cache).read(SINCE))) == ["Mail 1", "Mail 2"]
