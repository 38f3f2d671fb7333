"""Mails that come through the upload paths: media, multipart/related, and resumable sessions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulator.gmail import LARGEST_MAIL
from emulator.wire import Json, Refused, Reply, bad

if TYPE_CHECKING:
    from emulator.discovery import Method
    from emulator.wire import Request

_BOUNDARY = re.compile(r'multipart/related;.*boundary="?([^";]+)"?', re.IGNORECASE)
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(slots=True)
class Session:
    """A resumable upload that was begun: the path and headers it began with, its metadata, and what came so far."""

    path: str
    method: str
    content: bytes = b""
    metadata: bytes = b""


@dataclass(slots=True)
class Sessions:
    """The open resumable uploads."""

    _open: dict[str, Session] = field(default_factory=dict)
    _made: int = 0

    def begin(self, request: Request) -> Reply:
        """Answers the first request of an upload with the address of its session."""
        self._made += 1
        name = f"upload-{self._made}"
        self._open[name] = Session(request.path_and_query, request.method, metadata=request.body)
        host = request.headers.get("host", "gmail.googleapis.com")
        scheme = "http" if host.startswith("127.") else "https"
        where = f"{scheme}://{host}{request.path_and_query}&upload_id={name}"
        return Reply(200, {"location": where, "x-guploader-uploadid": name})

    def go_on(self, name: str, request: Request) -> Session | Reply:
        """Takes more bytes; the session when it has them all, else the answer 308."""
        session = self._open.get(name)
        if session is None:
            raise Refused(404, "notFound", "No such upload.")
        match = _RANGE.fullmatch(request.headers.get("content-range", ""))
        if match is None:
            session.content = request.body
        elif match[1] is not None:
            if int(match[1]) != len(session.content):
                raise bad("The range does not follow what came before.", "badRequest")
            session.content += request.body
        if match is None or (match[3] != "*" and len(session.content) == int(match[3])):
            del self._open[name]
            return session
        head = {"range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
        return Reply(308, head)


def uploaded(request: Request, method: Method, kind: str) -> tuple[Json, bytes]:
    """The metadata and the mail of a `media` or `multipart` upload."""
    content = request.headers.get("content-type", "")
    if len(request.body) > LARGEST_MAIL * 2:
        raise Refused(413, "uploadTooLarge", "Request entity too large")
    if kind == "media":
        _require_mail(content)
        return {}, request.body
    match = _BOUNDARY.fullmatch(content)
    if kind != "multipart" or match is None:
        raise bad("uploadType must be media, multipart or resumable, with the content type that belongs to it.")
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(match[1].encode()) + rb"(?:--)?[ \t]*(?:\r?\n|$)", request.body)
    parts = [_part(piece) for piece in pieces[1:-1]]
    if len(parts) != 2:
        raise bad("A multipart upload has two parts: JSON and the mail.", "badRequest")
    (first, metadata), (second, mail) = parts
    if not first.lower().startswith("application/json"):
        raise bad("The first part must be JSON.", "badContent")
    _require_mail(second)
    return read_metadata(metadata, method), mail


def read_metadata(data: bytes, method: Method) -> Json:
    """The JSON beside an upload, checked by the schema of the method."""
    if not data.strip():
        return {}
    try:
        value: Any = json.loads(data)
    except ValueError:
        raise bad("Parse Error", "parseError") from None
    if method.check is not None:
        method.check(value, "")
    found: Json = value
    return found


def _part(piece: bytes) -> tuple[str, bytes]:
    match = re.search(rb"\r?\n\r?\n", piece)
    if match is None:
        raise bad("A part of the upload has no header.", "badRequest")
    found = re.search(rb"content-type:[ \t]*([^\r\n]*)", piece[: match.start()], re.IGNORECASE)
    return found[1].decode("latin-1") if found else "", piece[match.end() :]


def _require_mail(content: str) -> None:
    if not content.lower().startswith("message/"):
        raise bad(f"Media type '{content}' is not supported. Valid media types: [message/*]", "badContent")


def content_of(
    request: Request, method: Method, params: Json, sessions: Sessions, resumed: Session | None
) -> tuple[Json, bytes] | Reply:
    """The metadata and the mail of an upload, or the answer that begins a session."""
    if resumed is not None:
        return read_metadata(resumed.metadata, method), resumed.content
    kind = params.get("uploadType", "")
    if kind == "resumable":
        _require_mail(request.headers.get("x-upload-content-type", "message/rfc822"))
        return sessions.begin(request)
    if method.resumable:
        raise bad("This path is for resumable uploads.", "badRequest")
    return uploaded(request, method, kind)
