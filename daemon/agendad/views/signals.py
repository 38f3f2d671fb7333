"""What a `when:` rule measures, as a sentence, and all of them as lines. Called by `app/signals.py` and its command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from agendad.model.rule import Hours, NoneIn, PeriodUnit, Share
from agendad.views.balance import percent
from agendad.views.selection import selection
from agendad.views.terminal import cells, filled, fit
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from agendad.model.rule import Selector, TimeSpan
    from agendad.views.terminal import Terminal


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One `when:` rule, as it is listed and as a template sees it; `since` is None while the state does not hold.

    `value` and `bound` are in `unit` (`days`, `percent` or `minutes`); `value` is None where nothing can be measured.
    """

    rule: str
    title: str
    active: bool
    text: str
    since: date | None
    value: float | None
    bound: float
    unit: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A state as it was measured; `of` is the selector of the whole, for a share.

    `value` as in `core.signals.Reading`; `title` is the last matching event's, `planned` the day of the next one.
    """

    state: NoneIn | Share | Hours
    of: Selector | None
    holds: bool
    value: float | None
    title: str = ""
    planned: date | None = None


_TEXT: Final = {
    "never": ("no {what} known, and none planned", "pas {of_what} à ce jour, et rien de prévu"),
    "none": (
        "no {what} for {days}, and none planned; last: {title}",
        "pas {of_what} depuis {days}, et rien de prévu ; la dernière fois : {title}",
    ),
    "planned": (
        "no {what} for {days}, but planned on {day}",
        "pas {of_what} depuis {days}, mais prévu le {day}",
    ),
    "planned-first": ("no {what} yet, but planned on {day}", "pas encore {of_what}, mais prévu le {day}"),
    "recent": (
        "{what}: last {ago}, {title}; on after {bound}",
        "{what} : la dernière fois {ago}, {title} ; actif après {bound}",
    ),
    "share": (
        "{what}: {value} of {of} {span}, {side} {bound}",
        "{what} : {value} du temps {of_whole} {span}, {side} {bound}",
    ),
    "share-off": (
        "{what}: {value} of {of} {span}; on when {side} {bound}",
        "{what} : {value} du temps {of_whole} {span} ; actif si {side} {bound}",
    ),
    "nothing": ("no {of} {span}, so no share of {what}", "pas {of_whole} {span}, donc pas de part {of_what}"),
    "hours": ("{what}: {value} {span}, {side} {bound}", "{what} : {value} {span}, {side} {bound}"),
    "hours-off": (
        "{what}: {value} {span}; on when {side} {bound}",
        "{what} : {value} {span} ; actif si {side} {bound}",
    ),
    "above": ("above", "au-dessus de"),
    "below": ("below", "en dessous de"),
    "day": ("1 day", "1 jour"),
    "days": ("{number} days", "{number} jours"),
    "now": ("today", "aujourd’hui"),
    "ago": ("{days} ago", "il y a {days}"),
    "past": ("in the past {days}", "sur les {number} derniers jours"),
    "past-one": ("in the past day", "sur le dernier jour"),
    "quoted": ("“{title}”", "« {title} »"),
    "untitled": ("an event without a title", "un évènement sans titre"),
    PeriodUnit.WEEK: ("this week", "cette semaine"),
    PeriodUnit.MONTH: ("this month", "ce mois-ci"),
    PeriodUnit.QUARTER: ("this quarter", "ce trimestre"),
    PeriodUnit.HALF_YEAR: ("this half-year", "ce semestre"),
    PeriodUnit.YEAR: ("this year", "cette année"),
    "on": ("on since {day}", "actif depuis le {day}"),
    "off": ("off", "inactif"),
    "no-rules": (
        "No rule measures the calendar yet. One with `when:` does, for example\n"
        "  when: {{none: {{meeting: one-on-one}}, in: 30d}}\n"
        "as docs/rules.md shows.",
        "Aucune règle ne mesure encore l’agenda. Une règle avec `when:` le fait, par exemple\n"
        "  when: {{none: {{meeting: one-on-one}}, in: 30d}}\n"
        "comme le montre docs/rules.md.",
    ),
}
"""Each sentence in English and in French."""


def signal_text(signal: Signal, language: str) -> str:
    """One sentence: what is measured, its value, and the bound."""
    what = selection(signal.state.selector, language)
    match signal.state:
        case NoneIn(days=days):
            return _none(signal, what, days, language)
        case Share() | Hours() as state:
            return _sum(signal, state, what, language)


def signals_text(rows: Sequence[SignalRow], language: str, terminal: Terminal) -> str:
    """A line a rule, those that hold marked with `!`; a hint where there is no `when:` rule."""
    if not rows:
        return f"{_say('no-rules', language)}\n"
    say = words(language)
    since = [_say("on", language, day=say.day(row.since)) if row.since else _say("off", language) for row in rows]
    name, wide = max(cells(row.rule) for row in rows), max(map(cells, since))
    lines = []
    for row, state in zip(rows, since, strict=True):
        sign = terminal.paint("!", 33) if row.active else " "
        head = f"{sign} {fit(row.rule, name)}  {fit(state, wide)}"
        indent = name + wide + 6
        if terminal.width is None or indent + cells(row.text) <= terminal.width:
            lines.append(f"{head}  {row.text}")
            continue
        lines.append(head.rstrip())
        lines += [f"    {part}" for part in filled(row.text, max(20, terminal.width - 4))]
    return "\n".join(lines) + "\n"


def _none(signal: Signal, what: str, bound: int, language: str) -> str:
    title = clean(signal.title)
    facts = {
        "what": what,
        "of_what": _of(what),
        "title": _say("quoted", language, title=title) if title else _say("untitled", language),
        "day": words(language).day(signal.planned) if signal.planned else "",
        "bound": _days(bound, language),
    }
    if signal.value is None:
        name = "planned-first" if signal.planned else "never"
        return _say(name, language, **facts)
    days = _days(signal.value, language)
    ago = _say("ago", language, days=days) if signal.value else _say("now", language)
    name = "none" if signal.holds else "planned" if signal.planned else "recent"
    return _say(name, language, **facts, days=days, ago=ago)


def _sum(signal: Signal, state: Share | Hours, what: str, language: str) -> str:
    share = isinstance(state, Share)
    side, bound = ("above", state.above) if state.above is not None else ("below", state.below or 0)
    of = selection(signal.of, language) if signal.of else ""
    span = _span(state.span, language)
    names = {"what": what, "of_what": _of(what), "of": of, "of_whole": _of(of), "span": span}
    if signal.value is None:
        return _say("nothing", language, **names)

    def amount(value: float) -> str:
        return percent(value, language) if share else duration(round(value))

    name = ("share" if share else "hours") + ("" if signal.holds else "-off")
    return _say(
        name,
        language,
        **names,
        value=amount(signal.value),
        side=_say(side, language),
        bound=amount(bound),
    )


def _of(what: str) -> str:
    """`de réunions`, `d’évènements`."""
    return f"d’{what}" if what[:1] in "aeéiou" else f"de {what}"


def _span(span: TimeSpan, language: str) -> str:
    if span.period is not None:
        return _say(span.period, language)
    if span.days == 1:
        return _say("past-one", language)
    return _say("past", language, days=_days(span.days, language), number=span.days)


def _days(number: float, language: str) -> str:
    return _say("day" if number == 1 else "days", language, number=f"{number:.0f}")


def _say(name: str, language: str, **facts: object) -> str:
    return _TEXT[name][words(language).tag == "fr"].format(**facts)
