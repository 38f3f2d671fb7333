"""`python -m emulator`: a Google to try things on, on this machine; what is in it is gone when it stops.

Run from `tests/`, or with `tests/` in PYTHONPATH.
"""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from emulator.demonstration import configure, populate, write_private
from emulator.google import Google
from emulator.server import Server
from emulator.tokens import client_file

_SCOPES = ("calendar", "calendar.events", "gmail.compose", "gmail.readonly")


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--account", default="ada@example.com", help="address of the account (default: %(default)s)")
    parser.add_argument("--zone", default="Europe/Paris", help="zone of its calendar (default: %(default)s)")
    parser.add_argument(
        "--calendar", action="append", default=[], metavar="ID", help="one more calendar of the account"
    )
    parser.add_argument("--consumer", action="store_true", help="an account without focus time and out of office")
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="time that each answer takes")
    parser.add_argument("--write-credentials", type=Path, metavar="FILE", help="write a file for `credentials:`")
    parser.add_argument(
        "--write-client", type=Path, metavar="FILE", help="write a file for `agendad auth google --client`"
    )
    parser.add_argument(
        "--now", type=datetime.fromisoformat, metavar="INSTANT", help="let it begin then: 2026-11-23T08:00+01:00"
    )
    parser.add_argument("--demo", type=Path, metavar="DIR", help="build the demonstration there, on this Google")
    options = parser.parse_args(arguments)
    began = datetime.now(UTC)
    start = began if options.now is None else options.now.astimezone(UTC)
    google = Google(now=lambda: start + (datetime.now(UTC) - began))
    person = google.account(options.account, zone=options.zone, consumer=options.consumer)
    for name in options.calendar:
        person.add_calendar(name)
    if options.demo:
        if options.demo.exists():
            parser.error(f"{options.demo} is there already; remove it, or name another folder")
        populate(person, options.demo, start)
    with Server(google, port=options.port, latency=options.latency) as server:
        if options.demo:
            configure(google, options.demo, server.endpoint)
        if options.write_credentials:
            write_private(options.write_credentials, google.grant(options.account, _SCOPES))
        if options.write_client:
            write_private(options.write_client, client_file(server.endpoint))
        sys.stdout.write(f"{options.account} at {server.endpoint} (Ctrl-C stops)\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
