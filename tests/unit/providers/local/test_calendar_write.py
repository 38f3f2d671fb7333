"""Files are written whole or not at all, foreign bytes stay, and what is written is understood by everybody."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from agendad.model.calendar import Event, EventFields, Kind, Mark, Response, ShowAs, Visibility
from agendad.model.identity import digest, field_values, hand_changed, is_own, uid
from agendad.ports import Create, Delete, Outcome, Update, Write
from agendad.providers.local.calendars import LocalCalendars
from agendad.providers.local.compose import Stamp, new_file
from agendad.providers.local.files import no_checkpoint
from agendad.providers.local.zones import vtimezone

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, tzinfo=PARIS)
BLOCK = EventFields("Deep work", NOON, NOON + timedelta(hours=2), remind=(10,))
KEY = "deep-work/2026-11-24"
ME = "ada@example.com"
GUESTS = ("bob@example.com", "eve@other.org")


def port(folder: Path, checkpoint=no_checkpoint, zone: ZoneInfo = PARIS) -> LocalCalendars:  # type: ignore[no-untyped-def]
    me = frozenset({ME})
    return LocalCalendars(folder, write="own", read=["own"], zone=zone, me=me, now=lambda: NOW, checkpoint=checkpoint)


def creation(fields: EventFields = BLOCK, key: str = KEY) -> Create:
    return Create("own", uid(key), fields, Mark("deep-work", key, digest(fields)))


def run(folder: Path, *writes: Write) -> list[Outcome]:
    return list(port(folder).write(writes))


def event(folder: Path) -> Event:
    (found,) = port(folder).read(NOON - timedelta(days=200), NOON + timedelta(days=400)).events
    return found


def file(folder: Path) -> Path:
    (found,) = (folder / "own").iterdir()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path


def test_the_same_write_gives_the_same_bytes(folder: Path) -> None:
    other = folder / "again"
    (other / "own").mkdir(parents=True)
    run(folder, creation())
    run(other, creation())
    assert file(other).name == f"{uid(KEY)}.ics"
    assert file(other).read_bytes() == (folder / "own" / file(other).name).read_bytes()


texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=120)
lines = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=90)
addresses = st.from_regex(r"[^\s@\"(),:;<>\[\\\]]{1,60}@[^\s@\"(),:;<>\[\\\]]{1,30}", fullmatch=True).filter(
    lambda text: text.isprintable() and text == text.lower()
)
zones = st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"])


@st.composite
def times(draw: st.DrawFn) -> tuple[date, date]:
    if draw(st.booleans()):
        first = draw(st.dates(date(2001, 1, 1), date(2060, 1, 1)))
        return first, first + timedelta(days=draw(st.integers(1, 40)))
    zone = ZoneInfo(draw(zones))
    start = datetime.fromtimestamp(draw(st.integers(1_000_000_000, 2_500_000_000)), zone)
    return start, datetime.fromtimestamp(int(start.timestamp()) + draw(st.integers(0, 400_000)), zone)


@st.composite
def fields(draw: st.DrawFn) -> EventFields:
    start, end = draw(times())
    return EventFields(
        title=draw(lines),
        start=start,
        end=end,
        show_as=draw(st.sampled_from(ShowAs)),
        kind=draw(st.sampled_from(Kind)),
        notes=draw(texts),
        place=draw(lines),
        color=draw(st.sampled_from(["", "tomato", "#ff0000"])),
        visibility=draw(st.sampled_from(Visibility)),
        remind=draw(
            st.none() | st.lists(st.integers(0, 40_000), max_size=5).map(lambda minutes: tuple(sorted(set(minutes))))
        ),
        guests=tuple(sorted(draw(st.sets(addresses, max_size=3)))),
    )


def same(one: EventFields, other: EventFields) -> bool:
    """Equal, with moments compared as instants: a second 2:30 of the night of the change comes back in UTC's terms."""

    def plain(given: EventFields) -> EventFields:
        moments = [
            value if not isinstance(value, datetime) else value.astimezone(UTC) for value in (given.start, given.end)
        ]
        return replace(given, start=moments[0], end=moments[1])

    return plain(one) == plain(other)


@settings(deadline=None, max_examples=80)
@given(before=fields(), after=fields(), key=lines.filter(bool))
def test_what_is_written_is_read_back(before: EventFields, after: EventFields, key: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "own").mkdir()
        mark = Mark("rule", key, digest(before))
        span = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2061, 1, 1, tzinfo=UTC))
        assert [one.status for one in run(folder, Create("own", uid(key), before, mark))] == ["done"]
        (found,) = port(folder).read(*span).events
        assert same(found.fields, before)
        assert found.mark == mark
        assert [one.status for one in run(folder, Update(found, after, replace(mark, digest=digest(after))))] == [
            "done"
        ]
        (found,) = port(folder).read(*span).events
        assert field_values(found.fields) == field_values(after), "white space at the end of a line is no change"
        (calendar,) = icalendar.Calendar.from_ical(file(folder).read_bytes(), multiple=True)
        assert [error for part in calendar.walk() for error in part.errors] == []
        assert calendar.get_missing_tzids() == set()
        assert all(len(line) <= 75 for line in file(folder).read_bytes().split(b"\r\n"))


@pytest.mark.parametrize(
    "name", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"]
)
def test_the_zone_that_is_written_is_the_zone_of_the_database(name: str) -> None:
    text = "\r\n".join(["BEGIN:VCALENDAR", *vtimezone(name, 2026), "END:VCALENDAR", ""])
    written, true = tzical(StringIO(text)).get(), ZoneInfo(name)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year < 2028:
        wall = moment.replace(tzinfo=true)
        if wall.utcoffset() == wall.replace(fold=1).utcoffset():  # neither skipped nor twice
            assert wall.replace(tzinfo=written).utcoffset() == wall.utcoffset()
        moment += timedelta(minutes=30)


BY_HAND = b"""BEGIN:VCALENDAR
PRODID:-//Other//Program//EN
X-WR-CALNAME:Kept
VERSION:2.0
BEGIN:VEVENT
X-FOREIGN;X-P="a:b":kept \xe9 as it is
DTSTAMP:20261101T000000Z
UID:%s
DTSTART;TZID=Europe/Paris:20261124T120000
DURATION:PT2H
SUMMARY;LANGUAGE=en:Deep
  work
ATTACH:https://files.example.com/a,b;c
X-AGENDAD-KEY:deep-work/2026-11-24
X-AGENDAD-DIGEST:old
X-AGENDAD-RULE:deep-work
SEQUENCE:4
CATEGORIES:one,two
BEGIN:VALARM
ACTION:EMAIL
TRIGGER:-P1D
SUMMARY:kept
END:VALARM
BEGIN:VALARM
TRIGGER:-PT10M
ACTION:DISPLAY
DESCRIPTION:kept unless remind changes
END:VALARM
END:VEVENT
END:VCALENDAR
""" % uid(KEY).encode()


def test_an_update_keeps_every_line_that_it_does_not_have_to_change(folder: Path) -> None:
    (folder / "own" / "x.ics").write_bytes(BY_HAND)
    seen = event(folder)
    after = replace(seen.fields, title="Shallow work", place="Here")
    assert [one.message for one in run(folder, Update(seen, after, Mark("deep-work", KEY, digest(after))))] == [""]
    assert event(folder).fields == after
    old, new = BY_HAND.splitlines(), (folder / "own" / "x.ics").read_bytes().splitlines()
    gone = [b"DTSTAMP:20261101T000000Z", b"SUMMARY;LANGUAGE=en:Deep", b"  work", b"X-AGENDAD-DIGEST:old", b"SEQUENCE:4"]
    marks = [b"X-AGENDAD-KEY:deep-work/2026-11-24", b"X-AGENDAD-RULE:deep-work"]
    assert [line for line in old if line not in gone + marks] == [
        line for line in new if line in old and line not in marks
    ]
    assert {b"SUMMARY:Shallow work", b"LOCATION:Here", b"SEQUENCE:5", b"DTSTAMP:20261123T070000Z", *marks} <= set(new)
    assert b"\r" not in (folder / "own" / "x.ics").read_bytes()


SEATS = b"""ORGANIZER;CN=Ada:mailto:Ada@Example.com
ATTENDEE;CN="Bob, the
  second";PARTSTAT=ACCEPTED;X-P=1:mailto:BOB@example.com
ATTENDEE;EMAIL=eve@other.org;PARTSTAT=DECLINED:/principals/eve
ATTENDEE;CUTYPE=ROOM:mailto:room@example.com
ATTENDEE;PARTSTAT=TENTATIVE:mailto:ada@example.com
"""


def seated(folder: Path, guests: tuple[str, ...], *, notify: bool = False) -> list[bytes]:
    """The lines of who takes part after an update, unfolded."""
    seen = event(folder)
    after = replace(seen.fields, guests=guests)
    (outcome,) = run(folder, Update(seen, after, Mark("deep-work", KEY, digest(after)), notify))
    assert (outcome.message, event(folder).fields) == ("", after)
    lines = file(folder).read_bytes().replace(b"\r\n", b"\n").replace(b"\n ", b"").split(b"\n")
    return [line for line in lines if line.startswith((b"ATTENDEE", b"ORGANIZER"))]


def test_who_stays_keeps_their_line_and_answer(folder: Path) -> None:
    (folder / "own" / "x.ics").write_bytes(BY_HAND.replace(b"SEQUENCE:4\n", SEATS))
    assert event(folder).fields.guests == ("bob@example.com", "eve@other.org", "room@example.com")
    assert event(folder).response is Response.TENTATIVE
    old = SEATS.replace(b"\n ", b"").splitlines()
    more = b"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;SCHEDULE-AGENT=NONE:mailto:lin@x.org"
    assert seated(folder, ("bob@example.com", "lin@x.org", "room@example.com")) == [old[0], old[1], *old[3:], more]
    assert seated(folder, ("bob@example.com",)) == [old[0], old[1], old[4]]
    assert seated(folder, ()) == []


def test_a_server_may_write_only_to_whom_it_is_told_to(folder: Path) -> None:
    run(folder, creation(replace(BLOCK, guests=("bob@example.com",))))
    quiet = b"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;SCHEDULE-AGENT=NONE:mailto:bob@example.com"
    told = b"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:lin@x.org"
    host = [f"ORGANIZER:mailto:{ME}".encode(), f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ME}".encode()]
    assert seated(folder, ("bob@example.com", "lin@x.org"), notify=True) == [*host, quiet, told]


def test_the_file_of_an_invitation_is_one_to_icalendar(folder: Path) -> None:
    run(folder, creation(replace(BLOCK, guests=GUESTS)))
    (found,) = icalendar.Calendar.from_ical(file(folder).read_bytes()).events
    assert found["ORGANIZER"] == f"mailto:{ME}"
    assert [(str(each), each.params["PARTSTAT"]) for each in found["ATTENDEE"]] == [
        (f"mailto:{ME}", "ACCEPTED"),
        *((f"mailto:{guest}", "NEEDS-ACTION") for guest in GUESTS),
    ]


def test_an_answer_is_no_change_of_the_persons_and_a_guest_is(folder: Path) -> None:
    run(folder, creation(replace(BLOCK, guests=GUESTS)))
    path = file(folder)
    path.write_bytes(path.read_bytes().replace(b"NEEDS-ACTION", b"ACCEPTED"))
    assert {each.response for each in event(folder).attendees} == {Response.ACCEPTED}
    assert hand_changed(event(folder)) == frozenset()
    path.write_bytes(path.read_bytes().replace(b"END:VEVENT", b"ATTENDEE:mailto:lin@x.org\r\nEND:VEVENT"))
    assert hand_changed(event(folder)) == {"guests"}


@pytest.mark.parametrize(
    ("organizer", "me", "own"),
    [
        ("boss@example.com", ME, False),
        ("boss@example.com", "lin@x.org", True),
        (ME.upper(), ME, True),
        ("c_1f@group.calendar.google.com", ME, True),
    ],
    ids=["another's invitation", "an organizer who invites somebody else", "the person", "a calendar as organizer"],
)
def test_an_invitation_is_its_organizers_whatever_mark_it_brings(
    folder: Path, organizer: str, me: str, own: bool
) -> None:
    seats = f"ORGANIZER:mailto:{organizer}\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{me}\n".encode()
    (folder / "own" / "x.ics").write_bytes(BY_HAND.replace(b"SEQUENCE:4\n", seats))
    assert is_own(event(folder)) is own


def test_a_new_reminder_replaces_the_old_one_and_leaves_other_alarms(folder: Path) -> None:
    (folder / "own" / "x.ics").write_bytes(BY_HAND)
    seen = event(folder)
    run(folder, Update(seen, replace(seen.fields, remind=(5, 60)), Mark("deep-work", KEY, "")))
    assert event(folder).fields.remind == (5, 60)
    text = (folder / "own" / "x.ics").read_bytes()
    assert b"SUMMARY:kept" in text
    assert b"kept unless remind changes" not in text


def test_other_events_of_the_file_stay_byte_for_byte(folder: Path) -> None:
    foreign = b"BEGIN:VEVENT\nUID:foreign\nDTSTART:20261201T090000Z\nX-ODD:  \xff kept\nEND:VEVENT\n"
    (folder / "own" / "x.ics").write_bytes(BY_HAND.replace(b"BEGIN:VEVENT\n", foreign + b"BEGIN:VEVENT\n", 1))
    first, second = port(folder).read(NOON - timedelta(days=1), NOON + timedelta(days=30)).events
    after = replace(first.fields, title="New")
    run(folder, Update(first, after, Mark("deep-work", KEY, "")))
    assert foreign in file(folder).read_bytes()
    again = port(folder).read(NOON - timedelta(days=1), NOON + timedelta(days=30)).events[0]
    assert [one.status for one in run(folder, Delete(again))] == ["done"]
    assert event(folder).uid == second.uid == "foreign"
    assert foreign in file(folder).read_bytes()


def test_a_new_time_leaves_the_zones_that_other_events_name(folder: Path) -> None:
    zone = "\n".join(vtimezone("Asia/Tokyo", 2026)).encode() + b"\n"
    foreign = b"BEGIN:VEVENT\nUID:foreign\nDTSTART;TZID=Asia/Tokyo:20261201T090000\nEND:VEVENT\n"
    (folder / "own" / "x.ics").write_bytes(BY_HAND.replace(b"BEGIN:VEVENT\n", zone + foreign + b"BEGIN:VEVENT\n", 1))
    first, _ = port(folder).read(NOON - timedelta(days=1), NOON + timedelta(days=30)).events
    tokyo = NOON.astimezone(ZoneInfo("Asia/Tokyo"))
    for start in (NOON.date(), NOON.astimezone(UTC), tokyo, NOON + timedelta(hours=1)):
        after = replace(first.fields, start=start, end=start + timedelta(days=1))
        assert [one.message for one in run(folder, Update(first, after, Mark("deep-work", KEY, "")))] == [""]
        assert zone + foreign in file(folder).read_bytes()
        first, _ = port(folder).read(NOON - timedelta(days=1), NOON + timedelta(days=30)).events
        assert same(first.fields, after)
    assert file(folder).read_bytes().count(b"TZID:Asia/Tokyo") == 1
    assert file(folder).read_bytes().count(b"TZID:Europe/Paris") == 1


def test_a_block_that_was_made_a_series_by_hand_is_removed_whole_or_left_alone(folder: Path) -> None:
    """Whole only for who knows that it is a series: `purge`."""
    series = folder / "own" / "x.ics"
    series.write_bytes(BY_HAND.replace(b"SEQUENCE:4", b"RRULE:FREQ=DAILY;COUNT=1"))
    seen = event(folder)
    single = replace(seen, recurring=False, recurrence_id=None)
    writes = [
        *(Update(each, replace(seen.fields, title="x"), Mark("deep-work", KEY, "")) for each in (seen, single)),
        Delete(single),
        Delete(seen),
    ]
    assert [one.status for one in run(folder, *writes)] == ["conflict", "conflict", "conflict", "done"]
    assert not series.exists()


def test_a_uid_that_lies_in_a_file_of_another_name_is_taken(folder: Path) -> None:
    (folder / "own" / "renamed-by-a-sync-program.ics").write_bytes(BY_HAND)
    (outcome,) = run(folder, creation())
    assert (outcome.status, "renamed-by-a-sync-program.ics" in outcome.message) == ("conflict", True)


def test_a_uid_that_is_no_safe_file_name_gets_one(folder: Path) -> None:
    strange = Create("own", "../../etc/passwd\n", BLOCK, Mark("r", "r/1", ""))
    assert [one.status for one in run(folder, strange)] == ["done"]
    assert file(folder).parent == folder / "own"


def test_the_permissions_and_the_link_of_a_file_stay(folder: Path) -> None:
    real = folder / "elsewhere.ics"
    real.write_bytes(BY_HAND)
    real.chmod(0o640)
    (folder / "own" / "x.ics").symlink_to(real)
    seen = event(folder)
    run(folder, Update(seen, replace(seen.fields, title="New"), Mark("deep-work", KEY, "")))
    assert (folder / "own" / "x.ics").is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert event(folder).fields.title == "New"


def test_a_folder_that_went_away_fails_with_its_name(folder: Path) -> None:
    run(folder, creation())
    seen = event(folder)
    shutil.rmtree(folder / "own")
    outcomes = run(folder, creation(), Delete(seen))
    assert [one.status for one in outcomes] == ["failed", "failed"]
    assert all(str(folder / "own") in one.message for one in outcomes)
    assert not (folder / "own").exists()


def test_a_folder_that_cannot_be_written_fails_with_its_name() -> None:
    """Below /sys nobody may make files, not even the superuser."""
    calendars = LocalCalendars(Path("/sys"), write="kernel", read=[], zone=PARIS, now=lambda: NOW)
    (outcome,) = calendars.write([replace(creation(), calendar="kernel")])
    assert outcome.status == "failed"
    assert "/sys/kernel" in outcome.message


def test_a_full_disk_leaves_the_old_file_and_no_other(folder: Path) -> None:
    run(folder, creation())
    seen, old = event(folder), file(folder).read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        outcomes = run(folder, Update(seen, replace(BLOCK, title="x"), Mark("r", KEY, "")), creation(key="new/1"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [one.status for one in outcomes] == ["failed", "failed"]
    assert "too large" in outcomes[0].message
    assert file(folder).read_bytes() == old


def killed_at(folder: Path, number: int, writes: list[Write]) -> bool:
    """Does the writes in a process that ends at its checkpoint `number`; False when it has fewer."""
    child = os.fork()
    if child == 0:
        left = number

        def checkpoint(_operation: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os._exit(1)

        list(port(folder, checkpoint).write(writes))
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.parametrize("kind", ["create", "update", "delete"])
def test_a_kill_at_any_file_operation_leaves_the_old_or_the_new(tmp_path: Path, kind: str) -> None:
    """And the same write, repeated, ends as it should, with nothing left over."""
    after = replace(BLOCK, title="After")
    for number in range(100):
        folder = tmp_path / str(number)
        (folder / "own").mkdir(parents=True)
        write: Write = creation()
        if kind != "create":
            run(folder, write)
            seen = event(folder)
            write = Delete(seen) if kind == "delete" else Update(seen, after, Mark("deep-work", KEY, ""))
        killed = killed_at(folder, number, [write])
        titles = [one.fields.title for one in port(folder).read(NOON, NOON + timedelta(hours=1)).events]
        assert (
            titles
            in {"create": ([], ["Deep work"]), "update": (["Deep work"], ["After"]), "delete": (["Deep work"], [])}[
                kind
            ]
        )
        (outcome,) = run(folder, write)
        assert outcome.status in ("done", "conflict")
        end = [one.fields.title for one in port(folder).read(NOON, NOON + timedelta(hours=1)).events]
        assert end == {"create": ["Deep work"], "update": ["After"], "delete": []}[kind]
        assert [path for path in (folder / "own").iterdir() if path.name[0] == "."] == []
        if not killed:
            assert number >= 4
            return
    pytest.fail("the write never came to its end")


def test_khal_lists_what_was_written(folder: Path, tmp_path: Path) -> None:
    run(
        folder,
        creation(),
        creation(EventFields("Offsite", date(2026, 11, 25), date(2026, 11, 27)), "offsite/2026-11-25"),
    )
    config = tmp_path / "khal.conf"
    config.write_text(
        f"[calendars]\n[[own]]\npath = {folder / 'own'}\n[sqlite]\npath = {tmp_path / 'khal.db'}\n"
        "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        "local_timezone = Europe/Paris\ndefault_timezone = Europe/Paris\n"
    )
    khal = Path(sys.executable).with_name("khal")
    command = [khal, "-c", config, "list", "--format", "{start-time} {end-time} {title}", "2026-11-24", "3d"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "12:00 14:00 Deep work" in listed
    assert listed.count("Offsite") == 2


def test_control_characters_cannot_break_the_lines_of_a_file() -> None:
    fields = replace(BLOCK, title="a\r\nEND:VEVENT\x00\x1b", place="x\ry")
    text = new_file("uid", fields, Stamp(Mark("r", "k", "d"), NOW))
    assert text.count(b"END:VEVENT\r\n") == 1
    assert b"SUMMARY:a\\nEND:VEVENT" in text
    assert not {0, 27} & set(text)
