"""What a simulation did, as a report without a medium, and as text for a terminal. Made by `app/simulation_report.py`.

`views/report_page.py` draws the same report.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Literal

from agendad.views.terminal import cells, fit
from agendad.views.words import clean, duration, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from agendad.views.terminal import Terminal

_MOST_MONTHS: Final = 13  # columns of a table; a longer range is told by quarter, a still longer one by year
_TITLE: Final = 28  # cells


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a rule did in some time. `blocks` and `minutes` stand at the end; `skipped` found no place, `on_purpose`
    were left out because the rule says so. `written` to `deleted` are writes; the rest are drafts.
    """

    blocks: int = 0
    minutes: int = 0
    written: int = 0
    moved: int = 0
    changed: int = 0
    deleted: int = 0
    skipped: int = 0
    on_purpose: int = 0
    drafts: int = 0
    late: int = 0
    held: int = 0
    withdrawn: int = 0
    sent: int = 0

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(*(getattr(self, name) + getattr(other, name) for name in NAMES))


NAMES: Final = tuple(each.name for each in fields(Numbers))


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule: its numbers month by month, and why occurrences were left, by the code of the reason."""

    rule: str
    title: str
    verb: Literal["block", "protect", "draft"]
    months: tuple[Numbers, ...]
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def total(self) -> Numbers:
        """The numbers of the whole range."""
        return sum(self.months, Numbers())


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft that was made; `fate` is `standing`, `sent` or `withdrawn`, `file` its name or empty."""

    rule: str
    subject: str
    to: tuple[str, ...]
    due: datetime
    late: bool
    fate: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """A real event in protected time."""

    title: str
    event: str
    start: date


@dataclass(frozen=True, slots=True)
class Report:
    """The days are both included, `months` are their first days; `busy` is the time of real events month by month.

    `every` is minutes between two cycles. `refused` are the refusals of a limit, `failed` what could not be made.
    """

    language: str
    zone: str
    first: date
    last: date
    cycles: int
    every: int
    seed: int | None
    months: tuple[date, ...]
    busy: tuple[int, ...]
    rules: tuple[RuleLine, ...]
    drafts: tuple[DraftLine, ...] = ()
    clashes: tuple[Clash, ...] = ()
    refused: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """Some months that are told together, by their places in the report."""

    name: str
    places: range


_TEXT: Final = {
    "en": {
        "title": "Simulation, {range}",
        "how": "{cycles} cycles, {every} apart",
        "seeded": "invitations come and go by the seed {seed}",
        "rule": "Rule",
        "time": "Time",
        "total": "Total",
        "moved": "Moved",
        "deleted": "Removed",
        "skipped": "No place",
        "drafts": "Drafts",
        "late": "Late",
        "quarter": "Q{number} {year}",
        "nothing": "No rule did anything.",
        "sum": "Blocks: {blocks}, {time}; moved: {moved}; removed: {deleted}; without a place: {skipped}.",
        "draft-sum": "Drafts: {drafts}; late: {late}; held: {held}; withdrawn: {withdrawn}; sent: {sent}.",
        "clash-sum": "Events in protected time: {number}.",
        "refused": "Cycles that a limit refused, and the person allowed: {number}; the first: {first}",
        "failed": "Not made: {what}",
        "left": "Left out, and why",
        "real": "Other events",
        "others": "{number} more rules",
        "no-guards": "Busy time that is not of whole days; the holds of protected time are left out.",
        "by-month": "Time by month",
        "by-rule": "Rule by month",
        "heat": "Blocks that stand at the end, or drafts that were made; the bar is the time of all of them.",
        "why": "Why",
        "number": "Number",
        "due": "Due",
        "subject": "Subject",
        "to": "To",
        "fate": "State",
        "standing": "in Drafts",
        "sent": "sent",
        "withdrawn": "withdrawn",
        "is-late": "late",
        "clashes": "Lands in protected time",
        "since": "First",
        "event": "Event",
        "guard": "Protected by",
        "more": "{number} more in report.json.",
    },
    "fr": {
        "title": "Simulation, {range}",
        "how": "{cycles} cycles, à intervalles de {every}",
        "seeded": "des invitations vont et viennent selon la graine {seed}",
        "rule": "Règle",
        "time": "Durée",
        "total": "Total",
        "moved": "Déplacés",
        "deleted": "Retirés",
        "skipped": "Sans place",
        "drafts": "Brouillons",
        "late": "En retard",
        "quarter": "T{number} {year}",
        "nothing": "Aucune règle n’a rien fait.",
        "sum": "Blocs : {blocks}, {time} ; déplacés : {moved} ; retirés : {deleted} ; sans place : {skipped}.",
        "draft-sum": "Brouillons : {drafts} ; en retard : {late} ; retenus : {held} ; retirés : {withdrawn} ;"
        " envoyés : {sent}.",
        "clash-sum": "Évènements dans du temps protégé : {number}.",
        "refused": "Cycles refusés par une limite, puis autorisés : {number} ; le premier : {first}",
        "failed": "Non faits : {what}",
        "left": "Ce qui a été écarté, et pourquoi",
        "real": "Autres évènements",
        "others": "{number} autres règles",
        "no-guards": "Temps occupé, sans les journées entières ni les plages protégées.",
        "by-month": "Le temps, mois par mois",
        "by-rule": "Les règles, mois par mois",
        "heat": "Blocs présents à la fin, ou brouillons rédigés ; la barre montre leur durée totale.",
        "why": "Pourquoi",
        "number": "Nombre",
        "due": "Échéance",
        "subject": "Objet",
        "to": "À",
        "fate": "État",
        "standing": "en brouillon",
        "sent": "envoyé",
        "withdrawn": "retiré",
        "is-late": "en retard",
        "clashes": "Tombe dans du temps protégé",
        "since": "Premier",
        "event": "Évènement",
        "guard": "Protégé par",
        "more": "{number} de plus dans report.json.",
    },
}

_REASONS: Final = {
    "no-room": ("no room", "pas de place"),
    "outranked": ("a stronger rule has the place", "une règle plus prioritaire occupe la place"),
    "yielded": ("gave way to an event", "a cédé la place à un évènement"),
    "satisfied": ("stands in the calendar already", "déjà dans l’agenda"),
    "excluded": ("left out by `except:`", "écarté par `except:`"),
    "already-past": ("its time was past", "son heure était passée"),
    "in-progress": ("its time had begun", "son heure avait commencé"),
    "no-window": ("no time left", "plus de temps"),
    "deleted-by-hand": ("deleted by hand", "supprimé à la main"),
    "mailed": ("the person had written", "la personne avait déjà écrit"),
    "contacted": ("in contact already", "déjà en contact"),
    "sent": ("sent already", "déjà envoyé"),
    "draft-deleted": ("deleted from Drafts", "supprimé des brouillons"),
    "no-recipient": ("nobody to write to", "personne à qui écrire"),
    "nobody": ("nobody to choose from", "personne à choisir"),
    "too-late": ("too late", "trop tard"),
    "purpose-over": ("no longer of use", "plus d’objet"),
    "superseded": ("a newer one took its place", "remplacé par un plus récent"),
    "too-many": ("too many at once", "trop à la fois"),
}


def say(report: Report, name: str, **facts: object) -> str:
    """A sentence in the language of the report."""
    return _TEXT[words(report.language).tag][name].format(**facts)


def reason_text(report: Report, code: str) -> str:
    """Why an occurrence was left, in a few words."""
    known = _REASONS.get(code)
    return known[words(report.language).tag == "fr"] if known else code.replace("-", " ")


def title_of(report: Report) -> str:
    """`Simulation, 1 January – 31 December 2027`."""
    return say(report, "title", range=words(report.language).day_range(report.first, report.last))


def how(report: Report) -> str:
    """How it was played."""
    parts = [say(report, "how", cycles=report.cycles, every=duration(report.every))]
    if report.seed is not None:
        parts.append(say(report, "seeded", seed=report.seed))
    return "; ".join(parts)


def columns_of(report: Report) -> tuple[Column, ...]:
    """The months, or quarters, or years, as few as fit into a table."""
    if len(report.months) <= _MOST_MONTHS:
        names = words(report.language).short_months
        several = report.months[0].year != report.months[-1].year
        return tuple(
            Column(f"{names[month.month - 1]} {month:%y}" if several else names[month.month - 1], range(at, at + 1))
            for at, month in enumerate(report.months)
        )
    quarters = len(report.months) <= 3 * _MOST_MONTHS - 2

    def named(month: date) -> str:
        number = (month.month - 1) // 3 + 1
        return say(report, "quarter", number=number, year=f"{month:%y}") if quarters else f"{month.year}"

    every = [named(month) for month in report.months]
    return tuple(
        Column(name, range(every.index(name), every.index(name) + every.count(name))) for name in dict.fromkeys(every)
    )


def gathered(line: RuleLine, column: Column) -> Numbers:
    """The numbers of a rule in one column."""
    return sum((line.months[at] for at in column.places), Numbers())


def report_text(report: Report, terminal: Terminal) -> str:
    """A table of rule by month (blocks that stand, or drafts that were made), and sums below it."""
    head = f"{title_of(report)}\n{how(report)}\n"
    lines = [line for line in report.rules if line.total != Numbers()]
    if not lines:
        return f"{head}\n{say(report, 'nothing')}\n"
    rows = [_heads(report), *(_row(report, line) for line in lines)]
    table = _aligned(rows)
    if terminal.width is not None and any(cells(row) > terminal.width for row in table):
        months = range(1, 1 + len(columns_of(report)))
        table = _aligned([[cell for at, cell in enumerate(row) if at not in months] for row in rows])
    table[0] = terminal.paint(table[0], 1)
    return "\n".join([head, *table, "", *sums(report), ""])


def sums(report: Report) -> list[str]:
    """What it all comes to, one sentence a line."""
    total = sum((line.total for line in report.rules), Numbers())
    found = [
        say(
            report,
            "sum",
            blocks=total.blocks,
            time=duration(total.minutes),
            moved=total.moved,
            deleted=total.deleted,
            skipped=total.skipped,
        )
    ]
    if total.drafts:
        found.append(
            say(
                report,
                "draft-sum",
                drafts=total.drafts,
                late=total.late,
                held=total.held,
                withdrawn=total.withdrawn,
                sent=total.sent,
            )
        )
    if report.clashes:
        found.append(say(report, "clash-sum", number=len(report.clashes)))
    if report.refused:
        found.append(say(report, "refused", number=len(report.refused), first=report.refused[0]))
    found += [say(report, "failed", what=what) for what in report.failed]
    return found


def _heads(report: Report) -> list[str]:
    names = [column.name for column in columns_of(report)]
    after = ["total", "time", "moved", "deleted", "skipped", "late"]
    return [say(report, "rule"), *names, *(say(report, name) for name in after)]


def _row(report: Report, line: RuleLine) -> list[str]:
    """One rule; what never happens is left empty, so that the eye finds what does."""
    shown = [gathered(line, column) for column in columns_of(report)]
    total = line.total
    numbers = [each.drafts if line.verb == "draft" else each.blocks for each in (*shown, total)]
    rest = [total.moved, total.deleted, total.skipped, total.late]
    time = duration(total.minutes) if total.minutes else ""
    figures = [f"{number}" if number else "" for number in (*numbers, *rest)]
    return [clean(line.rule), *figures[: len(numbers)], time, *figures[len(numbers) :]]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns stand below each other, the first to the left, numbers to the right."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    widths[0] = min(widths[0], _TITLE)
    return ["  ".join([fit(row[0], widths[0]), *_right(row[1:], widths[1:])]).rstrip() for row in rows]


def _right(row: Iterable[str], widths: Iterable[int]) -> list[str]:
    return [" " * (width - cells(cell)) + cell for cell, width in zip(row, widths, strict=True)]
