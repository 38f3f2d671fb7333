"""How the daemon stands, for monitoring: the text that Prometheus reads, and the answers to those who ask for it.

Pure; the daemon's loop owns the listening socket, reads until `complete`, sends what `answer` gives, and closes. Only
numbers are served: no title, no address, no text of an error.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from agendad import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from agendad.service.health import Health

LONGEST_REQUEST: Final = 8192
"""Bytes of a request line with its fields; what is longer is refused."""

_OVERDUE: Final = timedelta(minutes=2)
"""How long after its time a cycle may begin before the daemon counts as ill: two of its ticks."""
_TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_PLAIN: Final = "text/plain; charset=utf-8"
_REQUEST: Final = re.compile(rb"([A-Z]{1,20}) (\S+) HTTP/1\.[0-9]\r?\n", re.ASCII)
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}


class _Metric(NamedTuple):
    """One metric with its samples: the labels of each, and its value."""

    name: str
    kind: str
    means: str
    samples: tuple[tuple[Mapping[str, str], float], ...]


def exposition(health: Health) -> str:
    """The metrics in the text format of Prometheus, version 0.0.4.

    https://prometheus.io/docs/instrumenting/exposition_formats/; names by https://prometheus.io/docs/practices/naming/.
    Instants are seconds since 1970 (UTC). The metrics of the last cycle are left out until there was one.
    """
    lines = []
    for metric in _metrics(health):
        lines.append(f"# HELP {metric.name} {_escaped(metric.means)}")
        lines.append(f"# TYPE {metric.name} {metric.kind}")
        lines += [f"{metric.name}{_labels(labels)} {_number(value)}" for labels, value in metric.samples]
    return "".join(f"{line}\n" for line in lines)


def complete(request: bytes) -> bool:
    """Whether enough of a request was read to answer it: all of its fields, or more than is ever answered."""
    return b"\r\n\r\n" in request or b"\n\n" in request or len(request) > LONGEST_REQUEST


def answer(request: bytes, health: Health, now: datetime) -> bytes:
    """The whole answer (HTTP/1.1, RFC 9112) to a request as far as it was read; the connection is to be closed then.

    `/metrics` are the metrics; `/healthz` is 200 when the last cycle did its work and the next one is not overdue at
    `now` (aware), else 503.
    """
    if len(request) > LONGEST_REQUEST:
        return _response(431)
    head = _REQUEST.match(request)
    if head is None or not complete(request):
        return _response(400)
    method, path = head[1].decode(), head[2].partition(b"?")[0]
    if path not in {b"/metrics", b"/healthz"}:
        return _response(404, head_only=method == "HEAD")
    if method not in {"GET", "HEAD"}:
        return _response(405)
    if path == b"/metrics":
        return _response(200, exposition(health), _TEXT, head_only=method == "HEAD")
    ill = ailment(health, now)
    return _response(503 if ill else 200, f"{ill or 'ok'}\n", head_only=method == "HEAD")


def ailment(health: Health, now: datetime) -> str:
    """What is wrong with the cycles, in a few words without anything private; empty when nothing is."""
    if health.failures:
        return "the last cycle failed" if health.failures == 1 else f"the last {health.failures} cycles failed"
    if now > health.due + _OVERDUE:
        return "the next cycle is overdue"
    return "" if health.last is not None else "no cycle yet"


def _metrics(health: Health) -> Iterator[_Metric]:
    def one(name: str, kind: str, means: str, value: float) -> _Metric:
        return _Metric(f"agendad_{name}", kind, means, (({}, value),))

    yield _Metric("agendad_build_info", "gauge", "The version that runs.", (({"version": __version__}, 1),))
    yield one("start_timestamp_seconds", "gauge", "When the daemon began.", health.started.timestamp())
    yield one("cycles_total", "counter", "Cycles since the start.", health.cycles)
    if health.last is not None:
        yield one("last_cycle_timestamp_seconds", "gauge", "When the last cycle began.", health.last.timestamp())
        yield one("cycle_duration_seconds", "gauge", "How long the last cycle took.", health.seconds)
        yield one("lateness_seconds", "gauge", "How long after its time the last cycle began.", health.late)
    yield one("due_timestamp_seconds", "gauge", "When the next cycle begins at the latest.", health.due.timestamp())
    yield one("failures", "gauge", "How many cycles in a row have failed up to now.", health.failures)
    yield one("rules_broken", "gauge", "1 while an error keeps newer rules from being taken up.", bool(health.broken))
    yield one("rules_loaded_timestamp_seconds", "gauge", "When the running rules were read.", health.loaded.timestamp())
    yield one("reloads_total", "counter", "How often newer rules were taken up since the start.", health.reloads)
    written = {"create": health.created, "update": health.updated, "delete": health.deleted}
    yield _by_action("events_written_total", "Events written since the start.", written)
    drafted = {"make": health.drafted, "withdraw": health.withdrawn}
    yield _by_action("drafts_written_total", "Drafts made and withdrawn since the start.", drafted)
    yield one("writes_missed_total", "counter", "Writes that were tried and not done since the start.", health.missed)


def _by_action(name: str, means: str, counts: Mapping[str, int]) -> _Metric:
    samples = tuple(({"action": action}, float(count)) for action, count in counts.items())
    return _Metric(f"agendad_{name}", "counter", means, samples)


def _labels(labels: Mapping[str, str]) -> str:
    told = [f'{name}="{_quoted(value)}"' for name, value in labels.items()]
    return f"{{{','.join(told)}}}" if told else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _response(status: int, text: str = "", kind: str = _PLAIN, *, head_only: bool = False) -> bytes:
    body = (text or f"{_REASONS[status].lower()}\n").encode()
    fields = [f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Cache-Control: no-store", "Connection: close"]
    if status == 405:  # RFC 9110, section 15.5.6
        fields.append("Allow: GET, HEAD")
    head = "".join(f"{line}\r\n" for line in [f"HTTP/1.1 {status} {_REASONS[status]}", *fields])
    return f"{head}\r\n".encode() + (b"" if head_only else body)
