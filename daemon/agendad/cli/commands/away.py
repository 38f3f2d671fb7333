"""`agendad away FROM TO`: notes an absence, takes one back, or lists those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from datetime import date

    from agendad.app.away import Absence
    from agendad.cli.context import Context
    from agendad.model.memory import Decisions


def arguments(parser: argparse.ArgumentParser) -> None:
    """The days, and whether they are taken back."""
    parser.add_argument("first", nargs="?", metavar="FROM", help="the first day: 2026-12-24, today or tomorrow")
    parser.add_argument("last", nargs="?", metavar="TO", help="the last day, included (default: FROM)")
    parser.add_argument("--remove", action="store_true", help="you are there on these days after all")


def run(args: argparse.Namespace, context: Context) -> int:
    """Notes or takes back, and lists the absences to come where no day is given."""
    from agendad.app import away
    from agendad.cli.daemon import woken
    from agendad.cli.work import begin

    work = begin(context)
    today = work.now.date()
    if args.first is None:
        if args.remove:
            raise UsageError("--remove needs the days", hint="`agendad away` lists the absences")
        return _list(context, away.absences_ahead(away.noted(work.home), today))
    first, last = _days(args, today)

    def change(decisions: Decisions) -> Decisions:
        return (away.without_absence if args.remove else away.with_absence)(decisions, first, last)

    decisions, changed = away.note(work.home, change)
    if context.json:
        _print_json(context, away.absences_ahead(decisions, today), changed=changed)
        return 0
    if args.remove:
        context.print(f"{'no longer away' if changed else 'no absence was noted'}: {_told((first, last))}")
    else:
        (whole,) = (each for each in decisions.absences if each[0] <= first and last <= each[1])
        context.print(f"{'away' if changed else 'already noted: away'} {_told(whole)}")
    if changed and last < today:
        context.say("that is past: nothing changes any more")
    elif changed:
        context.say("the daemon follows it" if woken(context) else "the next `agendad apply` follows it")
    return 0


def _days(args: argparse.Namespace, today: date) -> tuple[date, date]:
    from agendad.cli.days import day

    first = day(args.first, today, "FROM")
    last = first if args.last is None else day(args.last, today, "TO")
    if last < first:
        raise UsageError(f"TO, {last}, is before FROM, {first}", hint=f"did you mean `agendad away {last} {first}`?")
    return first, last


def _list(context: Context, absences: tuple[Absence, ...]) -> int:
    if context.json:
        _print_json(context, absences, changed=False)
        return 0
    for absence in absences:
        context.print(_told(absence))
    if not absences:
        context.say("no absence is noted; those in the calendar count without being noted")
    return 0


def _print_json(context: Context, absences: tuple[Absence, ...], *, changed: bool) -> None:
    shown = [{"from": first.isoformat(), "to": last.isoformat()} for first, last in absences]
    context.print_json({"version": 1, "absences": shown, "changed": changed})


def _told(absence: Absence) -> str:
    from agendad.views.words import words

    return words("en").day_range(*absence)
