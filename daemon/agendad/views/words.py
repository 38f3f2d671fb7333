"""How the views speak: words, dates, times and durations in the person's language; used by every view.

English and French are here; any other language is shown in English. Times are on the 24-hour clock in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agendad.model.calendar import Moment

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")  # could drive a terminal, or end a line
_OVERRIDES: Final = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")  # reorder what stands around them; no UTF-8


def clean(text: str) -> str:
    """`text` on one line, without the characters that act on what stands around it; nothing visible is lost."""
    return _OVERRIDES.sub("", _CONTROLS.sub(" ", text)).strip()


@dataclass(frozen=True, slots=True)
class Words:
    """One language: names of days and months, the patterns of dates, and the sentences of the views by name."""

    tag: str
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    first_of_month: str
    text: Mapping[str, str]
    plurals: Mapping[str, tuple[str, str]]

    def say(self, name: str, **facts: object) -> str:
        """The sentence of that name with its facts filled in."""
        return self.text[name].format(**facts)

    def count(self, name: str, number: int) -> str:
        """`number` with the noun of that name in the right number; zero is plural in English, singular in French."""
        one, many = self.plurals[name]
        singular = number == 1 or (number == 0 and self.tag == "fr")
        return f"{number} {one if singular else many}"

    def some(self, names: Sequence[str], most: int = 8) -> str:
        """The first of the names, and how many more there are."""
        more = [self.count("more", len(names) - most)] if len(names) > most else []
        return ", ".join([*names[:most], *more])

    def day(self, day: date) -> str:
        """`Mon 23 Nov`."""
        return f"{self.short_days[day.weekday()]} {day.day} {self.short_months[day.month - 1]}"

    def long_day(self, day: date) -> str:
        """`Monday 23 November 2026`."""
        return f"{self.days[day.weekday()]} {self._number(day)} {self.months[day.month - 1]} {day.year}"

    def day_range(self, first: date, last: date) -> str:
        """`23–29 November 2026`, both ends included, with what the two share said once."""
        end = f"{self._number(last)} {self.months[last.month - 1]} {last.year}"
        if first == last:
            return end
        if (first.year, first.month) == (last.year, last.month):
            return f"{self._number(first)}–{end}"
        start = f"{self._number(first)} {self.months[first.month - 1]}"
        return f"{start} – {end}" if first.year == last.year else f"{start} {first.year} – {end}"

    def span(self, start: Moment, end: Moment) -> str:
        """When something is: `Mon 23 Nov 09:00–12:00`; whole days (end excluded) as `Mon 23 Nov – Wed 25 Nov`."""
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            last = end - timedelta(days=1)
            return self.day(start) if last <= start else f"{self.day(start)} – {self.day(last)}"
        if start.date() == end.date() or _is_next_midnight(start, end):
            return f"{self.day(start)} {clock_range(start, end)}"
        return f"{self.day(start)} {start:%H:%M} – {self.day(end)} {end:%H:%M}"

    def _number(self, day: date) -> str:
        return self.first_of_month if day.day == 1 else str(day.day)


def clock_range(start: datetime, end: datetime) -> str:
    """`09:00–12:00`, to midnight `18:00–24:00`; where the clocks change between, each with its offset from UTC."""
    if start.utcoffset() == end.utcoffset():
        return f"{start:%H:%M}–{'24:00' if _is_next_midnight(start, end) else f'{end:%H:%M}'}"
    return f"{start:%H:%M} ({_offset(start)})–{end:%H:%M} ({_offset(end)})"


def _is_next_midnight(start: datetime, end: datetime) -> bool:
    return end.time() == time.min and end.date() == start.date() + timedelta(days=1)


def _offset(moment: datetime) -> str:
    text = f"{moment:%z}"
    return f"{text[:3]}:{text[3:5]}"


def duration(minutes: int) -> str:
    """`45 min`, `2 h`, `2 h 30`: the same in both languages."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


_ENGLISH: Final = Words(
    tag="en",
    days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    short_days=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    short_months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    first_of_month="1",
    text={
        "week": "Week {number}",
        "now": "as of {when}",
        "all-day": "all day",
        "same": "stands",
        "new": "new",
        "moved": "moved",
        "changed": "changed",
        "gone": "removed",
        "left": "moved away",
        "pinned": "placed by hand",
        "event": "event",
        "untitled": "(no title)",
        "violates": "in protected time",
        "declined": "declined",
        "free": "free",
        "tentative": "tentative",
        "needs-action": "not answered",
        "invites": "invites {people}",
        "was": "was {when}",
        "moved-to": "moved to {when}",
        "lands-in": "lands in “{title}”",
        "in-calendar": "calendar: {calendar}",
        "continues": "continues",
        "forward": "The clocks go forward {by} on {day}.",
        "back": "The clocks go back {by} on {day}.",
        "short-forward": "clocks +{by}",
        "short-back": "clocks −{by}",
        "key": "How to read it",
        "real-events": "Other events",
        "light-events": "free or declined",
        "totals": "Totals",
        "rule": "Rule",
        "blocks": "Blocks",
        "time": "Time",
        "changes": "Changes",
        "state": "Change",
        "when": "When",
        "what": "What",
        "why": "Why",
        "skipped": "Not placed",
        "violations": "Lands in protected time",
        "drafts": "Drafts to come",
        "quoted": "“{text}”:",
        "problems": "Problems",
        "notes": "Notes",
        "no-changes": "Nothing to change.",
        "again": "({times} times, the last on {day})",
        "left-out": "{count} on purpose; `agendad explain DATE` says why.",
        "hand-deleted": "Deleted by hand and not made again: {keys}.",
        "sum": "{changes}; {stay}.",
        "page": "agendad: {title}",
        "empty-day": "nothing",
        "today": "today",
    },
    plurals={
        "new": ("new", "new"),
        "moved": ("moved", "moved"),
        "changed": ("changed", "changed"),
        "gone": ("removed", "removed"),
        "skipped": ("not placed", "not placed"),
        "violations": ("event in protected time", "events in protected time"),
        "blocks": ("block", "blocks"),
        "events": ("event", "events"),
        "stay": ("block stays as it is", "blocks stay as they are"),
        "more": ("more", "more"),
        "left-out": ("occurrence is left out", "occurrences are left out"),
    },
)

_FRENCH: Final = Words(
    tag="fr",
    days=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    short_days=("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    short_months=(
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ),
    first_of_month="1er",
    text={
        "week": "Semaine {number}",
        "now": "état du {when}",
        "all-day": "journée",
        "same": "en place",
        "new": "nouveau",
        "moved": "déplacé",
        "changed": "modifié",
        "gone": "retiré",
        "left": "parti ailleurs",
        "pinned": "placé à la main",
        "event": "évènement",
        "untitled": "(sans titre)",
        "violates": "sur du temps protégé",
        "declined": "refusé",
        "free": "libre",
        "tentative": "provisoire",
        "needs-action": "sans réponse",
        "invites": "invite {people}",
        "was": "avant : {when}",
        "moved-to": "déplacé au {when}",
        "lands-in": "tombe dans « {title} »",
        "in-calendar": "agenda : {calendar}",
        "continues": "suite",
        "forward": "On avance les montres de {by} le {day}.",
        "back": "On recule les montres de {by} le {day}.",
        "short-forward": "montres +{by}",
        "short-back": "montres −{by}",
        "key": "Lecture",
        "real-events": "Autres évènements",
        "light-events": "libre ou refusé",
        "totals": "Totaux",
        "rule": "Règle",
        "blocks": "Blocs",
        "time": "Temps",
        "changes": "Changements",
        "state": "Changement",
        "when": "Quand",
        "what": "Quoi",
        "why": "Pourquoi",
        "skipped": "Sans place",
        "violations": "Sur du temps protégé",
        "drafts": "Brouillons à venir",
        "quoted": "« {text} » :",
        "problems": "Problèmes",
        "notes": "Remarques",
        "no-changes": "Rien à changer.",
        "again": "({times} fois, la dernière {day})",
        "left-out": "{count} à dessein ; `agendad explain DATE` dit pourquoi.",
        "hand-deleted": "Supprimés à la main, non recréés : {keys}.",
        "sum": "{changes} ; {stay}.",
        "page": "agendad : {title}",
        "empty-day": "rien",
        "today": "aujourd’hui",
    },
    plurals={
        "new": ("nouveau", "nouveaux"),
        "moved": ("déplacé", "déplacés"),
        "changed": ("modifié", "modifiés"),
        "gone": ("retiré", "retirés"),
        "skipped": ("sans place", "sans place"),
        "violations": ("évènement sur du temps protégé", "évènements sur du temps protégé"),
        "blocks": ("bloc", "blocs"),
        "events": ("évènement", "évènements"),
        "stay": ("bloc inchangé", "blocs inchangés"),
        "more": ("autre", "autres"),
        "left-out": ("occurrence est omise", "occurrences sont omises"),
    },
)


def words(language: str) -> Words:
    """The words of a language tag (`fr-CA` is French); English where the language is not known."""
    return _FRENCH if language.partition("-")[0].lower() == "fr" else _ENGLISH
