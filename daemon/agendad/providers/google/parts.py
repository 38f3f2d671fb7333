"""Several requests in one: the multipart/mixed body of a batch, and the answers in that of its reply; pure.

https://developers.google.com/workspace/calendar/api/guides/batch; the answer to the part `<n>` is named `<response-n>`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from agendad.providers.google.answers import Answer, lost, settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BOUNDARY: Final = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NUMBER: Final = re.compile(r"<?response-(\d+)>?")
_STATUS: Final = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})\b[^\r\n]*\r?\n")
_BLANK: Final = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Job:
    """One request as it is to go out. `safe` says that it may be repeated, whatever became of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    method_id: str = ""

    @property
    def safe(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"


def join(jobs: Sequence[Job]) -> tuple[str, bytes]:
    """The content type and the body of one batch. The boundary is made of the content, which thus cannot hold it."""
    parts = [_part(number, job) for number, job in enumerate(jobs)]
    boundary = f"agendad-{hashlib.sha256(b''.join(parts)).hexdigest()}"
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'multipart/mixed; boundary="{boundary}"', body


def _part(number: int, job: Job) -> bytes:
    target = urlsplit(job.url)
    path = f"{target.path}?{target.query}" if target.query else target.path
    headers = dict(job.headers)
    if job.body:
        headers["Content-Length"] = str(len(job.body))
    lines = [
        "Content-Type: application/http",
        "Content-Transfer-Encoding: binary",
        f"Content-ID: <{number}>",
        "",
        f"{job.method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + job.body


def split(content_type: str, content: bytes, jobs: Sequence[Job]) -> list[Answer]:
    """The answer to each job in its order; one that did not come whole is unknown."""
    found: dict[int, Answer] = {}
    if named := _BOUNDARY.search(content_type):
        line = rb"(?:\A|\r?\n)--" + re.escape(named[1].encode()) + rb"(?=--|[ \t]*\r?\n)"
        for piece in re.split(line, content)[
            1:-1
        ]:  # before the first boundary is no answer, after the last no whole one
            _read(piece, jobs, found)
    return [found.get(number) or lost("the answer to a part of the batch did not come") for number in range(len(jobs))]


def _read(piece: bytes, jobs: Sequence[Job], found: dict[int, Answer]) -> None:
    head, inner = _halves(piece.lstrip(b"\r\n"))
    named = _NUMBER.fullmatch(_headers(head).get("content-id", ""))
    status = _STATUS.match(inner)
    if named is None or status is None or not int(named[1]) < len(jobs):
        return
    number = int(named[1])
    rest, body = _halves(inner[status.end() :])
    job = jobs[number]
    found[number] = settle(int(status[1]), _headers(rest), body, method=job.method, method_id=job.method_id)


def _halves(text: bytes) -> tuple[bytes, bytes]:
    """Before and after the first empty line."""
    if text.startswith((b"\r\n", b"\n")):
        return b"", text.split(b"\n", 1)[1]
    found = _BLANK.search(text)
    return (text, b"") if found is None else (text[: found.start()], text[found.end() :])


def _headers(text: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in text.decode("latin-1").splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}
