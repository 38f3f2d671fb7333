"""What Google Calendar costs, beside the bare client of Google in the same run; the emulator is another process.

    python benchmarks/google_calendar.py [EVENTS] [LATENCY]

Stated figures: the first write of 500 blocks takes at most 12 requests, first reading and token included, and is at
least 15 times faster than one insert after the other with an answer time of LATENCY (40) milliseconds; a quiet reading
is one request a calendar and costs at most 15 ms of CPU beyond what the same request costs the HTTP client; the first
reading of EVENTS (20,000) events takes at most 1.5 times what the bare client needs to page through them.

The bare client is googleapiclient with its own HTTP library, as its documentation shows it. It inserts 50 events, and
its time for 500 is taken as ten times that. Of five readings and five pagings, in turn, the fastest counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from agendad.providers.google.calendars import GoogleCalendars
    from agendad.providers.google.transport import Transport

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, tzinfo=ZONE)
SPAN = timedelta(weeks=6)
ME = "ada@example.com"
SCOPES = ("https://www.googleapis.com/auth/calendar.events",)
BLOCKS, SINGLE_INSERTS, RUNS = 500, 50, 15


def serve(events: int, latency: float) -> None:
    """The emulator with so many events, until the input ends; every line of input is answered with the requests."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from emulator import Google, Server

    google = Google(now=lambda: datetime.now(UTC))
    calendar = google.account(ME, zone=ZONE.key).calendar()
    for number in range(events):
        start = NOW + timedelta(hours=number % 8 + 9, days=number // 8 - events // 16)
        guests = [{"email": ME, "responseStatus": "accepted"}, {"email": "grace@example.org"}]
        text = f"Agenda of meeting {number}\nJoin: https://meet.example.com/{number}"
        calendar.add(f"Meeting {number}", start, start + timedelta(hours=1), description=text, attendees=guests)
    with Server(google, latency=latency) as server:
        hello = {"endpoint": server.endpoint, "credentials": google.grant(ME, SCOPES)}
        print(json.dumps(hello), flush=True)
        for _ in sys.stdin:
            print(json.dumps([entry.call for entry in google.log if not entry.part]), flush=True)
            google.log.clear()


class Emulator:
    """The other process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        hello = self._line()
        self.endpoint: str = hello["endpoint"]
        self.credentials: dict[str, Any] = hello["credentials"]

    def requests(self) -> list[str]:
        """What was asked since the last time."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        found: list[str] = self._line()
        return found

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def emulator(events: int, latency: float) -> Iterator[Emulator]:
    command = [sys.executable, __file__, "serve", str(events), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Emulator(process)
        assert process.stdin is not None
        process.stdin.close()


def transport(world: Emulator, folder: Path) -> Transport:
    from agendad.model.settings import GoogleAccess
    from agendad.providers.google.accounts import Account
    from agendad.providers.google.transport import Transport, Waits

    folder.mkdir(exist_ok=True)
    path = folder / "google-token.json"
    path.write_text(json.dumps(world.credentials))
    path.chmod(0o600)
    account = Account.from_file(GoogleAccess(path, "", world.endpoint), SCOPES, folder)
    return Transport(account, endpoint=world.endpoint, waits=Waits.real(per_minute=540))


def calendars(world: Emulator, folder: Path) -> GoogleCalendars:
    from agendad.providers.google.calendars import GoogleCalendars

    return GoogleCalendars(
        transport(world, folder),
        write="primary",
        read=["primary"],
        zone=ZONE,
        me=frozenset({ME}),
        cache=folder,
        now=lambda: NOW,
    )


def bare(world: Emulator, token: str) -> Any:
    """The client as its documentation makes it."""
    import google_auth_httplib2
    from google.oauth2.credentials import Credentials
    from googleapiclient.discovery import build

    http = google_auth_httplib2.AuthorizedHttp(Credentials(token))
    options = {"api_endpoint": f"{world.endpoint}/calendar/v3/"}
    return build("calendar", "v3", http=http, client_options=options, static_discovery=True, cache_discovery=False)


def access_token(folder: Path) -> str:
    """The token that our transport got."""
    return next(
        kept["token"] for path in folder.glob("google-*.json") if "token" in (kept := json.loads(path.read_text()))
    )


def first_write(world: Emulator, folder: Path) -> tuple[float, list[str]]:
    """Seconds of the first cycle's calls, and the requests."""
    from agendad.model.calendar import EventFields, Mark
    from agendad.model.identity import digest, uid
    from agendad.ports import Create

    port = calendars(world, folder)
    writes = []
    for number in range(BLOCKS):
        start = NOW + timedelta(hours=9 + number % 8, days=number // 8)
        fields = EventFields("Deep work", start, start + timedelta(hours=1))
        key = f"deep-work/{number}"
        writes.append(Create("primary", uid(key), fields, Mark("deep-work", key, digest(fields))))
    begun = time.perf_counter()
    port.read(NOW, NOW + SPAN)
    assert all(outcome.status == "done" for outcome in port.write(writes))
    return time.perf_counter() - begun, world.requests()


def single_inserts(service: Any) -> float:
    """Seconds of `BLOCKS` inserts, one after the other."""
    begun = time.perf_counter()
    for number in range(SINGLE_INSERTS):
        start = NOW + timedelta(hours=9 + number % 8, days=number // 8)
        body = {
            "summary": "Deep work",
            "start": {"dateTime": start.isoformat(), "timeZone": ZONE.key},
            "end": {"dateTime": (start + timedelta(hours=1)).isoformat(), "timeZone": ZONE.key},
        }
        service.events().insert(calendarId="primary", body=body, sendUpdates="none").execute()
    return (time.perf_counter() - begun) * BLOCKS / SINGLE_INSERTS


def page_through(service: Any) -> int:
    """All events, in the way of the documentation."""
    count, page = 0, None
    while True:
        answer = service.events().list(calendarId="primary", maxResults=2500, pageToken=page).execute()
        count += len(answer["items"])
        page = answer.get("nextPageToken")
        if page is None:
            return count


def quiet(world: Emulator, folder: Path) -> tuple[float, float, list[str]]:
    """Milliseconds of CPU of a quiet reading, of the same request by the transport alone, and the requests of one."""
    port = calendars(world, folder)
    port.read(NOW, NOW + SPAN)
    from agendad.providers.google.transport import collection

    way = transport(world, folder)
    events = collection("calendar", "v3", "events")
    token = sync_token(way, events)
    world.requests()
    port.read(NOW, NOW + SPAN)
    asked = world.requests()
    ours, theirs = [], []
    for number in range(RUNS):
        moved = NOW + timedelta(minutes=5 * number)  # as the clock goes on
        ours.append(cpu(partial(port.read, moved, moved + SPAN)))
        theirs.append(
            cpu(lambda: way.call(events.list(calendarId="primary", maxResults=2500, syncToken=token, showDeleted=True)))
        )
    return median(ours), median(theirs), asked


def sync_token(way: Transport, events: Any) -> str:
    """The token at the end of the whole list."""
    page = None
    while True:
        asked = {"calendarId": "primary", "maxResults": 2500, "showDeleted": True, "pageToken": page}
        body = way.call(events.list(**asked)).or_raise("read the calendar")
        page = body.get("nextPageToken")
        if page is None:
            return str(body["nextSyncToken"])


def cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(events: int, latency: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with emulator(0, latency / 1000) as world:
            seconds, asked = first_write(world, home / "write")
            singles = single_inserts(bare(world, access_token(home / "write")))
        with emulator(events, 0) as world:
            calendars(world, home / "warm").read(NOW, NOW + SPAN)  # the answers of the emulator are made once
            token = access_token(home / "warm")
            paging, reading = [], []
            for number in range(5):
                paging.append(timed(lambda: page_through(bare(world, token))))
                port = calendars(world, home / f"sync{number}")
                reading.append(timed(partial(port.read, NOW, NOW + SPAN)))
            ours, theirs, listed = quiet(world, home / "sync0")
    print(f"{BLOCKS} blocks on an empty calendar, {latency:.0f} ms of answer time")
    line("requests of the first write", f"{len(asked)}", len(asked) / BLOCKS, "<= 12 requests")
    line("the first write", f"{seconds:.2f} s", singles / seconds, ">= 15")
    print(f"    one insert after the other with the bare client: {singles:.1f} s")
    print(f"{events:,} events")
    line("first reading", f"{min(reading):.2f} s", min(reading) / min(paging), "<= 1.5")
    print(f"    paging with the bare client: {min(paging):.2f} s")
    line("requests of a quiet reading", f"{len(listed)}", len(listed), "1 a calendar")
    line("its CPU beyond the HTTP client's", f"{ours - theirs:.1f} ms", ours / theirs, "<= 15 ms")
    print(f"    the same request alone: {theirs:.1f} ms")


def line(what: str, value: str, ratio: float, limit: str) -> None:
    print(f"  {what:<36} {value:>10}   ratio {ratio:5.2f}   stated {limit}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve", count, delay]:
            serve(int(count), float(delay))
        case arguments:
            main(int(arguments[0]) if arguments else 20_000, float(arguments[1]) if len(arguments) > 1 else 40.0)
