"""A strict emulator of the parts of Google Calendar, Gmail and OAuth that the product uses.

Tests call `Google.handle`, or put a `Server` before it for real HTTP. It does nothing that the real services do not
promise, and refuses whatever they might refuse.
"""

from emulator.faults import Fault, Faults, Kind
from emulator.google import Google
from emulator.person import Calendar, Person
from emulator.server import Server
from emulator.tokens import client_file
from emulator.wire import Logged, Refused, Reply, Request

__all__ = [
    "Calendar",
    "Fault",
    "Faults",
    "Google",
    "Kind",
    "Logged",
    "Person",
    "Refused",
    "Reply",
    "Request",
    "Server",
    "client_file",
]
