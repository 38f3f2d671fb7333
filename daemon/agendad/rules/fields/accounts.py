"""The fields of `calendar:`, `mail:` and `people:` in `agendad.yaml`: where things live, and how to get in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

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


def _endpoint(node: Node) -> str:
    word = text(node).strip().rstrip("/")
    try:
        parts = urlsplit(word)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or word != f"{parts.scheme}://{parts.netloc}" or parts.username is not None:
        hint = "write the scheme and the host alone, such as `http://localhost:8080`"
        refuse(node, "bad-endpoint", f"`{shown(word)}` is not a scheme and a host", hint)
    return word


PROVIDER: Final = _provider("local", "google", later=("caldav",))
PATH: Final = Field(
    "path",
    _path,
    "a folder of folders of .ics files, one folder a calendar",
    "calendars/",
    STRING,
    synonyms=("folder", "dir", "directory", "file"),
)
WRITE: Final = Field(
    "write",
    text,
    "the calendar that blocks are written into: a folder, or an id at Google (there `primary` if it is left out)",
    "personal",
    STRING,
    synonyms=("target", "own", "output", "default"),
)
READ: Final = Field(
    "read",
    one_or_more(text),
    "the calendars whose events are busy time",
    "[personal, family]",
    list_or_one(STRING),
    synonyms=("sources", "calendars", "input", "busy"),
)
CREDENTIALS: Final = Field(
    "credentials",
    _path,
    "for Google: an authorized-user or service-account JSON file (else `google-token.json`, or the calendar's)",
    "google-token.json",
    STRING,
    synonyms=("token", "credentials_file"),
)
SUBJECT: Final = _setting("subject", "whom a service account acts for", "ada@example.com")
ENDPOINT: Final = Field(
    "endpoint", _endpoint, "replaces the scheme and host of every call to Google", "http://localhost:8080", STRING
)
_ACCESS: Final = (
    ENDPOINT,
    _setting("username", "the account", "ada", "user", "login"),
    _setting("password_command", "a command that prints the password", "pass show mail"),
    _setting("password_file", "a file that holds the password", "secrets/mail"),
    CREDENTIALS,
    SUBJECT,
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
MAIL_PATH: Final = replace(PATH, means="the mail folder, a Maildir", example="Mail/")
MAIL_PROVIDER: Final = _provider("maildir", "gmail", later=("imap",))
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
    if found.get(PROVIDER) == "google":
        _refuse_path(found, "a `google` calendar", "`write` and `read` name calendars by their ids")
    else:
        for field in (PATH, WRITE):
            if found.lacks(field.name):
                hint = f"add `{field.name}: {field.example}`"
                found.report(found.node, "missing-key", f"`calendar` needs `{field.name}`", hint)
    found.refuse_if_broken()
    return found


def _refuse_path(found: Found, what: str, instead: str) -> None:
    if found.has(PATH):
        found.report(found.keys["path"], "misplaced-key", f"{what} has no `path`", f"remove it; {instead}")


def _read_mail(node: Node) -> Found:
    found = read_table(mapping(node, "`mail`", "mail: {provider: maildir, path: Mail/}"), MAIL)
    if found.get(MAIL_PROVIDER) == "gmail":
        _refuse_path(found, "a `gmail` mailbox", "`credentials` say whose it is")
    elif found.lacks("path") and found.value(MAIL_PROVIDER, "maildir" if found.lacks("provider") else "") == "maildir":
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
