"""What goes over the wire of the emulator: requests, replies, the log, and refusals in Google's own form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

_STATUS: Final = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
PHRASES: Final = {
    200: "OK",
    204: "No Content",
    302: "Found",
    304: "Not Modified",
    308: "Resume Incomplete",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; `path_and_query` begins with a slash, names of headers are of any case."""

    method: str
    path_and_query: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request.

    `cut`: the connection breaks. With `status` 0 nothing came back at all; otherwise the status and the headers came,
    with the Content-Length of the whole, and `body` is the part that arrived. `committed`: something was changed,
    whatever the status says. `delay` is how many seconds it took beyond the usual.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    committed: bool = False
    delay: float = 0.0

    def json(self) -> Json:
        """The body as an object; ValueError when it is none."""
        found: Json = json.loads(self.body)
        return found


@dataclass(frozen=True, slots=True)
class Logged:
    """One request, or one part of a batch (`part`), as the log keeps it.

    `call` is the discovery id such as `calendar.events.insert`, or `token`, `consent`, `batch`, or empty for what
    exists nowhere. `status` is what the client was told; `answered` is false when it was told nothing whole. `fault`
    is the kind of the fault that was injected, or empty.
    """

    method: str
    path: str
    call: str
    scopes: frozenset[str]
    status: int
    committed: bool
    part: bool = False
    answered: bool = True
    fault: str = ""
    account: str = ""


class Refused(Exception):
    """An error answer: HTTP status, Google's reason, a message."""

    def __init__(self, status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.headers = dict(headers or {})


def bad(message: str, reason: str = "invalid") -> Refused:
    """A 400."""
    return Refused(400, reason, message)


def not_found(message: str = "Not Found") -> Refused:
    """A 404."""
    return Refused(404, "notFound", message)


def dumps(value: object) -> str:
    """Compact JSON."""
    return _ENCODER.encode(value)


def error_reply(refused: Refused, *, committed: bool = False) -> Reply:
    """A refusal in the JSON form of the Google APIs (`error.errors[].reason`)."""
    entry = {"domain": _domain(refused.reason), "reason": refused.reason, "message": refused.message}
    error: Json = {"code": refused.status, "message": refused.message, "errors": [entry]}
    if refused.status in _STATUS:
        error["status"] = _STATUS[refused.status]
    headers = {"content-type": "application/json; charset=UTF-8"} | refused.headers
    return Reply(refused.status, headers, dumps({"error": error}).encode(), committed=committed)


def json_reply(text: str, *, committed: bool = False, headers: Mapping[str, str] | None = None) -> Reply:
    """A 200 with JSON text."""
    head = {"content-type": "application/json; charset=UTF-8"} | dict(headers or {})
    return Reply(200, head, text.encode(), committed=committed)


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by lower-case names."""
    return {name.lower(): value for name, value in headers.items()}


def _domain(reason: str) -> str:
    if reason in {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}:
        return "usageLimits"
    return "calendar" if reason in {"fullSyncRequired", "timeRangeEmpty", "forbiddenForNonOrganizer"} else "global"
