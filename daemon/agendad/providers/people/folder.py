"""The folder of vCards that `people: {path: ...}` names: its files, what was read of them before, and the ids.

`app/home.py` gives `read_people` to the reader of the configuration. What was read of a file is kept in the cache of
the state folder until the file changes; the cache may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agendad import __version__
from agendad.diagnostics import Diagnostic, Span
from agendad.model.settings import Person
from agendad.providers.people.card import Card, from_row, to_row, warning
from agendad.providers.people.vcard import read_vcards

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

CACHE_NAME: Final = "people.json"
_SUFFIX: Final = ".vcf"
DISK_CLOCK: Final = timedelta(seconds=2)
"""The coarsest clock of a file system in use (FAT): a file that is younger may change again unseen."""
_LONGEST_ID: Final = 64
_DIGITS: Final = 4
_NOT_IN_IDS: Final = re.compile(r"[\W_]+")

Read = tuple[list[Card], list[Diagnostic]]


def read_people(
    folder: Path, base: Path, cache: Path | None = None, disk_clock: timedelta = DISK_CLOCK
) -> tuple[Mapping[str, Person], tuple[Diagnostic, ...]]:
    """The people of all vCards of a folder (or of one file) by id, and what is wrong with them.

    Files end in `.vcf`; those in a subfolder count as well, as in a vdir of several collections, but none below it.
    Problems name files relative to `base`. Only a folder that is not there, or cannot be listed, is an error. `cache`
    is a folder for what can be read again at any time (None: keep nothing); nothing is kept of a file that is younger
    than `disk_clock`.
    """
    try:
        files = _files(folder)
    except OSError as error:
        name = _name(folder, base)
        missing = isinstance(error, FileNotFoundError)
        message = f"there is no folder {folder}" if missing else f"the folder cannot be read: {_why(error)}"
        hint = "make it and put vCards into it, or correct `people: {path: ...}` in agendad.yaml"
        return {}, (Diagnostic(Span(name, 1, 1, 2), "no-contacts", message, hint),)
    store = _Store(cache, folder, disk_clock)
    cards: list[tuple[str, Card]] = []
    problems: list[Diagnostic] = []
    for path in files:
        name = _name(path, base)
        found, told = store.read(path, name)
        cards.extend((name, card) for card in found)
        problems.extend(told)
    store.save()
    return identified(cards, problems), tuple(problems)


def identified(cards: Iterable[tuple[str, Card]], problems: list[Diagnostic]) -> dict[str, Person]:
    """The people of cards (each with the name of its file) by id.

    The id is the slug of the full name, with four characters of a digest of the UID for each of several who share it.
    An address that an earlier card has belongs to that one; the same card a second time is passed over.
    """
    owners: dict[str, str] = {}
    by_slug: dict[str, dict[str, Person]] = {}
    for file, card in cards:
        person = card.person
        taken = [email for email in person.emails if email in owners]
        if taken and len(taken) == len(person.emails) and owners[taken[0]] == person.name:
            problems.append(warning(file, card.line, f"a card of {person.name or taken[0]} was read already"))
            continue
        for email in taken:
            message = f"`{email}` is also an address of {owners[email] or 'somebody else'}, whose card was read first"
            problems.append(warning(file, card.line, message, "an address belongs to one person"))
        emails = tuple(email for email in person.emails if email not in owners)
        owners.update(dict.fromkeys(emails, person.name))
        same = by_slug.setdefault(slug(person), {})
        if card.uid in same:
            problems.append(warning(file, card.line, f"a card of {person.name or card.uid} was read already"))
        else:
            same[card.uid] = replace(person, emails=emails) if taken else person
    found: dict[str, Person] = {}
    for base, same in by_slug.items():
        for uid, person in same.items():
            id_ = distinct(base, uid, found) if len(same) > 1 or base in found else base
            found[id_] = _with_id(person, id_)
    return found


def slug(person: Person) -> str:
    """The id of somebody of whom there is no other of the same name: `ada-martin`, `rene-dupont`, `山田-太郎`."""
    words = person.name or person.emails[0].partition("@")[0]
    folded = "".join(c for c in unicodedata.normalize("NFKD", words.casefold()) if not unicodedata.combining(c))
    word = _NOT_IN_IDS.sub("-", unicodedata.normalize("NFC", folded)).strip("-")[:_LONGEST_ID].rstrip("-")
    # `me` is the person themselves, and keys that begin with `x-` are passed over in people.yaml
    return f"p-{word}".rstrip("-") if not word or word == "me" or word.startswith("x-") else word


def distinct(base: str, uid: str, taken: Container[str] = ()) -> str:
    """The id of one of several people who share a slug; longer than usual only where that is taken as well."""
    digest = hashlib.sha256(uid.encode(errors="replace")).hexdigest()
    ids = [f"{base}-{digest[:digits]}" for digits in range(_DIGITS, len(digest) + 1)]
    return next((id_ for id_ in ids if id_ not in taken), ids[-1])


def _with_id(person: Person, id_: str) -> Person:
    # `dataclasses.replace` takes four times as long, which shows with ten thousand people
    return Person(
        id_,
        person.name,
        person.emails,
        person.groups,
        person.tier,
        person.language,
        person.timezone,
        person.topics,
        person.notes,
        person.met,
    )


def _files(folder: Path) -> list[str]:
    """The paths of the files in the order of their names."""
    if folder.is_file():
        return [os.fspath(folder)]
    found: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                with os.scandir(entry.path) as below:
                    found.extend(each.path for each in below if _is_card(each))
            elif _is_card(entry):
                found.append(entry.path)
    return sorted(found)


def _is_card(entry: os.DirEntry[str]) -> bool:
    return entry.name[-4:].lower() == _SUFFIX and not entry.name.startswith(".") and not entry.is_dir()


class _Store:
    """What was read of each file, by its path, with the signature of the file as it was then."""

    def __init__(self, cache: Path | None, folder: Path, disk_clock: timedelta) -> None:
        self._grain = int(disk_clock.total_seconds() * 1e9)
        self._path = cache / CACHE_NAME if cache else None
        self._head = [__version__, os.fspath(folder)]
        self._known: dict[str, Any] = {}
        self._next: dict[str, Any] = {}
        self._changed = False
        if self._path is not None:
            with suppress(OSError, ValueError):
                kept = json.loads(self._path.read_bytes())
                if isinstance(kept, dict) and kept.get("head") == self._head and isinstance(kept.get("files"), dict):
                    self._known = kept["files"]

    def read(self, path: str, name: str) -> Read:
        """What is in a file, from before or anew. A file that cannot be read is a warning."""
        try:
            now = time.time_ns()
            status = Path(path).stat()
            signature = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
            known = self._known.get(path)
            if known is not None and known[0] == signature and known[1] == name:
                found = _thawed(name, known)
                self._next[path] = known
                return found
            found = read_vcards(name, Path(path).read_bytes())
        except OSError as error:
            return [], [warning(name, 1, f"the file cannot be read: {_why(error)}")]
        except (TypeError, ValueError, LookupError):  # the cache is not as we wrote it: read the file
            self._known.pop(path, None)
            return self.read(path, name)
        if max(status.st_mtime_ns, status.st_ctime_ns) <= now - self._grain:
            self._next[path] = [signature, name, *_frozen(found)]
            self._changed = True
        return found

    def save(self) -> None:
        """Keeps what was read, if it is not what was kept; that it cannot be kept costs nothing but time."""
        if self._path is None or not (self._changed or len(self._next) != len(self._known)):
            return
        data = json.dumps({"head": self._head, "files": self._next}, ensure_ascii=False, separators=(",", ":"))
        temporary = self._path.with_name(f"{CACHE_NAME}.{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data.encode(errors="surrogatepass"))
            temporary.replace(self._path)
        except OSError:
            with suppress(OSError):
                temporary.unlink()


def _frozen(found: Read) -> tuple[list[object], list[object]]:
    """The cards and problems of a file as JSON values."""
    cards, problems = found
    return (
        [[each.uid, each.line, to_row(each.person)] for each in cards],
        [[each.span.line, each.message, each.hint] for each in problems],
    )


def _thawed(file: str, known: Sequence[Any]) -> Read:
    cards = [Card(from_row(row), uid, line) for uid, line, row in known[2]]
    return cards, [warning(file, line, message, hint) for line, message, hint in known[3]]


def _name(path: Path | str, base: Path) -> str:
    """A path as a person would name it: relative to the configuration where it lies below it."""
    path = os.fspath(path)
    below = os.fspath(base) + os.sep
    return path[len(below) :] if path.startswith(below) else path


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
