"""The calendar port on disk: a folder of folders of .ics files (vdir), and single .ics files that are only read.

The engine reads all calendars whole through it and writes one event at a time; the commands make it from the
configuration. Reading changes nothing but the cache, which may be lost at any time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agendad.diagnostics import Severity
from agendad.errors import CalendarUnreadable, ProviderError
from agendad.ports import Create, Outcome, Snapshot
from agendad.providers.local.conditions import conditions
from agendad.providers.local.files import no_checkpoint, sweep
from agendad.providers.local.index import Index, Source
from agendad.providers.local.reader import Reader
from agendad.providers.local.rows import load_events, load_problem
from agendad.providers.local.store import Doubtful, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from agendad.diagnostics import Diagnostic
    from agendad.model.calendar import Event
    from agendad.model.reach import Reach
    from agendad.ports import Write
    from agendad.providers.files import Checkpoint
    from agendad.providers.local.scan import Bounds
    from agendad.providers.local.writer import Writer


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LocalCalendars:
    """Calendars below one folder (`agendad.ports.CalendarPort`).

    `write` and `read` are names below `path`: a folder, or a file `NAME.ics` (with or without the suffix in the name).
    `zone` is the zone of floating times and of the bounds of days; `me` are the person's addresses in lower case, and
    `address` is the one of them to invite from (without it the first in the order of the alphabet).
    `cache` is a folder for what can be read again at any time, made when missing; None keeps it in memory.
    `now` stamps what is written (DTSTAMP); `checkpoint` is for the crash tests, see `files.py`.
    `disk_clock` is the coarsest time stamp that the disk may keep (two seconds on FAT).
    """

    def __init__(
        self,
        path: Path,
        *,
        write: str,
        read: Sequence[str],
        zone: ZoneInfo,
        me: frozenset[str] = frozenset(),
        address: str = "",
        cache: Path | None = None,
        now: Callable[[], datetime] = _utc_now,
        checkpoint: Checkpoint = no_checkpoint,
        disk_clock: timedelta = timedelta(seconds=2),
    ) -> None:
        self._path = path
        self._write = write
        self._names = tuple(dict.fromkeys([*read, write]))
        self._zone = zone
        self._me = me
        self._address = address or min(me, default="")
        self._now = now
        self._checkpoint = checkpoint
        if cache is not None:
            cache = _folder(cache)
        self._store = Store(cache, conditions(path, zone, me))
        self._index = Index(self._store, Reader(zone, me), disk_clock)

    def read(self, start: datetime, end: datetime, back: Reach | None = None) -> Snapshot:
        """All events that overlap [start, end); see the port. `counts` has every calendar that is read or written."""
        span = (int(start.timestamp()), -int(-end.timestamp() // 1))
        self._folder_of(self._write)
        events: list[Event] = []
        problems: list[Diagnostic] = []
        counts: dict[str, int] = {}
        sources = [self._source(name) for name in sorted(self._names)]
        for source in sources:
            found, wrong, counts[source.name] = self._calendar(source, span)
            events += found
            problems += wrong
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if errors:
            raise _unreadable(errors)
        read_only = frozenset(source.name for source in sources if not source.is_folder)
        return Snapshot(tuple(events), counts, tuple(problems), read_only=read_only)

    def write(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Does the writes in order; see the port. Each is durable before its outcome is told.

        New events go into the calendar to write; what stands in another folder is changed and removed there.
        """
        writers: dict[str, Writer | str] = {}
        for write in writes:
            name = write.calendar if isinstance(write, Create) else write.event.calendar
            if name not in self._names or (isinstance(write, Create) and name != self._write):
                yield Outcome(write, "conflict", f"{name!r} is not the calendar that is written")
                continue
            if name not in writers:
                writers[name] = self._writer(name, creates=any(isinstance(each, Create) for each in writes))
            writer = writers[name]
            yield Outcome(write, "failed", writer) if isinstance(writer, str) else writer.run(write)

    def _writer(self, name: str, *, creates: bool) -> Writer | str:
        """What writes into a calendar, or why nothing can."""
        from agendad.providers.local.writer import Owner, Writer

        try:
            source = self._folder_of(name)
            sweep(source.path)
        except (ProviderError, OSError) as error:
            return str(error)
        if creates:
            self._index.refresh(source, None)
        return Writer(
            source.path,
            calendar=source.name,
            holder=lambda uid: self._holder(source, uid),
            owner=Owner(self._me, self._address, self._zone),
            now=self._now,
            checkpoint=self._checkpoint,
        )

    def _holder(self, source: Source, uid: str) -> str | None:
        try:
            return self._store.holder(source.name, uid)
        except Doubtful:
            self._index.refresh(source, None)
            return self._store.holder(source.name, uid)

    def _folder_of(self, name: str) -> Source:
        source = self._source(name)
        if not source.is_folder:
            raise ProviderError(
                f"the calendar {name!r} is a single file, which is only read: {source.path}",
                hint="name a folder under `write:`",
            )
        return source

    def _source(self, name: str) -> Source:
        path = self._path / name
        if path.is_dir():
            return Source(name, path, is_folder=True)
        for candidate in (path, self._path / f"{name}.ics"):
            if candidate.name.lower().endswith(".ics") and candidate.is_file():
                return Source(name, candidate, is_folder=False)
        raise ProviderError(
            f"the calendar {name!r} is not there: {path}",
            hint=f"check that its disk is mounted, or make it: mkdir -p '{path}'",
        )

    def _calendar(self, source: Source, span: Bounds) -> tuple[list[Event], list[Diagnostic], int]:
        for _ in range(3):
            try:
                state = self._index.refresh(source, span)
                rows = self._store.occurrences(source.name, span)
                events = load_events(source.name, rows)
                problems = [
                    _for_span(load_problem(data), (lo, hi), span) for lo, hi, data in self._store.problems(source.name)
                ]
            except Doubtful:
                continue
            except (ValueError, TypeError, KeyError):
                self._store.empty()
                continue
            return events, problems, state.count
        raise ProviderError(f"the cache of the calendar {source.name!r} cannot be kept", hint="try again")


def _for_span(problem: Diagnostic, bounds: Bounds, span: Bounds) -> Diagnostic:
    """An error becomes a warning when it lies outside of the span that was asked for."""
    from dataclasses import replace

    if bounds[0] < span[1] and span[0] < bounds[1]:
        return problem
    return replace(problem, severity=Severity.WARNING)


def _unreadable(errors: list[Diagnostic]) -> CalendarUnreadable:
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return CalendarUnreadable(f"{first.span.file}:{first.span.line}: {first.message}{more}", hint=first.hint)


def _folder(path: Path) -> Path | None:
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None  # a cache that cannot be kept is no reason not to read
    return path
