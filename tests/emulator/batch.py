"""multipart/mixed batches: many calls in one request, answered in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from emulator.wire import PHRASES, Refused, Request, bad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emulator.wire import Reply

_BOUNDARY = re.compile(r'multipart/mixed;.*boundary="?([^";]+)"?', re.IGNORECASE)
_LINE = re.compile(r"([A-Z]+) (/\S*) HTTP/1\.[01]")
BOUNDARY: Final = "batch_emulator"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its Content-ID with the brackets, and the request in it."""

    name: str
    request: Request


def parts_of(content_type: str, body: bytes, *, most: int) -> list[Part]:
    """The requests of a batch; 400 when it is not well-formed or has too many of them."""
    match = _BOUNDARY.fullmatch(content_type)
    if match is None:
        raise bad("Missing multipart/mixed boundary.", "badRequest")
    pieces = (b"\n" + body).split(b"\n--" + match[1].encode())
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise bad("Failed to parse batch request: the last boundary is missing.", "badRequest")
    found = [_part(piece.partition(b"\n")[2].removesuffix(b"\r")) for piece in pieces[1:-1]]
    if not found:
        raise bad("The batch request is empty.", "badRequest")
    if len(found) > most:
        raise bad(f"The batch request exceeds the limit of {most} parts.", "batchSizeTooLarge")
    names = [part.name for part in found if part.name]
    if len(set(names)) < len(names):
        raise bad("Failed to parse batch request: a Content-ID stands twice.", "badRequest")
    return found


def answer_of(answers: Sequence[tuple[str, Reply]]) -> tuple[str, bytes]:
    """The content type and body that hold these answers, by the Content-IDs of their requests."""
    pieces = []
    for name, reply in answers:
        head = "Content-Type: application/http\r\n"
        if name:
            head += f"Content-ID: <response-{name.strip('<>')}>\r\n"
        lines = f"HTTP/1.1 {reply.status} {PHRASES.get(reply.status, 'Unknown')}\r\n"
        lines += "".join(f"{key.title()}: {value}\r\n" for key, value in reply.headers.items())
        lines += f"Content-Length: {len(reply.body)}\r\n\r\n"
        pieces.append(f"--{BOUNDARY}\r\n{head}\r\n{lines}".encode() + reply.body + b"\r\n")
    return f"multipart/mixed; boundary={BOUNDARY}", b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def _part(piece: bytes) -> Part:
    outer, inner = _cut(piece)
    if outer.get("content-type", "").partition(";")[0].strip().lower() != "application/http":
        raise bad("Failed to parse batch request: a part must be application/http.", "badRequest")
    line, _, rest = inner.partition(b"\n")
    match = _LINE.fullmatch(line.decode("latin-1").strip())
    if match is None:
        raise bad("Failed to parse batch request: a part needs a request line with a path.", "badRequest")
    headers, body = _cut(rest)
    length = headers.get("content-length")
    if length is not None and (not length.isdigit() or int(length) > len(body)):
        raise bad("Failed to parse batch request: a part is shorter than its Content-Length.", "badRequest")
    if length is not None:
        body = body[: int(length)]
    return Part(outer.get("content-id", ""), Request(match[1], match[2], headers, body))


def _cut(data: bytes) -> tuple[Mapping[str, str], bytes]:
    """Headers by lower-case names, and what follows the empty line."""
    if data.startswith((b"\r\n", b"\n")):
        return {}, data.split(b"\n", 1)[1]
    match = re.search(rb"\r?\n\r?\n", data)
    head, body = (data[: match.start()], data[match.end() :]) if match else (data, b"")
    headers = {}
    for line in head.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if not colon:
            raise Refused(400, "badRequest", "Failed to parse batch request: a header has no colon.")
        headers[name.strip().lower()] = value.strip()
    return headers, body
