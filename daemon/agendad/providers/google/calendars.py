"""The calendar port on Google Calendar v3: read by what changed since the last time, written in batches.

A quiet reading is one request a calendar: its list since a token, which may not be filtered
(https://developers.google.com/workspace/calendar/api/guides/sync), so that everything else is decided here. `mirror.py`
keeps what was read, `series.py` expands series, `writing.py` makes the writes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from agendad.errors import CalendarUnreadable, ProviderError
from agendad.model.identity import is_own
from agendad.ports import Snapshot
from agendad.providers.google.answers import Fate
from agendad.providers.google.events import WANTED, Place, event, parted_id, uid_of
from agendad.providers.google.kept import Doubtful
from agendad.providers.google.mirror import Mirror, News, read_item
from agendad.providers.google.series import Series, instant, members, overlaps
from agendad.providers.google.transport import collection
from agendad.providers.google.writing import GROUP, Office, Writer, holding, stopped_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from agendad.model.calendar import Event
    from agendad.model.reach import Reach
    from agendad.ports import Outcome, Write
    from agendad.providers.google.events import Item
    from agendad.providers.google.mirror import State
    from agendad.providers.google.transport import Transport

    Window = tuple[datetime, datetime]

_PAGE: Final = 2500
_FIELDS: Final = f"nextPageToken,nextSyncToken,timeZone,accessRole,items({WANTED})"
_MOST_PAGES: Final = 10_000
_AHEAD: Final = timedelta(weeks=2)
"""So much more of a series is expanded than was asked for, since the next window begins later."""
_WRITABLE: Final = frozenset({"owner", "writer"})
_UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


@dataclass(slots=True)
class _Expanded:
    """What a series was found to have in a window; `texts` are the items that it was made of."""

    texts: tuple[bytes, ...]
    window: Window
    events: list[Event]


@dataclass(slots=True)
class _Held:
    """What was made of the items of one calendar at the last reading, so that only what changed is made again."""

    version: int = 0
    singles: dict[bytes, Event] = field(default_factory=dict)
    groups: list[tuple[bytes, ...]] = field(default_factory=list)
    series: dict[tuple[bytes, ...], _Expanded] = field(default_factory=dict)


class GoogleCalendars:
    """Calendars of one Google account (`agendad.ports.CalendarPort`).

    `write` and `read` are calendar ids. `zone` is that of the bounds of days, and of times in UTC; `me` are the
    person's addresses in lower case, `address` the one to invite from. `cache` is a folder for what can be read again
    at any time, made when missing; None keeps it in memory. `now` gives the time of the cycle.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        write: str,
        read: Sequence[str],
        zone: ZoneInfo,
        me: frozenset[str] = frozenset(),
        address: str = "",
        cache: Path | None = None,
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._write = write
        self._names = tuple(sorted({*read, write}))
        self._zone = zone
        self._me = me
        self._now = now
        self._address = write if "@" in write else address or min(me, default="")
        self._mirror = Mirror(cache, transport.key, now)
        self._held: dict[str, _Held] = {}
        self._last: tuple[object, Snapshot] | None = None
        self._writer: Writer | None = None

    def read(self, start: datetime, end: datetime, back: Reach | None = None) -> Snapshot:
        """All events that overlap [start, end); see the port.

        When Google cannot be reached, or a list breaks off, what was read before stays as it is, and ProviderError is
        raised.
        """
        self._transport.new_cycle()
        self._writer = None
        window = (start.astimezone(self._zone), end.astimezone(self._zone))
        for _ in range(3):
            try:
                states = {name: self._sync(name) for name in self._names}
                return self._snapshot(states, window)
            except Doubtful:
                self._held.clear()
        raise ProviderError("the cache of the Google calendars cannot be kept", hint="try again")

    def write(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Does the writes in order, up to 50 in a request; see the port."""
        if self._writer is None:
            names, host = frozenset(self._names), "" if self._write.endswith(GROUP) else self._address
            office = Office(self._transport, self._mirror, self._write, names, host, self._now)
            self._writer = Writer(office, _events())
        return self._writer.run(writes)

    # ------------------------------------------------------------ what changed

    def _sync(self, name: str) -> State:
        """Brings the mirror of a calendar to what stands now."""
        for _ in range(5):
            since = self._mirror.state(name)
            news = self._listed(name, since.token) or self._listed(name, "")
            if news is not None and self._mirror.take(since, news):
                return self._mirror.state(name)
        raise ProviderError(f"the calendar {name!r} is being read by other processes all the time", hint="try again")

    def _listed(self, name: str, token: str) -> News | None:
        """One whole list, since a token or from the beginning; None when the token is too old."""
        news = News(name, whole=not token)
        asked = {"calendarId": name, "maxResults": _PAGE, "showDeleted": True, "fields": _FIELDS, "prettyPrint": False}
        asked |= {"syncToken": token} if token else {}
        page = ""
        for _ in range(_MOST_PAGES):
            answer = self._transport.call(_events().list(**asked, **({"pageToken": page} if page else {})))
            if token and answer.fate is Fate.FULL_SYNC:
                return None
            if answer.fate is Fate.GONE:
                raise ProviderError(
                    f"Google: the calendar {name!r} is not there, or not shared with this account",
                    hint="`read:` and `write:` take calendar ids, which the settings of a calendar show",
                )
            body = answer.or_raise(f"read the calendar {name!r}")
            try:
                news.add(body.get("items", []))
            except ValueError as error:
                raise ProviderError(
                    f"Google: the list of the calendar {name!r} is not what Google sends", hint="try again"
                ) from error
            if (following := body.get("nextSyncToken")) is not None:
                news.token, news.zone = str(following), str(body.get("timeZone", ""))
                news.role = str(body.get("accessRole", ""))
                return news
            if (page := body.get("nextPageToken", "")) == "":
                break
        raise ProviderError(f"Google: the list of the calendar {name!r} broke off", hint="try again")

    # ------------------------------------------------------------ what stands

    def _snapshot(self, states: dict[str, State], window: Window) -> Snapshot:
        deleted = frozenset(self._mirror.deleted(self._write))
        replaced = self._replaced()
        stopped = stopped_until(self._mirror, self._now())
        seen = (window, deleted, tuple(replaced), stopped, tuple(state.version for state in states.values()))
        if self._last is not None and self._last[0] == seen:
            return self._last[1]
        events: list[Event] = []
        for name, state in states.items():
            try:
                found = self._calendar(name, state, window)
                if name == self._write:
                    place = self._place(name, state)
                    found += [made for item in replaced if _wanted(made := event(item, place), window)]
            except _UNREADABLE as error:
                raise CalendarUnreadable(f"an event in the calendar {name!r} cannot be read: {error}") from error
            events += sorted(found, key=lambda each: _order(each, window))
        elsewhere = {each.uid for each in events if each.calendar != self._write and is_own(each)}
        snapshot = Snapshot(
            tuple(events),
            {name: state.count for name, state in states.items()},
            timezone=_known(states[self._write].zone),
            read_only=frozenset(name for name, state in states.items() if state.role not in _WRITABLE),
            deleted=frozenset(map(uid_of, deleted)) - elsewhere,
            stopped=stopped,
        )
        self._last = (seen, snapshot)
        return snapshot

    def _calendar(self, name: str, state: State, window: Window) -> list[Event]:
        held = self._held.setdefault(name, _Held())
        place = self._place(name, state)
        singles: dict[bytes, Event] = {}
        for text in self._mirror.singles(name, window[0].date(), window[1].date()):
            singles[text] = held.singles.get(text) or event(read_item(text), place)
        if held.version != state.version:
            held.groups = _grouped(self._mirror.series(name))
        series = {texts: self._expanded(texts, held.series.get(texts), place, window) for texts in held.groups}
        held.version, held.singles, held.series = state.version, singles, series
        found = [each for each in singles.values() if _wanted(each, window)]
        for expanded in series.values():
            found += [each for each in expanded.events if overlaps(each.fields.start, each.fields.end, window)]
        return found

    def _expanded(self, texts: tuple[bytes, ...], known: _Expanded | None, place: Place, window: Window) -> _Expanded:
        if known is not None and known.window[0] <= window[0] and window[1] <= known.window[1]:
            return known
        items = [read_item(text) for text in texts]
        masters = [item for item in items if "recurrence" in item]
        wide = (window[0], window[1] + _AHEAD)
        series = Series(masters[0] if masters else None, tuple(item for item in items if "recurrence" not in item))
        return _Expanded(texts, wide, members(series, place, wide))

    def _replaced(self) -> list[Item]:
        """Events that were deleted to be made anew, and are not yet: they stand as far as anybody is concerned."""
        found = []
        for name, text in self._mirror.notes(holding(self._write)).items():
            ident = name.removeprefix(holding(self._write))
            if self._mirror.item(self._write, ident) is not None:
                continue
            if self._mirror.generations(self._write, (parted_id(ident) or ("", 0))[0])[1]:
                self._mirror.keep_note(name, "")
                continue
            found.append(json.loads(text))
        return found

    def _place(self, name: str, state: State) -> Place:
        """Marks count in the calendar of our own, and elsewhere on what this person made."""
        me = self._me if state.role in _WRITABLE else frozenset()
        return Place(name, self._zone, self._me, ours=name == self._write, makers=me)


def _events() -> Any:
    return collection("calendar", "v3", "events")


def _grouped(texts: Sequence[bytes]) -> list[tuple[bytes, ...]]:
    """The masters and exceptions of each series together."""
    groups: dict[str, list[bytes]] = {}
    for text in texts:
        item = read_item(text)
        groups.setdefault(item.get("recurringEventId") or item["id"], []).append(text)
    return [tuple(group) for group in groups.values()]


def _wanted(made: Event, window: Window) -> bool:
    """Whether a single event is in the window, or is one of ours after it."""
    start, end = made.fields.start, made.fields.end
    return overlaps(start, end, window) or (instant(start, window[0]) >= window[1] and is_own(made))


def _order(each: Event, window: Window) -> tuple[float, str, str]:
    return instant(each.fields.start, window[0]).timestamp(), each.uid, str(each.recurrence_id or "")


def _known(zone: str) -> str:
    """The name of a zone, or nothing when the time zone database does not have it."""
    try:
        return ZoneInfo(zone).key
    except (KeyError, OSError, ValueError):
        return ""
