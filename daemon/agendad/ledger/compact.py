"""What the ledger lets go in time: history that nobody needs any more, in small commits.

Between two of them the ledger is whole, only some of the history is gone and some not; the next compaction goes on.
What is to go is asked anew each time, so that it can be done, or killed, at any moment.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from agendad.ledger.codec import moment_to_text
from agendad.ledger.history import last_runs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from agendad.ledger.store import Ledger

UNDOABLE: Final = 50
"""So many runs, and so many applies that can still be taken back, stay whole with all that came after."""
ROWS: Final = 500
"""Rows in one commit."""
_NONE: Final = 2**62
COMMITS: Final = 40
"""Commits in one compaction: what is left over waits for the next."""


@dataclass(frozen=True, slots=True)
class Ages:
    """How long things are kept: `history` of runs and changes, `reasons` why keys are as they are, `memory` what
    cycles look at."""

    history: timedelta
    reasons: timedelta
    memory: timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """How many rows of each table were let go; `more` when there are others, for the next time."""

    runs: int = 0
    changes: int = 0
    decisions: int = 0
    written: int = 0
    drafts: int = 0
    more: bool = False

    @property
    def removed(self) -> int:
        """All of them together."""
        return self.runs + self.changes + self.decisions + self.written + self.drafts


def compact(ledger: Ledger, ages: Ages, now: datetime, whole: int = UNDOABLE) -> Kept:
    """Lets go what is older, and gives the space back; writes nothing when nothing is.

    Never an intent whose end is not known, a draft that may still lie in Drafts, nor anything of the last `whole` runs.
    Ages are counted back from the oldest run that stays: a clock that is wrong once makes nothing old.
    """
    first, then = _first_kept(ledger, whole)
    if then is None:
        return Kept()
    until = min(now.astimezone(UTC), then)
    history, memory = moment_to_text(until - ages.history), (until - ages.memory).date().isoformat()
    work = _Work(ledger)
    changes = work.remove("changes", "id", _CHANGES, first, history)
    counts = {
        "changes": changes,
        "runs": work.remove("runs", "id", _RUNS, first, history),
        "decisions": work.remove(
            "decisions", "key", _DECISIONS, moment_to_text(until - ages.reasons), json.dumps(ledger.decided_keys())
        ),
        "written": work.remove("written", "key", "end < ?", memory),
        "drafts": work.remove("drafts", "key", _DRAFTS, first, memory),
    }
    ledger.give_back()
    return Kept(**counts, more=work.left == 0)


_CHANGES: Final = "status IS NOT NULL AND run IN (SELECT id FROM runs WHERE id < ? AND now < ?)"
_RUNS: Final = "id < ? AND now < ? AND NOT EXISTS (SELECT 1 FROM changes WHERE run = runs.id)"
_DECISIONS: Final = "at < ? AND key NOT IN (SELECT value FROM json_each(?))"
# The newest row tells that the mailbox was used: one that is gone is then no empty one.
_DRAFTS: Final = """status IN ('sent', 'deleted', 'withdrawn') AND max(coalesce(run, 0), coalesce(removed_by, 0)) < ?
    AND max(made, due) < ? AND key != (SELECT key FROM drafts ORDER BY made DESC, key DESC LIMIT 1)"""


def _first_kept(ledger: Ledger, whole: int) -> tuple[int, datetime | None]:
    """The number of the oldest run that stays whole, and the earliest instant of it and all later ones (UTC)."""
    applies = last_runs(ledger, whole)
    (first, then), *_ = ledger.rows(
        """SELECT min(id), min(now) FROM runs
           WHERE id >= min(?, (SELECT min(id) FROM (SELECT id FROM runs ORDER BY id DESC LIMIT ?)))""",
        *(applies[0] if applies else _NONE, whole),
    )
    return (first, datetime.fromisoformat(then)) if then else (0, None)


class _Work:
    """Removes rows, a commit at a time; `left` counts the commits that may still be made."""

    def __init__(self, ledger: Ledger) -> None:
        self.left = COMMITS
        self._ledger = ledger

    def remove(self, table: str, name: str, which: str, *values: object) -> int:
        """Removes the rows of a table for which a condition holds; how many. `name` is the table's primary key."""
        count = 0
        while self.left and (found := self._some(table, name, which, values)):
            with self._ledger.batch("compact") as batch:
                batch.execute(
                    f"DELETE FROM {table} WHERE {name} IN (SELECT value FROM json_each(?))",  # noqa: S608 - names of ours
                    json.dumps(found),
                )
            count += len(found)
            self.left -= 1
            if len(found) < ROWS:
                break
        return count

    def _some(self, table: str, name: str, which: str, values: Sequence[object]) -> list[object]:
        query = f"SELECT {name} FROM {table} WHERE {which} ORDER BY {name} LIMIT {ROWS}"  # noqa: S608 - as above
        return [row[0] for row in self._ledger.rows(query, *values)]
