"""Why: every decision is a reason code with the facts of the case; the sentence is made in `core/trace.py` alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReasonCode(StrEnum):
    """What decided. The facts that go with each are named in `core/trace.py`, beside its sentence."""

    # why an occurrence exists
    EVERY = "every"
    AFTER_EVENT = "after-event"
    BEFORE_EVENT = "before-event"
    AFTER_BUSY = "after-busy"
    STEP = "step"
    LOAD_CAP = "load-cap"
    WHEN_STATE = "when-state"
    INVITATION = "invitation"
    # where it went
    FIXED_TIME = "fixed-time"
    PLACED_FREE = "placed-free"
    PREFERENCE_MET = "preference-met"
    KEPT = "kept"
    MADE_ROOM = "made-room"
    SHRUNK = "shrunk"
    SPLIT = "split"
    MOVED_ASIDE = "moved-aside"
    KEEPS_OVER_EVENT = "keeps-over-event"
    SETTLED = "settled"
    # when a draft comes
    HELD_HOURS = "held-hours"
    HELD_AWAY = "held-away"
    LATE = "late"
    IN_THREAD = "in-thread"
    # the person's hand
    PINNED = "pinned"
    HAND_KEPT = "hand-kept"
    DELETED_BY_HAND = "deleted-by-hand"
    CHANGED_SINCE = "changed-since"
    # why there is none
    NO_ROOM = "no-room"
    OUTRANKED = "outranked"
    YIELDED = "yielded"
    SATISFIED = "satisfied"
    EXCLUDED = "excluded"
    ALREADY_PAST = "already-past"
    IN_PROGRESS = "in-progress"
    NO_WINDOW = "no-window"
    PAUSED = "paused"
    MAILED = "mailed"
    CONTACTED = "contacted"
    SENT = "sent"
    DRAFT_DELETED = "draft-deleted"
    NO_RECIPIENT = "no-recipient"
    NOBODY = "nobody"
    TOO_LATE = "too-late"
    PURPOSE_OVER = "purpose-over"
    SUPERSEDED = "superseded"
    TOO_MANY = "too-many"
    # why something that stands is changed or removed
    RULE_GONE = "rule-gone"
    RULE_CHANGED = "rule-changed"
    NO_LONGER_DUE = "no-longer-due"
    LIMIT = "limit"
    UNDONE = "undone"
    RESET = "reset"
    PURGED = "purged"


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of an explanation: a code and its facts (names, titles, instants as text)."""

    code: ReasonCode
    facts: Mapping[str, str] = field(default_factory=dict)
