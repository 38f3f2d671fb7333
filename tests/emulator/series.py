"""Recurring events: which instances a series has, and what an instance looks like."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from emulator.store import Stored, moment, written
from emulator.wire import Json, bad

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emulator.store import CalendarStore

_LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[A-Z-]+=[^:;]+)*):(.+)", re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z", re.IGNORECASE)
_INSTANCE = re.compile(r"(.+)_(\d{8}(?:T\d{6}Z)?)")
_LONGEST: Final = 3_000
_MASTER_ONLY: Final = frozenset({"recurrence"})


def check_recurrence(data: Json, zone: ZoneInfo) -> None:
    """400 unless the lines can be read."""
    for line in data["recurrence"]:
        if not _LINE.fullmatch(line):
            raise bad("Invalid recurrence rule.")
    try:
        next(iter(_rules(data, zone)), None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise bad("Invalid recurrence rule.") from error


def instances(store: CalendarStore, master: Stored, start: datetime | None, end: datetime | None) -> Iterator[Stored]:
    """The instances that overlap [start, end), exceptions in their places, cancelled ones among them.

    Without an end they go two years from now.
    """
    last = end or store.ticker.now() + timedelta(days=730)
    own = store.exceptions.get(master.data["id"], {})
    for number, begin in enumerate(_starts(master.data, store.zone)):
        if number >= _LONGEST:
            break
        made = _instance(store, master, begin)
        found = own.get(made.data["id"])
        if found is None and made.begin is not None and made.begin >= last:
            break
        if found is None and overlaps(made, start, end):
            yield made
    for found in own.values():
        if not found.live or overlaps(found, start, end):
            yield found


def instance(store: CalendarStore, event_id: str) -> Stored | None:
    """The instance of that id of a live series, as the rule makes it or as an exception stands for it."""
    if event_id in store.items:
        return store.items[event_id]
    match = _INSTANCE.fullmatch(event_id)
    master = store.items.get(match[1]) if match else None
    if master is None or not master.live or "recurrence" not in master.data:
        return None
    for number, begin in enumerate(_starts(master.data, store.zone)):
        made = _instance(store, master, begin)
        if made.data["id"] == event_id:
            return made
        if number >= _LONGEST or made.data["id"] > event_id:
            break
    return None


def overlaps(stored: Stored, start: datetime | None, end: datetime | None) -> bool:
    """`timeMin` bounds the end, `timeMax` the start, both exclusive."""
    if stored.begin is None or stored.finish is None:
        return True
    return (start is None or stored.finish > start) and (end is None or stored.begin < end)


def _instance(store: CalendarStore, master: Stored, begin: datetime | date) -> Stored:
    data, zone = master.data, store.zone
    length = moment(data["end"], zone) - moment(data["start"], zone)
    if isinstance(begin, datetime):
        stamp = begin.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        start: Json = {"dateTime": written(begin, zone), "timeZone": data["start"]["timeZone"]}
        end: Json = {"dateTime": written(begin.astimezone(UTC) + length, zone), "timeZone": data["end"]["timeZone"]}
    else:
        days = date.fromisoformat(data["end"]["date"]) - date.fromisoformat(data["start"]["date"])
        stamp, start, end = begin.strftime("%Y%m%d"), {"date": begin.isoformat()}, {"date": (begin + days).isoformat()}
    made = {name: value for name, value in data.items() if name not in _MASTER_ONLY} | {
        "id": f"{data['id']}_{stamp}",
        "recurringEventId": data["id"],
        "originalStartTime": start,
        "start": start,
        "end": end,
    }
    return Stored(made, master.change, master.order, zone)


def _starts(data: Json, zone: ZoneInfo) -> Iterator[datetime | date]:
    if "date" in data["start"]:
        for found in _rules(data, zone):
            yield found.date()
        return
    own = ZoneInfo(data["start"]["timeZone"])
    for found in _rules(data, zone):
        yield found.replace(tzinfo=own)


def _rules(data: Json, zone: ZoneInfo) -> rruleset:
    """The rule set in the local time of the event, without zones."""
    start = data["start"]
    if "date" in start:
        own, first = zone, datetime.combine(date.fromisoformat(start["date"]), time())
    else:
        own = ZoneInfo(start["timeZone"])
        first = datetime.fromisoformat(start["dateTime"]).astimezone(own).replace(tzinfo=None)
    found = rruleset()
    rules = 0
    for line in data["recurrence"]:
        match = _LINE.fullmatch(line)
        assert match is not None
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name in {"RRULE", "EXRULE"}:
            local = _UNTIL.sub(lambda until: "UNTIL=" + _local(until[1] + "Z", own).strftime("%Y%m%dT%H%M%S"), value)
            rule = rrulestr(local, dtstart=first)
            assert isinstance(rule, rrule)
            found.rrule(rule) if name == "RRULE" else found.exrule(rule)
            rules += name == "RRULE"
        else:
            zoned = re.search(r"TZID=([^:;]+)", parameters)
            for one in value.split(","):
                when = _local(one, own, zoned[1] if zoned else "")
                found.rdate(when) if name == "RDATE" else found.exdate(when)
    if not rules:
        found.rdate(first)
    return found


def _local(text: str, own: ZoneInfo, zone: str = "") -> datetime:
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007 - local to the event
    found = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone is set below
    if text.endswith("Z"):
        return found.replace(tzinfo=UTC).astimezone(own).replace(tzinfo=None)
    return found.replace(tzinfo=ZoneInfo(zone)).astimezone(own).replace(tzinfo=None) if zone else found
