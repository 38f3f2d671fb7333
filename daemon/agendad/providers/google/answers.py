"""What an answer of a Google API means for the request that caused it; pure. The ports decide on what is found here.

The table is that of https://developers.google.com/workspace/calendar/api/guides/errors, with one addition: an answer
that does not say whether a write was done (5xx, lost, cut, not JSON) is `UNKNOWN`, to be settled by reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypedDict

import msgspec

from agendad.errors import ProviderError
from agendad.model.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventList(TypedDict, total=False):
    """The body of `calendar.events.list`, which may be large: the items stay the JSON that they are."""

    items: list[msgspec.Raw]
    nextPageToken: str
    nextSyncToken: str
    timeZone: str
    accessRole: str
    error: object


class Fate(StrEnum):
    """How one request ended. All but `DONE` and `UNKNOWN` mean that nothing was written."""

    DONE = "done"
    GONE = "gone"  # 404: there is no such thing, or it may not be seen
    EXISTS = "exists"  # 409 duplicate: the id is taken
    DELETED = "deleted"  # 410: it was deleted before
    CHANGED = "changed"  # 412: it is not as it was read
    FULL_SYNC = "full-sync"  # the mark from which to read on is too old
    SLOW_DOWN = "slow-down"  # too many requests for now
    QUOTA = "quota"  # an abuse limit: no more writes for hours
    REFUSED = "refused"  # final
    UNAUTHORIZED = "unauthorized"  # there is no valid access
    UNKNOWN = "unknown"  # it may or may not have been done


@dataclass(frozen=True, slots=True)
class Answer:
    """One settled request: `body` is the JSON object of the answer or empty; `retry_after` in seconds.

    `reason` is the first of Google's error reasons; `message` and `hint` are for people and hold no token.
    """

    fate: Fate
    status: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    message: str = ""
    hint: str = ""
    retry_after: float | None = None

    def or_raise(self, what: str) -> Mapping[str, Any]:
        """The body of a request that was done; raises ProviderError that says what could not be done (`read x`)."""
        if self.fate is Fate.DONE:
            return self.body
        hint = self.hint or ("" if self.status else "is this machine online? nothing was changed")
        raise ProviderError(f"Google: cannot {what}: {self.message or self.fate}", hint=hint)


RATE_REASONS: Final = frozenset(
    {
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "RATE_LIMIT_EXCEEDED",
        "RESOURCE_EXHAUSTED",
    }
)
QUOTA_REASONS: Final = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_FULL_SYNC_REASONS: Final = frozenset({"fullSyncRequired", "updatedMinTooLongAgo"})
_HINTS: Final = dict.fromkeys(
    ("insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "run `agendad auth google` and tick every box"
)
_HISTORY: Final = "gmail.users.history.list"
_EVENTS: Final = "calendar.events.list"
_PLAIN: Final = {
    401: Fate.UNAUTHORIZED,
    404: Fate.GONE,
    408: Fate.UNKNOWN,
    412: Fate.CHANGED,
    429: Fate.SLOW_DOWN,
}
_LONGEST: Final = 300
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_EVENT_LIST: Final = msgspec.json.Decoder(EventList)


def settle(
    status: int, headers: Mapping[str, str], content: bytes, *, method: str = "GET", method_id: str = ""
) -> Answer:
    """The answer of a server. `headers` finds lower-case names; `method_id` is that of the discovery document."""
    retry_after = _retry_after(headers)
    body = _object(content, method_id)
    if 200 <= status < 300:
        if body is None and (status == 204 or (method == "DELETE" and not content.strip())):
            body = {}
        if body is None:
            return Answer(Fate.UNKNOWN, status, message="the answer is not what Google sends")
        return Answer(Fate.DONE, status, body)
    reasons, message = _error(body or {})
    fate = _fate(status, reasons, method, method_id)
    reason = next(iter(reasons), "")
    said = scrubbed(message) or f"status {status}"
    return Answer(fate, status, body or {}, reason, said, _HINTS.get(reason, ""), retry_after)


def lost(why: str) -> Answer:
    """No answer came, or not a whole one."""
    return Answer(Fate.UNKNOWN, message=scrubbed(why))


def scrubbed(text: str) -> str:
    """One line for people, with nothing in it that gives access."""
    hidden = without_secrets(" ".join(text.split()))
    return hidden if len(hidden) <= _LONGEST else f"{hidden[: _LONGEST - 1]}…"


def _fate(status: int, reasons: tuple[str, ...], method: str, method_id: str) -> Fate:
    if status >= 500:
        return Fate.UNKNOWN
    if status in {403, 429} and not QUOTA_REASONS.isdisjoint(reasons):
        return Fate.QUOTA
    if status == 403 and not RATE_REASONS.isdisjoint(reasons):
        return Fate.SLOW_DOWN
    if status == 404 and method_id == _HISTORY:
        return Fate.FULL_SYNC
    if status == 409:
        return Fate.EXISTS if "duplicate" in reasons or "alreadyExists" in reasons else Fate.CHANGED
    if status == 410:
        stale = not _FULL_SYNC_REASONS.isdisjoint(reasons) or (method == "GET" and "deleted" not in reasons)
        return Fate.FULL_SYNC if stale else Fate.DELETED
    return _PLAIN.get(status, Fate.REFUSED)


def _error(body: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The reasons and the message: of an API (`error` is an object) or of the token endpoint (RFC 6749, 5.2)."""
    error = body.get("error")
    if isinstance(error, str):
        return (error,), str(body.get("error_description") or error)
    if not isinstance(error, dict):
        return (), ""
    details = [*_objects(error.get("errors")), *_objects(error.get("details"))]
    reasons = [reason for each in details if isinstance(reason := each.get("reason"), str)]
    if isinstance(state := error.get("status"), str):
        reasons.append(state)
    return tuple(reasons), str(error.get("message") or "")


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _object(content: bytes, method_id: str) -> Mapping[str, Any] | None:
    try:
        if method_id == _EVENTS and content.decode():  # bytes that are left as they are have to be text, too
            return _EVENT_LIST.decode(content)
        return _OBJECT.decode(content)
    except (ValueError, RecursionError):
        return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, of either form (RFC 9110, section 10.2.3); a date counts from the server's own."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())
