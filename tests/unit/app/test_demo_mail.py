"""The mailbox of the demonstration: whole mails in threads about its meetings, in the language of whoever writes."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from agendad.app.demo_files import write_demo
from agendad.app.demo_people import ME, PEOPLE
from agendad.providers.maildir.mailbox import Maildir

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=PARIS)
YEARS_AGO = NOW - timedelta(days=500)


def mails(root: Path) -> dict[str, EmailMessage]:
    """Every mail of the Maildir, as the standard library reads it, by its place."""
    return {
        str(path.relative_to(root)): message_from_bytes(path.read_bytes(), policy=policy.default)
        for part in ("cur", "new")
        for path in sorted(root.glob(f"**/{part}/*"))
    }


@pytest.fixture(scope="module", params=["en", "fr"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(request.param)
    write_demo(folder, NOW, request.param)
    return request.param, folder / "Mail"


def test_the_mailbox_is_one_that_a_mail_program_could_have_left(written: tuple[str, Path]) -> None:
    _, root = written
    found = mails(root)
    assert 25 <= len(found) <= 40
    assert not any(place.startswith(".Drafts") for place in found)
    assert any(place.startswith("new/") for place in found)
    for place, mail in found.items():
        assert not mail.defects, place
        sent = place.startswith(".Sent/")
        assert (ME.email in mail["From"]) is sent
        assert (ME.email in mail["To"]) is not sent
        assert parsedate_to_datetime(mail["Date"]) < NOW - timedelta(hours=NOW.hour)
        assert mail.get_content().count("\n") > 3


def test_an_answer_names_the_mail_that_it_answers(written: tuple[str, Path]) -> None:
    _, root = written
    by_id = {mail["Message-ID"]: mail for mail in mails(root).values()}
    answers = [mail for mail in by_id.values() if mail["In-Reply-To"]]
    assert len(answers) > 10
    for mail in answers:
        before = by_id[mail["In-Reply-To"]]
        assert mail["References"].split()[-1] == mail["In-Reply-To"]
        assert parsedate_to_datetime(before["Date"]) < parsedate_to_datetime(mail["Date"])
        assert mail["Subject"] == "Re: " + before["Subject"].removeprefix("Re: ")


def test_mails_are_in_the_language_of_the_other_person(written: tuple[str, Path]) -> None:
    own, root = written
    spoken = {person.email: person.language for person in PEOPLE.values()}
    for mail in mails(root).values():
        other = next(
            address.addr_spec
            for name in ("From", "To")
            for address in mail[name].addresses
            if address.addr_spec != ME.email
        )
        hello = "Bonjour" if (spoken.get(other) or own) == "fr" else "Hello"
        assert mail.get_content().startswith(hello), mail["Subject"]


def test_the_provider_reads_all_of_it(written: tuple[str, Path]) -> None:
    _, root = written
    snapshot = Maildir(root).read(YEARS_AGO)
    assert len(snapshot.messages) == len(mails(root))
    assert snapshot.drafts == ()


def test_another_week_replaces_the_mails_and_leaves_those_of_the_person(tmp_path: Path) -> None:
    write_demo(tmp_path, NOW, "en")
    root = tmp_path / "Mail"
    before = mails(root)
    (root / ".Drafts/cur/mine:2,DS").write_bytes(b"Subject: mine\r\n\r\nmine\r\n")
    first = next(path for path in sorted((root / "new").iterdir()))
    read = first.rename(root / "cur" / f"{first.name}:2,S")
    write_demo(tmp_path, NOW + timedelta(hours=5), "en")
    assert read.exists()
    assert not first.exists()
    write_demo(tmp_path, NOW + timedelta(weeks=3), "en")
    after = mails(root)
    assert len(after) == len(before) + 1
    assert (root / ".Drafts/cur/mine:2,DS").exists()
    assert not read.exists()
    moved = {parsedate_to_datetime(mail["Date"]) for mail in after.values() if mail["Date"]}
    assert moved == {parsedate_to_datetime(mail["Date"]) + timedelta(weeks=3) for mail in before.values()}
