"""The fields of `calendar:`, `mail:` and `people:` in `agendad.yaml`: where things live, and how to get in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agendad.rules.fields.common import SCALAR, STRING, list_or_one, words
from agendad.rules.table import Field, Found, Table, read_table
from agendad.rules.values import mapping, one_or_more, refuse, shown, text, word_of

if TYPE_CHECKING:
    from agendad.rules.tree import Node


def _provider(*ready: str, later: tuple[str, ...]) -> Field[str]:
    one = word_of(*ready, *later)

    def read(node: Node) -> str:
        name = one(node)
        if name in later:
            hint = f"use `{ready[0]}`"
            refuse(node, "not-yet", f"`{name}` is not supported by this version of agendad yet", hint)
        return name

    return Field(
        "provider", read, "where it lives", ready[0], words(*ready, *later), synonyms=("type", "backend", "kind")
    )


def _setting(name: str, means: str, example: str, *synonyms: str) -> Field[str]:
    return Field(name, text, means, example, SCALAR, synonyms=synonyms)


def _path(node: Node) -> Path:
    word = text(node).strip()
    try:
        return Path(word).expanduser()
    except RuntimeError:  # `~name` of nobody
        refuse(node, "bad-path", f"there is no home folder `{shown(word.partition('/')[0])}`", "write the whole path")


PROVIDER: Final = _provider("local", later=("google", "caldav"))
PATH: Final = Field(
    "path",
    _path,
    "a folder of folders of .ics files, one folder a calendar",
    "calendars/",
    STRING,
    synonyms=("folder", "dir", "directory", "file"),
    required=True,
)
WRITE: Final = Field(
    "write",
    text,
    "the calendar that blocks are written into",
    "personal",
    STRING,
    synonyms=("target", "own", "output", "default"),
    required=True,
)
READ: Final = Field(
    "read",
    one_or_more(text),
    "the calendars whose events are busy time",
    "[personal, family]",
    list_or_one(STRING),
    synonyms=("sources", "calendars", "input", "busy"),
)
_ACCESS: Final = (
    _setting("endpoint", "replaces the scheme and host of every call", "http://localhost:8080"),
    _setting("username", "the account", "ada", "user", "login"),
    _setting("password_command", "a command that prints the password", "pass show mail"),
    _setting("password_file", "a file that holds the password", "secrets/mail"),
    _setting(
        "credentials", "an authorized-user or service-account JSON file", "google.json", "token", "credentials_file"
    ),
    _setting("subject", "whom a service account acts for", "ada@example.com"),
)
CALENDAR: Final = Table(
    "`calendar`",
    PROVIDER,
    PATH,
    WRITE,
    READ,
    *_ACCESS,
    _setting("url", "the server", "https://dav.example.org/", "server"),
)
MAIL_PATH: Final = replace(PATH, means="the mail folder, a Maildir", example="Mail/", required=False)
MAIL_PROVIDER: Final = _provider("maildir", later=("gmail", "imap"))
MAIL: Final = Table(
    "`mail`",
    MAIL_PROVIDER,
    MAIL_PATH,
    *_ACCESS,
    _setting("host", "the server", "imap.example.org", "server"),
    _setting("port", "its port", "993"),
    _setting("tls", "how the connection is secured", "true", "ssl"),
)
_PEOPLE_PATH: Final = Field(
    "path", _path, "a folder of vCards", "contacts/", STRING, synonyms=("folder", "dir", "vcards")
)
PEOPLE: Final = Table("`people`", _PEOPLE_PATH)


def _read_calendar(node: Node) -> Found:
    held = mapping(node, "`calendar`", "calendar: {provider: local, path: calendars/, write: personal}")
    found = read_table(held, CALENDAR)
    for field in (PATH, WRITE):
        if found.lacks(field.name):
            found.report(
                found.node, "missing-key", f"`calendar` needs `{field.name}`", f"add `{field.name}: {field.example}`"
            )
    found.refuse_if_broken()
    return found


def _read_mail(node: Node) -> Found:
    found = read_table(mapping(node, "`mail`", "mail: {provider: maildir, path: Mail/}"), MAIL)
    if found.lacks("path") and found.value(MAIL_PROVIDER, "maildir" if found.lacks("provider") else "") == "maildir":
        found.report(found.node, "missing-key", "`mail` needs `path`", f"add `path: {MAIL_PATH.example}`")
    found.refuse_if_broken()
    return found


def _read_people(node: Node) -> Path:
    found = read_table(mapping(node, "`people`", "people: {path: contacts/}"), PEOPLE)
    if found.lacks("path"):
        found.report(found.node, "missing-key", "`people` needs `path`", "add `path: contacts/`")
    found.refuse_if_broken()
    return found[_PEOPLE_PATH]


CALENDAR_FIELD: Final = Field(
    "calendar",
    _read_calendar,
    "where blocks are written, and what is read as busy",
    "{provider: local, path: calendars/, write: personal}",
    {"$ref": "#/definitions/calendar"},
    synonyms=("calendars", "cal"),
    required=True,
)
MAIL_FIELD: Final = Field(
    "mail",
    _read_mail,
    "where drafts are put, and sent mail is read from",
    "{provider: maildir, path: Mail/}",
    {"$ref": "#/definitions/mail"},
    synonyms=("email", "mailbox"),
)
PEOPLE_FIELD: Final = Field(
    "people",
    _read_people,
    "a folder of vCards beside people.yaml",
    "{path: contacts/}",
    {"$ref": "#/definitions/people"},
    synonyms=("contacts",),
)
