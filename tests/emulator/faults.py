"""What goes wrong between a client and Google: by a script, or at random by a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from emulator.wire import Refused, Reply, error_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Kind(StrEnum):
    """One way to fail. `before` and `after` are before and after the commit."""

    RATE_403 = "rate 403"
    RATE_429 = "rate 429"
    QUOTA = "quota"
    ERROR_BEFORE = "error before"
    ERROR_AFTER = "error after"
    LOST_BEFORE = "lost before"
    LOST_AFTER = "lost after"
    CUT_BODY = "cut body"
    MALFORMED = "malformed"
    SLOW = "slow"
    UNAUTHORIZED = "unauthorized"
    FULL_SYNC = "full sync"
    RACE = "race"
    MISSING = "missing"


_WIRE: Final = frozenset({Kind.LOST_BEFORE, Kind.LOST_AFTER, Kind.CUT_BODY, Kind.SLOW})
_STATUS: Final = frozenset({Kind.RATE_403, Kind.RATE_429, Kind.ERROR_BEFORE, Kind.ERROR_AFTER, Kind.MALFORMED})
_TOKEN: Final = _WIRE | {Kind.ERROR_BEFORE, Kind.RATE_429, Kind.MALFORMED}
_RACED: Final = frozenset(
    {"calendar.events.patch", "calendar.events.update", "calendar.events.delete"}
    | {"gmail.users.drafts.update", "gmail.users.drafts.delete"}
)
RANDOM: Final = frozenset(Kind) - {Kind.QUOTA, Kind.RACE}
"""The kinds drawn at random unless others are named: those that leave no trace in the calendar by themselves."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, once. `call` is a pattern over discovery ids, `token` and `batch`; it matches each part of a batch.

    A script goes in order: the first fault that fits a call has it, and lets `skip` such calls go well before it
    happens. `status` is that of the server errors, `seconds` the time of a slow answer.
    """

    kind: Kind
    call: str = "*"
    skip: int = 0
    status: int = 503
    retry_after: int | None = None
    seconds: float = 90.0


@dataclass(slots=True)
class Faults:
    """Which faults come. `sleep` is called for slow answers and gets seconds; `race` is told of each racing edit."""

    sleep: Callable[[float], None] = lambda seconds: None
    script: list[Fault] = field(default_factory=list)
    rate: float = 0.0
    kinds: frozenset[Kind] = RANDOM
    rng: random.Random = field(default_factory=lambda: random.Random(0))

    def add(self, *faults: Fault) -> None:
        """Adds faults to the script; each happens once, at the first call that it fits."""
        self.script.extend(faults)

    def at_random(self, rate: float, seed: int, kinds: Iterable[Kind] = RANDOM) -> None:
        """From now on this share of all calls fails; the same seed and calls give the same faults."""
        self.rate, self.kinds, self.rng = rate, frozenset(kinds), random.Random(seed)

    def off(self) -> None:
        """No more faults."""
        self.rate = 0.0
        self.script.clear()

    def take(self, call: str, *, part: bool = False, synced: bool = False) -> Fault | None:
        """The fault of this call, if it has one; `synced` when it goes on from a sync token or history id."""
        if not self.script and not self.rate:
            return None
        fitting = _fitting(call, part=part, synced=synced)
        for number, fault in enumerate(self.script):
            if fault.kind in fitting and fnmatchcase(call, fault.call):
                if fault.skip:
                    self.script[number] = replace(fault, skip=fault.skip - 1)
                    return None
                return self.script.pop(number)
        if not self.rate or self.rng.random() >= self.rate:
            return None
        kinds = sorted(fitting & self.kinds)
        if not kinds:
            return None
        wait = self.rng.choice((None, 1, 7))
        return Fault(self.rng.choice(kinds), status=self.rng.choice((500, 502, 503, 504)), retry_after=wait)

    def spoiled(self, fault: Fault, reply: Reply) -> Reply:
        """What the client gets instead of a reply that was already earned."""
        if fault.kind is Kind.ERROR_AFTER:
            return replace(error_reply(server_error(fault.status)), committed=reply.committed)
        if fault.kind is Kind.LOST_AFTER:
            return Reply(0, cut=True, committed=reply.committed)
        if fault.kind is Kind.CUT_BODY:
            if not reply.body:
                return Reply(0, cut=True, committed=reply.committed)
            length = str(len(reply.body))
            body = reply.body[: self.rng.randrange(len(reply.body))]
            return replace(reply, headers={**reply.headers, "content-length": length}, body=body, cut=True)
        if fault.kind is Kind.MALFORMED and reply.status < 300:
            broken = (b"<!DOCTYPE html><title>Error</title>", reply.body[: len(reply.body) // 2], b"", b"[]")
            return replace(reply, status=200, body=self.rng.choice(broken))
        if fault.kind is Kind.SLOW:
            return replace(reply, delay=fault.seconds)
        return reply


def refusal(fault: Fault) -> Refused | None:
    """The error answer of a fault that comes before the commit."""
    wait = {"retry-after": str(fault.retry_after)} if fault.retry_after is not None else None
    if fault.kind is Kind.RATE_403:
        return Refused(403, "userRateLimitExceeded", "User Rate Limit Exceeded", wait)
    if fault.kind is Kind.RATE_429:
        return Refused(429, "rateLimitExceeded", "Rate Limit Exceeded", wait)
    if fault.kind is Kind.QUOTA:
        return Refused(403, "quotaExceeded", "Calendar usage limits exceeded.")
    if fault.kind is Kind.ERROR_BEFORE:
        return server_error(fault.status)
    return None


def server_error(status: int) -> Refused:
    """A 5xx."""
    return Refused(status, "backendError", "Backend Error")


def _fitting(call: str, *, part: bool, synced: bool) -> frozenset[Kind]:
    if call == "token":
        return _TOKEN
    found = _STATUS | {Kind.UNAUTHORIZED}
    if call == "batch":
        return found | _WIRE
    found |= {Kind.MISSING} if part else _WIRE
    if call.startswith("calendar.events.") and call.rpartition(".")[2] not in {"get", "list", "instances"}:
        found |= {Kind.QUOTA}
    if synced:
        found |= {Kind.FULL_SYNC}
    return found | {Kind.RACE} if call in _RACED else found
