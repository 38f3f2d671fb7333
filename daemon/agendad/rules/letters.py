"""The letter of a `draft:`: its template's files in every language, and the keys that go with it; called by `build`.

What a template says is not looked at here: `agendad check` renders each one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from agendad.rules.fields import letter as fields
from agendad.rules.source import Refused
from agendad.rules.templates import read_variants

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from agendad.rules.table import Found


def complete(found: Found, folders: Sequence[Path]) -> None:
    """Put the whole letter in place of the name of its template, or report what is wrong with that."""
    letter = found.get(fields.DRAFT)
    if letter is None:
        return
    try:
        files = read_variants(letter.template, found.nodes["draft"], folders)
    except Refused as refused:
        found.broken = True
        found.problems.extend(refused.problems)
        return
    unless = found.get(fields.UNLESS)
    whole = replace(
        letter,
        variants={tag: file.text for tag, file in files.items()},
        paths={tag: file.name for tag, file in files.items()},
        to=found.value(fields.TO, ()),
        cc=found.value(fields.CC, ()),
        bcc=found.value(fields.BCC, ()),
        each_person=found.has(fields.EACH),
        hold_until_working_hours=found.has(fields.HOLD_UNTIL),
        drop_if_late=found.get(fields.IF_LATE) == "drop",
        unless_mailed=None if unless is None else unless == "mailed",
        new_thread=found.get(fields.THREAD) == "new",
        label=found.value(fields.LABEL, ""),
    )
    found.put(fields.DRAFT, whole)
