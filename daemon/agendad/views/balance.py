"""Where the time went, as a sheet without a medium, and as text for a terminal. Made and called by `app/balance.py`.

`views/balance_page.py` draws the same sheet. A target is told in its own unit; on the bar its bounds are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from agendad.views.terminal import cells, filled, fit
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from datetime import date, datetime

    from agendad.views.terminal import Terminal
    from agendad.views.words import Words

_BAR: Final = 24  # cells
_NARROW_BAR: Final = 12
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"
_HUES: Final = {"below": 33, "above": 33, "within": 32}


@dataclass(frozen=True, slots=True)
class Goal:
    """A target: `least` and `most` in its unit (minutes a week, or percent of `of`), and in minutes over the range."""

    unit: Literal["percent", "minutes"]
    least: float | None
    most: float | None
    of: str = ""
    from_minutes: float | None = None
    to_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One category, or the time in none of them: minutes, percent of all, and the minutes of each period.

    `measured` is what is compared with the goal, `difference` how far it is from the nearest bound: minutes in the
    range, or percent and percentage points.
    """

    name: str
    minutes: int
    share: float
    periods: tuple[int, ...]
    goal: Goal | None = None
    verdict: Literal["below", "within", "above"] | None = None
    measured: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A week or a month of the range, both ends included; `whole` unless the range cuts it."""

    first: date
    last: date
    whole: bool
    total: int


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """The counted time from `first` to `last`, both included. `other` is the time in no category."""

    first: date
    last: date
    now: datetime
    language: str
    total: int
    lines: tuple[Line, ...]
    other: Line
    periods: tuple[Period, ...]
    unit: Literal["week", "month"] = "week"

    @property
    def shown(self) -> tuple[Line, ...]:
        """The categories, and the rest where there is any."""
        return (*self.lines, self.other) if self.other.minutes else self.lines

    @property
    def longest(self) -> float:
        """What the longest bar stands for, in minutes: time or a bound, whichever is more."""
        bounds = [bound for line in self.lines if line.goal for bound in (line.goal.from_minutes, line.goal.to_minutes)]
        return max([1.0, *(line.minutes for line in self.shown), *(bound for bound in bounds if bound is not None)])


# ---------------------------------------------------------------- words

_TEXT: Final = {
    "heading": ("Where the time went", "Où est passé le temps"),
    "counted": ("{time} counted", "{time} au total"),
    "nothing": (
        "No busy time in this range, so there is nothing to compare.",
        "Aucun temps occupé sur cette période : rien à comparer.",
    ),
    "other": ("Everything else", "Tout le reste"),
    "internal": ("Internal meetings", "Réunions internes"),
    "external": ("External meetings", "Réunions externes"),
    "one-on-one": ("One-on-ones", "Tête-à-tête"),
    "least": ("at least {least}", "au moins {least}"),
    "most": ("at most {most}", "au plus {most}"),
    "exactly": ("{least}", "{least}"),
    "range": ("{least} to {most}", "de {least} à {most}"),
    "a-week": ("{amount} a week", "{amount} par semaine"),
    "of": ("{amount} of “{of}”", "{amount} de « {of} »"),
    "of-all": ("{amount} of all time", "{amount} du temps"),
    "below": ("{difference} too little", "{difference} de moins que visé"),
    "above": ("{difference} too much", "{difference} de trop"),
    "within": ("on target", "dans la cible"),
    "measured": ("{measured}: {judged}", "{measured} : {judged}"),
    "unjudged": ("nothing to compare with", "rien à quoi comparer"),
    "points": ("{number} points", "{number} points"),
    "point": ("{number} point", "{number} point"),
    "category": ("Category", "Catégorie"),
    "time": ("Time", "Temps"),
    "share": ("Share", "Part"),
    "target": ("Target", "Cible"),
    "verdict": ("Against the target", "Face à la cible"),
    "by-week": ("Week by week", "Semaine par semaine"),
    "by-month": ("Month by month", "Mois par mois"),
    "in-numbers": ("{title}, in numbers", "{title}, en chiffres"),
    "aim": ("target: {goal}", "cible : {goal}"),
    "week-of": ("week of {day}", "semaine du {day}"),
    "in-part": ("{period}, in part", "{period}, en partie"),
    "all": ("All counted time", "Tout le temps compté"),
    "overlap": (
        "Time that lies in two categories counts in both, and once in the total.",
        "Un temps qui relève de deux catégories compte dans chacune, et une fois dans le total.",
    ),
    "no-targets": (
        "No targets yet: `categories:` in agendad.yaml names what to count, and how much of it is wanted.",
        "Pas encore de cibles : `categories:` dans agendad.yaml dit ce qu’il faut compter, et combien en vouloir.",
    ),
    "target-mark": ("target", "cible"),
    "part-mark": ("in part: the range begins or ends inside", "en partie : la période commence ou finit dedans"),
}
"""Each sentence in English and in French."""


def said(name: str, language: str, **facts: object) -> str:
    """The sentence of that name with its facts filled in."""
    return _TEXT[name][words(language).tag == "fr"].format(**facts)


def percent(value: float, language: str) -> str:
    """`34 %`, with one decimal where the number is small."""
    number = f"{value:.1f}" if 0 < value < 9.95 and round(value) != value else f"{value:.0f}"
    return f"{_number(number, language)} %"


def goal_text(goal: Goal, language: str) -> str:
    """`15 h to 20 h a week`, `at most 30 % of “Meetings”`."""
    if goal.unit == "minutes":
        return said("a-week", language, amount=_bounds(goal, language))
    amount = _bounds(goal, language)
    return (
        said("of", language, amount=amount, of=clean(goal.of)) if goal.of else said("of-all", language, amount=amount)
    )


def verdict_text(line: Line, language: str) -> str:
    """`3 h 20 too little`, `on target`, of another category `25 %: 5 points too little`; empty without a goal."""
    if line.goal is None:
        return ""
    if line.verdict is None or line.difference is None:
        return said("unjudged", language)
    distance = abs(line.difference)
    if line.goal.unit == "minutes":
        amount = duration(max(1, round(distance)))
    else:
        points = f"{distance:.0f}" if distance >= 1 else f"{max(distance, 0.1):.1f}"
        amount = said("point" if points == "1" else "points", language, number=_number(points, language))
    judged = said(line.verdict, language, difference=amount)
    if not line.goal.of or line.measured is None:
        return judged
    return said("measured", language, measured=percent(line.measured, language), judged=judged)


def period_text(period: Period, sheet: BalanceSheet, say: Words) -> str:
    """`week of 23 November`, `November 2026`, and whether the range cuts it."""
    if sheet.unit == "week":
        name = said("week-of", sheet.language, day=say.day_range(period.first, period.first).rpartition(" ")[0])
    else:
        name = f"{say.months[period.first.month - 1]} {period.first.year}"
    return name if period.whole else said("in-part", sheet.language, period=name)


def _number(text: str, language: str) -> str:
    return text.replace(".", ",") if words(language).tag == "fr" else text


def _bounds(goal: Goal, language: str) -> str:
    def amount(bound: float) -> str:
        return duration(round(bound)) if goal.unit == "minutes" else f"{_number(f'{bound:g}', language)} %"

    if goal.least is not None and goal.most is not None:
        name = "exactly" if goal.least == goal.most else "range"
        return said(name, language, least=amount(goal.least), most=amount(goal.most))
    if goal.most is not None:
        return said("most", language, most=amount(goal.most))
    return said("least", language, least=amount(goal.least or 0))


# ---------------------------------------------------------------- text


def balance_text(sheet: BalanceSheet, terminal: Terminal) -> str:
    """One line a category with a bar, two where they are too long; `│` on the bar marks the bounds of the target."""
    say = words(sheet.language)
    title = f"{say.day_range(sheet.first, sheet.last)} · {said('counted', sheet.language, time=duration(sheet.total))}"
    if not sheet.total:
        return f"{title}\n{said('nothing', sheet.language)}\n"
    rows = [(line, _cells(line, sheet)) for line in sheet.shown]
    name, time, share, target, verdict = (max(cells(row[column]) for _, row in rows) for column in range(5))
    width = terminal.width
    wide = width is None or name + _BAR + time + share + target + verdict + 10 <= width
    bar = _BAR
    if width is not None and not wide:
        bar = _BAR if name + _BAR + time + share + 6 <= width else _NARROW_BAR
        name = max(8, min(name, width // 2 - 6, width - bar - time - share - 6))
    lines = [title, ""]
    for line, row in rows:
        start = [fit(row[0], name), _bar(line, sheet, bar), _right(row[1], time), _right(row[2], share)]
        beside = terminal.paint(row[4], _HUES[line.verdict]) if line.verdict else row[4]
        if wide:
            start += [fit(row[3], target), beside]
        lines.append("  ".join(start).rstrip())
        if not wide and line.goal:
            lines += _below(f"{row[3]} · {row[4]}", f"{row[3]} · {beside}", name + 2, terminal)
    notes = [] if any(line.goal for line in sheet.lines) else ["", said("no-targets", sheet.language)]
    return "\n".join([*lines, *notes]) + "\n"


def _below(plain: str, painted: str, indent: int, terminal: Terminal) -> list[str]:
    """The target below its bar, broken only where it must be."""
    if terminal.width is None or indent + cells(plain) <= terminal.width:
        return [f"{' ' * indent}{painted}"]
    return [f"    {part}" for part in filled(plain, max(8, terminal.width - 4))]


def _cells(line: Line, sheet: BalanceSheet) -> tuple[str, str, str, str, str]:
    target = goal_text(line.goal, sheet.language) if line.goal else ""
    name = clean(line.name) or "?"
    return (
        name,
        duration(line.minutes),
        percent(line.share, sheet.language),
        target,
        verdict_text(line, sheet.language),
    )


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _bar(line: Line, sheet: BalanceSheet, width: int) -> str:
    """The time in eighths of a cell, with the bounds of the target over it."""
    eighths = round(line.minutes / sheet.longest * width * 8)
    if line.minutes and not eighths:
        eighths = 1
    drawn = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
    picture = list(drawn.ljust(width, "·" if line.goal else " "))
    if line.goal is not None:
        for bound in (line.goal.from_minutes, line.goal.to_minutes):
            if bound is not None:
                picture[min(width - 1, int(bound / sheet.longest * width))] = "│"
    return "".join(picture)
