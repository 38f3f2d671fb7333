"""Calendars that nobody thought of: made by Hypothesis, read as the libraries read them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from the_libraries import as_read, expanded

from agendad.providers.local.calendars import LocalCalendars

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 10, 12, tzinfo=PARIS)
DAY = timedelta(days=1)

moments = st.integers(0, 120 * 96).map(
    lambda quarter: datetime.fromisoformat("2026-09-01") + quarter * timedelta(minutes=15)
)
forms = st.sampled_from(
    ["", ";TZID=Europe/Paris", ";TZID=America/New_York", ";TZID=Romance Standard Time", "Z", "DATE"]
)
lengths = st.sampled_from([timedelta(0), timedelta(minutes=30), timedelta(hours=5), DAY, 9 * DAY, timedelta(hours=-1)])
rules = st.builds(
    "RRULE:FREQ={};INTERVAL={}{}{}".format,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 3),
    st.sampled_from(["", ";COUNT=4", ";UNTIL=20261101T000000Z", ";UNTIL=20261101"]),
    st.sampled_from(["", ";BYDAY=MO,WE", ";BYMONTHDAY=1,15,-1"]),
)


def written(name: str, moment: datetime, form: str) -> str:
    if form == "DATE":
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if form == "Z":
        return f"{name}:{moment:%Y%m%dT%H%M%S}Z"
    return f"{name}{form}:{moment:%Y%m%dT%H%M%S}"


@st.composite
def events(draw: st.DrawFn, number: int) -> list[str]:
    """The lines of a single event, or of a series with an exception and an override."""
    start, length, form = draw(moments), draw(lengths), draw(forms)
    if form == "DATE":
        length = timedelta(days=max(length.days, 1))
    times = [written("DTSTART", start, form)]
    if length < timedelta(0) or draw(st.booleans()):
        times.append(written("DTEND", start + length, form))
    elif length.days and not length.seconds:
        times.append(f"DURATION:P{length.days}D")
    else:
        times.append(f"DURATION:PT{length.seconds // 60}M")
    lines = ["BEGIN:VEVENT", f"UID:made-{number}", *times, f"SUMMARY:Made {number}"]
    if draw(st.booleans()):
        return [*lines, f"STATUS:{draw(st.sampled_from(['CONFIRMED', 'CANCELLED']))}", "END:VEVENT"]
    step = draw(st.integers(0, 4)) * draw(st.sampled_from([DAY, 7 * DAY]))
    lines.append(draw(rules))
    if draw(st.booleans()):
        lines.append(written("EXDATE", start + step, form))
    if draw(st.booleans()):
        lines.append(written("RDATE", start + draw(st.integers(1, 90)) * DAY, form))
    lines.append("END:VEVENT")
    if draw(st.booleans()):
        moved = start + draw(st.integers(-40, 40)) * DAY
        state = draw(st.sampled_from(["CONFIRMED", "CANCELLED"]))
        lines += [
            "BEGIN:VEVENT",
            f"UID:made-{number}",
            written(
                draw(st.sampled_from(["RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE"])), start + 2 * DAY, form
            ),
            written("DTSTART", moved, form),
            written("DTEND", moved + DAY, form),
            f"SUMMARY:Moved {number}",
            f"STATUS:{state}",
            "END:VEVENT",
        ]
    return lines


@st.composite
def calendars(draw: st.DrawFn) -> bytes:
    blocks = [draw(events(number)) for number in range(draw(st.integers(1, 4)))]
    order = draw(st.permutations(blocks))
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Example//EN",
        *(line for block in order for line in block),
        "END:VCALENDAR",
        "",
    ]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines).encode()


@settings(deadline=None, max_examples=150)
@given(data=calendars(), first=st.integers(-30, 60), days=st.integers(1, 30), before=st.integers(-60, 60))
def test_a_made_calendar_reads_as_the_libraries_read_it(data: bytes, first: int, days: int, before: int) -> None:
    """Also when another span was asked before, so that part of the answer comes from the cache."""
    start, end = NOW + first * DAY, NOW + (first + days) * DAY
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own").mkdir()
        (Path(folder) / "own" / "made.ics").write_bytes(data)
        port = LocalCalendars(Path(folder), write="own", read=[], zone=PARIS, now=lambda: NOW.astimezone(UTC))
        port.read(NOW + before * DAY, NOW + (before + 1) * DAY)
        assert as_read(port.read(start, end).events, PARIS) == expanded(data, start, end, PARIS)
