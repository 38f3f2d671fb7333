"""`agendad simulate`: the daemon in virtual time, over a copy of calendar, mail and people. Nothing real is changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import date, datetime, timedelta

    from agendad.app.simulate import Course, Simulation
    from agendad.app.simulation_book import Keep
    from agendad.cli.context import Context
    from agendad.cli.work import Work


def arguments(parser: argparse.ArgumentParser) -> None:
    """The range, how often, where to, and what the virtual person does."""
    parser.add_argument("--from", dest="first", metavar="DATE", required=True, help="the first day")
    parser.add_argument("--to", dest="last", metavar="DATE", required=True, help="the last day")
    parser.add_argument("--every", metavar="DURATION", default="1h", help="time between two cycles (default 1h)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write calendar, drafts and report into a folder")
    parser.add_argument("--sends", action="store_true", help="let the drafts be sent some hours after they were made")
    parser.add_argument("--seed", type=_seed, metavar="N", help="let invitations come and go, the same for the same N")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints what each rule did, month by month, or the report as JSON."""
    from agendad.app.simulate import Course
    from agendad.app.simulation_files import building, refuse_other
    from agendad.app.simulation_report import report_json, report_of
    from agendad.cli.work import begin, terminal
    from agendad.views.report import report_text

    first, last = _day(args.first, "--from"), _day(args.last, "--to")
    course = Course(first, last, _every(args.every), sends=args.sends, seed=args.seed)
    if args.out:
        refuse_other(args.out.absolute())
    work = begin(context)
    if args.out:
        with building(args.out.absolute()) as folder:
            simulation = _run(work, course, context, folder.keep)
            folder.finish(simulation)
        context.say(f"wrote {args.out}")
    else:
        simulation = _run(work, course, context)
    if context.json:
        context.print_json(report_json(simulation))
    else:
        context.write(report_text(report_of(simulation), terminal(context)))
    return 0


def _run(work: Work, course: Course, context: Context, keep: Keep = lambda _mail, _due: "") -> Simulation:
    """The simulation with its progress on the terminal."""
    from agendad.app.simulate import simulate
    from agendad.cli.progress import progress

    with progress(context, "reading the calendars") as meter:

        def step(now: datetime, done: int, total: int) -> None:
            meter(done, total, f"simulating {now:%Y-%m-%d}")

        return simulate(work.home, work.loaded, course, keep, step)


def _day(text: str, option: str) -> date:
    from agendad.rules.grammar import GrammarError, parse_date

    try:
        return parse_date(text)
    except GrammarError as error:
        raise UsageError(f"{option} {text}: {error.message}", hint=error.hint) from None


def _every(text: str) -> timedelta:
    from datetime import timedelta

    from agendad.rules.grammar import GrammarError
    from agendad.rules.times import parse_duration

    try:
        return timedelta(minutes=parse_duration(text))
    except GrammarError as error:
        raise UsageError(f"--every {text}: {error.message}", hint=error.hint) from None


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--seed {text}: a seed is a whole number of at most nine digits")
    return int(text)
