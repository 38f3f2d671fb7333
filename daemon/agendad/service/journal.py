"""The log of the daemon: where its notes go, and what is kept out of them. `agendad run` opens it.

    terminal          a line for a person
    systemd           the fields of the journal, over its socket; `<N>text` on stderr where that cannot be used
    everything else   a JSON object a line

Nothing here ever raises: a log that cannot be written stops no work.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import traceback
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol

from agendad.model.secrets import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from typing import Any, TextIO

Level = Literal["debug", "info", "warning", "error"]
Fact = str | int | float | bool

JOURNALD: Final = "/run/systemd/journal/socket"
SILENCE: Final = timedelta(hours=1)
"""For how long the same warning or error is not told again."""

_PRIORITIES: Final[Mapping[Level, int]] = {"debug": 7, "info": 6, "warning": 4, "error": 3}
"""Of syslog, as sd-daemon(3) and the field PRIORITY number them."""
_COLOURS: Final[Mapping[Level, str]] = {"debug": "2", "info": "", "warning": "33", "error": "31"}
_LEADS: Final[Mapping[Level, str]] = {"debug": "", "info": "", "warning": "warning: ", "error": "error: "}
_MOST_REMEMBERED: Final = 200
_LONGEST_NAME: Final = 64
_SHORT: Final = 1000
_TOO_LARGE: Final = (errno.EMSGSIZE, errno.ENOBUFS)


class Journal(Protocol):
    """Takes what the daemon has to say. No secret, no mail body and no title of an event is ever among it."""

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """One line: `event` is a stable word for programs (`cycle`, `reload`), `text` a sentence for people."""
        ...


def open_journal(
    environ: Mapping[str, str], stderr: TextIO, now: Callable[[], datetime], *, socket_path: str = JOURNALD
) -> Journal:
    """The log that fits where stderr goes. `now` gives aware instants, in the zone to tell them in.

    `AGENDAD_LOG=debug` lets debug notes through. Secrets are hidden; the same warning or error is told once an hour.
    """
    journal: Journal
    if _is_of_journald(environ, stderr):
        journal = SystemdJournal(socket_path, stderr)
    elif stderr.isatty():
        colour = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        journal = TextJournal(stderr, now, colour=colour)
    else:
        journal = JsonJournal(stderr, now)
    return Sparing(journal, now, debug=environ.get("AGENDAD_LOG") == "debug")


@contextmanager
def with_libraries(journal: Journal) -> Iterator[None]:
    """As long as it lasts, what libraries tell Python's `logging` from WARNING on goes into the journal, too."""
    handler = _Libraries(journal)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


def trace_of(error: BaseException) -> str:
    """The way an exception took through the code, for the log: its kind and its causes, none of their messages.

    A message may quote what the code worked on, such as the title of an event.
    """
    lines = []
    found: BaseException | None = error
    while found is not None:
        lines.append(type(found).__name__)
        for frame, line in traceback.walk_tb(found.__traceback__):
            lines.append(f"  {frame.f_globals.get('__name__', '')}:{line} in {frame.f_code.co_name}")
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)
    return "\n".join(lines)


class Sparing:
    """Passes on what is worth a line: no secret, debug notes only when asked for, and nothing again and again.

    A warning or error of the same event and text as one within the last hour is counted; the next one that is told
    says in `repeated` how many were not. A week without a network so leaves a few lines a day.
    """

    def __init__(self, journal: Journal, now: Callable[[], datetime], *, debug: bool = False) -> None:
        self._journal = journal
        self._now = now
        self._debug = debug
        self._told: dict[tuple[str, str], tuple[datetime, int]] = {}

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        if level == "debug" and not self._debug:
            return
        text = without_secrets(text)
        known = {name: without_secrets(value) if isinstance(value, str) else value for name, value in facts.items()}
        if level in {"warning", "error"}:
            untold = self._untold(event, text)
            if untold is None:
                return
            if untold:
                known["repeated"] = untold
        self._journal.note(level, event, text, **known)

    def _untold(self, event: str, text: str) -> int | None:
        """How often the same was left out since it was told last; None when this one is to be left out, too."""
        now, key = self._now(), (event, text)
        at, untold = self._told.pop(key, (None, 0))
        if at is not None and timedelta() <= now - at < SILENCE:  # a clock that was set back begins anew
            self._told[key] = at, untold + 1
            return None
        self._told[key] = now, 0
        if len(self._told) > _MOST_REMEMBERED:
            del self._told[next(iter(self._told))]
        return untold


class TextJournal:
    """A line for a person: the time, the text, and the facts that say something (neither zero nor empty)."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime], *, colour: bool) -> None:
        self._stream = stream
        self._now = now
        self._colour = colour

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        time = f"{self._now():%Y-%m-%d %H:%M:%S}"
        told = _printable(_LEADS[level] + text).replace("\n", "\n" + " " * (len(time) + 2))
        if self._colour and (code := _COLOURS[level]):
            told = f"\x1b[{code}m{told}\x1b[0m"
        _write(self._stream, f"{time}  {told}{_in_brackets(facts)}\n")


class JsonJournal:
    """One JSON object a line: `time` (RFC 3339), `level`, `event`, `text`, `facts`."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime]) -> None:
        self._stream = stream
        self._now = now

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        time = self._now().isoformat(timespec="seconds")
        entry = {"time": time, "level": level, "event": event, "text": text, "facts": facts}
        _write(self._stream, json.dumps(entry) + "\n")


class PrefixedJournal:
    """Lines on stderr that systemd takes the priority from: `<4>text` (sd-daemon(3), SyslogLevelPrefix=)."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        told = _printable(text + _in_brackets(facts))
        _write(self._stream, "".join(f"<{_PRIORITIES[level]}>{line}\n" for line in told.splitlines()))


class SystemdJournal:
    """The journal of systemd by its native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).

    The fields are MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, AGENDAD_EVENT, and AGENDAD_ with the name of each fact. A
    datagram that is too large goes without the facts. While the socket cannot be used, notes go to stderr.
    """

    def __init__(self, address: str, stderr: TextIO) -> None:
        self._address = address
        self._lines = PrefixedJournal(stderr)

    def note(self, level: Level, event: str, text: str, **facts: Fact) -> None:
        """See Journal."""
        first: dict[str, Fact] = {"PRIORITY": _PRIORITIES[level], "SYSLOG_IDENTIFIER": "agendad"}
        first["AGENDAD_EVENT"] = event
        told = {f"AGENDAD_{name.upper()}"[:_LONGEST_NAME]: value for name, value in facts.items()}
        ways: tuple[dict[str, Fact], ...] = (
            {"MESSAGE": text, **first, **told},
            {"MESSAGE": text, **first},
            {"MESSAGE": text[:_SHORT], **first},
        )
        for fields in ways:
            trouble = self._send(fields)
            if trouble is None:
                return
            if trouble.errno not in _TOO_LARGE:
                break
        self._lines.note(level, event, text, **facts)

    def _send(self, fields: Mapping[str, Fact]) -> OSError | None:
        """What kept the fields from going out, if anything did.

        Each note has a socket of its own: there are few, and the journal may be restarted between two.
        """
        datagram = b"".join(_field(name, value) for name, value in fields.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.settimeout(1)  # a journal that stands still must not make the watchdog end the daemon
                sender.sendto(datagram, self._address)
        except OSError as error:
            return error
        return None


class _Libraries(logging.Handler):
    """Gives the journal what libraries log, with nothing of what they work on.

    What they fill into their sentences may be an address of the network, a part of an answer or a title, so only
    numbers are kept of it. What APScheduler fills in are our own jobs and their times.
    """

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        """See logging.Handler; never raises."""
        facts: dict[str, Fact] = {"logger": record.name}
        if record.exc_info and record.exc_info[0] is not None:
            facts["error"] = record.exc_info[0].__name__
            place = record.exc_info[2]
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            if place is not None:
                facts["at"] = f"{place.tb_frame.f_globals.get('__name__', '')}:{place.tb_lineno}"
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        self._journal.note(level, "library", _sentence(record), **facts)


def _sentence(record: logging.LogRecord) -> str:
    def kept(value: object) -> object:
        return value if isinstance(value, int | float) else "…"

    args: Any = record.args or ()
    if record.name.partition(".")[0] != "apscheduler":
        args = {name: kept(each) for name, each in args.items()} if isinstance(args, dict) else tuple(map(kept, args))
    try:
        return str(record.msg) % args if args else str(record.msg)
    except (TypeError, ValueError, KeyError):  # the library's sentence does not fit what it fills in
        return str(record.msg)


def _is_of_journald(environ: Mapping[str, str], stderr: TextIO) -> bool:
    """Whether systemd connected stderr to its journal: JOURNAL_STREAM holds its device and inode (systemd.exec(5))."""
    try:
        found = os.fstat(stderr.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _field(name: str, value: Fact) -> bytes:
    """A value of several lines carries its length, little-endian, in 64 bits."""
    data = str(value).encode("utf-8", "replace")
    if b"\n" not in data:
        return b"%s=%s\n" % (name.encode(), data)
    return b"%s\n%s%s\n" % (name.encode(), len(data).to_bytes(8, "little"), data)


def _in_brackets(facts: Mapping[str, Fact]) -> str:
    told = [f"{name}={value}" for name, value in facts.items() if value]
    return _printable(f"  ({' '.join(told)})").replace("\n", " ") if told else ""


def _printable(text: str) -> str:
    """Without what would drive a terminal or turn the reading order; line ends stay."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):  # nobody reads any more, the disk is full, the stream was closed
        pass
