"""`decisions.json`: what a person decided that no calendar can show again. Lost ledgers lose none of it.

Small, readable, and replaced as a whole: a kill or a power cut leaves the old file or the new one. A file that cannot
be read is never replaced; the message says where it is broken.
"""

from __future__ import annotations

import json
import os
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from agendad.errors import StateUnusable
from agendad.model.mail import GoneDraft
from agendad.model.memory import Decisions, Gone, Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

NAME: Final = "decisions.json"
VERSION: Final = 1
_YEARS: Final = (1900, 9000)
"""Outside of them, reckoning with days and zones leaves the calendar."""
_SECTIONS: Final = {"version", "deleted", "first_days", "absences", "pauses", "drafts", "episodes"}


def load(folder: Path) -> Decisions:
    """The decisions in a state folder; none when there is no file.

    Raises StateUnusable when the file cannot be read or understood whole.
    """
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Decisions()
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, str(error)) from error
    try:
        raw = json.loads(text)
        if raw["version"] > VERSION:
            raise StateUnusable(
                f"{path}: it is of version {raw['version']}, this agendad knows {VERSION}", hint="use the newer agendad"
            )
        return _from_json(raw)
    except json.JSONDecodeError as error:
        raise _unusable(path, f"line {error.lineno}, column {error.colno}: {error.msg.lower()}") from error
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise _unusable(path, f"not as it was written ({error})") from error


def save(folder: Path, decisions: Decisions, checkpoint: Callable[[str], None] | None = None) -> None:
    """Replaces the file, durably; the lock of the folder is held. `checkpoint` is called around each file operation.

    Raises StateUnusable when it cannot be written; the old file then stands.
    """
    path, temporary = folder / NAME, folder / f".{NAME}.new"
    text = json.dumps(_to_json(decisions), indent=2, ensure_ascii=False) + "\n"

    def at(step: str) -> None:
        if checkpoint:
            checkpoint(f"decisions: {step}")

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at("before write")
        with temporary.open("w", encoding="utf-8") as file:
            temporary.chmod(0o600)
            file.write(text)
            file.flush()
            at("before fsync")
            os.fsync(file.fileno())
        at("before rename")
        temporary.replace(path)
        at("after rename")
        _sync_folder(folder)
    except OSError as error:
        raise StateUnusable(
            f"{path}: {os.strerror(error.errno or 0).lower()}",
            hint="the state folder needs free space and to be writable by you",
        ) from error


def _to_json(decisions: Decisions) -> dict[str, object]:
    return {
        "version": VERSION,
        "deleted": {key: _gone_to_json(gone) for key, gone in sorted(decisions.deleted.items())},
        "first_days": {rule: at.isoformat() for rule, at in sorted(decisions.first_days.items())},
        "absences": [{"from": first.isoformat(), "to": last.isoformat()} for first, last in decisions.absences],
        "pauses": [
            {"from": pause.start.isoformat(), "to": pause.end.isoformat() if pause.end else None}
            for pause in decisions.pauses
        ],
        "drafts": {
            key: {"rule": gone.rule, "day": gone.day.isoformat(), "by": gone.by}
            for key, gone in sorted(decisions.drafts.items())
        },
        "episodes": {rule: day.isoformat() for rule, day in sorted(decisions.episodes.items())},
    }


def _from_json(raw: Mapping[str, Any]) -> Decisions:
    unknown = sorted(raw.keys() - _SECTIONS)
    if unknown:
        raise ValueError(f"unknown entry {unknown[0]!r}")
    return Decisions(
        deleted={key: _gone(entry) for key, entry in raw.get("deleted", {}).items()},
        first_days={rule: _instant(at) for rule, at in raw.get("first_days", {}).items()},
        absences=tuple((_date(each["from"]), _date(each["to"])) for each in raw.get("absences", [])),
        pauses=tuple(
            Pause(_instant(each["from"]), _instant(each["to"]) if each["to"] else None)
            for each in raw.get("pauses", [])
        ),
        drafts={key: _gone_draft(entry) for key, entry in raw.get("drafts", {}).items()},
        episodes={rule: date.fromisoformat(day) for rule, day in raw.get("episodes", {}).items()},
    )


def _gone_to_json(gone: Gone) -> dict[str, str]:
    entry = {"rule": gone.rule, "day": gone.day.isoformat(), "by": gone.by}
    if gone.start is not None and gone.end is not None:
        entry |= {"start": gone.start.isoformat(), "end": gone.end.isoformat()}
    return entry


def _gone(entry: Mapping[str, str]) -> Gone:
    causes: dict[str, Literal["hand", "undo", "yield"]] = {"hand": "hand", "undo": "undo", "yield": "yield"}
    by = causes[entry.get("by", "hand")]
    times = (_instant(entry["start"]), _instant(entry["end"])) if "start" in entry else (None, None)
    return Gone(entry["rule"], date.fromisoformat(entry["day"]), by, *times)


def _gone_draft(entry: Mapping[str, str]) -> GoneDraft:
    causes: dict[str, Literal["hand", "undo"]] = {"hand": "hand", "undo": "undo"}
    return GoneDraft(entry["rule"], date.fromisoformat(entry["day"]), causes[entry.get("by", "hand")])


def _date(text: str) -> date:
    day = date.fromisoformat(text)
    if not _YEARS[0] <= day.year < _YEARS[1]:
        raise ValueError(f"{text!r} is not a day of our days")
    return day


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC")
    if not _YEARS[0] <= instant.year < _YEARS[1]:
        raise ValueError(f"{text!r} is not a time of our days")
    return instant


def _sync_folder(folder: Path) -> None:
    """Makes a rename durable: it is in the folder, not in the file."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, message: str) -> StateUnusable:
    return StateUnusable(
        f"{path}: {message}",
        hint="repair it, or move it away: what it says about deletions and absences is then forgotten",
    )
