"""`agendad when "PHRASE"`: what an `every:` phrase means, as words, as an RRULE, and as its next dates.

Reads no configuration, so that a phrase can be tried before there is one; today is the machine's, or that of `--now`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from agendad.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from agendad.cli.context import Context
    from agendad.core.recurrence import Occurrence
    from agendad.model.rule import Phrase

_SHOWN: Final = 5
_YEARS: Final = 100  # how far the next dates are looked for
_RRULE: Final = re.compile(r"\{\s*rrule\s*:\s*(['\"]?)(?P<text>.*?)\1\s*\}|(?:RRULE:)?(?P<bare>FREQ=.*)", re.IGNORECASE)
_LIST: Final = re.compile(r"\[(.*)\]")


def arguments(parser: argparse.ArgumentParser) -> None:
    """The phrase, with or without quotes around it, and what it is counted from."""
    parser.add_argument("phrase", nargs="+", metavar="PHRASE", help="as after `every:` in a rule")
    parser.add_argument("--starting", metavar="DATE", help="count from this day, like `starting:` in a rule")


def run(args: argparse.Namespace, context: Context) -> int:
    """Prints the meaning and the next five dates; exits 2 for what is no phrase."""
    from agendad.core.recurrence import counted_from, describe, occurrences, to_rrule
    from agendad.model.rule import Every

    text = " ".join(args.phrase)
    every = Every(_parse(text), starting=_date(args.starting))
    today = context.instant.moment.date() if context.instant else datetime.now().astimezone().date()
    end = date(min(today.year + _YEARS, date.max.year), 1, 1)
    members = list(islice(occurrences(every, today, end, holidays={}, absent=(), first_day=today), _SHOWN))
    understood, rrule = describe(every.phrase), to_rrule(every)
    if context.json:
        context.print_json(
            {
                "version": 1,
                "phrase": text,
                "understood": understood,
                "rrule": rrule,
                "counted_from": counted_from(every).isoformat(),
                "next": [
                    {"key": member.suffix, "start": member.first.isoformat(), "end": member.end.isoformat()}
                    for member in members
                ],
            }
        )
        return 0
    if understood != rrule:
        context.print(understood)
    context.print(f"RRULE:{rrule}" if rrule else "no RRULE means the same")
    if _is_counted(every.phrase):
        context.print(
            f"counted from {_day(counted_from(every))}" + ("" if every.starting else "; `starting:` moves it")
        )
    for member in members:
        context.print(f"  {_span(member)}")
    if not members:
        context.print(f"  no such day in the next {_YEARS} years")
    return 0


def _parse(text: str) -> Phrase:
    """The phrase as it may stand after `every:`, an RRULE or a list in YAML's notation among them."""
    from agendad.rules.grammar import GrammarError, parse_phrase, parse_rrule

    parse = parse_phrase
    if match := _RRULE.fullmatch(text.strip()):
        text, parse = match["text"] or match["bare"] or "", parse_rrule
    elif match := _LIST.fullmatch(text.strip()):
        text = match[1]
    try:
        return parse(text)
    except GrammarError as error:
        marker = " " * error.start + "^" * max(1, error.end - error.start)
        shown = f"\n    {text}\n    {marker}" if text.strip() else ""
        raise UsageError(error.message + shown, hint=error.hint) from None


def _date(text: str | None) -> date | None:
    from agendad.rules.grammar import GrammarError, parse_date

    try:
        return None if text is None else parse_date(text)
    except GrammarError as error:
        raise UsageError(f"--starting: {error.message}", hint=error.hint) from None


def _is_counted(phrase: Phrase) -> bool:
    """Whether the dates depend on where counting starts."""
    from agendad.model.rule import EveryNDays, EveryPeriod, EveryWeekday, RRule

    match phrase:
        case EveryWeekday(interval=interval) | EveryNDays(interval) | EveryPeriod(interval=interval):
            return interval > 1
        case RRule():
            return True
    return False


def _span(member: Occurrence) -> str:
    last = member.end - timedelta(days=1)
    return _day(member.first) if member.first == last else f"{member.suffix:<9} {_day(member.first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day.weekday()]} {day}"
