"""Reasons to sentences: the one place where an explanation becomes text. `plan`, `explain` and the pages ask here.

Each sentence is short, lower case and without a full stop, so that it reads in a list, a tooltip and a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from agendad.model.reasons import ReasonCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agendad.model.reasons import Reason

_SENTENCES: Final[Mapping[ReasonCode, str]] = {
    ReasonCode.EVERY: "every {phrase}",
    ReasonCode.AFTER_EVENT: "after {obstacle} on {day}",
    ReasonCode.BEFORE_EVENT: "before {obstacle}",
    ReasonCode.AFTER_BUSY: "after {busy} of busy time without a break",
    ReasonCode.STEP: "step of {on}, counted from {starting}",
    ReasonCode.LOAD_CAP: "the meetings of the day pass {above}",
    ReasonCode.FIXED_TIME: "at the time that its rule gives",
    ReasonCode.PLACED_FREE: "placed in free time",
    ReasonCode.PREFERENCE_MET: "placed in free time, {met} of {of} preferences met",
    ReasonCode.KEPT: "stays where it stands",
    ReasonCode.MADE_ROOM: "moved to make room{cause}",
    ReasonCode.SHRUNK: "shortened from {wanted} to {minutes}{cause}",
    ReasonCode.SPLIT: "split into {pieces} pieces, {minutes} of {wanted}{cause}",
    ReasonCode.MOVED_ASIDE: "moved aside{cause}",
    ReasonCode.KEEPS_OVER_EVENT: "keeps its place over {obstacle}",
    ReasonCode.SETTLED: "begins too soon to be moved",
    ReasonCode.PINNED: "stays where the person put it",
    ReasonCode.HAND_KEPT: "keeps what the person changed{fields}",
    ReasonCode.DELETED_BY_HAND: "deleted by the person, so it is not made again (`agendad reset` forgets that)",
    ReasonCode.NO_ROOM: "no room: it needs {minutes}, the longest free stretch it may use is {longest}",
    ReasonCode.OUTRANKED: "a block of rule `{rule}`, which ranks higher, has the place",
    ReasonCode.YIELDED: "gave way to {obstacle}",
    ReasonCode.SATISFIED: "{obstacle} stands in the calendar already",
    ReasonCode.EXCLUDED: "left out by `except:` ({by})",
    ReasonCode.ALREADY_PAST: "its time is past",
    ReasonCode.IN_PROGRESS: "its time has begun",
    ReasonCode.NO_WINDOW: "no time left in which its rule lets it stand",
    ReasonCode.PAUSED: "writing is paused",
    ReasonCode.RULE_GONE: "its rule is gone or disabled",
    ReasonCode.RULE_CHANGED: "its rule changed{fields}",
    ReasonCode.NO_LONGER_DUE: "its rule no longer asks for it",
    ReasonCode.EVENT_IN_THE_WAY: "{obstacle} is in the way",
    ReasonCode.BLOCK_IN_THE_WAY: "a block of rule `{rule}` is in the way",
    ReasonCode.LIMIT: "waits for the next cycle: the limit of writes is reached",
    ReasonCode.UNDONE: "taken back by `agendad undo`",
    ReasonCode.RESET: "given back to its rule",
    ReasonCode.PURGED: "removed by `agendad purge`",
}

_LENGTHS: Final = frozenset({"busy", "above", "minutes", "wanted", "longest"})


def sentence(reason: Reason) -> str:
    """The reason as one short sentence; a fact that is missing leaves its place empty."""
    facts = {name: _length(value) if name in _LENGTHS else value for name, value in reason.facts.items()}
    obstacle = _obstacle(reason.facts)
    fields = reason.facts.get("fields", "")
    known = {
        **facts,
        "obstacle": obstacle or "something",
        "cause": f", because of {obstacle}" if obstacle else "",
        "fields": f": {fields.replace('_', ' ')}" if fields else "",
    }
    text = _SENTENCES[reason.code].format_map(_Facts(known))
    if old := reason.facts.get("renamed_from"):
        text += f" (renamed from `{old}`)"
    return text


def sentences(reasons: tuple[Reason, ...]) -> list[str]:
    """All reasons as sentences, each once."""
    return list(dict.fromkeys(sentence(reason) for reason in reasons))


def clock_length(minutes: int) -> str:
    """Minutes as a person writes them: `45m`, `2h`, `1h30m`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}h{rest:02}m" if hours and rest else f"{hours}h" if hours else f"{rest}m"


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _obstacle(facts: Mapping[str, str]) -> str:
    if "event" in facts:
        return f"“{facts['event']}”" if facts["event"] else "an event without a title"
    return f"rule `{facts['rule']}`" if "rule" in facts else ""


def _length(value: str) -> str:
    return clock_length(int(value)) if value.isdigit() else value
