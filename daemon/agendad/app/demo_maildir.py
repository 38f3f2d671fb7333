"""The mails of the demonstration in a Maildir, the way mail programs keep them. For `demo_files.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.app.demo_mail import WRITER, leader_mail
from agendad.app.demo_people import ME, someone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from agendad.app.demo_calendar import Title
    from agendad.app.demo_ics import Stage
    from agendad.app.demo_mail import Mail, Text, Thread

FOLDERS: Final = ("", ".Sent", ".Drafts")  # Maildir++: the folder itself is the inbox
_OWN: Final = ".demo-"
_WIDTH: Final = 72


def write_mail(root: Path, titles: Mapping[str, Title], stage: Stage) -> None:
    """Writes the Maildir, which is made when it is missing; `titles` are those of the calendar's entries.

    Mails of an example of another week are replaced; all others are left. Raises OSError.
    """
    for folder in FOLDERS:
        for part in ("cur", "new", "tmp"):
            (root / folder / part).mkdir(parents=True, exist_ok=True)
        if folder:
            (root / folder / "maildirfolder").touch()
    files = [file for thread in leader_mail() for file in _files(thread, titles, stage)]
    wanted = {(folder, name): (part, flags, mail) for folder, name, part, flags, mail in files}
    standing = set()
    for folder in FOLDERS:
        for path in sorted((root / folder).glob(f"*/*{_OWN}*")):
            place = (folder, path.name.partition(":")[0])
            if place in wanted:
                standing.add(place)
            else:
                path.unlink()
    for at, (part, flags, mail) in wanted.items():
        if at not in standing:
            (root / at[0] / part / f"{at[1]}{flags}").write_bytes(mail)


def _files(thread: Thread, titles: Mapping[str, Title], stage: Stage) -> Iterator[tuple[str, str, str, str, bytes]]:
    """Folder, unique name, part, flags and bytes of each mail (https://cr.yp.to/proto/maildir.html)."""
    from email.message import EmailMessage
    from email.policy import SMTP
    from email.utils import format_datetime, formataddr

    language = someone(thread.who).language or stage.language
    subject = stage.text(titles[thread.about]) if thread.about else _in(language, thread.subject)
    before: list[str] = []
    for number, mail in enumerate(thread.mails):
        moment = stage.moment(mail.day, mail.at)
        name = f"{int(moment.timestamp())}{_OWN}{thread.slug}-{number}"
        ident = f"<{thread.slug}-{number}-{moment:%Y%m%d}@demo.example.com>"
        message = EmailMessage(SMTP)
        message["Date"] = format_datetime(moment)
        other = someone(thread.who)
        sender, reader = (ME, other) if mail.sent else (other, ME)
        message["From"] = formataddr((sender.name, sender.email))
        message["To"] = formataddr((reader.name, reader.email))
        message["Subject"] = f"Re: {subject}" if before else subject
        message["Message-ID"] = ident
        if before:
            message["In-Reply-To"] = before[-1]
            message["References"] = " ".join(before)
        message.set_content(_text(thread, mail, language), cte="quoted-printable")
        before.append(ident)
        part, flags = ("new", "") if mail.unread else ("cur", ":2,S")
        yield ".Sent" if mail.sent else "", name, part, flags, message.as_bytes()


def _text(thread: Thread, mail: Mail, language: str) -> str:
    import textwrap

    other = someone(thread.who)
    hello = _in(language, ("Hello", "Bonjour"))
    name = other.first_name if mail.sent else ME.first_name
    body = textwrap.fill(_in(language, mail.text), _WIDTH)
    closing = f"{_in(language, WRITER)},\n{ME.first_name}" if mail.sent else other.first_name
    return f"{hello} {name},\n\n{body}\n\n{closing}\n"


def _in(language: str, text: Text) -> str:
    return text[1] if language == "fr" else text[0]
