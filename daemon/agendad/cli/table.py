"""The names of all commands with one line each: what `agendad --help` prints without importing any of them."""

from __future__ import annotations

from typing import Final, NamedTuple


class Command(NamedTuple):
    """One command; `json` says whether it has a machine-readable result. Its module is `commands/NAME.py`."""

    name: str
    summary: str
    json: bool = True


GROUPS: Final = {
    "start": (
        Command("demo", "build a working example in a folder and show its week", json=False),
        Command("init", "write a commented configuration"),
        Command("check", "read all rules and the configuration; list every problem"),
        Command("test", "run the rule tests that stand beside the rules"),
    ),
    "every day": (
        Command("plan", "show what would change, and why; changes nothing"),
        Command("apply", "make the calendar agree with the rules"),
        Command("run", "the daemon: keep it so, always (--once: a single cycle, from a timer)"),
        Command("now", "make a cycle at once"),
        Command("reload", "read the rules again at once"),
    ),
    "be away": (
        Command("away", "note the days on which you are away"),
        Command("pause", "stop writing, for a while or until `resume`"),
        Command("resume", "go on writing"),
    ),
    "look": (
        Command("status", "what stands now"),
        Command("log", "what was done, newest first"),
        Command("drafts", "the drafts that were made, and what comes next"),
        Command("explain", "why a block stands where it does, or is missing"),
        Command("people", "the network, and whose next contact is due"),
        Command("when", "the next dates of an `every:` phrase"),
        Command("simulate", "run the rules over months in virtual time; changes nothing real"),
        Command("balance", "where the time went, by category beside its target"),
        Command("signals", "what the `when:` rules measure, and which of them hold"),
    ),
    "change back": (
        Command("undo", "take back the last applies"),
        Command("reset", "forget what was changed or deleted by hand"),
        Command("purge", "remove everything that agendad made"),
    ),
    "maintain": (
        Command("auth", "ask Google for the access that the configuration needs", json=False),
        Command("backup", "copy the state into one file, while a daemon is at work"),
        Command("doctor", "check the installation"),
        Command("schema", "print the JSON Schema of a kind of file"),
        Command("completion", "print the completion script of a shell", json=False),
    ),
}

COMMANDS: Final = {command.name: command for commands in GROUPS.values() for command in commands}
