"""Drafts on disk beside the standard library, in turns, in one folder; and the reading of a large unchanged mailbox.

    python benchmarks/mail.py [FOLDER]

The peer builds the same 1,000 messages as `email.message.EmailMessage` (same headers, plain and HTML part) and writes
them: once into plain files that nothing makes durable, once into a `mailbox.Maildir` (which synchronises each file,
not the folder), and once as `agendad` does (temporary file, fsync, link, fsync of the folder). Target: within 5 x of
the first, which promises least. A whole cycle, in which that many drafts are due after that many calls, stands beside
the first peer, too. FOLDER has to lie on the disk in question: a memory file system makes fsync free.
"""

from __future__ import annotations

import email.policy
import mailbox
import os
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from agendad.app.apply import Permissions, apply
from agendad.app.home import Home
from agendad.model.identity import message_id
from agendad.model.mail import Address, MailDraft
from agendad.providers.maildir.mailbox import Maildir
from agendad.providers.mime import compose

DRAFTS = 1_000
MAILS = 20_000
ROUNDS = 3
NOW = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("Europe/Paris"))
PARAGRAPH = "Thank you for your time today — it helped me to see where the project stands and what comes next.\n\n"
TARGET = 5.0


def draft(number: int) -> MailDraft:
    """A usual follow-up: 1 kB of text, as much HTML, an answer in a thread."""
    return MailDraft(
        key=f"follow-up/{number}-40c5@google.com",
        rule="follow-up",
        at=NOW,
        sender=Address("ada@example.com", "Ada Martin"),
        to=(Address(f"zoe{number}@example.org", "Zoë Müller"), Address("bob@example.net", "Bob")),
        subject=f"Réunion {number}: thank you and next steps",
        text="Hello Zoë,\n\n" + PARAGRAPH * 8 + "Ada\n",
        html="<p>Hello Zoë,</p>\n" + f"<p>{PARAGRAPH.strip()}</p>\n" * 8 + "<p>Ada</p>\n",
        in_reply_to=f"<{number}@example.org>",
        references=(f"<{number}@example.org>",),
        language="fr",
    )


def built(one: MailDraft) -> EmailMessage:
    """The same message by the standard library."""
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["Date"] = one.at
    mail["From"] = HeaderAddress(one.sender.name, addr_spec=one.sender.email)
    mail["To"] = [HeaderAddress(each.name, addr_spec=each.email) for each in one.to]
    mail["Subject"] = one.subject
    mail["Message-ID"] = message_id(one.key)
    mail["In-Reply-To"] = one.in_reply_to
    mail["References"] = one.in_reply_to
    mail["X-Agendad-Key"] = one.key
    mail["X-Agendad-Rule"] = one.rule
    mail["Content-Language"] = one.language
    mail.set_content(one.text)
    mail.add_alternative(one.html, subtype="html")
    return mail


def fresh(root: Path) -> Path:
    """An empty mailbox with a folder of drafts."""
    shutil.rmtree(root, ignore_errors=True)
    for folder in (root, root / ".Drafts"):
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
    return root


def ours(root: Path, drafts: list[MailDraft]) -> float:
    """Seconds to write all drafts, each durable before the next."""
    fresh(root)
    began = time.perf_counter()
    box = Maildir(root)
    for one in drafts:
        assert box.save_draft(one).status == "done"
    return time.perf_counter() - began


def plain_files(root: Path, drafts: list[MailDraft]) -> float:
    """The standard library's messages in files that nothing makes durable."""
    folder = fresh(root) / ".Drafts" / "cur"
    began = time.perf_counter()
    for number, one in enumerate(drafts):
        (folder / f"{number}:2,DS").write_bytes(built(one).as_bytes())
    return time.perf_counter() - began


def maildir(root: Path, drafts: list[MailDraft]) -> float:
    """The standard library's messages in its `mailbox.Maildir`."""
    fresh(root)
    began = time.perf_counter()
    box = mailbox.Maildir(root, create=False).get_folder("Drafts")
    for one in drafts:
        mail = mailbox.MaildirMessage(built(one))
        mail.set_subdir("cur")
        mail.set_flags("DS")
        box.add(mail)
    return time.perf_counter() - began


def as_ours(root: Path, drafts: list[MailDraft]) -> float:
    """The standard library's messages, written as ours are."""
    folder = fresh(root) / ".Drafts"
    began = time.perf_counter()
    for number, one in enumerate(drafts):
        prepared, target = folder / "tmp" / f"{number}", folder / "cur" / f"{number}:2,DS"
        file = os.open(prepared, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, built(one).as_bytes())
        os.fsync(file)
        os.close(file)
        os.link(prepared, target)
        prepared.unlink()
        cur = os.open(folder / "cur", os.O_RDONLY)
        os.fsync(cur)
        os.close(cur)
    return time.perf_counter() - began


CONFIGURATION = """\
version: 1
me: {name: Ada Martin, emails: [ada@example.com], domains: [example.com]}
timezone: Europe/Paris
calendar: {provider: local, path: calendars/, write: own, read: [own, calls]}
mail: {provider: maildir, path: Mail/}
"""
RULES = """\
version: 1
rules:
  thanks: {draft: thanks.md.j2, after: {title: /^Call/}, to: attendees, within: 1d}
"""
TEMPLATE = (
    "---\nsubject: Thank you for {{ event.title }}\n---\nHello {{ person.first_name }},\n\n" + PARAGRAPH * 8 + "Ada\n"
)


def cycle(folder: Path) -> float:
    """Seconds of a whole cycle in which that many drafts are due: calls read, templates filled, all recorded."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("rules", "templates", "calendars/own", "calendars/calls"):
        (folder / name).mkdir(parents=True)
    (folder / "agendad.yaml").write_text(CONFIGURATION)
    (folder / "rules" / "all.yaml").write_text(RULES)
    (folder / "templates" / "thanks.md.j2").write_text(TEMPLATE)
    fresh(folder / "Mail")
    home = Home(folder, folder / "state")
    apply(home, home.load(), NOW)
    for number in range(DRAFTS):
        begin = NOW.astimezone(UTC) + timedelta(seconds=6 * number)
        (folder / "calendars" / "calls" / f"{number}.ics").write_text(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\n"
            f"UID:{number}@example.org\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{begin:%Y%m%dT%H%M%SZ}\r\n"
            f"DURATION:PT30M\r\nSUMMARY:Call {number}\r\nORGANIZER:mailto:ada@example.com\r\n"
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@example.com\r\n"
            f"ATTENDEE;CN=Zoe;PARTSTAT=ACCEPTED:mailto:zoe{number}@example.net\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    began = time.perf_counter()
    done = apply(home, home.load(), NOW + timedelta(hours=5), Permissions(yes=True))
    spent = time.perf_counter() - began
    assert len(done.drafted.made) == DRAFTS
    return spent


def reading(root: Path, cache: Path) -> tuple[float, float, float]:
    """Seconds of the first reading of a large mailbox, of one without a change, and with one new mail."""
    fresh(root)
    for number in range(MAILS):
        at = int((NOW - timedelta(minutes=number)).timestamp())
        data = compose(draft(number)).replace(b"X-Agendad-Key", b"X-Other")
        (root / "cur" / f"{at}.M{number}.host:2,S").write_bytes(data)
    since = NOW - timedelta(days=60)

    def once() -> float:
        began = time.perf_counter()
        Maildir(root, cache=cache).read(since)
        return time.perf_counter() - began

    first = once()
    unchanged = statistics.median(once() for _ in range(ROUNDS))
    (root / "new" / f"{int(NOW.timestamp())}.Mnew.host").write_bytes(compose(draft(0)))
    return first, unchanged, once()


def main() -> None:
    """Takes turns, so that whatever else the machine does weighs on all."""
    drafts = [draft(number) for number in range(DRAFTS)]
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        root = Path(name) / "Mail"
        peers = (ours, plain_files, maildir, as_ours)
        turns = [[write(root, drafts) for write in peers] for _ in range(ROUNDS)]
        began = time.perf_counter()
        for one in drafts:
            compose(one)
        composing = time.perf_counter() - began
        ours(root, drafts)
        standing = time.perf_counter()
        assert len(Maildir(root).read(NOW).drafts) == DRAFTS
        standing = time.perf_counter() - standing
        first, unchanged, new = reading(root, Path(name) / "cache")
        whole = [(plain_files(root, drafts), cycle(Path(name) / "home")) for _ in range(ROUNDS)]
    mine, plain, library, durable = (statistics.median(turn[at] for turn in turns) for at in range(4))
    ratio = statistics.median(turn[0] / turn[1] for turn in turns)
    print(f"{DRAFTS:,} drafts, durable        {mine * 1e3:7.0f} ms  (composing alone {composing * 1e3:.0f} ms)")
    print(f"library, files, not durable  {plain * 1e3:7.0f} ms")
    print(f"library, mailbox.Maildir     {library * 1e3:7.0f} ms")
    print(f"library, durable as ours     {durable * 1e3:7.0f} ms")
    print(f"ratio to the first peer      {ratio:7.2f}     (target: at most {TARGET:.0f})")
    due, cycles = (statistics.median(turn[which] for turn in whole) for which in (0, 1))
    print(
        f"a cycle that makes as many   {cycles * 1e3:7.0f} ms  ({cycles / due:.2f} x the first peer in the same turns)"
    )
    print(f"reading {DRAFTS:,} own drafts     {standing * 1e3:7.0f} ms")
    print(f"reading {MAILS:,} mails       {unchanged * 1e3:7.0f} ms  (the first time {first * 1e3:.0f} ms)")
    print(f"the same with one new mail   {new * 1e3:7.0f} ms")


if __name__ == "__main__":
    main()
