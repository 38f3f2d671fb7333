"""How commands talk to the daemon: `now` and `reload` ask it, those that decide something wake it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from agendad.errors import ProblemsFound, ProviderError

if TYPE_CHECKING:
    from agendad.cli.context import Context
    from agendad.service.health import Health


class Answer(NamedTuple):
    """How the daemon stood before and after it did what it was asked for."""

    before: Health
    after: Health


def asked(context: Context, word: str) -> Answer | None:
    """What the daemon of the state folder answers; None when none runs. Raises AlreadyRunning when it is busy."""
    from agendad.service.control import ask
    from agendad.service.health import Health

    found = ask(context.state_dir, word)
    if found is None:
        return None
    return Answer(Health.from_json(found["before"]), Health.from_json(found["health"]))


def woken(context: Context) -> bool:
    """Has a daemon that runs look at once at what was decided; whether there is one. Under `--now` there is none."""
    from agendad.service.control import tell

    return context.instant is None and tell(context.state_dir, "now")


def runs(context: Context) -> bool:
    """Whether a daemon runs on the state folder."""
    from agendad.service.control import tell

    return tell(context.state_dir, "health")


def report(answer: Answer, context: Context) -> int:
    """Says what was done; the exit status."""
    before, after = answer
    from agendad.service.health import WRITTEN

    did = {name: getattr(after, name) - getattr(before, name) for name in WRITTEN}
    if context.json:
        context.print_json({"version": 1, **did, "daemon": after.as_json()})
    elif not (after.broken or after.trouble):
        made = ", ".join(f"{count} {name}" for name, count in did.items() if count)
        context.print(made or "nothing to change")
    if after.broken:
        context.say(f"{after.broken}the rules from before keep running")
        return ProblemsFound.exit_status
    if after.trouble:
        raise ProviderError(after.trouble, hint=after.hint)
    return 0
