"""What a life of `lived.py` must have left behind once it is calm: each promise that can be told from outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agendad.app.away import noted
from agendad.app.cycle import plan
from agendad.app.explain import explain
from agendad.ledger.history import drafts as made_drafts
from agendad.model.reasons import ReasonCode
from machine.lived_rules import TITLE

if TYPE_CHECKING:
    from agendad.app.cycle import Look
    from agendad.ledger import Ledger
    from machine.lived import Life
    from machine.lived_outside import Outside


class Hands:
    """What the person's hand did to blocks and drafts, and what is known of it where state was lost."""

    def __init__(self) -> None:
        self.renamed: dict[str, str] = {}
        self.moved: dict[str, datetime] = {}
        self.taken_back: dict[str, datetime] = {}  # where blocks stood that an undo put back
        self.deleted: set[str] = set()
        self.edited: dict[str, bytes] = {}
        self.gone: set[str] = set()  # keys of drafts that were deleted
        self.sent: set[str] = set()
        self.ever: set[str] = set()  # keys of all blocks and drafts that were ever deleted
        self.fresh: set[str] = set()  # keys of deletions that no cycle has seen yet
        self.alone: set[str] = set()  # those that decisions.json alone knows
        self.written: set[str] = set()  # and those that the ledger alone knows

    def remembered(self) -> None:
        """A cycle has seen all, and both files know of it that still know of older ones."""
        self.fresh.clear()
        self.written.clear()

    def lost(self, name: str) -> None:
        """A file of the state folder is gone, or all of it."""
        if name == "ledger.db":
            self.forget(self.fresh | self.written)
            self.alone = self.deleted | self.gone
        elif name == "decisions.json":
            self.forget(set(self.alone))
            self.written = self.deleted | self.gone
        else:
            self.forget(self.deleted | self.gone)

    def forget(self, keys: set[str]) -> None:
        """Nothing is known of these deletions any more."""
        self.deleted -= keys
        self.gone -= keys

    def give_back(self, key: str) -> None:
        """A block is its rule's again."""
        self.deleted.discard(key)
        self.gone.discard(key)
        self.moved.pop(key, None)
        self.renamed.pop(key, None)

    def check(self, outside: Outside) -> None:
        """The person's hand won."""
        blocks, drafts = outside.blocks(), outside.drafts()
        assert not self.deleted & blocks.keys(), f"deleted by hand, and back: {self.deleted & blocks.keys()}"
        for key, title in self.renamed.items():
            assert key in self.deleted or blocks[key].title == title, "a title by hand is lost"
        for key, start in self.moved.items():
            assert key in self.deleted or blocks[key].start == start, "a time by hand is lost"
        assert not (self.gone | self.sent) & drafts.keys(), "a draft that was deleted or sent came back"
        assert all(drafts.get(key) == raw for key, raw in self.edited.items()), "an edited draft was touched"


def calm(life: Life) -> None:
    """Nothing goes wrong any more, and the daemon makes three cycles, the last of them at this moment."""
    from machine.lived_events import Events

    events = Events(life)
    life.frozen, life.doom, life.ending = None, 0, 0
    events.back()
    events.files_mended()
    events.clock_right()
    events.resumed()
    life.until(life.time.true + timedelta(hours=3))
    events.answers()
    for _ in range(3):
        life.until(life.time.true + timedelta(seconds=61))
        assert life.daemon is not None
        life.daemon.ask_cycle()
        life.step()
    assert life.daemon is not None
    assert life.daemon.health.trouble == ""


def check(life: Life) -> None:
    """Every promise, at the end."""
    assert life.daemon is not None
    seen = life.look(life.time.clock())
    life.assert_nothing_wanted(seen)
    blocks = life.outside.blocks()
    wanted = {block.key for block in seen.reconciled.blocks}
    assert wanted <= blocks.keys(), "a block is missing"
    assert {key for key, block in blocks.items() if block.start > life.time.true} <= wanted, "a block too many"
    life.hands.check(life.outside)
    decisions = noted(life.home())
    gone = {key for each in (decisions.deleted, decisions.drafts) for key, entry in each.items() if entry.by == "hand"}
    assert gone <= life.hands.ever, f"taken for deleted by hand: {gone - life.hands.ever}"
    life.outside.foreign_is_untouched()
    with life.home().ledger() as ledger:
        _check_ledger(life, ledger, seen)
    _check_journal(life)
    _check_quiet(life)


def _check_ledger(life: Life, ledger: Ledger, seen: Look) -> None:
    """All is settled that can be, late follow-ups are called late, and what stands is explained."""
    for key, before, after in ledger.rows("SELECT key, before, after FROM changes WHERE status IS NULL"):
        assert not seen.context.looked_at(key, *_span(before, after)), f"what became of {key} is open"
    known = {key for (key,) in ledger.rows("SELECT key FROM written")}
    assert {block.key for block in seen.reconciled.blocks} <= known, "the ledger does not know what stands"
    assert ledger.rows("SELECT key FROM drafts WHERE status IN ('open', 'removing')") == []
    for entry in made_drafts(ledger, rule="thanks"):
        if entry.run is not None and entry.draft.source_end is not None and entry.draft.status == "made":
            late = entry.draft.made > entry.draft.source_end + timedelta(minutes=30) + life.within
            assert late == any(why.code is ReasonCode.LATE for why in entry.why), entry.draft.key
    whole = plan(seen)
    for key, block in life.outside.blocks().items():
        assert isinstance(block.start, datetime), "none of these rules has whole days"
        if seen.now < block.start < seen.context.horizon:
            stories = explain(seen, whole, ledger, key).stories
            assert stories
            assert all(story.why for story in stories), key


def _span(before: str | None, after: str | None) -> tuple[datetime, datetime]:
    from agendad.ledger.codec import fields_from_text

    fields = fields_from_text(after) or fields_from_text(before)
    assert fields is not None
    return fields.start, fields.end  # type: ignore[return-value]


def _check_journal(life: Life) -> None:
    """It tells no title, no body and no token, and of no fault in the product."""
    told = "\n".join(text for _, _, text in life.notes.lines)
    for secret in (TITLE, *life.outside.secrets()):
        assert secret not in told, told[max(0, told.index(secret) - 300) :][:700]
    faults = [text for _, event, text in life.notes.lines if event == "fault"]
    assert not faults, faults[0]


def _check_quiet(life: Life) -> None:
    """When nothing happens, nothing is written."""

    def files() -> list[tuple[str, bytes]]:
        found = [path for path in life.state.glob("*") if path.is_file() and not path.name.endswith("-shm")]
        return sorted((path.name, path.read_bytes()) for path in found)

    def cycle() -> None:
        assert life.daemon is not None
        life.daemon.ask_cycle()
        life.step()

    cycle()  # a minute has passed, in which a block may have ended
    stood, kept = life.outside.stand(), files()
    for _ in range(2):
        cycle()
    assert (life.outside.stand(), files()) == (stood, kept)
